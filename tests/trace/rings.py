# SPDX-License-Identifier: MIT
"""The last events, kept in memory and written when somebody wants them; tests/trace/run runs these."""
import os
import signal
import stat
import subprocess
import time

from recordings import tool

CHEAP = "reset,trap,trap.ret,mode,hyp.span,sbi,critical,fault.g,irq.*,imsic.*,msi.send,timer,wfi,guest_error,uart,mark,semihost,lost"


def start(binary, folder, program, *options):
    """A process, started in `folder`; the program was built there by an earlier trace()."""
    return subprocess.Popen([binary, "-M", "virt", "-bios", "none", "-m", "16M", "-display", "none", "-serial", "stdio", "-monitor", "none",
                             "-kernel", os.path.join(folder, program + ".elf"), *options], cwd=folder, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(binary, folder, program, *options, code=0):
    process = start(binary, folder, program, *options)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code, (process.returncode, errors)
    return errors


def events_of(binary, trace, path):
    return [trace.parse(line.split()) for line in tool(binary, "print", path).splitlines()]


def without_number(events):
    return [{key: value for key, value in e.items() if key != "seq"} for e in events]


def the_ring_holds_what_a_recording_holds(binary, folder, trace):
    """Every event of every exit, made of what was noted of traps, is the one that is told at once."""
    ring, file = os.path.join(folder, "ring.bht"), os.path.join(folder, "file.bht")
    for program in ("exits", "fences"):
        count = trace(binary, folder, program, "-trace", "irq.deliver,trap").events[-1]["ic"]
        run(binary, folder, program, "-max-insns", str(int(count) + 50), "-trace-ring", f"on,file={ring}", "-trace-file", file,
            code=125)
        kept, told = events_of(binary, trace, ring), events_of(binary, trace, file)
        assert kept == told and len(kept) > 5, (program, [pair for pair in zip(kept, told) if pair[0] != pair[1]][:1])
        wanted = {"trap", "trap.ret", "mode"} | ({"fault.g", "sbi", "hyp.span", "irq.inject", "irq.deliver"} if program == "exits" else set())
        assert wanted <= {e["ev"] for e in kept}, program


def what_the_ring_holds_can_be_chosen(binary, folder, trace):
    ring = os.path.join(folder, "ring.bht")
    count = trace(binary, folder, "exits", "-trace", "trap").events[-1]["ic"]
    run(binary, folder, "exits", "-max-insns", count, "-trace-ring", f"64M,walk.end,hyp.span,file={ring}", code=125)
    assert {e["ev"] for e in events_of(binary, trace, ring)} == {"walk.end", "hyp.span"}
    for words, says in [("64", "no size from"), ("2G", "no size from"), ("on,trapp", "no trace event is called 'trapp'"), ("on,", "there is nothing where")]:
        assert says in run(binary, folder, "exits", "-trace-ring", words, code=64), words


def a_full_ring_says_how_much_is_gone(binary, folder, trace):
    file = os.path.join(folder, "file.bht")
    trace(binary, folder, "exits")
    build(binary, folder, trace)
    says = run(binary, folder, "many", "-trace-ring", "128K", "-trace-file", file, code=7)
    kept, told = events_of(binary, trace, os.path.join(folder, "bulkhead-ring.bht")), events_of(binary, trace, file)
    assert f"the last events ({len(kept)}) are in bulkhead-ring.bht" in says, says
    assert kept[0]["ev"] == "lost" and kept[0]["why"] == "ring" and str(kept[0]["seq"]) == kept[0]["count"] != "0", kept[0]
    assert [e["seq"] for e in kept] == list(range(kept[0]["seq"], kept[0]["seq"] + len(kept))), "numbers"
    kept = kept[1:]
    assert 500 < len(kept) < len(told), (len(kept), len(told))
    # Of a trap before the first that is there, nothing is known.
    tail = told[len(told) - len(kept):]
    unknown = [i for i, (a, b) in enumerate(zip(without_number(kept), without_number(tail))) if a != b]
    assert len(unknown) <= 1 and all(kept[i]["ev"] == "trap.ret" for i in unknown), [kept[i] for i in unknown]
    traps = [int(e["id"]) for e in kept if e["ev"] == "trap"]
    assert traps == list(range(traps[0], traps[0] + len(traps))) and traps[0] > 1, traps[:2]


def build(binary, folder, trace):
    """Builds many.elf: trace() insists on exit code 0."""
    try:
        trace(binary, folder, "many")
    except AssertionError:
        pass


def only_failure_leaves_a_file(binary, folder, trace):
    name = os.path.join(folder, "bulkhead-ring.bht")
    trace(binary, folder, "exits")
    build(binary, folder, trace)
    for program, options, code, left in [("exits", [], 0, False), ("many", ["-trace-ring", "off"], 7, False), ("many", ["-max-insns", "500"], 125, False),
                                         ("many", [], 7, True)]:
        if os.path.exists(name):
            os.remove(name)
        errors = run(binary, folder, program, *options, code=code)
        assert os.path.exists(name) == left == ("bulkhead-ring.bht" in errors), (program, options, errors)
    errors = run(binary, folder, "many", "-trace-ring", "on,file=/nowhere/ring.bht", code=7)
    assert "the last events could not be written: " in errors and "/nowhere" in errors, errors
    assert not [entry for entry in os.listdir(folder) if entry.endswith(".part")]


def what_is_no_file_stays_what_it_is(binary, folder, trace):
    """A device that is named as the file is written to, not replaced by one."""
    pipe, full = os.path.join(folder, "ring.pipe"), os.path.join(folder, "full")
    build(binary, folder, trace)
    os.mkfifo(pipe)
    os.symlink("/dev/full", full)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    run(binary, folder, "many", "-trace-ring", f"128K,trap,file={pipe}", code=7)
    assert stat.S_ISFIFO(os.stat(pipe).st_mode) and os.read(reader, 8) == b"BHTRACE1"
    os.close(reader)
    assert "could not be written" in run(binary, folder, "many", "-trace-ring", f"on,file={full}", code=7)
    assert stat.S_ISCHR(os.stat(full).st_mode) and os.path.islink(full)


def a_crash_of_the_emulator_leaves_a_file(binary, folder, trace):
    trace(binary, folder, "exits")
    for number in (signal.SIGSEGV, signal.SIGABRT):
        ring = os.path.join(folder, f"crash{number}.bht")
        process = start(binary, folder, "exits", "-trace-ring", f"on,file={ring}", "-S", "-gdb", f"unix:{folder}/gdb{number}")
        for _ in range(200):
            time.sleep(0.05)
            if os.path.exists(f"{folder}/gdb{number}"):
                break
        time.sleep(0.2)
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == -number and "a bug of the emulator; the last events (1) are in" in errors, (process.returncode, errors)
        assert [e["ev"] for e in events_of(binary, trace, ring)] == ["reset"]


def the_ring_changes_nothing(binary, folder, trace):
    trace(binary, folder, "exits")
    ends = {run(binary, folder, "exits", "-trace-hash", "100000000", "-trace-ring", ring) for ring in ("off", "on", "1M,all")}
    assert len(ends) == 1 and "trace hash" in ends.pop()


def triggers_open_and_close(binary, folder, trace):
    """From an event to another, with what came before; in text and in files; the event they wait for need not be shown itself."""
    names = "trap,trap.ret,mode,hyp.span"
    everything = trace(binary, folder, "exits", "-trace", names).events
    exits = [i for i, e in enumerate(everything) if e["ev"] == "trap" and e.get("exit") == "mmio"]
    [at] = exits
    [back] = [i for i, e in enumerate(everything) if e["ev"] == "trap.ret" and e["id"] == everything[at]["id"]]
    file = os.path.join(folder, "window.bht")

    def same(events, wanted, what):
        assert without_number(events) == without_number(wanted) != [], (what, len(events), len(wanted))

    for options, wanted in [
            (["-trace-start", "trap exit=mmio"], everything[at:]),
            (["-trace-start", "trap where exit == mmio", "-trace-pre", "3"], everything[at - 3:]),
            (["-trace-start", "trap exit=mmio", "-trace-pre", "1000"], everything),
            (["-trace-start", "trap exit=mmio", "-trace-stop", "trap.ret"], everything[at:back + 1]),
            (["-trace-stop", "trap exit=mmio"], everything[:at + 1]),
            (["-trace-start", "trap exit=mmio", "-trace-stop", "+40ns"], [e for e in everything[at:] if e["t"] < everything[at]["t"] + 40]),
            (["-trace-start", "trap exit=mmio", "-trace-stop", "+120i"], [e for e in everything[at:] if int(e["ic"]) < int(everything[at]["ic"]) + 120]),
            (["-trace-start", "trap exit=mmio", "-trace-stop", "trap.ret", "-trace-pre", "2", "-trace-filter", "ev == trap"],
             [e for e in everything[:at] if e["ev"] == "trap"][-2:] + [everything[at]]),
            (["-trace-start", "trap p=5", "-trace-stop", "trap.ret"], [e for i, e in enumerate(everything) if any(
                t["ev"] == "trap" and t["p"] == "5" and not any(r["ev"] == "trap.ret" for r in everything[j:i]) for j, t in enumerate(everything[:i + 1]))])]:
        same(trace(binary, folder, "exits", "-trace", names, *options).events, wanted, options)
        trace(binary, folder, "exits", "-trace", names, "-trace-file", file, *options)
        same(events_of(binary, trace, file), wanted, options)
    fault = trace(binary, folder, "exits", "-trace", names, "-trace-start", "fault.g acc=W").events
    same(fault, [e for e in everything if e["t"] >= fault[0]["t"]], "an event that is not shown")
    for words, says in [(("-trace-start", "trapp"), "no event is called"), (("-trace-stop", "+5"), "no number of instructions"), (("-trace-stop", "+0i"), "no number of"),
                        (("-trace-pre", "2000000"), "no number of events"), (("-trace-start", "trap exit=no"), "a word of the column")]:
        assert says in run(binary, folder, "exits", *words, code=64), words


def the_monitor_prints_and_dumps(binary, folder, trace):
    trace(binary, folder, "exits")
    dump = os.path.join(folder, "monitor.bht")
    done = subprocess.run([binary, "-S", "-monitor", "stdio", "-serial", "none", "-bios", "none", "-m", "16M", "-display", "none", "-kernel",
                           os.path.join(folder, "exits.elf"), "-no-shutdown"], capture_output=True, text=True, timeout=60, check=False,
                          input=f"trace on trap\nc\nwait\ntrace status\ntrace dump {dump}\ntrace dump /nowhere/x\ntrace on trapp\ntrace off\ntrace status\nq\n")
    out = done.stdout + done.stderr
    assert "printed: trap\n" in out and "printed: nothing\n" in out and "kept now: " in out and "0 older ones are gone" in out, out
    assert f"are in {dump}" in out and "could not be written" in out and "no trace event is called 'trapp'" in out, out
    printed = [line for line in done.stderr.splitlines() if " trap h=0" in line]
    assert len(printed) == len([e for e in events_of(binary, trace, dump) if e["ev"] == "trap"]) > 5, printed


CHECKS = [the_monitor_prints_and_dumps, triggers_open_and_close, the_ring_holds_what_a_recording_holds, what_the_ring_holds_can_be_chosen, a_full_ring_says_how_much_is_gone,
          only_failure_leaves_a_file, what_is_no_file_stays_what_it_is, a_crash_of_the_emulator_leaves_a_file, the_ring_changes_nothing]
