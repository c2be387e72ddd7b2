/* SPDX-License-Identifier: MIT */
/* plug.c - devices that -device puts on the board itself; see plug.h. */
#include "emu/plug.h"

#include <inttypes.h>
#include <string.h>

#include "devices/drum.h"
#include "devices/paging_drum.h"
#include "emu/base/error.h"
#include "emu/machine.h"
#include "emu/options/props.h"

enum { PLUG_SPACING = 0x1000 };

/* The kinds. */

enum { RPM, WORD_US, FIELDS, WORDS, HALT, START };

static const PlugProperty drum_properties[] = {
    [RPM] = { "rpm", PLUG_NUMBER, 1, DRUM_MOST_RPM, 0, "1800" },
    [WORD_US] = { "word-us", PLUG_MICROS, 1000, DRUM_MOST_WORD_PS, 0, "8.138" },
    [FIELDS] = { "fields", PLUG_NUMBER, 1, DRUM_MOST_FIELDS, 22, "22" },
    [WORDS] = { "words", PLUG_NUMBER, DRUM_LEAST_WORDS, DRUM_MOST_WORDS, 4096, "4096" },
    [HALT] = { "halt", PLUG_FLAG, 0, 1, 1, NULL },
    [START] = { "start", PLUG_WORD, 0, 1, 0, "any|address" },
    { NULL, PLUG_NUMBER, 0, 0, 0, NULL },
};

static bool check_drum(uint64_t *values, GError **error)
{
    if (values[RPM] && values[WORD_US])
        return fail(error, EXIT_USAGE,
                    "-device drum: rpm= and word-us= say the same thing twice; write one of them");
    if (values[WORDS] & (values[WORDS] - 1))
        return fail(error, EXIT_USAGE,
                    "-device drum: words=%" PRIu64 " is no power of two; write words=%" PRIu64,
                    values[WORDS], (uint64_t)1 << (63 - __builtin_clzll(values[WORDS])));
    if (!values[RPM] && !values[WORD_US])
        values[RPM] = 1800;
    return true;
}

static void configure_drum(Machine *m, Device *dev, const Plug *plug)
{
    const uint64_t *values = plug->values;
    Drum *drum = (Drum *)dev;
    drum->config = (DrumConfig){ .fields = (unsigned)values[FIELDS],
                                 .words = (unsigned)values[WORDS],
                                 .rpm = (unsigned)values[RPM],
                                 .word_ps = values[WORD_US],
                                 .halt = values[HALT],
                                 .any_start = values[START] == 0 };
    m->drum = drum;
    drum->halt = (IrqLine){ .set = machine_halt, .to = m };
}

enum { PAGES, REV_US, RATE };

static const PlugProperty paging_drum_properties[] = {
    [PAGES] = { "pages", PLUG_NUMBER, 1, PAGING_DRUM_MOST_PAGES, 900, "900" },
    [REV_US] = { "rev-us", PLUG_NUMBER, 100, 10000000, 17500, "17500" },
    [RATE] = { "rate", PLUG_NUMBER, 1000, 1000000000, 1200000, "1200000" },
    { NULL, PLUG_NUMBER, 0, 0, 0, NULL },
};

static void configure_paging_drum(Machine *m, Device *dev, const Plug *plug)
{
    m->paging_drum = (PagingDrum *)dev;
    m->paging_drum->config = (PagingDrumConfig){ .pages = (unsigned)plug->values[PAGES],
                                                 .rev_us = (unsigned)plug->values[REV_US],
                                                 .rate = (unsigned)plug->values[RATE] };
}

enum { CPS };

static const PlugProperty typewriter_properties[] = {
    [CPS] = { "cps", PLUG_NUMBER, 0, 1000000, 10, "10" },
    { NULL, PLUG_NUMBER, 0, 0, 0, NULL },
};

