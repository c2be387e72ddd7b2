/* SPDX-License-Identifier: MIT */
/* perfetto_format.c - writing Perfetto's format; see perfetto_format.h. */
#include "emu/trace/perfetto_format.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

enum { BUFFER = 8192, SEQUENCE = 1 };
enum { VARINT, FIXED64, BYTES };
/* Messages and their fields. */
enum { TRACE_PACKET = 1 };
enum {
    PACKET_TIMESTAMP = 8,
    PACKET_SEQUENCE = 10,
    PACKET_EVENT = 11,
    PACKET_INTERNED = 12,
    PACKET_FLAGS = 13,
    PACKET_TRACK = 60
};
enum { FLAG_CLEARED = 1, FLAG_NEEDS_STATE = 2 };
enum { TRACK_UUID = 1, TRACK_NAME, TRACK_PROCESS, TRACK_THREAD, TRACK_PARENT, TRACK_COUNTER = 8 };
enum { PROCESS_PID = 1, PROCESS_NAME = 6 };
enum { THREAD_PID = 1, THREAD_TID, THREAD_NAME = 5 };
enum { COUNTER_UNIT_NAME = 6 };
enum {
    EVENT_NOTE = 4,
    EVENT_TYPE = 9,
    EVENT_NAME = 10,
    EVENT_TRACK = 11,
    EVENT_COUNTER_VALUE = 30,
    EVENT_FLOW = 47,
    EVENT_LAST_FLOW = 48
};
enum { NOTE_NAME = 1, NOTE_UINT = 3, NOTE_STRING = 6, NOTE_POINTER = 7 };
enum { INTERNED_EVENT_NAME = 2, INTERNED_NOTE_NAME = 3 };
enum { ENTRY_NUMBER = 1, ENTRY_NAME };

/* A message that is being made. What does not fit is left out: nothing of ours is that long. */
typedef struct {
    uint8_t data[BUFFER];
    size_t size;
} Message;

struct Perfetto {
    FILE *out;
    GHashTable *names, *notes; /* text → number */
    Message event, interned;
    uint64_t time;
    unsigned flags;
};

static void put_varint(Message *m, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        m->data[m->size++] = (uint8_t)(value | 0x80);
    m->data[m->size++] = (uint8_t)value;
}

static bool has_room(const Message *m, size_t size)
{
    return m->size + size + 32 <= sizeof m->data;
}

static void put_number(Message *m, unsigned field, uint64_t value)
{
    if (!has_room(m, 0))
        return;
    put_varint(m, field << 3 | VARINT);
    put_varint(m, value);
}

static void put_fixed(Message *m, unsigned field, uint64_t value)
{
    if (!has_room(m, 0))
        return;
    put_varint(m, field << 3 | FIXED64);
    memcpy(m->data + m->size, &value, sizeof value);
    m->size += sizeof value;
}

static void put_bytes(Message *m, unsigned field, const void *data, size_t size)
{
    if (!has_room(m, size))
        return;
    put_varint(m, field << 3 | BYTES);
    put_varint(m, size);
    memcpy(m->data + m->size, data, size);
    m->size += size;
}

static void put_text(Message *m, unsigned field, const char *text)
{
    put_bytes(m, field, text, strlen(text));
}

static void put_message(Message *m, unsigned field, const Message *inner)
{
    put_bytes(m, field, inner->data, inner->size);
}

static void write_packet(Perfetto *p, const Message *packet)
{
    Message head;
    head.size = 0;
    put_varint(&head, TRACE_PACKET << 3 | BYTES);
    put_varint(&head, packet->size);
    fwrite(head.data, 1, head.size, p->out);
    fwrite(packet->data, 1, packet->size, p->out);
}

Perfetto *perfetto_new(FILE *out)
{
    Perfetto *p = g_new0(Perfetto, 1);
    p->out = out;
    p->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    p->notes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    p->flags = FLAG_CLEARED | FLAG_NEEDS_STATE;
    return p;
}

void perfetto_free(Perfetto *p)
{
    g_hash_table_unref(p->names);
    g_hash_table_unref(p->notes);
    g_free(p);
}

static void write_track(Perfetto *p, const Message *track)
{
    Message packet;
    packet.size = 0;
    put_number(&packet, PACKET_SEQUENCE, SEQUENCE);
    put_message(&packet, PACKET_TRACK, track);
    write_packet(p, &packet);
}

void perfetto_process(Perfetto *p, uint64_t uuid, unsigned pid, const char *name)
{
    Message track, process;
    track.size = process.size = 0;
    put_number(&process, PROCESS_PID, pid);
    put_text(&process, PROCESS_NAME, name);
    put_number(&track, TRACK_UUID, uuid);
    put_message(&track, TRACK_PROCESS, &process);
    write_track(p, &track);
}

