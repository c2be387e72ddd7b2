/* SPDX-License-Identifier: MIT */
/*
 * mix.c - integer work of the kinds small controllers do: lists, matrices, a text scanner, a
 * checksum.
 *
 * Each round sorts and searches a linked list, multiplies 16-bit matrices, scans a line of numbers
 * with a state machine, and folds all results with a CRC. Everything fits in a first-level cache.
 */
#include "bench.h"

#define NODES       96
#define SIDE        12
#define SCAN_ROUNDS 4

typedef struct Node Node;
struct Node {
    Node *next;
    uint16_t key;
    uint16_t data;
};

typedef enum {
    SCAN_START,
    SCAN_SIGN,
    SCAN_INTEGER,
    SCAN_POINT,
    SCAN_FRACTION,
    SCAN_EXPONENT,
    SCAN_HEX,
    SCAN_BAD,
    SCAN_STATES
} ScanState;

static Node nodes[NODES];
static int16_t matrix_a[SIDE][SIDE], matrix_b[SIDE][SIDE];
static int32_t matrix_c[SIDE][SIDE];
static const char line_text[] =
    "12,-7.25,+0x1f,3e5,99.x,0,-,+44.125,8192,0xzz,7e,5.5e3,1000000,-1.0,.5,x,31,0x7,2.,6e1";
static char line[sizeof(line_text)];

static uint16_t crc_add(uint16_t crc, uint16_t value)
{
    for (unsigned i = 0; i < 16; i++) {
        unsigned feedback = (crc ^ value) & 1;

        crc >>= 1;
        value >>= 1;
        if (feedback) {
            crc ^= 0xa001;
        }
    }
    return crc;
}

static Node *list_build(uint64_t *seed)
{
    for (unsigned i = 0; i < NODES; i++) {
        nodes[i].key = (uint16_t)random_next(seed);
        nodes[i].data = (uint16_t)i;
        nodes[i].next = i + 1 < NODES ? &nodes[i + 1] : NULL;
    }
    return nodes;
}

static Node *list_merge(Node *a, Node *b)
{
    Node *head = NULL;
    Node **tail = &head;

    while (a && b) {
        Node **smaller = a->key <= b->key ? &a : &b;

        *tail = *smaller;
        tail = &(*smaller)->next;
        *smaller = (*smaller)->next;
    }
    *tail = a ? a : b;
    return head;
}

static Node *list_sort(Node *list, unsigned count)
{
    Node *middle = list, *second;

    if (count < 2) {
        return list;
    }
    for (unsigned i = 1; i < count / 2; i++) {
        middle = middle->next;
    }
    second = middle->next;
    middle->next = NULL;
    return list_merge(list_sort(list, count / 2), list_sort(second, count - count / 2));
}

static Node *list_reverse(Node *list)
{
    Node *done = NULL;

    while (list) {
        Node *next = list->next;

        list->next = done;
        done = list;
        list = next;
    }
    return done;
}

static uint16_t list_work(uint64_t *seed, uint16_t crc)
{
    Node *list = list_sort(list_build(seed), NODES);

    for (unsigned turn = 0; turn < 8; turn++) {
        uint16_t wanted = (uint16_t)(turn * 0x1fff);
        const Node *at = list;

        while (at && (turn & 1 ? at->key > wanted : at->key < wanted)) {
            at = at->next;
        }
        crc = crc_add(crc, at ? at->data : wanted);
        list = list_reverse(list);
    }
    return crc;
}

static uint16_t matrix_work(uint16_t crc)
{
    int32_t trace = 0;

    for (unsigned i = 0; i < SIDE; i++) {
        for (unsigned j = 0; j < SIDE; j++) {
            int32_t sum = 0;

            for (unsigned k = 0; k < SIDE; k++) {
                sum += matrix_a[i][k] * matrix_b[k][j];
            }
            matrix_c[i][j] = sum;
        }
    }
    for (unsigned i = 0; i < SIDE; i++) {
        trace += matrix_c[i][i];
        for (unsigned j = 0; j < SIDE; j++) {
            matrix_a[i][j] = (int16_t)(matrix_c[j][i] >> 3 & 0xff);
        }
        matrix_b[i][SIDE - 1 - i] ^= (int16_t)(crc + i);
    }
    return crc_add(crc, (uint16_t)trace);
}

static ScanState scan_next(ScanState state, char c)
{
    unsigned digit = c >= '0' && c <= '9';

    switch (state) {
    case SCAN_START:
        return digit                  ? SCAN_INTEGER
               : c == '+' || c == '-' ? SCAN_SIGN
               : c == '.'             ? SCAN_POINT
                                      : SCAN_BAD;
    case SCAN_SIGN: return digit ? SCAN_INTEGER : c == '.' ? SCAN_POINT : SCAN_BAD;
    case SCAN_INTEGER:
        return digit      ? SCAN_INTEGER
               : c == '.' ? SCAN_POINT
               : c == 'e' ? SCAN_EXPONENT
               : c == 'x' ? SCAN_HEX
                          : SCAN_BAD;
    case SCAN_POINT:
    case SCAN_FRACTION: return digit ? SCAN_FRACTION : c == 'e' ? SCAN_EXPONENT : SCAN_BAD;
    case SCAN_EXPONENT: return digit ? SCAN_EXPONENT : SCAN_BAD;
    case SCAN_HEX: return digit || (c >= 'a' && c <= 'f') ? SCAN_HEX : SCAN_BAD;
    default: return SCAN_BAD;
    }
}

static uint16_t scan_work(uint16_t crc, unsigned step)
{
    unsigned counts[SCAN_STATES] = { 0 };
    ScanState state = SCAN_START;

    line[crc % (sizeof(line) - 1)] ^= 1;
    for (unsigned i = 0; line[i]; i++) {
        if (line[i] == ',') {
            counts[state]++;
            state = SCAN_START;
        } else {
            state = scan_next(state, line[i]);
        }
    }
    for (unsigned i = 0; i < sizeof(line); i += step) {
        line[i] = line_text[i];
    }
    for (unsigned i = 0; i < SCAN_STATES; i++) {
        crc = crc_add(crc, (uint16_t)counts[i]);
    }
    return crc;
}

uint64_t bench_main(void)
{
    uint64_t seed = 0x2545f4914f6cdd1dull, sum = 0;
    uint16_t crc = 0xffff;

    memcpy(line, line_text, sizeof(line));
    for (unsigned i = 0; i < SIDE * SIDE; i++) {
        matrix_a[i / SIDE][i % SIDE] = (int16_t)(i * 7 & 0xff);
        matrix_b[i / SIDE][i % SIDE] = (int16_t)(i * 13 & 0xff);
    }
    for (uint64_t round = 0; round < ROUNDS(75000); round++) {
        crc = list_work(&seed, crc);
        crc = matrix_work(crc);
        for (unsigned i = 1; i <= SCAN_ROUNDS; i++) {
            crc = scan_work(crc, i);
        }
        sum = checksum_add(sum, crc);
    }
    return sum;
}
