/* SPDX-License-Identifier: MIT */
/* test_monitor.c - commands, by a line in and lines out; where they are typed is tests/cli/monitor.py's. */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "cpu/csr.h"
#include "emu/gdb/hub.h"
#include "emu/gdb/session.h"
#include "emu/monitor/monitor.h"
#include "tests/lib/machine_rig.h"

enum {
    NOP = 0x13,
    INC_T0 = 0x00128293,
    BACK_4 = 0xffdff06f,
    ECALL = 0x73,
    WRITE_MSCRATCH = 0x34029073, /* csrw mscratch, t0 */
    BACK_8 = 0xff9ff06f,
};

static Machine *m;
static MonitorHub *hub;
static Monitor monitor;
static GString *said;  /* by the last command */
static GString *heard; /* at the place, of what nobody asked for */
static HostChar line;
static bool runs; /* what is heard ends machine_run */

static void host_write(void *host, const uint8_t *data, size_t size)
{
    (void)host;
    if (runs)
        machine_stop(m, STOP_DEBUG, 0);
    g_string_append_len(heard, (const char *)data, (gssize)size);
}

static void begin(unsigned n_harts, const uint32_t *code, size_t count)
{
    m = rig_new(n_harts, NULL, code, count);
    hub = monitor_hub_new(m);
    hub->host.gdb = gdb_hub_new(m);
    monitor = (Monitor){ .machine = m };
    said = g_string_new(NULL);
    heard = g_string_new(NULL);
    line = (HostChar){ .write = host_write };
    monitor_hub_add_place(hub, &(ConsoleMonitor){ .chr = &line });
    line.event(line.device, HOST_OPENED);
    g_string_truncate(heard, 0);
}

static void end(void)
{
    GdbHub *gdb = hub->host.gdb;
    monitor_hub_free(hub);
    gdb_hub_free(gdb);
    machine_free(m);
}

static const char *ask(const char *command)
{
    g_string_truncate(said, 0);
    monitor_run(&monitor, command, said);
    return said->str;
}

static void type(const char *text)
{
    g_string_truncate(heard, 0);
    line.receive(line.device, (const uint8_t *)text, strlen(text));
}

/* Lets the machine go until something is heard; returns that. */
static const char *go(void)
{
    g_string_truncate(heard, 0);
    if (m->monitors)
        ask("c");
    runs = true;
    machine_run(m);
    runs = false;
    return heard->str;
}

typedef struct {
    const char *command, *answer; /* the whole of it */
} Exchange;

static void check(const Exchange *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cr_expect_str_eq(ask(list[i].command), list[i].answer, "%s: %s, not %s", list[i].command,
                         said->str, list[i].answer);
}

#define CHECK(...)                                \
    do {                                          \
        const Exchange list_[] = { __VA_ARGS__ }; \
        check(list_, G_N_ELEMENTS(list_));        \
    } while (0)

static bool says(const char *command, const char *part)
{
    bool found = strstr(ask(command), part) != NULL;
    if (!found)
        cr_log_error("%s: no '%s' in %s", command, part, said->str);
    return found;
}

Test(monitor, expressions_have_registers_and_the_precedence_of_c)
{
    const uint32_t code[] = { NOP };
    begin(1, code, 1);
    m->harts[0].x[10] = 0x1000;
    m->harts[0].x[2] = ~0ull;
    CHECK({ "p 1", "0x1\n" }, { "print 0x10 + 2 * 3", "0x16\n" }, { "p (1+2)*3-1", "0x8\n" },
          { "p/d -5 / 2", "9223372036854775805\n" }, { "p/d -5", "-5\n" }, { "p/u 5 % 3", "2\n" },
          { "p $a0 + 8", "0x1008\n" }, { "p $x10", "0x1000\n" },
          { "p $sp", "0xffffffffffffffff\n" }, { "p $pc", "0x80000000\n" }, { "p/o 8", "010\n" },
          { "p/c 0x41", "'A'\n" }, { "p/c 10", "'\\n'\n" }, { "p 1 << 4 | 1", "0x11\n" },
          { "p ~0xf & 0xff", "0xf0\n" }, { "p 6 ^ 3", "0x5\n" }, { "p 0xff >> 4", "0xf\n" },
          { "p 1 << 64", "0x0\n" }, { "p 2K", "0x800\n" }, { "p $mscratch", "0x0\n" },
          { "p 1 / 0", "'1 / 0': it divides by zero\n" },
          { "p $nonsense", "'$nonsense': there is no such register\n" },
          { "p (1", "'(1': a parenthesis is not closed\n" },
          { "p 1 2", "what is '2' behind the number?\n" }, { "p", "write: p/FMT EXPR\n" },
          { "p 12cats", "'12cats': a number ends in letters\n" });
    cr_expect(says("p ((((((((((((((((((((((((((((((((((((((((1", "nested too deep"));
    end();
}

