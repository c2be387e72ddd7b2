/* SPDX-License-Identifier: MIT */
/* main.c - hello from HS-mode, and what this hart offers to whoever wants to have guests. */
#include <stddef.h>

#include "lib/csr.h"
#include "lib/fdt.h"
#include "lib/hart.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/trap.h"

/* A trap of our own is a mistake of our own. */
void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

static FdtNode find_cpu(const Fdt *fdt, uint64_t id)
{
    uint64_t other;
    FdtNode cpu = NULL;
    while ((cpu = fdt_next_cpu(fdt, cpu, &other)) && other != id) {
    }
    return cpu;
}

/* What the device tree says of the hart: H makes guests possible, the others make them cheap. */
static void print_extensions(const Fdt *fdt, FdtNode cpu)
{
    static const struct {
        const char *name, *what;
    } extensions[] = {
        { "h", "guests: VS-mode and VU-mode, two stages of translation" },
        { "sstc", "stimecmp: a timer without a call, one of its own for a guest" },
        { "ssaia", "interrupt files: a guest's interrupts without its hypervisor" },
    };
    for (unsigned i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
        bool has = fdt_isa_has(fdt, cpu, extensions[i].name);
        print("  %-5s %-3s  %s\n", extensions[i].name, has ? "yes" : "no", extensions[i].what);
    }
}

/* Fields of these registers keep only what the hart can do: write, and read back. */
static void print_limits(void)
{
    csr_write(hgatp, ATP_SV39 << ATP_MODE | HGATP_VMIDS << HGATP_VMID);
    uint64_t hgatp = csr_read(hgatp);
    csr_write(hgatp, 0);
    csr_write(hgeie, -1ul);
    unsigned files = 0; /* bits 1 to GEILEN stay */
    while (csr_read(hgeie) & BIT(files + 1))
        files++;
    csr_write(hgeie, 0);
    print("  Sv39x4: %s, VMIDs up to %lu, guest interrupt files: %u\n",
          hgatp >> ATP_MODE == ATP_SV39 ? "yes" : "no", hgatp >> HGATP_VMID & HGATP_VMIDS, files);
}

void main(void *tree)
{
    Fdt fdt;
    if (!fdt_open(&fdt, tree))
        panic("hyp: no device tree");
    power_find(&fdt);
    FdtNode cpu = find_cpu(&fdt, hart_self()->id);
    bool can = cpu && fdt_isa_has(&fdt, cpu, "h");
    print("hyp: hello from %s-mode\n", can ? "HS" : "S");
    print_extensions(&fdt, cpu);
    if (can)
        print_limits();
    power_off(true);
}
