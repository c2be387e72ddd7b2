/* SPDX-License-Identifier: MIT */
/* child.c - a run of a lab, as a process of this same program; see child.h. */
#include "emu/lab/child.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emu/base/error.h"
#include "emu/machinefile/names.h"

enum { TURN_US = 20000, TURNS_OF_A_DOT = 50, TURNS_TO_END = 100 };

static const int held_signals[] = { SIGINT, SIGTERM, SIGHUP };

void child_hold_signals(sigset_t *before)
{
    sigset_t held;
    struct sigaction hup;
    sigemptyset(&held);
    for (size_t i = 0; i < G_N_ELEMENTS(held_signals); i++)
        sigaddset(&held, held_signals[i]);
    if (!sigaction(SIGHUP, NULL, &hup) && hup.sa_handler == SIG_IGN)
        sigdelset(&held, SIGHUP); /* nohup */
    sigprocmask(SIG_BLOCK, &held, before);
}

void child_release_signals(const sigset_t *before)
{
    sigprocmask(SIG_SETMASK, before, NULL);
}

static bool signal_waits(void)
{
    sigset_t waiting;
    bool any = false;
    sigpending(&waiting);
    for (size_t i = 0; i < G_N_ELEMENTS(held_signals); i++)
        any |= sigismember(&waiting, held_signals[i]) == 1;
    return any;
}

static void add(GPtrArray *command, const char *word)
{
    g_ptr_array_add(command, g_strdup(word));
}

static void add_two(GPtrArray *command, const char *option, const char *value)
{
    add(command, option);
    add(command, value);
}

/* Of `text`, with the lab's folder for $LAB. */
static bool add_words(GPtrArray *command, const Lab *lab, const char *text, GError **error)
{
    g_auto(GStrv) words = NULL;
    g_autoptr(GError) problem = NULL;
    if (!text || !*text)
        return true;
    if (!g_shell_parse_argv(text, NULL, &words, &problem))
        return fail(error, EXIT_CONFIG, "these are no options: %s; mend them in lab.cfg",
                    problem->message);
    for (char **word = words; *word; word++) {
        g_auto(GStrv) parts = g_strsplit(*word, "$LAB", -1);
        g_ptr_array_add(command, g_strjoinv(lab->folder, parts));
    }
    return true;
}

/* bulkhead run FILE.bh and the run's own options. NULL: they are wrong. */
static GPtrArray *begin_command(const Lab *lab, const char *program, const char *machine,
                                const LabRun *run, GError **error)
{
    g_autoptr(GPtrArray) command = g_ptr_array_new_with_free_func(g_free);
    add(command, program);
    add(command, "run");
    if (machine)
        add(command, machine);
    return add_words(command, lab, run->options, error) ? g_steal_pointer(&command) : NULL;
}

static char **end_command(GPtrArray *command)
{
    g_ptr_array_add(command, NULL);
    return (char **)g_ptr_array_free(command, FALSE);
}

char **child_command(const Lab *lab, unsigned number, char **more, GError **error)
{
    const LabRun *run = &lab->runs.at[number];
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autoptr(GPtrArray) command =
        begin_command(lab, program ? program : "bulkhead", run->machine, run, error);
    if (!command || !add_words(command, lab, run->show, error))
        return NULL;
    add_two(command, "-display", "none");
    add_two(command, "-monitor", "none");
    add_two(command, "-serial", "stdio");
    for (; *more; more++)
        add(command, *more);
    return end_command(g_steal_pointer(&command));
}

/* The names of its partitions, which the facts may use. NULL: it has none that can be read. */
static Partitions *partitions_of(const char *machine)
{
    g_autoptr(MachineFile) file = machine ? machinefile_read(machine, NULL) : NULL;
    return file && !file->findings->errors ? mf_partitions(file) : NULL;
}

static void add_number(GPtrArray *command, const char *option, uint64_t value)
{
    g_autofree char *text = g_strdup_printf("%" PRIu64, value);
    add_two(command, option, text);
}

/* FILE.json and the run's settings, with the folder of all such files for $FOLDER. */
static char *verdict_argument(const LabRun *run, const RunFiles *files)
{
    if (!run->verdict || !*run->verdict)
        return g_strdup(files->verdict);
    g_autofree char *folder = g_path_get_dirname(files->verdict);
    g_auto(GStrv) parts = g_strsplit(run->verdict, "$FOLDER", -1);
    g_autofree char *settings = g_strjoinv(folder, parts);
    return g_strdup_printf("%s,%s", files->verdict, settings);
}

