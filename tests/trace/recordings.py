# SPDX-License-Identifier: MIT
"""What -trace-file records and bulkhead trace makes of it; tests/trace/run runs these."""
import json
import os
import re
import subprocess

EVENTS = "trap,trap.ret,mode,hyp.span,sbi,fault.g,irq.*,walk.*,csr,mmio,uart"


def tool(binary, *words, code=0):
    """Standard output of bulkhead trace, which must end with that code; with another, standard error."""
    done = subprocess.run([binary, "trace", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, f"trace {words} ends with {done.returncode}: {done.stderr}"
    return done.stderr if code > 1 else done.stdout


def record(binary, folder, trace, events=EVENTS, program="exits"):
    path = os.path.join(folder, "recorded.bht")
    assert trace(binary, folder, program, "-trace-file", path, "-trace", events).events == []
    return path


def text_of(binary, folder, trace, events=EVENTS, program="exits"):
    trace(binary, folder, program, "-trace", events)
    with open(os.path.join(folder, "log"), encoding="utf-8") as log:
        return log.read()


def a_recording_says_what_text_says(binary, folder, trace):
    for program in ("exits", "fences"):
        path = record(binary, folder, trace, "all", program)
        assert tool(binary, "print", path) == text_of(binary, folder, trace, "all", program), program


def instructions_have_names(binary, folder, trace):
    path, elf = record(binary, folder, trace), os.path.join(folder, "exits.elf")
    plain, named = (tool(binary, "print", *words, path).splitlines() for words in ((), ("--symbols", elf)))
    assert [re.sub(r" sym=\S+$", "", line) for line in named] == plain
    traps = [trace.parse(line.split()) for line in named if " trap h=0" in line]
    assert all(re.fullmatch(r"guest(_\w+)?(\+0x[0-9a-f]+)?", e["sym"]) for e in traps if e["p"] == "5"), [e.get("sym") for e in traps]
    assert all("sym" in e for e in map(trace.parse, map(str.split, named)) if e["ev"] in ("trap.ret", "mode", "csr"))
    assert tool(binary, "query", "--symbols", f"{elf},{elf}", path, "trap where exit == mmio").count(" sym=guest+0x") == 1
    for words, code, says in [(("print",), 64, "takes 1 words"), (("print", "--symbols"), 64, "wants ELF files"), (("print", "--symbols", "/nowhere", path), 66, "/nowhere"),
                              (("query", path), 64, "takes 2 words")]:
        assert says in tool(binary, *words, code=code), words


def json_lines_have_every_column(binary, folder, trace):
    path = record(binary, folder, trace)
    lines = [json.loads(line) for line in tool(binary, "export", "--jsonl", path).splitlines()]
    texts = [trace.parse(line.split()) for line in tool(binary, "print", path).splitlines()]
    assert len(lines) == len(texts) > 100, len(lines)
    for line, text in zip(lines, texts):
        assert set(line) - {"m", "ic", "p", "vmid", "h"} == set(text) - {"m", "ic", "p", "vmid", "h"}, line
        for key, value in text.items():
            if value == "none" or key == "h":
                continue
            number = str(value).isdecimal() or str(value).startswith("0x")
            got = line[key]
            assert (int(str(got), 0) == int(str(value), 0)) if number else got == value, (key, line, text)


def spikes_log_is_the_one_that_log_commits_writes(binary, folder, trace):
    path, log = record(binary, folder, trace, "commit"), os.path.join(folder, "commits")
    trace(binary, folder, "exits", "-log-commits", "-log", log)
    with open(log, encoding="utf-8") as file:
        assert tool(binary, "export", "--spike", path) == file.read()


def statistics_count(binary, folder, trace):
    path = record(binary, folder, trace)
    text, out = tool(binary, "print", path), tool(binary, "stat", path)
    counts = {name: count for count, name in reversed(re.findall(r"^ +(\d+)  (\S+)$", out, re.M))}
    for name in ("trap", "trap.ret", "walk.pte", "sbi"):
        assert counts[name] == str(len(re.findall(rf"^\d+ \d+ {re.escape(name)} ", text, re.M))), (name, out)
    exits = re.search(r"^exits of VMID 5\n((?: .*\n)+)", out, re.M)
    found = {name: int(count) for count, name in re.findall(r"(\d+)  (\S+)", exits[1])}
    assert found == {"ecall": 3, "csr": 1, "wfi": 1, "hfence": 1, "virt_insn": 1, "mmio": 1, "gpf_missing": 1, "gpf_perm": 1,
                     "timer": 1}, found


def queries_select_and_count(binary, folder, trace):
    path = record(binary, folder, trace)
    texts = [trace.parse(line.split()) for line in tool(binary, "print", path).splitlines()]

    def select(query, wanted):
        lines = [trace.parse(line.split())["seq"] for line in tool(binary, "query", path, query).splitlines()]
        assert lines == [e["seq"] for e in texts if wanted(e)] != [], query

    select("trap where exit == mmio", lambda e: e["ev"] == "trap" and e["exit"] == "mmio")
    select("trap,sbi where m = VS and p == 5", lambda e: e["ev"] in ("trap", "sbi") and e["m"] == "VS")
    select("walk.* where steps >= 2 and result == ok", lambda e: e["ev"] == "walk.end" and int(e["steps"]) >= 2 and e["result"] == "ok")
    select("all where gpa in 0x80000000..+16M", lambda e: 0x80000000 <= int(e.get("gpa", "0"), 16) < 0x81000000)
    select("all where ev != csr and h == 0 and seq < 100", lambda e: e["ev"] != "csr" and e["h"] == "0" and e["seq"] < 100)
    groups = tool(binary, "query", path, "trap where p == 5 group by exit")
    assert re.findall(r"(\d+)  (\S+)", groups)[:2] == [("3", "ecall"), ("1", "csr")], groups
    for query, says in [("trapp", "no event is called 'trapp'"), ("trap where", "a column"), ("trap where exi == mmio", "has a column 'exi'"),
                        ("trap where exit ~ mmio", "=="), ("trap where exit == no", "a word of the column"), ("trap group exit", "'by'"),
                        ("trap where exit == mmio or p == 5", "and, group by"), ("trap where gpa in 5", "a range"), ("", "name of an event")]:
        assert says in tool(binary, "query", path, query, code=64), query


def differences_are_found(binary, folder, trace):
    first = record(binary, folder, trace)
    other = os.path.join(folder, "other.bht")
    os.rename(first, other)
    again = record(binary, folder, trace)
    assert tool(binary, "diff", other, again) == ""
    trace(binary, folder, "exits", "-trace-file", again, "-trace", EVENTS, "-cpu", "max,htinst=zero")
    out = tool(binary, "diff", other, again, code=1).splitlines()
    assert [line[0] for line in out] == [" ", "-", "+"], out
    before, after = (trace.parse(line[2:].split()) for line in out[1:])
    assert {k for k in before if before[k] != after[k]} == {"tinst", "tinst_kind"} and before["exit"] == "mmio", out


def long_recordings_have_blocks_and_survive_a_cut(binary, folder, trace):
    path = record(binary, folder, trace, "commit,mem,csr", "walks")
    subprocess.run([binary, "-M", "virt", "-bios", "none", "-m", "16M", "-display", "none", "-serial", "none", "-kernel",
                    os.path.join(folder, "walks.elf"), "-max-insns", "100000000", "-trace-file", path, "-trace", "all"],
                   stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True)
    text = tool(binary, "print", path)
    lines = text.splitlines()
    for query, wanted in [("all where t in 5000..+3000", lambda t: 5000 <= t < 8000), ("all where t == 5001", lambda t: t == 5001), ("all where t < 3 and h == 0", lambda t: t < 3)]:
        found = tool(binary, "query", path, query).splitlines()
        assert found == [line for line in lines if wanted(int(line.split(" ", 2)[1])) and " h=none" not in line] != [], query
    assert tool(binary, "query", path, "all where h == 3") == tool(binary, "query", path, "all where p == 9") == ""
    with open(path, "rb") as file:
        data = file.read()
    starts = [match.start() for match in re.finditer(b"TBLK", data)]
    assert len(starts) >= 3, starts
    cut = os.path.join(folder, "cut.bht")
    for size in [*range(0, 80, 7), *range(80, len(data), max(1, len(data) // 40)), len(data) - 9]:
        with open(cut, "wb") as file:
            file.write(data[:size])
        done = subprocess.run([binary, "trace", "print", cut], capture_output=True, text=True, timeout=60, check=False)
        whole = size >= starts[-1] + 64
        assert (done.returncode, "cut off" in done.stderr or size < 8) == ((0, False) if whole else (66, True)), (size, done.stderr)
        assert text.startswith(done.stdout) and done.stderr.count("error:") == (not whole), size
        assert size <= starts[-1] or done.stdout == text, size


def damaged_and_foreign_files_are_refused(binary, folder, trace):
    path = record(binary, folder, trace)
    with open(path, "rb") as file:
        data = bytearray(file.read())
    bad = os.path.join(folder, "bad.bht")
    for at in range(0, len(data), max(1, len(data) // 60)):
        with open(bad, "wb") as file:
            file.write(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1:])
        done = subprocess.run([binary, "trace", "stat", bad], capture_output=True, timeout=60, check=False)
        assert done.returncode in (0, 66) and done.stderr.count(b"error:") == (done.returncode == 66), (at, done)
    assert "is not a recorded trace" in tool(binary, "print", binary, code=66)
    assert "No such file" in tool(binary, "stat", os.path.join(folder, "nowhere"), code=66)


def a_full_disk_is_said_to_be_full(binary, folder, trace):
    trace(binary, folder, "exits")
    done = subprocess.run([binary, "trace", "record", "/dev/full", "-M", "virt", "-bios", "none", "-m", "16M", "-serial", "none",
                           "-display", "none", "-kernel", os.path.join(folder, "exits.elf")], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 66 and "could not be written to its end" in done.stderr and "are not in it" in done.stderr, done


def recording_changes_nothing(binary, folder, trace):
    def end(*options):
        return re.findall(r"trace hash.*", trace(binary, folder, "exits", "-trace-hash", "1000000000", *options).errors)
    assert end() == end("-trace-file", os.path.join(folder, "x.bht"), "-trace", "all") == end("-trace-file", os.path.join(folder, "x.bht")) != []


def filters_leave_gaps_and_nothing_else(binary, folder, trace):
    everything = trace(binary, folder, "exits", "-trace", EVENTS).events
    for condition, wanted in [("p == 5 and m==VS", lambda e: e["p"] == "5" and e["m"] == "VS"),
                              ("exit == mmio", lambda e: e.get("exit") == "mmio"), ("t < 200 && h = 0", lambda e: e["t"] < 200 and e["h"] == "0")]:
        events = trace(binary, folder, "exits", "-trace", EVENTS, "-trace-filter", condition).events
        assert events == [e for e in everything if e["h"] != "none" and wanted(e)] != [], condition


CHECKS = [instructions_have_names, filters_leave_gaps_and_nothing_else, a_recording_says_what_text_says, json_lines_have_every_column, spikes_log_is_the_one_that_log_commits_writes,
          statistics_count, queries_select_and_count, differences_are_found, long_recordings_have_blocks_and_survive_a_cut,
          damaged_and_foreign_files_are_refused, a_full_disk_is_said_to_be_full, recording_changes_nothing]
