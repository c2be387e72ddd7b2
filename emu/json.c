/* SPDX-License-Identifier: MIT */
/* json.c - writing JSON; see json.h. */
#include "emu/json.h"

#include <inttypes.h>

void json_append_string(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_string_append_c(out, '"');
    for (const char *at = valid; *at; at++)
        if (g_ascii_iscntrl(*at))
            g_string_append_printf(out, "\\u%04x", (unsigned char)*at);
        else if (*at == '"' || *at == '\\')
            g_string_append_printf(out, "\\%c", *at);
        else
            g_string_append_c(out, *at);
    g_string_append_c(out, '"');
}

static void begin_member(Json *json, const char *key)
{
    if (json->comma)
        g_string_append_c(json->out, ',');
    json->comma = true;
    if (!key)
        return;
    json_append_string(json->out, key);
    g_string_append_c(json->out, ':');
}

void json_begin(Json *json, const char *key, char bracket)
{
    begin_member(json, key);
    g_string_append_c(json->out, bracket);
    json->comma = false;
}

void json_end(Json *json, char bracket)
{
    g_string_append_c(json->out, bracket == '{' ? '}' : ']');
    json->comma = true;
}

void json_text(Json *json, const char *key, const char *text)
{
    begin_member(json, key);
    if (text)
        json_append_string(json->out, text);
    else
        g_string_append(json->out, "null");
}

void json_hex(Json *json, const char *key, uint64_t value)
{
    begin_member(json, key);
    g_string_append_printf(json->out, "\"0x%" PRIx64 "\"", value);
}

void json_number(Json *json, const char *key, uint64_t value)
{
    begin_member(json, key);
    g_string_append_printf(json->out, "%" PRIu64, value);
}

void json_literal(Json *json, const char *key, const char *number)
{
    begin_member(json, key);
    g_string_append(json->out, number);
}

void json_flag(Json *json, const char *key, bool value)
{
    begin_member(json, key);
    g_string_append(json->out, value ? "true" : "false");
}
