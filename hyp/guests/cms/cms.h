/* SPDX-License-Identifier: MIT */
/*
 * cms.h - a small operating system for one user, in the manner of CMS: the Cambridge Monitor System of 1967.
 *
 * It believes to have a machine of its own, and runs on one as well. Files are decks of cards of 80 columns.
 */
#ifndef HYP_CMS_H
#define HYP_CMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cp67/unit_record.h"

enum { NAME = 8, WORDS = 12, CARD = UNIT_CARD };

/* ---- console.c ---- */
enum { INPUT = 130 }; /* characters of a line at the 1052 */

/* `ticks` of the time CSR are a second. */
void console_begin(uint64_t ticks);
/* A line from the keyboard, without blanks at its end; at most `room - 1` characters and a zero. Returns how many. */
unsigned console_read(char *line, unsigned room);
/* Looks whether something was typed. True: the line HX, which stops a program. */
bool console_look(void);
/* Was HT typed? No more of this shall be typed out. */
bool console_halted(void);
void console_resume(void);
/* Seconds / 100 since the system began. */
uint64_t console_time(void);

/* ---- files.c ---- */
typedef struct {
    char name[NAME + 1], type[NAME + 1];
    uint16_t first, cards; /* number of the first card, 0: none; how many */
} File;

void files_begin(void);
/* NULL: no such file. */
File *file_find(const char *name, const char *type);
/* The file behind `file`, the first one behind NULL, whose name and type are these; "*" is any. */
File *file_match(File *file, const char *name, const char *type);
/* An empty one, instead of what had the name; NULL: the directory is full. */
File *file_make(const char *name, const char *type);
/* With all its cards. */
void file_erase(File *file);
void file_rename(File *file, const char *name, const char *type);
/* `file` has the cards of `from` from now on, which is erased. */
void file_take(File *file, File *from);
/* A card behind card `after`, 0: before all. Returns its number, 0: the disk is full. */
uint16_t file_insert(File *file, uint16_t after, const char *text, size_t size);
void file_remove(File *file, uint16_t card);
/* The number of the card behind `card`, 0: none. */
uint16_t file_next(uint16_t card);
/* The card before; 0: none. */
uint16_t file_before(const File *file, uint16_t card);
char *file_card(uint16_t card);
/* Characters of a card without the blanks at its end. */
unsigned card_length(const char *card);
unsigned files_free(void);

/* ---- command.c ---- */
/* Return codes, those of CMS. */
enum { OK = 0, BAD_OPERAND = 24, NO_FILE = 28, NO_COMMAND = 1, DISK_FULL = 13, NO_DEVICE = 100 };

typedef struct {
    unsigned n;
    char word[WORDS][NAME + 1]; /* in capitals, cut at eight characters, as CMS does */
    const char *line;           /* as typed */
} Command;

/* Does what the line says. Returns the command's code. */
int command_run(const char *line);
/* A command, with at least so many words behind its name. */
typedef int CommandFn(const Command *command);
CommandFn command_edit, command_punch, command_print, command_read, command_load, command_start,
    command_go;
/* A number, decimal; `otherwise` if it is none. */
uint64_t word_number(const char *word, uint64_t otherwise);
/* What is said where a file is wanted and missing; its code. */
int no_file(void);
int disk_full(void);

/* ---- unit.c ---- */
void unit_begin(void);
/* Is there a CP under us? */
bool unit_has_cp(void);
/* Gives CP a command; its code. */
uint64_t unit_command(const char *line);

/* ---- program.c ---- */
/* Where a program lies, as it sees it; nothing else is there for it. */
#define PROGRAM_BASE 0x12000ul
#define PROGRAM_SIZE 0x10000ul

void program_begin(void);

/* System calls: a7 says which. */
enum {
    CALL_RETURN = 0,    /* a0: code. The program ends */
    CALL_TYPE = 1,      /* a0: address, a1: length of a line */
    CALL_READ = 2,      /* a0: address, a1: room for a line; returns its length */
    CALL_TIME = 3,      /* returns hundredths of a second since IPL */
    CALL_COMMAND = 202, /* a0: address, a1: length of a command, as SVC 202; returns its code */
};

/* What runs in U-mode; user_run returns at each trap, with scause. */
typedef struct {
    uint64_t x[32];
    uint64_t pc, kernel_sp;
} User;
enum { USER_PC = 256, USER_KERNEL_SP = 264 };

uint64_t user_run(User *user);

/* The programs that come with the system, in programs.S: images for TEXT decks. */
typedef struct {
    char name[2 * NAME]; /* the rest is zeros */
    const char *begin, *end;
} Program;
extern const Program programs[], programs_end[];

#endif
