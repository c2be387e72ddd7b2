/* SPDX-License-Identifier: MIT */
/*
 * queue.c - the queues of several levels: the Guide, pages 10 and 11; Corbató has the same.
 *
 * A program that begins goes to a level by its size: bringing in a large one costs more, so it is not to be done often, and
 * for more than a moment. At level l a program runs for up to 2^l quanta; has it not answered then, it goes to the end of
 * level l + 1. Level l + 1 is served only while all below are empty. So short answers are never behind long ones.
 */
#include "ctss.h"

typedef struct {
    Job *first, **end;
} Queue;

static Queue queues[LEVELS];

/* l0 = [log2([w_p / w_q] + 1)], the inner bracket rounded up (docs/adr/0046), the outer one down. */
unsigned queue_entry(unsigned words)
{
    unsigned level = 0, quanta = (words + ctss.per_quantum - 1) / ctss.per_quantum;
    while (quanta + 1 >= 2u << level)
        level++;
    return level < ctss.levels ? level : ctss.levels - 1;
}

void queue_enter(Job *job)
{
    Queue *queue = &queues[job->level];
    say_queue(job->number, job->level, job->words);
    if (!queue->first)
        queue->end = &queue->first;
    job->next = NULL;
    *queue->end = job;
    queue->end = &job->next;
}

void queue_leave(Job *job)
{
    Queue *queue = &queues[job->level];
    Job **link = &queue->first;
    while (*link && *link != job)
        link = &(*link)->next;
    if (!*link)
        return;
    *link = job->next;
    if (!job->next)
        queue->end = link;
}

Job *queue_first(void)
{
    for (unsigned level = 0; level < ctss.levels; level++) {
        if (queues[level].first)
            return queues[level].first;
    }
    return NULL;
}
