/* SPDX-License-Identifier: MIT */
/* vm.c - a guest's memory, in one piece or of coloured frames, and what lies in it; see split.h. */
#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/guest.h"
#include "lib/paging.h"
#include "lib/print.h"
#include "lib/string.h"
#include "split.h"

/* A guest's memory as it sees it, and where in it its device tree is; see tests/trends/loads/loads.h. */
#define GUEST_BASE   0x80200000ul
#define GUEST_SIZE   0xa00000ul
#define TREE_OFFSET  0x1c0000ul
#define PIECE_SIZE   0x1000000ul /* what a guest in one piece gets of the frames */
#define COLORED_SIZE 0x2000000ul /* what it has its colours of */
enum { TREE_SPACE = 0x10000, POOL_PAGES = 128 };

/* The devices that a load needs: the serial port, and what switches the machine off. */
static const uint64_t devices[] = { 0x10000000, 0x100000 };

static char pool[POOL_PAGES * PAGE_SIZE]
    __attribute__((aligned(16 * PAGE_SIZE), section(".bss.stacks")));
static char tree[TREE_SPACE] __attribute__((aligned(8)));

/* Frames for all of it. Its tables are of its colours as well: a walk is an access of the guest's. */
static uint64_t *map_memory(Vm *vm)
{
    uint64_t piece = FRAMES_END - vm->vmid * PIECE_SIZE;
    uint64_t frame = FRAMES_BASE + (vm->vmid - 1) * COLORED_SIZE;
    uint64_t *root;
    page_colors(vm->colors ? n_colors : 1, vm->colors ? vm->colors : 1);
    root = paging_root(SV39X4);
    if (!vm->colors)
        paging_map(root, SV39X4, GUEST_BASE, piece, GUEST_SIZE, PTE_RWX | PTE_U);
    for (uint64_t at = 0; vm->colors && at < GUEST_SIZE; at += PAGE_SIZE)
        paging_map(root, SV39X4, GUEST_BASE + at, frame_take(&frame, vm->colors), PAGE_SIZE,
                   PTE_RWX | PTE_U);
    for (unsigned i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
        paging_map(root, SV39X4, devices[i], devices[i], PAGE_SIZE, PTE_RW | PTE_U);
    return root;
}

/* The physical address of what the guest has at `gpa`. */
static uint64_t place_of(const uint64_t *root, uint64_t gpa)
{
    uint64_t size;
    const uint64_t *leaf = paging_leaf(root, SV39X4, gpa, &size);
    return (*leaf >> 10 << 12) + gpa % size;
}

/* What is one piece here may be many there. */
static void put(const uint64_t *root, uint64_t gpa, const char *from, uint64_t size)
{
    for (uint64_t done = 0; done < size; done += PAGE_SIZE) {
        uint64_t rest = size - done;
        memcpy((void *)place_of(root, gpa + done), from + done,
               rest < PAGE_SIZE ? rest : PAGE_SIZE);
    }
}

static void put_image(const uint64_t *root, const Fdt *host)
{
    uint32_t size;
    FdtNode chosen = fdt_find(host, "/chosen");
    const void *start = fdt_prop(host, chosen, "linux,initrd-start", &size);
    const void *end = fdt_prop(host, chosen, "linux,initrd-end", NULL);
    if (!start || !end)
        panic("split: no guest: give loads.bin with -initrd");
    uint64_t from = fdt_number(start, size / 4);
    put(root, GUEST_BASE, (const char *)from, fdt_number(end, size / 4) - from);
}

static void put_tree(const uint64_t *root, const Fdt *host, bool is_load)
{
    Fdt own;
    size_t length;
    guest_tree(&own, host, tree, sizeof(tree), (FdtRange){ GUEST_BASE, GUEST_SIZE });
    char *load = (char *)bootarg(&own, "load", &length);
    if (load && !is_load)
        load[-1] = '-'; /* no word that anybody knows */
    put(root, GUEST_BASE + TREE_OFFSET, tree, own.size);
}

void vm_make(Vm *vm, const Fdt *host, bool is_load)
{
    if (vm->vmid == 1)
        page_pool(pool, pool + sizeof(pool));
    uint64_t *root = map_memory(vm);
    put_image(root, host);
    put_tree(root, host, is_load);
    vm->hgatp = ATP_SV39 << ATP_MODE | (uint64_t)vm->vmid << HGATP_VMID | (uintptr_t)root >> 12;
    vm->harts[0].start_pc = GUEST_BASE;
    vm->harts[0].start_argument = GUEST_BASE + TREE_OFFSET;
}
