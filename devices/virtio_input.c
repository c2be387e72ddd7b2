/* SPDX-License-Identifier: MIT */
/* virtio_input.c - keyboard, tablet and mouse behind virtqueues; see virtio_input.h. */
#include "devices/virtio_input.h"

#include <linux/input-event-codes.h>
#include <string.h>

enum { EVENTS, STATUS, N_QUEUES };
enum { QUEUE_SIZE = 64, UNION_SIZE = 128 };
enum { BUS_OF_VIRTUAL = 6, VENDOR = 0x0627 };

/* 5.8.2, enum virtio_input_config_select */
enum { ID_NAME = 1, ID_SERIAL = 2, ID_DEVIDS = 3, EV_BITS = 0x11, ABS_INFO = 0x12 };

/* 5.8.4 */
typedef struct {
    uint8_t select, subsel, size, reserved[5];
    uint8_t bytes[UNION_SIZE];
} Config;

typedef struct {
    uint16_t bustype, vendor, product, version;
} DevIds;

typedef struct {
    uint32_t min, max, fuzz, flat, res;
} AbsInfo;

/* Codes from `first` to `last`. */
typedef struct {
    uint16_t first, last;
} Range;

typedef struct {
    const char *driver, *name;
    uint16_t product, version;
    const Range *keys; /* up to a range from 0 */
    /* Sets of codes that are below 16. */
    uint16_t rel, abs, leds;
    bool repeats; /* the driver is to repeat keys that are held */
} Kind;

typedef struct {
    VirtioBackend backend;
    const Kind *kind;
    const char *serial;
    HostChar *chr;
    uint8_t select, subsel;
    uint8_t leds;
    uint64_t down[VIRTIO_INPUT_CODES / 64]; /* keys, as the driver was told */
} VirtioInput;

/* Keys of QEMU's keyboard: those of a PC, with some of others that it can be sent. */
static const Range keyboard_keys[] = {
    { KEY_ESC, KEY_KPDOT },        { KEY_102ND, KEY_RO },        { KEY_HIRAGANA, KEY_MUHENKAN },
    { KEY_KPENTER, KEY_RIGHTALT }, { KEY_LINEFEED, KEY_DELETE }, { KEY_MUTE, KEY_KPEQUAL },
    { KEY_PAUSE, KEY_PAUSE },      { KEY_KPCOMMA, KEY_CALC },    { KEY_SLEEP, KEY_WAKEUP },
    { KEY_MAIL, KEY_FORWARD },     { KEY_NEXTSONG, KEY_STOPCD }, { KEY_HOMEPAGE, KEY_REFRESH },
    { KEY_F13, KEY_F24 },          { KEY_MEDIA, KEY_MEDIA },     { 0 },
};

static const Range pointer_buttons[] = {
    { BTN_LEFT, BTN_EXTRA },
    { BTN_TOUCH, BTN_TOUCH },
    { BTN_GEAR_DOWN, BTN_GEAR_UP },
    { 0 },
};

static const Kind kinds[VIRTIO_INPUT_KINDS] = {
    [VIRTIO_INPUT_KEYBOARD] = { "virtio-keyboard-device", "QEMU Virtio Keyboard", 1, 1,
                                keyboard_keys,
                                .leds = BIT(LED_NUML) | BIT(LED_CAPSL) | BIT(LED_SCROLLL),
                                .repeats = true },
    [VIRTIO_INPUT_TABLET] = { "virtio-tablet-device", "QEMU Virtio Tablet", 3, 2, pointer_buttons,
                              .abs = BIT(ABS_X) | BIT(ABS_Y), .rel = BIT(REL_WHEEL) },
    [VIRTIO_INPUT_MOUSE] = { "virtio-mouse-device", "QEMU Virtio Mouse", 2, 2, pointer_buttons,
                             .rel = BIT(REL_X) | BIT(REL_Y) | BIT(REL_WHEEL) },
};

bool virtio_input_find(const char *driver, VirtioInputKind *kind)
{
    for (*kind = 0; *kind < VIRTIO_INPUT_KINDS; ++*kind)
        if (driver && !strcmp(kinds[*kind].driver, driver))
            return true;
    return false;
}

const char *virtio_input_name(VirtioInputKind kind)
{
    return kinds[kind].name;
}

bool virtio_input_has_key(VirtioInputKind kind, unsigned code)
{
    for (const Range *range = kinds[kind].keys; range->first; range++)
        if (code >= range->first && code <= range->last)
            return true;
    return false;
}

