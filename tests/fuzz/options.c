/* SPDX-License-Identifier: MIT */
/*
 * options.c - fuzzing: command lines, a word a line of the case.
 *
 * They are parsed and resolved; nothing is opened, for that comes after.
 */
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
    words[count++] = g_strdup("bulkhead");
    for (char **line = lines; *line; line++)
        words[count++] = make_word(*line);
    Options *options = options_new();
    bool ok = options_parse(options, count, words, &error);
    fuzz_options(options, ok, error);
    return 0;
}
