/* SPDX-License-Identifier: MIT */
/*
 * state.c - the visitors of state.h.
 *
 * The saved form is a sequence of records: kind byte, name (length byte, text), size (u64), payload. An object's
 * payload is its version and its fields as records of their own. Nothing is aligned; everything is little-endian.
 */
#include "emu/base/state.h"

#include <inttypes.h>
#include <string.h>

#include "emu/base/addr.h"
#include "emu/base/error.h"

enum {
    RECORD_OBJECT = 'O',
    RECORD_FIELD = 'F',
    RECORD_BLOB = 'B',
    RECORD_PAGE = 'P',
    RECORD_ARRAY = 'A'
};

static void *field_at(void *object, const StateField *field)
{
    return (char *)object + field->offset;
}

uint64_t hash_bytes(uint64_t hash, const void *data, size_t size)
{
    const uint8_t *at = data;
    uint64_t word;
    for (; size >= 8; at += 8, size -= 8) {
        memcpy(&word, at, 8);
        hash = hash_word(hash, word);
    }
    word = 0;
    if (size)
        memcpy(&word, at, size);
    return hash_word(hash, word ^ (uint64_t)size << 56);
}

/* Hash. */

static void hash_object(StateVisitor *visitor, const char *instance, const StateDesc *desc,
                        void *object)
{
    StateHasher *hasher = (StateHasher *)visitor;
    hasher->hash = hash_bytes(hasher->hash, instance, strlen(instance));
    for (const StateField *field = desc->fields; field->name; field++)
        hasher->hash =
            hash_bytes(hasher->hash, field_at(object, field), field->size * field->count);
}

static void hash_blob(StateVisitor *visitor, const char *name, void *data, size_t size)
{
    StateHasher *hasher = (StateHasher *)visitor;
    hasher->hash = hash_bytes(hasher->hash, name, strlen(name));
    hasher->hash = hash_bytes(hasher->hash, data, size);
}

static void hash_page(StateVisitor *visitor, uint64_t offset, uint8_t *page)
{
    StateHasher *hasher = (StateHasher *)visitor;
    hasher->hash = hash_bytes(hash_word(hasher->hash, offset), page, PAGE_SIZE);
}

static void hash_array(StateVisitor *visitor, const char *name, GByteArray *array)
{
    hash_blob(visitor, name, array->data, array->len);
}

void state_hasher_init(StateHasher *hasher)
{
    *hasher = (StateHasher){ .visitor = { hash_object, hash_blob, hash_page, hash_array, false } };
}

/* Save. */

static void put_record(GByteArray *out, uint8_t kind, const char *name, const void *data,
                       uint64_t size)
{
    uint8_t length = (uint8_t)strlen(name);
    g_byte_array_append(out, &kind, 1);
    g_byte_array_append(out, &length, 1);
    g_byte_array_append(out, (const uint8_t *)name, length);
    g_byte_array_append(out, (const uint8_t *)&size, 8);
    g_byte_array_append(out, data, (guint)size);
}

static void save_object(StateVisitor *visitor, const char *instance, const StateDesc *desc,
                        void *object)
{
    g_autoptr(GByteArray) body = g_byte_array_new();
    g_byte_array_append(body, (const uint8_t *)&(uint32_t){ desc->version }, 4);
    for (const StateField *field = desc->fields; field->name; field++)
        put_record(body, RECORD_FIELD, field->name, field_at(object, field),
                   field->size * field->count);
    put_record(((StateSaver *)visitor)->out, RECORD_OBJECT, instance, body->data, body->len);
}

static void save_blob(StateVisitor *visitor, const char *name, void *data, size_t size)
{
    put_record(((StateSaver *)visitor)->out, RECORD_BLOB, name, data, size);
}

static void save_page(StateVisitor *visitor, uint64_t offset, uint8_t *page)
{
    GByteArray *out = ((StateSaver *)visitor)->out;
    put_record(out, RECORD_PAGE, "", page, PAGE_SIZE);
    g_byte_array_append(out, (const uint8_t *)&offset, 8);
}

static void save_array(StateVisitor *visitor, const char *name, GByteArray *array)
{
    put_record(((StateSaver *)visitor)->out, RECORD_ARRAY, name, array->data, array->len);
}

void state_saver_init(StateSaver *saver, GByteArray *out)
{
    *saver = (StateSaver){ .visitor = { save_object, save_blob, save_page, save_array, false },
                           .out = out };
}

/* Load. */

typedef struct {
    uint8_t kind;
    char name[256];
    const uint8_t *data;
    uint64_t size;
} Record;

static bool get_record(const uint8_t **at, const uint8_t *end, Record *record)
{
    const uint8_t *p = *at;
    if (end - p < 2 || end - p < 2 + p[1] + 8)
        return false;
    record->kind = p[0];
    memcpy(record->name, p + 2, p[1]);
    record->name[p[1]] = '\0';
    p += 2 + p[1];
    memcpy(&record->size, p, 8);
    p += 8;
    if (record->size > (uint64_t)(end - p))
        return false;
    record->data = p;
    *at = p + record->size;
    return true;
}

