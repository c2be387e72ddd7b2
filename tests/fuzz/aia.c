/* SPDX-License-Identifier: MIT */
/*
 * aia.c - fuzzing: APLIC and IMSICs by their registers, wires and messages, in any order.
 *
 * Harts are held, so that time passes only where the case says so. After every action what the harts are told, and
 * what is reported as the top interrupt, must be what the registers say: they are read one source and one identity at
 * a time, which the devices never do.
 */
#include "tests/lib/fuzz.h"

enum { HARTS = 2, GUESTS = 2, WORDS = 32 };
enum { DOMAINCFG_IE = 0x100, DOMAINCFG_DM = 4, MODE_EDGE1 = 4, MODE_LEVEL1 = 6 };
enum { EIDELIVERY = 0x70, EITHRESHOLD = 0x72, EIP = 0x80, EIE = 0xc0, BY_APLIC = 0x40000000 };

static uint32_t read_at(Machine *m, uint64_t at)
{
    uint64_t value = 0;
    if (!bus_read(&m->bus, (Spa){ at }, 4, &value, requester_hart(0)))
        fuzz_fail("0x%" G_GINT64_MODIFIER "x cannot be read", at);
    return (uint32_t)value;
}

/* Interrupt files. */

static uint64_t file_register(Machine *m, unsigned hart, unsigned file, unsigned select)
{
    const AiaPort *port = m->harts[hart].aia;
    uint64_t value = 0;
    if (!port->read(port->to, file, select, &value))
        fuzz_fail("register 0x%x of file %u cannot be read", select, file);
    return value;
}

/* "Top external interrupt CSRs", by its words: identity by identity. */
static unsigned top_identity(Machine *m, unsigned hart, unsigned file)
{
    uint64_t threshold = file_register(m, hart, file, EITHRESHOLD);
    for (unsigned identity = 1; identity < 64 * WORDS; identity++) {
        unsigned word = 2 * (identity / 64);
        uint64_t both =
            file_register(m, hart, file, EIP + word) & file_register(m, hart, file, EIE + word);
        if (!both)
            identity |= 63;
        else if (both >> identity % 64 & 1)
            return !threshold || identity < threshold ? identity : 0;
    }
    return 0;
}

/* Is the file's hart told of an interrupt, which `aplic` may be the reason for? */
static bool file_raises(Machine *m, unsigned hart, unsigned file, bool aplic)
{
    const AiaPort *port = m->harts[hart].aia;
    unsigned top = top_identity(m, hart, file), told = port->topei(port->to, file);
    uint64_t delivery = file_register(m, hart, file, EIDELIVERY);
    if (top != told)
        fuzz_fail("hart %u, file %u: topei is %u, not %u", hart, file, told, top);
    if (delivery > 1 && (delivery != BY_APLIC || !m->config.aia_direct || file > AIA_FILE_S))
        fuzz_fail("eidelivery of file %u is 0x%" G_GINT64_MODIFIER "x", file, delivery);
    return delivery == BY_APLIC ? aplic : delivery && top;
}

/* Domains: all their registers, read once. */

enum { SOURCES = APLIC_SOURCES + 1, SET_WORDS = SOURCES / 32 + 1 };

typedef struct {
    uint32_t config, sourcecfg[SOURCES], target[SOURCES];
    uint32_t pending[SET_WORDS], input[SET_WORDS], enabled[SET_WORDS];
} Domain;

static void read_domain(Machine *m, uint64_t base, Domain *out)
{
    out->config = read_at(m, base);
    for (unsigned source = 1; source < SOURCES; source++) {
        out->sourcecfg[source] = read_at(m, base + 4 * source);
        out->target[source] = read_at(m, base + 0x3000 + 4 * source);
    }
    for (unsigned word = 0; word < SET_WORDS; word++) {
        out->pending[word] = read_at(m, base + 0x1c00 + 4 * word);
        out->input[word] = read_at(m, base + 0x1d00 + 4 * word);
        out->enabled[word] = read_at(m, base + 0x1e00 + 4 * word);
    }
}

