/* SPDX-License-Identifier: MIT */
/* test_crypto.c - scalar cryptography: whole algorithms made of the instructions, on the standards' own examples. */
#include <criterion/criterion.h>

#include <mpfr.h>
#include <string.h>

#include "tests/lib/machine_rig.h"

static Machine *machine;

static void set_up(void)
{
    machine = rig_new(1, NULL, NULL, 0);
}

static void tear_down(void)
{
    machine_free(machine);
}

TestSuite(crypto, .init = set_up, .fini = tear_down);

#define OP(name, ...) rig_compute(machine, INSN_##name, __VA_ARGS__)

/* AES: FIPS 197, appendices A.1 and B. */

typedef struct {
    uint64_t low, high;
} Block;

static void aes_expand(const uint8_t key[16], Block keys[11])
{
    memcpy(&keys[0], key, 16);
    for (unsigned i = 0; i < 10; i++) {
        uint64_t word = OP(aes64ks1i, keys[i].high, 0, i);
        keys[i + 1].low = OP(aes64ks2, word, keys[i].low, 0);
        keys[i + 1].high = OP(aes64ks2, keys[i + 1].low, keys[i].high, 0);
    }
}

static Block aes_encrypt(Block b, const Block keys[11])
{
    for (unsigned i = 0; i < 9; i++) {
        b = (Block){ b.low ^ keys[i].low, b.high ^ keys[i].high };
        b = (Block){ OP(aes64esm, b.low, b.high, 0), OP(aes64esm, b.high, b.low, 0) };
    }
    b = (Block){ b.low ^ keys[9].low, b.high ^ keys[9].high };
    b = (Block){ OP(aes64es, b.low, b.high, 0), OP(aes64es, b.high, b.low, 0) };
    return (Block){ b.low ^ keys[10].low, b.high ^ keys[10].high };
}

/* The equivalent inverse cipher: round keys but the first and the last go through the inverse column mix. */
static Block aes_decrypt(Block b, const Block keys[11])
{
    b = (Block){ b.low ^ keys[10].low, b.high ^ keys[10].high };
    for (unsigned i = 9; i; i--) {
        b = (Block){ OP(aes64dsm, b.low, b.high, 0), OP(aes64dsm, b.high, b.low, 0) };
        b.low ^= OP(aes64im, keys[i].low, 0, 0);
        b.high ^= OP(aes64im, keys[i].high, 0, 0);
    }
    b = (Block){ OP(aes64ds, b.low, b.high, 0), OP(aes64ds, b.high, b.low, 0) };
    return (Block){ b.low ^ keys[0].low, b.high ^ keys[0].high };
}

Test(crypto, aes_128)
{
    static const uint8_t key[16] = { 0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
                                     0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c };
    static const uint8_t plain[16] = { 0x32, 0x43, 0xf6, 0xa8, 0x88, 0x5a, 0x30, 0x8d,
                                       0x31, 0x31, 0x98, 0xa2, 0xe0, 0x37, 0x07, 0x34 };
    static const uint8_t cipher[16] = { 0x39, 0x25, 0x84, 0x1d, 0x02, 0xdc, 0x09, 0xfb,
                                        0xdc, 0x11, 0x85, 0x97, 0x19, 0x6a, 0x0b, 0x32 };
    static const uint8_t last_key[16] = { 0xd0, 0x14, 0xf9, 0xa8, 0xc9, 0xee, 0x25, 0x89,
                                          0xe1, 0x3f, 0x0c, 0xc8, 0xb6, 0x63, 0x0c, 0xa6 };
    Block keys[11], block;
    aes_expand(key, keys);
    cr_assert_arr_eq(&keys[10], last_key, 16);
    memcpy(&block, plain, 16);
    block = aes_encrypt(block, keys);
    cr_assert_arr_eq(&block, cipher, 16);
    block = aes_decrypt(block, keys);
    cr_assert_arr_eq(&block, plain, 16);
}

/* Step 10 of the key schedule neither rotates nor adds a constant: the middle word of a 256-bit key, FIPS 197 A.3. */
Test(crypto, aes_key_schedule_of_256_bits)
{
    uint64_t w7 = 0xf4df1409; /* its bytes in memory are 09 14 df f4: w7 of the example key */
    uint64_t w8 = OP(aes64ks1i, w7 << 32, 0, 0), w0 = 0x10eb3d60;
    cr_expect_eq((uint32_t)w8 ^ (uint32_t)w0, 0x1154a39b); /* w8 = 9b a3 54 11 */
    uint64_t w11 = 0xded7f085;
    uint64_t plain = OP(aes64ks1i, w11 << 32, 0, 10);
    uint64_t rotated = OP(aes64ks1i, (w11 << 8 | w11 >> 24) << 32, 0, 1);
    cr_expect_eq((uint32_t)plain, (uint32_t)rotated ^ 2);
    cr_expect_eq(plain >> 32, (uint32_t)plain);
    Isa isa;
    Insn in;
    cr_assert(isa_parse(&isa, "max", NULL));
    for (unsigned i = 0; i < 16; i++)
        cr_expect_eq(insn_decode(&in, rig_encode(INSN_aes64ks1i, 1, 1, 0, i), &isa), i <= 10, "%u",
                     i);
}

