/* SPDX-License-Identifier: MIT */
/* csr.c - control and status registers of a hart, by group, and what changed; see csr.h. */
#include "emu/sight/csr.h"

#include <string.h>

#include "cpu/csr.h"
#include "cpu/csr_fields.h"

const CsrGroupName csr_groups[CSR_GROUPS] = {
    [CSR_GROUP_TRAP] = { "trap", "traps" },
    [CSR_GROUP_INTERRUPTS] = { "interrupts", "interrupts" },
    [CSR_GROUP_TRANSLATION] = { "translation", "address translation" },
    [CSR_GROUP_HYPERVISOR] = { "hypervisor", "of the hypervisor" },
    [CSR_GROUP_GUEST] = { "guest", "of the guest that is set up" },
    [CSR_GROUP_AIA] = { "aia", "behind miselect and siselect" },
    [CSR_GROUP_ENABLES] = { "enables", "what lower privileges may do" },
    [CSR_GROUP_FLOAT] = { "float", "floating point" },
    [CSR_GROUP_COUNTERS] = { "counters", "counters and time" },
    [CSR_GROUP_PROTECTION] = { "protection", "physical memory protection" },
    [CSR_GROUP_DEBUG] = { "debug", "triggers" },
    [CSR_GROUP_MACHINE] = { "machine", "what the hart is" },
    [CSR_GROUP_OTHER] = { "other", "others" },
};

/* Which group a number belongs to: the first row that has it. */
static const struct {
    uint16_t first, last;
    CsrGroup group;
} rows[] = {
    { 0x001, 0x003, CSR_GROUP_FLOAT },
    { CSR_seed, CSR_seed, CSR_GROUP_OTHER },
    { CSR_vstimecmp, CSR_vstimecmp, CSR_GROUP_GUEST },
    { 0x200, 0x2ff, CSR_GROUP_GUEST },
    { CSR_vstopi, CSR_vstopi, CSR_GROUP_GUEST },
    { CSR_sie, CSR_sie, CSR_GROUP_INTERRUPTS },
    { CSR_sip, CSR_sip, CSR_GROUP_INTERRUPTS },
    { CSR_stimecmp, CSR_stimecmp, CSR_GROUP_INTERRUPTS },
    { CSR_siselect, CSR_siselect + 7, CSR_GROUP_AIA },
    { CSR_stopei, CSR_stopei, CSR_GROUP_INTERRUPTS },
    { CSR_stopi, CSR_stopi, CSR_GROUP_INTERRUPTS },
    { CSR_scounteren, CSR_scounteren, CSR_GROUP_ENABLES },
    { CSR_senvcfg, CSR_senvcfg, CSR_GROUP_ENABLES },
    { CSR_SSTATEEN0, CSR_SSTATEEN0 + 3, CSR_GROUP_ENABLES },
    { CSR_satp, CSR_satp, CSR_GROUP_TRANSLATION },
    { CSR_hgatp, CSR_hgatp, CSR_GROUP_TRANSLATION },
    { 0x120, 0x12f, CSR_GROUP_COUNTERS },
    { 0x100, 0x17f, CSR_GROUP_TRAP },
    { CSR_hie, CSR_hie, CSR_GROUP_INTERRUPTS },
    { CSR_hideleg, CSR_hideleg, CSR_GROUP_INTERRUPTS },
    { CSR_hgeie, CSR_hvictl, CSR_GROUP_INTERRUPTS },
    { CSR_hip, CSR_hviprio2, CSR_GROUP_INTERRUPTS },
    { CSR_hgeip, CSR_hgeip, CSR_GROUP_INTERRUPTS },
    { CSR_hcounteren, CSR_hcounteren, CSR_GROUP_ENABLES },
    { CSR_henvcfg, CSR_henvcfg, CSR_GROUP_ENABLES },
    { 0x60c, 0x60f, CSR_GROUP_ENABLES },
    { 0x600, 0x6ff, CSR_GROUP_HYPERVISOR },
    { CSR_misa, CSR_misa, CSR_GROUP_MACHINE },
    { CSR_mideleg, CSR_mie, CSR_GROUP_INTERRUPTS },
    { CSR_mcounteren, CSR_mcounteren, CSR_GROUP_ENABLES },
    { CSR_mvien, CSR_mvip, CSR_GROUP_INTERRUPTS },
    { CSR_menvcfg, CSR_menvcfg, CSR_GROUP_ENABLES },
    { 0x30c, 0x30f, CSR_GROUP_ENABLES },
    { 0x320, 0x33f, CSR_GROUP_COUNTERS },
    { CSR_mip, CSR_mip, CSR_GROUP_INTERRUPTS },
    { CSR_miselect, CSR_miselect + 7, CSR_GROUP_AIA },
    { CSR_mtopei, CSR_mtopei, CSR_GROUP_INTERRUPTS },
    { CSR_mtopi, CSR_mtopi, CSR_GROUP_INTERRUPTS },
    { 0x300, 0x35f, CSR_GROUP_TRAP },
    { 0x3a0, 0x3ef, CSR_GROUP_PROTECTION },
    { CSR_mseccfg, CSR_mseccfg, CSR_GROUP_PROTECTION },
    { 0x740, 0x74f, CSR_GROUP_TRAP },
    { 0x5a8, 0x5a8, CSR_GROUP_DEBUG },
    { 0x6a8, 0x6a8, CSR_GROUP_DEBUG },
    { 0x7a0, 0x7bf, CSR_GROUP_DEBUG },
    { 0xb00, 0xb3f, CSR_GROUP_COUNTERS },
    { 0xc00, 0xc1f, CSR_GROUP_COUNTERS },
    { 0xda0, 0xda0, CSR_GROUP_COUNTERS },
    { 0xf11, 0xf15, CSR_GROUP_MACHINE },
};

