/* SPDX-License-Identifier: MIT */
/*
 * replay.c - fuzzing: recordings that were damaged on purpose, behind good checksums.
 *
 * A good recording of a session is taken apart into chunks, these are changed as the case says, and put together again. What
 * is accepted is replayed for a while, and gone back in; nothing may break but the recording.
 */
#include <string.h>

#include "emu/time/recording_load.h"
#include "tests/lib/fuzz.h"

enum { RUN_NS = 1300, MOST_CHUNKS = 32, LIMIT = 64 << 20 };

typedef struct {
    RecordingKind kind;
    GByteArray *data; /* unpacked */
} Piece;

typedef struct {
    FuzzMachine its;
    HostChar serial, console;
    HostNet net;
    InputLog *log;
    Piece good[MOST_CHUNKS];
    unsigned count;
} Board;

/* Hart 0 says again what comes, by way of the serial port; hart 1 counts, and yields now and then. */
static const uint32_t program[] = {
    0xf14022f3, /* csrr t0,mhartid */
    0x02029463, /* bnez t0,other */
    0x10000537, /* lui a0,0x10000 */
    0x00554e03, /* more: lbu t3,5(a0) */
    0x001e7e13, /* andi t3,t3,1 */
    0x000e0863, /* beqz t3,rest */
    0x00054e83, /* lbu t4,0(a0) */
    0x01d50023, /* sb t4,0(a0) */
    0xfedff06f, /* j more */
    0x0100000f, /* rest: pause */
    0xfe5ff06f, /* j more */
    0x00148493, /* other: addi s1,s1,1 */
    0x03f4f293, /* andi t0,s1,63 */
    0xfe029ce3, /* bnez t0,other */
    0x0100000f, /* pause */
    0xff1ff06f, /* j other */
};

static void drop(void *host, const uint8_t *data, size_t size)
{
    (void)host, (void)data, (void)size;
}

static void keep_chunks(Board *b, const char *path)
{
    g_autofree char *file = NULL;
    gsize size;
    if (!g_file_get_contents(path, &file, &size, NULL))
        fuzz_fail("no recording");
    for (size_t at = strlen(RECORDING_MAGIC); at < size && b->count < MOST_CHUNKS;) {
        Chunk chunk;
        memcpy(&chunk, file + at, sizeof chunk);
        GByteArray *data = g_byte_array_new();
        g_byte_array_set_size(data, chunk.size);
        at += sizeof chunk;
        if (chunk.stored == chunk.size)
            memcpy(data->data, file + at, chunk.size);
        else if (ZSTD_decompress(data->data, chunk.size, file + at, chunk.stored) != chunk.size)
            fuzz_fail("a chunk of our own");
        b->good[b->count++] = (Piece){ (RecordingKind)chunk.kind, data };
        at += chunk.stored;
    }
}

static void type(Board *b, const char *text)
{
    b->serial.receive(b->serial.device, (const uint8_t *)text, strlen(text));
}

/* A session with two parts. */
static void record(Board *b)
{
    Machine *m = b->its.machine;
    FuzzFile file = fuzz_file();
    GError *error = NULL;
    History *history = history_new(m, b->log, 0);
    Recorder *recorder = recorder_new(m, b->log, NULL, file.path, &error);
    if (!recorder)
        fuzz_fail("%s", error->message);
    fuzz_run(m, 200);
    type(b, "some words");
    (void)b->net.receive(b->net.device, (const uint8_t *)"frame", 5);
    fuzz_run(m, 500);
    m->restraint.held = 2;
    fuzz_run(m, 700);
    m->restraint.held = 0;
    history_touched(m);
    m->harts[1].x[9] = 0;
    type(b, "and more than the queue holds at once");
    fuzz_run(m, 1200);
    if (!recorder_end(recorder, 0, &error))
        fuzz_fail("%s", error->message);
    history_free(history);
    keep_chunks(b, file.path);
}

static void board_make(Board *b)
{
    static MachineConfig config = { .n_harts = 2, .quantum = 50 };
    static FuzzFile disk;
    static const uint8_t sectors[4 * 512];
    disk = fuzz_file();
    fuzz_file_set(&disk, sectors, sizeof sectors);
    b->log = input_log_new();
    b->serial = b->console = (HostChar){ .write = drop };
    b->net = (HostNet){ .send = drop };
    config.serial = input_log_tap_char(b->log, &b->serial);
    config.virtio[0] =
        (VirtioConfig){ .driver = "virtio-blk-device", .drive_file = disk.path, .snapshot = true };
    config.virtio[1] =
        (VirtioConfig){ .driver = "virtio-net-device", .net = input_log_tap_net(b->log, &b->net) };
    config.virtio[2] = (VirtioConfig){ .driver = "virtio-serial-device",
                                       .chr = input_log_tap_char(b->log, &b->console) };
    b->its = fuzz_machine(&config, NULL);
    input_log_attach(b->log, b->its.machine);
    if (!bus_poke(&b->its.machine->bus, (Spa){ BOARD_RAM }, program, sizeof program))
        fuzz_fail("no RAM");
    record(b);
}

/* The case. */

static void append_chunk(GByteArray *file, unsigned number, RecordingKind kind, const uint8_t *data,
                         size_t size)
{
    Chunk chunk = {
        .kind = kind, .number = number, .stored = (uint32_t)size, .size = (uint32_t)size
    };
    chunk.check = chunk_check(RECORDING_FORMAT, &chunk, data);
    g_byte_array_append(file, (const uint8_t *)&chunk, sizeof chunk);
    g_byte_array_append(file, data, (guint)size);
}

