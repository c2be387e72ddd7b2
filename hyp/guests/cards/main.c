/* SPDX-License-Identifier: MIT */
/* main.c - what a virtual machine of cp67 may not do to its unit-record devices, and to CP through them; see README.md. */
#include <stdbool.h>
#include <stddef.h>

#include "cp67/unit_record.h"
#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "lib/string.h"
#include "lib/trap.h"

enum { MOST = 100000 };

static uint64_t memory_end;
static Ccw ccw __attribute__((aligned(16)));
static char card[UNIT_LINE + 1];
static volatile uint64_t faults, last_cause;

/* Whatever faults is skipped. */
void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    if (cause != CAUSE_LOAD_ACCESS && cause != CAUSE_STORE_ACCESS)
        trap_die(frame, cause, tval);
    frame->pc += (*(const uint16_t *)frame->pc & 3) == 3 ? 4 : 2;
    last_cause = cause;
    faults++;
}

static volatile uint64_t *reg(unsigned unit, unsigned offset)
{
    return (volatile uint64_t *)(UNIT_ADDRESS(unit) + offset);
}

static uint64_t start_at(unsigned unit, uint64_t address)
{
    fence();
    *reg(unit, UNIT_START) = address;
    return *reg(unit, UNIT_STATUS);
}

static uint64_t start(unsigned unit, uint8_t command, uint64_t address, uint16_t count)
{
    ccw = (Ccw){ .command = command, .count = count, .address = address };
    return start_at(unit, (uintptr_t)&ccw);
}

static SbiResult cp(const char *text)
{
    return sbi_call(SBI_CP, DIAGNOSE_COMMAND, (uintptr_t)text, strlen(text), 0);
}

static bool is_refused(unsigned unit, uint8_t command, uint64_t address, uint16_t count)
{
    return start(unit, command, address, count) == UNIT_PROGRAM_CHECK;
}

static bool commands(void)
{
    uint64_t at = (uintptr_t)card;
    bool right = true;
    for (unsigned command = 0; command < 256; command++) {
        right &= command == CCW_WRITE || is_refused(UNIT_PUNCH, (uint8_t)command, at, 1);
        right &= command == CCW_WRITE || is_refused(UNIT_PRINTER, (uint8_t)command, at, 1);
        right &= command == CCW_READ || is_refused(UNIT_READER, (uint8_t)command, at, 1);
    }
    return right;
}

static bool counts(void)
{
    uint64_t at = (uintptr_t)card;
    return is_refused(UNIT_PUNCH, CCW_WRITE, at, UNIT_CARD + 1) &&
           is_refused(UNIT_PRINTER, CCW_WRITE, at, UNIT_LINE + 1) &&
           is_refused(UNIT_PRINTER, CCW_WRITE, at, 0xffff) &&
           is_refused(UNIT_READER, CCW_READ, at, 0xffff);
}

static bool command_addresses(void)
{
    const uint64_t bad[] = { 0,      (uintptr_t)&ccw + 8, (uintptr_t)&ccw + 1, UNIT_BASE, ~0ul,
                             ~0xful, 0x80000000,          memory_end,          0x10000000 };
    bool right = true;
    ccw = (Ccw){ .command = CCW_WRITE, .count = 1, .address = (uintptr_t)card };
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        right &= start_at(UNIT_PUNCH, bad[i]) == UNIT_PROGRAM_CHECK;
    return right;
}

static bool byte_addresses(void)
{
    const uint64_t bad[] = { 0,          ~0ul,       -10ul,      UNIT_BASE,
                             0x80000000, 0x801fffff, memory_end, memory_end - 1 };
    bool right = true;
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        right &= is_refused(UNIT_PRINTER, CCW_WRITE, bad[i], UNIT_LINE);
    return right;
}

/* Accesses of another size, and behind the registers. */
static bool registers(void)
{
    faults = 0;
    *(volatile uint8_t *)reg(UNIT_PUNCH, UNIT_START) = 1;
    *(volatile uint32_t *)reg(UNIT_PUNCH, UNIT_START) = 1;
    bool right = faults == 2 && last_cause == CAUSE_STORE_ACCESS;
    (void)*(volatile uint32_t *)reg(UNIT_PUNCH, UNIT_STATUS);
    right &= faults == 3 && last_cause == CAUSE_LOAD_ACCESS;
    right &= *reg(UNIT_READER, 16) == 0 && *reg(UNIT_READER, 0xff8) == 0;
    *reg(UNIT_READER, 0xff8) = 5;
    return right && faults == 3;
}

