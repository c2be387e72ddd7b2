/* SPDX-License-Identifier: MIT */
/*
 * console.c - lines of the guest or a monitor, and what of the host is at their other ends; see console.h.
 *
 * A Port is the guest's line, a Channel the host's end. Threads that read only read and post; keys are looked at, and
 * bytes queued for the line, on the emulation thread.
 */
#include "emu/console/console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu/base/error.h"
#include "emu/console/ports.h"
#include "emu/console/terminal.h"

/* Input waiting for the guest beyond this is left in the pipe. */
enum { MAX_READ = 4096, MAX_INPUT_FILE = 64 << 20 };

static void subtract_queued(Channel *channel, gsize size)
{
    g_mutex_lock(&channel->lock);
    channel->queued -= MIN(size, channel->queued);
    g_cond_signal(&channel->drained);
    g_mutex_unlock(&channel->lock);
}

/* Gives the guest what it takes. Devices may call `ready` from inside `receive`. */
void port_offer(void *opaque)
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
    bool took = port->taken > before;
    if (took)
        subtract_queued(port->channel, port->taken - before);
    if (port->taken == port->waiting->len) {
        g_byte_array_set_size(port->waiting, 0);
        port->taken = 0;
    }
    port->offering = false;
    if (took && port->channel->vc)
        channel_offer_vc(port->channel);
}

void console_offer(Console *console)
{
    for (guint i = 0; i < console->ports->len; i++) {
        Port *port = g_ptr_array_index(console->ports, i);
        port_offer(port);
        if (port->chr.ended)
            port_event(port, HOST_ENDED);
    }
}

void channel_write(const Channel *channel, const uint8_t *data, size_t size)
{
    if (channel->stream)
        stream_write(channel->stream, data, size);
    else if (channel->vc)
        vc_write(channel->vc, data, size);
    else if (channel->panel)
        panel_write(channel->panel, data, size);
    else
        output_write(channel->output, data, size);
    if (channel->log)
        output_write(channel->log, data, size);
}

static void port_write(void *opaque, const uint8_t *data, size_t size)
{
    Port *port = opaque;
    if (UNLIKELY(port->channel->stamps) && !port->is_monitor)
        channel_write_stamped(port, data, size);
    else
        channel_write(port->channel, data, size);
}

void port_event(Port *port, HostEvent event)
{
    if (port->chr.event)
        port->chr.event(port->chr.device, event);
}

static void queue_byte(const Channel *channel, uint8_t byte)
{
    Port *port = g_ptr_array_index(channel->ports, channel->focus);
    g_byte_array_append(port->waiting, &byte, 1);
}

/* No input will come any more. */
static void end_input(Channel *channel)
{
    channel->is_live = false;
    for (guint i = 0; i < channel->ports->len; i++)
        ((Port *)g_ptr_array_index(channel->ports, i))->chr.ended = true;
}

void channel_take_keys(Channel *channel, const uint8_t *keys, size_t size)
{
    gsize dropped = 0;
    for (size_t i = 0; i < size; i++) {
        if (channel_filter_key(channel, keys[i]))
            queue_byte(channel, keys[i]);
        else
            dropped++;
    }
    subtract_queued(channel, dropped);
    port_offer(g_ptr_array_index(channel->ports, channel->focus));
}

/* From the thread that reads, by the inbox. `data` is a GBytes; an empty one is the end of the input. */
static void keys_arrived(void *opaque, void *data)
{
    Channel *channel = opaque;
    Console *console = channel->console;
    gsize size;
    const uint8_t *bytes = g_bytes_get_data(data, &size);
    if (!size) {
        end_input(channel);
        console->machine->config.live_input = console->stays_live || console_is_live(console);
    }
    channel_take_keys(channel, bytes, size);
    g_bytes_unref(data);
    for (guint i = 0; !size && i < channel->ports->len; i++)
        port_event(g_ptr_array_index(channel->ports, i), HOST_ENDED);
}

