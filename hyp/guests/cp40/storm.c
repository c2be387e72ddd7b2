/* SPDX-License-Identifier: MIT */
/* storm.c - hostile: a0 stores and loads of devices as fast as it can, its timer always over, and lines that never end. Marks 8. */
#include "vm.h"

__attribute__((interrupt("machine"), aligned(4))) static void handler(void)
{
    alarm(0);
    csr_write(mie, 0);
}

void run(uint64_t count, uint64_t a1, uint64_t a2)
{
    (void)a1, (void)a2;
    csr_write(mtvec, (uint64_t)handler);
    csr_write(mstatus, 1 << 3);
    for (uint64_t i = 0; i < count; i++) {
        csr_write(mie, ~0ull);
        *(volatile uint8_t *)UART = (uint8_t)(i * 7);
        (void)*(volatile uint8_t *)UART;
        (void)*(volatile uint8_t *)UART_LSR;
        alarm(i & 1 ? ~0ull : 0);
    }
    mark(8, count);
}
