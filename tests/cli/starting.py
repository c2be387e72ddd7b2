# SPDX-License-Identifier: MIT
"""starting.py - a start that has to wait can be ended, and leaves nothing behind; what cannot be read or written."""
import fcntl
import os
import resource
import signal
import select
import socket
import subprocess
import time

from lines import WAIT, ECHO, Run, run_checks, started

HELLO = ["-bios", "none", "-kernel", "hello.elf"]


def call(program, folder, arguments, **options):
    return subprocess.run([program] + arguments, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=WAIT, check=False, **options)


def blocked_server(folder):
    """A socket at block.sock whose queue of callers is full, and who is in it."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(os.path.join(folder, "block.sock"))
    server.listen(0)
    callers = []
    while True:
        callers.append(socket.socket(socket.AF_UNIX))
        callers[-1].setblocking(False)
        try:
            callers[-1].connect(os.path.join(folder, "block.sock"))
        except BlockingIOError:
            return [server] + callers


def starts_that_wait(program, folder):
    """A named pipe that nobody reads, a server that does not accept, a caller who does not come: the time limit and
    signals end them."""
    full = blocked_server(folder)
    for waiting in (["-serial", "file:pipe"], ["-D", "pipe", "-d", "int"], ["-serial", "unix:block.sock"],
                    ["-serial", "unix:nobody.sock,server"]):
        done = call(program, folder, HELLO + waiting + ["-timeout", "1"])
        assert done.returncode == 124 and b"ended after 1 s" in done.stderr, (waiting, done)
        for number in (signal.SIGTERM, signal.SIGINT):
            with started([program] + HELLO + waiting, folder, stderr=subprocess.PIPE) as child:
                time.sleep(0.1)
                child.send_signal(number)
                assert child.wait(WAIT) == -number, waiting
    for end in full:
        end.close()
    assert not os.path.exists(os.path.join(folder, "nobody.sock")), "the socket's path was left behind"


def daemons_that_wait(program, folder):
    """The time limit is the daemon's too; it does not outlive a caller who waits for it and is killed."""
    path = os.path.join(folder, "alone.sock")
    arguments = HELLO + ["-daemonize", "-serial", "unix:alone.sock,server"]
    done = call(program, folder, arguments + ["-timeout", "1"])
    assert done.returncode == 124 and not os.path.exists(path), done
    with started([program] + arguments, folder, stderr=subprocess.PIPE) as child:
        child.stderr.readline()
        child.kill()
        child.wait(WAIT)
        end = time.monotonic() + WAIT
        while os.path.exists(path) and time.monotonic() < end:
            time.sleep(0.01)
    assert not os.path.exists(path), "the daemon goes on without its caller"


def failed_start_leaves_no_pidfile(program, folder):
    done = call(program, folder, HELLO + ["-pidfile", "early.pid", "-gdb", "unix:none/gdb.sock"])
    assert done.returncode == 66 or done.returncode == 71, done
    assert not os.path.exists(os.path.join(folder, "early.pid"))


def output_that_is_lost(program, folder):
    """Files that are full: said so, and told by the exit code unless the guest's says more. A pipe that nobody reads
    any more is no error."""
    for arguments in (["-serial", "file:/dev/full"], ["-chardev", "null,id=n,logfile=/dev/full", "-serial", "chardev:n"]):
        done = call(program, folder, HELLO + arguments)
        assert done.returncode == 66 and b"'/dev/full' could not be written" in done.stderr, (arguments, done)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([program] + HELLO, cwd=folder, stdin=subprocess.DEVNULL, stdout=full,
                              stderr=subprocess.PIPE, timeout=WAIT, check=False)
    assert done.returncode == 66 and b"'standard output' could not be written" in done.stderr, done
    small = lambda: (resource.setrlimit(resource.RLIMIT_FSIZE, (5, 5)), signal.signal(signal.SIGXFSZ, signal.SIG_IGN))
    done = call(program, folder, HELLO + ["-serial", "file:small.txt"], preexec_fn=small)
    assert done.returncode == 66 and b"'small.txt'" in done.stderr, done
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([program] + HELLO, cwd=folder, stdin=subprocess.DEVNULL, stdout=writer,
                          stderr=subprocess.PIPE, timeout=WAIT, check=False)
    os.close(writer)
    assert done.returncode == 0 and not done.stderr, done


def input_that_does_not_block(program, folder):
    """Standard input may be non-blocking: the guest still gets what comes later, and waiting takes no time."""
    reader, writer = os.pipe()
    fcntl.fcntl(reader, fcntl.F_SETFL, os.O_NONBLOCK)
    with Run(program, folder, ["-chardev", "stdio,id=c", "-serial", "none", "-kernel", "semiecho.elf", "-bios", "none",
                               "-semihosting-config", "on,chardev=c", "-trace-ring", "off"], stdin=reader) as run:
        os.close(reader)
        time.sleep(0.5)
        used = processor_time(run.child)
        os.write(writer, b"late!")
        run.end(5)
        assert run.child.stdout.read() == b"late!"
    os.close(writer)
    assert used < 0.4, f"{used} s of processor time spent waiting"


