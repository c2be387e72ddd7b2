# SPDX-License-Identifier: MIT
"""machines - run random programs on Bulkhead, Spike and QEMU, and read what they print.

A program prints four hashes: of the machine-mode and supervisor-mode records, the data, the page tables. With its
verbose flag set the records follow, a word a line.
"""
import os
import random
import re
import subprocess

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
LIMIT = 20  # seconds

# Extensions Spike does not have. What it has no name for but does not need one for either it is simply not told.
NOT_IN_SPIKE = ["svrsw60t59b"]


# Extensions of which QEMU 10 has too much wrong; docs/divergences.md says what.
WRONG_IN_QEMU = ["smmpm", "smnpm", "ssnpm", "smcdeleg", "ssccfg", "zacas"]
# What Spike cannot be without, or has whenever it has something else; and modes, for which there are sets of their own.
ALWAYS = {"i", "zicsr", "zifencei", "zicntr", "zihpm", "zca", "zcd", "zaamo", "zalrsc", "s", "u", "sv39", "sv48", "sv57", "smstateen",
          "ssstateen"}


def default_cpu(qemu=False):
    """All there is, as far as the references have it too."""
    return ",".join(["max", *(f"{name}=off" for name in NOT_IN_SPIKE + (WRONG_IN_QEMU if qemu else []))])


def random_cpu(binary, seed):
    """Some of the extensions there are, the same for each seed."""
    text = subprocess.run([binary, "-cpu", "help"], capture_output=True, text=True, check=True, timeout=LIMIT).stdout
    names = re.findall(r"^  [*+ ] (\w+)", text, re.M)
    chance = random.Random(seed)
    while True:
        off = [name for name in names if name not in ALWAYS and (name in NOT_IN_SPIKE or chance.random() < 0.15)]
        cpu = ",".join(["max", *(f"{name}=off" for name in off)])
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
    OMIT = ("interrupts", "blocks", "bits", "atomics", "sfence_w_inval", "sfence_inval_ir", "fcvt_s_bf16",
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
    if done.returncode or len(words) < 4:
        return f"exit code {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}"
    return words


def records(program, words):
    """Splits what a verbose program printed behind the hashes into records: lists of numbers."""
    found, at = [], 4
    values = [int(word, 16) for word in words]
    while at < len(values):
        size = program.end_words if values[at] == 14 else 40
        found.append(values[at:at + size])
        at += size
    return found


NAMES = {**{n: f"x{n}" for n in range(1, 32)}, 32: "epc", 33: "cause", 34: "tval", 35: "status"}
# Of the record of an episode's end, behind f0 to f31.
CSRS = ["mstatus", "mepc", "mcause", "mtval", "medeleg", "mideleg", "mie", "mip", "sstatus", "sepc", "scause", "stval", "satp",
        "stvec", "senvcfg", "menvcfg", "scounteren", "mcounteren", "fcsr"]


def name_of(record, word):
    if record[0] != 14:
        return NAMES.get(word, f"word {word}")
    return f"f{word - 1}" if word <= 32 else CSRS[word - 33] if word - 33 < len(CSRS) else f"word {word}"


def describe(program, record):
    if record[0] == 14:
        return "end of an episode"
    return (f"trap to {'M' if record[0] == 3 else 'S'}: cause {record[33]:x}, epc {record[32]:x}, tval {record[34]:x}\n"
            f"       {program.text_at(record[32])}")


def show_difference(program, ours, others, name):
    """The first record that differs, word by word."""
    episode = 0
    for mine, other in zip(ours, others):
        if mine == other:
            episode += mine[0] == 14
            continue
        print(f"     episode {episode}: {describe(program, mine)}")
        if mine[0] != other[0] or mine[32:34] != other[32:34]:
            print(f"     {name}: {describe(program, other)}")
        if mine[0] != other[0]:
            return
        for word, (left, right) in enumerate(zip(mine, other)):
            if left != right:
                print(f"     {name_of(mine, word)}: {left:016x}, {name} {right:016x}")
        return
    print(f"     {len(ours)} records, {name} {len(others)}; or data or page tables")


def show(program, ours, other, content=None):
    """Runs both again, with all their records, and prints the first that differs."""
    left, right = (run(machine, program, program.verbose(content)) for machine in (ours, other))
    if isinstance(left, str) or isinstance(right, str):
        print(f"     {left if isinstance(left, str) else right}")
        return
    show_difference(program, records(program, left), records(program, right), other.name)
