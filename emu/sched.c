/* SPDX-License-Identifier: MIT */
/*
 * sched.c - who runs when: rounds, slices, events, and time while nobody has anything to do.
 *
 * In a round every hart uses exactly one quantum of units, executing or idle (ADR 0003). A slice is a stretch of one
 * hart's quantum: it ends at the next event, or when the hart yields (WFI, pause, an IPI to another hart), or where the
 * host wants to look; the last of these changes nothing that the guest can see. A hart that yielded goes on later in
 * the same round.
 */
#include <inttypes.h>

#include "cpu/stall.h"
#include "emu/machine.h"
#include "emu/pace.h"
#include "emu/sight/csr.h"
#include "emu/time/history.h"

enum { HTIF_PUTCHAR = 1 };
enum { LONGEST_SLICE = 250000 }; /* the host waits no longer than that takes, some milliseconds */
enum { CRITICAL_EXIT = 63 };     /* the guest failed */

/* Kept from running by the debugger, now or when this happened first. Another history begins where that differs. */
static bool is_held(Machine *m, unsigned index)
{
    const Hart *hart = &m->harts[index];
    if (LIKELY(!((m->restraint.held | m->recorded.held) >> index & 1)))
        return false;
    if (m->replaying && !(m->recorded.held >> index & 1) && !hart->critical &&
        (!hart->idle || hart_wakes(hart)))
        history_deviates(m);
    return true;
}

/* While harts are halted nothing but a timer can let them go on. */
static bool timers_off(const Machine *m)
{
    return (m->restraint.timers_off || m->recorded.timers_off) && !m->halted;
}

static bool is_runnable(Machine *m, unsigned index)
{
    Hart *hart = &m->harts[index];
    if (UNLIKELY(m->halted) || is_held(m, index) || hart->critical)
        return false;
    if (hart->idle && hart_wakes(hart)) {
        hart->idle = false;
        TRACE(&m->trace, wake, index, hart->pc);
    }
    return !hart->idle;
}

/* Instructions and traps of all harts: what -max-insns limits, so that a guest that only traps ends too. */
uint64_t machine_executed(const Machine *m)
{
    uint64_t executed = m->clock.units - m->idle_units;
    for (unsigned i = 0; UNLIKELY(m->timing != NULL) && i < m->n_harts; i++)
        executed -= m->harts[i].stall_units;
    return executed;
}

uint64_t machine_retired(const Machine *m)
{
    uint64_t retired = 0;
    for (unsigned i = 0; i < m->n_harts; i++)
        retired += hart_retired(&m->harts[i]);
    return retired;
}

/* When the next event of the clock is due, or somebody wants to look, in units of all harts; UINT64_MAX: never. */
static uint64_t next_event(const Machine *m)
{
    uint64_t event = timers_off(m) ? UINT64_MAX : clock_units_at(&m->clock, m->clock.next);
    return MIN(event, m->look_at);
}

/* Units until then; at least 0. */
static uint64_t units_to_event(const Machine *m)
{
    uint64_t at = next_event(m);
    return at > m->clock.units ? at - m->clock.units : 0;
}

static void run_events(Machine *m)
{
    if (m->clock.next > clock_now(&m->clock))
        return;
    if (LIKELY(!timers_off(m)))
        clock_run_timers(&m->clock);
    else if (m->replaying && !m->recorded.timers_off)
        history_deviates(m);
}

/* The hart's reservation must be noticed by the others' stores while it does not run. */
static void watch_reservation(Machine *m, const Hart *hart)
{
    uint64_t at = hart->mmu.reservation;
    if (at != RESERVATION_NONE)
        bus_watch_page(&m->bus, (Spa){ at & ~(uint64_t)PAGE_OFFSET }, PAGE_RESERVED);
}

/* A guest has taken an interrupt; the first instruction of its handler is a slice of its own, so that it can be told when
 * that is over. */
static bool is_entering(const Machine *m, unsigned index)
{
    return m->entering[index] && hart_is_guest(&m->harts[index]);
}

/* True: the slice ends here, before that instruction. */
static bool note_entering(Machine *m, unsigned index)
{
    const Hart *hart = &m->harts[index];
    if (LIKELY(!m->trace.on[TRACE_handler]) || !hart_is_guest(hart))
        return false;
    m->entering[index] = (uint8_t)((hart->csr.vscause & 63) + 1);
    return true;
}

static void tell_entered(Machine *m, unsigned index)
{
    TRACE(&m->trace, handler, index, m->entering[index] - 1u);
    m->entering[index] = 0;
}

