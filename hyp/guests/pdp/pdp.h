/* SPDX-License-Identifier: MIT */
/*
 * pdp.h - what a user's program under a time-sharing system of 1962 has: 4,096 words, a typewriter, and no system.
 *
 * It does its input and output as if it had the machine for itself [S1]: with instructions that are not allowed to it, and
 * that somebody else does in its stead. Device n is at address 4 * n; nothing is there.
 */
#ifndef PDP_H
#define PDP_H

#include <stdbool.h>
#include <stdint.h>

/* iot 03: types a character. */
static inline void tyo(char character)
{
    __asm__ volatile("sw %0, 12(zero)" ::"r"((uint64_t)(uint8_t)character) : "memory");
}

/* iot 04: the next character that is typed. */
static inline char tyi(void)
{
    uint64_t character;
    __asm__ volatile("lw %0, 16(zero)" : "=r"(character)::"memory");
    return (char)character;
}

/* Stops; who is told to go on does so behind it. */
static inline void hlt(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

/* Word 1: what a program counts, for those who look. */
extern volatile uint32_t pdp_count;

/* Defined by the program; `argument` is what stood behind its name, or 0. */
void run(uint64_t argument);

static inline void type(const char *text)
{
    while (*text)
        tyo(*text++);
}

static inline void type_number(int64_t value)
{
    char text[24], *at = text + sizeof(text) - 1;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    *at = 0;
    do
        *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        tyo('-');
    type(at);
}

#endif
