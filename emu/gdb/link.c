/* SPDX-License-Identifier: MIT */
/* link.c - packets out of bytes, bytes out of packets, and reading what is inside; see link.h. */
#include "emu/gdb/link.h"

#include <string.h>

enum { INTERRUPT = 3, ESCAPE = '}', ESCAPE_FLIP = 0x20 };

static GdbEvent begin_packet(GdbLink *link)
{
    link->state = LINK_BODY;
    link->too_long = false;
    link->sum = 0;
    link->size = 0;
    return GDB_NOTHING;
}

static GdbEvent take_between(GdbLink *link, uint8_t byte)
{
    switch (byte) {
    case '$': return begin_packet(link);
    case INTERRUPT: return GDB_INTERRUPT;
    case '-': return GDB_RESEND;
    default: return GDB_NOTHING; /* acknowledgments, and whatever line noise there is */
    }
}

/* An unescaped '$' inside a packet means that the end of the one before got lost. */
static GdbEvent take_body(GdbLink *link, uint8_t byte)
{
    if (byte == '$')
        return begin_packet(link);
    if (byte == '#') {
        link->state = LINK_SUM_HIGH;
        return GDB_NOTHING;
    }
    link->sum = (uint8_t)(link->sum + byte);
    if (link->size < sizeof link->body)
        link->body[link->size++] = (char)byte;
    else
        link->too_long = true;
    return GDB_NOTHING;
}

static void unescape(GdbLink *link)
{
    size_t out = 0;
    for (size_t in = 0; in < link->size; in++) {
        bool escaped = link->body[in] == ESCAPE && in + 1 < link->size;
        in += escaped;
        link->body[out++] = (char)(escaped ? link->body[in] ^ ESCAPE_FLIP : link->body[in]);
    }
    link->size = out;
}

static GdbEvent finish_packet(GdbLink *link, int low)
{
    link->state = LINK_BETWEEN;
    if (low < 0 || (link->wanted | low) != link->sum || link->too_long)
        return GDB_BAD_PACKET;
    unescape(link);
    return GDB_PACKET;
}

GdbEvent gdb_link_take(GdbLink *link, uint8_t byte)
{
    int digit = g_ascii_xdigit_value((char)byte);
    switch (link->state) {
    case LINK_BETWEEN: return take_between(link, byte);
    case LINK_BODY: return take_body(link, byte);
    case LINK_SUM_HIGH:
        link->state = LINK_SUM_LOW;
        link->wanted = (uint8_t)(MAX(digit, 0) << 4);
        link->too_long |= digit < 0;
        return GDB_NOTHING;
    default: return finish_packet(link, digit);
    }
}

void gdb_frame(GString *out, const char *payload, size_t size)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + (uint8_t)payload[i]);
    g_string_append_c(out, '$');
    g_string_append_len(out, payload, (gssize)size);
    g_string_append_printf(out, "#%02x", sum);
}

void gdb_append_hex(GString *out, const void *data, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++) {
        g_string_append_c(out, digits[bytes[i] >> 4]);
        g_string_append_c(out, digits[bytes[i] & 15]);
    }
}

void gdb_append_binary(GString *out, const void *data, size_t size)
{
    const char *bytes = data;
    for (size_t i = 0; i < size; i++) {
        bool special = bytes[i] && strchr("#$}*", bytes[i]);
        if (special)
            g_string_append_c(out, ESCAPE);
        g_string_append_c(out, (char)(special ? bytes[i] ^ ESCAPE_FLIP : bytes[i]));
    }
}

bool gdb_take_char(GdbText *text, char c)
{
    if (gdb_at_end(text) || *text->at != c)
        return false;
    text->at++;
    return true;
}

bool gdb_take_word(GdbText *text, const char *word)
{
    size_t size = strlen(word);
    if (gdb_left(text) < size || memcmp(text->at, word, size))
        return false;
    text->at += size;
    return true;
}

bool gdb_take_hex(GdbText *text, uint64_t *value)
{
    const char *at = text->at;
    uint64_t sum = 0;
    for (; at < text->end && g_ascii_isxdigit(*at); at++) {
        if (sum >> 60)
            return false;
        sum = sum << 4 | (uint64_t)g_ascii_xdigit_value(*at);
    }
    if (at == text->at)
        return false;
    text->at = at;
    *value = sum;
    return true;
}

bool gdb_take_bytes(GdbText *text, void *data, size_t size)
{
    uint8_t *bytes = data;
    if (gdb_left(text) / 2 < size)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = g_ascii_xdigit_value(text->at[2 * i]);
        int low = g_ascii_xdigit_value(text->at[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    text->at += 2 * size;
    return true;
}

bool gdb_take_range(GdbText *text, uint64_t *address, uint64_t *length)
{
    GdbText rest = *text;
    if (!gdb_take_hex(&rest, address) || !gdb_take_char(&rest, ',') || !gdb_take_hex(&rest, length))
        return false;
    *text = rest;
    return true;
}
