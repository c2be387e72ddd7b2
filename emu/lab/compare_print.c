/* SPDX-License-Identifier: MIT */
/* compare_print.c - a comparison as text, CSV, JSON, Markdown; see compare.h. */
#include <inttypes.h>

#include "emu/json.h"
#include "emu/lab/compare.h"

const char *const compare_formats[] = { "text", "csv", "json", "md", NULL };

/* How often a phase does it; 0: that is no count. */
static uint64_t times(const Comparison *c, const Phase *phase)
{
    return phase->count / c->scale;
}

/* The instructions of the phase without anybody below; 0: that was not measured. */
static uint64_t bare(const Comparison *c, unsigned phase)
{
    for (guint i = 0; i < c->rows->len; i++) {
        const Measurement *row = g_ptr_array_index(c->rows, i);
        if (row->technique == &compare_techniques[0] && !row->why)
            return row->costs[phase].all;
    }
    return 0;
}

/* Exits for each of what the phase does, and its instructions beside those of bare; "-": not known. */
static void ratios(const Comparison *c, unsigned phase, const Cost *cost, char each[32],
                   char to[32])
{
    const uint64_t n = times(c, &compare_phases[phase]), alone = bare(c, phase);
    g_snprintf(each, 32, n ? "%.4g" : "-", (double)cost->exits / (double)MAX(n, 1));
    g_snprintf(to, 32, alone ? "%.2f" : "-", (double)cost->all / (double)MAX(alone, 1));
}

static bool is_wanted(const Comparison *c, unsigned phase)
{
    return c->phases >> phase & 1;
}

static void title(const Comparison *c, unsigned i, FILE *out)
{
    const Phase *phase = &compare_phases[i];
    fprintf(out, "%c: %s", phase->letter, phase->about);
    if (times(c, phase))
        fprintf(out, ", %" PRIu64, times(c, phase));
}

static void text_row(const Comparison *c, unsigned phase, const Measurement *row, FILE *out)
{
    const Cost *cost = &row->costs[phase];
    char each[32], to[32];
    ratios(c, phase, cost, each, to);
    if (row->why)
        fprintf(out, "  %-10s %s\n", row->technique->name, row->why);
    else
        fprintf(out,
                "  %-10s %9" PRIu64 " %7s %11" PRIu64 " %11" PRIu64 " %8s %11" PRIu64 " %6" PRIu64
                "\n",
                row->technique->name, cost->exits, each, cost->host, cost->all, to,
                cost->references, cost->pages);
}

static void print_text(const Comparison *c, FILE *out)
{
    fputs(
        "exits: traps from the guest, its kernel or users, to whoever is below it\n"
        "host: instructions retired there; all: and in the guest; x bare: all, to those of bare\n"
        "walk refs: entries of page tables that the hart read; pages: of 4 KiB of RAM, in which those below loaded or stored\n",
        out);
    for (unsigned i = 0; compare_phases[i].letter; i++) {
        if (!is_wanted(c, i))
            continue;
        fputc('\n', out);
        title(c, i, out);
        fprintf(out, "\n  %-10s %9s %7s %11s %11s %8s %11s %6s\n", "", "exits", "each", "host",
                "all", "x bare", "walk refs", "pages");
        for (guint k = 0; k < c->rows->len; k++)
            text_row(c, i, g_ptr_array_index(c->rows, k), out);
    }
}

static void print_csv(const Comparison *c, FILE *out)
{
    fputs("phase,times,technique,exits,host_insns,all_insns,walk_refs,host_pages\n", out);
    for (unsigned i = 0; compare_phases[i].letter; i++)
        for (guint k = 0; is_wanted(c, i) && k < c->rows->len; k++) {
            const Measurement *row = g_ptr_array_index(c->rows, k);
            const Cost *cost = &row->costs[i];
            if (!row->why)
                fprintf(out,
                        "%c,%" PRIu64 ",%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
                        "\n",
                        compare_phases[i].letter, times(c, &compare_phases[i]),
                        row->technique->name, cost->exits, cost->host, cost->all, cost->references,
                        cost->pages);
        }
}

static void print_md(const Comparison *c, FILE *out)
{
    fputs(
        "| phase | technique | exits | each | host insns | all insns | x bare | walk refs | pages |\n"
        "|---|---|---:|---:|---:|---:|---:|---:|---:|\n",
        out);
    for (unsigned i = 0; compare_phases[i].letter; i++)
        for (guint k = 0; is_wanted(c, i) && k < c->rows->len; k++) {
            const Measurement *row = g_ptr_array_index(c->rows, k);
            const Cost *cost = &row->costs[i];
            char each[32], to[32];
            ratios(c, i, cost, each, to);
            fputs("| ", out);
            title(c, i, out);
            if (row->why)
                fprintf(out, " | %s | %s | | | | | | |\n", row->technique->name, row->why);
            else
                fprintf(out,
                        " | %s | %" PRIu64 " | %s | %" PRIu64 " | %" PRIu64 " | %s | %" PRIu64
                        " | %" PRIu64 " |\n",
                        row->technique->name, cost->exits, each, cost->host, cost->all, to,
                        cost->references, cost->pages);
        }
}

static void json_phases(Json *json, const Comparison *c, const Measurement *row)
{
    json_begin(json, "phases", '[');
    for (unsigned i = 0; compare_phases[i].letter; i++) {
        const Cost *cost = &row->costs[i];
        const char letter[2] = { compare_phases[i].letter, 0 };
        if (!is_wanted(c, i))
            continue;
        json_begin(json, NULL, '{');
        json_text(json, "phase", letter);
        json_number(json, "times", times(c, &compare_phases[i]));
        json_number(json, "exits", cost->exits);
        json_number(json, "host_insns", cost->host);
        json_number(json, "all_insns", cost->all);
        json_number(json, "walk_refs", cost->references);
        json_number(json, "host_pages", cost->pages);
        json_end(json, '{');
    }
    json_end(json, '[');
}

static void print_json(const Comparison *c, FILE *out)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Json json = { .out = text };
    json_begin(&json, NULL, '{');
    json_text(&json, "guest", "wl");
    json_number(&json, "scale", c->scale);
    json_begin(&json, "techniques", '[');
    for (guint k = 0; k < c->rows->len; k++) {
        const Measurement *row = g_ptr_array_index(c->rows, k);
        json_begin(&json, NULL, '{');
        json_text(&json, "name", row->technique->name);
        json_text(&json, "about", row->technique->about);
        json_text(&json, "missing", row->why);
        if (!row->why)
            json_phases(&json, c, row);
        json_end(&json, '{');
    }
    json_end(&json, '[');
    json_end(&json, '{');
    fprintf(out, "%s\n", text->str);
}

void compare_print(const Comparison *comparison, unsigned number, FILE *out)
{
    static void (*const printers[])(const Comparison *c, FILE *out) = { print_text, print_csv,
                                                                        print_json, print_md };
    printers[number](comparison, out);
}
