/* SPDX-License-Identifier: MIT */
/* vm.c - what a partition is made of: harts, memory, devices, images; see partition.h. */
#include "lib/csr.h"
#include "lib/mmio.h"
#include "lib/print.h"
#include "lib/string.h"
#include "partition.h"

enum { TREE_ROOM = 0x10000, VIRTIO_STATUS = 0x70 };

static VmHart hart_records[HART_MAX];
static unsigned hart_records_used;

static void map_page(Vm *vm, uint64_t gpa, uint64_t host, uint64_t size, uint64_t flags)
{
    paging_map(vm->root, SV39X4, gpa, host, size, flags | PTE_U);
}

void vm_refuse(Vm *vm, uint64_t gpa, const char *why)
{
    if (!vm->refused)
        print("partition: %s: not started: at 0x%lx %s\n", vm->name, gpa, why);
    vm->refused = true;
}

void vm_expect_free(Vm *vm, uint64_t gpa, uint64_t host)
{
    uint64_t size;
    const uint64_t *leaf = paging_leaf(vm->root, SV39X4, gpa, &size);
    if (vm_has(vm, gpa, 1) || (leaf && *leaf >> 10 != host >> 12))
        vm_refuse(vm, gpa, "it would see two things: memory, a device, an interrupt controller");
}

void vm_map(Vm *vm, uint64_t gpa, uint64_t host, uint64_t size, uint64_t flags)
{
    uint64_t more = gpa % PAGE_SIZE;
    vm_expect_free(vm, gpa, host);
    frames_for(vm);
    map_page(vm, gpa - more, host - more, (size + more + PAGE_SIZE - 1) & -PAGE_SIZE, flags);
    frames_for(NULL);
}

/* The largest page that fits there and is to be had. With `lazy`, V is taken away from its entry, and the rest stays: that is
 * how vm_touch finds what belongs there. */
static uint64_t map_next(Vm *vm, uint64_t gpa, uint64_t size)
{
    static const uint64_t sizes[] = { GIGA_PAGE, MEGA_PAGE, PAGE_SIZE };
    for (unsigned i = vm->superpages && !config.lazy ? 0 : 2; i < 3; i++) {
        uint64_t host = gpa % sizes[i] || size < sizes[i] ? 0 : frames_get(vm, sizes[i]);
        if (!host)
            continue;
        map_page(vm, gpa, host, sizes[i], PTE_RWX);
        if (config.lazy)
            *paging_entry(vm->root, SV39X4, gpa) &= ~(uint64_t)PTE_V;
        return sizes[i];
    }
    panic("partition: %s: no memory of its colours is left", vm->name);
}

/* Guest-physical addresses are of 41 bits: norm:hgatp_mode_sv39x4 */
static bool is_possible(const Vm *vm, const PartitionMemory *memory)
{
    bool once = true;
    for (const PartitionMemory *i = vm->memories; i < memory; i++)
        once =
            once && memory->guest - i->guest >= i->size && i->guest - memory->guest >= memory->size;
    return once && memory->size && (memory->guest | memory->size) % PAGE_SIZE == 0 &&
           (memory->guest | memory->size | (memory->guest + memory->size - 1)) >> 41 == 0;
}

static void make_memory(Vm *vm)
{
    frames_for(vm);
    vm->root = paging_root(SV39X4);
    for (unsigned i = 0; i < vm->n_memories; i++) {
        const PartitionMemory *memory = &vm->memories[i];
        if (!is_possible(vm, memory))
            vm_refuse(vm, memory->guest, "is no memory of whole pages, in reach, and once");
        else if (memory->fixed)
            map_page(vm, memory->guest, memory->host, memory->size, PTE_RWX);
        for (uint64_t done = 0; !vm->refused && !memory->fixed && done < memory->size;)
            done += map_next(vm, memory->guest + done, memory->size - done);
    }
    frames_for(NULL);
}

bool vm_has(const Vm *vm, uint64_t gpa, uint64_t size)
{
    for (unsigned i = 0; i < vm->n_memories; i++) {
        const PartitionMemory *memory = &vm->memories[i];
        uint64_t offset = gpa - memory->guest;
        if (offset <= memory->size && size <= memory->size - offset)
            return true;
    }
    return false;
}

bool vm_touch(Vm *vm, uint64_t gpa)
{
    if (!config.lazy || !vm_has(vm, gpa, 1))
        return false;
    uint64_t *entry = paging_entry(vm->root, SV39X4, gpa);
    return !(__atomic_fetch_or(entry, PTE_V, __ATOMIC_ACQ_REL) & PTE_V);
}

