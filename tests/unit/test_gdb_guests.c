/* SPDX-License-Identifier: MIT */
/* test_gdb_guests.c - the debugger and guests: scopes of breakpoints, spaces of memory, processes, several debuggers. */
#include <criterion/criterion.h>
#include <string.h>

#include "cpu/csr.h"
#include "emu/gdb/hub.h"
#include "emu/gdb/session.h"
#include "emu/time/travel.h"
#include "tests/lib/gdb_peer.h"
#include "tests/lib/machine_rig.h"

/*
 * M-mode starts guests of two VMIDs in turn, at one guest virtual address with different memory behind it: VMID 3 has its
 * page at 0x80004000, VMID 5 at 0x80005000, both at 0x40000000. A guest counts in t0 and calls.
 */
enum {
    GUEST_CODE = 0x40000000,
    INC_T0 = 0x00128293,
    ECALL = 0x73,
    BACK_8 = 0xff9ff06f,
    SD_T0 = 0x00553023, /* sd t0, 0(a0) */
    MRET = 0x30200073,
};

/* a1 is the hgatp to come, a2 the one after: csrw hgatp, a1; xor a1, a1, a2; mret; handler: csrr t1, mepc; addi t1, t1,
 * 4; csrw mepc, t1; j to the start */
static const uint32_t host_code[] = { 0x68059073, 0x00c5c5b3, MRET,      0x34102373,
                                      0x00430313, 0x34131073, 0xfe9ff06f };
enum { HANDLER = 12 };
static const uint32_t guest_code[] = { INC_T0, SD_T0, ECALL, 0xff5ff06f };

/* G stage: gigabyte 1 through a table of 2 MiB entries to a table of pages; gigabyte 2 as it is. */
static uint64_t make_guest(Machine *m, unsigned vmid, uint64_t tables, uint64_t page)
{
    rig_write64(m, tables + 1 * 8, (tables + 0x4000) >> 2 | 1);
    rig_write64(m, tables + 2 * 8, 0x80000000ull >> 2 | 0xdf);
    rig_write64(m, tables + 0x4000, (tables + 0x5000) >> 2 | 1);
    rig_write64(m, tables + 0x5000, page >> 2 | 0xdf);
    rig_write64(m, tables + 0x5000 + 8, (page + 0x10000) >> 2 | 0xdf);
    for (unsigned i = 0; i < G_N_ELEMENTS(guest_code); i += 2)
        rig_write64(m, page + 4 * i, guest_code[i] | (uint64_t)guest_code[i + 1] << 32);
    return 8ull << 60 | (uint64_t)vmid << 44 | tables >> 12;
}

static Machine *make_machine(unsigned n_harts)
{
    Machine *m = rig_new(n_harts, NULL, host_code, G_N_ELEMENTS(host_code));
    uint64_t three = make_guest(m, 3, 0x80020000, 0x80004000);
    uint64_t five = make_guest(m, 5, 0x80030000, 0x80005000);
    for (unsigned i = 0; i < n_harts; i++) {
        Hart *hart = &m->harts[i];
        csr_write(hart, 0x3b0, ~0ull);
        csr_write(hart, CSR_pmpcfg0, 0x1f);
        csr_write(hart, CSR_mtvec, BOARD_RAM + HANDLER);
        csr_write(hart, CSR_mepc, GUEST_CODE);
        csr_write(hart, CSR_mstatus, MSTATUS_MPV | 1 << 11);
        hart->x[11] = three;
        hart->x[12] = three ^ five;
        hart->x[10] = GUEST_CODE + 0x1000;
    }
    return m;
}

static void join(Peer *peer, GdbHub *hub, GdbView view)
{
    peer_join(peer, hub, view);
    peer_ask(peer, "QStartNoAckMode");
}

static const char *go(Peer *peer, const char *packet)
{
    cr_assert_null(peer_ask(peer, packet), "%s: answered before it stopped", packet);
    return peer_wait(peer);
}

static void expect(Peer *peer, const char *packet, const char *reply)
{
    const char *got = peer_ask(peer, packet);
    cr_assert(got && !strcmp(got, reply), "%s: %s, not %s", packet, got ? got : "no reply", reply);
}

