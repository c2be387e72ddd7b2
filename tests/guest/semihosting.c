/* SPDX-License-Identifier: MIT */
/*
 * semihosting.c - every call to the host, from M, S and U; files that stay in their folder; what is no call.
 *
 * args: -semihosting-config enable=on,arg=program,arg=two,,words
 * exit: 51
 * console: ...semihosting: done
 */
#include "lib/guest.h"

enum { BREAKPOINT = 3, APPLICATION_EXIT = 0x20026, EXIT_CODE = 51, NO_FILE = 2, BAD_HANDLE = 9 };
enum {
    OPEN = 1,
    CLOSE,
    WRITEC,
    WRITE0,
    WRITE,
    READ,
    READC,
    ISERROR,
    ISTTY,
    SEEK,
    FLEN = 12,
    TMPNAM,
    REMOVE,
    RENAME,
    CLOCK,
    TIME,
    SYSTEM,
    ERRNO,
    GET_CMDLINE = 0x15,
    HEAPINFO,
    EXIT = 0x18,
    EXIT_EXTENDED = 0x20,
    ELAPSED = 0x30,
    TICKFREQ
};
static const uint64_t none = ~0ul;

static __attribute__((noinline)) uint64_t call(uint64_t operation, const void *parameter)
{
    register uint64_t a0 __asm__("a0") = operation;
    register const void *a1 __asm__("a1") = parameter;
    __asm__ volatile(".option push\n.option norvc\n.balign 16\n"
                     "slli x0, x0, 0x1f\nebreak\nsrai x0, x0, 7\n.option pop"
                     : "+r"(a0)
                     : "r"(a1)
                     : "memory");
    return a0;
}

static uint64_t length(const char *text)
{
    uint64_t n = 0;
    while (text[n])
        n++;
    return n;
}

static uint64_t call4(uint64_t operation, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    const uint64_t words[] = { a, b, c, d };
    return call(operation, words);
}

static uint64_t open(const char *name, unsigned mode)
{
    return call4(OPEN, (uintptr_t)name, mode, length(name), 0);
}

static void check_text(const char *what, const char *text, const char *expected)
{
    uint64_t same = 0;
    while (expected[same] && text[same] == expected[same])
        same++;
    guest_check(what, 0, same, length(expected));
}

static void files(void)
{
    char data[8] = { 0 };
    uint64_t out = open("out.txt", 6); /* w+ */
    guest_check("write", 1, call4(WRITE, out, (uintptr_t) "hello", 5, 0), 0);
    guest_check("length", 1, call4(FLEN, out, 0, 0, 0), 5);
    guest_check("is no terminal", 1, call4(ISTTY, out, 0, 0, 0), 0);
    guest_check("seek", 1, call4(SEEK, out, 1, 0, 0), 0);
    guest_check("read", 1, call4(READ, out, (uintptr_t)data, 3, 0), 0);
    check_text("what is read", data, "ell");
    guest_check("read over the end", 1, call4(READ, out, (uintptr_t)data, 8, 0), 7);
    guest_check("read at the end", 1, call4(READ, out, (uintptr_t)data, 8, 0), 8);
    guest_check("write to nowhere", 1, call4(WRITE, out, 0x10, 5, 0), 5);
    guest_check("close", 1, call4(CLOSE, out, 0, 0, 0), 0);
    guest_check("close again", 1, call4(CLOSE, out, 0, 0, 0), none);
    guest_check("its error", 1, call(ERRNO, NULL), BAD_HANDLE);
    guest_check("rename", 1, call4(RENAME, (uintptr_t) "out.txt", 7, (uintptr_t) "new.txt", 7), 0);
    guest_check("old name", 1, open("out.txt", 0), none);
    guest_check("its error", 2, call(ERRNO, NULL), NO_FILE);
    guest_check("remove", 1, call4(REMOVE, (uintptr_t) "new.txt", 7, 0, 0), 0);
    guest_check("remove again", 1, call4(REMOVE, (uintptr_t) "new.txt", 7, 0, 0), none);
    guest_check("outside", 1, open("/etc/passwd", 0), none);
    guest_check("outside", 2, open("../../../../../../../etc/passwd", 0), none);
    guest_check("outside", 3, open("/proc/self/maps", 0), none);
    guest_check("a program of the host", 1, call4(SYSTEM, (uintptr_t) "true", 4, 0, 0), none);
}

static void features(void)
{
    char data[5];
    uint64_t file = open(":semihosting-features", 0);
    guest_check("features", 0, call4(READ, file, (uintptr_t)data, 5, 0), 0);
    check_text("their magic", data, "SHFB\3");
    guest_check("their length", 0, call4(FLEN, file, 0, 0, 0), 5);
    guest_check("console in", 0, open(":tt", 0) != none, 1);
    guest_check("nothing typed", 0, call(READC, NULL), none);
}

