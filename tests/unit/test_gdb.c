/* SPDX-License-Identifier: MIT */
/* test_gdb.c - the debugger's packets, by bytes in and bytes out; sockets only at the end, on loopback. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/base/error.h"
#include "emu/gdb/hub.h"
#include "emu/gdb/session.h"
#include "tests/lib/gdb_peer.h"
#include "tests/lib/machine_rig.h"

enum {
    NOP = 0x13,
    INC_T0 = 0x00128293,
    SELF = 0x0000006f,
    BACK_4 = 0xffdff06f,
    BACK_8 = 0xff9ff06f
};
enum { ECALL = 0x73, MRET = 0x30200073, WFI = 0x10500073 };

static void peer_open(Peer *peer, unsigned n_harts, const uint32_t *code, size_t count)
{
    peer_join(peer, gdb_hub_new(rig_new(n_harts, NULL, code, count)), (GdbView){ 0 });
}

static void peer_close(Peer *peer)
{
    GdbHub *hub = peer->session->hub;
    Machine *machine = peer->machine;
    peer_leave(peer);
    gdb_hub_free(hub);
    machine_free(machine);
}

typedef struct {
    const char *packet, *reply;
} Exchange;

static void check(Peer *peer, const Exchange *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *reply = peer_ask(peer, list[i].packet);
        cr_assert(reply, "%s: no reply", list[i].packet);
        cr_assert_str_eq(reply, list[i].reply, "%s: %s, not %s", list[i].packet, reply,
                         list[i].reply);
    }
}

#define CHECK(peer, ...)                           \
    do {                                           \
        const Exchange list_[] = { __VA_ARGS__ };  \
        check((peer), list_, G_N_ELEMENTS(list_)); \
    } while (0)

/* Sends a packet that lets the machine go, and returns the stop reply. */
static const char *go(Peer *peer, const char *payload)
{
    cr_assert_null(peer_ask(peer, payload), "%s: answered before it stopped", payload);
    return peer_wait(peer);
}

