/* SPDX-License-Identifier: MIT */
/* theirs.c - a student's machine file beside a lab's; see theirs.h. */
#include "emu/lab/theirs.h"

#include <string.h>

#include "emu/base/error.h"

typedef struct {
    const LabRun *run;
    MachineFile *theirs;
} Comparison;

static bool may_change(const LabRun *run, const char *key)
{
    for (unsigned i = 0; i < run->change.n; i++)
        if (!strcmp(run->change.at[i], key))
            return true;
    return false;
}

static bool same_text(const MfSetting *row, const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    if (row->type != MF_PATH)
        return !strcmp(a, b);
    g_autofree char *x = g_canonicalize_filename(a, NULL), *y = g_canonicalize_filename(b, NULL);
    return !strcmp(x, y);
}

static bool same_names(const MfNames *a, const MfNames *b)
{
    bool same = a->n == b->n;
    for (unsigned i = 0; same && i < a->n; i++)
        same = !strcmp(a->at[i], b->at[i]);
    return same;
}

static bool same_value(const MfSetting *row, const void *a, const void *b)
{
    const MfNumbers *x = a, *y = b;
    switch (row->type) {
    case MF_TEXT:
    case MF_PATH:
    case MF_WORD: return same_text(row, *(const char *const *)a, *(const char *const *)b);
    case MF_FLAG: return *(const bool *)a == *(const bool *)b;
    case MF_NUMBERS:
        return x->n == y->n && (!x->n || !memcmp(x->at, y->at, x->n * sizeof(x->at[0])));
    case MF_NAMES: return same_names(a, b);
    default: return *(const uint64_t *)a == *(const uint64_t *)b;
    }
}

/* Where a finding about `key` of the student's group belongs. */
static void different(Comparison *c, const config_setting_t *group, const MfSetting *row,
                      const char *what)
{
    const config_setting_t *setting = mf_at(group, row->key);
    const config_setting_t *at = setting ? setting : group;
    findings_add(c->theirs->findings, false, at ? config_setting_source_line(at) : 0,
                 setting ? row->key : NULL, "%s %s; write it as in %s", row->key, what,
                 c->run->machine);
}

static void compare_section(Comparison *c, const MfSetting *section, const void *ours,
                            const void *theirs);

static void compare_groups(Comparison *c, const config_setting_t *group, const MfSetting *row,
                           const MfGroups *ours, const MfGroups *theirs)
{
    const MfSetting *section = mf_section(mf_settings, row->extra);
    if (ours->n != theirs->n) {
        g_autofree char *what =
            g_strdup_printf("has %u groups, and there are %u", theirs->n, ours->n);
        different(c, group, row, what);
        return;
    }
    for (unsigned i = 0; i < ours->n; i++)
        compare_section(c, section, (const char *)ours->at + i * section->size,
                        (const char *)theirs->at + i * section->size);
}

static void compare_section(Comparison *c, const MfSetting *section, const void *ours,
                            const void *theirs)
{
    const config_setting_t *group = *(const config_setting_t *const *)theirs;
    for (const MfSetting *row = section + 1; row->key; row++) {
        const void *a = (const char *)ours + row->field, *b = (const char *)theirs + row->field;
        if (may_change(c->run, row->key))
            continue;
        if (row->type == MF_GROUP_TYPE)
            compare_section(c, mf_section(mf_settings, row->extra), a, b);
        else if (row->type == MF_GROUPS_TYPE)
            compare_groups(c, group, row, a, b);
        else if (!same_value(row, a, b))
            different(c, group, row, "is not to be changed in this lab");
    }
}

bool theirs_check(const LabRun *run, const char *path, GError **error)
{
    g_autoptr(MachineFile) ours = machinefile_read(run->machine, error);
    g_autoptr(MachineFile) theirs = ours ? machinefile_read_checked(path, error) : NULL;
    if (!theirs)
        return false;
    unsigned errors = theirs->findings->errors;
    if (!errors) {
        Comparison comparison = { run, theirs };
        findings_clear(theirs->findings);
        compare_section(&comparison, mf_settings, ours, theirs);
        errors = theirs->findings->errors;
        findings_print(theirs->findings, stderr);
    }
    g_autofree char *list = g_strjoinv(", ", (char **)run->change.at);
    return !errors ||
           fail(error, EXIT_CONFIG,
                "'%s' cannot be graded: this lab asks for other %s only; mend what is said above",
                path, list);
}
