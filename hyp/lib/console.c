/* SPDX-License-Identifier: MIT */
/* console.c - where text goes to; see print.h. */
#include "lib/bootargs.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "lib/uart.h"

static uintptr_t console_uart;

void console_find(const Fdt *fdt)
{
    FdtRange reg;
    FdtNode node = fdt_find_compatible(fdt, NULL, "ns16550a");
    bool wanted = bootarg_is(fdt, "console", "uart") || !sbi_has(SBI_DBCN);
    if (wanted && node && fdt_reg(fdt, node, 0, &reg))
        console_uart = reg.base;
}

void console_write(const char *text, size_t size)
{
    if (console_uart) {
        for (size_t i = 0; i < size; i++)
            uart_put(console_uart, text[i]);
        return;
    }
    while (size) {
        SbiResult done = sbi_call(SBI_DBCN, SBI_CONSOLE_WRITE, size, (uintptr_t)text, 0);
        if (done.error)
            return;
        text += done.value;
        size -= done.value;
    }
}
