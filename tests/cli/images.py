# SPDX-License-Identifier: MIT
"""images.py - makes the files that the command-line tests use: small programs, and broken ones of every kind."""
import gzip
import os
import struct

RAM = 0x80000000
FINISHER = 0x100000
UART = 0x10000000
T0, T1, T2 = 5, 6, 7


# Instructions, as the ISA manual encodes them.
def lui(rd, imm20):
    return (imm20 & 0xFFFFF) << 12 | rd << 7 | 0x37


def addi(rd, rs, imm):
    return (imm & 0xFFF) << 20 | rs << 15 | rd << 7 | 0x13


def sw(rs2, rs1, imm=0):
    return (imm >> 5 & 0x7F) << 25 | rs2 << 20 | rs1 << 15 | 2 << 12 | (imm & 0x1F) << 7 | 0x23


def sb(rs2, rs1, imm=0):
    return (imm >> 5 & 0x7F) << 25 | rs2 << 20 | rs1 << 15 | (imm & 0x1F) << 7 | 0x23


def lbu(rd, rs, imm=0):
    return (imm & 0xFFF) << 20 | rs << 15 | 4 << 12 | rd << 7 | 0x03


def beqz(rs, offset):
    imm = offset & 0x1FFF
    return ((imm >> 12 & 1) << 31 | (imm >> 5 & 0x3F) << 25 | rs << 15 |
            (imm >> 1 & 0xF) << 8 | (imm >> 11 & 1) << 7 | 0x63)


def andi(rd, rs, imm):
    return (imm & 0xFFF) << 20 | rs << 15 | 7 << 12 | rd << 7 | 0x13


def jump(offset):
    imm = offset & 0x1FFFFF
    return ((imm >> 20 & 1) << 31 | (imm >> 1 & 0x3FF) << 21 | (imm >> 11 & 1) << 20 |
            (imm >> 12 & 0xFF) << 12 | 0x6F)


def li(rd, value):
    upper = (value + 0x800) >> 12
    return [lui(rd, upper), addi(rd, rd, value - (upper << 12))]


def waits():
    """Sleeps until its timer is due, 100 ticks later, again and again."""
    lw = 2 << 12 | 0x03
    code = li(T1, 0x80) + [0x304 << 20 | T1 << 15 | 1 << 12 | 0x73] + li(T0, 0x200bff8) + li(T2, 0x2004000) + [sw(0, T2, 4)]
    return code + [T0 << 15 | T1 << 7 | lw, addi(T1, T1, 100), sw(T1, T2), 0x10500073, jump(-16)]


def finish(word):
    return li(T0, FINISHER) + li(T1, word) + [sw(T1, T0), jump(0)]


def say(text):
    code = li(T0, UART)
    for byte in text.encode():
        code += [addi(T1, 0, byte), sb(T1, T0)]
    return code


def echo():
    """Sends back every byte; '!' powers off."""
    code = li(T0, UART)
    loop = [lbu(T1, T0, 5), andi(T1, T1, 1), beqz(T1, -8), lbu(T2, T0), sb(T2, T0),
            addi(T2, T2, -ord("!")), beqz(T2, 8), jump(-28)]
    return code + loop + finish(0x5555)


def semihosting_exit(status):
    """SYS_EXIT_EXTENDED with the parameter block behind the code."""
    words = [11 << 7 | 0x17, addi(11, 11, 32), addi(10, 0, 0x20), 0x01F01013, 0x00100073, 0x40705013, jump(0), 0]
    return words + [0x20026, 0, status, 0]


CALL = [0x01F01013, 0x00100073, 0x40705013]