Test(gdb, frames_are_acknowledged_checked_and_sent_again)
{
    Peer peer;
    const uint32_t code[] = { NOP };
    peer_open(&peer, 1, code, 1);
    static const struct {
        const char *in, *out;
    } list[] = {
        { "$qC#b4", "+$QC1#c5" },
        { "-", "$QC1#c5" },            /* not understood: the same again */
        { "+", "" },                   /* our reply was understood */
        { "$qC#b5", "-" },             /* wrong sum */
        { "$qC#zz", "-" },             /* no sum at all */
        { "noise$qC#b4", "+$QC1#c5" }, /* bytes between packets mean nothing */
        { "$g$qC#b4", "+$QC1#c5" },    /* a new start */
        { "\003", "" },                /* it has stopped already */
        { "$QStartNoAckMode#b0", "+$OK#9a" },
        { "$qC#b4", "$QC1#c5" },
        { "-", "" },
        { "$qC#b5", "-" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(list); i++) {
        peer_feed(&peer, list[i].in, strlen(list[i].in));
        cr_assert_str_eq(peer.out->str, list[i].out, "%zu: %s", i, peer.out->str);
    }
    peer_close(&peer);
}

Test(gdb, a_packet_longer_than_promised_is_refused_and_the_next_one_heard)
{
    Peer peer;
    const uint32_t code[] = { NOP };
    peer_open(&peer, 1, code, 1);
    g_autoptr(GString) big = g_string_new("X80000000,4000:"), frame = g_string_new(NULL);
    while (big->len < 3 * GDB_PACKET_SIZE)
        g_string_append_c(big, 'a');
    gdb_frame(frame, big->str, big->len);
    peer_feed(&peer, frame->str, frame->len);
    cr_assert_str_eq(peer.out->str, "-");
    CHECK(&peer, { "qC", "QC1" });
    /* As long as promised is not too long. */
    g_string_truncate(big, GDB_PACKET_SIZE);
    CHECK(&peer, { big->str, "E22" });
    peer_close(&peer);
}

Test(gdb, handshake_offers_what_there_is_and_unknown_packets_get_the_empty_reply)
{
    Peer peer;
    const uint32_t code[] = { NOP };
    peer_open(&peer, 2, code, 1);
    const char *offer = peer_ask(&peer, "qSupported:multiprocess+;swbreak+;xmlRegisters=i386");
    cr_assert(g_str_has_prefix(offer, "PacketSize=4000;"));
    cr_assert(strstr(offer, ";qXfer:features:read+;") && strstr(offer, "multiprocess+"));
    /* With a memory map gdb would not even ask for what is outside. */
    cr_assert_null(strstr(offer, "memory-map"));
    CHECK(&peer, { "vMustReplyEmpty", "" }, { "qOffsets", "" }, { "vFlashDone", "" }, { "", "" },
          { "!", "OK" }, { "?", "T05thread:p1.1;" }, { "qC", "QCp1.1" },
          { "qfThreadInfo", "mp1.1,p1.2" }, { "qsThreadInfo", "l" }, { "Tp1.2", "OK" },
          { "Tp1.3", "E22" }, { "Tp2.1", "E22" }, { "qAttached:1", "1" },
          { "qThreadExtraInfo,p1.2", "6861727431204d" });
    CHECK(&peer,
          { "qSupported", "PacketSize=4000;QStartNoAckMode+;qXfer:features:read+;"
                          "qXfer:threads:read+;vContSupported+;binary-upload+;QNonStop+" },
          { "qfThreadInfo", "m1,2" }, { "Hg2", "OK" }, { "qC", "QC2" }, { "Hg3", "E22" },
          { "Hg", "E22" }, { "Hc-1", "OK" }, { "Hg0", "OK" }, { "qC", "QC2" });
    const char *threads = peer_ask(&peer, "qXfer:threads:read::0,1000");
    cr_assert(threads[0] == 'l' && strstr(threads, "id=\"2\" core=\"1\" name=\"hart1\""));
    peer_close(&peer);
}

Test(gdb, description_names_every_register_and_no_operating_system)
{
    Peer peer;
    const uint32_t code[] = { NOP };
    peer_open(&peer, 1, code, 1);
    g_autoptr(GString) xml = g_string_new(NULL);
    for (bool more = true; more;) {
        g_autofree char *packet =
            g_strdup_printf("qXfer:features:read:target.xml:%zx,3fb", xml->len);
        const char *piece = peer_ask(&peer, packet);
        cr_assert(piece[0] == 'm' || piece[0] == 'l');
        g_string_append(xml, piece + 1);
        more = piece[0] == 'm';
    }
    static const char *const parts[] = {
        "<architecture>riscv:rv64</architecture>",
        "<osabi>none</osabi>",
        "\"org.gnu.gdb.riscv.cpu\"",
        "\"org.gnu.gdb.riscv.fpu\"",
        "\"org.gnu.gdb.riscv.csr\"",
        "name=\"pc\" bitsize=\"64\" regnum=\"32\"",
        "name=\"fa0\" bitsize=\"64\" regnum=\"43\"",
        "name=\"mstatus\" bitsize=\"64\" regnum=\"833\"",
        "name=\"pmpaddr15\" bitsize=\"64\" regnum=\"1024\"",
        "name=\"priv\" bitsize=\"64\" regnum=\"4161\"",
        "name=\"hgatp\" bitsize=\"64\" regnum=\"1729\" save-restore=\"no\" type=\"hgatp_fields\"",
        "name=\"vsatp\"",
        "<field name=\"VMID\" start=\"44\" end=\"57\" type=\"uint64\"/>",
        "<field name=\"MODE\" start=\"60\" end=\"63\" type=\"gatp_mode_values\"/>",
        "<evalue name=\"Sv39x4\" value=\"8\"/>",
        "\"org.bulkhead.hart\"",
        "<evalue name=\"VS\" value=\"5\"/>",
        "name=\"mode\" bitsize=\"64\" regnum=\"4194\" type=\"mode_values\"",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        cr_assert(strstr(xml->str, parts[i]), "no %s", parts[i]);
    CHECK(&peer, { "qXfer:features:read:target.xml:ffffff,10", "E22" },
          { "qXfer:features:read:target.xml:0", "E22" },
          { "qXfer:features:read:../../secret:0,10", "" });
    peer_close(&peer);
}

Test(gdb, registers_are_read_and_written_as_their_rules_say)
{
    Peer peer;
    const uint32_t code[] = { NOP };
    peer_open(&peer, 2, code, 1);
    CHECK(&peer, { "P5=8877665544332211", "OK" }, { "p5", "8877665544332211" },
          { "P0=0100000000000000", "OK" }, { "p0", "0000000000000000" }, /* x0 stays zero */
          { "p20", "0000008000000000" }, { "P20=0300008000000000", "OK" },
          { "p20", "0200008000000000" },                                   /* pc is even */
          { "P21=000000000000f03f", "OK" }, { "p21", "000000000000f03f" }, /* ft0 */
          { "p341", "000000000a000000" } /* 0x341 - 65: mstatus */);
    /* CSRs by 65 + number. mscratch 0x340, mepc 0x341 (bit 0 reads zero), satp 0x180 with a reserved mode. */
    CHECK(&peer, { "P381=efcdab8967452301", "OK" }, { "p381", "efcdab8967452301" },
          { "P382=0f00000000000000", "OK" }, { "p382", "0e00000000000000" },
          { "P1c1=0000000000000010", "OK" }, { "p1c1", "0000000000000000" },
          { "Pb41=1000000000000000", "OK" }, { "pb41", "1000000000000000" }, /* mcycle */
          { "Pf55=0000000000000000", "E22" },                                /* mhartid */
          { "pff0", "E22" }, { "p1042", "E22" }, { "pffffffffffffffff", "E22" }, { "p", "E22" },
          { "pzz", "E22" }, { "p5junk", "E22" });
    CHECK(&peer, { "P5=11", "E22" }, { "P5=112233445566778899", "E22" }, { "P5", "E22" },
          { "P5=112233445566778z", "E22" }, { "p5", "8877665544332211" });
    /* Bit 2 of the privilege is V. Then mode, VMID, instructions and cycles, which only show. */
    CHECK(&peer, { "p1041", "0300000000000000" }, { "P1041=0200000000000000", "E22" },
          { "P1041=0700000000000000", "E22" }, { "P1041=0800000000000000", "E22" },
          { "P1041=0500000000000000", "OK" }, { "p1041", "0500000000000000" },
          { "P1041=0100000000000000", "OK" }, { "p1041", "0100000000000000" },
          { "p1062", "0100000000000000" }, { "P1062=0300000000000000", "E22" },
          { "P6c1=0010040000700080", "OK" }, { "p1063", "0700000000000000" },
          { "P6c1=0000000000000000", "OK" }, { "p1064", "0000000000000000" },
          { "p1065", "0000000000000000" }, { "p1066", "E22" }, { "p1061", "E22" });
    /* Each hart has its own. */
    CHECK(&peer, { "Hg2", "OK" }, { "p5", "0000000000000000" }, { "p1041", "0300000000000000" },
          { "pf55", "0100000000000000" });
    g_autofree char *all = g_strdup(peer_ask(&peer, "g"));
    cr_assert_eq(strlen(all), 33 * 16);
    all[16 * 10 + 1] = '7';
    g_autofree char *packet = g_strconcat("G", all, NULL);
    CHECK(&peer, { packet, "OK" }, { "pa", "0700000000000000" }, { "g", all }, { "G00", "E22" });
    peer_close(&peer);
}

Test(gdb, memory_is_read_as_far_as_there_is_some_and_written_whole_or_not)
{
    Peer peer;
    const uint32_t code[] = { NOP };
    peer_open(&peer, 1, code, 1);
    CHECK(&peer, { "M80001000,4:01020304", "OK" }, { "m80001000,5", "0102030400" },
          { "m80001000,0", "" }, { "M80001000,0:", "OK" }, { "X80001000,0:", "OK" },
          { "x80001000,2", "b\001\002" }, { "m80fffffe,8", "0000" }, /* the end of RAM */
          { "m81000000,1", "E14" },                                  /* after it */
          { "m10000000,1", "E14" }, /* a device: looking would change it */
          { "M80fffffe,4:01020304", "E14" }, { "m80fffffe,2", "0000" },
          { "M1000,1:00", "E14" } /* ROM */);
    CHECK(&peer, { "m80000000", "E22" }, { "m,4", "E22" }, { "m80000000,zz", "E22" },
          { "m80000000,4x", "E22" }, { "m80000000,ffffffffffffffff", "E22" },
          { "m80000000,2001", "E22" }, { "m123456789abcdef01,4", "E22" },
          { "mffffffffffffffff,8", "E14" }, { "M80000000,4:0102", "E22" },
          { "M80000000,2:010203", "E22" }, { "M80000000,1:0g", "E22" },
          { "M80000000,ffffffff:00", "E22" }, { "X80000000,5:abc", "E22" });
    /* All the bytes that framing uses, there and back. */
    const char binary[] = "X80001000,4:}\003}\004}]}\n";
    cr_assert_str_eq(peer_ask_bytes(&peer, binary, sizeof binary - 1), "OK");
    CHECK(&peer, { "m80001000,4", "23247d2a" }, { "x80001000,4", "b}\003}\004}]}\n" });
    peer_close(&peer);
}

Test(gdb, memory_is_seen_as_the_selected_hart_sees_it_and_looking_changes_nothing)
{
    Peer peer;
    const uint32_t code[] = { NOP };
    peer_open(&peer, 2, code, 1);
    Machine *m = peer.machine;
    /* Sv39: one gigabyte page, virtual 0x4000_0000 to physical 0x8000_0000, V R W X, A and D clear. */
    rig_write64(m, 0x80002008, 0x80000000ull >> 2 | 0xf);
    rig_write64(m, 0x80003000, 0x1122334455667788);
    /* PMP entry 0: everything. */
    CHECK(&peer, { "P3f1=ffffffffffffffff", "OK" }, { "P3e1=1f00000000000000", "OK" });
    CHECK(&peer, { "P1c1=0200080000000080", "OK" }, { "m40003000,8", "E14" }, /* M-mode: physical */
          { "P1041=0100000000000000", "OK" }, { "m40003000,8", "8877665544332211" },
          { "m80003000,8", "E14" }, { "M40003000,1:99", "OK" }, { "m40003000,1", "99" },
          { "qqemu.PhyMemMode", "0" }, { "Qqemu.PhyMemMode:1", "OK" }, { "qqemu.PhyMemMode", "1" },
          { "m80003000,1", "99" }, { "m40003000,1", "E14" }, { "Qqemu.PhyMemMode:0", "OK" },
          { "Qqemu.PhyMemMode:", "E22" }, { "Hg2", "OK" }, { "m80003000,1", "99" });
    cr_assert_eq(rig_read64(m, 0x80002008), 0x80000000ull >> 2 | 0xf);
    const Mmu *mmu = &m->harts[0].mmu;
    cr_assert_eq(mmu->store->n_fresh, 0, "the store never held a translation");
    cr_assert_eq(bank_entry(mmu->data, 0x40003000)->read_tag, TAG_NONE);
    cr_assert_eq(bank_entry(mmu->data, 0x40003000)->write_tag, TAG_NONE);
    peer_close(&peer);
}

Test(gdb, a_step_goes_over_a_trap_into_its_handler_and_back)
{
    Peer peer;
    const uint32_t code[] = { ECALL, INC_T0, SELF, MRET };
    peer_open(&peer, 1, code, G_N_ELEMENTS(code));
    CHECK(&peer, { "P346=0c00008000000000", "OK" }); /* mtvec: the mret */
    cr_assert_str_eq(go(&peer, "s"), "T05thread:1;");
    CHECK(&peer, { "p20", "0c00008000000000" }, { "p383", "0b00000000000000" },
          { "P382=0400008000000000", "OK" }, { "P341=0018000000000000", "OK" });
    cr_assert_str_eq(go(&peer, "vCont;s:1"), "T05thread:1;");
    CHECK(&peer, { "p20", "0400008000000000" }, { "p5", "0000000000000000" });
    cr_assert_str_eq(go(&peer, "s"), "T05thread:1;");
    CHECK(&peer, { "p20", "0800008000000000" }, { "p5", "0100000000000000" });
    /* From another place, and a WFI that nothing would wake. */
    CHECK(&peer, { "M80000008,4:73005010", "OK" });
    cr_assert_str_eq(go(&peer, "s80000008"), "T05thread:1;");
    CHECK(&peer, { "M8000000c,4:93821200", "OK" });
    cr_assert_str_eq(go(&peer, "s"), "T05thread:1;");
    CHECK(&peer, { "p5", "0200000000000000" });
    peer_close(&peer);
}

Test(gdb, breakpoints_stop_before_the_instruction_and_are_not_in_memory)
{
    Peer peer;
    const uint32_t code[] = { NOP, INC_T0, BACK_4 };
    peer_open(&peer, 1, code, G_N_ELEMENTS(code));
    CHECK(&peer, { "Z1,80000004,1", "OK" }, { "Z1,80000004,1", "OK" },
          { "m80000004,4", "93821200" });
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_str_eq(go(&peer, i & 1 ? "C05" : "c"), "T05thread:1;");
        cr_assert_eq(peer.machine->harts[0].pc, 0x80000004);
        cr_assert_eq(peer.machine->harts[0].x[5], i);
    }
    /* Setting pc to a breakpoint does not skip it. */
    CHECK(&peer, { "P20=0000008000000000", "OK" }, { "P20=0400008000000000", "OK" });
    cr_assert_str_eq(go(&peer, "vCont;c"), "T05thread:1;");
    cr_assert_eq(peer.machine->harts[0].x[5], 2);
    /* Two kinds at one place are two breakpoints. */
    CHECK(&peer, { "Z0,80000004,4", "OK" }, { "z1,80000004,1", "OK" });
    cr_assert_str_eq(go(&peer, "c"), "T05thread:1;");
    cr_assert_eq(peer.machine->harts[0].x[5], 3);
    CHECK(&peer, { "z0,80000004,4", "OK" }, { "z0,80000004,4", "OK" });
    cr_assert_null(peer.machine->harts[0].breakpoints);
    CHECK(&peer, { "Z0,80000004", "E22" }, { "Z0,zz,4", "E22" }, { "Z9,80000004,4", "E22" },
          { "Z0", "E22" }, { "Z", "E22" }, { "Z0,80000004,4,5", "E22" });
    for (unsigned i = 0; i < 2000; i++) {
        g_autofree char *packet = g_strdup_printf("Z0,%x,4", 0x80000000 + 4 * i);
        peer_ask(&peer, packet);
    }
    gdb_session_close(peer.session);
    cr_assert_null(peer.machine->harts[0].breakpoints);
    peer_close(&peer);
}

/* A watchpoint stops before the instruction that would touch it, as debuggers expect of RISC-V, with the address. */
Test(gdb, watchpoints_stop_before_the_access)
{
    enum { SD = 0x0055b023, LD = 0x0005b303, LB_7 = 0x00758303, AMOSWAP = 0x0856332f };
    Peer peer;
    const uint32_t code[] = { SD, LD, LB_7, AMOSWAP, NOP, NOP }; /* the AMO is elsewhere */
    static const struct {
        const char *point, *remove, *stop;
        uint64_t pc;
    } cases[] = {
        { "Z2,80000100,8", "z2,80000100,8", "T05watch:80000100;thread:1;", 0x80000000 },
        { "Z3,80000100,8", "z3,80000100,8", "T05rwatch:80000100;thread:1;", 0x80000004 },
        { "Z4,80000100,8", "z4,80000100,8", "T05awatch:80000100;thread:1;", 0x80000000 },
        { "Z3,80000107,1", "z3,80000107,1", "T05rwatch:80000107;thread:1;", 0x80000004 },
        { "Z3,80000200,8", "z3,80000200,8", "T05rwatch:80000200;thread:1;", 0x8000000c },
        { "Z2,80000104,2", "z2,80000104,2", "T05watch:80000104;thread:1;", 0x80000000 },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        peer_open(&peer, 1, code, G_N_ELEMENTS(code));
        const Hart *hart = &peer.machine->harts[0];
        CHECK(&peer, { cases[i].point, "OK" }, { "Pb=0001008000000000", "OK" },
              { "Pc=0002008000000000", "OK" });
        cr_assert_str_eq(go(&peer, "c"), cases[i].stop, "case %u", i);
        cr_assert_eq(hart->pc, cases[i].pc, "case %u", i);
        cr_assert_eq(hart_retired(hart), (cases[i].pc - 0x80000000) / 4, "case %u", i);
        CHECK(&peer, { "?", cases[i].stop });
        /* Going on does the access, with the point still there or without. */
        if (i & 1)
            CHECK(&peer, { cases[i].remove, "OK" });
        cr_assert_eq(!hart->breakpoints, i & 1);
        cr_assert_str_eq(go(&peer, "s"), "T05thread:1;");
        cr_assert_eq(hart->pc, cases[i].pc + 4, "case %u", i);
        peer_close(&peer);
    }
    peer_open(&peer, 1, code, G_N_ELEMENTS(code));
    CHECK(&peer, { "Z2,80000100,0", "E22" }, { "Z5,80000100,8", "E22" });
    /* A step that would touch it does not; the next one does. */
    CHECK(&peer, { "Z2,80000100,8", "OK" }, { "Pb=0001008000000000", "OK" },
          { "P5=7700000000000000", "OK" });
    cr_assert_str_eq(go(&peer, "s"), "T05watch:80000100;thread:1;");
    CHECK(&peer, { "p20", "0000008000000000" }, { "m80000100,1", "00" });
    cr_assert_str_eq(go(&peer, "s"), "T05thread:1;");
    CHECK(&peer, { "p20", "0400008000000000" }, { "m80000100,1", "77" });
    /* And so it is the next time round. */
    CHECK(&peer, { "P20=0000008000000000", "OK" });
    cr_assert_str_eq(go(&peer, "c"), "T05watch:80000100;thread:1;");
    cr_assert_str_eq(go(&peer, "vCont;s:1"), "T05thread:1;");
    peer_close(&peer);
}

Test(gdb, instructions_written_by_the_debugger_are_the_ones_that_run)
{
    Peer peer;
    const uint32_t code[] = { INC_T0, BACK_4 };
    peer_open(&peer, 1, code, G_N_ELEMENTS(code));
    for (unsigned i = 0; i < 4; i++)
        go(&peer, "s");
    CHECK(&peer, { "p5", "0200000000000000" }, { "M80000000,4:93822200", "OK" }); /* by 2 */
    go(&peer, "s");
    CHECK(&peer, { "p5", "0400000000000000" });
    peer_close(&peer);
}

Test(gdb, each_hart_does_what_its_action_says)
{
    Peer peer;
    const uint32_t code[] = { INC_T0, INC_T0, INC_T0, INC_T0, BACK_8 };
    peer_open(&peer, 2, code, G_N_ELEMENTS(code));
    const Hart *harts = peer.machine->harts;
    CHECK(&peer, { "vCont?", "vCont;c;C;s;S;t;r" }, { "vCont", "E22" }, { "vCont;", "E22" },
          { "vCont;q", "E22" }, { "vCont;s:9", "E22" }, { "vCont;s:", "E22" }, { "vCont;C", "E22" },
          { "vCont;r5", "E22" }, { "vCont;r80000010,80000000", "E22" }, { "vCont;t", "E22" },
          { "vCont;s:1;", "E22" }, { "vCont;sx", "E22" });
    cr_assert_str_eq(go(&peer, "vCont;s:2"), "T05thread:2;");
    cr_assert(harts[0].x[5] == 0 && harts[1].x[5] == 1);
    cr_assert_str_eq(go(&peer, "vCont;S05:1;t"), "T05thread:1;");
    cr_assert(harts[0].x[5] == 1 && harts[1].x[5] == 1);
    /* The leftmost that matches counts; the others run on while one steps. */
    cr_assert_str_eq(go(&peer, "vCont;s:2;c:2;c"), "T05thread:2;");
    cr_assert(harts[0].x[5] > 1 && harts[1].x[5] == 2);
    /* Until pc leaves the range; a breakpoint inside ends it sooner. */
    CHECK(&peer, { "Hg2", "OK" }, { "P20=0000008000000000", "OK" },
          { "P5=0000000000000000", "OK" });
    cr_assert_str_eq(go(&peer, "vCont;r80000000,8000000c:2"), "T05thread:2;");
    cr_assert(harts[1].pc == 0x8000000c && harts[1].x[5] == 3);
    CHECK(&peer, { "P20=0000008000000000", "OK" }, { "Z0,80000008,4", "OK" });
    cr_assert_str_eq(go(&peer, "vCont;r80000000,8000000c:2"), "T05thread:2;");
    cr_assert_eq(harts[1].pc, 0x80000008);
    peer_close(&peer);
}

static uint64_t run_and_hash(const char *const *packets, size_t count)
{
    Peer peer;
    const uint32_t code[] = { INC_T0, INC_T0, BACK_4 };
    peer_open(&peer, 2, code, G_N_ELEMENTS(code));
    for (size_t i = 0; i < count; i++)
        go(&peer, packets[i]);
    peer_ask(&peer, "D");
    gdb_session_close(peer.session);
    peer.machine->config.max_insns = 50000;
    machine_run(peer.machine);
    uint64_t hash = machine_state_hash(peer.machine);
    peer_close(&peer);
    return hash;
}

Test(gdb, stops_do_not_change_the_run)
{
    static const char *const steps[] = { "vCont;s:1;c", "vCont;s:1;c", "s", "vCont;s:2;c", "s" };
    cr_assert_eq(run_and_hash(steps, G_N_ELEMENTS(steps)), run_and_hash(NULL, 0));
}

Test(gdb, ctrl_c_stops_detach_lets_go_kill_ends_and_the_end_is_told)
{
    Peer peer;
    const uint32_t code[] = { SELF };
    peer_open(&peer, 1, code, 1);
    Machine *m = peer.machine;
    cr_assert(m->paused && m->config.live_input);
    cr_assert_null(peer_ask(&peer, "c"));
    cr_assert(!m->paused);
    peer_feed(&peer, "\003", 1);
    cr_assert_str_eq(peer.out->str, "$T02thread:1;#d4");
    cr_assert(m->paused);
    CHECK(&peer, { "vAttach;1", "T02thread:1;" }, { "vAttach;2", "E22" }, { "D;2", "E22" },
          { "vKill;2", "E22" }, { "D;1", "OK" });
    cr_assert(!m->paused);
    CHECK(&peer, { "?", "T02thread:1;" }, { "vKill;1", "OK" });
    cr_assert_eq(m->stop, STOP_QUIT);
    m->stop = STOP_NONE;
    cr_assert_null(peer_ask(&peer, "k"));
    cr_assert_eq(m->stop, STOP_QUIT);
    g_string_truncate(peer.out, 0);
    gdb_session_exited(peer.session, 3); /* nobody waits */
    cr_assert_str_eq(peer.out->str, "");
    peer_ask(&peer, "c");
    gdb_session_exited(peer.session, 3);
    cr_assert(strstr(peer.out->str, "$W03#"));
    gdb_session_close(peer.session);
    cr_assert(!m->config.live_input);
    peer_close(&peer);
}

/* What `monitor line` prints. */
static char *monitor(Peer *peer, const char *line)
{
    g_autoptr(GString) packet = g_string_new("qRcmd,"), frame = g_string_new(NULL);
    GString *text = g_string_new(NULL);
    gdb_append_hex(packet, line, strlen(line));
    gdb_frame(frame, packet->str, packet->len);
    peer_feed(peer, frame->str, frame->len);
    for (size_t at = 1;;) {
        g_autoptr(GString) reply = peer_take_frame(peer->out, &at, '$');
        if (at == peer->out->len) {
            cr_assert_str_eq(reply->str, "OK");
            return g_string_free(text, FALSE);
        }
        cr_assert_eq(reply->str[0], 'O');
        GdbText hex = { reply->str + 1, reply->str + reply->len };
        for (char c; gdb_take_bytes(&hex, &c, 1);)
            g_string_append_c(text, c);
    }
}

Test(gdb, monitor_words_print_and_reset_stays_stopped)
{
    Peer peer;
    const uint32_t code[] = { INC_T0, INC_T0, SELF };
    peer_open(&peer, 1, code, G_N_ELEMENTS(code));
    go(&peer, "s");
    g_autofree char *help = monitor(&peer, "help"), *bad = monitor(&peer, "explode\xff now");
    g_autofree char *regs = monitor(&peer, "  info   registers ");
    g_autofree char *csr = monitor(&peer, "csr hgatp"), *misspelt = monitor(&peer, "csr mstats");
    g_autofree char *csrs = monitor(&peer, "csr"), *extra = monitor(&peer, "halt now");
    cr_assert(strstr(csr, "hgatp (0x680) = 0x0000000000000000") && strstr(csr, "MODE       Bare"));
    cr_assert(strstr(misspelt, "did you mean 'mstatus'?") && strstr(csrs, "0x680  hgatp"));
    cr_assert_str_eq(extra, "'halt' takes no arguments\n");
    cr_assert(strstr(help, "info registers") && strstr(bad, "unknown command 'explode"));
    cr_assert(strstr(regs, "x5/t0    0000000000000001") && strstr(regs, "mstatus"));
    g_free(monitor(&peer, "reset halt"));
    cr_assert(peer.machine->paused);
    CHECK(&peer, { "p20", "0000008000000000" }, { "p5", "0000000000000000" }, { "qRcmd,zz", "E22" },
          { "qRcmd,6", "E22" });
    go(&peer, "s");
    cr_assert_null(peer_ask(&peer, "R00"));
    CHECK(&peer, { "?", "T05thread:1;" }, { "p20", "0000008000000000" });
    peer_close(&peer);
}

/* Whatever came before, the next packet is answered and every answer was well formed. */
static void check_output(const Peer *peer)
{
    for (size_t at = 0; at < peer->out->len;) {
        char c = peer->out->str[at];
        if (c == '$') {
            g_string_free(peer_take_frame(peer->out, &at, '$'), TRUE);
            continue;
        }
        cr_assert(c == '+' || c == '-');
        at++;
    }
}

Test(gdb, hostile_packets_get_well_formed_answers)
{
    static const char *const seeds[] = {
        "qSupported:multiprocess+",
        "qXfer:features:read:target.xml:0,ffb",
        "qXfer:threads:read::0,ffb",
        "qThreadExtraInfo,p1.1",
        "Hgp1.-1",
        "Hc0",
        "Tp1.2",
        "g",
        "G0123456789abcdef",
        "p20",
        "P20=0000008000000000",
        "P341=ffffffffffffffff",
        "P1c1=ffffffffffffff8f",
        "P1041=01",
        "m80000000,40",
        "m0,2000",
        "x80000ff0,100",
        "M80000000,4:01020304",
        "X80000000,3:a}]b",
        "Z0,80000000,4",
        "z1,80000000,1",
        "Z2,0,8",
        "vCont;s:p1.1;r80000000,80000010:2;c",
        "c80000000",
        "C05;80000000",
        "s",
        "S05",
        "qRcmd,68656c70",
        "qRcmd,696e666f20726567697374657273",
        "Qqemu.PhyMemMode:1",
        "vAttach;1",
        "D",
        "R00",
        "?",
    };
    Peer peer;
    const uint32_t code[] = { NOP, BACK_4 };
    peer_open(&peer, 2, code, G_N_ELEMENTS(code));
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    for (unsigned round = 0; round < 4000; round++) {
        g_autoptr(GString) body = g_string_new(seeds[round % G_N_ELEMENTS(seeds)]);
        g_autoptr(GString) frame = g_string_new(NULL);
        for (int i = g_rand_int_range(rand, 0, 4); i > 0; i--) {
            gssize at = g_rand_int_range(rand, 0, (gint32)body->len + 1);
            char c = (char)g_rand_int(rand);
            if (g_rand_boolean(rand))
                g_string_insert_c(body, at, g_rand_boolean(rand) ? c : "0f,;:.=-#$}p"[c & 7]);
            else if (at < (gssize)body->len)
                g_string_erase(body, at,
                               g_rand_int_range(rand, 1, 9) > (gint32)(body->len) - at ? -1 : 1);
        }
        gdb_frame(frame, body->str, body->len);
        peer_feed(&peer, frame->str, frame->len);
        check_output(&peer);
    }
    cr_assert(g_str_has_prefix(peer_ask(&peer, "?"), "T0"));
    peer_close(&peer);
}

/* Sockets. */

static int connect_to(unsigned port)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert(fd >= 0 && !connect(fd, (struct sockaddr *)&at, sizeof at));
    return fd;
}

