/* SPDX-License-Identifier: MIT */
/*
 * 37 interrupt-files - registers of files: eidelivery, eithreshold, eip and eie, and those that are none.
 *
 * AIA, "Indirectly accessed interrupt-file registers".
 *
 * args: -M virt,aia=aplic-imsic,aia-guests=1
 * spike: no it has no IMSIC
 */
#include "lib/aia.h"

const char corner_name[] = "37 interrupt-files";

enum { FROM_APLIC = 0x40000000 };

static void check_delivery(void)
{
    open_files();
    static const uint64_t legal[] = { 0, 1 };
    for (unsigned i = 0; i < 2; i++) {
        write_guest_file(EIDELIVERY, legal[i]);
        check("eidelivery of a guest", legal[i], read_guest_file(EIDELIVERY));
        write_s_file(EIDELIVERY, legal[i]);
        check("eidelivery", legal[i], read_s_file(EIDELIVERY));
    }
    /* From an APLIC: never a guest's, and another's only if it can. */
    write_guest_file(EIDELIVERY, FROM_APLIC);
    check("eidelivery of a guest is not the APLIC's", true, read_guest_file(EIDELIVERY) <= 1);
    write_s_file(EIDELIVERY, FROM_APLIC);
    uint64_t value = read_s_file(EIDELIVERY);
    check("eidelivery is legal", true, value <= 1 || value == FROM_APLIC);
    run(VS, CODE("csrw siselect, a0\ncsrw sireg, a1"), EIDELIVERY, FROM_APLIC);
    choose_guest(1);
    check("eidelivery by the guest itself", true, read_guest_file(EIDELIVERY) <= 1);
    write_s_file(EIDELIVERY, 1);
}

static void check_threshold(void)
{
    for (unsigned i = 0; i < 256; i++) { /* up to the number of identities */
        write_guest_file(EITHRESHOLD, i);
        check("eithreshold of a guest", i, read_guest_file(EITHRESHOLD));
    }
    write_guest_file(EITHRESHOLD, 0);
}

/* Numbers between the registers read zero, in the arrays odd ones do not exist with 64 bits. */
static void check_numbers(void)
{
    for (uint64_t select = 0x70; select < 0x80; select++) {
        if (select == EIDELIVERY || select == EITHRESHOLD)
            continue;
        write_guest_file(select, ~0ul);
        check("reserved register of a guest", 0, read_guest_file(select));
        write_s_file(select, ~0ul);
        check("reserved register", 0, read_s_file(select));
    }
    for (uint64_t select = EIP0; select < 0x100; select++) {
        bool there = !(select & 1);
        CSR_WRITE(siselect, select);
        CSR_WRITE(vsiselect, select);
        choose_guest(1);
        check_cause("sireg", HS, CODE("csrr a0, sireg"), there ? OK : ILLEGAL);
        check_cause("vsireg", HS, CODE("csrr a0, vsireg"), there ? OK : ILLEGAL);
        check_cause("sireg", VS, CODE("csrr a0, sireg"), there ? OK : VIRTUAL);
        check_cause("sireg", M, CODE("csrr a0, sireg"), there ? OK : ILLEGAL);
    }
}

/* Every identity has its place, and there is no identity 0, nor one beyond the last. */
static void check_arrays(void)
{
    open_files();
    for (unsigned k = 0; k < 64; k += 2) {
        uint64_t all = k >= 8 ? 0 : k ? ~0ul : ~1ul;
        write_guest_file(EIE0 + k, ~0ul);
        check("eie", all, read_guest_file(EIE0 + k));
        write_guest_file(EIE0 + k, 0);
        check("eie", 0, read_guest_file(EIE0 + k));
        write_guest_file(EIP0 + k, ~0ul);
        check("eip", all, read_guest_file(EIP0 + k));
        write_guest_file(EIP0 + k, 0);
        check("eip", 0, read_guest_file(EIP0 + k));
    }
    open_files();
    for (unsigned identity = 1; identity < 256; identity += 23) {
        write32(FILE_PAGE(1), identity);
        check("eip of an identity", BIT(identity % 64), read_guest_file(EIP0 + identity / 64 * 2));
        check("not of the supervisor", 0, read_s_file(EIP0 + identity / 64 * 2));
        check("vstopei", (uint64_t)identity << 16 | identity, CSR_READ(vstopei));
        write_guest_file(EIP0 + identity / 64 * 2, 0);
        check("vstopei, cleared", 0, CSR_READ(vstopei));
        /* Software makes interrupts, too, a bit at a time. */
        CSR_WRITE(vsiselect, EIP0 + identity / 64 * 2);
        CSR_SET(vsireg, BIT(identity % 64));
        check("vstopei, set", (uint64_t)identity << 16 | identity, CSR_READ(vstopei));
        CSR_CLEAR(vsireg, BIT(identity % 64));
    }
}

void corner(void)
{
    reset_virtual_interrupts();
    choose_guest(1);
    check_delivery();
    check_threshold();
    check_numbers();
    check_arrays();
}
