/* SPDX-License-Identifier: MIT */
/* exits.c - a guest leaves for its hypervisor, which is M-mode here, in every way that traces tell apart. */
#include "../guest/lib/guest.h"
#include "../guest/lib/pte.h"

__asm__(".option arch, +h");

#define MSTATUS_MPV (1ul << 39)
#define HSTATUS_VTW (1ul << 21)
#define MIE_MTIE    (1ul << 7)
#define HVIP_VSSIP  (1ul << 2)

enum { VMID = 5, CALL = 0x10, ARM_TIMER = 0x99 };

static uint64_t root[2048] __attribute__((aligned(16384)));
static uint64_t ram[512] __attribute__((aligned(PAGE)));
static uint64_t low[512] __attribute__((aligned(PAGE)));
static uint64_t leaves[512] __attribute__((aligned(PAGE)));
static uint64_t page[512] __attribute__((aligned(PAGE)));

static uint64_t pte(uintptr_t to, uint64_t flags)
{
    return to >> 12 << 10 | PTE_V | flags;
}

static void make_tables(void)
{
    enum { LEAF = PTE_RWX | PTE_U | PTE_AD };
    root[2] = pte((uintptr_t)ram, 0);
    for (unsigned i = 0; i < 7; i++) /* the last 2 MiB of RAM are not the guest's */
        ram[i] = pte(RAM + i * (2ul << 20), LEAF);
    root[1] = pte((uintptr_t)low, 0);
    low[0] = pte((uintptr_t)leaves, 0);
    leaves[0] = pte((uintptr_t)page, PTE_R | PTE_U | PTE_A);
}

static long guest(long argument)
{
    register uint64_t a0 __asm__("a0") = 0x1234, a1 __asm__("a1"), a6 __asm__("a6") = 3,
                         a7 __asm__("a7") = CALL;
    __asm__ volatile("ecall" : "+r"(a0), "=r"(a1) : "r"(a6), "r"(a7) : "memory");
    guest_check("a0 and a1", 0, a0 << 8 | a1, 0x42);
    __asm__ volatile("csrr %0, hstatus" : "=r"(a0));
    __asm__ volatile("wfi");
    __asm__ volatile("hfence.vvma");
    __asm__ volatile(".insn 4, 0x68054073"); /* hlv.w zero, (a0) */
    read32(UART);
    *(volatile uint32_t *)0x40000000 = 1;
    read32(RAM + (14ul << 20));
    a7 = ARM_TIMER;
    __asm__ volatile("ecall" ::"r"(a7) : "memory");
    return argument;
}

static bool on_exception(unsigned hart, TrapFrame *frame)
{
    (void)hart;
    if (frame->cause == 10 && frame->x[17] == ARM_TIMER) {
        *(volatile uint64_t *)MTIMECMP(0) = 0;
        CSR_SET(mie, MIE_MTIE);
    } else if (frame->cause == 10 && frame->x[17] == CALL) {
        frame->x[10] = 0;
        frame->x[11] = 0x42;
        CSR_WRITE(hvip, HVIP_VSSIP);
    } else if (frame->cause == 10 && frame->x[17] == GUEST_BACK) {
        frame->status |= 3ul << 11; /* back in M-mode */
    } else if (frame->cause < 20) {
        return false;
    }
    uint16_t parcel = frame->cause < 20 ? 3 : *(uint16_t *)frame->epc;
    frame->epc += (parcel & 3) == 3 ? 4 : 2;
    return true;
}

static void on_interrupt(unsigned hart, TrapFrame *frame)
{
    (void)hart;
    (void)frame;
    CSR_CLEAR(mie, MIE_MTIE);
}

int main(unsigned hart)
{
    (void)hart;
    make_tables();
    guest_exception = on_exception;
    guest_interrupt = on_interrupt;
    CSR_WRITE(hgatp, 8ul << 60 | (uint64_t)VMID << 44 | (uintptr_t)root >> 12);
    CSR_WRITE(hstatus, HSTATUS_VTW);
    CSR_SET(mstatus, MSTATUS_MPV);
    guest_call_as(PRIV_S, guest, 0);
    return (int)guest_failures;
}
