/* SPDX-License-Identifier: MIT */
/*
 * semihosting.c - calls that a program makes to the host by way of EBREAK; see semihosting.h.
 *
 * A parameter block is an array of 64-bit words at the address in a1. Nothing a guest passes is trusted: sizes are
 * limited, pointers may lead nowhere. Open files are not part of the machine's state.
 */
#include "emu/semihosting.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "emu/guest_memory.h"
#include "emu/semihosting_files.h"

enum { WORD_BEFORE = 0x01f01013, WORD_EBREAK = 0x00100073, WORD_AFTER = 0x40705013 };
enum { MAX_WORDS = 4, MAX_NAME = 4096, MAX_PIECE = 65536, MAX_TYPED = 65536 };
enum { STOPPED_APPLICATION_EXIT = 0x20026 };
enum { WAIT_NS = 20000000 };

struct Semihost {
    SemihostConfig config;
    Machine *machine;
    SemihostFiles *files;
    GByteArray *typed; /* from `chr`, of which the first `taken` bytes were */
    guint taken;
    int error;  /* of the last call that failed: SYS_ERRNO */
    bool again; /* the present call waits for input */
};

typedef struct {
    Semihost *host;
    GuestView view;
    uint64_t parameter; /* a1 */
    uint64_t words[MAX_WORDS];
} Call;

static int64_t failed(Semihost *host, int64_t error)
{
    host->error = (int)-error;
    return -1;
}

/* What SYS_WRITE and SYS_READ return when they fail: how much was left to do. */
static int64_t failed_with_left(Semihost *host, int64_t error, uint64_t left)
{
    host->error = (int)-error;
    return (int64_t)left;
}

/* 0 or more is the result, an error number becomes -1. */
static int64_t result_of(Semihost *host, int64_t value)
{
    return value < 0 ? failed(host, value) : value;
}

/* Guest memory. */

/* A string of `length` bytes. NULL: it is nowhere, or too long. */
static char *read_text(const Call *call, uint64_t address, uint64_t length)
{
    char *text = g_malloc(MAX_PIECE + 1);
    size_t n = guest_memory_read(&call->view, address, text, MIN(length, MAX_PIECE));
    text[n] = 0;
    if (n == length)
        return text;
    g_free(text);
    return NULL;
}

static char *read_name(const Call *call, unsigned word)
{
    uint64_t length = call->words[word + 1];
    return length < MAX_NAME ? read_text(call, call->words[word], length) : NULL;
}

/* Console. */

/* 0, or a negative error number: the host cannot write it. */
static int console_write(Semihost *host, int fd, const char *data, size_t size)
{
    const SemihostConfig *config = &host->config;
    struct pollfd output = { .fd = fd, .events = POLLOUT };
    if (config->chr) {
        if (config->chr->write)
            config->chr->write(config->chr->host, (const uint8_t *)data, size);
        return 0;
    }
    config->flush(config->flush_opaque);
    for (ssize_t n; size; data += n, size -= (size_t)n) {
        n = write(fd, data, size);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return -errno;
        if (n < 0)
            (void)poll(&output, 1, -1);
        n = MAX(n, 0);
    }
    return 0;
}

static size_t receive(void *opaque, const uint8_t *data, size_t size)
{
    Semihost *host = opaque;
    size_t n = MIN(size, MAX_TYPED - MIN(host->typed->len, MAX_TYPED));
    g_byte_array_append(host->typed, data, (guint)n);
    return n;
}

static int64_t take_typed(Semihost *host, void *data, size_t size)
{
    guint n = MIN((guint)size, host->typed->len - host->taken);
    memcpy(data, host->typed->data + host->taken, n);
    host->taken += n;
    if (host->taken < host->typed->len)
        return n;
    g_byte_array_set_size(host->typed, 0);
    host->taken = 0;
    if (host->config.chr->ready)
        host->config.chr->ready(host->config.chr->host);
    return n;
}

/* Up to `size` bytes, at least one. With nothing there the call is made again later. 0: the end of the input.
 * Standard input may be non-blocking: only poll tells how long there is nothing. */
