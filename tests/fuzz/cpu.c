/* SPDX-License-Identifier: MIT */
/*
 * cpu.c - fuzzing: random instructions from a random state, run in two ways that must agree.
 *
 * The case sets registers, CSRs, page tables and privilege, and fills memory with instructions. One machine runs that
 * in the fast loop, the other in the loop that looks at every instruction and in shorter slices; then their states
 * must be the same. So must they be after the second was saved half-way and the first went on from there.
 */
#include <string.h>

#include "cpu/csr.h"
#include "tests/lib/fuzz.h"
#include "tests/lib/machine_rig.h"

#define CODE     BOARD_RAM
#define HANDLER  (BOARD_RAM + 0x1000)
#define TABLES   (BOARD_RAM + 0x4000) /* four pages: root and one of each level below */
#define G_ROOT   (BOARD_RAM + 0x8000) /* four pages: the table of every level */
#define DATA     (BOARD_RAM + 0x10000)
#define PTE_GOOD 0xcf /* V R W X A D */

enum { PMPADDR0 = 0x3b0, MHPMCOUNTER3 = 0xb03, MTIMECMP = 0x4000, TICK = 100 };

typedef struct {
    FuzzMachine one, other;
} Pair;

typedef struct {
    Bytes in;
    Machine *m;
    uint64_t code; /* where the next instruction goes */
} Setup;

static void poke(Machine *m, uint64_t at, const void *data, size_t size)
{
    (void)!bus_poke(&m->bus, (Spa){ at }, data, size);
}

/* mepc + 4, and back: what was wrong is left out. It uses x31. */
static void put_handlers(Machine *m)
{
    static const uint32_t machine[] = { 0x34102ff3, 0x004f8f93, 0x341f9073, 0x30200073 };
    static const uint32_t supervisor[] = { 0x14102ff3, 0x004f8f93, 0x141f9073, 0x10200073 };
    poke(m, HANDLER, machine, sizeof machine);
    poke(m, HANDLER + 0x100, supervisor, sizeof supervisor);
}

/* All of RAM at its own address, in pages of 4 KiB. Sv48 has its root in the first table, Sv39 in the second. */
static void put_tables(Machine *m)
{
    static const unsigned shifts[] = { 39, 30, 21 };
    for (unsigned level = 0; level < G_N_ELEMENTS(shifts); level++) {
        uint64_t table = TABLES + level * PAGE_SIZE, below = (table + PAGE_SIZE) >> 12 << 10 | 1;
        poke(m, table + 8 * (BOARD_RAM >> shifts[level] & 511), &below, 8);
    }
    for (unsigned i = 0; i < FUZZ_RAM >> PAGE_SHIFT; i++) {
        uint64_t leaf = ((BOARD_RAM >> 12) + i) << 10 | PTE_GOOD;
        poke(m, TABLES + 3 * PAGE_SIZE + 8 * i, &leaf, 8);
    }
}

/* The same for guests in a page of 1 GiB, the root being the table of each level above, too. */
static void put_guest_tables(Machine *m)
{
    uint64_t below = G_ROOT >> 12 << 10 | 1, leaf = BOARD_RAM >> 12 << 10 | PTE_GOOD | 0x10;
    poke(m, G_ROOT, &below, 8);
    poke(m, G_ROOT + 8 * (BOARD_RAM >> 30), &leaf, 8);
}

static void write_csr(Machine *m, unsigned hart, unsigned number, uint64_t value)
{
    if (csr_check(&m->harts[hart], number, true) == CSR_ALLOWED)
        csr_write(&m->harts[hart], number, value);
}

/* One that this hart has, or, rarely, any number. */
static unsigned take_csr(Bytes *in, const Hart *hart)
{
    uint16_t list[CSR_COUNT];
    unsigned count = 0, at = (unsigned)take(in, 2);
    for (unsigned number = 0; at < 0xf000 && number < CSR_COUNT; number++)
        if (csr_exists(hart, number))
            list[count++] = (uint16_t)number;
    return count ? list[at % count] : at % CSR_COUNT;
}

/* Registers are pointers to data and devices more often than not. */
static uint64_t take_pointer(Bytes *in)
{
    static const uint64_t places[] = { DATA,
                                       DATA + 0xff8,
                                       CODE,
                                       TABLES,
                                       BOARD_UART,
                                       BOARD_CLINT,
                                       BOARD_PLIC,
                                       BOARD_FINISHER,
                                       BOARD_ROM,
                                       BOARD_VIRTIO,
                                       BOARD_RAM + FUZZ_RAM - 4,
                                       0 };
    unsigned at = take_below(in, 32);
    return at < G_N_ELEMENTS(places) ? places[at] + take(in, 1)
           : at < 24                 ? DATA + 8 * take(in, 2)
                                     : take_value(in);
}

