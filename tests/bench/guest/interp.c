/* SPDX-License-Identifier: MIT */
/*
 * interp.c - a byte-code interpreter running a loop of its own: one indirect jump for each byte
 * code.
 */
#include "bench.h"

typedef enum {
    OP_PUSH,
    OP_LOAD,
    OP_STORE,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_XOR,
    OP_SHIFT,
    OP_JUMP_IF,
    OP_HALT
} Op;
enum { VARIABLES = 4, STACK = 16 };

/* s = (s * 5 + n) ^ (s >> 7); n = n - 1; again while n is not 0; s is variable 0 and n is
 * variable 1. */
static const uint8_t program[] = {
    OP_LOAD, 0,        OP_PUSH,  5,       OP_MUL,   OP_LOAD,    1,       OP_ADD,  OP_LOAD, 0,
    OP_PUSH, 7,        OP_SHIFT, OP_XOR,  OP_STORE, 0,          OP_LOAD, 1,       OP_PUSH, 1,
    OP_SUB,  OP_STORE, 1,        OP_LOAD, 1,        OP_JUMP_IF, 0,       OP_HALT,
};

static void __attribute__((noinline)) run(const uint8_t *code, uint64_t variables[VARIABLES])
{
    uint64_t stack[STACK], *top = stack;

    for (const uint8_t *at = code;;) {
        switch ((Op)*at++) {
        case OP_PUSH: *top++ = *at++; break;
        case OP_LOAD: *top++ = variables[*at++]; break;
        case OP_STORE: variables[*at++] = *--top; break;
        case OP_ADD:
            top--;
            top[-1] += top[0];
            break;
        case OP_SUB:
            top--;
            top[-1] -= top[0];
            break;
        case OP_MUL:
            top--;
            top[-1] *= top[0];
            break;
        case OP_XOR:
            top--;
            top[-1] ^= top[0];
            break;
        case OP_SHIFT:
            top--;
            top[-1] >>= top[0] & 63;
            break;
        case OP_JUMP_IF: at = *--top ? code + *at : at + 1; break;
        default: return;
        }
    }
}

uint64_t bench_main(void)
{
    uint64_t variables[VARIABLES] = { 1, ROUNDS(5000000) };

    run(program, variables);
    return variables[0];
}
