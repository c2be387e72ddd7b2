/* SPDX-License-Identifier: MIT */
/* command.c - words of a line, the table of commands, and those that need nothing but files; see cms.h. */
#include "cms.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/string.h"

enum { NESTED = 4, SECOND = 100 };

typedef struct {
    const char *name;
    unsigned needs; /* words behind the name */
    CommandFn *run;
    const char *what;
} Row;

static const Row rows[];
static unsigned nested; /* EXECs in EXECs */

int no_file(void)
{
    print("FILE NOT FOUND.\n");
    return NO_FILE;
}

int disk_full(void)
{
    print("DISK FULL.\n");
    return DISK_FULL;
}

static int bad(const char *what)
{
    print("INVALID OPERAND: %s\n", what);
    return BAD_OPERAND;
}

uint64_t word_number(const char *word, uint64_t otherwise)
{
    uint64_t value = 0;
    for (const char *c = word; *c; c++) {
        if (*c < '0' || *c > '9')
            return otherwise;
        value = 10 * value + (uint64_t)(*c - '0');
    }
    return *word ? value : otherwise;
}

static int command_listf(const Command *command)
{
    const char *name = command->n > 1 ? command->word[1] : "*";
    const char *type = command->n > 2 ? command->word[2] : "*";
    File *file = file_match(NULL, name, type);
    if (!file)
        return no_file();
    print("FILENAME FILETYPE MODE  ITEMS\n");
    for (; file && !console_halted(); file = file_match(file, name, type))
        print("%-8s %-8s  P1   %5u\n", file->name, file->type, file->cards);
    return OK;
}

/* What is no letter is a dot: decks of programs have such. */
static void type_card(const char *card)
{
    char text[CARD + 1];
    unsigned n = card_length(card);
    for (unsigned i = 0; i < n; i++)
        text[i] = card[i] >= ' ' && card[i] < 0x7f ? card[i] : '.';
    text[n] = 0;
    print("%s\n", text);
}

static int command_type(const Command *command)
{
    const File *file = file_find(command->word[1], command->word[2]);
    if (!file)
        return no_file();
    uint64_t from = command->n > 3 ? word_number(command->word[3], 0) : 1, number = 1;
    uint64_t to = command->n > 4 ? word_number(command->word[4], 0) : ~0ul;
    if (!from || to < from)
        return bad(command->word[to < from ? 4 : 3]);
    for (uint16_t at = file->first; at && number <= to && !console_halted(); at = file_next(at)) {
        if (number++ >= from)
            type_card(file_card(at));
    }
    return OK;
}

static int command_erase(const Command *command)
{
    File *file = file_match(NULL, command->word[1], command->word[2]), *next;
    if (!file)
        return no_file();
    for (; file; file = next) {
        next = file_match(file, command->word[1], command->word[2]);
        file_erase(file);
    }
    return OK;
}

/* The second name may be used only if it is free and none of many. */
static int check_new(const Command *command)
{
    if (*command->word[3] == '*' || *command->word[4] == '*')
        return bad("*");
    if (file_find(command->word[3], command->word[4])) {
        print("FILE ALREADY EXISTS.\n");
        return BAD_OPERAND;
    }
    return OK;
}

static int command_rename(const Command *command)
{
    File *file = file_find(command->word[1], command->word[2]);
    int code = file ? check_new(command) : no_file();
    if (!code)
        file_rename(file, command->word[3], command->word[4]);
    return code;
}

static int command_copy(const Command *command)
{
    const File *from = file_find(command->word[1], command->word[2]);
    int code = from ? check_new(command) : no_file();
    if (code)
        return code;
    File *to = file_make(command->word[3], command->word[4]);
    if (!to || files_free() < from->cards)
        return disk_full();
    for (uint16_t at = from->first, last = 0; at; at = file_next(at))
        last = file_insert(to, last, file_card(at), CARD);
    return OK;
}

static int command_query(const Command *command)
{
    uint64_t now = console_time();
    if (unit_has_cp() && strcmp(command->word[1], "TIME") && strcmp(command->word[1], "DISK"))
        return (int)unit_command(command->line);
    if (!strcmp(command->word[1], "TIME"))
        print("TIME IS %02lu.%02lu.%02lu SINCE IPL\n", now / SECOND / 3600, now / SECOND / 60 % 60,
              now / SECOND % 60);
    else if (!strcmp(command->word[1], "DISK"))
        print("P (191): %u CARDS FREE\n", files_free());
    else
        return bad(command->word[1]);
    return OK;
}

