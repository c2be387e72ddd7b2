/* SPDX-License-Identifier: MIT */
/*
 * main.c - from a command line to an exit code.
 *
 * Options say what to build; the machine, what it is connected to, and its images are built in that order, run, and
 * taken apart again.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "emu/base/error.h"
#include "emu/console/console.h"
#include "emu/console/terminal.h"
#include "emu/daemon.h"
#include "emu/display/display.h"
#include "emu/display/input.h"
#include "emu/display/window.h"
#include "emu/doctor.h"
#include "emu/gdb/gdb.h"
#include "emu/lab/verbs.h"
#include "emu/loader.h"
#include "emu/machine.h"
#include "emu/machinefile/names.h"
#include "emu/machinefile/verbs.h"
#include "emu/monitor/hub.h"
#include "emu/net_port.h"
#include "emu/observe.h"
#include "emu/options/options.h"
#include "emu/time/rerun.h"
#include "emu/time/snapshot_run.h"
#include "emu/trace/ring.h"
#include "emu/trace/verbs.h"
#include "emu/verdict/recording.h"
#include "emu/with_gdb.h"

typedef struct {
    Options *options;
    Terminal *terminal;
    Console *console;
    Input *input;
    bool stays_live; /* there is live input beside the console's */
    NetPort *nets[VIRTIO_SLOTS];
    Display *display;
    Machine *machine;
    Loader *loader;
    int daemon; /* what daemon_ready wants, -1: it stays in the foreground */
    WithGdb *with_gdb;
    Semihost *semihost;
    GdbHub *gdb;
    GArray *monitor_ends; /* of ConsoleMonitor, until there is a machine for them */
    MonitorHub *monitors;
    Rerun *rerun;
    Observer *observer;
    Window *window; /* NULL: there is none */
} Run;

/* What to do when the message does not say it. */
static const char *general_fix(int code)
{
    switch (code) {
    case EXIT_FILE: return "check the path and its permissions";
    case EXIT_HOST: return "free the resource, or do without what needs it";
    case EXIT_INTERNAL:
        return "this is a bug of the emulator: please report it with this command line";
    default: return "bulkhead -help lists the options";
    }
}

/* Says what is wrong and, from the last semicolon of the message on, what to do. */
static int report(const Options *o, const GError *error)
{
    int code = error->domain == BULKHEAD_ERROR ? error->code : EXIT_HOST;
    const char *fix = g_strrstr(error->message, "; ");
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S.%fZ ");
    fprintf(stderr, "%s%s%sbulkhead: error: %.*s\n", o->msg_time ? time : "",
            o->msg_name && o->name ? o->name : "", o->msg_name && o->name ? " " : "",
            fix ? (int)(fix - error->message) : -1, error->message);
    fprintf(stderr, "fix: %s\n", fix ? fix + 2 : general_fix(code));
    return code;
}

static bool connect_monitors(Run *run, GError **error)
{
    const Options *o = run->options;
    run->monitor_ends = g_array_new(FALSE, FALSE, sizeof(ConsoleMonitor));
    for (guint i = 0; i < o->monitor_chars->len; i++) {
        ConsoleMonitor at;
        if (!console_connect_monitor(run->console, g_ptr_array_index(o->monitor_chars, i),
                                     o->monitor_first, &at, error))
            return false;
        g_array_append_val(run->monitor_ends, at);
    }
    return true;
}

/* Keyboards and pointers, in the order in which slots are filled. */
static void connect_input(Run *run)
{
    VirtioInputKind kind;
    run->input = input_new();
    for (unsigned i = VIRTIO_SLOTS; i-- > 0;) {
        VirtioConfig *slot = &run->options->machine.virtio[i];
        if (virtio_input_find(slot->driver, &kind))
            slot->chr = input_add(run->input, kind, i);
    }
}

/* Displays in the order of -device, which fills slots from the last one downwards. */
static void connect_displays(Run *run)
{
    Options *o = run->options;
    run->display = display_new();
    for (unsigned i = VIRTIO_SLOTS; i-- > 0;) {
        VirtioConfig *slot = &o->machine.virtio[i];
        g_autofree char *made = g_strdup_printf("virtio%u", i);
        if (slot->driver && !strcmp(slot->driver, "virtio-gpu-device"))
            slot->display = display_add(run->display, o->slots[i].id ? o->slots[i].id : made,
                                        slot->gpu.n_outputs, &slot->chr);
    }
}

