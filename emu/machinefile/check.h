/* SPDX-License-Identifier: MIT */
/* check.h - the parts of machinefile_check, and what they share. */
#ifndef EMU_MACHINEFILE_CHECK_H
#define EMU_MACHINEFILE_CHECK_H

#include "emu/machinefile/machinefile.h"

/* Where a finding about setting `key` of `group` belongs: the setting's line, else the group's. */
unsigned mf_line(const config_setting_t *group, const char *key);
/* `key` if the group has it in the file; the group's own name if it is a value alone; else NULL. */
const char *mf_key(const config_setting_t *group, const char *key);

#define MF_FIND(file, is_warning, group, key, ...)                        \
    findings_add((file)->findings, is_warning, mf_line((group)->at, key), \
                 mf_key((group)->at, key), __VA_ARGS__)
#define MF_ERROR(file, group, key, ...)   MF_FIND(file, false, group, key, __VA_ARGS__)
#define MF_WARNING(file, group, key, ...) MF_FIND(file, true, group, key, __VA_ARGS__)

/* What a partition can be given: the board's devices and what is plugged in. */
typedef struct {
    const char *name;
    char path[48]; /* in the device tree */
    uint64_t base, size;
    unsigned interrupt; /* 0: none */
    bool dma;           /* it reaches memory by itself */
    bool passthrough;   /* its partition gets the device itself */
} MfResource;

/* The resource called `name`; false: there is none. */
bool mf_resource(const MachineFile *file, const char *name, MfResource *out);
/* The virtio-mmio slot of device `number` of the file, as they are filled: those with a bus first, the others from the
 * last slot downwards. -1: it takes none, or there is none left. */
int mf_slot(const MachineFile *file, unsigned number);
/* Device `number` of the file as a resource, if it is one of plug.h. */
bool mf_plug_resource(const MachineFile *file, unsigned number, MfResource *out);

/* A partition's name, "" if it has none; and all of its memory. */
const char *mf_name(const MfPartition *part);
uint64_t mf_memory_of(const MfPartition *part);

bool mf_has(const MfNumbers *numbers, unsigned number);
/* Is no image named, so that Bulkhead's own is to run? */
bool mf_hypervisor_is_builtin(const MachineFile *file);

/* check_machine.c */
void mf_check_machine(MachineFile *file);
void mf_check_timing(MachineFile *file);
void mf_check_hypervisor(MachineFile *file);
/* check_partitions.c */
void mf_check_names(MachineFile *file);
void mf_check_harts(MachineFile *file);
void mf_check_vmids(MachineFile *file);
void mf_check_budgets(MachineFile *file);
/* check_memory.c */
void mf_check_memory(MachineFile *file);
/* check_places.c */
void mf_check_places(MachineFile *file);
/* check_shmem.c */
void mf_check_shmem(MachineFile *file);
/* check_colors.c */
void mf_check_colors(MachineFile *file);
/* check_devices.c */
void mf_check_backends(MachineFile *file);
void mf_check_devices(MachineFile *file);
void mf_check_interrupts(MachineFile *file);
/* check_plugs.c */
void mf_check_plug(MachineFile *file, unsigned number);
/* check_images.c */
void mf_check_images(MachineFile *file);

#endif
