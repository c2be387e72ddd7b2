/* SPDX-License-Identifier: MIT */
/* console.c - text of guests without a serial port: whole lines, with the partition's name before. RISC-V SBI Specification
 * 3.0, "Debug Console Extension". */
#include "lib/print.h"
#include "lib/string.h"
#include "partition.h"

enum { MOST = 256 }; /* bytes of a call; the guest calls again for the rest */

static char
    *page; /* one of our colours whose address is the firmware's; the first half is print's */
static Lock input_lock;
static Vm *input_of; /* whoever asked first has what is typed, as long as it runs */

void console_make(void)
{
    page = frames_own(PAGE_SIZE);
}

/* For print, in place of the library's: by way of the page, once there is one. Holds print's lock. */
void console_write(const char *text, size_t size)
{
    if (page)
        text = memcpy(page, text, size);
    while (size) {
        SbiResult done = sbi_call(SBI_DBCN, SBI_CONSOLE_WRITE, size, (uintptr_t)text, 0);
        if (done.error || done.value > size)
            return;
        text += done.value;
        size -= done.value;
    }
}

void console_take(Vm *vm, ConsoleLine *line)
{
    memcpy(line->text, vm->line, vm->line_length);
    line->text[vm->line_length] = 0;
    vm->line_length = 0;
    vm->letter = 0;
}

void console_print(const Vm *vm, const ConsoleLine *line)
{
    size_t length = strlen(line->text);
    const char *end = length && line->text[length - 1] != '\n' ? "\n" : "";
    if (length && config.profile == PROFILE_DOM0LESS)
        print("(d%u) %s%s", vm->number, line->text, end);
    else if (length)
        print("[%s] %s%s", vm->name, line->text, end);
}

/* Under vm->lock, which others may have while this prints. */
static void flush(Vm *vm)
{
    ConsoleLine line;
    console_take(vm, &line);
    unlock(&vm->lock);
    console_print(vm, &line);
    lock(&vm->lock);
}

/* Does the byte belong to a letter of several bytes in UTF-8, and to none that is a control character (U+0080 to U+009F) or
 * is written longer than it must be? A letter is not cut by the end of a line. */
static bool goes_on(Vm *vm, uint8_t c)
{
    uint8_t first = vm->line_length ? (uint8_t)vm->line[vm->line_length - 1] : 0;
    uint8_t least = first == 0xc2 || first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    if (c >= 0xc2 && c < 0xf5) {
        if (vm->line_length > CONSOLE_LINE - 5)
            flush(vm);
        vm->letter = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
        return true;
    }
    bool right = vm->letter && c >= least && c < 0xc0;
    vm->letter = right ? vm->letter - 1 : 0;
    return right;
}

/* Control characters stay out: they could make one guest's text look like another's. */
static void add(Vm *vm, char c)
{
    if ((uint8_t)c < 0x80)
        vm->letter = 0;
    else if (!goes_on(vm, (uint8_t)c))
        return;
    if (((uint8_t)c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
        return;
    vm->line[vm->line_length++] = c;
    if (c == '\n' || vm->line_length == CONSOLE_LINE - 1)
        flush(vm);
}

static uint64_t write(Vm *vm, uint64_t gpa, uint64_t size)
{
    uint64_t piece = 0, done = 0;
    const char *from = NULL;
    lock(&vm->lock);
    for (; done < size; done++, piece--) {
        if (!piece)
            from = vm_at(vm, gpa + done, &piece);
        add(vm, *from++);
    }
    unlock(&vm->lock);
    return done;
}

/* A prompt has no newline, and shows when its guest begins to listen. */
static uint64_t read(Vm *vm, uint64_t gpa, uint64_t size)
{
    uint64_t piece;
    lock(&vm->lock);
    flush(vm);
    unlock(&vm->lock);
    lock(&input_lock);
    if (!input_of || vm_state(input_of) != VM_RUNNING)
        input_of = vm;
    char *text = page + PAGE_SIZE / 2;
    SbiResult got = { 0, 0 };
    if (input_of == vm)
        got = sbi_call(SBI_DBCN, SBI_CONSOLE_READ, size, (uintptr_t)text, 0);
    size = got.error || got.value > size ? 0 : got.value;
    for (uint64_t i = 0; i < size; i++)
        *vm_at(vm, gpa + i, &piece) = text[i];
    unlock(&input_lock);
    return size;
}

SbiResult call_console(VmHart *hart, uint64_t function, const uint64_t *a)
{
    Vm *vm = hart->vm;
    uint64_t size = a[0] < MOST ? a[0] : MOST;
    if (function > SBI_CONSOLE_BYTE)
        return (SbiResult){ SBI_ERR_NOT_SUPPORTED, 0 };
    if (function == SBI_CONSOLE_BYTE) {
        lock(&vm->lock);
        add(vm, (char)a[0]);
        unlock(&vm->lock);
        return (SbiResult){ SBI_OK, 0 };
    }
    if (a[2] || (a[0] && !vm_has(vm, a[1], a[0])))
        return (SbiResult){ SBI_ERR_INVALID_PARAM, 0 };
    return (SbiResult){ SBI_OK, function == SBI_CONSOLE_WRITE ? write(vm, a[1], size)
                                                              : read(vm, a[1], size) };
}
