/* SPDX-License-Identifier: MIT */
/*
 * vc.h - a line whose other end is a terminal in the window: what it says waits until the window takes it, what is typed
 * waits until the line does.
 *
 * The machine is held up by a window that reads slowly, as by a slow terminal; by one that is gone never, and by one that
 * hangs once, for two seconds: then what does not fit is dropped and counted. Nobody who types waits for the machine.
 */
#ifndef EMU_CONSOLE_VC_H
#define EMU_CONSOLE_VC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

/* Most bytes said that wait, and typed. */
enum { VC_MOST_SAID = 256 << 10, VC_MOST_TYPED = 64 << 20 };

typedef struct Vc Vc;

/* For the window. All but the name from any thread. */

/* The chardev's id, or "serial0", "monitor". */
const char *vc_name(const Vc *vc);
/* Commands are typed here, at a prompt. */
bool vc_is_monitor(const Vc *vc);
/* How large its terminal is to be; 0, 0: as there is room. */
void vc_wanted_size(const Vc *vc, unsigned *cols, unsigned *rows);
/* From now on somebody reads. `wake` (may be NULL) is called when there is something to read and was nothing before, on
 * whatever thread, and must not call back. */
void vc_open(Vc *vc, void (*wake)(void *opaque), void *opaque);
/* Nobody reads any more; `wake` is not called again. */
void vc_close(Vc *vc);
/* Takes at most `max` bytes of what was said; returns how many. */
size_t vc_read(Vc *vc, uint8_t *data, size_t max);
/* Types; returns how many bytes there was room for. They arrive in order, as fast as the line takes them. */
size_t vc_type(Vc *vc, const uint8_t *data, size_t size);
/* How many of them the line has not been given yet. */
size_t vc_to_type(Vc *vc);
/* The terminal is so large. */
void vc_set_size(Vc *vc, unsigned cols, unsigned rows);
/* Bytes that nobody read. */
uint64_t vc_dropped(Vc *vc);

/* For the console. */

/* `cols`, `rows`: for vc_wanted_size. */
Vc *vc_new(const char *name, bool is_monitor, unsigned cols, unsigned rows);
void vc_set_monitor(Vc *vc);
void vc_free(Vc *vc);
/* Says. Any thread; waits while VC_MOST_SAID bytes wait and somebody reads. Who has not read for two seconds of that is
 * not waited for until he does: what there is no room for is dropped. */
void vc_write(Vc *vc, const uint8_t *data, size_t size);
/* Returns when what was said is read, or nobody reads it, or has not done so for two seconds. */
void vc_flush(Vc *vc);
/* `wanted` is called, on whatever thread, when something was typed or the size has changed, and once more only after the
 * next vc_take. It must not call back. NULL: what is typed waits. */
void vc_start(Vc *vc, void (*wanted)(void *opaque), void *opaque);
/* Takes at most `max` bytes of what was typed; returns how many. */
size_t vc_take(Vc *vc, uint8_t *data, size_t max);
/* There is room again for what vc_take left: `wanted` is called if there is something. */
void vc_offer(Vc *vc);
/* The size that was set last; false: none since the last call. */
bool vc_take_size(Vc *vc, unsigned *cols, unsigned *rows);

#endif
