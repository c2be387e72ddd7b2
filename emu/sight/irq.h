/* SPDX-License-Identifier: MIT */
/*
 * irq.h - every interrupt from its source to the hart that would take it: the sight behind the monitor's `irq` and the window's
 * panel.
 *
 * Sources are inputs of a controller. Ports are where a controller meets a hart: contexts of a PLIC, harts of an APLIC
 * that delivers by wire, interrupt files of IMSICs. Links are which source would be heard at which port. The last
 * interrupt that each hart took is known while facts for explanations are kept (explain.h).
 */
#ifndef EMU_SIGHT_IRQ_H
#define EMU_SIGHT_IRQ_H

#include "emu/sight/sight.h"

enum { IRQ_NUMBERS = 64 };

/* An interrupt that was taken; `trap` 0: none. */
typedef struct {
    uint64_t trap, epc;
    unsigned number; /* of mcause and its like */
    bool from_guest;
} IrqTaken;

typedef struct {
    unsigned hart;
    const char *mode;
    bool has_h;
    uint64_t pending, enabled;   /* mip, mie */
    uint64_t to_hs, to_vs;       /* mideleg, hideleg */
    uint64_t hvip, hgeip, hgeie; /* with H */
    unsigned vgein;              /* hstatus.VGEIN */
    Level next_level;            /* who would take one now, and which */
    unsigned next;
    IrqTaken taken[LEVEL_M + 1]; /* by Level: the last of each */
    Level last;                  /* the last of all; LEVEL_NONE */
    bool has_timer;
    uint64_t mtimecmp, mtime;
} IrqHart;

typedef struct {
    char id[24];
    bool on, by_messages;
} IrqDomain;

/* A controller's input. */
typedef struct {
    bool is_plic;
    unsigned domain; /* of an APLIC: index of IrqSight.domains */
    unsigned number;
    char name[24]; /* of the device at it, or "-" */
    bool wire, pending, enabled, claimed;
    unsigned priority;         /* PLIC */
    unsigned mode;             /* APLIC: sourcecfg.SM */
    unsigned hart, file, sent; /* APLIC: to whom, and the message or, by wire, the priority */
    bool lit;
} IrqSource;

typedef enum { PORT_PLIC, PORT_APLIC, PORT_FILE } IrqPortKind;

typedef struct {
    IrqPortKind kind;
    unsigned domain;
    unsigned hart, file; /* file: 0 or the number of a guest's */
    bool is_machine;
    unsigned delivery, threshold;
    unsigned next;                                       /* of an APLIC: topi */
    bool output;                                         /* its wire to the hart */
    unsigned last_claim;                                 /* source or identity; 0: none */
    uint64_t pending[IMSIC_WORDS], enabled[IMSIC_WORDS]; /* of a file */
    bool lit;
} IrqPort;

typedef struct {
    unsigned source, port; /* indices */
    bool passes;           /* it is enabled there, and above the threshold */
    bool lit;
} IrqLink;

typedef struct {
    GArray *harts, *domains, *sources, *ports, *links; /* of what is above */
    bool has_plic;
} IrqSight;

/* "SEI", or its number in `text`. */
enum { IRQ_NAME = 8 };
const char *irq_name(unsigned number, char text[IRQ_NAME]);
/* "nobody", "VS", "HS", "M" */
const char *irq_level_name(Level level);
/* "hart 1 S", "hart 0 S, guest file 2" */
char *irq_port_name(const IrqPort *port);
/* ": delivery 1, threshold 0, output 1, last claimed 5", as the kind has it. */
char *irq_port_state(const IrqPort *port);
/* " 5! 7(off)": identities of a file that are pending or enabled. */
void irq_append_identities(const IrqPort *port, GString *out);

/* Functions of the SightType. */
void *irq_sight_make(Machine *machine, const SightWants *wants);
void irq_sight_print(const void *sight, GString *out);
void irq_sight_json(const void *sight, Json *json);
void irq_sight_free(void *sight);
/* Controllers alone. */
void irq_sight_print_chips(const IrqSight *sight, GString *out);

#endif
