# SPDX-License-Identifier: MIT
"""monitor.py - the monitor where people and scripts type: a terminal shared with the guest, pipes, sockets, files."""
import os
import re
import socket
import subprocess
import time
from random import Random

from lines import ECHO, WAIT, Run, reply_of, retry
from terminal import Session

PROMPT = b"(qemu) "
LOOP = ["-bios", "none", "-kernel", "loop.elf"]


class Talk:
    """A script at a monitor's socket."""

    def __init__(self, folder, path):
        self.line = socket.socket(socket.AF_UNIX)
        self.line.settimeout(WAIT)
        retry(lambda: self.line.connect(os.path.join(folder, path)))
        self.greeting = self.answer()

    def answer(self):
        text = b""
        while not text.endswith(PROMPT):
            part = self.line.recv(65536)
            assert part, f"hung up after {text!r}"
            text += part
        return text[:-len(PROMPT)].decode()

    def ask(self, command):
        self.line.sendall(command.encode() + b"\n")
        return self.answer()


def plain(text):
    """What a terminal shows, without what moves its cursor."""
    return re.sub(rb"\x1b\[[0-9;]*[A-Za-z]", b"", text)


def switching(s):
    """Ctrl-A c and back: the guest gets what is typed in between to neither."""
    s.wait_raw(True)
    s.keys(b"ab")
    s.expect(b"ab")
    s.keys(b"\x01c")
    s.expect(b"monitor - type 'help'")
    s.expect(PROMPT)
    s.text = b""
    s.keys(b"info status\r")
    s.expect(b"VM status: running")
    s.text = b""
    s.keys(b"\x01c")
    s.keys(b"xyz")
    s.expect(b"xyz")
    assert b"status" not in s.text, s.text
    s.keys(b"\x01c")
    s.expect(PROMPT)
    s.keys(b"quit\r")
    s.end(0)


def editing(s):
    """Cursor keys, rubout, history, completion, and keys that mean nothing."""
    s.wait_raw(True)
    s.keys(b"\x01c")
    s.expect(PROMPT)
    s.text = b""
    s.keys(b"ifo status\x01\x01\x06n\r")
    s.expect(b"VM status: running")
    s.text = b""
    s.keys(b"\x1b[A\r")
    s.expect(b"VM status: running")
    s.text = b""
    s.keys(b"info sta\t\r")
    s.expect(b"VM status: running")
    s.text = b""
    s.keys(b"info s\x7fcp\t\r")
    s.expect(b"CPU #0")
    s.text = b""
    s.keys(b"syst\t\t")
    s.expect(b"em_reset ")
    s.keys(b"\x03\xff\xfe\x1f\x00\x1b[Zq\x7f\x7f\x7f\x7f\r")
    s.text = b""
    s.keys(b"csr mstatu\t\r")
    s.expect(b"MPP")
    s.keys(b"quit\r")
    s.end(0)


def stop_and_go(s):
    """A stopped machine echoes nothing until it goes on, and loses nothing."""
    s.wait_raw(True)
    s.keys(b"\x01cstop\rinfo status\r")
    s.expect(b"VM status: paused")
    s.text = b""
    s.keys(b"\x01cxyz")
    time.sleep(0.2)
    s.keys(b"\x01c")
    s.expect(PROMPT)
    assert b"xyz" not in s.text, s.text
    s.keys(b"cont\r")
    s.expect(b"z")
    assert b"xyz" in s.text.replace(PROMPT, b""), s.text  # both write on this terminal now
    s.keys(b"\x01c!")
    s.end(0)


def escape_keys(s):
    """A break is a zero character to a program that does not ask; time stamps; the list of keys."""
    s.wait_raw(True)
    s.keys(b"\x01b")
    s.expect(b"\x00")
    s.keys(b"\x01t")
    s.expect(b"virtual time")
    s.text = b""
    s.keys(b"q\nr")
    s.expect(b"r")
    assert re.search(rb"\[00:00:\d\d\.\d\d\d\] q\r?\n\[00:00:\d\d\.\d\d\d\] r", s.text), s.text
    s.keys(b"\x01h")
    s.expect(b"send a break")
    s.keys(b"\x01x")
    s.end(0)