/* What `monitor line` prints. */
static char *monitor(Peer *peer, const char *line)
{
    g_autoptr(GString) packet = g_string_new("qRcmd,");
    GString *text = g_string_new(NULL);
    gdb_append_hex(packet, line, strlen(line));
    expect(peer, packet->str, "OK");
    const char *at = strstr(peer->out->str, "$O");
    for (; at && at[2] != 'K'; at = strstr(at + 1, "$O")) {
        GdbText hex = { at + 2, strchr(at, '#') };
        for (char c; gdb_take_bytes(&hex, &c, 1);)
            g_string_append_c(text, c);
    }
    return g_string_free(text, FALSE);
}

static unsigned vmid_of(const Machine *m)
{
    return world_now(&m->harts[0]).guest ? world_now(&m->harts[0]).vmid : 0;
}

Test(gdb_guests, a_breakpoint_counts_in_every_space_or_in_one)
{
    Machine *m = make_machine(1);
    GdbHub *hub = gdb_hub_new(m);
    Peer peer;
    join(&peer, hub, (GdbView){ 0 });
    expect(&peer, "Z0,40000000,4", "OK");
    unsigned both[] = { 3, 5, 3, 5 };
    for (unsigned i = 0; i < 4; i++) {
        cr_assert_str_eq(go(&peer, "c"), "T05thread:1;");
        cr_assert_eq(vmid_of(m), both[i]);
    }
    expect(&peer, "qThreadExtraInfo,1",
           "6861727430205653"
           "20564d49443d35"); /* hart0 VS VMID=5 */
    /* Of the guest it is in now; inserted again elsewhere, as debuggers do at every stop, it stays that one's. */
    expect(&peer, "z0,40000000,4", "OK");
    g_free(monitor(&peer, "bp-scope vmid"));
    expect(&peer, "Z0,40000000,4", "OK");
    g_autofree char *list = monitor(&peer, "bp-scope");
    cr_assert(strstr(list, "break  0x40000000 in VMID 5\n"), "%s", list);
    expect(&peer, "Z1,80000008,4", "OK"); /* would be the guest's, and there is no such place */
    for (unsigned i = 0; i < 3; i++) {
        expect(&peer, "z0,40000000,4", "OK");
        expect(&peer, "Z0,40000000,4", "OK");
        cr_assert_str_eq(go(&peer, "c"), "T05thread:1;");
        cr_assert_eq(vmid_of(m), 5);
    }
    /* Removed for good, it has no scope any more. */
    expect(&peer, "z0,40000000,4", "OK");
    expect(&peer, "z1,80000008,4", "OK");
    g_free(monitor(&peer, "bp-scope vmid 3"));
    expect(&peer, "Z0,40000008,4", "OK");
    go(&peer, "c");
    cr_assert(vmid_of(m) == 3 && m->harts[0].pc == 0x40000008);
    expect(&peer, "z0,40000008,4", "OK");
    g_free(monitor(&peer, "bp-scope vmid host"));
    expect(&peer, "Z0,40000000,4", "OK");
    expect(&peer, "Z0,8000000c,4", "OK");
    go(&peer, "c");
    cr_assert(vmid_of(m) == 0 && m->harts[0].pc == 0x8000000c);
    g_autofree char *bad = monitor(&peer, "bp-scope vmid 99999");
    cr_assert(strstr(bad, "write: bp-scope"));
    peer_leave(&peer);
    gdb_hub_free(hub);
    machine_free(m);
}

Test(gdb_guests, an_address_space_is_that_of_a_process_too)
{
    Machine *m = make_machine(1);
    Hart *hart = &m->harts[0];
    GdbHub *hub = gdb_hub_new(m);
    Peer peer;
    join(&peer, hub, (GdbView){ 0 });
    static const struct {
        uint64_t vsatp;
        bool stops;
    } cases[] = { { 8ull << 60 | 7ull << 44, true },
                  { 8ull << 60 | 8ull << 44, false },
                  { 0, false } };
    BreakScope scope = { SCOPE_ASID, { true, 3, 7 } };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        csr_write(hart, CSR_hgatp, 8ull << 60 | 3ull << 44);
        csr_write(hart, CSR_vsatp, cases[i].vsatp);
        hart->mmu.priv = PRIV_S;
        hart->mmu.v = true;
        AddressSpace space = hart_code_space(hart);
        cr_assert_eq(scope_covers(&scope, &space), cases[i].stops, "case %u", i);
    }
    hart->mmu.priv = PRIV_M;
    hart->mmu.v = false;
    cr_assert_eq(hart_code_space(hart).asid, -1);
    peer_leave(&peer);
    gdb_hub_free(hub);
    machine_free(m);
}