static uint64_t slice_length(const Machine *m, unsigned index)
{
    uint64_t length = MIN((uint64_t)m->round_left[index], units_to_event(m));
    length = MIN(length, UNLIKELY(pace_runs(m)) ? (uint64_t)PACE_SLICE : LONGEST_SLICE);
    if (m->config.slice)
        length = MIN(length, m->config.slice);
    if (m->config.max_insns)
        length = MIN(length, m->config.max_insns - MIN(machine_executed(m), m->config.max_insns));
    if (UNLIKELY(index == m->step_hart))
        length = MIN(length, m->step_end - MIN(m->step_end, machine_steps_over(m)));
    if (UNLIKELY(index == m->stop_hart))
        length = MIN(length, m->stop_steps - MIN(hart_steps(&m->harts[index]), m->stop_steps));
    bool single = m->stepping >> index & 1 || is_entering(m, index);
    return UNLIKELY(single) ? MIN(length, 1) : length;
}

/* Gives the hart `length` units, and the clock sight of them. */
static void begin_slice(Machine *m, Hart *hart, uint64_t length)
{
    hart->attention &= ~(uint32_t)(ATTENTION_YIELD | ATTENTION_LOOK);
    hart->left = (int64_t)length;
    hart->units += length;
    m->clock.units += length;
    m->clock.left = &hart->left;
    m->clock.spent = &hart->units;
}

/* Takes back what was not used, or adds what an instruction that waited has used beyond its slice. */
static void end_slice(Machine *m, Hart *hart)
{
    uint64_t unused = (uint64_t)hart->left;
    m->clock.left = &m->clock.none;
    m->clock.spent = &m->clock.spent_none;
    hart->left = 0;
    hart->units -= unused;
    m->clock.units -= unused;
}

/* Runs hart `index` for one slice. True: it yielded. */
static bool run_slice(Machine *m, unsigned index)
{
    Hart *hart = &m->harts[index];
    uint64_t start = hart->units;
    m->current = index;
    begin_slice(m, hart, slice_length(m, index));
    while (hart->left > 0) {
        if (hart->attention & ATTENTION_IRQ) {
            hart_take_interrupt(hart);
            /* These meant the instruction that has just been put off. */
            hart->step_over = hart->watch_over = false;
            hart->left--;
            stall_settle(hart);
            if (UNLIKELY(note_entering(m, index)))
                break;
        }
        hart_run(hart);
        if (hart->attention & ~(uint32_t)ATTENTION_IRQ)
            break;
    }
    end_slice(m, hart);
    m->round_left[index] -= (int64_t)(hart->units - start);
    if (m->n_harts > 1)
        watch_reservation(m, hart);
    return hart->attention & ATTENTION_YIELD;
}

/* The host-target interface of test suites: the word means something to us, and is emptied. */
static void check_tohost(Machine *m)
{
    uint64_t word, zero = 0;
    m->tohost_posted = false;
    if (!bus_read_bytes(&m->bus, m->tohost, &word, 8, requester_hart(0)) || !word)
        return;
    if (word >> 56 == 1 && (word >> 48 & 0xff) == HTIF_PUTCHAR && m->config.serial &&
        m->config.serial->write)
        m->config.serial->write(m->config.serial->host, (const uint8_t *)&word, 1);
    else if (word >> 48 == 0 && word & 1)
        machine_stop(m, STOP_EXIT, (int)MIN(word >> 1, 63));
    if (!bus_poke(&m->bus, m->tohost, &zero, 8))
        g_assert_not_reached();
    m->tohost_posted = false;
}

void machine_watch_tohost(Machine *m)
{
    if (m->tohost.v)
        bus_watch_page(&m->bus, (Spa){ (m->tohost.v + 7) & ~(uint64_t)PAGE_OFFSET }, PAGE_MAILBOX);
}

static void tell_monitors(Machine *m)
{
    if (LIKELY(!m->noticed))
        return;
    m->noticed = false;
    m->notice(m);
}

void machine_tell_pause(Machine *m)
{
    void (*tell)(void *opaque) = m->first_pause;
    if (!m->paused || !tell)
        return;
    m->first_pause = NULL;
    tell(m->first_pause_opaque);
}

