/* SPDX-License-Identifier: MIT */
/*
 * corner.h - what the programs of tests/corners have in common: code runs in a mode, and what became of it is compared
 * with what the manual says.
 *
 * A program defines `corner_name` ("NN name") and `corner`, which runs in M-mode, in a world made by fresh(). It prints
 * `ok NN name`, or a line `FAIL NN name: what in MODE: expected, found` for everything that is wrong.
 */
#ifndef TESTS_CORNERS_LIB_CORNER_H
#define TESTS_CORNERS_LIB_CORNER_H

#include "../../guest/lib/guest.h"
#include "../../guest/lib/pte.h"

/* Everything is assembled with what gcc 12 cannot be told by -march. */
__asm__(".option arch, +h, +svinval, +zicbom, +zicboz");

extern const char corner_name[];
void corner(void);

/* Modes, with code in them. */

typedef enum { NOWHERE, M, HS, U, VS, VU } Mode;

typedef struct {
    Mode to;   /* who took it; NOWHERE: there was none, the code came back */
    Mode from; /* as xPP and xPV say */
    uint64_t cause, tval, epc;
    uint64_t tval2, tinst; /* 0 of a trap to VS-mode, which has none */
    bool gva;
    unsigned vector; /* of HS-mode and VS-mode: which of their handlers */
    uint64_t value;  /* of a0 */
    uint64_t status; /* mstatus in the end, in M-mode's handler */
} Trap;

/*
 * The address of code that executes `text` and returns. In U-mode and VU-mode it has no stack; with VS-stage
 * translation on it runs in pages of the user there.
 */
#define CODE(text)                                  \
    ({                                              \
        uintptr_t at_;                              \
        __asm__("la %0, 1f\n"                       \
                ".pushsection .text.code, \"ax\"\n" \
                ".option push\n.option norvc\n"     \
                ".balign 4\n1: " text "\nret\n"     \
                ".option pop\n.popsection"          \
                : "=r"(at_));                       \
        at_;                                        \
    })

/* misa.H */
static inline bool has_hypervisor(void)
{
    return CSR_READ(misa) >> 7 & 1;
}

/* Runs `code` in `mode` until it returns or traps. Interrupts below M-mode are as xstatus says, those of M-mode are off
 * in M-mode only. */
Trap run(Mode mode, uintptr_t code, uint64_t a0, uint64_t a1);

/* The names of modes. */
extern const char *const mode_names[];

/* The world that code runs in. */

/*
 * Everything as if after reset, and then: traps are HS-mode's as far as they can be; both stages are on, with A and D
 * bits left to software; VMID and ASID are 1; counters are open to everybody, and so is all state.
 *
 *   virtual address                guest physical              memory
 *   0x0000_0000  devices, S        the same                    the same
 *   0x8000_0000  RAM, S            the same                    the same
 *   0xc000_0000  RAM, U            0x8000_0000                 the same
 *   0x1_0000_0000 + page           0x2_0004_0000 + page        pages
 *                VS-stage tables   0x2_0010_0000 (level 1), 0x2_0010_1000 (level 0)
 */
void fresh(void);

#define USER       0x40000000ul /* from RAM to where VU-mode has it */
#define GVA(page)  (0x100000000ul + 4096ul * (page))
#define GPA(page)  (0x200040000ul + 4096ul * (page))
#define GPA_LEVEL1 0x200100000ul
#define GPA_LEVEL0 0x200101000ul

enum { PAGES = 8 };
extern uint64_t pages[PAGES][512];

extern uint64_t vs_root[512], vs_level1[512], vs_level0[512];
extern uint64_t g_root[2048], g_level1[512], g_level0[512];

/* What maps the pages and the tables of the VS stage in the G stage. */
uint64_t *g_pte(uint64_t gpa);

/* Maps one of the pages. The VS stage: */
enum { S_RWX = PTE_V | PTE_RWX | PTE_AD, U_RWX = S_RWX | PTE_U };
/* and the G stage, which needs U: */
enum { G_RWX = U_RWX };
void map(unsigned page, uint64_t vs_flags, uint64_t g_flags);

/* HFENCE.VVMA, HFENCE.GVMA and SFENCE.VMA of everything. */
void fence_all(void);

