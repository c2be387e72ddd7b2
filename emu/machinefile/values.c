/* SPDX-License-Identifier: MIT */
/* values.c - sizes, times, lists of numbers; see values.h. */
#include "emu/machinefile/values.h"

#include <inttypes.h>
#include <string.h>

#include "emu/options/props.h"

/* Nanoseconds of a time with its unit. */
static bool parse_ns(const char *text, uint64_t *ns)
{
    bool ok = parse_time(text, 0, ns) && *ns % 1000 == 0;
    *ns /= 1000;
    return ok;
}

bool mf_value_parse(MfType type, const char *text, uint64_t *value)
{
    switch (type) {
    case MF_SIZE: return parse_size(text, 1, value);
    case MF_TIME: return parse_ns(text, value);
    default: return parse_number(text, value);
    }
}

bool mf_numbers_parse(const char *text, uint64_t most, GArray *out)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    for (char **part = parts; *part; part++) {
        g_auto(GStrv) ends = g_strsplit(*part, "-", 2);
        uint64_t from, to;
        if (!ends[0] || !parse_number(g_strstrip(ends[0]), &from))
            return false;
        to = from;
        if (ends[1] && !parse_number(g_strstrip(ends[1]), &to))
            return false;
        if (from > to || to > most || out->len + (to - from) > 2 * most + 2)
            return false;
        for (uint64_t n = from; n <= to; n++) {
            uint16_t number = (uint16_t)n;
            g_array_append_val(out, number);
        }
    }
    return out->len != 0;
}

void mf_range(const MfSetting *row, uint64_t *least, uint64_t *most)
{
    g_auto(GStrv) ends = g_strsplit(row->extra ? row->extra : "0-0xffffffffffffffff", "-", 2);
    if (!mf_value_parse(row->type, ends[0], least) || !mf_value_parse(row->type, ends[1], most))
        g_assert_not_reached();
}

char *mf_size_text(uint64_t bytes)
{
    static const char units[] = "TGMK";
    for (unsigned i = 0; i < 4; i++) {
        unsigned shift = 40 - 10 * i;
        if (bytes >> shift && !(bytes & (((uint64_t)1 << shift) - 1)))
            return g_strdup_printf("%" PRIu64 "%c", bytes >> shift, units[i]);
    }
    return g_strdup_printf("%" PRIu64, bytes);
}

char *mf_numbers_text(const MfNumbers *numbers)
{
    GString *out = g_string_new(NULL);
    for (unsigned i = 0; i < numbers->n; i++) {
        unsigned last = i;
        while (last + 1 < numbers->n && numbers->at[last + 1] == numbers->at[last] + 1)
            last++;
        g_string_append_printf(out, last > i ? "%s%u-%u" : "%s%u", out->len ? "," : "",
                               numbers->at[i], numbers->at[last]);
        i = last;
    }
    return g_string_free(out, FALSE);
}
