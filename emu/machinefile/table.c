/* SPDX-License-Identifier: MIT */
/* table.c - settings.def as a table, and as documentation; see table.h. */
#include "emu/machinefile/table.h"

#include <string.h>

#include "emu/machinefile/machinefile.h"

// clang-format off
#define SECTION MF_SECTION_ROW
#define SETTING MF_SETTING_ROW
const MfSetting mf_settings[] = {
#include "emu/machinefile/settings.def"
    MF_SETTINGS_END
};
#undef SECTION
#undef SETTING

static const struct {
    const char *name, *example;
} types[] = {
    [MF_TEXT] = { "text", "\"text\"" },
    [MF_PATH] = { "file", "\"folder/file\"" },
    [MF_WORD] = { "word", NULL },
    [MF_FLAG] = { "flag", "true or false" },
    [MF_NUMBER] = { "number", "7, or 0x10" },
    [MF_SIZE] = { "size", "\"64M\", or a number of bytes" },
    [MF_TIME] = { "time", "\"1ms\"; ns, us, ms or s" },
    [MF_ADDRESS] = { "address", "0x80000000" },
    [MF_NUMBERS] = { "numbers", "\"0-3,8\", [0, 1], or 2" },
    [MF_NAMES] = { "names", "[\"a\", \"b\"], or \"a\"" },
    [MF_GROUP_TYPE] = { "group", "{ ... }" },
    [MF_GROUPS_TYPE] = { "groups", "( { ... }, { ... } )" },
};
// clang-format on

const MfSetting *mf_section(const MfSetting *table, const char *name)
{
    for (const MfSetting *row = table; row->section; row++)
        if (!row->key && !strcmp(row->section, name))
            return row;
    return NULL;
}

const char *mf_type_name(MfType type)
{
    return types[type].name;
}

static void print_row(const MfSetting *row, FILE *out)
{
    fprintf(out, "| `%s` | ", row->key);
    if (row->type == MF_GROUP_TYPE || row->type == MF_GROUPS_TYPE) {
        fprintf(out, "%s [%s](#%s)", types[row->type].name, row->extra, row->extra);
    } else if (row->type == MF_WORD) {
        for (const char *c = row->extra; *c; c++)
            fputs(*c == '|' ? ", " : (char[]){ *c, 0 }, out);
    } else {
        fputs(types[row->type].name, out);
        if (row->extra)
            fprintf(out, ", %s", row->extra);
    }
    fprintf(out, " | %s | %s |\n", row->fallback ? row->fallback : "", row->meaning);
}

void mf_print_settings(const MfSetting *table, FILE *out)
{
    fputs("| type | how it is written |\n|---|---|\n", out);
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        fprintf(out, "| %s | %s |\n", types[i].name,
                types[i].example ? types[i].example : "one of the words given, in quotation marks");
    for (const MfSetting *row = table; row->section; row++) {
        if (!row->key)
            fprintf(
                out,
                "\n### %s\n\nWhat it is: %s.\n\n| setting | type | default | meaning |\n|---|---|---|---|\n",
                row->section, row->meaning);
        else
            print_row(row, out);
    }
}
