/* SPDX-License-Identifier: MIT */
/* bao.c - prints an exported configuration, which EXPORTED names, as the compiler understood it. */
#include EXPORTED

#include <stdio.h>

static void print_vm(const struct vm_config *vm)
{
    const struct vm_platform *p = &vm->platform;
    printf("vm image %s at %lx entry %lx cpus %lx of %zu colors %lx aplic %lx imsic %lx\n",
           vm->image.path, vm->image.base_addr, vm->entry, vm->cpu_affinity, p->cpu_num, vm->colors,
           p->arch.irqc.aia.aplic.base, p->arch.irqc.aia.imsic.base);
    for (size_t i = 0; i < p->region_num; i++)
        printf("  region %lx size %zx phys %lx\n", p->regions[i].base, p->regions[i].size,
               p->regions[i].place_phys ? p->regions[i].phys : 0);
    for (size_t i = 0; i < p->ipc_num; i++)
        printf("  ipc %lx size %zx shmem %zu irq %lu\n", p->ipcs[i].base, p->ipcs[i].size,
               p->ipcs[i].shmem_id, p->ipcs[i].interrupt_num ? p->ipcs[i].interrupts[0] : 0);
    for (size_t i = 0; i < p->dev_num; i++) {
        printf("  device %lx at %lx size %zx irqs", p->devs[i].pa, p->devs[i].va, p->devs[i].size);
        for (size_t j = 0; j < p->devs[i].interrupt_num; j++)
            printf(" %lu", p->devs[i].interrupts[j]);
        puts("");
    }
}

int main(void)
{
    printf("hypervisor colors %lx\n", config.hyp.colors);
    for (size_t i = 0; i < config.shmemlist_size; i++)
        printf("shmem size %zx phys %lx\n", config.shmemlist[i].size,
               config.shmemlist[i].place_phys ? config.shmemlist[i].phys : 0);
    for (size_t i = 0; i < config.vmlist_size; i++)
        print_vm(&config.vmlist[i]);
}
