/* SPDX-License-Identifier: MIT */
/* machinefile.c - fuzzing: machine files, read, checked, and told to the guest. */
#include <stdio.h>

#include "emu/machinefile/machinefile.h"
#include "tests/lib/fuzz.h"

/* libconfig forgets a string that a syntax error follows. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libconfig";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(MachineFile) file = machinefile_parse("fuzz.bh", text, size);
    FILE *out = fopen("/dev/null", "w");
    if (!file->findings->errors)
        machinefile_check(file);
    findings_print(file->findings, out);
    fclose(out);
    return 0;
}
