/* SPDX-License-Identifier: MIT */
/*
 * net_slirp.c - user networking by libslirp; see net_slirp.h.
 *
 * After it was made, only its thread touches the Slirp. Frames of the guest wait in a queue, and a
 * counter in a file descriptor (eventfd) wakes the thread, which otherwise sleeps in poll() on its
 * sockets.
 */
#include "emu/net_slirp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <slirp/libslirp.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "emu/base/error.h"

/* Frames of the guest that may wait; more are dropped, as a full network card does. */
enum { MAX_WAITING = 4096, MAX_FRAME = 65536 };

struct NetSlirp {
    Slirp *slirp;
    GThread *thread;
    GAsyncQueue *frames; /* of GBytes, from the guest */
    int wake;
    gint stop;
    void (*post)(void *opaque, GBytes *frame);
    void *opaque;
};

typedef struct {
    bool udp;
    struct in_addr host, guest;
    int host_port, guest_port;
} Forwarding;

/* Callbacks of libslirp; `opaque` is the NetSlirp. */

static ssize_t send_packet(const void *frame, size_t size, void *opaque)
{
    const NetSlirp *net = opaque;
    net->post(net->opaque, g_bytes_new(frame, size));
    return (ssize_t)size;
}

static void guest_error(const char *message, void *opaque)
{
    (void)opaque;
    g_debug("user network: %s", message);
}

static int64_t clock_get_ns(void *opaque)
{
    (void)opaque;
    return g_get_monotonic_time() * 1000;
}

static void poll_fd_changed(int fd, void *opaque)
{
    (void)fd; /* each round asks libslirp for all of them */
    (void)opaque;
}

static void wake(void *opaque)
{
    const NetSlirp *net = opaque;
    ssize_t written = write(net->wake, &(uint64_t){ 1 }, sizeof(uint64_t));
    (void)written; /* a counter that is full wakes just as well */
}

/* Timers are left out: libslirp uses one for IPv6 only. */
static const SlirpCb callbacks = {
    .send_packet = send_packet,
    .guest_error = guest_error,
    .clock_get_ns = clock_get_ns,
    .register_poll_fd = poll_fd_changed,
    .unregister_poll_fd = poll_fd_changed,
    .notify = wake,
};

/* The thread. SLIRP_POLL_* and POLL* are the same events by other numbers. */

static const struct {
    int slirp;
    short host;
} events[] = {
    { SLIRP_POLL_IN, POLLIN },   { SLIRP_POLL_OUT, POLLOUT }, { SLIRP_POLL_PRI, POLLPRI },
    { SLIRP_POLL_ERR, POLLERR }, { SLIRP_POLL_HUP, POLLHUP },
};

static int add_poll(int fd, int wanted, void *opaque)
{
    GArray *fds = opaque;
    struct pollfd entry = { .fd = fd };
    for (unsigned i = 0; i < G_N_ELEMENTS(events); i++)
        if (wanted & events[i].slirp)
            entry.events |= events[i].host;
    g_array_append_val(fds, entry);
    return (int)fds->len - 1;
}

static int get_revents(int index, void *opaque)
{
    short happened = g_array_index((GArray *)opaque, struct pollfd, index).revents;
    int result = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(events); i++)
        if (happened & events[i].host)
            result |= events[i].slirp;
    return result;
}

static void send_waiting(NetSlirp *net)
{
    GBytes *frame;
    uint64_t count;
    ssize_t got = read(net->wake, &count, sizeof count);
    (void)got; /* nothing to read: woken by a socket */
    while ((frame = g_async_queue_try_pop(net->frames))) {
        gsize size;
        const uint8_t *data = g_bytes_get_data(frame, &size);
        slirp_input(net->slirp, data, (int)size);
        g_bytes_unref(frame);
    }
}

static void run_once(NetSlirp *net, GArray *fds)
{
    uint32_t timeout = UINT32_MAX;
    g_array_set_size(fds, 0);
    add_poll(net->wake, SLIRP_POLL_IN, fds);
    slirp_pollfds_fill(net->slirp, &timeout, add_poll, fds);
    int n = poll((struct pollfd *)(void *)fds->data, fds->len,
                 timeout == UINT32_MAX ? -1 : (int)timeout);
    slirp_pollfds_poll(net->slirp, n < 0, get_revents, fds);
    send_waiting(net);
}

