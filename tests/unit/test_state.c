/* SPDX-License-Identifier: MIT */
/* test_state.c - one list of fields, four readers: save, load, hash, print. */
#include <criterion/criterion.h>

#include <string.h>

#include "emu/base/addr.h"
#include "emu/base/state.h"

typedef struct {
    uint8_t small;
    uint32_t words[3];
    uint64_t large;
    uint64_t derived; /* not state */
} Thing;

static void thing_loaded(void *object)
{
    Thing *thing = object;
    thing->derived = thing->large + 1;
}

// clang-format off
static const StateField thing_fields[] = {
    STATE(Thing, small), STATE_ARRAY(Thing, words), STATE(Thing, large), STATE_END,
};
// clang-format on
static const StateDesc thing_state = { "thing", 3, thing_fields, thing_loaded };
static const StateDesc newer_state = { "thing", 4, thing_fields, thing_loaded };

static const Thing sample = { .small = 7,
                              .words = { 1, 0xffffffff, 3 },
                              .large = 0x123456789abcdef0 };

static void visit(StateVisitor *visitor, Thing *thing, GByteArray *array, uint8_t *page)
{
    state_visit(visitor, "thing0", &thing_state, thing);
    visitor->array(visitor, "array", array);
    visitor->page(visitor, 0x3000, page);
}

static uint64_t hash_of(const Thing *thing)
{
    StateHasher hasher;
    Thing copy = *thing;
    state_hasher_init(&hasher);
    state_visit(&hasher.visitor, "thing0", &thing_state, &copy);
    return hasher.hash;
}

Test(state, what_is_saved_comes_back)
{
    static uint8_t page[PAGE_SIZE], back[PAGE_SIZE];
    g_autoptr(GByteArray) out = g_byte_array_new(), array = g_byte_array_new(),
                          other = g_byte_array_new();
    Thing thing = sample, loaded = { 0 };
    StateSaver saver;
    StateLoader loader;
    uint64_t offset = 0;
    memset(page, 0x5a, sizeof page);
    g_byte_array_append(array, (const uint8_t *)"hello", 5);
    state_saver_init(&saver, out);
    visit(&saver.visitor, &thing, array, page);
    state_loader_init(&loader, out->data, out->len);
    state_visit(&loader.visitor, "thing0", &thing_state, &loaded);
    loader.visitor.array(&loader.visitor, "array", other);
    cr_assert(state_loader_next_page(&loader, &offset));
    cr_expect_eq(offset, 0x3000);
    loader.visitor.page(&loader.visitor, offset, back);
    cr_expect_null(loader.error);
    cr_expect(loader.at == loader.end);
    cr_expect_eq(loaded.small, 7);
    cr_expect_eq(loaded.words[1], 0xffffffff);
    cr_expect_eq(loaded.large, sample.large);
    cr_expect_eq(loaded.derived, sample.large + 1, "what is derived was rebuilt");
    cr_expect_eq(other->len, 5);
    cr_expect(!memcmp(page, back, sizeof page));
}

Test(state, every_field_counts_in_the_hash_and_nothing_else)
{
    Thing thing = sample;
    uint64_t expected = hash_of(&sample);
    thing.derived = 99;
    cr_expect_eq(hash_of(&thing), expected);
    for (const StateField *field = thing_fields; field->name; field++) {
        for (size_t byte = 0; byte < field->size * field->count; byte++) {
            thing = sample;
            ((char *)&thing)[field->offset + byte] ^= 1;
            cr_expect_neq(hash_of(&thing), expected, "%s byte %zu", field->name, byte);
        }
    }
}

Test(state, other_versions_names_and_short_files_are_refused)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    Thing thing = sample;
    StateSaver saver;
    state_saver_init(&saver, out);
    state_visit(&saver.visitor, "thing0", &thing_state, &thing);
    for (size_t size = 0; size < out->len; size++) {
        StateLoader loader;
        state_loader_init(&loader, out->data, size);
        state_visit(&loader.visitor, "thing0", &thing_state, &thing);
        cr_expect_not_null(loader.error, "%zu bytes of %u", size, out->len);
        g_clear_error(&loader.error);
    }
    /* An object of fewer bytes than its version takes, and nothing behind it. */
    g_autofree uint8_t *empty = g_memdup2("O\6thing0\3\0\0\0\0\0\0\0\1\0\0", 19);
    StateLoader short_loader;
    state_loader_init(&short_loader, empty, 19);
    state_visit(&short_loader.visitor, "thing0", &thing_state, &thing);
    cr_expect_not_null(short_loader.error);
    g_clear_error(&short_loader.error);
    static const struct {
        const char *instance;
        const StateDesc *desc;
    } wrong[] = { { "thing1", &thing_state }, { "thing0", &newer_state } };
    for (unsigned i = 0; i < 2; i++) {
        StateLoader loader;
        state_loader_init(&loader, out->data, out->len);
        state_visit(&loader.visitor, wrong[i].instance, wrong[i].desc, &thing);
        cr_expect_not_null(loader.error);
        g_clear_error(&loader.error);
    }
}

Test(state, printing_names_every_element)
{
    StatePrinter printer;
    g_autoptr(GString) text = g_string_new(NULL);
    Thing thing = sample;
    state_printer_init(&printer, text);
    state_visit(&printer.visitor, "thing0", &thing_state, &thing);
    cr_expect_str_eq(text->str, "thing0.small = 0x7\n"
                                "thing0.words[0] = 0x1\n"
                                "thing0.words[1] = 0xffffffff\n"
                                "thing0.words[2] = 0x3\n"
                                "thing0.large = 0x123456789abcdef0\n");
}
