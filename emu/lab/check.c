/* SPDX-License-Identifier: MIT */
/* check.c - what is wrong with a lab before anybody works on it; see lab_check. */
#include <string.h>

#include "emu/lab/measure.h"
#include "emu/machinefile/check.h"
#include "emu/machinefile/names.h"

enum { LONGEST_NAME = 40, MOST_QUESTIONS = 60 };

#define WRONG(lab, group, key, ...) \
    findings_add((lab)->findings, false, mf_line(group, key), key, __VA_ARGS__)

/* Says what an error says. */
static void pass_on(Lab *lab, const config_setting_t *group, const char *key, const GError *error)
{
    const char *fix = g_strrstr(error->message, "; ");
    WRONG(lab, group, key, "%.*s; %s", fix ? (int)(fix - error->message) : -1, error->message,
          fix ? fix + 2 : "mend it");
}

/* Letters, digits and _, beginning with a letter. */
static bool is_name(const char *name)
{
    size_t length = name ? strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") : 0;
    return length && !name[length] && length <= LONGEST_NAME && g_ascii_isalpha(*name);
}

/* Every group of a kind has a name of its own. */
static void check_names(Lab *lab, const char *kind, const MfGroups *groups, size_t size, size_t at)
{
    for (unsigned i = 0; i < groups->n; i++) {
        const char *group = (const char *)groups->at + i * size;
        const config_setting_t *setting = *(const config_setting_t *const *)group;
        const char *name = *(const char *const *)(group + at);
        if (!is_name(name))
            WRONG(lab, setting, "name",
                  "a %s has a name of small letters, digits and _; write name = \"%s%u\"", kind,
                  kind, i + 1);
        for (unsigned j = 0; j < i && name; j++) {
            const char *other = *(const char *const *)((const char *)groups->at + j * size + at);
            if (other && !strcmp(name, other))
                WRONG(lab, setting, "name",
                      "another %s is called %s already; give it a name of its own", kind, name);
        }
    }
}

typedef struct {
    const Lab *lab;
    bool has_answer;
} Names;

/* While nothing is measured every fact is 1. */
static bool is_fact(void *opaque, const char *name, Quantity *value)
{
    const Names *names = opaque;
    *value = (Quantity){ .number = 1 };
    for (unsigned i = 0; i < names->lab->facts.n; i++)
        if (!strcmp(names->lab->facts.at[i].name, name))
            return true;
    return names->has_answer && !strcmp(name, "answer");
}

static void check_sum(Lab *lab, const config_setting_t *group, const char *key, const char *sum,
                      bool has_answer)
{
    Names names = { lab, has_answer };
    Quantity value;
    g_autoptr(GError) problem = NULL;
    /* What divides by nothing here may not do so when it is measured. */
    if (!sum)
        WRONG(lab, group, key, "there is no %s; write %s = \"...\"", key, key);
    else if (!quantity_sum(sum, is_fact, &names, &value, &problem) &&
             !strstr(problem->message, "divides"))
        pass_on(lab, group, key, problem);
}

static void check_question(Lab *lab, const LabQuestion *question)
{
    double absolute, relative;
    if (!question->text)
        WRONG(lab, question->at, "text", "a question has a text; write text = \"...\"");
    if (!question->hint)
        WRONG(lab, question->at, "hint", "a wrong answer gets a hint; write hint = \"...\"");
    if (!quantity_tolerance(question->tolerance, &absolute, &relative))
        WRONG(lab, question->at, "tolerance",
              "this is no tolerance; write for example \"0.5\" or \"5%%\"");
    check_sum(lab, question->at, "answer", question->answer, false);
    for (unsigned i = 0; i < question->wrong.n; i++) {
        check_sum(lab, question->wrong.at[i].at, "is", question->wrong.at[i].is, true);
        if (!question->wrong.at[i].hint)
            WRONG(lab, question->wrong.at[i].at, "hint",
                  "this is there for its hint; write hint = \"...\"");
    }
}

