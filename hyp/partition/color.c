/* SPDX-License-Identifier: MIT */
/*
 * color.c - moves us to pages of our own colours, so that our own work evicts nobody's lines.
 *
 *   virtual      0 ... 0x80200000 [ image ] ... end of RAM
 *   physical     the same, but for the image: each of its pages is one of our colours somewhere else in our memory
 *
 * Code, data, stacks and tables move; all addresses stay, so nothing needs to be told. What the firmware gets to see by its
 * address must lie outside the image: console.c has a page for that. Guests' pages, devices, and the images of guests are
 * where they were. Harts go over one by one: each turns satp on where it waits, and finds its stack in the copy.
 */
#include "lib/csr.h"
#include "lib/print.h"
#include "partition.h"

#define REACH (256 * GIGA_PAGE) /* of Sv39's lower half */

extern char image_start[], image_end[];

/* Harts that wait, and what they wait for. The last word is written before the move, and read where it was before. */
static unsigned waiting;
static uint64_t own_satp;
static uint32_t may_go;

/* move.S: copies the image's pages to where the entries from `pte` on say, sets *may_go, then satp. It stores nothing else:
 * what it leaves behind is what it has copied. */
void color_switch(const uint64_t *pte, const char *from, const char *end, uint64_t satp,
                  uint32_t *may_go);

void color_join(void)
{
    __atomic_add_fetch(&waiting, 1, __ATOMIC_ACQ_REL);
    while (!__atomic_load_n(&may_go, __ATOMIC_ACQUIRE))
        pause();
    csr_write(satp, own_satp);
    sfence_vma();
    fence_i();
}

/* Everything at its own address; the image at its own, in pages of our colours. */
static uint64_t *make_map(void)
{
    uint64_t *root = paging_root(SV39), image = (uintptr_t)image_start, end = (uintptr_t)image_end;
    paging_map(root, SV39, 0, 0, image, PTE_RW);
    paging_map(root, SV39, end, end, REACH - end, PTE_RW);
    for (uint64_t at = image; at < end; at += PAGE_SIZE)
        paging_map(root, SV39, at, (uintptr_t)frames_own(PAGE_SIZE), PAGE_SIZE, PTE_RWX);
    return root;
}

void color_move(const PartitionSetup *setup, unsigned others)
{
    uint64_t image = (uintptr_t)image_start, size = (uintptr_t)image_end - image;
    while (__atomic_load_n(&waiting, __ATOMIC_ACQUIRE) < others)
        pause();
    if (setup->own.any) {
        __atomic_store_n(&may_go, 1, __ATOMIC_RELEASE);
        return;
    }
    if (image % MEGA_PAGE || size > MEGA_PAGE)
        panic("partition: we have grown out of one table, which color_switch relies on");
    uint64_t *root = make_map();
    own_satp = ATP_SV39 << ATP_MODE | (uintptr_t)root >> 12;
    color_switch(paging_entry(root, SV39, image), image_start, image_end, own_satp, &may_go);
}
