/* SPDX-License-Identifier: MIT */
/*
 * server.c - the socket side: listens, takes one debugger at a time, carries bytes.
 *
 * A thread waits on the sockets and posts what comes to the machine's inbox, one piece at a time: it reads no more until
 * the emulation thread has dealt with the last, so nobody can fill memory by talking fast. Replies are written by the
 * emulation thread. The thread opens connections and says when they end; the emulation thread closes them.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "emu/base/error.h"
#include "emu/gdb/gdb.h"
#include "emu/gdb/session.h"

enum { SEND_PATIENCE_S = 2, PIECE = 4096 };

struct GdbServer {
    Machine *machine;
    GdbSession *session;
    GThread *thread;
    int listener, wake;
    unsigned port;
    char *path; /* of the socket, NULL: it has a port */
    int client; /* the emulation thread's, -1: none */
    gint busy;  /* a message is on its way to the emulation thread */
    gint quit;
};

typedef struct {
    int opened; /* the connection, or -1 */
    bool closed;
    size_t size;
    uint8_t data[PIECE];
} Message;

/* Emulation thread. */

static void send_out(void *opaque, const char *data, size_t size)
{
    const GdbServer *server = opaque;
    while (size) {
        ssize_t n = send(server->client, data, size, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            shutdown(server->client, SHUT_RDWR); /* the thread will hear of it */
            return;
        }
        data += n;
        size -= (size_t)n;
    }
}

static void hang_up(GdbServer *server)
{
    gdb_session_close(server->session);
    if (server->client >= 0)
        close(server->client);
    server->client = -1;
}

static void wake(const GdbServer *server)
{
    uint64_t one = 1;
    ssize_t n;
    do
        n = write(server->wake, &one, sizeof one);
    while (n < 0 && errno == EINTR);
}

static void apply(void *opaque, void *data)
{
    GdbServer *server = opaque;
    Message *message = data;
    if (message->opened >= 0) {
        server->client = message->opened;
        gdb_session_open(server->session);
    } else if (message->closed) {
        hang_up(server);
    } else if (!g_atomic_int_get(&server->quit)) {
        gdb_session_receive(server->session, message->data, message->size);
    }
    g_free(message);
    g_atomic_int_set(&server->busy, 0);
    wake(server);
}

/* The thread. */

static void post(GdbServer *server, const Message *message)
{
    g_atomic_int_set(&server->busy, 1);
    inbox_post(&server->machine->inbox, apply, server, g_memdup2(message, sizeof *message));
}

/* Returns the connection, or -1 when it has ended. */
static int read_piece(GdbServer *server, int client)
{
    Message message = { .opened = -1 };
    ssize_t n = recv(client, message.data, sizeof message.data, 0);
    if (n < 0 && errno == EINTR)
        return client;
    message.closed = n <= 0;
    message.size = n > 0 ? (size_t)n : 0;
    post(server, &message);
    return message.closed ? -1 : client;
}

/* A second debugger is turned away: two would disturb each other. */
static int take_caller(GdbServer *server, int client)
{
    int fd = accept(server->listener, NULL, NULL), on = 1;
    if (fd < 0)
        return client;
    if (client >= 0) {
        close(fd);
        return client;
    }
    struct timeval patience = { .tv_sec = SEND_PATIENCE_S };
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    post(server, &(Message){ .opened = fd });
    return fd;
}

/* While a message is on its way only `wake` is looked at. What the client says is heard before new callers, so that one
 * who calls when the last has just hung up is not turned away. */
static void *serve(void *opaque)
{
    GdbServer *server = opaque;
    int client = -1;
    while (!g_atomic_int_get(&server->quit)) {
        bool busy = g_atomic_int_get(&server->busy);
        struct pollfd fds[] = { { .fd = server->wake, .events = POLLIN },
                                { .fd = busy ? -1 : server->listener, .events = POLLIN },
                                { .fd = busy ? -1 : client, .events = POLLIN } };
        uint64_t count;
        if (poll(fds, G_N_ELEMENTS(fds), -1) < 0)
            continue;
        if (fds[0].revents && read(server->wake, &count, sizeof count) < 0 && errno != EINTR)
            break;
        if (fds[2].revents)
            client = read_piece(server, client);
        else if (fds[1].revents)
            client = take_caller(server, client);
    }
    return NULL;
}

/* Starting and ending. */

static bool parse_spec(const char *spec, char **host, char **port, GError **error)
{
    const char *rest = g_str_has_prefix(spec, "tcp:") ? spec + 4 : spec;
    const char *colon = strrchr(rest, ':');
    const char *digits = colon ? colon + 1 : rest;
    guint64 number;
    if ((rest == spec && colon) || !g_ascii_string_to_unsigned(digits, 10, 0, 65535, &number, NULL))
        return fail(
            error, EXIT_USAGE,
            "-gdb '%s': expected tcp:[HOST]:PORT, PORT or unix:PATH, for example -gdb tcp::1234",
            spec);
    *host = colon > rest ? g_strndup(rest, (gsize)(colon - rest)) : g_strdup("127.0.0.1");
    *port = g_strdup(digits);
    return true;
}

