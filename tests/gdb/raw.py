# SPDX-License-Identifier: MIT
"""raw.py - clients that are no gdb: they speak packets, as lab graders do, or nothing that makes sense."""
import re
import socket
import subprocess
import time

from harness import LIMIT, Emulator, frame, tool, wait_for


def raw_client(program, elf):
    """No hand-shake, no acknowledgments: a breakpoint of length 1, continue, wait for T05."""
    symbols = subprocess.run([tool("nm"), elf], check=True, capture_output=True, text=True).stdout
    address = re.search(r"^0*([0-9a-f]+) . u_ecall$", symbols, re.M).group(1)
    with Emulator(program, elf, []) as emulator:
        with emulator.connect() as connection:
            connection.sendall(frame(b"Z1," + address.encode() + b",1"))
            for _ in range(3):
                connection.sendall(frame(b"c"))
                wait_for(connection, b"$T05")
            connection.sendall(frame(b"k"))
            emulator.must_end(0)


def reconnects(program, elf):
    """A client that vanishes leaves no breakpoint behind; the next finds the machine and can end it."""
    with Emulator(program, elf, ["-smp", "2"]) as emulator:
        for _ in range(5):
            with emulator.connect() as connection:
                connection.sendall(frame(b"Z0,80000000,4") + frame(b"m80000000,") + b"$garbage" * 100)
                wait_for(connection, b"E22")
        with emulator.connect() as connection:
            connection.sendall(frame(b"?") + frame(b"vKill;1"))
            wait_for(connection, b"OK#")
        emulator.must_end(0)


def busy_port(program, elf):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        spec = f"tcp::{taken.getsockname()[1]}"
        run = subprocess.run([program, "-machine", "virt", "-bios", "none", "-kernel", elf, "-display", "none",
                              "-serial", "none", "-gdb", spec], stdin=subprocess.DEVNULL, capture_output=True,
                             text=True, timeout=LIMIT, check=False)
    assert run.returncode == 69 and spec in run.stderr, f"status {run.returncode}: {run.stderr}"


def ask(connection, packet, answer):
    connection.sendall(frame(packet.encode()))
    return wait_for(connection, answer.encode())


def stops_at_once(program, elf):
    """Ctrl-C stops a hart that computes, one that waits, and one in a quantum of seconds within 50 ms."""
    for arguments in ([], ["-smp", "4"], ["-quantum", "1000000000"]):
        with Emulator(program, elf, arguments) as emulator, emulator.connect() as connection:
            ask(connection, "QStartNoAckMode", "OK#9a")
            times = []
            for stop in (b"\x03", frame(b"vCtrlC")) * 3:
                connection.sendall(frame(b"vCont;c"))
                time.sleep(0.1)
                start = time.monotonic()
                connection.sendall(stop)
                wait_for(connection, b"$T02")
                times.append(time.monotonic() - start)
            connection.sendall(frame(b"k"))
            emulator.must_end(0)
        # The best of six: other programs run here, too.
        assert min(times) < 0.05, f"{arguments}: Ctrl-C took {min(times) * 1000:.0f} ms"


def bad_packets(program, elf):
    """What is not understood gets the answer of the protocol, and the connection lives on."""
    with Emulator(program, elf, []) as emulator, emulator.connect() as connection:
        for packet, answer in (("m80000000,zz", "$E22#"), ("m0,1", "$E14#"), ("m80000000,ffffffff", "$E22#"), ("vFlashErase:0,1", "$#00"),
                               ("qXfer:features:read:/etc/passwd:0,100", "$#00"), ("qXfer:memory-map:read::0,100", "$#00"),
                               ("P20=00", "$E22#"), ("p99999999", "$E22#"), ("Z0,80000000", "$E22#"), ("jThreadsInfo", "$#00")):
            ask(connection, packet, answer)
        connection.sendall(b"$?#00")
        wait_for(connection, b"-")
        connection.sendall(b"$X80000000,4000:" + b"a" * 100000 + b"#00")
        wait_for(connection, b"-")
        ask(connection, "?", "$T05thread:1;")
        connection.sendall(frame(b"k"))
        emulator.must_end(0)


CASES = [raw_client, reconnects, busy_port, stops_at_once, bad_packets]
