/* SPDX-License-Identifier: MIT */
/*
 * reader.c - from the text of a file to values, by a table of settings; see reader.h.
 *
 * libconfig says what is written where; the table says what that means. What is not in the table is refused, and so
 * is what has another type, before anything looks at values.
 */
#include "emu/machinefile/reader.h"

#include <inttypes.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/base/nearest.h"
#include "emu/loader_image.h"
#include "emu/machinefile/text.h"
#include "emu/machinefile/values.h"
#include "emu/options/props.h"

enum { MOST_KEYS = 64 };

static void *own(const MfReader *reader, void *memory)
{
    g_ptr_array_add(reader->memory, memory);
    return memory;
}

/* Says what is wrong with a value. */
#define WRONG(reader, setting, row, ...)                                                     \
    findings_add((reader)->findings, false, config_setting_source_line(setting), (row)->key, \
                 __VA_ARGS__)

/* A number where a text is wanted, as that text, to be freed; NULL: it is none. */
static char *quoted_number(const config_setting_t *setting)
{
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64: return g_strdup_printf("\"%lld\"", config_setting_get_int64(setting));
    case CONFIG_TYPE_FLOAT: return g_strdup_printf("\"%.15g\"", config_setting_get_float(setting));
    default: return NULL;
    }
}

static void wrong_type(const MfReader *reader, const config_setting_t *setting,
                       const MfSetting *row)
{
    static const char *const examples[] = {
        [MF_TEXT] = "\"text\"",      [MF_PATH] = "\"file\"",
        [MF_WORD] = "\"word\"",      [MF_FLAG] = "true",
        [MF_NUMBER] = "1",           [MF_SIZE] = "\"64M\"",
        [MF_TIME] = "\"1ms\"",       [MF_ADDRESS] = "0x80000000",
        [MF_NUMBERS] = "\"0-3,8\"",  [MF_NAMES] = "[\"a\", \"b\"]",
        [MF_GROUP_TYPE] = "{ ... }", [MF_GROUPS_TYPE] = "( { ... } )",
    };
    g_autofree char *quoted = row->type == MF_TEXT ? quoted_number(setting) : NULL;
    const char *example = quoted ? quoted : examples[row->type];
    if (row->type == MF_WORD && row->fallback)
        WRONG(reader, setting, row, "%s is a %s, and this is not one; write %s = \"%s\"", row->key,
              mf_type_name(row->type), row->key, row->fallback);
    else
        WRONG(reader, setting, row, "%s is %s %s, and this is not one; write for example %s = %s",
              row->key, strchr("aeiou", mf_type_name(row->type)[0]) ? "an" : "a",
              mf_type_name(row->type), row->key, example);
}

/* An integer that is not negative. */
static bool integer(const config_setting_t *setting, uint64_t *value)
{
    bool hex = config_setting_get_format(setting) == CONFIG_FORMAT_HEX;
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_INT: {
        int number = config_setting_get_int(setting);
        *value = hex ? (uint32_t)number : (uint64_t)number;
        return hex || number >= 0;
    }
    case CONFIG_TYPE_INT64: {
        long long number = config_setting_get_int64(setting);
        *value = (uint64_t)number;
        return hex || number >= 0;
    }
    default: return false;
    }
}

static bool scalar(const config_setting_t *setting, MfType type, uint64_t *value)
{
    if (config_setting_type(setting) != CONFIG_TYPE_STRING)
        return type != MF_TIME && integer(setting, value);
    return mf_value_parse(type, config_setting_get_string(setting), value);
}

static void read_scalar(const MfReader *reader, const config_setting_t *setting,
                        const MfSetting *row, uint64_t *field)
{
    uint64_t least, most, value;
    if (!scalar(setting, row->type, &value)) {
        wrong_type(reader, setting, row);
        return;
    }
    mf_range(row, &least, &most);
    if (value >= least && value <= most) {
        *field = value;
        return;
    }
    g_auto(GStrv) ends = g_strsplit(row->extra, "-", 2);
    const char *quote = row->type == MF_NUMBER ? "" : "\"";
    if (!strcmp(ends[0], ends[1]))
        WRONG(reader, setting, row, "%s can only be %s; write %s = %s, or leave it out", row->key,
              ends[0], row->key, ends[0]);
    else
        WRONG(reader, setting, row, "%s is from %s to %s; write %s = %s%s%s", row->key, ends[0],
              ends[1], row->key, quote, value < least ? ends[0] : ends[1], quote);
}

static void read_word(const MfReader *reader, const config_setting_t *setting, const MfSetting *row,
                      const char **field)
{
    const char *text = config_setting_get_string(setting);
    g_auto(GStrv) words = g_strsplit(row->extra, "|", -1);
    if (g_strv_contains((const char *const *)words, text)) {
        *field = text;
        return;
    }
    const char *near = nearest_word(text, (const char *const *)words);
    g_autofree char *list = g_strjoinv(", ", words);
    WRONG(reader, setting, row, "%s can be %s, not \"%s\"; write %s = \"%s\"", row->key, list, text,
          row->key, near ? near : words[0]);
}

