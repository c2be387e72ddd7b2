/* SPDX-License-Identifier: MIT */
/* daemon.c - going into the background; see daemon.h. */
#include "emu/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emu/base/error.h"

/* The caller's process: ends as the other one does, or goes on when that says it is ready. */
static void wait_for_child(pid_t child, int channel, void (*ready)(void *opaque), void *opaque)
{
    char byte;
    int status;
    ssize_t n;
    do
        n = read(channel, &byte, 1);
    while (n < 0 && errno == EINTR);
    if (n == 1 && ready)
        ready(opaque);
    if (n == 1)
        _exit(0);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

int daemon_start(const char *option, void (*ready)(void *opaque), void *opaque, GError **error)
{
    int ends[2] = { -1, -1 };
    pid_t caller = getpid();
    pid_t child = pipe(ends) ? -1 : fork();
    if (child > 0) {
        close(ends[1]);
        wait_for_child(child, ends[0], ready, opaque);
    }
    if (child < 0) {
        fail(error, EXIT_HOST, "%s: no process is to be had: %s; leave it out", option,
             g_strerror(errno));
        return -1;
    }
    close(ends[0]);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    setsid();
    /* Until it is ready it ends with its caller, which nobody would be told by otherwise. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != caller)
        raise(SIGTERM);
    return ends[1];
}

void daemon_tell(int channel)
{
    while (write(channel, "", 1) < 0 && errno == EINTR)
        continue;
    close(channel);
}

void daemon_ready(int channel)
{
    prctl(PR_SET_PDEATHSIG, 0);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
        dup2(null, fd);
    if (null > STDERR_FILENO)
        close(null);
    daemon_tell(channel);
}
