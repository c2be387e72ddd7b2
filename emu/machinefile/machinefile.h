/* SPDX-License-Identifier: MIT */
/*
 * machinefile.h - machine files (*.bh): what a machine and its partitions are, as values with their lines.
 *
 * The syntax is libconfig's; settings.def lists what may stand in one. Partitions belong to the guest: the emulator
 * builds the machine, tells the hypervisor in it of the partitions (binding.h), and calls them by their names. It does
 * not make them.
 */
#ifndef EMU_MACHINEFILE_MACHINEFILE_H
#define EMU_MACHINEFILE_MACHINEFILE_H

#include <stdbool.h>
#include <stdint.h>

#include <libconfig.h>

#include "emu/base/partitions.h"
#include "emu/machinefile/findings.h"
#include "emu/timed.h"

/* Every group begins with the setting that it was read from; NULL: it is not in the file. */
#define MF_GROUP const config_setting_t *at

enum { MF_MOST_GROUPS = 32, MF_MOST_HARTS = 32, MF_LONGEST_NAME = 31, MF_LONGEST_APPEND = 2047 };

/* "0-3,8" */
typedef struct {
    unsigned n;
    uint16_t *at;
} MfNumbers;

typedef struct {
    unsigned n;
    const char **at;
} MfNames;

/* So many groups of a kind; every list of them begins alike. */
typedef struct {
    unsigned n;
    void *at;
} MfGroups;

typedef struct {
    MF_GROUP;
    const char *type, *cpu, *aia, *bios, *kernel, *initrd, *append, *dtb, *serial, *virtio;
    uint64_t n_harts, memory, aia_guests, seed, quantum;
    bool aia_direct, aclint, pdp_time, cbqri, iommu;
} MfMachine;

typedef struct {
    MF_GROUP;
    uint64_t size, ways, cycles;
    const char *replacement, *hash;
} MfLlc;

typedef struct {
    MF_GROUP;
    uint64_t latency, service, outstanding; /* ns */
} MfBus;

typedef struct {
    MF_GROUP;
    const char *profile, *start;
    uint64_t line;
    MfLlc llc;
    MfBus bus;
} MfTiming;

typedef struct {
    MF_GROUP;
    const char *image, *append;
    uint64_t memory;
    MfNumbers colors;
} MfHypervisor;

typedef struct {
    MF_GROUP;
    uint64_t size, address, host;
} MfRegion;

typedef struct {
    MF_GROUP;
    uint64_t fills, period; /* period: ns */
} MfBudget;

typedef struct {
    MF_GROUP;
    const char *name, *kernel, *initrd, *append;
    MfNumbers harts, colors, interrupts;
    struct {
        unsigned n;
        MfRegion *at;
    } memory;
    MfNames devices;
    MfBudget budget;
    uint64_t vmid;
    bool superpages;
} MfPartition;

typedef struct {
    MF_GROUP;
    const char *name;
    uint64_t size, address, host, interrupt;
    MfNames between;
} MfShmem;

typedef struct {
    MF_GROUP;
    const char *id, *driver, *drive, *netdev, *chardev, *bus, *mac, *serial;
    uint64_t outputs, width, height;
    const char *word_us, *start;
    uint64_t rpm, fields, words, pages, rev_us, rate, cps;
    bool halt, passthrough;
} MfDevice;

typedef struct {
    MF_GROUP;
    const char *id, *file, *format;
    bool readonly, snapshot;
} MfDrive;

typedef struct {
    MF_GROUP;
    const char *id, *type;
    MfNames hostfwd;
    bool restrict_it;
} MfNetdev;

typedef struct {
    MF_GROUP;
    const char *id, *backend, *path, *host;
    uint64_t port;
    bool server, wait;
} MfChardev;

#define MF_LIST(type) \
    struct {          \
        unsigned n;   \
        type *at;     \
    }

typedef struct MachineFile {
    MF_GROUP;
    MfMachine machine;
    MfTiming timing;
    MfHypervisor hypervisor;
    MF_LIST(MfPartition) partitions;
    MF_LIST(MfShmem) shmem;
    MF_LIST(MfDevice) devices;
    MF_LIST(MfDrive) drives;
    MF_LIST(MfNetdev) netdevs;
    MF_LIST(MfChardev) chardevs;
    char *path, *folder; /* relative paths in the file begin there */
    config_t config;     /* `at` of all groups points into it */
    GPtrArray *memory;   /* what belongs to the file */
    Findings *findings;
    Partitions *partition_names; /* made when the file is applied, else NULL */
    bool look_at_files;          /* may the check read images? */
    TimedConfig timed;           /* what -timing says behind the file; off: nothing */
} MachineFile;

/* Reads the file at `path`; what is wrong with it is in `findings`, and what was read of it is usable all the same.
 * NULL: the file cannot be read (EXIT_FILE). */
MachineFile *machinefile_read(const char *path, GError **error);
/* The same for a text that `path` is only the name of. */
MachineFile *machinefile_parse(const char *path, const char *text, size_t size);
void machinefile_free(MachineFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MachineFile, machinefile_free)

/* Adds to `findings` what cannot work, or will not work as it seems. Only of files that were read without errors. */
void machinefile_check(MachineFile *file);
/* Reads the file at `path`, checks it unless what was read is wrong already, and prints the findings to stderr. NULL: it
 * cannot be read. */
MachineFile *machinefile_read_checked(const char *path, GError **error);

/* The setting `key` of a group; NULL: it is not given, the field is the default. */
const config_setting_t *mf_at(const config_setting_t *group, const char *key);

/* What -timing says of the machine, in the file or behind it. False: there is no timing, or, with an error, none like this. */
bool mf_timed(const MachineFile *file, TimedConfig *out, GError **error);
/* Its profile with the changes; false: the same. */
bool mf_profile(const MachineFile *file, TimingProfile *out);

#endif
