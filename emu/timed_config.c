/* SPDX-License-Identifier: MIT */
/* timed_config.c - what -timing says: profiles, and properties that change one; see timed.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cpu/isa/insn.h"
#include "emu/base/error.h"
#include "emu/options/props.h"
#include "emu/timed.h"

typedef enum { IS_COUNT, IS_SIZE, IS_TIME, IS_CLOCK, IS_NAME } Kind;

typedef struct {
    const char *name, *help;
    Kind kind;
    size_t offset, size;
    const char *const *names;
    unsigned n_names;
} Property;

#define FIELD(member) offsetof(TimedConfig, member), sizeof(((TimedConfig *)0)->member)
#define COUNT(name, member, help)                                  \
    {                                                              \
        name, help, IS_COUNT, FIELD(model.profile.member), NULL, 0 \
    }
#define SIZE(name, member, help)                                  \
    {                                                             \
        name, help, IS_SIZE, FIELD(model.profile.member), NULL, 0 \
    }
#define TIME(name, member, help)                                  \
    {                                                             \
        name, help, IS_TIME, FIELD(model.profile.member), NULL, 0 \
    }

// clang-format off
static const Property properties[] = {
    { "clock", "of all harts", IS_CLOCK, FIELD(model.profile.clock_hz), NULL, 0 },
    SIZE("line", line, "bytes of a line of every cache"),
    SIZE("l1i.size", l1i.size, "of each hart's cache of instructions"),
    COUNT("l1i.ways", l1i.ways, ""),
    SIZE("l1d.size", l1d.size, "of each hart's cache of data"),
    COUNT("l1d.ways", l1d.ways, ""),
    SIZE("llc.size", llc.size, "of the cache that all harts share"),
    COUNT("llc.ways", llc.ways, ""),
    { "llc.replacement", "which line gives way", IS_NAME, FIELD(model.profile.llc_replacement), replacement_names, REPLACE_COUNT },
    { "llc.hash", "how a line's address chooses its set", IS_NAME, FIELD(model.profile.llc_hash), cache_hash_names, HASH_COUNT },
    COUNT("llc.cycles", llc_cycles, "from a miss in an L1 to the line, if the LLC has it"),
    COUNT("llc.snoop", snoop_cycles, "more, if another hart's L1 has written it"),
    TIME("bus.latency", memory_ps, "from a transfer's start to the line (L0)"),
    TIME("bus.service", service_ps, "that a line occupies the bus (S)"),
    COUNT("bus.outstanding", outstanding, "lines that a hart can wait for at once (m)"),
    COUNT("bus.streams", streams, "sequences of lines that are recognised at once; 0: no prefetcher"),
    COUNT("bus.dma_gap", dma_gap, "a device takes no more than every so many-th slot of the bus"),
    COUNT("tlb_i.entries", tlb_i.entries, "first level, instructions"),
    COUNT("tlb_i.ways", tlb_i.ways, "0: fully associative"),
    COUNT("tlb_d.entries", tlb_d.entries, "first level, data"),
    COUNT("tlb_d.ways", tlb_d.ways, ""),
    COUNT("tlb_l2.entries", tlb_l2.entries, "second level, of both; 0: there is none"),
    COUNT("tlb_l2.ways", tlb_l2.ways, ""),
    COUNT("tlb.l2_cycles", tlb_l2_cycles, "of a hit there"),
    COUNT("tlb.walk_cycles", walk_cycles, "of each entry that a walk reads, beside the cache"),
    COUNT("tlb.walk_entries", walk_entries, "page table entries that walks remember; 0: none"),
    COUNT("cycles.alu", cycles[CLASS_ALU], "of an integer instruction; 0 means 1, here and below"),
    COUNT("cycles.load", cycles[CLASS_LOAD], "of a load, beside what it waits for"),
    COUNT("cycles.store", cycles[CLASS_STORE], "of a store"),
    COUNT("cycles.amo", cycles[CLASS_AMO], "of an atomic"),
    COUNT("cycles.branch", cycles[CLASS_BRANCH], "of a branch"),
    COUNT("cycles.jump", cycles[CLASS_JUMP], "of a jump"),
    COUNT("cycles.csr", cycles[CLASS_CSR], "of a CSR instruction"),
    COUNT("cycles.fp", cycles[CLASS_FP], "of a floating-point instruction"),
    COUNT("cycles.cbo", cycles[CLASS_CBO], "of a cache-block instruction"),
    COUNT("cycles.system", cycles[CLASS_SYSTEM], "of any other"),
    COUNT("trap", trap_cycles, "cycles of entering a trap handler, beyond one"),
    COUNT("mmio", mmio_cycles, "cycles of an access to a device, beyond one"),
    { "quantum", "cycles a hart runs before the next one does, at most a microsecond; 0: a quarter of one", IS_COUNT, FIELD(quantum), NULL, 0 },
    { "seed", "of random replacement", IS_COUNT, FIELD(model.seed), NULL, 0 },
};
// clang-format on

static const char start_help[] =
    "start=reset|mark:KIND[:VALUE]|monitor\n"
    "        when it begins: at power-on, after a mark of the program (slti x0), or by the\n"
    "        monitor's 'timing on' (reset)\n";

static uint64_t get(const TimedConfig *config, const Property *p)
{
    uint64_t value = 0;
    memcpy(&value, (const char *)config + p->offset, p->size);
    return value;
}

static bool set(TimedConfig *config, const Property *p, uint64_t value)
{
    if (p->size < 8 && value >> 8 * p->size)
        return false;
    memcpy((char *)config + p->offset, &value, p->size);
    return true;
}

/* Hertz of "1200000000", "1200MHz" or "2GHz". */
static bool parse_clock(const char *text, uint64_t *hz)
{
    static const struct {
        const char *suffix;
        uint64_t factor;
    } units[] = { { "MHz", 1000000 }, { "GHz", 1000000000 }, { "Hz", 1 }, { "", 1 } };
    unsigned i = 0;
    while (!g_str_has_suffix(text, units[i].suffix))
        i++;
    g_autofree char *digits = g_strndup(text, strlen(text) - strlen(units[i].suffix));
    return parse_number(digits, hz) && !__builtin_mul_overflow(*hz, units[i].factor, hz);
}

