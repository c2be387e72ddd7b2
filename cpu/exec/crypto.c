/* SPDX-License-Identifier: MIT */
/*
 * crypto.c - scalar cryptography: AES, SHA-2, SM3, SM4.
 *
 * Both substitution boxes are what they are by definition, so they are computed when first used: the multiplicative
 * inverse in a field of 256 elements between affine maps. A block of AES is 16 bytes in columns of four; an instruction
 * makes the half that begins with the first operand's columns.
 */
#include "cpu/exec/exec.h"

#define RS1   hart->x[in->rs1]
#define RS2   hart->x[in->rs2]
#define SHAMT ((unsigned)in->imm)

/* The polynomials that the fields of AES (FIPS 197, 4.2) and SM4 are taken modulo. */
enum { AES_FIELD = 0x11b, SM4_FIELD = 0x1f5 };

typedef struct {
    uint8_t aes[256], aes_inverse[256], sm4[256];
} Boxes;

static uint8_t field_multiply(unsigned a, unsigned b, unsigned field)
{
    unsigned product = 0;
    for (; b; b >>= 1) {
        product ^= a & -(b & 1);
        a <<= 1;
        a ^= field & -(a >> 8);
    }
    return (uint8_t)product;
}

/* x^254, which is 1 / x where there is one, and 0 for 0. */
static uint8_t field_inverse(uint8_t x, unsigned field)
{
    uint8_t result = 1, power = x;
    for (unsigned i = 0; i < 7; i++) {
        power = field_multiply(power, power, field);
        result = field_multiply(result, power, field);
    }
    return result;
}

/* Bit i of the result is the parity of the bits of `x` that `row` selects when rotated left by i; then `plus` is added. */
static uint8_t affine(uint8_t x, uint8_t row, uint8_t plus)
{
    unsigned result = plus;
    for (unsigned i = 0; i < 8; i++) {
        uint8_t selected = x & (uint8_t)(row << i | row >> (8 - i));
        result ^= (unsigned)__builtin_parity(selected) << i;
    }
    return (uint8_t)result;
}

static const Boxes *boxes(void)
{
    static Boxes made;
    static gsize ready;
    if (g_once_init_enter(&ready)) {
        for (unsigned x = 0; x < 256; x++) {
            uint8_t y = affine(field_inverse((uint8_t)x, AES_FIELD), 0xf1, 0x63);
            made.aes[x] = y;
            made.aes_inverse[y] = (uint8_t)x;
            y = affine((uint8_t)x, 0xa7, 0xd3);
            made.sm4[x] = affine(field_inverse(y, SM4_FIELD), 0xa7, 0xd3);
        }
        g_once_init_leave(&ready, 1);
    }
    return &made;
}

static uint32_t rotate_left(uint32_t x, unsigned by)
{
    return x << (by & 31) | x >> (-by & 31);
}

static uint32_t rotate_right(uint32_t x, unsigned by)
{
    return rotate_left(x, -by);
}

static uint64_t rotate_right64(uint64_t x, unsigned by)
{
    return x >> by | x << (64 - by);
}

/* AES. */

static uint8_t byte_of(uint64_t x, unsigned index)
{
    return (uint8_t)(x >> 8 * index);
}

static uint64_t substitute(uint64_t x, const uint8_t box[256])
{
    uint64_t result = 0;
    for (unsigned i = 0; i < 8; i++)
        result |= (uint64_t)box[byte_of(x, i)] << 8 * i;
    return result;
}

/* The first two columns after row r of the block `high:low` was rotated by r columns, forwards or (`by` is 3) back. */
static uint64_t shift_rows(uint64_t low, uint64_t high, unsigned by)
{
    uint64_t result = 0;
    for (unsigned i = 0; i < 8; i++) {
        unsigned row = i % 4, column = (i / 4 + by * row) % 4, from = 4 * column + row;
        result |= (uint64_t)byte_of(from < 8 ? low : high, from % 8) << 8 * i;
    }
    return result;
}

/* Both columns times a fixed polynomial: `factors` are the coefficients by which a byte's row and those after it go
 * into it. */
static uint64_t mix_columns(uint64_t x, const uint8_t factors[4])
{
    uint64_t result = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint8_t sum = 0;
        for (unsigned k = 0; k < 4; k++)
            sum ^= field_multiply(byte_of(x, (i & 4) | ((i + k) & 3)), factors[k], AES_FIELD);
        result |= (uint64_t)sum << 8 * i;
    }
    return result;
}

static const uint8_t mix_forward[4] = { 2, 3, 1, 1 }, mix_inverse[4] = { 14, 11, 13, 9 };

static uint64_t aes_encrypt(uint64_t low, uint64_t high)
{
    return substitute(shift_rows(low, high, 1), boxes()->aes);
}

