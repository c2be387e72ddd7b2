# SPDX-License-Identifier: MIT
"""session - a run in a window on a screen, looked at by what it shows: waiting for texts, clicking at them."""
import ctypes
import os
import re
import subprocess
import tempfile
import time

from letters import CELL_H, CELL_W, Letters

LIMIT = float(os.environ.get("UI_LIMIT", 120))  # seconds, for what takes one: the computer may be busy


class Failed(Exception):
    pass


def learn(binary, machine, scale=100):
    """Letters at that scale, from a picture of a guest that prints them all."""
    with tempfile.TemporaryDirectory() as folder:
        png, text = (os.path.join(folder, name) for name in ("letters.png", "letters.txt"))
        environment = {**os.environ, "SDL_VIDEODRIVER": "dummy"}
        run = subprocess.Popen([binary] + machine + ["-append", "letters", "-serial", "vc", "-display", f"sdl,scale={scale},layout=left:0/right:0",
                                                     "-ui-shot", png, "-ui-shot", text, "-ui-at", "500ms"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment)
        end = time.monotonic() + LIMIT
        while not os.path.exists(text) and run.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        run.kill()
        run.wait()
        with open(text, encoding="utf-8") as file:
            return Letters(png, file.read(), scale)


class Session:
    """with Session(screen, letters, [binary, ...], folder) as s: ..."""

    def __init__(self, x, letters, command, folder, title="Bulkhead"):
        self.x, self.letters, self.title_has = x, letters, title
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.errors,
                                        env=x.environment, cwd=folder)

    def __enter__(self):
        try:
            self.window = self.x.window(f"^{self.title_has}", wait=LIMIT)
        except AssertionError as problem:
            self.end()
            raise Failed(f"{problem}\n{self.said()}") from None
        return self

    def __exit__(self, kind, *_):
        if kind and self.process.poll() is None:
            self.x.keep(self.window)
        self.end()
        self.errors.close()

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def said(self):
        self.errors.seek(0)
        return self.errors.read()

    def exit_code(self):
        """Waits for it."""
        return self.process.wait(LIMIT)

    def until(self, what, look, limit=LIMIT):
        """Waits until look() gives something, which it returns."""
        end = time.monotonic() + limit
        while True:
            found = look()
            if found:
                return found
            if self.process.poll() is not None:
                raise Failed(f"the run has ended ({self.process.returncode}) before: {what}\n{self.said()}")
            if time.monotonic() > end:
                raise Failed(f"in {limit} s not: {what}\n{self.said()}")
            time.sleep(0.05)

    def ink(self):
        return self.x.ink(self.window)

    def find(self, text, area=None):
        return self.letters.find(self.ink(), text, area)

    def see(self, text, limit=LIMIT):
        """Waits for the text; where it is."""
        return self.until(f"'{text}' is seen", lambda: self.find(text), limit)

    def gone(self, text):
        self.until(f"'{text}' is gone", lambda: not self.find(text))

    def titled(self, pattern):
        self.until(f"the title has {pattern} (it is {self.x.title(self.window)!r})",
                   lambda: re.search(pattern, self.x.title(self.window)))

    def line_from(self, text):
        """What stands in a line from that text on."""
        x, y = self.see(text)
        return self.letters.line(self.ink(), x, y)

    def click(self, text, button=1, times=1):
        """At the middle of that text."""
        x, y = self.see(text)
        at = (x + len(text) * self.letters.w // 2, y + self.letters.h // 2)
        for _ in range(times):
            self.x.click_in(self.window, *at, button)
        return at

    def cell(self, place, right=0, down=0):
        """The middle of a cell, beside a place as `see` gives it."""
        return (place[0] + right * self.letters.w + CELL_W // 2, place[1] + down * self.letters.h + CELL_H // 2)

    def close(self):
        """As the cross in its title does."""
        class Message(ctypes.Structure):  # XClientMessageEvent of 32 bits a word
            _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
                        ("display", ctypes.c_void_p), ("window", ctypes.c_ulong), ("message", ctypes.c_ulong),
                        ("format", ctypes.c_int), ("data", ctypes.c_long * 5), ("room", ctypes.c_long * 24)]
        x11 = ctypes.CDLL("libX11.so.6")
        x11.XOpenDisplay.restype = ctypes.c_void_p
        x11.XInternAtom.restype = ctypes.c_ulong
        x11.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
        x11.XSendEvent.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_long, ctypes.c_void_p]
        x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
        display = x11.XOpenDisplay(self.x.environment["DISPLAY"].encode())
        message = Message(33, 0, 1, display, int(self.window), x11.XInternAtom(display, b"WM_PROTOCOLS", 0), 32)
        message.data[0] = x11.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
        x11.XSendEvent(display, int(self.window), 0, 0, ctypes.byref(message))
        x11.XCloseDisplay(display)
