/* SPDX-License-Identifier: MIT */
/* tree.c - the guest's device tree: what it has of the machine, and nothing else; see partition.h. */
#include "lib/string.h"
#include "partition.h"

static void put_cpu(TreeWriter *tree, const Fdt *host, const VmHart *hart)
{
    static const char *const changed[] = { "reg", "riscv,isa", "riscv,isa-extensions", NULL };
    FdtNode cpu = NULL;
    uint64_t id;
    while ((cpu = fdt_next_cpu(host, cpu, &id)) && id != hart->id) {
    }
    if (!cpu)
        return;
    tree_node_at(tree, "cpu", hart->number);
    tree_copy(tree, host, cpu, changed);
    isa_put(tree, hart->vm, fdt_text(host, cpu, "riscv,isa"));
    tree_cell(tree, "reg", hart->number);
    tree_node(tree, "interrupt-controller");
    tree_copy(tree, host, fdt_next(host, cpu), NULL);
    tree_end(tree);
    tree_end(tree);
}

static void put_cpus(TreeWriter *tree, const Vm *vm, const Fdt *host)
{
    tree_node(tree, "cpus");
    tree_cell(tree, "#address-cells", 1);
    tree_cell(tree, "#size-cells", 0);
    tree_cell(tree, "timebase-frequency",
              fdt_cell(host, fdt_find(host, "/cpus"), "timebase-frequency", 0, 0));
    for (unsigned i = 0; i < vm->n_harts; i++)
        put_cpu(tree, host, &vm->harts[i]);
    tree_end(tree);
}

typedef struct {
    TreeWriter *tree;
    const Fdt *host;
    bool has_console;
} Putting;

/* The console is the first serial port. */
static void put_console(void *opaque, FdtNode node)
{
    Putting *putting = opaque;
    char path[64] = "/soc/";
    const char *name = fdt_name(node);
    if (putting->has_console || !fdt_list_has(putting->host, node, "compatible", "ns16550a") ||
        strlen(name) > 50)
        return;
    memcpy(path + 5, name, strlen(name) + 1);
    tree_text(putting->tree, "stdout-path", path);
    putting->has_console = true;
}

static void put_device(void *opaque, FdtNode node)
{
    const Putting *putting = opaque;
    tree_node(putting->tree, fdt_name(node));
    tree_copy(putting->tree, putting->host, node, NULL);
    tree_end(putting->tree);
}

void tree_each(const Fdt *host, FdtNode partition, const char *list,
               void (*each)(void *opaque, FdtNode node), void *opaque)
{
    uint32_t size;
    const char *path = fdt_prop(host, partition, list, &size);
    FdtNode node;
    for (const char *end = path ? path + size : path; path < end; path += strlen(path) + 1)
        if ((node = fdt_find(host, path)))
            each(opaque, node);
}

static void put_chosen(Putting *putting, const Vm *vm, const Partition *part)
{
    TreeWriter *tree = putting->tree;
    tree_node(tree, "chosen");
    tree_text(tree, "bootargs", part->bootargs);
    if (vm->initrd.size) {
        tree_number(tree, "linux,initrd-start", vm->initrd.load);
        tree_number(tree, "linux,initrd-end", vm->initrd.load + vm->initrd.size);
    }
    tree_each(putting->host, part->node, "bulkhead,devices", put_console, putting);
    tree_end(tree);
}

static void put_memories(TreeWriter *tree, const Vm *vm)
{
    for (unsigned i = 0; i < vm->n_memories; i++) {
        tree_node_at(tree, "memory", vm->memories[i].guest);
        tree_text(tree, "device_type", "memory");
        tree_range(tree, "reg", vm->memories[i].guest, vm->memories[i].size);
        tree_end(tree);
    }
}

static void put_soc(Putting *putting, const Vm *vm, const Partition *part)
{
    TreeWriter *tree = putting->tree;
    tree_node(tree, "soc");
    tree_cell(tree, "#address-cells", 2);
    tree_cell(tree, "#size-cells", 2);
    tree_text(tree, "compatible", "simple-bus");
    tree_flag(tree, "ranges");
    if (vm->irq->tree)
        vm->irq->tree(vm, tree, putting->host);
    tree_each(putting->host, part->node, "bulkhead,devices", put_device, putting);
    tree_end(tree);
}

uint32_t tree_make(const Vm *vm, const Fdt *host, const Partition *part, void *to, uint32_t room)
{
    static TreeWriter tree;
    Putting putting = { &tree, host, false };
    tree_begin(&tree, to, room);
    tree_node(&tree, "");
    tree_cell(&tree, "#address-cells", 2);
    tree_cell(&tree, "#size-cells", 2);
    tree_text(&tree, "compatible", "riscv-virtio");
    tree_text(&tree, "model", vm->name);
    put_chosen(&putting, vm, part);
    put_memories(&tree, vm);
    shared_tree(vm, &tree, host);
    put_cpus(&tree, vm, host);
    put_soc(&putting, vm, part);
    tree_end(&tree);
    return tree_finish(&tree);
}
