# SPDX-License-Identifier: MIT
"""lines.py - the other ends of serial lines: sockets, pipes, pseudo terminals, files, and what they share."""
import contextlib
import os
import re
import socket
import subprocess
import time

WAIT = 10
ECHO = ["-bios", "none", "-kernel", "echo.elf"]


class Run:
    """A bulkhead in the background. Ends with the guest, which '!' makes power off."""

    def __init__(self, program, folder, arguments, **streams):
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **streams}
        self.child = subprocess.Popen([program] + (arguments if "-kernel" in arguments else ECHO + arguments), cwd=folder, **streams)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        for stream in (self.child.stdin, self.child.stdout):
            if stream:
                stream.close()

    def end(self, code=0):
        got = self.child.wait(WAIT)
        assert got == code, f"exit code {got}, not {code}: {self.child.stdout.read()}"


@contextlib.contextmanager
def started(command, folder, **streams):
    """A program that is gone at the end, whatever happened."""
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, **streams) as child:
        try:
            yield child
        finally:
            child.kill()


def reply_of(line, packet):
    """What gdb's other side answers, acknowledgment and all."""
    line.settimeout(WAIT)
    line.sendall(packet)
    text = b""
    while b"#" not in text:
        part = line.recv(100)
        assert part, text
        text += part
    return text


def retry(action):
    """What `action` returns, once it does not fail any more."""
    end = time.monotonic() + WAIT
    while True:
        try:
            return action()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def converse(line, text):
    """Sends `text` and waits until all of it has come back."""
    line.settimeout(WAIT)
    line.sendall(text)
    back = b""
    while len(back) < len(text):
        part = line.recv(4096)
        assert part, f"the line ended after {back!r}"
        back += part
    assert back == text, back


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def unix_line(path):
    line = socket.socket(socket.AF_UNIX)
    line.connect(path)
    return line


def tcp_server(program, folder):
    """Callers come and go; the machine does not wait for them."""
    port = free_port()
    with Run(program, folder, ["-serial", f"tcp::{port},server,nowait"]) as run:
        for text in (b"first", bytes(range(34, 127)) * 100):
            with retry(lambda: socket.create_connection(("127.0.0.1", port), WAIT)) as line:
                converse(line, text)
        with retry(lambda: socket.create_connection(("127.0.0.1", port), WAIT)) as line:
            line.sendall(b"!")
            run.end()


def waits_for_the_first_caller(program, folder):
    path = os.path.join(folder, "wait.sock")
    arguments = ["-bios", "none", "-kernel", "hello.elf", "-chardev", "socket,id=s,path=wait.sock,server=on", "-serial",
                 "chardev:s"]
    with started([program] + arguments, folder, stderr=subprocess.PIPE) as child:
        text = child.stderr.readline()
        assert b"waiting for a connection to wait.sock" in text, text
        with retry(lambda: unix_line(path)) as line:
            line.settimeout(WAIT)
            got = b""
            while part := line.recv(100):
                got += part
        assert got == b"hello, world\n" and child.wait(WAIT) == 0, got
    assert not os.path.exists(path), "the socket's path was left behind"


def waiting_can_be_ended(program, folder):
    arguments = ["-bios", "none", "-kernel", "hello.elf", "-serial", "unix:w.sock,server"]
    with started([program] + arguments, folder, stderr=subprocess.PIPE) as child:
        child.stderr.readline()
        child.terminate()
        assert child.wait(WAIT) == -15


def tcp_client(program, folder):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(WAIT)
        port = server.getsockname()[1]
        with Run(program, folder, ["-serial", f"tcp:127.0.0.1:{port}"]) as run:
            line, _ = server.accept()
            with line:
                converse(line, b"who called?")
                line.sendall(b"!")
                run.end()


def keys_of_a_socket(program, folder):
    """mux=on: two users and the emulator's keys, on a socket too."""
    path = os.path.join(folder, "mux.sock")
    arguments = ["-chardev", "socket,id=s,path=mux.sock,server=on,wait=off,mux=on", "-serial", "chardev:s", "-device",
                 "virtio-serial-device", "-device", "virtconsole,chardev=s"]
    with Run(program, folder, arguments) as run:
        with retry(lambda: unix_line(path)) as line:
            converse(line, b"to the guest")
            line.sendall(b"\x01c")
            text = b""
            while b"console 2 of 2" not in text:
                part = line.recv(4096)
                assert part, text
                text += part
            line.sendall(b"\x01x")
            run.end()


def pipes(program, folder):
    for name in ("line.in", "line.out"):
        os.mkfifo(os.path.join(folder, name))
    with Run(program, folder, ["-serial", "pipe:line"]) as run:
        with open(os.path.join(folder, "line.in"), "wb", buffering=0) as to, \
             open(os.path.join(folder, "line.out"), "rb", buffering=0) as back:
            to.write(b"through pipes")
            text = b""
            while len(text) < 13:
                text += back.read(13)
            assert text == b"through pipes", text
            to.write(b"!")
            run.end()


