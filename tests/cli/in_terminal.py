# SPDX-License-Identifier: MIT
"""in_terminal.py - -display curses, looked at as a person would: by a small VT52, which curses knows how to draw on."""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import threading
import time

WAIT = 10
COMMAND = ["-display", "curses", "-bios", "none", "-kernel", "echo.elf"]
PASTED = 60000


class Screen:
    """A VT52: ESC A to D move, H goes home, I scrolls back, J and K erase, Y goes to a place."""

    def __init__(self, cols, rows):
        self.cells = [[" "] * cols for _ in range(rows)]
        self.col = self.row = 0
        self.waiting = b""

    def text(self):
        return "\n".join("".join(line).rstrip() for line in self.cells)

    def feed(self, data):
        self.waiting += data
        while self.waiting:
            taken = self.escape() if self.waiting[0] == 0x1b else self.character()
            if not taken:
                return
            self.waiting = self.waiting[taken:]

    def character(self):
        byte = self.waiting[0]
        size = 1 if byte < 0x80 else 2 if byte < 0xe0 else 3 if byte < 0xf0 else 4
        if len(self.waiting) < size:
            return 0
        if byte == 13:
            self.col = 0
        elif byte == 10:
            self.down()
        elif byte == 8:
            self.col = max(self.col - 1, 0)
        elif byte >= 32:
            self.cells[self.row][self.col] = self.waiting[:size].decode()
            self.col = min(self.col + 1, len(self.cells[0]) - 1)
        return size

    def down(self):
        self.row += 1
        if self.row == len(self.cells):
            self.cells = self.cells[1:] + [[" "] * len(self.cells[0])]
            self.row -= 1

    def erase(self, first, rows):
        self.cells[first][self.col:] = [" "] * (len(self.cells[0]) - self.col)
        for row in range(first + 1, rows):
            self.cells[row] = [" "] * len(self.cells[0])

    def escape(self):
        if len(self.waiting) < 2:
            return 0
        kind = chr(self.waiting[1])
        if kind == "Y":
            if len(self.waiting) < 4:
                return 0
            self.row, self.col = self.waiting[2] - 32, self.waiting[3] - 32
            return 4
        moves = {"A": (-1, 0), "B": (1, 0), "C": (0, 1), "D": (0, -1)}
        if kind in moves:
            self.row, self.col = self.row + moves[kind][0], self.col + moves[kind][1]
        elif kind == "H":
            self.row = self.col = 0
        elif kind == "I":
            self.row = max(self.row - 1, 0)
        elif kind == "J":
            self.erase(self.row, len(self.cells))
        elif kind == "K":
            self.erase(self.row, self.row + 1)
        return 2


