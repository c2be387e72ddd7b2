/* SPDX-License-Identifier: MIT */
/*
 * terminal.c - the terminal's mode, and signals; see terminal.h.
 *
 * A thread waits for the signals that end or suspend a program, so that no handler runs anywhere else; the time limit
 * is the longest it waits. It begins before anything that may have to be waited for: pipes, callers, name servers.
 * Only what comes from inside a thread (abort, a bad access) needs a handler, which finds the terminal through the one
 * static pointer there is.
 */
#include "emu/console/terminal.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "emu/base/error.h"

/* A machine that does not stop in this time is left behind. */
enum { GRACE_SECONDS = 3 };

struct Terminal {
    GMutex lock;          /* of `machine` and `leftovers` */
    Machine *machine;     /* NULL: it is still being built */
    GPtrArray *leftovers; /* of strings: paths */
    bool take, keep_signals;
    bool is_raw, stopping;
    const char *volatile at_end; /* what else puts the terminal back; NULL: nothing */
    int code;                    /* exit code, once stopping */
    void (*crashed)(void *opaque);
    void *crashed_opaque;
    struct termios before;
    uint64_t timeout; /* seconds */
    gint64 deadline;  /* of g_get_monotonic_time; G_MAXINT64: none */
};

/* A signal handler has no other way to it. Set once. */
static Terminal *volatile terminal_to_restore;

static void restore(Terminal *terminal)
{
    const char *text = terminal ? terminal->at_end : NULL;
    if (text && write(STDOUT_FILENO, text, strlen(text)) > 0)
        terminal->at_end = NULL;
    if (terminal && terminal->is_raw)
        tcsetattr(STDIN_FILENO, TCSANOW, &terminal->before);
}

/* A background job leaves the terminal alone. */
static void make_raw(Terminal *terminal)
{
    if (!terminal->take || !isatty(STDIN_FILENO) || tcgetpgrp(STDIN_FILENO) != getpgrp() ||
        (!terminal->is_raw && tcgetattr(STDIN_FILENO, &terminal->before)))
        return;
    struct termios raw = terminal->before;
    raw.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN);
    if (!terminal->keep_signals)
        raw.c_lflag &= ~(tcflag_t)ISIG;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    terminal->is_raw = true;
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

static void on_exit_restore(int status, void *terminal)
{
    (void)status;
    restore(terminal);
}

static void on_crash(int number)
{
    Terminal *terminal = terminal_to_restore;
    restore(terminal);
    signal(number, SIG_DFL);
    if (terminal->crashed)
        terminal->crashed(terminal->crashed_opaque);
    raise(number);
}

void terminal_at_end(Terminal *terminal, const char *text)
{
    terminal->at_end = text;
}

void terminal_on_crash(Terminal *terminal, void (*crashed)(void *opaque), void *opaque)
{
    terminal->crashed_opaque = opaque;
    terminal->crashed = crashed;
}

static sigset_t watched_signals(void)
{
    static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT };
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        sigaddset(&set, numbers[i]);
    return set;
}

void terminal_remove_at_end(Terminal *terminal, const char *path)
{
    g_mutex_lock(&terminal->lock);
    g_ptr_array_add(terminal->leftovers, g_strdup(path));
    g_mutex_unlock(&terminal->lock);
}

/* Files and sockets go; devices that were named instead stay. */
static void remove_leftovers(Terminal *terminal)
{
    struct stat info;
    g_mutex_lock(&terminal->lock);
    for (guint i = 0; i < terminal->leftovers->len; i++)
        if (!lstat(g_ptr_array_index(terminal->leftovers, i), &info) &&
            (S_ISREG(info.st_mode) || S_ISSOCK(info.st_mode)))
            unlink(g_ptr_array_index(terminal->leftovers, i));
    g_ptr_array_set_size(terminal->leftovers, 0);
    g_mutex_unlock(&terminal->lock);
}

/* The thread that builds the machine may be waiting for anything: it is left where it is. Ends as a program without all
 * this would. */
