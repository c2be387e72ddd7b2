/* SPDX-License-Identifier: MIT */
/*
 * display.h - what graphics devices show, handed from the emulation thread to whoever looks.
 *
 * A Display holds a copy of every output of all graphics devices: outputs are numbered from 0, in the order the devices
 * were added. Devices write to it through their HostDisplay; another thread takes what changed into a picture of its own.
 * The other way go sizes that an output should have: they reach the device between slices as bytes of a HostChar, so that
 * they are in recordings as everything else that is typed.
 */
#ifndef EMU_DISPLAY_DISPLAY_H
#define EMU_DISPLAY_DISPLAY_H

#include "emu/base/host.h"
#include "emu/display/picture.h"
#include "emu/inbox.h"

enum {
    DISPLAY_MOST_OUTPUTS = 128,
    DISPLAY_POINTER = 64,     /* pixels of a pointer's side */
    DISPLAY_SIZE_RECORD = 16, /* bytes: output, width, height, 0; 32 bits each, little-endian */
};

typedef struct Display Display;

/* One looker's picture of one output. All zeros at first. */
typedef struct {
    unsigned width, height;                       /* 0: the guest shows nothing */
    uint32_t *pixels;                             /* 0x00RRGGBB, `width` from line to line */
    size_t room;                                  /* pixels that fit */
    unsigned x, y, changed_width, changed_height; /* what the last display_take changed of it */
    bool resized;                                 /* and that was all, because its size is new */
    bool pointer_changed;
    HostCursor pointer; /* its pixels are `picture` */
    uint32_t picture[DISPLAY_POINTER * DISPLAY_POINTER];
    uint64_t version, pointer_version;
} DisplayFrame;

void display_frame_clear(DisplayFrame *frame);

Display *display_new(void);
/* After the machine that has its HostDisplays. */
void display_free(Display *display);

/* Adds a device named `device`. Sets `*control` to the line by which it hears of sizes; that and the result stay the
 * display's. Before anybody looks. */
HostDisplay *display_add(Display *display, const char *device, unsigned n_outputs,
                         HostChar **control);

/* Sizes are handed to devices from now on, by messages in `inbox`. */
void display_start(Display *display, Inbox *inbox);

unsigned display_outputs(const Display *display);
/* "gpu0", or "gpu0.1" of a device that has several. */
const char *display_name(const Display *display, unsigned output);
/* The output `head` of the device of that name; NULL: of the first device. -1: there is none. */
int display_find(const Display *display, const char *device, unsigned head);

/* Any thread. Brings `frame` up to date; false: nothing has changed since the last time. */
bool display_take(Display *display, unsigned output, DisplayFrame *frame);

/* Any thread. The size of what the output shows, and its pointer, without pixels. False: it shows nothing. */
bool display_peek(Display *display, unsigned output, DisplayFrame *frame);

/* Any thread. The output should have this size from now on; the guest may do so or not. 0 x 0: nobody looks at it. */
void display_size_wanted(Display *display, unsigned output, unsigned width, unsigned height);

/* Any thread. Writes what the output shows to a file. False: it shows nothing, or the file cannot be written. */
bool display_write(Display *display, unsigned output, const char *path, PictureFormat format,
                   GError **error);

#endif
