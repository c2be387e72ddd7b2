# SPDX-License-Identifier: MIT
"""xdisplay - an X server without a screen, with real keys and a real pointer, and its pixels.

    with XDisplay(1600, 1000) as x:
        process = subprocess.Popen([...], env=x.environment)
        window = x.window("Bulkhead")
        x.key("ctrl+alt+g"); x.type("hello\\n"); x.click(100, 200)
        x.pixels(window)    # rows of 0xRRGGBB
"""
import mmap
import os
import re
import shutil
import struct
import subprocess
import tempfile
import time

from letters import BRIGHT, write_png


class XDisplay:
    """Needs Xvfb and xdotool. The server listens to a socket of this computer alone."""

    def __init__(self, width=1600, height=1000):
        self.size = (width, height)
        self.folder = self.server = self.screen = None

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="bulkhead-x-")
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{self.size[0]}x{self.size[1]}x24", "-fbdir",
             self.folder, "-nolisten", "tcp", "-noreset"],
            pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise OSError("Xvfb does not start")
        self.environment = {**os.environ, "DISPLAY": f":{number}", "SDL_VIDEODRIVER": "x11"}
        self.environment.pop("WAYLAND_DISPLAY", None)
        return self

    def __exit__(self, *_):
        self.close()

    def end_server(self):
        """For what is shown there the display is lost."""
        if self.server:
            self.server.terminate()
            self.server.wait()
            self.server = None

    def close(self):
        self.end_server()
        if self.screen:
            self.screen.close()
            self.screen = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def do(self, *words, check=True):
        """xdotool's output."""
        done = subprocess.run(["xdotool", *map(str, words)], env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        if check and done.returncode:
            raise AssertionError(f"xdotool {' '.join(map(str, words))}: {done.stderr.strip()}")
        return done.stdout.strip()

    def window(self, name, wait=20):
        """The number of the window whose title has the regular expression `name` in it."""
        end = time.monotonic() + wait
        while time.monotonic() < end:
            found = self.do("search", "--onlyvisible", "--name", name, check=False).split()
            if found:
                self.do("windowfocus", found[0], check=False)
                return found[0]
            time.sleep(0.02)
        raise AssertionError(f"no window is called {name}")

    def title(self, window):
        return self.do("getwindowname", window)

    def geometry(self, window):
        """(x, y, width, height)"""
        found = dict(re.findall(r"^(X|Y|WIDTH|HEIGHT)=(-?\d+)$", self.do("getwindowgeometry", "--shell", window), re.M))
        return tuple(int(found[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))

    def key(self, *keys):
        self.do("key", "--clearmodifiers", "--delay", 20, *keys)

    def hold(self, key, down):
        self.do("keydown" if down else "keyup", key)

    def type(self, text):
        for line in re.split(r"(\n)", text):
            if line == "\n":
                self.key("Return")
            elif line:
                self.do("type", "--clearmodifiers", "--delay", 15, line)

    def move(self, x, y):
        self.do("mousemove", "--sync", x, y)

    def click(self, x, y, button=1):
        self.do("mousemove", x, y, "click", button)

    def drag(self, x0, y0, x1, y1):
        self.do("mousemove", x0, y0, "mousedown", 1)
        for step in range(1, 9):
            self.do("mousemove", x0 + (x1 - x0) * step // 8, y0 + (y1 - y0) * step // 8)
        self.do("mouseup", 1)

    def resize(self, window, width, height):
        self.do("windowsize", window, width, height)

    def copy(self, text):
        """Makes `text` (bytes) what is pasted; keeps a process that owns it."""
        process = subprocess.Popen(["xclip", "-selection", "clipboard", "-quiet"], env=self.environment,
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        process.stdin.write(text)
        process.stdin.close()
        return process

    def pasted(self):
        return subprocess.run(["xclip", "-selection", "clipboard", "-o"], env=self.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=20, check=False).stdout

    def click_in(self, window, x, y, button=1):
        """At a place of the window's."""
        left, top, _, _ = self.geometry(window)
        self.click(left + x, top + y, button)

    def lines(self, window=None):
        """The screen, or the window's part of it: rows of bytes, 4 for each pixel: blue, green, red, nothing."""
        if not self.screen:
            with open(os.path.join(self.folder, "Xvfb_screen0"), "r+b") as file:
                self.screen = mmap.mmap(file.fileno(), 0)
        head = struct.unpack(">25I", self.screen[:100])  # X11/XWDFile.h
        stride, colors = head[12], head[19]
        begin = head[0] + colors * 12
        x, y, width, height = self.geometry(window) if window else (0, 0, *self.size)
        x0, x1 = max(x, 0), min(x + width, self.size[0])
        rows = []
        for line in range(max(y, 0), min(y + height, self.size[1])):
            rows.append(self.screen[begin + line * stride + 4 * x0:begin + line * stride + 4 * x1])
        return rows

    def pixels(self, window=None):
        """A list of rows, each a tuple of 0xRRGGBB."""
        return [tuple(pixel & 0xFFFFFF for pixel in struct.unpack(f"<{len(row) // 4}I", row)) for row in self.lines(window)]

    def ink(self, window):
        """Rows of bytes, 1 where a pixel is bright (letters.py)."""
        table = bytes(value >= BRIGHT for value in range(256))
        return [row[1::4].translate(table) for row in self.lines(window)]

    def keep(self, window=None, path="build/ui/failed.png"):
        """Leaves a picture for people."""
        lines = self.lines(window)
        rows = [bytes(value for i in range(0, len(row), 4) for value in (row[i + 2], row[i + 1], row[i])) for row in lines]
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write_png(path, rows)

    def settled(self, window, wait=5):
        """The lines, once they do not change any more."""
        before, end = self.lines(window), time.monotonic() + wait
        while time.monotonic() < end:
            time.sleep(0.2)
            now = self.lines(window)
            if now == before:
                return now
            before = now
        return before


def is_available():
    return all(shutil.which(name) for name in ("Xvfb", "xdotool"))
