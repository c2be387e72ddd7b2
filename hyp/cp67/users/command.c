/* SPDX-License-Identifier: MIT */
/* command.c - console functions: what the lights and switches of a real machine are for, and what CP knows besides. See cp.h.
 * [CP-67 User's Guide GH20-0859; names and answers in its manner] */
#include <stddef.h>

#include "cp67/cp.h"
#include "lib/machine.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "lib/string.h"

enum { WORDS = 8, WORD = 20, SHOWN = 256, MINUTE = 60, OPERAND = 2, NOT_NOW = 3 };

typedef struct {
    Vm *vm; /* NULL: whoever asks has none */
    Terminal *terminal;
    bool by_program;
    unsigned n;
    char word[WORDS][WORD]; /* in capitals; words that are not there are empty */
    const char *rest;       /* behind the second word */
} Line;

typedef uint64_t FunctionFn(const Line *line);

static uint64_t bad(const char *what)
{
    print("INVALID OPERAND %s\n", what);
    return OPERAND;
}

static bool begins(const char *text, const char *with)
{
    while (*with && *text == *with)
        text++, with++;
    return !*with;
}

/* False: that is no hexadecimal number. */
static bool hex(const char *text, const char *end, uint64_t *value)
{
    const char *begin = text;
    for (*value = 0; text < end; text++) {
        unsigned digit = *text >= '0' && *text <= '9'   ? (unsigned)(*text - '0')
                         : *text >= 'A' && *text <= 'F' ? (unsigned)(*text - 'A') + 10
                                                        : 16;
        if (digit == 16)
            return false;
        *value = *value << 4 | digit;
    }
    return end > begin && end - begin <= 16;
}

static const char *end_of(const char *text, char mark)
{
    while (*text && *text != mark)
        text++;
    return text;
}

/* A name's machine in capitals or not. */
static Vm *find_vm(const char *name)
{
    for (unsigned i = 0; i < cp.count; i++) {
        const char *a = cp.vms[i].name, *b = name;
        while (*a && (*a == *b || *a - 32 == *b))
            a++, b++;
        if (!*a && !*b)
            return &cp.vms[i];
    }
    return NULL;
}

static Vm *find_user(const char *name)
{
    Vm *vm = find_vm(name);
    if (!vm)
        print("%s NOT IN CP DIRECTORY\n", name);
    else if (vm->state == LOGGED_OFF)
        print("%s NOT LOGGED ON\n", name);
    return vm && vm->state != LOGGED_OFF ? vm : NULL;
}

/* G10: register x10. NULL: there is none of that number. */
static uint64_t *find_register(Vm *vm, const char *word)
{
    unsigned number = 0;
    for (word++; *word >= '0' && *word <= '9' && number < 32; word++)
        number = 10 * number + (unsigned)(*word - '0');
    return *word || number > 31 ? NULL : &vm->user.x[number];
}

static uint64_t begin(const Line *line)
{
    uint64_t pc;
    if (line->n > 1 && !hex(line->word[1], end_of(line->word[1], 0), &pc))
        return bad(line->word[1]);
    if (line->n > 1)
        line->vm->user.pc = pc & ~1ul;
    if (line->terminal)
        terminal_begin(line->terminal);
    return CP_DONE;
}

static uint64_t ipl(const Line *line)
{
    vm_ipl(line->vm);
    vm_wake(line->vm, Q1, WHY_START); /* whatever it waited for */
    if (line->terminal && !line->by_program)
        terminal_begin(line->terminal);
    return CP_DONE;
}

static void query_users(void)
{
    for (unsigned i = 0; i < cp.count; i++) {
        const Terminal *terminal = terminal_of(&cp.vms[i]);
        if (cp.vms[i].state == LOGGED_OFF)
            continue;
        if (terminal)
            print("%s - %03x\n", cp.vms[i].name, 0x20 + terminal_number(terminal));
        else
            print("%s - DSC\n", cp.vms[i].name);
    }
}

static void query_time(const Vm *vm)
{
    uint64_t t = machine_time() / machine_hz(), used = vm ? vm->time_used * 100 / machine_hz() : 0;
    print("TIME IS %02lu.%02lu.%02lu SINCE POWER ON, VIRTCPU= %03lu.%02lu\n", t / MINUTE / MINUTE,
          t / MINUTE % MINUTE, t % MINUTE, used / 100, used % 100);
}

