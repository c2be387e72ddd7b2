/* SPDX-License-Identifier: MIT */
/* main.c - IPL, then one command after the other; see README.md, then cms.h. */
#include "cms.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/trap.h"

/* Interrupts of the system itself are off; a trap that comes all the same is our own mistake. */
void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

/* The ready message: what the command said, and how long it took, in seconds. */
static void ready(int code, uint64_t took)
{
    if (code)
        print("E(%05d); T=%lu.%02lu\n", code, took / 100, took % 100);
    else
        print("R; T=%lu.%02lu\n", took / 100, took % 100);
}

static void do_line(const char *line)
{
    uint64_t began = console_time();
    console_resume();
    int code = command_run(line);
    ready(code, console_time() - began);
}

void main(void *blob)
{
    Fdt fdt;
    char line[INPUT];
    if (!fdt_open(&fdt, blob))
        panic("CMS: no device tree");
    power_find(&fdt);
    console_begin(fdt_cell(&fdt, fdt_find(&fdt, "/cpus"), "timebase-frequency", 0, 0));
    unit_begin();
    program_begin();
    files_begin();
    print("CMS, IN THE MANNER OF 1967. HELP LISTS COMMANDS.\n");
    if (!unit_has_cp())
        print("NO CP: NO READER, NO PUNCH, NO PRINTER.\n");
    do_line("EXEC PROFILE");
    for (;;) {
        if (console_read(line, sizeof(line)))
            do_line(line);
    }
}