/* Any program can say what CP says; that it is said in U-mode tells whose word it is. */
static bool false_facts(void)
{
    enum { OPEN = 101, CLOSE = 102, RECORDS = 16 }; /* kinds, and where in a value */
    mark(OPEN, 1 | UNIT_READER << 8 | 4ul << RECORDS);
    mark(CLOSE, 1 | UNIT_PUNCH << 8 | 4ul << RECORDS);
    mark(CLOSE, 1 | UNIT_PRINTER << 8 | 4096ul << RECORDS);
    return true;
}

static bool empty_reader(void)
{
    return start(UNIT_READER, CCW_READ, (uintptr_t)card, UNIT_CARD) == UNIT_CHECK;
}

/* Cards with every byte, to one's own reader. A read that cannot be done loses no card. */
static bool round_trip(void)
{
    char got[UNIT_CARD];
    bool right = cp("XFER PUNCH TO CARDS").value == CP_DONE;
    for (unsigned n = 0; n < 4; n++) {
        for (unsigned i = 0; i < UNIT_CARD; i++)
            card[i] = (char)(n * UNIT_CARD + i);
        right &= start(UNIT_PUNCH, CCW_WRITE, (uintptr_t)card, UNIT_CARD) == UNIT_DONE;
    }
    right &= empty_reader() && cp("CLOSE PUNCH").value == CP_DONE;
    for (unsigned n = 0; n < 4; n++) {
        right &= is_refused(UNIT_READER, CCW_READ, memory_end - 1, UNIT_CARD);
        right &= start(UNIT_READER, CCW_READ, (uintptr_t)got, UNIT_CARD) == UNIT_DONE;
        for (unsigned i = 0; i < UNIT_CARD; i++)
            right &= got[i] == (char)(n * UNIT_CARD + i);
    }
    right &= start(UNIT_READER, CCW_READ, (uintptr_t)got, UNIT_CARD) == UNIT_EXCEPTION;
    return right && empty_reader() && cp("XFER PUNCH OFF").value == CP_DONE;
}

/* A card for which there is no room is not in the reader either, and is not a file without cards. */
static bool no_room(void)
{
    bool right = cp("XFER PUNCH TO CARDS").value == CP_DONE &&
                 start(UNIT_PUNCH, CCW_WRITE, (uintptr_t) "*", 1) == UNIT_CHECK;
    cp("CLOSE PUNCH");
    right &= empty_reader();
    cp("XFER PUNCH OFF");
    return right;
}

/* Lines without end: at some time there is no room, and what was printed makes room again. */
static bool endless(void)
{
    unsigned n = 0, tries = 0;
    while (n < MOST && start(UNIT_PRINTER, CCW_WRITE, (uintptr_t) "=", 1) == UNIT_DONE)
        n++;
    bool full = n && n < MOST && no_room();
    cp("CLOSE PRINTER");
    while (tries < MOST && start(UNIT_PRINTER, CCW_WRITE, (uintptr_t) "=", 1) != UNIT_DONE)
        tries++;
    return full && tries < MOST && cp("CLOSE PRINTER").value == CP_DONE;
}

/* Files without end. */
static bool many_files(void)
{
    unsigned n = 0;
    cp("XFER PUNCH TO CARDS");
    for (; n < MOST && start(UNIT_PUNCH, CCW_WRITE, (uintptr_t) "*", 1) == UNIT_DONE; n++)
        cp("CLOSE PUNCH");
    bool full = n && n < MOST;
    while (start(UNIT_READER, CCW_READ, (uintptr_t)card, UNIT_CARD) != UNIT_CHECK) {
    }
    full &= start(UNIT_PUNCH, CCW_WRITE, (uintptr_t) "*", 1) == UNIT_DONE;
    cp("XFER PUNCH OFF");
    cp("CLOSE PUNCH");
    return full;
}

