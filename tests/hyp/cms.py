# SPDX-License-Identifier: MIT
"""cms.py - cases of tests/hyp/run: persons at consoles of the CMS-like system, alone on the machine and under cp67."""
import os
import re
import time

from talk import Machine, Skip, Terminal, Wrong, connect

TOP = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
CMS, CP67 = f"{TOP}/build/hyp/cms.elf", f"{TOP}/build/hyp/cp67.elf"
CMS_IMAGE, CARDS, WL, ROAM = (f"{TOP}/build/hyp/{name}.bin" for name in ("cms", "cards", "wl", "roam"))
ATTENTION = "\x1b"
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


# ---- under cp67 ----

LETTER = ("TO EVERY USER OF CAMBRIDGE:", "", "THIS MACHINE IS YOURS ALONE, AND IT IS NOT THERE.",
          "TRY   LOAD PRIMES   AND   START 100,",
          "OR    PUNCH LETTER MEMO   TO SEND THIS TO A NEIGHBOUR (SEE XFER).")
CMS_STORAGE = 0x80200000


def cp67(emulator, image, words, *more):
    return [emulator.binary, "-display", "none", "-serial", "stdio", "-monitor", "none", "-M", "virt", "-bios", "none",
            "-kernel", CP67, "-initrd", image, "-append", words, *more]


def attention(console):
    """The key, and CP is there."""
    console.type(ATTENTION)
    console.expect(r"^CP\n")


def functions(console):
    """DISPLAY and STORE of storage, registers and the PSW of a machine that is stopped; wrong ones are refused."""
    with open(CMS_IMAGE, "rb") as image:
        words = [f"{int.from_bytes(image.read(4), 'little'):08x}" for _ in range(8)]
    attention(console)
    console.ask(f"display {CMS_STORAGE:x}.20", rf"^{CMS_STORAGE:x}  {' '.join(words[:4])}\n{CMS_STORAGE + 16:x}  {' '.join(words[4:])}\n")
    console.ask("st 80700000 12345678 9abcdef0", "")
    console.ask("d 80700000-80700007", r"^80700000  12345678 9abcdef0\n")
    console.ask("d g31", r"^G31 = ([0-9a-f]{16})\n")
    console.ask("st g31 fedcba9876543210", "")
    console.ask("d g31", r"^G31 = fedcba9876543210\n")
    pc = console.ask("display psw", r"^PSW = ([0-9a-f]{16}) SUPERVISOR\n")[1]
    console.ask("store psw 80200010", "")
    console.ask("d psw", r"^PSW = 0000000080200010 ")
    console.ask(f"store psw {pc}", "")
    for line, answer in (("display 80000000", "INVALID OPERAND .*"), ("d ffffffffffffffff.100", "INVALID OPERAND .*"), ("d 80200000.xyz", "INVALID OPERAND .*"), ("store 80200001 1", "INVALID OPERAND .*"),
                         ("st g32 1", "INVALID OPERAND .*"), ("display", "INVALID OPERAND .*"), ("x" * 150, "INVALID CP REQUEST"),
                         ("\x08\x7f", "")):
        console.type(line + "\r")
        console.expect(rf"^{answer}\n")
    console.ask("query virtual", r"^ann: STORAGE 8192K, TIMER REAL, EXITS \d+, SIMULATED \d+, REFLECTED \d+, .*\n")
    console.ask("set timer on", "")
    console.ask("q v", r"TIMER ON, ")
    console.ask("set timer real", "")
    console.ask("q time", r"^TIME IS \d\d\.\d\d\.\d\d SINCE POWER ON, VIRTCPU= 000\.\d\d\n")
    console.ask("begin", "")
    console.ask("query disk", r"^P \(191\).*\n")
    console.expect(READY)


def seconds(console):
    """CMS' time."""
    found = console.ask("query time", r"^TIME IS (\d\d)\.(\d\d)\.(\d\d) SINCE IPL\n")
    console.expect(READY)
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])


