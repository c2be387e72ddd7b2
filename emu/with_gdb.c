/* SPDX-License-Identifier: MIT */
/* with_gdb.c - `bulkhead gdb`: finding gdb, telling it what to do, starting it; see with_gdb.h. */
#include "emu/with_gdb.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "emu/base/error.h"
#include "emu/daemon.h"

struct WithGdb {
    char *folder, *socket, *script;
    char *gdb;
    GPtrArray *words; /* its command line */
    int channel;      /* what daemon_tell wants */
};

/* Most distributions build plain gdb for one architecture. */
static bool knows_riscv(const char *gdb)
{
    const char *words[] = { gdb, "-nx", "-batch", "-ex", "set architecture riscv:rv64", NULL };
    int status = -1;
    return g_spawn_sync(NULL, (char **)words, NULL,
                        G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
                        NULL, &status, NULL) &&
           g_spawn_check_wait_status(status, NULL);
}

static char *find_gdb(GError **error)
{
    static const char *const names[] = { "gdb-multiarch", "riscv64-unknown-elf-gdb",
                                         "riscv64-linux-gnu-gdb", "gdb" };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        char *path = g_find_program_in_path(names[i]);
        if (path && knows_riscv(path))
            return path;
        g_free(path);
    }
    fail(error, EXIT_HOST, "no gdb that knows RISC-V is in $PATH; install gdb-multiarch");
    return NULL;
}

static bool is_elf(const char *path)
{
    char magic[SELFMAG] = { 0 };
    FILE *file = path ? fopen(path, "rb") : NULL;
    bool is = file && fread(magic, 1, SELFMAG, file) == SELFMAG && !memcmp(magic, ELFMAG, SELFMAG);
    if (file)
        fclose(file);
    return is;
}

static void append_symbols(GString *out, const char *path)
{
    g_autofree char *whole = g_canonicalize_filename(path, NULL);
    g_autofree char *quoted = g_strescape(whole, NULL);
    g_string_append_printf(out, "file \"%s\"\n", quoted);
}

/* What everybody would have to type. Without osabi none gdb steps programs for Linux in a way of its own, which goes wrong
 * at every trap. */
static char *first_commands(const Options *o, const char *socket)
{
    GString *out = g_string_new(
        "# Written by bulkhead gdb; it goes when the run ends.\n"
        "set osabi none\n"
        "set architecture riscv:rv64\n"
        "set confirm off\n"
        "set disassemble-next-line auto\n"
        "set prompt (bulkhead) \n"
        "define hook-stop\n"
        "  printf \"hart %d, mode \", $_thread - 1\n"
        "  output $mode\n"
        "  printf \", instruction %lu\\n\", $icount\n"
        "end\n"
        "document hook-stop\n"
        "Say at every stop whose it is, in which mode, and after how many instructions of the hart.\n"
        "end\n");
    if (is_elf(o->images.kernel))
        append_symbols(out, o->images.kernel);
    else if (is_elf(o->bios))
        append_symbols(out, o->bios);
    g_string_append_printf(out, "target remote %s\n", socket);
    return g_string_free(out, FALSE);
}

static bool write_script(WithGdb *with, const Options *o, GError **error)
{
    g_autofree char *text = first_commands(o, with->socket);
    return g_file_set_contents(with->script, text, -1, NULL) ||
           fail(error, EXIT_HOST, "cannot write '%s'; make room there, or set $TMPDIR",
                with->script);
}

static bool make_folder(WithGdb *with, const Options *o, GError **error)
{
    g_autoptr(GError) problem = NULL;
    with->folder = g_dir_make_tmp("bulkhead-gdb-XXXXXX", &problem);
    if (!with->folder)
        return fail(error, EXIT_HOST,
                    "no folder for gdb's socket: %s; set $TMPDIR to a place for it",
                    problem->message);
    with->socket = g_build_filename(with->folder, "gdb.sock", NULL);
    with->script = g_build_filename(with->folder, "init.gdb", NULL);
    return write_script(with, o, error);
}

static void make_words(WithGdb *with, const Options *o)
{
    const char *const first[] = { with->gdb, "-q", "-x", with->script };
    with->words = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(first); i++)
        g_ptr_array_add(with->words, (gpointer)first[i]);
    for (int i = 0; i < o->n_verb_words; i++)
        g_ptr_array_add(with->words, o->verb_words[i]);
    g_ptr_array_add(with->words, NULL);
}

/* The caller's process. */
static void become_gdb(void *opaque)
{
    const WithGdb *with = opaque;
    execv(with->gdb, (char **)with->words->pdata);
    fprintf(stderr, "bulkhead: error: cannot start %s: %s\nfix: check that it runs by itself\n",
            with->gdb, g_strerror(errno));
    _exit(EXIT_HOST);
}

/* The terminal's keys are gdb's. */
static void give_up_input(void)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null >= 0)
        dup2(null, STDIN_FILENO);
    if (null > STDERR_FILENO)
        close(null);
}

WithGdb *with_gdb_start(Options *o, GError **error)
{
    WithGdb *with = g_new0(WithGdb, 1);
    with->channel = -1;
    with->gdb = find_gdb(error);
    if (with->gdb && make_folder(with, o, error)) {
        make_words(with, o);
        with->channel = daemon_start("gdb", become_gdb, with, error);
    }
    if (with->channel < 0) {
        with_gdb_free(with);
        return NULL;
    }
    give_up_input();
    g_autofree char *where = g_strdup_printf("unix:%s", with->socket);
    g_ptr_array_add(o->gdbs, options_keep(o, where));
    o->stopped = true;
    return with;
}

void with_gdb_ready(WithGdb *with)
{
    daemon_tell(with->channel);
}

void with_gdb_free(WithGdb *with)
{
    if (!with)
        return;
    if (with->script)
        unlink(with->script);
    if (with->folder)
        rmdir(with->folder);
    if (with->words)
        g_ptr_array_free(with->words, TRUE);
    g_free(with->folder);
    g_free(with->socket);
    g_free(with->script);
    g_free(with->gdb);
    g_free(with);
}
