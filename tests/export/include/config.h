/* SPDX-License-Identifier: MIT */
/* config.h - the fields of Bao's configuration that exports use, so that a compiler can look at one without Bao. */
#ifndef TESTS_EXPORT_CONFIG_H
#define TESTS_EXPORT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t paddr_t, vaddr_t, irqid_t;
typedef unsigned long colormap_t, cpumap_t;

struct vm_image {
    vaddr_t base_addr;
    const char *path;
};
#define VM_IMAGE(name, path) static const char name##_path[] = path;
#define VM_IMAGE_BUILTIN(name, base)           \
    {                                          \
        .base_addr = base, .path = name##_path \
    }

struct vm_mem_region {
    paddr_t base;
    size_t size;
    bool place_phys;
    paddr_t phys;
};
struct vm_dev_region {
    paddr_t pa, va;
    size_t size, interrupt_num;
    irqid_t *interrupts;
};
struct ipc {
    paddr_t base;
    size_t size, shmem_id, interrupt_num;
    irqid_t *interrupts;
};
struct shmem {
    size_t size;
    bool place_phys;
    paddr_t phys;
};
struct irqc_base {
    paddr_t base;
};
struct vm_platform {
    size_t cpu_num, region_num, ipc_num, dev_num;
    struct vm_mem_region *regions;
    struct ipc *ipcs;
    struct vm_dev_region *devs;
    struct {
        union {
            struct irqc_base plic;
            struct {
                struct irqc_base aplic, imsic;
            } aia;
        } irqc;
    } arch;
};
struct vm_config {
    struct vm_image image;
    vaddr_t entry;
    cpumap_t cpu_affinity;
    colormap_t colors;
    struct vm_platform platform;
};
struct config {
    struct {
        colormap_t colors;
    } hyp;
    size_t shmemlist_size, vmlist_size;
    struct shmem *shmemlist;
    struct vm_config *vmlist;
};

#endif
