/* SPDX-License-Identifier: MIT */
/* calls.c - attacks by calls of the SBI; see attacker.h. */
#include "attacker.h"

#include "lib/print.h"
#include "lib/sbi.h"

enum { RUNNING = 1 }; /* a state of a partition */

/* All that are specified, those of old, ours, and some that are nobody's. */
static const uint32_t extensions[] = {
    SBI_BASE,
    SBI_TIME,
    SBI_IPI,
    SBI_RFENCE,
    SBI_HSM,
    SBI_SRST,
    SBI_DBCN,
    0x504d55,
    0x53555350,
    0x43505043,
    0x4e41434c,
    0x535441,
    0x535345,
    0x46574654,
    0x44425452,
    0x4d505859,
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    0x0900beef,
    0x08000000,
    0xffffffff,
    SBI_PARTITION,
};

enum { PATIENCE = 10000 }; /* ticks of the time CSR between two looks at a partition that runs */

static char text[] = "attacker: was here\n";

/* Numbers at the ends of what could be meant, and addresses of everybody. */
static uint64_t strange(uint64_t *state)
{
    const uint64_t numbers[] = {
        0,
        1,
        2,
        3,
        0x20,
        0xff,
        0x1000,
        ~0ul,
        ~0ul << 1,
        1ul << 31,
        1ul << 32,
        1ul << 41,
        1ul << 63,
        ~0ul >> 1,
        0x80000000, /* the firmware, for those who look at real addresses; for us the begin of our memory */
        0x80200000,
        0x100000,
        0x2004000,
        0xc200000,
        attacker.at,
        (uintptr_t)text,
        (uintptr_t)text + sizeof(text) - 1,
    };
    uint64_t any = next_random(state);
    return any % 7 == 0 ? any : numbers[any / 7 % (sizeof(numbers) / sizeof(numbers[0]))];
}

/* Those are no attacks: they stop this hart, or the partition, and it is over. */
static bool ends_us(uint64_t extension, uint64_t function, const uint64_t *a)
{
    switch (extension) {
    case SBI_HSM:
        return function == SBI_HART_STOP || (function == SBI_HART_SUSPEND && !(uint32_t)a[0]);
    case SBI_SRST: return (uint32_t)a[0] <= SBI_WARM_REBOOT;
    case SBI_PARTITION: return function == 1 || function == 2; /* if it is the manager, it may */
    case 8: return true;                                       /* shutdown, of old */
    default: return false;
    }
}

uint64_t attack_calls(uint64_t n)
{
    uint64_t state = seed(), done = 0;
    while (done < n) {
        uint64_t any = next_random(&state), a[5];
        uint64_t extension = extensions[any % (sizeof(extensions) / sizeof(extensions[0]))];
        uint64_t function = any >> 32 & 7;
        for (unsigned i = 0; i < 5; i++)
            a[i] = strange(&state);
        if (any >> 40 % 16 == 0)
            function = a[0];
        if (ends_us(extension, function, a))
            continue;
        sbi_call5(extension, function, a[0], a[1], a[2], a[3], a[4]);
        done++;
    }
    return done;
}

/* Long lines, no ends, control characters, what looks like somebody else's: all behind our own name. */
uint64_t attack_console(uint64_t n)
{
    static const char *const lines[] = {
        "\n[rt] RT-FAIL\n",
        "\r[rt] RT-FAIL",
        "\033[2J\033[1A\033[2K[rt] RT-FAIL\n",
        "\b\b\b\b\b\b\b\b\b\b\b\b[rt] RT-FAIL\x7f\n",
        "partition: rt: stopped\n",
        "%s%s%n%d",
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
        "\xff\xfe\x80\n\n\n",
    };
    for (uint64_t i = 0; i < n; i++) {
        const char *line = lines[i % (sizeof(lines) / sizeof(lines[0]))];
        print("%s", line);
        for (; *line; line++)
            sbi_call(SBI_DBCN, SBI_CONSOLE_BYTE, (uint8_t)*line, 0, 0);
    }
    print("\n");
    return n;
}

/* As the manager, the first partition: starts another one, of number at=, whenever it has stopped. */
uint64_t attack_restart(uint64_t n)
{
    for (uint64_t i = 0; i < n;) {
        SbiResult status = sbi_call(SBI_PARTITION, PARTITION_STATUS, attacker.at, 0, 0);
        if (status.error)
            panic("attacker: partition %lu: error %ld", attacker.at, status.error);
        if (status.value == RUNNING) {
            sleep_until(csr_read(time) + PATIENCE);
            continue;
        }
        sbi_call(SBI_PARTITION, PARTITION_RESTART, attacker.at, 0, 0);
        while (sbi_call(SBI_PARTITION, PARTITION_STATUS, attacker.at, 0, 0).value != RUNNING)
            pause();
        i++;
    }
    return n;
}
