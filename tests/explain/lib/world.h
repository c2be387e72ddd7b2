/* SPDX-License-Identifier: MIT */
/*
 * world.h - a machine, a hypervisor and its guest in one program, for faults to be explained.
 *
 * A program defines `hypervisor`, which runs in HS-mode in a world where nothing is wrong, makes the mistake it is
 * about, and runs a function of the guest. Guest code is marked GUEST, and so is what it writes.
 *
 *   guest virtual               guest physical                 memory
 *   the program's, S            the same                       the same: guest_begin to guest_end
 *   the program's + USER, U     the same without USER
 *   GVA(page), S                GPA(page)                      pages[page]
 *                               GPA_TABLES: VS-stage tables    vs_root, vs_ram1, vs_ram0, vs_level1, vs_level0, vs_user1,
 *                                                              vs_user0
 *
 * Both stages are Sv39 with VMID 1 and ASID 1; A and D bits are software's. Everything is delegated to HS-mode, and
 * what hypervisors usually give on, to VS-mode.
 */
#ifndef TESTS_EXPLAIN_LIB_WORLD_H
#define TESTS_EXPLAIN_LIB_WORLD_H

#include "../../guest/lib/guest.h"
#include "../../guest/lib/pte.h"
#include "lib/csr.h"
#include "lib/vcpu.h"

__asm__(".option arch, +h, +zicboz");

#define GUEST      __attribute__((section(".guest.text"), noinline))
#define GUEST_DATA __attribute__((section(".guest.data")))

#define USER                0x40000000ul
#define GVA(page)           (0x100000000ul + 4096ul * (page))
#define GPA(page)           (0x200040000ul + 4096ul * (page))
#define GPA_TABLES          0x200100000ul
#define ATP(mode, id, root) ((uint64_t)(mode) << 60 | (uint64_t)(id) << 44 | (uint64_t)(root) >> 12)
enum { BARE = 0, SV39 = 8, SV48 = 9 };

/* Flags of leaves where nothing is missing. */
enum { S_RWX = PTE_V | PTE_RWX | PTE_AD, U_RWX = S_RWX | PTE_U, G_RWX = U_RWX };

enum { PAGES = 8 };
extern uint64_t pages[PAGES][512];
extern uint64_t vs_root[512], vs_ram1[512], vs_ram0[512], vs_level1[512], vs_level0[512];
extern uint64_t vs_user1[512], vs_user0[512];
extern uint64_t g_root[2048], g_ram1[512], g_ram0[512], g_level1[512], g_level0[512];
extern char guest_begin[], guest_end[];

/* Leaves of GVA(page), of GPA(page) and of the VS-stage table behind GPA_TABLES. */
#define VS_LEAF(page)  vs_level0[page]
#define G_LEAF(page)   g_level0[0x40 + (page)]
#define G_TABLE(table) g_level0[0x100 + (table)]
enum { VS_ROOT, VS_RAM1, VS_RAM0, VS_LEVEL1, VS_LEVEL0, VS_USER1, VS_USER0, VS_TABLES };

static inline uint64_t leaf(const void *memory, uint64_t flags)
{
    return (uintptr_t)memory >> 12 << 10 | flags;
}

static inline uint64_t vs_leaf(unsigned page, uint64_t flags)
{
    return GPA(page) >> 12 << 10 | flags;
}

/* The program's own. `machine` runs in M-mode before HS-mode is entered, and may stay away. */
void hypervisor(void);
void machine(void);
/* Traps that HS-mode and VS-mode take from their own level or below; `frame` is x, pc and sstatus, as hyp/lib/trap.h
 * has it. Without one of the program's, the run ends with exit code 2, and 3. */
void trap(uint64_t *frame, uint64_t cause, uint64_t tval);
void vs_trap(uint64_t *frame, uint64_t cause, uint64_t tval);
/* pc and sstatus in it. */
enum { FRAME_PC = 32, FRAME_STATUS = 33 };

/* An exit of the guest that is not one of the calls below; false: the hypervisor gives up, with exit code 1. */
typedef bool ExitFn(void);
extern Vcpu vcpu;

/* Runs `entry(argument)` in VS-mode until the guest ends the run. */
void run_guest(uint64_t (*entry)(uint64_t), uint64_t argument, ExitFn *handle)
    __attribute__((noreturn));
/* The same until it calls CALL_YIELD or an exit that `handle` does not know. */
void begin_guest(uint64_t (*entry)(uint64_t), uint64_t argument);
void continue_guest(ExitFn *handle);

/* What the hypervisor does for it, by a7: the end of the run with exit code a0; nothing; back to who runs it. */
enum { CALL_END = 0x100, CALL_NOTHING, CALL_YIELD };

static inline __attribute__((always_inline)) uint64_t call(uint64_t number, uint64_t argument)
{
    register uint64_t a0 __asm__("a0") = argument, a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory");
    return a0;
}

static inline __attribute__((always_inline)) uint64_t load(uint64_t address)
{
    uint64_t value;
    __asm__ volatile(".option push\n.option norvc\nld %0, 0(%1)\n.option pop"
                     : "=r"(value)
                     : "r"(address)
                     : "memory");
    return value;
}

static inline __attribute__((always_inline)) void store(uint64_t address, uint64_t value)
{
    __asm__ volatile(".option push\n.option norvc\nsd %1, 0(%0)\n.option pop" ::"r"(address),
                     "r"(value)
                     : "memory");
}

/* Where a guest-page fault was. */
static inline uint64_t fault_gpa(void)
{
    return vcpu.htval << 2 | (vcpu.stval & 3);
}

/* Moves on behind the instruction that was left at, which has 4 bytes. */
static inline bool skip(void)
{
    vcpu.pc += 4;
    return true;
}

#endif
