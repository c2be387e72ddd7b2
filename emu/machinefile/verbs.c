/* SPDX-License-Identifier: MIT */
/* verbs.c - bulkhead check, bulkhead export; see verbs.h. */
#include "emu/machinefile/verbs.h"

#include <stdio.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/machinefile/export.h"
#include "emu/machinefile/machinefile.h"
#include "emu/machinefile/table.h"
#include "emu/machinefile/values.h"

static const char about[] =
    "# Machine files\n"
    "\n"
    "What may stand in a machine file (`*.bh`). The syntax is libconfig's: `name = value;`, groups in `{ }`, lists\n"
    "of groups in `( )`, arrays in `[ ]`, strings in `\"\"`, comments after `#` or `//` or in `/* */`. One file is one\n"
    "machine: `@include` is refused. Paths begin in the file's folder. Settings that are named as an option of QEMU\n"
    "mean what the option does, and an option behind the file on the command line goes before it.\n"
    "\n"
    "    bulkhead check two.bh       what is wrong with it, in milliseconds; exit code 65 if it has errors\n"
    "    bulkhead run two.bh [OPTION]...\n"
    "    bulkhead export --to bao|xen-dom0less|jailhouse two.bh [-o FILE]     the same plan for other hypervisors\n"
    "\n"
    "This page is what `bulkhead check -help` prints.\n"
    "[How to write one](howto/write-a-machine-file.md), [what the guest is told](partition-binding.md), [why it is so](adr/0027-machine-files.md).\n"
    "\n";

/* One line about what the file describes. */
static void summarize(const MachineFile *file, FILE *out)
{
    const Findings *findings = file->findings;
    g_autofree char *memory = mf_size_text(file->machine.memory);
    fprintf(out, "%s: ", file->path);
    if (findings->errors)
        fprintf(out, "%u error%s, ", findings->errors, findings->errors > 1 ? "s" : "");
    else
        fputs("no errors, ", out);
    fprintf(out, "%u warning%s; %u hart%s, %s", findings->warnings,
            findings->warnings == 1 ? "" : "s", (unsigned)file->machine.n_harts,
            file->machine.n_harts == 1 ? "" : "s", memory);
    for (unsigned i = 0; i < file->partitions.n; i++)
        fprintf(out, "%s%s", i ? ", " : "; partitions: ",
                file->partitions.at[i].name ? file->partitions.at[i].name : "?");
    putc('\n', out);
}

static bool check_one(const char *path, int *code, GError **error)
{
    g_autoptr(MachineFile) file = machinefile_read_checked(path, error);
    if (!file)
        return false;
    summarize(file, stdout);
    if (file->findings->errors)
        *code = EXIT_CONFIG;
    return true;
}

static bool wants_help(int n, char **words)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(words[i], "-help") || !strcmp(words[i], "--help"))
            return true;
    return false;
}

bool machinefile_verb_check(int n, char **words, int *code, GError **error)
{
    if (wants_help(n, words)) {
        fputs(about, stdout);
        mf_print_settings(mf_settings, stdout);
        return true;
    }
    if (!n)
        return fail(error, EXIT_USAGE,
                    "check wants a machine file; write bulkhead check FILE.bh, or bulkhead check "
                    "-help for what may stand in one");
    for (int i = 0; i < n; i++)
        if (words[i][0] == '-')
            return fail(error, EXIT_USAGE,
                        "check has no option '%s'; write bulkhead check FILE.bh, or bulkhead check "
                        "-help",
                        words[i]);
    for (int i = 0; i < n; i++)
        if (!check_one(words[i], code, error))
            return false;
    return true;
}

static const char export_about[] =
    "usage: bulkhead export --to TARGET FILE.bh [-o OUT]\n"
    "The partitions of a machine file as configuration of another hypervisor; what that cannot express is a warning.\n"
    "  bao            C, for Bao's build\n"
    "  xen-dom0less   device tree source, for Xen without a toolstack\n"
    "  jailhouse      C, each cell chosen by a macro\n"
    "-o OUT writes to a file in place of standard output.\n";

static bool export_usage(const char *word, GError **error)
{
    return fail(
        error, EXIT_USAGE,
        "export: %s; write bulkhead export --to bao|xen-dom0less|jailhouse FILE.bh [-o OUT]", word);
}

bool machinefile_verb_export(int n, char **words, GError **error)
{
    const char *target = NULL, *out = NULL, *path = NULL;
    if (wants_help(n, words)) {
        fputs(export_about, stdout);
        return true;
    }
    for (int i = 0; i < n; i++) {
        const char *word = words[i][0] == '-' && words[i][1] == '-' ? words[i] + 1 : words[i];
        const char *equals = word[0] == '-' ? strchr(word, '=') : NULL;
        g_autofree char *name = g_strndup(word, equals ? (size_t)(equals - word) : strlen(word));
        const char **field = !strcmp(name, "-to") ? &target : !strcmp(name, "-o") ? &out : NULL;
        if (field && !equals && i + 1 == n)
            return export_usage("an option without its value", error);
        if (field)
            *field = equals ? equals + 1 : words[++i];
        else if (word[0] == '-')
            return export_usage("there are the options --to and -o", error);
        else if (path)
            return export_usage("more than one file", error);
        else
            path = word;
    }
    if (!target || !path)
        return export_usage(target ? "no machine file" : "for whom?", error);
    return machinefile_export(path, target, out, error);
}
