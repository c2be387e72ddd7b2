/* SPDX-License-Identifier: MIT */
/*
 * neighbours.h - two guests on two harts that disturb each other, and what is done against that.
 *
 * Guest 1, the target, runs on the first hart, guest 2, the interferer, on the second. Each reads and writes every line of
 * memory of its own, again and again; its hypervisor maps that with leaves of 2 MiB. On the command line:
 *
 *   size1=KIB size2=KIB   memory that they go through (1024 each)
 *   rounds=N              times that the target does, which is the end of the run (10)
 *   ways=1                RCID 1 has capacity blocks 0 to 3, RCID 2 blocks 4 to 7
 *   units=N               RCID 2 has at most N lines of data there, and N of code (0: as many as fit)
 *   blocks=N              RCID 2 has N blocks of the bus's bandwidth and nothing beyond
 *   budget=N              a regulator: the interferer stands still after N lines until the next millisecond
 *   periods=N             milliseconds after which the interferer's hart ends the run (0: it does not)
 */
#ifndef TESTS_QOS_NEIGHBOURS_H
#define TESTS_QOS_NEIGHBOURS_H

#include <stdint.h>

#include "lib/vcpu.h"

enum { TARGET, INTERFERER, GUESTS };

/* A mark of this kind begins a period; its value is the period's number. */
enum { MARK_PERIOD = 16 };

/* What a guest is given: guest.S */
typedef struct {
    uint64_t base, size, rounds;
} Work;

typedef struct {
    Work work;
    Vcpu vcpu;
    uint64_t hgatp;
    uint64_t budget, periods; /* 0: none */
    uint64_t throttled;       /* times it had to stand still */
} Guest;

/* The code of the guests: a0 points to its Work; ends with an ecall. In guest.S. */
extern char guest_code[];

/* Runs the guest on this hart until it is done, or for its periods. regulator.c */
void regulator_run(Guest *guest);

#endif
