/* SPDX-License-Identifier: MIT */
/* corner.c - code in a mode, what became of it, and whether that is right; see corner.h. */
#include "corner.h"

void corner_enter(uintptr_t pc, uint64_t a0, uint64_t a1, uintptr_t ra);
extern const char corner_back[], corner_hs_entry[], corner_vs_entry[], corner_leave[];
extern volatile uint64_t tohost;

const char *const mode_names[] = { "nowhere", "M", "HS", "U", "VS", "VU" };

static Mode running;
static Trap last;

/* What came of it. */

static void finish(void)
{
    if (!guest_failures) {
        guest_print("ok ");
        guest_print(corner_name);
        guest_print("\n");
    }
    for (;;)
        tohost = guest_failures ? 3 : 1;
}

static void begin_line(const char *kind)
{
    guest_print(kind);
    guest_print(corner_name);
    guest_print(": ");
}

void check(const char *what, uint64_t expected, uint64_t found)
{
    if (expected == found)
        return;
    begin_line("FAIL ");
    guest_print(what);
    if (running) {
        guest_print(" in ");
        guest_print(mode_names[running]);
    }
    guest_print(": expected ");
    guest_print_hex(expected);
    guest_print(", found ");
    guest_print_hex(found);
    guest_print("\n");
    if (++guest_failures == 40)
        finish();
}

void note(const char *text)
{
    static const char *said[8];
    for (unsigned i = 0; i < 8; i++) {
        if (said[i] == text)
            return;
        if (!said[i]) {
            said[i] = text;
            begin_line("note ");
            guest_print(text);
            guest_print("\n");
            return;
        }
    }
}

/* `what` and the name of a field of a trap. */
static void check_field(const char *what, const char *field, uint64_t expected, uint64_t found)
{
    static char text[200];
    unsigned length = 0;
    for (const char *s = what; *s && length < 150; s++)
        text[length++] = *s;
    while (*field && length < sizeof text - 1)
        text[length++] = *field++;
    text[length] = 0;
    check(text, expected, found);
}

void check_trap(const char *what, Trap expected, Trap found)
{
    check_field(what, ", goes to", expected.to, found.to);
    check_field(what, ", cause", expected.cause, found.cause);
    if (expected.to != found.to || expected.to == NOWHERE)
        return;
    check_field(what, ", comes from", expected.from, found.from);
    check_field(what, ", xtval", expected.tval, found.tval);
    check_field(what, ", xtval2", expected.tval2, found.tval2);
    check_field(what, ", GVA", expected.gva, found.gva);
    /* norm:H_trap_xtinst: always allowed but where a pseudo-instruction is required. */
    bool pseudo = expected.tinst && (expected.tinst & 3) == 0;
    if (!found.tinst && expected.tinst && !pseudo)
        note("no transformed instructions");
    else
        check_field(what, ", xtinst", expected.tinst, found.tinst);
}

void check_cause(const char *what, Mode mode, uintptr_t code, uint64_t cause)
{
    Trap trap = run(mode, code, GVA(0), 0);
    check(what, cause, trap.to == NOWHERE ? OK : trap.cause);
}

uint64_t enabled_cause(Mode mode, bool m, bool h, bool s)
{
    switch (mode) {
    case HS: return m ? OK : ILLEGAL;
    case U: return m && s ? OK : ILLEGAL;
    case VS: return !m ? ILLEGAL : h ? OK : VIRTUAL;
    case VU: return !m ? ILLEGAL : h && s ? OK : VIRTUAL;
    default: return OK;
    }
}

void check_rows(const char *when, const Row *rows, size_t count)
{
    uint64_t status = CSR_READ(hstatus);
    for (size_t i = 0; i < count; i++) {
        for (Mode mode = M; mode <= VU; mode++) {
            CSR_WRITE(hstatus, status); /* traps change it */
            Trap trap = run(mode, rows[i].code, GVA(0), 0);
            check_field(rows[i].text, when, rows[i].causes[mode - M],
                        trap.to == NOWHERE ? OK : trap.cause);
        }
    }
    CSR_WRITE(hstatus, status);
}

/* Running code. */

/* As the fields for the mode before a trap encode it. */
static Mode mode_of(uint64_t privilege, bool guest)
{
    if (privilege == PRIV_M)
        return M;
    if (guest)
        return privilege ? VS : VU;
    return privilege ? HS : U;
}