/* Signals are the other threads' business; SIGPIPE is nobody's. */
static gpointer thread_main(gpointer opaque)
{
    NetSlirp *net = opaque;
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    g_autoptr(GArray) fds = g_array_new(FALSE, TRUE, sizeof(struct pollfd));
    while (!g_atomic_int_get(&net->stop))
        run_once(net, fds);
    return NULL;
}

/* Parsing. */

/* "[addr]:port": an empty address is any. */
static bool parse_end(const char *text, struct in_addr *address, int *port)
{
    guint64 number;
    const char *colon = strrchr(text, ':');
    if (!colon || !g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &number, NULL))
        return false;
    g_autofree char *host = g_strndup(text, (gsize)(colon - text));
    *port = (int)number;
    address->s_addr = htonl(INADDR_ANY);
    return !*host || inet_pton(AF_INET, host, address) == 1;
}

static bool parse_forwarding(const char *text, Forwarding *forwarding, GError **error)
{
    const char *colon = strchr(text, ':'), *dash = colon ? strchr(colon, '-') : NULL;
    if (dash) {
        g_autofree char *protocol = g_strndup(text, (gsize)(colon - text));
        g_autofree char *host = g_strndup(colon + 1, (gsize)(dash - colon - 1));
        forwarding->udp = !strcmp(protocol, "udp");
        if ((!*protocol || !strcmp(protocol, "tcp") || forwarding->udp) &&
            parse_end(host, &forwarding->host, &forwarding->host_port) &&
            parse_end(dash + 1, &forwarding->guest, &forwarding->guest_port))
            return true;
    }
    return fail(error, EXIT_USAGE,
                "hostfwd '%s' is malformed; write [tcp|udp]:[hostaddr]:hostport-[guestaddr]:"
                "guestport, for example tcp:127.0.0.1:5555-:7000",
                text);
}

static bool add_forwarding(NetSlirp *net, const char *text, GError **error)
{
    Forwarding forwarding = { 0 };
    if (!parse_forwarding(text, &forwarding, error))
        return false;
    if (!slirp_add_hostfwd(net->slirp, forwarding.udp, forwarding.host, forwarding.host_port,
                           forwarding.guest, forwarding.guest_port))
        return true;
    return fail(error, EXIT_HOST,
                "cannot forward host port %d (hostfwd '%s'): %s; choose another host port",
                forwarding.host_port, text, g_strerror(errno));
}

static struct in_addr local_address(unsigned last)
{
    return (struct in_addr){ .s_addr = htonl(0x0a000200 | last) };
}

NetSlirp *net_slirp_new(const NetSlirpConfig *config, GError **error)
{
    SlirpConfig slirp = {
        .version = 1,
        .restricted = config->restricted,
        .in_enabled = true,
        .vnetwork = local_address(0),
        .vnetmask.s_addr = htonl(0xffffff00),
        .vhost = local_address(2),
        .vnameserver = local_address(3),
        .vdhcp_start = local_address(15),
    };
    NetSlirp *net = g_new(NetSlirp, 1);
    *net = (NetSlirp){
        .post = config->post,
        .opaque = config->opaque,
        .wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
        .frames = g_async_queue_new_full((GDestroyNotify)g_bytes_unref),
    };
    net->slirp = slirp_new(&slirp, &callbacks, net);
    bool made = (net->slirp && net->wake >= 0) ||
                fail(error, EXIT_HOST, "cannot make the user network: %s", g_strerror(errno));
    for (const char *const *text = config->hostfwd; made && text && *text; text++)
        made = add_forwarding(net, *text, error);
    if (made)
        net->thread = g_thread_try_new("network", thread_main, net, error);
    if (net->thread)
        return net;
    net_slirp_free(net);
    return NULL;
}

void net_slirp_free(NetSlirp *net)
{
    if (!net)
        return;
    if (net->thread) {
        g_atomic_int_set(&net->stop, 1);
        wake(net);
        g_thread_join(net->thread);
    }
    if (net->slirp)
        slirp_cleanup(net->slirp);
    if (net->wake >= 0)
        close(net->wake);
    g_async_queue_unref(net->frames);
    g_free(net);
}

void net_slirp_send(void *opaque, const uint8_t *frame, size_t size)
{
    NetSlirp *net = opaque;
    if (size > MAX_FRAME || g_async_queue_length(net->frames) >= MAX_WAITING)
        return;
    g_async_queue_push(net->frames, g_bytes_new(frame, size));
    wake(net);
}
