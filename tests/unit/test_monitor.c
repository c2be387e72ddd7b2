/* SPDX-License-Identifier: MIT */
/* test_monitor.c - commands, by a line in and lines out; where they are typed is tests/cli/monitor.py's. */
#include "tests/unit/test_monitor_setup.h"

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
    cr_expect(says("step x", "write: step [N|exit]"));
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
