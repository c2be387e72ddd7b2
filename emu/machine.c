/* SPDX-License-Identifier: MIT */
/*
 * machine.c - builds the machine, in visible order, and visits its state.
 *
 * machine_new is the wiring diagram: what sits where, and which wire goes where. Nothing registers itself.
 */
#include "emu/machine.h"

#include <string.h>

#include "cpu/notes.h"
#include "devices/block_image.h"
#include "devices/virtio_blk.h"
#include "devices/virtio_console.h"
#include "devices/virtio_input.h"
#include "devices/virtio_net.h"
#include "devices/virtio_rng.h"
#include "emu/base/error.h"
#include "emu/base/ring.h"
#include "emu/explain/explain.h"
#include "emu/irqchip.h"
#include "emu/qos.h"
#include "emu/sight/csr.h"
#include "emu/sight/memory.h"
#include "emu/time/checkpoint.h"
#include "emu/time/history.h"
#include "emu/verdict/live.h"

/* What the bus must tell. */

static void on_code_written(void *opaque, Spa spa, unsigned size)
{
    Machine *m = opaque;
    code_written(&m->code, spa, size);
}

/* norm:sc_other_hart_store_fail, norm:sc_other_device_write_fail */
static void on_reserved_written(void *opaque, Spa spa, unsigned size, Requester by)
{
    Machine *m = opaque;
    uint64_t granule = 1ull << RESERVATION_SHIFT, page = spa.v >> PAGE_SHIFT;
    bool page_reserved = false;
    for (unsigned i = 0; i < m->n_harts; i++) {
        uint64_t at = m->harts[i].mmu.reservation;
        if (at == RESERVATION_NONE || (!by.is_device && by.id == i))
            continue;
        if (spa.v < at + granule && at < spa.v + size)
            m->harts[i].mmu.reservation = RESERVATION_NONE;
        else
            page_reserved |= at >> PAGE_SHIFT == page;
    }
    if (!page_reserved)
        *bus_flags_at(&m->bus, spa) &= (uint8_t)~PAGE_RESERVED;
}

/* A message is whole when the mailbox's last byte is there; the machine reads it before another instruction runs. */
static void on_mailbox_written(void *opaque, Spa spa, unsigned size, Requester by)
{
    Machine *m = opaque;
    history_stored(m, spa, size, by);
    if (m->tohost.v + 7 - spa.v >= size)
        return;
    m->tohost_posted = true;
    m->harts[m->current].attention |= ATTENTION_YIELD;
}

static void on_table_written(void *opaque)
{
    Machine *m = opaque;
    m->table_written_by_guest = hart_is_guest(&m->harts[m->current]);
    for (unsigned i = 0; i < m->n_harts; i++)
        mmu_table_written(&m->harts[i].mmu);
}

static void on_clean_written(void *opaque, Spa page)
{
    Machine *m = opaque;
    checkpoints_keep_page(m, page);
}

static void on_drop_write_paths(void *opaque, Spa page)
{
    Machine *m = opaque;
    for (unsigned i = 0; i < m->n_harts; i++)
        mmu_drop_write_paths(&m->harts[i].mmu, page);
}

/* Devices. */

static void on_finish(void *opaque, FinishKind kind, unsigned code)
{
    Machine *m = opaque;
    if (kind == FINISH_RESET) {
        m->reset_requested = true;
        machine_stop(m, STOP_RESET, 0);
    } else {
        machine_stop(m, STOP_EXIT, kind == FINISH_PASS ? 0 : (int)MIN(MAX(code, 1), 63));
    }
}

void machine_time_set(void *opaque)
{
    Machine *m = opaque;
    for (unsigned i = 0; i < m->n_harts; i++)
        hart_update_stimer(&m->harts[i]);
}

void machine_halt(void *machine, unsigned input, bool level)
{
    Machine *m = machine;
    uint64_t now = clock_now(&m->clock);
    (void)input;
    if (level == m->halted)
        return;
    m->halted = level;
    m->harts[m->current].attention |= ATTENTION_YIELD;
    for (unsigned i = 0; !level && i < m->n_harts; i++)
        TRACE(&m->trace, cpu_halted, i, now - m->halted_since);
    m->halted_since = now;
}

static uint64_t read_mtime(void *opaque)
{
    const Machine *m = opaque;
    return clint_mtime(m->clint);
}

Device *machine_new_device(Machine *m, const DeviceType *type, const char *id, uint64_t base,
                           unsigned irq)
{
    DeviceSite site = { .bus = &m->bus,
                        .clock = &m->clock,
                        .trace = &m->trace,
                        .base = { base },
                        .requester = (uint16_t)(m->devices->len + 1),
                        .irq_number = irq,
                        .id = id };
    if (irq)
        site.irq = irqchip_input(m, irq);
    return device_alloc(type, &site);
}

