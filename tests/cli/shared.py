# SPDX-License-Identifier: MIT
"""shared.py - views of the shared machine: text and JSON say the same, looking changes nothing, -top draws and leaves the
terminal as it was."""
import json
import os
import re
import subprocess

import images
from terminal import Session

WAIT = 20
T3, T4, T5 = 28, 29, 30
TIMED = ["-smp", "2", "-bios", "none", "-kernel", "stream.elf", "-timing", "a53x4"]
UNTIMED = ["-smp", "2", "-bios", "none", "-kernel", "stream.elf", "-top", "-serial", "mon:stdio"]
VIEWS = ("part", "llc", "colors", "bus")


def stream():
    """Every hart writes and reads a mebibyte of its own, a line at a time, for ever."""
    def r(funct3, rd, rs1, rs2, opcode=0x33):
        return rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode
    t0, t1, t2 = images.T0, images.T1, images.T2
    start = [0xF14022F3, 20 << 20 | t0 << 15 | 1 << 12 | t0 << 7 | 0x13,  # csrr t0, mhartid; slli t0, t0, 20
             0x400 << 12 | t1 << 7 | 0x17, r(0, t1, t1, t0), images.lui(t2, 0x100), images.addi(T3, 0, 0)]
    loop = [r(0, T4, t1, T3), images.sw(t0, T4), T4 << 15 | 2 << 12 | T5 << 7 | 0x03, images.addi(T3, T3, 64)]
    back = -4 * len(loop)
    branch = (images.beqz(T3, back) & ~(0x1F << 20)) | t2 << 20 | 6 << 12  # bltu t3, t2
    return images.elf(images.code(start + loop + [branch, images.jump(4 * -(len(loop) + 2))]))


def run(program, folder, arguments, **more):
    return subprocess.run([program] + arguments, cwd=folder, capture_output=True, text=True, timeout=WAIT, check=False, **more)


def tables_of_text(text):
    """[(heading, [row])] of cells, which two spaces or more part."""
    found = []
    for block in re.split(r"\n\n", text.strip("\n")):
        lines = block.split("\n")[1:]
        cells = [re.split(r"  +", line.strip()) for line in lines]
        found.append((cells[0], cells[1:]))
    return found


def flat(row):
    """Pairs of heading and cell, of columns by partition or hart too."""
    return [pair for key, value in row.items() for pair in (value.items() if key == "by" else [(key, value)])]


def unique(pairs):
    """For json.loads: an object, whose keys are all different."""
    assert len(dict(pairs)) == len(pairs), pairs
    return dict(pairs)


def tables_of_json(data):
    found = []
    for view in VIEWS + ("seen",):
        for table in data.get(view, []):
            rows = [flat(row) for row in table["rows"]]
            heads = [key.replace("_", " ") for key, _ in rows[0]] if rows else None
            found.append((heads, [[str(value) for _, value in row] for row in rows]))
    return found


def same(text, data):
    """JSON numbers are compared as they are written, so what has a decimal point has it in both."""
    a, b = tables_of_text(text), tables_of_json(json.loads(data, parse_float=str, parse_int=str))
    assert len(a) == len(b) and a, (len(a), len(b))
    for (heads, rows), (keys, values) in zip(a, b):
        assert keys is None or heads == keys, (heads, keys)
        assert rows == values, (heads, rows, values)


