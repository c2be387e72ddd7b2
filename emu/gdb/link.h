/* SPDX-License-Identifier: MIT */
/*
 * link.h - packets out of bytes, bytes out of packets, and reading what is inside.
 *
 * Knows no machine and no socket. Everything that comes in is hostile until proven otherwise: nothing here grows with
 * the input. Source: gdb manual, "Remote Protocol", sections Overview and Packet Acknowledgment.
 */
#ifndef EMU_GDB_LINK_H
#define EMU_GDB_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

enum { GDB_PACKET_SIZE = 0x4000 };

typedef enum {
    GDB_NOTHING,
    GDB_PACKET,     /* link->body holds `size` bytes, unescaped */
    GDB_BAD_PACKET, /* wrong checksum, or too long */
    GDB_INTERRUPT,  /* Ctrl-C */
    GDB_RESEND,     /* the other side did not understand the last packet */
} GdbEvent;

typedef struct {
    enum { LINK_BETWEEN, LINK_BODY, LINK_SUM_HIGH, LINK_SUM_LOW } state;
    bool too_long;
    uint8_t sum, wanted;
    size_t size;
    char body[GDB_PACKET_SIZE];
} GdbLink;

/* Takes one byte from the wire. */
GdbEvent gdb_link_take(GdbLink *link, uint8_t byte);

/* Appends `$payload#sum` to `out`. Binary payload is already escaped. */
void gdb_frame(GString *out, const char *payload, size_t size);

/* Appends `size` bytes as hex digits, or escaped as binary. */
void gdb_append_hex(GString *out, const void *data, size_t size);
void gdb_append_binary(GString *out, const void *data, size_t size);

/* What is left to read of a packet. The take functions move on only when they succeed. */
typedef struct {
    const char *at, *end;
} GdbText;

static inline bool gdb_at_end(const GdbText *text)
{
    return text->at == text->end;
}

static inline size_t gdb_left(const GdbText *text)
{
    return (size_t)(text->end - text->at);
}

bool gdb_take_char(GdbText *text, char c);
bool gdb_take_word(GdbText *text, const char *word);
/* One to sixteen significant hex digits; more are an overflow, which fails. */
bool gdb_take_hex(GdbText *text, uint64_t *value);
/* Exactly `size` bytes as hex digits. */
bool gdb_take_bytes(GdbText *text, void *data, size_t size);
/* "ADDRESS,LENGTH" */
bool gdb_take_range(GdbText *text, uint64_t *address, uint64_t *length);

#endif
