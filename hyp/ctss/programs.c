/* SPDX-License-Identifier: MIT */
/* programs.c - the programs that there are; programs.S has them. */
#include "ctss.h"
#include "lib/string.h"

/* NAME(program): what stands between program_NAME and program_NAME_end. */
#define PROGRAM(word)                                                       \
    {                                                                       \
        .name = #word, .image = program_##word, .end = program_##word##_end \
    }
#define NAME(word) extern const uint32_t program_##word[], program_##word##_end[];
NAME(work)
NAME(count)
NAME(echo)
NAME(adapt)
NAME(jump)
NAME(store)
NAME(drum)
NAME(halt)
NAME(storm)
NAME(call)
NAME(chaos)
#undef NAME

Program programs[] = {
    PROGRAM(work), PROGRAM(count), PROGRAM(echo),  PROGRAM(adapt), PROGRAM(jump),  PROGRAM(store),
    PROGRAM(drum), PROGRAM(halt),  PROGRAM(storm), PROGRAM(call),  PROGRAM(chaos),
};
const unsigned n_programs = sizeof programs / sizeof programs[0];

const Program *program_find(const char *name, size_t length)
{
    for (const Program *program = programs; program < programs + n_programs; program++) {
        if (strlen(program->name) == length && !memcmp(program->name, name, length))
            return program;
    }
    return NULL;
}
