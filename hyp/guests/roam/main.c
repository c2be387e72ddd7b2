/* SPDX-License-Identifier: MIT */
/* main.c - touches pages at random or in steps, and checks that each has what was left there; see README.md. */
#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/paging.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/trap.h"

enum { MOST_PAGES = 1024, WORDS = PAGE_SIZE / sizeof(uint64_t) };

static volatile uint64_t pages[MOST_PAGES][WORDS] __attribute__((aligned(PAGE_SIZE)));
static uint64_t touched[MOST_PAGES];

void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

/* A linear congruential generator; its upper bits. */
static uint64_t random(uint64_t *state)
{
    *state = *state * 6364136223846793005ul + 1442695040888963407ul;
    return *state >> 33;
}

/* Word `at` of a page that was touched `n` times. */
static uint64_t stamp(uint64_t page, uint64_t at, uint64_t n)
{
    return n ? (page << 32 | n) * 31 + at : 0;
}

/* The last words, too: a page comes as a whole. */
static bool touch(uint64_t page)
{
    uint64_t n = touched[page]++;
    bool right = true;
    for (uint64_t at = page % 8; at < WORDS; at += WORDS / 2 - 8) {
        right = right && pages[page][at] == stamp(page, at, n);
        pages[page][at] = stamp(page, at, n + 1);
    }
    return right;
}

void main(void *fdt)
{
    Fdt tree;
    if (!fdt_open(&tree, fdt))
        panic("roam: no device tree");
    power_find(&tree);
    console_find(&tree);
    uint64_t n = bootarg_number(&tree, "pages", 64),
             touches = bootarg_number(&tree, "touches", 1000);
    uint64_t state = bootarg_number(&tree, "seed", 1), right = 0;
    uint64_t stride = bootarg_number(&tree, "stride", 0);
    if (!n || n > MOST_PAGES)
        panic("roam: pages= is from 1 to %d", MOST_PAGES);
    for (uint64_t page = 0; page < n; page++) /* so that none is as it was loaded */
        touch(page);
    mark(MARK_BEGIN, 'R');
    for (uint64_t i = 0; i < touches; i++)
        right += touch((stride ? i * stride : random(&state)) % n);
    mark(MARK_END, 'R');
    print("roam: %lu touches of %lu pages\n%s\n", touches, n,
          right == touches ? "ROAM-OK" : "ROAM-FAIL");
    power_off(right == touches);
}
