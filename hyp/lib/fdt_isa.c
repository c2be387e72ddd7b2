/* SPDX-License-Identifier: MIT */
/* fdt_isa.c - extensions of processors in a device tree; see fdt.h. */
#include <stddef.h>

#include "lib/fdt.h"
#include "lib/string.h"

/* "rv64imafdch_zicsr_sstc": single letters up to the first underscore, then words. Returns the
 * place of an extension with the underscore before a word, and how long that is. */
static char *find_extension(char *isa, const char *extension, size_t *length)
{
    *length = strlen(extension) + (extension[1] != 0);
    char *at = isa + 4; /* behind rv64 */
    if (!extension[1]) {
        while (*at && *at != '_' && *at != *extension)
            at++;
        return *at == *extension ? at : NULL;
    }
    for (at = isa; *at; at++) {
        const char *end = at + *length;
        if (*at == '_' && strlen(at) >= *length && !memcmp(at + 1, extension, *length - 1) &&
            (!*end || *end == '_'))
            return at;
    }
    return NULL;
}

bool fdt_isa_has(const Fdt *fdt, FdtNode cpu, const char *extension)
{
    size_t length;
    char *isa = fdt_prop(fdt, cpu, "riscv,isa", NULL);
    return isa && strlen(isa) > 4 && find_extension(isa, extension, &length);
}

void fdt_isa_remove(const Fdt *fdt, FdtNode cpu, const char *extension)
{
    size_t length;
    uint32_t size;
    char *isa = fdt_prop(fdt, cpu, "riscv,isa", NULL);
    char *at = isa && strlen(isa) > 4 ? find_extension(isa, extension, &length) : NULL;
    if (at) {
        size_t rest = strlen(at + length);
        memmove(at, at + length, rest);
        memset(at + rest, 0, length);
    }
    at = fdt_prop(fdt, cpu, "riscv,isa-extensions", &size);
    for (char *end = at ? at + size : at; at < end; at += strlen(at) + 1) {
        if (strcmp(at, extension))
            continue;
        /* The list keeps its size and ends in empty texts. */
        size_t gap = strlen(at) + 1;
        memmove(at, at + gap, (size_t)(end - at) - gap);
        memset(end - gap, 0, gap);
        return;
    }
}
