/* SPDX-License-Identifier: MIT */
/*
 * json.h - writing JSON: members in the order of the calls, 64-bit values as strings of hex digits, which every reader
 * keeps whole.
 */
#ifndef EMU_JSON_H
#define EMU_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

typedef struct {
    GString *out;
    bool comma; /* before the next member */
} Json;

/* Appends `text` in quotes, for who writes the rest otherwise. What is no UTF-8 in it is replaced. */
void json_append_string(GString *out, const char *text);

/* Begins and ends an object or an array; `bracket` is '{' or '['. `key` is NULL of what is no member of an object, here
 * and below. */
void json_begin(Json *json, const char *key, char bracket);
void json_end(Json *json, char bracket);

void json_text(Json *json, const char *key, const char *text); /* NULL: null */
void json_hex(Json *json, const char *key, uint64_t value);
void json_number(Json *json, const char *key, uint64_t value);
/* A number, as it is written. */
void json_literal(Json *json, const char *key, const char *number);
void json_flag(Json *json, const char *key, bool value);

#endif