static void query_machine(const Vm *vm)
{
    const Counts *n = &vm->counts;
    print(
        "%s: STORAGE %luK, TIMER %s, EXITS %lu, SIMULATED %lu, REFLECTED %lu, CALLS %lu, REGISTERS %lu, "
        "SHADOW FILLS %lu, FLUSHES %lu, DISPATCHES %lu\n",
        vm->name, cp.storage / 1024,
        vm->timer_off    ? "OFF"
        : vm->timer_real ? "REAL"
                         : "ON",
        n->exits, n->simulated, n->reflected, n->calls, n->devices, n->fills, n->flushes,
        n->dispatches);
}

static uint64_t query(const Line *line)
{
    const char *what = line->word[1];
    if (begins("USERS", what))
        query_users();
    else if (begins("TIME", what))
        query_time(line->vm);
    else if (line->vm && (begins("FILES", what) || begins("SPOOL", what)))
        print("FILES:- %02u RDR, %02u PRT, %02u PUN\n", spool_waiting(line->vm, UNIT_READER),
              spool_waiting(line->vm, UNIT_PRINTER), spool_waiting(line->vm, UNIT_PUNCH));
    else if (line->vm && begins("VIRTUAL", what))
        query_machine(line->vm);
    else
        return bad(what);
    return CP_DONE;
}

/* A word of the machine's storage; NULL: there is none. A program may wait for it (PAGE_WAIT), and then asks again; for who types CP
 * waits. */
static uint32_t *word_at(const Line *line, uint64_t at)
{
    uint64_t offset = at - STORAGE_BASE;
    if (offset >= cp.storage)
        return NULL;
    return (uint32_t *)(line->by_program ? page_at : page_now)(line->vm, offset);
}

static uint64_t no_storage(const Line *line)
{
    return line->vm->state == PAGE_WAIT ? NOT_NOW : bad("ADDRESS, NOT IN STORAGE");
}

/* Storage of the machine, four words a line: FIRST, FIRST-LAST or FIRST.LENGTH. */
static uint64_t display_storage(const Line *line)
{
    uint32_t words[SHOWN / 4];
    const char *word = line->word[1];
    const char *dot = end_of(word, '.'), *end = *dot ? dot : end_of(word, '-');
    uint64_t first, last, length = 4;
    bool right = hex(word, end, &first);
    if (right && *end == '.')
        right = hex(end + 1, end_of(end, 0), &length);
    else if (right && *end == '-')
        right = hex(end + 1, end_of(end, 0), &last) && last >= first && (length = last - first + 1);
    if (!right)
        return bad(word);
    first &= ~3ul;
    length = length < SHOWN ? length : SHOWN;
    for (uint64_t i = 0; 4 * i < length; i++) {
        const uint32_t *found = word_at(line, first + 4 * i);
        if (!found)
            return no_storage(line);
        words[i] = *found;
    }
    for (uint64_t i = 0; 4 * i < length; i++) {
        if (i % 4 == 0)
            print("%s%08lx ", i ? "\n" : "", first + 4 * i);
        print(" %08x", words[i]);
    }
    print("\n");
    return CP_DONE;
}

static uint64_t display(const Line *line)
{
    const Vm *vm = line->vm;
    const char *what = line->word[1];
    const uint64_t *x = *what == 'G' ? find_register(line->vm, what) : NULL;
    if (!strcmp(what, "PSW"))
        print("PSW = %016lx %s%s\n", vm->user.pc, vm->csr.supervisor ? "SUPERVISOR" : "PROBLEM",
              vm->csr.sstatus & SSTATUS_SIE ? ", INTERRUPTS ON" : "");
    else if (!strcmp(what, "G"))
        for (unsigned i = 0; i < 32; i++)
            print("%016lx%s", vm->user.x[i], i % 4 == 3 ? "\n" : " ");
    else if (*what == 'G' && x)
        print("%s = %016lx\n", what, *x);
    else
        return display_storage(line);
    return CP_DONE;
}

/* Words of 4 bytes, from an address on. What the machine keeps of its tables and its code in the hart is as of now. */
static uint64_t store_words(const Line *line)
{
    uint64_t at, value;
    if (!hex(line->word[1], end_of(line->word[1], 0), &at) || at % 4)
        return bad(line->word[1]);
    for (unsigned i = 2; i < line->n; i++, at += 4) {
        if (!hex(line->word[i], end_of(line->word[i], 0), &value) || value >> 32)
            return bad(line->word[i]);
        uint32_t *word = word_at(line, at);
        if (!word)
            return no_storage(line);
        *word = (uint32_t)value;
    }
    shadow_flush(line->vm);
    fence_i();
    return CP_DONE;
}

