/* SPDX-License-Identifier: MIT */
/* replay.c - does a recorded run once more, and says whether it was the same; see recording.h. */
#include <inttypes.h>
#include <stdio.h>

#include "emu/base/error.h"
#include "emu/time/recording_load.h"

void replay_tap(const Replay *replay, InputLog *log, MachineConfig *config)
{
    Replay *r = (Replay *)replay;
    HostChar *serial = config->serial ? config->serial : &r->no_char[VIRTIO_SLOTS];
    config->serial = r->extras.has_serial ? input_log_tap_char(log, serial) : NULL;
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++) {
        VirtioConfig *slot = &config->virtio[i];
        slot->chr = r->extras.has_chr[i] ? input_log_tap_char(log, &r->no_char[i]) : NULL;
        slot->net = r->extras.has_net[i] ? input_log_tap_net(log, &r->no_net[i]) : NULL;
    }
    for (unsigned i = 0; i < config->plugs.n; i++)
        config->plugs.at[i].chr =
            r->extras.has_plug_chr[i] ? input_log_tap_char(log, &r->no_plug_char[i]) : NULL;
}

static bool makes_no_sense(const Replay *r, GError **error)
{
    return fail(error, EXIT_FILE,
                "recording '%s' has input that makes no sense; record it anew, or replay another",
                r->name);
}

/* The input of one part; `at` becomes the moment up to which it got. */
static bool import_part(InputLog *log, RecordingText *text, Position *at)
{
    while (text->at < text->end) {
        InputRecord record;
        const uint8_t *data;
        if (*text->at == INPUT_KINDS) {
            text->at++;
            if (!recording_take_position(text, at))
                return false;
            continue;
        }
        if (!recording_take_record(text, &record, &data) || record.kind == INPUT_BREAK ||
            !input_log_import(log, &record, data))
            return false;
        *at = record.at;
    }
    return true;
}

bool replay_import(Replay *r, Machine *m, InputLog *log, GError **error)
{
    r->machine = m;
    r->next_part = 1;
    m->replaying = true;
    RecordingText text = { r->input->data, r->input->data };
    Position at = g_array_index(r->parts, RecordingPart, 0).end;
    for (unsigned i = 0; i < r->n_parts; i++) {
        const RecordingPart *part = &g_array_index(r->parts, RecordingPart, i);
        if (i) {
            const InputRecord next = { .kind = INPUT_BREAK, .at = part->end };
            (void)input_log_import(log, &next, NULL);
            r->run.last_part = input_log_end(log);
            at = (Position){ .units = part->end.units, .rounds = part->end.rounds };
        }
        text.end = MAX(text.end, r->input->data + part->input_end);
        if (!import_part(log, &text, &at))
            return makes_no_sense(r, error);
    }
    if (r->cut_at_part)
        at = g_array_index(r->parts, RecordingPart, r->n_parts).end;
    if (r->has_end)
        at = (Position){ r->end.units, r->end.rounds, r->end.turn, r->end.pass_ran != 0, false };
    at.units += at.in_slice; /* that instruction is part of it */
    at.in_slice = false;
    r->run.end = (Moment){ at, input_log_end(log) };
    return true;
}

bool replay_start(Replay *r, Machine *m, InputLog *log, GError **error)
{
    m->tohost =
        bus_is_ram(&m->bus, (Spa){ r->extras.tohost }, 8) ? (Spa){ r->extras.tohost } : (Spa){ 0 };
    return replay_load_part(r, m, 0, error) && replay_import(r, m, log, error);
}

/* While it runs. */

static void stop_with(Replay *r, GError *problem)
{
    if (!r->problem)
        r->problem = problem;
    else
        g_error_free(problem);
    r->machine->stop = STOP_NONE;
    machine_stop(r->machine, STOP_EXIT, r->problem->code);
}

static bool load_part(void *opaque)
{
    Replay *r = opaque;
    GError *error = NULL;
    g_assert(r->next_part < r->n_parts);
    if (replay_load_part(r, r->machine, r->next_part++, &error))
        return true;
    stop_with(r, error);
    return false;
}

static void differs(void *opaque)
{
    Replay *r = opaque;
    GError *error = NULL;
    fail(&error, EXIT_INTERNAL,
         "replay of '%s': at %" PRIu64 " ns a device does not take its input as it did; this is a "
         "bug of the emulator, please report it with the recording",
         r->name, clock_now(&r->machine->clock));
    stop_with(r, error);
}

static void compare_end(Replay *r)
{
    uint64_t hash = machine_state_hash(r->machine);
    r->done = true;
    r->same = hash == r->end.hash && machine_retired(r->machine) == r->end.retired;
    if (r->same)
        return;
    fail(&r->problem, EXIT_INTERNAL,
         "replay of '%s': at its end, at %" PRIu64 " ns, the state hash is %016" PRIx64
         ", when it was recorded it was %016" PRIx64
         "; this is a bug of the emulator, please report it with the recording",
         r->name, clock_now(&r->machine->clock), hash, r->end.hash);
}

/* Whatever the guest asked for last. */
static void passed(void *opaque)
{
    Replay *r = opaque;
    r->machine->stop = STOP_NONE;
    r->machine->reset_requested = false;
    machine_stop(r->machine, STOP_EXIT, r->problem ? r->problem->code : replay_exit_code(r));
}

static void ended(void *opaque)
{
    Replay *r = opaque;
    if (!r->done && r->has_end)
        compare_end(r);
    r->done = true;
    if (!r->machine->debug_stopped || !r->paused) {
        passed(r);
        return;
    }
    r->machine->paused = true;
    r->paused(r->opaque);
}

static void left(void *opaque)
{
    Replay *r = opaque;
    r->left = true;
    fprintf(stderr, "bulkhead: the run was changed: from here on it is no replay\n");
}

void replay_begin(Replay *r, History *history, void (*paused)(void *opaque), void *opaque)
{
    r->run.load_part = load_part;
    r->run.differs = differs;
    r->run.ended = ended;
    r->run.passed = passed;
    r->run.left = left;
    r->run.opaque = r;
    r->paused = paused;
    r->opaque = opaque;
    history_replay(history, &r->run);
}

int replay_exit_code(const Replay *r)
{
    return r->has_end ? (int)(r->end.exit_code & 0xff) : 0;
}

bool replay_report(Replay *r, GError **error)
{
    if (r->problem) {
        g_propagate_error(error, g_steal_pointer(&r->problem));
        return false;
    }
    if (r->left)
        return true;
    fprintf(stderr, "bulkhead: replayed %" PRIu64 " instructions, %s\n",
            machine_retired(r->machine),
            !r->done      ? "not to the end"
            : !r->has_end ? "up to where the recording was cut off"
                          : "state hash equal");
    return true;
}