static int64_t console_read(Semihost *host, void *data, size_t size)
{
    struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
    if (!size || host->config.no_input)
        return 0;
    if (host->config.chr && host->typed->len == host->taken) {
        if (host_char_ended(host->config.chr))
            return 0;
        inbox_wait(&host->machine->inbox, WAIT_NS);
        inbox_apply(&host->machine->inbox);
        host->again = true;
        return 0;
    }
    if (host->config.chr)
        return take_typed(host, data, size);
    if (poll(&input, 1, WAIT_NS / 1000000) == 0) {
        host->again = true;
        return 0;
    }
    ssize_t n = read(STDIN_FILENO, data, size);
    host->again = n < 0 && (errno == EAGAIN || errno == EINTR);
    return n < 0 && !host->again ? -errno : MAX(n, 0);
}

/* The calls. Each returns what a0 gets. */

static int64_t call_open(Call *call)
{
    g_autofree char *name = read_text(call, call->words[0], call->words[2]);
    return name && call->words[2] < MAX_NAME
               ? result_of(call->host, semihost_files_open(call->host->files, name, call->words[1]))
               : failed(call->host, -EINVAL);
}

static int64_t call_close(Call *call)
{
    return result_of(call->host, semihost_files_close(call->host->files, call->words[0]));
}

static int64_t call_writec(Call *call)
{
    char c;
    if (guest_memory_read(&call->view, call->parameter, &c, 1) != 1)
        return failed(call->host, -EFAULT);
    (void)console_write(call->host, STDERR_FILENO, &c, 1);
    return 0;
}

/* Up to a zero byte, or the end of memory. */
static int64_t call_write0(Call *call)
{
    g_autofree char *text = g_malloc(PAGE_SIZE);
    uint64_t address = call->parameter;
    size_t got, n;
    do {
        size_t wanted = PAGE_SIZE - (address & PAGE_OFFSET);
        got = guest_memory_read(&call->view, address, text, wanted);
        n = strnlen(text, got);
        (void)console_write(call->host, STDERR_FILENO, text, n);
        address += n;
    } while (n && n == got);
    return 0;
}

/* Returns how many bytes were not written, as SYS_WRITE does. */
static int64_t call_write(Call *call)
{
    const Handle *handle = semihost_files_find(call->host->files, call->words[0]);
    uint64_t address = call->words[1], left = call->words[2];
    if (!handle)
        return failed_with_left(call->host, -EBADF, left);
    while (left) {
        size_t size = MIN(left, MAX_PIECE);
        g_autofree char *data = read_text(call, address, size);
        if (!data)
            return failed_with_left(call->host, -EFAULT, left);
        int64_t n;
        if (handle->kind == HANDLE_OUTPUT)
            n = console_write(call->host, handle->fd, data, size);
        else
            n = handle_write(handle, data, size);
        if (n < 0)
            return failed_with_left(call->host, n, left);
        n = handle->kind == HANDLE_OUTPUT ? (int64_t)size : n;
        address += (uint64_t)n;
        left -= (uint64_t)n;
        if (n < (int64_t)size)
            break;
    }
    return (int64_t)left;
}

/* Returns how many bytes were not read; all of them at the end of the file. */
static int64_t call_read(Call *call)
{
    Handle *handle = semihost_files_find(call->host->files, call->words[0]);
    uint64_t address = call->words[1], left = call->words[2];
    g_autofree char *data = g_malloc(MAX_PIECE);
    if (!handle)
        return failed_with_left(call->host, -EBADF, left);
    while (left) {
        size_t size = MIN(left, MAX_PIECE);
        bool typed = handle->kind == HANDLE_INPUT;
        int64_t n = typed ? console_read(call->host, data, size) : handle_read(handle, data, size);
        if (n < 0)
            return failed_with_left(call->host, n, left);
        if (!guest_memory_write(&call->view, address, data, (size_t)n))
            return failed_with_left(call->host, -EFAULT, left);
        address += (uint64_t)n;
        left -= (uint64_t)n;
        if (typed || !n)
            break;
    }
    return (int64_t)left;
}

