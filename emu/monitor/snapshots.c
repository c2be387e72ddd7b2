/* SPDX-License-Identifier: MIT */
/* snapshots.c - commands about snapshots: files *.bhs in the current folder; see time/snapshot.h. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "emu/monitor/monitor.h"
#include "emu/time/snapshot.h"

/* The file that the argument names; NULL, which `out` says: no file may be, or none is named. */
static char *path_of(const Monitor *monitor, const char *arguments, GString *out)
{
    if (!monitor_may_touch_files(monitor, out))
        return NULL;
    if (*arguments)
        return snapshot_path(arguments);
    monitor_say_usage(monitor, out);
    return NULL;
}

void monitor_savevm(Monitor *monitor, const char *arguments, GString *out)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = path_of(monitor, arguments, out);
    const char *caveat = snapshot_caveat(monitor->machine);
    if (!path)
        return;
    if (!snapshot_save(monitor->machine, path, &error))
        g_string_append_printf(out, "%s\n", error->message);
    else if (caveat)
        g_string_append_printf(out, "%s\n", caveat);
}

void monitor_loadvm(Monitor *monitor, const char *arguments, GString *out)
{
    Machine *m = monitor->machine;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = path_of(monitor, arguments, out);
    if (!path)
        return;
    if (!snapshot_load(m, path, &error)) {
        g_string_append_printf(out, "%s\n", error->message);
        return;
    }
    m->step_end = UINT64_MAX;
    if (snapshot_caveat(m))
        g_string_append_printf(out, "%s\n", snapshot_caveat(m));
    if (monitor->paused)
        monitor_stay(monitor);
}

void monitor_delvm(Monitor *monitor, const char *arguments, GString *out)
{
    SnapshotInfo info;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = path_of(monitor, arguments, out);
    if (!path)
        return;
    if (!snapshot_info(path, &info, &error))
        g_string_append_printf(out, "'%s' is left alone: %s\n", path, error->message);
    else if (unlink(path))
        g_string_append_printf(out, "cannot delete '%s': %s\n", path, g_strerror(errno));
}

/* As QEMU prints time: hours, minutes, seconds, milliseconds. */
static void print_row(const char *name, const SnapshotInfo *info, GString *out)
{
    g_autoptr(GDateTime) saved = g_date_time_new_from_unix_local(info->saved);
    g_autofree char *date = saved ? g_date_time_format(saved, "%Y-%m-%d %H:%M:%S") : NULL;
    g_autofree char *size = g_strdup_printf("%.1f MiB", (double)info->size / (1 << 20));
    uint64_t ms = info->ns / 1000000;
    g_string_append_printf(out,
                           "%-20.*s %10s %19s %02" PRIu64 ":%02" PRIu64 ":%02" PRIu64 ".%03" PRIu64
                           " %12" PRIu64 "\n",
                           (int)(strlen(name) - strlen(".bhs")), name, size, date ? date : "?",
                           ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms % 1000, info->retired);
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of files in the current folder, sorted, up to a NULL. */
static GPtrArray *list_files(void)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) folder = g_dir_open(".", 0, NULL);
    const char *name = folder ? g_dir_read_name(folder) : NULL;
    for (; name; name = g_dir_read_name(folder))
        if (g_str_has_suffix(name, ".bhs"))
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, by_name);
    return names;
}

void monitor_info_snapshots(Monitor *monitor, const char *arguments, GString *out)
{
    (void)arguments;
    if (!monitor_may_touch_files(monitor, out))
        return;
    bool any = false;
    g_autoptr(GPtrArray) names = list_files();
    for (unsigned i = 0; i < names->len; i++) {
        SnapshotInfo info;
        if (!snapshot_info(g_ptr_array_index(names, i), &info, NULL))
            continue;
        if (!any)
            g_string_append_printf(out, "%-20s %10s %19s %12s %12s\n", "TAG", "VM SIZE", "DATE",
                                   "VM CLOCK", "ICOUNT");
        print_row(g_ptr_array_index(names, i), &info, out);
        any = true;
    }
    if (!any)
        g_string_append(out, "there are no snapshots (*.bhs) in the current folder\n");
}
