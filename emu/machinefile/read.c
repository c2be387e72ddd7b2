/* SPDX-License-Identifier: MIT */
/* read.c - from a machine file to values; see machinefile.h. */
#include <string.h>

#include <glib/gstdio.h>

#include "emu/base/error.h"
#include "emu/machinefile/machinefile.h"
#include "emu/machinefile/reader.h"

enum { LARGEST_FILE = 64 << 10 };

MachineFile *machinefile_parse(const char *path, const char *text, size_t size)
{
    const char *begin = mf_skip_mark(text);
    MachineFile *file = g_new0(MachineFile, 1);
    config_init(&file->config);
    file->path = g_strdup(path);
    file->folder = g_path_get_dirname(path);
    file->memory = g_ptr_array_new_with_free_func(g_free);
    file->findings = findings_new(path, begin);
    MfReader reader = { mf_settings, file->findings, file->memory, file->folder };
    mf_read_text(&reader, &file->config, begin, size - (size_t)(begin - text), file);
    return file;
}

MachineFile *machinefile_read(const char *path, GError **error)
{
    GStatBuf info;
    if (!g_stat(path, &info) && S_ISREG(info.st_mode) && !info.st_size) {
        fail(error, EXIT_FILE,
             "machine file '%s' is empty; write for example machine = { harts = 1 } into it, "
             "bulkhead check -help lists what may stand there",
             path);
        return NULL;
    }
    size_t size;
    g_autofree char *text = mf_read_file(path, "machine file", LARGEST_FILE, &size, error);
    if (!text)
        return NULL;
    MachineFile *file = machinefile_parse(path, text, size);
    file->look_at_files = true;
    return file;
}

void machinefile_free(MachineFile *file)
{
    if (!file)
        return;
    config_destroy(&file->config);
    findings_free(file->findings);
    partitions_free(file->partition_names);
    g_ptr_array_free(file->memory, TRUE);
    g_free(file->path);
    g_free(file->folder);
    g_free(file);
}

const config_setting_t *mf_at(const config_setting_t *group, const char *key)
{
    return group && config_setting_is_group(group) ? config_setting_get_member(group, key) : NULL;
}