class Session:
    """A bulkhead in a terminal of its own."""

    def __init__(self, program, folder, arguments, kind="vt52"):
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.said, self.program, self.folder = b"", program, folder
        self.resize(100, 30)
        self.child = subprocess.Popen(["setsid", "-c", program] + COMMAND + arguments, cwd=folder, stdin=self.slave,
                                      stdout=self.slave, stderr=self.slave,
                                      env={**os.environ, "TERM": kind, "LC_ALL": "C.UTF-8"})

    def resize(self, cols, rows):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        self.screen = Screen(cols, rows)

    def look(self):
        while select.select([self.master], [], [], 0.02)[0]:
            data = os.read(self.master, 65536)
            self.said += data
            self.screen.feed(data)

    def expect(self, text):
        end = time.monotonic() + WAIT * float(os.environ.get("SLOW", "1"))
        while text not in self.screen.text():
            self.look()
            if time.monotonic() > end:
                raise AssertionError(f"no {text!r} on\n{self.screen.text()}")

    def gone(self, text):
        end = time.monotonic() + WAIT
        while text in self.screen.text():
            self.look()
            assert time.monotonic() < end, f"{text!r} is still on\n{self.screen.text()}"

    def keys(self, text):
        os.write(self.master, text.encode())

    def end(self, code):
        deadline = time.monotonic() + WAIT
        while self.child.poll() is None and time.monotonic() < deadline:
            self.look()
        got = self.child.wait(WAIT)
        self.look()
        assert got == code, f"exit code {got}, not {code}: {self.said[-300:]!r}"
        assert termios.tcgetattr(self.slave) == self.before, "the terminal was not put back"

    def close(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        os.close(self.master)
        os.close(self.slave)


def tabs(session):
    """The console, the monitor and a panel; help; another size; the end."""
    session.expect(" 1 serial0  2 monitor ")
    session.expect("Ctrl-A: h help")
    session.keys("hello")
    session.expect("hello")
    session.keys("\x01" + "2")
    session.expect("(qemu)")
    session.keys("info sta\t\r")
    session.expect("VM status: running")
    session.keys("\x01p")
    session.expect("Paused")
    session.keys("\x01n")
    session.expect("(qemu) step")
    session.keys("\x01p\x01h")
    session.expect("one instruction or trap")
    session.keys("\x01h\x01\t")
    session.expect("hart  mode")
    session.resize(60, 12)
    session.keys("\x01l\x01" + "2" + "x" * 70)
    session.expect("\n" + "x" * 17)
    session.keys("\x15")
    session.gone("xxx")
    session.keys("\x01" + "1")
    session.expect("hello")
    assert session.screen.text().splitlines()[-1].startswith("Ctrl-A: h help"), session.screen.text()
    session.keys("\x01x")
    session.end(0)


def selecting(session):
    """What is selected and copied is typed by pasting."""
    session.expect("serial0")
    session.keys("first second ")
    session.expect("first second")
    session.keys("\x01[")
    session.expect("Select: arrows")
    for key in ("\x1bD", "\x1bD", " ", "\x1bD", "\x1bD", "\x1bD", "\x1bD", "\x1bD", "\r"):
        session.keys(key)
    time.sleep(0.1)
    session.keys("\x01]")
    session.expect("first second second")
    session.keys("!")
    session.end(0)


def pasting(session):
    """Much that is typed at once arrives whole, though the guest takes it slowly."""
    text = "".join(chr(ord("a") + i % 23) for i in range(PASTED))
    writer = threading.Thread(target=lambda: os.write(session.master, (text + "!").encode()))
    session.expect(" 1 c0 ")
    writer.start()
    end = time.monotonic() + 30
    while session.child.poll() is None and time.monotonic() < end:
        session.look()
    writer.join(1)
    session.end(0)
    with open(session.log, encoding="ascii") as log:
        got = log.read()
    assert got.rstrip("!") == text, f"{len(got)} of {PASTED} bytes arrived"


def recorded(session):
    """What was typed here happens again without a terminal."""
    session.expect("serial0")
    session.keys("recorded")
    session.expect("recorded")
    session.keys("!")
    session.end(0)
    again = subprocess.run([session.program, "-replay", "typed.rec"], cwd=session.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, timeout=WAIT, check=False)
    assert again.returncode == 0 and again.stdout.startswith(b"recorded"), again


def ended_by_a_signal(session):
    """The terminal's other screen is left, too."""
    session.look()
    end = time.monotonic() + WAIT
    while b"serial0" not in session.said:
        session.look()
        assert time.monotonic() < end, session.said
    session.child.send_signal(signal.SIGTERM)
    session.end(128 + signal.SIGTERM)
    assert session.said.rfind(b"\x1b[?1049l") > session.said.rfind(b"\x1b[?1049h") >= 0, session.said


SESSIONS = [(tabs, [], "vt52"), (selecting, [], "vt52"),
            (pasting, ["-chardev", "vc,id=c0,logfile=pasted.log", "-serial", "chardev:c0"], "vt52"),
            (recorded, ["-record", "typed.rec"], "vt52"), (ended_by_a_signal, [], "xterm")]


def run_all(program, folder):
    """[(name, what is wrong or None)]"""
    if not os.path.exists(os.path.join(os.path.dirname(os.path.realpath(program)), "bulkhead-curses.so")):
        return []
    results = []
    for check, arguments, kind in SESSIONS:
        session = Session(program, folder, arguments, kind)
        session.log = os.path.join(folder, "pasted.log")
        try:
            check(session)
            results.append((f"in_terminal: {check.__name__}", None))
        except (AssertionError, OSError, subprocess.TimeoutExpired) as problem:
            results.append((f"in_terminal: {check.__name__}", str(problem) or repr(problem)))
        session.close()
    return results