/* Before the machine: the ends of its lines. */
static bool connect(Run *run, GError **error)
{
    Options *o = run->options;
    run->console = console_new((unsigned)o->escape, run->terminal);
    connect_displays(run);
    if (!console_connect(run->console, o->serial_char, &o->machine.serial, error))
        return false;
    if (o->semihost_char &&
        !console_connect(run->console, o->semihost_char, &o->semihost.chr, error))
        return false;
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++) {
        const SlotHost *host = &o->slots[i];
        if (host->chr &&
            !console_connect(run->console, host->chr, &o->machine.virtio[i].chr, error))
            return false;
        if (!host->net)
            continue;
        run->nets[i] =
            net_port_new((const char *const *)host->net->hostfwd, host->net->restricted, error);
        if (!run->nets[i])
            return false;
        o->machine.virtio[i].net = net_port_host(run->nets[i]);
        run->stays_live = !o->skip_idle;
    }
    for (unsigned i = 0; i < o->machine.plugs.n; i++)
        if (o->plug_chars[i] &&
            !console_connect(run->console, o->plug_chars[i], &o->machine.plugs.at[i].chr, error))
            return false;
    if (!connect_monitors(run, error))
        return false;
    connect_input(run);
    run->stays_live |= (o->gdbs->len || (o->window.on && !o->window.hidden)) && !o->skip_idle;
    rerun_tap(run->rerun);
    o->machine.live_input = run->stays_live || (console_is_live(run->console) && !o->skip_idle);
    return true;
}

