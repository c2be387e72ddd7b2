/* SPDX-License-Identifier: MIT */
/*
 * console.c - lines of the guest, and what of the host is at their other ends; see console.h.
 *
 * The reader thread only reads and posts; keys are looked at, and bytes queued for the guest, on the emulation thread.
 */
#include "emu/console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu/base/error.h"
#include "emu/console_output.h"
#include "emu/console_terminal.h"

/* Input waiting for the guest beyond this is left in the pipe. */
enum { MAX_WAITING = 65536, MAX_READ = 4096, MAX_INPUT_FILE = 64 << 20 };

/* One user of a character device. */
typedef struct {
    HostChar chr;
    Console *console;
    Output *output;
    GByteArray *waiting; /* input, of which the first `taken` bytes were */
    guint taken;
    bool offering;
} Port;

struct Console {
    Machine *machine;
    GPtrArray *ports;   /* of Port */
    GPtrArray *outputs; /* of Output */
    GPtrArray *stdio;   /* of Port: those on the terminal */
    guint focus;        /* which of them gets input */
    Output *terminal;   /* standard output */
    bool mux, no_signal, after_escape, at_start_of_line;
    unsigned escape;
    GMutex lock;
    GCond drained;
    gsize queued; /* bytes posted or waiting; under `lock` */
    bool is_live, stays_live;
    Terminal *tty;
};

static void subtract_queued(Console *console, gsize size)
{
    g_mutex_lock(&console->lock);
    console->queued -= MIN(size, console->queued);
    g_cond_signal(&console->drained);
    g_mutex_unlock(&console->lock);
}

/* Gives the guest what it takes. Devices may call `ready` from inside `receive`. */
static void offer(void *opaque)
{
    Port *port = opaque;
    if (port->offering || !port->chr.receive)
        return;
    port->offering = true;
    guint before = port->taken;
    while (port->taken < port->waiting->len) {
        size_t n = port->chr.receive(port->chr.device, port->waiting->data + port->taken,
                                     port->waiting->len - port->taken);
        if (!n)
            break;
        port->taken += (guint)n;
    }
    if (port->taken > before)
        subtract_queued(port->console, port->taken - before);
    if (port->taken == port->waiting->len) {
        g_byte_array_set_size(port->waiting, 0);
        port->taken = 0;
    }
    port->offering = false;
}

void console_offer(Console *console)
{
    for (guint i = 0; i < console->ports->len; i++)
        offer(g_ptr_array_index(console->ports, i));
}

static void port_write(void *opaque, const uint8_t *data, size_t size)
{
    const Port *port = opaque;
    output_write(port->output, data, size);
}

/* Keys for the emulator. */

static void say(Console *console, const char *text)
{
    g_autofree char *line = g_strdup_printf("\r\n%s\r\n", text);
    output_write(console->terminal, (const uint8_t *)line, strlen(line));
}

static void say_keys(Console *console)
{
    g_autofree char *key = console->escape < 27 ? g_strdup_printf("C-%c", 'a' + console->escape - 1)
                                                : g_strdup_printf("key %u", console->escape);
    g_autofree char *text = g_strdup_printf("%s h    print this help\r\n"
                                            "%s x    end the run\r\n"
                                            "%s c    switch to the next console\r\n"
                                            "%s %s  send %s",
                                            key, key, key, key, key, key);
    say(console, text);
}

static void next_console(Console *console)
{
    console->focus = (console->focus + 1) % MAX(console->stdio->len, 1);
    g_autofree char *text =
        g_strdup_printf("bulkhead: console %u of %u", console->focus + 1, console->stdio->len);
    say(console, console->stdio->len > 1
                     ? text
                     : "bulkhead: the monitor is not there yet, and there is no "
                       "other console");
}

static void escape_key(Console *console, uint8_t key)
{
    switch (key) {
    case 'x':
        say(console, "bulkhead: terminated by the escape key");
        machine_stop(console->machine, STOP_QUIT, 0);
        break;
    case 'h':
    case '?': say_keys(console); break;
    case 'c': next_console(console); break;
    case 'b': say(console, "bulkhead: a break cannot be sent yet"); break;
    case 's': say(console, "bulkhead: disks are written at once, snapshots never"); break;
    case 't': say(console, "bulkhead: there are no time stamps yet; -trace uart has them"); break;
    default: break;
    }
}

static void queue_byte(Console *console, uint8_t byte)
{
    Port *port = g_ptr_array_index(console->stdio, console->focus);
    g_byte_array_append(port->waiting, &byte, 1);
}

/* One byte from the terminal; true: it is for the guest. */
static bool filter_key(Console *console, uint8_t byte)
{
    bool is_escape = console->mux && byte == console->escape;
    if (console->after_escape) {
        console->after_escape = false;
        if (!is_escape)
            escape_key(console, byte);
        return is_escape;
    }
    console->after_escape = is_escape;
    return !is_escape;
}

