/* SPDX-License-Identifier: MIT */
/* cell-config.h - the fields of Jailhouse's configurations that exports use, so that a compiler can look at one without
 * Jailhouse. Values of constants are our own. */
#ifndef TESTS_EXPORT_CELL_CONFIG_H
#define TESTS_EXPORT_CELL_CONFIG_H

enum { JAILHOUSE_CONFIG_REVISION = 13, JAILHOUSE_CELL_PASSIVE_COMMREG = 1 };
enum {
    JAILHOUSE_MEM_READ = 1,
    JAILHOUSE_MEM_WRITE = 2,
    JAILHOUSE_MEM_EXECUTE = 4,
    JAILHOUSE_MEM_DMA = 8,
    JAILHOUSE_MEM_IO = 16,
    JAILHOUSE_MEM_COMM_REGION = 32,
    JAILHOUSE_MEM_LOADABLE = 64,
    JAILHOUSE_MEM_ROOTSHARED = 128,
    JAILHOUSE_MEM_NO_HUGEPAGES = 256,
};
enum { JAILHOUSE_CON_TYPE_8250 = 2, JAILHOUSE_CON_ACCESS_MMIO = 1, JAILHOUSE_CON_REGDIST_1 = 0 };
#define JAILHOUSE_SYSTEM_SIGNATURE    "SYSTEM"
#define JAILHOUSE_CELL_DESC_SIGNATURE "CELL"

struct jailhouse_memory {
    __u64 phys_start, virt_start, size, flags;
};
struct jailhouse_irqchip {
    __u64 address;
    __u32 pin_base, pin_bitmap[4];
};
struct jailhouse_console {
    __u64 address;
    __u32 size;
    __u16 type, flags;
};
struct jailhouse_cell_desc {
    char signature[8], name[32];
    __u16 revision;
    __u32 flags, cpu_set_size, num_memory_regions, num_irqchips;
    __u64 cpu_reset_address;
};
struct jailhouse_system {
    char signature[8];
    __u16 revision;
    struct jailhouse_memory hypervisor_memory;
    struct jailhouse_console debug_console;
    struct jailhouse_cell_desc root_cell;
};

#endif
