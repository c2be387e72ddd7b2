/* SPDX-License-Identifier: MIT */
/*
 * paging.c - storage that is not all there: fewer frames than the machines have pages, and a drum after the IBM 2301 for the rest.
 * A machine that touches a page on the drum waits for it, and another one is dispatched. [CP-67 System Description GH20-0802]
 *
 * What IPL loads lies where storage.c put it, and is the first contents of a page, as if on the system's disk: it costs no time.
 * Frames are taken in the order in which they were filled. There is no change bit: a page whose frame is taken is written to the
 * drum, unless it is still as it was loaded. Each machine has an equal share of the drum, and gives it back when it is loaded anew
 * or logged off; one that needs more is logged off, whoever wanted the frame.
 *
 *   ABSENT --touched--> COMING --> IN a frame --its frame is taken--> OUT, being written --> ABSENT
 */
#include "cp67/cp.h"
#include "lib/bootargs.h"
#include "lib/paging_drum.h"
#include "lib/print.h"
#include "lib/string.h"

enum { FRAMES = 2048, LEAST = 16, PAGES = 2048, NONE = 0xffff };

typedef struct {
    enum { ABSENT, COMING, IN, OUT } state;
    bool written;         /* what is on the drum is newer than what was loaded */
    uint16_t frame, slot; /* slot: its place on the drum; NONE: it never was there */
} Page;

typedef struct {
    Vm *vm, *next; /* whose page it has, NULL: nobody's; whose comes when that is out */
    uint16_t page, next_page;
    bool busy; /* the drum is at it */
} Frame;

static Page pages[VM_MAX][PAGES];
static Frame frames[FRAMES];
static char contents[FRAMES][PAGE_SIZE] __attribute__((aligned(PAGE_SIZE), section(".bss.stacks")));
static uint16_t wanted[VM_MAX]; /* which page a machine waits for */
static uint16_t used[VM_MAX];   /* slots of its share that have a page */
static unsigned n_frames, hand; /* the next frame to take */
static unsigned share;          /* slots that a machine has */
static PagingDrum drum;         /* a request's cookie is the number of its frame */

static Page *page_of(const Vm *vm, unsigned number)
{
    return &pages[vm->number - 1][number];
}

/* In the ordered mode a request may still wait when as many later ones as there is room for are over; then all wait for it. */
static void ask(DrumOperation operation, Frame *frame)
{
    unsigned number = (unsigned)(frame - frames), slot = page_of(frame->vm, frame->page)->slot;
    frame->busy = true;
    while (!paging_drum_room(&drum))
        paging_poll();
    paging_drum_ask(&drum, operation, slot, (uintptr_t)contents[number], number);
}

/* The frame is free: the page comes. */
static void bring(Frame *frame, Vm *vm, unsigned number)
{
    Page *page = page_of(vm, number);
    unsigned index = (unsigned)(frame - frames);
    *frame = (Frame){ .vm = vm, .page = (uint16_t)number };
    page->frame = (uint16_t)index;
    page->state = page->written ? COMING : IN;
    say_page_in(vm->number, number, index);
    if (page->written)
        ask(DRUM_READ, frame);
    else
        memcpy(contents[index], vm->storage + number * PAGE_SIZE, PAGE_SIZE);
    fence_i();
}

/* A page that is written for the first time gets a slot of its machine's share. False: there is none left. */
static bool has_slot(const Vm *vm, Page *page)
{
    unsigned machine = vm->number - 1;
    if (page->slot == NONE && used[machine] < share)
        page->slot = (uint16_t)(machine * share + used[machine]++);
    return page->slot != NONE;
}

/* Takes a page's frame away from it, for another. */
static void push_out(Frame *frame, Vm *vm, unsigned number)
{
    Vm *owner = frame->vm;
    Page *page = page_of(owner, frame->page);
    const char *loaded = owner->storage + frame->page * PAGE_SIZE;
    page->written = memcmp(contents[frame - frames], loaded, PAGE_SIZE);
    if (page->written && !has_slot(owner, page)) {
        print("%s: PAGING SPACE FULL\n", owner->name);
        vm_log_off(owner, false); /* its frames are nobody's now */
        if (vm != owner)
            bring(frame, vm, number);
        return;
    }
    shadow_flush(owner);
    say_page_out(owner->number, frame->page, frame - frames);
    page->state = page->written ? OUT : ABSENT;
    if (!page->written) {
        bring(frame, vm, number);
        return;
    }
    frame->next = vm;
    frame->next_page = (uint16_t)number;
    page_of(vm, number)->state = COMING;
    ask(DRUM_WRITE, frame);
}

