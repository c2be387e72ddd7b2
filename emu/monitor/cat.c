/* SPDX-License-Identifier: MIT */
/* cat.c - info cat: the registers of the associative memory; see monitor.h, mmu/cat.h. */
#include <inttypes.h>
#include <string.h>

#include "emu/json.h"
#include "emu/monitor/monitor.h"

static void print_frame(const Cat *cat, unsigned i, GString *out)
{
    const uint64_t frame = cat->frame[i];
    g_string_append_printf(out, "%5u %016" PRIx64 " ", i, cat_address(cat, i, 0).v);
    if (!(frame & CAT_VALID)) {
        g_string_append(out, "  -     -\n");
        return;
    }
    g_string_append_printf(out, "%3u   %3u  %c%c%c\n", (unsigned)bits(frame, 7, 4),
                           (unsigned)bits(frame, 13, 8), frame & CAT_USE ? 'u' : '-',
                           frame & CAT_CHANGE ? 'c' : '-', frame & CAT_LOCK ? 'l' : '-');
}

static void print(const Monitor *monitor, const Cat *cat, GString *out)
{
    g_string_append_printf(out, "hart %u: associative memory %s, virtual machine %u\n",
                           monitor->hart, cat_is_on(cat) ? "on" : "off", cat_vm(cat));
    g_string_append(out, "frame paddr             vm vpage  use, change, lock\n");
    for (unsigned i = 0; i < CAT_FRAMES; i++)
        print_frame(cat, i, out);
}

static void write_frame(const Cat *cat, unsigned i, Json *json)
{
    const uint64_t frame = cat->frame[i];
    json_begin(json, NULL, '{');
    json_number(json, "frame", i);
    json_hex(json, "paddr", cat_address(cat, i, 0).v);
    json_flag(json, "valid", frame & CAT_VALID);
    json_number(json, "vm", bits(frame, 7, 4));
    json_number(json, "vpage", bits(frame, 13, 8));
    json_flag(json, "use", frame & CAT_USE);
    json_flag(json, "change", frame & CAT_CHANGE);
    json_flag(json, "lock", frame & CAT_LOCK);
    json_end(json, '{');
}

static void write(const Monitor *monitor, const Cat *cat, GString *out)
{
    Json json = { .out = out };
    json_begin(&json, NULL, '{');
    json_number(&json, "hart", monitor->hart);
    json_flag(&json, "on", cat_is_on(cat));
    json_number(&json, "vm", cat_vm(cat));
    json_begin(&json, "frames", '[');
    for (unsigned i = 0; i < CAT_FRAMES; i++)
        write_frame(cat, i, &json);
    json_end(&json, '[');
    json_end(&json, '{');
    g_string_append_c(out, '\n');
}

void monitor_info_cat(Monitor *monitor, const char *arguments, GString *out)
{
    const Cat *cat = monitor->machine->harts[monitor->hart].mmu.cat;
    if (*arguments && strcmp(arguments, "json") != 0)
        monitor_say_usage(monitor, out);
    else if (!cat)
        g_string_append(out, "the hart has no associative memory; -cpu max,cat=64 gives it one\n");
    else if (*arguments)
        write(monitor, cat, out);
    else
        print(monitor, cat, out);
}
