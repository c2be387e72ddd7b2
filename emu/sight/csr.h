/* SPDX-License-Identifier: MIT */
/*
 * csr.h - control and status registers of a hart, by group, and what changed since the machine last went on: the sight behind
 * the monitor's `csr` and the window's panel. What the bits mean is in cpu/csr_fields.h.
 */
#ifndef EMU_SIGHT_CSR_H
#define EMU_SIGHT_CSR_H

#include "emu/sight/sight.h"

typedef enum {
    CSR_GROUP_TRAP,
    CSR_GROUP_INTERRUPTS,
    CSR_GROUP_TRANSLATION,
    CSR_GROUP_HYPERVISOR,
    CSR_GROUP_GUEST,
    CSR_GROUP_AIA, /* registers behind miselect and siselect, and those of the file that VGEIN selects */
    CSR_GROUP_ENABLES,
    CSR_GROUP_FLOAT,
    CSR_GROUP_COUNTERS,
    CSR_GROUP_PROTECTION,
    CSR_GROUP_DEBUG,
    CSR_GROUP_MACHINE,
    CSR_GROUP_OTHER,
    CSR_GROUPS
} CsrGroup;

typedef struct {
    const char *name, *title;
} CsrGroupName;
extern const CsrGroupName csr_groups[CSR_GROUPS];

typedef struct {
    uint16_t number; /* of an indirect register that of its window */
    uint16_t select; /* what selects it there; 0: it is none */
    CsrGroup group;
    char name[20]; /* "mstatus", "s.eidelivery", "guest1.eip0" */
    uint64_t value, before;
    bool changed; /* `before` is what it was when the machine last went on */
} CsrEntry;

typedef struct {
    unsigned hart;
    const char *mode;
    bool compares;   /* it is known what registers were */
    GArray *entries; /* of CsrEntry, by group and number */
} CsrSight;

/* One field of an entry, as people read it. */
typedef struct {
    const char *name, *says, *means; /* means: this value, or NULL */
    uint8_t high, low;
    char *text; /* the value, by its name if it has one */
    bool changed;
} CsrPart;

/* Of a CSR that holds `value`. */
CsrEntry csr_entry_of(unsigned number, uint64_t value);
/* GPtrArray of CsrPart; empty: the register is one number. */
GPtrArray *csr_entry_parts(const CsrEntry *entry);
const char *csr_entry_title(const CsrEntry *entry);
/* Does somebody who types `text` look for this one? By its name, title, or a field's name. */
bool csr_entry_matches(const CsrEntry *entry, const char *text);
/* -1: there is no such group. */
int csr_find_group(const char *name);

/* What all harts' registers were when the machine last went on; kept from the first time that somebody looked. */
typedef struct CsrMarks CsrMarks;
void csr_marks_free(CsrMarks *marks);
/* The machine is about to go on. */
void csr_marks_note(Machine *machine);

CsrSight *csr_sight_new(Machine *machine, unsigned hart);

/* Lines of a group (-1: all), or of what changed alone; JSON of the same. */
void csr_sight_print_some(const CsrSight *sight, int group, bool changed, GString *out);
void csr_sight_json_some(const CsrSight *sight, int group, bool changed, Json *json);
void csr_entry_json(const CsrEntry *entry, Json *json);

/* Functions of the SightType. */
void *csr_sight_make(Machine *machine, const SightWants *wants);
void csr_sight_print(const void *sight, GString *out);
void csr_sight_json(const void *sight, Json *json);
void csr_sight_free(void *sight);

#endif
