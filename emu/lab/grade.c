/* SPDX-License-Identifier: MIT */
/* grade.c - runs a lab, and holds answers against what was measured; see grade.h. */
#include "emu/lab/grade.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "emu/base/error.h"
#include "emu/lab/child.h"
#include "emu/lab/theirs.h"

/* While it is run. */
typedef struct {
    Measured *measured;
    const char *machine;
    char *folder;
    bool keep;
} Running;

/* The last lines that a run printed, for people. */
static char *last_lines(const char *path)
{
    enum { MOST = 12 };
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return g_strdup("");
    g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
    unsigned n = g_strv_length(lines);
    return g_strjoinv("\n", lines + (n > MOST ? n - MOST : 0));
}

/* Why a run that could not even begin did not. */
static bool could_not_run(const LabRun *run, int code, const char *errors, GError **error)
{
    g_autofree char *said = last_lines(errors);
    fprintf(stderr, "%s\n", said);
    return fail(
        error, code == EXIT_FILE ? EXIT_FILE : EXIT_CONFIG,
        "run %s could not be had (exit code %d, see above); make guests builds what runs in the "
        "machine, make images brings the firmware",
        run->name, code);
}

static const char *why_ended(int code)
{
    return code == EXIT_LIMIT     ? "used up its instructions"
           : code == EXIT_TIMEOUT ? "used up its time"
           : code > 128           ? "was killed"
                                  : "failed";
}

static void add_failed_run(const Measured *m, const LabRun *run, int code, const char *errors)
{
    Outcome *outcome = outcomes_add(m->outcomes);
    outcome->name = g_strdup_printf("run %s", run->name);
    outcome->said = g_strdup_printf("it %s (exit code %d)", why_ended(code), code);
    outcome->details = last_lines(errors);
    outcome->hint = g_strdup_printf("see it run: bulkhead lab run %s", m->lab->number);
}

static bool run_one(const Running *r, unsigned number, RunFiles *files, GError **error)
{
    Measured *m = r->measured;
    const LabRun *run = &m->lab->runs.at[number];
    const char *machine = run->change.n ? r->machine : NULL;
    g_auto(GStrv) command = child_measuring(m->lab, number, machine, files, error);
    int code = 0;
    fprintf(stderr, "lab %s: run %u of %u, %s\n", m->lab->number, number + 1, m->lab->runs.n,
            run->name);
    if (!command || !child_run(command, files->errors, &code, error))
        return false;
    m->ended[number] = !code;
    if (code >= EXIT_USAGE && code <= EXIT_INTERNAL)
        return could_not_run(run, code, files->errors, error);
    if (!code)
        return measure_run(m->lab, number, files, m->facts, m->outcomes, error);
    add_failed_run(m, run, code, files->errors);
    return true;
}

/* What one run leaves may be wanted by a later one, so it goes when all have ended. */
static bool run_all(const Running *r, GError **error)
{
    const Lab *lab = r->measured->lab;
    bool ok = true;
    RunFiles **files = g_new0(RunFiles *, lab->runs.n + 1);
    for (unsigned i = 0; ok && i < lab->runs.n; i++) {
        files[i] = run_files_new(r->folder, r->keep, &lab->runs.at[i]);
        ok = run_one(r, i, files[i], error);
    }
    for (unsigned i = 0; i < lab->runs.n; i++) {
        if (files[i] && !r->keep)
            run_files_remove(files[i]);
        run_files_free(files[i]);
    }
    g_free(files);
    return ok;
}

static bool make_folder(Running *r, const char *keep, GError **error)
{
    g_autoptr(GError) problem = NULL;
    r->keep = keep != NULL;
    r->folder = keep ? g_strdup(keep) : g_dir_make_tmp("bulkhead-lab-XXXXXX", &problem);
    if (!r->folder)
        return fail(error, EXIT_HOST, "no folder for recordings: %s; set $TMPDIR to a place for it",
                    problem->message);
    return !keep || !g_mkdir_with_parents(keep, 0777) ||
           fail(error, EXIT_FILE, "cannot make '%s': %s; name another folder", keep,
                g_strerror(errno));
}

/* Is a student's machine file taken, and one that may be? */
static bool check_machine(const Lab *lab, const char *machine, GError **error)
{
    bool taken = false;
    for (unsigned i = 0; machine && i < lab->runs.n; i++) {
        const LabRun *run = &lab->runs.at[i];
        if (run->change.n && !theirs_check(run, machine, error))
            return false;
        taken |= run->change.n != 0;
    }
    return taken || !machine ||
           fail(error, EXIT_USAGE, "lab %s asks for no machine file; leave --machine out",
                lab->number);
}

Measured *measured_new(const Lab *lab, const char *machine, const char *keep, GError **error)
{
    g_autoptr(Measured) m = g_new0(Measured, 1);
    Running running = { .measured = m, .machine = machine };
    m->lab = lab;
    m->facts = g_new0(Quantity, lab->facts.n + 1);
    m->ended = g_new0(bool, lab->runs.n + 1);
    m->outcomes = outcomes_new(lab->number, "right");
    sigset_t held;
    child_hold_signals(&held);
    bool ok = check_machine(lab, machine, error) && make_folder(&running, keep, error) &&
              run_all(&running, error);
    if (running.folder && !keep)
        g_rmdir(running.folder);
    g_free(running.folder);
    child_release_signals(&held);
    return ok ? g_steal_pointer(&m) : NULL;
}

