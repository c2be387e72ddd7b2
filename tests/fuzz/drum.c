/* SPDX-License-Identifier: MIT */
/*
 * drum.c - fuzzing: registers of both drums and requests in memory, at any time; damaged states of them.
 *
 * Harts are held. What a drum moves is compared with a model that goes word by word, and what it says with what it does:
 * the wire that halts harts, BUSY, how long anything can take, and that no byte changes that nobody asked for.
 */
#include <string.h>

#include "devices/drum.h"
#include "devices/paging_drum.h"
#include "emu/sight/drum.h"
#include "emu/ui/panel.h"
#include "tests/lib/fuzz.h"

enum { FIELDS = 3, WORDS = 16, PAGES = 12, REQUESTS_AT = 0x8000, ALL = FUZZ_RAM };

typedef struct {
    Machine *machine;
    uint8_t ram[ALL]; /* as it was before time passed */
    uint32_t field[FIELDS][WORDS];
} Model;

static uint8_t *ram(const Machine *m)
{
    return bus_ram_at(&m->bus, (Spa){ BOARD_RAM });
}

static void remember(Model *model)
{
    const Drum *drum = model->machine->drum;
    memcpy(model->ram, ram(model->machine), ALL);
    memcpy(model->field, drum->data, sizeof model->field);
}

/* Word by word, as the heads would: what was on the drum goes to core, what was in core to the drum. */
static void exchange(Model *model)
{
    const Drum *drum = model->machine->drum;
    for (uint64_t word = drum->begin_word; word < drum->begin_word + drum->count; word++) {
        unsigned at = (unsigned)(word % WORDS);
        uint8_t *core = model->ram + (drum->transfer_core + 4 * at - BOARD_RAM);
        uint32_t in = 0, out;
        memcpy(&out, core, 4);
        if (drum->read_field)
            in = model->field[drum->read_field - 1][at];
        if (drum->write_field)
            model->field[drum->write_field - 1][at] = out;
        if (drum->read_field)
            memcpy(core, &in, 4);
    }
}

/* A page, and the word that says what became of the request. */
static void exchange_page(Model *model, const PagingRequest *request, uint32_t number,
                          const uint8_t *page_before)
{
    const PagingDrum *drum = model->machine->paging_drum;
    const uint8_t *page = drum->data + (size_t)request->page * PAGING_DRUM_PAGE;
    uint8_t *core = model->ram + (request->core - BOARD_RAM);
    uint32_t status = PAGING_DRUM_ENDED;
    uint64_t at = drum->ring + (uint64_t)(number % drum->size) * PAGING_DRUM_REQUEST + 16;
    if (request->op == PAGING_DRUM_READ)
        memcpy(core, page_before, PAGING_DRUM_PAGE);
    else if (memcmp(page, core, PAGING_DRUM_PAGE))
        fuzz_fail("a page was not written as it was in core");
    if (bus_is_ram(&model->machine->bus, (Spa){ at }, 4))
        memcpy(model->ram + (at - BOARD_RAM), &status, 4);
}

static void check(const Machine *m)
{
    const Drum *drum = m->drum;
    const PagingDrum *paging = m->paging_drum;
    uint64_t now = clock_now(&m->clock), longest = now + 2 * drum_revolution(drum) + 100;
    bool busy = drum->phase != DRUM_IDLE;
    if (m->halted != (busy && drum->config.halt))
        fuzz_fail("halted is %d, and the drum's phase %u", m->halted, drum->phase);
    if (!!(drum->stat & DRUM_BUSY) != busy)
        fuzz_fail("BUSY of the drum is not what it does");
    if (busy && drum->step.deadline > longest)
        fuzz_fail("a transfer takes more than two revolutions");
    if (drum->stat >> 8 && !(drum->stat & DRUM_ERROR))
        fuzz_fail("a code without an error");
    if (!!(paging->stat & PAGING_DRUM_BUSY) != (paging->first != paging->end))
        fuzz_fail("BUSY of the paging drum is not what its queue says");
    if (paging->first != paging->end &&
        paging->step.deadline > now + paging_drum_revolution(paging) + paging_drum_transfer(paging))
        fuzz_fail("a request waits for more than a revolution");
    if (paging->end - paging->first > paging->size || paging_drum_queued(paging) > paging->size)
        fuzz_fail("more requests than the ring has");
}