static uint64_t store(const Line *line)
{
    const char *what = line->word[1];
    bool psw = !strcmp(what, "PSW");
    uint64_t *to = psw ? &line->vm->user.pc : *what == 'G' ? find_register(line->vm, what) : NULL;
    uint64_t value;
    if (!to)
        return store_words(line);
    if (!hex(line->word[2], end_of(line->word[2], 0), &value))
        return bad(line->word[2]);
    if (to != line->vm->user.x)
        *to = psw ? value & ~1ul : value;
    return CP_DONE;
}

/* UNITS: there is no such. */
static unsigned find_unit(const char *word)
{
    static const char *const names[][3] = { { "READER", "RDR", "00C" },
                                            { "PUNCH", "PUN", "00D" },
                                            { "PRINTER", "PRT", "00E" } };
    unsigned unit = 0;
    while (unit < UNITS && strcmp(word, names[unit][0]) && strcmp(word, names[unit][1]) &&
           strcmp(word, names[unit][2]))
        unit++;
    return unit;
}

static uint64_t close(const Line *line)
{
    unsigned unit = find_unit(line->word[1]);
    if (unit == UNITS)
        return bad(line->word[1]);
    spool_close(line->vm, unit);
    return CP_DONE;
}

static uint64_t purge(const Line *line)
{
    unsigned unit = find_unit(line->word[1]);
    if (unit == UNITS)
        return bad(line->word[1]);
    print("%02u FILES PURGED\n", spool_purge(line->vm, unit));
    return CP_DONE;
}

static uint64_t spool(const Line *line)
{
    unsigned unit = find_unit(line->word[1]);
    bool on = !strcmp(line->word[2], "CONT");
    if (unit == UNITS || (!on && strcmp(line->word[2], "OFF")))
        return bad(unit == UNITS ? line->word[1] : line->word[2]);
    spool_continue(line->vm, unit, on);
    return CP_DONE;
}

/* XFER 00D TO user, or OFF. */
static uint64_t xfer(const Line *line)
{
    bool off = !strcmp(line->word[2], "OFF");
    if (find_unit(line->word[1]) != UNIT_PUNCH ||
        (!off && (line->n < 4 || strcmp(line->word[2], "TO"))))
        return bad(line->word[off || line->n < 3 ? 1 : 2]);
    Vm *to = off ? NULL : find_user(line->word[3]);
    if (off || to)
        spool_transfer(line->vm, to);
    return off || to ? CP_DONE : OPERAND;
}

static uint64_t msg(const Line *line)
{
    bool operator= !strcmp(line->word[1], "OPERATOR");
    const Vm *to = operator? NULL : find_user(line->word[1]);
    Terminal *terminal = terminal_of(to);
    if (!to && !operator)
        return OPERAND;
    if ((to && !terminal) || !answer_at(terminal)) {
        answer_at(line->terminal);
        print("%s NOT RECEIVING\n", line->word[1]);
        return NOT_NOW;
    }
    answer_fresh();
    print("MSG FROM %s: %s\n", line->vm ? line->vm->name : "OPERATOR", line->rest);
    answer_at(line->terminal);
    return CP_DONE;
}

/* REAL: the timer runs on while the machine waits; ON: only while it is dispatched; OFF: there is none. */
static uint64_t set(const Line *line)
{
    bool real = !strcmp(line->word[2], "REAL"), on = !strcmp(line->word[2], "ON");
    if (strcmp(line->word[1], "TIMER") || !(real || on || !strcmp(line->word[2], "OFF")))
        return bad(line->n > 2 ? line->word[2] : line->word[1]);
    vm_set_timer(line->vm, real, !real && !on);
    return CP_DONE;
}

static uint64_t logout(const Line *line)
{
    for (unsigned unit = 0; unit < UNITS; unit++)
        spool_close(line->vm, unit);
    query_time(line->vm);
    print("LOGOUT %s\n", line->vm->name);
    vm_log_off(line->vm, true);
    return CP_DONE;
}

