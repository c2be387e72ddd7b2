# SPDX-License-Identifier: MIT
"""sessions.py - what is typed into gdb, and what it must answer.

A session is: the program (guest: three privileges; guests: a guest with a process, see guests.S), arguments of the
emulator, gdb commands, and regular expressions that must be found in gdb's output in this order. After it the emulator
must end with the exit code given, by itself or because gdb killed it.
"""
import re

TO_U = ["break *u_entry", "continue", "delete"]
WHERE = "info symbol $pc"
U, HS, M, VU, VS = 0, 1, 3, 4, 5  # $mode


def script(*items):
    """Commands, and pairs of commands and what the last of them must print, as the two lists of a session."""
    commands, patterns = [], []
    for item in items:
        commands += [item] if isinstance(item, str) else item[0] if isinstance(item[0], list) else [item[0]]
        patterns += [] if isinstance(item, str) or not item[1] else [item[1]]
    return commands, patterns


def to(symbol, mode, command="stepi"):
    """The command ends at the symbol, in the mode."""
    return ([command, f'printf "{symbol}: %d in %d\\n", $pc == (unsigned long)&{symbol}, $mode'],
            rf"\b{re.escape(symbol)}: 1 in {mode}\n")


def run_to(symbol, mode):
    return to(symbol, mode, f"advance *(unsigned long)&{symbol}")


def session(name, program, arguments, *items):
    return (name, program, arguments, *script(*items), 0)