bool machine_add_device(Machine *m, Device *dev, GError **error)
{
    if (!device_realize(dev, error))
        return false;
    g_ptr_array_add(m->devices, dev);
    return true;
}

/* The backend that a slot's configuration asks for; NULL with `error` unset: an empty slot. */
static VirtioBackend *make_backend(const Machine *m, const VirtioConfig *config, GError **error)
{
    static const uint8_t no_mac[6];
    VirtioInputKind kind;
    if (!config->driver)
        return NULL;
    if (!strcmp(config->driver, "virtio-blk-device")) {
        BlockImage *image =
            block_image_open(config->drive_file, config->read_only, config->snapshot, error);
        return image ? virtio_blk_new(image, config->serial) : NULL;
    }
    if (virtio_input_find(config->driver, &kind))
        return virtio_input_new(kind, config->serial, config->chr);
    if (!strcmp(config->driver, "virtio-serial-device"))
        return virtio_console_new(config->chr);
    if (!strcmp(config->driver, "virtio-rng-device"))
        return virtio_rng_new(m->config.seed);
    if (!strcmp(config->driver, "virtio-gpu-device"))
        return virtio_gpu_new(&config->gpu, config->display, config->chr);
    if (!strcmp(config->driver, "virtio-net-device"))
        return virtio_net_new(config->net, memcmp(config->mac, no_mac, 6) ? config->mac
                                                                          : virtio_net_default_mac);
    fail(error, EXIT_CONFIG, "no virtio device is called '%s'", config->driver);
    return NULL;
}

static bool add_virtio(Machine *m, GError **error)
{
    for (unsigned i = VIRTIO_SLOTS; i-- > 0;) {
        char id[24];
        GError *problem = NULL;
        g_snprintf(id, sizeof id, "virtio%u", i);
        VirtioBackend *backend = make_backend(m, &m->config.virtio[i], &problem);
        if (problem) {
            g_propagate_error(error, problem);
            return false;
        }
        uint64_t base = BOARD_VIRTIO + i * 0x1000ull;
        VirtioMmio *slot =
            (VirtioMmio *)machine_new_device(m, &virtio_mmio_type, id, base, BOARD_IRQ_VIRTIO + i);
        slot->backend = backend;
        slot->modern = m->config.virtio_modern;
        m->virtio[i] = &slot->dev;
        if (!machine_add_device(m, &slot->dev, error))
            return false;
    }
    return true;
}

static bool add_rom(Machine *m, GError **error)
{
    g_autofree uint8_t *empty = g_malloc0(BOARD_ROM_SIZE);
    return bus_add_rom(&m->bus, "boot ROM", (Spa){ BOARD_ROM }, BOARD_ROM_SIZE, empty, error);
}

static bool add_devices(Machine *m, GError **error)
{
    if (!add_rom(m, error) || !irqchip_add(m, error))
        return false;
    m->finisher = (Finisher *)machine_new_device(m, &finisher_type, "test", BOARD_FINISHER, 0);
    m->finisher->finish = on_finish;
    m->finisher->opaque = m;
    if (!machine_add_device(m, &m->finisher->dev, error))
        return false;
    m->rtc = (Rtc *)machine_new_device(m, &rtc_type, "rtc", BOARD_RTC, BOARD_IRQ_RTC);
    m->rtc->base_ns = m->config.rtc_base_ns;
    if (!machine_add_device(m, &m->rtc->dev, error))
        return false;
    m->uart = (Uart *)machine_new_device(m, &uart_type, "uart", BOARD_UART, BOARD_IRQ_UART);
    m->uart->chr = m->config.serial;
    return machine_add_device(m, &m->uart->dev, error) && add_virtio(m, error) &&
           qos_add(m, error) && plugs_add(m, error);
}

void machine_restraint_changed(Machine *m)
{
    for (unsigned i = 0; i < m->n_harts; i++) {
        m->harts[i].irqs_off = (m->restraint.irqs_off | m->recorded.irqs_off) >> i & 1;
        hart_update_irq_mode(&m->harts[i]);
    }
}

/* What every event says of the hart it is about: the one it names, or the one that runs. */
static void look_for_trace(void *opaque, TraceRecord *record)
{
    const Machine *m = opaque;
    bool runs = m->clock.left != &m->clock.none;
    if (record->hart == TRACE_NO_HART && runs)
        record->hart = (uint8_t)m->current;
    if (record->hart >= m->n_harts)
        return;
    const Hart *hart = &m->harts[record->hart];
    record->mode = (uint8_t)hart_mode(hart);
    record->insns = hart_retired(hart);
    record->spent = hart->units - (uint64_t)hart->left;
    record->vmid = (uint16_t)bits(hart->csr.hgatp, 57, 44);
    record->partition = hart_is_guest(hart)
                            ? (uint16_t)partitions_traced(m->partitions, record->vmid, record->hart)
                            : PARTITION_HOST;
}

