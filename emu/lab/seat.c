/* SPDX-License-Identifier: MIT */
/* seat.c - systems of the past that one can sit at; see seat.h. */
#include "emu/lab/seat.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "emu/base/error.h"
#include "emu/display/window.h"
#include "emu/lab/lab.h"

typedef struct {
    const char *name, *about;
} Seat;

static const Seat seats[] = {
#define SEAT(name, about) { name, about },
#include "emu/lab/machines.def"
#undef SEAT
};
const char *const seat_names[] = {
#define SEAT(name, about) name,
#include "emu/lab/machines.def"
#undef SEAT
    NULL
};

/* Where its machine file is to be, to be freed; NULL: there is no such folder. */
static char *machine_path(const char *name)
{
    g_autofree char *labs = lab_home();
    g_autofree char *file = g_strconcat(name, ".bh", NULL);
    g_autofree char *path = labs ? g_build_filename(labs, "..", "machines", file, NULL) : NULL;
    return path ? g_canonicalize_filename(path, NULL) : NULL;
}

void seat_list(void)
{
    bool any = false;
    for (size_t i = 0; i < G_N_ELEMENTS(seats); i++) {
        g_autofree char *path = machine_path(seats[i].name);
        if (!path || !g_file_test(path, G_FILE_TEST_IS_REGULAR))
            continue;
        printf("%s%6s  %s\n", any ? "" : "\nto sit at: bulkhead lab NAME [OPTION]...\n",
               seats[i].name, seats[i].about);
        any = true;
    }
}

bool seat_is(const char *name)
{
    return g_strv_contains(seat_names, name);
}

static bool is_there(const char *path)
{
    return !path || g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

/* The first program of the machine that is not built, or NULL. */
static const char *find_missing(const MachineFile *file)
{
    const MfMachine *machine = &file->machine;
    const char *missing = !is_there(machine->kernel)   ? machine->kernel
                          : !is_there(machine->initrd) ? machine->initrd
                                                       : NULL;
    for (unsigned i = 0; !missing && i < file->partitions.n; i++)
        if (!is_there(file->partitions.at[i].kernel))
            missing = file->partitions.at[i].kernel;
    return missing;
}

static bool check_programs(const char *name, const char *path, GError **error)
{
    if (!is_there(path))
        return fail(error, EXIT_FILE,
                    "the machine of %s, '%s', is not there; get all of the source", name, path);
    g_autoptr(MachineFile) file = machinefile_read(path, error);
    const char *missing = file ? find_missing(file) : NULL;
    return file &&
           (!missing || fail(error, EXIT_FILE, "%s wants '%s', which is not built; run make guests",
                             name, missing));
}

/* What it is to be seen with; NULL: there is nothing. */
static const char *find_display(char **options)
{
    const char *fix;
    for (char **word = options; *word; word++)
        if (g_str_has_suffix(*word, "-display") || g_str_has_suffix(*word, "-nographic"))
            return ""; /* it is said already */
    if ((g_getenv("DISPLAY") || g_getenv("WAYLAND_DISPLAY")) && window_is_there(&fix))
        return "sdl";
    const char *term = g_getenv("TERM");
    const bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    return terminal && term && *term && strcmp(term, "dumb") != 0 ? "curses" : NULL;
}

bool seat_take(const char *name, char **options, GError **error)
{
    g_autofree char *path = machine_path(name);
    const char *display = find_display(options);
    if (!path)
        return fail(
            error, EXIT_FILE,
            "there are no machines here; name the folder docs/labs of the source in $BULKHEAD_LABS");
    if (!check_programs(name, path, error))
        return false;
    if (!display)
        return fail(
            error, EXIT_HOST,
            "%s wants a screen or a terminal to sit at; start it in one, or give each typewriter a socket or pty in a machine file of your own, as docs/howto/share-a-pdp.md says",
            name);
    g_autoptr(GPtrArray) command = g_ptr_array_new();
    const char *const begin[] = { "bulkhead", "run", path, *display ? "-display" : NULL, display };
    for (size_t i = 0; i < G_N_ELEMENTS(begin) && begin[i]; i++)
        g_ptr_array_add(command, (gpointer)begin[i]);
    for (; *options; options++)
        g_ptr_array_add(command, *options);
    g_ptr_array_add(command, NULL);
    fflush(NULL);
    execv("/proc/self/exe", (char **)command->pdata);
    return fail(error, EXIT_HOST, "cannot start the machine: %s; try it by hand",
                g_strerror(errno));
}