/* The card is looked for anew each time: a command may have erased or edited the file. */
static int command_exec(const Command *command)
{
    char line[CARD + 1];
    int code = OK;
    if (!file_find(command->word[1], "EXEC"))
        return no_file();
    if (nested == NESTED)
        return bad("EXEC WITHIN EXEC, TOO DEEP");
    nested++;
    for (unsigned number = 0; !console_halted(); number++) {
        const File *file = file_find(command->word[1], "EXEC");
        uint16_t at = file ? file->first : 0;
        for (unsigned i = 0; i < number && at; i++)
            at = file_next(at);
        if (!at)
            break;
        memcpy(line, file_card(at), CARD);
        line[card_length(line)] = 0;
        print("%s\n", line);
        code = command_run(line);
    }
    nested--;
    return code;
}

/* Behind the first word, as it was typed. */
static const char *rest_of(const char *line)
{
    while (*line == ' ')
        line++;
    while (*line && *line != ' ')
        line++;
    while (*line == ' ')
        line++;
    return line;
}

static int command_cp(const Command *command)
{
    if (!unit_has_cp()) {
        print("NO CP: THIS MACHINE IS A REAL ONE.\n");
        return NO_DEVICE;
    }
    return (int)unit_command(rest_of(command->line));
}

static int command_offline(const Command *command)
{
    return command_run(rest_of(command->line));
}

static int command_logout(const Command *command)
{
    (void)command;
    if (unit_has_cp())
        return (int)unit_command("LOGOUT");
    print("CMS: THE MACHINE IS OFF.\n");
    power_off(true);
}

static int command_help(const Command *command)
{
    (void)command;
    for (const Row *row = rows; row->name && !console_halted(); row++)
        print("%-8s %s\n", row->name, row->what);
    print("WHILE SOMETHING RUNS OR IS TYPED: HX STOPS IT, HT STOPS THE TYPING.\n");
    return OK;
}

// clang-format off
static const Row rows[] = {
    { "LISTF",   0, command_listf,   "[FILENAME|* [FILETYPE|*]]     THE FILES THERE ARE" },
    { "TYPE",    2, command_type,    "FILENAME FILETYPE [FROM [TO]] A FILE ON THE TYPEWRITER" },
    { "EDIT",    2, command_edit,    "FILENAME FILETYPE             CHANGE A FILE, OR MAKE ONE" },
    { "ERASE",   2, command_erase,   "FILENAME|* FILETYPE|*" },
    { "RENAME",  4, command_rename,  "OLDNAME OLDTYPE NEWNAME NEWTYPE" },
    { "COPYFILE",4, command_copy,    "OLDNAME OLDTYPE NEWNAME NEWTYPE" },
    { "PUNCH",   2, command_punch,   "FILENAME FILETYPE             TO THE CARD PUNCH" },
    { "PRINT",   2, command_print,   "FILENAME FILETYPE             TO THE PRINTER" },
    { "READ",    0, command_read,    "[FILENAME FILETYPE]           A FILE FROM THE CARD READER" },
    { "OFFLINE", 1, command_offline, "PUNCH|PRINT|READ ...          THE SAME" },
    { "LOAD",    1, command_load,    "FILENAME                      A PROGRAM, FROM ITS TEXT DECK" },
    { "START",   0, command_start,   "[NUMBER]                      THE PROGRAM THAT IS LOADED" },
    { "$",       1, command_go,      "FILENAME [NUMBER]             LOAD AND START" },
    { "EXEC",    1, command_exec,    "FILENAME                      THE COMMANDS IN A FILE" },
    { "QUERY",   1, command_query,   "TIME|DISK" },
    { "CP",      1, command_cp,      "COMMAND                       A CONSOLE FUNCTION OF CP'S" },
    { "LOGOUT",  0, command_logout,  "" },
    { "HELP",    0, command_help,    "" },
    { NULL,      0, NULL,            NULL },
};
// clang-format on

static void split(Command *command, const char *line)
{
    *command = (Command){ .line = line };
    while (*line && command->n < WORDS) {
        char *word = command->word[command->n];
        unsigned length = 0;
        while (*line == ' ')
            line++;
        for (; *line && *line != ' '; line++) {
            if (length < NAME)
                word[length++] = *line >= 'a' && *line <= 'z' ? (char)(*line - 32) : *line;
        }
        command->n += length > 0;
    }
}

/* What CMS does not know CP may. */
static int run_unknown(const Command *command)
{
    uint64_t code = unit_has_cp() ? unit_command(command->line) : CP_UNKNOWN;
    if (code != CP_UNKNOWN)
        return (int)code;
    print("INVALID CMS COMMAND\n");
    return NO_COMMAND;
}

int command_run(const char *line)
{
    Command command;
    const Row *row = rows;
    split(&command, line);
    if (!command.n)
        return OK;
    while (row->name && strcmp(row->name, command.word[0]))
        row++;
    if (!row->name)
        return run_unknown(&command);
    if (command.n > row->needs)
        return row->run(&command);
    print("MISSING OPERAND: %s %s\n", row->name, row->what);
    return BAD_OPERAND;
}
