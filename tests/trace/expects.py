# SPDX-License-Identifier: MIT
"""Rules that a recorded run must obey; tests/trace/run runs these."""
import json
import os
import re
import subprocess
import xml.etree.ElementTree

from recordings import record, tool

# rule, whether it holds for exits.c as recorded, what is said of it
RULES = [
    ("limit 3e9 insns", True, "it took"),
    ("limit 1e3 insns", False, "at most 1000 are allowed"),
    ("limit 1e6 ns", True, "ns, at most"),
    ("limit 10 ns", False, "ns, at most 10 are"),
    ('seq "in and out": mode to=VS ; trap p=5 exit=mmio ; trap irq=1 to=M', True, "all 3 events came"),
    ("seq trap exit=mmio; trap exit=csr", False, "after 'trap exit=mmio' no 'trap exit=csr' came"),
    ("seq mode to=VU", False, "'mode to=VU' never came"),
    ("never fault.g acc=X", True, "it never came"),
    ("never fault.g acc == W and p = 5", False, "it came 1 times"),
    ("never sbi,irq.inject where p=5", True, "it never came"),
    ("never trap ~ /exit=(wfi|hfence)/", False, "it came 2 times"),
    ("count trap exit=ecall p=5 <= 3", True, "there were 3, <= 3 are wanted"),
    ("count trap exit=ecall p=5 < 3", False, "there were 3, < 3 are wanted"),
    ("count trap exit=ecall p=5 >= 4", False, "there were 3"),
    ("count trap exit=ecall p=5 == 3", True, "there were 3"),
    ("count trap exit=none p=5 = 0", True, "there were 0"),
    ("count trap exit=gpf_perm != 1", False, "there were 1"),
    ("stat hyp.share p=5 < 0.05", False, "the host's share is 0.9"),
    ("stat hyp.share p=5 > 0.9", True, "the host's share is 0.9"),
    ("stat hyp.share p=7 < 0.5", False, "nothing to compute it of"),
    ("stat max insns of trap.ret p=0 < 100000", True, "the most is"),
    ("stat min id of trap >= 2", False, "the least is 1"),
    ("stat sum irq of trap == 1", True, "the sum is 1"),
    ("stat mean irq of trap irq=0 == 0", True, "the mean is 0"),
    ("stat max dur_ns of trap.ret p=0 < 100 us", True, "the most is"),
    ("stat max t of trap < 1 ms", True, "the most is 0.0"),
    ("stat hyp.share p=5 > 90 %", True, "the host's share is 9"),
    ("count trap exit=ecall p=5 == 4 +- 1", True, "there were 3, == 4 +- 1 are wanted"),
    ("count trap exit=ecall p=5 == 4 +- 24 %", False, "there were 3"),
    ("gap min trap exit=ecall p=5 -> mode to=VS > 0.1 us", True, "the shortest of 2 gaps is"),
    ("gap count trap exit=ecall -> trap exit=hfence == 0", False, "there were 1 gaps, == 0 are wanted"),
    ("gap mean fault.g acc=X -> trap < 1 s", False, "no 'fault.g acc=X' came, so there is nothing to measure"),
    ("share mode to=VS -> trap p=5 by h < 100 %", True, "the share is"),
    ("never trap exit=mmio between trap exit=hfence and trap irq=1", False, "it came 1 times"),
    ("count trap == 0 between mode to=VU and trap", False, "no 'mode to=VU' came, so that it was never looked at"),
]
BAD = [
    ("", "1:1", "there is no rule"), ("# nothing\n\n", "1:1", "there is no rule"), ("always trap", "1:1", "no rule begins with 'always'"),
    ("never trap\nnever fault.q", "2:7", "no event is called 'fault.q'"), ("never trap exi=mmio", "1:7", "has a column 'exi'"),
    ("never trap exit=mmoi", "1:7", "a number or a word"), ("never", "1:6", "the name of an event"), ("count trap", "1:7", "a comparison"),
    ("count trap <= x", "1:15", "a comparison"), ("limit 3e9", "1:7", "its unit"), ("limit many insns", "1:7", "its unit"),
    ("points 3", "1:1", "no rule before it"), ("never trap\npoints x", "2:8", "a number"), ("never trap\npoints 3 hint", "2:14", "a text"),
    ("never trap\npoints 3 never trap", "2:10", "only points and hint"), ("never \"x: trap", "1:7", "has no end"), ("stat hyp.share < 3", "1:16", "of a partition"),
    ("stat max id of mode < 3", "1:6", "a column 'id'"), ("stat most id of trap < 3", "1:6", "stat wants"), ("never trap ~ /(/", "1:14", "/(/"),
    ("never trap ~ wfi", "1:12", "between bars"), ("gap mean trap < 3", "1:15", "there is no ->"), ("gap trap -> mode < 3", "1:5", "gap wants min, max"),
    ("gap mean trap -> mode", "1:18", "a comparison"), ("gap mean trap -> mode < 3 m", "1:27", "'m' is no unit of this"), ("share trap -> mode < 3 ms", "1:24", "'ms' is no unit"),
    ("gap mean trap -> mode < 3 +- 1", "1:27", "only what is to be == may be off"), ("gap mean trap -> mode == 3 +- x", "1:31", "a comparison"),
    ("gap mean trap -> mode == 3 +- -1", "1:33", "not negative"), ("count trap == 3 ms", "1:17", "'ms' is no unit of this"), ("count trap == 3 +- 1 ms", "1:22", "'ms' is no unit"),
    ("gap mean trap -> mode by exit < 3", "1:26", "no event of 'mode' has a column 'exit'"), ("gap mean trap by epc -> mode < 3", "1:15", "by stands before"),
    ("gap mean trapp -> mode < 3", "1:10", "no event is called 'trapp'"), ("gap mean trap -> node < 3", "1:18", "no event is called 'node'"),
    ("never trap between mode", "1:20", "between wants two"), ("never trap between mode and mode and mode", "1:20", "between wants two"),
    ("never trap between mode and node", "1:29", "no event is called 'node'"), ("limit 3 ns between mode and mode", "1:12", "about the whole run"),
    ("stat hyp.share p=1 < 3 between mode and trap", "1:24", "about the whole run"), ("count trap == 3 3", "1:17", "more than a number"),
]


