/* SPDX-License-Identifier: MIT */
/* input_log.c - what the host did to the machine; see input_log.h. */
#include "emu/time/input_log.h"

#include <string.h>

/* Between a device and the host's end of its line: one of the two pairs. */
typedef struct {
    InputLog *log;
    uint32_t number;
    HostChar to_char, *from_char; /* the device has `to`, `from` is the host's */
    HostNet to_net, *from_net;
} Tap;

struct InputLog {
    Machine *machine; /* NULL: not there yet, nothing is noted */
    GPtrArray *taps;  /* of Tap */
    GArray *records;
    GByteArray *data; /* of all records */
    uint64_t forgotten;
    size_t data_forgotten;
    uint64_t next;
    InputWatch *watch;
    void *watcher;
};

/* Moments. */

Position position_now(const Machine *m)
{
    return (Position){ .units = m->clock.units - (uint64_t)*m->clock.left,
                       .rounds = m->rounds,
                       .turn = m->turn,
                       .pass_ran = m->pass_ran,
                       .in_slice = m->clock.left != &m->clock.none };
}

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

int position_compare(const Position *a, const Position *b)
{
    int order = compare(a->units, b->units);
    order = order ? order : compare(a->rounds, b->rounds);
    order = order ? order : compare(a->turn, b->turn);
    return order ? order : compare(a->pass_ran, b->pass_ran);
}

/* Taps. */

/* Gives the devices what they took during this instruction; of its input, `tap` asks for the first. */
static void give_again(const Tap *tap)
{
    InputLog *log = tap->log;
    Position now = position_now(log->machine);
    while (now.in_slice && log->next < input_log_end(log)) {
        const InputRecord *record = input_log_at(log, log->next);
        if (!record->at.in_slice || record->at.units != now.units || record->port != tap->number)
            return;
        (void)input_log_apply_next(log);
    }
}

static bool is_replaying(const Tap *tap)
{
    return tap->log->machine && tap->log->machine->replaying;
}

static bool is_silent(const Tap *tap)
{
    return tap->log->machine && tap->log->machine->silent;
}

static void write_char(void *opaque, const uint8_t *data, size_t size)
{
    const Tap *tap = opaque;
    if (!is_silent(tap))
        tap->from_char->write(tap->from_char->host, data, size);
}

static void char_ready(void *opaque)
{
    const Tap *tap = opaque;
    if (is_replaying(tap))
        give_again(tap);
    else if (tap->from_char->ready)
        tap->from_char->ready(tap->from_char->host);
}

static size_t char_receive(void *opaque, const uint8_t *data, size_t size)
{
    Tap *tap = opaque;
    if (is_replaying(tap) || !tap->to_char.receive)
        return 0;
    size_t taken = tap->to_char.receive(tap->to_char.device, data, MIN(size, INPUT_MOST_BYTES));
    /* A device that takes nothing may have become another by it. */
    input_log_add(tap->log, INPUT_BYTES, tap->number, (uint32_t)taken, data, MAX(taken, 1));
    return taken;
}

/* One that comes while the machine is in its past is lost. */
static void char_event(void *opaque, HostEvent event)
{
    Tap *tap = opaque;
    if (is_replaying(tap) || !tap->to_char.event || event == HOST_RESIZED)
        return;
    tap->to_char.event(tap->to_char.device, event);
    input_log_add(tap->log, INPUT_EVENT, tap->number, event, NULL, 0);
}

static void send_frame(void *opaque, const uint8_t *frame, size_t size)
{
    const Tap *tap = opaque;
    if (!is_replaying(tap)) /* nobody would answer in a replay */
        tap->from_net->send(tap->from_net->host, frame, size);
}

static void net_ready(void *opaque)
{
    const Tap *tap = opaque;
    if (is_replaying(tap))
        give_again(tap);
    else if (tap->from_net->ready)
        tap->from_net->ready(tap->from_net->host);
}

