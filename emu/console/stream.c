/* SPDX-License-Identifier: MIT */
/*
 * stream.c - pipes, pseudo terminals and sockets as the other end of a serial line; see stream.h.
 *
 * All descriptors are non-blocking. The one that is written to belongs to the Output, which is told when it changes;
 * only the stream's thread opens and closes connections.
 */
#define _GNU_SOURCE /* ptsname_r */
#include "emu/console/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "emu/base/error.h"

enum { PIECE = 4096, PTY_LOOK_MS = 50 };

struct Stream {
    CharKind kind;
    bool local;           /* a socket of this computer */
    const CharSpec *spec; /* while it is opened; the thread lives longer */
    Terminal *terminal;   /* likewise */
    int listener;         /* -1: none */
    int fd;               /* that is read, -1: nobody is connected */
    Output *output;
    StreamInput *input;
    StreamOpening *opening;
    void *opaque;
};

static void set_nonblocking(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* Pipes: `path`.in and `path`.out, or one file for both directions. Opened for both, so that neither opening nor the
 * other side's leaving is noticed. */
static bool open_pipe(Stream *stream, GError **error)
{
    const char *path = stream->spec->path;
    g_autofree char *in = g_strconcat(path, ".in", NULL), *out = g_strconcat(path, ".out", NULL);
    stream->fd = open(in, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    int fd = open(out, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (stream->fd < 0 && fd < 0) {
        stream->fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        fd = stream->fd < 0 ? -1 : dup(stream->fd);
    }
    output_set_fd(stream->output, fd);
    return (stream->fd >= 0 && fd >= 0) ||
           fail(error, EXIT_FILE, "cannot open pipe '%s': %s; make it before: mkfifo %s.in %s.out",
                path, g_strerror(errno), path, path);
}

static bool open_pty(Stream *stream, GError **error)
{
    struct termios mode;
    char name[128];
    stream->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (stream->fd < 0 || grantpt(stream->fd) || unlockpt(stream->fd) ||
        ptsname_r(stream->fd, name, sizeof name))
        return fail(error, EXIT_HOST, "no pseudo terminal is to be had: %s; use a socket",
                    g_strerror(errno));
    int slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave >= 0 && !tcgetattr(slave, &mode)) {
        cfmakeraw(&mode);
        tcsetattr(slave, TCSAFLUSH, &mode);
    }
    if (slave >= 0)
        close(slave);
    set_nonblocking(stream->fd);
    printf("char device redirected to %s (label %s)\n", name,
           stream->spec->id ? stream->spec->id : "serial0");
    return !fflush(stdout);
}

/* Sockets. */

static bool try_address(Stream *stream, const struct sockaddr *at, socklen_t size)
{
    int on = 1, fd = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool server = stream->spec->server;
    if (fd < 0)
        return false;
    if (server && at->sa_family != AF_UNIX)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (server ? bind(fd, at, size) || listen(fd, 1) : connect(fd, at, size)) {
        int reason = errno;
        close(fd);
        errno = reason;
        return false;
    }
    *(server ? &stream->listener : &stream->fd) = fd;
    return true;
}

/* A socket that a run before left behind makes room; anything else of that name does not. */
static bool open_unix(Stream *stream, GError **error)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    const char *path = stream->spec->path;
    struct stat info;
    if (strlen(path) >= sizeof at.sun_path)
        return fail(error, EXIT_FILE, "socket path '%s' is longer than %zu bytes; shorten it", path,
                    sizeof at.sun_path - 1);
    g_strlcpy(at.sun_path, path, sizeof at.sun_path);
    if (stream->spec->server && !stat(path, &info) && S_ISSOCK(info.st_mode))
        unlink(path);
    bool open = try_address(stream, (const struct sockaddr *)&at, sizeof at);
    if (open && stream->spec->server)
        terminal_remove_at_end(stream->terminal, path);
    return open ||
           fail(error, EXIT_FILE, "cannot %s socket '%s': %s; %s",
                stream->spec->server ? "listen at" : "connect to", path, g_strerror(errno),
                stream->spec->server ? "choose another path"
                                     : "start the program that listens there, or add server=on");
}

static bool open_tcp(Stream *stream, GError **error)
{
    const CharSpec *spec = stream->spec;
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
    int problem = getaddrinfo(spec->host, spec->port, &hints, &found);
    if (problem)
        return fail(error, EXIT_HOST, "socket host '%s', port '%s': %s; check both", spec->host,
                    spec->port, gai_strerror(problem));
    bool open = false;
    for (const struct addrinfo *at = found; at && !open; at = at->ai_next)
        open = try_address(stream, at->ai_addr, at->ai_addrlen);
    int reason = errno;
    freeaddrinfo(found);
    return open || fail(error, EXIT_HOST, "cannot %s %s, port %s: %s; %s",
                        spec->server ? "listen at" : "connect to", spec->host, spec->port,
                        g_strerror(reason),
                        spec->server ? "choose another port"
                                     : "start the program that listens there, or add server=on");
}

/* Takes over a connection. */
static void connected(Stream *stream, int fd)
{
    int on = 1;
    if (!stream->local)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    set_nonblocking(fd);
    stream->fd = fd;
    output_set_fd(stream->output, dup(fd));
}

static void accept_caller(Stream *stream)
{
    int fd = accept(stream->listener, NULL, NULL);
    if (fd >= 0)
        connected(stream, fd);
}

/* Signals and -timeout end the program while it waits here: nothing has begun yet. */
static void wait_for_caller(Stream *stream)
{
    const CharSpec *spec = stream->spec;
    struct pollfd caller = { .fd = stream->listener, .events = POLLIN };
    fprintf(stderr, "bulkhead: waiting for a connection to %s%s%s (wait=off does not)\n",
            spec->path ? spec->path : spec->host, spec->path ? "" : ":",
            spec->path ? "" : spec->port);
    while (stream->fd < 0) {
        if (poll(&caller, 1, -1) > 0)
            accept_caller(stream);
    }
}

static bool open_socket(Stream *stream, GError **error)
{
    if (!(stream->spec->path ? open_unix(stream, error) : open_tcp(stream, error)))
        return false;
    if (stream->fd >= 0)
        connected(stream, stream->fd);
    else if (stream->spec->wait)
        wait_for_caller(stream);
    return true;
}

Stream *stream_open(const CharSpec *spec, Terminal *terminal, GError **error)
{
    Stream *stream = g_new0(Stream, 1);
    *stream = (Stream){ .kind = spec->kind,
                        .local = spec->path,
                        .spec = spec,
                        .terminal = terminal,
                        .listener = -1,
                        .fd = -1,
                        .output = output_new(-1) };
    bool open = spec->kind == CHAR_PIPE  ? open_pipe(stream, error)
                : spec->kind == CHAR_PTY ? open_pty(stream, error)
                                         : open_socket(stream, error);
    if (open)
        return stream;
    output_free(stream->output);
    g_free(stream);
    return NULL;
}

/* The thread. */

/* False: the other side is gone. */
static bool read_piece(Stream *stream)
{
    uint8_t data[PIECE];
    struct pollfd input = { .fd = stream->fd, .events = POLLIN };
    if (poll(&input, 1, -1) < 0)
        return true;
    ssize_t n = read(stream->fd, data, sizeof data);
    if (n > 0)
        stream->input(stream->opaque, data, (size_t)n);
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static void run_socket(Stream *stream)
{
    do {
        if (stream->fd < 0)
            accept_caller(stream);
        if (stream->fd >= 0)
            stream->opening(stream->opaque, true);
        while (stream->fd >= 0 && read_piece(stream))
            continue;
        output_set_fd(stream->output, -1);
        if (stream->fd >= 0) {
            stream->opening(stream->opaque, false);
            close(stream->fd);
        }
        stream->fd = -1;
    } while (stream->listener >= 0);
}

/* Nothing tells when somebody opens a pseudo terminal: it has hung up until then. */
static void run_pty(Stream *stream)
{
    bool was_open = false;
    for (;;) {
        struct pollfd state = { .fd = stream->fd, .events = POLLIN };
        bool is_open = poll(&state, 1, 0) >= 0 && !(state.revents & POLLHUP);
        if (is_open != was_open) {
            output_set_fd(stream->output, is_open ? dup(stream->fd) : -1);
            stream->opening(stream->opaque, is_open);
        }
        was_open = is_open;
        if (!is_open)
            g_usleep(PTY_LOOK_MS * 1000);
        else
            (void)read_piece(stream);
    }
}

static gpointer stream_main(gpointer opaque)
{
    Stream *stream = opaque;
    switch (stream->kind) {
    case CHAR_PTY: run_pty(stream); break;
    case CHAR_SOCKET: run_socket(stream); break;
    default:
        stream->opening(stream->opaque, true);
        while (read_piece(stream))
            continue;
        break;
    }
    stream->input(stream->opaque, NULL, 0);
    return NULL;
}

void stream_start(Stream *stream, StreamInput *input, StreamOpening *opening, void *opaque)
{
    stream->input = input;
    stream->opening = opening;
    stream->opaque = opaque;
    g_thread_unref(g_thread_new("stream", stream_main, stream));
}

void stream_write(Stream *stream, const uint8_t *data, size_t size)
{
    output_write(stream->output, data, size);
}

void stream_flush(Stream *stream)
{
    output_flush(stream->output);
}

void stream_close(Stream *stream)
{
    output_flush(stream->output);
}
