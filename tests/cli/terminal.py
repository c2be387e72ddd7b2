# SPDX-License-Identifier: MIT
"""terminal.py - what happens at the terminal: keys, signals, end of file, and that the terminal is put back."""
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import termios
import time

WAIT = 10


def on_a_terminal():
    """What a person has who has a terminal and no screen."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY")
    return {**{name: value for name, value in os.environ.items() if name not in screens}, "TERM": "xterm"}


class Session:
    """A bulkhead on a terminal of its own."""

    def __init__(self, program, folder, arguments):
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.text = b""
        self.child = subprocess.Popen(["setsid", "-c", program] + arguments, cwd=folder, stdin=self.slave,
                                      stdout=self.slave, stderr=self.slave, env=on_a_terminal())

    def expect(self, text):
        end = time.monotonic() + WAIT
        while text not in self.text:
            ready, _, _ = select.select([self.master], [], [], 0.05)
            if ready:
                self.text += os.read(self.master, 4096)
            elif time.monotonic() > end or self.child.poll() is not None:
                raise AssertionError(f"no {text!r} in {self.text!r}")

    def drain(self):
        """Reads what is there."""
        while select.select([self.master], [], [], 0.01)[0]:
            self.text += os.read(self.master, 65536)

    def keys(self, data):
        os.write(self.master, data)

    def is_raw(self):
        return not termios.tcgetattr(self.slave)[3] & termios.ICANON

    def wait_raw(self, wanted):
        end = time.monotonic() + WAIT
        while self.is_raw() != wanted:
            assert time.monotonic() < end, f"the terminal is {'not ' if wanted else ''}raw"
            time.sleep(0.01)

    def wait_stopped(self):
        """As a shell does: a signal to go on before the program has stopped would be lost."""
        end = time.monotonic() + WAIT
        while self.state() != "T":
            assert time.monotonic() < end, "the program does not stop"
            time.sleep(0.01)

    def state(self):
        with open(f"/proc/{self.child.pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(") ")[2][0]

    def end(self, code):
        """Waits for exit code `code`; the terminal must be as it was."""
        got = self.child.wait(WAIT)
        after = termios.tcgetattr(self.slave)
        assert got == code, f"exit code {got}, not {code}"
        assert after == self.before, "the terminal was not put back"

    def close(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        os.close(self.master)
        os.close(self.slave)


ECHO = ["-bios", "none", "-kernel", "echo.elf"]


def keys_reach_the_guest(s):
    s.wait_raw(True)
    s.keys(b"abc\x03\x1a\r")
    s.expect(b"abc\x03\x1a\r")
    s.keys(b"!")
    s.end(0)


def escape_key(s):
    s.wait_raw(True)
    s.keys(b"\x01h")
    s.expect(b"C-a x")
    s.keys(b"\x01\x01")
    s.expect(b"\x01")
    s.keys(b"\x01x")
    s.expect(b"terminated")
    s.end(0)


def plain_stdio_is_interrupted(s):
    s.wait_raw(True)
    s.keys(b"\x01")
    s.expect(b"\x01")
    s.keys(b"\x03")
    s.end(128 + signal.SIGINT)


def sigterm(s):
    s.wait_raw(True)
    os.kill(s.child.pid, signal.SIGTERM)
    s.expect(b"ended by signal 15")
    s.end(128 + signal.SIGTERM)


def suspended_and_continued(s):
    s.wait_raw(True)
    os.kill(s.child.pid, signal.SIGTSTP)
    s.wait_raw(False)
    s.wait_stopped()
    os.kill(s.child.pid, signal.SIGCONT)
    s.wait_raw(True)
    s.keys(b"still here!")
    s.expect(b"still here!")
    s.end(0)


def abort_puts_the_terminal_back(s):
    s.wait_raw(True)
    os.kill(s.child.pid, signal.SIGABRT)
    s.end(-signal.SIGABRT)


SESSIONS = [
    (keys_reach_the_guest, ECHO + ["-nographic"]),
    (escape_key, ECHO),
    (plain_stdio_is_interrupted, ECHO + ["-serial", "stdio"]),
    (sigterm, ECHO),
    (suspended_and_continued, ECHO),
    (abort_puts_the_terminal_back, ECHO),
]


def run(program, folder, arguments, **options):
    return subprocess.run([program] + arguments, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=WAIT, check=False, **options)


def file_as_input(program, folder):
    """A file is delivered in full, and the same way every time."""
    results = set()
    for _ in range(3):
        with open(os.path.join(folder, "input.txt"), "rb") as file:
            done = run(program, folder, ECHO + ["-trace-hash", "1000"], stdin=file)
        assert done.returncode == 0 and done.stdout == b"one two\n!", done
        results.add(done.stderr)
    assert len(results) == 1, results


def pipe_as_input(program, folder):
    data = bytes(range(34, 127)) * 2000
    done = run(program, folder, ECHO, input=data + b"!")
    assert done.returncode == 0 and done.stdout == data + b"!", (done.returncode, len(done.stdout))


def end_of_input_is_not_the_end(program, folder):
    done = run(program, folder, ECHO + ["-max-insns", "3000000"], input=b"x")
    assert done.returncode == 125 and done.stdout == b"x", done


def output_without_newline(program, folder):
    """A prompt is seen while the guest goes on."""
    child = subprocess.Popen([program, "-bios", "none", "-kernel", "prompt.elf"], cwd=folder,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    ready, _, _ = select.select([child.stdout], [], [], WAIT)
    text = os.read(child.stdout.fileno(), 100) if ready else b""
    child.terminate()
    code = child.wait(WAIT)
    child.stdout.close()
    assert text == b"prompt> " and code == 128 + signal.SIGTERM, (text, code)


def timeout(program, folder):
    start = time.monotonic()
    done = run(program, folder, ["-bios", "none", "-kernel", "loop.elf", "-timeout", "1"], stdin=subprocess.DEVNULL)
    took = time.monotonic() - start
    assert done.returncode == 124 and b"ended after 1 s" in done.stderr and took >= 1, (done, took)


def serial_file(program, folder):
    run(program, folder, ["-bios", "none", "-kernel", "hello.elf", "-serial", "file:serial.txt"])
    with open(os.path.join(folder, "serial.txt"), "rb") as file:
        text = file.read()
    assert text == b"hello, world\n", text


def pidfile(program, folder):
    child = subprocess.Popen([program, "-bios", "none", "-kernel", "loop.elf", "-pidfile", "pid"], cwd=folder,
                             stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    path, end = os.path.join(folder, "pid"), time.monotonic() + WAIT
    while not (os.path.exists(path) and os.path.getsize(path)) and time.monotonic() < end:
        time.sleep(0.01)
    with open(path, encoding="ascii") as file:
        number = int(file.read())
    child.send_signal(signal.SIGHUP)
    code = child.wait(WAIT)
    assert number == child.pid and code == 128 + signal.SIGHUP and not os.path.exists(path), (number, code)


def images_are_found(program, folder):
    """The default firmware, and firmware given by name alone; a copy of the program has no images beside it."""
    copy, images = os.path.join(folder, "copy"), os.path.join(folder, "images.d")
    shutil.copy(program, copy)
    os.mkdir(images)
    bare = {name: value for name, value in os.environ.items() if name != "BULKHEAD_IMAGES"}
    done = run(copy, folder, [], env=bare, stdin=subprocess.DEVNULL)
    assert done.returncode == 66 and b"make images" in done.stderr, done
    done = run(copy, folder, ["doctor"], env=bare)
    assert done.returncode == 66 and b"make images" in done.stdout, done
    shutil.copy(os.path.join(folder, "pass.bin"), os.path.join(images, "fw_dynamic.bin"))
    shutil.copy(os.path.join(folder, "fail3.elf"), os.path.join(images, "other"))
    found = dict(bare, BULKHEAD_IMAGES=images)
    for arguments, code in [([], 0), (["-bios", "default"], 0), (["-bios", "other"], 3), (["doctor"], 0)]:
        done = run(copy, folder, arguments, env=found, stdin=subprocess.DEVNULL)
        assert done.returncode == code, (arguments, done)


def snapshot_leaves_disks_alone(program, folder):
    """-snapshot opens what cannot be written."""
    path = os.path.join(folder, "disk.img")
    os.chmod(path, 0o444)
    done = run(program, folder, ["-bios", "none", "-kernel", "pass.elf", "-snapshot", "-drive", "file=disk.img,format=raw"],
               stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done


def damaged_device_trees(program, folder):
    """Whatever the header of a tree says, it is used or refused."""
    base = ["-bios", "none", "-kernel", "pass.elf"]
    tree = os.path.join(folder, "tree.dtb")
    assert run(program, folder, base + ["-M", "virt,dumpdtb=tree.dtb"], stdin=subprocess.DEVNULL).returncode == 0
    with open(tree, "rb") as file:
        good = file.read()
    refused = 0
    for word in range(1, 10):
        value = struct.unpack_from(">I", good, 4 * word)[0]
        for other in (0, value - 256, value + 256, value + 1, 0x7FFFFFFF, 0xFFFFFFFF):
            bad = bytearray(good)
            struct.pack_into(">I", bad, 4 * word, other & 0xFFFFFFFF)
            with open(tree, "wb") as file:
                file.write(bad)
            done = run(program, folder, base + ["-dtb", "tree.dtb", "-append", "x"], stdin=subprocess.DEVNULL)
            assert done.returncode in (0, 66), (word, other, done)
            refused += done.returncode == 66
    assert refused > 20, refused


RUNS = [file_as_input, pipe_as_input, end_of_input_is_not_the_end, output_without_newline, timeout, serial_file,
        pidfile, images_are_found, damaged_device_trees, snapshot_leaves_disks_alone]


def run_all(program, folder):
    """[(name, what is wrong or None)]"""
    results = []
    for check, arguments in SESSIONS:
        session = Session(program, folder, arguments)
        try:
            check(session)
            results.append((check.__name__, None))
        except (AssertionError, OSError, subprocess.TimeoutExpired) as problem:
            results.append((check.__name__, repr(problem)))
        session.close()
    for check in RUNS:
        try:
            check(program, folder)
            results.append((check.__name__, None))
        except (AssertionError, OSError, subprocess.TimeoutExpired) as problem:
            results.append((check.__name__, repr(problem)))
    return results
