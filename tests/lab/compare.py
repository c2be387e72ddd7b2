# SPDX-License-Identifier: MIT
"""lab compare: costs that follow from what the hardware does, and what is no comparison; tests/lab/run runs this."""
import csv
import io
import json
import os
import shutil
import subprocess
import tempfile

TECHNIQUES = ["bare", "cp67", "cp67-fast", "vtx1", "h", "pass", "partition"]
HELPED = TECHNIQUES[4:]  # by two stages of translation
USAGE, FILE = 64, 66

# Words, exit code, what is said.
BAD = [
    (["--format", "html"], USAGE, "there is no format 'html'"),
    (["--only", "bare,vtx"], USAGE, "there is no technique 'vtx'"),
    (["--phases", "BX"], USAGE, "no such phase can be compared, 'X'"),
    (["--phases", ""], USAGE, "there is no phase"),
    (["--scale", "0"], USAGE, "a scale is 1 to 10000, not '0'"),
    (["--scale", "1x"], USAGE, "a scale is 1 to 10000"),
    (["--scale"], USAGE, "there is nothing behind '--scale'"),
    (["bare"], USAGE, "there is no option 'bare'"),
    (["--nosuch"], USAGE, "there is no option '--nosuch'"),
    (["bare", "cp67"], USAGE, "there is no option 'bare'"),
]


class Wrong(Exception):
    """Something is not as it must be."""


def compare(binary, *words, code=0, **more):
    done = subprocess.run([binary, "lab", "compare", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, **more)
    if done.returncode != code:
        raise Wrong(f"`lab compare {' '.join(words)}` ends with {done.returncode}, not {code}\n{done.stdout[-1000:]}\n{done.stderr[-1500:]}")
    return done


def want(holds, what, costs):
    if not holds:
        raise Wrong(f"{what}: {costs}")


def look_at_costs(cost):
    """cost[technique][phase]: what the specification and the code of wl say that it must be."""
    for name in TECHNIQUES:
        calls, pages, switches = (cost[name][phase] for phase in "BCD")
        want((calls["times"], pages["times"], switches["times"]) == (1000, 100, 100), name, cost[name])
        # wl's way through a system call has six privileged instructions, and the ecall.
        least = 7 * 1000 if name.startswith("cp67") else 0
        want(least <= calls["exits"] <= least + 20, f"{name}, system calls", calls)
        # With tables that the hart does not walk: an exit for the fence, one for the fault, one for the page. Otherwise none.
        least = {"cp67": 12 * 100, "cp67-fast": 12 * 100, "vtx1": 3 * 100}.get(name, 0)
        want(least <= pages["exits"] <= least + 20, f"{name}, pages", pages)
        least = {"cp67": 5 * 100, "cp67-fast": 5 * 100, "vtx1": 100}.get(name, 0)
        want(least <= switches["exits"] <= least + 50, f"{name}, switches", switches)
        for phase in "BCD":
            row = cost[name][phase]
            want(bool(row["exits"]) == bool(row["host_insns"]) == bool(row["host_pages"]), f"{name}, {phase}", row)
            # What is simulated does not retire.
            own, alone = row["all_insns"] - row["host_insns"] + row["exits"], cost["bare"][phase]["all_insns"]
            want(0.9 * alone <= own <= 1.1 * alone, f"{name}: the guest does the same", row)
    want(2 * cost["cp67-fast"]["B"]["host_insns"] < cost["cp67"]["B"]["host_insns"], "short ways are shorter", cost["cp67-fast"]["B"])
    # Sv39: a page that is missing is found out in three entries, and then there in three. Over Sv39x4 with leaves of 2 MiB, each
    # of these entries is first to be translated by two more, and so is the page itself, if there is one: 3 * 3, and 3 * 3 + 2.
    want(cost["bare"]["C"]["walk_refs"] == 100 * (3 + 3), "walks, bare", cost["bare"]["C"])
    for name in HELPED:
        want(cost[name]["C"]["walk_refs"] == 100 * (9 + 11), f"walks, {name}", cost[name]["C"])
        for phase in "BCD":
            want(cost[name][phase]["all_insns"] == cost["bare"][phase]["all_insns"], f"{name}, {phase}: as alone", cost[name][phase])


def table(text):
    """cost[technique][phase] of what --format csv prints."""
    out = {}
    for row in csv.DictReader(io.StringIO(text)):
        out.setdefault(row["technique"], {})[row["phase"]] = {key: int(row[key]) for key in row if key not in ("technique", "phase")}
    return out


def formats(binary):
    """The four say the same, and again the same."""
    words = ["--only", "cp67,bare", "--phases", "JB", "--scale", "1000"]
    first = compare(binary, *words, "--format", "csv").stdout
    want(compare(binary, *words, "--format", "csv").stdout == first, "it is something else the second time", first)
    cost = table(first)
    want(list(cost) == ["bare", "cp67"] and list(cost["bare"]) == ["B", "J"] and cost["bare"]["B"]["times"] == 100, "csv", first)
    text, md = (compare(binary, *words, "--format", name).stdout for name in ("text", "md"))
    for name in cost:
        for phase in "BJ":
            row = cost[name][phase]
            numbers = [str(row[key]) for key in ("exits", "host_insns", "all_insns", "walk_refs", "host_pages")]
            want(any(line.split()[0] == name and set(numbers) <= set(line.split()) for line in text.splitlines() if line.strip()), f"text, {name}", text)
            want(any(line.startswith(f"| {phase}: ") and f"| {name} |" in line and set(numbers) <= set(line.replace("|", " ").split())
                     for line in md.splitlines()), f"md, {name}", md)
    want("B: null system calls, 100\n" in text and "| 7.12 |" in md, "each", md)


def check(binary, _):
    told = json.loads(compare(binary, "--phases", "BCD", "--format", "json").stdout)
    want([row["name"] for row in told["techniques"]] == TECHNIQUES and told["scale"] == 100, "techniques", told)
    for row in told["techniques"]:
        want(row["missing"] is None, row["name"], row)
    look_at_costs({row["name"]: {phase["phase"]: phase for phase in row["phases"]} for row in told["techniques"]})
    formats(binary)
    for words, code, says in BAD:
        done = compare(binary, *words, code=code)
        want(says in done.stderr and not done.stdout, words, done.stderr)
    # Where nothing is built. The program finds what is beside itself and in $BULKHEAD_IMAGES.
    with tempfile.TemporaryDirectory() as folder:
        alone = os.path.join(folder, "program", "bulkhead")
        os.mkdir(os.path.dirname(alone))
        shutil.copy(binary, alone)
        environment = {**os.environ, "BULKHEAD_IMAGES": folder}
        done = compare(alone, code=FILE, cwd=folder, env=environment)
        want("make guests" in done.stderr, "no guest", done.stderr)
        for name in ("wl.bin", "wl.elf"):
            with open(os.path.join(folder, name), "wb"):
                pass
        done = compare(alone, "--only", "cp67", code=126, cwd=folder, env=environment)
        want("cp67.elf is not built: make guests" in done.stdout, "no cp67", done.stdout)