def expect(binary, folder, text, recording, form="text"):
    path = os.path.join(folder, "rules")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return subprocess.run([binary, "trace", "expect", "--format", form, path, recording], capture_output=True, text=True, timeout=60, check=False)


def rules_hold_or_do_not(binary, folder, trace):
    recording = record(binary, folder, trace)
    for rule, holds, says in RULES:
        done = expect(binary, folder, rule, recording)
        assert done.returncode == (0 if holds else 126), (rule, done)
        assert says in done.stdout and done.stdout.startswith("ok  " if holds else "FAIL"), (rule, done.stdout)
    done = expect(binary, folder, "\n".join(rule for rule, _, _ in RULES), recording)
    held = sum(holds for _, holds, _ in RULES)
    assert done.returncode == 126 and f"{held} of {len(RULES)} rules hold, {held} of {len(RULES)} points" in done.stdout, done.stdout[-200:]


def a_broken_rule_shows_its_event(binary, folder, trace):
    recording = record(binary, folder, trace)
    out = expect(binary, folder, 'never trap exit=hfence\npoints 10 hint "see lab 4"', recording).stdout.splitlines()
    lines = [line[4:] for line in out if re.match(r"  [> ] \d", line)]
    printed = tool(binary, "print", recording).splitlines()
    [at] = [i for i, line in enumerate(printed) if "exit=hfence" in line and " trap " in line]
    assert lines == printed[at - 5:at + 6], lines
    assert [line[4:] for line in out if line.startswith("  > ")] == [printed[at]] and "  hint: see lab 4" in out and "0 of 10 points" in out[-1], out
    [command] = [line.split(": ", 1)[1] for line in out if "look further" in line]
    again = subprocess.run(command.replace("bulkhead", binary, 1), shell=True, capture_output=True, text=True, check=True, timeout=60)
    assert printed[at] in again.stdout


