/* SPDX-License-Identifier: MIT */
/* code.c - decoded pages; see code.h. */
#include "cpu/code.h"

#include <string.h>

#include "emu/base/bits.h"

void code_init(CodeCache *cache, Bus *bus, const Isa *isa)
{
    *cache = (CodeCache){ .bus = bus, .isa = isa };
}

void code_free(CodeCache *cache)
{
    for (unsigned i = 0; i < cache->n_pages; i++)
        g_free(cache->pages[i]);
}

static unsigned bucket_of(uint64_t spa)
{
    return (unsigned)(spa >> PAGE_SHIFT) % CODE_BUCKETS;
}

static CodePage *find_page(const CodeCache *cache, uint64_t spa)
{
    for (uint32_t i = cache->buckets[bucket_of(spa)]; i; i = cache->pages[i - 1]->hash_next)
        if (cache->pages[i - 1]->spa == spa)
            return cache->pages[i - 1];
    return NULL;
}

static void drop_page(CodeCache *cache, CodePage *page)
{
    uint32_t *link = &cache->buckets[bucket_of(page->spa)];
    while (cache->pages[*link - 1] != page)
        link = &cache->pages[*link - 1]->hash_next;
    *link = page->hash_next;
    if (bus_is_ram(cache->bus, (Spa){ page->spa }, PAGE_SIZE))
        *bus_flags_at(cache->bus, (Spa){ page->spa }) &= (uint8_t)~PAGE_CODE;
    page->spa = CODE_NO_PAGE;
}

/* Index of a page to use: a new one while there are, then the one looked up longest ago. */
static unsigned take_page(CodeCache *cache)
{
    if (cache->n_pages < CODE_MAX_PAGES) {
        cache->pages[cache->n_pages] = g_new(CodePage, 1);
        return cache->n_pages++;
    }
    unsigned oldest = 0;
    for (unsigned i = 1; i < cache->n_pages; i++)
        if (cache->pages[i]->stamp < cache->pages[oldest]->stamp)
            oldest = i;
    if (cache->pages[oldest]->spa != CODE_NO_PAGE)
        drop_page(cache, cache->pages[oldest]);
    return oldest;
}

CodePage *code_page(CodeCache *cache, Spa spa, const uint8_t *host)
{
    CodePage *page = find_page(cache, spa.v);
    if (!page) {
        unsigned index = take_page(cache);
        uint32_t *bucket = &cache->buckets[bucket_of(spa.v)];
        page = cache->pages[index];
        memset(page->slots, 0, sizeof page->slots);
        page->slots[CODE_SLOTS].op = INSN_page_end;
        page->spa = spa.v;
        page->host = host;
        page->hash_next = *bucket;
        *bucket = index + 1;
        if (bus_is_ram(cache->bus, spa, PAGE_SIZE))
            bus_watch_page(cache->bus, spa, PAGE_CODE);
    }
    page->stamp = ++cache->stamp;
    return page;
}

void code_decode(const CodeCache *cache, CodePage *page, unsigned offset)
{
    Insn *slot = &page->slots[offset / 2];
    uint16_t low, high = 0;
    memcpy(&low, page->host + offset, 2);
    if (insn_length(low) == 4) {
        if (offset + 4 > PAGE_SIZE) {
            *slot = (Insn){ .op = INSN_crossing };
            return;
        }
        memcpy(&high, page->host + offset + 2, 2);
    }
    if (!insn_decode(slot, (uint32_t)high << 16 | low, cache->isa))
        *slot = (Insn){ .op = INSN_illegal };
}

/* An instruction that begins in the halfword before the store may reach into it. */
void code_written(CodeCache *cache, Spa spa, unsigned size)
{
    CodePage *page = find_page(cache, spa.v & ~(uint64_t)PAGE_OFFSET);
    if (!page)
        return;
    unsigned first = (unsigned)(spa.v & PAGE_OFFSET) / 2;
    unsigned last = ((unsigned)(spa.v & PAGE_OFFSET) + size - 1) / 2;
    first -= first > 0;
    memset(&page->slots[first], 0, (last - first + 1) * sizeof(Insn));
}

void code_flush(CodeCache *cache)
{
    for (unsigned i = 0; i < cache->n_pages; i++)
        if (cache->pages[i]->spa != CODE_NO_PAGE)
            drop_page(cache, cache->pages[i]);
}
