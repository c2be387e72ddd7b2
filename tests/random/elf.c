/* SPDX-License-Identifier: MIT */
/*
 * elf.c - a program as an ELF file, as any loader takes it: one segment, and the two symbols by which Spike hears that
 * a program has ended.
 */
#include <elf.h>
#include <string.h>

#include "emu/base/error.h"
#include "program.h"
#include "runtime.h"

static const char names[] = "\0tohost\0fromhost\0.symtab\0.strtab";
enum { TOHOST_NAME = 1, FROMHOST_NAME = 8, SYMTAB_NAME = 17, STRTAB_NAME = 25 };

static void append_sections(GByteArray *file, Elf64_Ehdr *header)
{
    Elf64_Sym symbols[] = {
        { 0 },
        { .st_name = TOHOST_NAME,
          .st_info = 0x11,
          .st_shndx = SHN_ABS,
          .st_value = TOHOST,
          .st_size = 8 },
        { .st_name = FROMHOST_NAME,
          .st_info = 0x11,
          .st_shndx = SHN_ABS,
          .st_value = TOHOST + 64,
          .st_size = 8 },
    };
    Elf64_Off at = file->len;
    Elf64_Shdr sections[] = {
        { 0 },
        { .sh_name = SYMTAB_NAME,
          .sh_type = SHT_SYMTAB,
          .sh_offset = at,
          .sh_size = sizeof symbols,
          .sh_link = 2,
          .sh_info = 1,
          .sh_addralign = 8,
          .sh_entsize = sizeof *symbols },
        { .sh_name = STRTAB_NAME,
          .sh_type = SHT_STRTAB,
          .sh_offset = at + sizeof symbols,
          .sh_size = sizeof names,
          .sh_addralign = 1 },
    };
    g_byte_array_append(file, (const uint8_t *)symbols, sizeof symbols);
    g_byte_array_append(file, (const uint8_t *)names, sizeof names);
    while (file->len % 8)
        g_byte_array_append(file, (const uint8_t *)names, 1);
    header->e_shoff = file->len;
    g_byte_array_append(file, (const uint8_t *)sections, sizeof sections);
}

static void append_headers(GByteArray *file, const Elf64_Ehdr *header, uint32_t size,
                           uint64_t data_size)
{
    Elf64_Phdr segments[] = {
        { .p_type = PT_LOAD,
          .p_flags = PF_R | PF_W | PF_X,
          .p_offset = PAGE,
          .p_vaddr = RAM_BASE,
          .p_paddr = RAM_BASE,
          .p_filesz = size,
          .p_memsz = size,
          .p_align = PAGE },
        { .p_type = PT_LOAD,
          .p_flags = PF_R | PF_W,
          .p_offset = PAGE + size,
          .p_vaddr = DATA,
          .p_paddr = DATA,
          .p_filesz = data_size,
          .p_memsz = data_size,
          .p_align = PAGE },
    };
    g_byte_array_append(file, (const uint8_t *)header, sizeof *header);
    g_byte_array_append(file, (const uint8_t *)segments, sizeof segments);
    g_byte_array_set_size(file, PAGE);
    memset(file->data + sizeof *header + sizeof segments, 0,
           PAGE - sizeof *header - sizeof segments);
}

bool elf_write(const Program *program, const char *path, GError **error)
{
    Elf64_Ehdr header = {
        .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
        .e_type = ET_EXEC,
        .e_machine = EM_RISCV,
        .e_version = EV_CURRENT,
        .e_entry = RAM_BASE,
        .e_phoff = sizeof header,
        .e_flags = 5,
        .e_ehsize = sizeof header,
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = 2,
        .e_shentsize = sizeof(Elf64_Shdr),
        .e_shnum = 3,
        .e_shstrndx = 2,
    };
    g_autoptr(GByteArray) file = g_byte_array_new();
    uint32_t size = (program->at + PAGE - 1) & ~(PAGE - 1u);
    append_headers(file, &header, size, DATA_PAGES * PAGE);
    g_byte_array_append(file, program->image, size);
    g_byte_array_append(file, program->data, DATA_PAGES * PAGE);
    append_sections(file, &header);
    memcpy(file->data, &header, sizeof header);
    return g_file_set_contents(path, (const char *)file->data, file->len, error);
}