static uint64_t disconnect(const Line *line)
{
    if (!line->terminal)
        return NOT_NOW;
    Vm *vm = line->vm;
    terminal_begin(line->terminal);
    terminal_connect(line->terminal, NULL);
    print("%s DISCONNECTED, AND GOES ON. LOGIN NAME\n", vm->name);
    return CP_DONE;
}

/* Connects a machine to this terminal, by way of DISCONNECT if it has another one. */
static uint64_t login(const Line *line)
{
    Vm *vm = find_vm(line->word[1]);
    if (!vm || !line->terminal || line->by_program || (terminal_of(vm) && vm != line->vm)) {
        print(vm ? "%s ALREADY LOGGED IN\n" : "%s NOT IN CP DIRECTORY\n", line->word[1]);
        return OPERAND;
    }
    if (line->vm && line->vm != vm)
        disconnect(line);
    terminal_connect(line->terminal, vm);
    print("READY AT %03x. %s\n", 0x20 + terminal_number(line->terminal), vm->name);
    if (vm->state == LOGGED_OFF)
        vm_ipl(vm), vm_wake(vm, Q1, WHY_START);
    terminal_begin(line->terminal);
    return CP_DONE;
}

typedef struct {
    const char *name;
    uint8_t least; /* letters */
    uint8_t needs; /* words behind it */
    bool own;      /* is about the machine of who asks */
    FunctionFn *run;
} Function;

static const Function functions[] = {
    { "BEGIN", 1, 0, true, begin },  { "IPL", 1, 0, true, ipl },
    { "QUERY", 1, 1, false, query }, { "DISPLAY", 1, 1, true, display },
    { "STORE", 2, 2, true, store },  { "CLOSE", 1, 1, true, close },
    { "PURGE", 2, 1, true, purge },  { "SPOOL", 2, 2, true, spool },
    { "XFER", 1, 2, true, xfer },    { "MSG", 1, 2, false, msg },
    { "SET", 3, 2, true, set },      { "LOGOUT", 4, 0, true, logout },
    { "LOGIN", 1, 1, false, login }, { "DISCONN", 4, 0, true, disconnect },
};
enum { FUNCTIONS = sizeof(functions) / sizeof(functions[0]) };

static void split(Line *line, const char *text)
{
    line->rest = "";
    while (*text && line->n < WORDS) {
        char *word = line->word[line->n];
        unsigned length = 0;
        while (*text == ' ')
            text++;
        if (line->n == 2)
            line->rest = text;
        for (; *text && *text != ' '; text++) {
            if (length < WORD - 1)
                word[length++] = *text >= 'a' && *text <= 'z' ? (char)(*text - 32) : *text;
        }
        line->n += length > 0;
    }
}

uint64_t command_do(Vm *vm, Terminal *terminal, const char *text, bool by_program)
{
    Line line = { .vm = vm, .terminal = terminal, .by_program = by_program };
    unsigned i = 0;
    split(&line, text);
    if (!line.n)
        return CP_DONE;
    const char *word = line.word[0];
    while (i < FUNCTIONS &&
           !(strlen(word) >= functions[i].least && begins(functions[i].name, word)))
        i++;
    if (i == FUNCTIONS) {
        if (!by_program)
            print("INVALID CP REQUEST\n");
        return CP_UNKNOWN;
    }
    say_command(vm ? vm->number : 0, i);
    if (functions[i].own && !vm) {
        print("LOGIN FIRST\n");
        return NOT_NOW;
    }
    return line.n > functions[i].needs ? functions[i].run(&line) : bad("MISSING");
}

SbiResult call_cp(Vm *vm, uint64_t function, const uint64_t *a)
{
    char text[UNIT_LINE + 1];
    if (function != DIAGNOSE_COMMAND)
        return (SbiResult){ SBI_ERR_NOT_SUPPORTED, 0 };
    if (a[1] > UNIT_LINE)
        return (SbiResult){ SBI_ERR_INVALID_PARAM, 0 };
    for (uint64_t i = 0; i < a[1]; i++) {
        const char *at = storage_at(vm, a[0] + i);
        if (!at)
            return (SbiResult){ SBI_ERR_INVALID_PARAM, 0 };
        text[i] = *at >= ' ' && *at < 0x7f ? *at : '.';
    }
    text[a[1]] = 0;
    console_flush(vm);
    answer_at(terminal_of(vm));
    uint64_t code = command_do(vm, terminal_of(vm), text, true);
    answer_at(NULL);
    console_hold(vm);
    return (SbiResult){ SBI_OK, code };
}
