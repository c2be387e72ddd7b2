/* SPDX-License-Identifier: MIT */
/*
 * vectors.c - hold the soft-float against test vectors: `vectors FUNCTION RM < lines`.
 *
 * A line is operands, result and flags in hexadecimal, as Berkeley TestFloat's testfloat_gen writes them. RM is 0 to 4,
 * as in frm. Prints how many lines were read and the first that differ; exit code 1 if any does.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/fpu.h"

typedef uint64_t Function(FpuEnv *env, const uint64_t v[3]);

typedef struct {
    const char *name;
    unsigned arity;
    Function *run;
} Entry;

/* The functions of one format, by TestFloat's names. */
#define UNARY(name, call)                                        \
    static uint64_t run_##name(FpuEnv *env, const uint64_t v[3]) \
    {                                                            \
        return (uint64_t)call;                                   \
    }
#define FORMAT(n, T)                                                 \
    UNARY(f##n##_add, f##n##_add(env, (T)v[0], (T)v[1]))             \
    UNARY(f##n##_sub, f##n##_sub(env, (T)v[0], (T)v[1]))             \
    UNARY(f##n##_mul, f##n##_mul(env, (T)v[0], (T)v[1]))             \
    UNARY(f##n##_div, f##n##_div(env, (T)v[0], (T)v[1]))             \
    UNARY(f##n##_sqrt, f##n##_sqrt(env, (T)v[0]))                    \
    UNARY(f##n##_mulAdd, f##n##_fma(env, (T)v[0], (T)v[1], (T)v[2])) \
    UNARY(f##n##_eq, f##n##_eq(env, (T)v[0], (T)v[1]))               \
    UNARY(f##n##_le, f##n##_le(env, (T)v[0], (T)v[1]))               \
    UNARY(f##n##_lt, f##n##_lt(env, (T)v[0], (T)v[1]))               \
    UNARY(f##n##_le_quiet, f##n##_leq(env, (T)v[0], (T)v[1]))        \
    UNARY(f##n##_lt_quiet, f##n##_ltq(env, (T)v[0], (T)v[1]))        \
    UNARY(f##n##_roundToInt, f##n##_roundnx(env, (T)v[0]))           \
    UNARY(f##n##_to_ui32, f##n##_to_u32(env, (T)v[0]))               \
    UNARY(f##n##_to_ui64, f##n##_to_u64(env, (T)v[0]))               \
    UNARY(f##n##_to_i32, (uint32_t)f##n##_to_i32(env, (T)v[0]))      \
    UNARY(f##n##_to_i64, f##n##_to_i64(env, (T)v[0]))                \
    UNARY(ui32_to_f##n, f##n##_from_u32(env, (uint32_t)v[0]))        \
    UNARY(ui64_to_f##n, f##n##_from_u64(env, v[0]))                  \
    UNARY(i32_to_f##n, f##n##_from_i32(env, (int32_t)v[0]))          \
    UNARY(i64_to_f##n, f##n##_from_i64(env, (int64_t)v[0]))
#define BETWEEN(from, T, to) UNARY(f##from##_to_f##to, f##from##_to_f##to(env, (T)v[0]))

FORMAT(16, uint16_t)
FORMAT(32, uint32_t)
FORMAT(64, uint64_t)
BETWEEN(16, uint16_t, 32)
BETWEEN(16, uint16_t, 64)
BETWEEN(32, uint32_t, 16)
BETWEEN(32, uint32_t, 64)
BETWEEN(64, uint64_t, 16)
BETWEEN(64, uint64_t, 32)
#undef UNARY
#undef FORMAT
#undef BETWEEN

// clang-format off
#define ENTRY(name, arity) { #name, arity, run_##name }
#define FORMAT(n) \
    ENTRY(f##n##_add, 2), ENTRY(f##n##_sub, 2), ENTRY(f##n##_mul, 2), ENTRY(f##n##_div, 2), ENTRY(f##n##_sqrt, 1), \
    ENTRY(f##n##_mulAdd, 3), ENTRY(f##n##_eq, 2), ENTRY(f##n##_le, 2), ENTRY(f##n##_lt, 2), ENTRY(f##n##_le_quiet, 2), \
    ENTRY(f##n##_lt_quiet, 2), ENTRY(f##n##_roundToInt, 1), ENTRY(f##n##_to_ui32, 1), ENTRY(f##n##_to_ui64, 1), \
    ENTRY(f##n##_to_i32, 1), ENTRY(f##n##_to_i64, 1), ENTRY(ui32_to_f##n, 1), ENTRY(ui64_to_f##n, 1), \
    ENTRY(i32_to_f##n, 1), ENTRY(i64_to_f##n, 1)

static const Entry entries[] = {
    FORMAT(16), FORMAT(32), FORMAT(64),
    ENTRY(f16_to_f32, 1), ENTRY(f16_to_f64, 1), ENTRY(f32_to_f16, 1),
    ENTRY(f32_to_f64, 1), ENTRY(f64_to_f16, 1), ENTRY(f64_to_f32, 1),
};
// clang-format on

enum { ENTRIES = sizeof entries / sizeof *entries, MOST_SHOWN = 5 };

/* Reads `count` hexadecimal words. */
static bool read_words(const char *line, uint64_t *out, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char *end;
        out[i] = strtoull(line, &end, 16);
        if (end == line)
            return false;
        line = end;
    }
    return true;
}

static int check(const Entry *entry, unsigned rm)
{
    char line[200];
    uint64_t lines = 0, wrong = 0, words[5];
    while (fgets(line, sizeof line, stdin)) {
        FpuEnv env = { .rm = (uint8_t)rm };
        if (!read_words(line, words, entry->arity + 2)) {
            fprintf(stderr, "vectors: not a test vector: %s", line);
            return 2;
        }
        uint64_t result = entry->run(&env, words);
        lines++;
        if (result == words[entry->arity] && env.flags == words[entry->arity + 1])
            continue;
        if (wrong++ < MOST_SHOWN)
            printf("%s, rounding mode %u: got %" PRIX64 " %02x for %s", entry->name, rm, result,
                   env.flags, line);
    }
    printf("%" PRIu64 " vectors, %" PRIu64 " wrong\n", lines, wrong);
    return wrong || !lines;
}

int main(int argc, char **argv)
{
    for (unsigned i = 0; argc == 3 && i < ENTRIES; i++)
        if (!strcmp(entries[i].name, argv[1]))
            return check(&entries[i], (unsigned)atoi(argv[2]));
    for (unsigned i = 0; argc == 1 && i < ENTRIES; i++)
        puts(entries[i].name);
    if (argc != 1)
        fprintf(stderr,
                "usage: vectors FUNCTION RM < lines    without arguments it lists the functions\n");
    return argc != 1 ? 2 : 0;
}
