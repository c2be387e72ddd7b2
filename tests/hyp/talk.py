# SPDX-License-Identifier: MIT
"""talk.py - sits at a console of the machine: types, and waits for what must come."""
import os
import re
import select
import socket
import subprocess
import time

WAIT = 30


class Wrong(Exception):
    """What was said is not what must be said."""


class Skip(Exception):
    """The emulator cannot do this."""


class Terminal:
    """One end of a console: `source` and `sink` are file descriptors."""

    def __init__(self, source, sink, name="console"):
        self.source, self.sink, self.name = source, sink, name
        self.raw, self.text, self.seen = "", "", 0

    def type(self, text):
        os.write(self.sink, text.encode("latin-1"))

    def read(self, seconds):
        if select.select([self.source], [], [], seconds)[0]:
            piece = os.read(self.source, 65536)
            if not piece:
                raise Wrong(f"{self.name}: ended\n{self.text[-2000:]}")
            self.raw += piece.decode("latin-1")
            self.text = self.raw.replace("\r", "")

    def expect(self, pattern):
        """Waits until the pattern comes, behind all that was waited for before; returns the match."""
        end = time.monotonic() + WAIT
        while not (found := re.compile(pattern, re.M).search(self.text, self.seen)):
            if time.monotonic() > end:
                raise Wrong(f"{self.name}: {pattern!r} did not come; behind what came before there is\n{self.text[self.seen:]}\nand before\n{self.text[:self.seen][-600:]}")
            self.read(0.2)
        self.seen = found.end()
        return found

    def ask(self, line, pattern):
        """Types a line, which comes back, and waits for the answer."""
        self.type(line + "\r")
        self.expect(re.escape(line) + "\n")
        return self.expect(pattern)


class Machine:
    """A run of an emulator with its console at pipes."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.console = Terminal(self.process.stdout.fileno(), self.process.stdin.fileno())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def wait(self):
        """Its end; returns the exit code, and what it said of errors."""
        try:
            rest, errors = self.process.communicate(timeout=WAIT)
        except subprocess.TimeoutExpired as slow:
            raise Wrong("does not end") from slow
        self.console.text += rest.decode("latin-1").replace("\r", "")
        return self.process.returncode, errors.decode(errors="replace")


def connect(path):
    """The other end of a chardev at a socket."""
    end = time.monotonic() + WAIT
    while True:
        plug = socket.socket(socket.AF_UNIX)
        try:
            plug.connect(path)
            return plug
        except OSError:
            plug.close()
            if time.monotonic() > end:
                raise Wrong(f"nobody listens at {path}")
            time.sleep(0.05)
