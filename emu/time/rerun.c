/* SPDX-License-Identifier: MIT */
/* rerun.c - what the command line wants of runs that are remembered; see rerun.h. */
#include "emu/time/rerun.h"

#include "emu/base/error.h"
#include "emu/time/history.h"
#include "emu/time/recording.h"

struct Rerun {
    Options *options;
    Machine *machine;
    InputLog *inputs; /* NULL: nobody wants to know */
    History *history;
    Recorder *recorder;
    Replay *replay;
    bool from_pause; /* a history begins when the machine is stopped for the first time */
};

/* What a recording says, so that nobody else may. */
static const char *const of_machine[] = { "M",           "machine",
                                          "cpu",         "smp",
                                          "m",           "bios",
                                          "kernel",      "initrd",
                                          "append",      "dtb",
                                          "device",      "drive",
                                          "snapshot",    "netdev",
                                          "nic",         "net",
                                          "global",      "rtc",
                                          "icount",      "seed",
                                          "semihosting", "semihosting-config",
                                          "quantum",     "hda",
                                          "timing",      "no-reboot",
                                          "action",      "record",
                                          "loadvm",      "savevm",
                                          "max-insns",   "no-shutdown",
                                          NULL };

static bool check_given(const Options *o, GError **error)
{
    for (unsigned i = 0; i < o->given->len; i++) {
        const char *name = g_ptr_array_index(o->given, i);
        if (g_strv_contains(of_machine, name))
            return fail(error, EXIT_CONFIG,
                        "-replay: the recording says what the machine is and does; leave -%s out",
                        name);
    }
    return true;
}

Rerun *rerun_new(Options *o, GError **error)
{
    Rerun *r = g_new0(Rerun, 1);
    r->options = o;
    if (o->replay &&
        (!check_given(o, error) || !(r->replay = replay_open(o->replay, &o->machine, error)))) {
        rerun_free(r);
        return NULL;
    }
    return r;
}

void rerun_free(Rerun *r)
{
    if (!r)
        return;
    history_free(r->history);
    input_log_free(r->inputs);
    replay_free(r->replay);
    g_free(r);
}

bool rerun_is_replay(const Rerun *r)
{
    return r->replay;
}

void rerun_tap(Rerun *r)
{
    Options *o = r->options;
    MachineConfig *machine = &o->machine;
    if (!o->has_history && o->gdbs->len)
        o->history = OPTIONS_HISTORY;
    r->from_pause = o->window.on && !o->has_history && !o->history && !o->record && !r->replay;
    if (!o->history && !o->record && !r->replay && !r->from_pause)
        return;
    r->inputs = input_log_new();
    if (r->replay) {
        replay_tap(r->replay, r->inputs, machine);
        return;
    }
    machine->serial = input_log_tap_char(r->inputs, machine->serial);
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++) {
        machine->virtio[i].chr = input_log_tap_char(r->inputs, machine->virtio[i].chr);
        machine->virtio[i].net = input_log_tap_net(r->inputs, machine->virtio[i].net);
    }
    for (unsigned i = 0; i < machine->plugs.n; i++)
        machine->plugs.at[i].chr = input_log_tap_char(r->inputs, machine->plugs.at[i].chr);
}

bool rerun_load(Rerun *r, Machine *machine, GError **error)
{
    r->machine = machine;
    if (r->inputs && !r->from_pause)
        input_log_attach(r->inputs, machine);
    return !r->replay || replay_start(r->replay, machine, r->inputs, error);
}

/* At the end of a replay a debugger finds the machine there. */
static void paused(void *hub)
{
    gdb_tell_paused(hub);
}

/* Whoever stops the machine may want to go back from then on; a run that nobody stops need not be remembered. */
static void begin_history(void *opaque)
{
    Rerun *r = opaque;
    r->machine->no_time_travel = NULL;
    r->machine->remembered_from = "the first stop on; from the start with -history on";
    input_log_attach(r->inputs, r->machine);
    r->history = history_new(r->machine, r->inputs, OPTIONS_HISTORY);
}

static void wait_for_pause(Rerun *r)
{
    Machine *m = r->machine;
    if (m->no_time_travel)
        return;
    m->no_time_travel = "the run is remembered from the first stop on, or with -history on";
    m->first_pause = begin_history;
    m->first_pause_opaque = r;
}

bool rerun_begin(Rerun *r, GdbHub *gdb, GError **error)
{
    const Options *o = r->options;
    Machine *m = r->machine;
    const char *no_recording = o->record ? recording_refusal(m) : NULL;
    m->no_time_travel = history_refusal(m);
    if (no_recording)
        return fail(error, EXIT_CONFIG, "-record: %s", no_recording);
    if (r->from_pause) {
        wait_for_pause(r);
        return true;
    }
    if (!o->history)
        m->no_time_travel =
            o->record
                ? "a run that is recorded is remembered with -history on alone; start with both"
                : "nobody remembers the run; start with -history on";
    if (!o->record && !r->replay && m->no_time_travel)
        return true;
    r->history = history_new(m, r->inputs, m->no_time_travel ? 0 : o->history);
    if (r->replay)
        replay_begin(r->replay, r->history, paused, gdb);
    if (o->record)
        r->recorder = recorder_new(m, r->inputs, o->cpu, o->record, error);
    return !o->record || r->recorder;
}

bool rerun_end(Rerun *r, int code, GError **error)
{
    bool ok = recorder_end(r->recorder, code, error);
    r->recorder = NULL;
    ok = ok && (!r->replay || replay_report(r->replay, error));
    history_free(r->history);
    r->history = NULL;
    return ok;
}
