/* SPDX-License-Identifier: MIT */
/*
 * input.c - keyboard and pointer; see input.h.
 *
 * A port is the host's side of one device. It remembers which keys it has said are down, and so does the device, whose
 * memory is part of the machine's state: they differ when the machine has gone back in time, and then keys that nobody
 * holds any more go up.
 */
#include "emu/display/input.h"

#include <linux/input-event-codes.h>
#include <string.h>

enum { MOST_PORTS = VIRTIO_SLOTS, MOST_WAITING = 4096, MOST_TIMED = 1024, NO_MOTION = -1 };

typedef struct {
    Input *input;
    VirtioInputKind kind;
    unsigned slot;
    HostChar chr;
    GArray *waiting; /* of VirtioInputEvent, of which the first `taken` were */
    guint taken;
    int motion; /* where in `waiting` the last report begins if it is of motion alone; NO_MOTION: it is not */
    bool offering;
    bool down[VIRTIO_INPUT_CODES];
} InputPort;

/* A key that is to change at a time. */
typedef struct {
    uint64_t ns;
    unsigned code;
    bool down;
} TimedKey;

struct Input {
    Machine *machine;
    InputPort *ports[MOST_PORTS];
    unsigned n_ports;
    unsigned current; /* of the pointers */
    GArray *timed;    /* of TimedKey, by time */
};

/* Reports. */

static void forget_taken(InputPort *port)
{
    if (port->taken)
        g_array_remove_range(port->waiting, 0, port->taken);
    port->motion = port->motion < (int)port->taken ? NO_MOTION : port->motion - (int)port->taken;
    port->taken = 0;
}

static void offer(InputPort *port)
{
    GArray *waiting = port->waiting;
    if (port->offering || !port->chr.receive)
        return;
    port->offering = true;
    while (port->taken < waiting->len) {
        size_t left = (waiting->len - port->taken) * sizeof(VirtioInputEvent);
        const VirtioInputEvent *next = &g_array_index(waiting, VirtioInputEvent, port->taken);
        size_t n = port->chr.receive(port->chr.device, (const uint8_t *)next, left);
        port->taken += (guint)(n / sizeof *next);
        if (n < sizeof *next)
            break;
    }
    port->offering = false;
    forget_taken(port);
}

static void add_event(const InputPort *port, unsigned type, unsigned code, int value)
{
    VirtioInputEvent event = { (uint16_t)type, (uint16_t)code, (uint32_t)value };
    g_array_append_val(port->waiting, event);
}

static bool is_full(const InputPort *port)
{
    return port->waiting->len >= MOST_WAITING;
}

/* One event, and that it is all. */
static void report(InputPort *port, unsigned type, unsigned code, int value)
{
    add_event(port, type, code, value);
    add_event(port, EV_SYN, SYN_REPORT, 0);
    port->motion = NO_MOTION;
}

/* Two axes, which take the place of what is not said yet of them or are added to it. */
static void report_motion(InputPort *port, unsigned type, int x, int y)
{
    if (port->motion != NO_MOTION) {
        VirtioInputEvent *last =
            &g_array_index(port->waiting, VirtioInputEvent, (guint)port->motion);
        bool adds = type == EV_REL;
        last[0].value = (uint32_t)x + (adds ? last[0].value : 0);
        last[1].value = (uint32_t)y + (adds ? last[1].value : 0);
    } else if (!is_full(port)) {
        port->motion = (int)port->waiting->len;
        add_event(port, type, 0, x); /* REL_X and ABS_X */
        add_event(port, type, 1, y);
        add_event(port, EV_SYN, SYN_REPORT, 0);
    }
    offer(port);
}

/* Keys that the device has told its driver are down, in a time to which the machine has gone back. */
static void release_forgotten(InputPort *port)
{
    const Machine *m = port->input->machine;
    if (!m || m->replaying || port->offering || port->waiting->len)
        return;
    const VirtioBackend *backend = ((const VirtioMmio *)m->virtio[port->slot])->backend;
    for (unsigned code = 0; code < VIRTIO_INPUT_CODES; code++)
        if (virtio_input_is_down(backend, code) && !port->down[code])
            report(port, EV_KEY, code, false);
}

/* One that goes up is always said: no more than are down can be. */
static void report_key(InputPort *port, unsigned code, bool down)
{
    if (!virtio_input_has_key(port->kind, code) || port->down[code] == down ||
        (down && is_full(port)))
        return;
    release_forgotten(port);
    port->down[code] = down;
    report(port, EV_KEY, code, down);
    offer(port);
}

static void ready(void *host)
{
    InputPort *port = host;
    release_forgotten(port);
    offer(port);
}

/* Life. */

Input *input_new(void)
{
    Input *input = g_new0(Input, 1);
    input->timed = g_array_new(FALSE, FALSE, sizeof(TimedKey));
    return input;
}

void input_free(Input *input)
{
    if (!input)
        return;
    for (unsigned i = 0; i < input->n_ports; i++) {
        g_array_free(input->ports[i]->waiting, TRUE);
        g_free(input->ports[i]);
    }
    g_array_free(input->timed, TRUE);
    g_free(input);
}

HostChar *input_add(Input *input, VirtioInputKind kind, unsigned slot)
{
    InputPort *port = g_new0(InputPort, 1);
    *port = (InputPort){ .input = input,
                         .kind = kind,
                         .slot = slot,
                         .chr = { .ready = ready, .host = port },
                         .waiting = g_array_new(FALSE, FALSE, sizeof(VirtioInputEvent)),
                         .motion = NO_MOTION };
    g_assert(input->n_ports < MOST_PORTS);
    input->ports[input->n_ports++] = port;
    return &port->chr;
}

