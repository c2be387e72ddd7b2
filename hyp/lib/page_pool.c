/* SPDX-License-Identifier: MIT */
/* page_pool.c - pages for tables, from one piece of memory; see paging.h. */
#include "lib/paging.h"
#include "lib/print.h"
#include "lib/string.h"

static char *pool, *pool_end;
static unsigned pool_colors = 1;
static uint64_t pool_mask = 1;

void page_pool(void *begin, void *end)
{
    pool = begin;
    pool_end = end;
}

void page_colors(unsigned colors, uint64_t mask)
{
    pool_colors = colors;
    pool_mask = mask;
}

static bool has_color(const char *page)
{
    return pool_mask >> ((uintptr_t)page / PAGE_SIZE & (pool_colors - 1)) & 1;
}

void *page_alloc(size_t size)
{
    char *got = (char *)(((uintptr_t)pool + size - 1) & -size);
    while (!has_color(got) && got < pool_end)
        got += size;
    if (got + size > pool_end)
        panic("paging: the pool for page tables is too small");
    pool = got + size;
    return memset(got, 0, size);
}
