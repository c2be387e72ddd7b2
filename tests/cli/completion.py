# SPDX-License-Identifier: MIT
"""completion.py - what the completion script offers in bash, asked as bash asks it."""
import os
import re
import subprocess

# The words so far, as bash cuts them (at '=' and ':' too), the last being completed; what must be offered, and what not.
CASES = [
    (["-ker"], ["-kernel"], ["-machine"]),
    (["--no-u"], ["--no-user-config"], ["--no-shutdown"]),
    (["-"], ["-kernel", "-semihosting-config", "-no-user-config"], ["--kernel"]),
    (["d"], ["doctor"], ["run"]),
    (["ch"], ["check"], ["run"]),
    (["-M", "v"], ["virt"], ["help"]),
    (["-machine", ""], ["virt", "help"], []),
    (["-M", "virt,ai"], ["virt,aia=none", "virt,aia=aplic-imsic", "virt,aia-guests="], ["virt,acpi=off"]),
    (["-M", "virt,aia", "=", "apl"], ["aplic", "aplic-imsic"], ["none"]),
    (["-machine", "virt,acl"], ["virt,aclint=on", "virt,aclint=off"], []),
    (["-cpu", "r"], ["rv64"], ["max"]),
    (["-cpu", "rv64,sstc"], ["rv64,sstc=on", "rv64,sstc=off"], []),
    (["-cpu", "rv64,sstc", "=", "o"], ["on", "off"], []),
    (["-cpu", "rv64,sstc", "=", "off,zb"], [], ["max"]),
    (["-device", "virtio-b"], ["virtio-blk-device"], ["virtio-net-device"]),
    (["-device", "virtio-blk-device,dr"], ["virtio-blk-device,drive="], []),
    (["-chardev", "so"], ["socket"], ["stdio"]),
    (["-chardev", "socket,path", "=", "x,ser"], ["x,server=on"], []),
    (["-device", "virtio-net-device,"], ["virtio-net-device,netdev=", "virtio-net-device,mac="],
     ["virtio-net-device,drive=", "virtio-net-device,addr="]),
    (["-chardev", "file,id", "=", "f,"], ["f,path=", "f,mux=on", "f,logfile="], ["f,port=", "f,signal=off"]),
    (["-drive", "file", "=", "a,if", "=", ""], ["none", "virtio"], []),
    (["-drive", "file", "=", "a,if", "="], ["none", "virtio"], []),
    (["-serial", "mon", ":", "s"], ["stdio"], ["null"]),
    (["-serial", "p"], ["pty", "pipe:"], ["stdio"]),
    (["-d", "int,gu"], ["int,guest_errors"], ["int,mmu"]),
    (["-trace", "walk"], ["walk.pte"], ["trap"]),
    (["--display", ""], ["none", "sdl"], []),
    (["-semihosting-config", "on,use"], ["on,userspace=on"], []),
    (["-icount", "0,sl"], ["0,sleep=on", "0,sleep=off"], []),
    (["-timing", "a"], ["a53x4"], ["rocket6"]),
    (["-timing", "a53x4,llc.r"], ["a53x4,llc.replacement=lru", "a53x4,llc.replacement=plru"], []),
    (["-timing", "a53x4,star"], ["a53x4,start=reset", "a53x4,start=monitor", "a53x4,start=mark:"], []),
    (["export", "-"], ["--to", "-o", "-help"], ["-kernel"]),
    (["export", "--to", ""], ["bao", "xen-dom0less", "jailhouse"], ["none"]),
    (["export", "--to", "x"], ["xen-dom0less"], ["bao"]),
    (["export", "--to", "bao", "p"], ["plan.bh"], ["plan.txt"]),
    (["check", ""], ["plan.bh"], ["plan.txt", "run"]),
    (["check", "-"], ["-help"], ["-kernel"]),
    (["run", "pl"], ["plan.bh"], ["plan.txt"]),
    (["gdb", "pl"], ["plan.bh"], ["plan.txt"]),
    (["run", "plan.bh", "-timing", "r"], ["rocket6"], ["plan.bh"]),
    (["-kernel", "Ima"], [], ["-kernel"]),
    (["-nographic", "Ima"], [], ["run", "check", "gdb", "trace", "doctor"]),
]


def ask(script, words, folder=None):
    quoted = " ".join(f"'{word}'" for word in ["bulkhead", *words])
    text = f"{script}\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words)}; _bulkhead; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    done = subprocess.run(["bash", "-c", text], capture_output=True, text=True, timeout=10, cwd=folder)
    return done.stdout.split("\n")[:-1], done.stderr


def check(script, words, wanted, unwanted, folder):
    offered, errors = ask(script, words, folder)
    assert not errors, (words, errors)
    missing = [word for word in wanted if word not in offered]
    assert not missing and not set(unwanted) & set(offered), (words, offered, missing)


def run_all(program, folder):
    """[(name, what is wrong or None)]"""
    for name in ("plan.bh", "plan.txt"):
        with open(os.path.join(folder, name), "a", encoding="utf-8"):
            pass
    script = subprocess.run([program, "-completion", "bash"], capture_output=True, text=True, timeout=10).stdout
    results = []
    for words, wanted, unwanted in CASES:
        try:
            check(script, words, wanted, unwanted, folder)
            results.append((f"completion of {words}", None))
        except AssertionError as problem:
            results.append((f"completion of {words}", repr(problem)))
    models = subprocess.run([program, "-cpu", "help"], capture_output=True, text=True, timeout=10).stdout.split("\n")[0]
    names = re.findall(r"[\w.]+", re.sub(r"\(.*?\)", "", models.partition("Models:")[2].partition(". ")[0]))
    offered, _ = ask(script, ["-cpu", ""])
    missing = [name for name in names if name not in offered]
    results.append(("completion of models", f"not offered: {missing}" if missing or not names else None))
    options = re.findall(r"^(-\S+)", subprocess.run([program, "-help"], capture_output=True, text=True).stdout, re.M)
    offered, _ = ask(script, ["-"])
    missing = [name for name in options if name not in offered]
    results.append(("completion of options", f"not offered: {missing}" if missing or not options else None))
    return results
