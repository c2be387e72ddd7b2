/* SPDX-License-Identifier: MIT */
/* sort.c - cards of a file are read into records, and the records are sorted where they lie. */
#include "loads.h"

#include "lib/string.h"

enum { RECORD = 128, CARD = 64, WORD_MIN = 30, WORD_MAX = 60 };

/* Columns that a word leaves are zero. */
typedef struct {
    char text[CARD] __attribute__((aligned(8)));
} Card;

typedef struct {
    uint64_t key; /* the first eight letters, as a number that is compared at once */
    uint64_t length;
    Card card;
    char rest[RECORD - 2 * sizeof(uint64_t) - sizeof(Card)]; /* what else there might be of it */
} Record;

static Card *const cards = (Card *)FILES;
static Record *const records = (Record *)PROCESS;
static uint64_t sum_before;

static uint64_t card_sum(const Card *card)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < CARD; i++)
        sum = mix(sum, (uint8_t)card->text[i]);
    return sum;
}

static void punch(Card *card, uint64_t *random)
{
    unsigned length = WORD_MIN + next_random(random) % (WORD_MAX - WORD_MIN);
    memset(card, 0, sizeof(*card));
    for (unsigned i = 0; i < length; i++)
        card->text[i] = (char)('a' + next_random(random) % 26);
}

void sort_prepare(unsigned count)
{
    uint64_t random = 1;
    check(count * sizeof(Card) <= FILES_SIZE && count * sizeof(Record) <= PROCESS_SIZE,
          "room for the words", count);
    sum_before = 0;
    for (unsigned i = 0; i < count; i++) {
        punch(&cards[i], &random);
        sum_before += card_sum(&cards[i]);
    }
}

static void read_cards(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        Record *record = &records[i];
        record->card = cards[i];
        record->length = strlen(record->card.text);
        record->key = 0;
        for (unsigned letter = 0; letter < sizeof(uint64_t); letter++)
            record->key = record->key << 8 | (uint8_t)record->card.text[letter];
    }
}

static inline bool is_before(const Record *a, const Record *b)
{
    return a->key < b->key || (a->key == b->key && strcmp(a->card.text, b->card.text) < 0);
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
    read_cards(count);
    sort(records, records + count - 1);
}

/* All words are there, in order. */
uint64_t sort_verify(unsigned count)
{
    uint64_t sum = 0, in_order = 0;
    for (unsigned i = 0; i < count; i++) {
        const Card *card = &records[i].card;
        check(!i || strcmp(card->text, records[i - 1].card.text) >= 0, "words in order", i);
        sum += card_sum(card);
        in_order = mix(in_order, card_sum(card));
    }
    check(sum == sum_before, "no word lost", sum);
    return in_order;
}