static uint32_t take_instruction(Bytes *in, const Hart *hart)
{
    const InsnDef *def = &insn_table[1 + take_below(in, INSN_COUNT - 1)];
    uint32_t raw = (uint32_t)take(in, 4), bits = raw & ~def->mask;
    /* Branches and jumps stay near. */
    if (def->class == CLASS_BRANCH || def->class == CLASS_JUMP)
        bits &= def->length == 2 ? 0x1c1fu : 0x01ff8f80u;
    if (def->class == CLASS_CSR)
        bits = (bits & 0xfffff) | take_csr(in, hart) << 20;
    return (def->match | bits) & (def->length == 2 ? 0xffff : ~0u);
}

static void put_instruction(Setup *s, uint32_t raw)
{
    unsigned size = insn_length((uint16_t)raw);
    poke(s->m, s->code, &raw, size);
    s->code += size;
}

/* Straight into a mode, of MODES or not, as an MRET does it. */
static void enter(Machine *m, unsigned index, unsigned mode, uint64_t pc)
{
    Hart *hart = &m->harts[index];
    uint64_t status = csr_read(hart, CSR_mstatus) & ~(MSTATUS_MPP | MSTATUS_MPV);
    write_csr(m, index, CSR_mstatus,
              status | (uint64_t)(mode & 3) << 11 | (mode & MODE_GUEST ? MSTATUS_MPV : 0));
    write_csr(m, index, CSR_mepc, pc);
    hart_machine_return(hart);
}

/* A trigger, an event counter about to overflow, timers about to fire, interrupts let in. */
static void prepare_events(Setup *s, unsigned index, unsigned options)
{
    Machine *m = s->m;
    if (options & 1) {
        write_csr(m, index, CSR_tselect, take_below(&s->in, 8));
        write_csr(m, index, CSR_tdata2, CODE + take_below(&s->in, 256));
        write_csr(m, index, CSR_tdata1, (3 + take(&s->in, 1) % 4) << 60 | take(&s->in, 2));
    }
    if (options & 2) {
        unsigned counter = take_below(&s->in, 29);
        write_csr(m, index, CSR_MHPMEVENT3 + counter,
                  take(&s->in, 1) << 56 | (take_below(&s->in, 2) ? 0x20000 : 0) |
                      take_below(&s->in, 32));
        write_csr(m, index, MHPMCOUNTER3 + counter, -take(&s->in, 1));
    }
    if (options & 4) {
        uint64_t soon = clint_mtime(m->clint) + take_below(&s->in, 3);
        write_csr(m, index, CSR_stimecmp, soon);
        (void)!bus_write(&m->bus, (Spa){ BOARD_CLINT + MTIMECMP + 8 * index }, 8,
                         soon + take_below(&s->in, 2), requester_hart(0));
    }
    if (options & 8) {
        write_csr(m, index, CSR_mideleg, take(&s->in, 2));
        write_csr(m, index, CSR_mie, UINT64_MAX);
        write_csr(m, index, CSR_mip, take_below(&s->in, 4) ? 0 : UINT64_MAX);
        write_csr(m, index, CSR_mstatus,
                  csr_read(&m->harts[index], CSR_mstatus) | MSTATUS_MPIE | MSTATUS_SIE |
                      MSTATUS_SPIE);
    }
}

