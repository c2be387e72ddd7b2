/* SPDX-License-Identifier: MIT */
/*
 * loader_elf.c - ELF programs as runs of bytes with addresses; see loader_image.h.
 *
 * What can be wrong with a file is checked here in the order in which a person would want to hear of it; libelf then
 * reads headers and symbols, by copies (gelf): nothing in a file need be aligned.
 */
#include <gelf.h>
#include <inttypes.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/loader_image.h"

/* The header as far as it must be right before libelf is asked. */
static bool check_elf(const ImageRequest *request, const GByteArray *bytes, GError **error)
{
    Elf64_Ehdr header;
    const char *what = request->what, *path = request->path;
    if (bytes->len > EI_CLASS && bytes->data[EI_CLASS] == ELFCLASS32)
        return fail(error, EXIT_FILE,
                    "%s '%s' is a 32-bit program (RV32) and the machine is RV64; build it with "
                    "-march=rv64gc -mabi=lp64d",
                    what, path);
    if (bytes->len < sizeof header)
        return fail(error, EXIT_FILE,
                    "%s '%s' is truncated: an ELF file of %u bytes; build or copy it again", what,
                    path, bytes->len);
    memcpy(&header, bytes->data, sizeof header);
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB)
        return fail(error, EXIT_FILE,
                    "%s '%s' is not a little-endian 64-bit ELF file; build it for riscv64", what,
                    path);
    if (header.e_machine != EM_RISCV)
        return fail(
            error, EXIT_FILE,
            "%s '%s' is for another processor (ELF machine %u), not RISC-V (%u); build it for "
            "riscv64",
            what, path, header.e_machine, EM_RISCV);
    if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
        return fail(error, EXIT_FILE,
                    "%s '%s' is an ELF file but not a linked program; link it first", what, path);
    if (!header.e_phnum || header.e_phentsize != sizeof(Elf64_Phdr))
        return fail(error, EXIT_FILE, "%s '%s' has no program headers; link it as a program", what,
                    path);
    if (header.e_phoff > bytes->len ||
        (uint64_t)header.e_phnum * sizeof(Elf64_Phdr) > bytes->len - header.e_phoff)
        return fail(
            error, EXIT_FILE,
            "%s '%s' is truncated: its program headers lie behind its end; build or copy it "
            "again",
            what, path);
    return true;
}

static bool add_segment(const ImageRequest *request, Image *image, const Elf64_Phdr *segment,
                        unsigned number, GError **error)
{
    uint64_t length = image->bytes->len;
    if (segment->p_offset > length || segment->p_filesz > length - segment->p_offset)
        return fail(error, EXIT_FILE,
                    "%s '%s' is truncated: segment %u ends at byte %" PRIu64
                    " of the file, which has %" PRIu64 "; build or copy it again",
                    request->what, request->path, number, segment->p_offset + segment->p_filesz,
                    length);
    if (segment->p_memsz < segment->p_filesz ||
        segment->p_paddr + segment->p_memsz < segment->p_paddr)
        return fail(error, EXIT_FILE, "%s '%s': segment %u has impossible sizes; build it again",
                    request->what, request->path, number);
    char *name = g_strdup_printf("segment %u of %s '%s'", number, request->what, request->path);
    Blob *blob = image_add_blob(image, name, segment->p_paddr, segment->p_offset, segment->p_filesz,
                                segment->p_memsz);
    blob->zeros = segment->p_memsz - segment->p_filesz;
    return true;
}

static bool add_segments(const ImageRequest *request, Image *image, Elf *elf, GError **error)
{
    GElf_Ehdr header;
    GElf_Phdr segment;
    bool ok = gelf_getehdr(elf, &header) != NULL;
    image->entry = ok ? header.e_entry : 0;
    for (unsigned i = 0; ok && i < header.e_phnum; i++) {
        ok = gelf_getphdr(elf, (int)i, &segment) != NULL;
        if (!ok || segment.p_type != PT_LOAD || !segment.p_memsz)
            continue;
        if (!add_segment(request, image, &segment, i, error))
            return false;
        /* The entry is a virtual address; harts start with physical ones. */
        if (header.e_entry - segment.p_vaddr < segment.p_memsz)
            image->entry = header.e_entry - segment.p_vaddr + segment.p_paddr;
    }
    if (!ok)
        return fail(error, EXIT_FILE, "%s '%s' is a damaged ELF file: %s; build or copy it again",
                    request->what, request->path, elf_errmsg(-1));
    return image->blobs->len ||
           fail(error, EXIT_FILE, "%s '%s' has nothing to load in it; link it as a program",
                request->what, request->path);
}

/* The value of symbol "tohost" in a table of symbols whose names are in section `names`, 0: none. */
static uint64_t find_symbol(Elf *elf, Elf_Data *symbols, size_t names)
{
    GElf_Sym symbol;
    for (int i = 0; gelf_getsym(symbols, i, &symbol); i++) {
        const char *name = elf_strptr(elf, names, symbol.st_name);
        if (name && !strcmp(name, "tohost") && symbol.st_shndx != SHN_UNDEF)
            return symbol.st_value;
    }
    return 0;
}

static uint64_t find_tohost(Elf *elf)
{
    GElf_Shdr header;
    uint64_t tohost = 0;
    for (Elf_Scn *section = elf_nextscn(elf, NULL); section && !tohost;
         section = elf_nextscn(elf, section)) {
        if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB)
            continue;
        Elf_Data *data = elf_getdata(section, NULL);
        tohost = data ? find_symbol(elf, data, header.sh_link) : 0;
    }
    return tohost;
}

bool image_add_elf(Image *image, const ImageRequest *request, GError **error)
{
    if (!check_elf(request, image->bytes, error) || elf_version(EV_CURRENT) == EV_NONE)
        return false;
    Elf *elf = elf_memory((char *)image->bytes->data, image->bytes->len);
    bool ok = add_segments(request, image, elf, error);
    if (ok)
        image->tohost = find_tohost(elf);
    elf_end(elf);
    return ok;
}
