/* SPDX-License-Identifier: MIT */
/*
 * code.h - decoded pages: instructions in the form the interpreter runs.
 *
 * One decoded page for each physical page that was executed from, shared by all harts: a slot for every halfword, filled
 * when it is first executed, and one more that catches running off the end. Stores to a page clear the slots they hit,
 * so code is never stale. The number of pages is bounded; the one that was entered longest ago makes room.
 */
#ifndef CPU_CODE_H
#define CPU_CODE_H

#include "cpu/isa/insn.h"
#include "mmu/bus.h"

enum { CODE_SLOTS = PAGE_SIZE / 2, CODE_MAX_PAGES = CONFIG_TORTURE ? 2 : 960 };

typedef struct {
    Insn slots[CODE_SLOTS + 1];
    uint64_t spa;        /* of the page; CODE_NO_PAGE when free */
    const uint8_t *host; /* its bytes */
    uint64_t stamp;      /* when looked up last */
    uint32_t hash_next;  /* index + 1 */
} CodePage;

#define CODE_NO_PAGE UINT64_MAX

enum { CODE_BUCKETS = 1024 };

typedef struct CodeCache CodeCache;
struct CodeCache {
    Bus *bus;
    const Isa *isa;
    CodePage *pages[CODE_MAX_PAGES]; /* allocated one by one */
    unsigned n_pages;
    uint32_t buckets[CODE_BUCKETS]; /* index + 1 */
    uint64_t stamp;
};

void code_init(CodeCache *cache, Bus *bus, const Isa *isa);
void code_free(CodeCache *cache);

/* The decoded page of the physical page `spa`, whose bytes are at `host`; made if need be. Never NULL. */
CodePage *code_page(CodeCache *cache, Spa spa, const uint8_t *host);

/* Fills the slot of the instruction at byte `offset` of its page. */
void code_decode(const CodeCache *cache, CodePage *page, unsigned offset);

/* Bytes of RAM changed: forgets the instructions that used them. */
void code_written(CodeCache *cache, Spa spa, unsigned size);

/* Forgets everything (RAM was loaded). */
void code_flush(CodeCache *cache);

#endif
