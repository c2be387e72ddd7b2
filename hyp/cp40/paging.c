/* SPDX-License-Identifier: MIT */
/*
 * paging.c - which pages are in core. The others are on a drum after the IBM 2301, which has 900 places: 14 machines of 64 pages need
 * 896 of them, so each page has a place of its own.
 *
 *   ABSENT --touched--> COMING --> RESIDENT --its frame is taken--> GOING, if it was changed --> ABSENT
 *
 * A frame that is being transferred is locked: its register says so and maps nothing. The bits for use and change are the
 * hardware's (docs/history/cp40.md). `replace=fifo` takes frames in the order in which they were filled;
 * `replace=use` passes over those that were used since it came by.
 */
#include "cp40.h"

#include "lib/bootargs.h"
#include "lib/paging_drum.h"
#include "lib/print.h"
#include "lib/string.h"

typedef struct {
    Vm *vm, *next; /* whose page it has, NULL: nobody's; whose comes when that is out */
    uint8_t page, next_page;
    bool busy; /* the drum is at it */
} Frame;

static char core[FRAMES][PAGE_SIZE] __attribute__((aligned(CORE_SIZE), section(".bss.stacks")));
static Frame frames[FRAMES];
static unsigned first, n_filled, hand; /* the first frame that is not CP's own; the next to take */
static bool by_use;
static PagingDrum drum; /* a request's cookie is the number of its frame */

unsigned paging_frames(void)
{
    return FRAMES - first;
}

char *page_in_core(const Vm *vm, unsigned page)
{
    return core[vm->page[page].frame];
}

static unsigned number_of(const Frame *frame)
{
    return (unsigned)(frame - frames);
}

static void ask(DrumOperation operation, Frame *frame)
{
    frame->busy = true;
    cat_write(number_of(frame), CAT_LOCK);
    paging_drum_ask(&drum, operation, (frame->vm->number - 1) * PAGES + frame->page,
                    (uintptr_t)core[number_of(frame)], number_of(frame));
}

/* The page is in the frame now. */
static void map(Frame *frame)
{
    Page *page = &frame->vm->page[frame->page];
    *page = (Page){ RESIDENT, (uint8_t)number_of(frame), page->on_drum };
    frame->vm->resident++;
    say_page_in(frame->vm->number, frame->page, number_of(frame));
    cat_write(number_of(frame),
              CAT_VALID | frame->vm->number << CAT_VM | (uint64_t)frame->page << CAT_PAGE);
    fence_i();
}

/* As IPL leaves it: the program, and zeros behind that. */
static void load(const Vm *vm, unsigned page, char *to)
{
    size_t from = page * PAGE_SIZE, left = from < vm->image_size ? vm->image_size - from : 0;
    size_t size = left < PAGE_SIZE ? left : PAGE_SIZE;
    memcpy(to, vm->image + from, size);
    memset(to + size, 0, PAGE_SIZE - size);
}

/* The frame is free: the page comes. */
static void bring(Frame *frame, Vm *vm, unsigned number)
{
    *frame = (Frame){ .vm = vm, .page = (uint8_t)number };
    vm->page[number].where = COMING;
    if (vm->page[number].on_drum) {
        ask(DRUM_READ, frame);
        return;
    }
    load(vm, number, core[number_of(frame)]);
    map(frame);
}

/* Takes the frame's page out of core. True: it is out already. */
static bool push_out(Frame *frame)
{
    Page *page = &frame->vm->page[frame->page];
    bool changed = cat_read(number_of(frame)) & CAT_CHANGE;
    cat_write(number_of(frame), 0);
    say_page_out(frame->vm->number, frame->page, number_of(frame));
    frame->vm->resident--;
    page->where = changed ? GOING : ABSENT;
    page->on_drum |= changed;
    if (changed)
        ask(DRUM_WRITE, frame);
    return !changed;
}

/* The frame to take: one that has no page, or the next in turn. NULL: the drum is at all of them, or at one for so long that
 * the ring would soon be round. What a frame has asked for may bring one request more, so half of the ring is kept for these. */
static Frame *choose_frame(void)
{
    if (paging_drum_room(&drum) <= PAGING_DRUM_REQUESTS / 2)
        return NULL;
    if (n_filled < paging_frames())
        return &frames[first + n_filled++];
    for (unsigned tries = 2 * paging_frames() + 1; tries; tries--) {
        Frame *frame = &frames[hand];
        hand = hand + 1 < FRAMES ? hand + 1 : first;
        if (frame->busy)
            continue;
        uint64_t value = cat_read(number_of(frame));
        if (!by_use || !(value & CAT_USE))
            return frame;
        cat_write(number_of(frame), value & ~(uint64_t)CAT_USE);
    }
    return NULL;
}

void page_fault(Vm *vm, unsigned number)
{
    Page *page = &vm->page[number];
    vm->faults++;
    Frame *frame = page->where == ABSENT ? choose_frame() : NULL;
    if (frame && frame->vm && !push_out(frame)) {
        frame->next = vm;
        frame->next_page = (uint8_t)number;
        page->where = COMING;
    } else if (frame) {
        bring(frame, vm, number);
    }
    if (page->where == RESIDENT)
        return;
    vm->wanted = number;
    vm->state = PAGE_WAIT;
}

static void ended(Frame *frame, bool well)
{
    Page *page = &frame->vm->page[frame->page];
    frame->busy = false;
    if (!well)
        panic("cp40: the drum refused page %u of vm%u", frame->page, frame->vm->number);
    if (page->where == COMING) {
        map(frame);
        return;
    }
    page->where = ABSENT;
    bring(frame, frame->next, frame->next_page);
}

/* In the order of the drum, which is not that of the ring. Who waits for something that is not under way any more tries again. */
void paging_ended(void)
{
    DrumEnd end;
    while (paging_drum_ended(&drum, &end))
        ended(&frames[end.cookie], end.well);
    for (Vm *vm = cp.vm; vm < cp.vm + cp.n_vms; vm++) {
        unsigned where = vm->page[vm->wanted].where;
        if (vm->state == PAGE_WAIT && where != COMING && where != GOING)
            vm->state = READY;
    }
}

void paging_open(const Fdt *fdt)
{
    uint64_t count = bootarg_number(fdt, "frames", 48);
    if (!paging_drum_open(&drum, fdt, bootarg_is(fdt, "drum", "ordered")))
        panic("cp40: no drum for pages: give -device paging-drum");
    cp.drum_source = drum.source;
    if (drum.pages < VMS * PAGES)
        panic("cp40: the drum has no room for %u pages", VMS * PAGES);
    if (count < 2 || count > FRAMES)
        panic("cp40: frames=%lu: 2 to %u, what CP leaves of 64", count, FRAMES);
    first = hand = FRAMES - (unsigned)count;
    by_use = bootarg_is(fdt, "replace", "use");
    /* U-mode may touch the frames and nothing else: one naturally aligned region, RWX. */
    cat_base((uintptr_t)core);
    csr_write(pmpaddr0, ((uintptr_t)core | (CORE_SIZE / 2 - 1)) >> 2);
    csr_write(pmpcfg0, 0x1f);
}
