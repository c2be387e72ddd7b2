# SPDX-License-Identifier: MIT
"""ctss.py - cases of tests/hyp/run: hyp/ctss with hostile users, and with a person. What it answers in, lab 4 measures (tests/lab/run 04)."""
import glob
import os
import re
import subprocess

from talk import Terminal, Wrong, connect

TOP = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
CTSS = f"{TOP}/build/hyp/ctss.elf"
DRUM = ["-device", "drum,fields=32,halt=off"]
MOST_LINES = 1500
RUDE = 5  # the job of the hostile user, behind four whose programs look whether their words are as they left them
# What every hostile user must leave alone: the others' words, their progress, and the drum.
OTHERS = f"""never "nobody else's words are changed": ts.stop job<{RUDE} why=fault
count "everybody else is served": ts.done job<{RUDE} >= 60
gap "and soon": mean ts.ready job<{RUDE} -> ts.done by job < 2 s
gap "nobody stays for longer than his level's quanta": max ts.start job={RUDE} queue=1 -> ts.stop by job < 404 ms
never "the drum has nothing to refuse": guest_error
"""
ENDED = f"""count "it is ended each time": ts.stop job={RUDE} why=fault >= 5
never "and does not come through": ts.stop job={RUDE} why=done
"""
SINKS = f"""seq "it sinks": ts.stop job={RUDE} queue=1 why=quantum ; ts.stop job={RUDE} queue=2 why=quantum ; ts.stop job={RUDE} queue=3 why=quantum
never "it has no end": ts.done job={RUDE}
count "and is preempted by those who want little": ts.preempt job={RUDE} >= 10
"""
FINE = f"""count "it may": ts.stop job={RUDE} why=done >= 5
never "it is not ended": ts.stop job={RUDE} why=fault
"""
# What each of them does says programs.S.
PROGRAMS = {"jump": ENDED, "store": ENDED, "drum": ENDED, "halt": ENDED, "call": ENDED, "storm": SINKS, "count": SINKS, "adapt": FINE, "chaos": ""}


class OnlyOurs(Exception):
    """Another emulator has no drum."""


def command(emulator, words, *more):
    return [emulator.binary, "-display", "none", "-serial", "stdio", "-monitor", "none", "-M", "virt,pdp-time=on", "-quantum", "1000", "-m", "32M",
            "-bios", "none", "-kernel", CTSS, "-append", words, *more]