/* Takes the next record, which must be `kind` named `name`. */
static bool expect_record(StateLoader *loader, uint8_t kind, const char *name, Record *record)
{
    if (loader->error)
        return false;
    if (!get_record(&loader->at, loader->end, record))
        return fail(&loader->error, EXIT_FILE, "snapshot ends before the state of %s", name);
    if (record->kind != kind || strcmp(record->name, name))
        return fail(&loader->error, EXIT_FILE,
                    "snapshot has %s where %s belongs; it is of another machine", record->name,
                    name);
    return true;
}

/* Whatever a damaged snapshot says, a bool is 0 or 1: anything else is undefined behaviour to look at. */
static void make_bools(uint8_t *at, size_t count)
{
    for (size_t i = 0; i < count; i++)
        at[i] = at[i] != 0;
}

static void load_object(StateVisitor *visitor, const char *instance, const StateDesc *desc,
                        void *object)
{
    StateLoader *loader = (StateLoader *)visitor;
    Record record, part;
    uint32_t version;
    if (!expect_record(loader, RECORD_OBJECT, instance, &record))
        return;
    if (record.size < sizeof version) {
        fail(&loader->error, EXIT_FILE, "snapshot is damaged: %s is empty", instance);
        return;
    }
    const uint8_t *at = record.data + sizeof version, *end = record.data + record.size;
    memcpy(&version, record.data, sizeof version);
    if (version != desc->version) {
        fail(&loader->error, EXIT_FILE, "snapshot has version %u of %s, this program has %u",
             version, instance, desc->version);
        return;
    }
    for (const StateField *field = desc->fields; field->name; field++) {
        if (!get_record(&at, end, &part) || strcmp(part.name, field->name) ||
            part.size != field->size * field->count) {
            fail(&loader->error, EXIT_FILE, "snapshot lacks %s.%s", instance, field->name);
            break; /* what has been loaded must be made legal */
        }
        memcpy(field_at(object, field), part.data, part.size);
        if (field->is_bool)
            make_bools(field_at(object, field), field->count);
    }
    if (desc->loaded)
        desc->loaded(object);
}

static void load_blob(StateVisitor *visitor, const char *name, void *data, size_t size)
{
    StateLoader *loader = (StateLoader *)visitor;
    Record record;
    if (!expect_record(loader, RECORD_BLOB, name, &record))
        return;
    if (record.size != size)
        fail(&loader->error, EXIT_FILE, "snapshot has %" PRIu64 " bytes of %s, this machine %zu",
             record.size, name, size);
    else
        memcpy(data, record.data, size);
}

static void load_page(StateVisitor *visitor, uint64_t offset, uint8_t *page)
{
    StateLoader *loader = (StateLoader *)visitor;
    Record record;
    (void)offset;
    if (!expect_record(loader, RECORD_PAGE, "", &record))
        return;
    memcpy(page, record.data, PAGE_SIZE);
    loader->at += 8;
}

static void load_array(StateVisitor *visitor, const char *name, GByteArray *array)
{
    StateLoader *loader = (StateLoader *)visitor;
    Record record;
    if (!expect_record(loader, RECORD_ARRAY, name, &record))
        return;
    g_byte_array_set_size(array, 0);
    g_byte_array_append(array, record.data, (guint)record.size);
}

bool state_loader_next_page(const StateLoader *loader, uint64_t *offset)
{
    const uint8_t *at = loader->at;
    Record record;
    if (loader->error || !get_record(&at, loader->end, &record) || record.kind != RECORD_PAGE ||
        record.size != PAGE_SIZE || loader->end - at < 8)
        return false;
    memcpy(offset, at, 8);
    return true;
}

void state_loader_init(StateLoader *loader, const uint8_t *data, size_t size)
{
    *loader = (StateLoader){ .visitor = { load_object, load_blob, load_page, load_array, true },
                             .at = data,
                             .end = size ? data + size : data };
}

/* Print. */

static uint64_t element(const void *at, size_t size)
{
    uint64_t value = 0;
    memcpy(&value, at, size);
    return value;
}

static void print_object(StateVisitor *visitor, const char *instance, const StateDesc *desc,
                         void *object)
{
    GString *out = ((StatePrinter *)visitor)->out;
    for (const StateField *field = desc->fields; field->name; field++) {
        const char *at = field_at(object, field);
        for (size_t i = 0; i < field->count; i++, at += field->size) {
            g_string_append_printf(out, "%s.%s", instance, field->name);
            if (field->count > 1)
                g_string_append_printf(out, "[%zu]", i);
            g_string_append_printf(out, " = 0x%" PRIx64 "\n", element(at, field->size));
        }
    }
}

static void print_blob(StateVisitor *visitor, const char *name, void *data, size_t size)
{
    g_string_append_printf(((StatePrinter *)visitor)->out, "%s = %zu bytes, hash %016" PRIx64 "\n",
                           name, size, hash_bytes(0, data, size));
}

static void print_page(StateVisitor *visitor, uint64_t offset, uint8_t *page)
{
    g_string_append_printf(((StatePrinter *)visitor)->out,
                           "ram[0x%" PRIx64 "] = hash %016" PRIx64 "\n", offset,
                           hash_bytes(0, page, PAGE_SIZE));
}

static void print_array(StateVisitor *visitor, const char *name, GByteArray *array)
{
    print_blob(visitor, name, array->data, array->len);
}

void state_printer_init(StatePrinter *printer, GString *out)
{
    *printer =
        (StatePrinter){ .visitor = { print_object, print_blob, print_page, print_array, false },
                        .out = out };
}
