/* SPDX-License-Identifier: MIT */
/* sort.c - lines of a file are read into records, and the records are sorted where they lie. */
#include "loads.h"

#include "lib/string.h"

enum { RECORD = 128, WORD_MIN = 40, WORD_MAX = 80, PREFIX = 1 };

typedef struct {
    uint64_t key; /* the first eight letters, as a number that is compared at once */
    char text[RECORD - sizeof(uint64_t)];
} Record;

static Record *const records = (Record *)PROCESS;
static uint64_t sum_before;

static uint64_t text_sum(const char *text)
{
    uint64_t sum = 0;
    while (*text)
        sum = mix(sum, (uint8_t)*text++);
    return sum;
}

/* A word: a few letters that many have, then others. */
static char *put_word(char *to, uint64_t *random)
{
    unsigned length = WORD_MIN + next_random(random) % (WORD_MAX - WORD_MIN);
    for (unsigned i = 0; i < length; i++)
        *to++ = (char)('a' + next_random(random) % (i < PREFIX ? 2 : 26));
    return to;
}

void sort_prepare(unsigned count)
{
    uint64_t random = 1;
    char *to = (char *)FILES;
    sum_before = 0;
    for (unsigned i = 0; i < count; i++) {
        char *word = to;
        to = put_word(to, &random);
        *to = 0;
        sum_before += text_sum(word);
        *to++ = '\n';
    }
    *to = 0;
    check((uintptr_t)to < FILES + FILES_SIZE && count * sizeof(Record) <= PROCESS_SIZE,
          "room for the words", count);
}

static void read_words(unsigned count)
{
    const char *from = (const char *)FILES;
    for (unsigned i = 0; i < count; i++) {
        char *to = records[i].text;
        while (*from != '\n')
            *to++ = *from++;
        *to = 0;
        from++;
        records[i].key = 0;
        for (unsigned letter = 0; letter < sizeof(uint64_t); letter++)
            records[i].key = records[i].key << 8 | (uint8_t)records[i].text[letter];
    }
}

static inline bool is_before(const Record *a, const Record *b)
{
    return a->key < b->key || (a->key == b->key && strcmp(a->text, b->text) < 0);
}

static void copy(Record *to, const Record *from)
{
    uint64_t *x = (uint64_t *)to;
    const uint64_t *y = (const uint64_t *)from;
#pragma GCC unroll 16
    for (unsigned i = 0; i < RECORD / sizeof(uint64_t); i++)
        x[i] = y[i];
}

static void swap(Record *a, Record *b)
{
    uint64_t *x = (uint64_t *)a, *y = (uint64_t *)b;
#pragma GCC unroll 16
    for (unsigned i = 0; i < RECORD / sizeof(uint64_t); i++) {
        uint64_t was = x[i];
        x[i] = y[i];
        y[i] = was;
    }
}

/* Hoare's quicksort; the smaller part first, so that the stack stays low. */
static void sort(Record *low, Record *high)
{
    Record pivot;
    while (low < high) {
        Record *i = low - 1, *j = high + 1;
        copy(&pivot, &low[(high - low) / 2]);
        for (;;) {
            do
                i++;
            while (is_before(i, &pivot));
            do
                j--;
            while (is_before(&pivot, j));
            if (i >= j)
                break;
            swap(i, j);
        }
        if (j - low < high - j) {
            sort(low, j);
            low = j + 1;
        } else {
            sort(j + 1, high);
            high = j;
        }
    }
}

void sort_run(unsigned count)
{
    read_words(count);
    sort(records, records + count - 1);
}

/* All words are there, in order. */
uint64_t sort_verify(unsigned count)
{
    uint64_t sum = 0, in_order = 0;
    for (unsigned i = 0; i < count; i++) {
        check(!i || strcmp(records[i - 1].text, records[i].text) <= 0, "words in order", i);
        sum += text_sum(records[i].text);
        in_order = mix(in_order, text_sum(records[i].text));
    }
    check(sum == sum_before, "no word lost", sum);
    return in_order;
}