static bool fires_first(const Timer *one, const Timer *other)
{
    return one->deadline < other->deadline ||
           (one->deadline == other->deadline && one->order < other->order);
}

/* Lets time pass up to the next event, and does what it does in the model. */
static void step(Model *model)
{
    Machine *m = model->machine;
    PagingDrum *paging = m->paging_drum;
    const Timer *first =
        fires_first(&m->drum->step, &m->drum->reached) ? &m->drum->step : &m->drum->reached;
    uint64_t now = clock_now(&m->clock), next = m->clock.next;
    if (fires_first(&paging->step, first))
        first = &paging->step;
    if (next == CLOCK_NEVER || first->deadline != next)
        return;
    /* Both at once: the model knows only one at a time. */
    bool both = m->drum->step.deadline == paging->step.deadline;
    bool moves = first == &m->drum->step && m->drum->phase == DRUM_TRANSFERS;
    bool pages = first == &paging->step && paging->phase == PAGING_DRUM_TRANSFERS;
    uint32_t number = paging->current;
    PagingRequest request = { 0 };
    uint8_t page[PAGING_DRUM_PAGE];
    remember(model);
    if (pages) {
        request = paging->requests[number % paging->size];
        memcpy(page, paging->data + (size_t)request.page * PAGING_DRUM_PAGE, sizeof page);
    }
    uint32_t head = paging->head;
    fuzz_run(m, MAX(next, now) - now + 1);
    if (both)
        return;
    if (moves)
        exchange(model);
    if (pages)
        exchange_page(model, &request, number, page);
    /* Refused requests behind it have their words, too. */
    if (paging->head == head + pages && memcmp(model->ram, ram(m), ALL))
        fuzz_fail("memory is not as the model has it");
    if (memcmp(model->field, m->drum->data, sizeof model->field))
        fuzz_fail("the drum is not as the model has it");
}

static void access_register(Machine *m, Bytes *in)
{
    uint64_t at = (take(in, 1) & 1 ? BOARD_DRUM : BOARD_PAGING_DRUM) + take_below(in, 0x38);
    unsigned kind = take_below(in, 16), size = kind & 8 ? 1u << (kind >> 1 & 3) : 4;
    uint64_t value = 0;
    if (!(kind & 8))
        at &= ~3ull;
    if (kind & 1)
        (void)!bus_read(&m->bus, (Spa){ at }, size, &value, requester_hart(0));
    else
        (void)!bus_write(&m->bus, (Spa){ at }, size, take_value(in), requester_hart(0));
}

static void put(Machine *m, uint64_t at, uint64_t value)
{
    (void)!bus_write(&m->bus, (Spa){ at }, 4, value, requester_hart(0));
}

/* Commands that mostly make sense. */
static void command(Machine *m, Bytes *in)
{
    put(m, BOARD_DRUM + 0x10, BOARD_RAM + 64 * take_below(in, 70));
    put(m, BOARD_DRUM + 0x14, take_below(in, 40) == 1);
    put(m, BOARD_DRUM, take_below(in, FIELDS + 2) << 16 | take_below(in, WORDS + 2));
    put(m, BOARD_DRUM + 8, take_below(in, FIELDS + 2) << 16 | take_below(in, WORDS + 2));
}

static void ring(Machine *m, Bytes *in)
{
    put(m, BOARD_PAGING_DRUM, BOARD_RAM + REQUESTS_AT);
    put(m, BOARD_PAGING_DRUM + 4, 0);
    put(m, BOARD_PAGING_DRUM + 0x14, take(in, 1));
    put(m, BOARD_PAGING_DRUM + 8, 1u << take_below(in, 9));
}

static void request(Machine *m, Bytes *in)
{
    const PagingDrum *drum = m->paging_drum;
    uint32_t words[8] = { take_below(in, 4), take_below(in, PAGES + 2),
                          (uint32_t)BOARD_RAM + 4096 * take_below(in, 6) + 8 * take_below(in, 4) };
    uint64_t at = REQUESTS_AT + drum->end % MAX(drum->size, 1) * PAGING_DRUM_REQUEST;
    if (!bus_poke(&m->bus, (Spa){ BOARD_RAM + at }, words, sizeof words))
        fuzz_fail("no RAM");
    put(m, BOARD_PAGING_DRUM + 0xc, drum->end + 1);
}

