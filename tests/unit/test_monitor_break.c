/* SPDX-License-Identifier: MIT */
/* test_monitor_break.c - breakpoints of the monitor, on events and addresses. */
#include "tests/unit/test_monitor_setup.h"

Test(monitor_break, an_event_stops_the_machine_after_its_unit)
{
    const uint32_t code[] = { INC_T0, WRITE_MSCRATCH, BACK_8 };
    begin(1, code, 3);
    CHECK(
        { "break csr mscratch where new == 3", "break 1: csr mscratch where new == 3 do stop\n" });
    const char *text = go();
    cr_expect(g_str_has_prefix(text, "break 1 (csr mscratch where new == 3): "), "%s", text);
    cr_expect(strstr(text, " csr h=0 m=M p=0 vmid=0 ic=7 pc=0x80000004 csr=0x340 old=0x2 new=0x3"),
              "%s", text);
    cr_expect(m->paused);
    cr_expect_eq(m->harts[0].pc, 0x80000008, "the write is over, the jump is not");
    CHECK({ "info break", "1   csr mscratch where new == 3 do stop, 1 hit\n" },
          { "delete 2", "there is no break 2; info break lists them\n" }, { "delete 1", "" },
          { "info break", "no breakpoints\n" }, { "delete", "write: delete N|all\n" },
          { "break csr mscratch", "break 2: csr mscratch do stop\n" });
    go();
    cr_expect_eq(m->harts[0].x[5], 4, "the next write, not the same again");
    ask("delete all");
    for (unsigned i = 0; i < TRACE_COUNT; i++)
        cr_expect_eq(m->trace.on[i], 0);
    end();
}

/* `wait` keeps the rest of what was typed until then. */
Test(monitor_break, wait_answers_at_the_stop)
{
    const uint32_t code[] = { INC_T0, WRITE_MSCRATCH, BACK_8 };
    begin(2, code, 3);
    CHECK({ "break csr where h == 1", "break 1: csr where h == 1 do stop\n" });
    type("wait\nquit\n");
    cr_expect_str_eq(heard->str, "");
    cr_expect(strstr(go(), "new=0x1\nhart 1, M: 0x80000008: jal x0,80000000\n(qemu) "), "%s",
              heard->str);
    type("info cpus\n");
    cr_expect(strstr(heard->str, "* CPU #1"), "commands are about the hart that stopped");
    end();
}

Test(monitor_break, an_address_stops_before_its_instruction)
{
    const uint32_t code[] = { INC_T0, BACK_4 };
    begin(2, code, 2);
    CHECK({ "break addr $pc + 4", "break 1: addr $pc + 4 do stop\n" });
    cr_expect_str_eq(go(), "break 1 (addr $pc + 4): hart 0 is there\n");
    cr_expect(m->harts[0].pc == 0x80000004 && m->harts[0].x[5] == 1);
    go();
    cr_expect(m->harts[0].pc == 0x80000004 && m->harts[0].x[5] == 2);
    CHECK({ "break addr 5 do mark", "at an address the machine can only stop\n" });
    end();
}

/* A translation that is made for a fetch stops before the instruction that was fetched. */
Test(monitor_break, an_event_of_a_fetch_stops_in_between)
{
    const uint32_t code[] = { INC_T0, INC_T0, BACK_8 };
    begin(1, code, 3);
    Hart *hart = &m->harts[0];
    rig_write64(m, 0x80400010, 0x80000000 >> 2 | 0xcf);
    csr_write(hart, 0x3b0, ~0ull);
    csr_write(hart, CSR_pmpcfg0, 0x1f);
    csr_write(hart, CSR_satp, 8ull << 60 | 0x80400000 >> 12);
    hart->mmu.priv = PRIV_S;
    hart_update_context(hart);
    ask("break tlb.fill");
    cr_expect(strstr(go(), "tlb.fill h=0 m=HS"), "%s", heard->str);
    cr_expect_eq(hart->x[5], 0);
    end();
}

