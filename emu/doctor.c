/* SPDX-License-Identifier: MIT */
/* doctor.c - finds images, and tells what is missing; see doctor.h. */
#include "emu/doctor.h"

#include <stdio.h>
#include <unistd.h>

#include <glib.h>
#include <libconfig.h>

#include "emu/display/window.h"

char *doctor_program_dir(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    return program ? g_path_get_dirname(program) : g_strdup(".");
}

/* The folders to look in, in order; NULL-ended. */
static char **image_dirs(void)
{
    g_autofree char *beside = doctor_program_dir();
    GPtrArray *dirs = g_ptr_array_new();
    if (g_getenv("BULKHEAD_IMAGES"))
        g_ptr_array_add(dirs, g_strdup(g_getenv("BULKHEAD_IMAGES")));
    g_ptr_array_add(dirs, g_build_filename(beside, "images", NULL));
    g_ptr_array_add(dirs, g_build_filename(beside, "..", "images", NULL));
    g_ptr_array_add(dirs, g_build_filename("build", "images", NULL));
    g_ptr_array_add(dirs, g_build_filename(beside, "..", "share", "bulkhead", NULL));
    g_ptr_array_add(dirs, NULL);
    return (char **)g_ptr_array_free(dirs, FALSE);
}

void doctor_list_dirs(void)
{
    g_auto(GStrv) dirs = image_dirs();
    for (char **dir = dirs; *dir; dir++)
        puts(*dir);
}

char *doctor_find_image(const char *name)
{
    g_auto(GStrv) dirs = image_dirs();
    for (char **dir = dirs; *dir; dir++) {
        g_autofree char *path = g_build_filename(*dir, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return g_steal_pointer(&path);
    }
    return NULL;
}

char *doctor_find_program(const char *name)
{
    g_autofree char *beside = doctor_program_dir();
    g_autofree char *path = g_build_filename(beside, "..", "hyp", name, NULL);
    return g_file_test(path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer(&path)
                                                     : doctor_find_image(name);
}

// clang-format off
static const struct {
    const char *name, *use;
    bool needed;
} images[] = {
    { "fw_dynamic.bin",  "OpenSBI, the default firmware",  true },
    { "Image",           "Linux, for trying things out",   false },
    { "initrd.cpio.gz",  "a small system for it",          false },
};
// clang-format on

bool doctor_run(void)
{
    bool healthy = true, complete = true;
    printf("bulkhead " VERSION "\n");
    for (size_t i = 0; i < G_N_ELEMENTS(images); i++) {
        g_autofree char *path = doctor_find_image(images[i].name);
        printf("  %-16s %-32s %s\n", images[i].name, images[i].use, path ? path : "missing");
        healthy &= path || !images[i].needed;
        complete &= path != NULL;
    }
    printf("  %-16s %-32s %s\n", "libslirp", "-netdev user", CONFIG_SLIRP ? "yes" : "missing");
    const char *fix;
    bool window = window_is_there(&fix);
    printf("  %-16s %-32s %s\n", "the window", "-display sdl", window ? "yes" : "missing");
    printf("  %-16s %-32s yes, version %d.%d\n", "libconfig", "machine files", LIBCONFIG_VER_MAJOR,
           LIBCONFIG_VER_MINOR);
    printf("  %-16s %-32s %s\n", "terminal", "keys for the guest",
           isatty(STDIN_FILENO) ? "yes" : "no: input is not a terminal");
    if (!complete)
        puts("to do: make images, or put the files into a folder and name it in $BULKHEAD_IMAGES");
    if (!CONFIG_SLIRP)
        puts("to do: ./configure --install, then make: user networking needs libslirp");
    if (!window)
        printf("to do: %s\n", fix);
    if (healthy)
        puts("All that is needed is there. Try: bulkhead -M virt -nographic");
    return healthy;
}