char *vm_at(const Vm *vm, uint64_t gpa, uint64_t *size)
{
    uint64_t covers;
    if (!vm_has(vm, gpa, 1))
        return NULL;
    (void)vm_touch((Vm *)vm, gpa);
    const uint64_t *leaf = paging_leaf(vm->root, SV39X4, gpa, &covers);
    *size = covers - gpa % covers;
    return (char *)((*leaf >> 10 << 12) + gpa % covers);
}

/* Virtual I/O Device Specification, "MMIO Device Register Layout". */
void vm_quiet(const Vm *vm)
{
    for (unsigned i = 0; i < vm->n_virtio; i++)
        write32(vm->virtio[i] + VIRTIO_STATUS, 0);
}

void vm_clear(Vm *vm)
{
    for (unsigned i = 0; i < vm->n_memories; i++)
        for (uint64_t at = 0, size; at < vm->memories[i].size; at += size) {
            const uint64_t *leaf = paging_leaf(vm->root, SV39X4, vm->memories[i].guest + at, &size);
            if (leaf) /* else it was not touched */
                memset((void *)(*leaf >> 10 << 12), 0, size);
        }
}

/* An image to its place. */
static bool put(Vm *vm, const PartitionModule *module)
{
    uint64_t piece;
    for (uint64_t done = 0; done < module->size; done += piece) {
        char *to = vm_at(vm, module->load + done, &piece);
        if (!to)
            return false;
        piece = piece < module->size - done ? piece : module->size - done;
        memcpy(to, (const char *)module->host + done, piece);
    }
    return true;
}

bool vm_load(Vm *vm)
{
    if (!put(vm, &vm->kernel) || !put(vm, &vm->initrd) || !put(vm, &vm->tree))
        return false;
    irq_forget(vm);
    vm->harts[0].start_pc = vm->kernel.entry;
    vm->harts[0].start_argument = vm->tree.load;
    vm->harts[0].state = SBI_HART_START_PENDING;
    return true;
}

bool vm_harts(const Vm *vm, uint64_t mask, uint64_t base, uint64_t *host_mask)
{
    *host_mask = 0;
    if (base == -1ul) {
        base = 0;
        mask = BIT(vm->n_harts - 1) * 2 - 1;
    }
    for (uint64_t i = 0; i < 64; i++) {
        if (!(mask >> i & 1))
            continue;
        if (base >= vm->n_harts || i >= vm->n_harts - base)
            return false;
        *host_mask |= BIT(vm->harts[base + i].id);
    }
    return true;
}

static void give_harts(Vm *vm, const Partition *part)
{
    vm->harts = &hart_records[hart_records_used];
    for (uint64_t id = 0; id < 64; id++) {
        if (!(part->harts >> id & 1))
            continue;
        if (hart_records_used == HART_MAX)
            panic("partition: more than %u harts", HART_MAX);
        VmHart *hart = &hart_records[hart_records_used++];
        *hart = (VmHart){ .vm = vm, .number = vm->n_harts++, .id = id, .state = SBI_HART_STOPPED };
    }
    if (!vm->n_harts)
        panic("partition: %s has no harts", vm->name);
}

static bool meets(const PartitionModule *module, uint64_t place)
{
    return module->load < place + TREE_ROOM && place < module->load + module->size;
}

/* The device tree is at the end of the guest's first memory, or of the first GiB of that, which small guests map; unless
 * its initial RAM disk reaches there. */
static uint64_t tree_place(const Vm *vm)
{
    const PartitionMemory *memory = &vm->memories[0];
    uint64_t last = memory->guest + memory->size - TREE_ROOM,
             first = memory->guest + GIGA_PAGE - TREE_ROOM;
    return memory->size < GIGA_PAGE || meets(&vm->initrd, first) ? last : first;
}

static bool keep_tree(Vm *vm, const Fdt *host, const Partition *part)
{
    Vm anybody = { .colors.any = true };
    uint64_t kept = frames_get(&anybody, TREE_ROOM), place = tree_place(vm);
    vm->tree = (PartitionModule){ kept, TREE_ROOM, place, 0 };
    if (!kept || !vm_has(vm, place, TREE_ROOM) || meets(&vm->kernel, place) ||
        meets(&vm->initrd, place))
        return false;
    vm->tree.size = tree_make(vm, host, part, (void *)kept, TREE_ROOM);
    return vm->tree.size != 0;
}

static void keep_virtio(const Fdt *host, FdtNode node, Vm *vm)
{
    FdtRange reg;
    if (strcmp(fdt_text(host, node, "compatible"), "virtio,mmio") || !fdt_reg(host, node, 0, &reg))
        return;
    if (vm->n_virtio == VM_VIRTIO)
        panic("partition: %s: more than %u virtio devices", vm->name, VM_VIRTIO);
    vm->virtio[vm->n_virtio++] = reg.base;
}

