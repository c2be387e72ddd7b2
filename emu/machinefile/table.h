/* SPDX-License-Identifier: MIT */
/* table.h - settings.def as a table. */
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

/* The rows of all sections, each begun by a row without a key. */
extern const MfSetting mf_settings[];

/* The row that begins a section; the settings follow it up to the next row without a key. */
const MfSetting *mf_section(const char *name);
/* How a type is called, and an example of it. */
const char *mf_type_name(MfType type);

/* docs/machine-files.md, as far as it is made from the table. */
void mf_print_settings(FILE *out);

#endif
