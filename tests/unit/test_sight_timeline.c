/* SPDX-License-Identifier: MIT */
/* test_sight_timeline.c - what harts did of late: the same borders as in the trace, after steps back and snapshots as well. */
#include "emu/time/history.h"
#include "emu/ui/palette.h"
#include "tests/unit/test_sight_panel.h"

/* Modes of hart 0 as events tell of them. */
typedef struct {
    uint64_t ns;
    unsigned to;
} Border;
static Border borders[100000];
static unsigned n_borders;

static void note_mode(void *opaque, const TraceRecord *record)
{
    (void)opaque;
    if (record->id == TRACE_mode && record->hart == 0 && n_borders < G_N_ELEMENTS(borders))
        borders[n_borders++] = (Border){ record->own, (unsigned)record->values[1] };
}

static Machine *begin_noting(unsigned n_harts)
{
    Machine *m = begin(n_harts, NULL);
    cr_assert(trace_enable(&m->trace, TRACE_TO_EXPECT, "mode", NULL));
    m->trace.sinks[TRACE_TO_EXPECT].put = note_mode;
    machine_trace_changed(m);
    n_borders = 0;
    return m;
}

static Timeline *look(Machine *m, uint64_t span_ns)
{
    return timeline_make(m, &(SightWants){ .span_ns = span_ns });
}

static const Span *span_at(const Timeline *t, unsigned hart, guint i)
{
    return &g_array_index(t->harts[hart].spans, Span, i);
}

/* Of what is shown of hart 0: no gap, no overlap, up to now; and borders are those of the events, of which the last is number
 * `last` - 1. */
static void must_agree(const Machine *m, const Timeline *t, unsigned last)
{
    const GArray *spans = t->harts[0].spans;
    cr_assert(spans->len);
    cr_expect_eq(span_at(t, 0, spans->len - 1)->to, hart_own_time(&m->harts[0]));
    cr_expect_eq(span_at(t, 0, spans->len - 1)->mode, hart_mode(&m->harts[0]));
    for (guint i = spans->len; i-- > 1 && last;) {
        const Span *span = span_at(t, 0, i), *before = span_at(t, 0, i - 1);
        last--;
        cr_expect_eq(span->from, before->to);
        cr_expect_eq(span->from, borders[last].ns, "%u", i);
        cr_expect_eq(span->mode, borders[last].to);
        cr_expect_eq(before->next, span->mode);
        cr_expect_eq(span->who.owner, span->mode == MODE_VS ? VMID : 0);
    }
}

Test(timeline, stretches_are_what_events_say)
{
    Machine *m = begin_noting(2);
    rig_run(m, 5003);
    Timeline *t = look(m, 1000000);
    cr_expect_eq(t->from, 0);
    cr_expect_null(t->why);
    cr_expect_eq(t->harts[0].spans->len, n_borders + 1, "all there are");
    must_agree(m, t, n_borders);
    /* By hand: three instructions in M-mode, of which MRET is the guest's; j, addi, addi in the guest; trap, csrr, addi,
     * csrw in M-mode. */
    const Span *first = span_at(t, 0, 0), *third = span_at(t, 0, 2), *fourth = span_at(t, 0, 3);
    cr_expect(first->from == 0 && first->to == 2 && first->mode == PRIV_M && !first->cut);
    cr_expect(third->mode == PRIV_M && third->to - third->from == 4 && third->insns == 3);
    cr_expect(fourth->mode == MODE_VS && fourth->to - fourth->from == 4 && fourth->insns == 4);
    cr_expect(fourth->has_begin && fourth->begin == GUEST + 12);
    cr_expect(fourth->has_last && fourth->last == GUEST + 8);
    cr_expect(fourth->end == SPAN_TRAP && fourth->cause == CAUSE_ECALL_VS && fourth->exits == 1);
    cr_expect_eq(t->harts[0].exits, n_borders / 2);
    /* The other waits from its third instruction on. */
    cr_assert_eq(t->harts[1].spans->len, 2);
    cr_expect_eq(span_at(t, 1, 1)->mode, SPAN_IDLE);
    cr_expect_eq(span_at(t, 1, 1)->from, 2);
    cr_expect_geq(span_at(t, 1, 1)->to, t->now);
    timeline_free(t);
    end(m);
}

Test(timeline, a_short_look_has_what_is_under_way)
{
    Machine *m = begin_noting(1);
    rig_run(m, 5003);
    Timeline *t = look(m, 20);
    cr_expect_eq(t->from, t->now - 20);
    cr_expect_leq(span_at(t, 0, 0)->from, t->from);
    cr_expect_gt(span_at(t, 0, 0)->to, t->from);
    cr_expect_leq(t->harts[0].spans->len, 6);
    must_agree(m, t, n_borders);
    timeline_free(t);
    end(m);
}