/* Serial ports are counted from the board's on, which is 0. */
static void configure_typewriter(Machine *m, Device *dev, const Plug *plug)
{
    Uart *uart = (Uart *)dev;
    (void)m;
    uart->chr = plug->chr;
    uart->port = (uint8_t)(1 + (dev->base.v - BOARD_TYPEWRITER) / PLUG_SPACING);
    uart->char_ns = plug->values[CPS] ? 1000000000 / plug->values[CPS] : 0;
}

static const PlugKind kinds[] = {
    { .driver = "drum",
      .type = &drum_type,
      .base = BOARD_DRUM,
      .irq = BOARD_IRQ_DRUM,
      .most = 1,
      .reaches_ram = true,
      .properties = drum_properties,
      .check = check_drum,
      .configure = configure_drum },
    { .driver = "paging-drum",
      .type = &paging_drum_type,
      .base = BOARD_PAGING_DRUM,
      .irq = BOARD_IRQ_PAGING_DRUM,
      .most = 1,
      .reaches_ram = true,
      .properties = paging_drum_properties,
      .configure = configure_paging_drum },
    { .driver = "typewriter",
      .type = &typewriter_type,
      .base = BOARD_TYPEWRITER,
      .irq = BOARD_IRQ_TYPEWRITER,
      .most = 8,
      .has_line = true,
      .properties = typewriter_properties,
      .configure = configure_typewriter },
};

const PlugKind *plug_kind_at(unsigned number)
{
    return number < G_N_ELEMENTS(kinds) ? &kinds[number] : NULL;
}

const PlugKind *plug_find(const char *driver)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (!strcmp(kinds[i].driver, driver))
            return &kinds[i];
    return NULL;
}

uint64_t plug_base(const PlugKind *kind, unsigned number)
{
    return kind->base + (uint64_t)number * PLUG_SPACING;
}

unsigned plug_irq(const PlugKind *kind, unsigned number)
{
    return kind->irq + number;
}

/* Values. */

Plug *plugs_put(Plugs *plugs, const PlugKind *kind)
{
    unsigned same = 0;
    for (unsigned i = 0; i < plugs->n; i++)
        same += plugs->at[i].kind == kind;
    if (same == kind->most || plugs->n == PLUG_MOST)
        return NULL;
    Plug *plug = &plugs->at[plugs->n++];
    *plug = (Plug){ .kind = kind };
    for (unsigned i = 0; kind->properties[i].name; i++)
        plug->values[i] = kind->properties[i].fallback;
    return plug;
}

/* "8.138": up to six digits behind the point. */
static bool parse_micros(const char *text, uint64_t *ps)
{
    g_auto(GStrv) parts = g_strsplit(text, ".", 2);
    uint64_t part = 0;
    if (!parts[0] || !parse_number(parts[0], ps) || __builtin_mul_overflow(*ps, 1000000u, ps))
        return false;
    if (!parts[1])
        return true;
    size_t digits = strlen(parts[1]);
    if (digits > 6 || !g_ascii_isdigit(*parts[1]) || !parse_number(parts[1], &part))
        return false;
    for (; digits < 6; digits++)
        part *= 10;
    return !__builtin_add_overflow(*ps, part, ps);
}

static bool parse_word(const char *text, const char *words, uint64_t *value)
{
    g_auto(GStrv) all = g_strsplit(words, "|", -1);
    for (*value = 0; all[*value]; ++*value)
        if (!strcmp(all[*value], text))
            return true;
    return false;
}

static bool parse(const PlugProperty *property, const char *text, uint64_t *value)
{
    bool on;
    switch (property->form) {
    case PLUG_FLAG:
        if (!parse_on_off(text, &on))
            return false;
        *value = on;
        return true;
    case PLUG_WORD: return parse_word(text, property->words, value);
    case PLUG_MICROS: return parse_micros(text, value);
    default: return parse_number(text, value);
    }
}

