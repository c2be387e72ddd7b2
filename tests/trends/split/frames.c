/* SPDX-License-Identifier: MIT */
/* frames.c - frames by colour, and a program that changes its own; see split.h. */
#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/hart.h"
#include "lib/paging.h"
#include "lib/print.h"
#include "lib/string.h"
#include "split.h"

#define DEVICES_END 0x80000000ul /* what lies below is no memory */

unsigned n_colors;
extern char image_start[], image_end[];

/* Harts that wait to be moved, and what they wait for; where they are before. */
static unsigned joined;
static bool moved;
static uint64_t own_satp;

void frames_find(const Fdt *host)
{
    n_colors = (unsigned)bootarg_number(host, "colors", 16);
}

/* The colour of a frame is its number's low bits: as many as there are pages in a way of the cache. */
uint64_t frame_take(uint64_t *at, uint64_t mask)
{
    while (!(mask >> (*at / PAGE_SIZE & (n_colors - 1)) & 1))
        *at += PAGE_SIZE;
    if (*at >= FRAMES_END)
        panic("split: no frames left with colours 0x%lx", mask);
    *at += PAGE_SIZE;
    return *at - PAGE_SIZE;
}

void move_join(void)
{
    __atomic_add_fetch(&joined, 1, __ATOMIC_ACQ_REL);
    while (!__atomic_load_n(&moved, __ATOMIC_ACQUIRE))
        pause();
    csr_write(satp, own_satp);
    sfence_vma();
}

/* Ourselves at our own addresses, in frames of our colours; the rest of the machine where it is. */
static uint64_t make_map(uint64_t mask, uint64_t *frame)
{
    uint64_t *root = paging_root(SV39);
    uint64_t image = (uintptr_t)image_start;
    paging_map(root, SV39, 0, 0, DEVICES_END, PTE_RW);
    paging_map(root, SV39, DEVICES_END, DEVICES_END, FRAMES_END - DEVICES_END, PTE_RW);
    for (uint64_t at = image; at < (uintptr_t)image_end; at += PAGE_SIZE)
        paging_map(root, SV39, at, frame_take(frame, mask), PAGE_SIZE, PTE_RWX);
    return ATP_SV39 << ATP_MODE | (uintptr_t)root >> 12;
}

/*
 * Stacks move, too. Those of the waiting harts do not change meanwhile; of our own, what is needed after the copy, the
 * way back to the caller, was written before it.
 */
void __attribute__((noinline)) move_all(uint64_t mask, unsigned count)
{
    uint64_t frame = FRAMES_BASE, copy = FRAMES_BASE;
    while (__atomic_load_n(&joined, __ATOMIC_ACQUIRE) < count)
        pause();
    if (mask) {
        page_colors(n_colors, mask);
        own_satp = make_map(mask, &frame);
        for (char *at = image_start; at < image_end; at += PAGE_SIZE)
            memcpy((void *)frame_take(&copy, mask), at, PAGE_SIZE);
    }
    __atomic_store_n(&moved, true, __ATOMIC_RELEASE);
    csr_write(satp, own_satp);
    sfence_vma();
}