static uint64_t own_time_for_trace(const void *opaque, unsigned hart)
{
    const Machine *m = opaque;
    return hart < m->n_harts ? hart_own_time(&m->harts[hart]) : clock_now(&m->clock);
}

void machine_trace_changed(Machine *m)
{
    bool every = m->trace.on[TRACE_commit] || m->trace.on[TRACE_mem];
    for (unsigned i = 0; i < m->n_harts; i++) {
        notes_update(&m->harts[i]);
        /* Logs and hashes keep what they want of it. */
        if (every && !m->harts[i].commit) {
            m->harts[i].commit = &m->commit;
            m->commit_traced |= (uint32_t)1 << i;
        } else if (!every && m->commit_traced >> i & 1) {
            m->harts[i].commit = NULL;
            m->commit_traced &= ~((uint32_t)1 << i);
        }
    }
}

/* Life. */

static void make_harts(Machine *m)
{
    m->harts = g_new0(Hart, m->n_harts);
    code_init(&m->code, &m->bus, &m->config.isa);
    for (unsigned i = 0; i < m->n_harts; i++) {
        Hart *hart = &m->harts[i];
        hart_init(hart, i, &m->config.isa, &m->bus, &m->clock, &m->trace, &m->code);
        hart->entropy = m->config.seed + i;
        hart->mtime = read_mtime;
        hart->mtime_opaque = m;
    }
}

/* Harts with an IMSIC have its CSRs, and as many guest external interrupts as it has guest files. */
static void add_aia_extensions(Machine *m)
{
    Isa *isa = &m->config.isa;
    if (m->config.aia != AIA_APLIC_IMSIC)
        return;
    isa->has[EXT_Smaia] = true;
    isa->has[EXT_Ssaia] = isa->has[EXT_S];
    isa->geilen = isa->has[EXT_H] ? m->config.aia_guests : 0;
}

Machine *machine_new(const MachineConfig *config, GError **error)
{
    Machine *m = g_new0(Machine, 1);
    insn_table_init();
    m->config = *config;
    m->n_harts = m->stop_hart = config->n_harts;
    add_aia_extensions(m);
    qos_add_extension(m);
    m->look_at = m->step_end = UINT64_MAX;
    m->devices = g_ptr_array_new();
    m->wires = g_ptr_array_new_with_free_func(g_free);
    m->looks = g_array_new(FALSE, FALSE, sizeof(Look));
    m->state_marks = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    m->reset_pc = BOARD_ROM;
    clock_init(&m->clock, m->n_harts);
    if (config->pdp_time)
        clock_set_rate(&m->clock, PDP_HZ);
    m->trace.clock = &m->clock;
    m->trace.out = stderr;
    m->trace.look = look_for_trace;
    m->trace.own_time = own_time_for_trace;
    m->trace.look_opaque = m;
    inbox_init(&m->inbox);
    if (!bus_init(&m->bus, (Spa){ BOARD_RAM }, config->ram_size, &m->trace, error)) {
        machine_free(m);
        return NULL;
    }
    m->bus.listener =
        (BusListener){ on_code_written,  on_reserved_written, on_mailbox_written,  on_table_written,
                       on_clean_written, on_drop_write_paths, m->bus.listener.dma, m };
    make_harts(m);
    timed_new(m);
    m->trace.partitions = m->partitions;
    if (!add_devices(m, error)) {
        machine_free(m);
        return NULL;
    }
    return m;
}

void machine_free(Machine *m)
{
    for (unsigned i = m->devices->len; i-- > 0;)
        device_free(g_ptr_array_index(m->devices, i));
    for (unsigned i = 0; m->harts && i < m->n_harts; i++)
        hart_free(&m->harts[i]);
    timed_free(m);
    if (m->harts)
        code_free(&m->code);
    g_free(m->harts);
    explain_free(m->explain);
    csr_marks_free(m->csr_marks);
    g_free(m->imsic_ports);
    g_ptr_array_free(m->wires, TRUE);
    g_ptr_array_free(m->devices, TRUE);
    g_array_free(m->looks, TRUE);
    g_array_free(m->state_marks, TRUE);
    qos_free(m->qos);
    memory_look_free(m->memory_look);
    bus_free(&m->bus);
    g_clear_error(&m->stop_error);
    inbox_free(&m->inbox);
    clock_free(&m->clock);
    g_free(m);
}