/* A device's registers, and its wired interrupts. */
typedef struct {
    Vm *vm;
    const Fdt *host;
} Giving;

static void give_device(void *opaque, FdtNode node)
{
    const Giving *giving = opaque;
    FdtRange reg;
    FdtNode chip =
        fdt_find_phandle(giving->host, fdt_cell(giving->host, node, "interrupt-parent", 0, 0));
    uint32_t cells = chip ? fdt_cell(giving->host, chip, "#interrupt-cells", 0, 1) : 1, source;
    keep_virtio(giving->host, node, giving->vm);
    for (unsigned i = 0; fdt_reg(giving->host, node, i, &reg); i++)
        vm_map(giving->vm, reg.base, reg.base, reg.size, PTE_RW);
    for (unsigned i = 0; (source = fdt_cell(giving->host, node, "interrupts", i * cells, 0)); i++)
        giving->vm->sources[source / 64 % (VM_SOURCES / 64)] |= BIT(source % 64);
}

/* A device that we would have to imitate is left out. */
static void refuse_device(void *opaque, FdtNode node)
{
    const Vm *vm = opaque;
    print("partition: %s: has no %s: devices are given away or not, but not imitated\n", vm->name,
          fdt_name(node));
}

static void give_sources(Vm *vm, const Fdt *host, const Partition *part)
{
    uint32_t source;
    for (unsigned i = 0; (source = fdt_cell(host, part->node, "bulkhead,interrupts", i, 0)); i++)
        vm->sources[source / 64 % (VM_SOURCES / 64)] |= BIT(source % 64);
}

/* "0-3 5", for the numbers below `n` that `has` says yes to. */
static void say_numbers(const Vm *vm, bool (*has)(const Vm *vm, unsigned number), unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        unsigned first = i;
        if (!has(vm, i))
            continue;
        while (i + 1 < n && has(vm, i + 1))
            i++;
        print(first == i ? " %u" : " %u-%u", first, i);
    }
}

static bool has_hart(const Vm *vm, unsigned number)
{
    uint64_t mask;
    return vm_harts(vm, 0, -1ul, &mask) && mask >> number & 1;
}

static bool has_color(const Vm *vm, unsigned number)
{
    return colors_have(&vm->colors, number);
}

static void say(const Vm *vm)
{
    uint64_t size = 0, page = 0;
    if (config.quiet)
        return;
    for (unsigned i = 0; i < vm->n_memories; i++)
        size += vm->memories[i].size;
    (void)paging_leaf(vm->root, SV39X4, vm->memories[0].guest, &page);
    print("partition: %s: harts", vm->name);
    say_numbers(vm, has_hart, 64);
    print(", %lu MiB at 0x%lx in %s pages, colours", size >> 20, vm->memories[0].guest,
          page == GIGA_PAGE   ? "1 GiB"
          : page == MEGA_PAGE ? "2 MiB"
                              : "4 KiB");
    if (vm->colors.any)
        print(" any");
    else
        say_numbers(vm, has_color, 64 * COLOR_WORDS);
    print(", interrupts by %s, timer by %s\n", vm->irq->name,
          !config.timer_by_calls ? "vstimecmp" : "SBI calls");
}

void vm_make(Vm *vm, const Fdt *host, const Partition *part)
{
    Giving giving = { vm, host };
    for (unsigned i = 0; part->name[i] && i < VM_NAME - 1; i++)
        vm->name[i] = part->name[i];
    vm->number = part->number;
    vm->vmid = part->vmid ? part->vmid : part->number;
    vm->colors = part->colors;
    vm->superpages = part->superpages && part->colors.any;
    vm->budget_fills = part->budget_fills;
    vm->budget_period = (uint64_t)part->budget_period_us *
                        fdt_cell(host, fdt_find(host, "/cpus"), "timebase-frequency", 0, 0) /
                        1000000;
    vm->n_memories = part->n_memories;
    memcpy(vm->memories, part->memories, sizeof(vm->memories));
    vm->kernel = part->kernel;
    vm->initrd = part->initrd;
    give_harts(vm, part);
    make_memory(vm);
    tree_each(host, part->node, "bulkhead,devices", give_device, &giving);
    tree_each(host, part->node, "bulkhead,emulated-devices", refuse_device, vm);
    give_sources(vm, host, part);
    shared_give(vm);
    irq_choose(vm, host);
    if (!vm->refused && (!keep_tree(vm, host, part) || !vm_load(vm)))
        vm_refuse(vm, vm->memories[0].guest,
                  "is no room for its kernel, initial RAM disk and device tree");
    vm->state = vm->refused ? VM_FAILED : VM_RUNNING;
    if (!vm->refused)
        say(vm);
}