/* What the call refuses, what CP does not know, and what it must not do. */
static bool calls(void)
{
    static const char *const bad[] = { "DISPLAY FFFFFFFFFFFFFFF0",
                                       "DISPLAY FFFFFFFFFFFFFFFF.100",
                                       "DISPLAY 80000000",
                                       "DISPLAY 0.FFFFFFFFFFFFFFFF",
                                       "DISPLAY -",
                                       "DISPLAY G32",
                                       "DISPLAY G4294967306",
                                       "DISPLAY 123456789ABCDEF01",
                                       "STORE 80000000 1",
                                       "STORE 80200001 1",
                                       "STORE G32 1",
                                       "STORE 0 1",
                                       "STORE",
                                       "STORE PSW X",
                                       "MSG NOBODY HELLO",
                                       "XFER PUNCH TO NOBODY",
                                       "XFER READER TO CARDS",
                                       "CLOSE CONSOLE",
                                       "SET TIMER",
                                       "SET CLOCK ON",
                                       "LOGIN NOBODY",
                                       "QUERY",
                                       "QUERY NOTHING" };
    const uint64_t text = (uintptr_t)card;
    bool right =
        sbi_call(SBI_CP, 9, text, 1, 0).error == SBI_ERR_NOT_SUPPORTED &&
        sbi_call(SBI_CP, DIAGNOSE_COMMAND, text, UNIT_LINE + 1, 0).error == SBI_ERR_INVALID_PARAM &&
        sbi_call(SBI_CP, DIAGNOSE_COMMAND, text, ~0ul, 0).error == SBI_ERR_INVALID_PARAM &&
        sbi_call(SBI_CP, DIAGNOSE_COMMAND, memory_end - 1, 2, 0).error == SBI_ERR_INVALID_PARAM &&
        sbi_call(SBI_CP, DIAGNOSE_COMMAND, 0, 1, 0).error == SBI_ERR_INVALID_PARAM &&
        sbi_call(SBI_CP, DIAGNOSE_COMMAND, ~0ul, 2, 0).error == SBI_ERR_INVALID_PARAM;
    right &= cp("").value == CP_DONE && cp("NONSENSE").value == CP_UNKNOWN;
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        SbiResult done = cp(bad[i]);
        right &= !done.error && done.value != CP_DONE && done.value != CP_UNKNOWN;
    }
    memset(card, 0xff, UNIT_LINE);
    right &= sbi_call(SBI_CP, DIAGNOSE_COMMAND, text, UNIT_LINE, 0).value == CP_UNKNOWN;
    memset(card, 'Q', UNIT_LINE);
    right &= cp("BEGIN").value == CP_DONE;
    return right && sbi_call(SBI_CP, DIAGNOSE_COMMAND, text, UNIT_LINE, 0).value == CP_UNKNOWN &&
           cp("STORE G0 5").value == CP_DONE;
}

// clang-format off
static const struct {
    const char *what;
    bool (*right)(void);
} checks[] = {
    { "channel commands that there are not", commands },
    { "more bytes than a record has",        counts },
    { "commands that are not in storage",    command_addresses },
    { "bytes that are not in storage",       byte_addresses },
    { "registers that there are not",        registers },
    { "facts that are not CP's",             false_facts },
    { "a reader without cards",              empty_reader },
    { "all bytes, from punch to reader",     round_trip },
    { "lines without end",                   endless },
    { "files without end",                   many_files },
    { "console functions",                   calls },
};
// clang-format on

void main(void *fdt)
{
    Fdt tree;
    FdtRange ram;
    FdtNode node = NULL;
    unsigned right = 0, n = sizeof(checks) / sizeof(checks[0]);
    if (!fdt_open(&tree, fdt))
        panic("cards: no device tree");
    power_find(&tree);
    console_find(&tree);
    if (!sbi_has(SBI_CP))
        panic("cards: no CP: this machine is a real one");
    while ((node = fdt_next(&tree, node))) {
        if (!strcmp(fdt_text(&tree, node, "device_type"), "memory") &&
            fdt_reg(&tree, node, 0, &ram))
            memory_end = ram.base + ram.size;
    }
    for (unsigned i = 0; i < n; i++) {
        bool ok = checks[i].right();
        print("cards: %s: %s\n", checks[i].what, ok ? "right" : "WRONG");
        right += ok;
    }
    print("%s\n", right == n ? "CARDS-OK" : "CARDS-FAIL");
    power_off(right == n);
}
