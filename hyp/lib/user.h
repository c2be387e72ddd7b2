/* SPDX-License-Identifier: MIT */
/*
 * user.h - a program in U-mode under one in M-mode (machine.h): run it until it traps.
 *
 * user_run is an ordinary function to its caller, as vcpu_run is: it goes to U-mode and returns when a trap or an interrupt
 * comes. So a monitor is a loop of user_run and a look at why it returned.
 */
#ifndef HYP_LIB_USER_H
#define HYP_LIB_USER_H

/* Offsets in User, for the assembler; a register x\n lies at 8 * n. */
#define USER_PC      256
#define USER_CAUSE   264
#define USER_TVAL    272
#define USER_HOST_SP 280

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint64_t x[32]; /* x[0] is 0 */
    uint64_t pc;
    uint64_t cause, tval; /* mcause and mtval of the last trap */
    uint64_t host_sp;     /* ours, while the user runs */
} User;

/* Goes to U-mode; returns at the next trap. mie says which interrupts end it; satp, PMP and mstatus.TW are the caller's
 * business. */
void user_run(User *user);

/* Answers a trap, if it can: true, and the user goes on. Of general registers it sees and may change those that a function may
 * change, and sp: bit n of USER_FAST is xn. */
typedef bool UserFastFn(User *user);
#define USER_FAST 0xf003fce7u
/* As user_run, but asks `fast` at each trap, and returns at those that it does not answer. */
void user_run_fast(User *user, UserFastFn *fast);
#endif

#endif
