/* SPDX-License-Identifier: MIT */
/*
 * 20 float-status - FS of a guest counts twice: in its own status and in HS-mode's, which both become dirty at once.
 *
 * norm:vsstatus_fs_op, norm:vsstatus_sd_xs_op, norm:vsstatus_v0, norm:vsstatus_uxl_op, norm:vsstatus_ube
 */
#include "lib/corner.h"

const char corner_name[] = "20 float-status";

enum { OFF = 0, INITIAL = 1 << 13, CLEAN = 2 << 13, DIRTY = 3 << 13 };

static void set_status(uint64_t sstatus, uint64_t vsstatus)
{
    CSR_CLEAR(mstatus, SSTATUS_FS);
    CSR_SET(mstatus, sstatus);
    CSR_WRITE(vsstatus, vsstatus);
}

static void check_status(const char *what, uint64_t sstatus, uint64_t vsstatus)
{
    check(what, sstatus | (sstatus == DIRTY ? SSTATUS_SD : 0),
          CSR_READ(sstatus) & (SSTATUS_FS | SSTATUS_SD));
    check(what, vsstatus | (vsstatus == DIRTY ? SSTATUS_SD : 0),
          CSR_READ(vsstatus) & (SSTATUS_FS | SSTATUS_SD));
}

/* What changes the state. */
static void check_dirty(void)
{
    const struct {
        const char *what;
        uintptr_t code;
    } rows[] = {
        { "fmv", CODE("fmv.d.x fa0, a0") },       { "fld", CODE("fld fa0, 0(a0)") },
        { "frm", CODE("csrwi frm, 1") },          { "fflags", CODE("csrwi fflags, 2") },
        { "fadd", CODE("fadd.s fa0, fa0, fa0") },
    };
    static const uint64_t before[] = { INITIAL, CLEAN, DIRTY };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (unsigned j = 0; j < 9; j++) {
            set_status(before[j / 3], before[j % 3]);
            check_cause(rows[i].what, VS, rows[i].code, OK);
            check_status(rows[i].what, DIRTY, DIRTY);
        }
        set_status(CLEAN, CLEAN);
        check_cause(rows[i].what, HS, CODE("fmv.d.x fa0, a0"), OK);
        check_status("HS-mode", DIRTY, CLEAN); /* the guest's only with V */
    }
    /* The guest sees it at once. */
    set_status(CLEAN, CLEAN);
    uint64_t seen = run(VS, CODE("fmv.d.x fa0, a0\ncsrr a0, sstatus"), 0, 0).value;
    check("sstatus in VS-mode", DIRTY | SSTATUS_SD, seen & (SSTATUS_FS | SSTATUS_SD));
    CSR_WRITE(frm, 0);
}

/* What it may not change. */
static void check_off(void)
{
    static const uint64_t before[] = { OFF, INITIAL, CLEAN, DIRTY };
    for (unsigned i = 0; i < 16; i++) {
        uint64_t host = before[i / 4], guest = before[i % 4];
        set_status(host, guest);
        check_cause("fmv", VS, CODE("fmv.d.x fa0, a0"), host && guest ? OK : ILLEGAL);
        if (!host || !guest)
            check_status("after an illegal instruction", host, guest);
    }
}

/* The guest's view is of its own fields, and SD is nobody's to write. */
static void check_view(void)
{
    set_status(DIRTY, CLEAN);
    check("SD of vsstatus", 0, CSR_READ(vsstatus) & SSTATUS_SD);
    check("SD in VS-mode", 0, run(VS, CODE("csrr a0, sstatus"), 0, 0).value & SSTATUS_SD);
    set_status(CLEAN, DIRTY);
    check("SD of sstatus", 0, CSR_READ(sstatus) & SSTATUS_SD);
    check("SD in VS-mode", SSTATUS_SD, run(VS, CODE("csrr a0, sstatus"), 0, 0).value & SSTATUS_SD);
    set_status(CLEAN, OFF);
    CSR_WRITE(vsstatus, SSTATUS_SD);
    check("SD written", 0, CSR_READ(vsstatus) & SSTATUS_SD);
    run(VS, CODE("csrw sstatus, a0"), DIRTY, 0);
    check_status("written by VS-mode", CLEAN, DIRTY);
    run(HS, CODE("csrw sstatus, a0"), INITIAL, 0);
    check_status("written by HS-mode", INITIAL, DIRTY);
    check("UXL", 2, CSR_READ(vsstatus) >> 32 & 3);
    check("UXL in VS-mode", 2, run(VS, CODE("csrr a0, sstatus"), 0, 0).value >> 32 & 3);
    set_status(CLEAN, OFF);
}

void corner(void)
{
    check_dirty();
    check_off();
    check_view();
}
