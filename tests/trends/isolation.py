# SPDX-License-Identifier: MIT
"""isolation.py - who drives out whose lines: rows about what partitions lose to each other, by the emulator's report."""


def lost(report):
    """Lines of any partition, the hypervisor included, that others drove out."""
    return sum(row["by_others_in_all"] for row in report["evictions"])


def accesses(report):
    return sum(row["llc_hits"] + row["llc_misses"] for row in report["misses"])


def millions(value):
    return f"{value / 1e6:.1f} million"


def rows(Row):
    """By name, as those of run."""

    def colours(bench, profile, load, least):
        report = bench.report(profile, "interf-hypcol", load)
        n = accesses(report)
        return Row("colours", profile, f"lines driven out by other partitions, disjoint colours, {load}", "0",
                   f"0 in {least / 1e6:g} million accesses", f"{lost(report)} in {millions(n)}", lost(report) == 0 and n >= least)

    def short(bench):
        for profile in ("a53x4", "rocket6"):
            yield colours(bench, profile, "stream-s", 5e6)

    def long(bench):
        yield colours(bench, "a53x4", "stream-l", 1e8)

    def hashed(bench):
        report = bench.report("a53x4", "interf-hypcol", "stream-s", ",llc.hash=xor")
        yield Row("hash", "a53x4", "the same with llc.hash=xor, stream-s", "", "not 0",
                  f"{lost(report)} in {millions(accesses(report))}", lost(report) > 0)

    def counters(bench):
        """The guest's own counts from mark to mark, and the report's from the first mark to the end of the run: this load
        hardly looks at memory afterwards."""
        report = bench.report("a53x4", "interf", "bitcount-s")
        own = bench.line("bitcount-s", bench.output)["refills"]
        model = next(row["llc_misses"] for row in report["misses"] if row["who"] == "vmid1")
        yield Row("counters", "a53x4", "LLC refills of bitcount-s, interf: by the guest's counter, by the report", "", "1 %",
                  f"{own}, {model}", own <= model <= 1.01 * own)

    return {"colours": short, "hash": hashed, "long": long, "counters": counters}
