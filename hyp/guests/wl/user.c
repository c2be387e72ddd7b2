/* SPDX-License-Identifier: MIT */
/* user.c - phases B and J: what happens in U-mode and comes to the kernel. The programs are in trap.S. */
#include "wl.h"

extern const char user_syscalls[], user_traps[];
extern const uintptr_t user_trap_places[];

enum { A0 = 10, A1 = 11, A7 = 17, SYSCALL_EXIT = 1, INSN = 4 };

/* B: every system call costs a trap and a way back, and nothing else. */
uint64_t phase_syscall(uint64_t n)
{
    User user = { .pc = user_address((uintptr_t)user_syscalls) };
    user.x[A0] = n;
    uint64_t cause = user_run(&user);
    check(cause == CAUSE_ECALL_U, "an exit of the user's program", cause);
    check(user.x[A7] == SYSCALL_EXIT, "system call 1", user.x[A7]);
    return user.x[A1];
}

/* J: an illegal instruction, a breakpoint, a load and a store that fault, a register of S-mode, in turn; the kernel
 * skips each. */
uint64_t phase_trap(uint64_t n)
{
    static const uint64_t causes[] = { CAUSE_ILLEGAL, CAUSE_BREAKPOINT, CAUSE_LOAD_PAGE,
                                       CAUSE_STORE_PAGE, CAUSE_ILLEGAL };
    enum { KINDS = sizeof(causes) / sizeof(causes[0]) };
    User user = { .pc = user_address((uintptr_t)user_traps) };
    uint64_t done = 0, cause;

    user.x[A0] = (n + KINDS - 1) / KINDS;
    user.x[A1] = WINDOW_BASE;
    while ((cause = user_run(&user)) != CAUSE_ECALL_U) {
        unsigned kind = done++ % KINDS;
        check(cause == causes[kind], "another scause", cause);
        check(user.pc == user_address(user_trap_places[kind]), "another sepc", user.pc);
        if (cause >= CAUSE_LOAD_PAGE)
            check(csr_read(stval) == WINDOW_BASE, "another stval", csr_read(stval));
        user.pc += INSN;
    }
    check(!user.x[A0], "a division by zero that gives -1", user.x[A0]);
    return done < n ? done : n;
}