static bool parse_name(const Property *p, const char *text, uint64_t *value)
{
    for (*value = 0; *value < p->n_names; ++*value)
        if (!strcmp(p->names[*value], text))
            return true;
    return false;
}

static bool parse_value(const Property *p, const char *text, uint64_t *value)
{
    switch (p->kind) {
    case IS_SIZE: return parse_size(text, 1, value);
    case IS_TIME: return parse_time(text, 1000, value);
    case IS_CLOCK: return parse_clock(text, value);
    case IS_NAME: return parse_name(p, text, value);
    default: return parse_number(text, value);
    }
}

/* What can stand behind the '='. */
static char *syntax_of(const Property *p)
{
    static const char *const words[] = {
        [IS_COUNT] = "N", [IS_SIZE] = "SIZE", [IS_TIME] = "NS", [IS_CLOCK] = "HZ"
    };
    GString *out = g_string_new(NULL);
    for (unsigned i = 0; i < p->n_names; i++)
        g_string_append_printf(out, "%s%s", i ? "|" : "", p->names[i]);
    return p->n_names ? g_string_free(out, FALSE)
                      : (g_string_free(out, TRUE), g_strdup(words[p->kind]));
}

static char *show(const TimedConfig *config, const Property *p)
{
    static const TimingUnit units[] = { [IS_COUNT] = UNIT_NONE,
                                        [IS_SIZE] = UNIT_SIZE,
                                        [IS_TIME] = UNIT_TIME,
                                        [IS_CLOCK] = UNIT_CLOCK };
    uint64_t value = get(config, p);
    if (p->kind == IS_NAME)
        return g_strdup(p->names[value]);
    return timing_value_text(units[p->kind], value);
}

static bool take_property(TimedConfig *config, const Property *p, Props *props, GError **error)
{
    const char *text = props_take(props, p->name);
    uint64_t value;
    if (!text || (parse_value(p, text, &value) && set(config, p, value)))
        return true;
    g_autofree char *syntax = syntax_of(p), *now = show(config, p);
    return fail(error, EXIT_USAGE, "%s: %s=%s is not %s; write for example %s=%s", props->option,
                p->name, text, syntax, p->name, now);
}

/* "mark:KIND[:VALUE]" */
static bool parse_mark(TimedConfig *config, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, ":", 3);
    config->start = TIMED_AT_MARK;
    if (g_strv_length(words) < 2) /* of nothing there is no word at all */
        return false;
    config->has_value = words[2];
    return !strcmp(words[0], "mark") && parse_number(words[1], &config->mark) &&
           config->mark < 2048 && (!words[2] || parse_number(words[2], &config->value));
}