static CsrGroup group_of(unsigned number)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        if (number >= rows[i].first && number <= rows[i].last)
            return rows[i].group;
    return CSR_GROUP_OTHER;
}

int csr_find_group(const char *name)
{
    for (int i = 0; i < CSR_GROUPS; i++)
        if (!g_ascii_strcasecmp(csr_groups[i].name, name))
            return i;
    return -1;
}

/* Registers behind a select register: AIA, "Interrupt file registers accessed indirectly", and "Major interrupt
 * priority array". */
enum {
    SELECT_IPRIO = 0x30,
    SELECT_EIDELIVERY = 0x70,
    SELECT_EITHRESHOLD = 0x72,
    SELECT_EIP = 0x80,
    SELECT_EIE = 0xc0,
    IPRIO_WORDS = 8
};

static void add_indirect(CsrSight *sight, unsigned window, unsigned select, const char *owner,
                         const char *name, uint64_t value)
{
    CsrEntry entry = { .number = (uint16_t)window,
                       .select = (uint16_t)select,
                       .group = CSR_GROUP_AIA,
                       .value = value };
    g_snprintf(entry.name, sizeof entry.name, "%s.%s", owner, name);
    g_array_append_val(sight->entries, entry);
}

static void add_priorities(const Hart *hart, CsrSight *sight, unsigned window, bool is_machine)
{
    for (unsigned i = 0; i < IPRIO_WORDS; i++) {
        uint64_t value;
        char name[12];
        g_snprintf(name, sizeof name, "iprio%u", 2 * i);
        memcpy(&value, &hart->iprio[!is_machine][8 * i], sizeof value);
        add_indirect(sight, window, SELECT_IPRIO + 2 * i, is_machine ? "m" : "s", name, value);
    }
}

static void add_file(const Hart *hart, CsrSight *sight, unsigned window, unsigned file,
                     const char *owner)
{
    static const struct {
        const char *name;
        unsigned select, count;
    } registers[] = { { "eidelivery", SELECT_EIDELIVERY, 0 },
                      { "eithreshold", SELECT_EITHRESHOLD, 0 },
                      { "eip", SELECT_EIP, IMSIC_WORDS },
                      { "eie", SELECT_EIE, IMSIC_WORDS } };
    for (unsigned r = 0; r < G_N_ELEMENTS(registers); r++)
        for (unsigned i = 0; i < MAX(registers[r].count, 1); i++) {
            unsigned select = registers[r].select + 2 * i;
            char name[16];
            uint64_t value = 0;
            if (!hart->aia->read(hart->aia->to, file, select, &value))
                continue;
            if (registers[r].count)
                g_snprintf(name, sizeof name, "%s%u", registers[r].name, 2 * i);
            else
                g_strlcpy(name, registers[r].name, sizeof name);
            add_indirect(sight, window, select, owner, name, value);
        }
}

static void add_all_indirect(const Hart *hart, CsrSight *sight)
{
    const unsigned guest = (unsigned)bits(hart->csr.hstatus, 17, 12);
    char owner[12];
    if (csr_exists(hart, CSR_miselect) && csr_exists(hart, CSR_mtopi))
        add_priorities(hart, sight, CSR_mireg, true);
    if (csr_exists(hart, CSR_siselect) && csr_exists(hart, CSR_stopi))
        add_priorities(hart, sight, CSR_sireg, false);
    if (!hart->aia)
        return;
    add_file(hart, sight, CSR_mireg, AIA_FILE_M, "m");
    add_file(hart, sight, CSR_sireg, AIA_FILE_S, "s");
    g_snprintf(owner, sizeof owner, "guest%u", guest);
    if (hart->has_h && guest && guest <= hart->aia->guests)
        add_file(hart, sight, CSR_vsireg, AIA_FILE_GUEST + guest, owner);
}

