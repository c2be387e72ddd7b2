# SPDX-License-Identifier: MIT
"""typewriters.py - people who sit at the typewriters of one machine at the same time.

    with Room(binary, ["-kernel", "build/hyp/bbn.elf"], 2) as room:
        one, two = room.typewriters
        one.type("abc\\r")
        two.type("xyz\\r")                        # neither waits for the other
        one.expect(r"1:1 ")                       # a regular expression, behind what was found last
        room.end(0)                               # the run must end with that exit code, by itself

The ends of the lines are sockets, which the machine waits for before it starts, so that nothing of what is printed is lost;
or pseudo terminals (`ends="pty"`); or one terminal for all (`ends="terminal"`), where room.turn(n) is the key that gives it
to another. Whatever one waits for, what the others print is read. Times are those of the wall, and long: the machine's own
belong into rules about its events (`-expect`).
"""
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import tty

WAIT = 30  # seconds; more only where nothing works any more


class Typewriter:
    """One end of a line: what was printed there so far (`text`), and a keyboard."""

    def __init__(self, room, number, handle):
        self.room, self.number, self.handle = room, number, handle
        self.text, self.at = b"", 0

    def type(self, text):
        os.write(self.handle, text.encode())

    def knock(self, pattern, key="\r"):
        """Presses a key until this is printed: a program that does not listen yet loses what is typed."""
        for _ in range(WAIT):
            self.type(key)
            end = time.monotonic() + 1
            while time.monotonic() < end:
                self.room.listen(0.05)
                if re.compile(pattern.encode(), re.S).search(self.text, self.at):
                    self.expect(pattern)
                    return
        raise AssertionError(f"typewriter {self.number}: nobody answers; {self.room.said()}")

    def expect(self, pattern):
        """Waits until this is printed behind what was found last; returns the match."""
        end = time.monotonic() + WAIT
        while not (match := re.compile(pattern.encode(), re.S).search(self.text, self.at)):
            if time.monotonic() > end or not self.room.listen(0.05) and self.room.is_over():
                raise AssertionError(f"typewriter {self.number}: no /{pattern}/ in {self.text[self.at:]!r}; {self.room.said()}")
        self.at = match.end()
        return match

    def hear(self):
        """Reads what is there; False: nothing is."""
        try:
            part = os.read(self.handle, 4096)
        except OSError:  # a terminal whose other end is closed
            part = b""
        self.text += part
        return bool(part)


class Room:
    """A machine with typewriters, and somebody at each."""

    def __init__(self, binary, arguments, number=2, ends="socket", cps=10):
        self.folder = tempfile.mkdtemp(prefix="room")
        self.log = open(os.path.join(self.folder, "log"), "w+b")
        self.typewriters, self.opened, self.ends = [], [], ends
        devices = []
        for i in range(number):
            chardev = {"socket": f"socket,id=tw{i},path=tw{i}.sock,server=on", "pty": f"pty,id=tw{i}",
                       "terminal": "stdio,id=tw0,mux=on,signal=off"}[ends]
            devices += ["-chardev", chardev] if ends != "terminal" or not i else []
            devices += ["-device", f"typewriter,chardev=tw{0 if ends == 'terminal' else i},cps={cps}"]
        usual = ["-serial", "none", "-monitor", "none", "-bios", "none", "-M", "virt,pdp-time=on"]
        arguments = [os.path.abspath(a) if os.path.exists(a) else a for a in arguments]
        self.start([os.path.abspath(binary)] + usual + devices + arguments)
        try:
            {"socket": self.call, "pty": self.open_ptys, "terminal": self.sit_down}[ends](number)
        except BaseException:
            self.__exit__()
            raise

    def start(self, command):
        stdin = subprocess.DEVNULL
        out = self.log
        if self.ends == "terminal":
            self.master, stdin = pty.openpty()
            tty.setraw(stdin)
            out = stdin
            self.opened += [self.master]
        self.child = subprocess.Popen(command, cwd=self.folder, stdin=stdin, stdout=out, stderr=self.log,
                                      env={**os.environ, "TERM": "xterm"}, start_new_session=True)
        if self.ends == "terminal":
            os.close(stdin)

    def patiently(self, action):
        end = time.monotonic() + WAIT
        while (result := action()) is None:
            assert time.monotonic() < end and not self.is_over(), f"the machine does not start: {self.said()}"
            time.sleep(0.02)
        return result

    def call(self, number):
        def connect():
            line = socket.socket(socket.AF_UNIX)
            try:
                line.connect(path)
                return line.detach()
            except OSError:
                line.close()
                return None

        for i in range(number):
            path = os.path.join(self.folder, f"tw{i}.sock")
            self.add(self.patiently(connect))

    def open_ptys(self, number):
        def names():
            found = re.findall(r"redirected to (\S+) ", self.said())
            return found if len(found) == number else None

        for name in self.patiently(names):
            handle = os.open(name, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(handle)
            self.add(handle)

    def sit_down(self, number):
        self.add(self.master)
        self.typewriters *= number  # one person, who goes from one to the other

    def add(self, handle):
        self.typewriters.append(Typewriter(self, len(self.typewriters) + 1, handle))
        self.opened += [handle] if handle not in self.opened else []

    def turn(self, number):
        """The terminal belongs to typewriter `number`, from 1 on."""
        for _ in range(9):
            os.write(self.master, b"\x01c")
            if self.typewriters[0].expect(r"console (\d+) of \d+\r\n")[1] == str(number).encode():
                return
        raise AssertionError(f"nothing leads to typewriter {number}")

    def listen(self, seconds):
        """Reads what all typewriters print; False: nothing came in that time."""
        people = {t.handle: t for t in self.typewriters}
        ready, _, _ = select.select(list(people), [], [], seconds)
        return any([people[handle].hear() for handle in ready])

    def is_over(self):
        return self.child.poll() is not None

    def said(self):
        """What the emulator itself said."""
        self.log.flush()
        with open(self.log.name, "rb") as file:
            return file.read().decode(errors="replace")

    def quit(self):
        """Ends the run as a person would, from outside."""
        self.child.send_signal(signal.SIGTERM)

    def end(self, code=0):
        end = time.monotonic() + WAIT
        while not self.is_over() and time.monotonic() < end:
            self.listen(0.05)
        got = self.child.poll()
        while self.listen(0):
            pass
        assert got == code, f"exit code {got}, not {code}: {self.said()}"

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if not self.is_over():
            self.child.kill()
        self.child.wait()
        for handle in self.opened:
            os.close(handle)
        self.log.close()
        shutil.rmtree(self.folder)