def what_the_port_sends_can_be_matched(binary, folder, trace):
    try:
        trace(binary, folder, "hello", "-trace-file", os.path.join(folder, "x.bht"))
    except AssertionError as problem:
        raise AssertionError("hello.c") from problem
    recording = os.path.join(folder, "x.bht")
    for rule, holds in (("seq uart ~ /^login: $/", True), ("seq uart ~ /welcome; root/ ; uart ~ /bye/", True), ("never uart ~ /login.*welcome/", True),
                        ("seq uart ~ /bye/ ; uart ~ /login/", False), ("never uart p=1 ~ /login/", True)):
        assert expect(binary, folder, rule, recording).returncode == (0 if holds else 126), rule


def answers_in_every_format(binary, folder, trace):
    recording = record(binary, folder, trace)
    rules = 'never "<one>": trap exit=mmio\npoints 2.5 hint "a \\ & b"\nseq "two #2": trap\npoints 4'
    tap = expect(binary, folder, rules, recording, "tap")
    assert tap.returncode == 126 and [line for line in tap.stdout.splitlines() if not line.startswith("#")] == [
        "TAP version 13", "1..2", "not ok 1 - <one>", "ok 2 - two -2"], tap.stdout
    root = xml.etree.ElementTree.fromstring(expect(binary, folder, rules, recording, "junit").stdout)
    cases = root.findall("testcase")
    assert (root.get("tests"), root.get("failures"), [c.get("name") for c in cases]) == ("2", "1", ["<one>", "two #2"])
    assert "exit=mmio" in cases[0].find("failure").text and cases[1].find("failure") is None
    results = json.loads(expect(binary, folder, rules, recording, "gradescope").stdout)
    assert results["score"] == 4 and [(t["name"], t["score"], t["max_score"], t["status"]) for t in results["tests"]] == [
        ("<one>", 0, 2.5, "failed"), ("two #2", 4, 4, "passed")] and "a \\ & b" in results["tests"][0]["output"], results
    assert "trace expect takes" in expect(binary, folder, rules, recording, "html").stderr


def bad_rules_name_their_place(binary, folder, trace):
    recording = record(binary, folder, trace)
    for text, place, says in BAD:
        done = expect(binary, folder, text, recording)
        assert done.returncode == 65 and re.search(rf"error: \S*rules:{place}: .*", done.stderr) and says in done.stderr and "\nfix: " in done.stderr, (text, done.stderr)
    assert expect(binary, folder, "never trap", binary).returncode == 66
    assert "cannot read" in tool(binary, "expect", "/nowhere", recording, code=66)
    assert "trace expect takes" in tool(binary, "expect", recording, code=64)


def what_was_not_recorded_is_not_judged(binary, folder, trace):
    recording = record(binary, folder, trace, "trap,mode")
    for rule in ("never walk.end", "never mode\nnever fault.g p=1", "stat hyp.share p=1 < 0.5", "seq trap ; wfi"):
        done = expect(binary, folder, rule, recording)
        assert done.returncode == 65 and "was to record" in done.stderr and done.stdout == "", (rule, done)
    assert expect(binary, folder, "count trap > 0", recording).returncode == 0


def a_run_can_be_judged_while_it_runs(binary, folder, trace):
    recording = record(binary, folder, trace)
    path, start = os.path.join(folder, "rules"), [binary, "-M", "virt", "-bios", "none", "-m", "16M", "-display", "none", "-serial", "none", "-monitor", "none",
                                                  "-kernel", os.path.join(folder, "exits.elf")]
    for rule, holds, _ in RULES:
        later = expect(binary, folder, rule, recording).stdout
        done = subprocess.run([*start, "-expect", path], capture_output=True, text=True, timeout=60, check=False, cwd=folder)
        assert done.returncode == (0 if holds else 126) and done.stdout == "", (rule, done)
        if not rule.startswith("limit"):
            assert done.stderr.splitlines()[0] == later.splitlines()[0], (rule, done.stderr)
    with open(path, "w", encoding="utf-8") as file:
        file.write("never trapp")
    done = subprocess.run([*start, "-expect", path], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 65 and "rules:1:7" in done.stderr, done


CHECKS = [a_run_can_be_judged_while_it_runs, rules_hold_or_do_not, a_broken_rule_shows_its_event, what_the_port_sends_can_be_matched, answers_in_every_format,
          bad_rules_name_their_place, what_was_not_recorded_is_not_judged]
