/* SPDX-License-Identifier: MIT */
/*
 * server.c - the socket side: listens, takes one debugger at a time, carries bytes.
 *
 * A thread waits on the sockets and posts what comes to the machine's inbox, one piece at a time: it reads no more until
 * the emulation thread has dealt with the last, so nobody can fill memory by talking fast. Replies are written by the
 * emulation thread. The thread opens connections and says when they end; the emulation thread closes them.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/base/error.h"
#include "emu/explain/explain.h"
#include "emu/gdb/hub.h"
#include "emu/gdb/listen.h"

enum { SEND_PATIENCE_S = 2, PIECE = 4096 };

typedef struct {
    Machine *machine;
    GdbSession *session;
    GThread *thread;
    GdbListener listener;
    int wake;
    int client; /* the emulation thread's, -1: none */
    gint busy;  /* a message is on its way to the emulation thread */
    gint quit;
} GdbServer;

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

/* A packet is being handled, so nobody else reads. */
static bool interrupted(void *opaque)
{
    const GdbServer *server = opaque;
    char byte;
    return recv(server->client, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1 && byte == '\3' &&
           recv(server->client, &byte, 1, MSG_DONTWAIT) == 1;
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
        if (server->session->hub->ends_run)
            prctl(PR_SET_PDEATHSIG,
                  0); /* from now on its hanging up is what says that gdb has ended */
        gdb_session_open(server->session);
    } else if (message->closed) {
        hang_up(server);
        if (server->session->hub->ends_run)
            machine_stop(server->machine, STOP_QUIT, 0);
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
    int fd = accept(server->listener.fd, NULL, NULL), on = 1;
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
                                { .fd = busy ? -1 : server->listener.fd, .events = POLLIN },
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

static void stop_thread(GdbServer *server)
{
    g_atomic_int_set(&server->quit, 1);
    wake(server);
    g_thread_join(server->thread);
    inbox_apply(&server->machine->inbox); /* what it posted last */
}

static void server_free(GdbServer *server)
{
    if (server->thread) {
        gdb_session_exited(server->session, server->machine->exit_code);
        stop_thread(server);
    }
    if (server->session) {
        hang_up(server);
        gdb_session_free(server->session);
    }
    gdb_close_listener(&server->listener);
    if (server->wake >= 0)
        close(server->wake);
    g_free(server);
}

GdbHub *gdb_new(Machine *machine)
{
    GdbHub *hub = gdb_hub_new(machine);
    hub->servers = g_ptr_array_new();
    return hub;
}

bool gdb_listen(GdbHub *hub, const char *spec, GError **error)
{
    GdbServer *server = g_new0(GdbServer, 1);
    explain_keep(hub->machine, false);
    server->machine = hub->machine;
    server->client = -1;
    server->wake = eventfd(0, EFD_CLOEXEC);
    bool listens = gdb_open_listener(&server->listener, spec, error);
    if (!listens || server->wake < 0) {
        if (listens)
            fail(error, EXIT_HOST, "-gdb: no event descriptor: %s", g_strerror(errno));
        server_free(server);
        return false;
    }
    server->session = gdb_session_new(hub, &server->listener.view, send_out, server);
    server->session->interrupted = interrupted;
    server->thread = g_thread_new("gdb", serve, server);
    g_ptr_array_add(hub->servers, server);
    return true;
}

unsigned gdb_port(const GdbHub *hub, unsigned index)
{
    const GdbServer *server = g_ptr_array_index(hub->servers, index);
    return server->listener.port;
}

void gdb_free(GdbHub *hub)
{
    if (!hub)
        return;
    for (unsigned i = 0; i < hub->servers->len; i++)
        server_free(g_ptr_array_index(hub->servers, i));
    g_ptr_array_free(hub->servers, TRUE);
    gdb_hub_free(hub);
}
