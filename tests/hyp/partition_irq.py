# SPDX-License-Identifier: MIT
"""partition_irq - cases of tests/hyp/partition: external interrupts, doorbells, end and restart."""
import json
import tempfile

FILES, NO_FILES = ("aplic-imsic", ""), ("aplic-imsic", "irq=emulated")
# What carries interrupts: the controller that the machine has, a word for the hypervisor; what it says; and the exits of
# one external interrupt.
WAYS = {
    "PLIC": (("none", ""), "an emulated PLIC", {"s_external": 1, "load_guest_page": 1, "store_guest_page": 1}),
    "APLIC": (("aplic", ""), "an emulated APLIC", {"s_external": 1, "load_guest_page": 1, "virtual_instruction": 1}),
    "APLIC by messages": (NO_FILES, "an emulated APLIC", {"s_external": 1, "load_guest_page": 1, "virtual_instruction": 1}),
    "APLIC and IMSIC": (FILES, "guest files", {}),
}
MAILBOX = 'shmem = { name = "mailbox"; size = "8K"; between = ["rt", "peer"]; address = 0xf0000000; interrupt = 40; };'


def cases(t):
    """The cases, over what tests/hyp/partition has: `t` is its module."""

    def run(binary, parts, way, more="", harts=2, memory="256M", options=(), **how):
        (aia, word), _, _ = WAYS[way]
        return t.Run(binary, t.machine(parts, harts, memory, aia=aia, hypervisor=f'append = "{word}";', more=more), *options, **how)

    WINDOW = {"options": ("-verdict", "verdict.json,from=mark:1:82,to=mark:2:82,go-on"), "read": "verdict.json"}

    def window(binary):
        """The options that count what is between the marks of rt, where that can be had."""
        return {} if t.is_qemu(binary) else WINDOW

    def rate(binary):
        """How often a second: where the host's clock is the guest's, it must bear that others use the host."""
        return "hz=20" if t.is_qemu(binary) else "hz=1000"

    def exits_between_marks(done):
        verdict = json.loads(done.read)
        return {part["name"]: part["exits"]["by_cause"] for part in verdict["partitions"]}

    def external(binary):
        """An external interrupt enters HS-mode three times where its controller is emulated, and never with guest files."""
        for way, (_, name, each) in WAYS.items():
            parts = [t.part("rt", "0", "rt.elf", more='devices = ["rtc"];', append=f"irq=rtc {rate(binary)} ticks=20 trigger=edge"), t.part("b", "1")]
            done = run(binary, parts, way, **window(binary))
            done.expect(rf"partition: rt: .*, interrupts by {name}, .*", rf"\[rt\] rt: ready, \d+ Hz by {way.removesuffix(' by messages')}",
                        r"\[rt\] rt: 20 ticks, lost 0, latency .*", r"\[rt\] RT-OK", r"\[b\] WL-OK")
            want = {cause: 20 * n for cause, n in each.items()}
            if not t.is_qemu(binary) and (got := exits_between_marks(done)["rt"]) != want:
                raise t.Wrong(f"{way}: exits of 20 interrupts {got}, not {want}")

    def claims(binary):
        """An emulated PLIC answers as the machine's: priorities, thresholds, levels, contexts of two harts."""
        if t.is_qemu(binary):
            raise t.Skip("its own PLIC answers otherwise")
        done = run(binary, [t.part("b", "0"), t.part("a", "1-2", "claims.elf", more='devices = ["uart", "rtc"];')], "PLIC", harts=3)
        done.expect(r"\[a\] claims: 16 questions, 0 wrong", r"\[a\] CLAIMS-OK", r"\[b\] WL-OK")

    def doorbell(binary):
        """Each ring reaches the other partition, whatever carries it, and costs it no exit with guest files."""
        for way, (_, _, each) in WAYS.items():
            n = 10000 if way == "PLIC" and not t.is_qemu(binary) else 500
            parts = [t.part("rt", "0", "rt.elf", append=f"irq=doorbell warmup=1 ticks={n}"),
                     t.part("peer", "1", "peer.elf", append=f"rings={n + 1} hz=50000")]
            done = run(binary, parts, way, MAILBOX, **window(binary))
            done.expect(rf"\[rt\] rt: {n} ticks, lost 0, latency .*", r"\[rt\] RT-OK", rf"\[peer\] peer: {n + 1} rings, lost 0", r"\[peer\] PEER-OK")
            if t.is_qemu(binary):
                continue
            got = exits_between_marks(done)["rt"]
            want = {cause.replace("s_external", "s_software"): n for cause in each}
            if set(got) != set(want) or any(abs(got[cause] - n) > 1 for cause in want):
                raise t.Wrong(f"{way}: exits of {n} rings {got}, not {want}")

    def linux(way):
        """Linux, unmodified, with the drivers it has for the controller, a serial port and a disk, whose wires are levels. Its memory
        is where it is in the machine, for the disk knows no other addresses."""
        def case(binary):
            memory = 'memory = { address = 0x90000000; host = 0x90000000; size = "192M"; };'
            linux = t.part("linux", "0-1", "../images/Image", append="console=ttyS0 quiet info blk", more=f'initrd = "{t.IMAGES}/initrd.cpio.gz"; '
                           f'devices = ["uart", "virtio7"]; {memory}').replace('memory = "16M";', "")
            with tempfile.NamedTemporaryFile() as disk:
                disk.write(bytes(range(256)) * 8192)
                disk.flush()
                done = run(binary, [linux, t.part("rt", "2", "rt.elf", more='devices = ["rtc"];', append="irq=rtc")], way, harts=3, memory="512M",
                           options=("-drive", f"file={disk.name},if=none,format=raw,id=d0", "-device", "virtio-blk-device,drive=d0"))
            done.expect(rf"partition: linux: harts 0-1, .*, interrupts by {WAYS[way][1]}, .*", r"harts: 2", r"BLK-OK.*", r"GUEST-LINUX-OK",
                        r".*reboot: Power down", r"partition: linux: stopped", r"\[rt\] RT-OK")
        return case

    def again(binary):
        """A partition that ends in three ways, a hundred times in a row, finds nothing of its last life, and no neighbour loses
        a tick."""
        record = 'shmem = { name = "record"; size = "4K"; between = ["manager", "again"]; address = 0xf0000000; interrupt = 41; };'
        for way in WAYS:
            n = 100 if way == "APLIC and IMSIC" else 10
            ticks = 20 if t.is_qemu(binary) else 8 * n
            parts = [t.part("manager", "0", "again.elf", append=f"role=manager starts={n}"), t.part("again", "1-2", "again.elf", append=f"starts={n}"),
                     t.part("rt", "3", "rt.elf", append=f"{rate(binary)} ticks={ticks}")]
            done = run(binary, parts, way, record, harts=4)
            done.expect(rf"\[again\] again: started {n} times", rf"\[manager\] again: {n} starts", r"\[manager\] AGAIN-OK",
                        rf"\[rt\] rt: {ticks} ticks, lost 0, latency .*", r"partition: again: stopped", r"partition: again: failed")
            if (got := done.lines.count("partition: again: restarts")) != n - 1:
                raise t.Wrong(f"{way}: {got} restarts, not {n - 1}")

    def ends(binary):
        """A partition that is switched off, or whose harts all stopped themselves, has ended, and its harts sleep, though the
        guest's interrupts wait for it."""
        for way in ("PLIC", "APLIC and IMSIC"):
            for word in ("off", "stop"):
                parts = [t.part("rt", "0", "rt.elf", append=f"{rate(binary)} ticks=50"), t.part("ends", "1-2", "ends.elf", append=f"way={word}")]
                done = run(binary, parts, way, harts=3, **window(binary))
                done.expect(r"\[ends\] ends: now", r"partition: ends: stopped", r"\[rt\] rt: 50 ticks, lost 0, .*", r"\[rt\] RT-OK")
                if t.is_qemu(binary):
                    continue
                spent = next(part["instructions"] for part in json.loads(done.read)["partitions"] if part["name"] == "ends")
                if sum(spent.values()) > 1000:
                    raise t.Wrong(f"{way}, {word}: harts that have ended go on, with {spent} instructions in 50 ms")

    def jailhouse(binary):
        """The root has the machine for itself, then a hypervisor under it; what it gives to a cell it has no more, until it has it
        back, empty."""
        memory = 'memory = {{ address = {0}; host = {1}; size = "16M"; }};'
        for words, status in (("", 0), ("peek", 1)):
            parts = [t.part("root", "0", "root.elf", append=words, more=memory.format("0x90000000", "0x90000000")).replace('memory = "16M";', ""),
                     t.part("cell", "1-2", append="wl=BH scale=100", more=memory.format("0x80000000", "0x98000000")).replace('memory = "16M";', "")]
            done = t.Run(binary, t.machine(parts, 3, "512M", hypervisor='append = "profile=jailhouse";'))
            done.expect(r"root: on the machine itself, 3 harts", r"partition: root is a guest from now on", r"\[root\] root: a guest from now on",
                        r"partition: cell: created", status=status)
            if status:
                done.expect(r"partition: root: hart 0: an address .*: store guest-page fault at .*, guest-physical 0x98000000", status=1)
            elif done.of("cell").count("WL-OK") != 2 or done.lines.count("partition: cell: destroyed") != 2 or "ROOT-OK" not in done.of("root"):
                raise t.Wrong(f"not two lives of a cell\n{done.text}")

    def profiles(binary):
        """Who may end others, and what a reboot is, differ."""
        record = 'shmem = { name = "record"; size = "4K"; between = ["a", "b"]; address = 0xf0000000; interrupt = 41; };'
        manager, other = t.part("a", "0", "again.elf", append="role=manager"), t.part("b", "1", "again.elf")
        reboots, rt = t.part("a", "0", "again.elf", append="way=0"), t.part("b", "1", "rt.elf", append="ticks=20")
        for profile, name in (("bao", r"\[a\]"), ("dom0less", r"\(d1\)")):
            done = t.Run(binary, t.machine([manager, other], hypervisor=f'append = "profile={profile}";', more=record), "-max-insns", "90000000")
            done.expect(rf"{name} again: it cannot be started anew: 0x2", r"partition: b: failed", status=done.status)
            if done.lines.count("partition: a: failed") != (profile == "dom0less") or "restarts" in done.text:
                raise t.Wrong(f"{profile}\n{done.text}")
        done = t.Run(binary, t.machine([reboots, rt], hypervisor='append = "profile=dom0less";', more=record))
        done.expect(r"partition: a: stopped", r"\(d2\) RT-OK")
        done = t.Run(binary, t.machine([rt.replace('"b"', '"x"')], hypervisor='append = "profile=cp40";'))
        done.expect(r"partition: profile= is bao, dom0less or jailhouse", status=1)

    slow = {f"linux-{name}": linux(way) for name, way in (("plic", "PLIC"), ("aplic", "APLIC"), ("messages", "APLIC by messages"))}
    fast = {"external": external, "claims": claims, "doorbell": doorbell, "again": again, "ends": ends, "jailhouse": jailhouse, "profiles": profiles}
    return fast, slow