def timers(console):
    """A machine that only waits has no time that passes, if its timer is not real; the change itself is not seen."""
    before = seconds(console)
    console.ask("set timer on", READY)
    time.sleep(2)
    stood = seconds(console) - before
    console.ask("set timer real", READY)
    between = seconds(console)
    time.sleep(2)
    passed = seconds(console) - between
    if stood > 1 or not 1 <= passed <= 30:
        raise Wrong(f"{stood} s passed with the timer ON, {passed} s with REAL")


def send(console, to):
    """A letter goes to a neighbour's reader, and to the printer."""
    console.ask(f"cp xfer punch to {to}", READY)
    console.ask("punch letter memo", READY)
    console.ask("xfer 00d off", READY)
    console.ask("query files", r"^FILES:- 00 RDR, 00 PRT, 00 PUN\n")
    console.expect(READY)


def receive(console):
    """It comes as it was."""
    console.ask("erase letter memo", READY)
    console.ask("query files", r"^FILES:- 01 RDR, 00 PRT, 00 PUN\n")
    console.ask("read", r"^LETTER MEMO\nR;")
    console.ask("type letter memo", "".join(f"^{re.escape(line)}\n" for line in LETTER) + "R;")
    console.ask("read", r"^READER EMPTY\.\nE\(00028\);")


def one_console(emulator, _):
    """Two machines and one console: the attention key, LOGIN and DISCONN go from one to the other."""
    with Machine(cp67(emulator, CMS_IMAGE, "vm=ann | vm=bob")) as machine:
        console = machine.console
        console.expect(r"^cp67: 2 virtual machines of 8192 KiB")
        console.expect(r"(?=(?s:.*)^R; T=.*\n)(?=(?s:.*)^bob: R; T=.*\n)(?s:.*)")
        functions(console)
        timers(console)
        console.ask("query users", r"^ann - 020\nbob - DSC\nR;")
        console.ask("msg bob hello", r"^BOB NOT RECEIVING\nE\(00003\);")
        send(console, "bob")
        console.ask("print letter memo", r"^\*\* PRINTER ann 0005 RECORDS \*\*\n" +
                    "".join(rf"(?:R; T=.*\n)?{re.escape(line)}\n" for line in (*LETTER, "** END **")))
        console.ask("$ loop", r"^EXECUTION BEGINS\.\.\.\n")  # goes on when nobody looks
        attention(console)
        console.ask("login bob", r"^ann DISCONNECTED, AND GOES ON\. LOGIN NAME\nREADY AT 020\. bob\n")
        receive(console)
        talk(console, TALK)
        console.type("query disk\r" * 80)  # at once
        for _ in range(80):
            console.expect(r"^P \(191\)")
        console.expect(READY)
        console.ask("cp ipl", r"^CMS, IN THE MANNER OF 1967(?s:.*)^R; T=.*\n")
        attention(console)
        console.ask("disconn", r"^bob DISCONNECTED, AND GOES ON\. LOGIN NAME\n")
        console.ask("begin", r"^LOGIN FIRST\n")
        console.ask("login nobody", r"^NOBODY NOT IN CP DIRECTORY\n")
        console.ask("login ann", r"^READY AT 020\. ann\n")
        console.type("hx\r")
        console.expect(r"^CMS: HALTED AT 12000\nR;")
        console.ask("logout", r"^LOGOUT ann\n")
        console.ask("login bob", r"^READY AT 020\. bob\n")
        attention(console)
        console.ask("logout", r"^LOGOUT bob\n")
        status, errors = machine.wait()
        if status:
            raise Wrong(f"ends with exit code {status}\n{errors}")


def bad_cards(emulator, _):
    """A machine that does to its devices and to CP what it must not; its neighbour's work is as ever."""
    wl = "image=0x8e000000 wl=ABJ scale=100"
    for words in (f"vm=cards | {wl}", f"{wl} | vm=cards"):  # with a terminal, and without
        with Machine(cp67(emulator, CARDS, words, "-m", "256M", "-device", f"loader,file={WL},addr=0x8e000000,force-raw=on")) as machine:
            status, errors = machine.wait()
            if status or "WL-OK" not in machine.console.text or "CARDS-OK" not in machine.console.text:
                raise Wrong(f"{words} ends with exit code {status}\n{machine.console.text}{errors}")


