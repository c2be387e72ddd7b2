/* SPDX-License-Identifier: MIT */
/*
 * completion.c - a script that lets a shell complete this program's options and their values; see completion.h.
 *
 * An option's syntax, as -help shows it, says what can be written: words in small letters are words, those in capitals
 * stand for something. So "user,id=ID[,restrict=on]" gives "user", and behind a comma "id=" and "restrict=on". What
 * else there is comes from the tables of machines, extensions, drivers, chardevs, log items and trace events.
 */
#include "emu/completion.h"

#include <string.h>

#include "emu/base/trace.h"
#include "emu/options/handlers.h"

typedef struct {
    GString *first; /* words that an argument can begin with */
    GString *rest;  /* and those behind a comma */
} Words;

static void add_word(GString *list, const char *word, size_t length)
{
    g_autofree char *text = g_strndup(word, length);
    g_auto(GStrv) known = g_strsplit(list->str, " ", -1);
    if (length && !g_strv_contains((const char *const *)known, text))
        g_string_append_printf(list, "%s%s", list->len ? " " : "", text);
}

/* The part of a word that is written as it is. */
static size_t literal_length(const char *word)
{
    return strcspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ[]");
}

/* "name=a|b" is name=a and name=b. */
static void add_alternatives(GString *list, const char *piece)
{
    g_auto(GStrv) words = g_strsplit(piece, "|", -1);
    const char *equals = strchr(piece, '=');
    g_autofree char *name = g_strndup(piece, equals ? (size_t)(equals - piece) + 1 : 0);
    for (char **word = words; *word; word++) {
        g_autofree char *whole =
            g_strconcat(word == words || strchr(*word, '=') ? "" : name, *word, NULL);
        if (!strstr(whole, "...") || literal_length(whole) < strlen(whole) - 3)
            add_word(list, whole, literal_length(whole));
    }
}

/* Replaces each `from` that stands outside brackets, so that the parts can be told apart. */
static void mark_outside(char *text, char from, char to)
{
    int depth = 0;
    for (; *text; text++) {
        depth += (*text == '[') - (*text == ']');
        if (*text == from && !depth)
            *text = to;
    }
}

/* One way of writing an argument: a first piece, and others behind commas. A leading "[name=]" may be left out. */
static void add_way(Words *words, const char *way, const char *before)
{
    const char *optional = *way == '[' && way[1] != ',' ? strchr(way, ']') : NULL;
    bool named = optional && optional[-1] == '=';
    g_auto(GStrv) pieces = g_strsplit(named ? optional + 1 : way, ",", -1);
    for (char **piece = pieces; *piece; piece++) {
        g_autofree char *bare = g_strdup(*piece);
        g_strdelimit(bare, "[]", ' ');
        g_strstrip(bare);
        g_autofree char *whole = g_strconcat(piece == pieces ? before : "", bare, NULL);
        add_alternatives(piece == pieces ? words->first : words->rest, whole);
    }
}

static void add_syntax(Words *words, const char *syntax)
{
    g_autofree char *text = g_strdup(syntax);
    mark_outside(text, '|', '\n');
    g_auto(GStrv) ways = g_strsplit(text, "\n", -1);
    const char *equals = strchr(ways[0], '=');
    bool one_name = equals && equals[1] != ']' && !strpbrk(ways[0], ",[");
    g_autofree char *name = g_strndup(ways[0], one_name ? (size_t)(equals - ways[0]) + 1 : 0);
    for (char **way = ways; *way; way++)
        add_way(words, *way, way == ways || strchr(*way, '=') ? "" : name);
}

static void add_extensions(Words *words)
{
    add_word(words->first, "max", 3);
    add_word(words->first, "rv64", 4);
    for (unsigned i = 0; i < EXT_COUNT; i++)
        g_string_append_printf(words->rest, "%s%s=on %s=off", words->rest->len ? " " : "",
                               extension_info[i].option, extension_info[i].option);
}

