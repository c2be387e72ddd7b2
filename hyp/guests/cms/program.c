/* SPDX-License-Identifier: MIT */
/* program.c - TEXT decks into memory, and a user's program in U-mode: its calls, its mistakes; see cms.h. */
#include "cms.h"
#include "lib/causes.h"
#include "lib/csr.h"
#include "lib/paging.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "lib/string.h"

_Static_assert(offsetof(User, pc) == USER_PC && offsetof(User, kernel_sp) == USER_KERNEL_SP,
               "trap.S knows another layout");

enum { POOL_PAGES = 8, A0 = 10, A1 = 11, A7 = 17, SP = 2, SLICE = 200000, INSN = 4 };

static char area[PROGRAM_SIZE] __attribute__((aligned(PAGE_SIZE)));
static char pool[POOL_PAGES * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static bool loaded, running;
static uint64_t entry;
extern char image_start[];

/* Memory at its own addresses, for the system only; the program area, for programs too; the unit-record devices, which are
 * there or not. */
void program_begin(void)
{
    page_pool(pool, pool + sizeof(pool));
    uint64_t *root = paging_root(SV39), memory = (uintptr_t)image_start & -GIGA_PAGE;
    paging_map(root, SV39, memory, memory, GIGA_PAGE, PTE_RWX | PTE_G);
    paging_map(root, SV39, PROGRAM_BASE, (uintptr_t)area, PROGRAM_SIZE, PTE_RWX | PTE_U);
    if (unit_has_cp())
        paging_map(root, SV39, UNIT_BASE, UNIT_BASE, UNITS * UNIT_PAGE, PTE_RW | PTE_G);
    csr_write(satp, ATP_SV39 << ATP_MODE | (uintptr_t)root >> 12);
    sfence_vma();
    csr_set(sie, SIE_TIMER);
}

static uint32_t number_at(const char *at, unsigned bytes)
{
    uint32_t value = 0;
    while (bytes--)
        value = value << 8 | (uint8_t)*at++;
    return value;
}

/* False: that is no card of a deck. */
static bool load_card(const char *card)
{
    uint32_t address = number_at(card + 5, 3), count = number_at(card + 10, 2);
    if (!memcmp(card, "\2END", 4)) {
        entry = PROGRAM_BASE + address;
        return address < PROGRAM_SIZE;
    }
    if (memcmp(card, "\2TXT", 4) || count > CARD - 24 || address > PROGRAM_SIZE - count)
        return false;
    memcpy(area + address, card + 16, count);
    return true;
}

int command_load(const Command *command)
{
    const File *file = file_find(command->word[1], "TEXT");
    if (!file)
        return no_file();
    if (running) {
        print("A PROGRAM IS RUNNING.\n");
        return BAD_OPERAND;
    }
    loaded = false;
    entry = PROGRAM_BASE;
    memset(area, 0, sizeof(area));
    for (uint16_t at = file->first; at; at = file_next(at)) {
        if (!load_card(file_card(at))) {
            print("INVALID CARD IN TEXT DECK.\n");
            return BAD_OPERAND;
        }
    }
    fence_i();
    loaded = true;
    return OK;
}

/* `size` bytes of the program's at `address`; NULL: they are not all its own. */
static char *program_bytes(uint64_t address, uint64_t size)
{
    bool inside = address >= PROGRAM_BASE && address - PROGRAM_BASE <= PROGRAM_SIZE &&
                  size <= PROGRAM_SIZE - (address - PROGRAM_BASE);
    return inside ? area + (address - PROGRAM_BASE) : NULL;
}

/* Reads or writes a line of the program's. */
static uint64_t call_with_text(const User *user)
{
    char line[INPUT + 1];
    uint64_t size = user->x[A1] < INPUT ? user->x[A1] : INPUT;
    char *bytes = program_bytes(user->x[A0], size);
    if (!bytes)
        return (uint64_t)-BAD_OPERAND;
    if (user->x[A7] == CALL_READ) {
        size = size ? console_read(line, (unsigned)size + 1) : 0;
        memcpy(bytes, line, size);
        return size;
    }
    for (uint64_t i = 0; i < size; i++)
        line[i] = bytes[i] >= ' ' && bytes[i] < 0x7f ? bytes[i] : '.';
    line[size] = 0;
    if (user->x[A7] == CALL_COMMAND)
        return (uint64_t)command_run(line);
    if (!console_halted())
        print("%s\n", line);
    return OK;
}

/* A call. Returns whether the program goes on. */
static bool serve(User *user)
{
    user->pc += INSN;
    switch (user->x[A7]) {
    case CALL_RETURN: return false;
    case CALL_TYPE:
    case CALL_READ:
    case CALL_COMMAND: user->x[A0] = call_with_text(user); break;
    case CALL_TIME: user->x[A0] = console_time(); break;
    default: user->x[A0] = (uint64_t)NO_COMMAND; break;
    }
    return true;
}

static const char *interruption(uint64_t cause)
{
    switch (cause) {
    case CAUSE_ILLEGAL: return "OPERATION";
    case CAUSE_FETCH_PAGE:
    case CAUSE_FETCH_ACCESS: return "ADDRESSING";
    case CAUSE_LOAD_PAGE:
    case CAUSE_STORE_PAGE:
    case CAUSE_LOAD_ACCESS:
    case CAUSE_STORE_ACCESS: return "PROTECTION";
    default: return cause_name(cause);
    }
}

/* Runs it until it ends, which HX may bring about; the clock gives the chance to look. */
static int run(User *user)
{
    for (;;) {
        sbi_set_timer(csr_read(time) + SLICE);
        uint64_t cause = user_run(user), address = csr_read(stval);
        if (cause == (SCAUSE_IRQ | IRQ_TIMER)) {
            if (console_look())
                break;
        } else if (cause != CAUSE_ECALL_U) {
            print("PROGRAM INTERRUPTION AT %lx: %s EXCEPTION %lx\n", user->pc, interruption(cause),
                  address);
            return NO_DEVICE;
        } else if (!serve(user)) {
            return (int)user->x[A0];
        }
    }
    print("CMS: HALTED AT %lx\n", user->pc);
    return OK;
}

static int start(const char *number)
{
    if (!loaded || running) {
        print(running ? "A PROGRAM IS RUNNING.\n" : "NO PROGRAM IS LOADED.\n");
        return BAD_OPERAND;
    }
    User user = { .pc = entry };
    user.x[A0] = word_number(number, 0);
    user.x[SP] = PROGRAM_BASE + PROGRAM_SIZE;
    running = true;
    print("EXECUTION BEGINS...\n");
    int code = run(&user);
    running = false;
    return code;
}

int command_start(const Command *command)
{
    return start(command->word[1]);
}

int command_go(const Command *command)
{
    int code = command_load(command);
    return code ? code : start(command->word[2]);
}