/* A guest: its tables may be the first stage's, which then translate themselves. */
static void prepare_guest(Setup *s, unsigned index)
{
    static const uint8_t modes[] = { 0, 8, 9, 10 };
    Machine *m = s->m;
    unsigned options = (unsigned)take(&s->in, 2);
    uint64_t g_mode = modes[options & 3], mode = modes[options >> 2 & 3];
    write_csr(m, index, CSR_hgatp, g_mode << 60 | (options >> 4 & 3ull) << 44 | G_ROOT >> 12);
    write_csr(m, index, CSR_vsatp,
              mode << 60 | (options >> 6 & 1ull) << 44 |
                  (TABLES + (mode == 8 ? PAGE_SIZE : 0)) >> 12);
    write_csr(m, index, CSR_vsstatus, options & 0x80 ? MSTATUS_FS | MSTATUS_SUM : MSTATUS_FS);
    write_csr(m, index, CSR_hstatus, take(&s->in, 4));
    write_csr(m, index, CSR_vstvec, HANDLER + 0x100);
    write_csr(m, index, CSR_hedeleg, options & 0x100 ? UINT64_MAX : 0);
    write_csr(m, index, CSR_hideleg, options & 0x200 ? UINT64_MAX : 0);
    write_csr(m, index, CSR_henvcfg, options & 0x400 ? UINT64_MAX : 0);
    write_csr(m, index, CSR_hstateen0, options & 0x800 ? UINT64_MAX : 0);
    write_csr(m, index, CSR_hcounteren, options & 0x1000 ? UINT64_MAX : 0);
    write_csr(m, index, CSR_hvip, options & 0x2000 ? UINT64_MAX : 0);
}

/* U-mode's memory from 0 on is RAM by associative memory, but for a page here and there. */
static void prepare_cat(Setup *s, unsigned index)
{
    uint64_t missing = take(&s->in, 2);
    for (unsigned i = 0; i < CAT_FRAMES; i++)
        write_csr(s->m, index, CSR_CAT0 + i, i << 8 | !(missing >> 8 && missing % 67 == i));
    write_csr(s->m, index, CSR_catbase, BOARD_RAM);
    write_csr(s->m, index, CSR_catctl, missing >> 15 ? 0 : CAT_ENABLE);
}

static void prepare_hart(Setup *s, unsigned index)
{
    static const uint8_t modes[] = { 0, 8, 9, 10 };
    Machine *m = s->m;
    Hart *hart = &m->harts[index];
    unsigned options = (unsigned)take(&s->in, 2);
    uint64_t mode = modes[options & 3], root = mode == 8 ? TABLES + PAGE_SIZE : TABLES;
    write_csr(m, index, CSR_mtvec, HANDLER);
    write_csr(m, index, CSR_stvec, HANDLER + 0x100);
    write_csr(m, index, CSR_mstatus, options & 4 ? MSTATUS_FS | MSTATUS_SUM : MSTATUS_FS);
    write_csr(m, index, PMPADDR0, UINT64_MAX);
    write_csr(m, index, CSR_pmpcfg0, 0x1f);
    if (options & 8)
        write_csr(m, index, CSR_medeleg, 0xb1ff);
    if (options & 16)
        write_csr(m, index, CSR_menvcfg, UINT64_MAX);
    if (options & 0x80)
        write_csr(m, index, CSR_mstateen0, UINT64_MAX);
    write_csr(m, index, CSR_mcounteren, UINT64_MAX);
    write_csr(m, index, CSR_scounteren, UINT64_MAX);
    write_csr(m, index, CSR_satp, mode == 10 ? 0 : mode << 60 | root >> 12);
    prepare_events(s, index, options >> 8);
    if (hart->mmu.cat)
        prepare_cat(s, index);
    uint64_t base = cat_is_on(hart->mmu.cat) && !(options >> 5 & 3) ? BOARD_RAM : 0;
    for (unsigned i = 1; i < 32; i++)
        hart->x[i] = DATA - base + 0x100 * i;
    if (options & 0x1000)
        prepare_guest(s, index);
    enter(m, index, (options >> 5 & 3) | (options & 0x1000 ? MODE_GUEST : 0),
          CODE - base + 0x200 * index);
}

static void act(Setup *s)
{
    Machine *m = s->m;
    unsigned hart = take_below(&s->in, 8) % m->n_harts;
    unsigned kind = take_below(&s->in, 16);
    uint64_t value;
    switch (kind) {
    case 0:
        value = take_pointer(&s->in);
        m->harts[hart].x[1 + take_below(&s->in, 31)] = value;
        break;
    case 1: m->harts[hart].f[take_below(&s->in, 32)] = take_value(&s->in); break;
    case 2:
        value = take_value(&s->in);
        write_csr(m, hart, take_csr(&s->in, &m->harts[hart]), value);
        break;
    case 3:
        value = take(&s->in, 8);
        poke(m, TABLES + (take(&s->in, 2) & 0x7ff8), &value, 8);
        break;
    case 4:
        value = take_value(&s->in);
        poke(m, DATA + take(&s->in, 2), &value, 8);
        break;
    case 5: s->code = CODE + 0x1000ull * take_below(&s->in, 4) + (take(&s->in, 2) & 0xffe); break;
    case 6: put_instruction(s, (uint32_t)take(&s->in, 4)); break;
    case 7: enter(m, hart, take_below(&s->in, 8), CODE + (take(&s->in, 2) & 0x1ffe)); break;
    case 8:
        value = take(&s->in, 1);
        if (value & 0x80 && m->harts[hart].isa->has[EXT_Smrnmi])
            hart_set_rnmi(&m->harts[hart], (unsigned)value & 63);
        else if (value & 0x40 && m->harts[hart].isa->geilen)
            hart_set_irq(&m->harts[hart], IRQ_GUEST_EXTERNAL + 1, value & 2);
        else
            hart_set_irq(&m->harts[hart], value & 1 ? IRQ_MEI : IRQ_SEI, value & 2);
        break;
    default: put_instruction(s, take_instruction(&s->in, &m->harts[0])); break;
    }
}

