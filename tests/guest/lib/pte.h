/* SPDX-License-Identifier: MIT */
/* pte.h - page table entries for guests: "Sv39: Page-Based 39-bit Virtual-Memory System". */
#ifndef TESTS_GUEST_LIB_PTE_H
#define TESTS_GUEST_LIB_PTE_H

enum {
    PTE_V = 1,
    PTE_R = 2,
    PTE_W = 4,
    PTE_X = 8,
    PTE_U = 16,
    PTE_G = 32,
    PTE_A = 64,
    PTE_D = 128
};
enum { PTE_RWX = PTE_R | PTE_W | PTE_X, PTE_AD = PTE_A | PTE_D };

#endif
