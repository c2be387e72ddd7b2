# SPDX-License-Identifier: MIT
"""partition_edges - a case of tests/hyp/partition: what happens seldom (hyp/guests/edges)."""

import json

RECORD = 'shmem = { name = "record"; size = "4K"; between = ["a", "b"]; address = 0xf0000000; interrupt = 41; };'
WAYS = {"PLIC": "none", "APLIC": "aplic", "APLIC and IMSIC": "aplic-imsic"}


def cases(t):
    """The cases, over what tests/hyp/partition has: `t` is its module."""

    def edges(name, harts, case, more=""):
        return t.part(name, harts, "edges.elf", append=f"case={case}", more=more)

    def run(binary, parts, harts=2, aia="none", more="", words="", **how):
        return t.Run(binary, t.machine(parts, harts, aia=aia, hypervisor=f'append = "{words}";', more=more), **how)

    def hart(binary):
        """Hart 0 stops and starts alone, and the interrupt sources of the others stay as they are."""
        for aia in WAYS.values():
            run(binary, [edges("a", "0-1", "hart", 'devices = ["rtc"];')], aia=aia).expect(r"\[a\] EDGES-OK", r"partition: a: stopped")

    def race(binary):
        """A reboot that a hart has asked for happens, though another one is at fault before all have stopped."""
        if t.is_qemu(binary):
            raise t.Skip("there either may be first")
        done = run(binary, [edges("a", "0-1", "race"), edges("b", "2", "none")], 3, more=RECORD)
        done.expect(r"partition: a: restarts", r"\[a\] EDGES-OK", r"partition: a: stopped", r"partition: b: stopped")

    def stop(binary):
        """A partition all of whose harts print is stopped at once."""
        done = run(binary, [edges("m", "0", "stop"), edges("s", "1-3", "spam")], 4, words="quiet")
        done.expect(r"\[m\] edges: stopped in \d+ us", r"partition: s: stopped", r"\[m\] EDGES-OK")
        took = int(done.of("m")[0].split()[-2])
        if took > 100 and not t.is_qemu(binary):
            raise t.Wrong(f"stopped in {took} us")

    def left(binary):
        """A partition that starts anew finds registers empty that only an extension has, and its device quiet."""
        parts = [edges("a", "0", "none"), t.part("b", "1", "again.elf", append="starts=3 way=0 stateen", more='devices = ["virtio7"];')]
        text = t.machine(parts, more=RECORD).replace("machine = {", 'machine = { cpu = "rv64,smstateen=true,ssstateen=true";')
        t.Run(binary, text, "-device", "virtio-rng-device").expect(r"\[b\] again: started 3 times", r"partition: b: stopped")

    def text(binary):
        """Of what is not ASCII, letters in UTF-8 are printed as they are, and nothing that a terminal takes for a command."""
        run(binary, [edges("a", "0", "text")], 1).expect(r"\[a\] edges: <\ufffd\ufffdä€🚢\ufffd>", r"\[a\] EDGES-OK")

    def typed(binary):
        """What is typed is whose who asks for it first, and another's when that one has ended."""
        parts = [edges("a", "0", "listen"), edges("b", "1", "listen after=20000")]
        done = run(binary, parts, typed=b"12345678901234567890")
        done.expect(r"\[a\] edges: typed [1-7]", r"\[b\] edges: typed [1-7]")

    def target(binary):
        """A source of an emulated APLIC that moves, or that another hart claims, while it is served comes again."""
        for aia, words in (("aplic", ""), ("aplic-imsic", "irq=emulated")):
            done = run(binary, [edges("a", "0-1", "target", 'devices = ["rtc"];')], aia=aia, words=words)
            done.expect(r"\[a\] EDGES-OK", r"partition: a: stopped")

    def again(binary):
        """A doorbell that rings again while the PLIC's interrupt is served waits until it is completed."""
        run(binary, [edges("a", "0", "again"), edges("b", "1", "ring rings=20")], more=RECORD).expect(r"\[a\] EDGES-OK", r"\[b\] EDGES-OK")

    def idle(binary):
        """A doorbell that rings while its source is inactive is not heard later, and no such source is enabled."""
        for aia in ("aplic", "aplic-imsic"):
            done = run(binary, [edges("a", "0", "idle"), edges("b", "1", "ring rings=4")], aia=aia, more=RECORD)
            done.expect(r"\[a\] EDGES-OK", r"\[b\] EDGES-OK")

    def lines(binary):
        """A budget that is less than a line for each hart is one for each, not none."""
        noise = t.part("noise", "1-2", "interferer.elf", append="size=4M mode=write", more='budget = { fills = 1; period = "1ms"; };')
        done = t.Run(binary, t.machine([t.part("rt", "0", "rt.elf", append="ticks=20"), noise], 3, more='timing = { profile = "rocket6"; start = "mark:1"; };'),
                     "-verdict", "verdict.json,from=mark:1:82,to=mark:2:82", read="verdict.json")
        if not 0 < (got := json.loads(done.read)["partitions"][1]["llc"]["misses"]) < 1000:
            raise t.Wrong(f"{got} lines in 20 ticks")
        done.expect("partition: noise: its budget is less than a line for each hart; each has one")

    def words(binary):
        """Words of the command line are words: neither parts of others, nor what others begin with."""
        done = run(binary, [edges("a", "0", "none")], 1, words="xprofile=cp40 lazyx timer=sbix quie")
        done.expect(r"partition: a: .*, timer by vstimecmp", r"\[a\] EDGES-OK")

    fast = {"words": words, "lines": lines, "idle": idle, "target": target, "again": again, "text": text, "typed": typed, "left": left, "hart": hart, "race": race, "stop": stop}
    return {f"edges-{name}": case for name, case in fast.items()}
