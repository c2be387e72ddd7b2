/* SPDX-License-Identifier: MIT */
/*
 * drum.c - a swapping drum; see drum.h.
 *
 * Words are counted from time 0 on, so a transfer is the words from begin_word on, however long a word is. Data move when
 * the last of them has passed, all at once (ADR 0043).
 */
#include "devices/drum.h"

#include "emu/base/bits.h"

/* Geometry. */

/* Words that have begun up to `ns`, that of time 0 left out. */
uint64_t drum_word_at(const Drum *drum, uint64_t ns)
{
    return (uint64_t)((unsigned __int128)ns * drum->den / drum->num);
}

uint64_t drum_word_begins(const Drum *drum, uint64_t word)
{
    unsigned __int128 ns = ((unsigned __int128)word * drum->num + drum->den - 1) / drum->den;
    return (uint64_t)MIN(ns, CLOCK_NEVER);
}

uint64_t drum_revolution(const Drum *drum)
{
    return drum_word_begins(drum, drum->config.words);
}

/* The first word that begins at `ns` or later. */
static uint64_t next_word(const Drum *drum, uint64_t ns)
{
    uint64_t word = drum_word_at(drum, ns);
    return drum_word_begins(drum, word) >= ns ? word : word + 1;
}

/* The first that does and has this drum address. */
static uint64_t next_at_address(const Drum *drum, uint64_t ns, uint64_t address)
{
    uint64_t word = next_word(drum, ns), words = drum->config.words;
    return word + (address + words - word % words) % words;
}

uint8_t *drum_field_data(const Drum *drum, unsigned field)
{
    return drum->data + (size_t)(field - 1) * drum->config.words * DRUM_WORD;
}

/* State of the whole. */

bool drum_halts(const Drum *drum)
{
    return drum->config.halt && drum->phase != DRUM_IDLE;
}

static void update_wires(Drum *drum)
{
    drum->stat = (uint32_t)set_bits(drum->stat, 3, 3, drum->phase != DRUM_IDLE);
    irq_set(&drum->dev.irq, drum->stat & drum->ie);
    irq_set(&drum->halt, drum_halts(drum));
}

static void report_error(Drum *drum, DrumError code, uint64_t value)
{
    drum->stat = (uint32_t)set_bits(drum->stat, 15, 8, code) | DRUM_ERROR;
    device_guest_error(&drum->dev, GUEST_ERROR_VALUE, value);
}

/* A transfer. */

/* The words that pass while it goes on, as one or two runs of drum addresses: from its address to the end of the field,
 * then from the field's beginning. */
static void move(Drum *drum, uint32_t first, uint32_t count)
{
    size_t at = (size_t)first * DRUM_WORD, size = (size_t)count * DRUM_WORD;
    uint64_t core = drum->transfer_core + at;
    g_autofree uint8_t *out = NULL;
    if (!count)
        return;
    if (drum->write_field) {
        out = g_malloc(size);
        if (!device_dma_read(&drum->dev, core, out, size))
            return;
    }
    if (drum->read_field &&
        !device_dma_write(&drum->dev, core, drum_field_data(drum, drum->read_field) + at, size))
        return;
    if (drum->write_field)
        memcpy(drum_field_data(drum, drum->write_field) + at, out, size);
}

static void note_fields(Drum *drum, uint64_t now)
{
    if (drum->write_field) {
        DrumField *field = &drum->field[drum->write_field - 1];
        field->written_at = now;
        field->written_core = drum->transfer_core;
        field->writes++;
    }
    if (drum->read_field) {
        DrumField *field = &drum->field[drum->read_field - 1];
        field->read_at = now;
        field->read_core = drum->transfer_core;
        field->reads++;
    }
}

static void begin_moving(Drum *drum)
{
    uint64_t now = clock_now(drum->dev.clock);
    drum->phase = DRUM_TRANSFERS;
    drum->begin_at = now;
    TRACE(drum->dev.trace, drum_begin, now - drum->command_at,
          drum->begin_word % drum->config.words);
    timer_set(drum->dev.clock, &drum->step, drum_word_begins(drum, drum->begin_word + drum->count));
}