/* Changes bytes of a drum's saved state and loads it. */
static void damage(Machine *m, Device *dev, Bytes *in)
{
    g_autoptr(GByteArray) saved = g_byte_array_new();
    StateSaver saver;
    StateLoader loader;
    state_saver_init(&saver, saved);
    device_visit(dev, &saver.visitor);
    g_autoptr(GByteArray) good = g_byte_array_new();
    g_byte_array_append(good, saved->data, saved->len);
    for (unsigned i = take_below(in, 4); i > 0; i--)
        saved->data[take(in, 2) % MIN(saved->len, 9000)] ^= (uint8_t)take(in, 1);
    state_loader_init(&loader, saved->data, saved->len);
    device_visit(dev, &loader.visitor);
    if (loader.error) {
        g_error_free(loader.error);
        state_loader_init(&loader, good->data, good->len);
        device_visit(dev, &loader.visitor);
        if (loader.error)
            fuzz_fail("a good state is refused");
    }
    machine_loaded(m);
}

/* What people see of it has room, and no bad numbers. */
static void look(Machine *m, Bytes *in)
{
    static uint64_t state[8];
    const UiRect area = { 3, 5, 200 + (int)take_below(in, 900), 120 + (int)take_below(in, 700) };
    SightWants wants = { .which = 1u << SIGHT_DRUM };
    Sights *sights = sights_make(m, &wants);
    DrawList *list = draw_list_new();
    g_autoptr(GString) out = g_string_new(NULL), problems = g_string_new(NULL);
    Json json = { .out = out };
    g_assert(ui_panel_drum.state_size <= sizeof state);
    sight_types[SIGHT_DRUM].print(sights->sights[SIGHT_DRUM], out);
    json_begin(&json, NULL, '{');
    sight_types[SIGHT_DRUM].json(sights->sights[SIGHT_DRUM], &json);
    json_end(&json, '{');
    (void)ui_panel_drum.key(state, sights, 'a', out);
    ui_panel_drum.draw(state, sights, list, area);
    if (draw_check(list, problems))
        fuzz_fail("at %dx%d:\n%s", area.w, area.h, problems->str);
    draw_list_free(list);
    sights_unref(sights);
}

static void act(Model *model, Bytes *in)
{
    Machine *m = model->machine;
    switch (take_below(in, 12)) {
    case 0: fuzz_run(m, take(in, 2)); break;
    case 1: fuzz_run(m, take_value(in) >> 20); break;
    case 2: damage(m, take(in, 1) & 1 ? &m->drum->dev : &m->paging_drum->dev, in); break;
    case 3: device_reset(&m->drum->dev); break;
    case 4: command(m, in); break;
    case 5: ring(m, in); break;
    case 6: request(m, in); break;
    case 7: access_register(m, in); break;
    case 8: look(m, in); break;
    default: step(model); break;
    }
}

/* All words of core that commands name, and of the drum, are different. */
static void fill(Machine *m)
{
    static uint32_t words[REQUESTS_AT / 4 + FIELDS * WORDS];
    const unsigned in_core = REQUESTS_AT / 4;
    for (unsigned i = 0; !words[0] && i < G_N_ELEMENTS(words); i++)
        words[G_N_ELEMENTS(words) - 1 - i] = 0x9e3779b1u * (i + 1);
    if (!bus_poke(&m->bus, (Spa){ BOARD_RAM }, words, in_core * 4))
        fuzz_fail("no RAM");
    memcpy(m->drum->data, words + in_core, sizeof words - in_core * 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FuzzMachine its;
    static Model model;
    Bytes in = { data, data + size };
    if (!its.machine) {
        MachineConfig config = { .n_harts = 2, .ram_size = ALL };
        if (!plugs_read(&config.plugs, "drum,word-us=0.7,fields=3,words=16,halt=on,start=any") ||
            !plugs_read(&config.plugs, "paging-drum,pages=12,rev-us=100,rate=400000000"))
            fuzz_fail("no drums");
        its = fuzz_machine(&config, NULL);
        its.machine->restraint.held = ~0u;
        model.machine = its.machine;
    }
    fuzz_restart(&its);
    machine_loaded(its.machine);
    fill(its.machine);
    while (bytes_left(&in)) {
        act(&model, &in);
        check(its.machine);
    }
    fuzz_reload_devices(its.machine);
    machine_loaded(its.machine);
    check(its.machine);
    return 0;
}