/* Likewise: somebody is there, or has gone. */
static void opening_arrived(void *opaque, void *open)
{
    Channel *channel = opaque;
    channel->is_open = open;
    port_event(g_ptr_array_index(channel->ports, channel->focus), open ? HOST_OPENED : HOST_CLOSED);
}

static void post_opening(void *opaque, bool open)
{
    Channel *channel = opaque;
    inbox_post(&channel->console->machine->inbox, opening_arrived, channel, GINT_TO_POINTER(open));
}

/* On the thread that read `data`. Waits while the guest has enough. */
static void post_keys(void *opaque, const uint8_t *data, size_t size)
{
    Channel *channel = opaque;
    g_mutex_lock(&channel->lock);
    while (channel->queued > MAX_WAITING)
        g_cond_wait(&channel->drained, &channel->lock);
    channel->queued += size;
    g_mutex_unlock(&channel->lock);
    inbox_post(&channel->console->machine->inbox, keys_arrived, channel, g_bytes_new(data, size));
}

static gpointer read_stdin(gpointer channel)
{
    uint8_t buffer[MAX_READ];
    struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
    ssize_t n;
    do {
        /* Who started this may have made it non-blocking. */
        (void)poll(&input, 1, -1);
        n = read(STDIN_FILENO, buffer, sizeof buffer);
        if (n > 0)
            post_keys(channel, buffer, (size_t)n);
    } while (n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN)));
    post_keys(channel, NULL, 0);
    return NULL;
}

/* Life. */

Console *console_new(unsigned escape, Terminal *terminal)
{
    struct stat info;
    Console *console = g_new0(Console, 1);
    console->ports = g_ptr_array_new();
    console->channels = g_ptr_array_new();
    console->vcs = g_ptr_array_new();
    console->escape = escape;
    console->tty = terminal;
    console->stdin_is_live =
        !fstat(STDIN_FILENO, &info) &&
        (isatty(STDIN_FILENO) || S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode));
    return console;
}

bool console_is_live(const Console *console)
{
    bool live = false;
    for (guint i = 0; i < console->channels->len; i++)
        live |= ((const Channel *)g_ptr_array_index(console->channels, i))->is_live;
    return live;
}

static bool open_output(const char *path, bool append, Output **output, GError **error)
{
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC);
    int fd = open(path, flags, 0666);
    if (fd < 0)
        return fail(error, EXIT_FILE, "cannot write '%s' for a serial line: %s; check the path",
                    path, g_strerror(errno));
    *output = output_new(fd);
    return true;
}

static bool open_channel(Channel *channel, GError **error)
{
    const CharSpec *spec = channel->spec;
    if (spec->log && !open_output(spec->log, spec->log_append, &channel->log, error))
        return false;
    channel->is_live = spec->kind >= CHAR_PIPE;
    switch (spec->kind) {
    case CHAR_NULL: channel->output = output_new(-1); return true;
    case CHAR_STDIO:
        channel->output = output_new(STDOUT_FILENO);
        channel->is_live = channel->console->stdin_is_live;
        return true;
    case CHAR_VC: channel_open_vc(channel); return true;
    case CHAR_FILE: return open_output(spec->path, spec->append, &channel->output, error);
    default:
        channel->stream = stream_open(spec, channel->console->tty, error);
        return channel->stream != NULL;
    }
}

/* The channel that `spec` needs, if another user has it already. */
static Channel *find_channel(const Console *console, const CharSpec *spec)
{
    for (guint i = 0; i < console->channels->len; i++) {
        Channel *channel = g_ptr_array_index(console->channels, i);
        if (channel->spec == spec ||
            (channel->spec->kind == CHAR_STDIO && spec->kind == CHAR_STDIO))
            return channel;
    }
    return NULL;
}

