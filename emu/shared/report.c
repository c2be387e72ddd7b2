/* SPDX-License-Identifier: MIT */
/* report.c - see report.h. */
#include "emu/shared/report.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "emu/base/error.h"
#include "emu/shared/views.h"

struct TimingReport {
    const Machine *machine;
    const char *path;
    FILE *file;
    bool as_json;
};

TimingReport *timing_report_new(const Machine *machine, const char *path, GError **error)
{
    if (!machine->timing) {
        fail(error, EXIT_CONFIG,
             "-timing-report: there is no timed mode to report of; add -timing PROFILE");
        return NULL;
    }
    FILE *file = strcmp(path, "-") ? fopen(path, "a") : stdout;
    if (!file) {
        fail(error, EXIT_FILE, "-timing-report: cannot write '%s': %s; check the path", path,
             g_strerror(errno));
        return NULL;
    }
    TimingReport *report = g_new0(TimingReport, 1);
    *report = (TimingReport){ machine, path, file, g_str_has_suffix(path, ".json") };
    return report;
}

bool timing_report_write(TimingReport *report)
{
    g_autoptr(GString) text = g_string_new(NULL);
    view_write(report->machine->timing, NULL, false, report->as_json, text);
    if (report->file != stdout)
        (void)!ftruncate(fileno(report->file),
                         0); /* not before now: a start that fails empties nothing */
    bool ok = fwrite(text->str, 1, text->len, report->file) == text->len && !fflush(report->file);
    if (!ok)
        g_printerr("bulkhead: error: '%s' could not be written to its end: %s\n"
                   "fix: make room for it\n",
                   report->path, g_strerror(errno));
    return ok;
}

void timing_report_free(TimingReport *report)
{
    if (report && report->file != stdout)
        fclose(report->file);
    g_free(report);
}