SESSIONS = [
    # name, program, emulator arguments, gdb commands, expected in order, exit code
    ("steps go through calls and returns of every privilege", "guest", [],
     TO_U + ["p $priv", "break *u_ecall", "continue",
             "stepi", WHERE, "p $priv", "p $scause", "stepi", "stepi", "stepi", WHERE,
             "stepi", WHERE, "p $priv", "p $mcause", "stepi", "stepi", "stepi", WHERE,
             "stepi", WHERE, "p $priv", "break *s_sret", "continue",
             "stepi", WHERE, "p $priv", "kill"],
     [r"= 0\b", r"s_handler in section", r"= 1\b", r"code=8 ", r"s_ecall in section",
      r"m_handler in section", r"= 3\b", r"code=9 ", r"m_mret in section",
      r"s_back in section", r"= 1\b", r"u_back in section", r"= 0\b"], 0),
    ("a breakpoint is hit each time round", "guest", [],
     ["break *u_loop", "continue", "continue", "p/d $s0", "continue", "p/d $s0", "x/wx u_loop", "info breakpoints",
      "kill"],
     [r"Breakpoint 1", r"= 1\n", r"= 2\n", r"0x00140413", r"already hit 3 times"], 0),
    ("hardware and temporary breakpoints, advance", "guest", [],
     ["hbreak *s_entry", "tbreak *u_entry", "continue", WHERE, "continue", WHERE, "advance *u_ecall", WHERE, "kill"],
     [r"s_entry in", r"u_entry in", r"u_ecall in"], 0),
    ("registers are read and written", "guest", [],
     ["break *u_loop", "continue", "delete", "p $fa0.double", "set $a0 = 0x1234", "stepi", "p/x $a0",
      "set $fa0.double = 2.5", "p $fa0", "set $sscratch = 0x77", "p/x $sscratch", "p/x $mhartid",
      "set $pc = &u_loop", WHERE, "set $mstatus = 0UL", "p/x $mstatus", "info registers csr", "info registers float",
      "info all-registers", "kill"],
     [r"= 1\.5", r"= 0x1234", r"double = 2\.5", r"= 0x77", r"= 0x0\b", r"u_loop in", r"0xa00000000",
      r"satp ", r"pmpaddr15 ", r"fa0 .*2\.5", r"priv "], 0),
    ("registers show their fields by name", "guest", [],
     TO_U + ["p $mstatus", "p/x $mstatus", "p $mode", "set $hgatp = 0x8000700000080400", "p $hgatp", "p $vmid",
             "set $vsatp = 0x9000500000080500", "p $vsatp", "p $mideleg", "p $pmpcfg0", "info registers bulkhead",
             "monitor csr hgatp", "monitor csr mcaus", "kill"],
     [r"SPIE MPIE .*FS=Initial.*SXL=RV64", r"0xa000020a0", r"= U\n", r"PPN=525312 VMID=7 MODE=Sv39x4", r"= 7\n",
      r"PPN=525568 ASID=5 MODE=Sv48", r"VSSI VSTI VSEI", r"R0 W0 X0 A0=NAPOT A1=OFF", r"mode .*U\nvmid .*7\nicount",
      r"VMID +0x7 +virtual machine", r"did you mean 'mcause'"], 0),
    ("memory is read and written, and what cannot be says so", "guest", [],
     ["x/2gx &words", "set var *(long *)&words = 0x55", "x/1gx &words", "x/4wx 0x40000000", "p/x *(int *)0x1000",
      "find &words, +16, (char)0x99", "dump binary memory /dev/null _start finish", "compare-sections .text", "load",
      WHERE, "kill"],
     [r"0x1122334455667788\s+0x99aabbccddeeff00", r"0x0000000000000055", r"Cannot access memory at address 0x40000000",
      r"= 0x", r"matched", r"Transfer rate", r"_start in section"], 0),
    ("harts are threads", "guest", ["-smp", "2"],
     ["hbreak *u_loop", "continue", "info threads", "thread 2", "p $mhartid", "set scheduler-locking on",
      "p $s1 >= 0", "thread 1", "stepi", WHERE, "thread 2", "break *other_loop", "continue", "p $mhartid", "p/d $s1",
      "continue", "p/d $s1", "kill"],
     [r"Thread 1\.1 .*hart0.*\(U\)", r"Thread 1\.2 .*hart1.*\(M\)", r"= 1\b", r"= 1\b", r"u_ecall in", r"= 1\b"], 0),
    ("any hart's breakpoint is reported", "guest", ["-smp", "2"],
     ["break *other_loop", "continue", "p $mhartid", "continue", "continue", "p $s1 > 0", "delete", "break *u_loop",
      "continue", "p $mhartid", "kill"],
     [r"= 1\b", r"= 1\b", r"= 0\b"], 0),
    ("watchpoints stop where memory is touched", "guest", [],
     ["rwatch *(int *)&finish", "continue", WHERE, "continue", WHERE, "delete", "awatch *(char *)&finish", "continue",
      WHERE, "p $priv", "info watchpoints", "kill"],
     [r"Hardware read watchpoint", r"s_back \+ 8 in", r"s_back \+ 8 in", r"Hardware access", r"s_back \+ 8 in", r"= 1\b",
      r"already hit 1 time"], 0),
    ("the guest's end is reported", "guest", [],
     TO_U + ["set var *(int *)&finish = 1", "continue"], [r"exited normally"], 0),
    ("a detached guest runs on", "guest", [],
     TO_U + ["set var *(int *)&finish = 1", "break *u_loop", "detach"], [r"[Dd]etach"], 0),
    ("monitor words", "guest", [],
     ["stepi", "monitor help", "monitor info registers", "monitor explode", "monitor reset halt",
      "maintenance flush register-cache", "p/x $pc", "kill"],
     [r"info registers", r"CPU#0\n V +=   0\n mode +=   M\n pc ", r"unknown command 'explode'", r"= 0x1000\b"], 0),
    ("stepping by lines of instructions stays in step", "guest", [],
     ["break *u_loop", "continue", "nexti", "nexti", WHERE, "p $scause", "kill"], [r"s_handler|u_back", r"code=8"], 0),
    session("four harts", "guest", ["-smp", "4", "-quantum", "20"],
            ("info threads", r"(?s)1\.1 .*?hart0.*?1\.2 .*?hart1.*?1\.3 .*?hart2.*?1\.4 .*?hart3"),
            "break *other_loop if $mhartid == 3", ("continue", r"Thread 4 .*hit Breakpoint"), ("p $mhartid", r"= 3\n"),
            ("thread apply all p $mhartid", r"(?s)= 3\n.*?= 2\n.*?= 1\n.*?= 0\n"), "set scheduler-locking on", "thread 3",
            ("p $mhartid", r"= 2\n"), "stepi", ("p $mhartid", r"= 2\n"), "kill"),
    session("a program for Linux steps as any other, once osabi is none", "linux", [],
            ("show osabi", r'currently "GNU/Linux"'), "set osabi none", "tbreak *u_ecall", "continue",
            to("s_handler", HS), to("s_handler + 4", HS), "kill"),
    session("steps go between a process, its kernel, its hypervisor and the machine", "guests", [],
            run_to("hs_start_sret", HS), to("vs_entry", VS), run_to("vs_start_sret", VS), to("vu_start", VU),
            to("vu_ecall", VU), to("vs_handler", VS), ("p $vscause", r"code=8 "),
            run_to("vs_ecall", VS), to("hs_handler", HS), ("p $scause", r"code=10 "),
            run_to("hs_ecall", HS), to("m_handler", M), ("p $mcause", r"code=9 "), run_to("m_mret", M),
            to("hs_sret", HS), to("vs_sret", VS),
            # The page under the process is another now.
            to("vu_after", VU), ("x/wx &vu_start", r"0x01040413"), "stepi", to("vs_handler", VS),
            ("p $vscause", r"code=13 "), ("p/x $vstval", r"0x40005000"), run_to("vs_sret", VS), to("vu_loaded", VU),
            "stepi", to("hs_handler", HS), ("p $scause", r"code=21 "), ("p/x $htval", r"0x10000000"),
            run_to("hs_sret", HS), to("vu_gone_on", VU), "kill"),
    session("steps go into interrupts, unless these are kept off", "guests", [],
            run_to("vs_start_sret", VS), "stepi", to("vu_ecall", VU),
            "set $hvip = 4UL", to("vs_handler", VS), ("p $vscause", r"code=1 Interrupt"),
            run_to("vs_interrupt_sret", VS), to("vu_ecall", VU),
            "set $mip = 2UL", to("hs_handler", HS), ("p $scause", r"code=1 Interrupt"),
            run_to("hs_interrupt_sret", HS), to("vu_ecall", VU),
            "set $hvip = 4UL", "maintenance packet Qqemu.sstep=0x7", to("vs_handler", VS), ("p $vscause", r"code=8 "),
            "maintenance packet Qqemu.sstep=0x1", "kill"),
    session("breakpoints of a process stay when its page is another", "guests", [],
            "break *(unsigned long)&vu_start", "hbreak *vs_handler", "continue",
            ("p/d $s0", r"= 0\n"), ("x/wx $pc", r"0x00140413"), (["disable 2", "continue"], r"Breakpoint 1"),
            ("p/d $s0", r"= 1\n"), ("x/wx $pc", r"0x01040413"), to("vu_ecall", VU), ("p/d $s0", r"= 17\n"),
            (["enable 2", "continue"], r"Breakpoint 2"), ("p $mode", r"= VS\n"), (["disable 2", "continue"], r"Breakpoint 1"),
            ("x/wx $pc", r"0x00140413"), to("vu_loaded", VU, "until *(unsigned long)&vu_loaded"), "kill"),
    session("watchpoints by value", "guests", [],
            run_to("vs_start_sret", VS), "stepi", "watch *(long *)&vu_data",
            ("continue", r"(?s)Old value = 0\nNew value = 1\n"), to("vu_stored", VU, "p 0"),
            ("continue", r"(?s)Old value = 1\nNew value = 17\n"), "delete", "watch *(long *)&vu_data if *(long *)&vu_data > 40",
            ("continue", r"(?s)New value = 51\n"), "rwatch *(long *)&finish", "delete 2",
            ("continue", r"Hardware read watchpoint"), ("p $mode", r"= HS\n"), "kill"),
    session("memory is looked at as others see it", "guests", [],
            run_to("vu_after", VU), ("x/wx &vu_start", r"0x01040413"), ("x/wx &page_a", r"0x00140413"),
            ("x/wx 0x40005000", r"Cannot access memory"), ("monitor why", r"first-stage entry of level 0 at 0x8000a028 is 0x0: V = 0"),
            ("maintenance packet Qbulkhead.Space:gpa:2", r"OK"), ("x/wx &page_b", r"0x01040413"),
            (["maintenance flush dcache", "x/wx &vu_start"], r"Cannot access memory"),
            ("maintenance packet Qbulkhead.Space:spa", r"OK"), (["maintenance flush dcache", "x/wx 0x1000"], r"0x1000:\s+0x"),
            ("maintenance packet Qbulkhead.Space:gva:2", r"OK"), (["maintenance flush dcache", "x/wx &vu_start"], r"0x01040413"),
            ("maintenance packet qqemu.PhyMemMode", r'"0"'), "kill"),
    session("the guest is a process of its own", "guests", ["-view", "partition"],
            "target extended-remote :{PORT}", "set schedule-multiple on", "add-inferior", "inferior 2", "attach 4", "file {ELF}",
            ("info threads", r"(?s)1\.1 .*?hart0.*?\(M\).*?2\.1 .*?has not been here"),
            "tbreak *vs_ecall", ("continue", r"vs_ecall"), ("info threads", r"(?s)\n  1\.1 .*?started a guest.*?\* 2\.1 .*?\(VS VMID=2\)"),
            to("vs_sret", VS), to("vu_after", VU), "thread 1.1", ("p $mode", r"= HS\n"), ("info symbol $pc", r"hs_start_sret|hs_sret"),
            to("hs_handler", HS), ("info threads", r"2\.1 .*VU VMID=2, left"), "thread 2.1", ("p $pc == (unsigned long)&vu_load || 1", r"= 1\n"),
            ("monitor guests", r"guests seen: 2"), "kill inferiors 1 2"),
    session("the monitor's breakpoints stop the debugger, which can ask why", "guests", [],
            ("monitor break vmexit where exit == ecall", r"break 1: vmexit where exit == ecall do stop\n"),
            ("monitor break walk-fault where result == gpf do mark", r"break 2: "),
            to("hs_handler", HS, "continue"), ("p $scause", r"code=10 "),
            ("monitor why", r"(?s)a monitor's breakpoint; hart 0, HS.*?break 1 \(.*? trap h=0 m=VS p=2 .*?exit=ecall"),
            to("hs_handler + 4", HS), ("monitor delete 1", ""), ("monitor break addr $sepc", "break 3: "),
            ("continue", r"SIGTRAP"), ("p $mode", r"= VS\n"), ("monitor why", r"addr \$sepc\): hart 0 is there"),
            to("hs_handler", HS), ("monitor info break", r"3 +addr \$sepc do stop, 1 hit"), ("monitor delete all", ""),
            ("monitor info break", "no breakpoints"), "kill"),
    session("back to the event before", "guests", [],
            "monitor break vmexit where exit == ecall", to("hs_handler", HS, "continue"), "set $first = $icount",
            to("hs_handler", HS, "continue"), "set $second = $icount", ("p $second > $first", r"= 1\n"), to("hs_handler", HS, "continue"),
            to("hs_handler", HS, "reverse-continue"), ("p $icount == $second", r"= 1\n"),
            to("hs_handler", HS, "reverse-continue"), ("p $icount == $first", r"= 1\n"), ("p $scause", r"code=10 "),
            to("vs_ecall", VS, "reverse-stepi"), to("hs_handler", HS, "continue"), ("p $icount == $first", r"= 1\n"), "kill"),
    session("monitor commands answer what they answer elsewhere", "guests", [],
            run_to("vs_start_sret", VS), "stepi", ("monitor info cpus", r"\* CPU #0: pc=0x0000000040000000 mode=VU vmid=2"),
            ("monitor info mem", r"(?s)guest, VMID 2: vsatp Sv39.*?\n0000000040000000 "), ("monitor info tlb", r"VMID 2: \d+ translations"),
            ("monitor x/2i $pc", r"0x0000000040000000:  "), ("monitor xp/1xw 0x80000000", r"0000000080000000: 0x"),
            ("monitor xg/1xw 0x80000000", r"0x|Cannot access"), ("monitor print/d $pc >> 24", r"64\n"), ("monitor irq", r"hart 0, VU: pending=none"),
            ("monitor part", r"vmid2 +0 +VU "), ("monitor info mtree", r"ram\): ram\n"), ("monitor info status", r"paused \(debug\)"),
            ("monitor cont", r"a debugger holds the machine"), ("monitor wait", r"hart 0, VU: 0x40000000: addi"), ("monitor step 1", r"a debugger holds"),
            ("monitor device_add x", r"cannot be had"), ("monitor quit", ""), "kill"),
    session("back to the last write of a variable, and to who called", "guests", [],
            "hbreak *(unsigned long)&vu_stored", "continue", "continue", ("p *(long *)&vu_data", r"= 17\n"), "delete",
            "watch *(long *)&vu_data", ("reverse-continue", r"(?s)Old value = 17\nNew value = 1\n"), to("vu_store", VU, "p 0"),
            ("reverse-continue", r"(?s)Old value = 1\nNew value = 0\n"), to("vu_store", VU, "p 0"), "delete",
            "hbreak *vs_entry", ("reverse-continue", r"Breakpoint 3"), to("vs_entry", VS, "p 0"), to("hs_start_sret", HS, "reverse-stepi"),
            "delete", ("reverse-continue", r"(?s)(No more reverse-execution history|Reached end of recorded history)"),
            ("p/x $pc", r"= 0x1000\n"), "kill"),
    session("forward again is as it was, until somebody changes it", "guest", ["-smp", "2"],
            "break *u_loop", "continue", "continue", "continue", ("p/d $s0", r"= 2\n"), ("monitor info replay", r"now: \d+ ns\n"),
            "reverse-continue", ("p/d $s0", r"= 1\n"), ("monitor info replay", r"in the past"), "continue", ("p/d $s0", r"= 2\n"),
            "continue", ("p/d $s0", r"= 3\n"), ("monitor info replay", r"now: \d+ ns\n"), "reverse-continue", "reverse-continue",
            ("p/d $s0", r"= 1\n"), "set $s0 = 40", "continue", ("p/d $s0", r"= 41\n"), ("monitor info replay", r"now: \d+ ns\n"),
            "reverse-stepi", ("p/d $s0", r"= 41\n"), "reverse-continue", ("p/d $s0", r"= 40\n"), "reverse-stepi",
            ("p/d $s0", r"= 1\n"), "monitor reverse 3", ("monitor why", r"pc 0x"), "kill"),
    session("who wrote that, without going anywhere", "guests", ["-smp", "2"],
            "hbreak *(unsigned long)&vu_stored", "continue", "continue", "delete", ("p *(long *)&vu_data", r"= 17\n"),
            ("monitor info hash", r"[0-9a-f]{16}\n"),
            ("monitor who-wrote data", r"0x0+1 became 0x0+11 at \d+ ns\nhart 0, VU: 0x[0-9a-f]+.*: sd "), ("monitor info replay", r"now: \d+ ns\n"),
            ("monitor who-wrote 0x81ff0000 64", r"nobody, as far as is remembered"), ("p *(long *)&vu_data", r"= 17\n"),
            to("vu_stored", VU, "p 0"), "kill"),
    session("going back has reasons not to be there", "guest", ["-history", "off"],
            ("reverse-stepi", r"does not support this command"), ("monitor reverse", r"start with -history on"), "kill"),
]

LLDB_SESSION = (["-smp", "2"], *script(
    ("thread list", r"(?s)thread #1: tid = 0x0001.*?thread #2: tid = 0x0002"), "breakpoint set -a 0x8000008c",
    ("continue", r"u_ecall"), ("register read mstatus", r"MPP = U"), ("stepi", r"s_handler"),
    ("register read pc", r"s_handler"), ("register read scause", r"code = 8"), ("memory read 0x80000000 -c 4", r"0x80000000: f3 22 40 f1"),
    ("thread list", r"thread #1.*s_handler"), "kill"))