static void end_moving(Drum *drum)
{
    uint64_t now = clock_now(drum->dev.clock);
    uint32_t first = (uint32_t)(drum->begin_word % drum->config.words);
    uint32_t before_end = MIN(drum->count, drum->config.words - first);
    move(drum, first, before_end);
    move(drum, 0, drum->count - before_end);
    note_fields(drum, now);
    drum->phase = DRUM_IDLE;
    drum->stat |= DRUM_DONE;
    TRACE(drum->dev.trace, drum_end, now - drum->command_at, drum->count, DRUM_OK);
    update_wires(drum);
}

static void step_fired(void *opaque)
{
    Drum *drum = opaque;
    if (drum->phase == DRUM_WAITS)
        begin_moving(drum);
    else if (drum->phase == DRUM_TRANSFERS)
        end_moving(drum);
}

static void reached_fired(void *opaque)
{
    Drum *drum = opaque;
    drum->stat |= DRUM_ADDRESS;
    TRACE(drum->dev.trace, drum_address, drum->dba);
    update_wires(drum);
}

/* Is all of core that words at `count` addresses from `address` on belong to RAM? */
static bool is_core(const Drum *drum, uint64_t core, uint32_t address, uint32_t count)
{
    uint32_t first = address + count > drum->config.words ? 0 : address;
    uint32_t end = MIN(address + count, drum->config.words);
    uint64_t from = core + (uint64_t)first * DRUM_WORD;
    return core % DRUM_WORD == 0 && core <= UINT64_MAX - DRUM_MOST_WORDS * DRUM_WORD &&
           bus_is_ram(drum->dev.bus, (Spa){ from }, (uint64_t)(end - first) * DRUM_WORD);
}

static DrumError check(const Drum *drum, uint32_t write, uint32_t read, uint32_t address,
                       uint32_t count)
{
    if (drum->phase != DRUM_IDLE)
        return DRUM_IS_BUSY;
    if (write > drum->config.fields || read > drum->config.fields)
        return DRUM_BAD_FIELD;
    if (address >= drum->config.words || count > drum->config.words)
        return DRUM_BAD_ADDRESS;
    return is_core(drum, drum->core, address, count) ? DRUM_OK : DRUM_BAD_CORE;
}

/* A transfer of a whole field may begin with any word; any other waits for its address. */
static void start(Drum *drum)
{
    uint64_t now = clock_now(drum->dev.clock);
    bool anywhere = drum->config.any_start && drum->count == drum->config.words;
    drum->command_at = now;
    drum->phase = DRUM_WAITS;
    drum->begin_word = anywhere ? next_word(drum, now) : next_at_address(drum, now, drum->address);
    if (anywhere)
        drum->address = (uint32_t)(drum->begin_word % drum->config.words);
    timer_set(drum->dev.clock, &drum->step, drum_word_begins(drum, drum->begin_word));
}

static void dcc_written(Device *dev, const Reg *reg, unsigned index)
{
    Drum *drum = (Drum *)dev;
    uint32_t write = drum->dia >> 16, read = drum->dcc >> 16, address = drum->dia & 0xffff;
    uint32_t count = drum->dcc & 0xffff ? drum->dcc & 0xffff : drum->config.words;
    DrumError error = check(drum, write, read, address, count);
    (void)reg;
    (void)index;
    TRACE(dev->trace, drum_cmd, write, read, address, count, drum->core);
    if (error) {
        if (error != DRUM_IS_BUSY) /* what is under way does not end */
            TRACE(dev->trace, drum_end, 0, 0, error);
        report_error(drum, error, error == DRUM_BAD_CORE ? drum->core : drum->dcc);
    } else {
        drum->write_field = write;
        drum->read_field = read;
        drum->address = address;
        drum->count = count;
        drum->transfer_core = drum->core;
        start(drum);
    }
    update_wires(drum);
}

/* Registers. */