static bool take_start(TimedConfig *config, Props *props, GError **error)
{
    const char *text = props_take(props, "start");
    if (!text || !strcmp(text, "reset"))
        return true;
    config->start = TIMED_BY_MONITOR;
    return !strcmp(text, "monitor") || parse_mark(config, text) ||
           fail(error, EXIT_USAGE,
                "%s: start=%s is none of reset, mark:KIND[:VALUE] and monitor; write for example "
                "start=mark:1, which is where a program's first phase begins",
                props->option, text);
}

static bool find_profile(TimedConfig *config, Props *props, GError **error)
{
    const char *name = props_take(props, "profile");
    const TimingProfile *profile = name ? timing_profile_find(name) : NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (unsigned i = 0; timing_profile_at(i); i++)
        g_ptr_array_add(names, (gpointer)timing_profile_at(i)->name);
    g_ptr_array_add(names, NULL);
    *config = (TimedConfig){ .on = true };
    if (profile) {
        config->model.profile = *profile;
        return true;
    }
    if (!name)
        return fail(error, EXIT_USAGE, "%s: no profile is named; put one first, for example %s %s",
                    props->option, props->option, timing_profile_at(0)->name);
    const char *near = nearest_word(name, (const char *const *)names->pdata);
    return fail(error, EXIT_USAGE,
                "%s: no profile is called '%s'; write for example %s %s (%s help lists them)",
                props->option, name, props->option, near ? near : timing_profile_at(0)->name,
                props->option);
}

/* Quanta of at most a microsecond, of a quarter of that if nothing is said. */
static bool check_quantum(TimedConfig *config, const char *option, GError **error)
{
    uint64_t most = config->model.profile.clock_hz / 1000000;
    if (!config->quantum)
        config->quantum = MAX(most / 4, 1);
    return config->quantum <= most ||
           fail(error, EXIT_CONFIG,
                "%s: quantum=%" PRIu64 " cycles are more than a microsecond; write at most "
                "quantum=%" PRIu64,
                option, config->quantum, most);
}

bool timed_parse(TimedConfig *config, const char *option, const char *text, GError **error)
{
    g_autoptr(Props) props = props_parse(option, text, "profile", error);
    if (!props || !find_profile(config, props, error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(properties); i++)
        if (!take_property(config, &properties[i], props, error))
            return false;
    if (!take_start(config, props, error) || !props_finish(props, error))
        return false;
    if (timing_profile_check(&config->model.profile, error))
        return check_quantum(config, option, error);
    g_prefix_error(error, "%s: ", option);
    return false;
}

char *timed_text(const TimedConfig *config)
{
    GString *out = g_string_new(config->model.profile.name);
    for (size_t i = 0; i < G_N_ELEMENTS(properties); i++) {
        g_autofree char *value = show(config, &properties[i]);
        g_string_append_printf(out, ",%s=%s", properties[i].name, value);
    }
    if (config->start == TIMED_AT_MARK)
        g_string_append_printf(out, ",start=mark:%" PRIu64, config->mark);
    if (config->start == TIMED_AT_MARK && config->has_value)
        g_string_append_printf(out, ":%" PRIu64, config->value);
    if (config->start == TIMED_BY_MONITOR)
        g_string_append(out, ",start=monitor");
    return g_string_free(out, FALSE);
}

char *timed_property(size_t number)
{
    if (number == G_N_ELEMENTS(properties))
        return g_strdup("start=reset|mark:KIND[:VALUE]|monitor");
    if (number > G_N_ELEMENTS(properties))
        return NULL;
    g_autofree char *syntax = syntax_of(&properties[number]);
    return g_strdup_printf("%s=%s", properties[number].name, syntax);
}

void timed_help(void)
{
    puts("Profiles:");
    for (unsigned i = 0; timing_profile_at(i); i++)
        printf("%-20s %s\n", timing_profile_at(i)->name, timing_profile_at(i)->about);
    puts("Properties, with the values of these profiles:");
    for (size_t i = 0; i < G_N_ELEMENTS(properties); i++) {
        g_autofree char *syntax = timed_property(i);
        printf("%s\n        %s%s(", syntax, properties[i].help, *properties[i].help ? " " : "");
        for (unsigned n = 0; timing_profile_at(n); n++) {
            TimedConfig config = { .model.profile = *timing_profile_at(n) };
            g_autofree char *value = show(&config, &properties[i]);
            printf("%s%s", n ? ", " : "", value);
        }
        puts(")");
    }
    fputs(start_help, stdout);
}