static bool has(const uint32_t *set, unsigned source)
{
    return set[source / 32] >> source % 32 & 1;
}

static uint32_t top_source(const Domain *domain, unsigned hart, uint32_t threshold)
{
    uint32_t top = 0, best = 256;
    for (unsigned source = 1; source < SOURCES; source++) {
        uint32_t target = domain->target[source], priority = target & 255;
        if (!has(domain->pending, source) || !has(domain->enabled, source))
            continue;
        if (target >> 18 != hart || (threshold && priority >= threshold) || priority >= best)
            continue;
        top = source << 16 | priority;
        best = priority;
    }
    return top;
}

static bool domain_raises(Machine *m, const Domain *domain, uint64_t base, unsigned hart)
{
    uint64_t idc = base + 0x4000 + 32 * hart;
    if (domain->config & DOMAINCFG_DM)
        return false;
    uint32_t top = top_source(domain, hart, read_at(m, idc + 8)), topi = read_at(m, idc + 0x18);
    if (top != topi)
        fuzz_fail("hart %u: topi is 0x%x, not 0x%x", hart, topi, top);
    return domain->config & DOMAINCFG_IE && read_at(m, idc) && (read_at(m, idc + 4) || top);
}

/* "Precise effects on interrupt-pending bits", "Source configurations" */
static void check_source(const Domain *domain, const Domain *parent, unsigned source)
{
    uint32_t config = domain->sourcecfg[source], mode = config & 0x400 ? 0 : config;
    bool pending = has(domain->pending, source), high = has(domain->input, source);
    bool by_message = domain->config & DOMAINCFG_DM;
    if (!mode && (pending || high || has(domain->enabled, source) || domain->target[source]))
        fuzz_fail("source %u is inactive and has something set", source);
    if (config && parent && !(parent->sourcecfg[source] & 0x400))
        fuzz_fail("source %u is configured and not delegated", source);
    if (mode < MODE_EDGE1 && high)
        fuzz_fail("source %u has an input in mode %u", source, mode);
    if (mode >= MODE_LEVEL1 && pending != high && (pending || !by_message))
        fuzz_fail("source %u: pending is %u at level %u", source, pending, high);
    if (mode && !by_message && !(domain->target[source] & 255))
        fuzz_fail("source %u has priority 0", source);
}

static void check_domain(Machine *m, const Domain *domain, const Domain *parent)
{
    bool waiting = false;
    for (unsigned source = 1; source < SOURCES; source++) {
        check_source(domain, parent, source);
        waiting |= has(domain->pending, source) && has(domain->enabled, source);
    }
    waiting &= domain->config & DOMAINCFG_DM && domain->config & DOMAINCFG_IE;
    if (waiting && m->aplic_m->resend.deadline == CLOCK_NEVER)
        fuzz_fail("something is ready, and no message is sent");
}

static void check(Machine *m)
{
    Domain machine, supervisor;
    read_domain(m, BOARD_APLIC_M, &machine);
    read_domain(m, BOARD_APLIC_S, &supervisor);
    check_domain(m, &machine, NULL);
    check_domain(m, &supervisor, &machine);
    for (unsigned hart = 0; hart < HARTS; hart++) {
        bool raises[] = { domain_raises(m, &machine, BOARD_APLIC_M, hart),
                          domain_raises(m, &supervisor, BOARD_APLIC_S, hart) };
        for (unsigned file = AIA_FILE_M; m->imsic_m && file <= AIA_FILE_S; file++)
            raises[file] = file_raises(m, hart, file, raises[file]);
        if (!!(m->harts[hart].mip_lines >> IRQ_MEI & 1) != raises[0] ||
            !!(m->harts[hart].mip_lines >> IRQ_SEI & 1) != raises[1])
            fuzz_fail("hart %u is not told what the registers say", hart);
        for (unsigned guest = 1; m->imsic_m && guest <= GUESTS; guest++)
            if ((m->harts[hart].hgeip >> guest & 1) !=
                file_raises(m, hart, AIA_FILE_GUEST + guest, false))
                fuzz_fail("hart %u is not told of guest %u", hart, guest);
    }
}

