/* SPDX-License-Identifier: MIT */
/* readconfig.c - fuzzing: files of -readconfig, which become options. */
#include "tests/lib/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    Options *options = options_new();
    bool ok = options_read_sections(options, "fuzz.cfg", text, &error);
    fuzz_options(options, ok, error);
    return 0;
}
