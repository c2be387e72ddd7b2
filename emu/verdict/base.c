/* SPDX-License-Identifier: MIT */
/* base.c - see base.h. */
#include "emu/verdict/base.h"

#include <string.h>

#include "emu/base/error.h"

static const JsonValue *member(const JsonValue *value, const char *name)
{
    return value ? json_find(value, name, NULL) : NULL;
}

JsonValue *base_read(const char *path, const char *clock, GError **error)
{
    g_autoptr(JsonValue) base = json_read_file(path, error);
    if (!base)
        return NULL;
    const JsonValue *version = member(base, "version"), *parts = member(base, "partitions");
    const JsonValue *its_clock = member(base, "window.clock");
    bool is_verdict = version && version->kind == JSON_NUMBER && version->number == 1 && parts &&
                      parts->kind == JSON_ARRAY && its_clock && its_clock->kind == JSON_STRING;
    if (is_verdict && !strcmp(its_clock->text, clock))
        return g_steal_pointer(&base);
    if (is_verdict) {
        fail(error, EXIT_CONFIG,
             "-verdict: base '%s' has its times in %s, and this run in %s; compare runs with the "
             "same -timing",
             path, its_clock->text, clock);
        return NULL;
    }
    fail(error, EXIT_CONFIG,
         "-verdict: base '%s' is no verdict; write one with -verdict FILE.json, neighbours idle",
         path);
    return NULL;
}

/* A number of a kind's latency. */
static bool number_of(const JsonValue *part, Kind kind, const char *what, double *number)
{
    g_autofree char *path = g_strdup_printf("latency.%s.%s", kind_names[kind], what);
    const JsonValue *value = member(part, path);
    *number = value && value->kind == JSON_NUMBER ? value->number : -1;
    return *number >= 0 && *number < 9e18;
}

/* NULL: there is none. */
static const JsonValue *part_of(const JsonValue *base, const char *name)
{
    const JsonValue *parts = base ? member(base, "partitions") : NULL;
    for (guint i = 0; parts && i < parts->values->len; i++) {
        const JsonValue *part = g_ptr_array_index(parts->values, i);
        const JsonValue *its_name = part->kind == JSON_OBJECT ? member(part, "name") : NULL;
        if (its_name && its_name->kind == JSON_STRING && !strcmp(its_name->text, name))
            return part;
    }
    return NULL;
}

bool base_has(const JsonValue *base, const char *name)
{
    return part_of(base, name);
}

bool base_worst(const JsonValue *base, const char *name, Kind kind, uint64_t *worst)
{
    const JsonValue *part = part_of(base, name);
    double n, most;
    if (!part || !number_of(part, kind, "n", &n) || n < 1 ||
        !number_of(part, kind, "max_ns", &most))
        return false;
    *worst = (uint64_t)most;
    return true;
}