Test(monitor, memory_is_shown_in_the_shape_of_qemu)
{
    const uint32_t code[] = { 0x00000297, INC_T0, 0x64636261, 0x00676665 };
    begin(1, code, 4);
    CHECK({ "x/3xw 0x80000000", "0000000080000000: 0x00000297 0x00128293 0x64636261\n" },
          { "xp/1xg 0x80000008", "0000000080000008: 0x0067666564636261\n" },
          { "x/4xb $pc+8", "0000000080000008: 0x61 0x62 0x63 0x64\n" },
          { "xp/9xb 0x80000008", "0000000080000008: 0x61 0x62 0x63 0x64 0x65 0x66 0x67 0x00\n"
                                 "0000000080000010: 0x00\n" },
          { "x/2c 0x80000008", "0000000080000008: 'a' 'b'\n" },
          { "x/s 0x80000008", "0000000080000008: \"abcdefg\"\n" },
          { "x/1dh 0x80000000", "0000000080000000:   663\n" },
          { "x/2i 0x80000000", "0x0000000080000000:  00000297  auipc x5,0x0\n"
                               "0x0000000080000004:  00128293  addi x5,x5,1\n" },
          { "xp 0", "Cannot access memory: there is no RAM or ROM at physical 0x0\n" },
          { "x", "write: x/FMT ADDR\n" }, { "x/99999999x 0", "write: x/FMT ADDR\n" },
          { "x/q 0", "write: x/FMT ADDR\n" }, { "xp/x 0x80000000 1", "write: xp/FMT ADDR\n" },
          { "xg 0", "the hart has no guest: hgatp is Bare; name one with vmid N\n" },
          { "xg 0 vmid 7", "no hart has a guest with VMID 7\n" },
          { "xg 0 vm 7", "write: xg/FMT ADDR [vmid N]\n" });
    end();
}

Test(monitor, guest_physical_memory_goes_through_the_g_stage_of_a_vmid)
{
    const uint32_t code[] = { NOP };
    begin(1, code, 1);
    /* One gigapage of Sv39x4, guest 0 to 1 GiB at RAM. */
    rig_write64(m, 0x80400000, 0x80000000 >> 2 | 0xdf);
    rig_write64(m, 0x80001000, 0x1122334455667788);
    csr_write(&m->harts[0], 0x3b0, ~0ull);
    csr_write(&m->harts[0], CSR_pmpcfg0, 0x1f);
    csr_write(&m->harts[0], CSR_hgatp, 8ull << 60 | 5ull << 44 | 0x80400000 >> 12);
    CHECK({ "xg/1xg 0x1000", "0000000000001000: 0x1122334455667788\n" },
          { "xg/1xg 0x1000 vmid 5", "0000000000001000: 0x1122334455667788\n" },
          { "gpa2spa 0x1000", "spa: 0x80001000\n" }, { "gpa2spa 0x40000000", "Unmapped\n" },
          { "gva2gpa 0x1000", "gpa: 0x1000\n" });
    cr_expect(says("xg 0x40000000", "Cannot access memory"));
    end();
}

Test(monitor, stops_goes_on_and_steps)
{
    const uint32_t code[] = { INC_T0, BACK_4 };
    begin(2, code, 2);
    m->paused = true;
    CHECK({ "info status", "VM status: paused\n" }, { "c", "" },
          { "info status", "VM status: running\n" }, { "stop", "" });
    cr_expect(says("info cpus", "* CPU #0: pc=0x0000000080000000 mode=M retired=0\n"));
    CHECK({ "cpu 1", "" }, { "cpu 2", "there are harts 0 to 1\n" });
    cr_expect(says("info cpus", "* CPU #1:"));
    cr_expect(says("step x", "write: step [N]"));
    type("cpu 1\nstep 5\nquit\n");
    cr_expect_str_eq(heard->str, "(qemu) ", "what is behind a step waits: %s", heard->str);
    runs = true;
    machine_run(m);
    runs = false;
    cr_expect_eq(m->harts[1].x[5], 3, "five units are three additions and two jumps");
    cr_expect_str_eq(heard->str, "(qemu) hart 1, M: 0x80000004: jal x0,80000000\n(qemu) ", "%s",
                     heard->str);
    end();
}

