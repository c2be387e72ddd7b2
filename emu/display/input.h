/* SPDX-License-Identifier: MIT */
/*
 * input.h - what people do at keyboard and pointer, and the devices of the machine that hear of it.
 *
 * Each device is told through a HostChar of its own, by records of 8 bytes, so that the input log has them (input_log.h)
 * and going back and replays work as with a serial line. What a driver has no room for waits here; motion that waits
 * becomes one motion. Keys go to the first keyboard. Of several pointers one is the current one, at first the first.
 * Nothing happens without a device of the kind. Emulation thread, but for input_post_*.
 */
#ifndef EMU_DISPLAY_INPUT_H
#define EMU_DISPLAY_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "devices/virtio_input.h"
#include "emu/machine.h"

typedef struct Input Input;

typedef enum {
    INPUT_LEFT,
    INPUT_RIGHT,
    INPUT_MIDDLE,
    INPUT_SIDE,
    INPUT_EXTRA,
    INPUT_BUTTONS
} InputButton;

Input *input_new(void);
void input_free(Input *input); /* after the machine; NULL is fine */
/* The host's side of a device that is going to be in virtio slot `slot`; lives as long as `input`. In the order of the
 * command line. */
HostChar *input_add(Input *input, VirtioInputKind kind, unsigned slot);
/* The machine is built: sets machine->input. */
void input_attach(Input *input, Machine *machine);

/* Is there one? */
bool input_has(const Machine *machine, VirtioInputKind kind);
bool input_has_keyboard(const Machine *machine);
bool input_has_pointer(const Machine *machine);
/* Is the current pointer a tablet, which is told where it is and not how it moves? */
bool input_is_absolute(const Machine *machine);
/* Lights of the keyboard, a bit for each LED_* code of evdev; 0 without one. */
unsigned input_leds(const Machine *machine);

/* A key goes down or up. What it is already is not said again. */
void input_key(Machine *machine, unsigned code, bool down);
/* The pointer is at pixel `x`, `y` of a picture of `width` times `height`, outside it at its edge. Of the outputs of a
 * display the guest knows one tablet, so `output` says nothing yet. */
void input_pointer_to(Machine *machine, unsigned output, int x, int y, unsigned width,
                      unsigned height);
void input_pointer_by(Machine *machine, int dx, int dy);
void input_button(Machine *machine, InputButton button, bool down);
void input_wheel(Machine *machine, int steps); /* away from the user: above 0 */
/* All keys and buttons go up: whoever had the keyboard has left. */
void input_release_all(Machine *machine);
/* Holds `n` keys together for `ms` of virtual time, when those of earlier calls are up again. False: too many wait. */
bool input_hold_keys(Machine *machine, const unsigned *codes, unsigned n, uint64_t ms);

/* For the monitor: the pointer numbered `index`, up to a NULL; `*current` says whether it is that. */
const char *input_pointer(const Machine *machine, unsigned index, bool *absolute, bool *current);
/* False: there is none of that number. */
bool input_choose_pointer(Machine *machine, unsigned index);

/* The same from any thread. */
void input_post_key(Machine *machine, unsigned code, bool down);
void input_post_pointer_to(Machine *machine, unsigned output, int x, int y, unsigned width,
                           unsigned height);
void input_post_pointer_by(Machine *machine, int dx, int dy);
void input_post_button(Machine *machine, InputButton button, bool down);
void input_post_wheel(Machine *machine, int steps);
void input_post_release_all(Machine *machine);

#endif
