/* SPDX-License-Identifier: MIT */
/*
 * paging.h - page tables of three levels: Sv39, and Sv39x4 for a guest's physical addresses.
 *
 *   Sv39    38      30 29      21 20      12 11         0
 *          | VPN[2]   | VPN[1]   | VPN[0]   | offset     |    root: 4 KiB, 512 entries
 *   Sv39x4 | 11 bits  | 9 bits   | 9 bits   | 12 bits    |    root: 16 KiB, 2048 entries
 *
 * Memory for tables comes from a pool that the program gives once, or from a page_alloc that the
 * program brings along. Tables are reached by their physical addresses: the program has them mapped
 * so, or translation off.
 */
#ifndef HYP_LIB_PAGING_H
#define HYP_LIB_PAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PTE_V = 1 << 0, /* valid */
    PTE_R = 1 << 1,
    PTE_W = 1 << 2,
    PTE_X = 1 << 3,
    PTE_U = 1 << 4, /* for U-mode; every leaf of Sv39x4 needs it */
    PTE_G = 1 << 5, /* in every address space */
    PTE_A = 1 << 6, /* accessed */
    PTE_D = 1 << 7, /* written to */
    PTE_RW = PTE_R | PTE_W | PTE_A | PTE_D,
    PTE_RX = PTE_R | PTE_X | PTE_A,
    PTE_RWX = PTE_RW | PTE_X,
};

#define PAGE_SIZE 4096ul
#define MEGA_PAGE (PAGE_SIZE << 9)
#define GIGA_PAGE (PAGE_SIZE << 18)

typedef enum { SV39, SV39X4 } PagingMode;

/* Gives the pool from which tables are made: whole pages. */
void page_pool(void *begin, void *end);
/* `size` bytes of it, a power of two of at least a page, aligned to themselves and all zero.
 * It is our mistake when there are none left. */
void *page_alloc(size_t size);
/* From now on page_alloc gives only pages of these colours: bit c of `mask` for those whose number
 * is c modulo `colors`, a power of two. Of what is larger than a page, the first one counts. */
void page_colors(unsigned colors, uint64_t mask);

/* A root table for `mode`. */
uint64_t *paging_root(PagingMode mode);
/* Maps [from, from + size) to the addresses from `to` on, by the largest leaves that fit; whole
 * pages. `flags` are PTE_..., V is added. What was mapped there before is replaced; the fence is
 * the caller's. */
void paging_map(uint64_t *root, PagingMode mode, uint64_t from, uint64_t to, uint64_t size,
                uint64_t flags);
/* The entry of a 4 KiB page; tables on the way are made. */
uint64_t *paging_entry(uint64_t *root, PagingMode mode, uint64_t address);
/* An entry: physical address and flags. */
static inline uint64_t pte_make(uint64_t address, uint64_t flags)
{
    return address >> 12 << 10 | flags;
}

/* The leaf for `address`, or NULL; `size` gets how much it covers, or at least what is empty there. */
const uint64_t *paging_leaf(const uint64_t *root, PagingMode mode, uint64_t address,
                            uint64_t *size);

#endif
