/* SPDX-License-Identifier: MIT */
/* main.c - sets the guests and the controllers up, and says at the end what was counted; see neighbours.h. */
#include "lib/bootargs.h"
#include "lib/cbqri.h"
#include "lib/csr.h"
#include "lib/hart.h"
#include "lib/paging.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/trap.h"
#include "neighbours.h"

enum { POOL_PAGES = 32 };

/* Beside this program, 32 MiB apart: the guests' memory. */
#define GUEST_MEMORY 0x84000000ul
#define GUEST_ROOM   0x2000000ul

static char pool[POOL_PAGES * PAGE_SIZE] __attribute__((aligned(4 * PAGE_SIZE)));
static Guest guests[GUESTS];
static Cbqri capacity, bandwidth;
static bool has_qos;

void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

static void expect_done(const char *what, unsigned status)
{
    if (status != CBQRI_DONE)
        panic("neighbours: %s: status %u", what, status);
}

/* A guest is RCID and MCID number + 1: its hart says so from now on, in the guest and outside. */
static void make_guest(unsigned number, const Fdt *fdt, const char *size_name)
{
    Guest *guest = &guests[number];
    uint64_t *root = paging_root(SV39X4);
    guest->work.base = GUEST_MEMORY + number * GUEST_ROOM;
    guest->work.size = bootarg_number(fdt, size_name, 1024) << 10;
    if (guest->work.size > GUEST_ROOM)
        panic("neighbours: at most %lu KiB", GUEST_ROOM >> 10);
    paging_map(root, SV39X4, guest->work.base, guest->work.base, GUEST_ROOM, PTE_RWX | PTE_U);
    uint64_t code = (uintptr_t)guest_code & -MEGA_PAGE;
    paging_map(root, SV39X4, code, code, 2 * MEGA_PAGE, PTE_RWX | PTE_U);
    guest->hgatp =
        ATP_SV39 << ATP_MODE | (uint64_t)(number + 1) << HGATP_VMID | (uintptr_t)root >> 12;
}

static void run_guest(void *argument)
{
    Guest *guest = argument;
    unsigned number = (unsigned)(guest - guests);
    if (has_qos)
        cbqri_be(number + 1, number + 1);
    csr_write(hedeleg, 0);
    csr_write(hideleg, 0);
    csr_write(hgatp, guest->hgatp);
    hfence_gvma();
    vcpu_reset(&guest->vcpu, (uintptr_t)guest_code, (uintptr_t)&guest->work, 0);
    regulator_run(guest);
}

static void set_limits(const Fdt *fdt)
{
    uint64_t blocks = bootarg_number(fdt, "blocks", 0);
    capacity = cbqri_find(fdt, CBQRI_CAPACITY);
    bandwidth = cbqri_find(fdt, CBQRI_BANDWIDTH);
    has_qos = capacity.base && bandwidth.base;
    if (!has_qos)
        return;
    bool apart = bootarg_is(fdt, "ways", "1");
    expect_done("capacity of RCID 1", cbqri_limit_capacity(capacity, 1, apart ? 0x0f : -1ul, 0));
    expect_done("capacity of RCID 2", cbqri_limit_capacity(capacity, 2, apart ? 0xf0 : -1ul,
                                                           bootarg_number(fdt, "units", 0)));
    if (blocks) {
        expect_done("bandwidth of RCID 0", cbqri_limit_bandwidth(bandwidth, 0, 1, 255));
        expect_done("bandwidth of RCID 2",
                    cbqri_limit_bandwidth(bandwidth, 2, (unsigned)blocks, 0));
    }
    for (unsigned mcid = 1; mcid <= GUESTS; mcid++) {
        expect_done("lines", cbqri_count(capacity, mcid, CBQRI_OCCUPANCY));
        expect_done("bytes", cbqri_count(bandwidth, mcid, CBQRI_BYTES));
    }
}

static void report(void)
{
    for (unsigned mcid = 1; has_qos && mcid <= GUESTS; mcid++) {
        uint64_t lines, bytes;
        expect_done("lines", cbqri_counted(capacity, mcid, &lines));
        expect_done("bytes", cbqri_counted(bandwidth, mcid, &bytes));
        print("MCID %u: %lu lines, %lu bytes\n", mcid, lines, bytes);
    }
    print("throttled %lu times\n", guests[INTERFERER].throttled);
    print("NEIGHBOURS-OK\n");
    power_off(true);
}

/* The second hart: the run is over when its periods are. */
static void run_interferer(void *guest)
{
    run_guest(guest);
    report();
}

void main(void *blob)
{
    Fdt fdt;
    if (!fdt_open(&fdt, blob))
        panic("neighbours: no device tree");
    power_find(&fdt);
    console_find(&fdt);
    page_pool(pool, pool + sizeof(pool));
    set_limits(&fdt);
    make_guest(TARGET, &fdt, "size1");
    make_guest(INTERFERER, &fdt, "size2");
    guests[TARGET].work.rounds = bootarg_number(&fdt, "rounds", 10);
    guests[INTERFERER].work.rounds = -1ul;
    guests[INTERFERER].budget = bootarg_number(&fdt, "budget", 0);
    guests[INTERFERER].periods = bootarg_number(&fdt, "periods", 0);
    long error = hart_start(1 - hart_self()->id, run_interferer, &guests[INTERFERER]);
    if (error)
        panic("neighbours: hart_start: %ld", error);
    run_guest(&guests[TARGET]);
    report();
}
