/* SPDX-License-Identifier: MIT */
/*
 * export.h - a machine file as configuration of other hypervisors.
 *
 * A target is a row of export.c's table. What it cannot express is said twice: where it would stand, as a comment, and as
 * a warning with the line of the machine file.
 *
 * export_bao.c        C, for Bao's build           export_jailhouse.c   C, a file for each cell
 * export_xen.c        device tree source, for Xen without a toolstack (dom0less)
 */
#ifndef EMU_MACHINEFILE_EXPORT_H
#define EMU_MACHINEFILE_EXPORT_H

#include "emu/machinefile/check.h"
#include "emu/machinefile/modules.h"

typedef struct {
    MachineFile *file;
    const char *target; /* "Bao", for messages */
    GString *out;
    GPtrArray *modules; /* images, placed where bulkhead run puts them */
    GArray *
        places; /* uint64_t: host addresses of all regions, then of all shared memory; see mf_layout */
} Exporter;

/* Appends text. */
void export_put(Exporter *e, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Appends a string literal, as C and device tree sources write it. */
void export_string(Exporter *e, const char *text);
/* What the target cannot express: a comment here, and a warning about setting `key` of `group`. The message is "what; what
 * to do instead". */
void export_cannot(Exporter *e, const config_setting_t *group, const char *key, const char *indent,
                   const char *format, ...) G_GNUC_PRINTF(5, 6);

/* The kernel of partition `number`. */
const MfModule *export_kernel(const Exporter *e, unsigned number);

/* Host addresses for all memory: those of the file, and for the rest room behind the hypervisor's, in the order of the
 * file. 0: there is none left. To be freed. */
GArray *mf_layout(const MachineFile *file);
/* Number of the first region of partition `number` in a layout; with the number of partitions, of the first shared
 * memory. */
unsigned mf_layout_index(const MachineFile *file, unsigned number);

void export_bao(Exporter *e);
void export_xen(Exporter *e);
void export_jailhouse(Exporter *e);

/* Writes the configuration to `out`, NULL: standard output. Fails with EXIT_USAGE, EXIT_CONFIG or EXIT_FILE. */
bool machinefile_export(const char *path, const char *target, const char *out, GError **error);

#endif
