/* SPDX-License-Identifier: MIT */
/* test_lab.c - answers with units, sums that lead to them, places in reports. */
#include <criterion/criterion.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/json_read.h"
#include "emu/lab/quantity.h"

Test(lab, units_are_told_in_each_other_if_they_are_of_a_kind)
{
    static const struct {
        const char *from, *to;
        double factor; /* 0: they do not go together */
    } rows[] = {
        { "KiB", "B", 1024 },   { "B", "KiB", 1 / 1024. },
        { "MiB", "KiB", 1024 }, { "kB", "B", 1000 },
        { "us", "ns", 1000 },   { "s", "ms", 1000 },
        { "Hz", "/s", 1 },      { "%", "parts", 0.01 },
        { "line", "lines", 1 }, { "lines", "line", 1 },
        { "ms", "KiB", 0 },     { "lines", "exits", 0 },
        { "KB", "KiB", 0 },     { "", "s", 0 },
        { NULL, "KiB", 1 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        double factor = 0;
        bool ok = quantity_convert(rows[i].from, rows[i].to, &factor);
        const char *from = rows[i].from ? rows[i].from : "none";
        cr_assert_eq(ok, rows[i].factor != 0, "%s to %s", from, rows[i].to);
        cr_assert(!ok || factor == rows[i].factor, "%s to %s: %g", from, rows[i].to, factor);
    }
}

Test(lab, an_answer_is_right_within_its_tolerance)
{
    static const struct {
        double value, right;
        const char *tolerance;
        bool matches;
    } rows[] = {
        { 7, 7, "0", true },
        { 8, 7, "0", false },
        { 292.6, 2048 / 7., "0.1", true },
        { 292, 2048 / 7., "0.1", false },
        { 105, 100, "5%", true },
        { 94, 100, "5%", false },
        { 0.1 + 0.2, 0.3, "0", true },
        { 0, 0, "5%", true },
        { 1, 0, "5%", false },
        { 7, 7, "x", false },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        Quantity value = { .number = rows[i].value }, right = { .number = rows[i].right };
        cr_assert_eq(quantity_matches(&value, &right, rows[i].tolerance), rows[i].matches,
                     "row %zu", i);
    }
    Quantity small, large, number = { .number = 1 };
    cr_assert(quantity_word("a+", &small) && quantity_word("A+", &large));
    cr_assert(quantity_matches(&small, &large, "0"));
    cr_assert_not(quantity_matches(&small, &number, "0"));
    cr_assert(quantity_word("true", &small) && !strcmp(small.word, "yes"));
    cr_assert_not(quantity_word("7a", &small));
    cr_assert_not(quantity_word("a_word_that_is_much_longer_than_any", &small));
}

static bool look_up(void *opaque, const char *name, Quantity *value)
{
    (void)opaque;
    *value = (Quantity){ .number = *name == 't' ? 250 : 500 };
    return !strcmp(name, "ticks") || !strcmp(name, "exits") ||
           (!strcmp(name, "grade") && quantity_word("B", value));
}

Test(lab, sums_are_worked_out_as_people_read_them)
{
    static const struct {
        const char *text, *result; /* NULL: refused */
    } rows[] = {
        { "7", "7" },
        { "exits / ticks", "2" },
        { "1 + 2 * 3 - -4", "11" },
        { "(1 + 2) * 3", "9" },
        { "10 - 2 - 3", "5" },
        { "0x10 / 4", "4" },
        { "exits > ticks", "yes" },
        { "exits == ticks", "no" },
        { "ticks + ticks >= exits", "yes" },
        { "grade", "B" },
        { "'no'", "no" },
        { "grade + 1", NULL },
        { "exits / 0", NULL },
        { "exits ticks", NULL },
        { "(exits", NULL },
        { "nothing", NULL },
        { "", NULL },
        { "((((((((((((((((((((1", NULL },
        { "1e999", NULL },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        Quantity value;
        g_autoptr(GError) error = NULL;
        bool ok = quantity_sum(rows[i].text, look_up, NULL, &value, &error);
        cr_assert_eq(ok, rows[i].result != NULL, "'%s'", rows[i].text);
        cr_assert_eq(ok, error == NULL, "'%s'", rows[i].text);
        if (!ok)
            continue;
        g_autofree char *text = quantity_text(&value, NULL);
        cr_assert_str_eq(text, rows[i].result, "'%s' is %s", rows[i].text, text);
    }
}

Test(lab, a_place_in_a_report_is_found)
{
    static const char text[] =
        "{\"a\": [{\"name\": \"x\", \"n\": 1}, {\"name\": \"rt\", \"vmid\": 2, \"exits\": "
        "{\"total\": 1.5e2, \"by\": {}}}], \"flag\": true, \"none\": null, \"text\": \"\\u00e9\\n\"}";
    static const struct {
        const char *place;
        JsonKind kind;
        double number;
        bool there;
    } rows[] = {
        { "a[name=rt].exits.total", JSON_NUMBER, 150, true },
        { "a[vmid=2].exits.total", JSON_NUMBER, 150, true },
        { "a[0].n", JSON_NUMBER, 1, true },
        { "flag", JSON_FLAG, 1, true },
        { "none", JSON_NULL, 0, true },
        { "text", JSON_STRING, 0, true },
        { "a[name=no].exits", JSON_NULL, 0, false },
        { "a[2]", JSON_NULL, 0, false },
        { "a.exits", JSON_NULL, 0, false },
        { "flag[0]", JSON_NULL, 0, false },
        { "b", JSON_NULL, 0, false },
    };
    g_autoptr(JsonValue) value = json_read("report", text, strlen(text), NULL);
    cr_assert(value);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        g_autoptr(GError) error = NULL;
        const JsonValue *found = json_find(value, rows[i].place, &error);
        cr_assert_eq(found != NULL, rows[i].there, "%s", rows[i].place);
        cr_assert_eq(found != NULL, error == NULL, "%s", rows[i].place);
        if (found)
            cr_assert(found->kind == rows[i].kind && found->number == rows[i].number, "%s",
                      rows[i].place);
    }
    cr_assert_str_eq(json_find(value, "text", NULL)->text, "\xc3\xa9\n");
}

Test(lab, what_is_no_json_is_refused)
{
    static const char *const texts[] = { "",    "{",       "[1,]",    "{\"a\" 1}", "tru", "1 2",
                                         "\"a", "\"\\x\"", "\"a\n\"", "{1: 2}",    "nan", "[[[[" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        g_autoptr(GError) error = NULL;
        cr_assert_not(json_read("report", texts[i], strlen(texts[i]), &error), "%s", texts[i]);
        cr_assert(error && error->code == EXIT_CONFIG, "%s", texts[i]);
    }
}