static bool came_back(const Trap *trap)
{
    return trap->cause >= ECALL_U && trap->cause <= ECALL_M &&
           (trap->epc == (uintptr_t)corner_back || trap->epc == (uintptr_t)corner_back + USER);
}

static Trap machine_trap(const TrapFrame *frame)
{
    return (Trap){ .to = M,
                   .from = mode_of(frame->status >> 11 & 3, frame->status & MSTATUS_MPV),
                   .cause = frame->cause,
                   .tval = frame->tval,
                   .epc = frame->epc,
                   .tval2 = has_hypervisor() ? CSR_READ(mtval2) : 0,
                   .tinst = has_hypervisor() ? CSR_READ(mtinst) : 0,
                   .gva = frame->status & MSTATUS_GVA };
}

static Trap supervisor_trap(void)
{
    uint64_t status = has_hypervisor() ? CSR_READ(hstatus) : 0;
    return (Trap){ .to = HS,
                   .from = mode_of(CSR_READ(sstatus) >> 8 & 1, status & HSTATUS_SPV),
                   .cause = CSR_READ(scause),
                   .tval = CSR_READ(stval),
                   .epc = CSR_READ(sepc),
                   .tval2 = has_hypervisor() ? CSR_READ(htval) : 0,
                   .tinst = has_hypervisor() ? CSR_READ(htinst) : 0,
                   .gva = status & HSTATUS_GVA };
}

static Trap guest_supervisor_trap(void)
{
    return (Trap){ .to = VS,
                   .from = mode_of(CSR_READ(vsstatus) >> 8 & 1, true),
                   .cause = CSR_READ(vscause),
                   .tval = CSR_READ(vstval),
                   .epc = CSR_READ(vsepc) };
}

/* Was it the handler of a level at `table` that called? */
static bool called_by(const TrapFrame *frame, uint64_t cause, const char *table)
{
    return frame->cause == cause && frame->epc - (uintptr_t)table < 256;
}

/* The trap that ended a run: the handlers of HS-mode and VS-mode call M-mode, see corner.S. */
static void note_trap(const TrapFrame *frame)
{
    if (called_by(frame, ECALL_HS, corner_hs_entry))
        last = supervisor_trap();
    else if (called_by(frame, ECALL_VS, corner_vs_entry))
        last = guest_supervisor_trap();
    else
        last = machine_trap(frame);
    if (came_back(&last))
        last.to = NOWHERE;
    last.vector = last.to >= HS ? frame->epc % 256 / 4 : 0;
    last.value = frame->x[10];
    last.status = frame->status;
}

static bool end_run(unsigned hart, TrapFrame *frame)
{
    (void)hart;
    if (!running) {
        begin_line("FAIL ");
        guest_print("unexpected trap: cause ");
        guest_print_hex(frame->cause);
        guest_print(" at ");
        guest_print_hex(frame->epc);
        guest_print(", value ");
        guest_print_hex(frame->tval);
        guest_print("\n");
        guest_failures++;
        finish();
    }
    note_trap(frame);
    frame->epc = (uintptr_t)corner_leave;
    frame->status |= MSTATUS_MPP;
    frame->status &= ~(MSTATUS_MPIE | MSTATUS_MPV | MSTATUS_MPRV);
    return true;
}

static void end_run_by_interrupt(unsigned hart, TrapFrame *frame)
{
    end_run(hart, frame);
}

Trap run(Mode mode, uintptr_t code, uint64_t a0, uint64_t a1)
{
    static const uint64_t privileges[] = {
        [M] = PRIV_M, [HS] = PRIV_S, [U] = PRIV_U, [VS] = PRIV_S, [VU] = PRIV_U
    };
    uint64_t atp = mode == VU && has_hypervisor() ? CSR_READ(vsatp)
                   : mode == U                    ? CSR_READ(satp)
                                                  : 0;
    uintptr_t shift = atp >> 60 && code < USER + RAM ? USER : 0;
    CSR_CLEAR(mstatus, MSTATUS_MPP | MSTATUS_MPV | MSTATUS_MPIE);
    CSR_SET(mstatus, privileges[mode] << 11 | (mode >= VS ? MSTATUS_MPV : 0));
    running = mode;
    corner_enter(code + shift, a0, a1, (uintptr_t)corner_back + shift);
    Trap trap = last;
    return trap;
}

int main(unsigned hart)
{
    if (hart)
        return 0;
    guest_exception = end_run;
    guest_interrupt = end_run_by_interrupt;
    fresh();
    corner();
    finish();
    return 0;
}