static void end_before_machine(Terminal *terminal, int code)
{
    sigset_t one;
    remove_leftovers(terminal);
    if (code == EXIT_TIMEOUT) {
        fprintf(stderr,
                "bulkhead: ended after %" PRIu64 " s (-timeout), before the machine began\n",
                terminal->timeout);
        _exit(code);
    }
    sigemptyset(&one);
    sigaddset(&one, code - 128);
    signal(code - 128, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    raise(code - 128);
    _exit(code);
}

static void stop_machine(void *opaque, void *data)
{
    Terminal *terminal = opaque;
    machine_stop(terminal->machine, STOP_QUIT, GPOINTER_TO_INT(data));
}

/* The second request does not wait for the machine. */
static void request_stop(Terminal *terminal, int code)
{
    g_mutex_lock(&terminal->lock);
    Machine *machine = terminal->machine;
    g_mutex_unlock(&terminal->lock);
    if (!machine)
        end_before_machine(terminal, code);
    if (terminal->stopping) {
        remove_leftovers(terminal);
        restore(terminal);
        _exit(terminal->code);
    }
    if (code != EXIT_TIMEOUT)
        g_printerr("bulkhead: ended by signal %d\n", code - 128);
    terminal->stopping = true;
    terminal->code = code;
    terminal->deadline = g_get_monotonic_time() + GRACE_SECONDS * G_USEC_PER_SEC;
    g_atomic_int_set(&machine->inbox.urgent, 1);
    inbox_post(&machine->inbox, stop_machine, terminal, GINT_TO_POINTER(code));
}

static void handle(Terminal *terminal, int number)
{
    if (number == SIGTSTP) {
        restore(terminal);
        kill(getpid(), SIGSTOP); /* other threads may notice first; SIGCONT comes here */
    } else if (number == SIGCONT) {
        make_raw(terminal);
    } else {
        request_stop(terminal, 128 + number);
    }
}

static gpointer watch(gpointer opaque)
{
    Terminal *terminal = opaque;
    sigset_t set = watched_signals();
    for (;;) {
        gint64 left = MAX(terminal->deadline - g_get_monotonic_time(), 0);
        struct timespec wait = { left / G_USEC_PER_SEC, left % G_USEC_PER_SEC * 1000 };
        int number = terminal->deadline == G_MAXINT64 ? sigwaitinfo(&set, NULL)
                                                      : sigtimedwait(&set, NULL, &wait);
        if (number > 0)
            handle(terminal, number);
        else if (errno == EAGAIN)
            request_stop(terminal, EXIT_TIMEOUT);
    }
    return NULL;
}

Terminal *terminal_new(uint64_t timeout, GError **error)
{
    sigset_t set = watched_signals();
    Terminal *terminal = g_new0(Terminal, 1);
    g_mutex_init(&terminal->lock);
    terminal->leftovers = g_ptr_array_new_with_free_func(g_free);
    terminal->timeout = timeout;
    terminal->deadline = timeout && timeout < G_MAXINT32
                             ? g_get_monotonic_time() + (gint64)timeout * G_USEC_PER_SEC
                             : G_MAXINT64;
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    GThread *thread = g_thread_try_new("signals", watch, terminal, error);
    if (!thread)
        return NULL;
    g_thread_unref(thread);
    return terminal;
}

void terminal_take(Terminal *terminal, Machine *machine, bool take, bool keep_signals)
{
    static const int crashes[] = { SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE };
    terminal->take = take;
    terminal->keep_signals = keep_signals;
    terminal_to_restore = terminal;
    for (size_t i = 0; i < G_N_ELEMENTS(crashes); i++)
        signal(crashes[i], on_crash);
    on_exit(on_exit_restore, terminal);
    make_raw(terminal);
    g_mutex_lock(&terminal->lock);
    terminal->machine = machine;
    g_mutex_unlock(&terminal->lock);
}

void terminal_close(Terminal *terminal)
{
    if (!terminal)
        return;
    restore(terminal);
    remove_leftovers(terminal);
    /* The thread that waits for signals still has it. */
}