def report_says_the_same_twice(program, folder):
    arguments = TIMED + ["-max-insns", "300000", "-serial", "none", "-timing-report"]
    text = run(program, folder, arguments + ["-"])
    again = run(program, folder, arguments + ["report.json"])
    assert text.returncode == 125 and again.returncode == 125, (text, again)
    with open(os.path.join(folder, "report.json"), encoding="utf-8") as file:
        data = file.read()
    same(text.stdout, data)
    parsed = json.loads(data)
    assert parsed["by"] == "hart" and [view for view in parsed][1:] == list(VIEWS), parsed.keys()
    tables = {table["name"]: table["rows"] for view in VIEWS for table in parsed[view]}
    time = {row["who"]: row for row in tables["time"]}
    assert time["hart0"]["instructions"] + time["hart1"]["instructions"] >= 300000
    misses = {row["who"]: row["llc_misses"] for row in tables["misses"]}
    assert all(18 < 1000 * misses[who] / time[who]["instructions"] for who in ("hart0", "hart1")), misses
    lines = {row["who"]: row["lines"] for row in tables["lines"]}
    colors = tables["colors"]
    assert len(colors) == 16 and sum(row["by"]["hart0"] for row in colors) == lines["hart0"]
    assert sum(row["by"]["hart1"] for row in tables["regions"]) == lines["hart1"]
    evictions = {row["victim"]: row for row in tables["evictions"]}
    assert evictions["hart0"]["by"]["hart1"] == evictions["hart0"]["by_others_in_all"] > 0
    waits = {row["victim"]: row for row in tables["waits"]}
    stalls = {row["who"]: row for row in tables["stalls"]}
    assert waits["hart0"]["by"]["hart1"] == stalls["hart0"]["queue_others"] > 0
    assert waits["hart1"]["by"]["hart1"] == stalls["hart1"]["queue_own"]
    histogram = sum(row["by"]["hart0"] for row in tables["latency"])
    assert histogram == misses["hart0"], (histogram, misses)
    traffic = {row["who"]: row for row in tables["traffic"]}
    assert traffic["hart0"]["bus_lines"] == traffic["hart0"]["llc_misses"] + traffic["hart0"]["write_backs"]


def monitor(program, folder, commands, arguments=TIMED):
    done = run(program, folder, arguments + ["-S", "-serial", "none", "-monitor", "stdio"],
               input="".join(command + "\n" for command in commands + ["quit"]))
    assert done.returncode == 0, done
    return done.stdout.split("(qemu) ")[1:]


def commands_say_the_same(program, folder):
    for view in VIEWS[1:]:
        for harts in ("", " harts"):
            _, text, data, _ = (monitor(program, folder, ["step 40000", view + harts, f"{view}{harts} json"]) + [""])[:4]
            same(text, data)
    _, text, data, _ = (monitor(program, folder, ["step 40000", "part", "part json"]) + [""])[:4]
    same(text, data)
    assert text.startswith("Time: ") and "Who runs now; " in text, text
    data = json.loads(data)
    assert data["by"] == "hart", data
    seen = {row["hart"]: row for row in data["seen"][0]["rows"]}
    assert [seen[hart]["who"] for hart in (0, 1)] == ["host", "host"] and seen[0]["now"] == "M", seen


def looking_changes_nothing(program, folder):
    commands = ["step 30000"] + [f"{view} {how}" for view in VIEWS for how in ("", "json", "harts")]
    seen = monitor(program, folder, commands + ["step 1000", "info hash"])
    plain = monitor(program, folder, ["step 30000", "step 1000", "info hash"])
    hashes = [re.findall(r"[0-9a-f]{16}", part) for part in (seen[len(commands) + 1], plain[2])]
    assert hashes[0] and hashes[0] == hashes[1], (hashes, seen[-2:], plain)


def plans_are_shown(program, folder):
    """Partitions of a machine file have their names and colours before they did anything, also those called like a column."""
    with open(os.path.join(folder, "plan.bh"), "w", encoding="utf-8") as file:
        file.write('machine = { harts = 2; memory = "128M"; }; timing = { profile = "a53x4"; };'
                   'hypervisor = { image = "stream.elf"; };'
                   'partitions = ({ name = "victim"; harts = 0; memory = "8M"; kernel = "stream.elf"; vmid = 1; colors = "0-3,8"; },'
                   '{ name = "color"; harts = 1; memory = "8M"; kernel = "stream.elf"; vmid = 2; colors = "4-6"; });')
    done = run(program, folder, ["run", "plan.bh", "-bios", "none", "-serial", "none", "-max-insns", "5000", "-timing-report", "plan.json"])
    assert done.returncode == 125, done
    with open(os.path.join(folder, "plan.json"), encoding="utf-8") as file:
        report = json.load(file, object_pairs_hook=unique)
    allowed = report["colors"][0]["rows"]
    assert [(row["who"], row["allowed"]) for row in allowed] == [("host", "all"), ("victim", "0-3,8"), ("color", "4-6")], allowed
    tables = {table["name"]: table["rows"] for view in VIEWS for table in report[view]}
    assert [list(row["by"]) for row in tables["evictions"]] == [["host", "victim", "color"]] * 3, tables["evictions"]


