/* SPDX-License-Identifier: MIT */
/* history_life.c - a history begins and ends, and is described; see history.h. */
#include <inttypes.h>

#include "emu/time/history_state.h"

const char *history_refusal(const Machine *m)
{
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++) {
        const VirtioConfig *slot = &m->config.virtio[i];
        if (slot->drive_file && !slot->read_only && !slot->snapshot)
            return "what the guest writes to a disk image cannot be taken back; add -snapshot, which "
                   "leaves images as they are";
    }
    return m->harts[0].semihost
               ? "calls to the host by -semihosting cannot be taken back; leave it out"
               : NULL;
}

History *history_new(Machine *m, InputLog *log, size_t limit)
{
    History *h = g_new0(History, 1);
    h->machine = m;
    h->log = log;
    h->limit = limit;
    h->marks = g_ptr_array_new();
    h->stops = g_array_new(FALSE, TRUE, sizeof(Stop));
    travel_init(h);
    m->history = h;
    m->time_travel = limit ? &h->travel : NULL;
    history_take_mark(h, true);
    history_set_mark_due(h);
    return h;
}

void history_replay(History *h, const HistoryReplay *replay)
{
    h->replay = replay;
    h->machine->replaying = true;
    input_log_seek(h->log, input_log_first(h->log));
    history_schedule(h);
}

void history_record(History *h, HistoryPart *part_begins, void *recorder)
{
    h->part_begins = part_begins;
    h->recorder = recorder;
}

void history_free(History *h)
{
    if (!h)
        return;
    history_unschedule(h);
    history_drop_marks(h, 0, h->marks->len);
    h->machine->history = NULL;
    h->machine->time_travel = NULL;
    g_ptr_array_free(h->marks, TRUE);
    g_array_free(h->stops, TRUE);
    g_free(h);
}

void history_describe(const History *h, GString *out)
{
    if (!h->limit) {
        g_string_append(out, "nothing: start with -history on\n");
        return;
    }
    Moment now = history_now(h);
    const Mark *first = history_mark_at(h, 0);
    const Clock *clock = &h->machine->clock;
    g_string_append_printf(out,
                           "from %" PRIu64 " ns to %" PRIu64 " ns: %u checkpoints, %zu MiB of %zu; "
                           "%" PRIu64 " inputs\n",
                           clock_time_at(clock, first->moment.at.units),
                           clock_time_at(clock, (h->behind ? h->frontier : now).at.units),
                           h->marks->len, history_memory(h) >> 20, h->limit >> 20,
                           input_log_end(h->log) - input_log_first(h->log));
    g_string_append_printf(out, "now: %" PRIu64 " ns%s\n", clock_time_at(clock, now.at.units),
                           h->behind ? ", in the past" : "");
}