Test(gdb_guests, watchpoints_have_scopes_too)
{
    Machine *m = make_machine(1);
    GdbHub *hub = gdb_hub_new(m);
    Peer peer;
    join(&peer, hub, (GdbView){ 0 });
    g_free(monitor(&peer, "bp-scope vmid 5"));
    expect(&peer, "Z2,40001000,8", "OK");
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_str_eq(go(&peer, "c"), "T05watch:40001000;thread:1;");
        cr_assert_eq(vmid_of(m), 5);
    }
    g_autofree char *why = monitor(&peer, "why");
    cr_assert(
        strstr(why,
               "stopped: a watchpoint; hart 0, VS, VMID 5, pc 0x40000004\naccessed: 0x40001000\n"),
        "%s", why);
    peer_leave(&peer);
    gdb_hub_free(hub);
    machine_free(m);
}

Test(gdb_guests, memory_is_that_of_the_space_asked_for)
{
    Machine *m = make_machine(1);
    GdbHub *hub = gdb_hub_new(m);
    Peer peer;
    join(&peer, hub, (GdbView){ 0 });
    rig_write64(m, 0x80014000, 0x3333333333333333);
    rig_write64(m, 0x80015000, 0x5555555555555555);
    expect(&peer, "qbulkhead.Space", "cur");
    expect(&peer, "m40001000,2", "E14");
    expect(&peer, "Qbulkhead.Space:gva:3", "OK");
    expect(&peer, "m40001000,2", "E14"); /* not there yet */
    g_autofree char *unknown = monitor(&peer, "why");
    cr_assert(strstr(unknown, "the guest has not been on a hart"));
    expect(&peer, "Qbulkhead.Space:cur", "OK");
    expect(&peer, "Z0,40000008,4", "OK");
    go(&peer, "c");
    expect(&peer, "M40001000,1:33", "OK");
    go(&peer, "c");
    cr_assert_eq(vmid_of(m), 5);
    expect(&peer, "M40001000,1:55", "OK");
    expect(&peer, "m40001000,2", "5500");
    /* The other one's, as it was when it left; bare addresses of both. */
    expect(&peer, "Qbulkhead.Space:gva:3", "OK");
    expect(&peer, "qbulkhead.Space", "gva:3");
    expect(&peer, "m40001000,2", "3300");
    expect(&peer, "Qbulkhead.Space:gpa:5", "OK");
    expect(&peer, "m40001000,2", "5500");
    expect(&peer, "M40001000,1:56", "OK");
    expect(&peer, "Qbulkhead.Space:spa", "OK");
    expect(&peer, "qqemu.PhyMemMode", "1");
    expect(&peer, "m80015000,2", "5600");
    expect(&peer, "m80014000,2", "3300");
    expect(&peer, "m40001000,2", "E14");
    expect(&peer, "Qqemu.PhyMemMode:0", "OK");
    expect(&peer, "qbulkhead.Space", "cur");
    expect(&peer, "m40001000,2", "5600");
    expect(&peer, "m40002000,2", "E14");
    g_autofree char *why = monitor(&peer, "why");
    cr_assert(strstr(why,
                     "memory cannot be read: 0x40002000 has no translation: the G-stage entry of "
                     "level 0 at 0x80035010 is 0x0: V = 0"),
              "%s", why);
    static const char *const bad[] = { "Qbulkhead.Space:",      "Qbulkhead.Space:gva",
                                       "Qbulkhead.Space:gva:",  "Qbulkhead.Space:gva:4000",
                                       "Qbulkhead.Space:cur:1", "Qbulkhead.Space:gpa:1x",
                                       "Qbulkhead.Space:s" };
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++)
        expect(&peer, bad[i], "E22");
    peer_leave(&peer);
    gdb_hub_free(hub);
    machine_free(m);
}

