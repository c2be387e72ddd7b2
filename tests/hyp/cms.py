# SPDX-License-Identifier: MIT
"""cms.py - cases of tests/hyp/run: a person at the console of the CMS-like system, alone on the machine."""
import os
import re

from talk import Machine, Wrong

TOP = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
CMS = f"{TOP}/build/hyp/cms.elf"
FIRMWARE = f"{TOP}/build/images/fw_dynamic.bin"
INPUT = 129  # characters of a line
READY = r"^R; T=\d+\.\d\d$"
PRIMES = [n for n in range(2, 30) if all(n % d for d in range(2, n))]
# What is typed, and what must come back: whole lines, and the code of the ready message.
TALK = (
    ("listf", r"FILENAME FILETYPE MODE  ITEMS\nPROFILE  EXEC      P1       1\n(?s:.*)", 0),
    ("listf no* file", r"FILE NOT FOUND\.\n", 28),
    ("type letter memo 1 1", r"TO EVERY USER OF CAMBRIDGE:\n", 0),
    ("type letter memo 0", r"INVALID OPERAND: 0\n", 24),
    ("type letter memo 3 2", r"INVALID OPERAND: 2\n", 24),
    ("type letter", r"MISSING OPERAND: TYPE .*\n", 24),
    ("type hello text", r"\.TXT(?s:.*)\.END.*\n", 0),
    ("copyfile letter memo copy memo", "", 0),
    ("copyfile letter memo copy memo", r"FILE ALREADY EXISTS\.\n", 24),
    ("rename copy memo other memo", "", 0),
    ("listf other", r"FILENAME FILETYPE MODE  ITEMS\nOTHER    MEMO      P1       5\n", 0),
    ("erase other memo", "", 0),
    ("erase other memo", r"FILE NOT FOUND\.\n", 28),
    ("query disk", r"P \(191\): 1\d\d\d CARDS FREE\n", 0),
    ("query time", r"TIME IS 00\.\d\d\.\d\d SINCE IPL\n", 0),
    ("load letter", r"FILE NOT FOUND\.\n", 28),
    ("load primes", "", 0),
    ("start 30", "EXECUTION BEGINS...\n" + "".join(f"{n}\n" for n in PRIMES), 0),
    ("$ hello", r"EXECUTION BEGINS\.\.\.\nHELLO FROM PROBLEM STATE\n", 0),
    ("$ lister", r"EXECUTION BEGINS\.\.\.\nFILENAME (?s:.*)WILD     TEXT .*\n", 0),
    ("$ wild 2149580800", r"EXECUTION BEGINS\.\.\.\nPROGRAM INTERRUPTION AT 1200\d: PROTECTION EXCEPTION \w+\n", 100),
    ("$ wild 73720", r"EXECUTION BEGINS\.\.\.\nPROGRAM INTERRUPTION AT .*\n", 100),  # below its own memory
    ("exec profile", r"LISTF \* MEMO\nFILENAME .*\nLETTER .*\n", 0),
    ("nonsense", r"INVALID CMS COMMAND\n", 1),
    ("x" * 200, r"INVALID CMS COMMAND\n", 1),
    ("erase * *", "", 0),
    ("listf", r"FILE NOT FOUND\.\n", 28),
)
BARE = (
    ("start", r"NO PROGRAM IS LOADED\.\n", 24),
    ("cp query users", r"NO CP: THIS MACHINE IS A REAL ONE\.\n", 100),
    ("punch letter memo", r"PUNCH NOT ATTACHED: ONLY A VIRTUAL MACHINE HAS ONE\.\n", 100),
    ("offline print letter memo", r"PRINTER NOT ATTACHED: .*\n", 100),
    ("read", r"READER NOT ATTACHED: .*\n", 100),
)


def command(emulator, *more):
    return [emulator.binary, "-display", "none", "-serial", "stdio", "-monitor", "none", "-M", "virt", "-bios", FIRMWARE, *more]


def talk(console, table):
    """Goes through a table as above."""
    for line, answer, code in table:
        ready = f"E({code:05});" if code else "R;"
        console.type(line + "\r")
        console.expect(re.escape(line[:INPUT]) + "\n")
        found = console.expect(r"(?s:(.*?))^(R;|E\(\d+\);) T=\d+\.\d\d\n")
        if found[2] != ready or not re.fullmatch(answer, found[1]):
            raise Wrong(f"{line!r} is answered\n{found[0]}and not\n{answer}{ready}")


def edit(console):
    """A file is made, changed, left alone and changed."""
    console.ask("edit my text", r"^NEW FILE\.\nINPUT:\n")
    for line in ("first", "second line", "third"):
        console.ask(line, "")
    console.type("\r")
    console.expect(r"^EDIT:\n")
    for line, answer in (("up 1", "second line"), ("change /second/zweite/", "zweite line"), ("top", ""), ("n 3", "third"),
                         ("locate /x/", "NOT FOUND"), ("c/nothing/y/", "NOT FOUND"), ("n", "EOF:"), ("u 9", "TOF:"),
                         ("zzz", r"\?EDIT: .*"), ("l /ird/", "third"), ("d", ""), ("t 1", "zweite line"),
                         ("t 9", r"zweite line\nEOF:"), ("i fourth", ""), ("t", "fourth")):
        console.ask(line, f"^{answer}\n" if answer else "")
    console.ask("file", READY)
    console.ask("type my text", r"^first\nzweite line\nfourth\nR;")
    console.ask("edit my text", "^EDIT:\n")
    console.ask("d 99", "")
    console.ask("quit", READY)
    console.ask("type my text", r"^first\nzweite line\nfourth\nR;")
    console.ask("erase my text", READY)


def programs_stop(console):
    """HX stops a program, which then can be started again; a program reads lines; what is typed ahead is read later."""
    console.ask("$ loop", r"^EXECUTION BEGINS\.\.\.\n")
    console.type("hx\r")
    console.expect(r"^CMS: HALTED AT 12000\nR;")
    console.ask("$ echo", r"^EXECUTION BEGINS\.\.\.\n")
    console.ask("say this", r"^say this\n")
    console.type("\rquery disk\r")
    console.expect(READY)
    console.expect(r"^query disk\nP \(191\)")
    console.type("lisst\bff\x7f\x15\rlistx\x08f\r")
    console.expect(r"^FILENAME")
    console.expect(READY)


def alone(emulator, _):
    """On a machine of its own, where there are no unit-record devices."""
    with Machine(command(emulator, "-kernel", CMS)) as machine:
        console = machine.console
        console.expect(r"^CMS, IN THE MANNER OF 1967")
        console.expect(r"^NO CP: NO READER, NO PUNCH, NO PRINTER\.\n")
        console.expect(READY)
        talk(console, BARE)
        edit(console)
        programs_stop(console)
        talk(console, TALK)
        console.ask("logout", r"^CMS: THE MACHINE IS OFF\.\n")
        status, errors = machine.wait()
        if status:
            raise Wrong(f"ends with exit code {status}\n{errors}")
