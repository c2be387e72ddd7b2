/* SPDX-License-Identifier: MIT */
/* drum.c - the drums: looking; see drum.h. */
#include "emu/sight/drum.h"

/* A transfer that has not begun has passed no word. */
static void look_at_transfer(const Drum *drum, uint64_t now, DrumLook *look)
{
    uint64_t word = drum_word_at(drum, now);
    look->phase = (DrumPhase)drum->phase;
    look->write_field = drum->write_field;
    look->read_field = drum->read_field;
    look->count = drum->count;
    look->first = (unsigned)(drum->begin_word % drum->config.words);
    look->core = drum->transfer_core;
    look->command_at = drum->command_at;
    look->begins_at = drum_word_begins(drum, drum->begin_word);
    look->ends_at = drum_word_begins(drum, drum->begin_word + drum->count);
    if (word > drum->begin_word)
        look->passed = (unsigned)MIN(word - drum->begin_word, drum->count);
}

static void look_at_drum(const Machine *m, uint64_t now, DrumLook *look)
{
    const Drum *drum = m->drum;
    look->config = drum->config;
    look->revolution = drum_revolution(drum);
    look->word = (unsigned)(drum_word_at(drum, now) % drum->config.words);
    look->stat = drum->stat;
    look->halted = m->halted;
    look_at_transfer(drum, now, look);
    for (unsigned i = 0; i < drum->config.fields; i++)
        look->fields[i] = drum->field[i];
}

static void look_at_request(const PagingDrum *drum, unsigned number, PagingLook *look)
{
    const PagingRequest *request = paging_drum_waiting(drum, number);
    if (!request || look->n == PAGING_DRUM_MOST_REQUESTS)
        return;
    PagingLookRequest *it = &look->requests[look->n++];
    *it = (PagingLookRequest){ .page = request->page,
                               .slot = paging_drum_slot(request->page),
                               .write = request->op == PAGING_DRUM_WRITE,
                               .core = request->core,
                               .came = request->came,
                               .current = drum->phase != PAGING_DRUM_IDLE &&
                                          drum->first + number == drum->current };
    look->waiting[it->slot]++;
    if (!it->current)
        return;
    look->begins_at = drum->phase == PAGING_DRUM_WAITS ? drum->step.deadline : drum->begin_at;
    look->ends_at = look->begins_at + paging_drum_transfer(drum);
}

static void look_at_paging(const Machine *m, uint64_t now, PagingLook *look)
{
    const PagingDrum *drum = m->paging_drum;
    look->config = drum->config;
    look->revolution = paging_drum_revolution(drum);
    look->transfer = paging_drum_transfer(drum);
    look->angle = now % look->revolution;
    look->ordered = drum->mode;
    look->phase = (PagingDrumPhase)drum->phase;
    look->reads = drum->reads;
    look->writes = drum->writes;
    for (unsigned page = 0; page < drum->config.pages; page++)
        look->used += drum->used[page];
    for (unsigned i = 0; i < PAGING_DRUM_MOST_REQUESTS; i++)
        look_at_request(drum, i, look);
}

void *drum_sight_make(Machine *m, const SightWants *wants)
{
    DrumSight *sight = g_new0(DrumSight, 1);
    (void)wants;
    sight->now = clock_now(&m->clock);
    sight->has_drum = m->drum != NULL;
    sight->has_paging = m->paging_drum != NULL;
    if (m->drum)
        look_at_drum(m, sight->now, &sight->drum);
    if (m->paging_drum)
        look_at_paging(m, sight->now, &sight->paging);
    return sight;
}

void drum_sight_free(void *sight)
{
    g_free(sight);
}