static void check_words(Lab *lab, const LabRun *run, const char *key, const char *text)
{
    g_autoptr(GError) problem = NULL;
    char **words = NULL;
    if (text && *text && !g_shell_parse_argv(text, NULL, &words, &problem))
        WRONG(lab, run->at, key, "these are no options: %s; write them as they are typed",
              problem->message);
    g_strfreev(words);
}

/* The names of its machine's partitions, if it can be read; to be freed. */
static Partitions *read_machine(Lab *lab, const LabRun *run)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(MachineFile) file = run->machine ? machinefile_read(run->machine, &problem) : NULL;
    if (problem)
        pass_on(lab, run->at, "machine", problem);
    if (!file)
        return NULL;
    if (file->findings->errors)
        WRONG(lab, run->at, "machine", "%s has errors; bulkhead check says which", run->machine);
    return file->findings->errors ? NULL : mf_partitions(file);
}

/* The setting that says how a fact is measured in a recording. */
static const char *way_of(const LabFact *fact)
{
    return fact->count ? "count" : fact->gap ? "gap" : fact->share ? "share" : "stat";
}

static void check_run(Lab *lab, unsigned number, bool with_files)
{
    const LabRun *run = &lab->runs.at[number];
    Partitions *parts = with_files ? read_machine(lab, run) : NULL;
    check_words(lab, run, "options", run->options);
    check_words(lab, run, "show", run->show);
    for (unsigned i = 0; i < lab->facts.n; i++) {
        const LabFact *fact = &lab->facts.at[i];
        g_autoptr(GError) problem = NULL;
        if (lab_run_of(lab, fact) == number && !measure_check(fact, parts, &problem))
            pass_on(lab, fact->at, way_of(fact), problem);
    }
    g_autoptr(GError) problem = NULL;
    Rules *rules =
        with_files ? measure_rules(run, trace_events, TRACE_COUNT, parts, &problem) : NULL;
    if (problem)
        pass_on(lab, run->at, "expect", problem);
    expect_free(rules);
    partitions_free(parts);
}

static void check_fact(Lab *lab, const LabFact *fact)
{
    bool found = !fact->run;
    for (unsigned i = 0; i < lab->runs.n; i++)
        found |= fact->run && !strcmp(fact->run, lab->runs.at[i].name);
    if (!found)
        WRONG(lab, fact->at, "run", "there is no run \"%s\"; name one of runs", fact->run);
    if (!lab->runs.n)
        WRONG(lab, fact->at, NULL, "there is nothing to measure; write runs = ( { ... } )");
}

void lab_check(Lab *lab, bool with_files)
{
    if (!lab->title)
        WRONG(lab, NULL, NULL, "a lab has a title; write title = \"...\"");
    if (!lab->questions.n || lab->questions.n > MOST_QUESTIONS)
        WRONG(lab, NULL, NULL, "a lab has 1 to %d questions; write questions = ( { ... } )",
              MOST_QUESTIONS);
    check_names(lab, "run", (const MfGroups *)&lab->runs, sizeof(LabRun), offsetof(LabRun, name));
    check_names(lab, "fact", (const MfGroups *)&lab->facts, sizeof(LabFact),
                offsetof(LabFact, name));
    check_names(lab, "question", (const MfGroups *)&lab->questions, sizeof(LabQuestion),
                offsetof(LabQuestion, name));
    if (lab->findings->errors)
        return;
    for (unsigned i = 0; i < lab->facts.n; i++)
        check_fact(lab, &lab->facts.at[i]);
    for (unsigned i = 0; i < lab->questions.n; i++)
        check_question(lab, &lab->questions.at[i]);
    if (lab->findings->errors)
        return;
    for (unsigned i = 0; i < lab->runs.n; i++)
        check_run(lab, i, with_files);
}
