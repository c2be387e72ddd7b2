/* SPDX-License-Identifier: MIT */
/*
 * isa.h - which extensions a hart has. Chosen at run time: nothing is compiled in or out.
 */
#ifndef CPU_ISA_ISA_H
#define CPU_ISA_ISA_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <glib.h>

typedef enum {
#define EXTENSION(id, ...) EXT_##id,
#include "cpu/isa/extensions.def"
#undef EXTENSION
    EXT_COUNT
} Extension;

/* Which extensions a hart has, and what it does where the manual leaves a choice. */
typedef struct {
    bool has[EXT_COUNT];
    uint64_t rnmi_interrupt_vector, rnmi_exception_vector; /* 0: where mtvec points */
    uint64_t asidlen, vmidlen; /* bits of satp.ASID and hgatp.VMID that there are */
    uint64_t rcidlen, mcidlen; /* bits of srmcfg.RCID and srmcfg.MCID that there are */
    uint64_t geilen;           /* guest external interrupts: files of the IMSIC */
    bool zero_tinst;           /* htinst and mtinst are never a transformed instruction */
    bool traps_misaligned;     /* loads and stores at such addresses are exceptions */
    bool no_store;             /* translations are not remembered: fences have nothing to do */
    bool keeps_ad;             /* A and D bits stay set when the access then traps */
    bool cat;                  /* associative memory of 64 registers maps U-mode's pages */
    bool waits_first; /* WFI under TW or VTW only traps when there is nothing to wake for */
} Isa;

typedef struct {
    const char *id, *option, *title;
    bool in_max, in_rv64, in_string;
} ExtensionInfo;

extern const ExtensionInfo extension_info[EXT_COUNT];

/* Sets `isa` from a -cpu argument: "max" (also for NULL) or "rv64", then ",name=on|off|true|false" or bare names.
 * Errors name the unknown property, or what an extension depends on. */
bool isa_parse(Isa *isa, const char *text, GError **error);

/* Writes the models and properties of -cpu, with what they mean. */
void isa_print_help(FILE *out);

/* All properties of -cpu with their values, a line each: "-cpu sstc=on". */
void isa_append_settings(const Isa *isa, GString *out);

/* "rv64imafdc_zicbom_..." as riscv,isa has it, and the same as NUL-separated names for riscv,isa-extensions. */
char *isa_string(const Isa *isa);
GByteArray *isa_extension_list(const Isa *isa);

/* The reset value of misa. */
uint64_t isa_misa(const Isa *isa);

#endif
