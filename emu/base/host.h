/* SPDX-License-Identifier: MIT */
/*
 * host.h - how devices meet the host: byte streams, packet networks and displays behind small interfaces.
 *
 * A device never opens a file or a socket. The machine gives it a HostChar (a serial line, a
 * console port) or a HostNet (a network). Output is called from the emulation thread and must not
 * block for long. Input is delivered by the machine, on the emulation thread and between slices, by
 * calling `receive`; a device that has no room says so by taking fewer bytes, and calls `ready`
 * when it has room again.
 */
#ifndef EMU_BASE_HOST_H
#define EMU_BASE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What happens on a line beside bytes. */
typedef enum {
    HOST_OPENED,  /* somebody is there, and what they type comes here */
    HOST_LEFT,    /* it goes to another line from now on */
    HOST_CLOSED,  /* nobody is there any more; somebody else may come */
    HOST_ENDED,   /* nobody will come */
    HOST_BREAK,   /* the line was held low for longer than a character takes */
    HOST_RESIZED, /* the terminal there has another size: `cols`, `rows`. Not for guests: their lines have no way to say it */
} HostEvent;

typedef struct HostChar HostChar;
struct HostChar {
    /* Set by the host side. NULL: output is dropped. */
    void (*write)(void *host, const uint8_t *data, size_t size);
    void (*ready)(void *host); /* the device can take input again; may be NULL */
    void *host;
    unsigned cols, rows; /* of the terminal there; 0, 0: nobody knows */
    bool ended;          /* beyond what is still to be received, no input will come any more */
    /* Set by the device at realize. Returns how many bytes were taken. */
    size_t (*receive)(void *device, const uint8_t *data, size_t size);
    /* Likewise; as an input it comes when `receive` could. May be NULL: nothing of this matters. */
    void (*event)(void *device, HostEvent event);
    void *device;
    const HostChar *behind; /* the one whose input this passes on; NULL: it has its own */
};

static inline bool host_char_ended(const HostChar *chr)
{
    while (chr->behind)
        chr = chr->behind;
    return chr->ended;
}

typedef struct {
    void (*send)(void *host, const uint8_t *frame,
                 size_t size); /* one Ethernet frame out; NULL: dropped */
    void (*ready)(void *host); /* the device can take frames again; may be NULL */
    void *host;
    /* Set by the device at realize. Takes one frame in; false: no room now, to be offered again
     * after `ready`. */
    bool (*receive)(void *device, const uint8_t *frame, size_t size);
    void *device;
} HostNet;

/* A picture: `height` lines of `width` pixels 0x00RRGGBB, `stride` pixels from line to line. Nothing is shown if it has no
 * size. */
typedef struct {
    unsigned width, height, stride;
    const uint32_t *pixels;
} HostImage;

/* What a pointer looks like: 64 x 64 pixels 0xAARRGGBB, with the point that points. */
typedef struct {
    bool visible;
    int x,
        y; /* where its picture's upper left corner is, in the output's pixels; -65536 to 65536 */
    unsigned hot_x, hot_y;  /* where it points, in its picture */
    const uint32_t *pixels; /* NULL: as before */
} HostCursor;

/* What a graphics device shows, on one or several outputs. Set by the host side. */
typedef struct {
    /* NULL: nobody looks. `image` is what the output shows now, of which the part given may have
     * changed; to be copied before returning. */
    void (*show)(void *host, unsigned output, const HostImage *image, unsigned x, unsigned y,
                 unsigned width, unsigned height);
    void (*point)(void *host, unsigned output, const HostCursor *cursor);
    void *host;
} HostDisplay;

#endif
