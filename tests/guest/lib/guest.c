/* SPDX-License-Identifier: MIT */
/* guest.c - what the small bare-metal programs have in common; see guest.h. */
#include "guest.h"

Caught guest_caught[GUEST_HARTS];
unsigned guest_failures;
void (*guest_interrupt)(unsigned hart, TrapFrame *frame);
bool (*guest_exception)(unsigned hart, TrapFrame *frame);

void guest_trap(TrapFrame *frame);

void *memset(void *to, int value, size_t size)
{
    size_t i = 0;
    for (; (uintptr_t)to % 8 == 0 && i + 8 <= size; i += 8)
        ((volatile uint64_t *)to)[i / 8] = (uint8_t)value * 0x0101010101010101ul;
    for (; i < size; i++)
        ((volatile char *)to)[i] = (char)value;
    return to;
}

void *memcpy(void *to, const void *from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((volatile char *)to)[i] = ((const char *)from)[i];
    return to;
}

void guest_print(const char *text)
{
    while (*text)
        *(volatile uint8_t *)UART = (uint8_t)*text++;
}

void guest_print_hex(uint64_t value)
{
    char text[19] = "0x";
    for (unsigned i = 0; i < 16; i++)
        text[2 + i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
    guest_print(text);
}

void guest_exit(unsigned code)
{
    write32(FINISHER, code ? code << 16 | 0x3333 : 0x5555);
    for (;;)
        __asm__ volatile("wfi");
}

static void print_pair(const char *name, uint64_t value)
{
    guest_print(name);
    guest_print_hex(value);
}

void guest_check(const char *what, uint64_t where, uint64_t value, uint64_t expected)
{
    if (value == expected)
        return;
    if (guest_failures++ > 20)
        guest_exit(62);
    guest_print("FAIL ");
    guest_print(what);
    print_pair(" at ", where);
    print_pair(": ", value);
    print_pair(", not ", expected);
    guest_print("\n");
}

void guest_expect(bool expected)
{
    guest_caught[guest_hart()] = (Caught){ .expected = expected };
}

Caught guest_take(void)
{
    Caught *mine = &guest_caught[guest_hart()], was = *mine;
    *mine = (Caught){ .expected = was.expected };
    return was;
}

static void die(const TrapFrame *frame)
{
    guest_print("unexpected trap");
    print_pair(": cause ", frame->cause);
    print_pair(", epc ", frame->epc);
    print_pair(", tval ", frame->tval);
    guest_print("\n");
    guest_exit(63);
}

static bool is_fetch(uint64_t cause)
{
    return cause <= FETCH_ACCESS || cause == FETCH_PAGE;
}

/* Every trap, from start.S. */
void guest_trap(TrapFrame *frame)
{
    unsigned hart = guest_hart();
    Caught *caught = &guest_caught[hart];
    if (frame->cause & INTERRUPT) {
        if (!guest_interrupt)
            die(frame);
        guest_interrupt(hart, frame);
        return;
    }
    if (guest_exception && guest_exception(hart, frame))
        return;
    if ((frame->cause == 8 || frame->cause == 9) && frame->x[17] == GUEST_BACK) {
        frame->status |= 0x1800;
        frame->epc += 4;
        return;
    }
    if (!caught->expected)
        die(frame);
    *caught = (Caught){ frame->cause, frame->tval, frame->epc, caught->count + 1, true };
    if (is_fetch(frame->cause))
        frame->epc = frame->x[1];
    else
        frame->epc += (*(volatile uint16_t *)frame->epc & 3) == 3 ? 4 : 2;
}

uint64_t guest_random(uint64_t *state)
{
    uint64_t x = *state ? *state : 0x9e3779b97f4a7c15ul;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}
