/* SPDX-License-Identifier: MIT */
/*
 * devicetree.c - describe the machine to its guest; see devicetree.h.
 *
 * Written with libfdt's sequential functions into room that is larger than any tree of 32 harts and the longest
 * allowed kernel command line, so that none of them can run out of it.
 * Every device gets what the machine knows of it (registers, interrupt) and adds its own properties in
 * DeviceType.describe.
 */
#include "emu/devicetree.h"

#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/machinefile/binding.h"

enum { FDT_ROOM = 256 << 10, LONGEST_BOOTARGS = 64 << 10 };

/* Phandles: two a hart (cpu, its interrupt controller), then these. */
static uint32_t phandle_cpu(unsigned hart)
{
    return 2 * hart + 1;
}

static uint32_t phandle_intc(unsigned hart)
{
    return 2 * hart + 2;
}

/* The controller that devices are connected to: the PLIC, or the APLIC's supervisor-level domain. */
static uint32_t phandle_irqchip(const Machine *m)
{
    return 2 * m->n_harts + 1;
}

static uint32_t phandle_test(const Machine *m)
{
    return 2 * m->n_harts + 2;
}

uint32_t devicetree_cache_phandle(const Machine *m)
{
    return 2 * m->n_harts + 6;
}

static void put_cells(void *fdt, const char *name, const uint32_t *cells, unsigned count)
{
    g_autofree fdt32_t *big = g_new(fdt32_t, count);
    for (unsigned i = 0; i < count; i++)
        big[i] = cpu_to_fdt32(cells[i]);
    fdt_property(fdt, name, big, (int)(count * 4));
}

#define PUT_CELLS(fdt, name, ...)                           \
    put_cells(fdt, name, (const uint32_t[]){ __VA_ARGS__ }, \
              G_N_ELEMENTS(((const uint32_t[]){ __VA_ARGS__ })))

static void put_reg(void *fdt, uint64_t base, uint64_t size)
{
    PUT_CELLS(fdt, "reg", (uint32_t)(base >> 32), (uint32_t)base, (uint32_t)(size >> 32),
              (uint32_t)size);
}

/* "a;b" becomes the string list "a\0b\0". */
static void put_strings(void *fdt, const char *name, const char *list)
{
    g_autofree char *strings = g_strdelimit(g_strdup(list), ";", '\0');
    fdt_property(fdt, name, strings, (int)strlen(list) + 1);
}

static void begin_node_at(void *fdt, const char *name, uint64_t address)
{
    char text[64];
    snprintf(text, sizeof text, "%s@%" G_GINT64_MODIFIER "x", name, address);
    fdt_begin_node(fdt, text);
}

/* "i-", "d-" or "": the properties of a cache. */
static void put_cache(void *fdt, const char *prefix, const CacheSize *cache, unsigned line)
{
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = { { "cache-size", cache->size },
                 { "cache-sets", cache->size / cache->ways / line },
                 { "cache-block-size", line } };
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        char name[32];
        snprintf(name, sizeof name, "%s%s", prefix, rows[i].name);
        fdt_property_u32(fdt, name, (uint32_t)rows[i].value);
    }
}

/* What a machine with a model of its caches says of a hart's own. */
static void put_own_caches(void *fdt, const Machine *m)
{
    const TimingProfile *p = &m->config.timed.model.profile;
    put_cache(fdt, "i-", &p->l1i, p->line);
    put_cache(fdt, "d-", &p->l1d, p->line);
    fdt_property_u32(fdt, "next-level-cache", devicetree_cache_phandle(m));
}

static void put_shared_cache(void *fdt, const Machine *m)
{
    const TimingProfile *p = &m->config.timed.model.profile;
    fdt_begin_node(fdt, "l2-cache");
    fdt_property_u32(fdt, "phandle", devicetree_cache_phandle(m));
    fdt_property_string(fdt, "compatible", "cache");
    fdt_property_u32(fdt, "cache-level", 2);
    fdt_property(fdt, "cache-unified", NULL, 0);
    put_cache(fdt, "", &p->llc, p->line);
    fdt_end_node(fdt);
}