void perfetto_thread(Perfetto *p, uint64_t uuid, unsigned pid, unsigned tid, const char *name)
{
    Message track, thread;
    track.size = thread.size = 0;
    put_number(&thread, THREAD_PID, pid);
    put_number(&thread, THREAD_TID, tid);
    put_text(&thread, THREAD_NAME, name);
    put_number(&track, TRACK_UUID, uuid);
    put_message(&track, TRACK_THREAD, &thread);
    write_track(p, &track);
}

void perfetto_counter(Perfetto *p, uint64_t uuid, uint64_t process, const char *name,
                      const char *unit)
{
    Message track, counter;
    track.size = counter.size = 0;
    put_text(&counter, COUNTER_UNIT_NAME, unit);
    put_number(&track, TRACK_UUID, uuid);
    put_text(&track, TRACK_NAME, name);
    put_number(&track, TRACK_PARENT, process);
    put_message(&track, TRACK_COUNTER, &counter);
    write_track(p, &track);
}

/* The number of a text, which the packet explains when it is the first with it. */
static unsigned intern(Perfetto *p, GHashTable *table, unsigned field, const char *text)
{
    unsigned number = GPOINTER_TO_UINT(g_hash_table_lookup(table, text));
    if (number)
        return number;
    Message entry;
    entry.size = 0;
    number = g_hash_table_size(table) + 1;
    g_hash_table_insert(table, g_strdup(text), GUINT_TO_POINTER(number));
    put_number(&entry, ENTRY_NUMBER, number);
    put_text(&entry, ENTRY_NAME, text);
    put_message(&p->interned, field, &entry);
    return number;
}

void perfetto_event(Perfetto *p, uint64_t time, PerfettoType type, uint64_t track, const char *name)
{
    p->event.size = p->interned.size = 0;
    p->time = time;
    put_number(&p->event, EVENT_TYPE, type);
    put_number(&p->event, EVENT_TRACK, track);
    if (name)
        put_number(&p->event, EVENT_NAME, intern(p, p->names, INTERNED_EVENT_NAME, name));
}

static void begin_note(Perfetto *p, Message *note, const char *name)
{
    note->size = 0;
    put_number(note, NOTE_NAME, intern(p, p->notes, INTERNED_NOTE_NAME, name));
}

void perfetto_number(Perfetto *p, const char *name, uint64_t value)
{
    Message note;
    begin_note(p, &note, name);
    put_number(&note, NOTE_UINT, value);
    put_message(&p->event, EVENT_NOTE, &note);
}

void perfetto_pointer(Perfetto *p, const char *name, uint64_t value)
{
    Message note;
    begin_note(p, &note, name);
    put_number(&note, NOTE_POINTER, value);
    put_message(&p->event, EVENT_NOTE, &note);
}

void perfetto_text(Perfetto *p, const char *name, const char *text)
{
    Message note;
    begin_note(p, &note, name);
    put_text(&note, NOTE_STRING, text);
    put_message(&p->event, EVENT_NOTE, &note);
}

void perfetto_value(Perfetto *p, int64_t counter)
{
    put_number(&p->event, EVENT_COUNTER_VALUE, (uint64_t)counter);
}

void perfetto_flow(Perfetto *p, uint64_t flow, int is_last)
{
    put_fixed(&p->event, is_last ? EVENT_LAST_FLOW : EVENT_FLOW, flow);
}

void perfetto_put(Perfetto *p)
{
    Message start, head, event; /* what stands before the parts that are there already */
    start.size = head.size = event.size = 0;
    put_number(&head, PACKET_TIMESTAMP, p->time);
    put_number(&head, PACKET_SEQUENCE, SEQUENCE);
    put_number(&head, PACKET_FLAGS, p->flags);
    if (p->interned.size) {
        put_varint(&head, PACKET_INTERNED << 3 | BYTES);
        put_varint(&head, p->interned.size);
    }
    put_varint(&event, PACKET_EVENT << 3 | BYTES);
    put_varint(&event, p->event.size);
    put_varint(&start, TRACE_PACKET << 3 | BYTES);
    put_varint(&start, head.size + p->interned.size + event.size + p->event.size);
    fwrite(start.data, 1, start.size, p->out);
    fwrite(head.data, 1, head.size, p->out);
    fwrite(p->interned.data, 1, p->interned.size, p->out);
    fwrite(event.data, 1, event.size, p->out);
    fwrite(p->event.data, 1, p->event.size, p->out);
    p->flags = FLAG_NEEDS_STATE;
}