static void hear_host(Machine *m)
{
    while (UNLIKELY(inbox_has_messages(&m->inbox)) && !m->paused)
        inbox_apply_one(&m->inbox);
    if (UNLIKELY(m->step_end != UINT64_MAX) && machine_steps_over(m) >= m->step_end) {
        m->step_end = UINT64_MAX;
        m->paused = m->noticed = true;
        /* Before monitors hear of it, whose next line may let it go on at once. */
        history_paused(m);
    }
    tell_monitors(m);
    if (LIKELY(!m->paused) || m->stop)
        return;
    machine_tell_pause(m);
    history_paused(m);
    while (m->paused && !m->stop) {
        inbox_wait(&m->inbox, UINT64_MAX);
        inbox_apply_one(&m->inbox);
    }
    csr_marks_note(m);
}

/* Between slices: what the host and the limits want. A machine that the debugger paused stays here, wherever in the
 * round it is, so that looking at it changes nothing. */
static void look_around(Machine *m)
{
    if (LIKELY(!m->travelling))
        hear_host(m);
    else
        tell_monitors(m);
    while (UNLIKELY(pace_runs(m)) && !m->travelling && !m->stop && pace_run(m))
        hear_host(m);
    if (UNLIKELY(m->clock.units >= m->look_at)) {
        machine_look(m);
        if (m->paused && !m->travelling)
            hear_host(m);
    }
    if (UNLIKELY(m->history != NULL))
        history_go_on(m);
    if (UNLIKELY(m->config.max_insns) && machine_executed(m) >= m->config.max_insns)
        machine_stop(m, STOP_LIMIT, 0);
}

/* `ran`: its slice was not empty. */
static void check_debug_stop(Machine *m, unsigned index, bool ran)
{
    Hart *hart = &m->harts[index];
    bool stepped = ran && m->stepping >> index & 1;
    bool there = index == m->stop_hart && hart_steps(hart) == m->stop_steps;
    if (!stepped && !there && !(hart->attention & ATTENTION_STOP))
        return;
    m->stepping &= ~((uint32_t)1 << index);
    hart->attention &= ~(uint32_t)ATTENTION_STOP;
    m->stopped_hart = index;
    if (m->debug_stopped)
        m->debug_stopped(m->debug_opaque, index);
    else
        machine_stop(m, STOP_DEBUG, 0);
}

/* The platform's answer to a hart's critical-error signal: the run is over. norm:critical_error */
static void check_critical(Machine *m, unsigned index)
{
    Hart *hart = &m->harts[index];
    if (LIKELY(!hart->critical))
        return;
    g_printerr("bulkhead: hart %u: critical error: a trap to M-mode at pc 0x%" PRIx64
               " while mstatus.MDT was set; the hart has stopped (Smdbltrp)\n",
               index, hart->pc);
    machine_stop(m, STOP_EXIT, CRITICAL_EXIT);
}

/* Whose turn it is. In timed mode another hart is the first of each round: the first finds the bus free, and the others
 * after it. */
static unsigned whose_turn(const Machine *m)
{
    return (unsigned)(m->timed ? (m->turn + m->rounds) % m->n_harts : m->turn);
}

/* Lets the hart whose turn it is go on for a slice. Its turn is over when it yields, or cannot go on. Looking around comes
 * last and may replace the whole machine: what goes on then is what the machine says. */
static void run_turn(Machine *m)
{
    unsigned index = whose_turn(m);
    if (m->round_left[index] <= 0 || !is_runnable(m, index)) {
        m->turn++;
        return;
    }
    run_events(m);
    uint64_t start = m->clock.units, retired = hart_retired(&m->harts[index]);
    bool entering = is_entering(m, index);
    m->turn += run_slice(m, index);
    bool ran = m->clock.units != start;
    if (UNLIKELY(entering) && hart_retired(&m->harts[index]) != retired)
        tell_entered(m, index);
    run_events(m);
    m->pass_ran = true;
    if (UNLIKELY(m->tohost_posted))
        check_tohost(m);
    check_critical(m, index);
    check_debug_stop(m, index, ran);
    if (UNLIKELY(m->timed_from_here))
        timed_switch(m, true);
    look_around(m);
}

static void pass_idle(Machine *m, unsigned index, uint64_t units)
{
    Hart *hart = &m->harts[index];
    hart->units += units;
    hart->idle_units += units;
    m->idle_units += units;
    m->clock.units += units;
}

/* Everyone who has quantum left is idle: the first of them idles on, at most up to the next event. */
static void idle_in_round(Machine *m)
{
    for (unsigned i = 0; i < m->n_harts; i++) {
        if (m->round_left[i] <= 0)
            continue;
        uint64_t units = MIN((uint64_t)m->round_left[i], units_to_event(m));
        pass_idle(m, i, units);
        m->round_left[i] -= (int64_t)units;
        run_events(m);
        look_around(m);
        return;
    }
}

