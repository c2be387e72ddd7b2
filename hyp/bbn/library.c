/* SPDX-License-Identifier: MIT */
/*
 * library.c - programs to load: images of a whole field, one behind the other, on what would be a paper tape.
 *
 * It is an archive as `ar` makes it: a line, then for each member a header of 60 characters, name and size among them, and its
 * bytes.
 */
#include "bbn.h"

#include "lib/string.h"

enum { MAGIC = 8, NAME = 16, SIZE_AT = 48, HEADER = 60 };

static uint64_t decimal(const char *at)
{
    uint64_t number = 0;
    for (; *at >= '0' && *at <= '9'; at++)
        number = 10 * number + (uint64_t)(*at - '0');
    return number;
}

/* Members are called NAME.bin/ there. */
static bool is_called(const char *member, const char *text, size_t size)
{
    return size && size < NAME && !memcmp(member, text, size) && member[size] == '.';
}

const void *library_find(const char *text, size_t size, const char **name)
{
    const char *at = bbn.tape + MAGIC;
    while (at + HEADER + CORE_SIZE <= bbn.tape_end && decimal(at + SIZE_AT) == CORE_SIZE) {
        if (is_called(at, text, size)) {
            *name = at;
            return at + HEADER;
        }
        at += HEADER + CORE_SIZE;
    }
    return NULL;
}

bool library_load(Job *job, const char *text, size_t size, uint64_t argument)
{
    const char *image = library_find(text, size, &job->program);
    if (!image)
        return false;
    DrumTransfer out = { .write = job->field, .core = (uintptr_t)image };
    if (bbn.resident == job)
        bbn.resident = NULL; /* what is in core is nobody's now */
    drum_transfer(&bbn.drum, &out);
    memset(&job->user, 0, sizeof(job->user));
    job->user.pc = CORE;
    job->user.x[2] = CORE + CORE_SIZE;
    job->user.x[10] = argument;
    job_dismiss(job, STOPPED, WHY_TYC);
    return true;
}
