/* SPDX-License-Identifier: MIT */
/* read.c - labs: where they are, and from lab.cfg to values; see lab.h. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/base/nearest.h"
#include "emu/doctor.h"
#include "emu/lab/lab.h"
#include "emu/machinefile/reader.h"

enum { LARGEST_FILE = 256 << 10, MOST_LABS = 64 };

// clang-format off
#define SECTION MF_SECTION_ROW
#define SETTING MF_SETTING_ROW
const MfSetting lab_settings[] = {
#include "emu/lab/settings.def"
    MF_SETTINGS_END
};
#undef SECTION
#undef SETTING
// clang-format on

/* "10" of docs/labs/10-mode-switch, and "1" of 01-drum. */
static char *number_of(const char *folder)
{
    g_autofree char *whole = g_canonicalize_filename(folder, NULL);
    g_autofree char *name = g_path_get_basename(whole);
    return g_ascii_isdigit(*name) ? g_strdup_printf("%u", (unsigned)strtoul(name, NULL, 10))
                                  : g_strdup(name);
}

Lab *lab_parse(const char *path, const char *text, size_t size)
{
    const char *begin = mf_skip_mark(text);
    Lab *lab = g_new0(Lab, 1);
    config_init(&lab->config);
    lab->path = g_strdup(path);
    lab->folder = g_path_get_dirname(path);
    lab->number = number_of(lab->folder);
    lab->memory = g_ptr_array_new_with_free_func(g_free);
    lab->findings = findings_new(path, begin);
    MfReader reader = { lab_settings, lab->findings, lab->memory, lab->folder };
    mf_read_text(&reader, &lab->config, begin, size - (size_t)(begin - text), lab);
    return lab;
}

Lab *lab_read(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "lab.cfg", NULL);
    size_t size;
    g_autofree char *text = mf_read_file(path, "lab", LARGEST_FILE, &size, error);
    return text ? lab_parse(path, text, size) : NULL;
}

Lab *lab_open(const char *folder, GError **error)
{
    Lab *lab = lab_read(folder, error);
    if (!lab)
        return NULL;
    if (!lab->findings->errors)
        lab_check(lab, true);
    findings_print(lab->findings, stderr);
    unsigned errors = lab->findings->errors;
    if (!errors)
        return lab;
    fail(error, EXIT_CONFIG, "'%s' has %u error%s; mend what is said above", lab->path, errors,
         errors > 1 ? "s" : "");
    lab_free(lab);
    return NULL;
}

void lab_free(Lab *lab)
{
    if (!lab)
        return;
    config_destroy(&lab->config);
    findings_free(lab->findings);
    g_ptr_array_free(lab->memory, TRUE);
    g_free(lab->path);
    g_free(lab->folder);
    g_free(lab->number);
    g_free(lab);
}

unsigned lab_run_of(const Lab *lab, const LabFact *fact)
{
    for (unsigned i = 0; fact->run && i < lab->runs.n; i++)
        if (lab->runs.at[i].name && !strcmp(lab->runs.at[i].name, fact->run))
            return i;
    return 0;
}

char *lab_home(void)
{
    g_autofree char *beside = doctor_program_dir();
    g_autofree char *built = g_build_filename(beside, "..", "..", "docs", "labs", NULL);
    const char *const places[] = { g_getenv("BULKHEAD_LABS"), built, "docs/labs" };
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
        if (places[i] && g_file_test(places[i], G_FILE_TEST_IS_DIR))
            return g_canonicalize_filename(places[i], NULL);
    return NULL;
}

static bool is_lab(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "lab.cfg", NULL);
    return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

/* By their numbers, and behind those the ones that have none. */
static int by_number(const void *a, const void *b)
{
    const char *one = *(char *const *)a, *other = *(char *const *)b;
    g_autofree char *x = g_path_get_basename(one), *y = g_path_get_basename(other);
    unsigned long m = g_ascii_isdigit(*x) ? strtoul(x, NULL, 10) : ULONG_MAX;
    unsigned long n = g_ascii_isdigit(*y) ? strtoul(y, NULL, 10) : ULONG_MAX;
    return m != n ? (m < n ? -1 : 1) : strcmp(one, other);
}

char **lab_folders(void)
{
    g_autofree char *labs = lab_home();
    GPtrArray *folders = g_ptr_array_new();
    GDir *dir = labs ? g_dir_open(labs, 0, NULL) : NULL;
    for (const char *name; dir && (name = g_dir_read_name(dir)) && folders->len < MOST_LABS;) {
        char *folder = g_build_filename(labs, name, NULL);
        if (is_lab(folder))
            g_ptr_array_add(folders, folder);
        else
            g_free(folder);
    }
    if (dir)
        g_dir_close(dir);
    if (folders->len)
        qsort(folders->pdata, folders->len, sizeof(gpointer), by_number);
    g_ptr_array_add(folders, NULL);
    return (char **)g_ptr_array_free(folders, FALSE);
}

char *lab_find(const char *word, GError **error)
{
    const char *names[MOST_LABS + 1] = { NULL };
    g_auto(GStrv) folders = lab_folders();
    g_autoptr(GPtrArray) numbers = g_ptr_array_new_with_free_func(g_free);
    const char *number = word; /* without zeros in front */
    while (*number == '0' && number[1])
        number++;
    for (unsigned i = 0; folders[i]; i++) {
        g_autofree char *name = g_path_get_basename(folders[i]);
        g_ptr_array_add(numbers, number_of(folders[i]));
        names[i] = g_ptr_array_index(numbers, i);
        if (!strcmp(word, name) || !strcmp(number, names[i]))
            return g_strdup(folders[i]);
    }
    if (is_lab(word))
        return g_strdup(word);
    const char *near = nearest_word(word, names);
    g_autofree char *list = g_strjoinv(", ", (char **)names);
    if (near)
        fail(error, EXIT_USAGE, "there is no lab '%s'; did you mean %s?", word, near);
    else if (*list)
        fail(error, EXIT_USAGE, "there is no lab '%s'; there are %s", word, list);
    else
        fail(
            error, EXIT_USAGE,
            "there is no lab '%s', nor any other; name their folder in $BULKHEAD_LABS, which is docs/labs "
            "of the source",
            word);
    return NULL;
}
