/* SPDX-License-Identifier: MIT */
/* machine.c - the options that say what the machine is: -M, -cpu, -smp, -m, -rtc, -icount, -global. */
#include <stdio.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/options/handlers.h"
#include "emu/options/props.h"

#define MIN_RAM (1ull << 20)
#define MAX_RAM (256ull << 30)

/* Machine properties that decide something, as they are written. */
static const struct {
    const char *syntax, *help;
} settable[] = {
    { "aclint=on|off", "the ACLINT's devices in place of the CLINT (off)" },
    { "aia=none|aplic|aplic-imsic",
      "interrupt controllers: PLIC; APLIC; APLIC, and an IMSIC a hart (none)" },
    { "aia-guests=N", "guest interrupt files of each IMSIC, 0 to 63 (0)" },
    { "aia-direct=on|off", "with IMSICs: the APLIC can deliver by wire in their place, too (off)" },
    { "cbqri=on|off", "quality-of-service controllers of the modelled cache and bus (off)" },
    { "cbqri-rcids=N", "resource control identifiers that they know, up to 64 (16)" },
    { "cbqri-mcids=N", "monitoring counter identifiers, up to 64 (64)" },
    { "cbqri-dma-rcid=N", "the RCID of devices' DMA (0)" },
    { "cbqri-dma-mcid=N", "and its MCID (0)" },
    { "pdp-time=on|off",
      "an instruction takes 10 us of virtual time, as on a PDP-1, and also here while somebody may type (off)" },
    { "kernel=FILE", "as -kernel; initrd=, append=, dtb= and firmware= alike" },
    { "dumpdtb=FILE", "write the machine's device tree and end" },
};

/* Those that can only be what they are. */
static const struct {
    const char *name, *only, *why;
} fixed[] = {
    { "acpi", "off,auto", "there are no ACPI tables" },
    { "usb", "off", "there is no USB controller" },
    { "iommu-sys", "off", "the IOMMU is not there yet" },
    { "accel", "tcg", "instructions are emulated, there is no host virtualisation" },
    { "dump-guest-core", "on,off", "" },
};

char *options_machine_property(size_t number)
{
    if (number < G_N_ELEMENTS(settable))
        return g_strdup(settable[number].syntax);
    number -= G_N_ELEMENTS(settable);
    return number >= G_N_ELEMENTS(fixed)
               ? NULL
               : g_strdelimit(g_strconcat(fixed[number].name, "=", fixed[number].only, NULL), ",",
                              '|');
}

static bool list_machines(Options *o)
{
    puts("Supported machines are:\nvirt                 RISC-V VirtIO board (default)\n"
         "-M virt,help lists its properties.");
    o->done = true;
    return true;
}

static bool list_properties(Options *o)
{
    for (size_t i = 0; i < G_N_ELEMENTS(settable); i++)
        printf("%s\n        %s\n", settable[i].syntax, settable[i].help);
    for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++) {
        g_autofree char *syntax = options_machine_property(G_N_ELEMENTS(settable) + i);
        printf("%s\n", syntax);
        if (*fixed[i].why)
            printf("        %s\n", fixed[i].why);
    }
    o->done = true;
    return true;
}

static bool interrupt_props(Options *o, Props *props, GError **error)
{
    static const char *const kinds[] = {
        [AIA_NONE] = "none", [AIA_APLIC] = "aplic", [AIA_APLIC_IMSIC] = "aplic-imsic", NULL
    };
    const char *kind = props_take(props, "aia");
    uint64_t guests = o->machine.aia_guests;
    unsigned number = 0;
    while (kind && kinds[number] && strcmp(kinds[number], kind))
        number++;
    if (!kinds[number])
        return fail(error, EXIT_USAGE,
                    "-M: aia is none, aplic or aplic-imsic, not '%s'; write -M virt,aia=%s", kind,
                    nearest_word(kind, kinds) ? nearest_word(kind, kinds) : "aplic-imsic");
    if (kind)
        o->machine.aia = number;
    if (!props_number(props, "aia-guests", &guests, error) ||
        !props_bool(props, "aia-direct", &o->machine.aia_direct, error) ||
        !props_bool(props, "aclint", &o->machine.aclint, error))
        return false;
    if (guests > MACHINE_MAX_AIA_GUESTS)
        return fail(error, EXIT_CONFIG,
                    "-M: an IMSIC has 0 to %d guest files, not %" G_GUINT64_FORMAT
                    "; write for example -M virt,aia=aplic-imsic,aia-guests=%d",
                    MACHINE_MAX_AIA_GUESTS, guests, MACHINE_MAX_AIA_GUESTS);
    o->machine.aia_guests = (unsigned)guests;
    return true;
}

