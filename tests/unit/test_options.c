/* SPDX-License-Identifier: MIT */
/* test_options.c - the command line: numbers, lists, and what they make of the machine. */
#include <criterion/criterion.h>

#include <string.h>

#include "emu/base/error.h"
#include "emu/options/options.h"
#include "emu/options/props.h"

Test(options, numbers_and_sizes)
{
    static const struct {
        const char *text;
        uint64_t bytes; /* 0: refused */
    } sizes[] = {
        { "1", 1 << 20 },
        { "128M", 128 << 20 },
        { "2G", 2ull << 30 },
        { "64k", 64 << 10 },
        { "1T", 1ull << 40 },
        { "0x10", 16 << 20 },
        { "", 0 },
        { "M", 0 },
        { "-1", 0 },
        { "1.5G", 0 },
        { "1 G", 0 },
        { "1GB", 0 },
        { "16777216T", 0 },
        { "0xg", 0 },
        { "+1", 0 },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
        uint64_t bytes = 0;
        bool ok = parse_size(sizes[i].text, 1 << 20, &bytes);
        cr_expect_eq(ok, sizes[i].bytes != 0, "'%s'", sizes[i].text);
        cr_expect(!ok || bytes == sizes[i].bytes, "'%s'", sizes[i].text);
    }
    uint64_t number;
    cr_expect(parse_number("18446744073709551615", &number) && number == UINT64_MAX);
    cr_expect(parse_number("0XfF", &number) && number == 255);
    cr_expect_not(parse_number("18446744073709551616", &number));
    cr_expect_not(parse_number("1e9", &number));
}

Test(options, distance_counts_typing_errors)
{
    static const struct {
        const char *a, *b;
        unsigned distance;
    } pairs[] = {
        { "kernel", "kernel", 0 },  { "kernl", "kernel", 1 }, { "kerenl", "kernel", 1 },
        { "kernels", "kernel", 1 }, { "", "smp", 3 },         { "smb", "smp", 1 },
        { "initrd", "append", 5 },  { "abc", "", 3 },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(pairs); i++) {
        cr_expect_eq(edit_distance(pairs[i].a, pairs[i].b), pairs[i].distance, "%s", pairs[i].a);
        cr_expect_eq(edit_distance(pairs[i].b, pairs[i].a), pairs[i].distance, "%s", pairs[i].a);
    }
    static const char *const words[] = { "kernel", "initrd", NULL };
    cr_expect_str_eq(nearest_word("kernell", words), "kernel");
    cr_expect_null(nearest_word("zzzzzz", words));
    cr_expect_null(nearest_word("k", words));
}

Test(options, doubled_commas_stand_for_one)
{
    g_autoptr(Props) props = props_parse("-x", "file=a,,b,id=c=d,flag", NULL, NULL);
    cr_expect_str_eq(props_take(props, "file"), "a,b");
    cr_expect_str_eq(props_take(props, "id"), "c=d");
    cr_expect_str_eq(props_take(props, "flag"), "on");
    cr_expect_null(props_take(props, "flog"));
    cr_expect(props_finish(props, NULL));
}

Test(options, a_list_is_refused_for_what_nobody_took)
{
    g_autoptr(Props) props = props_parse("-x", "first,size=1,szie=2", "name", NULL);
    g_autoptr(GError) error = NULL;
    cr_expect_str_eq(props_take(props, "name"), "first");
    cr_expect_str_eq(props_take(props, "size"), "1");
    cr_expect_not(props_finish(props, &error));
    cr_expect_eq(error->code, EXIT_USAGE);
    cr_expect_str_eq(error->message, "-x: no property is called 'szie'; did you mean 'size'?");
}

/* The options of a command line given as one string; the caller frees them. */
static Options *parse(const char *line, GError **error)
{
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    Options *o = options_new();
    if (options_parse(o, (int)g_strv_length(argv), argv, error) && options_resolve(o, error))
        return o;
    options_free(o);
    return NULL;
}

static Options *must_parse(const char *line)
{
    g_autoptr(GError) error = NULL;
    Options *o = parse(line, &error);
    cr_assert_not_null(o, "'%s': %s", line, error ? error->message : "");
    return o;
}

Test(options, defaults)
{
    Options *o = must_parse("bulkhead");
    cr_expect_eq(o->machine.n_harts, 1);
    cr_expect_eq(o->machine.ram_size, 128ull << 20);
    cr_expect_eq(o->machine.quantum, 10000);
    cr_expect_not(o->machine.virtio_modern, "legacy registers, as QEMU");
    cr_expect(o->serial_char->kind == CHAR_STDIO && o->serial_char->mux);
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++)
        cr_expect_null(o->machine.virtio[i].driver);
    options_free(o);
}