static void dba_written(Device *dev, const Reg *reg, unsigned index)
{
    Drum *drum = (Drum *)dev;
    uint64_t now = clock_now(dev->clock), when = CLOCK_NEVER;
    (void)reg;
    (void)index;
    if (drum->dba < drum->config.words)
        when = drum_word_begins(drum, next_at_address(drum, now, drum->dba));
    else
        report_error(drum, DRUM_BAD_ADDRESS, drum->dba);
    timer_set(dev->clock, &drum->reached, when);
    update_wires(drum);
}

static void read_dra(Device *dev, const Reg *reg, unsigned index)
{
    Drum *drum = (Drum *)dev;
    uint64_t word = drum_word_at(drum, clock_now(dev->clock)) % drum->config.words;
    (void)reg;
    (void)index;
    drum->dra = (uint32_t)word | (drum->phase != DRUM_IDLE ? BIT(31) : 0);
}

/* The code goes with the error. */
static void stat_or_ie_written(Device *dev, const Reg *reg, unsigned index)
{
    Drum *drum = (Drum *)dev;
    (void)reg;
    (void)index;
    if (!(drum->stat & DRUM_ERROR))
        drum->stat = (uint32_t)set_bits(drum->stat, 15, 8, DRUM_OK);
    update_wires(drum);
}

// clang-format off
#define WORD  0xffffffff
#define FLAGS (DRUM_DONE | DRUM_ADDRESS | DRUM_ERROR)
static const Reg drum_regs[] = {
    { "dia",     0x00, 1, AT(Drum, dia),      REG_RW,  WORD,  NULL,     NULL },
    { "dba",     0x04, 1, AT(Drum, dba),      REG_RW,  WORD,  NULL,     dba_written },
    { "dcc",     0x08, 1, AT(Drum, dcc),      REG_RW,  WORD,  NULL,     dcc_written },
    { "core",    0x10, 1, AT(Drum, core),     REG_RW,  ~0ull, NULL,     NULL },
    { "dra",     0x18, 1, AT(Drum, dra),      REG_RO,  0,     read_dra, NULL },
    { "stat",    0x1c, 1, AT(Drum, stat),     REG_W1C, FLAGS, NULL,     stat_or_ie_written },
    { "ie",      0x20, 1, AT(Drum, ie),       REG_RW,  FLAGS, NULL,     stat_or_ie_written },
    { "cfg",     0x24, 1, AT(Drum, cfg),      REG_RO,  0,     NULL,     NULL },
    { "words",   0x28, 1, AT(Drum, n_words),  REG_RO,  0,     NULL,     NULL },
    { "fields",  0x2c, 1, AT(Drum, n_fields), REG_RO,  0,     NULL,     NULL },
    { "word_ps", 0x30, 1, AT(Drum, word_ps),  REG_RO,  0,     NULL,     NULL },
};
// clang-format on

/* Life. */

static bool drum_realize(Device *dev, GError **error)
{
    Drum *drum = (Drum *)dev;
    const DrumConfig *config = &drum->config;
    const uint64_t minute = 60000000000;
    (void)error;
    g_assert(config->fields && config->fields <= DRUM_MOST_FIELDS &&
             config->words >= DRUM_LEAST_WORDS && config->words <= DRUM_MOST_WORDS &&
             !(config->words & (config->words - 1)));
    drum->num = config->rpm ? minute : config->word_ps;
    drum->den = config->rpm ? (uint64_t)config->rpm * config->words : 1000;
    g_assert(drum->num && drum->den);
    drum->cfg = (uint32_t)config->halt | (uint32_t)config->any_start << 1;
    drum->n_words = config->words;
    drum->n_fields = config->fields;
    drum->word_ps = (uint32_t)(drum->num * 1000 / drum->den);
    drum->data = g_malloc0((size_t)config->fields * config->words * DRUM_WORD);
    clock_add_timer(dev->clock, &drum->step, step_fired, drum);
    clock_add_timer(dev->clock, &drum->reached, reached_fired, drum);
    return true;
}

