# SPDX-License-Identifier: MIT
"""machines - run random programs on Bulkhead, Spike and QEMU, and read what they print.

A program prints five hashes: of the records of machine mode, of the supervisor, and of the guest, the data, the page
tables. With its verbose flag set the records follow, a word a line.
"""
import itertools
import os
import random
import re
import subprocess

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
LIMIT = 20  # seconds
HASHES = 5  # a program prints them first
END = 14  # tag of the record of an episode's end

# Extensions Spike does not have. What it has no name for but does not need one for either it is simply not told.
NOT_IN_SPIKE = ["svrsw60t59b"]


# Extensions of which QEMU 10 has too much wrong; docs/divergences.md says what.
WRONG_IN_QEMU = ["h", "smmpm", "smnpm", "ssnpm", "smcdeleg", "ssccfg", "zacas"]
# What Spike cannot be without, or has whenever it has something else; and modes, for which there are sets of their own.
ALWAYS = {"i", "zicsr", "zifencei", "zicntr", "zihpm", "zca", "zcd", "zaamo", "zalrsc", "s", "u", "sv39", "sv48", "sv57", "smstateen",
          "ssstateen"}


# Where the manual leaves a choice that others have made: both, or Spike alone.
AS_OTHERS = ["ad=tried"]
AS_SPIKE = AS_OTHERS + ["htinst=zero"]


def default_cpu(qemu=False, spike=True):
    """All there is, as far as the references have it too."""
    off = NOT_IN_SPIKE + (WRONG_IN_QEMU if qemu else [])
    return ",".join(["max", *(f"{name}=off" for name in off), *(AS_SPIKE if spike else AS_OTHERS)])


def named_cpu(name):
    """The set of that name in `signatures`; any other text is one already."""
    with open(os.path.join(ROOT, "tests/random/signatures"), encoding="ascii") as file:
        sets = dict(line.split()[1:] for line in file if line.startswith("cpu "))
    return sets.get(name, name)


def random_cpu(binary, seed):
    """Some of the extensions there are, the same for each seed."""
    text = subprocess.run([binary, "-cpu", "help"], capture_output=True, text=True, check=True, timeout=LIMIT).stdout
    names = re.findall(r"^  [*+ ] (\w+)", text, re.M)
    chance = random.Random(seed)
    while True:
        off = [name for name in names if name not in ALWAYS and (name in NOT_IN_SPIKE or chance.random() < 0.15)]
        cpu = ",".join(["max", *(f"{name}=off" for name in off), *AS_SPIKE])
        # Some need others; what is left may not be possible.
        if not subprocess.run([binary, "-cpu", cpu, "-M", "virt,dumpdtb=" + os.devnull], capture_output=True, timeout=LIMIT,
                              check=False).returncode:
            return cpu


def generator(binary):
    """The generator that was built beside an emulator."""
    return os.path.join(os.path.dirname(os.path.realpath(binary)), "random/generate")


class Program:
    """A program as generate made it: its file's bytes, and its map."""

    def __init__(self, generate, cpu, seed, folder, others=()):
        self.path, self.map_path = os.path.join(folder, f"{seed}.elf"), os.path.join(folder, f"{seed}.map")
        self.cpu, self.seed = cpu, seed
        omitted = ",".join(sorted({name for other in others for name in other.OMIT}))
        subprocess.run([generate, "-cpu", cpu, *(["-omit", omitted] if omitted else []), str(seed), self.path, self.map_path],
                       check=True, timeout=60)
        with open(self.path, "rb") as file:
            self.bytes = file.read()
        with open(self.map_path, encoding="ascii") as file:
            first, *lines = file.read().splitlines()
        verbose, end_words, self.isa, self.modes = first.split()
        self.verbose_at, self.end_words = int(verbose), int(end_words)
        self.lines = [line.split(" ", 5) for line in lines]  # episode, item, offset, size, address, text

    def text_at(self, address):
        """The instruction at an address of code, whichever of its addresses it was executed at."""
        for line in self.lines:
            if int(line[4], 16) & 0x1fffff == address & 0x1fffff:
                return f"episode {line[0]} item {line[1]}: {line[5]}"
        return "not in a body"

    def verbose(self, content=None):
        """A copy of the bytes, or of changed ones, with the verbose flag set."""
        changed = bytearray(content or self.bytes)
        changed[self.verbose_at] = 1
        return bytes(changed)

    def remove(self):
        for path in (self.path, self.map_path):
            if os.path.exists(path):
                os.remove(path)


class Bulkhead:
    name = "bulkhead"
    OMIT = ()

    def __init__(self, path):
        self.path = os.path.abspath(path)

    def command(self, program, extra=()):
        return [self.path, "-M", "virt", "-bios", "none", "-m", "16M", "-display", "none", "-serial", "stdio", "-monitor", "none",
                "-cpu", program.cpu, "-max-insns", "50000000", *extra, "-kernel"]


class Qemu:
    name = "qemu"
    # What QEMU 10 has wrong; docs/divergences.md says how.
    OMIT = ("interrupts", "blocks", "bits", "atomics", "napot", "sfence_w_inval", "sfence_inval_ir", "fcvt_s_bf16",
            "froundnx_h", "froundnx_s", "froundnx_d")

    def __init__(self, path):
        self.path = os.path.abspath(path)
        self.unknown, self.models = set(), {}

    def command(self, program, extra=()):
        return [self.path, "-M", "virt", "-cpu", self.cpu(program.isa), "-bios", "none", "-m", "16M", "-display", "none",
                "-serial", "stdio", "-monitor", "none", *extra, "-kernel"]

    def cpu(self, isa):
        """A model with just the properties QEMU knows; it says of one at a time that it does not."""
        while isa not in self.models:
            base, *names = isa.split("_")
            on = [name for name in [*base[5:], *names, "s", "u", "sv39", "sv48", "sv57"] if name not in self.unknown]
            model = "rv64i," + ",".join(f"{name}=on" for name in on) + ",pmp=on,mmu=on,pmu-mask=0xfffffff8"
            done = subprocess.run([self.path, "-M", "virt", "-cpu", model, "-bios", "none", "-kernel", "/dev/null", "-S",
                                   "-display", "none", "-monitor", "stdio", "-serial", "null"], input="quit\n", capture_output=True,
                                  text=True, timeout=LIMIT)
            wrong = re.search(r"Property '[\w-]+\.(\w+)' not found", done.stderr)
            if wrong:
                self.unknown.add(wrong[1])
            else:
                self.models[isa] = model
        return self.models[isa]


