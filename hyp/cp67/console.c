/* SPDX-License-Identifier: MIT */
/* console.c - typewriters of virtual machines, all of them on the one of the real machine; see vm.h. */
#include "cp67/vm.h"
#include "lib/print.h"

static const Vm *unfinished; /* whose line is not at its end */

/* Of several machines each line begins with a name. */
void console_flush(Vm *vm)
{
    if (!vm->line_length)
        return;
    if (unfinished && unfinished != vm)
        console_write("\n", 1);
    if (cp.count > 1 && unfinished != vm)
        print("%s: ", vm->name);
    console_write(vm->line, vm->line_length);
    unfinished = vm->line[vm->line_length - 1] == '\n' ? NULL : vm;
    vm->line_length = 0;
}

void console_put(Vm *vm, char c)
{
    vm->line[vm->line_length++] = c;
    if (c == '\n' || vm->line_length == LINE)
        console_flush(vm);
}

int console_get(Vm *vm)
{
    return vm->typed == vm->taken ? -1 : vm->input[vm->taken++ % INPUT];
}

void console_poll(void)
{
}