static bool all_idle(Machine *m)
{
    if (UNLIKELY(m->halted))
        return true;
    for (unsigned i = 0; i < m->n_harts; i++)
        if (!is_held(m, i) && (!m->harts[i].idle || hart_wakes(&m->harts[i])))
            return false;
    return true;
}

/* What each hart must idle for all together to come to `units`. */
static uint64_t idle_for(const Machine *m, uint64_t units)
{
    uint64_t all = units > m->clock.units ? units - m->clock.units : 0;
    return all / m->n_harts + (all % m->n_harts != 0);
}

/* At the start of a round with everyone idle: time passes for all alike, up to the next event. With somebody who may
 * type it passes at wall rate, so that input finds the clock where a person expects it; otherwise at once. */
static void idle_all(Machine *m)
{
    run_events(m);
    uint64_t now = clock_now(&m->clock), at = next_event(m), wait = UINT64_MAX;
    uint64_t units = idle_for(m, at);
    if (at != UINT64_MAX)
        wait = clock_time_at(&m->clock, m->clock.units + units * m->n_harts) - now;
    if (wait == UINT64_MAX && !m->config.live_input && !m->warned_idle) {
        m->warned_idle = true;
        g_printerr(
            "bulkhead: every hart waits for an interrupt and nothing can raise one; Ctrl-C or -timeout ends this\n");
    }
    if ((m->config.live_input && !m->replaying) || wait == UINT64_MAX) {
        wait = pace_idle(m, wait);
        units = idle_for(m, clock_units_at(&m->clock, now + wait));
    }
    for (unsigned i = 0; i < m->n_harts; i++)
        pass_idle(m, i, units);
    run_events(m);
    look_around(m);
}

static bool round_is_fresh(const Machine *m)
{
    bool fresh = m->turn == 0 && !m->pass_ran;
    for (unsigned i = 0; i < m->n_harts; i++)
        fresh &= m->round_left[i] == m->round_given[i];
    return fresh;
}

static bool round_is_done(const Machine *m)
{
    bool done = true;
    for (unsigned i = 0; i < m->n_harts; i++)
        done &= m->round_left[i] <= 0;
    return done;
}

/* One pass gives every hart a turn; passes go on until everyone's quantum is used up. The position is in the machine, so
 * that a stop, or saving and loading, in the middle of a turn changes nothing. */
static void run_pass(Machine *m)
{
    while (m->turn < m->n_harts && !m->stop)
        run_turn(m);
    if (m->stop)
        return;
    bool ran = m->pass_ran;
    m->turn = 0;
    m->pass_ran = false;
    if (!ran && !round_is_done(m))
        idle_in_round(m);
}

/* Gives every hart its quantum. What an instruction that waited has used of it beforehand is made up for. */
static void begin_round(Machine *m)
{
    for (unsigned i = 0; i < m->n_harts; i++)
        m->round_given[i] = m->round_left[i] += machine_quantum(m);
}

static void run_round(Machine *m)
{
    while (!m->stop && round_is_fresh(m) && all_idle(m))
        idle_all(m);
    while (!m->stop && !(round_is_done(m) && m->turn == 0))
        run_pass(m);
    if (m->stop || !round_is_done(m))
        return;
    m->rounds++;
    begin_round(m);
    if (UNLIKELY(m->tohost.v))
        check_tohost(m);
}

static void reset_now(Machine *m)
{
    m->reset_requested = false;
    g_clear_error(&m->stop_error);
    if (!machine_reset(m, &m->stop_error))
        machine_stop(m, STOP_QUIT, m->stop_error->code);
}

static bool is_to_reset(const Machine *m)
{
    return m->reset_requested && m->stop == STOP_RESET && !m->config.stop_on_reset;
}

StopReason machine_run(Machine *m)
{
    m->stop = STOP_NONE;
    machine_watch_tohost(m);
    look_around(m);
    while (!m->stop || is_to_reset(m)) {
        if (is_to_reset(m)) {
            m->stop = STOP_NONE;
            reset_now(m);
            look_around(m); /* which may want it again */
        } else {
            run_round(m);
        }
    }
    return m->stop;
}

void machine_stop(Machine *m, StopReason reason, int exit_code)
{
    if (m->stop && m->stop != STOP_DEBUG)
        return;
    m->stop = reason;
    m->exit_code = exit_code;
    if (reason == STOP_EXIT)
        m->ended_at = m->clock.units - (uint64_t)*m->clock.left;
    m->harts[m->current].attention |= ATTENTION_YIELD;
}
