/* SPDX-License-Identifier: MIT */
/* storage.c - which virtual machines there are, what they have, and what is loaded; see vm.h. */
#include "cp67/cp.h"
#include "lib/bootargs.h"
#include "lib/guest.h"
#include "lib/print.h"
#include "lib/string.h"

enum { DECK = 0x100000 }; /* bytes that are loaded of an image somewhere in memory */

extern char image_end[];

static uint64_t tables[VM_MAX][TABLES][ENTRIES]
    __attribute__((aligned(PAGE_SIZE), section(".bss.stacks"))); /* zeroed when given out */

void *storage_at(Vm *vm, uint64_t gpa)
{
    uint64_t offset = gpa - STORAGE_BASE;
    return offset < cp.storage ? page_at(vm, offset) : NULL;
}

static bool is_typewriter(void *opaque, const Fdt *tree, FdtNode node)
{
    FdtRange reg;
    (void)opaque;
    return fdt_reg(tree, node, 0, &reg) && reg.base == TYPEWRITER;
}

/* One processor, storage, a typewriter: the command line of its own. */
static void make_tree(Vm *vm)
{
    FdtRange ram = { STORAGE_BASE, cp.storage };
    guest_tree(&vm->fdt, &cp.fdt, vm->storage + cp.storage - TREE_SPACE, TREE_SPACE, ram);
    guest_processor(&vm->fdt, HART,
                    cp.svade ? "rv64imac_zicntr_zicsr_zifencei_svade"
                             : "rv64imac_zicntr_zicsr_zifencei");
    guest_devices(&vm->fdt, is_typewriter, NULL);
    bootargs_choose(&vm->fdt, vm->number - 1);
}

/* Of the real machine: is there memory, behind that of all virtual machines? */
static bool has_deck(uint64_t at)
{
    FdtRange ram = { 0, 0 };
    FdtNode node = NULL;
    while ((node = fdt_next(&cp.fdt, node)) &&
           strcmp(fdt_text(&cp.fdt, node, "device_type"), "memory")) {
    }
    return node && fdt_reg(&cp.fdt, node, 0, &ram) && at - ram.base < ram.size &&
           ram.size - (at - ram.base) >= DECK && at >= (uintptr_t)image_end + cp.count * cp.storage;
}

static void load(Vm *vm)
{
    size_t length;
    uint64_t at;
    const char *word = bootarg(&vm->fdt, "image", &length);
    if (word && (!digits_number(word, length, &at) || !has_deck(at)))
        panic("cp67: image= of the machine %u is no address of a MiB of memory behind all machines",
              vm->number);
    if (word)
        memcpy(vm->storage, (const char *)at, DECK);
    else
        guest_load(&cp.fdt, vm->storage, cp.storage - TREE_SPACE);
    fence_i();
}

void vm_ipl(Vm *vm)
{
    paging_forget(vm);
    make_tree(vm);
    load(vm);
    memset(vm->user.x, 0, sizeof(vm->user.x));
    vm->user.pc = STORAGE_BASE;
    vm->user.x[10] = HART;
    vm->user.x[11] = STORAGE_BASE + cp.storage - TREE_SPACE;
    supervisor_reset(&vm->csr);
    vm->timer_at = ~0ul;
    shadow_flush(vm);
}

static void name(Vm *vm)
{
    size_t length;
    const char *word = bootarg(&vm->fdt, "vm", &length);
    char given[NAME] = { 'v', 'm', (char)('0' + vm->number) };
    if (word && (!length || length >= NAME))
        panic("cp67: vm= of the machine %u is no name of 1 to %d characters", vm->number, NAME - 1);
    if (word) {
        memcpy(given, word, length);
        given[length] = 0;
    }
    for (const Vm *other = cp.vms; other < vm; other++) {
        if (!strcmp(other->name, given))
            panic("cp67: two machines have the name %s", given);
    }
    memcpy(vm->name, given, NAME);
}

/* Storage lies behind CP, and before what is loaded: the firmware put that high. */
static void check_room(uint64_t end)
{
    uint32_t size;
    FdtNode chosen = fdt_find(&cp.fdt, "/chosen");
    const void *initrd = fdt_prop(&cp.fdt, chosen, "linux,initrd-start", &size);
    uint64_t tree = (uintptr_t)cp.fdt.base, image = initrd ? fdt_number(initrd, size / 4) : ~0ul;
    if (end > tree || end > image)
        panic("cp67: %u virtual machines need memory up to 0x%lx", cp.count, end);
}

void storage_make(void)
{
    const char *line = fdt_text(&cp.fdt, fdt_find(&cp.fdt, "/chosen"), "bootargs");
    uint64_t at = (uintptr_t)image_end;
    cp.count = 1;
    for (; *line; line++)
        cp.count += *line == '|';
    if (cp.count > VM_MAX)
        panic("cp67: more than %d virtual machines", VM_MAX);
    check_room(at + cp.count * cp.storage);
    for (unsigned i = 0; i < cp.count; i++) {
        Vm *vm = &cp.vms[i];
        vm->number = i + 1;
        vm->storage = (char *)at + i * cp.storage;
        vm->tables = (ShadowTables){ tables[i], TABLES, 0 };
        vm->timer_real = !bootarg_is(&cp.fdt, "cp.timer", "virtual");
        vm_ipl(vm);
        name(vm);
        vm_wake(vm, Q1, WHY_START);
    }
}