static void times(void)
{
    uint64_t before, after;
    guest_check("ticks in a second", 0, call(TICKFREQ, NULL), 1000000000);
    guest_check("elapsed", 1, call(ELAPSED, &before), 0);
    for (unsigned i = 0; i < 1000; i++)
        FENCE();
    guest_check("elapsed", 2, call(ELAPSED, &after), 0);
    guest_check("ticks passed", 0, after - before >= 1000 && after - before < 100000, 1);
    guest_check("centiseconds", 0, call(CLOCK, NULL), after / 10000000);
    guest_check("seconds since 1970", 0, call(TIME, NULL), 1767225600 + after / 1000000000);
}

static void environment(void)
{
    char text[32];
    uint64_t words[2] = { (uintptr_t)text, sizeof text }, heap[4], block = (uintptr_t)heap;
    guest_check("command line", 1, call(GET_CMDLINE, words), 0);
    guest_check("its length", 1, words[1], 17);
    check_text("its text", text, "program two,words");
    words[1] = 17;
    guest_check("no room for it", 1, call(GET_CMDLINE, words), none);
    guest_check("heap", 1, call(HEAPINFO, &block), 0);
    guest_check("heap is RAM", 1, heap[0] > RAM && heap[1] <= RAM + RAM_SIZE && heap[0] < heap[1],
                1);
    guest_check("program is not in it", 1,
                heap[0] > (uintptr_t)&none || heap[1] <= (uintptr_t)&none, 1);
    guest_check("negative is an error", 1, call4(ISERROR, none, 0, 0, 0), 1);
    guest_check("positive is none", 1, call4(ISERROR, 1, 0, 0, 0), 0);
    guest_check("temporary name", 1, call4(TMPNAM, (uintptr_t)text, 3, sizeof text, 0), 0);
    check_text("the same in every run", text, "semihost-003.tmp");
    guest_check("no room for it", 2, call4(TMPNAM, (uintptr_t)text, 3, 2, 0), none);
    guest_check("no such call", 1, call(0x99, NULL), none);
    guest_check("parameters nowhere", 1, call(OPEN, (void *)0x10), none);
}

/* A call from S-mode is answered, one from U-mode traps; so do the same words in other places. */
static long tickfreq(long unused)
{
    (void)unused;
    return (long)call(TICKFREQ, NULL);
}

/* The three words are code: they are found while MPRV sends loads through a page table that maps nothing. */
static void call_under_mprv(void)
{
    enum { MPP_S = 0x800, MPP = 0x1800, MPRV = 0x20000 };
    static uint64_t nothing[512] __attribute__((aligned(4096)));
    register uint64_t a0 __asm__("a0") = TICKFREQ;
    CSR_WRITE(satp, 8ul << 60 | (uintptr_t)nothing >> 12);
    __asm__ volatile(".option push\n.option norvc\ncsrc mstatus, %1\ncsrs mstatus, %2\n.balign 16\n"
                     "slli x0, x0, 0x1f\nebreak\nsrai x0, x0, 7\ncsrc mstatus, %3\n.option pop"
                     : "+r"(a0)
                     : "r"((uint64_t)MPP), "r"((uint64_t)(MPRV | MPP_S)), "r"((uint64_t)MPRV)
                     : "memory");
    CSR_WRITE(satp, 0);
    guest_check("call under MPRV", 0, a0, 1000000000);
}

static void no_calls(void)
{
    guest_check("call from S-mode", 0, (uint64_t)guest_call_as(PRIV_S, tickfreq, 0), 1000000000);
    guest_expect(true);
    guest_call_as(PRIV_U, tickfreq, 0);
    guest_check("call from U-mode", 0, guest_take().cause, BREAKPOINT);
    __asm__ volatile(
        ".balign 16\n.option push\n.option norvc\nslli x0, x0, 0x1f\nebreak\nnop\n.option pop");
    guest_check("wrong word behind", 0, guest_take().cause, BREAKPOINT);
    __asm__ volatile(
        ".balign 16\n.option push\n.option norvc\nslli x0, x0, 0x1f\n.option rvc\nc.ebreak\nc.nop\n"
        ".option norvc\nsrai x0, x0, 7\n.option pop");
    guest_check("compressed", 0, guest_take().cause, BREAKPOINT);
    guest_expect(false);
}

int main(unsigned hart)
{
    static const char done[] = "semihosting: done\n";
    (void)hart;
    CSR_WRITE(pmpaddr0, none >> 10); /* S and U may use all memory */
    CSR_WRITE(pmpcfg0, 0x1f);
    files();
    features();
    times();
    environment();
    call_under_mprv();
    no_calls();
    if (guest_failures)
        return 1;
    call4(WRITE, open(":tt", 4), (uintptr_t)done, sizeof done - 1, 0);
    call4(EXIT_EXTENDED, APPLICATION_EXIT, 256 + EXIT_CODE, 0, 0);
    return 2;
}
