/* SPDX-License-Identifier: MIT */
/*
 * 41 aplic - when a source is pending, and where its message goes. Without messages: 41-aplic-direct.c.
 *
 * AIA, "Precise effects on interrupt-pending bits", "Addresses and data for outgoing MSIs", "Special consideration
 * for level-sensitive interrupt sources", "Generate MSI (genmsi)", "Interrupt targets". The source is the serial
 * port's: its line is high while an enabled reason to interrupt is there.
 *
 * args: -M virt,aia=aplic-imsic,aia-guests=3 -smp 2
 * spike: no it has no APLIC
 */
#include "lib/aia.h"

const char corner_name[] = "41 aplic";

enum {
    SOURCE = 10,
    EIID = 50,
    DETACHED = 1,
    EDGE1 = 4,
    EDGE0 = 5,
    LEVEL1 = 6,
    LEVEL0 = 7,
    DELEGATE = 1 << 10
};
enum { DM = 4, IE = 0x100, BUSY = 1 << 12 };

static void put(uint64_t base, unsigned offset, uint32_t value)
{
    write32(base + offset, value);
}

static uint32_t get(uint64_t base, unsigned offset)
{
    return read32(base + offset);
}

#define SOURCECFG(source) (4 * (source))
#define TARGET(source)    (0x3000 + 4 * (source))
enum {
    DOMAINCFG = 0,
    SETIP = 0x1c00,
    SETIPNUM = 0x1cdc,
    IN_CLRIP = 0x1d00,
    CLRIPNUM = 0x1ddc,
    SETIENUM = 0x1edc,
    CLRIENUM = 0x1fdc,
    SETIPNUM_LE = 0x2000,
    SETIPNUM_BE = 0x2004,
    GENMSI = 0x3000,
    IDC = 0x4000
};
enum { MMSIADDRCFG = 0x1bc0, MMSIADDRCFGH = 0x1bc4, SMSIADDRCFG = 0x1bc8, SMSIADDRCFGH = 0x1bcc };

/* The line: the transmitter is empty, and that is a reason while IER says so; printing would be, too, and is not
 * done. */
static void set_line(bool high)
{
    *(volatile uint8_t *)(UART + 1) = high ? 2 : 0;
}

static bool is_pending(void)
{
    return get(APLIC_S, SETIP) >> SOURCE & 1;
}

/* Did a message come to the supervisor's file, or a guest's? */
static bool arrived(unsigned guest)
{
    uint64_t bits;
    if (!guest) {
        bits = read_s_file(EIP0);
        write_s_file(EIP0, 0);
        return bits >> EIID & 1;
    }
    choose_guest(guest);
    bits = read_guest_file(EIP0);
    write_guest_file(EIP0, 0);
    choose_guest(1);
    return bits >> EIID & 1;
}

/* The supervisor's domain with the source in `mode`, by messages or not; nothing is enabled. */
static void open_domain(unsigned mode)
{
    set_line(false);
    put(APLIC_M, SOURCECFG(SOURCE), DELEGATE);
    put(APLIC_M, MMSIADDRCFG, IMSIC_M >> 12);
    put(APLIC_M, MMSIADDRCFGH, 1 << 12); /* LHXW: two harts */
    put(APLIC_M, SMSIADDRCFG, IMSIC_S >> 12);
    put(APLIC_M, SMSIADDRCFGH, 2 << 20); /* LHXS: four pages a hart */
    put(APLIC_S, DOMAINCFG, DM);
    put(APLIC_S, CLRIENUM, SOURCE);
    put(APLIC_S, SOURCECFG(SOURCE), 0);
    put(APLIC_S, SOURCECFG(SOURCE), mode);
    put(APLIC_S, TARGET(SOURCE), EIID);
    put(APLIC_S, CLRIPNUM, SOURCE);
    arrived(0);
}

/* Message mode, nothing is sent as long as the source is not enabled. */
static void check_level(unsigned mode)
{
    bool active = mode == LEVEL1; /* the level that is an interrupt */
    open_domain(mode);
    set_line(!active);
    check("low: not pending", false, is_pending());
    put(APLIC_S, SETIPNUM, SOURCE);
    check("low: cannot be set", false, is_pending());
    put(APLIC_S, SETIP, 1u << SOURCE);
    check("low: cannot be set", false, is_pending());
    check("low: rectified input", 0, get(APLIC_S, IN_CLRIP) >> SOURCE & 1);
    set_line(active);
    check("high: pending", true, is_pending());
    check("high: rectified input", 1, get(APLIC_S, IN_CLRIP) >> SOURCE & 1);
    put(APLIC_S, CLRIPNUM, SOURCE);
    check("high: cleared", false, is_pending());
    put(APLIC_S, SETIPNUM, SOURCE);
    check("high: set again", true, is_pending());
    put(APLIC_S, IN_CLRIP, 1u << SOURCE);
    check("high: cleared", false, is_pending());
    put(APLIC_S, SETIPNUM_LE, SOURCE);
    check("high: set again", true, is_pending());
    set_line(!active);
    check("low again", false, is_pending());
}