def junk(s):
    """Thousands of random keys, with sequences that are begun and not ended; then it still answers."""
    random = Random(5)
    keys = [b for b in range(256) if b not in b"\x01qQ"] + [0x1b, 0x5b, 0x0d, 0x09, 0x7f] * 8
    s.wait_raw(True)
    s.keys(b"\x01c")
    s.expect(PROMPT)
    for _ in range(60):
        s.keys(bytes(random.choice(keys) for _ in range(100)))
        s.drain()
    s.keys(b"\x1b\r\x03\r")
    time.sleep(0.1)
    s.drain()
    s.text = b""
    s.keys(b"info version\r")
    s.expect(b"10.0.0 (Bulkhead")
    s.keys(b"quit\r")
    s.end(0)


def three_users(s):
    """Two consoles and the monitor, in turn."""
    s.wait_raw(True)
    s.keys(b"\x01c")
    s.expect(b"console 2 of 2")
    s.keys(b"\x01c")
    s.expect(PROMPT)
    s.keys(b"info status\r")
    s.expect(b"VM status: running")
    s.keys(b"\x01c")
    s.expect(b"console 1 of 2")
    s.keys(b"xyz!")
    s.expect(b"xyz!")
    s.end(0)


def first_on_the_terminal(s):
    """-monitor stdio beside the default serial port: they share the terminal, and the monitor is first."""
    s.wait_raw(True)
    s.expect(PROMPT)
    s.keys(b"info status\r")
    s.expect(b"VM status: paused")
    s.keys(b"c\r\x01cab!")
    s.expect(b"ab!")
    s.end(0)


def not_there(s):
    s.wait_raw(True)
    s.keys(b"\x01c")
    s.expect(b"nothing to switch to")
    s.keys(b"!")
    s.end(0)


SESSIONS = [
    (switching, ECHO),
    (switching, ECHO + ["-serial", "mon:stdio"]),
    (switching, ECHO + ["-chardev", "stdio,id=c,mux=on", "-serial", "chardev:c", "-mon", "chardev=c,mode=readline"]),
    (editing, ECHO),
    (stop_and_go, ECHO),
    (escape_keys, ECHO),
    (junk, ECHO),
    (three_users, ECHO + ["-chardev", "stdio,id=c,mux=on", "-serial", "chardev:c", "-device", "virtio-serial-device", "-device",
                          "virtconsole,chardev=c", "-mon", "c"]),
    (first_on_the_terminal, ECHO + ["-S", "-monitor", "stdio"]),
    (not_there, ECHO + ["-monitor", "none"]),
]


def piped(program, folder):
    """Commands from a pipe: no echo; the last line needs no end; nothing of a long or strange line does harm."""
    commands = b"info status\n\n  help   quit \r\n" + b"x" * 5000 + b"\n\x00\x01\xff\xfe\ninfo history\nquit"
    done = subprocess.run([program] + LOOP + ["-S", "-serial", "none", "-monitor", "stdio"], cwd=folder, input=commands,
                          capture_output=True, timeout=WAIT, check=False)
    text = done.stdout.decode()
    assert done.returncode == 0, done
    assert text.count("(qemu) ") >= 6 and "VM status: paused\n" in text and "end the run" in text, text
    assert "at most 4096 bytes" in text and "unknown command '" in text, text
    assert text.startswith("Bulkhead ") and "0: 'info status'\n" in text, text