static bool net_receive(void *opaque, const uint8_t *frame, size_t size)
{
    Tap *tap = opaque;
    if (is_replaying(tap) || !tap->to_net.receive)
        return false;
    bool taken = tap->to_net.receive(tap->to_net.device, frame, size);
    if (taken)
        input_log_add(tap->log, INPUT_FRAME, tap->number, 1, frame, size);
    return taken;
}

static Tap *add_tap(InputLog *log)
{
    Tap *tap = g_new0(Tap, 1);
    tap->log = log;
    tap->number = log->taps->len;
    g_ptr_array_add(log->taps, tap);
    return tap;
}

HostChar *input_log_tap_char(InputLog *log, HostChar *host)
{
    if (!host)
        return NULL;
    Tap *tap = add_tap(log);
    tap->from_char = host;
    tap->to_char = (HostChar){
        .write = host->write ? write_char : NULL, .ready = char_ready, .host = tap, .behind = host
    };
    host->receive = char_receive;
    host->event = char_event;
    host->device = tap;
    return &tap->to_char;
}

HostNet *input_log_tap_net(InputLog *log, HostNet *host)
{
    if (!host)
        return NULL;
    Tap *tap = add_tap(log);
    tap->from_net = host;
    tap->to_net =
        (HostNet){ .send = host->send ? send_frame : NULL, .ready = net_ready, .host = tap };
    host->receive = net_receive;
    host->device = tap;
    return &tap->to_net;
}

/* Life. */

InputLog *input_log_new(void)
{
    InputLog *log = g_new0(InputLog, 1);
    log->taps = g_ptr_array_new_with_free_func(g_free);
    log->records = g_array_new(FALSE, FALSE, sizeof(InputRecord));
    log->data = g_byte_array_new();
    return log;
}

void input_log_free(InputLog *log)
{
    if (!log)
        return;
    g_ptr_array_free(log->taps, TRUE);
    g_array_free(log->records, TRUE);
    g_byte_array_unref(log->data);
    g_free(log);
}

void input_log_attach(InputLog *log, Machine *machine)
{
    log->machine = machine;
}

/* Records. */

void input_log_add(InputLog *log, InputKind kind, uint32_t port, uint32_t taken, const void *data,
                   size_t size)
{
    InputRecord record = { .kind = kind, .port = port, .taken = taken, .size = size };
    if (!log->machine)
        return;
    record.at = position_now(log->machine);
    record.offset = log->data_forgotten + log->data->len;
    g_byte_array_append(log->data, data, (guint)size);
    g_array_append_val(log->records, record);
    if (log->watch)
        log->watch(log->watcher, &record, data);
}

void input_log_watch(InputLog *log, InputWatch *watch, void *opaque)
{
    log->watch = watch;
    log->watcher = opaque;
}

/* May a record from a file be applied? */
static bool is_sound(const InputLog *log, const InputRecord *record)
{
    bool has_port = record->port < log->taps->len;
    const Tap *tap = has_port ? g_ptr_array_index(log->taps, record->port) : NULL;
    switch (record->kind) {
    case INPUT_BYTES: return tap && tap->from_char && record->taken <= record->size;
    case INPUT_EVENT: return tap && tap->from_char && record->taken <= HOST_BREAK;
    case INPUT_FRAME: return tap && tap->from_net;
    case INPUT_RESTRAINT: return record->size == sizeof(Restraint);
    case INPUT_WAKE: return record->port < log->machine->n_harts;
    case INPUT_TIMED: return record->port <= 1 && log->machine->timing;
    default: return record->kind == INPUT_BREAK;
    }
}

bool input_log_import(InputLog *log, const InputRecord *record, const uint8_t *data)
{
    InputRecord own = *record;
    if (!is_sound(log, record))
        return false;
    own.offset = log->data_forgotten + log->data->len;
    g_byte_array_append(log->data, data, (guint)own.size);
    g_array_append_val(log->records, own);
    return true;
}

void input_log_add_at(InputLog *log, const Position *at, InputKind kind)
{
    input_log_add(log, kind, 0, 0, NULL, 0);
    g_array_index(log->records, InputRecord, log->records->len - 1).at = *at;
}