Test(monitor_break, aliases_are_queries_with_their_own_condition)
{
    const uint32_t code[] = { ECALL };
    begin(1, code, 1);
    csr_write(&m->harts[0], CSR_mtvec, BOARD_RAM);
    CHECK({ "break exception where cause == 11", "break 1: exception where cause == 11 do stop\n" },
          { "break vmexit", "break 2: vmexit do stop\n" },
          { "break walk-fault where result == gpf do mark",
            "break 3: walk-fault where result == gpf do mark\n" },
          { "break mode do", "behind 'do': stop, mark or dump\n" },
          { "break addr 0x99999999999999999999",
            "'0x99999999999999999999': a number has more than 64 bits\n" },
          { "break mode do nothing", "behind 'do': stop, mark or dump\n" },
          { "break trap group by cause", "a breakpoint groups nothing; leave 'group by' out\n" },
          { "break csr nosuch", "the hart has no CSR 'nosuch'; csr alone lists them\n" });
    cr_expect(says("break", "write: break EVENT"));
    cr_expect(says("break addr", "write: break EVENT"));
    cr_expect(says("break mode where to ==", "a number or a word of the column is wanted"));
    cr_expect(says("break vmexit where", "is wanted in place of 'where'"));
    cr_expect(says("break nothing", "no event is called 'nothing'"));
    cr_expect(says("break trap where x == 1", "column 'x'"));
    cr_expect(strstr(go(), "break 1 (exception where cause == 11): "), "%s", heard->str);
    cr_expect_null(strstr(heard->str, "break 2"));
    end();
}

/* A guest that counts and calls; what it calls goes on in M-mode. */
static void begin_guest(void)
{
    const uint32_t code[] = { INC_T0, INC_T0, ECALL };
    begin(1, code, 3);
    Hart *hart = &m->harts[0];
    csr_write(hart, 0x3b0, ~0ull);
    csr_write(hart, CSR_pmpcfg0, 0x1f);
    csr_write(hart, CSR_mtvec, BOARD_RAM);
    hart->mmu.priv = PRIV_S;
    hart->mmu.v = true;
    hart_update_context(hart);
}

Test(monitor_break, step_exit_stops_once_where_a_guest_leaves)
{
    begin_guest();
    monitor_hub_run(hub, "step exit");
    cr_expect_str_eq(heard->str, "(qemu) step exit\n");
    CHECK({ "info break", "once a guest's exit do stop\n" });
    g_string_truncate(heard, 0);
    m->config.max_insns = 1000;
    runs = true;
    machine_run(m);
    runs = false;
    cr_expect(g_str_has_prefix(heard->str, "exit: "), "%s", heard->str);
    cr_expect(m->paused && !m->harts[0].mmu.v && m->harts[0].x[5] == 2, "at the trap's entry");
    CHECK({ "info break", "no breakpoints\n" });
    for (unsigned i = 0; i < TRACE_COUNT; i++)
        cr_expect_eq(m->trace.on[i], 0);
    end();
}

Test(monitor_break, whoever_stops_or_goes_on_does_not_wait_for_an_exit_any_more)
{
    static const char *const commands[] = { "stop", "cont", "step" };
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        begin_guest();
        CHECK({ "break mode", "break 1: mode do stop\n" }, { "step exit", "" });
        CHECK({ commands[i], "" }, { "info break", "1   mode do stop, 0 hits\n" });
        end();
    }
    begin_guest();
    CHECK({ "step exits", "write: step [N|exit]\n" });
    end();
}

Test(monitor_break, speed_is_whether_idle_time_passes)
{
    const uint32_t code[] = { BACK_4 };
    begin(1, code, 1);
    CHECK({ "speed real", "" });
    cr_expect(m->config.live_input && says("speed", "real: "));
    CHECK({ "speed full", "" }, { "speed fast", "write: speed [real|full]\n" });
    cr_expect(!m->config.live_input && says("speed", "full: "));
    end();
}

/* What a run comes to depends on no breakpoint, whatever it does. */
Test(monitor_break, breakpoints_change_nothing)
{
    static const char *const breaks[] = { "break csr do mark", "break all do mark",
                                          "break csr where new in 0..+40 do stop",
                                          "break irq do stop", "break addr 0x80000004" };
    uint64_t expected = 0;
    for (size_t i = 0; i <= G_N_ELEMENTS(breaks); i++) {
        const uint32_t code[] = { INC_T0, WRITE_MSCRATCH, BACK_8 };
        begin(2, code, 3);
        if (i)
            cr_expect(says(breaks[i - 1], "break 1: "));
        m->config.max_insns = 3000;
        while (m->stop != STOP_LIMIT)
            go();
        uint64_t hash = machine_state_hash(m);
        expected = i ? expected : hash;
        cr_expect_eq(hash, expected, "%s", i ? breaks[i - 1] : "");
        end();
    }
}