static uint64_t aes_decrypt(uint64_t low, uint64_t high)
{
    return substitute(shift_rows(low, high, 3), boxes()->aes_inverse);
}

TO_RD(aes64es, aes_encrypt(RS1, RS2))
TO_RD(aes64esm, mix_columns(aes_encrypt(RS1, RS2), mix_forward))
TO_RD(aes64ds, aes_decrypt(RS1, RS2))
TO_RD(aes64dsm, mix_columns(aes_decrypt(RS1, RS2), mix_inverse))
TO_RD(aes64im, mix_columns(RS1, mix_inverse))

/* Key schedule: the word before, substituted, and but for the last step rotated and with a round constant, x^rnum. */
EXEC(aes64ks1i)
{
    static const uint8_t constants[11] = { 0x01, 0x02, 0x04, 0x08, 0x10, 0x20,
                                           0x40, 0x80, 0x1b, 0x36, 0 };
    uint32_t word = (uint32_t)(RS1 >> 32);
    if (SHAMT < 10)
        word = rotate_right(word, 8);
    word = (uint32_t)substitute(word, boxes()->aes) ^ constants[SHAMT];
    hart->x[in->rd] = (uint64_t)word << 32 | word;
    return EXEC_NEXT;
}

EXEC(aes64ks2)
{
    uint32_t low = (uint32_t)(RS1 >> 32 ^ RS2);
    hart->x[in->rd] = (uint64_t)(low ^ (uint32_t)(RS2 >> 32)) << 32 | low;
    return EXEC_NEXT;
}

/* SHA-2 (FIPS 180-4, 4.1.2 and 4.1.3). */

#define SUM32(x, a, b, c)   (rotate_right(x, a) ^ rotate_right(x, b) ^ rotate_right(x, c))
#define SIGMA32(x, a, b, c) (rotate_right(x, a) ^ rotate_right(x, b) ^ (x) >> (c))
#define SUM64(x, a, b, c)   (rotate_right64(x, a) ^ rotate_right64(x, b) ^ rotate_right64(x, c))
#define SIGMA64(x, a, b, c) (rotate_right64(x, a) ^ rotate_right64(x, b) ^ (x) >> (c))

TO_RD(sha256sum0, (int32_t)SUM32((uint32_t)RS1, 2, 13, 22))
TO_RD(sha256sum1, (int32_t)SUM32((uint32_t)RS1, 6, 11, 25))
TO_RD(sha256sig0, (int32_t)SIGMA32((uint32_t)RS1, 7, 18, 3))
TO_RD(sha256sig1, (int32_t)SIGMA32((uint32_t)RS1, 17, 19, 10))
TO_RD(sha512sum0, SUM64(RS1, 28, 34, 39))
TO_RD(sha512sum1, SUM64(RS1, 14, 18, 41))
TO_RD(sha512sig0, SIGMA64(RS1, 1, 8, 7))
TO_RD(sha512sig1, SIGMA64(RS1, 19, 61, 6))

/* SM3 (GB/T 32905-2016, 4.4) and SM4 (GB/T 32907-2016, 6.2). Words of SM4 are in registers with their bytes reversed:
 * the byte worked on is the standard's most significant one, put at bit 24 and brought back to its place. */

#define PERMUTE32(x, a, b) ((x) ^ rotate_left(x, a) ^ rotate_left(x, b))

TO_RD(sm3p0, (int32_t)PERMUTE32((uint32_t)RS1, 9, 17))
TO_RD(sm3p1, (int32_t)PERMUTE32((uint32_t)RS1, 15, 23))

static uint32_t sm4_data(uint32_t x)
{
    return x ^ rotate_left(x, 2) ^ rotate_left(x, 10) ^ rotate_left(x, 18) ^ rotate_left(x, 24);
}

static uint32_t sm4_key(uint32_t x)
{
    return x ^ rotate_left(x, 13) ^ rotate_left(x, 23);
}

/* `linear` of the byte number SHAMT of rs2, substituted, goes into rs1. */
static ExecResult sm4_round(Hart *hart, const Insn *in, uint32_t linear(uint32_t x))
{
    uint32_t substituted = boxes()->sm4[byte_of(RS2, SHAMT)];
    uint32_t mixed = __builtin_bswap32(linear(substituted << 24));
    hart->x[in->rd] = (uint64_t)(int32_t)((uint32_t)RS1 ^ rotate_left(mixed, 8 * SHAMT));
    return EXEC_NEXT;
}

EXEC(sm4ed)
{
    return sm4_round(hart, in, sm4_data);
}

EXEC(sm4ks)
{
    return sm4_round(hart, in, sm4_key);
}
