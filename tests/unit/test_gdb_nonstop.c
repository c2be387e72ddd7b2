/* SPDX-License-Identifier: MIT */
/* test_gdb_nonstop.c - the debugger's non-stop mode: harts that stop and go one by one. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/lib/gdb_peer.h"
#include "tests/lib/machine_rig.h"

enum { INC_T0 = 0x00128293, BACK_4 = 0xffdff06f, HARTS = 3 };

static void expect(Peer *peer, const char *packet, const char *reply)
{
    const char *got = peer_ask(peer, packet);
    cr_assert(got, "%s: no reply", packet);
    cr_assert_str_eq(got, reply, "%s: %s, not %s", packet, got, reply);
}

/* Behind the last reply came the notification, or NULL: none. */
static void expect_notified(const Peer *peer, const char *text)
{
    size_t at = peer->after;
    cr_assert_eq(peer->out->len == at, text == NULL, "%s", peer->out->str);
    if (!text)
        return;
    g_autoptr(GString) said = peer_take_frame(peer->out, &at, '%');
    cr_assert_str_eq(said->str, text);
    cr_assert_eq(at, peer->out->len);
}

/* Harts count in t0. */
static GdbHub *open_hub(Peer *peer, GdbView view)
{
    static const uint32_t code[] = { INC_T0, BACK_4 };
    GdbHub *hub = gdb_hub_new(rig_new(HARTS, NULL, code, G_N_ELEMENTS(code)));
    peer_join(peer, hub, view);
    expect(peer, "QStartNoAckMode", "OK");
    return hub;
}

static void close_hub(GdbHub *hub, Peer *peer)
{
    Machine *m = peer->machine;
    peer_leave(peer);
    gdb_hub_free(hub);
    machine_free(m);
}

static void connect_nonstop(Peer *peer)
{
    expect(peer, "QNonStop:1", "OK");
    expect(peer, "?", "T05thread:1;");
    expect(peer, "vStopped", "OK");
    expect_notified(peer, NULL);
    /* The others are told after the next packet, one by one. */
    expect(peer, "qC", "QC1");
    expect_notified(peer, "Stop:T00thread:2;");
    expect(peer, "vStopped", "T00thread:3;");
    expect(peer, "vStopped", "OK");
}

static uint64_t count_of(const Peer *peer, unsigned hart)
{
    return peer->machine->harts[hart].x[5];
}

Test(gdb_nonstop, connecting_tells_of_every_hart)
{
    Peer peer;
    GdbHub *hub = open_hub(&peer, (GdbView){ 0 });
    connect_nonstop(&peer);
    cr_assert(peer.machine->paused);
    close_hub(hub, &peer);
}

Test(gdb_nonstop, a_hart_stops_at_its_breakpoint_while_others_go_on)
{
    Peer peer;
    GdbHub *hub = open_hub(&peer, (GdbView){ 0 });
    connect_nonstop(&peer);
    expect(&peer, "vCont;c:2", "OK");
    cr_assert(!peer.machine->paused);
    expect(&peer, "Z0,80000004,4", "OK");
    cr_assert_str_eq(peer_wait(&peer), "Stop:T05thread:2;");
    expect(&peer, "vStopped", "OK");
    cr_assert(peer.machine->paused, "all have stopped");
    cr_assert_eq(count_of(&peer, 1), 1);
    cr_assert_eq(count_of(&peer, 0), 0);
    /* One goes round, the other steps and is told to. */
    expect(&peer, "z0,80000004,4", "OK");
    expect(&peer, "vCont;c:1", "OK");
    expect(&peer, "vCont;s:2", "OK");
    cr_assert_str_eq(peer_wait(&peer), "Stop:T05thread:2;");
    expect(&peer, "vStopped", "OK");
    cr_assert(!peer.machine->paused);
    rig_run(peer.machine, 50000);
    cr_assert_gt(count_of(&peer, 0), 1000);
    cr_assert_eq(count_of(&peer, 1), 1);
    cr_assert_eq(count_of(&peer, 2), 0);
    close_hub(hub, &peer);
}

Test(gdb_nonstop, two_harts_step_at_a_time_and_each_reports)
{
    Peer peer;
    GdbHub *hub = open_hub(&peer, (GdbView){ 0 });
    connect_nonstop(&peer);
    expect(&peer, "vCont;s:1;c:2;s:3", "OK");
    cr_assert_str_eq(peer_wait(&peer), "Stop:T05thread:1;");
    cr_assert_str_eq(peer_wait(&peer), "nothing", "one notification is out");
    expect(&peer, "vStopped", "T05thread:3;");
    expect(&peer, "vStopped", "OK");
    cr_assert_eq(count_of(&peer, 0), 1);
    cr_assert_eq(count_of(&peer, 2), 1);
    close_hub(hub, &peer);
}

Test(gdb_nonstop, harts_are_told_to_stop_one_or_all)
{
    Peer peer;
    GdbHub *hub = open_hub(&peer, (GdbView){ 0 });
    connect_nonstop(&peer);
    expect(&peer, "vCont;t:1", "OK"); /* it has stopped: nothing to tell */
    expect_notified(&peer, NULL);
    expect(&peer, "vCont;c", "OK");
    rig_run(peer.machine, 3000);
    expect(&peer, "vCont;t:3", "OK");
    expect_notified(&peer, "Stop:T00thread:3;");
    expect(&peer, "vStopped", "OK");
    uint64_t count = count_of(&peer, 2);
    rig_run(peer.machine, 30000);
    cr_assert_eq(count_of(&peer, 2), count);
    cr_assert_gt(count_of(&peer, 1), count);
    expect(&peer, "vCtrlC", "OK");
    cr_assert(peer.machine->paused);
    cr_assert(strstr(peer.out->str, "%Stop:T0"));
    close_hub(hub, &peer);
}

Test(gdb_nonstop, what_the_mode_has_not_is_refused)
{
    Peer peer;
    GdbHub *hub = open_hub(&peer, (GdbView){ GDB_VIEW_PARTITION, 0 });
    expect(&peer, "QNonStop:1", "E22");
    expect(&peer, "QNonStop:0", "OK");
    close_hub(hub, &peer);
    hub = open_hub(&peer, (GdbView){ 0 });
    expect(&peer, "QNonStop:2", "E22");
    expect(&peer, "QNonStop:", "E22");
    connect_nonstop(&peer);
    expect(&peer, "c", "E22");
    expect(&peer, "bs", "E22");
    expect(&peer, "vCont;c:1", "OK");
    expect(&peer, "QNonStop:0", "OK");
    cr_assert(peer.machine->paused, "in all-stop mode nothing runs after the hand-shake");
    cr_assert_null(peer_ask(&peer, "vCont;s:1"));
    cr_assert_str_eq(peer_wait(&peer), "T05thread:1;");
    close_hub(hub, &peer);
}