Test(monitor, lines_may_be_anything)
{
    const uint32_t code[] = { NOP };
    g_autofree char *longest = g_strnfill(6000, 'x');
    begin(1, code, 1);
    type("\n\r\n  \n");
    cr_expect_str_eq(heard->str, "(qemu) (qemu) (qemu) ");
    type("info  \t status \r\ninfo history\r");
    cr_expect_str_eq(heard->str,
                     "VM status: running\n(qemu) 0: 'info  \\t status '\n"
                     "1: 'info history'\n(qemu) ",
                     "%s", heard->str);
    type(longest);
    type("\nhelp quit\n");
    cr_expect_str_eq(heard->str,
                     "a line has at most 4096 bytes; nothing was done\n(qemu) "
                     "quit                         end the run\n(qemu) ",
                     "%s", heard->str);
    line.receive(line.device, (const uint8_t *)"\0\1\377\n", 4);
    cr_expect(strstr(heard->str, "unknown command '\\001\\377'"), "%s", heard->str);
    type("info status");
    cr_expect_str_eq(heard->str, "");
    line.event(line.device, HOST_CLOSED);
    line.event(line.device, HOST_OPENED);
    cr_expect(g_str_has_prefix(heard->str, "Bulkhead ") && !strstr(heard->str, "VM status"));
    type("info status");
    line.event(line.device, HOST_ENDED);
    cr_expect(g_str_has_prefix(heard->str, "VM status"), "%s", heard->str);
    end();
}

Test(monitor, unknown_words_name_the_nearest)
{
    const uint32_t code[] = { NOP };
    begin(1, code, 1);
    CHECK({ "quti", "unknown command 'quti'; did you mean 'quit'?\n" },
          { "info cpsu", "unknown command 'info cpsu'; did you mean 'info cpus'?\n" },
          { "stop now", "'stop' takes no arguments\n" },
          { "x1", "unknown command 'x1'; did you mean 'x'?\n" },
          { "stop/x", "unknown command 'stop/x'; did you mean 'stop'?\n" });
    cr_expect(says("device_add virtio-net-device", "device_add cannot be had"));
    cr_expect(says("info pci", "no PCI bus; info qtree"));
    cr_expect(says("sendkey ctrl-alt-f1", "there is no keyboard"));
    cr_expect(says("system_powerdown", "no power button"));
    cr_expect(says("csr mstatsu", "did you mean 'mstatus'"));
    end();
}

static void completes(const char *text, const char *expected)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    monitor_complete(m, text, words);
    g_ptr_array_add(words, NULL);
    g_autofree char *got = g_strjoinv(" ", (char **)words->pdata);
    cr_expect_str_eq(got, expected, "%s: %s", text, got);
}

Test(monitor, completes_commands_csrs_and_events)
{
    const uint32_t code[] = { NOP };
    begin(1, code, 1);
    completes("qui", "quit");
    completes("info cp", "cpus");
    completes("csr hgat", "hgatp");
    completes("csr nosuch", "");
    completes("break walk.", "walk.begin walk.pte walk.end");
    completes("break vme", "vmexit vmentry");
    completes("x/4xg $a", "$a0 $a1 $a2 $a3 $a4 $a5 $a6 $a7");
    completes("p 8 + $hgat", "$hgatp");
    end();
}

Test(monitor, registers_have_the_shape_of_qemu)
{
    const uint32_t code[] = { NOP };
    begin(2, code, 1);
    m->harts[1].x[10] = 0x1234;
    cr_expect(says("info registers",
                   "CPU#0\n V      =   0\n mode   =   M\n pc       0000000080000000\n"
                   " mhartid  0000000000000000\n mstatus  0000000a00000000\n"));
    cr_expect(says("info registers", "\n x0/zero  0000000000000000 x1/ra    0000000000000000 "));
    cr_expect(says("info registers -a", " x10/a0   0000000000001234 x11/a1 "));
    cr_expect(says("info registers -a", "\n\nCPU#1\n"));
    cr_expect(says("info registers all", "write: info registers [-a]\n"));
    end();
}

