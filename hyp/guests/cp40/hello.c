/* SPDX-License-Identifier: MIT */
/* hello.c - a small program as people had them on a machine of their own: it greets, ticks a0 times by its timer, and gives back what is
 * typed, until a line with a dot. */
#include "vm.h"

static volatile uint64_t ticks;

__attribute__((interrupt("machine"), aligned(4))) static void handler(void)
{
    ticks++;
    alarm(now() + HZ / 100);
}

static void echo(void)
{
    char line[80];
    unsigned n = 0;
    for (;;) {
        int key = typed();
        if (key < 0) {
            csr_write(mie, 1 << 11); /* input alone ends the wait */
            __asm__ volatile("wfi");
            continue;
        }
        if (key != '\n' && n < sizeof(line) - 1) {
            line[n++] = (char)key;
            continue;
        }
        line[n] = 0;
        if (line[0] == '.')
            return;
        type("you typed: ");
        type(line);
        type("\n");
        n = 0;
    }
}

void run(uint64_t count, uint64_t listens, uint64_t a2)
{
    char text[] = "this is machine 00\n";
    uint64_t number = csr_read(mhartid);
    (void)a2;
    text[16] = (char)('0' + number / 10);
    text[17] = (char)('0' + number % 10);
    type(text);
    csr_write(mtvec, (uint64_t)handler);
    csr_write(mie, 1 << 7);
    csr_write(mstatus, 1 << 3);
    alarm(now() + HZ / 100);
    while (ticks < count)
        __asm__ volatile("wfi");
    csr_write(mstatus, 0);
    mark(6, ticks);
    type("the timer has ticked\n");
    if (listens)
        echo();
}
