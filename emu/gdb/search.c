/* SPDX-License-Identifier: MIT */
/*
 * search.c - looking for bytes in memory, and sums of it, so that the debugger need not read it all.
 *
 * Source: gdb manual, "General Query Packets", qSearch:memory and qCRC.
 */
#define _GNU_SOURCE /* memmem */
#include <inttypes.h>
#include <string.h>

#include "emu/gdb/session.h"

enum { PIECE = 1 << 16 };

static const char *const too_long = "not an address and a length up to 1 GiB";

/* Looks at pieces that overlap by one byte less than the pattern has. */
static bool search(GdbSession *s, uint64_t address, uint64_t length, const GdbText *pattern)
{
    size_t size = gdb_left(pattern);
    g_autofree uint8_t *data = g_malloc(PIECE + size);
    for (uint64_t at = 0; at + size <= length; at += PIECE) {
        size_t wanted = MIN(length - at, PIECE + size - 1);
        size_t got = gdb_read(s, address + at, data, wanted);
        const uint8_t *found = memmem(data, got, pattern->at, size);
        if (found) {
            g_string_printf(s->reply, "1,%" PRIx64, address + at + (uint64_t)(found - data));
            return true;
        }
        if (got < wanted)
            return gdb_error(s, GDB_EFAULT);
    }
    g_string_assign(s->reply, "0");
    return true;
}

bool gdb_search(GdbSession *s, GdbText *args)
{
    uint64_t address, length;
    if (!gdb_take_hex(args, &address) || !gdb_take_char(args, ';') ||
        !gdb_take_hex(args, &length) || !gdb_take_char(args, ';') || gdb_at_end(args) ||
        length > GDB_MOST_SEARCHED)
        return gdb_fail(s, GDB_EINVAL, "%s, and a pattern", too_long);
    return search(s, address, length, args);
}

/* CRC-32 with the polynomial 0x04c11db7, high bits first, starting from all ones. */
static void fill_table(uint32_t *table)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t sum = i << 24;
        for (unsigned bit = 0; bit < 8; bit++)
            sum = sum << 1 ^ (sum >> 31 ? 0x04c11db7 : 0);
        table[i] = sum;
    }
}

bool gdb_crc(GdbSession *s, GdbText *args)
{
    uint32_t table[256], sum = UINT32_MAX;
    uint64_t address, length;
    if (!gdb_take_range(args, &address, &length) || !gdb_at_end(args) || length > GDB_MOST_SEARCHED)
        return gdb_fail(s, GDB_EINVAL, "%s", too_long);
    g_autofree uint8_t *data = g_malloc(PIECE);
    fill_table(table);
    for (uint64_t at = 0; at < length; at += PIECE) {
        size_t size = MIN(length - at, PIECE);
        if (gdb_read(s, address + at, data, size) < size)
            return gdb_error(s, GDB_EFAULT);
        for (size_t i = 0; i < size; i++)
            sum = sum << 8 ^ table[(sum >> 24 ^ data[i]) & 0xff];
    }
    g_string_printf(s->reply, "C%" PRIx32, sum);
    return true;
}