Test(gdb, specs_and_busy_ports_are_refused_with_the_fix)
{
    const uint32_t code[] = { SELF };
    Machine *m = rig_new(1, NULL, code, 1);
    GdbHub *hub = gdb_new(m);
    static const char *const bad[] = { "",
                                       "tcp:",
                                       "tcp::",
                                       "tcp::http",
                                       "tcp::65536",
                                       "tcp::-1",
                                       "unix:",
                                       "localhost:1234",
                                       "tcp::1234,reconnect=1",
                                       "tcp::1234,vmid=",
                                       "tcp::1234,vmid=16384",
                                       "tcp::1234,view=guests" };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        cr_assert(!gdb_listen(hub, bad[i], &error));
        cr_assert(error->code == EXIT_USAGE && strstr(error->message, "tcp::1234"), "%s", bad[i]);
    }
    g_autoptr(GError) error = NULL;
    cr_assert(gdb_listen(hub, "tcp::0,nowait", NULL));
    g_autofree char *same = g_strdup_printf("tcp:127.0.0.1:%u", gdb_port(hub, 0));
    cr_assert(!gdb_listen(hub, same, &error));
    cr_assert(error->code == EXIT_HOST && strstr(error->message, "in use"));
    gdb_free(hub);
    gdb_free(NULL);
    machine_free(m);
}