def pseudo_terminal(program, folder):
    with Run(program, folder, ["-serial", "pty"]) as run:
        text = run.child.stdout.readline()
        name = re.search(rb"redirected to (\S+) ", text)
        assert name, text
        with open(name[1], "r+b", buffering=0) as line:
            line.write(b"no echo\x03\r")
            back, end = b"", time.monotonic() + WAIT
            while len(back) < 9 and time.monotonic() < end:
                back += line.read(100)
            assert back == b"no echo\x03\r", back
            line.write(b"!")
            run.end()


def files(program, folder):
    """Output and input of a line in files, the log of another; twice the same."""
    traces = set()
    for _ in range(2):
        done = subprocess.run([program] + ECHO + ["-chardev", "file,id=f,path=o.txt,input-path=input.txt,logfile=l.txt",
                                                  "-serial", "chardev:f", "-trace-hash", "1000"], cwd=folder,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=WAIT, check=True)
        traces.add(done.stderr)
        for name in ("o.txt", "l.txt"):
            with open(os.path.join(folder, name), "rb") as file:
                assert file.read() == b"one two\n!", name
    assert len(traces) == 1, traces


def gdb_at_a_path(program, folder):
    path = os.path.join(folder, "gdb.sock")
    with Run(program, folder, ["-S", "-gdb", "unix:gdb.sock"]):
        with retry(lambda: unix_line(path)) as line:
            text = reply_of(line, b"$?#3f")
            assert b"$T05" in text or b"$S05" in text, text
            line.sendall(b"$k#6b")


def kept_after_power_off(program, folder):
    """-no-shutdown: the debugger still finds the machine; killing it ends the run."""
    path = os.path.join(folder, "kept.sock")
    arguments = [program, "-bios", "none", "-kernel", "pass.elf", "-no-shutdown", "-gdb", "unix:kept.sock"]
    with started(arguments, folder, stderr=subprocess.PIPE) as child:
        text = child.stderr.readline()
        assert b"the machine is kept" in text, text
        with retry(lambda: unix_line(path)) as line:
            assert b"05" in reply_of(line, b"$?#3f")
            line.sendall(b"$k#6b")
            assert child.wait(WAIT) == 0


def daemon(program, folder):
    """The caller goes on when the socket is there; errors before that are the caller's."""
    path = os.path.join(folder, "daemon.sock")
    base = [program, "-daemonize", "-pidfile", "daemon.pid", "-serial", "unix:daemon.sock,server,nowait", "-bios", "none"]
    run = lambda arguments: subprocess.run(base + arguments, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                                           timeout=WAIT)
    done = run(["-kernel", "none.elf"])
    assert done.returncode == 66 and b"none.elf" in done.stderr, done
    done = run(["-kernel", "echo.elf"])
    assert done.returncode == 0 and not done.stderr, done
    with open(os.path.join(folder, "daemon.pid"), encoding="ascii") as file:
        number = int(file.read())
    with unix_line(path) as line:
        converse(line, b"from afar")
        assert os.getsid(number) == number
        line.sendall(b"!")
        end = time.monotonic() + WAIT
        while os.path.exists(f"/proc/{number}/exe") and time.monotonic() < end:
            time.sleep(0.02)
    assert not os.path.exists(path), "the daemon did not end"


def semihosting_console(program, folder):
    """Reads wait for somebody to type: on a chardev of its own, on one shared with the serial port, on a pipe."""
    path = os.path.join(folder, "semi.sock")
    base = ["-bios", "none", "-kernel", "semiecho.elf", "-chardev"]
    for arguments, keys in [(["socket,id=s,path=semi.sock,server=on,wait=off", "-serial", "none"], b""),
                            (["socket,id=s,path=semi.sock,server=on,wait=off,mux=on", "-serial", "chardev:s"], b"\x01c")]:
        with Run(program, folder, base + arguments + ["-semihosting-config", "on,chardev=s"]) as run:
            with retry(lambda: unix_line(path)) as line:
                line.settimeout(WAIT)
                line.sendall(keys)
                said = b""
                while keys and b"console 2 of 2\r\n" not in said:
                    part = line.recv(4096)
                    assert part, said
                    said += part
                converse(line, b"semihosted")
                line.sendall(b"!")
                run.end(5)
    with Run(program, folder, base + ["null,id=n", "-serial", "chardev:n", "-semihosting"], stdin=subprocess.PIPE,
             stderr=subprocess.PIPE) as run:
        run.child.stdin.write(b"from a pipe")
        run.child.stdin.flush()
        assert run.child.stderr.read(11) == b"from a pipe"
        run.child.stdin.write(b"!")
        run.child.stdin.flush()
        run.end(5)


RUNS = [semihosting_console, kept_after_power_off, daemon, tcp_server, waits_for_the_first_caller, waiting_can_be_ended, tcp_client, keys_of_a_socket, pipes,
        pseudo_terminal, files, gdb_at_a_path]


def run_checks(checks, program, folder):
    """[(name, what is wrong or None)]"""
    results = []
    for check in checks:
        try:
            check(program, folder)
            results.append((check.__name__, None))
        except (AssertionError, OSError, subprocess.SubprocessError) as problem:
            results.append((check.__name__, repr(problem)))
    return results


def run_all(program, folder):
    return run_checks(RUNS, program, folder)