static void put_cpu(void *fdt, const Machine *m, unsigned hart)
{
    const Isa *isa = &m->config.isa;
    g_autofree char *isa_text = isa_string(isa);
    g_autoptr(GByteArray) list = isa_extension_list(isa);
    begin_node_at(fdt, "cpu", hart);
    fdt_property_u32(fdt, "phandle", phandle_cpu(hart));
    fdt_property_string(fdt, "device_type", "cpu");
    fdt_property_u32(fdt, "reg", hart);
    fdt_property_string(fdt, "status", "okay");
    fdt_property_string(fdt, "compatible", "riscv");
    if (isa->has[EXT_Zicbop])
        fdt_property_u32(fdt, "riscv,cbop-block-size", 64);
    if (isa->has[EXT_Zicboz])
        fdt_property_u32(fdt, "riscv,cboz-block-size", 64);
    if (isa->has[EXT_Zicbom])
        fdt_property_u32(fdt, "riscv,cbom-block-size", 64);
    fdt_property(fdt, "riscv,isa-extensions", list->data, (int)list->len);
    fdt_property_string(fdt, "riscv,isa-base", "rv64i");
    fdt_property_string(fdt, "riscv,isa", isa_text);
    if (isa->has[EXT_Sv39])
        fdt_property_string(fdt, "mmu-type",
                            isa->has[EXT_Sv57]   ? "riscv,sv57"
                            : isa->has[EXT_Sv48] ? "riscv,sv48"
                                                 : "riscv,sv39");
    if (m->timing)
        put_own_caches(fdt, m);
    fdt_begin_node(fdt, "interrupt-controller");
    fdt_property_u32(fdt, "#interrupt-cells", 1);
    fdt_property(fdt, "interrupt-controller", NULL, 0);
    fdt_property_string(fdt, "compatible", "riscv,cpu-intc");
    fdt_property_u32(fdt, "phandle", phandle_intc(hart));
    fdt_end_node(fdt);
    fdt_end_node(fdt);
}

static void put_cpu_map(void *fdt, const Machine *m)
{
    char text[16];
    fdt_begin_node(fdt, "cpu-map");
    fdt_begin_node(fdt, "cluster0");
    for (unsigned i = 0; i < m->n_harts; i++) {
        snprintf(text, sizeof text, "core%u", i);
        fdt_begin_node(fdt, text);
        fdt_property_u32(fdt, "cpu", phandle_cpu(i));
        fdt_end_node(fdt);
    }
    fdt_end_node(fdt);
    fdt_end_node(fdt);
}

static void put_cpus(void *fdt, const Machine *m)
{
    fdt_begin_node(fdt, "cpus");
    fdt_property_u32(fdt, "#address-cells", 1);
    fdt_property_u32(fdt, "#size-cells", 0);
    fdt_property_u32(fdt, "timebase-frequency", BOARD_TIMEBASE);
    for (unsigned i = 0; i < m->n_harts; i++)
        put_cpu(fdt, m, i);
    put_cpu_map(fdt, m);
    if (m->timing)
        put_shared_cache(fdt, m);
    fdt_end_node(fdt);
}

static void put_memory(void *fdt, const Machine *m)
{
    begin_node_at(fdt, "memory", BOARD_RAM);
    fdt_property_string(fdt, "device_type", "memory");
    put_reg(fdt, BOARD_RAM, m->bus.ram_size);
    fdt_end_node(fdt);
}

/* Counters that can count an event, as a mask: cycles and instructions have one of their own. */
static uint32_t counters_of(Event event)
{
    const uint32_t programmable = MASK(31, HPM_FIRST);
    return programmable | (event == EVENT_cycles ? 1 : event == EVENT_instructions ? 4 : 0);
}

/* Events of the SBI PMU extension, from one number to another, and the counters that can count them; then raw events,
 * by selector and mask. */
static void put_pmu(void *fdt, const Machine *m)
{
    uint32_t cells[3 * EVENT_COUNT];
    unsigned n = 0;
    for (Event event = EVENT_none + 1; event < EVENT_COUNT; event++) {
        if (event_info[event].selector >= EVENT_RAW ||
            (event_info[event].kind == COUNTED_MODELLED && !m->timing))
            continue;
        cells[n] = cells[n + 1] = event_info[event].selector;
        n += 2;
        cells[n++] = counters_of(event);
    }
    fdt_begin_node(fdt, "pmu");
    put_cells(fdt, "riscv,event-to-mhpmcounters", cells, n);
    PUT_CELLS(fdt, "riscv,raw-event-to-mhpmcounters", 0, EVENT_RAW, 0xffffffff,
              ~(uint32_t)EVENT_RAW_MASK, counters_of(EVENT_none));
    fdt_property_string(fdt, "compatible", "riscv,pmu");
    fdt_end_node(fdt);
}