def semihosting_echo():
    """Writes back every byte that it reads by semihosting; '!' ends the run with code 5."""
    s0, a0, a1 = 8, 10, 11
    start = [s0 << 7 | 0x17, addi(s0, s0, 128)]
    loop = [addi(a0, 0, 7), addi(a1, 0, 0), *CALL, sb(a0, s0), addi(a1, s0, 0), addi(a0, 0, 3), *CALL, lbu(T2, s0),
            addi(T2, T2, -ord("!")), beqz(T2, 8)]
    loop.append(jump(-4 * len(loop)))
    words = start + loop + [addi(a0, 0, 0x20), addi(a1, s0, 16), *CALL, jump(0)]
    return words + [0] * (36 - len(words)) + [0x20026, 0, 5, 0]


def semihosting_copy():
    """Writes back every byte that it reads by semihosting; the end of the input ends the run with code 5."""
    s0, a0, a1 = 8, 10, 11
    start = [s0 << 7 | 0x17, addi(s0, s0, 128)]
    loop = [addi(a0, 0, 7), addi(a1, 0, 0), *CALL, addi(T2, a0, 1), beqz(T2, 32), sb(a0, s0), addi(a1, s0, 0),
            addi(a0, 0, 3), *CALL]
    loop.append(jump(-4 * len(loop)))
    words = start + loop + [addi(a0, 0, 0x20), addi(a1, s0, 16), *CALL, jump(0)]
    return words + [0] * (36 - len(words)) + [0x20026, 0, 5, 0]


def semihosting_text(size):
    """Writes so many bytes by one call of SYS_WRITE0, then ends the run with code 5."""
    a0, a1 = 10, 11
    words = [a1 << 7 | 0x17, addi(a1, a1, 80), addi(a0, 0, 4), *CALL, a1 << 7 | 0x17, addi(a1, a1, 40), addi(a0, 0, 0x20),
             *CALL, jump(0)]
    return code(words + [0] * (16 - len(words)) + [0x20026, 0, 5, 0]) + b"a" * size + b"\0"


def code(words):
    return b"".join(struct.pack("<I", word & 0xFFFFFFFF) for word in words)


