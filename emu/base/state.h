/* SPDX-License-Identifier: MIT */
/*
 * state.h - the state of the machine as lists of named fields, and the visitors that read and write it.
 *
 * Every object with state (hart, device, clock, ...) declares its fields once, in a StateField table. One function of
 * the machine walks all objects in order; what happens to them is the visitor's business: save, load, hash, print or
 * compare. Bulk data (RAM, disk overlays, the store of translations) is visited as blobs. State is little-endian,
 * loaded by field name, and belongs to one version: a snapshot of another version is refused.
 */
#ifndef EMU_BASE_STATE_H
#define EMU_BASE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

/* One field: `count` elements of `size` bytes (1, 2, 4 or 8) at `offset` in the object. */
typedef struct {
    const char *name;
    size_t offset, size, count;
    bool is_bool; /* loading makes 1 of anything but 0 */
} StateField;

// clang-format off
#define STATE_IS_BOOL(value)      _Generic((value), bool: true, default: false)
#define STATE(Type, member)       { #member, offsetof(Type, member), sizeof(((Type *)0)->member), 1, \
                                    STATE_IS_BOOL(((Type *)0)->member) }
#define STATE_ARRAY(Type, member) { #member, offsetof(Type, member), sizeof(((Type *)0)->member[0]), \
                                    sizeof(((Type *)0)->member) / sizeof(((Type *)0)->member[0]), \
                                    STATE_IS_BOOL(((Type *)0)->member[0]) }
/* A member made of 64-bit words only. */
#define STATE_WORDS(Type, member) { #member, offsetof(Type, member), 8, sizeof(((Type *)0)->member) / 8, false }
#define STATE_END                 { NULL, 0, 0, 0, false }
// clang-format on

typedef struct {
    const char *name;
    unsigned version;
    const StateField *fields;     /* ends with STATE_END */
    void (*loaded)(void *object); /* rebuilds what is derived; may be NULL */
} StateDesc;

typedef struct StateVisitor StateVisitor;
struct StateVisitor {
    /* Visits one object: `instance` names it ("hart0", "uart0"). */
    void (*object)(StateVisitor *visitor, const char *instance, const StateDesc *desc,
                   void *object);
    /* Visits `size` bytes of bulk data named `name`. */
    void (*blob)(StateVisitor *visitor, const char *name, void *data, size_t size);
    /* Visits a page of RAM at byte `offset`; all-zero pages need not be visited. */
    void (*page)(StateVisitor *visitor, uint64_t offset, uint8_t *page);
    /* Visits memory that changes size: loading resizes it. */
    void (*array)(StateVisitor *visitor, const char *name, GByteArray *array);
    bool loads; /* what it visits changes */
};

static inline void state_visit(StateVisitor *visitor, const char *instance, const StateDesc *desc,
                               void *object)
{
    visitor->object(visitor, instance, desc, object);
}

/* Rolling 64-bit hash: `hash` extended by `size` bytes at `data`. Not cryptographic; equal on every host. */
uint64_t hash_bytes(uint64_t hash, const void *data, size_t size);

/* The same for one word; what the trace hash is made of. */
static inline uint64_t hash_word(uint64_t hash, uint64_t word)
{
    unsigned __int128 product = (unsigned __int128)(hash ^ word) * 0x9e3779b97f4a7c15u;
    return (uint64_t)product ^ (uint64_t)(product >> 64) ^ 0x2545f4914f6cdd1du;
}

/* Hashes everything it visits into `hash`. */
typedef struct {
    StateVisitor visitor;
    uint64_t hash;
} StateHasher;
void state_hasher_init(StateHasher *hasher);

/* Appends everything it visits to `out`. */
typedef struct {
    StateVisitor visitor;
    GByteArray *out;
} StateSaver;
void state_saver_init(StateSaver *saver, GByteArray *out);

/* Reads back, in the order saved. After the walk `error` tells the first mismatch, or is NULL. */
typedef struct {
    StateVisitor visitor;
    const uint8_t *at, *end;
    GError *error;
} StateLoader;
void state_loader_init(StateLoader *loader, const uint8_t *data, size_t size);

/* Is the record at the loader's position of kind `page`? Then its offset, without moving on. */
bool state_loader_next_page(const StateLoader *loader, uint64_t *offset);

/* Prints "instance.field = value" lines of everything it visits into `out` (blobs as size and hash). */
typedef struct {
    StateVisitor visitor;
    GString *out;
} StatePrinter;
void state_printer_init(StatePrinter *printer, GString *out);

#endif