/* Breakpoints. */

Test(monitor, an_event_stops_the_machine_after_its_unit)
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
Test(monitor, wait_answers_at_the_stop)
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

Test(monitor, an_address_stops_before_its_instruction)
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
Test(monitor, an_event_of_a_fetch_stops_in_between)
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

Test(monitor, aliases_are_queries_with_their_own_condition)
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

/* What a run comes to depends on no breakpoint, whatever it does. */
Test(monitor, breakpoints_change_nothing)
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
Test(monitor, looking_changes_nothing)
{
    static const char *const looks[] = {
        "info registers -a", "info mem",      "info mem -g",
        "info tlb",          "info mtree",    "info qtree",
        "info irq",          "info cpus",     "part",
        "x/4xg $pc",         "x/9i $pc",      "xp/4xw 0x80000000",
        "xg/2xg 0x1000",     "x/s $t0",       "gva2gpa $pc",
        "gpa2spa 0",         "print $mtopei", "csr stopi",
        "xp/1xw 0x10000000", "info break",    "explain",
        "walk 0x40000000",   "info version",
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

Test(monitor, a_mark_is_an_event_of_the_trace)
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

Test(monitor, a_debugger_sees_the_stop_and_why)
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

enum { TABLES = 0x80400000 };

static void open_memory(Hart *hart)
{
    csr_write(hart, 0x3b0, ~0ull);
    csr_write(hart, CSR_pmpcfg0, 0x1f);
}

Test(monitor, info_mem_lists_what_follows_each_other_as_one)
{
    const uint32_t code[] = { NOP };
    begin(1, code, 1);
    Hart *hart = &m->harts[0];
    open_memory(hart);
    CHECK({ "info mem", "hart 0: satp Bare, ASID 0\nNo translation or protection\n" });
    /* Two gigapages that follow each other, a pointer to a table of which two pages follow each other and a third has
     * other permissions, and a page at the top. */
    rig_write64(m, TABLES + 8 * 2, 0x80000000 >> 2 | 0xcf);
    rig_write64(m, TABLES + 8 * 3, 0xc0000000 >> 2 | 0xcf);
    rig_write64(m, TABLES, (TABLES + 0x1000) >> 2 | 1);
    rig_write64(m, TABLES + 0x1000, (TABLES + 0x2000) >> 2 | 1);
    rig_write64(m, TABLES + 0x2000 + 8 * 5, 0x80001000 >> 2 | 0x43);
    rig_write64(m, TABLES + 0x2000 + 8 * 6, 0x80002000 >> 2 | 0x43);
    rig_write64(m, TABLES + 0x2000 + 8 * 7, 0x80003000 >> 2 | 0x57);
    rig_write64(m, TABLES + 8 * 511, 0x80000000 >> 2 | 0xe7);
    csr_write(hart, CSR_satp, 8ull << 60 | 9ull << 44 | TABLES >> 12);
    CHECK({ "info mem", "hart 0: satp Sv39, ASID 9\n"
                        "vaddr            paddr            size             attr   \n"
                        "---------------- ---------------- ---------------- -------\n"
                        "0000000000005000 0000000080001000 0000000000002000 r----a-\n"
                        "0000000000007000 0000000080003000 0000000000001000 rw-u-a-\n"
                        "0000000080000000 0000000080000000 0000000080000000 rwx--ad\n"
                        "ffffffffc0000000 0000000080000000 0000000040000000 rw--gad\n" },
          { "info mem -x", "write: info mem [-g]\n" });
    end();
}

/* A table whose every entry leads back to itself maps all there is, page by page: the list ends somewhere. */
Test(monitor, info_mem_ends)
{
    const uint32_t code[] = { NOP };
    begin(1, code, 1);
    Hart *hart = &m->harts[0];
    open_memory(hart);
    for (unsigned i = 0; i < 512; i++) {
        rig_write64(m, TABLES + 8 * i, TABLES >> 2 | 1);
        rig_write64(m, TABLES + 0x1000 + 8 * i, (TABLES + 0x2000) >> 2 | 1);
        rig_write64(m, TABLES + 0x2000 + 8 * i, (0x80000000 >> 2 | 0xcf) + (i & 1) * 0x800);
    }
    for (unsigned i = 0; i < 512; i++)
        rig_write64(m, TABLES + 8 * i, (TABLES + 0x1000) >> 2 | 1);
    csr_write(hart, CSR_satp, 8ull << 60 | TABLES >> 12);
    cr_expect(says("info mem", "(there is more"));
    csr_write(hart, CSR_satp, 10ull << 60 | 0xfffffffffffull);
    cr_expect(says("info mem", "Sv57"), "a root that is nowhere maps nothing");
    end();
}

Test(monitor, info_mem_and_tlb_of_a_guest_show_both_stages)
{
    const uint32_t code[] = { NOP };
    begin(1, code, 1);
    Hart *hart = &m->harts[0];
    open_memory(hart);
    rig_write64(m, TABLES, 0x80000000 >> 2 | 0xdf); /* G stage: guest 0 is RAM */
    rig_write64(m, TABLES + 0x8000 + 8, 0xcf);      /* VS stage: 1 GiB is guest 0 */
    csr_write(hart, CSR_hgatp, 8ull << 60 | 3ull << 44 | TABLES >> 12);
    csr_write(hart, CSR_vsatp, 8ull << 60 | 4ull << 44 | (TABLES + 0x8000 - 0x80000000) >> 12);
    static const char expected[] =
        "hart 0: guest, VMID 3: vsatp Sv39, ASID 4; hgatp Sv39x4\n"
        "vaddr            gpaddr           paddr            size             attr    gattr\n"
        "---------------- ---------------- ---------------- ---------------- ------- -------\n"
        "0000000040000000 0000000000000000 0000000080000000 0000000040000000 rwx--ad rwxu-ad\n";
    cr_expect_str_eq(ask("info mem -g"), expected, "%s", said->str);
    cr_expect_str_eq(ask("info tlb"), "no translation is remembered\n");
    hart->mmu.priv = PRIV_S;
    hart->mmu.v = true;
    hart->pc = 0x40000000;
    hart_update_context(hart);
    rig_run(m, 1);
    cr_expect_eq(hart->pc, 0x40000004);
    cr_expect_str_eq(ask("info mem"), expected, "%s", said->str);
    cr_expect(says("info tlb", "guest: Sv39, ASID 4, hgatp Sv39x4, VMID 3: 1 translations\n  "
                               "0000000040000000 0000000000000000 0000000080000000     1G "));
    cr_expect(says("info cpus", "mode=VS vmid=3"));
    CHECK({ "gva2gpa 0x40000010", "gpa: 0x10\n" });
    end();
}

Test(monitor, irq_shows_the_way_of_an_interrupt)
{
    const uint32_t code[] = { NOP };
    begin(1, code, 1);
    Plic *plic = m->plic;
    uint64_t value = 7;
    cr_assert(bus_write(&m->bus, (Spa){ BOARD_PLIC + 4 * 10 }, 4, value, requester_hart(0)));
    cr_assert(bus_write(&m->bus, (Spa){ BOARD_PLIC + 0x2000 }, 4, 1 << 10, requester_hart(0)));
    plic_set_source(plic, 10, true);
    csr_write(&m->harts[0], CSR_mie, 1 << IRQ_MEI);
    cr_expect(says("irq", "hart 0, M: pending=MEI enabled=MEI"));
    cr_expect(says("info irq", "plic context 0: hart 0 M, threshold 0, output 1\n"));
    cr_expect(says("info pic", "plic source 10 (uart): wire 1, priority 7, pending -> hart 0 M\n"));
    cr_assert(bus_write(&m->bus, (Spa){ BOARD_PLIC + 0x200000 }, 4, value, requester_hart(0)));
    cr_expect(says("info pic", "-> hart 0 M (not above its threshold)\n"));
    end();
}

Test(monitor, the_board_is_listed)
{
    const uint32_t code[] = { NOP };
    begin(1, code, 1);
    cr_expect(says("info mtree", "    0000000080000000-0000000080ffffff (prio 0, ram): ram\n"));
    cr_expect(says("info mtree", "(prio 0, i/o): uart\n"));
    cr_expect(says("info qtree", "  dev: ns16550a, id \"uart\"\n    irq 10\n"));
    cr_expect(says("info version", "10.0.0 (Bulkhead "));
    CHECK({ "info block", "" }, { "info name", "" }, { "info roms", "" },
          { "info chardev", "nothing is connected\n" },
          { "info network", "nothing is connected\n" });
    end();
}

Test(monitor, partitions_are_counted_and_nothing_else_changes)
{
    uint64_t hash[2];
    for (unsigned i = 0; i < 2; i++) {
        const uint32_t code[] = { INC_T0, BACK_4 };
        begin(1, code, 2);
        if (i)
            cr_expect(says("part", "(counted from now on"));
        rig_run(m, 1000);
        if (i)
            cr_expect(says("part", "* host       hart 0  M   100.0 %  M 1000, HS 0, U 0\n"));
        hash[i] = machine_state_hash(m);
        end();
    }
    cr_expect_eq(hash[0], hash[1]);
}

Test(monitor, events_are_printed_where_a_command_says)
{
    const uint32_t code[] = { ECALL };
    g_autofree char *folder = g_dir_make_tmp("monitor-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "log", NULL), *text = NULL;
    g_autofree char *command = g_strconcat("logfile ", path, NULL);
    begin(1, code, 1);
    csr_write(&m->harts[0], CSR_mtvec, BOARD_RAM);
    m->trace.out = stderr;
    CHECK(
        { command, "" }, { "trace-event trap on", "" },
        { "trace-event trap", "write: trace-event NAME on|off\n" },
        { "log nothing", "no log item is called 'nothing'; help log lists them\n" },
        { "log", "write: log ITEM[,ITEM...]\n" },
        { "trace-event nosuch on", "no trace event is called 'nosuch'; -trace help lists them\n" });
    cr_expect(says("info trace-events", "trap : state 1\n"));
    rig_run(m, 3);
    ask("log none");
    cr_expect(says("info trace-events", "trap : state 0\n"));
    rig_run(m, 3);
    cr_expect(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    cr_expect_eq(g_strv_length(lines), 4, "%s", text);
    end();
    unlink(path);
    rmdir(folder);
}

Test(monitor, memory_is_saved_into_files_unless_that_is_forbidden)
{
    const uint32_t code[] = { INC_T0, ECALL };
    g_autofree char *folder = g_dir_make_tmp("monitor-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "memory", NULL), *bytes = NULL;
    g_autofree char *save = g_strdup_printf("pmemsave 0x80000000 4+4 \"%s\"", path);
    g_autofree char *beyond = g_strdup_printf("memsave 0x80fffffc, 8, %s", path);
    gsize size;
    begin(1, code, 2);
    CHECK({ save, "" });
    cr_assert(g_file_get_contents(path, &bytes, &size, NULL));
    cr_expect(size == 8 && !memcmp(bytes, code, 8));
    cr_expect(says(beyond, "Cannot access memory"));
    CHECK({ "pmemsave 0x80000000 4", "write: pmemsave ADDR SIZE FILE\n" },
          { "memsave", "write: memsave ADDR SIZE FILE\n" },
          { "pmemsave 0x80000000 0 x", "write: pmemsave ADDR SIZE FILE\n" });
    cr_expect(says("pmemsave 0x80000000 4 /nonexistent/x", "cannot write '/nonexistent/x'"));
    hub->no_files = true;
    CHECK({ save, "files of the host are not to be touched here\n" },
          { "gdbserver tcp::0", "files of the host are not to be touched here\n" });
    end();
    unlink(path);
    rmdir(folder);
}

/* Whatever is behind a command's name, it answers, and what it does not understand it says. */
Test(monitor, all_commands_refuse_what_is_no_argument_of_theirs)
{
    const uint32_t code[] = { INC_T0, BACK_4 };
    begin(2, code, 2);
    hub->no_files = true;
    m->trace.out = stderr;
    for (const MonitorCommand *c = monitor_commands; c->name; c++) {
        g_autofree char *command = g_strconcat(c->name, " \"~ !", NULL);
        cr_expect(*ask(command), "%s says nothing", command);
    }
    end();
}
