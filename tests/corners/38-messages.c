/* SPDX-License-Identifier: MIT */
/*
 * 38 messages - the pages of interrupt files: aligned words, identities that exist, zeros.
 *
 * AIA, "Memory region for an interrupt file" and "Arrangement of the memory regions of multiple interrupt files".
 *
 * args: -M virt,aia=aplic-imsic,aia-guests=2 -smp 2
 * spike: no it has no IMSIC
 */
#include "lib/aia.h"

const char corner_name[] = "38 messages";

/* Pending bits of all identities of the guest's file: the lowest, and how many. */
static uint64_t pending(void)
{
    uint64_t count = 0, lowest = 0;
    for (unsigned k = 0; k < 8; k += 2) {
        for (uint64_t bits = read_guest_file(EIP0 + k); bits; bits &= bits - 1) {
            unsigned bit = 0;
            while (!(bits >> bit & 1))
                bit++;
            lowest = lowest ? lowest : 32 * k + bit;
            count++;
        }
        write_guest_file(EIP0 + k, 0);
    }
    return count << 16 | lowest;
}
#define ONE(identity) (1ul << 16 | (identity))

static uint32_t swap(uint32_t word)
{
    return word >> 24 | (word >> 8 & 0xff00) | (word & 0xff00) << 8 | word << 24;
}

static void check_identities(void)
{
    static const uint32_t numbers[] = { 1, 2, 63, 64, 127, 128, 254, 255 };
    static const uint32_t none[] = { 0, 256, 257, 511, 0x10001, 0x80000001, 0x01000000, ~0u };
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        write32(FILE_PAGE(1), numbers[i]);
        check("seteipnum_le", ONE(numbers[i]), pending());
        write32(FILE_PAGE(1) + 4, swap(numbers[i]));
        uint64_t found = pending();
        check("seteipnum_be, if it is there", true, found == ONE(numbers[i]) || found == 0);
        write32(FILE_PAGE(1), numbers[i]);
        write32(FILE_PAGE(1), numbers[i]);
        check("twice", ONE(numbers[i]), pending());
    }
    for (unsigned i = 0; i < sizeof none / sizeof none[0]; i++) {
        write32(FILE_PAGE(1), none[i]);
        check("no identity", 0, pending());
        write32(FILE_PAGE(1) + 4, swap(none[i]));
        check("no identity, big-endian", 0, pending());
    }
}

/* Other places read zero and take nothing; other widths do nothing at best. */
static void check_accesses(void)
{
    for (uint64_t offset = 0; offset < 4096; offset += 4) {
        check("reads zero", 0, read32(FILE_PAGE(1) + offset));
        if (offset < 8)
            continue;
        write32(FILE_PAGE(1) + offset, 7);
        check("takes nothing", 0, offset % 256 ? 0 : pending());
    }
    const struct {
        const char *what;
        uintptr_t code;
        unsigned offset;
    } rows[] = {
        { "sb", CODE("sb a1, 0(a0)"), 0 },          { "sh", CODE("sh a1, 0(a0)"), 0 },
        { "sd", CODE("sd a1, 0(a0)"), 0 },          { "sw, misaligned", CODE("sw a1, 0(a0)"), 2 },
        { "lb", CODE("lb t0, 0(a0)"), 0 },          { "ld", CODE("ld t0, 0(a0)"), 0 },
        { "amo", CODE("amoor.w t0, a1, (a0)"), 0 },
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        run(M, rows[i].code, FILE_PAGE(1) + rows[i].offset, 5); /* an access fault, or nothing */
        check(rows[i].what, 0, pending());
    }
}

/* The guests' pages follow that of their hart, and those of the next hart begin at a power of two. */
static void check_pages(void)
{
    for (unsigned guest = 1; guest <= 2; guest++) {
        write32(FILE_PAGE(guest), 10 + guest);
        for (unsigned other = 1; other <= 2; other++) {
            choose_guest(other);
            check("file of a guest", other == guest ? ONE(10 + guest) : 0, pending());
        }
    }
    write32(FILE_PAGE(0), 33);
    write32(IMSIC_M, 34);
    write32(FILE_PAGE(3), 35); /* fills the space up */
    check("reads zero", 0, read32(FILE_PAGE(3)));
    write32(FILE_PAGE(4), 36); /* the next hart */
    write32(FILE_PAGE(5), 36);
    choose_guest(1);
    check("not a guest's", 0, pending());
    check("the supervisor's", BIT(33), read_s_file(EIP0));
    CSR_WRITE(miselect, EIP0);
    check("the machine's", BIT(34), CSR_READ(mireg));
    CSR_WRITE(mireg, 0);
}

void corner(void)
{
    reset_virtual_interrupts();
    open_files();
    check_identities();
    check_accesses();
    check_pages();
}
