/* SPDX-License-Identifier: MIT */
/* access_of.c - a load or store, from the bits of the instruction; see access.h. */
#include "lib/access.h"

enum { OPCODE = 0x7f, OPCODE_LOAD = 0x03, OPCODE_STORE = 0x23 };

static uint32_t field(uint32_t code, unsigned high, unsigned low)
{
    return code >> low & ((2u << (high - low)) - 1);
}

/* C.LW, C.LD, C.SW and C.SD, the only compressed ones that reach a device: those that go by sp need not be known. */
static bool decode_compressed(uint32_t code, Access *access)
{
    unsigned kind = field(code, 15, 13);
    *access = (Access){ .write = kind & 4,
                        .sign_extend = true,
                        .size = kind & 1 ? 8 : 4,
                        .reg = (uint8_t)(8 + field(code, 4, 2)),
                        .length = 2 };
    return (code & 3) == 0 && (kind & 2);
}

static bool decode(uint32_t code, Access *access)
{
    unsigned funct3 = field(code, 14, 12), opcode = code & OPCODE;
    bool write = opcode == OPCODE_STORE;
    *access = (Access){ .write = write,
                        .sign_extend = !(funct3 & 4),
                        .size = (uint8_t)(1 << (funct3 & 3)),
                        .reg = (uint8_t)(write ? field(code, 24, 20) : field(code, 11, 7)),
                        .length = 4 };
    return write ? funct3 < 4 : opcode == OPCODE_LOAD && funct3 < 7;
}

bool access_of(uint32_t code, Access *access)
{
    return (code & 3) == 3 ? decode(code, access) : decode_compressed(code, access);
}

uint64_t access_extend(const Access *access, uint64_t value)
{
    unsigned unused = 64 - 8 * access->size;
    uint64_t wide = value << unused;
    return access->sign_extend ? (uint64_t)((int64_t)wide >> unused) : wide >> unused;
}
