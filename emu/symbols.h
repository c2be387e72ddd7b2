/* SPDX-License-Identifier: MIT */
/*
 * symbols.h - names of addresses, from the symbol tables of ELF files.
 *
 * Of several files, all of them together: firmware, kernel, what a guest was given. Addresses are those that the files are
 * linked for, in whatever space that is.
 */
#ifndef EMU_SYMBOLS_H
#define EMU_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

typedef struct Symbols Symbols;

Symbols *symbols_new(void);
void symbols_free(Symbols *symbols);
/* Adds the functions, objects and labels of an ELF file. Fails with EXIT_FILE if it cannot be read or is none; of a file
 * without a symbol table nothing is added. */
bool symbols_add(Symbols *symbols, const char *path, GError **error);

/* The address of `name`, of the file that was added first. */
bool symbols_find(const Symbols *symbols, const char *name, uint64_t *address);
/* The name of what `address` is in, and how far behind its beginning; NULL: of nothing. */
const char *symbols_name(const Symbols *symbols, uint64_t address, uint64_t *offset);
/* All names, one after the other; NULL: there are no more. */
const char *symbols_at(const Symbols *symbols, unsigned number);

#endif