/* Forwarded once for each time that it rises; then the handler asks for more with setipnum. */
static void check_forwarding(void)
{
    open_domain(LEVEL1);
    put(APLIC_S, SETIENUM, SOURCE);
    set_line(true);
    check("IE is clear", false, arrived(0));
    check("IE is clear: pending", true, is_pending());
    put(APLIC_S, DOMAINCFG, DM | IE);
    check("sent", true, arrived(0));
    check("sent: not pending", false, is_pending());
    check("not sent again", false, arrived(0));
    put(APLIC_S, SETIPNUM, SOURCE);
    check("still high, sent again", true, arrived(0));
    check("still high, not pending", false, is_pending());
    set_line(false);
    put(APLIC_S, SETIPNUM, SOURCE);
    check("low, not sent again", false, arrived(0));
    set_line(true);
    check("risen, sent", true, arrived(0));
    /* Not enabled, it waits. */
    set_line(false);
    put(APLIC_S, CLRIENUM, SOURCE);
    set_line(true);
    check("not enabled", false, arrived(0));
    put(APLIC_S, SETIENUM, SOURCE);
    check("enabled", true, arrived(0));
    put(APLIC_S, CLRIENUM, SOURCE);
    set_line(false);
}

/* Edges and detached sources can be set and cleared at any level. */
static void check_others(void)
{
    static const uint8_t modes[] = { EDGE1, EDGE0, DETACHED };
    for (unsigned i = 0; i < 3; i++) {
        open_domain(modes[i]);
        for (unsigned high = 0; high < 2; high++) {
            set_line(high);
            put(APLIC_S, CLRIPNUM, SOURCE);
            check("cleared", false, is_pending());
            put(APLIC_S, SETIPNUM, SOURCE);
            check("set", true, is_pending());
            put(APLIC_S, CLRIPNUM, SOURCE);
        }
        set_line(false);
        put(APLIC_S, CLRIPNUM, SOURCE);
        set_line(true);
        check("rising edge", modes[i] == EDGE1, is_pending());
        put(APLIC_S, CLRIPNUM, SOURCE);
        set_line(false);
        check("falling edge", modes[i] == EDGE0, is_pending());
        put(APLIC_S, CLRIPNUM, SOURCE);
    }
    open_domain(0);
    put(APLIC_S, SETIPNUM, SOURCE);
    put(APLIC_S, SETIENUM, SOURCE);
    put(APLIC_S, TARGET(SOURCE), EIID);
    check("inactive: pending", false, is_pending());
    check("inactive: enabled", 0, get(APLIC_S, 0x1e00) >> SOURCE & 1);
    check("inactive: target", 0, get(APLIC_S, TARGET(SOURCE)));
    put(APLIC_S, SOURCECFG(SOURCE), DELEGATE); /* a leaf cannot delegate */
    check("a leaf does not delegate", 0, get(APLIC_S, SOURCECFG(SOURCE)));
    put(APLIC_M, SOURCECFG(SOURCE), 0);
    put(APLIC_S, SOURCECFG(SOURCE), EDGE1);
    check("not delegated to this domain", 0, get(APLIC_S, SOURCECFG(SOURCE)));
}

/* A supervisor's domain reaches every file, a machine's none of a guest. */
static void check_targets(void)
{
    open_domain(DETACHED);
    put(APLIC_S, SETIENUM, SOURCE);
    put(APLIC_S, DOMAINCFG, DM | IE);
    for (unsigned guest = 0; guest <= 3; guest++) {
        put(APLIC_S, TARGET(SOURCE), guest << 12 | EIID);
        check("target", guest << 12 | EIID, get(APLIC_S, TARGET(SOURCE)));
        put(APLIC_S, SETIPNUM, SOURCE);
        for (unsigned other = 0; other <= 3; other++)
            check("the file that is meant", other == guest, arrived(other));
    }
    put(APLIC_S, TARGET(SOURCE), 1u << 18 | EIID); /* hart 1: four pages on */
    put(APLIC_S, SETIPNUM, SOURCE);
    check("another hart", false, arrived(0));
    put(APLIC_S, TARGET(SOURCE), 1u << 11 | EIID);
    check("target: bit 11", EIID, get(APLIC_S, TARGET(SOURCE)));
    put(APLIC_M, SOURCECFG(SOURCE), DETACHED);
    put(APLIC_M, DOMAINCFG, DM);
    put(APLIC_M, TARGET(SOURCE), 1u << 12 | EIID);
    check("target of a machine's domain: no guest", EIID, get(APLIC_M, TARGET(SOURCE)));
    put(APLIC_M, SOURCECFG(SOURCE), DELEGATE);
}

/* An extempore message has no guest, and does not ask IE. */
static void check_genmsi(void)
{
    open_domain(DETACHED);
    put(APLIC_S, DOMAINCFG, DM);
    put(APLIC_S, GENMSI, 1u << 12 | 3u << 13 | EIID);
    for (unsigned i = 0; i < 1000 && get(APLIC_S, GENMSI) & BUSY; i++)
        ;
    check("genmsi: reads", EIID, get(APLIC_S, GENMSI));
    check("genmsi: to the supervisor's file", true, arrived(0));
    check("genmsi: not to a guest's", false, arrived(1));
    put(APLIC_S, GENMSI, 1u << 18 | EIID);
    check("genmsi: to another hart", false, arrived(0));
}

void corner(void)
{
    reset_virtual_interrupts();
    open_files();
    check_level(LEVEL1);
    check_level(LEVEL0);
    check_forwarding();
    check_others();
    check_targets();
    check_genmsi();
    set_line(false);
}