static char *find_image(const Options *o, const char *name)
{
    for (unsigned i = 0; i < o->image_dirs->len; i++) {
        g_autofree char *path = g_build_filename(g_ptr_array_index(o->image_dirs, i), name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return g_steal_pointer(&path);
    }
    return doctor_find_image(name);
}

/* -bios: a path, or a name to be looked for where images are. */
static bool find_firmware(const Run *run, GError **error)
{
    Options *o = run->options;
    bool by_default = !o->bios || !strcmp(o->bios, "default");
    const char *name = by_default ? "fw_dynamic.bin" : o->bios;
    if (!strcmp(name, "none") || rerun_is_replay(run->rerun))
        return true;
    bool look = by_default || (!strchr(name, '/') && !g_file_test(name, G_FILE_TEST_EXISTS));
    g_autofree char *path = look ? find_image(o, name) : NULL;
    if (!path && o->dumpdtb && by_default)
        return true; /* the tree does not depend on it */
    if (by_default && !path)
        return fail(error, EXIT_FILE,
                    "the default firmware fw_dynamic.bin is nowhere to be found; run make images, "
                    "give -bios FILE, or -bios none for a kernel that starts in M-mode");
    o->images.firmware = options_keep(o, path ? path : name);
    return true;
}

static void flush_console(void *opaque)
{
    console_flush(opaque);
}

static bool add_semihosting(Run *run, GError **error)
{
    SemihostConfig *config = &run->options->semihost;
    if (!config->enabled)
        return true;
    config->flush = flush_console;
    config->flush_opaque = run->console;
    loader_largest_gap(run->loader, &config->heap, &config->heap_end);
    run->semihost = semihost_new(run->machine, config, error);
    return run->semihost != NULL;
}

static void add_monitors(Run *run)
{
    run->gdb = gdb_new(run->machine);
    run->monitors = monitor_hub_new(run->machine);
    run->monitors->host = (MonitorHost){ .options = run->options,
                                         .loader = run->loader,
                                         .gdb = run->gdb,
                                         .semihost = run->semihost,
                                         .display = run->display };
    for (guint i = 0; i < run->monitor_ends->len; i++)
        monitor_hub_add_place(run->monitors, &g_array_index(run->monitor_ends, ConsoleMonitor, i));
}

static bool build(Run *run, GError **error)
{
    Options *o = run->options;
    if (o->window.on && !o->dumpdtb && !(run->window = window_start(&o->window, error)))
        return false;
    run->rerun = rerun_new(o, error);
    if (!run->rerun || !connect(run, error) || !find_firmware(run, error))
        return false;
    run->machine = machine_new(&o->machine, error);
    if (!run->machine)
        return false;
    input_attach(run->input, run->machine);
    run->machine->machine_file = o->machine_file;
    if (o->machine_file)
        mf_declare(o->machine_file, run->machine);
    if (!rerun_is_replay(run->rerun))
        run->loader = loader_new(run->machine, &o->images, error);
    if ((!run->loader && !rerun_is_replay(run->rerun)) || !add_semihosting(run, error))
        return false;
    Panel *panel = o->top || o->top_harts ? console_panel(run->console) : NULL;
    run->observer = observe(run->machine, o, panel, error);
    terminal_on_crash(run->terminal, trace_ring_dump_crash, run->machine);
    if (!run->observer || !machine_reset(run->machine, error) ||
        !snapshots_begin(run->machine, o, error) || !rerun_load(run->rerun, run->machine, error))
        return false;
    add_monitors(run);
    return true;
}

static bool write_file(const char *path, const void *data, size_t size, GError **error)
{
    FILE *file = fopen(path, "wb");
    bool ok = file && fwrite(data, 1, size, file) == size;
    if (file)
        ok &= !fclose(file);
    return ok || fail(error, EXIT_FILE, "cannot write '%s'; check the path", path);
}

static bool write_pidfile(const Options *o, Terminal *terminal, GError **error)
{
    if (!o->pidfile)
        return true;
    g_autofree char *text = g_strdup_printf("%ld\n", (long)getpid());
    if (!write_file(o->pidfile, text, strlen(text), error))
        return false;
    terminal_remove_at_end(terminal, o->pidfile);
    return true;
}

static int exit_code(const Run *run, StopReason reason)
{
    if (reason == STOP_LIMIT)
        fprintf(stderr, "bulkhead: ended after %" PRIu64 " instructions (-max-insns)\n",
                run->options->machine.max_insns);
    if (reason == STOP_QUIT && run->machine->exit_code == EXIT_TIMEOUT)
        fprintf(stderr, "bulkhead: ended after %" PRIu64 " s (-timeout)\n", run->options->timeout);
    return reason == STOP_LIMIT ? EXIT_LIMIT : run->machine->exit_code;
}

/* -no-shutdown: the machine stays as it is, for debugger and monitor, until it is told to go on or to end. */
static StopReason keep_machine(const Run *run)
{
    Machine *m = run->machine;
    console_flush(run->console);
    fprintf(stderr, "bulkhead: the guest powered off; the machine is kept (-no-shutdown)\n");
    m->paused = m->noticed = true;
    gdb_tell_paused(run->gdb);
    return machine_run(m);
}

static bool start_gdb(Run *run, GError **error)
{
    const Options *o = run->options;
    for (unsigned i = 0; i < o->gdbs->len; i++)
        if (!gdb_listen(run->gdb, g_ptr_array_index(o->gdbs, i), error))
            return false;
    run->machine->paused |= o->stopped;
    if (run->with_gdb)
        gdb_end_with_debugger(run->gdb);
    return true;
}

/* All that talks to the machine, then the window, which shows it. */
static bool start_all(Run *run, GError **error)
{
    Machine *m = run->machine;
    const WindowConfig *window = &run->options->window;
    if (window->on && window->in_terminal)
        console_lend_terminal(run->console);
    if (!write_pidfile(run->options, run->terminal, error) ||
        !console_start(run->console, m, run->stays_live, error))
        return false;
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++)
        if (run->nets[i])
            net_port_start(run->nets[i], m);
    display_start(run->display, &m->inbox);
    if (!start_gdb(run, error) || !rerun_begin(run->rerun, run->gdb, error))
        return false;
    console_offer(run->console); /* a monitor's commands may come from a file, and change the run */
    WindowSubjects subjects = { .machine = m,
                                .hub = run->monitors,
                                .display = run->display,
                                .vcs = console_vcs(run->console),
                                .terminal = run->terminal };
    return !run->window || window_attach(run->window, &subjects, error);
}

/* The run is over: what it said and showed is brought to its end. */
static bool end_all(Run *run, StopReason reason, int *code, GError **error)
{
    Machine *m = run->machine;
    console_flush(run->console);
    if (m->stop_error) {
        (void)rerun_end(run->rerun, m->stop_error->code, NULL); /* a recording is whole, too */
        g_propagate_error(error, g_steal_pointer(&m->stop_error));
        return false;
    }
    if (!window_end(run->window, error))
        return false;
    *code = exit_code(run, reason);
    gdb_free(g_steal_pointer(&run->gdb));
    run->monitors->host.gdb = NULL;
    bool ok = rerun_end(run->rerun, *code, error);
    *code = observe_report(run->observer, reason, *code);
    if (!*code && !window_has_all(run->window))
        *code = EXIT_FILE;
    return ok && snapshots_end(m, run->options, error);
}