/* More stretches than are shown one by one: nothing of the time is lost. */
Test(timeline, many_short_stretches_become_few)
{
    Machine *m = begin_noting(1);
    rig_run(m, 60003);
    Timeline *t = look(m, 1000000);
    const GArray *spans = t->harts[0].spans;
    uint64_t ns[SPAN_MODES] = { 0 }, all = 0, stretches = 0;
    cr_expect_gt(t->harts[0].grain, 0);
    cr_expect_lt(spans->len, TIMELINE_SPANS);
    for (guint i = 0; i < spans->len; i++) {
        const Span *span = span_at(t, 0, i);
        uint64_t sum = 0;
        cr_expect(i == 0 || span->from == span_at(t, 0, i - 1)->to);
        for (unsigned mode = 0; mode < SPAN_MODES; mode++) {
            ns[mode] += span->ns[mode];
            sum += span->ns[mode];
        }
        cr_expect_eq(sum, span->to - span->from);
        all += sum;
        stretches += span->n;
    }
    cr_expect_eq(all, t->now - t->from);
    cr_expect(stretches == n_borders + 1 || (t->from && stretches <= n_borders));
    cr_expect_float_eq((double)ns[PRIV_M] / (double)all, 0.5, 0.01);
    timeline_free(t);
    end(m);
}

Test(timeline, cells_have_the_mode_of_most_of_their_time)
{
    Machine *m = begin_noting(1);
    rig_run(m, 5003);
    Timeline *t = look(m, 1000000);
    const Span *span = span_at(t, 0, 10);
    g_autofree TimelineCell *one = timeline_cells(t, 0, span->from, span->to, 2);
    cr_expect(one[0].mode == span->mode && one[1].mode == span->mode && !one[0].mixed);
    cr_expect_eq(one[0].owner, span->who.owner);
    g_autofree TimelineCell *all = timeline_cells(t, 0, 0, 2 * t->now, 4);
    cr_expect(all[0].mixed && all[0].spots >> SPOT_EXIT & 1);
    cr_expect_eq(all[3].mode, SPAN_MODES, "nothing is known of what is to come");
    cr_expect_eq(timeline_at(t, 0, span->from), span);
    cr_expect_eq(timeline_at(t, 0, span->to), span + 1);
    cr_expect_null(timeline_at(t, 0, t->now + 1));
    const Spot *spot = timeline_spot(t, 0, span->from, 1 << SPOT_EXIT, true);
    cr_assert(spot && spot->ns > span->from && spot->number == CAUSE_ECALL_VS);
    cr_expect_eq(timeline_spot(t, 0, spot->ns + 1, 1 << SPOT_EXIT, false), spot);
    timeline_free(t);
    end(m);
}

/* Back in time it shows what was before, and nothing of what came after; and if the run goes on in another way, that. */
Test(timeline, going_back_shows_what_led_there)
{
    Machine *m = begin_noting(2);
    InputLog *log = input_log_new();
    input_log_attach(log, m);
    History *history = history_new(m, log, 64 << 20);
    cr_assert_eq(machine_run_until(m, 40000), STOP_DEBUG);
    unsigned whole = n_borders, before = 0;
    m->paused = true;
    cr_assert_eq(m->time_travel->step_back(m->time_travel->opaque, 0, 5001), TRAVEL_ARRIVED);
    uint64_t now = hart_own_time(&m->harts[0]);
    while (before < whole && borders[before].ns < now)
        before++;
    Timeline *t = look(m, 4000);
    cr_expect_null(t->why);
    cr_expect_gt(t->harts[0].spans->len, 100);
    must_agree(m, t, before);
    timeline_free(t);
    /* Forward again, though not to the end. */
    m->paused = false;
    cr_assert_eq(machine_run_until(m, clock_now(&m->clock) + 1000), STOP_DEBUG);
    now = hart_own_time(&m->harts[0]);
    while (before < whole && borders[before].ns < now)
        before++;
    t = look(m, 4000);
    must_agree(m, t, before);
    timeline_free(t);
    /* Another run from here: the guest stays in a loop, so what was to come does not. */
    history_touched(m);
    m->harts[0].pc = GUEST;
    csr_write(&m->harts[0], CSR_mepc, GUEST);
    rig_write64(m, GUEST, 0x0000006f);
    code_written(&m->code, (Spa){ GUEST }, 8);
    m->harts[0].mmu.priv = PRIV_S;
    n_borders = before;
    cr_assert_eq(machine_run_until(m, 45000), STOP_DEBUG);
    t = look(m, 20000);
    cr_assert(t->harts[0].spans->len);
    const Span *last = span_at(t, 0, t->harts[0].spans->len - 1);
    cr_expect(last->from <= now && last->to == hart_own_time(&m->harts[0]) && last->to > 40000);
    timeline_free(t);
    history_free(history);
    end(m);
    input_log_free(log);
}