def without_timed_mode(program, folder):
    plain = ["-bios", "none", "-kernel", "stream.elf"]
    answers = monitor(program, folder, ["llc", "colors json", "part json", "bus nonsense", "part x", "info llc", "info cpu", "qos harts"], plain)
    assert "no timed mode" in answers[0] and "-timing PROFILE" in answers[1], answers
    assert json.loads(answers[2])["seen"] and "part" not in json.loads(answers[2])
    assert "write: llc [harts] [json]" in answers[5] and "info cpus" in answers[6] and "write: qos [json]" in answers[7], answers
    assert "write: bus [harts] [json]" in answers[3] and "write: part" in answers[4], answers


def top(s):
    """Draws again and again, and leaves the last."""
    s.expect(b"%llc")
    s.expect(b"hart1 ")
    s.expect(b"Ctrl-C ends the run")
    s.expect(b"\x1b[5A")
    s.text = b""
    s.expect(b"a53x4, timed; ")
    s.expect(b"%busy")
    s.child.send_signal(2)
    s.end(130)
    s.drain()
    last = s.text.rpartition(b"\x1b[J")[2].decode().replace("\r", "")
    said = "bulkhead: ended by signal 2\n"
    assert said in last, last
    last = last.partition(said)[2]
    rows = last.split("\n")
    assert rows[0].startswith("a53x4, timed; ") and rows[2].startswith("hart0 ") and rows[3].startswith("hart1 "), rows
    assert all(len(row) <= 80 for row in rows) and all(row.endswith("]") for row in rows[2:4]), rows
    assert abs(float(rows[2].split()[1]) + float(rows[3].split()[1]) - 100) < 0.3, rows


def panel(s):
    """Where somebody types, -top has the last rows, and the line the others; Ctrl-A p hides it, and shows it again."""
    s.expect(b"\x1b[?6l\x1b[1;20r\x1b[?6h")
    s.expect(b"\x1b[21;1H\x1b[0;7ma53x4, timed; ")
    s.expect(b"\x1b[22;1H\x1b[0mwho ")
    s.expect(b"hart1 ")
    s.keys(b"\x01p")
    s.expect(b"\x1b[1;24r")
    s.keys(b"\x01p")
    s.expect(b"\x1b[1;20r")
    s.expect(b"%busy")
    s.text = b""
    s.keys(b"\x01x")
    s.end(0)
    s.drain()
    assert b"\x1b[?6l\x1b[r\x1b[999;1H" in s.text[-24:], s.text[-80:]


def guests(s):
    """Without timed mode: who runs, and how late interrupts are."""
    s.expect(b" harts, 0.")
    s.expect(b"of real time")
    s.expect(b"hv worst")
    s.expect(b"no guest has run yet")
    s.keys(b"\x01x")
    s.end(0)


def panel_without_a_line(s):
    """Who types at the monitor has the panel, too."""
    s.expect(b"(qemu) ")
    s.expect(b"\x1b[22;1H\x1b[0mwho ")
    s.keys(b"q\r")
    s.end(0)


RUNS = [report_says_the_same_twice, commands_say_the_same, looking_changes_nothing, plans_are_shown, without_timed_mode]


def run_all(program, folder):
    """[(name, what is wrong or None)]"""
    results = []
    with open(os.path.join(folder, "stream.elf"), "wb") as file:
        file.write(stream())
    for check in RUNS:
        try:
            check(program, folder)
            results.append((f"shared: {check.__name__}", None))
        except (AssertionError, KeyError, ValueError, IndexError, OSError, subprocess.TimeoutExpired) as problem:
            results.append((f"shared: {check.__name__}", repr(problem)))
    sessions = [(top, ["-top"]), (top, ["-top-harts"]), (panel, ["-top", "-serial", "mon:stdio"]),
                (panel_without_a_line, ["-top", "-monitor", "stdio"])]
    sessions = [(check, TIMED + arguments) for check, arguments in sessions] + [(guests, UNTIMED)]
    for check, arguments in sessions:
        session = Session(program, folder, arguments)
        try:
            check(session)
            results.append((f"shared: {arguments}", None))
        except (AssertionError, OSError, IndexError, subprocess.TimeoutExpired) as problem:
            results.append((f"shared: {arguments}", repr(problem)))
        session.close()
    return results
