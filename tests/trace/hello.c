/* SPDX-License-Identifier: MIT */
/* hello.c - what a serial port sends, for rules about text. */
#include "../guest/lib/guest.h"

int main(unsigned hart)
{
    (void)hart;
    for (const char *text = "hello\nlogin: \r\nwelcome; root\nbye\n"; *text; text++)
        *(volatile uint8_t *)UART = (uint8_t)*text;
    return 0;
}