void measured_free(Measured *m)
{
    if (!m)
        return;
    outcomes_free(m->outcomes);
    g_free(m->facts);
    g_free(m->ended);
    g_free(m);
}

typedef struct {
    const Measured *m;
    const Quantity *answer; /* NULL: not known yet */
    const LabRun *missing;  /* becomes the run of a fact that could not be measured */
} Names;

static bool look_up(void *opaque, const char *name, Quantity *value)
{
    Names *names = opaque;
    const Lab *lab = names->m->lab;
    if (names->answer && !strcmp(name, "answer")) {
        *value = *names->answer;
        return true;
    }
    for (unsigned i = 0; i < lab->facts.n; i++) {
        if (strcmp(lab->facts.at[i].name, name) != 0)
            continue;
        unsigned run = lab_run_of(lab, &lab->facts.at[i]);
        if (!names->m->ended[run])
            names->missing = &lab->runs.at[run];
        *value = names->m->facts[i];
        return true;
    }
    return false;
}

/* The hint for this wrong answer. */
static const char *hint_for(const Measured *m, const LabQuestion *question, const Quantity *given,
                            const Quantity *right)
{
    Names names = { m, right, NULL };
    for (unsigned i = 0; i < question->wrong.n; i++) {
        const LabWrong *wrong = &question->wrong.at[i];
        Quantity value;
        if (quantity_sum(wrong->is, look_up, &names, &value, NULL) &&
            !quantity_matches(&value, right, question->tolerance) &&
            quantity_matches(given, &value, question->tolerance))
            return wrong->hint;
    }
    return question->hint;
}

/* Why it cannot be judged, or is wrong, or that it is right. */
static void say(const Measured *m, const LabQuestion *question, const Answer *answer,
                const Quantity *right, const LabRun *missing, Outcome *outcome)
{
    const Quantity *given = &answer->value;
    g_autofree char *text =
        answer->given ? quantity_text(given, given->is_word ? NULL : question->unit) : NULL;
    if (missing) {
        outcome->said =
            g_strdup_printf("cannot be judged, for run %s did not come to its end", missing->name);
    } else if (!text) {
        outcome->said = answer->line
                            ? g_strdup_printf("the answer in line %u cannot be read", answer->line)
                            : g_strdup("there is no answer");
        outcome->hint = g_strdup(question->text);
    } else if (quantity_matches(given, right, question->tolerance)) {
        outcome->said = g_strdup_printf("%s is right", text);
        outcome->passed = true;
    } else {
        outcome->said = g_strdup_printf("%s is not right", text);
        outcome->hint = g_strdup(hint_for(m, question, given, right));
    }
}

static bool judge(const Measured *m, const LabQuestion *question, const Answer *answer,
                  Outcomes *outcomes, GError **error)
{
    Names names = { m, NULL, NULL };
    Quantity right = { 0 };
    g_autoptr(GError) problem = NULL;
    bool known = quantity_sum(question->answer, look_up, &names, &right, &problem);
    if (!known && !names.missing)
        return fail(error, EXIT_CONFIG, "question %s: %s", question->name, problem->message);
    Outcome *outcome = outcomes_add(outcomes);
    outcome->name = g_strdup(question->name);
    outcome->points = (double)question->points;
    say(m, question, answer, &right, names.missing, outcome);
    return true;
}

/* Lines that are no answers. */
static void add_bad_lines(const Findings *findings, Outcomes *outcomes)
{
    for (guint i = 0; i < findings->list->len; i++) {
        const Finding *finding = g_ptr_array_index(findings->list, i);
        Outcome *outcome = outcomes_add(outcomes);
        outcome->name = g_strdup_printf("line %u", finding->line);
        outcome->said = g_strdup_printf("column %u: %s", finding->column, finding->text);
        outcome->hint = g_strdup(finding->fix);
    }
}

static Outcomes *begin_outcomes(const Lab *lab)
{
    g_autofree char *suite = g_strdup_printf("lab %s", lab->number);
    return outcomes_new(suite, "right");
}

Outcomes *grade_nothing(const Lab *lab, const GError *problem)
{
    Outcomes *outcomes = begin_outcomes(lab);
    Outcome *outcome = outcomes_add(outcomes);
    const char *fix = g_strrstr(problem->message, "; ");
    outcome->name = g_strdup("answers");
    outcome->said = fix ? g_strndup(problem->message, (gsize)(fix - problem->message))
                        : g_strdup(problem->message);
    outcome->hint = fix ? g_strdup(fix + 2) : NULL;
    for (unsigned i = 0; i < lab->questions.n; i++)
        outcome->points += (double)lab->questions.at[i].points;
    return outcomes;
}

Outcomes *measured_judge(const Measured *m, const Answers *answers, GError **error)
{
    g_autoptr(Outcomes) outcomes = begin_outcomes(m->lab);
    outcomes_copy(outcomes, m->outcomes);
    add_bad_lines(answers->findings, outcomes);
    for (unsigned i = 0; i < m->lab->questions.n; i++)
        if (!judge(m, &m->lab->questions.at[i], &answers->at[i], outcomes, error))
            return NULL;
    return g_steal_pointer(&outcomes);
}