/* Adds a user to the channel of `spec`, which is opened for the first one. */
static bool join_channel(Console *console, const CharSpec *spec, Port *port, GError **error)
{
    port->channel = find_channel(console, spec);
    if (port->channel && !(port->channel->mux && spec->mux) && spec->kind != CHAR_NULL)
        return fail(error, EXIT_CONFIG,
                    "the terminal is wanted for two consoles; give one -serial none, or use one "
                    "-chardev stdio,id=ID,mux=on for both");
    if (!port->channel) {
        Channel *channel = port->channel = g_new0(Channel, 1);
        *channel = (Channel){ .console = console, .spec = spec, .mux = spec->mux };
        channel->ports = g_ptr_array_new();
        g_ptr_array_add(console->channels, channel);
        if (!open_channel(channel, error))
            return false;
    }
    g_ptr_array_add(port->channel->ports, port);
    return true;
}

static Port *new_port(Console *console)
{
    Port *port = g_new0(Port, 1);
    port->chr = (HostChar){ .write = port_write, .ready = port_offer, .host = port };
    port->waiting = g_byte_array_new();
    g_ptr_array_add(console->ports, port);
    return port;
}

bool console_connect(Console *console, const CharSpec *spec, HostChar **chr, GError **error)
{
    Port *port = new_port(console);
    *chr = &port->chr;
    if (spec->kind == CHAR_NULL && !spec->log)
        port->chr.write = NULL;
    return join_channel(console, spec, port, error);
}

bool console_connect_monitor(Console *console, const CharSpec *spec, bool first, ConsoleMonitor *at,
                             GError **error)
{
    Port *port = new_port(console);
    port->is_monitor = true;
    if (!join_channel(console, spec, port, error))
        return false;
    Channel *channel = port->channel;
    if (channel->vc)
        vc_set_monitor(channel->vc);
    if (first)
        channel->focus = channel->ports->len - 1;
    at->chr = &port->chr;
    at->kind = spec->kind == CHAR_VC ? "xterm" : NULL;
    at->is_raw = spec->kind == CHAR_PTY || spec->kind == CHAR_VC;
    at->is_terminal = at->is_raw || (spec->kind == CHAR_STDIO && isatty(STDIN_FILENO));
    return true;
}

/* A file's bytes wait from the start on, so that when they arrive depends on the guest alone. They are all for it:
 * the escape key has no meaning there. */
static bool queue_file(const Channel *channel, int fd, const char *path, GError **error)
{
    uint8_t buffer[MAX_READ];
    Port *port = g_ptr_array_index(channel->ports, channel->focus);
    ssize_t n;
    do {
        n = read(fd, buffer, sizeof buffer);
        g_byte_array_append(port->waiting, buffer, (guint)MAX(n, 0));
    } while ((n > 0 || (n < 0 && errno == EINTR)) && port->waiting->len <= MAX_INPUT_FILE);
    if (n < 0)
        return fail(error, EXIT_FILE, "cannot read '%s' for a serial line: %s; check the file",
                    path, g_strerror(errno));
    return !n || fail(error, EXIT_FILE,
                      "'%s' has more than the %d MiB that a serial line takes from a file; give it "
                      "through a pipe",
                      path, MAX_INPUT_FILE >> 20);
}

static bool queue_named_file(const Channel *channel, const char *path, GError **error)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return fail(error, EXIT_FILE, "cannot read '%s' for a serial line: %s; check the path",
                    path, g_strerror(errno));
    bool regular = !fstat(fd, &info) && S_ISREG(info.st_mode);
    bool ok = regular ? queue_file(channel, fd, path, error)
                      : fail(error, EXIT_FILE,
                             "input-path '%s' is not a regular file; copy it to one, or use "
                             "-chardev pipe or stdio",
                             path);
    close(fd);
    return ok;
}

static bool queue_stdin(const Channel *channel, GError **error)
{
    struct stat info;
    bool regular = !fstat(STDIN_FILENO, &info) && S_ISREG(info.st_mode);
    return !regular || queue_file(channel, STDIN_FILENO, "standard input", error);
}

