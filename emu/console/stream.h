/* SPDX-License-Identifier: MIT */
/*
 * stream.h - a serial line's other end that somebody on this computer or the network opens: pipe, pseudo
 * terminal, socket.
 *
 * A thread waits for callers and for what they say. While nobody is connected to a socket or has the pseudo terminal
 * open, output is dropped, as on a line that is not plugged in.
 */
#ifndef EMU_CONSOLE_STREAM_H
#define EMU_CONSOLE_STREAM_H

#include "emu/console/console.h"
#include "emu/console/output.h"
#include "emu/console/terminal.h"

typedef struct Stream Stream;

/* What came in, on the stream's thread; may wait until it is wanted. */
typedef void StreamInput(void *opaque, const uint8_t *data, size_t size);
/* Somebody connected or opened the pseudo terminal, or has gone; on the same thread. */
typedef void StreamOpening(void *opaque, bool open);

/* Opens what `spec` (CHAR_PIPE, CHAR_PTY or CHAR_SOCKET) says. With wait=on it returns when somebody has connected.
 * `terminal` removes the path of a socket that is listened at. Fails with EXIT_FILE for paths, EXIT_HOST for ports and
 * hosts. */
Stream *stream_open(const CharSpec *spec, Terminal *terminal, GError **error);
/* From now on what comes in is given to `input`; nothing (0 bytes) when no more can come. */
void stream_start(Stream *stream, StreamInput *input, StreamOpening *opening, void *opaque);
void stream_write(Stream *stream, const uint8_t *data, size_t size);
/* Returns when what was written has gone out, or nobody is there to take it. */
void stream_flush(Stream *stream);
/* Writes out what is left. The thread may still be waiting: it keeps the rest. */
void stream_close(Stream *stream);

#endif
