# SPDX-License-Identifier: MIT
"""measure.py - run a load in a configuration, and what it and the emulator counted."""
import json
import os
import re
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.join(HERE, "../..")
LOADS_ELF, LOADS, SPLIT = (f"{TOP}/build/hyp/{name}" for name in ("loads.elf", "loads.bin", "split.elf"))
GUEST = f"{TOP}/tests/guest/lib"
FIRMWARE = f"{TOP}/build/images/fw_dynamic.bin"


class Wrong(Exception):
    """A run that did not end as it must."""


class Profile:
    """A board of the papers: how many harts interfere, and whose the colours are, bit by bit."""

    def __init__(self, harts, interferers, target, others, own):
        self.harts, self.interferers = harts, interferers
        self.target, self.others, self.own = f"target={target:#x}", f"others={others:#x}", f"own={own:#x}"

    def words(self, config):
        """Words of the command line for a configuration of the papers."""
        words = [f"interferers={self.interferers}"] if "interf" in config else []
        if config.endswith("col"):
            words += [self.target, self.others]
        if config.endswith("hypcol"):
            words += [self.own]
        return words


# 4, 3 and 1 of Bao's 8 colours on the A53, each of which is two of ours; 7, 7 and 2 of 16 on the Rocket.
PROFILES = {
    "a53x4": Profile(4, 2, 0x00ff, 0x3f00, 0xc000),
    "rocket6": Profile(6, 5, 0x007f, 0x3f80, 0xc000),
}
# A hart runs this many cycles before the next does: as long as a line takes on the bus, so that none is favoured.
QUANTUM = {"a53x4": 24, "rocket6": 16}


def tables_of(path):
    """A report: lists of rows, by the name of their table."""
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    return {table["name"]: table["rows"] for view in report.values() if isinstance(view, list) for table in view}


class Bench:
    """Measures, everything once."""

    def __init__(self, binary):
        self.binary, self.known, self.output = binary, {}, ""

    def run(self, profile, config, load, timing="start=mark:3", more=()):
        """Everything a run says. Mark 3 begins the set-up of a load, mark 1 what is measured."""
        board = PROFILES[profile]
        words = [f"load={load}", "console=uart", *board.words(config)]
        image = ["-kernel", LOADS_ELF] if config == "bare" else ["-kernel", SPLIT, "-initrd", LOADS]
        command = [self.binary, "-display", "none", "-serial", "stdio", "-monitor", "none", "-m", "256M", "-smp",
                   str(board.harts), "-bios", FIRMWARE, *image, "-append", " ".join(words), "-timing",
                   f"{profile},quantum={QUANTUM[profile]},{timing}", *more]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                              timeout=900)
        if done.returncode or "LOADS-OK" not in done.stdout:
            raise Wrong(f"{' '.join(command)}\n{done.stdout[-500:]}{done.stderr[-500:]}")
        return done.stdout

    @staticmethod
    def line(load, output):
        """NAME=VALUE of what the load says."""
        line = re.search(rf"^loads: {load} (.*)$", output, re.M)[1]
        got = {name: int(value, 0) for name, value in re.findall(r"(\w+)=(\w+)", line)}
        return {**got, "dtlb": got.get("load_walks", 0) + got.get("store_walks", 0)}

    def of(self, profile, config, load):
        """What the load counted. Its result must be the same in all configurations."""
        key = profile, config, load
        if key not in self.known:
            self.known[key] = self.line(load, self.run(*key))
        sums = {got["sum"] for (_, _, other), got in self.known.items() if other == load}
        if len(sums) > 1:
            raise Wrong(f"{load} has different results in different configurations")
        return self.known[key]

    def report(self, profile, config, load, timing=""):
        """The tables that the emulator counted from the load's begin on, by name; what was said is in `output`."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "report.json")
            self.output = self.run(profile, config, load, "start=mark:1" + timing, ["-timing-report", path])
            return tables_of(path)

    def walk_references(self):
        """Steps of cold walks in timed mode, nothing of them remembered: of tests/trace/walks.c, which has six."""
        with tempfile.TemporaryDirectory() as folder:
            elf = os.path.join(folder, "walks.elf")
            subprocess.run([os.environ.get("RISCV", "riscv64-unknown-elf-") + "gcc", "-march=rv64gc", "-mabi=lp64d",
                            "-mcmodel=medany", "-mno-relax", "-O1", "-ffreestanding", "-nostdlib", "-static", "-T",
                            f"{GUEST}/guest.ld", "-o", elf, f"{GUEST}/start.S", f"{GUEST}/guest.c",
                            f"{TOP}/tests/trace/walks.c"], check=True)
            report = os.path.join(folder, "report.json")
            done = subprocess.run([self.binary, "-bios", "none", "-m", "16M", "-display", "none", "-monitor", "none", "-kernel",
                                   elf, "-trace", "walk.end", "-timing", "a53x4,tlb.walk_entries=0", "-timing-report", report],
                                  check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
            model = sum(row["walk_reads"] for row in tables_of(report)["misses"])
        steps = [int(steps) for steps in re.findall(r" walk.end .* steps=(\d+)", done.stderr)]
        if model != sum(steps):
            raise Wrong(f"walks have {steps} steps, and the model charged {model} references")
        return steps
