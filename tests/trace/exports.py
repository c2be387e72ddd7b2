# SPDX-License-Identifier: MIT
"""Recorded traces in other tools' formats; tests/trace/run runs these."""
import os
import re
import shutil
import subprocess

import perfetto
from recordings import tool

EVENTS = "trap,trap.ret,mode,hyp.span,sbi,fault.g,irq.*,walk.*,imsic.*,msi.send,uart"


def recorded(binary, folder, trace, program, *options):
    path = os.path.join(folder, "recorded.bht")
    trace(binary, folder, program, "-trace-file", path, "-trace", EVENTS, *options)
    return path, [trace.parse(line.split()) for line in tool(binary, "print", path).splitlines()]


def exported(binary, folder, *words):
    out = os.path.join(folder, "out")
    tool(binary, "export", words[0], out, *words[1:])
    with open(out, "rb") as file:
        return file.read()


def with_other_tool(name, package, *words, **options):
    """Runs another program's reader, if it is installed."""
    if not shutil.which(name):
        print(f"SKIPPED: what {name} says, which is not installed (package {package})")
        return None
    return subprocess.run([name, *words], capture_output=True, timeout=60, check=True, **options).stdout


def perfetto_shows_modes_traps_and_walks(binary, folder, trace):
    path, events = recorded(binary, folder, trace, "exits")
    data = exported(binary, folder, "--perfetto", path)
    view = perfetto.View(data)
    named = {}
    for e in events:
        named.setdefault(e["ev"], []).append(e)
    labels = {t["label"] for t in view.tracks.values()}
    assert {"host", "VMID 5", "host/hart 0", "VMID 5/hart 0"} <= labels, labels
    # Time in a mode is the time between the events that say it changed.
    times, (since, mode) = {}, (events[0]["t"], events[0].get("m", named["mode"][0]["from"]))
    for e in named["mode"]:
        times[mode] = times.get(mode, 0) + e["t"] - since
        since, mode = e["t"], e["to"]
    times[mode] = times.get(mode, 0) + events[-1]["t"] - since
    shown = {}
    for s in view.slices:
        if s["name"] in ("U", "HS", "M", "VS", "VU"):
            shown[s["name"]] = shown.get(s["name"], 0) + s["dur"]
            assert s["track"] == ("VMID 5" if s["name"] == "VS" else "host") + "/hart 0", s
    assert times == shown, (times, shown)
    traps = sorted((s for s in view.slices if "epc" in s), key=lambda s: s.get("id", 0))
    assert [(s["id"], s["t"], s["epc"]) for s in traps] == [(int(e["id"]), e["t"], int(e["epc"], 16)) for e in named["trap"]]
    lasting = {int(e["id"]): int(e["dur_ns"]) for e in named["trap.ret"]}
    assert all(s["dur"] == lasting[s["id"]] for s in traps if s["id"] in lasting)
    walks = [s for s in view.slices if s["name"] == "walk"]
    assert len(walks) == len(named["walk.end"]) and [w["steps"] for w in walks] == [int(e["steps"]) for e in named["walk.end"]]
    assert all(w["dur"] == 0 and "regime" in w and "result" in w for w in walks), walks[:1]
    assert len([i for i in view.instants if i["name"] == "fault.g"]) == len(named["fault.g"])
    last = {label: value for label, _, value in view.counters}
    assert last == {"VMID 5/exits": len([s for s in named["hyp.span"] if s["for_p"] == "5"]),
                    "VMID 5/host's time": sum(int(s["dur_ns"]) for s in named["hyp.span"] if s["for_p"] == "5")}, last
    raw = with_other_tool("protoc", "protobuf-compiler", "--decode_raw", input=data)
    assert raw is None or raw.count(b"\n60 {") + raw.startswith(b"60 {") + raw.count(b"  60 {") == len(view.tracks), "protoc"


def arrows_lead_from_messages_to_interrupts(binary, folder, trace):
    path, _ = recorded(binary, folder, trace, "message", "-M", "virt,aia=aplic-imsic")
    view = perfetto.View(exported(binary, folder, "--perfetto", path))
    assert len(view.ended) == 2 == len(view.began), (view.began, view.ended)
    sent = [i["t"] for i in view.instants if i["name"] == "imsic.set"]
    taken = [i["t"] for i in view.instants if i["name"] == "irq.deliver"]
    assert [view.began[f][0][0] for f in sorted(view.ended)] == sent and [view.ended[f][0] for f in sorted(view.ended)] == taken