static int64_t call_readc(Call *call)
{
    uint8_t c;
    int64_t n = console_read(call->host, &c, 1);
    return n == 1 ? c : n < 0 ? failed(call->host, n) : -1;
}

static int64_t call_iserror(Call *call)
{
    return (int64_t)call->words[0] < 0;
}

static int64_t call_istty(Call *call)
{
    const Handle *handle = semihost_files_find(call->host->files, call->words[0]);
    if (!handle)
        return failed(call->host, -EBADF);
    if (call->host->config.chr)
        return handle->kind == HANDLE_INPUT || handle->kind == HANDLE_OUTPUT;
    return handle->kind == HANDLE_INPUT    ? isatty(STDIN_FILENO)
           : handle->kind == HANDLE_OUTPUT ? isatty(handle->fd)
                                           : 0;
}

static int64_t call_seek(Call *call)
{
    Handle *handle = semihost_files_find(call->host->files, call->words[0]);
    return result_of(call->host, handle ? handle_seek(handle, call->words[1]) : -EBADF);
}

static int64_t call_flen(Call *call)
{
    const Handle *handle = semihost_files_find(call->host->files, call->words[0]);
    return result_of(call->host, handle ? handle_length(handle) : -EBADF);
}

/* The same number gives the same name, in every run. */
static int64_t call_tmpnam(Call *call)
{
    g_autofree char *name = g_strdup_printf("semihost-%03u.tmp", (unsigned)(call->words[1] & 0xff));
    size_t size = strlen(name) + 1;
    if (call->words[2] < size || call->words[1] > 255)
        return failed(call->host, -EINVAL);
    return guest_memory_write(&call->view, call->words[0], name, size)
               ? 0
               : failed(call->host, -EFAULT);
}

static int64_t call_remove(Call *call)
{
    g_autofree char *name = read_name(call, 0);
    return name ? result_of(call->host, semihost_files_remove(call->host->files, name))
                : failed(call->host, -EINVAL);
}

static int64_t call_rename(Call *call)
{
    g_autofree char *from = read_name(call, 0), *to = read_name(call, 2);
    return from && to ? result_of(call->host, semihost_files_rename(call->host->files, from, to))
                      : failed(call->host, -EINVAL);
}

static uint64_t now(const Call *call)
{
    return clock_now(&call->host->machine->clock);
}

static int64_t call_clock(Call *call)
{
    return (int64_t)(now(call) / 10000000);
}

static int64_t call_time(Call *call)
{
    return (int64_t)((call->host->machine->config.rtc_base_ns + now(call)) / 1000000000);
}

static int64_t call_elapsed(Call *call)
{
    uint64_t ns = now(call);
    return guest_memory_write(&call->view, call->parameter, &ns, sizeof ns)
               ? 0
               : failed(call->host, -EFAULT);
}

static int64_t call_tickfreq(Call *call)
{
    (void)call;
    return 1000000000;
}

/* A guest gets no programs of the host started. */
static int64_t call_system(Call *call)
{
    return failed(call->host, -EPERM);
}

static int64_t call_errno(Call *call)
{
    return call->host->error;
}

static int64_t call_cmdline(Call *call)
{
    const char *text = call->host->config.command;
    uint64_t length = strlen(text);
    if (length >= call->words[1])
        return failed(call->host, -E2BIG);
    return guest_memory_write(&call->view, call->words[0], text, length + 1) &&
                   guest_memory_write(&call->view, call->parameter + 8, &length, sizeof length)
               ? 0
               : failed(call->host, -EFAULT);
}

/* Heap and stack share the largest stretch of RAM that no image is in: one grows up, the other down. */
static int64_t call_heapinfo(Call *call)
{
    const SemihostConfig *config = &call->host->config;
    uint64_t start = (config->heap + 15) & ~15ull, end = config->heap_end & ~15ull;
    const uint64_t block[] = { start, end, end, start };
    return guest_memory_write(&call->view, call->words[0], block, sizeof block)
               ? 0
               : failed(call->host, -EFAULT);
}

