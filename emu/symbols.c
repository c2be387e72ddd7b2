/* SPDX-License-Identifier: MIT */
/* symbols.c - names of addresses; see symbols.h. */
#include "emu/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emu/base/error.h"

/* Of a label, which says nothing of what is behind it, as much as somebody would still say it by that name. */
enum { LABEL_SIZE = 4096, MOST_SYMBOLS = 1 << 22 };

typedef struct {
    uint64_t address, size;
    unsigned order; /* of two at the same address the first one counts */
    char *name;
} Symbol;

struct Symbols {
    GArray *list;       /* of Symbol, by address */
    GHashTable *values; /* from name to Symbol.address, as they were first added */
};

static void clear_symbol(void *symbol)
{
    g_free(((Symbol *)symbol)->name);
}

Symbols *symbols_new(void)
{
    Symbols *symbols = g_new0(Symbols, 1);
    symbols->list = g_array_new(FALSE, FALSE, sizeof(Symbol));
    g_array_set_clear_func(symbols->list, clear_symbol);
    symbols->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return symbols;
}

void symbols_free(Symbols *symbols)
{
    if (!symbols)
        return;
    g_array_free(symbols->list, TRUE);
    g_hash_table_destroy(symbols->values);
    g_free(symbols);
}

/* Local labels of the assembler and marks of the mapping of instructions are nobody's names. */
static bool is_name(const GElf_Sym *symbol, const char *name)
{
    unsigned type = GELF_ST_TYPE(symbol->st_info);
    bool known = type == STT_FUNC || type == STT_OBJECT || type == STT_NOTYPE;
    return known && symbol->st_shndx != SHN_UNDEF && name && *name && *name != '$' &&
           !g_str_has_prefix(name, ".L") && g_utf8_validate(name, -1, NULL);
}

/* Constants have a value, and are nobody's place. */
static void add_symbol(Symbols *symbols, const GElf_Sym *symbol, const char *name)
{
    Symbol made = { .address = symbol->st_value,
                    .size = symbol->st_size ? symbol->st_size : LABEL_SIZE,
                    .order = symbols->list->len };
    if (symbol->st_shndx != SHN_ABS) {
        made.name = g_strdup(name);
        g_array_append_val(symbols->list, made);
    }
    if (g_hash_table_contains(symbols->values, name))
        return;
    uint64_t *value = g_new(uint64_t, 1);
    *value = symbol->st_value;
    g_hash_table_insert(symbols->values, g_strdup(name), value);
}

static void add_table(Symbols *symbols, Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    uint64_t count = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
    GElf_Sym symbol;
    for (uint64_t i = 0; data && i < count && i < MOST_SYMBOLS; i++) {
        if (!gelf_getsym(data, (int)i, &symbol))
            return;
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        if (is_name(&symbol, name))
            add_symbol(symbols, &symbol, name);
    }
}

static int by_address(const void *a, const void *b)
{
    const Symbol *x = a, *y = b;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return x->order < y->order ? 1
                               : -1; /* the last one found at an address is the first one added */
}

static void add_tables(Symbols *symbols, Elf *elf)
{
    GElf_Shdr header;
    for (Elf_Scn *section = elf_nextscn(elf, NULL); section; section = elf_nextscn(elf, section))
        if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
            add_table(symbols, elf, section, &header);
    g_array_sort(symbols->list, by_address);
}

bool symbols_add(Symbols *symbols, const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(error, EXIT_FILE, "cannot read '%s': %s; check the path", path,
                    g_strerror(errno));
    elf_version(EV_CURRENT);
    Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
    bool is_elf = elf && elf_kind(elf) == ELF_K_ELF;
    if (is_elf)
        add_tables(symbols, elf);
    elf_end(elf);
    close(fd);
    return is_elf ||
           fail(error, EXIT_FILE, "'%s' is not an ELF file and has no symbols; give one", path);
}

bool symbols_find(const Symbols *symbols, const char *name, uint64_t *address)
{
    const uint64_t *found = g_hash_table_lookup(symbols->values, name);
    if (found)
        *address = *found;
    return found;
}

const char *symbols_name(const Symbols *symbols, uint64_t address, uint64_t *offset)
{
    unsigned low = 0, high = symbols->list->len;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (g_array_index(symbols->list, Symbol, middle).address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low)
        return NULL;
    const Symbol *symbol = &g_array_index(symbols->list, Symbol, low - 1);
    *offset = address - symbol->address;
    return *offset < symbol->size ? symbol->name : NULL;
}

const char *symbols_at(const Symbols *symbols, unsigned number)
{
    return number < symbols->list->len ? g_array_index(symbols->list, Symbol, number).name : NULL;
}
