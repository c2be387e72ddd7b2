/* SPDX-License-Identifier: MIT */
/* world.c - a machine, a hypervisor and its guest in one program; see world.h. */
#include "world.h"

uint64_t pages[PAGES][512] __attribute__((aligned(4096)));
#define TABLE __attribute__((aligned(4096)))
uint64_t g_root[2048] __attribute__((aligned(16384)));
uint64_t g_ram1[512] TABLE, g_ram0[512] TABLE, g_level1[512] TABLE, g_level0[512] TABLE;
uint64_t vs_root[512] TABLE, vs_ram1[512] TABLE, vs_ram0[512] TABLE, vs_level1[512] TABLE,
    vs_level0[512] TABLE, vs_user1[512] TABLE, vs_user0[512] TABLE;
Vcpu vcpu;

static char hypervisor_stack[8192] __attribute__((aligned(16)));
static GUEST_DATA char guest_stack[4096] __attribute__((aligned(16))) = { 1 };

void enter_hypervisor(char *stack) __attribute__((noreturn));

__attribute__((weak)) void machine(void)
{
}

/* norm:medeleg_mideleg_op1; everything that can be is somebody else's. */
int main(unsigned hart)
{
    enum { ENVCFG_CBZE = 1 << 7, ENVCFG_STCE = 63 };
    csr_write(medeleg, -1);
    csr_write(mideleg, -1);
    csr_write(mcounteren, -1);
    csr_write(mstateen0, -1);
    csr_write(menvcfg, ENVCFG_CBZE | 1ul << ENVCFG_STCE);
    machine();
    enter_hypervisor(hypervisor_stack + sizeof hypervisor_stack);
    return (int)hart;
}

static void map_program(void)
{
    for (char *at = guest_begin; at < guest_end; at += PAGE) {
        unsigned index = (uintptr_t)at >> 12 & 511;
        g_ram0[index] = leaf(at, G_RWX);
        vs_ram0[index] = leaf(at, S_RWX);
        vs_user0[index] = leaf(at, U_RWX);
    }
    g_ram1[0] = leaf(g_ram0, PTE_V);
    g_root[2] = leaf(g_ram1, PTE_V);
}

static void map_tables(void)
{
    uint64_t *const tables[VS_TABLES] = { vs_root,   vs_ram1,  vs_ram0, vs_level1,
                                          vs_level0, vs_user1, vs_user0 };
    for (unsigned i = 0; i < VS_TABLES; i++)
        G_TABLE(i) = leaf(tables[i], G_RWX);
    g_level1[0] = leaf(g_level0, PTE_V);
    g_root[8] = leaf(g_level1, PTE_V);
}

static uint64_t vs_pointer(unsigned table)
{
    return (GPA_TABLES + 4096 * table) >> 12 << 10 | PTE_V;
}

static void map_guest(void)
{
    for (unsigned i = 0; i < PAGES; i++) {
        VS_LEAF(i) = vs_leaf(i, S_RWX);
        G_LEAF(i) = leaf(pages[i], G_RWX);
        pages[i][0] = 0x100 + i;
    }
    vs_root[2] = vs_pointer(VS_RAM1);
    vs_ram1[0] = vs_pointer(VS_RAM0);
    vs_root[3] = vs_pointer(VS_USER1);
    vs_user1[0] = vs_pointer(VS_USER0);
    vs_root[4] = vs_pointer(VS_LEVEL1);
    vs_level1[0] = vs_pointer(VS_LEVEL0);
}

/* HS-mode begins here. */
void world(void);
void world(void)
{
    map_program();
    map_tables();
    map_guest();
    csr_write(hedeleg, 0xb1ff); /* all but calls of supervisors and guest-page faults */
    csr_write(hideleg, HVIP_SOFT | HVIP_TIMER | HVIP_EXTERNAL);
    csr_write(hcounteren, -1);
    csr_write(hstateen0, -1);
    csr_write(henvcfg, csr_read(henvcfg) | 0x80);
    csr_write(hgatp, ATP(SV39, 1, g_root));
    hfence_gvma();
    vcpu_reset(&vcpu, 0, 0, 0);
    csr_write(vsatp, ATP(SV39, 1, GPA_TABLES));
    hypervisor();
    guest_exit(0);
}

void guest_returned(void);
void vs_trap_entry(void);

void begin_guest(uint64_t (*entry)(uint64_t), uint64_t argument)
{
    vcpu.pc = (uintptr_t)entry;
    vcpu.x[1] = (uintptr_t)guest_returned;
    vcpu.x[2] = (uintptr_t)guest_stack + sizeof guest_stack;
    vcpu.x[10] = argument;
    csr_write(vstvec, (uintptr_t)vs_trap_entry);
}

static bool is_call(void)
{
    if (vcpu.scause != CAUSE_ECALL_VS || vcpu.x[17] < CALL_END || vcpu.x[17] > CALL_YIELD)
        return false;
    if (vcpu.x[17] == CALL_END)
        guest_exit((unsigned)vcpu.x[10]);
    return skip();
}

void continue_guest(ExitFn *handle)
{
    do
        vcpu_run(&vcpu);
    while (is_call() ? vcpu.x[17] != CALL_YIELD : handle && handle());
}

static void say(const char *name, uint64_t value)
{
    guest_print(name);
    guest_print_hex(value);
}

void run_guest(uint64_t (*entry)(uint64_t), uint64_t argument, ExitFn *handle)
{
    begin_guest(entry, argument);
    continue_guest(handle);
    say("gives up: scause ", vcpu.scause);
    say(", sepc ", vcpu.pc);
    say(", stval ", vcpu.stval);
    say(", htval ", vcpu.htval);
    guest_print("\n");
    guest_exit(1);
}

__attribute__((weak)) void trap(uint64_t *frame, uint64_t cause, uint64_t tval)
{
    say("trap in the hypervisor: scause ", cause);
    say(", sepc ", frame[FRAME_PC]);
    say(", stval ", tval);
    guest_print("\n");
    guest_exit(2);
}

__attribute__((weak)) GUEST void vs_trap(uint64_t *frame, uint64_t cause, uint64_t tval)
{
    (void)frame, (void)cause, (void)tval;
    call(CALL_END, 3);
}