/* SHA-2: FIPS 180-4. The constants are, by definition, what follows the point in roots of primes. */

static uint64_t root_fraction(unsigned prime, bool cube)
{
    mpfr_t x, whole;
    mpfr_init2(x, 160);
    mpfr_init2(whole, 160);
    mpfr_set_ui(x, prime, MPFR_RNDN);
    (cube ? mpfr_cbrt : mpfr_sqrt)(x, x, MPFR_RNDZ);
    mpfr_floor(whole, x);
    mpfr_sub(x, x, whole, MPFR_RNDZ);
    uint64_t bits = 0;
    for (unsigned i = 0; i < 64; i++) {
        mpfr_mul_ui(x, x, 2, MPFR_RNDZ);
        bits = bits << 1 | (mpfr_cmp_ui(x, 1) >= 0);
        if (bits & 1)
            mpfr_sub_ui(x, x, 1, MPFR_RNDZ);
    }
    mpfr_clear(x);
    mpfr_clear(whole);
    return bits;
}

static void sha_constants(uint64_t k[80], uint64_t h[8])
{
    unsigned n = 0;
    for (unsigned p = 2; n < 80; p++) {
        bool is_prime = true;
        for (unsigned d = 2; d * d <= p; d++)
            is_prime &= p % d != 0;
        if (!is_prime)
            continue;
        if (n < 8)
            h[n] = root_fraction(p, false);
        k[n++] = root_fraction(p, true);
    }
}

/* One block of either size of SHA-2; words of 32 bits are at the low end. */
static void sha2_block(uint64_t h[8], const uint64_t k[80], const uint64_t message[16], bool wide)
{
    static const InsnId of_32[] = { INSN_sha256sig0, INSN_sha256sig1, INSN_sha256sum0,
                                    INSN_sha256sum1 };
    static const InsnId of_64[] = { INSN_sha512sig0, INSN_sha512sig1, INSN_sha512sum0,
                                    INSN_sha512sum1 };
    const InsnId *op = wide ? of_64 : of_32;
    unsigned rounds = wide ? 80 : 64;
    uint64_t w[80], v[8];
    memcpy(w, message, 16 * 8);
    memcpy(v, h, sizeof v);
    for (unsigned i = 16; i < rounds; i++)
        w[i] = rig_compute(machine, op[1], w[i - 2], 0, 0) + w[i - 7] +
               rig_compute(machine, op[0], w[i - 15], 0, 0) + w[i - 16];
    for (unsigned i = 0; i < rounds; i++) {
        uint64_t t1 = v[7] + rig_compute(machine, op[3], v[4], 0, 0) +
                      ((v[4] & v[5]) ^ (~v[4] & v[6])) + w[i] + (wide ? k[i] : k[i] >> 32);
        uint64_t t2 = rig_compute(machine, op[2], v[0], 0, 0) +
                      ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * 8);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (unsigned i = 0; i < 8; i++)
        h[i] += v[i];
}

Test(crypto, sha_2_of_abc)
{
    static const uint32_t expected_256[8] = { 0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223,
                                              0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad };
    static const uint64_t expected_512[8] = { 0xddaf35a193617aba, 0xcc417349ae204131,
                                              0x12e6fa4e89a97ea2, 0x0a9eeee64b55d39a,
                                              0x2192992a274fc1a8, 0x36ba3c23a3feebbd,
                                              0x454d4423643ce80e, 0x2a9ac94fa54ca49f };
    uint64_t k[80], h[8], message[16] = { 0 };
    sha_constants(k, h);
    message[0] = 0x6162638000000000ull;
    message[15] = 24;
    sha2_block(h, k, message, true);
    for (unsigned i = 0; i < 8; i++)
        cr_expect_eq(h[i], expected_512[i], "SHA-512, word %u", i);
    sha_constants(k, h);
    for (unsigned i = 0; i < 8; i++)
        h[i] >>= 32;
    message[0] = 0x61626380;
    sha2_block(h, k, message, false);
    for (unsigned i = 0; i < 8; i++)
        cr_expect_eq((uint32_t)h[i], expected_256[i], "SHA-256, word %u", i);
    cr_expect_eq(OP(sha256sum0, 1ull << 31, 0, 0) >> 32, 0);         /* bit 31 moves down */
    cr_expect_eq(OP(sha256sum0, 1ull << 1, 0, 0) >> 32, 0xffffffff); /* and bit 1 to 31, the sign */
}