static bool run_machine(Run *run, int *code, GError **error)
{
    Machine *m = run->machine;
    if (!start_all(run, error))
        return false;
    if (run->daemon >= 0)
        daemon_ready(run->daemon);
    if (run->with_gdb)
        with_gdb_ready(run->with_gdb);
    /* A monitor's commands may have come from a file. */
    StopReason reason = m->stop ? m->stop : machine_run(m);
    while (reason == STOP_EXIT && run->options->keep_machine)
        reason = keep_machine(run);
    return end_all(run, reason, code, error);
}

/* 0, or the exit code for what failed at the very end. */
static int take_apart(Run *run)
{
    g_autoptr(GError) problem = NULL;
    (void)window_end(run->window, NULL);
    gdb_free(run->gdb); /* applies what was posted last: keys, and commands of monitors */
    window_free(run->window);
    if (run->monitors)
        run->monitors->host.gdb = NULL;
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++)
        if (run->nets[i])
            net_port_free(run->nets[i]);
    semihost_free(run->semihost);
    input_free(run->input);
    rerun_free(run->rerun);
    int code = console_free(run->console) ? 0 : EXIT_FILE;
    terminal_close(run->terminal);
    loader_free(run->loader);
    if (run->observer && !observe_end(run->observer, &problem)) {
        code = problem ? report(run->options, problem) : EXIT_FILE;
    }
    with_gdb_free(run->with_gdb);
    monitor_hub_free(run->monitors);
    display_free(run->display);
    if (run->monitor_ends)
        g_array_free(run->monitor_ends, TRUE);
    options_free(run->options);
    return code;
}

static bool work(Run *run, int argc, char **argv, int *code, GError **error)
{
    Options *o = run->options;
    if (!options_parse(o, argc, argv, error) || o->done)
        return o->done;
    if (o->verb && !strcmp(o->verb, "doctor")) {
        *code = doctor_run() ? 0 : EXIT_FILE;
        return true;
    }
    if (o->verb && !strcmp(o->verb, "trace"))
        return trace_verb(o->n_verb_words, o->verb_words, code, error);
    if (o->verb && !strcmp(o->verb, "lab"))
        return lab_verb(o->n_verb_words, o->verb_words, code, error);
    if (o->verb && !strcmp(o->verb, "export"))
        return machinefile_verb_export(o->n_verb_words, o->verb_words, error);
    if (o->verb && !strcmp(o->verb, "check"))
        return machinefile_verb_check(o->n_verb_words, o->verb_words, code, error);
    if (o->judged)
        return verdict_of_recording(o->judged, &o->verdict, o->verdicts, error);
    if (!options_resolve(o, error))
        return false;
    if (o->verb && !strcmp(o->verb, "gdb") && !(run->with_gdb = with_gdb_start(o, error)))
        return false;
    if (o->name)
        prctl(PR_SET_NAME, o->name);
    if (o->daemonize && (run->daemon = daemon_start("-daemonize", NULL, NULL, error)) < 0)
        return false;
    if (!(run->terminal = terminal_new(o->timeout, error)))
        return false;
    if (!build(run, error))
        return false;
    if (!o->dumpdtb)
        return run_machine(run, code, error);
    gsize size;
    const void *tree = g_bytes_get_data(loader_devicetree(run->loader), &size);
    return write_file(o->dumpdtb, tree, size, error);
}

/* Opened files must not get the numbers of standard streams that the caller closed: output would go into them. */
static void reserve_standard_streams(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

/* Text for people that went nowhere is an error. What a run prints is its console's business. */
static bool end_text(const Run *run, GError **error)
{
    return run->terminal || (!fflush(stdout) && !ferror(stdout)) ||
           fail(error, EXIT_FILE,
                "standard output could not be written to its end; make room where it goes");
}

int main(int argc, char **argv)
{
    reserve_standard_streams();
    Run run = { .options = options_new(), .daemon = -1 };
    g_autoptr(GError) error = NULL;
    int code = 0;
    if (!work(&run, argc, argv, &code, &error) || !end_text(&run, &error))
        code = report(run.options, error);
    int end = take_apart(&run);
    return code ? code : end;
}
