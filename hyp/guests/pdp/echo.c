/* SPDX-License-Identifier: MIT */
/* echo.c - a user who types back what is typed, a line at a time, in capitals. */
#include "pdp.h"

static char line[256];

void run(uint64_t argument)
{
    (void)argument;
    for (;;) {
        unsigned size = 0;
        for (char c; (c = tyi()) != '\r';) {
            if (size < sizeof(line))
                line[size++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
        }
        for (unsigned i = 0; i < size; i++)
            tyo(line[i]);
        type("\r\n");
        pdp_count++;
    }
}