Test(gdb_guests, a_process_for_each_guest)
{
    Machine *m = make_machine(1);
    Hart *hart = &m->harts[0];
    GdbHub *hub = gdb_hub_new(m);
    Peer peer;
    join(&peer, hub, (GdbView){ GDB_VIEW_PARTITION, 0 });
    peer_ask(&peer, "qSupported:multiprocess+");
    /* Only what the debugger has is told. VMID 3 is process 5, VMID 5 process 7. */
    expect(&peer, "qfThreadInfo", "mp1.1");
    expect(&peer, "?", "T05thread:p1.1;");
    expect(&peer, "vAttach;7", "T05thread:p7.1;");
    expect(&peer, "qfThreadInfo", "mp1.1,p7.1");
    expect(&peer, "vAttach;4002", "E22");
    expect(&peer, "qAttached:7", "1");
    expect(&peer, "Tp7.1", "OK");
    expect(&peer, "Tp4002.1", "E22");
    expect(&peer, "p20", "0000000000000000"); /* has not been here */
    expect(&peer, "p5", "xxxxxxxxxxxxxxxx");
    expect(&peer, "P5=0000000000000000", "E22");
    /* A breakpoint is the process's. */
    expect(&peer, "Hgp7.0", "OK");
    expect(&peer, "Z0,40000000,4", "OK");
    cr_assert_str_eq(go(&peer, "vCont;c"), "T05thread:p7.1;");
    cr_assert(vmid_of(m) == 5 && hart->pc == 0x40000000);
    expect(&peer, "z0,40000000,4", "OK");
    /* A step of the guest over its call ends in the guest, and the other one does not disturb. */
    go(&peer, "vCont;s:p7.1");
    go(&peer, "vCont;s:p7.1");
    cr_assert_eq(hart->pc, 0x40000008);
    uint64_t t0 = hart->x[5];
    cr_assert_str_eq(go(&peer, "vCont;s:p7.1"), "T05thread:p7.1;");
    cr_assert(vmid_of(m) == 5 && hart->pc == 0x4000000c && hart->x[5] == t0 + 1);
    /* A step of the host's from here ends in the host: at its handler. */
    expect(&peer, "Hgp1.1", "OK");
    expect(&peer, "p20", "0800008000000000"); /* the mret that started the guest */
    expect(&peer, "p1062", "0300000000000000");
    expect(&peer, "p381", "xxxxxxxxxxxxxxxx"); /* mscratch may be anybody's */
    cr_assert_str_eq(go(&peer, "vCont;s:p1.1"), "T05thread:p1.1;");
    cr_assert(vmid_of(m) == 0 && hart->pc == 0x8000000c);
    /* The guest is shown as it left. */
    expect(&peer, "Hgp7.1", "OK");
    expect(&peer, "p20", "0800004000000000");
    expect(&peer, "p1063", "0500000000000000");
    expect(&peer, "qThreadExtraInfo,p7.1",
           "68617274302056532"
           "0564d49443d352c206c656674"); /* , left */
    rig_write64(m, 0x80015000, 0x55);
    expect(&peer, "m40001000,1", "55");
    expect(&peer, "P20=0000000000000000", "E22");
    g_autofree char *guests = monitor(&peer, "guests");
    cr_assert(strstr(guests, "hart 0: M; guests seen: 3, 5\n"), "%s", guests);
    /* One process after the other lets go; then the machine runs. */
    expect(&peer, "D;7", "OK");
    cr_assert(m->paused);
    expect(&peer, "D;1", "OK");
    cr_assert(!m->paused);
    peer_leave(&peer);
    gdb_hub_free(hub);
    machine_free(m);
}

