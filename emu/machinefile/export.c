/* SPDX-License-Identifier: MIT */
/* export.c - which target, and what all of them need; see export.h. */
#include "emu/machinefile/export.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/base/nearest.h"
#include "emu/board.h"

static const struct {
    const char *name, *title;
    void (*write)(Exporter *e);
} targets[] = {
    { "bao", "Bao", export_bao },
    { "xen-dom0less", "Xen", export_xen },
    { "jailhouse", "Jailhouse", export_jailhouse },
};

void export_put(Exporter *e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_string_append_vprintf(e->out, format, args);
    va_end(args);
}

void export_string(Exporter *e, const char *text)
{
    g_autofree char *escaped = g_strescape(text, NULL);
    export_put(e, "\"%s\"", escaped);
}

void export_cannot(Exporter *e, const config_setting_t *group, const char *key, const char *indent,
                   const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    findings_add(e->file->findings, true, mf_line(group, key), mf_key(group, key), "%s: %s",
                 e->target, text);
    g_autofree char *comment = g_strndup(text, strcspn(text, ";"));
    for (char *end = comment; (end = strstr(end, "*/"));)
        end[0] = ' '; /* nothing ends the comment but its end */
    export_put(e, "%s/* not expressed: %s (%s, line %u) */\n", indent, comment, mf_key(group, key),
               mf_line(group, key));
}

const MfModule *export_kernel(const Exporter *e, unsigned number)
{
    for (guint i = 0; i < e->modules->len; i++) {
        const MfModule *module = g_ptr_array_index(e->modules, i);
        if (module->partition == number && !module->is_initrd)
            return module;
    }
    g_assert_not_reached();
}

/* Images where bulkhead run puts them: below the device tree. */
static bool load_modules(Exporter *e, GError **error)
{
    const uint64_t unit = 2 << 20, end = BOARD_RAM + e->file->machine.memory;
    uint64_t bottom = BOARD_RAM + unit + e->file->hypervisor.memory;
    e->modules = mf_modules_load(e->file, error);
    return e->modules &&
           mf_modules_place(e->modules, e->file, bottom, end / unit * unit - unit, error);
}

static bool write_out(const Exporter *e, const char *path, GError **error)
{
    FILE *file = path ? fopen(path, "wb") : stdout;
    bool ok = file && fwrite(e->out->str, 1, e->out->len, file) == e->out->len;
    if (file && path)
        ok &= !fclose(file);
    return ok ||
           fail(error, EXIT_FILE, "cannot write '%s': %s; write -o FILE of a folder with room",
                path ? path : "standard output", g_strerror(errno));
}

static bool write_target(MachineFile *file, size_t number, const char *out, GError **error)
{
    Exporter e = { .file = file, .target = targets[number].title, .out = g_string_new(NULL) };
    bool ok = load_modules(&e, error);
    if (ok) {
        e.places = mf_layout(file);
        findings_clear(file->findings);
        targets[number].write(&e);
        findings_print(file->findings, stderr);
        ok = write_out(&e, out, error);
        g_array_free(e.places, TRUE);
    }
    g_clear_pointer(&e.modules, g_ptr_array_unref);
    g_string_free(e.out, TRUE);
    return ok;
}

bool machinefile_export(const char *path, const char *target, const char *out, GError **error)
{
    const char *names[G_N_ELEMENTS(targets) + 1] = { NULL };
    size_t number = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++)
        names[i] = targets[i].name;
    while (names[number] && strcmp(names[number], target) != 0)
        number++;
    const char *near = nearest_word(target, names);
    if (!names[number])
        return fail(error, EXIT_USAGE,
                    "export knows bao, xen-dom0less and jailhouse, not '%s'; write --to %s", target,
                    near ? near : names[0]);
    g_autoptr(MachineFile) file = machinefile_read_checked(path, error);
    if (!file)
        return false;
    if (file->findings->errors)
        return fail(error, EXIT_CONFIG, "%s has errors; mend what is said above", path);
    if (!file->partitions.n)
        return fail(error, EXIT_CONFIG,
                    "%s has no partitions, so there is nothing to export; add partitions = ( ... )",
                    path);
    return write_target(file, number, out, error);
}