class Spike:
    name = "spike"
    OMIT = ()

    def __init__(self, path):
        self.path = os.path.abspath(path)
        self.unknown = set()

    def command(self, program, extra=()):
        return [self.path, "--isa=" + self.known(program.isa), "--priv=" + program.modes, "-m16", *extra]

    def known(self, isa):
        """The names Spike knows; it says of one at a time that it does not."""
        while True:
            text = "_".join([*(name for name in isa.split("_") if name not in self.unknown), "zicclsm"])
            if text in self.unknown:
                return text
            done = subprocess.run([self.path, f"--isa={text}", "/dev/null"], capture_output=True, text=True, timeout=LIMIT)
            wrong = re.search(r"unsupported extension: (\w+)", done.stderr)
            self.unknown.add(wrong[1] if wrong else text)


def run(machine, program, content=None, extra=()):
    """All words the program printed, or a text that says what went wrong."""
    path = program.path
    if content is not None:
        path = program.path + "." + machine.name
        with open(path, "wb") as file:
            file.write(content)
    try:
        done = subprocess.run([*machine.command(program, extra), path], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return "did not end"
    finally:
        if content is not None:
            os.remove(path)
    words = re.findall(r"^([0-9a-f]{16})\r?$", done.stdout.decode(errors="replace"), re.M)
    if done.returncode or len(words) < HASHES:
        return f"exit code {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}"
    return words


def records(program, words):
    """Splits what a verbose program printed behind the hashes into records: lists of numbers."""
    found, at = [], HASHES
    values = [int(word, 16) for word in words]
    while at < len(values):
        size = program.end_words if values[at] == END else 40
        found.append(values[at:at + size])
        at += size
    return found


WHO = {3: "M", 1: "S", 2: "the guest"}
NAMES = {**{n: f"x{n}" for n in range(1, 32)}, 32: "epc", 33: "cause", 34: "tval", 35: "status", 36: "mtval2 or htval",
         37: "mtinst or htinst", 38: "hstatus", 39: "vsstatus"}
# Of the record of an episode's end, behind f0 to f31.
CSRS = ["mstatus", "mepc", "mcause", "mtval", "medeleg", "mideleg", "mie", "mip", "sstatus", "sepc", "scause", "stval", "satp",
        "stvec", "senvcfg", "menvcfg", "scounteren", "mcounteren", "fcsr", "mtval2", "mtinst", "hstatus", "hedeleg", "hideleg",
        "hip", "hvip", "hcounteren", "henvcfg", "htval", "htinst", "hgatp", "vsstatus", "vsepc", "vscause", "vstval", "vsatp",
        "vsie", "vsip"]


def name_of(record, word):
    if record[0] != END:
        return NAMES.get(word, f"word {word}")
    return f"f{word - 1}" if word <= 32 else CSRS[word - 33] if word - 33 < len(CSRS) else f"word {word}"


def describe(program, record):
    if record is None:
        return "nothing"
    if record[0] == END:
        return "end of an episode"
    return (f"trap to {WHO[record[0] & 255]}: cause {record[33]:x}, epc {record[32]:x}, tval {record[34]:x}\n"
            f"       {program.text_at(record[32])}")


def by_episode(found):
    """Records of each episode and each handler, in their order: {(episode, handler): records}"""
    parts, episode = {}, 1
    for record in found:
        # The tag has the place in a list of episodes above it.
        at = episode if record[0] == END else (record[0] >> 8 & 0xfff) // 8 - 0x20
        parts.setdefault((at - 1, 3 if record[0] == END else record[0] & 255), []).append(record)
        episode += record[0] == END
    return parts


def show_difference(program, ours, others, name):
    """The first records that differ, word by word: one for each handler, of one episode."""
    mine, theirs = by_episode(ours), by_episode(others)
    shown = None
    for key in sorted(mine.keys() | theirs.keys()):
        if shown is not None and key[0] != shown:
            return
        for left, right in itertools.zip_longest(mine.get(key, []), theirs.get(key, [])):
            if left != right:
                show_record(program, left, right, name, key[0])
                shown = key[0]
                break
    if shown is None:
        print("     the records are the same: data or page tables differ")


def show_record(program, left, right, name, episode):
    print(f"     episode {episode}: {describe(program, left)}")
    if left is None or right is None or left[0] != right[0] or left[32:34] != right[32:34]:
        print(f"     {name}: {describe(program, right)}")
    if left is None or right is None or left[0] != right[0]:
        return
    for word, (one, other) in enumerate(zip(left, right)):
        if one != other:
            print(f"     {name_of(left, word)}: {one:016x}, {name} {other:016x}")


def show(program, ours, other, content=None):
    """Runs both again, with all their records, and prints the first that differs."""
    left, right = (run(machine, program, program.verbose(content)) for machine in (ours, other))
    if isinstance(left, str) or isinstance(right, str):
        print(f"     {left if isinstance(left, str) else right}")
        return
    show_difference(program, records(program, left), records(program, right), other.name)