/* Configuration space. Each of these writes what it has and returns how much that is. */

static unsigned put(Config *config, const void *data, size_t size)
{
    memcpy(config->bytes, data, size);
    return (unsigned)size;
}

/* A set of codes, without the bytes at its end in which there are none. */
static unsigned put_set(Config *config, uint16_t set)
{
    unsigned size = set > 0xff ? 2 : set ? 1 : 0;
    return put(config, &set, size);
}

static unsigned put_keys(Config *config, const Kind *kind)
{
    unsigned size = 0;
    for (const Range *range = kind->keys; range->first; range++) {
        for (unsigned code = range->first; code <= range->last; code++)
            config->bytes[code / 8] |= (uint8_t)(1u << code % 8);
        size = MAX(size, range->last / 8 + 1u);
    }
    return size;
}

/* Which events of a type there are. */
static unsigned put_events(Config *config, const Kind *kind)
{
    switch (config->subsel) {
    case EV_KEY: return put_keys(config, kind);
    case EV_REL: return put_set(config, kind->rel);
    case EV_ABS: return put_set(config, kind->abs);
    case EV_LED: return put_set(config, kind->leds);
    case EV_REP: return kind->repeats; /* a byte without bits: that there is something */
    default: return 0;
    }
}

static unsigned put_axis(Config *config, const Kind *kind)
{
    AbsInfo info = { .max = VIRTIO_INPUT_MAX };
    bool is_there = config->subsel < 16 && kind->abs >> config->subsel & 1;
    return is_there ? put(config, &info, sizeof info) : 0;
}

/* 5.8.5.2: what there is not has size 0. */
static unsigned put_selected(Config *config, const VirtioInput *input)
{
    const Kind *kind = input->kind;
    DevIds ids = { BUS_OF_VIRTUAL, VENDOR, kind->product, kind->version };
    switch (config->select) {
    case ID_NAME: return config->subsel ? 0 : put(config, kind->name, strlen(kind->name) + 1);
    case ID_SERIAL:
        return config->subsel || !input->serial
                   ? 0
                   : put(config, input->serial, MIN(strlen(input->serial), UNION_SIZE));
    case ID_DEVIDS: return config->subsel ? 0 : put(config, &ids, sizeof ids);
    case EV_BITS: return put_events(config, kind);
    case ABS_INFO: return put_axis(config, kind);
    default: return 0; /* PROP_BITS too: no property is special */
    }
}

static void input_read_config(const VirtioBackend *backend, uint8_t *bytes)
{
    const VirtioInput *input = (const VirtioInput *)backend;
    Config config = { .select = input->select, .subsel = input->subsel };
    config.size = (uint8_t)put_selected(&config, input);
    memcpy(bytes, &config, sizeof config);
}

/* 5.8.5.1: the driver writes select and subsel, and nothing else. */
static void input_config_written(VirtioBackend *backend, unsigned offset, unsigned size,
                                 uint64_t value)
{
    VirtioInput *input = (VirtioInput *)backend;
    for (unsigned i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)(value >> 8 * i);
        if (offset + i == offsetof(Config, select))
            input->select = byte;
        else if (offset + i == offsetof(Config, subsel))
            input->subsel = byte;
        else
            device_guest_error(backend->virtio->dev, GUEST_ERROR_REGISTER, offset + i);
    }
}

/* Events. */

bool virtio_input_is_down(const VirtioBackend *backend, unsigned code)
{
    const VirtioInput *input = (const VirtioInput *)backend;
    return code < VIRTIO_INPUT_CODES && input->down[code / 64] >> code % 64 & 1;
}

unsigned virtio_input_leds(const VirtioBackend *backend)
{
    return ((const VirtioInput *)backend)->leds;
}

static void note_key(VirtioInput *input, const VirtioInputEvent *event)
{
    if (event->type != EV_KEY || event->code >= VIRTIO_INPUT_CODES)
        return;
    uint64_t bit = BIT(event->code % 64), *word = &input->down[event->code / 64];
    *word = event->value ? *word | bit : *word & ~bit;
}

/* False: the driver's buffer is none. */
static bool give(VirtioInput *input, const VirtioInputEvent *event)
{
    Virtio *virtio = input->backend.virtio;
    VirtChain chain;
    if (!virtio_pop(virtio, EVENTS, &chain))
        return false;
    if (!virtchain_put(&chain, event, sizeof *event)) {
        virtio_break(virtio);
        return false;
    }
    virtio_push(virtio, EVENTS, &chain, sizeof *event);
    note_key(input, event);
    TRACE(virtio->dev->trace, input, event->type, event->code, event->value);
    return true;
}

