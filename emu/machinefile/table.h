/* SPDX-License-Identifier: MIT */
/* table.h - files of settings as tables: what may stand in one. That of machine files is settings.def. */
#ifndef EMU_MACHINEFILE_TABLE_H
#define EMU_MACHINEFILE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef enum {
    MF_TEXT,    /* a string */
    MF_PATH,    /* a string: a file, from the machine file's folder on */
    MF_WORD,    /* one of `extra` */
    MF_FLAG,    /* true or false */
    MF_NUMBER,  /* an integer, or a string that is one */
    MF_SIZE,    /* bytes as an integer, or a string such as "64M" */
    MF_TIME,    /* a string such as "1ms"; nanoseconds */
    MF_ADDRESS, /* an integer, or a string that is one */
    MF_NUMBERS, /* an integer, an array of them, or a string such as "0-3,8" */
    MF_NAMES,   /* a string, or an array of them */
    MF_GROUP_TYPE,
    MF_GROUPS_TYPE, /* a list of groups, or one of them */
} MfType;

typedef struct {
    const char *section; /* NULL: the end of the table */
    const char *key;     /* NULL: this row begins the section, `meaning` is its own */
    MfType type;
    size_t field; /* of the section's struct */
    size_t size;  /* of the section's struct, in the row that begins it */
    const char *extra, *fallback, *meaning;
} MfSetting;

// clang-format off
/* A .def file of SECTION and SETTING as rows; the struct of a section stands in its SETTING rows, so that the row is
 * complete. */
#define MF_SECTION_ROW(structure, name, meaning) \
    { name, NULL, MF_GROUP_TYPE, 0, sizeof(structure), NULL, NULL, meaning },
#define MF_SETTING_ROW(structure, key, type, field, extra, fallback, meaning) \
    { "", key, MF_TYPE_##type, offsetof(structure, field), 0, extra, fallback, meaning },
#define MF_SETTINGS_END { NULL, NULL, MF_TEXT, 0, 0, NULL, NULL, NULL },
#define MF_TYPE_TEXT    MF_TEXT
#define MF_TYPE_PATH    MF_PATH
#define MF_TYPE_WORD    MF_WORD
#define MF_TYPE_FLAG    MF_FLAG
#define MF_TYPE_NUMBER  MF_NUMBER
#define MF_TYPE_SIZE    MF_SIZE
#define MF_TYPE_TIME    MF_TIME
#define MF_TYPE_ADDRESS MF_ADDRESS
#define MF_TYPE_NUMBERS MF_NUMBERS
#define MF_TYPE_NAMES   MF_NAMES
#define MF_TYPE_GROUP   MF_GROUP_TYPE
#define MF_TYPE_GROUPS  MF_GROUPS_TYPE
// clang-format on

/* The rows of all sections, each begun by a row without a key. */
extern const MfSetting mf_settings[];

/* The row that begins a section of `table`; the settings follow it up to the next row without a key. */
const MfSetting *mf_section(const MfSetting *table, const char *name);
/* How a type is called, and an example of it. */
const char *mf_type_name(MfType type);

/* docs/machine-files.md and its like, as far as they are made from a table. */
void mf_print_settings(const MfSetting *table, FILE *out);

#endif