static void set_up(FuzzMachine *its, Bytes in)
{
    Setup s = { in, its->machine, CODE };
    fuzz_restart(its);
    put_handlers(s.m);
    put_tables(s.m);
    put_guest_tables(s.m);
    for (unsigned i = 0; i < s.m->n_harts; i++)
        prepare_hart(&s, i);
    while (bytes_left(&s.in))
        act(&s);
    /* No instruction wrote the counters, so none that is still to be counted is on its way. */
    for (unsigned i = 0; i < s.m->n_harts; i++)
        counters_loaded(&s.m->harts[i]);
}

/* A machine for timed mode whose caches and TLBs are soon full, and turns short. */
static const char small[] =
    "a53x4,l1i.size=256,l1i.ways=2,l1d.size=256,l1d.ways=2,llc.size=1K,llc.ways=4,tlb_i.entries=2,"
    "tlb_d.entries=2,tlb_l2.entries=4,tlb_l2.ways=2,bus.latency=5,bus.service=2,mmio=7,cycles.csr=3,cycles.load=2,quantum=90";

static void pair_make(Pair *pair, unsigned n_harts, const char *cpu, bool timed)
{
    MachineConfig config = { .n_harts = n_harts, .stop_on_reset = true, .quantum = 37 };
    if (timed && !timed_parse(&config.timed, "-timing", small, NULL))
        fuzz_fail("no such machine: %s", small);
    pair->one = fuzz_machine(&config, cpu);
    pair->other = fuzz_machine(&config, cpu);
    for (unsigned i = 0; i < n_harts; i++)
        pair->other.machine->harts[i].commit = &pair->other.machine->commit;
}

static void half_way(Pair *pair, uint64_t ns)
{
    static GByteArray *saved;
    GError *error = NULL;
    if (!saved)
        saved = g_byte_array_new();
    g_byte_array_set_size(saved, 0);
    machine_save(pair->other.machine, saved);
    if (!machine_load(pair->one.machine, saved->data, saved->len, &error))
        fuzz_fail("what was saved cannot be loaded: %s", error->message);
    fuzz_run(pair->one.machine, ns);
    fuzz_run(pair->other.machine, ns);
    fuzz_compare(pair->one.machine, pair->other.machine, "one was loaded from the other");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        unsigned harts;
        const char *cpu;
        bool timed;
    } kinds[] = {
        { 1, "max", false },  { 2, "max", false },
        { 1, "rv64", false }, { 1, "max,smrnmi=on,smdbltrp=on,ssdbltrp=on", false },
        { 2, "max", true },   { 1, "max,cat=64", false },
    };
    static Pair pairs[G_N_ELEMENTS(kinds)];
    Bytes in = { data, data + size };
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds) && !pairs[i].one.machine; i++)
        pair_make(&pairs[i], kinds[i].harts, kinds[i].cpu, kinds[i].timed);
    unsigned choice = (unsigned)take(&in, 1);
    Pair *pair = &pairs[choice % G_N_ELEMENTS(kinds)];
    uint64_t ns = 20 + take(&in, 1) * (pair->one.machine->timed ? 8 : 1);
    set_up(&pair->one, in);
    set_up(&pair->other, in);
    pair->other.machine->config.slice = choice & 4 ? 1 + (choice >> 4) : 0;
    fuzz_run(pair->one.machine, ns);
    fuzz_run(pair->other.machine, ns);
    fuzz_compare(pair->one.machine, pair->other.machine, "fast loop and watched loop");
    if (choice & 8)
        half_way(pair, ns);
    return 0;
}