void input_attach(Input *input, Machine *machine)
{
    input->machine = machine;
    machine->input = input;
}

/* Which device. */

/* The first of the kind; NULL: there is none. */
static InputPort *first_of(const Machine *m, VirtioInputKind kind)
{
    for (unsigned i = 0; m->input && i < m->input->n_ports; i++)
        if (m->input->ports[i]->kind == kind)
            return m->input->ports[i];
    return NULL;
}

static InputPort *pointer_at(const Machine *m, unsigned index)
{
    for (unsigned i = 0; m->input && i < m->input->n_ports; i++)
        if (m->input->ports[i]->kind != VIRTIO_INPUT_KEYBOARD && !index--)
            return m->input->ports[i];
    return NULL;
}

static InputPort *current_pointer(const Machine *m)
{
    return m->input ? pointer_at(m, m->input->current) : NULL;
}

/* The current pointer if it is of the kind, else the first that is. */
static InputPort *pointer_of(const Machine *m, VirtioInputKind kind)
{
    InputPort *current = current_pointer(m);
    return current && current->kind == kind ? current : first_of(m, kind);
}

bool input_has(const Machine *m, VirtioInputKind kind)
{
    return first_of(m, kind);
}

bool input_has_keyboard(const Machine *m)
{
    return input_has(m, VIRTIO_INPUT_KEYBOARD);
}

bool input_has_pointer(const Machine *m)
{
    return current_pointer(m);
}

bool input_is_absolute(const Machine *m)
{
    const InputPort *port = current_pointer(m);
    return port && port->kind == VIRTIO_INPUT_TABLET;
}

unsigned input_leds(const Machine *m)
{
    const InputPort *port = first_of(m, VIRTIO_INPUT_KEYBOARD);
    return port ? virtio_input_leds(((const VirtioMmio *)m->virtio[port->slot])->backend) : 0;
}

const char *input_pointer(const Machine *m, unsigned index, bool *absolute, bool *current)
{
    const InputPort *port = pointer_at(m, index);
    if (!port)
        return NULL;
    *absolute = port->kind == VIRTIO_INPUT_TABLET;
    *current = index == m->input->current;
    return virtio_input_name(port->kind);
}

bool input_choose_pointer(Machine *m, unsigned index)
{
    if (!pointer_at(m, index))
        return false;
    m->input->current = index;
    return true;
}

/* What people do. */

void input_key(Machine *m, unsigned code, bool down)
{
    InputPort *port = first_of(m, VIRTIO_INPUT_KEYBOARD);
    if (port)
        report_key(port, code, down);
}

/* The middle of pixel `at` of `size`, on the tablet's scale. */
static int scale(int at, unsigned size)
{
    uint64_t pixels = MAX(size, 1), pixel = at < 0 ? 0 : MIN((uint64_t)at, pixels - 1);
    return (int)((2 * pixel + 1) * VIRTIO_INPUT_MAX / (2 * pixels));
}

void input_pointer_to(Machine *m, unsigned output, int x, int y, unsigned width, unsigned height)
{
    InputPort *port = pointer_of(m, VIRTIO_INPUT_TABLET);
    (void)output;
    if (port)
        report_motion(port, EV_ABS, scale(x, width), scale(y, height));
}

void input_pointer_by(Machine *m, int dx, int dy)
{
    InputPort *port = pointer_of(m, VIRTIO_INPUT_MOUSE);
    if (port)
        report_motion(port, EV_REL, dx, dy);
}

void input_button(Machine *m, InputButton button, bool down)
{
    static const unsigned codes[INPUT_BUTTONS] = { BTN_LEFT, BTN_RIGHT, BTN_MIDDLE, BTN_SIDE,
                                                   BTN_EXTRA };
    InputPort *port = current_pointer(m);
    if (port && button < INPUT_BUTTONS)
        report_key(port, codes[button], down);
}

void input_wheel(Machine *m, int steps)
{
    InputPort *port = current_pointer(m);
    if (!port || !steps || is_full(port))
        return;
    report(port, EV_REL, REL_WHEEL, steps);
    offer(port);
}

void input_release_all(Machine *m)
{
    for (unsigned i = 0; m->input && i < m->input->n_ports; i++)
        for (unsigned code = 0; code < VIRTIO_INPUT_CODES; code++)
            report_key(m->input->ports[i], code, false);
}

/* Keys for a time. */

static void time_has_come(Machine *m, void *opaque);

static void wait_for_next(Input *input)
{
    if (input->timed->len)
        machine_look_at_time(input->machine, g_array_index(input->timed, TimedKey, 0).ns,
                             time_has_come, input);
}

static void time_has_come(Machine *m, void *opaque)
{
    Input *input = opaque;
    uint64_t now = clock_now(&m->clock);
    while (input->timed->len) {
        TimedKey key = g_array_index(input->timed, TimedKey, 0);
        if (key.ns > now)
            break;
        g_array_remove_index(input->timed, 0);
        input_key(m, key.code, key.down);
    }
    wait_for_next(input);
}

bool input_hold_keys(Machine *m, const unsigned *codes, unsigned n, uint64_t ms)
{
    Input *input = m->input;
    uint64_t start = clock_now(&m->clock);
    if (!input || input->timed->len + 2 * n > MOST_TIMED)
        return false;
    if (input->timed->len)
        start = MAX(start, g_array_index(input->timed, TimedKey, input->timed->len - 1).ns);
    for (unsigned i = 0; i < 2 * n; i++) {
        bool down = i < n;
        TimedKey key = { down ? start : start + ms * 1000000, codes[down ? i : 2 * n - 1 - i],
                         down };
        g_array_append_val(input->timed, key);
    }
    time_has_come(m, input);
    return true;
}