/* Numbers are longer or shorter, records are lost or come twice: bytes are changed, left out, or put in. */
static void damage(Bytes *in, GByteArray *data)
{
    guint at = data->len ? (guint)(take(in, 2) % data->len) : 0;
    uint8_t bytes[8];
    uint64_t value = take_value(in);
    memcpy(bytes, &value, 8);
    switch (take_below(in, 4)) {
    case 0:
        if (data->len)
            data->data[at] = bytes[0];
        break;
    case 1:
        if (data->len > at)
            g_byte_array_remove_range(data, at, MIN(1 + bytes[0] % 16u, data->len - at));
        break;
    case 2: g_byte_array_append(data, bytes, 1 + bytes[7] % 8u); break;
    default:
        if (data->len >= at + 8)
            memcpy(data->data + at, bytes, 8);
        break;
    }
}

/* What is changed most: the log and what says how it ended. State and disks have targets of their own. */
static bool is_to_change(Bytes *in, RecordingKind kind)
{
    static const uint8_t of[] = {
        [RECORDING_CONFIG] = 16, [RECORDING_DISK] = 32, [RECORDING_PART] = 6,
        [RECORDING_STATE] = 64,  [RECORDING_LOG] = 1,   [RECORDING_END] = 2
    };
    return take_below(in, of[kind]) == 0;
}

/* A part without its state, which is most of a recording. */
static GByteArray *without_state(const GByteArray *part)
{
    RecordingText text = { part->data, part->data + part->len };
    GByteArray *out = g_byte_array_new();
    Position end;
    uint64_t size;
    if (!recording_take_position(&text, &end) || !recording_take_number(&text, &size))
        fuzz_fail("a part of our own");
    recording_put_position(out, &end);
    recording_put_number(out, 0);
    g_byte_array_append(out, text.at, (guint)(text.end - text.at));
    return out;
}

/* `whole`: with state, which takes long. */
static GByteArray *make_file(const Board *b, Bytes *in, bool whole)
{
    GByteArray *file = g_byte_array_new();
    unsigned number = 0;
    g_byte_array_append(file, (const uint8_t *)RECORDING_MAGIC, strlen(RECORDING_MAGIC));
    for (unsigned i = 0; i < b->count; i++) {
        const Piece *chunk = &b->good[i];
        if (!whole && chunk->kind == RECORDING_STATE)
            continue;
        bool strip = !whole && chunk->kind == RECORDING_PART;
        g_autoptr(GByteArray) data =
            strip ? without_state(chunk->data)
                  : g_byte_array_append(g_byte_array_new(), chunk->data->data, chunk->data->len);
        bool changed = bytes_left(in) && is_to_change(in, chunk->kind);
        for (unsigned n = changed ? 1 + take_below(in, 4) : 0; n; n--)
            damage(in, data);
        unsigned times = bytes_left(in) && take_below(in, 32) == 0 ? take_below(in, 3) : 1;
        for (; times; times--)
            append_chunk(file, number++, chunk->kind, data->data, MIN(data->len, CHUNK_MOST));
    }
    if (take_below(in, 16) == 1)
        g_byte_array_set_size(file, (guint)(take(in, 4) % file->len));
    return file;
}

static void go_back(Machine *m, Bytes *in)
{
    const TimeTravel *travel = m->time_travel;
    unsigned hart = take_below(in, 2);
    m->paused = true;
    for (unsigned i = 0; i < 3; i++)
        (void)travel->step_back(travel->opaque, hart, 1 + take_below(in, 300));
    (void)travel->run_back(travel->opaque, &hart);
    m->paused = false;
}

static void run(Board *b, Replay *r, Bytes *in)
{
    Machine *m = b->its.machine;
    bool remember = take_below(in, 32) == 1;
    History *history = history_new(m, b->log, remember ? LIMIT : 0);
    replay_begin(r, history, NULL, NULL);
    fuzz_run(m, RUN_NS);
    if (remember && !m->stop)
        go_back(m, in);
    if (remember)
        fuzz_run(m, RUN_NS);
    history_free(history);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Board b;
    g_autoptr(GError) error = NULL;
    Bytes in = { data, data + size };
    bool whole = take_below(&in, 128) == 1;
    if (!b.count)
        board_make(&b);
    g_autoptr(GByteArray) file = make_file(&b, &in, whole);
    MachineConfig config = { .n_harts = 0 };
    Replay *r = replay_of_bytes("case", file->data, file->len, &config, &error);
    Machine *m = b.its.machine;
    fuzz_restart(&b.its);
    m->restraint = m->recorded = (Restraint){ 0 };
    m->replaying = m->silent = m->paused = false;
    m->stop = STOP_NONE;
    input_log_forget(b.log, input_log_end(b.log));
    input_log_seek(b.log, input_log_end(b.log));
    bool ok = r && (whole ? replay_start(r, m, b.log, &error)
                          : (bus_poke(&m->bus, (Spa){ BOARD_RAM }, program, sizeof program) &&
                             replay_import(r, m, b.log, &error)));
    if (ok != !error)
        fuzz_fail("%s", ok ? "success with an error" : "failure without an error");
    if (ok)
        run(&b, r, &in);
    replay_free(r);
    return 0;
}