Test(options, turns_of_long_instructions_are_short)
{
    static const struct {
        const char *line;
        uint64_t quantum;
    } rows[] = {
        { "b -M virt,pdp-time=on -smp 2", 10 },
        { "b -quantum 500 -M virt,pdp-time=on", 500 },
        { "b -M virt,pdp-time=on -M virt,pdp-time=off", 10000 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Options *o = must_parse(rows[i].line);
        cr_expect_eq(o->machine.quantum, rows[i].quantum, "%s", rows[i].line);
        options_free(o);
    }
}

Test(options, one_dash_two_dashes_equals)
{
    static const char *const lines[] = { "b -kernel x", "b --kernel x", "b -kernel=x",
                                         "b --kernel=x", "b run -kernel x" };
    for (unsigned i = 0; i < G_N_ELEMENTS(lines); i++) {
        Options *o = must_parse(lines[i]);
        cr_expect_str_eq(o->images.kernel, "x");
        options_free(o);
    }
}

Test(options, harts)
{
    static const struct {
        const char *line;
        unsigned harts;
    } good[] = { { "b -smp 32", 32 },
                 { "b -smp cpus=3", 3 },
                 { "b -smp sockets=2,cores=3,threads=1", 6 },
                 { "b -smp 6,sockets=2,cores=3", 6 },
                 { "b -smp 4,maxcpus=4", 4 },
                 { "b -smp 4,sockets=1", 4 } };
    for (unsigned i = 0; i < G_N_ELEMENTS(good); i++) {
        Options *o = must_parse(good[i].line);
        cr_expect_eq(o->machine.n_harts, good[i].harts, "%s", good[i].line);
        options_free(o);
    }
    static const char *const bad[] = {
        "b -smp 0",           "b -smp 33",
        "b -smp 4,sockets=3", "b -smp 4,cores=2,threads=4",
        "b -smp sockets=0",   "b -smp sockets=4294967296,cores=4294967296"
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        cr_expect_null(parse(bad[i], &error), "%s", bad[i]);
        cr_expect(error && error->code == EXIT_CONFIG, "%s", bad[i]);
    }
}

/* QEMU's virt: virtio-mmio-bus.7 first. */
Test(options, devices_fill_slots_from_the_last)
{
    Options *o =
        must_parse("b -device virtio-rng-device -drive file=f,if=none,id=d,snapshot=on "
                   "-device virtio-blk-device,drive=d,bus=virtio-mmio-bus.7,serial=s1 "
                   "-device virtio-net-device,mac=52:54:00:aB:00:01 -drive file=g,readonly=on");
    const VirtioConfig *slots = o->machine.virtio;
    cr_expect_str_eq(slots[7].driver, "virtio-blk-device");
    cr_expect_str_eq(slots[7].drive_file, "f");
    cr_expect_str_eq(slots[7].serial, "s1");
    cr_expect(slots[7].snapshot && !slots[7].read_only);
    cr_expect_str_eq(slots[6].driver, "virtio-rng-device");
    cr_expect_str_eq(slots[5].driver, "virtio-net-device");
    cr_expect(!memcmp(slots[5].mac, "\x52\x54\x00\xab\x00\x01", 6));
    cr_expect_str_eq(slots[4].driver, "virtio-blk-device");
    cr_expect(slots[4].read_only && !slots[4].snapshot);
    cr_expect_null(slots[3].driver);
    options_free(o);
}

Test(options, consoles_share_a_terminal)
{
    Options *o =
        must_parse("b -chardev stdio,id=c,mux=on -serial chardev:c -device virtio-serial-device "
                   "-device virtconsole,chardev=c");
    cr_expect_eq(o->serial_char, o->slots[7].chr);
    cr_expect_eq(o->serial_char->users, 2);
    options_free(o);
}

Test(options, dates)
{
    static const struct {
        const char *line;
        uint64_t seconds;
    } dates[] = { { "b", 1767225600 }, /* 2026-01-01 */
                  { "b -rtc base=1970-01-01", 0 },
                  { "b -rtc base=2000-02-29T12:34:56", 951827696 } };
    for (unsigned i = 0; i < G_N_ELEMENTS(dates); i++) {
        Options *o = must_parse(dates[i].line);
        cr_expect_eq(o->machine.rtc_base_ns, dates[i].seconds * 1000000000, "%s", dates[i].line);
        options_free(o);
    }
    g_autoptr(GError) error = NULL;
    cr_expect_null(parse("b -rtc base=2000-02-30", &error));
}

Test(options, logs)
{
    Options *o = must_parse("b -d int,exec,trace:uart -trace-hash 5,7 -state-hash 1,2,3");
    cr_assert_eq(o->traces->len, 2);
    cr_expect_str_eq(g_ptr_array_index(o->traces, 0), "trap,trap.ret");
    cr_expect_str_eq(g_ptr_array_index(o->traces, 1), "uart");
    cr_expect(o->log_commits && o->hash_at == 5 && o->hash_every == 7 && o->state_marks->len == 3);
    options_free(o);
}

/* xv6's Makefile greps the help for "^-gdb"; the same holds for every option. */
Test(options, every_option_is_found_by_its_name)
{
    for (const OptionDef *def = option_table; def->name; def++) {
        for (const OptionDef *other = def + 1; other->name; other++)
            cr_expect_str_neq(def->name, other->name);
        g_autofree char *wrong = g_strdup_printf("b -%s", def->name);
        g_autofree char *message = g_strdup_printf("-%s needs an argument", def->name);
        g_autoptr(GError) error = NULL;
        if (!def->argument)
            continue;
        cr_expect_null(parse(wrong, &error));
        cr_assert_not_null(error);
        cr_expect(g_str_has_prefix(error->message, message), "%s", error->message);
        cr_expect_eq(error->code, EXIT_USAGE);
    }
}