def from_a_file(program, folder):
    """A file's commands run before the first instruction, the same in every run."""
    path = os.path.join(folder, "commands.txt")
    with open(path, "w", encoding="ascii") as file:
        file.write("info cpus\nquit\n")
    with open(path, "rb") as file:
        done = subprocess.run([program] + LOOP + ["-serial", "none", "-monitor", "stdio"], cwd=folder, stdin=file,
                              capture_output=True, timeout=WAIT, check=False)
    assert done.returncode == 0 and b"retired=0" in done.stdout, done


def snapshots(program, folder):
    """There and back again; a file that is none, or of another machine, changes nothing."""
    def run(commands, *more):
        done = subprocess.run([program] + LOOP + ["-S", "-serial", "none", "-monitor", "stdio", *more], cwd=folder,
                              input=commands.encode(), capture_output=True, timeout=WAIT, check=False)
        assert done.returncode == 0, done
        return done.stdout.decode()

    text = run("step 100\nwait\nsavevm there\nstep 100\nwait\ninfo cpus\nloadvm there\ninfo cpus\nloadvm /dev/null\n"
               "loadvm absent\nsavevm\ninfo cpus\ninfo snapshots\nq\n")
    assert re.findall(r"retired=(\d+)", text) == ["200", "100", "100"], text
    assert "not a file" in text and "'absent.bhs': No such file" in text and "write: savevm NAME" in text, text
    assert re.search(r"TAG .*^there +\d+\.\d MiB .* 00:00:00\.000 +100$", text, re.M | re.S), text
    text = run("step 500\nwait\nsavevm later\nreverse 5\nwait\nloadvm later\nreverse 5\nwait\ninfo cpus\nq\n", "-history", "on")
    assert "nothing before this is remembered" in text and re.findall(r"retired=(\d+)", text) == ["500"], text
    run("step 500\nwait\nreverse 500\nwait\nreset\nreverse 5\nwait\nq\n", "-history", "on")
    text = run("loadvm there\ninfo cpus\nq\n", "-smp", "2")
    assert "had '-smp 1', this one has '-smp 2'" in text and re.findall(r"retired=(\d+)", text) == ["0", "0"], text
    text = run("loadvm there\nstep\nwait\ninfo cpus\ndelvm loop.elf\ndelvm there\ndelvm there\ninfo snapshots\nq\n")
    assert "retired=101" in text and "'loop.elf' is left alone" in text and "\nthere " not in text, text
    assert os.path.exists(os.path.join(folder, "loop.elf")) and not os.path.exists(os.path.join(folder, "there.bhs"))


def over_a_socket(program, folder):
    """One caller after the other, hanging up wherever they like; the machine goes on meanwhile."""
    with Run(program, folder, LOOP + ["-serial", "none", "-monitor", "unix:mon.sock,server,nowait"]) as run:
        first = Talk(folder, "mon.sock")
        assert first.greeting.startswith("Bulkhead "), first.greeting
        count = [int(re.search(r"retired=(\d+)", first.ask("info cpus")).group(1)) for _ in range(2)]
        assert count[1] > count[0] > 0, count
        assert "paused" in first.ask("stop") + first.ask("info status")
        first.line.sendall(b"system_rese")
        first.line.close()
        second = Talk(folder, "mon.sock")
        count = [second.ask("info cpus") for _ in range(2)]
        assert count[0] == count[1], count
        assert "did you mean 'info registers'" in second.ask("info registerss")
        assert "unknown command" in second.ask("\x7f\x01\t\x1b[A")
        assert "hart 0, M: 0x" in second.ask("step 3")
        second.line.sendall(b"quit\n")
        run.end(0)