static void read_path(const MfReader *reader, const config_setting_t *setting, const MfSetting *row,
                      const char **field)
{
    const char *text = config_setting_get_string(setting);
    /* Words that are no files. */
    bool is_word = (!strcmp(row->key, "bios") && !strcmp(text, "none")) ||
                   (!strcmp(row->key, "image") && !strcmp(text, "builtin"));
    if (!*text)
        WRONG(reader, setting, row, "%s names no file; write %s = \"file\", or leave it out",
              row->key, row->key);
    else
        *field = is_word || g_path_is_absolute(text) || !strcmp(reader->folder, ".")
                     ? text
                     : own(reader, g_build_filename(reader->folder, text, NULL));
}

static void read_flag(const MfReader *reader, const config_setting_t *setting, const MfSetting *row,
                      bool *field)
{
    int type = config_setting_type(setting);
    if (type == CONFIG_TYPE_BOOL)
        *field = config_setting_get_bool(setting);
    else if (type != CONFIG_TYPE_STRING || !parse_on_off(config_setting_get_string(setting), field))
        wrong_type(reader, setting, row);
}

static bool is_list(const config_setting_t *setting)
{
    int type = config_setting_type(setting);
    return type == CONFIG_TYPE_ARRAY || type == CONFIG_TYPE_LIST;
}

static void read_numbers(const MfReader *reader, const config_setting_t *setting,
                         const MfSetting *row, MfNumbers *field)
{
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    uint64_t least, most, value;
    bool ok = true, one = !is_list(setting);
    mf_range(row, &least, &most);
    unsigned n = one ? 1 : (unsigned)config_setting_length(setting);
    for (unsigned i = 0; ok && i < n && i <= 2 * most; i++) {
        const config_setting_t *item = one ? setting : config_setting_get_elem(setting, i);
        if (config_setting_type(item) == CONFIG_TYPE_STRING)
            ok = mf_numbers_parse(config_setting_get_string(item), most, numbers);
        else
            ok = integer(item, &value) && value <= most;
        uint16_t number = (uint16_t)value;
        if (ok && config_setting_type(item) != CONFIG_TYPE_STRING)
            g_array_append_val(numbers, number);
    }
    for (guint i = 0; i < numbers->len; i++)
        ok &= g_array_index(numbers, uint16_t, i) >= least;
    if (!ok) {
        WRONG(reader, setting, row,
              "%s is no list of numbers from %s; write for example %s = \"%s\"", row->key,
              row->extra, row->key, least ? "1-3,8" : "0-3,8");
        return;
    }
    field->n = numbers->len;
    field->at = own(reader, g_array_free(g_steal_pointer(&numbers), FALSE));
}

static void read_names(const MfReader *reader, const config_setting_t *setting,
                       const MfSetting *row, MfNames *field)
{
    bool one = !is_list(setting);
    unsigned n = one ? 1 : (unsigned)config_setting_length(setting);
    const char **names = own(reader, g_new0(const char *, n + 1));
    for (unsigned i = 0; i < n; i++) {
        const config_setting_t *item = one ? setting : config_setting_get_elem(setting, i);
        names[i] = config_setting_type(item) == CONFIG_TYPE_STRING ? config_setting_get_string(item)
                                                                   : NULL;
        if (!names[i]) {
            wrong_type(reader, setting, row);
            return;
        }
    }
    *field = (MfNames){ n, names };
}

static void read_section(const MfReader *reader, const config_setting_t *setting,
                         const MfSetting *section, void *target);

static void read_groups(const MfReader *reader, const config_setting_t *setting,
                        const MfSetting *row, MfGroups *field)
{
    const MfSetting *section = mf_section(reader->table, row->extra);
    bool one = !is_list(setting);
    unsigned n = one ? 1 : (unsigned)config_setting_length(setting);
    if (n > MF_MOST_GROUPS) {
        WRONG(reader, setting, row, "%s has %u elements, and there can be %d; leave some out",
              row->key, n, MF_MOST_GROUPS);
        return;
    }
    char *groups = own(reader, g_malloc0(n * section->size + 1));
    for (unsigned i = 0; i < n; i++)
        read_section(reader, one ? setting : config_setting_get_elem(setting, i), section,
                     groups + i * section->size);
    *field = (MfGroups){ n, groups };
}

static void read_value(const MfReader *reader, const config_setting_t *setting,
                       const MfSetting *row, void *field)
{
    bool wants_text = row->type == MF_TEXT || row->type == MF_PATH || row->type == MF_WORD;
    if (wants_text && config_setting_type(setting) != CONFIG_TYPE_STRING) {
        wrong_type(reader, setting, row);
        return;
    }
    switch (row->type) {
    case MF_TEXT: *(const char **)field = config_setting_get_string(setting); break;
    case MF_PATH: read_path(reader, setting, row, field); break;
    case MF_WORD: read_word(reader, setting, row, field); break;
    case MF_FLAG: read_flag(reader, setting, row, field); break;
    case MF_NUMBERS: read_numbers(reader, setting, row, field); break;
    case MF_NAMES: read_names(reader, setting, row, field); break;
    case MF_GROUP_TYPE:
        read_section(reader, setting, mf_section(reader->table, row->extra), field);
        break;
    case MF_GROUPS_TYPE: read_groups(reader, setting, row, field); break;
    default: read_scalar(reader, setting, row, field);
    }
}