static void *debug_over_socket(void *opaque)
{
    int fd = connect_to(GPOINTER_TO_UINT(opaque));
    char text[256] = { 0 };
    size_t size = 0;
    cr_assert_eq(write(fd, "$c#63", 5), 5);
    cr_assert_eq(write(fd, "\003", 1), 1);
    while (!strstr(text, "#d4") && size < sizeof text - 1) {
        ssize_t n = read(fd, text + size, sizeof text - 1 - size);
        cr_assert_gt(n, 0);
        size += (size_t)n;
    }
    cr_assert_str_eq(text, "+$T02thread:1;#d4");
    /* One at a time. */
    int second = connect_to(GPOINTER_TO_UINT(opaque));
    cr_assert_eq(read(second, text, 1), 0);
    close(second);
    /* Hang up, come back, end it. */
    close(fd);
    fd = connect_to(GPOINTER_TO_UINT(opaque));
    cr_assert_eq(write(fd, "$k#6b", 5), 5);
    cr_assert_eq(read(fd, text, 1), 1);
    close(fd);
    return NULL;
}

Test(gdb, a_debugger_connects_interrupts_returns_and_kills)
{
    const uint32_t code[] = { SELF };
    Machine *m = rig_new(1, NULL, code, 1);
    GdbHub *hub = gdb_new(m);
    cr_assert(gdb_listen(hub, "0", NULL));
    m->paused = true;
    GThread *thread = g_thread_new("peer", debug_over_socket, GUINT_TO_POINTER(gdb_port(hub, 0)));
    cr_assert_eq(machine_run(m), STOP_QUIT);
    g_thread_join(thread);
    gdb_free(hub);
    machine_free(m);
}
