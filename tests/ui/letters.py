# SPDX-License-Identifier: MIT
"""letters - pictures of the window as pixels, and the texts in them.

What letters look like is learned from a picture and the drawing that it was painted from; a text is found by its pixels.
"""
import re
import struct
import zlib

CELL_W, CELL_H = 8, 16
BRIGHT = 0x50  # of green: ink, on the dark colours that the window has behind texts


class Picture:
    """Rows of bytes, 3 for each pixel: red, green, blue."""

    def __init__(self, width, height, rows):
        self.width, self.height, self.rows = width, height, rows

    def ink(self):
        """Rows of bytes, 1 where a pixel is bright."""
        table = bytes(value >= BRIGHT for value in range(256))
        return [row[1::3].translate(table) for row in self.rows]

    def data(self):
        return struct.pack("<II", self.width, self.height) + b"".join(self.rows)


def read_png(path):
    """Those that the window writes: 8 bits each of red, green, blue; each row whole."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", path
    at, packed, head = 8, b"", None
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        assert zlib.crc32(kind + body) == struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0], path
        if kind == b"IHDR":
            head = struct.unpack(">IIBBBBB", body)
        packed += body if kind == b"IDAT" else b""
        at += 12 + size
    width, height = head[:2]
    assert head[2:] == (8, 2, 0, 0, 0), (path, head)
    raw, stride = zlib.decompress(packed), 3 * width + 1
    assert len(raw) == stride * height, path
    rows = [raw[y * stride:(y + 1) * stride] for y in range(height)]
    assert not any(row[0] for row in rows), f"{path}: rows are filtered"
    return Picture(width, height, [row[1:] for row in rows])


def write_png(path, rows):
    """Rows of bytes as those of a Picture."""
    head = struct.pack(">IIBBBBB", len(rows[0]) // 3, len(rows), 8, 2, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for kind, body in ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))), (b"IEND", b"")):
            file.write(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)))


class Letters:
    """A text's pixels are those of its letters beside each other."""

    def __init__(self, png, drawing, scale=100):
        """Learns from a picture at `scale` and the list of what is drawn there, in which all letters stand in two lines from
        `!` on and from `P` on, plain and then bold."""
        self.w, self.h = CELL_W * scale // 100, CELL_H * scale // 100
        self.styles, ink = ({}, {}), read_png(png).ink()
        for first in "!P":
            lines = [line for line in re.findall(r'^text (-?\d+),(-?\d+) \S+ \S+ "(.*)"$', drawing, re.M)
                     if len(line[2]) > 20 and line[2] == "".join(map(chr, range(ord(first), ord(first) + len(line[2]))))]
            assert len(lines) == 2, (first, lines)
            for glyphs, (x, y, text) in zip(self.styles, lines):
                x, y = int(x) * scale // 100, int(y) * scale // 100
                for i, letter in enumerate(text):
                    glyphs[letter] = [row[x + i * self.w:x + (i + 1) * self.w] for row in ink[y:y + self.h]]
        for glyphs in self.styles:
            glyphs[" "] = [bytes(self.w)] * self.h
        self.read = {b"".join(glyph): letter for glyphs in self.styles for letter, glyph in glyphs.items()}

    def find(self, ink, text, area=None):
        """Where the text is: (x, y) of its upper left corner, the uppermost; None: nowhere. `area`: x, y, width, height."""
        x0, y0, w, h = area or (0, 0, len(ink[0]), len(ink))
        found = []
        for glyphs in self.styles:
            rows = [b"".join(glyphs[letter][line] for letter in text) for line in range(self.h)]
            key = max(range(self.h), key=lambda line, rows=rows: len(rows[line].strip(b"\0")) and sum(rows[line]))
            for y in range(y0, min(y0 + h, len(ink)) - self.h + 1):
                x = ink[y + key].find(rows[key], x0, x0 + w)
                while x >= 0:
                    if all(ink[y + line][x:x + len(rows[0])] == rows[line] for line in range(self.h)):
                        found.append((y, x))
                        break
                    x = ink[y + key].find(rows[key], x + 1, x0 + w)
        return min(found)[::-1] if found else None

    def line(self, ink, x, y):
        """The text that begins at the left edge of the letter at (x, y), up to the window's end; ? for what is none."""
        cells = (b"".join(row[at:at + self.w] for row in ink[y:y + self.h]) for at in range(x, len(ink[0]) - self.w + 1, self.w))
        return "".join(self.read.get(cell, "?") for cell in cells).rstrip()