def run(emulator, words, *more):
    if not emulator.is_ours:
        raise OnlyOurs("it has no drum")
    return subprocess.run(command(emulator, words, *more), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def rude(name):
    """A user whose command is a hostile program, among others."""
    def case(emulator, folder):
        rules = os.path.join(folder, f"{name}.expect")
        with open(rules, "w", encoding="utf-8") as file:
            file.write(re.sub(r"\b(ts\.[a-z]+)", r"\1 m=M", OTHERS + PROGRAMS[name]))  # said by the supervisor, not by a program
        done = run(emulator, f"users={RUDE - 1} think=2000 service=300 commands=80 rude={name}", *DRUM, "-expect", rules)
        if done.returncode:
            raise Wrong(f"exit code {done.returncode}\n{done.stdout[-500:]}\n{done.stderr[-3000:]}")
    return case


def refused(emulator, _):
    """A machine on which it cannot work, it says so of."""
    for words, more, text in (("", [], "no drum"), ("", ["-device", "drum"], "a drum that does not halt"), ("users=31", DRUM, "only 21 users"),
                              ("levels=0", DRUM, "levels=0: it is a number, 1 to 9"), ("users=x", DRUM, "users=x: it is a number, 0 to 72"), ("users=0", DRUM, "nobody is here"),
                              ("draw=nope", DRUM, "draw=nope: it can be"), ("users=3 nosuch=1", DRUM, "no such word; there are users="), ("sizes=8,9", DRUM, "sizes= are words"), ("users=3 rude=work2", DRUM, "rude= names")):
        done = run(emulator, words, *more)
        if done.returncode != 1 or text not in done.stdout:
            raise Wrong(f"{words} {' '.join(more)}: exit code {done.returncode}, {done.stdout[-500:]}")


def person(emulator, folder):
    """Somebody at a typewriter, beside users who are made up: logs in, computes, is answered, stops a program and starts it again."""
    path = os.path.join(folder, "typewriter")
    if not emulator.is_ours:
        raise OnlyOurs("it has no drum")
    more = [*DRUM, "-chardev", f"socket,id=t,path={path},server=on,wait=off", "-device", "typewriter,chardev=t,cps=0"]
    with subprocess.Popen(command(emulator, "users=3 think=2000 service=200", *more), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as machine:
        try:
            with connect(path) as plug:
                talk(Terminal(plug.fileno(), plug.fileno(), "typewriter"))
        finally:
            machine.kill()


def talk(console):
    console.expect("^CTSS\n")
    console.type("run work\r")
    console.expect("^run work\nLOGIN, PLEASE\n")
    console.ask("login CORBATO", "^CORBATO LOGGED IN, USER 1\n")
    console.ask("nonsense", "^WHAT[?]\n")
    console.ask("run nothing", "^WHAT[?]\n")
    for words in ("1 9999", "0", "-1", "1 x"):
        console.ask(f"run work {words}", "^WHAT[?]\n")
    console.ask("start", "^WHAT[?]\n")
    spent = console.ask("run work 1 4096", r"^W\nR (\d*)\.(\d\d\d)\+(\d*)\.(\d\d\d)\n")
    if not 1000 <= int((spent[1] or "0") + spent[2]) + int((spent[3] or "0") + spent[4]) < 1050:
        raise Wrong(f"a command of a second takes {spent[0]}")
    console.ask("run echo", "^W\n")
    console.type("what is typt\x7fed\r")
    console.expect("^what is typed\n")
    console.ask(".", r"^R ")
    console.ask("run store", "^W\nPROTECTION MODE VIOLATION\nR ")
    console.ask("run count", "^W\nTHE QUICK BROWN FOX JUMPS OVER THE LAZY DOG\n")
    console.type("\x03")
    console.expect("^QUIT\n")
    console.expect("^R ")
    console.ask("resources", r"^\d DEAD, 0 DORMANT, 1 COMMAND, \d WORKING, 0 INPUT, 0 OUTPUT\n")
    console.ask("start", "LAZY DOG\n")
    console.type("\x03")
    console.expect("^QUIT\n")
    console.ask("run work 50 1024", "^W\n")
    for words in ("512", "2048", "1024"):  # in one go: what it begins is not to begin while the other one has the processor
        console.type(f"\x03run work 50 {words}\r")
        console.expect("^QUIT\n")
        console.expect(r"R \.\d")
        console.expect("^W\n")
    console.type("\x03")
    console.expect("^QUIT\n")
    console.expect("^R ")
    console.ask("run work 1 1024", r"^W\nR ")
    console.ask("logout", "")
    console.ask("resources", "^LOGIN, PLEASE\n")


PASTE = """count "commands are answered meanwhile": ts.done job>1 >= 10
gap "and no key takes long": max irq.claim num=14 -> irq.done num=14 < 30 ms
count "who pastes is heard": ts.type to=tyc >= 100
"""


def paste(emulator, folder):
    """Much text at once, from something that strikes keys faster than a person could."""
    if not emulator.is_ours:
        raise OnlyOurs("it has no drum")
    rules = os.path.join(folder, "paste.expect")
    with open(rules, "w", encoding="utf-8") as file:
        file.write(PASTE)
    words = command(emulator, "users=4 think=500 service=200 commands=16", *DRUM, "-chardev", "stdio,id=t", "-device", "typewriter,chardev=t,cps=0",
                    "-expect", rules)
    done = subprocess.run([word if word != "stdio" else "null" for word in words], input=b"x" * 30000, capture_output=True, timeout=60)
    if done.returncode:
        raise Wrong(f"exit code {done.returncode}\n{done.stdout[-500:]}\n{done.stderr[-3000:]}")


def lines(_, __):
    """It can be read in an hour."""
    count = sum(len(open(path, encoding="utf-8").readlines()) for path in glob.glob(f"{TOP}/hyp/ctss/*") if path[-2:] in (".c", ".h", ".S"))
    if not 0 < count <= MOST_LINES:
        raise Wrong(f"hyp/ctss has {count} lines, and {MOST_LINES} are enough")


CASES = {"ctss-lines": lines, "ctss-paste": paste, "ctss-person": person, "ctss-refused": refused, **{f"ctss-{name}": rude(name) for name in PROGRAMS}}
