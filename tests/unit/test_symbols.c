/* SPDX-License-Identifier: MIT */
/* test_symbols.c - names of addresses, of the ELF file that is at hand: this program. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "emu/base/error.h"
#include "emu/symbols.h"

int symbols_test_object[100];
void symbols_test_function(void);

void symbols_test_function(void)
{
    symbols_test_object[0]++;
}

Test(symbols, names_have_addresses_and_addresses_names)
{
    g_autoptr(GError) error = NULL;
    Symbols *symbols = symbols_new();
    uint64_t function, object, offset;
    cr_assert_null(symbols_name(symbols, 0, &offset));
    cr_assert(symbols_add(symbols, "/proc/self/exe", &error));
    cr_assert(symbols_find(symbols, "symbols_test_function", &function));
    cr_assert(symbols_find(symbols, "symbols_test_object", &object));
    cr_expect_str_eq(symbols_name(symbols, function, &offset), "symbols_test_function");
    cr_expect_eq(offset, 0);
    cr_expect_str_eq(symbols_name(symbols, object + 399, &offset), "symbols_test_object");
    cr_expect_eq(offset, 399);
    const char *behind = symbols_name(symbols, object + 400, &offset);
    cr_expect(!behind || strcmp(behind, "symbols_test_object") != 0, "it ends where it ends");
    cr_expect_not(symbols_find(symbols, "no such name", &object));
    cr_expect_not_null(symbols_at(symbols, 0));
    cr_expect_null(symbols_at(symbols, 1 << 30));
    symbols_free(symbols);
    symbols_free(NULL);
}

Test(symbols, what_is_no_elf_file_is_refused)
{
    g_autofree char *path = g_strdup("/tmp/symbols-XXXXXX");
    Symbols *symbols = symbols_new();
    static const char *const texts[] = { "", "text", "\177ELF", "\177ELF\2\1\1" };
    int fd = g_mkstemp(path);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        cr_assert(g_file_set_contents(path, texts[i], -1, NULL));
        cr_expect_not(symbols_add(symbols, path, &error));
        cr_expect_eq(error->code, EXIT_FILE);
    }
    g_autoptr(GError) error = NULL;
    cr_expect_not(symbols_add(symbols, "/nonexistent", &error));
    cr_expect_null(symbols_at(symbols, 0));
    close(fd);
    unlink(path);
    symbols_free(symbols);
}
