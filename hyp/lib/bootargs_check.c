/* SPDX-License-Identifier: MIT */
/* bootargs_check.c - does the command line say what its program understands? See bootargs.h. */
#include "lib/bootargs.h"
#include "lib/print.h"
#include "lib/string.h"

enum { SHOWN = 40, NAMES = 160 };

/* A word of the command line. */
typedef struct {
    const char *at, *value; /* value: NULL without = */
    size_t size, name_size; /* the name is all of it then */
    char text[SHOWN + 1];   /* it, or how it begins, for messages */
} Word;

static Word word_at(const char *at)
{
    Word word = { .at = at };
    for (; at[word.size] && at[word.size] != ' '; word.size++) {
        if (at[word.size] == '=' && !word.value)
            word.value = at + word.size + 1;
    }
    word.name_size = word.value ? (size_t)(word.value - at) - 1 : word.size;
    memcpy(word.text, at, word.size < SHOWN ? word.size : SHOWN);
    return word;
}

static size_t value_size(const Word *word)
{
    return word->size - word->name_size - 1;
}

/* A name that ends with # has a number from 1 up there. */
static bool is_called(const Word *word, const Bootarg *arg)
{
    size_t size = strlen(arg->name) - 1;
    uint64_t number;
    if (arg->name[size] != '#')
        return size + 1 == word->name_size && !memcmp(word->at, arg->name, size + 1);
    return word->name_size > size && !memcmp(word->at, arg->name, size) && word->at[size] != '0' &&
           digits_number(word->at + size, word->name_size - size, &number) && number <= arg->most;
}

/* Is it one of "this|that"? */
static bool is_among(const Word *word, const char *words)
{
    for (size_t size; *words; words += size + (words[size] == '|')) {
        for (size = 0; words[size] && words[size] != '|';)
            size++;
        if (size == value_size(word) && !memcmp(words, word->value, size))
            return true;
    }
    return false;
}

static void check_value(const Word *word, const Bootarg *arg, const char *who)
{
    bool is_text = !arg->words && (!arg->most || arg->name[strlen(arg->name) - 1] == '#');
    uint64_t number;
    if (!word->value || !value_size(word))
        panic("%s: %s: says nothing: %s=...", who, word->text, arg->name);
    if (arg->words && !is_among(word, arg->words))
        panic("%s: %s: it can be %s", who, word->text, arg->words);
    if (arg->words || is_text)
        return;
    if (!digits_number(word->value, value_size(word), &number) || number < arg->least ||
        number > arg->most)
        panic("%s: %s: it is a number, %lu to %lu", who, word->text, arg->least, arg->most);
}

static bool was_before(const Word *word, const char *line)
{
    for (const char *at = line; at < word->at; at++) {
        if ((at == line || at[-1] == ' ') && !memcmp(at, word->at, word->name_size) &&
            at[word->name_size] == '=')
            return true;
    }
    return false;
}

static void refuse(const Word *word, const char *who, const Bootarg *args, unsigned count)
{
    char names[NAMES] = { 0 };
    size_t size = 0;
    for (const Bootarg *arg = args; arg < args + count; arg++) {
        for (const char *c = arg->name; *c && size < NAMES - 3; c++)
            names[size++] = *c;
        names[size++] = '=';
        names[size++] = ' ';
        names[size] = 0;
    }
    panic("%s: %s: no such word; there are %s", who, word->text, names);
}

void bootargs_check(const Fdt *fdt, const char *who, const char *prefix, const Bootarg *args,
                    unsigned count)
{
    const char *line = fdt_text(fdt, fdt_find(fdt, "/chosen"), "bootargs");
    for (const char *at = line; *at; at += *at == ' ') {
        Word word = word_at(at);
        const Bootarg *arg = args;
        at += word.size;
        if (!word.size || word.size < strlen(prefix) || memcmp(word.at, prefix, strlen(prefix)))
            continue;
        while (arg < args + count && !is_called(&word, arg))
            arg++;
        if (arg == args + count)
            refuse(&word, who, args, count);
        check_value(&word, arg, who);
        if (was_before(&word, line))
            panic("%s: %s: it is there twice", who, word.text);
    }
}
