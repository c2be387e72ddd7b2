/* SPDX-License-Identifier: MIT */
/*
 * spool.c - virtual reader, punch and printer: unit_record.h has their registers. What a machine punches or prints goes to files
 * of CP's, here in memory; CLOSE gives a file to the real printer, the operator's terminal, or to another machine's reader.
 *
 * Nobody can take the space of another: a file counts for the machine that made it until it is read or printed, and each has an
 * equal share of records and of files.
 */
#include "cp67/cp.h"
#include "lib/print.h"
#include "lib/string.h"

enum { RECORDS = 4096, FILES = 64, NONE = 0xffff };

typedef struct {
    uint16_t next;
    uint8_t size;
    char text[UNIT_LINE];
} Record;

typedef struct {
    Vm *origin; /* NULL: no file */
    Vm *owner;  /* whose reader it is in; NULL: it is for the real printer or punch */
    unsigned unit;
    bool open; /* written to, or read */
    uint16_t first, last;
    unsigned records;
    uint64_t order; /* closed as which */
} SpoolFile;

/* What a machine has. */
typedef struct {
    SpoolFile *open[UNITS];
    uint64_t status[UNITS];
    bool more[UNITS]; /* SPOOL CONT */
    Vm *to;           /* XFER */
    unsigned records, files;
} Units;

static Record records[RECORDS] __attribute__((section(".bss.stacks"))); /* needs no zeros */
static uint16_t free_record;
static SpoolFile files[FILES], *printing;
static Units all[VM_MAX];

static Units *units_of(const Vm *vm)
{
    return &all[vm->number - 1];
}

void spool_make(void)
{
    for (uint16_t i = 0; i < RECORDS; i++)
        records[i].next = i + 1 < RECORDS ? i + 1 : NONE;
}

static SpoolFile *create(Vm *vm, unsigned unit)
{
    SpoolFile *file = files;
    while (file < files + FILES && file->origin)
        file++;
    if (file == files + FILES || units_of(vm)->files >= FILES / cp.count)
        return NULL;
    units_of(vm)->files++;
    *file = (SpoolFile){ vm, NULL, unit, true, NONE, NONE, 0, 0 };
    say_spool_open(vm->number, unit, 0);
    return file;
}

/* There is a record left for the machine whose file it is: write() has looked. */
static void append(SpoolFile *file, const char *text, unsigned size)
{
    uint16_t at = free_record;
    units_of(file->origin)->records++;
    free_record = records[at].next;
    records[at].next = NONE;
    records[at].size = (uint8_t)size;
    memcpy(records[at].text, text, size);
    *(file->first == NONE ? &file->first : &records[file->last].next) = at;
    file->last = at;
    file->records++;
}

/* The first record goes. */
static void drop(SpoolFile *file)
{
    uint16_t at = file->first;
    file->first = records[at].next;
    records[at].next = free_record;
    free_record = at;
    units_of(file->origin)->records--;
}

static void discard(SpoolFile *file)
{
    while (file->first != NONE)
        drop(file);
    units_of(file->origin)->files--;
    file->origin = NULL;
}

/* The oldest closed one of a reader, or with no owner of the printer and punch. */
static SpoolFile *oldest(const Vm *owner)
{
    SpoolFile *best = NULL;
    for (SpoolFile *file = files; file < files + FILES; file++) {
        if (file->origin && !file->open && file->owner == owner &&
            (!best || file->order < best->order))
            best = file;
    }
    return best;
}

unsigned spool_close(Vm *vm, unsigned unit)
{
    static uint64_t order;
    Units *units = units_of(vm);
    SpoolFile *file = units->open[unit];
    if (!file || (unit != UNIT_READER && units->more[unit]))
        return 0;
    unsigned n = file->records;
    say_spool_close(vm->number, unit, n);
    units->open[unit] = NULL;
    file->open = false;
    file->order = ++order;
    cp.reconsider = true; /* the printer may begin */
    if (unit == UNIT_READER)
        discard(file); /* what was not read of it, too */
    else if (unit == UNIT_PUNCH)
        file->owner = units->to;
    return n;
}

unsigned spool_waiting(const Vm *vm, unsigned unit)
{
    unsigned n = 0;
    for (const SpoolFile *file = files; file < files + FILES; file++) {
        bool its = unit == UNIT_READER ? file->owner == vm
                                       : file->origin == vm && !file->owner && file->unit == unit;
        n += file->origin && !file->open && its;
    }
    return n;
}

unsigned spool_purge(Vm *vm, unsigned unit)
{
    unsigned n = 0;
    for (SpoolFile *file = files; file < files + FILES; file++) {
        bool its = unit == UNIT_READER ? file->owner == vm
                                       : file->origin == vm && !file->owner && file->unit == unit;
        if (!file->origin || file->open || !its || file == printing)
            continue;
        discard(file);
        n++;
    }
    return n;
}