static bool start_channel(Channel *channel, GError **error)
{
    if (channel->stream) {
        /* Its thread says when somebody is there. */
        stream_start(channel->stream, post_keys, post_opening, channel);
        return true;
    }
    if (channel->vc) {
        channel_start_vc(channel);
        return true;
    }
    if (channel->spec->kind == CHAR_STDIO && channel->is_live) {
        g_thread_unref(g_thread_new("terminal", read_stdin, channel));
        return true;
    }
    end_input(channel);
    if (channel->spec->kind == CHAR_STDIO)
        return queue_stdin(channel, error);
    return !channel->spec->input_path ||
           queue_named_file(channel, channel->spec->input_path, error);
}

void console_lend_terminal(Console *console)
{
    console->lends_terminal = true;
}

bool console_start(Console *console, Machine *machine, bool stays_live, GError **error)
{
    bool take = console->lends_terminal, no_signal = take;
    console->machine = machine;
    for (guint i = 0; i < console->channels->len; i++) {
        const Channel *channel = g_ptr_array_index(console->channels, i);
        take |= channel->spec->kind == CHAR_STDIO && channel->is_live;
        no_signal |= channel->spec->kind == CHAR_STDIO && channel->spec->no_signal;
    }
    console->stays_live = stays_live;
    terminal_take(console->tty, machine, take, !no_signal);
    for (guint i = 0; i < console->channels->len; i++)
        if (!start_channel(g_ptr_array_index(console->channels, i), error))
            return false;
    for (guint i = 0; i < console->channels->len; i++) {
        Channel *channel = g_ptr_array_index(console->channels, i);
        if (!channel->stream)
            opening_arrived(channel, GINT_TO_POINTER(true));
    }
    return true;
}

Panel *console_panel(Console *console)
{
    const char *kind = g_getenv("TERM");
    if (!kind || !strcmp(kind, "dumb"))
        return NULL;
    for (guint i = 0; i < console->channels->len; i++) {
        Channel *channel = g_ptr_array_index(console->channels, i);
        if (channel->spec->kind != CHAR_STDIO || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
            continue;
        if (!channel->panel)
            channel->panel = panel_new(channel->output, STDOUT_FILENO, console->tty);
        return channel->panel;
    }
    return NULL;
}

void console_flush(Console *console)
{
    for (guint i = 0; i < console->channels->len; i++) {
        const Channel *channel = g_ptr_array_index(console->channels, i);
        if (channel->stream)
            stream_flush(channel->stream);
        if (channel->vc)
            vc_flush(channel->vc);
        if (channel->output)
            output_flush(channel->output);
        if (channel->log)
            output_flush(channel->log);
    }
}

/* Flushes and frees `output`, which may be NULL. False: some of it is lost. */
static bool end_output(Output *output, const char *name)
{
    if (!output)
        return true;
    output_flush(output);
    int problem = output_error(output);
    output_free(output);
    if (problem)
        fprintf(stderr,
                "bulkhead: error: '%s' could not be written to its end: %s\n"
                "fix: make room for it\n",
                name, g_strerror(problem));
    return !problem;
}

bool console_free(Console *console)
{
    bool ok = true;
    if (!console)
        return true;
    for (guint i = 0; i < console->channels->len; i++) {
        const Channel *channel = g_ptr_array_index(console->channels, i);
        if (channel->stream)
            stream_close(channel->stream);
        if (channel->vc)
            vc_start(channel->vc, NULL, NULL);
        ok &= end_output(channel->output,
                         channel->spec->path ? channel->spec->path : "standard output");
        ok &= end_output(channel->log, channel->spec->log);
        panel_free(channel->panel);
    }
    /* Who reads may be waiting, from where nothing calls it back: it keeps the rest. */
    return ok;
}
