/* SPDX-License-Identifier: MIT */
/*
 * console_terminal.c - the terminal's mode, and signals; see console_terminal.h.
 *
 * A thread waits for the signals that end or suspend a program, so that no handler runs anywhere else; the time limit
 * is the longest it waits. Only what comes from inside a thread (abort, a bad access) needs a handler, which finds the
 * terminal through the one static pointer there is.
 */
#include "emu/console_terminal.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "emu/base/error.h"

/* A machine that does not stop in this time is left behind. */
enum { GRACE_SECONDS = 3 };

struct Terminal {
    Machine *machine;
    bool take, keep_signals;
    bool is_raw, stopping;
    int code; /* exit code, once stopping */
    struct termios before;
    gint64 deadline; /* of g_get_monotonic_time; G_MAXINT64: none */
};

/* A signal handler has no other way to it. Set once. */
static Terminal *volatile terminal_to_restore;

static void restore(Terminal *terminal)
{
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
    restore(terminal_to_restore);
    signal(number, SIG_DFL);
    raise(number);
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

void terminal_block_signals(void)
{
    sigset_t set = watched_signals();
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void stop_machine(void *opaque, void *data)
{
    Terminal *terminal = opaque;
    machine_stop(terminal->machine, STOP_QUIT, GPOINTER_TO_INT(data));
}

/* The second request does not wait for the machine. */
static void request_stop(Terminal *terminal, int code)
{
    if (terminal->stopping) {
        restore(terminal);
        _exit(terminal->code);
    }
    terminal->stopping = true;
    terminal->code = code;
    terminal->deadline = g_get_monotonic_time() + GRACE_SECONDS * G_USEC_PER_SEC;
    inbox_post(&terminal->machine->inbox, stop_machine, terminal, GINT_TO_POINTER(code));
}

static void handle(Terminal *terminal, int number)
{
    if (number == SIGTSTP) {
        restore(terminal);
        kill(getpid(), SIGSTOP); /* other threads may notice first; SIGCONT comes here */
    } else if (number == SIGCONT) {
        make_raw(terminal);
    } else {
        g_printerr("bulkhead: ended by signal %d\n", number);
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

Terminal *terminal_open(const TerminalConfig *config, GError **error)
{
    static const int crashes[] = { SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE };
    Terminal *terminal = g_new0(Terminal, 1);
    terminal->machine = config->machine;
    terminal->take = config->take;
    terminal->keep_signals = config->keep_signals;
    terminal->deadline = config->timeout
                             ? g_get_monotonic_time() + (gint64)config->timeout * G_USEC_PER_SEC
                             : G_MAXINT64;
    terminal_to_restore = terminal;
    for (size_t i = 0; i < G_N_ELEMENTS(crashes); i++)
        signal(crashes[i], on_crash);
    on_exit(on_exit_restore, terminal);
    make_raw(terminal);
    GThread *thread = g_thread_try_new("signals", watch, terminal, error);
    if (!thread)
        return NULL;
    g_thread_unref(thread);
    return terminal;
}

void terminal_close(Terminal *terminal)
{
    restore(terminal);
    /* The thread that waits for signals still has it. */
}
