/* SPDX-License-Identifier: MIT */
/*
 * clint.c - the core-local interruptor; see clint.h.
 *
 * The table has registers for as many harts as the layout is used for; those of harts the machine
 * lacks read as zero and swallow what is written.
 */
#include "devices/clint.h"

enum { MSIP = 0, MTIMECMP = 0x4000, MTIME = 0xbff8, SIZE = 0x10000, MTIMER_SIZE = 0x8000 };

uint64_t clint_mtime(const Clint *clint)
{
    return clock_now(clint->dev.clock) / CLINT_NS_PER_TICK + clint->mtime_offset;
}

uint64_t clint_deadline(const Clint *clint, uint64_t mtime)
{
    uint64_t now = clint_mtime(clint), tick, deadline;
    if (now >= mtime)
        return clock_now(clint->dev.clock);
    if (__builtin_add_overflow(now - clint->mtime_offset, mtime - now, &tick) ||
        __builtin_mul_overflow(tick, (uint64_t)CLINT_NS_PER_TICK, &deadline))
        return CLOCK_NEVER;
    return deadline;
}

/* Sets MTIP of `hart` to what mtimecmp says, and the timer to when that changes. */
static void update_timer(Clint *clint, unsigned hart)
{
    uint64_t now = clint_mtime(clint), compare = clint->mtimecmp[hart];
    bool expired = now >= compare;
    if (expired)
        TRACE(clint->dev.trace, timer, hart, 0, compare, now);
    irq_set(&clint->mtip[hart], expired);
    timer_set(clint->dev.clock, &clint->timers[hart].timer,
              expired ? CLOCK_NEVER : clint_deadline(clint, compare));
}

static void timer_fired(void *opaque)
{
    const ClintTimer *timer = opaque;
    update_timer(timer->clint, timer->hart);
}

/* When mtime is 0 (again), in ns of virtual time. */
static uint64_t wrap_deadline(const Clint *clint)
{
    uint64_t deadline;
    if (__builtin_mul_overflow(-clint->mtime_offset, (uint64_t)CLINT_NS_PER_TICK, &deadline) ||
        deadline <= clock_now(clint->dev.clock))
        return CLOCK_NEVER;
    return deadline;
}

static void update_all(Clint *clint)
{
    uint64_t wrap = wrap_deadline(clint);
    if (clint->wrap.deadline != wrap)
        timer_set(clint->dev.clock, &clint->wrap, wrap);
    for (unsigned hart = 0; hart < clint->n_harts; hart++)
        update_timer(clint, hart);
    if (clint->time_set)
        clint->time_set(clint->opaque);
}

/* mtime is small again, and below what it was above. */
static void wrap_fired(void *opaque)
{
    update_all(opaque);
}

static void msip_written(Device *dev, const Reg *reg, unsigned hart)
{
    Clint *clint = (Clint *)dev;
    if (hart < clint->n_harts) {
        irq_set(&clint->msip[hart], clint->msip_reg[hart]);
        return;
    }
    clint->msip_reg[hart] = 0;
    device_guest_error(dev, GUEST_ERROR_REGISTER, reg->offset + 4 * hart);
}

static void mtimecmp_written(Device *dev, const Reg *reg, unsigned hart)
{
    Clint *clint = (Clint *)dev;
    if (hart < clint->n_harts) {
        update_timer(clint, hart);
        return;
    }
    clint->mtimecmp[hart] = 0;
    device_guest_error(dev, GUEST_ERROR_REGISTER, reg->offset + 8 * hart);
}

static void read_mtime(Device *dev, const Reg *reg, unsigned index)
{
    Clint *clint = (Clint *)dev;
    (void)reg;
    (void)index;
    clint->mtime = clint_mtime(clint);
}

static void mtime_written(Device *dev, const Reg *reg, unsigned index)
{
    Clint *clint = (Clint *)dev;
    (void)reg;
    (void)index;
    clint->mtime_offset += clint->mtime - clint_mtime(clint);
    update_all(clint);
}

