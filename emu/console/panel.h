/* SPDX-License-Identifier: MIT */
/*
 * panel.h - the last rows of the terminal, which do not scroll: what a person wants to see all the time, below what the
 * guest says.
 *
 * The rows above are the terminal's scrolling region, and addresses of cursors count within it, so that a guest that asks
 * how large its terminal is learns their number. Whatever the guest does to the region, the next drawing mends.
 * Emulation thread.
 */
#ifndef EMU_CONSOLE_PANEL_H
#define EMU_CONSOLE_PANEL_H

#include "emu/console/output.h"
#include "emu/console/terminal.h"

typedef struct Panel Panel;

/* For the terminal `fd` that `output` writes to; `terminal` takes the panel away if the program ends in another way. */
Panel *panel_new(Output *output, int fd, Terminal *terminal);
void panel_free(Panel *panel);

/* What a line says, above the panel. */
void panel_write(Panel *panel, const uint8_t *data, size_t size);

/* Room for a text that is shown: columns and rows, 0 rows if the terminal is too small to share. */
void panel_room(const Panel *panel, unsigned *columns, unsigned *rows);
/* Shows `text`, whole lines that fit, in place of what was shown. Not now, if the line is in the middle of a sequence for
 * the terminal: soon there will be another. */
void panel_show(Panel *panel, const char *text);
/* Shows nothing, or again what there is to be shown. */
void panel_switch(Panel *panel);
/* Leaves what is shown standing; all of the terminal scrolls again. */
void panel_leave(Panel *panel);

#endif