Test(gdb_guests, a_port_for_one_guest)
{
    Machine *m = make_machine(2);
    GdbHub *hub = gdb_hub_new(m);
    Peer all, guest;
    join(&all, hub, (GdbView){ 0 });
    join(&guest, hub, (GdbView){ GDB_VIEW_GUEST, 3 });
    cr_assert(m->paused);
    expect(&guest, "qfThreadInfo", "m1,2");
    expect(&guest, "qThreadExtraInfo,1",
           "686172743020686173206e6f74206265656e2068657265"); /* has not been here */
    expect(&guest, "Z0,40000008,4", "OK");
    /* It runs when both let it, and only the one whose breakpoint it was is told. */
    cr_assert_null(peer_ask(&guest, "c"));
    cr_assert(m->paused);
    expect(&all, "Z0,80000004,4", "OK");
    cr_assert_str_eq(go(&all, "vCont;c"), "T05thread:1;");
    cr_assert_str_eq(guest.out->str, "");
    expect(&all, "z0,80000004,4", "OK");
    cr_assert_null(peer_ask(&all, "c"));
    cr_assert_str_eq(peer_wait(&guest), "T05thread:1;");
    cr_assert_eq(vmid_of(m), 3);
    cr_assert_str_eq(all.out->str, "");
    /* Ctrl-C of one while the other holds the machine. */
    gdb_session_receive(all.session, (const uint8_t *)"\003", 1);
    cr_assert_str_eq(all.out->str, "$T02thread:1;#d4");
    cr_assert_null(peer_ask(&guest, "vCont;c"));
    cr_assert(m->paused);
    /* A debugger that goes takes its breakpoints, and does not hold the machine. */
    peer_leave(&guest);
    cr_assert_null(m->harts[0].breakpoints);
    cr_assert_null(peer_ask(&all, "c"));
    cr_assert(!m->paused);
    peer_leave(&all);
    cr_assert_null(m->harts[0].worlds);
    gdb_hub_free(hub);
    machine_free(m);
}

Test(gdb_guests, both_debuggers_step)
{
    Machine *m = make_machine(2);
    GdbHub *hub = gdb_hub_new(m);
    Peer one, other;
    join(&one, hub, (GdbView){ 0 });
    join(&other, hub, (GdbView){ 0 });
    cr_assert_null(peer_ask(&one, "vCont;s:1"));
    cr_assert_null(peer_ask(&other, "vCont;s:2"));
    cr_assert_str_eq(one.out->str, "");
    /* Harts that one wants to wait do wait: nobody moves, until Ctrl-C. */
    gdb_session_receive(other.session, (const uint8_t *)"\003", 1);
    cr_assert(g_str_has_prefix(other.out->str, "$T02"));
    cr_assert_null(peer_ask(&other, "c"));
    cr_assert_str_eq(peer_wait(&one), "T05thread:1;");
    cr_assert(m->harts[0].pc == 0x80000004 && m->harts[1].pc == 0x80000000);
    peer_leave(&one);
    peer_leave(&other);
    gdb_hub_free(hub);
    machine_free(m);
}

/* Stepping may keep interrupts and timers off, as QEMU does. */
Test(gdb_guests, steps_with_interrupts_and_without)
{
    Machine *m = make_machine(1);
    Hart *hart = &m->harts[0];
    GdbHub *hub = gdb_hub_new(m);
    Peer peer;
    join(&peer, hub, (GdbView){ 0 });
    expect(&peer, "qqemu.sstepbits", "ENABLE=1,NOIRQ=2,NOTIMER=4");
    expect(&peer, "qqemu.sstep", "0x1");
    static const char *const bad[] = { "Qqemu.sstep=", "Qqemu.sstep=8", "Qqemu.sstep=0x",
                                       "Qqemu.sstep=1z" };
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++)
        expect(&peer, bad[i], "E22");
    csr_write(hart, CSR_mie, BIT(IRQ_MSI));
    csr_write(hart, CSR_mstatus, MSTATUS_MIE);
    hart_set_irq(hart, IRQ_MSI, true);
    expect(&peer, "Qqemu.sstep=0x3", "OK");
    expect(&peer, "qqemu.sstep", "0x3");
    go(&peer, "s");
    cr_assert_eq(hart->pc, 0x80000004);
    expect(&peer, "Qqemu.sstep=1", "OK");
    go(&peer, "s");
    cr_assert_eq(hart->pc, 0x8000000c);
    cr_assert_eq(hart->csr.mcause, CAUSE_INTERRUPT | IRQ_MSI);
    /* Timers that are due wait for the machine to go on. */
    hart->stimer.deadline = 0;
    csr_write(hart, CSR_stimecmp, 0);
    expect(&peer, "Qqemu.sstep=7", "OK");
    for (unsigned i = 0; i < 3; i++)
        go(&peer, "s");
    cr_assert_eq(hart->pc, 0x80000018);
    cr_assert_not(m->restraint.timers_off);
    peer_leave(&peer);
    gdb_hub_free(hub);
    machine_free(m);
}