static bool clint_realize(Device *dev, GError **error)
{
    Clint *clint = (Clint *)dev;
    (void)error;
    g_assert(clint->n_harts && clint->n_harts <= CLINT_MAX_HARTS && clint->mtip);
    g_assert(!clint->msip == (dev->type == &aclint_mtimer_type));
    for (unsigned hart = 0; hart < clint->n_harts; hart++) {
        ClintTimer *timer = &clint->timers[hart];
        timer->clint = clint;
        timer->hart = hart;
        clock_add_timer(dev->clock, &timer->timer, timer_fired, timer);
    }
    clock_add_timer(dev->clock, &clint->wrap, wrap_fired, clint);
    return true;
}

/* mtime starts from 0. The privileged architecture leaves mtimecmp undefined at reset; all ones
 * means that no timer interrupt is pending before software asks for one. */
static void clint_reset(Device *dev)
{
    Clint *clint = (Clint *)dev;
    clint->mtime_offset = -(clock_now(dev->clock) / CLINT_NS_PER_TICK);
    for (unsigned hart = 0; hart < clint->n_harts; hart++) {
        clint->mtimecmp[hart] = UINT64_MAX;
        clint->msip_reg[hart] = 0;
        if (clint->msip)
            irq_set(&clint->msip[hart], false);
    }
    update_all(clint);
}

static const StateField timer_fields[] = {
    STATE(ClintTimer, timer.deadline),
    STATE(ClintTimer, timer.order),
    STATE_END,
};
static const StateDesc timer_state = { .name = "clint.timer",
                                       .version = 1,
                                       .fields = timer_fields };

static void clint_visit(Device *dev, StateVisitor *visitor)
{
    Clint *clint = (Clint *)dev;
    for (unsigned hart = 0; hart < clint->n_harts; hart++) {
        g_autofree char *name = g_strdup_printf("%s.timer%u", dev->id, hart);
        state_visit(visitor, name, &timer_state, &clint->timers[hart]);
    }
}

// clang-format off
static const Reg clint_regs[] = {
    { "msip", MSIP, CLINT_MAX_HARTS, AT_ARRAY(Clint, msip_reg),
      REG_RW, 1, NULL, msip_written },
    { "mtimecmp", MTIMECMP, CLINT_MAX_HARTS, AT_ARRAY(Clint, mtimecmp),
      REG_RW, ~0ull, NULL, mtimecmp_written },
    { "mtime", MTIME, 1, AT(Clint, mtime),
      REG_RW, ~0ull, read_mtime, mtime_written },
};
static const Reg mtimer_regs[] = {
    { "mtimecmp", 0, CLINT_MAX_HARTS, AT_ARRAY(Clint, mtimecmp),
      REG_RW, ~0ull, NULL, mtimecmp_written },
    { "mtime", MTIME - MTIMECMP, 1, AT(Clint, mtime),
      REG_RW, ~0ull, read_mtime, mtime_written },
};
// clang-format on

static const StateField clint_fields[] = {
    STATE_ARRAY(Clint, msip_reg), STATE_ARRAY(Clint, mtimecmp), STATE(Clint, mtime_offset),
    STATE(Clint, wrap.deadline),  STATE(Clint, wrap.order),     STATE_END,
};

static const StateDesc clint_state = { .name = "clint", .version = 1, .fields = clint_fields };

const DeviceType clint_type = {
    .name = "clint",
    .compatible = "sifive,clint0;riscv,clint0",
    .size = sizeof(Clint),
    .mmio_size = SIZE,
    .regs = clint_regs,
    .n_regs = G_N_ELEMENTS(clint_regs),
    .state = &clint_state,
    .realize = clint_realize,
    .reset = clint_reset,
    .visit = clint_visit,
};

const DeviceType aclint_mtimer_type = {
    .name = "mtimer",
    .compatible = "riscv,aclint-mtimer",
    .size = sizeof(Clint),
    .mmio_size = MTIMER_SIZE,
    .regs = mtimer_regs,
    .n_regs = G_N_ELEMENTS(mtimer_regs),
    .state = &clint_state,
    .realize = clint_realize,
    .reset = clint_reset,
    .visit = clint_visit,
};