def windows_and_limits_say_what_is_left_out(binary, folder, trace):
    path, events = recorded(binary, folder, trace, "exits")
    times = [e["t"] for e in events]
    middle = times[len(times) // 2]
    for window, wanted in ((f"{middle}..", [t for t in times if t >= middle]), (f"..{middle}", [t for t in times if t < middle]),
                           (f"{middle}..+5", [t for t in times if middle <= t < middle + 5])):
        lines = tool(binary, "export", "--jsonl", "--window", window, path).splitlines()
        assert len(lines) == len(wanted) > 0, window
    done = subprocess.run([binary, "trace", "export", "--jsonl", "--limit", "10", path], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.count("\n") == 10 and f"{len(events) - 10} events after t={times[9]} are left out" in done.stderr, done.stderr
    perfetto.View(exported(binary, folder, "--perfetto", "--window", f"{middle}..", path))
    perfetto.View(exported(binary, folder, "--perfetto", "--limit", "100", path))
    for words, says in [(("--jsonl", "--spike", path), "two formats"), (("--perfetto",), "wants the name"), (("--jsonl",), "no recording"), ((path,), "no format"),
                        (("--jsonl", "--window", "5", path), "two times"), (("--jsonl", "--window", "7..5", path), "two times"),
                        (("--jason", path), "not understood"), (("--jsonl", path, path), "not understood")]:
        assert says in tool(binary, "export", *words, code=64), words
    assert "cannot write" in tool(binary, "export", "--vcd", "/nowhere/x", path, code=66)
    assert "could not be written" in tool(binary, "export", "--perfetto", "/dev/full", path, code=66)


def value_changes_follow_the_hart(binary, folder, trace):
    path, events = recorded(binary, folder, trace, "exits")
    text = exported(binary, folder, "--vcd", path).decode()
    header, body = text.split("$enddefinitions $end\n")
    names = {id_: (scope, name) for scope, variables in re.findall(r"\$scope module (\w+) \$end\n(.*?)\$upscope", header, re.S)
             for id_, name in re.findall(r"\$var wire \d+ (\S+) (\w+) \$end", variables)}
    assert sorted(names.values()) == [("hart0", n) for n in ("irq", "mode", "partition", "vmid")], names
    values, time, found = {}, -1, []
    for line in body.splitlines():
        if line.startswith("#"):
            assert int(line[1:]) > time
            time = int(line[1:])
        elif line.startswith("b"):
            bits, id_ = line[1:].split()
            values[names[id_][1]] = bits if bits in "xz" else int(bits, 2)
            if names[id_][1] == "mode" and time >= 0:
                found.append((time, values["mode"]))
    number = {"U": 0, "HS": 1, "M": 3, "VU": 4, "VS": 5}
    modes = [(e["t"], number[e["to"]]) for e in events if e["ev"] == "mode"]
    assert found[-len(modes):] == modes and len(found) <= len(modes) + 1, found
    assert values["mode"] == 3 and values["partition"] == 0 and values["vmid"] == 5 and values["irq"] == "z", values
    assert "b000111 " in body, "the timer's interrupt"
    out = os.path.join(folder, "out.fst")
    if with_other_tool("vcd2fst", "gtkwave", os.path.join(folder, "out"), out) is not None:
        again = subprocess.run(["fst2vcd", out], capture_output=True, text=True, check=True, timeout=60).stdout
        assert again.count("\n#") + again.startswith("#") >= len({t for t, _ in found}), "fst"


def a_recording_is_not_written_over(binary, folder, trace):
    path, _ = recorded(binary, folder, trace, "exits")
    for words in (("--perfetto", path, path), ("--vcd", path, os.path.join(folder, "none.bht")), ("--jsonl", "--limit", "0", path)):
        tool(binary, "export", *words, code=66 if "none.bht" in words[2] else 64)
    assert tool(binary, "print", path)


CHECKS = [a_recording_is_not_written_over, perfetto_shows_modes_traps_and_walks, arrows_lead_from_messages_to_interrupts, windows_and_limits_say_what_is_left_out,
          value_changes_follow_the_hart]
