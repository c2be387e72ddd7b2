/* SPDX-License-Identifier: MIT */
/* test_net_slirp.c - user networking from the guest's side, and its forwarded ports. Loopback
 * only. */
#include <criterion/criterion.h>

#include "emu/base/error.h"
#include "emu/net_slirp.h"

#if CONFIG_SLIRP

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const uint8_t mac[] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 };

static void post(void *opaque, GBytes *frame)
{
    g_async_queue_push(opaque, frame);
}

static NetSlirp *make(GAsyncQueue *inbox, const char *hostfwd, GError **error)
{
    const char *const list[] = { hostfwd, NULL };
    const NetSlirpConfig config = { .hostfwd = list, .post = post, .opaque = inbox };
    return net_slirp_new(&config, error);
}

static GAsyncQueue *make_inbox(void)
{
    return g_async_queue_new_full((GDestroyNotify)g_bytes_unref);
}

/* A listening socket on a free port of the loopback interface. */
static int listen_somewhere(int *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert(fd >= 0 && !bind(fd, (struct sockaddr *)&address, size) && !listen(fd, 1));
    cr_assert(!getsockname(fd, (struct sockaddr *)&address, &size));
    *port = ntohs(address.sin_port);
    return fd;
}

/* The next frame with EtherType `type`, or NULL after five seconds. */
static GBytes *next_frame(GAsyncQueue *inbox, unsigned type)
{
    GBytes *frame;
    while ((frame = g_async_queue_timeout_pop(inbox, 5 * G_USEC_PER_SEC))) {
        const uint8_t *data = g_bytes_get_data(frame, NULL);
        if ((unsigned)(data[12] << 8 | data[13]) == type)
            return frame;
        g_bytes_unref(frame);
    }
    return NULL;
}

/* "Who has `target`? Tell 10.0.2.15", which also tells the network where 10.0.2.15 is. */
static void send_arp(NetSlirp *net, unsigned target)
{
    uint8_t frame[60] = { 255, 255, 255, 255, 255, 255 };
    static const uint8_t arp[] = { 0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1 };
    memcpy(frame + 6, mac, 6);
    memcpy(frame + 12, arp, sizeof arp);
    memcpy(frame + 22, mac, 6);
    memcpy(frame + 28, (const uint8_t[]){ 10, 0, 2, 15 }, 4);
    memcpy(frame + 38, (const uint8_t[]){ 10, 0, 2, (uint8_t)target }, 4);
    net_slirp_send(net, frame, sizeof frame);
}

Test(net_slirp, malformed_forwardings_are_refused)
{
    static const char *const bad[] = {
        "",
        "tcp",
        "tcp::5555",
        "tcp:5555-7000",
        "sctp::5555-:7000",
        "tcp::0-:7000",
        "tcp::5555-:65536",
        "tcp:localhost:5555-:7000",
        "tcp::5555-10.0.2:7000",
        "tcp::-:7000",
        "tcp:: 5555-:7000",
        "tcp::5555x-:7000",
    };
    g_autoptr(GAsyncQueue) inbox = make_inbox();
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        cr_expect_null(make(inbox, bad[i], &error), "'%s'", bad[i]);
        cr_assert_not_null(error);
        cr_expect_eq(error->code, EXIT_USAGE);
        cr_expect_not_null(strstr(error->message, bad[i]));
    }
}

Test(net_slirp, a_busy_port_is_named)
{
    g_autoptr(GAsyncQueue) inbox = make_inbox();
    g_autoptr(GError) error = NULL;
    int port, fd = listen_somewhere(&port);
    g_autofree char *hostfwd = g_strdup_printf("tcp:127.0.0.1:%d-:7000", port);
    g_autofree char *digits = g_strdup_printf("port %d", port);
    cr_expect_null(make(inbox, hostfwd, &error));
    cr_assert_not_null(error);
    cr_expect_eq(error->code, EXIT_HOST);
    cr_expect_not_null(strstr(error->message, digits), "%s", error->message);
    close(fd);
}

Test(net_slirp, the_gateway_answers)
{
    g_autoptr(GAsyncQueue) inbox = make_inbox();
    NetSlirp *net = make(inbox, NULL, NULL);
    cr_assert_not_null(net);
    send_arp(net, 2);
    g_autoptr(GBytes) frame = next_frame(inbox, 0x0806);
    cr_assert_not_null(frame);
    const uint8_t *data = g_bytes_get_data(frame, NULL);
    cr_expect_eq(data[21], 2, "a reply");
    cr_expect(!memcmp(data, mac, 6) && !memcmp(data + 28, (uint8_t[]){ 10, 0, 2, 2 }, 4));
    net_slirp_free(net);
}

Test(net_slirp, dhcp_offers_the_first_address)
{
    static const uint8_t options[] = { 0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255 };
    uint8_t frame[14 + 20 + 8 + 300] = { 255, 255, 255, 255, 255, 255 };
    uint8_t *ip = frame + 14, *udp = ip + 20, *dhcp = udp + 8;
    uint32_t sum = 0;
    g_autoptr(GAsyncQueue) inbox = make_inbox();
    NetSlirp *net = make(inbox, NULL, NULL);
    memcpy(frame + 6, mac, 6);
    frame[12] = 8;
    memcpy(ip, (const uint8_t[]){ 0x45, 0, 328 >> 8, 328 & 255, 0, 0, 0, 0, 64, 17 }, 10);
    memset(ip + 16, 255, 4);
    for (unsigned i = 0; i < 20; i += 2)
        sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
    sum = ~((sum & 0xffff) + (sum >> 16));
    ip[10] = (uint8_t)(sum >> 8);
    ip[11] = (uint8_t)sum;
    memcpy(udp, (const uint8_t[]){ 0, 68, 0, 67, 308 >> 8, 308 & 255 }, 6);
    memcpy(dhcp, (const uint8_t[]){ 1, 1, 6 }, 3);
    memcpy(dhcp + 28, mac, 6);
    memcpy(dhcp + 236, options, sizeof options);
    net_slirp_send(net, frame, sizeof frame);
    g_autoptr(GBytes) answer = next_frame(inbox, 0x0800);
    cr_assert_not_null(answer);
    const uint8_t *data = g_bytes_get_data(answer, NULL);
    cr_expect(!memcmp(data + 14 + 28 + 16, (uint8_t[]){ 10, 0, 2, 15 }, 4));
    net_slirp_free(net);
}

Test(net_slirp, a_connection_to_the_host_port_reaches_the_guest)
{
    g_autoptr(GAsyncQueue) inbox = make_inbox();
    int port, fd = listen_somewhere(&port);
    close(fd); /* free again */
    g_autofree char *hostfwd = g_strdup_printf("tcp:127.0.0.1:%d-:7000", port);
    NetSlirp *net = make(inbox, hostfwd, NULL);
    cr_assert_not_null(net);
    send_arp(net, 2);
    g_bytes_unref(next_frame(inbox, 0x0806));
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int client = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert(!connect(client, (struct sockaddr *)&address, sizeof address));
    g_autoptr(GBytes) frame = next_frame(inbox, 0x0800);
    cr_assert_not_null(frame);
    const uint8_t *data = g_bytes_get_data(frame, NULL);
    cr_expect(!memcmp(data + 30, (uint8_t[]){ 10, 0, 2, 15 }, 4));
    cr_expect_eq(data[36] << 8 | data[37], 7000);
    cr_expect_eq(data[47], 2, "SYN");
    close(client);
    net_slirp_free(net);
}

#endif