def processor_time(child):
    with open(f"/proc/{child.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def long_text(program, folder):
    """SYS_WRITE0 of 100000 bytes: all are written, and waiting for a reader takes no time."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETFL, os.O_NONBLOCK)
    with started([program, "-bios", "none", "-kernel", "semitext.elf", "-serial", "none", "-semihosting", "-trace-ring", "off"], folder,
                 stderr=writer) as child:
        os.close(writer)
        time.sleep(0.5)
        used = processor_time(child)
        text = b""
        while select.select([reader], [], [], WAIT)[0] and (part := os.read(reader, 65536)):
            text += part
        assert child.wait(WAIT) == 5 and text == b"a" * 100000, (child.returncode, len(text))
    os.close(reader)
    assert used < 0.4, f"{used} s of processor time spent waiting"


def semihosting_at_the_end(program, folder):
    """A chardev whose input has ended says so: a file, standard input, a server that hangs up."""
    copy = ["-bios", "none", "-kernel", "semicopy.elf", "-serial", "none", "-semihosting-config", "on,chardev=c"]
    done = call(program, folder, copy + ["-chardev", "file,id=c,path=copy.txt,input-path=input.txt"])
    with open(os.path.join(folder, "copy.txt"), "rb") as file:
        assert done.returncode == 5 and file.read() == b"one two\n!", done
    done = subprocess.run([program] + copy + ["-chardev", "stdio,id=c"], cwd=folder, input=b"piped", capture_output=True,
                          timeout=WAIT, check=False)
    assert done.returncode == 5 and done.stdout == b"piped", done
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(WAIT)
        port = server.getsockname()[1]
        with Run(program, folder, copy + ["-chardev", f"socket,id=c,host=127.0.0.1,port={port}"]) as run:
            line, _ = server.accept()
            line.sendall(b"bye")
            assert line.recv(1) == b"b"
            line.close()
            run.end(5)


def input_paths(program, folder):
    """input-path must be a file, and of a size that can be held."""
    for path, what in (("folder", b"not a regular file"), ("pipe", b"not a regular file"), ("large", b"64 MiB")):
        done = call(program, folder, ECHO + ["-chardev", f"file,id=f,path=o.txt,input-path={path}", "-serial", "chardev:f"])
        assert done.returncode == 66 and what in done.stderr, done


def text_that_is_lost(program, folder):
    """What is asked for and cannot be written is an error, whoever prints it."""
    with open(os.path.join(folder, "lost.bh"), "w", encoding="utf-8") as file:
        file.write('partitions = ( { name = "a"; harts = 0; memory = "16M"; kernel = "pass.bin"; } );\n')
    with open(os.path.join(folder, "nothing.bh"), "w", encoding="utf-8"):
        pass
    done = call(program, folder, ["check", "nothing.bh"])
    assert done.returncode == 66 and b"'nothing.bh' is empty\nfix: write for example machine" in done.stderr, done
    for words in (["-help"], ["-timing", "help"], ["check", "lost.bh"], ["check", "-help"], ["export", "--to", "bao", "lost.bh"], ["trace", "docs"]):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([program, *words], cwd=folder, stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, timeout=WAIT, check=False)
        assert done.returncode == 66 and b"\nfix: " in done.stderr, (words, done)


def export_that_fails(program, folder):
    """Why a file cannot be written is said."""
    done = call(program, folder, ["export", "--to=bao", "lost.bh", "-o=nowhere/x"])
    assert done.returncode == 66 and b"cannot write 'nowhere/x': No such file or directory\nfix: " in done.stderr, done


def report_that_was_there(program, folder):
    """Only a run that begins takes the place of the last one's report."""
    path = os.path.join(folder, "report.txt")
    arguments = ["-bios", "none", "-kernel", "pass.elf", "-timing", "rocket6", "-timing-report", "report.txt"]
    with open(path, "w", encoding="utf-8") as file:
        file.write("old " * 10000)
    assert call(program, folder, arguments + ["-loadvm", "nowhere"]).returncode == 66
    with open(path, encoding="utf-8") as file:
        assert file.read() == "old " * 10000
    assert call(program, folder, arguments).returncode == 0
    with open(path, encoding="utf-8") as file:
        text = file.read()
        assert text.startswith("Time: ") and "old" not in text, text[:99]


RUNS = [text_that_is_lost, export_that_fails, report_that_was_there, starts_that_wait, daemons_that_wait, failed_start_leaves_no_pidfile, output_that_is_lost,
        input_that_does_not_block, input_paths, long_text, semihosting_at_the_end]


def run_all(program, folder):
    return run_checks(RUNS, program, folder)