def tcp_and_more_than_one(program, folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["-serial", "none", "-monitor", f"tcp:127.0.0.1:{port},server,nowait", "-monitor",
                 "unix:two.sock,server=on,wait=off", "-S"]
    with Run(program, folder, LOOP + arguments) as run:
        two = Talk(folder, "two.sock")
        line = retry(lambda: socket.create_connection(("127.0.0.1", port), WAIT))
        line.sendall(b"c\n")
        while PROMPT not in line.recv(4096):
            pass
        end = time.monotonic() + WAIT
        while "running" not in two.ask("info status"):
            assert time.monotonic() < end
        line.sendall(b"q\n")
        run.end(0)
        line.close()


def resets(program, folder):
    """system_reset of a machine that runs: it runs from the start; of one that is stopped: it is stopped at the start."""
    with Run(program, folder, LOOP + ["-serial", "none", "-monitor", "unix:reset.sock,server,nowait"]) as run:
        talk = Talk(folder, "reset.sock")
        talk.ask("stop")
        talk.ask("system_reset")
        text = talk.ask("info cpus")
        assert "pc=0x0000000000001000 mode=M" in text, text
        talk.ask("c")
        talk.ask("system_reset")
        assert "running" in talk.ask("info status")
        talk.line.sendall(b"quit\n")
        run.end(0)


def back_over_a_power_off(program, folder):
    """With -no-shutdown the machine goes on behind its power-off; on the way back that is passed."""
    done = subprocess.run([program, "-bios", "none", "-kernel", "hello.elf", "-smp", "2", "-no-shutdown", "-S", "-history", "on", "-serial", "none",
                           "-monitor", "stdio"], input=b"cont\nwait\nstep 3000\nreverse-continue\nstep 500\nreverse 9\nquit\n", cwd=folder,
                          capture_output=True, timeout=WAIT, check=False)
    assert done.returncode == 0 and b"1000, 0 ns" in done.stdout and b"arrived" in done.stdout, done


def recorded_in_the_past(program, folder):
    """A run that was changed in the past, and ended there, is replayed to its end: that is before what was recorded first."""
    file = os.path.join(folder, "past.rec")
    for harts in ("1", "2"):
        subprocess.run([program] + LOOP + ["-S", "-smp", harts, "-history", "on", "-serial", "none", "-monitor", "stdio", "-record", file],
                       input=b"step 2000\nreverse 500\nsystem_reset\nstep 5\nquit\n", cwd=folder, capture_output=True, timeout=WAIT, check=True)
        done = subprocess.run([program, "-replay", file, "-nographic"], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=WAIT,
                              check=False)
        assert done.returncode == 0 and b"state hash equal" in done.stderr, done
    os.remove(file)


def resets_at_once(program, folder):
    """Before the machine has run at all, and once more before it goes on: it runs."""
    commands = b"system_reset\nsystem_reset\nstop\nstep 5\ninfo cpus\nquit\n"
    for _ in range(5):
        done = subprocess.run([program] + LOOP + ["-serial", "none", "-monitor", "stdio"], cwd=folder, input=commands, capture_output=True,
                              timeout=WAIT, check=False)
        assert done.returncode == 0 and b"CPU #0: pc=0x0000000000001014" in done.stdout, done


def from_a_configuration(program, folder):
    """What QEMU's -writeconfig writes of a monitor."""
    with open(os.path.join(folder, "mon.cfg"), "w", encoding="ascii") as file:
        file.write('[chardev "c"]\n backend = "socket"\n path = "cfg.sock"\n server = "on"\n wait = "off"\n'
                   '[mon "m"]\n mode = "readline"\n chardev = "c"\n')
    with Run(program, folder, LOOP + ["-serial", "none", "-readconfig", "mon.cfg"]) as run:
        talk = Talk(folder, "cfg.sock")
        assert "socket" in talk.ask("info chardev")
        talk.line.sendall(b"quit\n")
        run.end(0)


def on_a_pseudo_terminal(program, folder):
    """Lines are edited there, too."""
    with Run(program, folder, LOOP + ["-serial", "none", "-monitor", "pty"], stdout=subprocess.PIPE) as run:
        path = re.search(rb"redirected to (\S+) ", run.child.stdout.readline()).group(1)
        line = os.open(path, os.O_RDWR | os.O_NOCTTY)
        text = b""

        def expect(wanted):
            nonlocal text
            end = time.monotonic() + WAIT
            while wanted not in text:
                assert time.monotonic() < end, text
                text += os.read(line, 4096)

        expect(PROMPT)
        os.write(line, b"info statsu\x7f\x7fus\r")
        expect(b"VM status: running")
        os.write(line, b"info m\t\t")
        expect(b"mtree")
        assert b"\r\n" in text and not re.search(rb"\r\r\n|[^\r]\n", text), f"one return before a line feed: {text!r}"
        os.write(line, b"\x03")
        os.write(line, b"\x1b[A\x1b[D\r" + b"quit\r")
        run.end(0)
        os.close(line)


def in_the_background(program, folder):
    done = subprocess.run([program] + LOOP + ["-daemonize", "-monitor", "unix:back.sock,server,nowait"], cwd=folder,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=WAIT, check=False)
    assert done.returncode == 0, done
    talk = Talk(folder, "back.sock")
    assert "running" in talk.ask("info status")
    talk.line.sendall(b"quit\n")
    assert talk.line.recv(10) in (b"", PROMPT)


def lets_a_debugger_in(program, folder):
    """gdbserver while it runs; what the debugger holds the monitor does not let go, and says so."""
    with Run(program, folder, LOOP + ["-serial", "none", "-monitor", "unix:late.sock,server,nowait"]) as run:
        talk = Talk(folder, "late.sock")
        assert "no such" in talk.ask("gdbserver unix:no/where.sock").lower()
        assert "Waiting for gdb connection on device 'unix:gdb.sock'" in talk.ask("gdbserver unix:gdb.sock")
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(WAIT)
        line.connect(os.path.join(folder, "gdb.sock"))
        assert reply_of(line, b"$?#3f").startswith(b"+$T05thread:"), "no stop"
        assert "paused (debug)" in talk.ask("info status")
        assert "a debugger holds the machine" in talk.ask("cont")
        line.sendall(b"+$c#63")
        end = time.monotonic() + WAIT
        while "running" not in talk.ask("info status"):
            assert time.monotonic() < end
        talk.ask("stop")
        assert "VM status: paused\n" in talk.ask("info status"), "its own stop is its own"
        talk.ask("cont")
        talk.line.sendall(b"quit\n")
        run.end(0)
        line.close()


def dumps(program, folder):
    """A breakpoint that dumps writes the last events, and the machine goes on."""
    commands = b"break uart where byte == 0x0a do dump\nc\n"
    done = subprocess.run([program, "-bios", "none", "-kernel", "hello.elf", "-S", "-serial", "null", "-monitor", "stdio"],
                          cwd=folder, input=commands, capture_output=True, timeout=WAIT, check=False)
    path = os.path.join(folder, "bulkhead-ring.bht")
    assert done.returncode == 0 and b"bulkhead-ring.bht" in done.stdout and os.path.exists(path), done
    os.remove(path)


def back_over_loads(program, folder):
    """What is loaded, or reset, where the machine stands in the past begins another run; back from there it goes as far as that began."""
    def tell(*commands):
        done = subprocess.run([program] + LOOP + ["-S", "-history", "on", "-serial", "none", "-monitor", "stdio"], cwd=folder,
                              input="".join(c + "\n" for c in commands + ("quit",)), capture_output=True, text=True, timeout=WAIT, check=False)
        assert done.returncode == 0 and not done.stderr, done
        return re.findall(r", (\d+) ns", done.stdout)
    tell("step 4000", "savevm later", "delvm nothing")
    assert tell("step 5", "reverse 3", "loadvm later", "reverse", "step 3", "reverse 2") == ["2", "4000", "4001"]
    assert tell("step 5", "loadvm later", "step 3", "reverse", "reverse 9", "reverse") == ["4002", "4000", "4000"]
    assert tell("step 5", "reverse 3", "loadvm later", "step 3", "reverse") == ["2", "4002"]
    assert tell("step 5", "reverse 5", "system_reset", "reverse 1") == ["0", "0"]
    os.remove(os.path.join(folder, "later.bhs"))


def back_to_where_it_stopped(program, folder):
    """Step by step, also by steps in a WFI, in which only time passes: all of the state is what it was, and then what it became."""
    slept = 0
    for steps in range(9000, 60000, 1700):
        there, back = "step\nwait\ninfo hash\n" * 8, "reverse\ninfo hash\n" * 8
        commands = f"step {steps}\nwait\ninfo hash\n{there}{back}{there}info cpus\nquit\n"
        done = subprocess.run([program, "-bios", "none", "-kernel", "waits.elf", "-S", "-history", "on", "-serial", "none", "-monitor", "stdio"],
                              cwd=folder, input=commands, capture_output=True, text=True, timeout=WAIT, check=False)
        hashes = re.findall(r"^\(qemu\) ([0-9a-f]{16})$", done.stdout, re.M)
        places = re.findall(r"^\(qemu\) hart 0, M: (0x\w+)", done.stdout, re.M)
        assert len(hashes) == 25 and hashes[9:17] == hashes[7::-1] and hashes[17:] == hashes[1:9], (steps, hashes, done)
        assert len(set(hashes[:9])) == 9, (steps, hashes)
        slept += any(one == other for one, other in zip(places[::2], places[2::2]))
    assert slept == 30, slept


def out_of_range(program, folder):
    """What is no number that can be had is told which could."""
    devices = ["-global", "virtio-mmio.force-legacy=false", "-device", "virtio-gpu-device,id=a", "-device", "virtio-tablet-device", "-device",
               "virtio-keyboard-device"]
    for command, said in (("timeline 99999999999s", "no span of time from 1ns to 18446744s"), ("timeline 1ms hart 9", "hart is a number from 0 to 0"),
                          ("step 99999999999999999999", "N is a number from 1 to 9223372036854775807"), ("sendkey a 99999999999999", "MS is a number from 1 to 600000"),
                          ("mouse_button 8", "STATE is a number from 0 to 7"), ("display_size 1000000 1000000 a", "W is a number from 64 to 4095"),
                          ("display_size 64 1 a", "H is a number from 64 to 4095"), ("mouse_to 5000 5000 100 100", "X is from 0 to 99, Y from 0 to 99")):
        done = subprocess.run([program] + LOOP + ["-S", "-serial", "none", "-monitor", "stdio", *devices], cwd=folder, input=command + "\nquit\n",
                              capture_output=True, text=True, timeout=WAIT, check=False)
        assert done.returncode == 0 and said in done.stdout, (command, done)
    done = subprocess.run([program] + LOOP + ["-S", "-serial", "none", "-monitor", "stdio", "-max-insns", "9999"], cwd=folder, input="step exit\nquit\n",
                          capture_output=True, text=True, timeout=WAIT, check=False)
    assert "no hart has a guest yet" in done.stdout, done


RUNS = [out_of_range, back_to_where_it_stopped, back_over_loads, lets_a_debugger_in, on_a_pseudo_terminal, in_the_background, dumps, from_a_configuration, piped, from_a_file, snapshots, over_a_socket, tcp_and_more_than_one, resets, resets_at_once, back_over_a_power_off, recorded_in_the_past]


def run_all(program, folder):
    """[(name, what is wrong or None)]"""
    results = []
    for number, (check, arguments) in enumerate(SESSIONS):
        session = Session(program, folder, arguments)
        try:
            check(session)
            results.append((f"monitor: {check.__name__} {number}", None))
        except (AssertionError, OSError, subprocess.TimeoutExpired) as problem:
            results.append((f"monitor: {check.__name__} {number}", repr(problem)))
        session.close()
    for check in RUNS:
        try:
            check(program, folder)
            results.append((f"monitor: {check.__name__}", None))
        except (AssertionError, OSError, subprocess.TimeoutExpired) as problem:
            results.append((f"monitor: {check.__name__}", repr(problem)))
    return results
