/* SPDX-License-Identifier: MIT */
/*
 * core.c - who lies in core, and swapping by parts, the "onion".
 *
 * Every program begins at the first word of core. One that comes in needs as many words as it has: only these are written
 * out, into the fields of whoever they belong to. What lies above stays, and does not have to be read again when its owner comes
 * back: the Guide, page 9, has programs dumped "in part or entirely". So core is layers, of one owner each.
 *
 *        0                    words of the newcomer                CORE_WORDS
 *   before | A A A A A A A A A A A A A A A A A | B B B B | free    |
 *   after  | N N N N N N N N N N N | A A A A A | B B B B | free    |
 *
 * The drum writes and reads a word in one pass: what goes out of a layer and what comes in at the same place is one transfer.
 */
#include "ctss.h"
#include "lib/print.h"
#include "lib/string.h"

typedef struct {
    const Job *job; /* NULL: nobody's */
    unsigned top;   /* its words end here; they begin at the top of the one below */
} Layer;

uint32_t core[CORE_WORDS] __attribute__((aligned(4096)));
static Layer layers[MOST_JOBS + 2];
static unsigned n_layers;
static bool ended;

void core_drum_ended(void)
{
    if (!drum_acknowledge(&ctss.drum))
        panic("ctss: the drum refuses a transfer");
    ended = true;
}

/* Meanwhile commands may come. */
static void transfer(unsigned write, unsigned read, unsigned address, unsigned count)
{
    DrumTransfer it = {
        .write = write, .read = read, .address = address, .count = count, .core = (uintptr_t)core
    };
    ended = false;
    drum_prepare(&ctss.drum, &it);
    drum_begin(&ctss.drum, &it);
    while (!ended) {
        alarm_before(UINT64_MAX);
        wfi();
        interrupts();
    }
}

/* Words [from, to) go to the field of their owner, and the job's come. */
static void swap(const Job *owner, const Job *job, unsigned from, unsigned to)
{
    if (owner)
        say_swap(owner->number, SWAP_OUT, to - from, owner->field);
    unsigned field = job->fresh ? job->program->field : job->field;
    say_swap(job->number, SWAP_IN, to - from, field);
    transfer(owner ? owner->field : 0, field, from, to - from);
}

/* The first word that is still in core, of those of the job; all above are, too. */
static unsigned first_in_core(const Job *job)
{
    unsigned bottom = 0;
    for (unsigned i = 0; i < n_layers; bottom = layers[i++].top) {
        if (layers[i].job == job)
            return bottom;
    }
    return job->words;
}

/* The job has core up to its size; what others have above that stays theirs. */
static void cover(const Job *job)
{
    unsigned above = 0;
    while (above < n_layers && layers[above].top <= job->words)
        above++;
    memmove(layers + 1, layers + above, (n_layers - above) * sizeof layers[0]);
    layers[0] = (Layer){ job, job->words };
    n_layers = n_layers - above + 1;
}

/* The layer of a word; while the drum turns, others' commands may end, and layers become one. */
static Layer layer_of(unsigned word)
{
    for (unsigned i = 0; i < n_layers; i++) {
        if (word < layers[i].top)
            return layers[i];
    }
    return (Layer){ NULL, CORE_WORDS };
}

void core_bring_in(Job *job)
{
    const unsigned need = first_in_core(job);
    for (unsigned from = 0, to; from < need; from = to) {
        Layer layer = layer_of(from);
        to = layer.top < need ? layer.top : need;
        swap(layer.job, job, from, to);
    }
    job->fresh = false;
    cover(job);
    csr_write(pmpaddr1, (uintptr_t)(core + job->words) >> 2);
    sfence_vma(); /* norm:pmp_sfence_required */
    fence_i();    /* other instructions lie there now */
}

/* What is nobody's becomes one layer with its neighbours, or none at the top. */
void core_forget(const Job *job)
{
    unsigned n = 0;
    for (unsigned i = 0; i < n_layers; i++) {
        Layer layer = layers[i];
        if (layer.job == job)
            layer.job = NULL;
        if (n && !layer.job && !layers[n - 1].job)
            n--;
        layers[n++] = layer;
    }
    n_layers = n && !layers[n - 1].job ? n - 1 : n;
}

unsigned core_write_programs(void)
{
    unsigned field = 0;
    for (Program *program = programs; program < programs + n_programs; program++) {
        program->field = ++field;
        memset(core, 0, sizeof core);
        memcpy(core, program->image, (uintptr_t)program->end - (uintptr_t)program->image);
        transfer(field, 0, 0, 0);
    }
    return field;
}