Test(gdb_guests, memory_is_searched_and_summed)
{
    Machine *m = make_machine(1);
    GdbHub *hub = gdb_hub_new(m);
    Peer peer;
    join(&peer, hub, (GdbView){ 0 });
    /* Across the border of what is looked at in one piece. */
    expect(&peer, "M8020fffe,4:61626364", "OK");
    expect(&peer, "qSearch:memory:80200000;20000;abcd", "1,8020fffe");
    expect(&peer, "qSearch:memory:80200000;10002;abcd", "1,8020fffe");
    expect(&peer, "qSearch:memory:80200000;10001;abcd", "0");
    expect(&peer, "qSearch:memory:8020ffff;100;abcd", "0");
    expect(&peer, "qSearch:memory:80200000;2;abcd", "0");
    expect(&peer, "qSearch:memory:80fffff0;20;zz", "E14");
    expect(&peer, "qSearch:memory:0;10;a", "E14");
    expect(&peer, "qSearch:memory:80200000;40000001;a", "E22");
    expect(&peer, "qSearch:memory:80200000;10;", "E22");
    expect(&peer, "qSearch:memory:80200000,10,a", "E22");
    /* The check value of this CRC for "123456789". */
    expect(&peer, "M80200000,9:313233343536373839", "OK");
    expect(&peer, "qCRC:80200000,9", "C376e6e7");
    expect(&peer, "qCRC:80200000,0", "Cffffffff");
    expect(&peer, "qCRC:80fffff0,20", "E14");
    expect(&peer, "qCRC:80200000,40000001", "E22");
    expect(&peer, "qCRC:80200000", "E22");
    peer_leave(&peer);
    gdb_hub_free(hub);
    machine_free(m);
}

Test(gdb_guests, an_interrupt_may_come_in_a_packet)
{
    Machine *m = make_machine(1);
    GdbHub *hub = gdb_hub_new(m);
    Peer peer;
    join(&peer, hub, (GdbView){ 0 });
    expect(&peer, "vCtrlC", "OK");
    cr_assert_null(peer_ask(&peer, "c"));
    expect(&peer, "vCtrlC", "T02thread:1;");
    cr_assert(g_str_has_prefix(peer.out->str, "$OK#9a$T02"));
    cr_assert(m->paused);
    peer_leave(&peer);
    gdb_hub_free(hub);
    machine_free(m);
}

/* Backwards. */

typedef struct {
    Machine *machine;
    TravelEnd end;
} Traveller;

static TravelEnd step_back(void *opaque, unsigned hart, uint64_t count)
{
    Traveller *traveller = opaque;
    traveller->machine->harts[hart].pc -= 4 * count;
    return traveller->end;
}

static TravelEnd run_back(void *opaque, unsigned *hart)
{
    Traveller *traveller = opaque;
    *hart = 1;
    if (traveller->end == TRAVEL_AT_POINT)
        traveller->machine->harts[1].watch_hit =
            (Watchpoint){ 0x80001000, 0x80001007, WATCHED_WRITE, { 0 } };
    return traveller->end;
}

Test(gdb_guests, going_back_is_offered_when_somebody_can)
{
    Machine *m = make_machine(2);
    GdbHub *hub = gdb_hub_new(m);
    Traveller traveller = { m, TRAVEL_ARRIVED };
    const TimeTravel travel = { step_back, run_back, &traveller };
    Peer peer;
    join(&peer, hub, (GdbView){ 0 });
    cr_assert_null(strstr(peer_ask(&peer, "qSupported"), "Reverse"));
    expect(&peer, "bs", "");
    expect(&peer, "bc", "");
    m->time_travel = &travel;
    cr_assert(strstr(peer_ask(&peer, "qSupported"), ";ReverseStep+;ReverseContinue+"));
    m->harts[0].pc = 0x80000004;
    expect(&peer, "bs", "T05thread:1;");
    expect(&peer, "p20", "0000008000000000");
    traveller.end = TRAVEL_AT_POINT;
    expect(&peer, "bc", "T05watch:80001000;thread:2;");
    traveller.end = TRAVEL_AT_START;
    expect(&peer, "bc", "T05replaylog:begin;thread:2;");
    traveller.end = TRAVEL_CANCELLED;
    expect(&peer, "bc", "T02thread:2;");
    peer_leave(&peer);
    gdb_hub_free(hub);
    machine_free(m);
}
