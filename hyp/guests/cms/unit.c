/* SPDX-License-Identifier: MIT */
/* unit.c - reader, punch and printer, which only a virtual machine has here; and calls to CP. See cms.h. */
#include "cms.h"
#include "lib/csr.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "lib/string.h"

static bool has_cp;

void unit_begin(void)
{
    has_cp = sbi_has(SBI_CP);
}

bool unit_has_cp(void)
{
    return has_cp;
}

uint64_t unit_command(const char *line)
{
    size_t length = strlen(line);
    SbiResult done = sbi_call(SBI_CP, DIAGNOSE_COMMAND, (uintptr_t)line, length, 0);
    return done.error ? CP_UNKNOWN : done.value;
}

/* One record from or to a device; its status. */
static uint64_t start(unsigned unit, uint8_t operation, char *record, uint16_t count)
{
    Ccw ccw __attribute__((aligned(16))) = { operation, { 0 }, count, (uintptr_t)record };
    fence();
    *(volatile uint64_t *)(UNIT_ADDRESS(unit) + UNIT_START) = (uintptr_t)&ccw;
    fence();
    return *(volatile uint64_t *)(UNIT_ADDRESS(unit) + UNIT_STATUS);
}

static int no_device(const char *name)
{
    print("%s NOT ATTACHED: ONLY A VIRTUAL MACHINE HAS ONE.\n", name);
    return NO_DEVICE;
}

static int not_ready(const char *name)
{
    print("%s: INTERVENTION REQUIRED\n", name);
    return NO_DEVICE;
}

static int write_file(const Command *command, unsigned unit, const char *device)
{
    char record[CARD];
    const File *file = file_find(command->word[1], command->word[2]);
    if (!file)
        return no_file();
    if (!has_cp)
        return no_device(device);
    if (unit == UNIT_PUNCH) { /* a card before, for READ at the other end */
        memset(record, ' ', CARD);
        memcpy(record, ":READ", 5);
        memcpy(record + 7, file->name, strlen(file->name));
        memcpy(record + 16, file->type, strlen(file->type));
        if (start(unit, CCW_WRITE, record, CARD) != UNIT_DONE)
            return not_ready(device);
    }
    for (uint16_t at = file->first; at; at = file_next(at)) {
        memcpy(record, file_card(at), CARD);
        if (start(unit, CCW_WRITE, record, CARD) != UNIT_DONE)
            return not_ready(device);
    }
    unit_command(unit == UNIT_PUNCH ? "CLOSE PUNCH" : "CLOSE PRINTER");
    return OK;
}

int command_punch(const Command *command)
{
    return write_file(command, UNIT_PUNCH, "PUNCH");
}

int command_print(const Command *command)
{
    return write_file(command, UNIT_PRINTER, "PRINTER");
}

/* The name on a card of PUNCH's, two words of eight columns; else what the command says. */
static File *make_file(const Command *command, const char *card)
{
    char words[2][NAME + 1] = { "", "" };
    bool named = !memcmp(card, ":READ", 5);
    for (unsigned i = 0; i < 2; i++) {
        memcpy(words[i], card + 7 + 9 * i, NAME);
        for (unsigned n = NAME; n && words[i][n - 1] == ' '; n--)
            words[i][n - 1] = 0;
    }
    const char *name = command->n > 2 ? command->word[1] : named ? words[0] : "READER";
    const char *type = command->n > 2 ? command->word[2] : named ? words[1] : "FILE";
    if (!*name || *name == '*' || !*type || *type == '*')
        return NULL;
    File *file = file_make(name, type);
    if (file && !named)
        file_insert(file, 0, card, CARD);
    if (file)
        print("%s %s\n", file->name, file->type);
    return file;
}

int command_read(const Command *command)
{
    char card[CARD];
    if (!has_cp)
        return no_device("READER");
    if (start(UNIT_READER, CCW_READ, card, CARD) != UNIT_DONE) {
        print("READER EMPTY.\n");
        return NO_FILE;
    }
    File *file = make_file(command, card);
    uint16_t last = file ? file->first : 0;
    bool room = file != NULL;
    while (start(UNIT_READER, CCW_READ, card, CARD) == UNIT_DONE) {
        if (room)
            last = file_insert(file, last, card, CARD);
        room = room && last;
    }
    return room ? OK : disk_full();
}
