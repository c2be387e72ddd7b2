# SPDX-License-Identifier: MIT
"""harness.py - what the tests of the debugger's stub have in common: programs, runs of the emulator, debuggers."""
import os
import re
import select
import socket
import subprocess
import time

here = os.path.dirname(os.path.abspath(__file__))
LIMIT = 20


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Emulator:
    """A run of the emulator that listens for gdb. `view`: words behind the address."""

    def __init__(self, program, elf, arguments, stopped=True, view=""):
        self.port = free_port()
        if arguments[:1] == ["-view"]:
            view, arguments = f",view={arguments[1]}", arguments[2:]
        command = [program, "-machine", "virt", "-m", "32M", "-bios", "none", "-kernel", elf, "-display", "none",
                   "-serial", "none", "-monitor", "none", "-gdb", f"tcp::{self.port}{view}", *arguments]
        self.process = subprocess.Popen(command + (["-S"] if stopped else []), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, problem, *_):
        if self.process.poll() is None:
            self.process.kill()
        said = self.process.communicate()[0]
        if problem and said:
            print("the emulator said:", said.decode(errors="replace"))

    def connect(self):
        end = time.monotonic() + 5
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT)
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise AssertionError("nobody listens at the port given by -gdb") from None
                time.sleep(0.02)

    def must_end(self, code):
        try:
            status = self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            raise AssertionError("the emulator does not end") from None
        assert status == code, f"the emulator ended with {status}, not {code}"


def start_gdb(gdb, elf, port, commands):
    command = [gdb, "-nx", "-batch", "-iex", "set tcp connect-timeout 5", "-ex", "set confirm off", "-ex", f"file {elf}"]
    if not commands[0].startswith("target"):
        command += ["-ex", f"target remote 127.0.0.1:{port}"]
    for line in commands:
        command += ["-ex", line.replace("{PORT}", str(port)).replace("{ELF}", elf)]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True)


def read_until(gdb, text):
    """Returns all that was read: what came behind the text may be part of it."""
    seen = ""
    while text not in seen:
        ready, _, _ = select.select([gdb.stdout], [], [], LIMIT)
        piece = os.read(gdb.stdout.fileno(), 4096).decode(errors="replace") if ready else ""
        assert piece, f"gdb does not say '{text}' but:\n{seen}"
        seen += piece
    return seen


def finish_gdb(gdb):
    try:
        return gdb.communicate(timeout=LIMIT)[0]
    except subprocess.TimeoutExpired:
        gdb.kill()
        raise AssertionError("gdb does not end; it said:\n" + gdb.communicate()[0]) from None


def must_match(text, patterns):
    rest = text
    for pattern in patterns:
        found = re.search(pattern, rest)
        assert found, f"/{pattern}/ is not in what is left of gdb's output:\n{rest}\nall of it:\n{text}"
        rest = rest[found.end():]


def frame(payload):
    return b"$%s#%02x" % (payload, sum(payload) & 255)


def wait_for(connection, text):
    seen = b""
    while text not in seen:
        piece = connection.recv(4096)
        assert piece, f"hung up after {seen!r}"
        seen += piece
    return seen


def tool(name):
    return os.environ.get("RISCV", "riscv64-unknown-elf-") + name


LINUX_NOTE = '.section .note.ABI-tag, "", @note\n.word 4, 16, 1\n.asciz "GNU"\n.word 0, 3, 2, 0\n'


def compile_program(folder, name, source):
    path = os.path.join(folder, name + ".S")
    with open(path, "w", encoding="utf-8") as file:
        file.write(source)
    elf = os.path.join(folder, name + ".elf")
    subprocess.run([tool("gcc"), "-march=rv64imafd_zicsr", "-mabi=lp64d", "-mcmodel=medany", "-nostdlib", "-static",
                    "-Wl,-n", "-Wl,-Ttext=0x80000000", "-Wl,--no-relax", "-Wl,--no-warn-rwx-segments", "-o", elf, path],
                   check=True)
    return elf


def build(folder):
    sources = {}
    for name in ("guest", "guests"):
        with open(os.path.join(here, name + ".S"), encoding="utf-8") as file:
            sources[name] = file.read()
    sources["linux"] = sources["guest"] + LINUX_NOTE # what tells gdb that it is for Linux
    return {name: compile_program(folder, name, source) for name, source in sources.items()}