bool options_check_machine(const Options *o, GError **error)
{
    const MachineConfig *m = &o->machine;
    bool has_imsic = m->aia == AIA_APLIC_IMSIC;
    if (!has_imsic && (m->aia_guests || m->aia_direct))
        return fail(error, EXIT_CONFIG,
                    "-M: aia-guests and aia-direct are of IMSICs, and there are none; add "
                    "aia=aplic-imsic, or leave them out");
    if (m->aia_guests && !m->isa.has[EXT_H])
        return fail(error, EXIT_CONFIG,
                    "-M: guest interrupt files need the hypervisor extension, which -cpu leaves "
                    "out; add h=on there, or leave aia-guests out");
    if (m->pdp_time && m->timed.on)
        return fail(error, EXIT_CONFIG,
                    "-M: with pdp-time=on an instruction takes 10 us, and with -timing what the "
                    "model says; leave one of them out");
    if (o->sizes_qos && !m->cbqri)
        return fail(error, EXIT_CONFIG,
                    "-M: cbqri-rcids and the like are of quality-of-service controllers, and there "
                    "are none; add cbqri=on, or leave them out");
    if (m->isa.geilen && !m->isa.has[EXT_H])
        return fail(error, EXIT_CONFIG,
                    "-cpu: guest external interrupts need the hypervisor extension; add h=on, or "
                    "leave geilen out");
    if (has_imsic && m->isa.geilen && m->isa.geilen != m->aia_guests)
        return fail(error, EXIT_CONFIG,
                    "-cpu: geilen=%" G_GUINT64_FORMAT " is not the number of guest interrupt "
                    "files, %u; leave it out, -M aia-guests sets it",
                    m->isa.geilen, m->aia_guests);
    return true;
}

static bool machine_props(Options *o, Props *props, GError **error)
{
    const char *type = props_take(props, "type"), *dump = props_take(props, "dumpdtb");
    if (type && strcmp(type, "virt"))
        return fail(error, EXIT_USAGE, "-M: no machine is called '%s'; write -M virt", type);
    if (props_take(props, "help"))
        return list_properties(o);
    if (dump && !*dump)
        return fail(error, EXIT_USAGE,
                    "-M: dumpdtb= names no file; write -M virt,dumpdtb=virt.dtb");
    if (dump)
        o->dumpdtb = options_keep(o, dump);
    static const char *const images[] = { "kernel", "initrd", "append", "dtb", "firmware" };
    const char **fields[] = { &o->images.kernel, &o->images.initrd, &o->images.append,
                              &o->images.dtb, &o->bios };
    for (size_t i = 0; i < G_N_ELEMENTS(images); i++) {
        const char *text = props_take(props, images[i]);
        if (text)
            *fields[i] = options_keep(o, text);
    }
    if (props_take(props, "pflash0") || props_take(props, "pflash1"))
        return fail(error, EXIT_CONFIG,
                    "-M: there is no flash yet; leave pflash out and give firmware with -bios");
    for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++)
        if (!props_only(props, fixed[i].name, fixed[i].only, fixed[i].why, error))
            return false;
    return props_bool(props, "pdp-time", &o->machine.pdp_time, error) &&
           interrupt_props(o, props, error) && options_qos_props(o, props, error) &&
           props_finish(props, error);
}

bool option_machine(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    if (!strcmp(argument, "help") || !strcmp(argument, "?"))
        return list_machines(o);
    g_autoptr(Props) props = props_parse("-M", argument, "type", error);
    return props && machine_props(o, props, error);
}

bool option_cpu(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    o->cpu = options_keep(o, argument);
    if (strcmp(argument, "help") && strcmp(argument, "?"))
        return isa_parse(&o->machine.isa, argument, error);
    isa_print_help(stdout);
    o->done = true;
    return true;
}

/* How many harts a topology has: what is not given is 1, or what makes the numbers agree. */
static bool check_topology(Props *props, uint64_t *harts, GError **error)
{
    static const char *const levels[] = { "sockets", "dies", "clusters", "cores", "threads" };
    uint64_t product = 1, max = 0;
    bool any = false, have_cores = false;
    for (size_t i = 0; i < G_N_ELEMENTS(levels); i++) {
        uint64_t number = 0;
        if (!props_number(props, levels[i], &number, error))
            return false;
        any |= number != 0;
        have_cores |= number && i == 3;
        if (number && __builtin_mul_overflow(product, number, &product))
            product = UINT64_MAX;
    }
    if (!props_number(props, "maxcpus", &max, error))
        return false;
    if (!*harts && any)
        *harts = product;
    bool fits = have_cores ? product == *harts : product && *harts % product == 0;
    if (any && !fits)
        return fail(error, EXIT_CONFIG,
                    "-smp: %" G_GUINT64_FORMAT " harts do not make sockets * cores * threads = "
                    "%" G_GUINT64_FORMAT "; leave the topology out or make the numbers agree",
                    *harts, product);
    return !max || max == *harts ||
           fail(error, EXIT_CONFIG,
                "-smp: maxcpus=%" G_GUINT64_FORMAT " is not cpus=%" G_GUINT64_FORMAT
                ", and harts cannot be plugged in later; leave maxcpus out",
                max, *harts);
}