static uint32_t rotate(uint32_t x, unsigned by)
{
    return x << (by & 31) | x >> (-by & 31);
}

/* SM3: GB/T 32905-2016, example 1. */
Test(crypto, sm3_of_abc)
{
    static const uint32_t expected[8] = { 0x66c7f0f4, 0x62eeedd9, 0xd1f2d46b, 0xdc10e4e2,
                                          0x4167c487, 0x5cf2f7a2, 0x297da02b, 0x8f4ba8e0 };
    uint32_t h[8] = { 0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600,
                      0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e };
    uint32_t v[8], w[68] = { 0x61626380 };
    w[15] = 24;
    memcpy(v, h, sizeof v);
    for (unsigned i = 16; i < 68; i++)
        w[i] = (uint32_t)OP(sm3p1, w[i - 16] ^ w[i - 9] ^ rotate(w[i - 3], 15), 0, 0) ^
               rotate(w[i - 13], 7) ^ w[i - 6];
    for (unsigned i = 0; i < 64; i++) {
        uint32_t a12 = rotate(v[0], 12),
                 ss1 = rotate(a12 + v[4] + rotate(i < 16 ? 0x79cc4519 : 0x7a879d8a, i), 7);
        uint32_t ff = i < 16 ? v[0] ^ v[1] ^ v[2] : (v[0] & v[1]) | (v[0] & v[2]) | (v[1] & v[2]);
        uint32_t gg = i < 16 ? v[4] ^ v[5] ^ v[6] : (v[4] & v[5]) | (~v[4] & v[6]);
        uint32_t tt1 = ff + v[3] + (ss1 ^ a12) + (w[i] ^ w[i + 4]), tt2 = gg + v[7] + ss1 + w[i];
        uint32_t next[8] = { tt1,
                             v[0],
                             rotate(v[1], 9),
                             v[2],
                             (uint32_t)OP(sm3p0, tt2, 0, 0),
                             v[4],
                             rotate(v[5], 19),
                             v[6] };
        memcpy(v, next, sizeof v);
    }
    for (unsigned i = 0; i < 8; i++)
        cr_expect_eq(h[i] ^ v[i], expected[i], "word %u", i);
    cr_expect_eq(OP(sm3p0, 1ull << 22, 0, 0) >> 32,
                 0xffffffff); /* bit 22 rotated by 9 is the sign */
}

/* SM4: GB/T 32907-2016, example 1. Words have their bytes as in memory. */
Test(crypto, sm4_of_the_example)
{
    static const uint8_t key[16] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
                                     0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10 };
    static const uint8_t cipher[16] = { 0x68, 0x1e, 0xdf, 0x34, 0xd2, 0x06, 0x96, 0x5e,
                                        0x86, 0xb3, 0xe9, 0x4f, 0x53, 0x6e, 0x42, 0x46 };
    static const uint32_t family[4] = { 0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc };
    uint32_t k[36], x[36];
    memcpy(k, key, 16);
    memcpy(x, key, 16);
    for (unsigned i = 0; i < 4; i++)
        k[i] ^= __builtin_bswap32(family[i]);
    for (unsigned i = 0; i < 32; i++) {
        uint32_t constant = 0;
        for (unsigned j = 0; j < 4; j++)
            constant |= (uint32_t)(uint8_t)((4 * i + j) * 7) << 8 * j;
        uint64_t key_word = k[i], word = x[i];
        for (unsigned bs = 0; bs < 4; bs++)
            key_word = OP(sm4ks, key_word, k[i + 1] ^ k[i + 2] ^ k[i + 3] ^ constant, bs);
        k[i + 4] = (uint32_t)key_word;
        for (unsigned bs = 0; bs < 4; bs++)
            word = OP(sm4ed, word, x[i + 1] ^ x[i + 2] ^ x[i + 3] ^ k[i + 4], bs);
        x[i + 4] = (uint32_t)word;
        cr_expect_eq(word, (uint64_t)(int32_t)word);
    }
    uint32_t out[4] = { x[35], x[34], x[33], x[32] };
    cr_expect_arr_eq(out, cipher, 16);
}