def elf(text, entry=RAM, address=RAM, bits=64, machine=243, kind=2, data=1, memory=None, segments=1):
    """An ELF program of `segments` equal segments at the same address."""
    size = memory if memory is not None else len(text)
    ident = b"\x7fELF" + bytes([bits // 32, data, 1]) + bytes(9)
    if bits == 32:
        return ident + struct.pack("<HHIIIIIHHHHHH", kind, machine, 1, entry & 0xFFFFFFFF, 52, 0, 0, 52,
                                   32, 0, 0, 0, 0) + text
    offset = 64 + 56 * segments
    header = ident + struct.pack("<HHIQQQIHHHHHH", kind, machine, 1, entry, 64, 0, 0, 64, 56, segments, 0, 0, 0)
    program = struct.pack("<IIQQQQQQ", 1, 7, offset, address, address, len(text), size, 4096)
    return header + program * segments + text


def linux_image(text, size):
    """What begins like a Linux Image with an EFI header of one section of `size` bytes."""
    header = bytearray(64)
    header[0:2] = b"MZ"
    struct.pack_into("<QQ", header, 8, 0x200000, size)
    header[56:60] = b"RSC\x05"
    struct.pack_into("<I", header, 60, 64)
    pe = b"PE\0\0" + struct.pack("<HHIIIHH", 0x5064, 1, 0, 0, 0, 0, 0)
    section = b".text\0\0\0" + struct.pack("<IIIIIIHHI", size, 0, size, 0, 0, 0, 0, 0, 0)
    return bytes(header) + pe + section + text


def make_all(folder):
    ok = elf(code(finish(0x5555)))
    files = {
        "pass.elf": ok,
        "fail3.elf": elf(code(finish(3 << 16 | 0x3333))),
        "semihost.elf": elf(code(semihosting_exit(7))),
        "semiecho.elf": elf(code(semihosting_echo())),
        "semicopy.elf": elf(code(semihosting_copy())),
        "semitext.elf": elf(semihosting_text(100000)),
        "loop.elf": elf(code([jump(0)])),
        "waits.elf": elf(code(waits())),
        "reset.elf": elf(code(say("R") + finish(0x7777))),
        "hello.elf": elf(code(say("hello, world\n") + finish(0x5555))),
        "prompt.elf": elf(code(say("prompt> ") + [jump(0)])),
        "echo.elf": elf(code(echo())),
        "pass.bin": code(finish(0x5555)),
        "pass.bin.gz": gzip.compress(code(finish(0x5555))),
        "high.elf": elf(code(finish(0x5555)), RAM + 0x400000, RAM + 0x400000),
        "empty": b"",
        "truncated.elf": ok[:100],
        "cut.elf": ok[:-4],
        "header.elf": ok[:20],
        "magic.elf": ok[:4],
        "rv32.elf": elf(code(finish(0x5555)), bits=32),
        "x86.elf": elf(b"\x90" * 16, machine=62),
        "big-endian.elf": elf(code(finish(0x5555)), data=2),
        "object.elf": elf(code(finish(0x5555)), kind=1),
        "no-segments.elf": elf(code(finish(0x5555)), segments=0),
        "entry.elf": elf(code(finish(0x5555)), entry=0x1000),
        "low.elf": elf(code(finish(0x5555)), entry=0x2000, address=0x2000),
        "beyond.elf": elf(code(finish(0x5555)), entry=RAM + (8 << 30), address=RAM + (8 << 30)),
        "huge.elf": elf(code(finish(0x5555)), memory=1 << 40),
        "twice.elf": elf(code(finish(0x5555)), segments=2),
        "Image.cut": linux_image(b"\0" * 64, 4096),
        "damaged.gz": gzip.compress(bytes(range(256)) * 64)[:200],
        "kernel.xz": b"\xfd7zXZ\0" + bytes(64),
        "kernel.zst": b"\x28\xb5\x2f\xfd" + bytes(64),
        "uImage": b"\x27\x05\x19\x56" + bytes(64),
        "text.dtb": b"/dts-v1/;\n/ { };\n",
        "old.dtb": struct.pack(">10I", 0xD00DFEED, 40, 40, 40, 40, 3, 2, 0, 0, 0),
        "cut.dtb": struct.pack(">10I", 0xD00DFEED, 4096, 56, 300, 40, 17, 16, 0, 20, 200),
        "disk.img": bytes(65536),
        "secret": b"x" * 64,
        "input.txt": b"one two\n!",
        "run.cfg": b"""# everything a run needs
[machine]
  type = "virt"
  kernel = "hello.elf"
  firmware = "none"

[memory]
  size = "64M"
[smp-opts]
  cpus = "2"
[drive "d0"]
  file = "disk.img"
  format = "raw"
  if = "none"
[device "disk0"]
  driver = "virtio-blk-device"
  drive = "d0"
[netdev "n0"]
  type = "user"
[device]
  driver = "virtio-net-device"
  netdev = "n0"
[chardev "c0"]
  backend = "stdio"
[global]
  driver = "virtio-mmio"
  property = "force-legacy"
  value = "off"
[rtc]
  base = "2030-01-31"
""",
        "section.cfg": b"[machine]\ntype = \"virt\"\n[dirve \"d0\"]\n",
        "nothing.cfg": b"[machine]\n",
        "blank.cfg": b"",
        "bracket.cfg": b"\n[machine\n",
        "lone.cfg": b"[\n",
        "quote.cfg": b"[machine]\n\n\ntype = virt\n",
        "early.cfg": b"type = \"virt\"\n",
        "twice.cfg": b"[memory]\nsize = \"64M\"\nsize = \"65M\"\n",
        "value.cfg": b"[memory]\n  size = \"64M\"\n\n[device \"x\"]\n  driver = \"floppy\"\n[rtc]\n",
        "zero.cfg": b"[machine]\n\0\n",
    }
    for name, data in files.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
    os.mkdir(os.path.join(folder, "folder"))
    os.mkfifo(os.path.join(folder, "pipe"))
    with open(os.path.join(folder, "large"), "wb") as file:
        file.truncate(3 << 30)
