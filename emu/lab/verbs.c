/* SPDX-License-Identifier: MIT */
/* verbs.c - bulkhead lab list, run, grade, check; see verbs.h. */
#include "emu/lab/verbs.h"

#include <stdio.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/base/nearest.h"
#include "emu/lab/child.h"
#include "emu/lab/compare.h"
#include "emu/lab/grade.h"
#include "emu/lab/seat.h"

static bool verb_list(char **words, int *code, GError **error)
{
    (void)code;
    g_auto(GStrv) folders = lab_folders();
    if (*words)
        return fail(error, EXIT_USAGE,
                    "lab list takes no words, but has '%s'; write bulkhead lab list", *words);
    if (!*folders)
        return fail(
            error, EXIT_FILE,
            "there are no labs here; name their folder in $BULKHEAD_LABS, which is docs/labs of the source");
    for (char **folder = folders; *folder; folder++) {
        g_autoptr(Lab) lab = lab_read(*folder, error);
        if (!lab)
            return false;
        printf("%4s  %-44s %2u question%s %3u minutes  %s/README.md\n", lab->number,
               lab->title ? lab->title : "(see bulkhead lab check)", lab->questions.n,
               lab->questions.n == 1 ? ", " : "s,", (unsigned)lab->minutes, lab->folder);
    }
    seat_list();
    return true;
}

static Lab *open_lab(const char *word, GError **error)
{
    g_autofree char *folder = lab_find(word, error);
    return folder ? lab_open(folder, error) : NULL;
}

static bool show_run(const Lab *lab, unsigned number, char **more, int *code, GError **error)
{
    g_auto(GStrv) command = child_command(lab, number, more, error);
    if (!command)
        return false;
    g_autofree char *typed = child_typed(command);
    printf("== %s\n$ %s\n", lab->runs.at[number].name, typed);
    int ended;
    if (!child_run(command, NULL, &ended, error))
        return false;
    if (ended)
        printf("(exit code %d)\n", ended);
    *code = *code ? *code : ended;
    return true;
}

/* lab run N [--only RUN] [OPTION]... */
static bool verb_run(char **words, int *code, GError **error)
{
    g_autoptr(Lab) lab = open_lab(*words++, error);
    const char *only = NULL;
    bool found = false;
    if (!lab)
        return false;
    if (*words && !strcmp(*words, "--only") && !words[1])
        return fail(error, EXIT_USAGE,
                    "lab run: there is nothing behind --only; write --only and the name of a run");
    if (*words && (*words)[0] != '-')
        return fail(error, EXIT_USAGE,
                    "lab run takes one lab and then options, not '%s'; run one after the other",
                    *words);
    if (*words && !strcmp(*words, "--only")) {
        only = words[1];
        words += 2;
    }
    printf("Lab %s: %s%s Read %s/README.md.\n\n", lab->number, lab->title,
           g_str_has_suffix(lab->title, "?") ? "" : ".", lab->folder);
    for (unsigned i = 0; i < lab->runs.n; i++) {
        bool wanted = !only || !strcmp(only, lab->runs.at[i].name);
        found |= wanted;
        if (wanted && !show_run(lab, i, words, code, error))
            return false;
    }
    if (!found && only)
        return fail(error, EXIT_USAGE, "lab %s has no run '%s'; bulkhead lab run %s shows them",
                    lab->number, only, lab->number);
    printf(
        "\nQuestions: answer behind the =, in a file, and then\n  bulkhead lab grade %s FILE\n\n",
        lab->number);
    answers_print_questions(lab, stdout);
    return true;
}

/* lab grade N ANSWERS... [--format F] [--machine FILE.bh] [--keep FOLDER] */
typedef struct {
    const char *format, *machine, *keep, *lab;
    GPtrArray *files; /* of answers */
} GradeWords;

static bool grade_usage(const char *what, GError **error)
{
    return fail(
        error, EXIT_USAGE,
        "lab grade: %s; write bulkhead lab grade LAB ANSWERS... [--format text|tap|junit|gradescope] [--machine FILE.bh] [--keep FOLDER]",
        what);
}

static bool read_grade_words(char **words, GradeWords *out, GError **error)
{
    const struct {
        const char *name;
        const char **value;
    } options[] = { { "--format", &out->format },
                    { "--machine", &out->machine },
                    { "--keep", &out->keep } };
    for (; *words; words++) {
        const char **value = NULL;
        for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
            if (!strcmp(*words, options[i].name))
                value = options[i].value;
        if (value && !words[1])
            return grade_usage("an option without its value", error);
        if (value)
            *value = *++words;
        else if ((*words)[0] == '-')
            return grade_usage("there are the options --format, --machine and --keep", error);
        else if (out->lab)
            g_ptr_array_add(out->files, *words);
        else
            out->lab = *words;
    }
    if (outcome_format(out->format) < 0)
        return grade_usage("there is no such format", error);
    if (out->files->len > 1 && strcmp(out->format, "text") != 0)
        return grade_usage("several files of answers are for the format text", error);
    return out->files->len || grade_usage("it takes a lab and a file of answers", error);
}

static bool judge_one(const Measured *measured, const GradeWords *w, const char *path,
                      const Answers *answers, int *code, GError **error)
{
    g_autoptr(Outcomes) outcomes = measured_judge(measured, answers, error);
    if (!outcomes)
        return false;
    if (w->files->len > 1)
        printf("== %s\n", path);
    outcomes_write(outcomes, (unsigned)outcome_format(w->format), stdout);
    if (outcomes_failed(outcomes))
        *code = EXIT_EXPECT;
    return true;
}

static void free_answers(gpointer answers)
{
    answers_free(answers);
}

