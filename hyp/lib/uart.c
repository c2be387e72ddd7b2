/* SPDX-License-Identifier: MIT */
/* uart.c - see uart.h; registers as the data sheet of the TL16C550C names them. */
#include "lib/uart.h"

#include "lib/mmio.h"

enum { THR = 0, LSR = 5 };
enum { LSR_THRE = 0x20, LSR_TEMT = 0x40 };
enum { PATIENCE = 10000000 };

bool uart_is_empty(uintptr_t base)
{
    return read8(base + LSR) & LSR_TEMT;
}

bool uart_put(uintptr_t base, char byte)
{
    for (unsigned i = 0; !(read8(base + LSR) & LSR_THRE); i++) {
        if (i == PATIENCE)
            return false;
    }
    write8(base + THR, (uint8_t)byte);
    return true;
}