uint64_t input_log_first(const InputLog *log)
{
    return log->forgotten;
}

uint64_t input_log_end(const InputLog *log)
{
    return log->forgotten + log->records->len;
}

const InputRecord *input_log_at(const InputLog *log, uint64_t number)
{
    return &g_array_index(log->records, InputRecord, number - log->forgotten);
}

void input_log_forget(InputLog *log, uint64_t number)
{
    size_t kept = number < input_log_end(log) ? input_log_at(log, number)->offset
                                              : log->data_forgotten + log->data->len;
    if (number <= log->forgotten)
        return;
    g_array_remove_range(log->records, 0, (guint)(number - log->forgotten));
    g_byte_array_remove_range(log->data, 0, (guint)(kept - log->data_forgotten));
    log->forgotten = number;
    log->data_forgotten = kept;
}

void input_log_truncate(InputLog *log, uint64_t number)
{
    if (number >= input_log_end(log))
        return;
    g_byte_array_set_size(log->data,
                          (guint)(input_log_at(log, number)->offset - log->data_forgotten));
    g_array_set_size(log->records, (guint)(number - log->forgotten));
}

/* Once more. */

void input_log_seek(InputLog *log, uint64_t number)
{
    log->next = number;
}

uint64_t input_log_next(const InputLog *log)
{
    return log->next;
}

static const uint8_t *data_of(const InputLog *log, const InputRecord *record)
{
    return log->data->data + (record->offset - log->data_forgotten);
}

static bool apply_bytes(const InputLog *log, const InputRecord *record)
{
    const Tap *tap = g_ptr_array_index(log->taps, record->port);
    return tap->to_char.receive && tap->to_char.receive(tap->to_char.device, data_of(log, record),
                                                        record->size) == record->taken;
}

static bool apply_event(const InputLog *log, const InputRecord *record)
{
    const Tap *tap = g_ptr_array_index(log->taps, record->port);
    if (tap->to_char.event)
        tap->to_char.event(tap->to_char.device, (HostEvent)record->taken);
    return tap->to_char.event;
}

static bool apply_frame(const InputLog *log, const InputRecord *record)
{
    const Tap *tap = g_ptr_array_index(log->taps, record->port);
    return tap->to_net.receive &&
           tap->to_net.receive(tap->to_net.device, data_of(log, record), record->size);
}

static bool apply_restraint(const InputLog *log, const InputRecord *record)
{
    Restraint *recorded = &log->machine->recorded;
    const uint8_t *data = data_of(log, record);
    memcpy(&recorded->held, data + offsetof(Restraint, held), sizeof recorded->held);
    memcpy(&recorded->irqs_off, data + offsetof(Restraint, irqs_off), sizeof recorded->irqs_off);
    recorded->timers_off = data[offsetof(Restraint, timers_off)] != 0;
    machine_restraint_changed(log->machine);
    return true;
}

static bool apply_wake(const InputLog *log, const InputRecord *record)
{
    log->machine->harts[record->port].idle = false;
    return true;
}

static bool apply_timed(const InputLog *log, const InputRecord *record)
{
    timed_switch(log->machine, record->port);
    return true;
}

bool input_log_apply_next(InputLog *log)
{
    static bool (*const apply[INPUT_KINDS])(const InputLog *, const InputRecord *) = {
        [INPUT_BYTES] = apply_bytes, [INPUT_EVENT] = apply_event,
        [INPUT_FRAME] = apply_frame, [INPUT_RESTRAINT] = apply_restraint,
        [INPUT_WAKE] = apply_wake,   [INPUT_TIMED] = apply_timed,
    };
    const InputRecord *record = input_log_at(log, log->next++);
    return apply[record->kind](log, record);
}

void input_log_offer(InputLog *log)
{
    for (unsigned i = 0; i < log->taps->len; i++) {
        const Tap *tap = g_ptr_array_index(log->taps, i);
        if (tap->from_char)
            char_ready((void *)tap);
        else
            net_ready((void *)tap);
    }
}
