/* SPDX-License-Identifier: MIT */
/*
 * ports.h - what the files of the console share: lines of the guest or a monitor, and what of the host is at
 * their other ends; see console.h. Emulation thread, but for `queued`.
 */
#ifndef EMU_CONSOLE_PORTS_H
#define EMU_CONSOLE_PORTS_H

#include "emu/console/console.h"
#include "emu/console/output.h"
#include "emu/console/panel.h"
#include "emu/console/stream.h"

/* Input waiting for the guest beyond this is left where it comes from. */
enum { MAX_WAITING = 65536 };

/* The host's end: one -chardev. */
typedef struct {
    Console *console;
    const CharSpec *spec;
    GPtrArray *ports; /* of Port: its users */
    guint focus;      /* which of them gets input */
    Output *output, *log;
    Stream *stream; /* instead of `output` */
    Vc *vc;         /* likewise */
    Panel *panel;   /* writes to `output`; NULL: there is none */
    bool mux, after_escape;
    bool is_live; /* somebody may still type */
    bool is_open; /* somebody is there */
    bool stamps;  /* lines of the guest begin with the time */
    GMutex lock;
    GCond drained;
    gsize queued; /* bytes posted or waiting; under `lock` */
} Channel;

/* The guest's end. */
typedef struct {
    HostChar chr;
    Channel *channel;
    GByteArray *waiting; /* input, of which the first `taken` bytes were */
    guint taken;
    bool offering;
    bool is_monitor;
    bool in_line; /* with stamps: the last byte was no end of a line */
} Port;

struct Console {
    Machine *machine;
    GPtrArray *ports, *channels, *vcs;
    unsigned escape;
    bool stdin_is_live, stays_live;
    bool lends_terminal;
    Terminal *tty;
};

/* console.c */
void channel_write(const Channel *channel, const uint8_t *data, size_t size);
/* Gives the line what it takes of its input; `port` is a Port. */
void port_offer(void *port);
/* Tells the line something that is no byte. */
void port_event(Port *port, HostEvent event);

/* What was typed: for the emulator, or for the line in focus. */
void channel_take_keys(Channel *channel, const uint8_t *keys, size_t size);

/* keys.c */
/* One byte from outside; true: it is for the line in focus. */
bool channel_filter_key(Channel *channel, uint8_t byte);
/* Input goes to the user numbered `index` from now on. */
void channel_set_focus(Channel *channel, guint index);
/* Writes what the guest said, with the time before each line. */
void channel_write_stamped(Port *port, const uint8_t *data, size_t size);

/* in_window.c */
/* Gives the channel, which is of CHAR_VC, its line in the window. */
void channel_open_vc(Channel *channel);
/* From now on what is typed there arrives. */
void channel_start_vc(Channel *channel);
/* The line in focus has taken something. */
void channel_offer_vc(const Channel *channel);

#endif