/* A page that is nowhere in core shall come. Each machine waits for one at a time, but those that were logged off meanwhile may have
 * left requests: there is a frame that is not busy now, or soon. */
static void fetch(Vm *vm, unsigned number)
{
    for (; frames[hand].busy; hand = (hand + 1) % n_frames)
        paging_poll();
    Frame *frame = &frames[hand];
    hand = (hand + 1) % n_frames;
    if (frame->vm)
        push_out(frame, vm, number);
    else
        bring(frame, vm, number);
}

char *page_at(Vm *vm, uint64_t offset)
{
    unsigned number = (unsigned)(offset / PAGE_SIZE);
    Page *page = page_of(vm, number);
    if (!n_frames)
        return vm->storage + offset;
    if (vm->state == LOGGED_OFF)
        return NULL;
    if (page->state == ABSENT)
        fetch(vm, number);
    if (page->state == IN)
        return contents[page->frame] + offset % PAGE_SIZE;
    wanted[vm->number - 1] = (uint16_t)number;
    if (vm->state != LOGGED_OFF) /* for want of space */
        vm_stop(vm, PAGE_WAIT);
    return NULL;
}

char *page_now(Vm *vm, uint64_t offset)
{
    RunState state = vm->state;
    char *at;
    while (!(at = page_at(vm, offset)) && vm->state != LOGGED_OFF)
        paging_poll();
    if (state == PAGE_WAIT)
        vm_wake(vm, vm->queue, WHY_PAGE); /* it finds out whether its page is there */
    else if (vm->state != LOGGED_OFF)
        vm->state = state;
    return at;
}

static void wake_waiting(void)
{
    for (unsigned i = 0; i < cp.count; i++) {
        unsigned state = pages[i][wanted[i]].state;
        if (cp.vms[i].state == PAGE_WAIT && state != COMING && state != OUT)
            vm_wake(&cp.vms[i], cp.vms[i].queue, WHY_PAGE);
    }
}

/* A page that could not be written or read is lost, and its machine with it. */
static void ended(Frame *frame, DrumOperation operation, bool well)
{
    Vm *vm = frame->vm;
    frame->busy = false;
    if (vm)
        page_of(vm, frame->page)->state = operation == DRUM_READ ? IN : ABSENT;
    if (operation == DRUM_WRITE)
        frame->vm = NULL;
    if (vm && !well)
        vm_log_off(vm, false);
    if (operation == DRUM_WRITE && frame->next)
        bring(frame, frame->next, frame->next_page);
    fence_i();
}

void paging_poll(void)
{
    DrumEnd end;
    if (!n_frames || !paging_drum_ended(&drum, &end))
        return;
    do
        ended(&frames[end.cookie], end.operation, end.well);
    while (paging_drum_ended(&drum, &end));
    wake_waiting();
}

/* What the drum is at goes on, for nobody. */
void paging_forget(const Vm *vm)
{
    for (unsigned i = 0; i < PAGES; i++) {
        page_of(vm, i)->state = ABSENT;
        page_of(vm, i)->written = false;
        page_of(vm, i)->slot = NONE;
    }
    used[vm->number - 1] = 0;
    for (Frame *frame = frames; frame < frames + n_frames; frame++) {
        if (frame->vm == vm)
            frame->vm = NULL;
        if (frame->next == vm)
            frame->next = NULL;
    }
}

void paging_make(void)
{
    n_frames = (unsigned)bootarg_number(&cp.fdt, "cp.frames", 0);
    if (!n_frames)
        return;
    if (!paging_drum_open(&drum, &cp.fdt, bootarg_is(&cp.fdt, "cp.drum", "ordered")))
        panic("cp67: cp.frames= needs -device paging-drum");
    if (n_frames > FRAMES || n_frames < LEAST * cp.count || cp.storage / PAGE_SIZE > PAGES)
        panic("cp67: cp.frames= is from %u to %u, and cp.storage= at most 8", LEAST * cp.count,
              FRAMES);
    share = drum.pages / cp.count;
    for (unsigned i = 0; i < VM_MAX * PAGES; i++)
        pages[i / PAGES][i % PAGES].slot = NONE;
    console_listen(drum.source);
}