/* What is written on the drum stays there; a transfer does not go on. */
static void drum_reset(Device *dev)
{
    Drum *drum = (Drum *)dev;
    drum->dia = drum->dba = drum->dcc = drum->dra = drum->stat = drum->ie = 0;
    drum->core = drum->transfer_core = drum->command_at = drum->begin_word = drum->begin_at = 0;
    drum->write_field = drum->read_field = drum->address = drum->count = 0;
    drum->phase = DRUM_IDLE;
    timer_set(dev->clock, &drum->step, CLOCK_NEVER);
    timer_set(dev->clock, &drum->reached, CLOCK_NEVER);
    update_wires(drum);
}

static void drum_finalize(Device *dev)
{
    g_free(((Drum *)dev)->data);
}

/* State. */

/* Could this transfer have been started? */
static bool is_possible(const Drum *drum)
{
    const DrumConfig *config = &drum->config;
    return drum->phase <= DRUM_TRANSFERS && drum->write_field <= config->fields &&
           drum->read_field <= config->fields && drum->count && drum->count <= config->words &&
           drum->address == drum->begin_word % config->words &&
           is_core(drum, drum->transfer_core, drum->address, drum->count);
}

/* Whatever a damaged snapshot says: a transfer is one that could have been started, and ends. */
static void drum_loaded(void *object)
{
    Drum *drum = object;
    uint64_t now = clock_now(drum->dev.clock), words = drum->config.words;
    uint32_t code = (uint32_t)bits(drum->stat, 15, 8);
    if (drum->begin_word > drum_word_at(drum, now) + words || !is_possible(drum))
        drum->phase = DRUM_IDLE;
    if (drum->phase == DRUM_IDLE)
        drum->step.deadline = CLOCK_NEVER;
    else if (drum->step.deadline > drum_word_begins(drum, drum->begin_word + drum->count))
        drum->step.deadline = 0; /* at once */
    drum->command_at = MIN(drum->command_at, now);
    drum->begin_at = MIN(drum->begin_at, now);
    drum->stat &= FLAGS;
    if (drum->stat & DRUM_ERROR)
        drum->stat |= code << 8;
    drum->stat = (uint32_t)set_bits(drum->stat, 3, 3, drum->phase != DRUM_IDLE);
}

// clang-format off
static const StateField drum_fields[] = {
    STATE(Drum, dia), STATE(Drum, dba), STATE(Drum, dcc), STATE(Drum, core), STATE(Drum, stat), STATE(Drum, ie),
    STATE(Drum, command_at), STATE(Drum, begin_word), STATE(Drum, begin_at), STATE(Drum, transfer_core),
    STATE(Drum, write_field), STATE(Drum, read_field), STATE(Drum, address), STATE(Drum, count), STATE(Drum, phase),
    STATE_WORDS(Drum, field),
    STATE(Drum, step.deadline), STATE(Drum, step.order), STATE(Drum, reached.deadline), STATE(Drum, reached.order),
    STATE_END,
};
// clang-format on

static const StateDesc drum_state = {
    .name = "drum", .version = 1, .fields = drum_fields, .loaded = drum_loaded
};

/* Checkpoints share fields that stay the same. */
static void drum_visit(Device *dev, StateVisitor *visitor)
{
    const Drum *drum = (const Drum *)dev;
    for (unsigned field = 1; field <= drum->config.fields; field++) {
        g_autofree char *name = g_strdup_printf("%s.field.%u", dev->id, field);
        visitor->blob(visitor, name, drum_field_data(drum, field),
                      (size_t)drum->config.words * DRUM_WORD);
    }
}

const DeviceType drum_type = {
    .name = "drum",
    .compatible = "bulkhead,drum",
    .size = sizeof(Drum),
    .mmio_size = 0x1000,
    .regs = drum_regs,
    .n_regs = G_N_ELEMENTS(drum_regs),
    .state = &drum_state,
    .realize = drum_realize,
    .reset = drum_reset,
    .finalize = drum_finalize,
    .visit = drum_visit,
};
