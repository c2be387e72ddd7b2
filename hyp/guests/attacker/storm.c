/* SPDX-License-Identifier: MIT */
/* storm.c - attacks by number: interrupts, and fences; see attacker.h. */
#include "attacker.h"

#include <stddef.h>

#include "lib/hart.h"
#include "lib/irqchip.h"
#include "lib/mmio.h"
#include "lib/sbi.h"

enum { RTC_ALARM_LOW = 0x08, RTC_ALARM_HIGH = 0x0c, RTC_IRQ_ENABLED = 0x10 };
enum { SPREAD = 16 };

static uint64_t taken[32]; /* by hart; what each wants stands in `wanted` */
static uint64_t wanted;
static const Irqchip *chip;

/* The timer is due at once, the others get a message, what the clock says is served and never cleared. */
static void storm(uint64_t cause)
{
    uint64_t id = hart_self()->id % 32;
    if (++taken[id] >= wanted)
        csr_write(sie, 0);
    if (cause == (SCAUSE_IRQ | IRQ_SOFT))
        csr_clear(sip, SIE_SOFT);
    if (cause == (SCAUSE_IRQ | IRQ_EXTERNAL)) {
        unsigned source = chip->claim();
        if (source)
            chip->complete(source);
    }
    if (cause == (SCAUSE_IRQ | IRQ_TIMER) && !attacker.sstc)
        sbi_set_timer(0);
    if (taken[id] % SPREAD == 0)
        sbi_send_ipi(-1ul, -1ul); /* all there are */
}

/* A clock whose alarm is long past holds its wire for ever. */
static void start_clock(void)
{
    FdtNode node = fdt_find_compatible(&attacker.fdt, NULL, "google,goldfish-rtc");
    FdtRange reg;
    if (!node || !fdt_reg(&attacker.fdt, node, 0, &reg) ||
        !(chip = irqchip_open(&attacker.fdt, hart_self()->id)))
        return;
    write32(reg.base + RTC_IRQ_ENABLED, 1);
    write32(reg.base + RTC_ALARM_HIGH, 0);
    write32(reg.base + RTC_ALARM_LOW, 1);
    chip->enable(irqchip_source(&attacker.fdt, node), true);
}

uint64_t attack_interrupts(uint64_t n)
{
    uint64_t id = hart_self()->id % 32;
    wanted = n;
    on_interrupt = storm;
    if (!hart_self()->index)
        start_clock();
    if (attacker.sstc)
        csr_write(stimecmp, 0);
    else
        sbi_set_timer(0);
    csr_write(sie, SIE_TIMER | SIE_SOFT | (chip && !hart_self()->index ? SIE_EXTERNAL : 0));
    csr_set(sstatus, SSTATUS_SIE);
    while (*(volatile uint64_t *)&taken[id] < n)
        pause();
    csr_clear(sstatus, SSTATUS_SIE);
    return taken[id];
}

uint64_t attack_fences(uint64_t n)
{
    uint64_t state = seed();
    for (uint64_t i = 0; i < n; i++) {
        uint64_t any = next_random(&state);
        sfence_vma();
        sfence_vma_page(any);
        fence_i();
        fence();
        if (any % 4)
            continue;
        sbi_call5(SBI_RFENCE, SBI_FENCE_I, -1ul, -1ul, 0, 0, 0);
        sbi_call5(SBI_RFENCE, SBI_SFENCE_VMA, -1ul, -1ul, 0, -1ul, 0);
        sbi_call5(SBI_RFENCE, SBI_SFENCE_VMA, -1ul, -1ul, any & -4096ul, any >> 44 << 12, 0);
        sbi_call5(SBI_RFENCE, SBI_SFENCE_VMA_ASID, -1ul, -1ul, 0, 4096, any & 0xffff);
        sbi_call5(SBI_RFENCE, 3 + any % 4, -1ul, -1ul, 0, -1ul,
                  0); /* the host's, which a guest has not */
    }
    return n;
}

/* Any word of any interrupt controller: loads, and stores of any value. What is not there may stop us. */
uint64_t attack_controllers(uint64_t n)
{
    static const char *const kinds[] = { "riscv,plic0", "riscv,aplic", "riscv,imsics" };
    uint64_t state = seed(), done = 0;
    for (unsigned i = 0; i < 3; i++) {
        FdtNode node = NULL;
        FdtRange reg;
        while ((node = fdt_find_compatible(&attacker.fdt, node, kinds[i])))
            for (uint64_t j = 0; j < n && fdt_reg(&attacker.fdt, node, 0, &reg); j++, done++) {
                /* Registers lie at the begins of pages, and words of a page are often alike. */
                uint64_t any = next_random(&state), page = any % (reg.size / 4096) * 4096;
                uintptr_t at = reg.base + (any >> 40 & 1 ? page : page % 0x8000) +
                               (any >> 41 & (any >> 60 ? 0x3c : 0xffc));
                if (any >> 32 & 1)
                    write32(at, any >> 33 & 1 ? (uint32_t)next_random(&state)
                                              : (uint32_t)(any >> 34 & 0x3f));
                else
                    (void)read32(at);
            }
    }
    return done;
}