static bool listen_at(GdbServer *server, const struct addrinfo *at)
{
    int on = 1;
    server->listener = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
    return server->listener >= 0 &&
           !setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) &&
           !bind(server->listener, at->ai_addr, at->ai_addrlen) && !listen(server->listener, 4);
}

static unsigned port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    char port[NI_MAXSERV];
    if (getsockname(fd, (struct sockaddr *)&address, &size) ||
        getnameinfo((struct sockaddr *)&address, size, NULL, 0, port, sizeof port, NI_NUMERICSERV))
        return 0;
    return (unsigned)strtoul(port, NULL, 10);
}

/* A socket that a run before left behind makes room; anything else of that name does not. */
static bool listen_at_path(GdbServer *server, const char *path, GError **error)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    struct stat info;
    if (!*path || strlen(path) >= sizeof at.sun_path)
        return fail(
            error, EXIT_USAGE,
            "-gdb 'unix:%s': a path has 1 to %zu bytes; for example -gdb unix:gdb.sock, or -gdb tcp::1234",
            path, sizeof at.sun_path - 1);
    g_strlcpy(at.sun_path, path, sizeof at.sun_path);
    if (!stat(path, &info) && S_ISSOCK(info.st_mode))
        unlink(path);
    server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->listener < 0 || bind(server->listener, (struct sockaddr *)&at, sizeof at) ||
        listen(server->listener, 4))
        return fail(error, EXIT_FILE, "-gdb: cannot listen at '%s': %s; choose another path", path,
                    g_strerror(errno));
    server->path = g_strdup(path);
    return true;
}

/* What QEMU's users write behind the address says what happens anyway. */
static char *without_words(const char *spec, GError **error)
{
    static const char *const known[] = { "server",   "server=on", "nowait",
                                         "wait=off", "nodelay",   NULL };
    g_auto(GStrv) words = g_strsplit(spec, ",", -1);
    for (char **word = words + 1; *words && *word; word++) {
        if (g_strv_contains(known, *word))
            continue;
        fail(error, EXIT_USAGE,
             "-gdb '%s': '%s' cannot be had; leave it out, for example: -gdb tcp::1234", spec,
             *word);
        return NULL;
    }
    return g_strdup(*words ? *words : "");
}

static bool start_listening(GdbServer *server, const char *spec, GError **error)
{
    g_autofree char *host = NULL, *port = NULL;
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE }, *found;
    if (!parse_spec(spec, &host, &port, error))
        return false;
    int problem = getaddrinfo(host, port, &hints, &found);
    if (problem)
        return fail(error, EXIT_HOST,
                    "-gdb '%s': host '%s' is not known: %s; leave it out for this computer", spec,
                    host, gai_strerror(problem));
    bool listens = listen_at(server, found);
    int reason = errno;
    freeaddrinfo(found);
    if (!listens && reason == EADDRINUSE)
        return fail(error, EXIT_HOST,
                    "-gdb '%s': port %s is in use; end the program that has it, or choose another",
                    spec, port);
    if (!listens)
        return fail(error, EXIT_HOST, "-gdb '%s': cannot listen on port %s: %s; choose another",
                    spec, port, g_strerror(reason));
    server->port = port_of(server->listener);
    return true;
}

static bool start_listening_at(GdbServer *server, const char *text, GError **error)
{
    g_autofree char *spec = without_words(text, error);
    if (!spec)
        return false;
    return g_str_has_prefix(spec, "unix:") ? listen_at_path(server, spec + strlen("unix:"), error)
                                           : start_listening(server, spec, error);
}

GdbServer *gdb_start(Machine *machine, const char *spec, bool stopped, GError **error)
{
    GdbServer *server = g_new0(GdbServer, 1);
    server->machine = machine;
    server->client = server->listener = -1;
    server->wake = eventfd(0, EFD_CLOEXEC);
    server->session = gdb_session_new(machine, send_out, server);
    if (server->wake < 0)
        fail(error, EXIT_HOST, "-gdb: no event descriptor: %s", g_strerror(errno));
    else if (start_listening_at(server, spec, error)) {
        machine->paused |= stopped;
        server->thread = g_thread_new("gdb", serve, server);
        return server;
    }
    gdb_free(server);
    return NULL;
}

unsigned gdb_port(const GdbServer *server)
{
    return server->port;
}

static void stop_thread(GdbServer *server)
{
    g_atomic_int_set(&server->quit, 1);
    wake(server);
    g_thread_join(server->thread);
    inbox_apply(&server->machine->inbox); /* what it posted last */
}

void gdb_free(GdbServer *server)
{
    if (!server)
        return;
    if (server->thread) {
        gdb_session_exited(server->session, server->machine->exit_code);
        stop_thread(server);
    }
    hang_up(server);
    gdb_session_free(server->session);
    if (server->listener >= 0)
        close(server->listener);
    if (server->path)
        unlink(server->path);
    g_free(server->path);
    if (server->wake >= 0)
        close(server->wake);
    g_free(server);
}