def full_drum(emulator, _):
    """A machine that wants more pages than its share of the drum is logged off; its neighbour, who wants some later, has his own."""
    if not emulator.is_ours:
        raise Skip("bulkhead only")
    wl, hog = "vm=good image=0x8e000000 wl=EEEEEEEEA scale=2", "vm=hog pages=1024 touches=100000"
    for words in (f"{wl} | {hog}", f"{hog} | {wl}"):
        with Machine(cp67(emulator, ROAM, f"cp.frames=32 {words}", "-m", "256M", "-device", "paging-drum,pages=180",
                          "-device", f"loader,file={WL},addr=0x8e000000,force-raw=on")) as machine:
            status, _ = machine.wait()
            text = machine.console.text
            if status != 1 or text.count("PAGING SPACE FULL") != 1 or "hog: PAGING SPACE FULL\n" not in text or "WL-OK\n" not in text:
                raise Wrong(f"{words} ends with exit code {status}\n{text}")


def two_typewriters(emulator, folder):
    """Two users at two typewriters, and the operator: each speaks to his machine and to CP, and they to each other."""
    if not emulator.is_ours:
        raise Skip("bulkhead only")
    paths = {name: os.path.join(folder, name) for name in ("ann", "bob")}
    devices = [word for name, path in paths.items() for word in ("-chardev", f"socket,id={name},path={path},server=on,wait=off",
                                                                 "-device", f"typewriter,chardev={name},cps=1000")]
    with Machine(cp67(emulator, CMS_IMAGE, "vm=ann | vm=bob", *devices)) as machine:
        plugs = {name: connect(path) for name, path in paths.items()}
        ann, bob = (Terminal(plug.fileno(), plug.fileno(), name) for name, plug in plugs.items())
        operator = machine.console
        operator.expect(r"^cp67: 2 virtual machines")
        for user in (ann, bob):
            user.type("\r")
            user.ask("query users", r"^ann - 021\nbob - 022\nR;")
        functions(ann)
        bob.ask("query disk", READY)  # is not stopped by that
        ann.ask("msg bob how is the weather", READY)
        bob.expect(r"^MSG FROM ann: how is the weather\n")
        attention(bob)
        bob.ask("m ann rain", "")
        ann.expect(r"^MSG FROM bob: rain\n")
        bob.ask("b", "")
        send(ann, "bob")
        receive(bob)
        ann.ask("help", READY)  # more than fits the typewriter's buffer
        bob.ask("print letter memo", READY)
        operator.expect(r"^\*\* PRINTER bob 0005 RECORDS \*\*\n" + "".join(rf"{re.escape(line)}\n" for line in (*LETTER, "** END **")))
        attention(operator)
        operator.ask("msg ann good night", "")
        ann.expect(r"^MSG FROM OPERATOR: good night\n")
        ann.ask("$ loop", r"^EXECUTION BEGINS")
        bob.ask("type letter memo", "".join(f"^{re.escape(line)}\\n" for line in LETTER) + "R;")  # has his share of the processor
        for user in (ann, bob):
            attention(user)
            user.ask("logout", r"^LOGOUT " + user.name + "\n")
            if re.search("(?<!\r)\n", user.raw):
                raise Wrong(f"{user.name}: a line does not begin at the left")
        status, errors = machine.wait()
        if status:
            raise Wrong(f"ends with exit code {status}\n{errors}")


def hostile_paged(emulator, _):
    """A hostile machine whose pages come and go, and a neighbour who shares frames and drum with it."""
    if not emulator.is_ours:
        raise Skip("bulkhead only")
    attacker = f"{TOP}/build/hyp/attacker.bin"
    for attack, more in (("selfmod", []), ("fence n=300", []), ("tables at=0x80200000", ["-max-insns", "60000000"])):
        with Machine(cp67(emulator, WL, f"cp.frames=34 wl=ABCE scale=200 | vm=bad image=0x8e000000 attack={attack}", "-m", "256M", *more,
                          "-device", "paging-drum", "-device", f"loader,file={attacker},addr=0x8e000000,force-raw=on")) as machine:
            status, errors = machine.wait()
            if not re.search("^WL-OK$", machine.console.text, re.M) or (not more and (status or "survived" not in machine.console.text)):
                raise Wrong(f"{attack}: exit code {status}\n{machine.console.text}{errors}")
