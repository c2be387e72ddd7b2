/* SPDX-License-Identifier: MIT */
/* recording_log.c - records of input as bytes, all of them numbers of seven bits a byte, least first; see recording.h. */
#include "emu/time/recording.h"

enum { FLAG_RAN = 1, FLAG_IN_SLICE = 2 };

void recording_put_number(GByteArray *out, uint64_t value)
{
    uint8_t bytes[10];
    guint n = 0;
    do {
        bytes[n++] = (uint8_t)((value & 127) | (value > 127 ? 128 : 0));
        value >>= 7;
    } while (value);
    g_byte_array_append(out, bytes, n);
}

bool recording_take_number(RecordingText *text, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && text->at < text->end; shift += 7) {
        uint8_t byte = *text->at++;
        *value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return true;
    }
    return false;
}

void recording_put_position(GByteArray *out, const Position *at)
{
    recording_put_number(out, at->units);
    recording_put_number(out, at->rounds);
    recording_put_number(out, at->turn);
    recording_put_number(out, (at->pass_ran ? FLAG_RAN : 0) | (at->in_slice ? FLAG_IN_SLICE : 0));
}

bool recording_take_position(RecordingText *text, Position *at)
{
    uint64_t flags;
    if (!recording_take_number(text, &at->units) || !recording_take_number(text, &at->rounds) ||
        !recording_take_number(text, &at->turn) || !recording_take_number(text, &flags))
        return false;
    at->pass_ran = flags & FLAG_RAN;
    at->in_slice = flags & FLAG_IN_SLICE;
    return true;
}

void recording_put_record(GByteArray *out, const InputRecord *record, const uint8_t *data)
{
    recording_put_number(out, record->kind);
    recording_put_position(out, &record->at);
    recording_put_number(out, record->port);
    recording_put_number(out, record->taken);
    recording_put_number(out, record->size);
    g_byte_array_append(out, data, (guint)record->size);
}

bool recording_take_record(RecordingText *text, InputRecord *record, const uint8_t **data)
{
    uint64_t kind, port, taken, size;
    if (!recording_take_number(text, &kind) || kind >= INPUT_KINDS ||
        !recording_take_position(text, &record->at) || !recording_take_number(text, &port) ||
        !recording_take_number(text, &taken) || !recording_take_number(text, &size) ||
        size > INPUT_MOST_DATA || size > (size_t)(text->end - text->at) || port > UINT32_MAX ||
        taken > UINT32_MAX)
        return false;
    record->kind = (InputKind)kind;
    record->port = (uint32_t)port;
    record->taken = (uint32_t)taken;
    record->size = size;
    *data = text->at;
    text->at += size;
    return true;
}