static void add_events(Words *words)
{
    for (unsigned i = 0; i < TRACE_COUNT; i++) {
        add_word(words->first, trace_events[i].name, strlen(trace_events[i].name));
        add_word(words->rest, trace_events[i].name, strlen(trace_events[i].name));
    }
}

static void add_log_items(Words *words)
{
    for (size_t i = 0; options_log_item(i); i++) {
        add_word(words->first, options_log_item(i), strlen(options_log_item(i)));
        add_word(words->rest, options_log_item(i), strlen(options_log_item(i)));
    }
}

static const char of_every_chardev[] = ",mux=on,logfile=FILE,logappend=on";

static void add_drivers(Words *words)
{
    for (size_t i = 0; options_driver_example(i); i++)
        add_syntax(words, options_driver_example(i));
}

static void add_chardevs(Words *words)
{
    for (size_t i = 0; options_char_example(i); i++)
        add_syntax(words, options_char_example(i));
    add_syntax(words, of_every_chardev);
}

static void add_machine(Words *words)
{
    char *syntax;
    for (size_t i = 0; (syntax = options_machine_property(i)); i++) {
        add_alternatives(words->rest, syntax);
        g_free(syntax);
    }
}

static void add_timing(Words *words)
{
    char *syntax;
    for (unsigned i = 0; timing_profile_at(i); i++)
        add_word(words->first, timing_profile_at(i)->name, strlen(timing_profile_at(i)->name));
    for (size_t i = 0; (syntax = timed_property(i)); i++) {
        add_alternatives(words->rest, syntax);
        g_free(syntax);
    }
}

// clang-format off
static const struct {
    const char *option;
    void (*add)(Words *words);
} tables[] = {
    { "M", add_machine }, { "machine", add_machine }, { "cpu", add_extensions }, { "device", add_drivers },
    { "chardev", add_chardevs }, { "d", add_log_items }, { "trace", add_events },
    { "timing", add_timing },
};
// clang-format on

static const char *const with_help[] = { "M",     "machine", "cpu", "device", "chardev", "d",
                                         "trace", "accel",   "L",   "timing", NULL };

/* Behind the name of a driver or chardev only what that takes is offered. */
static void print_kinds(FILE *out, const char *(*example)(size_t number), const char *common)
{
    fputs("        case $word in\n", out);
    for (size_t i = 0; example(i); i++) {
        Words words = { g_string_new(NULL), g_string_new(NULL) };
        add_syntax(&words, example(i));
        add_syntax(&words, common);
        fprintf(out, "        %s,*) rest='%s' ;;\n", words.first->str, words.rest->str);
        g_string_free(words.first, TRUE);
        g_string_free(words.rest, TRUE);
    }
    fputs("        esac\n", out);
}

static void print_option(FILE *out, const OptionDef *def)
{
    Words words = { g_string_new(NULL), g_string_new(NULL) };
    bool has_table = false;
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        if (strcmp(tables[i].option, def->name))
            continue;
        has_table = strcmp(def->name, "M") && strcmp(def->name, "machine");
        tables[i].add(&words);
    }
    if (!has_table)
        add_syntax(&words, def->argument);
    if (g_strv_contains(with_help, def->name))
        add_word(words.first, "help", 4);
    if (words.first->len || words.rest->len)
        fprintf(out, "    %s) first='%s' rest='%s'\n", def->name, words.first->str,
                words.rest->str);
    if (!strcmp(def->name, "device"))
        print_kinds(out, options_driver_example, ",");
    if (!strcmp(def->name, "chardev"))
        print_kinds(out, options_char_example, of_every_chardev);
    if (words.first->len || words.rest->len)
        fputs("        ;;\n", out);
    g_string_free(words.first, TRUE);
    g_string_free(words.rest, TRUE);
}

