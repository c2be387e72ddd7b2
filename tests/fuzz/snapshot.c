/* SPDX-License-Identifier: MIT */
/*
 * snapshot.c - fuzzing: hostile snapshots.
 *
 * A good file is taken apart into chunks; the case changes them, leaves some out, swaps and repeats them, changes what they
 * say of themselves, and then cuts and flips the bytes of the whole. Mostly the checksums are made good again before that,
 * as whoever forges a file would. A file that is refused must leave the machine as it was; one that is taken makes a
 * machine that runs. Behind every case the machine goes back to a checkpoint. What the state says is state.c's business.
 */
#include <stdio.h>
#include <string.h>
#include <zstd.h>

#include "emu/time/checkpoint.h"
#include "emu/time/snapshot.h"
#include "emu/time/snapshot_file.h"
#include "tests/lib/fuzz.h"

enum { RUN_NS = 200, MOST_CHUNKS = 64, PIECE = 4096, MOST_FILE = 256 << 10 };

typedef struct {
    Chunk head;
    const uint8_t *stored, *content;
    size_t room; /* bytes at content */
} Part;

typedef struct {
    FuzzMachine its;
    Checkpoint *fresh;
    uint64_t hash; /* of its state then */
    SnapshotHeader header;
    Part parts[MOST_CHUNKS];
    unsigned n_parts;
    uint8_t file[MOST_FILE], spare[PIECE + 8];
} Board;

/* The good file. */

static void put_program(Machine *m)
{
    /* Counts, stores, and takes an exception now and then. */
    static const uint32_t code[] = { 0x00000297, 0x01c28293, 0x30529073, 0x00150513, 0x10a02023,
                                     0x00a5b423, 0xff5ff06f, 0x34129073, 0xff1ff06f };
    if (!bus_poke(&m->bus, (Spa){ BOARD_RAM }, code, sizeof code))
        fuzz_fail("no RAM");
}

/* A chunk of the good file: compressed if that makes it shorter. */
static void add_part(Board *board, SnapshotKind kind, const uint8_t *content, size_t size)
{
    Part *part = &board->parts[board->n_parts];
    size_t most = ZSTD_compressBound(size);
    uint8_t *packed = g_malloc(most);
    size_t stored = ZSTD_compress(packed, most, content, size, 1);
    bool shorter = size && stored < size;
    if (board->n_parts == MOST_CHUNKS)
        fuzz_fail("too many chunks");
    part->room = size;
    part->head = (Chunk){ .kind = kind,
                          .number = board->n_parts++,
                          .stored = (uint32_t)(shorter ? stored : size),
                          .size = (uint32_t)size };
    part->content = size ? g_memdup2(content, size) : (const uint8_t *)"";
    part->stored = shorter ? packed : part->content;
    if (!shorter)
        g_free(packed);
}

static bool is_zero(const uint8_t *at, size_t size)
{
    return !at[0] && !memcmp(at, at + 1, size - 1);
}

/* State in pieces small enough to be changed, long runs of zeros apart. */
static void add_state(Board *board, const uint8_t *state, size_t size)
{
    for (size_t at = 0, part; at < size; at += part) {
        part = MIN(PIECE, size - at);
        bool zeros = is_zero(state + at, part);
        while (zeros && at + part < size && part < 64 << 10 && !state[at + part])
            part++;
        add_part(board, SNAPSHOT_STATE, state + at, part);
    }
}

typedef struct {
    StateVisitor visitor;
    Board *board;
    struct {
        uint64_t number;
        uint8_t page[PAGE_SIZE];
    } chunk;
} PageTaker;

static void take_page(StateVisitor *visitor, uint64_t offset, uint8_t *page)
{
    PageTaker *taker = (PageTaker *)visitor;
    taker->chunk.number = offset >> PAGE_SHIFT;
    memcpy(taker->chunk.page, page, PAGE_SIZE);
    add_part(taker->board, SNAPSHOT_RAM, (const uint8_t *)&taker->chunk, sizeof taker->chunk);
}

static void make_parts(Board *board)
{
    Machine *m = board->its.machine;
    PageTaker taker = { .visitor.page = take_page, .board = board };
    GByteArray *state = g_byte_array_new();
    char *config = snapshot_config(m);
    StateSaver saver;
    board->header = (SnapshotHeader){ .version = SNAPSHOT_VERSION, .harts = m->n_harts };
    memcpy(board->header.magic, SNAPSHOT_MAGIC, sizeof board->header.magic);
    state_saver_init(&saver, state);
    machine_visit(m, &saver.visitor);
    bus_visit_rom(&m->bus, &saver.visitor);
    add_part(board, SNAPSHOT_CONFIG, (const uint8_t *)config, strlen(config));
    add_state(board, state->data, state->len);
    bus_visit_ram(&m->bus, &taker.visitor);
    add_part(board, SNAPSHOT_END, (const uint8_t *)"", 0);
    g_free(config);
    g_byte_array_unref(state);
}

static void board_make(Board *board)
{
    static FuzzFile disk;
    static const uint8_t sectors[16 * 512];
    disk = fuzz_file();
    fuzz_file_set(&disk, sectors, sizeof sectors);
    MachineConfig config = { .n_harts = 1, .quantum = 20, .aia = AIA_APLIC_IMSIC };
    config.virtio[0] =
        (VirtioConfig){ .driver = "virtio-blk-device", .drive_file = disk.path, .snapshot = true };
    board->its = fuzz_machine(&config, NULL);
    put_program(board->its.machine);
    fuzz_run(board->its.machine, 500);
    make_parts(board);
    board->fresh = checkpoint_take(board->its.machine);
    board->hash = machine_state_hash(board->its.machine);
}