static VirtioInputEvent event_at(const uint8_t *data, size_t index)
{
    VirtioInputEvent event;
    memcpy(&event, data + index * sizeof event, sizeof event);
    return event;
}

/* How many of `n` events belong together; 0: the last of them has not come yet. */
static size_t packet_length(const uint8_t *data, size_t n)
{
    for (size_t i = 0; i < MIN(n, VIRTIO_INPUT_PACKET); i++) {
        VirtioInputEvent event = event_at(data, i);
        if (event.type == EV_SYN && event.code == SYN_REPORT)
            return i + 1;
    }
    return n < VIRTIO_INPUT_PACKET ? 0 : VIRTIO_INPUT_PACKET;
}

/* Is there nobody who could ever take so many events at once, or have they no end? */
static bool is_lost(const VirtioInput *input, const uint8_t *data, size_t length)
{
    const Virtio *virtio = input->backend.virtio;
    VirtioInputEvent last = event_at(data, length - 1);
    return last.type != EV_SYN || !virtio_is_driven(virtio) || !virtio->queues[EVENTS].ready ||
           length > virtio->queues[EVENTS].num;
}

static size_t receive(void *device, const uint8_t *data, size_t size)
{
    VirtioInput *input = device;
    size_t taken = 0, n = size / sizeof(VirtioInputEvent), length;
    while ((length = packet_length(data + taken * sizeof(VirtioInputEvent), n - taken))) {
        const uint8_t *packet = data + taken * sizeof(VirtioInputEvent);
        taken += length;
        if (is_lost(input, packet, length))
            continue;
        if (!virtio_has_buffers(input->backend.virtio, EVENTS, (unsigned)length))
            return (taken - length) * sizeof(VirtioInputEvent);
        for (size_t i = 0; i < length; i++) {
            VirtioInputEvent event = event_at(packet, i);
            if (!give(input, &event))
                break;
        }
    }
    return taken * sizeof(VirtioInputEvent);
}

/* 5.8.6.2: of what the driver may tell, lights are all there is. */
static uint32_t take_status(VirtioBackend *backend, VirtChain *chain)
{
    VirtioInput *input = (VirtioInput *)backend;
    VirtioInputEvent event;
    if (!virtchain_get(chain, &event, sizeof event))
        return 0;
    if (event.type != EV_LED || event.code >= 16 || !(input->kind->leds >> event.code & 1)) {
        device_guest_error(chain->dev, GUEST_ERROR_QUEUE, event.type);
        return 0;
    }
    uint8_t bit = (uint8_t)(1u << event.code);
    TRACE(chain->dev->trace, input, event.type, event.code, event.value);
    input->leds = event.value ? input->leds | bit : input->leds & (uint8_t)~bit;
    return 0;
}

static void input_notify(VirtioBackend *backend, unsigned queue)
{
    const HostChar *chr = ((VirtioInput *)backend)->chr;
    if (queue == STATUS)
        virtio_drain(backend->virtio, queue, take_status);
    else if (chr && chr->ready)
        chr->ready(chr->host);
}

static void input_reset(VirtioBackend *backend)
{
    VirtioInput *input = (VirtioInput *)backend;
    input->select = input->subsel = input->leds = 0;
    memset(input->down, 0, sizeof input->down);
}

static const StateField input_fields[] = {
    STATE(VirtioInput, select),
    STATE(VirtioInput, subsel),
    STATE(VirtioInput, leds),
    STATE_ARRAY(VirtioInput, down),
    STATE_END,
};
static const StateDesc input_state = { .name = "virtio_input",
                                       .version = 1,
                                       .fields = input_fields };

static const VirtioBackendType input_type = {
    .name = "input",
    .device_id = 18,
    .n_queues = N_QUEUES,
    .queue_max = QUEUE_SIZE,
    .config_size = sizeof(Config),
    .read_config = input_read_config,
    .config_written = input_config_written,
    .notify = input_notify,
    .reset = input_reset,
    .state = &input_state,
};

VirtioBackend *virtio_input_new(VirtioInputKind kind, const char *serial, HostChar *chr)
{
    VirtioInput *input = g_new0(VirtioInput, 1);
    input->backend.type = &input_type;
    input->kind = &kinds[kind];
    input->serial = serial;
    input->chr = chr;
    if (chr) {
        chr->receive = receive;
        chr->device = input;
    }
    return &input->backend;
}