bool option_smp(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    uint64_t harts = 0;
    g_autoptr(Props) props = props_parse("-smp", argument, "cpus", error);
    if (!props)
        return false;
    const char *cpus = props_take(props, "cpus");
    if (cpus && !parse_number(cpus, &harts))
        return fail(error, EXIT_USAGE, "-smp: '%s' is not a number of harts; write -smp 4", cpus);
    if (cpus && !harts)
        return fail(error, EXIT_CONFIG, "-smp %s: a machine needs a hart; write -smp 1", cpus);
    if (!check_topology(props, &harts, error) || !props_finish(props, error))
        return false;
    if (harts < 1 || harts > MACHINE_MAX_HARTS)
        return fail(error, EXIT_CONFIG, "-smp %s: the machine has 1 to %d harts; write -smp %d",
                    argument, MACHINE_MAX_HARTS, MACHINE_MAX_HARTS);
    o->machine.n_harts = (unsigned)harts;
    return true;
}

bool option_memory(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    uint64_t bytes;
    g_autoptr(Props) props = props_parse("-m", argument, "size", error);
    const char *text = props ? props_need(props, "size", "-m 512M", error) : NULL;
    if (!text)
        return false;
    if (!parse_size(text, 1 << 20, &bytes))
        return fail(error, EXIT_USAGE, "-m %s is not a size; write for example -m 512M or -m 2G",
                    text);
    if (props_take(props, "slots") || props_take(props, "maxmem"))
        return fail(error, EXIT_CONFIG,
                    "-m: memory cannot be plugged in later; leave slots and maxmem out");
    if (bytes < MIN_RAM || bytes > MAX_RAM || bytes % PAGE_SIZE)
        return fail(error, EXIT_CONFIG,
                    "-m %s: RAM is 1 MiB to 256 GiB in whole pages of 4 KiB; write for example "
                    "-m 512M",
                    text);
    o->machine.ram_size = bytes;
    return props_finish(props, error);
}

/* "2026-01-31" or "2026-01-31T12:00:00", in UTC. */
static bool parse_date(const char *text, uint64_t *ns)
{
    g_autofree char *full =
        strchr(text, 'T') ? g_strdup(text) : g_strconcat(text, "T00:00:00", NULL);
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) date = g_date_time_new_from_iso8601(full, utc);
    gint64 seconds = date ? g_date_time_to_unix(date) : -1;
    *ns = (uint64_t)seconds * 1000000000u;
    return seconds >= 0 && !__builtin_mul_overflow((uint64_t)seconds, 1000000000u, ns);
}

bool option_rtc(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    g_autoptr(Props) props = props_parse("-rtc", argument, "base", error);
    if (!props || !props_only(props, "clock", "vm", "the clock counts virtual time", error) ||
        !props_only(props, "driftfix", "none", "virtual time does not drift", error))
        return false;
    const char *base = props_take(props, "base");
    uint64_t now = (uint64_t)g_get_real_time() * 1000;
    if (base && !strcmp(base, "utc")) {
        o->machine.rtc_base_ns = now;
    } else if (base && !strcmp(base, "localtime")) {
        g_autoptr(GDateTime) local = g_date_time_new_now_local();
        o->machine.rtc_base_ns = now + (uint64_t)g_date_time_get_utc_offset(local) * 1000;
    } else if (base && !parse_date(base, &o->machine.rtc_base_ns)) {
        return fail(error, EXIT_USAGE,
                    "-rtc: base=%s is no date; write utc, localtime, 2026-01-31 or "
                    "2026-01-31T12:00:00",
                    base);
    }
    return props_finish(props, error);
}

bool option_icount(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    bool sleep = true;
    g_autoptr(Props) props = props_parse("-icount", argument, "shift", error);
    if (!props ||
        !props_only(props, "shift", "0",
                    "how long an instruction takes is the machine's: 1 ns, with pdp-time=on 10 us",
                    error) ||
        !props_only(props, "align", "off", "time is not held back to the host's", error) ||
        !props_bool(props, "sleep", &sleep, error))
        return false;
    if (props_take(props, "rr") || props_take(props, "rrfile"))
        return fail(error, EXIT_CONFIG,
                    "-icount: record and replay are not there yet; leave rr out");
    o->skip_idle = !sleep;
    return props_finish(props, error);
}

bool option_global(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    bool legacy;
    static const char prefix[] = "virtio-mmio.force-legacy=";
    g_autofree char *joined = NULL;
    if (g_str_has_prefix(argument, "driver=")) { /* the long form */
        g_autoptr(Props) props = props_parse("-global", argument, NULL, error);
        const char *driver =
            props ? props_need(props, "driver", "-global driver=virtio-mmio", error) : NULL;
        const char *property =
            driver ? props_need(props, "property", "property=force-legacy", error) : NULL;
        const char *value = property ? props_need(props, "value", "value=off", error) : NULL;
        if (!value || !props_finish(props, error))
            return false;
        argument = joined = g_strdup_printf("%s.%s=%s", driver, property, value);
    }
    if (!g_str_has_prefix(argument, prefix))
        return fail(error, EXIT_USAGE,
                    "-global %s: there is only virtio-mmio.force-legacy; write -global %soff",
                    argument, prefix);
    if (!parse_on_off(argument + strlen(prefix), &legacy))
        return fail(error, EXIT_USAGE, "-global %s is neither on nor off; write -global %soff",
                    argument, prefix);
    o->machine.virtio_modern = !legacy;
    return true;
}
