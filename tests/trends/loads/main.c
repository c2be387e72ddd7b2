/* SPDX-License-Identifier: MIT */
/* main.c - which load it is; see loads.h. */
#include "loads.h"

#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/hart.h"
#include "lib/mmio.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/string.h"
#include "lib/trap.h"

/* Sizes are such that misses of the last-level cache come out, docs/trends.md. */
const Load loads[] = {
    { "qsort-s", sort_prepare, sort_run, sort_verify, 12288 },
    { "susan-c-s", corners_prepare, corners_run, corners_verify, 128 },
    { "susan-e-s", edges_prepare, edges_run, edges_verify, 128 },
    { "bitcount-s", bits_prepare, bits_run, bits_verify, 30000 },
    { "basicmath-s", maths_prepare, maths_run, maths_verify, 9000 },
    { "basicmath-l", maths_prepare, maths_run, maths_verify, 40000 },
    { "stream-s", passes_prepare, passes_run, passes_verify, 100 },
    { "stream-l", passes_prepare, passes_run, passes_verify, 1500 },
};
const unsigned n_loads = sizeof(loads) / sizeof(loads[0]);

void check(bool ok, const char *what, uint64_t value)
{
    if (!ok)
        panic("loads: wrong: %s (%lu)", what, value);
}

uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005 + 1442695040888963407;
    return *state >> 33 ^ *state >> 60;
}

void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

static bool finisher;

/* The firmware's call would need the caches too; a guest that has no finisher has a hypervisor to call. */
static void finish(void)
{
    if (finisher)
        write32(FINISHER, FINISHER_PASS);
    power_off(true);
}

/* The same letter as value of both marks, for whoever looks for them: its place in the table. */
static void run_load(const Load *load)
{
    load->prepare(load->size);
    memory_sweep();
    sfence_vma(); /* as a new process finds the TLBs */
    mark(MARK_BEGIN, load - loads);
    counters_start();
    load->run(load->size);
    counters_stop();
    mark(MARK_END, load - loads);
    print("loads: %s sum=0x%016lx ", load->name, load->verify(load->size));
    counters_print();
    print("LOADS-OK\n");
    finish();
}

/* The load that the command line names; NULL if it names none. */
static const Load *find_load(const Fdt *fdt)
{
    size_t length;
    const char *name = bootarg(fdt, "load", &length);
    if (!name)
        return NULL;
    for (unsigned i = 0; i < n_loads; i++) {
        if (length == strlen(loads[i].name) && !memcmp(name, loads[i].name, length))
            return &loads[i];
    }
    panic("loads: no load of that name");
}

/* Under somebody's hypervisor that gives no device tree: something that makes others miss. */
static void run_without_tree(void)
{
    memory_map();
    mark(MARK_MEASURE, 0);
    stream_run(1, 4ul << 20);
}

void main(void *blob)
{
    Fdt fdt;
    if (!blob || !fdt_open(&fdt, blob))
        run_without_tree();
    power_find(&fdt);
    console_find(&fdt);
    finisher = fdt_find_compatible(&fdt, NULL, "sifive,test0");
    const Load *load = find_load(&fdt);
    unsigned interferers = (unsigned)bootarg_number(&fdt, "interferers", 1);
    uint64_t size = bootarg_number(&fdt, "kib", 1024) << 10;
    memory_map(); /* the device tree is out of reach from here on */
    mark(MARK_MEASURE, 0);
    if (!load)
        stream_run(interferers, size);
    counters_find();
    run_load(load);
}
