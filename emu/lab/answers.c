/* SPDX-License-Identifier: MIT */
/* answers.c - reads a student's answers; see answers.h. */
#include "emu/lab/answers.h"

#include <string.h>

#include "emu/base/error.h"
#include "emu/base/nearest.h"
#include "emu/machinefile/reader.h"

enum { LARGEST_FILE = 64 << 10, LONGEST_LINE = 500, MOST_LINES = 2000, MOST_QUESTIONS = 64 };

typedef struct {
    const Lab *lab;
    Answers *answers;
    const char *start; /* of the line */
    unsigned line;
} Reader;

#define WRONG(r, place, ...)                                                                 \
    findings_add_at((r)->answers->findings, (r)->line, (unsigned)((place) - (r)->start) + 1, \
                    __VA_ARGS__)

/* Which question `name` is, or -1, said. */
static int find_question(const Reader *r, const char *name, const char *at)
{
    const Lab *lab = r->lab;
    const char *names[MOST_QUESTIONS] = { NULL };
    for (unsigned i = 0; i < lab->questions.n && i < MOST_QUESTIONS - 1; i++) {
        names[i] = lab->questions.at[i].name;
        if (!strcmp(names[i], name))
            return (int)i;
    }
    const char *near = nearest_word(name, names);
    g_autofree char *list = g_strjoinv(", ", (char **)names);
    if (near)
        WRONG(r, at, "lab %s has no question \"%s\"; did you mean %s?", lab->number, name, near);
    else
        WRONG(r, at, "lab %s has no question \"%s\"; there are %s", lab->number, name, list);
    return -1;
}

/* A number and a unit, which may be missing. */
static void read_number(const Reader *r, const LabQuestion *question, Answer *answer,
                        const char *text, double number, const char *rest)
{
    double factor;
    g_autofree char *unit = g_strstrip(g_strdup(rest));
    const char *wanted = question->unit;
    if (!*unit || (wanted && quantity_convert(unit, wanted, &factor))) {
        *answer = (Answer){ true, r->line, { .number = *unit ? number * factor : number } };
        return;
    }
    g_autofree char *list = wanted ? quantity_units(wanted) : NULL;
    const char *at = text + (rest - text) + strspn(rest, " \t");
    if (wanted)
        WRONG(r, at, "\"%s\" is no unit for %s; write one of %s, or none, which is %s", unit,
              question->name, list, wanted);
    else
        WRONG(r, at, "%s has no unit, and \"%s\" is none; write the number alone", question->name,
              unit);
}

static void read_value(const Reader *r, const LabQuestion *question, Answer *answer,
                       const char *text)
{
    double number;
    Quantity word;
    const char *rest = quantity_number(text, &number);
    if (rest && (!*rest || g_ascii_isspace(*rest) || g_ascii_isalpha(*rest) || *rest == '%' ||
                 *rest == '/'))
        read_number(r, question, answer, text, number, rest);
    else if (quantity_word(text, &word))
        *answer = (Answer){ true, r->line, word };
    else if (!*text)
        WRONG(r, text, "%s has no answer; write it behind the =, or leave the line out",
              question->name);
    else
        WRONG(r, text,
              "this is neither a number nor a word; write for example %s = 7%s%s, or %s = yes",
              question->name, question->unit ? " " : "", question->unit ? question->unit : "",
              question->name);
}

/* NAME = VALUE, in a line that is not empty. */
static void read_line(const Reader *r, char *text)
{
    char *equals = strchr(text, '=');
    if (!equals) {
        WRONG(r, text, "here is no =; write a line as NAME = ANSWER, or # before what is none");
        return;
    }
    *equals = 0;
    int number = find_question(r, g_strchomp(text), text);
    if (number < 0)
        return;
    Answer *answer = &r->answers->at[number];
    char *value = equals + 1 + strspn(equals + 1, " \t");
    if (answer->line)
        WRONG(r, text, "%s is answered in line %u already; leave one of them out",
              r->lab->questions.at[number].name, answer->line);
    else
        read_value(r, &r->lab->questions.at[number], answer, value);
    if (!answer->line)
        answer->line = r->line; /* also what cannot be read is one */
}

static void read_lines(Reader *r, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        char *begin = *line, *comment = strchr(begin, '#');
        r->line++;
        r->start = begin;
        if (r->line > MOST_LINES) {
            WRONG(r, begin, "these are more than %d lines; leave out what is no answer",
                  MOST_LINES);
            return;
        }
        if (strlen(begin) > LONGEST_LINE) {
            WRONG(r, begin, "this line is longer than %d letters; write an answer a line",
                  LONGEST_LINE);
            continue;
        }
        if (comment)
            *comment = 0;
        begin += strspn(begin, " \t");
        if (*g_strchomp(begin))
            read_line(r, begin);
    }
}

Answers *answers_parse(const Lab *lab, const char *path, const char *text, size_t size)
{
    Answers *answers = g_new0(Answers, 1);
    const char *begin = mf_skip_mark(text);
    Reader reader = { .lab = lab, .answers = answers };
    answers->at = g_new0(Answer, lab->questions.n + 1);
    answers->findings = findings_new(path, begin);
    if (strlen(text) != size)
        findings_add(answers->findings, false, 0, NULL,
                     "the file has a byte 0, so it is no text; write it with a text editor");
    else if (!g_utf8_validate(text, -1, NULL))
        findings_add(answers->findings, false, 0, NULL,
                     "the file is no text in UTF-8; write it with a text editor");
    else
        read_lines(&reader, begin);
    return answers;
}

Answers *answers_read(const Lab *lab, const char *path, GError **error)
{
    size_t size;
    g_autofree char *text = mf_read_file(path, "file of answers", LARGEST_FILE, &size, error);
    if (!text)
        return NULL;
    Answers *answers = answers_parse(lab, path, text, size);
    const GPtrArray *list = answers->findings->list;
    const Finding *first = list->len ? g_ptr_array_index(list, 0) : NULL;
    if (!first || first->line) {
        findings_print(answers->findings, stderr);
        return answers;
    }
    fail(error, EXIT_CONFIG, "'%s': %s; %s", path, first->text, first->fix);
    answers_free(answers);
    return NULL;
}

void answers_free(Answers *answers)
{
    if (!answers)
        return;
    findings_free(answers->findings);
    g_free(answers->at);
    g_free(answers);
}

void answers_print_questions(const Lab *lab, FILE *out)
{
    for (unsigned i = 0; i < lab->questions.n; i++) {
        const LabQuestion *question = &lab->questions.at[i];
        fprintf(out, "%s# %s (", i ? "\n" : "", question->text);
        if (question->unit)
            fprintf(out, "%s; ", question->unit);
        fprintf(out, "%u point%s)\n%s =\n", (unsigned)question->points,
                question->points == 1 ? "" : "s", question->name);
    }
}
