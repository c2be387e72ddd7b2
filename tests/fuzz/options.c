/* SPDX-License-Identifier: MIT */
/*
 * options.c - fuzzing: command lines, a word a line of the case.
 *
 * A case that begins with '[' is a configuration file instead. They are parsed and resolved; nothing is opened, for that comes after.
 */
#include <string.h>

#include "emu/options.h"
#include "tests/lib/fuzz.h"

enum { MOST_WORDS = 40 };

/* A word of one byte 1..255 stands for the option of that number, so that changing a byte changes the option. */
static char *make_word(const char *text)
{
    unsigned n = 0, wanted = (unsigned char)text[0];
    while (option_table[n].name)
        n++;
    if (!text[0] || text[1])
        return g_strdup(text);
    return g_strconcat("-", option_table[wanted % n].name, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(GStrv) lines = g_strsplit(text, "\n", MOST_WORDS);
    g_auto(GStrv) words = g_new0(char *, MOST_WORDS + 2);
    g_autoptr(GError) error = NULL;
    int count = 0;
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_FATAL_MASK);
    words[count++] = g_strdup("bulkhead");
    for (char **line = lines; *line; line++)
        words[count++] = make_word(*line);
    Options *options = options_new();
    bool ok = text[0] == '[' ? options_read_sections(options, "case", text, &error)
                             : options_parse(options, count, words, &error);
    ok = ok && (options->done || options_resolve(options, &error));
    if (ok != !error)
        fuzz_fail("%s", ok ? "success with an error" : "failure without an error");
    if (error && !g_utf8_validate(error->message, -1, NULL) && g_utf8_validate(text, -1, NULL))
        fuzz_fail("a message that is no text: %s", error->message);
    options_free(options);
    return 0;
}
