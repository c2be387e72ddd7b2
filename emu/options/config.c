/* SPDX-License-Identifier: MIT */
/*
 * config.c - -readconfig: options in a file, as sections of QEMU's configuration files.
 *
 *     [device "d0"]
 *       driver = "virtio-blk-device"
 *
 * is -device driver=virtio-blk-device,id=d0. A section becomes the option's argument and is read as that, so what is
 * known, and what is wrong, is the same in both places; messages begin with the file and the line of the section.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "emu/base/error.h"
#include "emu/options/handlers.h"
#include "emu/options/props.h"

enum { MAX_FILE = 1 << 20 };

/* Sections whose name is not that of their option. */
static const struct {
    const char *section, *option;
} renamed[] = {
    { "smp-opts", "smp" },
    { "memory", "m" },
    { "boot-opts", "boot" },
};

typedef struct {
    Options *options;
    const char *path;
    unsigned line, section_line;
    const OptionDef *section; /* NULL: none has begun */
    GString *argument;
    GHashTable *keys; /* of the section, to refuse repetition */
} ConfigReader;

static bool fail_at(const ConfigReader *reader, GError **error, const char *what, const char *word,
                    const char *fix)
{
    return fail(error, EXIT_CONFIG, "%s:%u: %s '%s'; %s", reader->path, reader->line, what, word,
                fix);
}

/* Acts on the section that ends here. */
static bool end_section(ConfigReader *reader, GError **error)
{
    const OptionDef *def = reader->section;
    if (!def)
        return true;
    reader->section = NULL;
    if (!reader->argument->len && !strcmp(def->name, "machine"))
        return true; /* there is one already, as it should be */
    if (def->handle(reader->options, def, reader->argument->str, error))
        return true;
    g_prefix_error(error, "%s:%u: ", reader->path, reader->section_line);
    return false;
}

static const OptionDef *find_section(const char *name)
{
    /* What can be written name=value,name=value; other options have other languages. */
    static const char *const known[] = {
        "machine", "accel",  "smp",    "m",      "boot",   "rtc",
        "icount",  "drive",  "device", "netdev", "nic",    "chardev",
        "mon",     "global", "name",   "msg",    "action", "semihosting-config",
        NULL
    };
    for (size_t i = 0; i < G_N_ELEMENTS(renamed); i++)
        if (!strcmp(renamed[i].section, name))
            return option_find(renamed[i].option);
    return g_strv_contains(known, name) ? option_find(name) : NULL;
}

static void append_property(ConfigReader *reader, const char *name, const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, ",", -1);
    g_autofree char *doubled = g_strjoinv(",,", parts);
    g_string_append_printf(reader->argument, "%s%s=%s", reader->argument->len ? "," : "", name,
                           doubled);
}

/* [name] or [name "id"] */
static bool begin_section(ConfigReader *reader, const char *line, GError **error)
{
    g_auto(GStrv) words = g_strsplit(line + 1, "\"", 3);
    const char *first = words[0] ? words[0] : "";
    bool has_id = g_strv_length(words) == 3;
    g_autofree char *name = g_strndup(first, strcspn(first, "] \t"));
    const char *rest = has_id ? words[2] : strchr(first, ']');
    if (!rest || strcmp(rest, "]"))
        return fail_at(reader, error, "no section begins so:", line,
                       "write [section] or [section \"id\"]");
    reader->section = find_section(name);
    reader->section_line = reader->line;
    if (!reader->section)
        return fail_at(reader, error, "no section is called", name,
                       "there are machine, memory, smp-opts, drive, device, netdev, nic, chardev, "
                       "global, rtc, icount, name, accel, action, boot-opts, msg and "
                       "semihosting-config");
    g_string_truncate(reader->argument, 0);
    g_hash_table_remove_all(reader->keys);
    if (has_id)
        append_property(reader, "id", words[1]);
    return true;
}

/* name = "value" */
static bool read_property(ConfigReader *reader, char *line, GError **error)
{
    char *equals = strchr(line, '=');
    if (!reader->section)
        return fail_at(reader, error, "before the first section:", line,
                       "begin with a section, for example [machine]");
    if (!equals || equals == line)
        return fail_at(reader, error, "no property:", line, "write name = \"value\"");
    g_autofree char *name = g_strstrip(g_strndup(line, (size_t)(equals - line)));
    char *value = g_strstrip(equals + 1);
    size_t length = strlen(value);
    if (length < 2 || value[0] != '"' || value[length - 1] != '"')
        return fail_at(reader, error, "the value is not in quotation marks:", value,
                       "write name = \"value\"");
    if (strpbrk(name, ", \t") || (!g_hash_table_add(reader->keys, g_strdup(name)) &&
                                  strcmp(name, "hostfwd") && strcmp(name, "arg")))
        return fail_at(reader, error, "not a name, or given twice:", name, "leave it out");
    value[length - 1] = 0;
    append_property(reader, name, value + 1);
    return true;
}

static bool read_line(ConfigReader *reader, char *line, GError **error)
{
    g_strstrip(line);
    if (!*line || *line == '#')
        return true;
    return *line == '[' ? end_section(reader, error) && begin_section(reader, line, error)
                        : read_property(reader, line, error);
}

bool options_read_sections(Options *o, const char *path, const char *text, GError **error)
{
    ConfigReader reader = { .options = o, .path = path, .argument = g_string_new(NULL) };
    reader.keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    bool ok = true;
    for (char **line = lines; ok && *line; line++) {
        reader.line++;
        ok = read_line(&reader, *line, error);
    }
    ok = ok && end_section(&reader, error);
    g_string_free(reader.argument, TRUE);
    g_hash_table_destroy(reader.keys);
    return ok;
}

bool option_readconfig(Options *o, const OptionDef *def, const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize size;
    struct stat info;
    g_autoptr(GError) problem = NULL;
    (void)def;
    if (!stat(path, &info) && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))
        return fail(error, EXIT_FILE, "configuration '%s' is not a regular file; copy it to one",
                    path);
    if (!g_file_get_contents(path, &text, &size, &problem) || size > MAX_FILE ||
        strlen(text) != size)
        return fail(error, EXIT_FILE, "configuration '%s' cannot be read: %s; check the path", path,
                    problem ? problem->message : "it is no text");
    return options_read_sections(o, path, text, error);
}