/* The window's own number shows whatever is selected: the register stands by itself below. */
static bool is_left_out(unsigned number)
{
    static const uint16_t windows[] = { CSR_mireg, CSR_sireg, CSR_vsireg };
    for (unsigned i = 0; i < G_N_ELEMENTS(windows); i++)
        if (number >= windows[i] && number < windows[i] + 7u && csr_name(number) &&
            strstr(csr_name(number), "ireg"))
            return true;
    return number == CSR_seed;
}

CsrEntry csr_entry_of(unsigned number, uint64_t value)
{
    CsrEntry entry = { .number = (uint16_t)number, .group = group_of(number), .value = value };
    g_strlcpy(entry.name, csr_name(number), sizeof entry.name);
    return entry;
}

/* What changed, and what there is: the same on all harts, as they have one configuration. */

typedef struct {
    uint16_t number;
    CsrGroup group;
} CsrPlace;

struct CsrMarks {
    GPtrArray *harts; /* of CsrSight, as the machine last went on; empty: it has not */
    GArray *places;   /* of CsrPlace, in the order in which they are shown */
};

static CsrMarks *marks_new(const Hart *hart)
{
    CsrMarks *marks = g_new0(CsrMarks, 1);
    marks->harts = g_ptr_array_new_with_free_func(csr_sight_free);
    marks->places = g_array_new(FALSE, FALSE, sizeof(CsrPlace));
    for (CsrGroup group = 0; group < CSR_GROUPS; group++)
        for (unsigned number = 0; number < CSR_COUNT; number++) {
            CsrPlace place = { (uint16_t)number, group };
            if (csr_exists(hart, number) && group_of(number) == group && !is_left_out(number))
                g_array_append_val(marks->places, place);
        }
    return marks;
}

/* As they are. */
static CsrSight *read_all(Machine *m, unsigned number)
{
    CsrSight *sight = g_new0(CsrSight, 1);
    Hart *hart = &m->harts[number];
    const GArray *places = m->csr_marks->places;
    bool indirect = false;
    sight->hart = number;
    sight->mode = hart_mode_name(hart, hart_mode(hart));
    sight->entries = g_array_sized_new(FALSE, TRUE, sizeof(CsrEntry), places->len + 64);
    for (guint i = 0; i < places->len; i++) {
        const CsrPlace *place = &g_array_index(places, CsrPlace, i);
        if (!indirect && place->group > CSR_GROUP_AIA) {
            add_all_indirect(hart, sight);
            indirect = true;
        }
        CsrEntry entry = csr_entry_of(place->number, csr_read(hart, place->number));
        g_array_append_val(sight->entries, entry);
    }
    return sight;
}

void csr_marks_free(CsrMarks *marks)
{
    if (!marks)
        return;
    g_ptr_array_free(marks->harts, TRUE);
    g_array_free(marks->places, TRUE);
    g_free(marks);
}

void csr_marks_note(Machine *m)
{
    if (!m->csr_marks)
        return;
    g_ptr_array_set_size(m->csr_marks->harts, 0);
    for (unsigned i = 0; i < m->n_harts; i++)
        g_ptr_array_add(m->csr_marks->harts, read_all(m, i));
}

/* Both are in the same order; a file that was not selected before has no entries there. */
static void compare(CsrSight *now, const CsrSight *before)
{
    guint at = 0;
    for (guint i = 0; i < now->entries->len; i++) {
        CsrEntry *entry = &g_array_index(now->entries, CsrEntry, i);
        for (guint j = at; j < before->entries->len; j++) {
            const CsrEntry *old = &g_array_index(before->entries, CsrEntry, j);
            if (strcmp(old->name, entry->name))
                continue;
            entry->before = old->value;
            entry->changed = old->value != entry->value;
            at = j + 1;
            break;
        }
    }
}

CsrSight *csr_sight_new(Machine *m, unsigned hart)
{
    if (!m->csr_marks)
        m->csr_marks = marks_new(&m->harts[0]);
    CsrSight *sight = read_all(m, hart);
    if (hart < m->csr_marks->harts->len) {
        sight->compares = true;
        compare(sight, g_ptr_array_index(m->csr_marks->harts, hart));
    }
    return sight;
}

void *csr_sight_make(Machine *m, const SightWants *wants)
{
    return csr_sight_new(m, MIN(wants->hart, m->n_harts - 1));
}

void csr_sight_free(void *opaque)
{
    CsrSight *sight = opaque;
    g_array_free(sight->entries, TRUE);
    g_free(sight);
}