/* A value as it is written; to be freed. */
static char *value_text(const PlugProperty *property, uint64_t value)
{
    if (property->form == PLUG_FLAG)
        return g_strdup(value ? "on" : "off");
    if (property->form == PLUG_WORD) {
        g_auto(GStrv) all = g_strsplit(property->words, "|", -1);
        return g_strdup(all[value]);
    }
    if (property->form == PLUG_NUMBER || value % 1000000 == 0)
        return g_strdup_printf("%" PRIu64, property->form == PLUG_NUMBER ? value : value / 1000000);
    char *text = g_strdup_printf("%" PRIu64 ".%06" PRIu64, value / 1000000, value % 1000000);
    for (size_t end = strlen(text); text[end - 1] == '0';)
        text[--end] = 0;
    return text;
}

static bool in_range(const PlugProperty *property, uint64_t value)
{
    return value >= property->least && value <= property->most;
}

bool plug_set(Plug *plug, unsigned number, const char *text, GError **error)
{
    const PlugProperty *property = &plug->kind->properties[number];
    uint64_t value = 0;
    bool parsed = parse(property, text, &value);
    if (parsed && in_range(property, value)) {
        plug->values[number] = value;
        return true;
    }
    if (property->form == PLUG_FLAG || property->form == PLUG_WORD) {
        g_autofree char *fix = value_text(property, property->fallback);
        return fail(error, EXIT_USAGE, "-device %s: %s=%s is not one of %s; write %s=%s",
                    plug->kind->driver, property->name, text,
                    property->words ? property->words : "on|off", property->name, fix);
    }
    g_autofree char *least = value_text(property, property->least);
    g_autofree char *most = value_text(property, property->most);
    return fail(error, EXIT_USAGE, "-device %s: %s=%s is not a number from %s to %s; write %s=%s",
                plug->kind->driver, property->name, text, least, most, property->name,
                parsed && value > property->most ? most : property->words);
}

bool plug_check(Plug *plug, GError **error)
{
    return !plug->kind->check || plug->kind->check(plug->values, error);
}

void plug_append(const Plug *plug, GString *out)
{
    const PlugProperty *properties = plug->kind->properties;
    g_string_append(out, plug->kind->driver);
    for (unsigned i = 0; properties[i].name; i++) {
        if (!in_range(&properties[i], plug->values[i]))
            continue; /* not said */
        g_autofree char *text = value_text(&properties[i], plug->values[i]);
        g_string_append_printf(out, ",%s=%s", properties[i].name, text);
    }
}

/* "rpm=1800" */
static bool read_property(Plug *plug, const char *text)
{
    const PlugProperty *properties = plug->kind->properties;
    for (unsigned i = 0; properties[i].name; i++) {
        size_t length = strlen(properties[i].name);
        if (!strncmp(text, properties[i].name, length) && text[length] == '=')
            return plug_set(plug, i, text + length + 1, NULL);
    }
    return false;
}

bool plugs_read(Plugs *plugs, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    const PlugKind *kind = words[0] ? plug_find(words[0]) : NULL;
    Plug *plug = kind ? plugs_put(plugs, kind) : NULL;
    for (unsigned i = 1; plug && words[i]; i++)
        if (!read_property(plug, words[i]))
            return false;
    return plug && plug_check(plug, NULL);
}

/* The machine. */

/* How many of this kind come before it. */
static unsigned number_of(const Plugs *plugs, unsigned index)
{
    unsigned n = 0;
    for (unsigned i = 0; i < index; i++)
        n += plugs->at[i].kind == plugs->at[index].kind;
    return n;
}

bool plugs_add(Machine *m, GError **error)
{
    for (unsigned i = 0; i < m->config.plugs.n; i++) {
        const Plug *plug = &m->config.plugs.at[i];
        const PlugKind *kind = plug->kind;
        unsigned number = number_of(&m->config.plugs, i);
        char id[24];
        if (kind->most > 1)
            g_snprintf(id, sizeof id, "%s%u", kind->driver, number);
        else
            g_snprintf(id, sizeof id, "%s", kind->driver);
        Device *dev =
            machine_new_device(m, kind->type, id, plug_base(kind, number), plug_irq(kind, number));
        if (kind->configure)
            kind->configure(m, dev, plug);
        if (!machine_add_device(m, dev, error))
            return false;
    }
    return true;
}