/* What the settings are that the file does not give. */
static void set_fallbacks(const MfReader *reader, const MfSetting *section, void *target)
{
    for (const MfSetting *row = section + 1; row->key; row++) {
        void *field = (char *)target + row->field;
        if (row->type == MF_GROUP_TYPE)
            set_fallbacks(reader, mf_section(reader->table, row->extra), field);
        if (!row->fallback || row->fallback[0] == '[')
            continue;
        if (row->type == MF_FLAG)
            *(bool *)field = !strcmp(row->fallback, "true");
        else if (row->type == MF_TEXT || row->type == MF_PATH || row->type == MF_WORD)
            *(const char **)field = row->fallback;
        else if (!mf_value_parse(row->type, row->fallback, field))
            g_assert_not_reached();
    }
}

static void unknown_key(const MfReader *reader, const config_setting_t *setting,
                        const MfSetting *section)
{
    const char *keys[MOST_KEYS] = { NULL }, *name = config_setting_name(setting);
    unsigned n = 0;
    for (const MfSetting *row = section + 1; row->key && n < MOST_KEYS - 1; row++)
        keys[n++] = row->key;
    const char *near = nearest_word(name, keys);
    g_autofree char *list = g_strjoinv(", ", (char **)keys), *key = g_strconcat("?", name, NULL);
    unsigned line = config_setting_source_line(setting);
    if (near)
        findings_add(reader->findings, false, line, key,
                     "%s has no setting \"%s\"; did you mean %s?", section->section, name, near);
    else
        findings_add(reader->findings, false, line, key, "%s has no setting \"%s\"; there are %s",
                     section->section, name, list);
}

static void read_section(const MfReader *reader, const config_setting_t *setting,
                         const MfSetting *section, void *target)
{
    set_fallbacks(reader, section, target);
    *(const config_setting_t **)target = setting;
    if (!config_setting_is_group(setting)) {
        const MfSetting *first = section + 1;
        if (is_list(setting) || first->type == MF_GROUP_TYPE)
            findings_add(reader->findings, false, config_setting_source_line(setting),
                         config_setting_name(setting),
                         "this is no group of settings; write { ... }");
        else
            read_value(reader, setting, first, (char *)target + first->field);
        return;
    }
    for (int i = 0; i < config_setting_length(setting); i++) {
        const config_setting_t *child = config_setting_get_elem(setting, (unsigned)i);
        const MfSetting *row = section + 1;
        while (row->key && strcmp(row->key, config_setting_name(child)) != 0)
            row++;
        if (row->key)
            read_value(reader, child, row, (char *)target + row->field);
        else
            unknown_key(reader, child, section);
    }
}

static void parse_failed(const MfReader *reader, const config_t *config)
{
    const char *what = config_error_text(config);
    unsigned line = (unsigned)config_error_line(config);
    if (strstr(what, "duplicate"))
        findings_add(reader->findings, false, line, NULL,
                     "a setting of this name is there already; leave one of them out");
    else if (strstr(what, "mismatched"))
        findings_add(
            reader->findings, false, line, NULL,
            "an array [ ] has values of one kind only; write them all as numbers or all as "
            "strings");
    else
        findings_add(
            reader->findings, false, line, NULL,
            "%s: here, or just before, something is missing or too much; settings are "
            "written name = value, with brackets {} around groups, () around lists of groups, [] around "
            "arrays, and strings in \"\"",
            what);
}

char *mf_read_file(const char *path, const char *what, unsigned limit, size_t *size, GError **error)
{
    g_autoptr(GByteArray) bytes = image_read_file(path, UINT64_MAX, what, error);
    if (!bytes)
        return NULL;
    *size = bytes->len;
    if (bytes->len > limit) {
        fail(error, EXIT_FILE, "'%s' has %u KiB, and a %s has %u at most; name another", path,
             bytes->len >> 10, what, limit >> 10);
        return NULL;
    }
    g_byte_array_append(bytes, (const uint8_t *)"", 1);
    return (char *)g_byte_array_free(g_steal_pointer(&bytes), FALSE);
}

const char *mf_skip_mark(const char *text)
{
    static const char mark[] = "\xef\xbb\xbf"; /* some editors begin UTF-8 so */
    return text + (g_str_has_prefix(text, mark) ? strlen(mark) : 0);
}

void mf_read_text(const MfReader *reader, config_t *config, const char *text, size_t size,
                  void *target)
{
    set_fallbacks(reader, reader->table, target);
    if (strlen(text) != size) {
        findings_add(reader->findings, false, 0, NULL,
                     "the file has a byte 0, so it is no text; write it with a text editor");
        return;
    }
    g_autofree char *prepared = mf_text_prepare(text, reader->findings);
    if (!prepared)
        return;
    if (config_read_string(config, prepared))
        read_section(reader, config_root_setting(config), reader->table, target);
    else
        parse_failed(reader, config);
}