/* A state of another run: nothing of this one is its past. */
Test(timeline, a_snapshot_begins_anew)
{
    Machine *m = begin_noting(1);
    rig_run(m, 3000);
    g_autoptr(GByteArray) saved = g_byte_array_new();
    machine_save(m, saved);
    uint64_t then = clock_now(&m->clock);
    rig_run(m, 3000);
    cr_assert(machine_load(m, saved->data, saved->len, NULL));
    Timeline *t = look(m, 1000000);
    cr_expect_eq(t->from, then);
    cr_expect_not_null(t->why);
    cr_expect_eq(t->harts[0].spans->len, 0);
    timeline_free(t);
    n_borders = 0;
    rig_run(m, 1000);
    t = look(m, 1000000);
    cr_expect_eq(t->from, then);
    cr_expect(span_at(t, 0, 0)->cut);
    must_agree(m, t, n_borders);
    timeline_free(t);
    end(m);
}

Test(timeline, without_events_it_says_so)
{
    Machine *m = begin_noting(1);
    rig_run(m, 100);
    ring_free(m->trace.ring);
    m->trace.ring = NULL;
    memset(m->trace.on, 0, sizeof m->trace.on);
    machine_trace_changed(m);
    Timeline *t = look(m, 0);
    g_autoptr(GString) out = g_string_new(NULL);
    timeline_print(t, out);
    cr_expect_str_eq(out->str, "no events are kept (-trace-ring off); leave that option out\n");
    timeline_free(t);
    m->trace.ring = ring_new(0);
    cr_assert(trace_enable(&m->trace, TRACE_TO_RING, "walk.end", NULL));
    machine_trace_changed(m);
    cr_expect_not_null(spans_unknown(m));
    end(m);
}

/* The panel. */

static Sights *sights_of(Machine *m, const void *state)
{
    SightWants wants = { .which = 1 << SIGHT_TIMELINE };
    ui_panel_timeline.wants(state, &wants);
    m->paused = true;
    Sights *sights = sights_make(m, &wants);
    m->paused = false;
    return sights;
}

Test(timeline, the_panel_fits_everywhere)
{
    static const unsigned counts[] = { 1, 3, 32 };
    check_sizes(&ui_panel_timeline, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(counts); i++) {
        Machine *m = begin(counts[i], i ? "a partition with quite a long na" : NULL);
        g_autofree void *state = g_malloc0(ui_panel_timeline.state_size);
        machine_run_until(m, 20000);
        Sights *sights = sights_of(m, state);
        check_sizes(&ui_panel_timeline, sights);
        sights_unref(sights);
        end(m);
    }
}

static bool has_part(const DrawList *list, const char *text)
{
    for (guint i = 0; i < list->ops->len; i++) {
        const DrawOp *op = &g_array_index(list->ops, DrawOp, i);
        if (op->kind == DRAW_TEXT && strstr(list->texts->str + op->text, text))
            return true;
    }
    return false;
}

/* How many fills there are of that colour. */
static unsigned count_fills(const DrawList *list, UiColor color)
{
    unsigned n = 0;
    for (guint i = 0; i < list->ops->len; i++) {
        const DrawOp *op = &g_array_index(list->ops, DrawOp, i);
        n += op->kind == DRAW_FILL && op->paper == color && op->at.h == UI_CELL_H;
    }
    return n;
}

static void press(void *state, Sights **sights, Machine *m, unsigned key)
{
    g_autoptr(GString) commands = g_string_new(NULL);
    cr_expect(ui_panel_timeline.key(state, *sights, key, commands));
    sights_unref(*sights);
    *sights = sights_of(m, state);
}

