# SPDX-License-Identifier: MIT
"""cut.py - rows about what a hypervisor itself costs, measured with hyp/partition: exits, interrupts, time."""
import json
import os
import re
import subprocess
import tempfile

from measure import FIRMWARE, PROFILES, QUANTUM, TOP, Wrong

RT, NOISE, LOADS = (f"{TOP}/build/hyp/{name}.elf" for name in ("rt", "interferer", "loads"))
# The paper's probe: an alarm through the wired controller, fence.i before each, the first two dropped; the handler reads
# the clock of the device. 4000 Hz, not 100: between two the interferers go through the cache several times anyway.
PROBE = "irq=rtc hz=4000 ticks=98 warmup=2 cold clock=device"
CHIPS = {"plic": "", "imsic": 'aia = "aplic-imsic"; aia-guests = 1;'}
AIA = {"plic": "virt", "imsic": "virt,aia=aplic-imsic,aia-guests=1"}
# Of 16 colours. The paper has 7, 7 and 2; what hyp/partition keeps for an emulated controller is four pages in one piece.
TARGET, OTHERS, OWN = "0-5", "6-11", "12-15"


def machine_file(config, kernel, words, device, profile, chip="plic", hypervisor="", cpu=""):
    """A configuration of the papers for hyp/partition: the target on hart 0, beside it the interferer or nobody."""
    def colours(numbers, wanted):
        return f'colors = "{numbers}"; ' if wanted else ""

    board, guests, own = PROFILES[profile], "col" in config, config.endswith("hypcol")
    parts = [f'{{ name = "target"; harts = [0]; memory = "32M"; {colours(TARGET, guests)}kernel = "{kernel}"; '
             f'append = "{words}"; devices = ["{device}"]; }}']
    if "interf" in config:
        parts.append(f'{{ name = "noise"; harts = "1-{board.interferers}"; memory = "16M"; {colours(OTHERS, guests)}'
                     f'kernel = "{NOISE}"; }}')
    return (f'machine = {{ harts = {board.harts}; memory = "512M"; {CHIPS[chip]}{cpu} }};\n'
            f'timing = {{ profile = "{profile}"; }};\n'
            f'hypervisor = {{ memory = "16M"; {colours(OWN, own)}append = "quiet {hypervisor}"; }};\n'
            f'partitions = ( {", ".join(parts)} );\n')