/* Actions. */

/* Where registers are; where they are close together, their numbers are small. */
static uint64_t take_register(Bytes *in)
{
    // clang-format off
    static const struct { uint32_t offset, span; } places[] = {
        { 0, 0x20 }, { 0x1bc0, 16 }, { 0x1c00, 16 }, { 0x1cdc, 4 }, { 0x1d00, 16 }, { 0x1ddc, 4 }, { 0x1e00, 16 },
        { 0x1edc, 4 }, { 0x1f00, 16 }, { 0x1fdc, 4 }, { 0x2000, 8 }, { 0x3000, 0x20 }, { 0x4000, 0x40 }, { 0, 0x8000 },
    };
    // clang-format on
    static const uint64_t bases[] = { BOARD_APLIC_M, BOARD_APLIC_S, BOARD_IMSIC_M, BOARD_IMSIC_S };
    unsigned kind = take_below(in, 5), at = take_below(in, G_N_ELEMENTS(places));
    if (kind >= 3)
        return bases[kind - 1] + take_below(in, 9) * PAGE_SIZE + 4 * take_below(in, 3);
    return bases[kind & 1] + places[at].offset +
           take(in, places[at].span > 256 ? 2 : 1) % places[at].span;
}

/* Numbers of sources and identities, modes, and the addresses that messages of this board go to. */
static uint64_t take_word(Bytes *in)
{
    static const uint32_t words[] = { DOMAINCFG_IE,
                                      DOMAINCFG_DM,
                                      DOMAINCFG_IE | DOMAINCFG_DM,
                                      0x400,
                                      BOARD_IMSIC_M >> 12,
                                      BOARD_IMSIC_S >> 12,
                                      BOARD_APLIC_M >> 12,
                                      2 + (BOARD_APLIC_S >> 12),
                                      1 << 12,
                                      2 << 20 | 1 << 12,
                                      1 << 18 | 1 << 12 | 3,
                                      3 + (BOARD_APLIC_M >> 12) };
    switch (take_below(in, 4)) {
    case 0: return take_below(in, 8);
    case 1: return take_below(in, 256);
    case 2: return words[take_below(in, G_N_ELEMENTS(words))];
    default: return take_value(in);
    }
}

static void access_register(Machine *m, Bytes *in)
{
    uint64_t at = take_register(in), value = 0;
    unsigned kind = take_below(in, 32), size = kind < 4 ? 1u << kind : 4;
    if (kind >= 4)
        at &= ~3ull;
    if (kind & 3)
        (void)!bus_write(&m->bus, (Spa){ at }, size, take_word(in), requester_hart(0));
    else
        (void)!bus_read(&m->bus, (Spa){ at }, size, &value, requester_hart(0));
}

static void access_file(Machine *m, Bytes *in)
{
    static const uint8_t selects[] = {
        EIDELIVERY, EITHRESHOLD, EIP, EIE, EIE + 2, EIP + 6, EIE + 6
    };
    const AiaPort *port = m->harts[take_below(in, HARTS)].aia;
    unsigned number = take_below(in, 2 + GUESTS), kind = take_below(in, 9);
    unsigned file = number < 2 ? number : AIA_FILE_GUEST + number - 1;
    uint64_t value = 0;
    if (!port)
        return;
    unsigned select = kind < G_N_ELEMENTS(selects) ? selects[kind] : (unsigned)take(in, 2);
    if (kind == 8)
        port->claim(port->to, file);
    else if (port->write(port->to, file, select, take_word(in)) !=
             port->read(port->to, file, select, &value))
        fuzz_fail("register 0x%x of a file is only half there", select);
}

static void write_at(Machine *m, uint64_t at, uint32_t value)
{
    if (!bus_write(&m->bus, (Spa){ at }, 4, value, requester_hart(0)))
        fuzz_fail("0x%" G_GINT64_MODIFIER "x cannot be written", at);
}