/* Bash cuts words at '=' and ':', and wants only what follows the last of these; the script puts them together again. */
static const char before[] =
    "# Completion of bulkhead's options for bash; written by bulkhead -completion bash.\n"
    "_bulkhead()\n"
    "{\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} i=$COMP_CWORD cut='^[=:]+$' first='' rest='' list head word option\n"
    "    word=$cur\n"
    "    while ((i > 1)) && [[ ${COMP_WORDS[i]} =~ $cut || ${COMP_WORDS[i - 1]} =~ $cut ]]; do\n"
    "        ((i--))\n"
    "        word=${COMP_WORDS[i]}$word\n"
    "    done\n"
    "    [[ $cur =~ $cut ]] && cur=''\n"
    "    option=${COMP_WORDS[i - 1]}\n"
    "    COMPREPLY=()\n";
/* check and export have options of their own; behind these, and behind run and gdb, stands a machine file. */
static const char verbs[] =
    "    local verb=${COMP_WORDS[1]}\n"
    "    if ((i > 1)) && [[ $verb == check || $verb == export ]]; then\n"
    "        list='-help'\n"
    "        [[ $verb == export ]] && list='--to -o -help'\n"
    "        [[ $option == --to || $option == -to ]] && list='bao xen-dom0less jailhouse' first=$list\n"
    "        if [[ $word == -* || -n $first ]]; then\n"
    "            mapfile -t COMPREPLY < <(compgen -W \"$list\" -- \"$word\")\n"
    "        elif [[ $option != -o ]]; then\n"
    "            mapfile -t COMPREPLY < <(compgen -f -X '!*.bh' -- \"$word\")\n"
    "        fi\n"
    "        return 0\n"
    "    elif ((i == 2)) && [[ $verb == lab ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W 'list run grade check docs -help' -- \"$word\")\n"
    "        return 0\n"
    "    elif ((i == 2)) && [[ $word != -* && ($verb == run || $verb == gdb) ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -f -X '!*.bh' -- \"$word\")\n"
    "        return 0\n"
    "    fi\n";
static const char middle[] = "    case $option in\n"
                             "    --*) option=${option#--} ;;\n"
                             "    -*) option=${option#-} ;;\n"
                             "    *) option='' ;;\n"
                             "    esac\n";
static const char after[] =
    "    head='' list=$first\n"
    "    if [[ $word == *,* ]]; then\n"
    "        head=${word%,*}, word=${word##*,} list=$rest\n"
    "    fi\n"
    "    mapfile -t COMPREPLY < <(compgen -P \"$head\" -W \"$list\" -- \"$word\")\n"
    "    head=$head$word\n"
    "    COMPREPLY=(\"${COMPREPLY[@]#\"${head%\"$cur\"}\"}\")\n"
    "    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=:] ]] && compopt -o nospace 2>/dev/null\n"
    "    return 0\n"
    "}\n"
    "complete -o default -F _bulkhead bulkhead\n";

void completion_print_bash(FILE *out)
{
    fputs(before, out);
    fputs(verbs, out);
    fputs("    local names='", out);
    for (const OptionDef *def = option_table; def->name; def++)
        fprintf(out, " -%s", def->name);
    fputs("'\n    if [[ $word == --* ]]; then\n"
          "        mapfile -t COMPREPLY < <(compgen -W \"${names// -/ --}\" -- \"$word\")\n"
          "        return 0\n"
          "    elif [[ $word == -* ]]; then\n"
          "        mapfile -t COMPREPLY < <(compgen -W \"$names\" -- \"$word\")\n"
          "        return 0\n"
          "    fi\n"
          "    ((i == 1)) && first='run check export gdb lab trace doctor'\n",
          out);
    fputs(middle, out);
    fputs("    case $option in\n", out);
    for (const OptionDef *def = option_table; def->name; def++)
        if (def->argument)
            print_option(out, def);
    fputs("    esac\n", out);
    fputs(after, out);
}
