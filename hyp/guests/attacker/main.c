/* SPDX-License-Identifier: MIT */
/* main.c - the table of attacks, and the harts that take part; see attacker.h. */
#include "attacker.h"

#include <stddef.h>

#include "lib/bootargs.h"
#include "lib/hart.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/sbi.h"

typedef struct {
    const char *name;
    AttackFn *run;
    uint64_t n; /* without n= */
    bool alone; /* on the first hart only */
    const char *what;
} Attack;

// clang-format off
static const Attack attacks[] = {
    { "none",       attack_none,         1,     false, "nothing" },
    { "store",      attack_store,        1,     false, "stores at at=" },
    { "load",       attack_load,         1,     false, "loads from there" },
    { "atomic",     attack_atomic,       1,     false, "atomic additions there" },
    { "jump",       attack_jump,         1,     false, "jumps there" },
    { "tables",     attack_tables,       1,     true,  "page tables that lie there" },
    { "maze",       attack_maze,         100,   true,  "page tables that lead anywhere" },
    { "selfmod",    attack_selfmod,      2000,  false, "changes of code that runs" },
    { "crash",      attack_crash,        1,     false, "traps without a handler" },
    { "hang",       attack_hang,         1,     false, "loops without an end, interrupts off" },
    { "ecallstorm", attack_calls,        3000,  false, "calls with strange arguments" },
    { "console",    attack_console,      100,   false, "lines of control characters" },
    { "irqstorm",   attack_interrupts,   20000, false, "interrupts without a pause" },
    { "fence",      attack_fences,       2000,  false, "fences, here and everywhere" },
    { "msr",        attack_instructions, 1000,  false, "rounds of instructions that are not its own" },
    { "csr",        attack_registers,    1,     false, "rounds of all CSRs" },
    { "dma",        attack_dma,          1,     true,  "sectors of a disk, read to at=" },
    { "mmio",       attack_controllers,  3000,  false, "accesses to interrupt controllers" },
    { "restart",    attack_restart,      1,     true,  "restarts of partition at=" },
    { "watch",      attack_watch,        20000, true,  "looks at memory that only it may change" },
};
// clang-format on

Attacker attacker;
void (*volatile on_interrupt)(uint64_t cause);
uint64_t exceptions;
static const Attack *attack;
static uint64_t n, done, begin;
static unsigned finished; /* harts */

uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

uint64_t seed(void)
{
    return bootarg_number(&attacker.fdt, "seed", 1) * 0x9e3779b97f4a7c15ul + hart_self()->id + 1;
}

void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    (void)tval;
    if (cause & SCAUSE_IRQ) {
        if (on_interrupt)
            on_interrupt(cause);
        return;
    }
    exceptions++;
    if (cause == CAUSE_FETCH_PAGE || cause == CAUSE_FETCH_ACCESS || cause == CAUSE_FETCH_MISALIGNED)
        frame->pc = frame->x[1];
    else
        frame->pc += (*(const uint16_t *)frame->pc & 3) == 3 ? 4 : 2;
}

/* wfi ends when the timer is due, though its interrupt is off. */
void sleep_until(uint64_t then)
{
    if (attacker.sstc)
        csr_write(stimecmp, then);
    else
        sbi_set_timer(then);
    csr_write(sie, SIE_TIMER);
    while (csr_read(time) < then)
        wfi();
    csr_write(sie, 0);
}

static void take_part(void *unused)
{
    (void)unused;
    sleep_until(begin);
    __atomic_fetch_add(&done, attack->run(n), __ATOMIC_ACQ_REL);
    __atomic_fetch_add(&finished, 1, __ATOMIC_ACQ_REL);
}

static const Attack *find_attack(void)
{
    for (unsigned i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
        if (bootarg_is(&attacker.fdt, "attack", attacks[i].name))
            return &attacks[i];
    panic("attacker: attack= names none that there is");
}

static void look_around(void *blob)
{
    FdtNode cpu = NULL;
    uint64_t id;
    if (!fdt_open(&attacker.fdt, blob))
        panic("attacker: no device tree");
    power_find(&attacker.fdt);
    console_find(&attacker.fdt);
    while ((cpu = fdt_next_cpu(&attacker.fdt, cpu, &id))) {
        attacker.harts++;
        attacker.sstc = fdt_isa_has(&attacker.fdt, cpu, "sstc");
    }
    attacker.at = bootarg_number(&attacker.fdt, "at", 0);
}

/* All harts begin at the same time. Returns how many others there are. */
static unsigned start_others(void)
{
    unsigned others = 0;
    for (uint64_t id = 0; !attack->alone && id < attacker.harts; id++)
        others += id != hart_self()->id && !hart_start(id, take_part, NULL);
    return others;
}

void main(void *blob)
{
    look_around(blob);
    attack = find_attack();
    n = bootarg_number(&attacker.fdt, "n", attack->n);
    begin = csr_read(time) + bootarg_number(&attacker.fdt, "after", 0);
    print("attacker: %s\n", attack->name);
    unsigned others = start_others();
    mark(MARK_BEGIN, 'A');
    take_part(NULL);
    while (__atomic_load_n(&finished, __ATOMIC_ACQUIRE) <= others)
        pause();
    print("attacker: survived %lu %s\n", done, attack->what);
    power_off(true);
}