void spool_transfer(Vm *vm, Vm *to)
{
    units_of(vm)->to = to;
}

void spool_continue(Vm *vm, unsigned unit, bool on)
{
    units_of(vm)->more[unit] = on;
}

bool spool_prints(void)
{
    return printing || oldest(NULL);
}

/* A line at a time, between a line with the name and the count, and one at the end, as on the separator pages. */
void spool_poll(void)
{
    if (!printer_is_free())
        return;
    if (!printing && !(printing = oldest(NULL)))
        return;
    const char *device = printing->unit == UNIT_PRINTER ? "PRINTER" : "PUNCH";
    answer_at(NULL);
    if (!printing->open) {
        printing->open = true;
        print("** %s %s %04u RECORDS **\n", device, printing->origin->name, printing->records);
    } else if (printing->first != NONE) {
        const Record *record = &records[printing->first];
        char text[UNIT_LINE + 2];
        unsigned size = record->size;
        while (size && record->text[size - 1] == ' ')
            size--;
        for (unsigned i = 0; i < size; i++)
            text[i] = record->text[i] >= ' ' && record->text[i] < 0x7f ? record->text[i] : '.';
        text[size] = '\n';
        console_write(text, size + 1);
        drop(printing);
    } else {
        print("** END **\n");
        discard(printing);
        printing = NULL;
    }
}

/* ---- the registers ---- */

/* Bytes of the machine's, which may lie on two pages. False: not its storage, or not there yet. */
static bool copy(Vm *vm, uint64_t gpa, char *bytes, unsigned size, bool out)
{
    for (unsigned i = 0; i < size; i++) {
        char *at = storage_at(vm, gpa + i);
        if (!at)
            return false;
        *(out ? at : &bytes[i]) = *(out ? &bytes[i] : at);
    }
    return true;
}

/* A file is not begun without a record for it: a reader relies on there being one in each. */
static uint64_t write(Vm *vm, unsigned unit, const Ccw *ccw)
{
    char text[UNIT_LINE];
    Units *units = units_of(vm);
    SpoolFile **file = &units->open[unit];
    unsigned most = unit == UNIT_PUNCH ? UNIT_CARD : UNIT_LINE;
    if (ccw->command != CCW_WRITE || ccw->count > most ||
        !copy(vm, ccw->address, text, ccw->count, false))
        return UNIT_PROGRAM_CHECK;
    if (units->records >= RECORDS / cp.count || (!*file && !(*file = create(vm, unit))))
        return UNIT_CHECK;
    append(*file, text, ccw->count);
    return UNIT_DONE;
}

/* The record goes when it has come. */
static uint64_t read(Vm *vm, const Ccw *ccw)
{
    char text[UNIT_LINE];
    Units *units = units_of(vm);
    SpoolFile **file = &units->open[UNIT_READER];
    if (ccw->command != CCW_READ || ccw->count > UNIT_LINE)
        return UNIT_PROGRAM_CHECK;
    if (*file && (*file)->first == NONE) {
        spool_close(vm, UNIT_READER);
        if (!units->more[UNIT_READER] || !oldest(vm))
            return UNIT_EXCEPTION;
    }
    SpoolFile *next = *file ? *file : oldest(vm);
    if (!next)
        return UNIT_CHECK;
    const Record *record = &records[next->first];
    memset(text, ' ', sizeof(text));
    memcpy(text, record->text, record->size);
    if (!copy(vm, ccw->address, text, ccw->count, true))
        return UNIT_PROGRAM_CHECK;
    if (!*file)
        say_spool_open(vm->number, UNIT_READER, next->records);
    next->open = true;
    *file = next;
    drop(next);
    return UNIT_DONE;
}

static void start(Vm *vm, unsigned unit, uint64_t gpa)
{
    Ccw ccw;
    uint64_t status = UNIT_PROGRAM_CHECK;
    if (gpa % sizeof(ccw) == 0 && copy(vm, gpa, (char *)&ccw, sizeof(ccw), false))
        status = unit == UNIT_READER ? read(vm, &ccw) : write(vm, unit, &ccw);
    units_of(vm)->status[unit] = status; /* or the store comes again, when a page has come */
}

bool unit_access(Vm *vm, uint64_t offset, const Access *access, uint64_t *value)
{
    unsigned unit = (unsigned)(offset / UNIT_PAGE);
    offset %= UNIT_PAGE;
    if (access->size != sizeof(uint64_t))
        return false;
    if (access->write && offset == UNIT_START)
        start(vm, unit, *value);
    else if (!access->write)
        *value = offset == UNIT_STATUS ? units_of(vm)->status[unit] : 0;
    return vm->state != PAGE_WAIT;
}
