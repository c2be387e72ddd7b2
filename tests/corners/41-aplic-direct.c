/* SPDX-License-Identifier: MIT */
/*
 * 41 aplic-direct - without messages a level that is an interrupt is pending, nothing else makes it so or ends it.
 *
 * AIA, "Precise effects on interrupt-pending bits" and "Interrupt delivery directly by the APLIC". The source is the
 * serial port's.
 *
 * args: -M virt,aia=aplic
 * spike: no it has no APLIC
 */
#include "lib/corner.h"

const char corner_name[] = "41 aplic-direct";

#define APLIC_M 0xc000000ul
#define APLIC_S 0xd000000ul
enum { SOURCE = 10, DETACHED = 1, EDGE1 = 4, LEVEL1 = 6, LEVEL0 = 7, DELEGATE = 1 << 10 };
enum {
    DOMAINCFG = 0,
    SOURCECFG = 4 * SOURCE,
    SETIP = 0x1c00,
    SETIPNUM = 0x1cdc,
    IN_CLRIP = 0x1d00,
    CLRIPNUM = 0x1ddc,
    SETIENUM = 0x1edc,
    GENMSI = 0x3000,
    TARGET = 0x3000 + 4 * SOURCE,
    IDELIVERY = 0x4000,
    IFORCE = 0x4004,
    ITHRESHOLD = 0x4008,
    TOPI = 0x4018,
    CLAIMI = 0x401c
};
enum { DM = 4, IE = 0x100, PRIORITY = 3 };

static void put(unsigned offset, uint32_t value)
{
    write32(APLIC_S + offset, value);
}

static uint32_t get(unsigned offset)
{
    return read32(APLIC_S + offset);
}

static void set_line(bool high)
{
    *(volatile uint8_t *)(UART + 1) = high ? 2 : 0;
}

static bool is_pending(void)
{
    return get(SETIP) >> SOURCE & 1;
}

static bool is_signalled(void)
{
    return CSR_READ(mip) & SEI;
}

static void open_domain(unsigned mode)
{
    set_line(false);
    write32(APLIC_M + SOURCECFG, DELEGATE);
    put(DOMAINCFG, 0);
    put(SOURCECFG, 0);
    put(SOURCECFG, mode);
    put(CLRIPNUM, SOURCE);
    put(SETIENUM, SOURCE);
    put(TARGET, PRIORITY);
    put(IDELIVERY, 1);
    put(IFORCE, 0);
    put(ITHRESHOLD, 0);
    put(DOMAINCFG, IE);
}

static void check_level(unsigned mode)
{
    bool active = mode == LEVEL1;
    open_domain(mode);
    set_line(!active);
    for (unsigned high = 0; high < 2; high++) {
        set_line(high ? active : !active);
        check("pending", high, is_pending());
        check("rectified input", high, get(IN_CLRIP) >> SOURCE & 1);
        put(SETIPNUM, SOURCE);
        check("cannot be set", high, is_pending());
        put(SETIP, 1u << SOURCE);
        check("cannot be set", high, is_pending());
        put(CLRIPNUM, SOURCE);
        check("cannot be cleared", high, is_pending());
        put(IN_CLRIP, 1u << SOURCE);
        check("cannot be cleared", high, is_pending());
        check("topi", high ? SOURCE << 16 | PRIORITY : 0, get(TOPI));
        check("SEIP", high, is_signalled());
        check("claimi", high ? SOURCE << 16 | PRIORITY : 0, get(CLAIMI));
        check("a claim does not clear it", high, is_pending());
    }
    set_line(!active);
    check("SEIP", false, is_signalled());
}

static void check_edge(void)
{
    open_domain(EDGE1);
    set_line(true);
    check("edge: pending", true, is_pending());
    set_line(false);
    check("edge: stays", true, is_pending());
    check("edge: claimi", SOURCE << 16 | PRIORITY, get(CLAIMI));
    check("edge: claimed", false, is_pending());
    put(SETIPNUM, SOURCE);
    check("edge: set", true, is_pending());
    put(CLRIPNUM, SOURCE);
    check("edge: cleared", false, is_pending());
}

/* What holds the signal back, and what topi does not ask. */
static void check_delivery(void)
{
    open_domain(LEVEL1);
    set_line(true);
    const uint32_t top = SOURCE << 16 | PRIORITY;
    put(DOMAINCFG, 0);
    check("IE is clear", false, is_signalled());
    check("IE is clear: topi", top, get(TOPI));
    put(DOMAINCFG, IE);
    put(IDELIVERY, 0);
    check("idelivery is 0", false, is_signalled());
    check("idelivery is 0: topi", top, get(TOPI));
    put(IDELIVERY, 1);
    put(ITHRESHOLD, PRIORITY);
    check("ithreshold", false, is_signalled());
    check("ithreshold: topi", 0, get(TOPI));
    put(ITHRESHOLD, PRIORITY + 1);
    check("ithreshold", true, is_signalled());
    set_line(false);
    put(ITHRESHOLD, 0);
    put(IFORCE, 1);
    check("iforce", true, is_signalled());
    check("iforce: claimi", 0, get(CLAIMI));
    check("iforce is cleared", 0, get(IFORCE));
    check("iforce is cleared", false, is_signalled());
    put(TARGET, 0);
    check("priority 0 becomes 1", 1, get(TARGET));
    put(DOMAINCFG, IE | DM);
    check("there are no messages", 0, get(DOMAINCFG) & DM);
    put(GENMSI, 5);
    check("genmsi", 0, get(GENMSI));
}

void corner(void)
{
    check_level(LEVEL1);
    check_level(LEVEL0);
    check_edge();
    check_delivery();
    set_line(false);
}