/* Nor on being looked at, at every step, by every command that only looks. */
Test(monitor_break, looking_changes_nothing)
{
    static const char *const looks[] = {
        "info registers -a", "info mem",      "info mem -g",     "info cat",
        "info tlb",          "info mtree",    "info qtree",      "info irq",
        "info cpus",         "part",          "x/4xg $pc",       "x/9i $pc",
        "xp/4xw 0x80000000", "xg/2xg 0x1000", "x/s $t0",         "gva2gpa $pc",
        "gpa2spa 0",         "print $mtopei", "csr stopi",       "xp/1xw 0x10000000",
        "info break",        "explain",       "walk 0x40000000", "info version",
    };
    uint64_t expected = 0;
    for (unsigned times = 0; times < 2; times++) {
        const uint32_t code[] = { INC_T0, WRITE_MSCRATCH, ECALL, BACK_8 };
        begin(2, code, 4);
        csr_write(&m->harts[0], CSR_mtvec, BOARD_RAM);
        csr_write(&m->harts[1], CSR_mtvec, BOARD_RAM);
        for (unsigned i = 0; i < G_N_ELEMENTS(looks) * 4; i++) {
            rig_run(m, 3);
            monitor.hart = i & 1;
            if (times)
                cr_expect(*ask(looks[i % G_N_ELEMENTS(looks)]), "%s",
                          looks[i % G_N_ELEMENTS(looks)]);
        }
        for (unsigned i = 0; times && i < CSR_COUNT; i++) {
            g_autofree char *command = g_strdup_printf("csr %u", i);
            if (csr_exists(&m->harts[0], i))
                cr_expect(*ask(command), "%s", command);
        }
        uint64_t hash = machine_state_hash(m);
        expected = times ? expected : hash;
        cr_expect_eq(hash, expected);
        end();
    }
}

static void count_marks(void *opaque, const TraceRecord *record)
{
    unsigned *count = opaque;
    *count += record->id == TRACE_break_hit && record->values[0] == 1 && record->hart == 0;
}

Test(monitor_break, a_mark_is_an_event_of_the_trace)
{
    const uint32_t code[] = { INC_T0, WRITE_MSCRATCH, BACK_8 };
    unsigned count = 0;
    begin(1, code, 3);
    m->trace.sinks[TRACE_TO_FILE].put = count_marks;
    m->trace.sinks[TRACE_TO_FILE].opaque = &count;
    cr_assert(trace_enable(&m->trace, TRACE_TO_FILE, "break", NULL));
    ask("break csr do mark");
    ask("break break do stop");
    m->config.max_insns = 300;
    go();
    cr_expect_eq(m->stop, STOP_LIMIT);
    cr_expect_eq(count, 100, "%u marks", count);
    end();
}

/* Debuggers are told, and can ask. */

static void on_send(void *opaque, const char *data, size_t size)
{
    g_string_append_len(opaque, data, (gssize)size);
    if (runs)
        machine_stop(m, STOP_DEBUG, 0);
}

static void packet(GdbSession *session, const char *payload)
{
    g_autoptr(GString) frame = g_string_new(NULL);
    gdb_frame(frame, payload, strlen(payload));
    gdb_session_receive(session, (const uint8_t *)frame->str, frame->len);
}

/* What `monitor command` prints. */
static char *through_gdb(GdbSession *session, GString *sent, const char *command)
{
    g_autoptr(GString) request = g_string_new("qRcmd,");
    GString *text = g_string_new(NULL);
    gdb_append_hex(request, command, strlen(command));
    g_string_truncate(sent, 0);
    packet(session, request->str);
    for (const char *at = strstr(sent->str, "$O"); at && at[2] != 'K'; at = strstr(at + 1, "$O"))
        for (const char *hex = at + 2; *hex != '#'; hex += 2)
            g_string_append_c(
                text, (char)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1])));
    return g_string_free(text, FALSE);
}

Test(monitor_break, a_debugger_sees_the_stop_and_why)
{
    const uint32_t code[] = { INC_T0, WRITE_MSCRATCH, BACK_8 };
    begin(1, code, 3);
    g_autoptr(GString) sent = g_string_new(NULL);
    GdbSession *session = gdb_session_new(hub->host.gdb, &(GdbView){ 0 }, on_send, sent);
    gdb_session_open(session);
    g_autofree char *set = through_gdb(session, sent, "break csr mscratch");
    cr_expect_str_eq(set, "break 1: csr mscratch do stop\n");
    CHECK({ "c", "a debugger holds the machine; let it go on there\n" },
          { "info status", "VM status: paused (debug)\n" });
    g_string_truncate(sent, 0);
    packet(session, "c");
    cr_expect(!m->paused);
    runs = true;
    machine_run(m);
    runs = false;
    cr_expect(strstr(sent->str, "$T05thread:1;"), "%s", sent->str);
    g_autofree char *why = through_gdb(session, sent, "why");
    cr_expect(strstr(why, "stopped: a monitor's breakpoint; hart 0, M, pc 0x80000008\n"
                          "break 1 (csr mscratch): "),
              "%s", why);
    g_autofree char *go_on = through_gdb(session, sent, "cont");
    cr_expect_str_eq(go_on, "a debugger holds the machine; let it go on there\n");
    gdb_session_free(session);
    end();
}

/* Page tables, interrupts, the board. */