/* 80 ns of the guest that makes calls are ten stretches of four ns in each mode. */
Test(timeline, the_panel_has_each_stretch)
{
    Machine *m = begin_noting(2);
    g_autofree void *state = g_malloc0(ui_panel_timeline.state_size);
    cr_assert_eq(machine_run_until(m, 10000), STOP_DEBUG);
    cr_expect(ui_panel_timeline.set(state, "span", "80ns"));
    cr_expect(!ui_panel_timeline.set(state, "span", "1ns"));
    cr_expect(!ui_panel_timeline.set(state, "hart", "99"));
    Sights *sights = sights_of(m, state);
    DrawList *list = draw_list_new();
    draw_panel(&ui_panel_timeline, state, sights, 1300, 160, list);
    unsigned guests = count_fills(list, ui_mode_color("VS"));
    cr_expect(guests >= 10 && guests <= 11, "%u", guests);
    cr_expect(has_text(list, "VS E") && has_text(list, "M H"));
    cr_expect(has_text(list, "idle H"), "hart 1");
    cr_expect(has_part(list, "interrupts"));
    /* To the exit before: the cursor says what ended there; one stretch on, the host. */
    press(state, &sights, m, 'p');
    draw_panel(&ui_panel_timeline, state, sights, 1300, 160, list);
    const Timeline *t = sights->sights[SIGHT_TIMELINE];
    const Spot *exit = timeline_spot(t, 0, t->now, 1 << SPOT_EXIT, false);
    g_autofree char *words = timeline_span_words(t, timeline_at(t, 0, exit->ns));
    cr_expect(g_str_has_prefix(words, "M, H host, "), "%s", words);
    cr_expect(has_part(list, words), "%s", words);
    press(state, &sights, m, ',');
    draw_panel(&ui_panel_timeline, state, sights, 1300, 160, list);
    cr_expect(has_part(list, "ended by ecall_vs, exit ecall"));
    cr_expect(has_part(list, "hart 0: VS, E vmid5, "));
    press(state, &sights, m, '.');
    draw_panel(&ui_panel_timeline, state, sights, 1300, 160, list);
    cr_expect(has_part(list, words));
    draw_list_free(list);
    sights_unref(sights);
    end(m);
}

/* Every exit from the last back to the first, and forward again. */
Test(timeline, exits_are_found_one_by_one)
{
    Machine *m = begin_noting(1);
    g_autofree void *state = g_malloc0(ui_panel_timeline.state_size);
    cr_assert_eq(machine_run_until(m, 1000), STOP_DEBUG);
    cr_expect(ui_panel_timeline.set(state, "span", "100ns"));
    Sights *sights = sights_of(m, state);
    DrawList *list = draw_list_new();
    for (unsigned i = n_borders; i-- > 0;) {
        g_autofree char *at = timeline_time(borders[i].ns);
        if (borders[i].to != PRIV_M)
            continue;
        for (unsigned tries = 0; tries < 4 && !has_part(list, at); tries++) {
            press(state, &sights, m, 'p');
            draw_panel(&ui_panel_timeline, state, sights, 900, 160, list);
        }
        cr_expect(has_part(list, at), "%s", at);
    }
    press(state, &sights, m, 'n');
    draw_panel(&ui_panel_timeline, state, sights, 900, 160, list);
    g_autofree char *second = timeline_time(borders[3].ns);
    cr_expect(has_part(list, second), "%s", second);
    press(state, &sights, m, UI_KEY_HOME);
    draw_panel(&ui_panel_timeline, state, sights, 900, 160, list);
    cr_expect(has_part(list, "other traps"));
    draw_list_free(list);
    sights_unref(sights);
    end(m);
}

Test(timeline, clicks_choose_a_hart_and_a_moment)
{
    Machine *m = begin_noting(3);
    g_autofree void *state = g_malloc0(ui_panel_timeline.state_size);
    g_autoptr(GString) commands = g_string_new(NULL);
    cr_assert_eq(machine_run_until(m, 10000), STOP_DEBUG);
    Sights *sights = sights_of(m, state);
    DrawList *list = draw_list_new();
    draw_panel(&ui_panel_timeline, state, sights, 900, 160, list);
    unsigned label = 0, lane = 0;
    for (int y = 11; y < 170; y++) {
        unsigned at = draw_hit(list, 12, y), there = draw_hit(list, 600, y);
        label = at ? at : label;
        lane = there ? there : lane;
    }
    ui_panel_timeline.click(state, sights, label, commands);
    cr_expect_str_eq(commands->str, "cpu 2\n", "the last label");
    g_string_truncate(commands, 0);
    ui_panel_timeline.click(state, sights, lane, commands);
    cr_expect_str_eq(commands->str, "", "it is chosen");
    draw_panel(&ui_panel_timeline, state, sights, 900, 160, list);
    cr_expect(has_part(list, "hart 2: idle, H host, "));
    ui_panel_timeline.click(state, sights, 999999, commands);
    draw_list_free(list);
    sights_unref(sights);
    end(m);
}