/* From the reader thread, by the inbox. `data` is a GBytes; an empty one is the end of the input. */
static void keys_arrived(void *opaque, void *data)
{
    Console *console = opaque;
    gsize size, dropped = 0;
    const uint8_t *bytes = g_bytes_get_data(data, &size);
    if (!size) {
        console->is_live = false;
        console->machine->config.live_input = console->stays_live;
    }
    for (gsize i = 0; i < size; i++) {
        if (filter_key(console, bytes[i]))
            queue_byte(console, bytes[i]);
        else
            dropped++;
    }
    subtract_queued(console, dropped);
    g_bytes_unref(data);
    if (console->stdio->len)
        offer(g_ptr_array_index(console->stdio, console->focus));
}

static void reader_main(void *opaque)
{
    Console *console = opaque;
    uint8_t buffer[MAX_READ];
    ssize_t n;
    do {
        g_mutex_lock(&console->lock);
        while (console->queued > MAX_WAITING)
            g_cond_wait(&console->drained, &console->lock);
        g_mutex_unlock(&console->lock);
        n = read(STDIN_FILENO, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        n = MAX(n, 0);
        g_mutex_lock(&console->lock);
        console->queued += (gsize)n;
        g_mutex_unlock(&console->lock);
        inbox_post(&console->machine->inbox, keys_arrived, console, g_bytes_new(buffer, (gsize)n));
    } while (n);
}

static gpointer reader_thread(gpointer console)
{
    reader_main(console);
    return NULL;
}

/* Life. */

Console *console_new(unsigned escape)
{
    struct stat info;
    Console *console = g_new0(Console, 1);
    console->ports = g_ptr_array_new();
    console->outputs = g_ptr_array_new();
    console->stdio = g_ptr_array_new();
    console->escape = escape;
    console->is_live = !fstat(STDIN_FILENO, &info) &&
                       (isatty(STDIN_FILENO) || S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode));
    return console;
}

bool console_is_live(const Console *console)
{
    return console->is_live && console->stdio->len;
}

static bool open_output(Console *console, const CharSpec *spec, Output **output, GError **error)
{
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (spec->append ? O_APPEND : O_TRUNC);
    int fd = spec->kind == CHAR_STDIO ? STDOUT_FILENO : open(spec->path, flags, 0666);
    if (fd < 0)
        return fail(error, EXIT_FILE, "cannot write '%s' for a serial line: %s; check the path",
                    spec->path, g_strerror(errno));
    *output = output_new(fd);
    g_ptr_array_add(console->outputs, *output);
    return true;
}

bool console_connect(Console *console, const CharSpec *spec, HostChar **chr, GError **error)
{
    Port *port = g_new0(Port, 1);
    bool is_stdio = spec->kind == CHAR_STDIO;
    port->chr = (HostChar){ .write = port_write, .ready = offer, .host = port };
    port->console = console;
    port->waiting = g_byte_array_new();
    g_ptr_array_add(console->ports, port);
    *chr = &port->chr;
    if (spec->kind == CHAR_NULL) {
        port->chr.write = NULL;
        return true;
    }
    if (is_stdio && console->stdio->len && !(spec->mux && console->mux))
        return fail(error, EXIT_CONFIG,
                    "the terminal is wanted for two consoles; give one -serial none, or use one "
                    "-chardev stdio,id=ID,mux=on for both");
    port->output = is_stdio ? console->terminal : NULL;
    if (!port->output && !open_output(console, spec, &port->output, error))
        return false;
    if (!is_stdio)
        return true;
    console->terminal = port->output;
    console->mux |= spec->mux;
    console->no_signal |= spec->no_signal;
    g_ptr_array_add(console->stdio, port);
    return true;
}

/* A file's bytes wait from the start on, so that when they arrive depends on the guest alone. They are all for it:
 * the escape key has no meaning there. */
static void queue_file(Console *console)
{
    struct stat info;
    uint8_t buffer[MAX_READ];
    Port *port = g_ptr_array_index(console->stdio, 0);
    if (fstat(STDIN_FILENO, &info) || !S_ISREG(info.st_mode))
        return;
    for (ssize_t n = 1; n > 0 && port->waiting->len < MAX_INPUT_FILE;) {
        n = read(STDIN_FILENO, buffer, sizeof buffer);
        g_byte_array_append(port->waiting, buffer, (guint)MAX(n, 0));
    }
}

bool console_start(Console *console, Machine *machine, const ConsoleLimits *limits, GError **error)
{
    console->machine = machine;
    TerminalConfig config = { .machine = machine,
                              .take = console->stdio->len && console->is_live,
                              .keep_signals = !console->no_signal,
                              .timeout = limits->timeout };
    console->stays_live = limits->stays_live;
    console->tty = terminal_open(&config, error);
    if (!console->tty)
        return false;
    if (console->stdio->len && console->is_live)
        g_thread_unref(g_thread_new("terminal", reader_thread, console));
    else if (console->stdio->len)
        queue_file(console);
    return true;
}

void console_flush(Console *console)
{
    for (guint i = 0; i < console->outputs->len; i++)
        output_flush(g_ptr_array_index(console->outputs, i));
}

void console_free(Console *console)
{
    if (!console)
        return;
    for (guint i = 0; i < console->outputs->len; i++)
        output_free(g_ptr_array_index(console->outputs, i));
    terminal_close(console->tty);
    /* The reader may be waiting in read(), from where nothing calls it back: it keeps the rest. */
}
