/* SPDX-License-Identifier: MIT */
/*
 * explain.c - fuzzing: explanations and drawn walks of machines in any state.
 *
 * The case sets page tables, registers and CSRs of a hart in any mode, and lets it run some instructions that trap,
 * return and change all that. Then everything is explained, and walks are drawn. Text must be text, JSON must be whole,
 * and the machine must be what it was before. Panels of walks, interrupts and registers get keys and are drawn at any size:
 * no text may be cut off or lie over another.
 */
#include <string.h>

#include "cpu/csr.h"
#include "emu/explain/explain.h"
#include "emu/sight/walk.h"
#include "emu/ui/panel.h"
#include "tests/lib/fuzz.h"

enum { TABLES = 8, CODE = 16, RUN_NS = 400, MOST_WALKS = 4 };
#define TABLE(n) (BOARD_RAM + 0x4000 + PAGE_SIZE * (uint64_t)(n))
#define CODE_AT  (BOARD_RAM + 0x20000)

/* An address that leads somewhere, mostly. */
static uint64_t take_address(Bytes *in)
{
    switch (take_below(in, 8)) {
    case 0: return take(in, 8);
    case 1: return BOARD_RAM + (uint64_t)take_below(in, FUZZ_RAM >> 8) * 8;
    case 2: return CODE_AT;
    case 3: return (uint64_t)take_below(in, 4) << 30 | take(in, 2);
    case 4: return BIT(take_below(in, 64)) - 8;
    default: return TABLE(take_below(in, TABLES)) + take_below(in, 512) * 8;
    }
}

/* A pointer to a table, a leaf with most flags, or anything. */
static uint64_t take_pte(Bytes *in)
{
    uint64_t address = take_address(in);
    switch (take_below(in, 4)) {
    case 0: return take(in, 8);
    case 1: return TABLE(take_below(in, TABLES)) >> 12 << 10 | 1;
    case 2: return address >> 12 << 10 | 0xdf;
    default: return address >> 12 << 10 | take(in, 1) | 1;
    }
}

static void put(Machine *m, uint64_t at, const void *data, size_t size)
{
    if (!bus_poke(&m->bus, (Spa){ at }, data, size))
        fuzz_fail("no RAM at 0x%lx", (unsigned long)at);
}

/* The slots that addresses of take_address lead through. */
static void put_tables(Machine *m, Bytes *in)
{
    static const uint16_t slots[] = { 0, 1, 2, 3, 4, 32, 511 };
    for (unsigned table = 0; table < TABLES; table++)
        for (unsigned i = 0; i < G_N_ELEMENTS(slots); i++) {
            uint64_t pte = take_pte(in);
            put(m, TABLE(table) + 8 * slots[i], &pte, 8);
        }
}

static void put_code(Machine *m, Bytes *in)
{
    /* ld a0,(a1); sd a0,(a2); ecall; ebreak; sret; mret; wfi; hfence.gvma; hfence.vvma; sfence.vma; csrw satp, vsatp,
     * hgatp, hvip, hstatus, sstatus, a3; hlv.d a0,(a1); hlvx.wu a0,(a1); jalr (a4); rdtime a0; nothing */
    static const uint32_t words[] = { 0x0005b503, 0x00a63023, 0x00000073, 0x00100073, 0x10200073,
                                      0x30200073, 0x10500073, 0x62000073, 0x22000073, 0x12000073,
                                      0x18069073, 0x28069073, 0x68069073, 0x64569073, 0x60069073,
                                      0x10069073, 0x6c05c573, 0x6835c573, 0x000700e7, 0xc0102573,
                                      0x00000000 };
    uint32_t code[CODE];
    for (unsigned i = 0; i < CODE; i++)
        code[i] = words[take_below(in, G_N_ELEMENTS(words))];
    put(m, CODE_AT, code, sizeof code);
}

static uint64_t take_atp(Bytes *in)
{
    static const uint8_t modes[] = { 0, 8, 8, 8, 9, 10 };
    return (uint64_t)modes[take_below(in, sizeof modes)] << 60 | (uint64_t)take_below(in, 3) << 44 |
           TABLE(take_below(in, TABLES)) >> 12;
}

static void set_up(Machine *m, Bytes *in)
{
    static const uint16_t csrs[] = { CSR_medeleg, CSR_mideleg, CSR_hedeleg,  CSR_hideleg,
                                     CSR_mie,     CSR_hie,     CSR_hvip,     CSR_hcounteren,
                                     CSR_menvcfg, CSR_henvcfg, CSR_vsstatus, CSR_mcounteren };
    static const uint16_t vectors[] = { CSR_mtvec, CSR_stvec, CSR_vstvec,
                                        CSR_mepc,  CSR_sepc,  CSR_vsepc };
    Hart *hart = &m->harts[0];
    for (unsigned i = 0; i < G_N_ELEMENTS(csrs); i++)
        csr_write(hart, csrs[i], take_below(in, 2) ? ~0ull : take(in, 8));
    for (unsigned i = 0; i < G_N_ELEMENTS(vectors); i++)
        csr_write(hart, vectors[i], take_below(in, 4) ? CODE_AT : take_address(in));
    csr_write(hart, 0x3b0, ~0ull);
    csr_write(hart, CSR_pmpcfg0, take_below(in, 8) ? 0x1f : take(in, 1));
    csr_write(hart, CSR_satp, take_below(in, 2) ? 0 : take_atp(in));
    csr_write(hart, CSR_vsatp, take_atp(in));
    csr_write(hart, CSR_hgatp, take_atp(in) | take_below(in, 4));
    for (unsigned i = 1; i < 32; i++)
        hart->x[i] = take_address(in);
    hart->x[13] = take_atp(in);
    hart->pc = take_below(in, 8) ? CODE_AT : take_address(in);
    hart->mmu.priv = (uint8_t[]){ PRIV_U, PRIV_S, PRIV_M, PRIV_S }[take_below(in, 4)];
    hart->mmu.v = hart->mmu.priv != PRIV_M && take_below(in, 3);
    hart_update_context(hart);
    hart_update_guest_irqs(hart);
}