def run_until(command, end, seconds=600):
    """What a command says up to a line that has `end` in it; then it is stopped, for its neighbours never end."""
    lines = []
    with subprocess.Popen(["timeout", str(seconds), *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace") as process:
        for line in process.stdout:
            lines.append(line)
            if end in line:
                break
        process.terminate()
    if not lines or end not in lines[-1]:
        raise Wrong(f"{' '.join(command)}\n{''.join(lines)[-1000:]}")
    return "".join(lines)


class Cut:
    """Measures, everything once."""

    def __init__(self, bench):
        self.binary, self.bench, self.known = bench.binary, bench, {}

    def once(self, key, measure):
        if key not in self.known:
            self.known[key] = measure()
        return self.known[key]

    def start(self, text, end, profile, start, more=()):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "machine.bh")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            return run_until([self.binary, "run", path, "-display", "none", "-serial", "stdio", "-monitor", "none", "-bios",
                              FIRMWARE, "-timing", f"{profile},quantum={QUANTUM[profile]}{start}", *more], end)

    def latency(self, config, chip):
        """Cycles from the alarm to when the handler has read the clock: median, p99, most."""
        def measure():
            if config == "bare":
                said = run_until([self.binary, "-M", AIA[chip], "-smp", "6", "-display", "none", "-serial", "stdio", "-monitor",
                                  "none", "-bios", FIRMWARE, "-kernel", RT, "-append", PROBE, "-timing",
                                  f"rocket6,quantum={QUANTUM['rocket6']}"], "RT-OK")
            else:
                said = self.start(machine_file(config, RT, PROBE, "rtc", "rocket6", chip), "RT-OK", "rocket6", "")
            found = re.search(r"rt: 98 ticks, lost 0, latency min/median/p99/max \d+/(\d+)/(\d+)/(\d+) cycles", said)
            return tuple(map(int, found.groups()))
        return self.once(("latency", config, chip), measure)

    def solo(self, profile, load):
        """Cycles of a load as the only partition."""
        def measure():
            text = machine_file("solo", LOADS, f"load={load} console=uart", "uart", profile)
            got = self.bench.line(load, self.start(text, "LOADS-OK", profile, ",start=mark:3"))
            if got["sum"] != self.bench.of(profile, "bare", load)["sum"]:
                raise Wrong(f"{load} has another result under hyp/partition")
            return got["cycles"]
        return self.once(("solo", profile, load), measure)

    def exits_per_tick(self, hypervisor, cpu):
        """Exits and traps to M-mode for each of 250 ticks of a timer, between the guest's marks."""
        text = machine_file("solo", RT, "ticks=250", "rtc", "rocket6", hypervisor=hypervisor, cpu=cpu)
        with tempfile.TemporaryDirectory() as folder:
            path, verdict = os.path.join(folder, "machine.bh"), os.path.join(folder, "verdict.json")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace('timing = { profile = "rocket6"; };\n', ""))
            subprocess.run([self.binary, "run", path, "-display", "none", "-serial", "stdio", "-monitor", "none", "-bios",
                            FIRMWARE, "-verdict", f"{verdict},from=mark:1:0x52,to=mark:2:0x52"], check=True,
                           stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
            with open(verdict, encoding="utf-8") as file:
                part = json.load(file)["partitions"][0]
        return part["exits"]["total"] / 250, part["mtraps"]["total"] / 250


def rows(Row, loads):
    """By name, as those of run."""
    cuts = {}

    def cut(bench):
        return cuts.setdefault(bench, Cut(bench))

    def t1(bench):
        for profile, published in (("a53x4", "1.002"), ("rocket6", "1.01")):
            got = [cut(bench).solo(profile, load) / bench.of(profile, "bare", load)["cycles"] for load in loads]
            mean = sum(got) / len(got)
            yield Row("T1", profile, "solo / bare, mean of all programs", published, "1.00 to 1.03", f"{mean:.4f}",
                      1 <= round(mean, 4) <= 1.03)

    def t10(bench):
        emulated, bare = (cut(bench).latency(config, "plic")[0] for config in ("solo", "bare"))
        yield Row("T10", "rocket6", "interrupt, emulated PLIC / bare, median", "9.25", "5 to 15",
                  f"{emulated / bare:.2f} ({emulated} / {bare} cycles)", 5 <= emulated / bare <= 15)

    def t11(bench):
        worst, alone = cut(bench).latency("interf", "plic")[2], cut(bench).latency("solo", "plic")[0]
        yield Row("T11", "rocket6", "the same, worst beside interferers / alone", "3.08", "2 to 5",
                  f"{worst / alone:.2f} ({worst} / {alone} cycles)", 2 <= worst / alone <= 5)

    def t12(bench):
        direct, bare = cut(bench).latency("interf-col", "imsic")[0], cut(bench).latency("bare", "imsic")[0]
        yield Row("T12", "rocket6", "interrupt, guest file beside interferers, guests coloured / bare, median", "1", "at most 1.5",
                  f"{direct / bare:.2f} ({direct} / {bare} cycles)", direct / bare <= 1.5)

    def t13(bench):
        got = [cut(bench).latency(config, "plic")[1] for config in ("interf-hypcol", "interf-col", "interf")]
        yield Row("T13", "rocket6", "interrupt, emulated PLIC beside interferers, p99: hypervisor and guests coloured, guests, nobody",
                  "order", "each < the next", ", ".join(map(str, got)) + " cycles", got[0] < got[1] < got[2])

    def t14(bench):
        for what, hypervisor, cpu, band, accepted in (
                ("SBI, harts without Sstc", "", ' cpu = "max,sstc=off";', "1 to 2", (1, 2)),
                ("Sstc in HS-mode", "timer=sbi", "", "1 to 2", (1, 2)),
                ("vstimecmp", "", "", "0", (0, 0))):
            exits, traps = cut(bench).exits_per_tick(hypervisor, cpu)
            yield Row("T14", "any", f"exits and traps to M-mode for each tick, timer by {what}", "1 (Bao)" if accepted[1] else "",
                      band, f"{exits:.2f}, {traps:.2f}", accepted[0] <= round(exits, 2) <= accepted[1])

    return {"T1": t1, "T10": t10, "T11": t11, "T12": t12, "T13": t13, "T14": t14}
