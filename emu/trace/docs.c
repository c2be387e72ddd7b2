/* SPDX-License-Identifier: MIT */
/* docs.c - docs/trace.md, made of the catalogue. */
#include <stdio.h>
#include <string.h>

#include "emu/base/trace.h"
#include "emu/trace/verbs.h"

static const char intro[] =
    "# Events\n"
    "\n"
    "What `-trace` can report. Written by `bulkhead trace docs` from "
    "[emu/base/trace.def](../emu/base/trace.def); change it there.\n"
    "\n"
    "Every event has these columns, then its own fields:\n"
    "\n"
    "| column | |\n"
    "|---|---|\n"
    "| `seq` | number of the event |\n"
    "| `t` | virtual time, ns |\n"
    "| `ev` | its name |\n"
    "| `h` | the hart it is about, or else the one that ran; `none` (255): no hart did |\n"
    "| `m` | that hart's mode: `U`, `HS`, `M`, `VU`, `VS` |\n"
    "| `p` | partition: 0 is the host; a guest's is its number in the machine file, by its harts and VMID; without a machine file its VMID (0 too, if that is 0: then `m` tells them apart), with one that does not name it 64 more than that |\n"
    "| `vmid` | VMID in `hgatp`, of the guest that is set up, whether or not it runs |\n"
    "| `ic` | instructions that the hart had retired |\n"
    "\n"
    "A line of text is `seq t ev h= m= p= vmid= ic=` and the fields. Numbers are decimal, or "
    "hexadecimal behind 0x.\n"
    "Not fast: every instruction goes through the slower loop while the event is on.\n";

static const char *kind(const char *format)
{
    if (!strcmp(format, "u"))
        return "number";
    if (!strcmp(format, "x"))
        return "hexadecimal";
    if (!strcmp(format, "a"))
        return "hexadecimal or `any`";
    if (!strcmp(format, "p"))
        return "flags of an entry, `DAGUXWRV`";
    return !strcmp(format, "r") ? "`none`, `x1` to `x31`, `f0` to `f31`" : NULL;
}

static void write_words(const char *words)
{
    const char *comma = "";
    for (const char *at = words; *at; at += strcspn(at, "|"), at += *at == '|') {
        int length = (int)strcspn(at, "|");
        if (length)
            printf("%s`%.*s`", comma, length, at);
        comma = length ? ", " : comma;
    }
}

static void write_event(unsigned id)
{
    const TraceEvent *event = &trace_events[id];
    bool slow = id == TRACE_commit || id == TRACE_mem;
    printf("\n## %s\n\n%s.%s\n\n| field | |\n|---|---|\n", event->name, event->about,
           slow ? " Not fast." : "");
    for (unsigned i = 0; i < event->n_fields; i++) {
        const char *field = event->fields[i], *format = strchr(field, ':') + 1;
        printf("| `%.*s` | ", (int)(format - 1 - field), field);
        if (kind(format))
            fputs(kind(format), stdout);
        else
            write_words(format);
        puts(" |");
    }
}

void trace_write_docs(void)
{
    fputs(intro, stdout);
    for (unsigned id = 0; id < TRACE_COUNT; id++)
        write_event(id);
}