/* A case. */

typedef struct {
    Part parts[MOST_CHUNKS];
    unsigned n_parts;
    SnapshotHeader header;
    bool honest; /* checksums and numbers are left as they are */
} Draft;

static void change_content(Board *board, Part *part, Bytes *in)
{
    size_t at = take(in, 2), size = 1u << take_below(in, 4);
    uint64_t value = take_value(in);
    size_t whole = MIN(part->head.size, part->room);
    if (!whole || whole > sizeof board->spare)
        return;
    memmove(board->spare, part->content, whole);
    at %= whole;
    memcpy(board->spare + at, &value, MIN(size, whole - at));
    part->content = part->stored = board->spare;
    part->head.stored = (uint32_t)whole;
    part->room = whole;
}

static void change_stored(Board *board, Part *part, Bytes *in)
{
    size_t at = take(in, 2);
    uint8_t value = (uint8_t)take(in, 1);
    if (!part->head.stored || part->head.stored > sizeof board->spare)
        return;
    memmove(board->spare, part->stored, part->head.stored);
    board->spare[at % part->head.stored] = value;
    part->stored = board->spare;
}

static void change_head(Part *part, Bytes *in)
{
    uint32_t *fields[] = { &part->head.kind, &part->head.size, &part->head.number };
    *fields[take_below(in, 3)] = (uint32_t)take_value(in);
}

static void remove_part(Draft *draft, unsigned index)
{
    draft->n_parts--;
    memmove(&draft->parts[index], &draft->parts[index + 1],
            (draft->n_parts - index) * sizeof(Part));
}

static void repeat_part(Draft *draft, unsigned index, unsigned to)
{
    Part part = draft->parts[index];
    if (draft->n_parts == MOST_CHUNKS)
        return;
    memmove(&draft->parts[to + 1], &draft->parts[to], (draft->n_parts - to) * sizeof(Part));
    draft->parts[to] = part;
    draft->n_parts++;
}

static void change_draft(Board *board, Draft *draft, Bytes *in)
{
    unsigned kind = take_below(in, 16);
    if (!draft->n_parts)
        return;
    unsigned index = take_below(in, draft->n_parts), other = take_below(in, draft->n_parts);
    Part *part = &draft->parts[index], swapped = *part;
    switch (kind) {
    case 0: remove_part(draft, index); break;
    case 1: repeat_part(draft, index, other); break;
    case 2: *part = draft->parts[other], draft->parts[other] = swapped; break;
    case 3: change_head(part, in); break;
    case 4: part->head.stored -= take_below(in, (unsigned)MIN(part->head.stored, 100u) + 1); break;
    case 5: draft->header.version = (uint32_t)take_value(in); break;
    case 6: draft->header.harts = (uint32_t)take_value(in); break;
    case 7:
    case 8:
    case 9: change_stored(board, part, in); break;
    default: change_content(board, part, in); break;
    }
}

/* Writes the file; returns its size. */
static size_t write_draft(Board *board, Draft *draft)
{
    size_t size = sizeof draft->header;
    draft->header.check = snapshot_header_check(&draft->header);
    memcpy(board->file, &draft->header, size);
    for (unsigned i = 0; i < draft->n_parts; i++) {
        Part *part = &draft->parts[i];
        if (size + sizeof part->head + part->head.stored > MOST_FILE)
            break;
        if (!draft->honest) {
            part->head.number = i;
            part->head.check = chunk_check(SNAPSHOT_FORMAT, &part->head, part->stored);
        }
        memcpy(board->file + size, &part->head, sizeof part->head);
        memcpy(board->file + size + sizeof part->head, part->stored, part->head.stored);
        size += sizeof part->head + part->head.stored;
    }
    return size;
}

static size_t make_file(Board *board, Bytes *in)
{
    static Draft draft;
    unsigned mode = (unsigned)take(in, 1), changes = mode & 7, flips = mode >> 3 & 1;
    memcpy(draft.parts, board->parts, sizeof draft.parts);
    draft.n_parts = board->n_parts;
    draft.header = board->header;
    draft.honest = (mode >> 4) == 15;
    for (unsigned i = 0; i < changes; i++)
        change_draft(board, &draft, in);
    size_t size = write_draft(board, &draft);
    for (unsigned i = 0; i < flips; i++)
        board->file[take(in, 3) % size] ^= (uint8_t)take(in, 1);
    return mode >> 4 == 14 ? take(in, 3) % (size + 1) : size;
}

/* Looking at everything takes longer than the rest. */
static void check_unchanged(const Board *board, bool closely)
{
    Machine *m = board->its.machine;
    if (m->clock.units != checkpoint_units(board->fresh) ||
        (closely && machine_state_hash(m) != board->hash))
        fuzz_fail("a file that was refused, or going back, left traces");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Board board;
    if (!board.its.machine)
        board_make(&board);
    Machine *m = board.its.machine;
    Bytes in = { data, data + size };
    size_t length = make_file(&board, &in);
    g_autoptr(GError) error = NULL;
    FILE *file = fmemopen(board.file, MAX(length, 1), "rb");
    bool ok = snapshot_read(m, file, "it", &error);
    fclose(file);
    if (ok != !error)
        fuzz_fail("the result and the error disagree");
    if (ok) {
        if (m->clock.units < UINT64_MAX / 2)
            fuzz_run(m, RUN_NS);
        checkpoint_restore(m, board.fresh);
    }
    check_unchanged(&board, size % 8 == 0);
    return 0;
}
