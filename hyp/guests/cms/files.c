/* SPDX-License-Identifier: MIT */
/*
 * files.c - the disk, P: decks of cards in memory, chained by number; see cms.h.
 *
 * CMS had blocks of 829 bytes on a minidisk, and fixed or variable records in them; here a block is a card. What is on the
 * disk is gone at the next IPL, but for the files that come with the system.
 */
#include "cms.h"
#include "lib/string.h"

enum { FILES = 32, CARDS = 1024, TEXT_BYTES = 56 };

static File directory[FILES];
static char cards[CARDS][CARD]; /* number 0 is none */
static uint16_t chain[CARDS], free_cards, n_free;

static const char *const profile[] = { "LISTF * MEMO" };
static const char *const letter[] = {
    "TO EVERY USER OF CAMBRIDGE:",
    "",
    "THIS MACHINE IS YOURS ALONE, AND IT IS NOT THERE.",
    "TRY   LOAD PRIMES   AND   START 100,",
    "OR    PUNCH LETTER MEMO   TO SEND THIS TO A NEIGHBOUR (SEE XFER).",
};

static void copy_name(char *to, const char *from)
{
    size_t length = strlen(from);
    memset(to, 0, NAME + 1);
    memcpy(to, from, length < NAME ? length : NAME);
}

File *file_match(File *file, const char *name, const char *type)
{
    for (file = file ? file + 1 : directory; file < directory + FILES; file++) {
        if (*file->name && (*name == '*' || !strcmp(name, file->name)) &&
            (*type == '*' || !strcmp(type, file->type)))
            return file;
    }
    return NULL;
}

File *file_find(const char *name, const char *type)
{
    return *name == '*' || *type == '*' ? NULL : file_match(NULL, name, type);
}

File *file_make(const char *name, const char *type)
{
    File *file = file_find(name, type);
    if (file)
        file_erase(file);
    for (file = directory; file < directory + FILES && *file->name; file++) {
    }
    if (file == directory + FILES)
        return NULL;
    file_rename(file, name, type);
    return file;
}

void file_erase(File *file)
{
    while (file->first)
        file_remove(file, file->first);
    memset(file, 0, sizeof(*file));
}

void file_rename(File *file, const char *name, const char *type)
{
    copy_name(file->name, name);
    copy_name(file->type, type);
}

void file_take(File *file, File *from)
{
    while (file->first)
        file_remove(file, file->first);
    file->first = from->first;
    file->cards = from->cards;
    memset(from, 0, sizeof(*from));
}

uint16_t file_insert(File *file, uint16_t after, const char *text, size_t size)
{
    uint16_t card = free_cards;
    if (!card)
        return 0;
    free_cards = chain[card];
    n_free--;
    memset(cards[card], ' ', CARD);
    memcpy(cards[card], text, size < CARD ? size : CARD);
    uint16_t *link = after ? &chain[after] : &file->first;
    chain[card] = *link;
    *link = card;
    file->cards++;
    return card;
}

void file_remove(File *file, uint16_t card)
{
    uint16_t before = file_before(file, card);
    *(before ? &chain[before] : &file->first) = chain[card];
    chain[card] = free_cards;
    free_cards = card;
    n_free++;
    file->cards--;
}

uint16_t file_next(uint16_t card)
{
    return chain[card];
}

uint16_t file_before(const File *file, uint16_t card)
{
    uint16_t before = 0;
    for (uint16_t at = file->first; at != card; at = chain[at])
        before = at;
    return before;
}

char *file_card(uint16_t card)
{
    return cards[card];
}

unsigned card_length(const char *card)
{
    unsigned n = CARD;
    while (n && card[n - 1] == ' ')
        n--;
    return n;
}

unsigned files_free(void)
{
    return n_free;
}

static void put_number(char *to, unsigned bytes, size_t value)
{
    for (; bytes--; value >>= 8)
        to[bytes] = (char)value;
}

/* A program as the assembler punched it: TXT cards with the address in columns 6 to 8, the count in 11 and 12, and up to 56
 * bytes from 17 on; then END. */
static void make_deck(const Program *program)
{
    char card[CARD];
    uint16_t last = 0;
    size_t size = (size_t)(program->end - program->begin);
    File *file = file_make(program->name, "TEXT");
    for (size_t at = 0; at < size; at += TEXT_BYTES) {
        size_t count = size - at < TEXT_BYTES ? size - at : TEXT_BYTES;
        memset(card, ' ', CARD);
        memcpy(card, "\2TXT", 4);
        put_number(card + 5, 3, at);
        put_number(card + 10, 2, count);
        memcpy(card + 16, program->begin + at, count);
        last = file_insert(file, last, card, CARD);
    }
    memset(card, ' ', CARD);
    memcpy(card, "\2END", 4);
    put_number(card + 5, 3, 0);
    file_insert(file, last, card, CARD);
}

static void make_text(const char *name, const char *type, const char *const *lines, unsigned n)
{
    uint16_t last = 0;
    File *file = file_make(name, type);
    for (unsigned i = 0; i < n; i++)
        last = file_insert(file, last, lines[i], strlen(lines[i]));
}

void files_begin(void)
{
    for (uint16_t card = CARDS - 1; card; card--) {
        chain[card] = free_cards;
        free_cards = card;
        n_free++;
    }
    make_text("PROFILE", "EXEC", profile, sizeof(profile) / sizeof(profile[0]));
    make_text("LETTER", "MEMO", letter, sizeof(letter) / sizeof(letter[0]));
    for (const Program *program = programs; program < programs_end; program++)
        make_deck(program);
}