static void check_text(const GString *out)
{
    for (gsize i = 0; i < out->len; i++)
        if (out->str[i] != '\n' && !g_ascii_isprint(out->str[i]))
            fuzz_fail("byte 0x%02x: %s", (unsigned char)out->str[i], out->str);
    if (!out->len || out->str[out->len - 1] != '\n')
        fuzz_fail("no line: %s", out->str);
}

/* Brackets outside of strings must close, and only the last one at the end of the line. */
static void check_json(const GString *out)
{
    unsigned depth = 0;
    bool in_string = false;
    check_text(out);
    for (const char *at = out->str; *at; at++) {
        if (in_string && *at == '\\')
            at++;
        else if (*at == '"')
            in_string = !in_string;
        else if (!in_string && strchr("{[", *at))
            depth++;
        else if (!in_string && strchr("}]", *at) && (!depth-- || (!depth && at[1] != '\n')))
            fuzz_fail("a bracket too many: %s", out->str);
    }
    if (depth || in_string)
        fuzz_fail("not whole: %s", out->str);
}

static void check_explanation(Explanation *found)
{
    g_autoptr(GString) text = g_string_new(NULL), json = g_string_new(NULL);
    if (!found)
        return;
    explanation_print(found, text);
    check_text(text);
    explanation_json(found, &(Json){ .out = json });
    check_json(json);
    explanation_free(found);
}

static void check_walk(Machine *m, Bytes *in)
{
    g_autoptr(GString) text = g_string_new(NULL), json = g_string_new(NULL);
    Mmu *mmu = &m->harts[0].mmu;
    WalkQuestion q = { .space = mmu_data_space(mmu),
                       .va = { take_address(in) },
                       .access = (Access)take_below(in, 3),
                       .user = take_below(in, 2) };
    if (take_below(in, 3))
        q.space = (MmuSpace){ .guest = true, .atp = mmu->vsatp, .hgatp = mmu->hgatp };
    WalkSight *sight = walk_sight_new(m, 0, &q);
    walk_sight_print(sight, text);
    check_text(text);
    Json object = { .out = json };
    json_begin(&object, NULL, '{');
    walk_sight_json(sight, &object);
    for (unsigned i = 0; i < sight->grid.n_steps; i++) {
        walk_step_print(sight, i, text);
        walk_step_json(sight, i, &object);
    }
    json_end(&object, '{');
    g_string_append_c(json, '\n');
    check_text(text);
    walk_sight_free(sight);
    check_json(json);
}

static unsigned take_key(Bytes *in)
{
    unsigned key = take_below(in, 64);
    return key < 32 ? UI_KEY_UP + key % (UI_KEY_TAB - UI_KEY_UP + 1)
                    : 0x20 + key + take_below(in, 32);
}

static void draw_panel(Machine *m, const UiPanelType *type, void *state, DrawList *list, Bytes *in)
{
    g_autoptr(GString) commands = g_string_new(NULL), problems = g_string_new(NULL);
    SightWants wants = { .which = type->sights };
    if (type->wants)
        type->wants(state, &wants);
    Sights *sights = sights_make(m, &wants);
    const UiRect area = { 10, 20, 200 + (int)take_below(in, 1100), 120 + (int)take_below(in, 900) };
    draw_list_clear(list);
    type->draw(state, sights, list, area);
    if (draw_check(list, problems))
        fuzz_fail("%s at %dx%d:\n%s", type->id, area.w, area.h, problems->str);
    for (unsigned i = 0; i < 4; i++)
        type->key(state, sights, take_key(in), commands);
    unsigned hit = draw_hit(list, area.x + (int)take_below(in, (unsigned)area.w),
                            area.y + (int)take_below(in, (unsigned)area.h));
    if (hit)
        type->click(state, sights, hit, commands);
    sights_unref(sights);
}

static void check_panel(Machine *m, Bytes *in)
{
    static const UiPanelType *const types[] = { &ui_panel_walk, &ui_panel_walk, &ui_panel_irq,
                                                &ui_panel_csr };
    const UiPanelType *type = types[take_below(in, G_N_ELEMENTS(types))];
    g_autofree void *state = g_malloc0(type->state_size);
    DrawList *list = draw_list_new();
    for (unsigned i = 0; i < 3; i++)
        draw_panel(m, type, state, list, in);
    draw_list_free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FuzzMachine its;
    Bytes in = { data, data + size };
    if (!its.machine) {
        MachineConfig config = { .n_harts = 1, .quantum = 100 };
        its = fuzz_machine(&config, NULL);
        explain_keep(its.machine, true);
    }
    Machine *m = its.machine;
    fuzz_restart(&its);
    put_tables(m, &in);
    put_code(m, &in);
    set_up(m, &in);
    fuzz_run(m, RUN_NS);
    const bool compares = !take_below(&in, 64); /* which takes longer than all the rest */
    const uint64_t before = compares ? machine_state_hash(m) : 0;
    check_explanation(explain_now(m, 0, take_below(&in, 2)));
    for (unsigned i = 1; i < 8; i++)
        check_explanation(explain_trap(m, 0, i));
    for (unsigned i = 0; i < MOST_WALKS; i++)
        check_walk(m, &in);
    if (!take_below(&in, 8))
        check_panel(m, &in);
    if (compares && machine_state_hash(m) != before)
        fuzz_fail("looking changed the machine");
    return 0;
}