/* What it should be. */

/* Says so and counts a failure unless they are the same. The last mode that ran is named, too. */
void check(const char *what, uint64_t expected, uint64_t found);

/* All but `epc`, `vector`, `value` and `status` of a trap. Zero instead of a transformed instruction is allowed, but
 * `note`d. */
void check_trap(const char *what, Trap expected, Trap found);

/* `code` in `mode` ends with `cause`, 0: returns. */
enum { OK = 0 };
void check_cause(const char *what, Mode mode, uintptr_t code, uint64_t cause);

/* What becomes of something that M-mode, a hypervisor for its guests and a supervisor for U-mode must enable: M-mode's
 * bit makes it illegal, the hypervisor's or the guest's a virtual instruction. */
uint64_t enabled_cause(Mode mode, bool m, bool h, bool s);

/* A line for people and for `run`: `note NN name: text`, once for each text. */
void note(const char *text);

/* One instruction and what becomes of it in each mode: a cause or OK. a0 holds GVA(0). */
typedef struct {
    const char *text;
    uintptr_t code;
    uint8_t causes[5]; /* M, HS, U, VS, VU */
} Row;
#define ROW(text, ...)    \
    {                     \
        text, CODE(text), \
        {                 \
            __VA_ARGS__   \
        }                 \
    }
void check_rows(const char *when, const Row *rows, size_t count);
#define CHECK_ROWS(when, rows) check_rows(when, rows, sizeof(rows) / sizeof((rows)[0]))

/* Names of the manual. */

enum {
    BREAKPOINT = 3,
    ECALL_U = 8,
    ECALL_HS = 9,
    ECALL_VS = 10,
    DOUBLE_TRAP = 16,
    FETCH_GUEST_PAGE = 20,
    LOAD_GUEST_PAGE = 21,
    VIRTUAL = 22,
    STORE_GUEST_PAGE = 23,
};

#define BIT(n) (1ul << (n))

enum {
    SSTATUS_SIE = 1 << 1,
    SSTATUS_SPIE = 1 << 5,
    SSTATUS_SPP = 1 << 8,
    SSTATUS_FS = 3 << 13,
    SSTATUS_SUM = 1 << 18,
    SSTATUS_MXR = 1 << 19,
    SSTATUS_SDT = 1 << 24,
    MSTATUS_MPIE = 1 << 7,
    MSTATUS_MPP = 3 << 11,
    MSTATUS_MPP_S = 1 << 11,
    MSTATUS_MPRV = 1 << 17,
    MSTATUS_TVM = 1 << 20,
    MSTATUS_TW = 1 << 21,
    MSTATUS_TSR = 1 << 22,
};
#define MSTATUS_GVA BIT(38)
#define MSTATUS_MPV BIT(39)
#define SSTATUS_SD  BIT(63)

enum {
    HSTATUS_GVA = 1 << 6,
    HSTATUS_SPV = 1 << 7,
    HSTATUS_SPVP = 1 << 8,
    HSTATUS_HU = 1 << 9,
    HSTATUS_VGEIN_SHIFT = 12,
    HSTATUS_VTVM = 1 << 20,
    HSTATUS_VTW = 1 << 21,
    HSTATUS_VTSR = 1 << 22,
};

enum {
    SSI = 1 << 1,
    VSSI = 1 << 2,
    STI = 1 << 5,
    VSTI = 1 << 6,
    SEI = 1 << 9,
    VSEI = 1 << 10,
    SGEI = 1 << 12
};

enum { ENVCFG_FIOM = 1, ENVCFG_CBIE = 3 << 4, ENVCFG_CBCFE = 1 << 6, ENVCFG_CBZE = 1 << 7 };
#define ENVCFG_DTE   BIT(59)
#define ENVCFG_ADUE  BIT(61)
#define ENVCFG_PBMTE BIT(62)
#define ENVCFG_STCE  BIT(63)

/* satp.MODE and its like, with the root table. */
#define ATP(mode, id, root) \
    ((uint64_t)(mode) << 60 | (uint64_t)(id) << 44 | (uintptr_t)(root) >> 12)
enum { BARE = 0, SV39 = 8, SV48 = 9, SV57 = 10 };

#endif