char **child_measuring(const Lab *lab, unsigned number, const char *machine, const RunFiles *files,
                       GError **error)
{
    const LabRun *run = &lab->runs.at[number];
    RunNeeds needs;
    const char *file = machine ? machine : run->machine;
    Partitions *parts = partitions_of(file);
    bool ok = measure_needs(lab, number, parts, &needs, error);
    partitions_free(parts);
    g_autoptr(GPtrArray) command =
        ok ? begin_command(lab, "/proc/self/exe", file, run, error) : NULL;
    g_autofree char *events = needs.events;
    if (!command)
        return NULL;
    add_two(command, "-display", "none");
    add_two(command, "-monitor", "none");
    add_two(command, "-serial", "null");
    add_number(command, "-max-insns", run->max_insns);
    add_number(command, "-timeout", run->timeout);
    if (events) {
        add_two(command, "-trace", events);
        add_two(command, "-trace-file", files->trace);
    }
    if (needs.timing)
        add_two(command, "-timing-report", files->timing);
    g_autofree char *verdict = verdict_argument(run, files);
    if (needs.verdict)
        add_two(command, "-verdict", verdict);
    return end_command(g_steal_pointer(&command));
}

char *child_typed(char **command)
{
    GString *out = g_string_new("bulkhead");
    for (char **word = command + 1; *word; word++) {
        bool plain = **word && !(*word)[strcspn(*word, " \"'\\$<>&|;()*?#~`\t\n")];
        g_autofree char *quoted = plain ? g_strdup(*word) : g_shell_quote(*word);
        g_string_append_printf(out, " %s", quoted);
    }
    return g_string_free(out, FALSE);
}

typedef struct {
    int errors; /* where standard output and error go; -1: where ours do */
} Streams;

/* In the new process. */
static void set_up_child(void *opaque)
{
    const Streams *streams = opaque;
    sigset_t none;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* it ends with us */
    sigemptyset(&none);
    child_release_signals(&none);
    if (streams->errors < 0)
        return;
    dup2(streams->errors, STDOUT_FILENO);
    dup2(streams->errors, STDERR_FILENO);
}

/* Until it ends, which a signal for us asks it to; on a terminal with a dot now and then. */
static int wait_for(GPid pid)
{
    int status;
    unsigned turns = 0, ending = 0;
    bool dots = isatty(STDERR_FILENO);
    pid_t ended;
    while (!(ended = waitpid(pid, &status, WNOHANG)) || (ended < 0 && errno == EINTR)) {
        g_usleep(TURN_US);
        if ((signal_waits() || ending) && ending++ % TURNS_TO_END == 0)
            kill(pid, ending == 1 ? SIGTERM : SIGKILL);
        if (dots && !(++turns % TURNS_OF_A_DOT))
            fputc('.', stderr);
    }
    if (dots && turns >= TURNS_OF_A_DOT)
        fputc('\n', stderr);
    g_spawn_close_pid(pid);
    return ended < 0 ? 128 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool child_run(char **command, const char *errors, int *code, GError **error)
{
    GPid pid;
    g_autoptr(GError) problem = NULL;
    Streams streams = { .errors = -1 };
    sigset_t before;
    fflush(NULL);
    if (errors) {
        streams.errors = open(errors, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (streams.errors < 0)
            return fail(error, EXIT_FILE, "cannot write '%s': %s; make room there", errors,
                        g_strerror(errno));
    }
    child_hold_signals(&before);
    /* Without a flag that says otherwise its input is /dev/null. */
    bool ok = g_spawn_async(NULL, command, NULL, G_SPAWN_DO_NOT_REAP_CHILD, set_up_child, &streams,
                            &pid, &problem);
    if (streams.errors >= 0)
        close(streams.errors);
    if (ok)
        *code = wait_for(pid);
    bool interrupted = signal_waits() || (ok && *code == 128 + SIGINT);
    child_release_signals(&before);
    if (!ok)
        return fail(error, EXIT_HOST, "cannot start a run: %s; try it by hand", problem->message);
    return !interrupted || fail(error, EXIT_HOST, "interrupted; begin anew");
}