bool machine_reset(Machine *m, GError **error)
{
    history_touched(m);
    TRACE(&m->trace, reset, m->clock.units != 0);
    for (unsigned i = 0; i < m->devices->len; i++)
        device_reset(g_ptr_array_index(m->devices, i));
    for (unsigned i = 0; i < m->n_harts; i++) {
        hart_reset(&m->harts[i], m->reset_pc);
        m->round_given[i] = m->round_left[i] = machine_quantum(m);
    }
    m->turn = 0;
    m->pass_ran = false;
    timed_reset(m);
    return !m->load_images || m->load_images(m, m->load_opaque, error);
}

/* State. */

// clang-format off
static const StateField clock_fields[] = { STATE(Clock, units), STATE(Clock, order), STATE_END };
static const StateField machine_fields[] = {
    STATE_ARRAY(Machine, round_left), STATE(Machine, current), STATE(Machine, turn),
    STATE(Machine, pass_ran), STATE(Machine, rounds), STATE(Machine, idle_units), STATE_END,
};
// clang-format on
/* Whatever a damaged snapshot says, harts have at most a quantum left, and it is the turn of one that is there. */
static void make_legal(void *object)
{
    Machine *m = object;
    for (unsigned i = 0; i < MACHINE_MAX_HARTS; i++) {
        m->round_left[i] = CLAMP(m->round_left[i], 0, (int64_t)m->config.quantum);
        m->round_given[i] = (int64_t)m->config.quantum;
    }
    m->turn = MIN(m->turn, m->n_harts);
    m->current = MIN(m->current, m->n_harts - 1);
}

static const StateDesc clock_state = { "clock", 1, clock_fields, NULL };
static const StateDesc machine_state = { "machine", 1, machine_fields, make_legal };

void machine_visit(Machine *m, StateVisitor *visitor)
{
    state_visit(visitor, "clock", &clock_state, &m->clock);
    state_visit(visitor, "machine", &machine_state, m);
    timed_visit_clock(m, visitor);
    for (unsigned i = 0; i < m->devices->len; i++)
        device_visit(g_ptr_array_index(m->devices, i), visitor);
    for (unsigned i = 0; i < m->n_harts; i++)
        hart_visit(&m->harts[i], visitor);
    timed_visit_model(m, visitor);
}

uint64_t machine_state_hash(Machine *m)
{
    StateHasher hasher;
    state_hasher_init(&hasher);
    machine_visit(m, &hasher.visitor);
    bus_visit_ram(&m->bus, &hasher.visitor);
    return hasher.hash;
}

void machine_save(Machine *m, GByteArray *out)
{
    StateSaver saver;
    state_saver_init(&saver, out);
    machine_visit(m, &saver.visitor);
    bus_visit_ram(&m->bus, &saver.visitor);
}

/* The end that a guest asked for in another time is none. */
static void forget_end(Machine *m)
{
    if (m->stop == STOP_EXIT || m->stop == STOP_RESET)
        m->stop = STOP_NONE;
    m->reset_requested = false;
}

/* Loading RAM forgot who watches which page. A reservation outside RAM, from a damaged snapshot, is none. */
static void watch_loaded_reservation(Machine *m, Mmu *mmu)
{
    Spa at = { mmu->reservation };
    if (!bus_is_ram(&m->bus, at, 1 << RESERVATION_SHIFT))
        mmu->reservation = RESERVATION_NONE;
    else
        bus_watch_page(&m->bus, (Spa){ at.v & ~(uint64_t)PAGE_OFFSET }, PAGE_RESERVED);
}

void machine_loaded(Machine *m)
{
    for (unsigned i = 0; i < m->n_harts; i++) {
        mmu_loaded(&m->harts[i].mmu);
        counters_loaded(&m->harts[i]); /* which look at the model, too */
        watch_loaded_reservation(m, &m->harts[i].mmu);
    }
    clock_loaded(&m->clock);
    m->halted = m->drum && drum_halts(m->drum);
    m->halted_since = m->halted ? m->drum->command_at : 0;
    machine_rate_changed(m);
    machine_looks_loaded(m);
    m->tohost_posted = false;
    memset(m->entering, 0, sizeof m->entering);
    machine_watch_tohost(m);
    forget_end(m);
    if (m->verdict)
        live_verdict_loaded(m->verdict);
}

void machine_begin_events(Machine *m)
{
    if (m->trace.ring)
        ring_begin(m->trace.ring, m->clock.units);
}

bool machine_load(Machine *m, const uint8_t *data, size_t size, GError **error)
{
    StateLoader loader;
    state_loader_init(&loader, data, size);
    machine_visit(m, &loader.visitor);
    bus_load_ram(&m->bus, &loader);
    if (!loader.error && loader.at != loader.end)
        fail(&loader.error, EXIT_FILE,
             "snapshot has more than this machine's state; it is of another machine");
    code_flush(&m->code);
    if (loader.error) {
        g_propagate_error(error, loader.error);
        return false;
    }
    machine_loaded(m);
    machine_begin_events(m);
    return true;
}