/* For a machine that reads the output there is one, whatever it was given. */
static void write_nothing(const Lab *lab, const GradeWords *w, const GError *problem)
{
    unsigned format = (unsigned)outcome_format(w->format);
    g_autoptr(Outcomes) outcomes = format ? grade_nothing(lab, problem) : NULL;
    if (outcomes)
        outcomes_write(outcomes, format, stdout);
}

/* A file that cannot be read stops one student, not the class. */
static bool grade(const Lab *lab, const GradeWords *w, int *code, GError **error)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(free_answers);
    g_autoptr(GError) problem = NULL;
    unsigned usable = 0;
    for (guint i = 0; i < w->files->len; i++) {
        g_autoptr(GError) wrong = NULL;
        Answers *answers = answers_read(lab, g_ptr_array_index(w->files, i), &wrong);
        g_ptr_array_add(all, answers);
        usable += answers != NULL;
        if (wrong && problem)
            fprintf(stderr, "%s\n", wrong->message);
        else if (wrong)
            problem = g_steal_pointer(&wrong);
    }
    g_autoptr(Measured) measured = usable ? measured_new(lab, w->machine, w->keep, error) : NULL;
    bool ok = !usable || measured;
    if (!usable && problem)
        write_nothing(lab, w, problem);
    else if (!ok && w->machine && error && *error)
        write_nothing(lab, w, *error); /* the student's, too */
    for (guint i = 0; ok && i < all->len; i++) {
        const Answers *answers = g_ptr_array_index(all, i);
        ok = !answers ||
             judge_one(measured, w, g_ptr_array_index(w->files, i), answers, code, error);
    }
    if (!ok || !problem)
        return ok;
    g_propagate_error(error, g_steal_pointer(&problem));
    return false;
}

static bool verb_grade(char **words, int *code, GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new();
    GradeWords w = { .format = "text", .files = files };
    g_autoptr(Lab) lab = read_grade_words(words, &w, error) ? open_lab(w.lab, error) : NULL;
    return lab && grade(lab, &w, code, error);
}

static bool verb_check(char **words, int *code, GError **error)
{
    (void)code;
    for (; *words; words++) {
        g_autoptr(Lab) lab = open_lab(*words, error);
        if (!lab)
            return false;
        printf("%s: no errors; %u run%s, %u fact%s, %u question%s\n", lab->path, lab->runs.n,
               lab->runs.n == 1 ? "" : "s", lab->facts.n, lab->facts.n == 1 ? "" : "s",
               lab->questions.n, lab->questions.n == 1 ? "" : "s");
    }
    return true;
}

static bool verb_docs(char **words, int *code, GError **error)
{
    (void)words;
    (void)code;
    (void)error;
    fputs(
        "# Labs\n\nWhat may stand in a `lab.cfg`. The syntax is that of [machine files](machine-files.md). Paths begin in the lab's folder.\n\n"
        "This page is what `bulkhead lab docs` prints. [How to write one](howto/teach-with-labs.md).\n\n",
        stdout);
    mf_print_settings(lab_settings, stdout);
    return true;
}

static const struct {
    const char *name, *syntax, *help;
    unsigned words; /* it takes at least */
    bool (*run)(char **words, int *code, GError **error);
} verbs[] = {
    { "list", "", "the labs that there are, and the systems to sit at", 0, verb_list },
    { "run", "LAB [--only RUN] [OPTION]...",
      "run a lab's machines, with more options if wanted, and show its questions", 1, verb_run },
    { "grade",
      "LAB ANSWERS... [--format text|tap|junit|gradescope] [--machine FILE.bh] [--keep FOLDER]",
      "judge files of answers by what the machines do; exit code 126 if an answer is wrong, or a line is none",
      1, verb_grade },
    { "compare",
      "[--format text|csv|json|md] [--only TECHNIQUE,...] [--phases ABCDEFJ] [--scale N]",
      "what each phase of the guest wl costs under every technique there is", 0, compare_verb },
    { "check", "LAB...", "look for mistakes in labs", 1, verb_check },
    { "docs", "", "print what may stand in a lab.cfg, docs/labs.md", 0, verb_docs },
};

static void list_verbs(void)
{
    puts("usage: bulkhead lab VERB ...        LAB is a number, as in lab list, or a folder\n"
         "       bulkhead lab SYSTEM [OPTION]...  sit at one of those that lab list names");
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
        printf("  %s%s%s\n      %s\n", verbs[i].name, *verbs[i].syntax ? " " : "", verbs[i].syntax,
               verbs[i].help);
    puts(
        "A file of answers has a line NAME = ANSWER for each question; lab run shows an empty one.");
}

bool lab_verb(int n, char **words, int *code, GError **error)
{
    const char *names[G_N_ELEMENTS(verbs) + 1] = { NULL };
    for (int i = 0; i < n && i < 2; i++)
        if (!strcmp(words[i], "-help") || !strcmp(words[i], "--help")) {
            list_verbs();
            return true;
        }
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
        names[i] = verbs[i].name;
        if (!n || strcmp(words[0], verbs[i].name) != 0)
            continue;
        if ((unsigned)n > verbs[i].words)
            return verbs[i].run(words + 1, code, error);
        return fail(error, EXIT_USAGE, "lab %s wants a lab; write bulkhead lab %s %s", words[0],
                    words[0], verbs[i].syntax);
    }
    if (n && seat_is(words[0]))
        return seat_take(words[0], words + 1, error);
    const char *near = n ? nearest_word(words[0], names) : NULL;
    near = near || !n ? near : nearest_word(words[0], seat_names);
    if (near)
        return fail(error, EXIT_USAGE, "lab: no verb is called '%s'; did you mean '%s'?", words[0],
                    near);
    return fail(error, EXIT_USAGE, "lab: '%s' is no verb; bulkhead lab -help lists them",
                n ? words[0] : "");
}
