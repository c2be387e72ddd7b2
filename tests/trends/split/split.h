/* SPDX-License-Identifier: MIT */
/*
 * split.h - one machine, two guests that run all the time: as little of a partitioning hypervisor as measuring needs.
 *
 * The first hart is the target's, as many after it as `interferers` says are the other guest's. Both run the image that came
 * as initial RAM disk. What a guest's memory is made of is a mask of colours in the command line; without one it is one piece
 * mapped by 2 MiB leaves. With a mask for ourselves we move to frames of these colours, too.
 */
#ifndef SPLIT_H
#define SPLIT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/fdt.h"
#include "lib/hart.h"
#include "lib/vcpu.h"

typedef struct Vm Vm;

/* A hart of a guest, which is the machine's hart of the same number. */
typedef struct {
    Vcpu vcpu;
    Vm *vm;
    uint64_t id;
    bool started; /* the guest wants it to run, from here on */
    uint64_t start_pc, start_argument;
} VmHart;

struct Vm {
    const char *name;
    unsigned vmid;
    uint64_t colors; /* bit c: frames of colour c; 0: any, in one piece */
    uint64_t hgatp;
    VmHart *harts;
    unsigned count;
};

/* Physical memory that is nobody's at the start. */
#define FRAMES_BASE 0x84000000ul
#define FRAMES_END  0x88000000ul

/* How many colours there are, and which are ours: before the first frame. */
void frames_find(const Fdt *host);
extern unsigned n_colors;
/* The next frame at or after *at whose colour is in `mask`; *at moves behind it. */
uint64_t frame_take(uint64_t *at, uint64_t mask);

/* Makes the guest's memory, with the image in it and a device tree, which is the machine's but for the word `load` of the
 * command line, where the guest is not to be a load. */
void vm_make(Vm *vm, const Fdt *host, bool is_load);

/* Moves this program to frames of the colours in `mask`, on all `count` harts: the first calls move_all, when
 * the others are in move_join. mask = 0: everything stays where it is. */
void move_join(void);
void move_all(uint64_t mask, unsigned count);

/* Runs a hart of a guest from when the guest wants it, for ever. */
void vm_hart_run(VmHart *hart) __attribute__((noreturn));
/* How many interferers have gone through all of their memory. */
extern unsigned n_ready;

#endif
