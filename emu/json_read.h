/* SPDX-License-Identifier: MIT */
/*
 * json_read.h - reading JSON: a text becomes a tree, and a path leads to a value in it.
 *
 *   llc[name=evictions].rows[victim=vmid1].by.vmid2
 *
 * A word is a member of an object; [member=word] the first element of an array whose member is that, [2] the third one.
 */
#ifndef EMU_JSON_READ_H
#define EMU_JSON_READ_H

#include <stdbool.h>

#include <glib.h>

typedef enum { JSON_NULL, JSON_FLAG, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } JsonKind;

typedef struct {
    JsonKind kind;
    double number;     /* JSON_FLAG: 0 or 1 */
    char *text;        /* JSON_STRING */
    GPtrArray *names;  /* JSON_OBJECT: of its values, in their order */
    GPtrArray *values; /* of JsonValue: of an object or an array */
} JsonValue;

/* Reads a text of at most `size` bytes. Fails with EXIT_CONFIG; `name` is for the message. */
JsonValue *json_read(const char *name, const char *text, size_t size, GError **error);
/* The same for a file; EXIT_FILE if it cannot be read. */
JsonValue *json_read_file(const char *path, GError **error);
void json_value_free(JsonValue *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JsonValue, json_value_free)

/* What is at `path`; NULL, with an error that says where it ends (EXIT_CONFIG): nothing. */
const JsonValue *json_find(const JsonValue *value, const char *path, GError **error);

#endif