/* What firmware and a kernel do: a domain delivers, to IMSICs or to registers of the APLIC itself. */
static void open_domain(Machine *m, Bytes *in)
{
    static const uint64_t sinks[][2] = { { BOARD_IMSIC_M, BOARD_IMSIC_S },
                                         { BOARD_IMSIC_M, BOARD_IMSIC_S },
                                         { BOARD_APLIC_M + 0x2000, BOARD_APLIC_M + 0x3000 },
                                         { BOARD_APLIC_S + 0x2000, BOARD_APLIC_S + 0x2000 } };
    unsigned kind = take_below(in, 16);
    uint64_t base = kind & 1 ? BOARD_APLIC_S : BOARD_APLIC_M;
    write_at(m, BOARD_APLIC_M + 0x1bc0, (uint32_t)(sinks[kind >> 2][0] >> 12));
    write_at(m, BOARD_APLIC_M + 0x1bc8, (uint32_t)(sinks[kind >> 2][1] >> 12));
    write_at(m, BOARD_APLIC_M + 0x1bcc, 2 << 20);
    write_at(m, BOARD_APLIC_M + 0x1bc4, 1 << 12);
    write_at(m, base, DOMAINCFG_IE | (kind & 2 ? DOMAINCFG_DM : 0));
    for (unsigned hart = 0; hart < HARTS; hart++)
        write_at(m, base + 0x4000 + 32 * hart, 1);
}

/* A source of one of the domains is active, enabled, and has a target. */
static void open_source(Machine *m, Bytes *in)
{
    unsigned kind = take_below(in, 16), source = 1 + take_below(in, 7);
    uint64_t base = kind & 8 ? BOARD_APLIC_S : BOARD_APLIC_M;
    if (kind & 8)
        write_at(m, BOARD_APLIC_M + 4 * source, 0x400);
    write_at(m, base + 4 * source, kind & 7);
    write_at(m, base + 0x1edc, source);
    /* Its own number as an identity comes back if messages go to setipnum_le. */
    write_at(m, base + 0x3000 + 4 * source, take_below(in, 2) ? source : (uint32_t)take_word(in));
}

static void open_file(Machine *m, Bytes *in)
{
    const AiaPort *port = m->harts[take_below(in, HARTS)].aia;
    unsigned number = take_below(in, 2 + GUESTS), kind = take_below(in, 4);
    unsigned file = number < 2 ? number : AIA_FILE_GUEST + number - 1;
    if (!port)
        return;
    port->write(port->to, file, EIE, ~0ull);
    port->write(port->to, file, EIDELIVERY, kind ? 1 : BY_APLIC);
}

static void act(Machine *m, Bytes *in)
{
    switch (take_below(in, 12)) {
    case 0: fuzz_run(m, take(in, 2)); break;
    case 1:
    case 2: aplic_set_source(m->aplic_m, 1 + take_below(in, 7), take_below(in, 2)); break;
    case 3:
        aplic_set_source(m->aplic_m, 1 + take_below(in, APLIC_SOURCES), take_below(in, 2));
        break;
    case 4:
    case 5: access_file(m, in); break;
    case 6: open_domain(m, in); break;
    case 7: open_source(m, in); break;
    case 8: open_file(m, in); break;
    default: access_register(m, in); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FuzzMachine machines[3];
    static const MachineConfig configs[] = {
        { .n_harts = HARTS, .aia = AIA_APLIC, .stop_on_reset = true },
        { .n_harts = HARTS, .aia = AIA_APLIC_IMSIC, .aia_guests = GUESTS, .stop_on_reset = true },
        { .n_harts = HARTS,
          .aia = AIA_APLIC_IMSIC,
          .aia_guests = GUESTS,
          .aia_direct = true,
          .stop_on_reset = true },
    };
    Bytes in = { data, data + size };
    unsigned which = take_below(&in, G_N_ELEMENTS(machines));
    FuzzMachine *it = &machines[which];
    if (!it->machine) {
        *it = fuzz_machine(&configs[which], NULL);
        it->machine->restraint.held = ~0u;
    }
    fuzz_restart(it);
    check(it->machine);
    while (bytes_left(&in)) {
        act(it->machine, &in);
        check(it->machine);
    }
    fuzz_reload_devices(it->machine);
    check(it->machine);
    return 0;
}