static void put_syscon(void *fdt, const Machine *m, const char *name, const char *compatible,
                       uint32_t value)
{
    fdt_begin_node(fdt, name);
    fdt_property_u32(fdt, "value", value);
    fdt_property_u32(fdt, "offset", 0);
    fdt_property_u32(fdt, "regmap", phandle_test(m));
    fdt_property_string(fdt, "compatible", compatible);
    fdt_end_node(fdt);
}

static void put_chosen(void *fdt, const Machine *m, const DevicetreeChosen *chosen)
{
    uint32_t seed[8];
    uint64_t word = m->config.seed;
    for (unsigned i = 0; i < G_N_ELEMENTS(seed); i++)
        seed[i] = (uint32_t)(word = hash_word(word, i));
    fdt_begin_node(fdt, "aliases");
    fdt_property_string(fdt, "serial0", "/soc/serial@10000000");
    fdt_end_node(fdt);
    fdt_begin_node(fdt, "chosen");
    fdt_property_string(fdt, "stdout-path", "/soc/serial@10000000");
    put_cells(fdt, "rng-seed", seed, G_N_ELEMENTS(seed));
    if (chosen->bootargs)
        fdt_property_string(fdt, "bootargs", chosen->bootargs);
    if (chosen->initrd_end) {
        fdt_property_u64(fdt, "linux,initrd-start", chosen->initrd_start);
        fdt_property_u64(fdt, "linux,initrd-end", chosen->initrd_end);
    }
    if (chosen->machine_file)
        mf_binding_write(fdt, chosen->machine_file, chosen->modules, chosen->kernel_start,
                         phandle_cpu);
    fdt_end_node(fdt);
}

static uint32_t phandle_aplic_m(const Machine *m)
{
    return 2 * m->n_harts + 3;
}

static uint32_t phandle_imsic(const Machine *m, bool is_machine)
{
    return 2 * m->n_harts + (is_machine ? 4 : 5);
}

/* Each hart's interrupt controller with interrupt `a` and, if there is one, `b`. */
static void put_hart_interrupts(void *fdt, const Machine *m, unsigned a, unsigned b)
{
    g_autofree uint32_t *cells = g_new(uint32_t, 4 * m->n_harts);
    unsigned n = 0;
    for (unsigned i = 0; i < m->n_harts; i++) {
        cells[n++] = phandle_intc(i);
        cells[n++] = a;
        if (!b)
            continue;
        cells[n++] = phandle_intc(i);
        cells[n++] = b;
    }
    put_cells(fdt, "interrupts-extended", cells, n);
}

/* The root domain has all sources and can give them to the other. */
static void put_aplic(void *fdt, const Machine *m, const Aplic *aplic)
{
    bool is_root = !aplic->parent;
    uint32_t child = phandle_irqchip(m);
    fdt_property_u32(fdt, "phandle", is_root ? phandle_aplic_m(m) : child);
    if (is_root) {
        fdt_property_u32(fdt, "riscv,children", child);
        PUT_CELLS(fdt, "riscv,delegation", child, 1, APLIC_SOURCES);
        PUT_CELLS(fdt, "riscv,delegate", child, 1, APLIC_SOURCES);
    }
    /* Software takes one of the two: messages, if there can be any. */
    if (aplic->has_msi)
        fdt_property_u32(fdt, "msi-parent", phandle_imsic(m, is_root));
    else
        put_hart_interrupts(fdt, m, is_root ? IRQ_MEI : IRQ_SEI, 0);
}

/* Time first, then what it is compared with. The first range ends where the CLINT would. */
static void put_mtimer(void *fdt, const Machine *m, const Device *dev)
{
    enum { MTIME = 0x7ff8 };
    uint64_t end = dev->base.v == BOARD_MTIMER ? BOARD_CLINT + 0x10000 : dev->base.v + 0x8000;
    uint64_t mtime = dev->base.v + MTIME;
    PUT_CELLS(fdt, "reg", 0, (uint32_t)mtime, 0, (uint32_t)(end - mtime), 0, (uint32_t)dev->base.v,
              0, MTIME);
    put_hart_interrupts(fdt, m, IRQ_MTI, 0);
}

