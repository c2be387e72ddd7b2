/* SPDX-License-Identifier: MIT */
/*
 * nowhere.c - jumps to where there is no code: nothing, devices, odd addresses, the end of RAM.
 *
 * args:
 * exit: 0
 * console: nowhere: done
 */
#include "lib/guest.h"

static const uintptr_t targets[] = {
    0,           0x2,
    0xffe,       FINISHER,
    RTC,         CLINT,
    MTIME,       PLIC,
    UART,        VIRTIO,
    VIRTIO + 6,  0x10009000,
    0x300000,    0x7ffffffe,
    RAM - 4096,  RAM + RAM_SIZE,
    0x123456780, 1ul << 55,
    1ul << 56,   1ul << 62,
    ~0ul - 1,    0x8000000000000000ul,
};

/* "if an instruction access fault occurs, mtval is the address of the portion that caused it" */
static void jump_to_nothing(void)
{
    for (unsigned i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        guest_jump(targets[i]);
        Caught caught = guest_take();
        guest_check("traps", targets[i], caught.count, 1);
        guest_check("cause", targets[i], caught.cause, FETCH_ACCESS);
        guest_check("mtval", targets[i], caught.tval, targets[i]);
        guest_check("mepc", targets[i], caught.epc, targets[i]);
    }
}

/* JALR clears bit 0 of the target, and mepc has none. */
static void jump_to_odd(void)
{
    static const uint32_t code[] = { 0x00008067 }; /* ret */
    guest_jump((uintptr_t)code + 1);
    guest_check("odd jump", 0, guest_take().count, 0);
    guest_jump(0x301);
    Caught caught = guest_take();
    guest_check("odd jump to nothing", 0, caught.epc, 0x300);
    guest_check("odd jump to nothing", 1, caught.tval, 0x300);
    CSR_WRITE(mepc, 0x80000001);
    guest_check("mepc bit 0", 0, CSR_READ(mepc), 0x80000000);
}

/* The last halfword of RAM begins a word: its second half is what faults. */
static void run_off_the_end(void)
{
    uintptr_t end = RAM + RAM_SIZE;
    *(volatile uint16_t *)(end - 2) = 0x0013; /* half of a nop */
    FENCE_I();
    guest_jump(end - 2);
    Caught caught = guest_take();
    guest_check("cause at the end", 0, caught.cause, FETCH_ACCESS);
    guest_check("mepc at the end", 0, caught.epc, end - 2);
    guest_check("mtval at the end", 0, caught.tval, end);
    *(volatile uint16_t *)(end - 2) = 0x0001; /* c.nop: completes, the next one faults */
    FENCE_I();
    guest_jump(end - 2);
    caught = guest_take();
    guest_check("mepc behind the end", 0, caught.epc, end);
    guest_check("mtval behind the end", 0, caught.tval, end);
}

/* All zeros and all ones are illegal instructions: the end of memory that was never written. */
static void run_illegal(void)
{
    static uint32_t words[2];
    static const uint32_t values[] = { 0, 0xffffffff };
    for (unsigned i = 0; i < 2; i++) {
        words[0] = values[i];
        words[1] = 0x00008067; /* ret */
        FENCE_I();
        guest_exception = NULL;
        guest_jump((uintptr_t)words);
        Caught caught = guest_take();
        guest_check("illegal", values[i], caught.cause, ILLEGAL);
        guest_check("illegal at", values[i], caught.epc & ~2ul, (uintptr_t)words);
    }
}

int main(unsigned hart)
{
    if (hart)
        return 0;
    guest_expect(true);
    jump_to_nothing();
    jump_to_odd();
    run_off_the_end();
    run_illegal();
    guest_print("nowhere: done\n");
    return (int)guest_failures;
}