static int64_t call_exit(Call *call)
{
    bool regular = call->words[0] == STOPPED_APPLICATION_EXIT;
    machine_stop(call->host->machine, STOP_EXIT, regular ? (int)(call->words[1] & 0xff) : 1);
    return 0;
}

// clang-format off
static const struct {
    unsigned char words; /* of the parameter block */
    int64_t (*make)(Call *call);
} calls[] = {
    [0x01] = { 3, call_open },     [0x02] = { 1, call_close },   [0x03] = { 0, call_writec },
    [0x04] = { 0, call_write0 },   [0x05] = { 3, call_write },   [0x06] = { 3, call_read },
    [0x07] = { 0, call_readc },    [0x08] = { 1, call_iserror }, [0x09] = { 1, call_istty },
    [0x0a] = { 2, call_seek },     [0x0c] = { 1, call_flen },    [0x0d] = { 3, call_tmpnam },
    [0x0e] = { 2, call_remove },   [0x0f] = { 4, call_rename },  [0x10] = { 0, call_clock },
    [0x11] = { 0, call_time },     [0x12] = { 2, call_system },  [0x13] = { 0, call_errno },
    [0x15] = { 2, call_cmdline },  [0x16] = { 1, call_heapinfo },[0x18] = { 2, call_exit },
    [0x20] = { 2, call_exit },     [0x30] = { 0, call_elapsed }, [0x31] = { 0, call_tickfreq },
};
// clang-format on

static int64_t make_call(Call *call, uint64_t operation)
{
    if (operation >= G_N_ELEMENTS(calls) || !calls[operation].make)
        return failed(call->host, -ENOSYS);
    size_t size = calls[operation].words * sizeof call->words[0];
    if (guest_memory_read(&call->view, call->parameter, call->words, size) != size)
        return failed(call->host, -EFAULT);
    return calls[operation].make(call);
}

static bool is_call(const GuestView *data, uint64_t pc)
{
    const GuestView view = { .machine = data->machine, .hart = data->hart, .code = true };
    uint32_t words[3];
    uint64_t start = pc - 4;
    return (start & PAGE_OFFSET) <= PAGE_SIZE - sizeof words &&
           guest_memory_read(&view, start, words, sizeof words) == sizeof words &&
           words[0] == WORD_BEFORE && words[1] == WORD_EBREAK && words[2] == WORD_AFTER;
}

static ExecResult on_ebreak(void *opaque, Hart *hart)
{
    Semihost *host = opaque;
    Call call = { .host = host,
                  .view = { .machine = host->machine, .hart = hart->id },
                  .parameter = hart->x[11] };
    uint64_t operation = hart->x[10];
    if ((hart->mmu.priv == PRIV_U && !host->config.userspace) || !is_call(&call.view, hart->pc))
        return EXEC_TRAP;
    host->again = false;
    uint64_t result = (uint64_t)make_call(&call, operation);
    if (host->again) {
        hart->attention |= ATTENTION_YIELD;
        return EXEC_JUMP;
    }
    TRACE(hart->trace, semihost, hart->id, operation, call.parameter, result);
    hart->x[10] = result;
    return EXEC_NEXT;
}

Semihost *semihost_new(Machine *m, const SemihostConfig *config, GError **error)
{
    SemihostFiles *files = semihost_files_new(config->root ? config->root : ".", error);
    if (!files)
        return NULL;
    Semihost *host = g_new0(Semihost, 1);
    host->config = *config;
    host->machine = m;
    host->files = files;
    host->typed = g_byte_array_new();
    if (config->chr) {
        config->chr->receive = receive;
        config->chr->device = host;
    }
    for (unsigned i = 0; i < m->n_harts; i++) {
        m->harts[i].semihost = on_ebreak;
        m->harts[i].semihost_opaque = host;
    }
    return host;
}

void semihost_free(Semihost *host)
{
    if (!host)
        return;
    for (unsigned i = 0; i < host->machine->n_harts; i++)
        host->machine->harts[i].semihost = NULL;
    semihost_files_free(host->files);
    g_byte_array_free(host->typed, TRUE);
    g_free(host);
}