/* What interrupt controllers and timers are connected to. */
static void put_wiring(void *fdt, const Machine *m, Device *dev)
{
    const DeviceType *type = dev->type;
    if (type == &plic_type) {
        fdt_property_u32(fdt, "phandle", phandle_irqchip(m));
        put_hart_interrupts(fdt, m, IRQ_MEI, IRQ_SEI);
    } else if (type == &aplic_type) {
        put_aplic(fdt, m, (const Aplic *)dev);
    } else if (type == &imsic_type) {
        bool is_machine = ((const Imsic *)dev)->is_machine;
        fdt_property_u32(fdt, "phandle", phandle_imsic(m, is_machine));
        put_hart_interrupts(fdt, m, is_machine ? IRQ_MEI : IRQ_SEI, 0);
    } else if (type == &clint_type) {
        put_hart_interrupts(fdt, m, IRQ_MSI, IRQ_MTI);
    } else if (type == &aclint_mtimer_type) {
        put_mtimer(fdt, m, dev);
    } else if (type == &aclint_mswi_type || type == &aclint_sswi_type) {
        put_hart_interrupts(fdt, m, type == &aclint_mswi_type ? IRQ_MSI : IRQ_SSI, 0);
    }
}

static void put_device(void *fdt, const Machine *m, Device *dev)
{
    enum { LEVEL_HIGH = 4 };
    begin_node_at(fdt, dev->type->name, dev->base.v);
    put_wiring(fdt, m, dev);
    if (dev == &m->finisher->dev)
        fdt_property_u32(fdt, "phandle", phandle_test(m));
    if (dev->irq_number) {
        if (m->config.aia == AIA_NONE)
            fdt_property_u32(fdt, "interrupts", dev->irq_number);
        else
            PUT_CELLS(fdt, "interrupts", dev->irq_number, LEVEL_HIGH);
        fdt_property_u32(fdt, "interrupt-parent", phandle_irqchip(m));
    }
    if (dev->type != &aclint_mtimer_type)
        put_reg(fdt, dev->base.v, dev->mmio_size);
    put_strings(fdt, "compatible", dev->type->compatible);
    if (dev->type->describe)
        dev->type->describe(dev, fdt);
    fdt_end_node(fdt);
}

static void put_soc(void *fdt, const Machine *m)
{
    fdt_begin_node(fdt, "soc");
    fdt_property_u32(fdt, "#address-cells", 2);
    fdt_property_u32(fdt, "#size-cells", 2);
    fdt_property_string(fdt, "compatible", "simple-bus");
    fdt_property(fdt, "ranges", NULL, 0);
    for (unsigned i = 0; i < m->devices->len; i++)
        put_device(fdt, m, g_ptr_array_index(m->devices, i));
    fdt_end_node(fdt);
}

GByteArray *devicetree_make(const Machine *m, const DevicetreeChosen *chosen, GError **error)
{
    if (chosen->bootargs && strlen(chosen->bootargs) > LONGEST_BOOTARGS) {
        fail(error, EXIT_CONFIG,
             "the kernel's command line has %zu characters; give at most %d with -append",
             strlen(chosen->bootargs), LONGEST_BOOTARGS);
        return NULL;
    }
    int room = FDT_ROOM + (chosen->machine_file ? MF_BINDING_ROOM : 0);
    g_autofree uint8_t *fdt = g_malloc((gsize)room); /* fdt_create clears it */
    fdt_create(fdt, room);
    fdt_finish_reservemap(fdt);
    fdt_begin_node(fdt, "");
    fdt_property_u32(fdt, "#address-cells", 2);
    fdt_property_u32(fdt, "#size-cells", 2);
    fdt_property_string(fdt, "compatible", "riscv-virtio");
    fdt_property_string(fdt, "model", "riscv-virtio,qemu");
    put_syscon(fdt, m, "poweroff", "syscon-poweroff", 0x5555);
    put_syscon(fdt, m, "reboot", "syscon-reboot", 0x7777);
    put_memory(fdt, m);
    put_cpus(fdt, m);
    put_pmu(fdt, m);
    put_chosen(fdt, m, chosen);
    put_soc(fdt, m);
    fdt_end_node(fdt);
    int result = fdt_finish(fdt);
    g_assert(!result);
    GByteArray *out = g_byte_array_new();
    return g_byte_array_append(out, fdt, fdt_totalsize(fdt));
}
