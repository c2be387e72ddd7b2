/* SPDX-License-Identifier: MIT */
/* words.c - names and rules; see words.h. */
#include "emu/explain/words.h"

#include "mmu/pte.h"

#define PROCESS "Virtual Address Translation Process, step "

const char *words_of_cause(uint64_t cause)
{
    static const char *const exceptions[] = {
        "instruction address misaligned",
        "instruction access fault",
        "illegal instruction",
        "breakpoint",
        "load address misaligned",
        "load access fault",
        "store address misaligned",
        "store access fault",
        "ECALL from U or VU",
        "ECALL from HS",
        "ECALL from VS",
        "ECALL from M",
        "instruction page fault",
        "load page fault",
        "exception 14",
        "store page fault",
        "double trap",
        "exception 17",
        "software check",
        "hardware error",
        "instruction guest-page fault",
        "load guest-page fault",
        "virtual instruction",
        "store guest-page fault",
    };
    static const char *const interrupts[] = {
        [IRQ_SSI] = "supervisor software interrupt", [IRQ_VSSI] = "VS software interrupt",
        [IRQ_MSI] = "machine software interrupt",    [IRQ_STI] = "supervisor timer interrupt",
        [IRQ_VSTI] = "VS timer interrupt",           [IRQ_MTI] = "machine timer interrupt",
        [IRQ_SEI] = "supervisor external interrupt", [IRQ_VSEI] = "VS external interrupt",
        [IRQ_MEI] = "machine external interrupt",    [IRQ_SGEI] = "guest external interrupt",
        [IRQ_LCOFI] = "counter overflow interrupt",
    };
    const uint64_t number = cause & ~CAUSE_INTERRUPT;
    const char *name = NULL;
    if (cause & CAUSE_INTERRUPT)
        name = number < G_N_ELEMENTS(interrupts) ? interrupts[number] : NULL;
    else
        name = number < G_N_ELEMENTS(exceptions) ? exceptions[number] : NULL;
    return name ? name : cause & CAUSE_INTERRUPT ? "an interrupt" : "an exception";
}

const char *words_of_stage(bool is_g, bool guest)
{
    return is_g ? "G" : guest ? "VS" : "S";
}

const char *words_of_mode(unsigned mode, bool is_g)
{
    switch (mode) {
    case ATP_SV39: return is_g ? "Sv39x4" : "Sv39";
    case ATP_SV48: return is_g ? "Sv48x4" : "Sv48";
    case ATP_SV57: return is_g ? "Sv57x4" : "Sv57";
    case ATP_CAT: return "CAT";
    default: return "Bare";
    }
}

const char *words_of_access(Access access)
{
    return access == ACCESS_READ ? "load" : access == ACCESS_WRITE ? "store" : "fetch";
}

const char *words_of_flags(uint64_t pte, char text[WORDS_FLAGS])
{
    static const char names[] = "DAGUXWRV";
    for (unsigned i = 0; i < 8; i++)
        text[i] = pte >> (7 - i) & 1 ? names[i] : '-';
    text[8] = 0;
    return text;
}

/* One of three, by scheme. */
static const char *by_mode(unsigned mode, const char *sv39, const char *sv48, const char *sv57)
{
    return mode == ATP_SV39 ? sv39 : mode == ATP_SV48 ? sv48 : sv57;
}

static Verdict not_canonical(const WalkEnd *end)
{
    if (end->in_g)
        return (Verdict){ "gpa",
                          by_mode(end->g_mode, "norm:hgatp_mode_sv39x4", "norm:hgatp_mode_sv48x4",
                                  "norm:hgatp_mode_sv57x4"),
                          "the high bits of a guest physical address must be zero" };
    return (Verdict){ "va",
                      by_mode(end->s_mode, "norm:Sv39_va_signext", "norm:Sv48_va_signext",
                              "norm:Sv57_va_signext"),
                      "the high bits of a virtual address must repeat its sign" };
}

static Verdict reserved(const WalkEnd *end)
{
    const uint64_t pte = end->entry.pte;
    if ((pte & (PTE_R | PTE_W)) == PTE_W)
        return (Verdict){ "R", PROCESS "3", "an entry with W but without R is reserved" };
    if (!(pte & (PTE_R | PTE_X)))
        return (Verdict){ "D, A, U", "norm:Sv39_pte_future_rsv",
                          "a pointer to a table must have D, A, U, N and PBMT clear" };
    if (pte & PTE_N)
        return (Verdict){ "N", "norm:Svnapot_reserved_encoding_fault",
                          "N is for pages of 64 KiB in the last table only" };
    if (pte & PTE_PBMT)
        return (Verdict){ "PBMT", "norm:Svpbmt_leaf_pte_pbmt_reserved_3_fault",
                          "a memory type must be one that is enabled" };
    return (Verdict){ "reserved", "norm:Sv39_pte_future_rsv", "reserved bits must be zero" };
}

static Verdict not_permitted(const WalkEnd *end)
{
    const uint64_t pte = end->entry.pte;
    const bool as_x = end->access == ACCESS_FETCH || (end->execute_as_read && !end->implicit);
    if (end->in_g && !(pte & PTE_U))
        return (Verdict){ "U", "norm:H_vm_gpapriv",
                          "all leaves of the G stage need U, whoever accesses" };
    if (end->in_g && end->implicit)
        return (Verdict){ end->implicit_write ? "W" : "R", "norm:H_vm_gpapriv",
                          "the VS stage's own reads and writes of its tables need R and W" };
    if (!end->in_g && end->user && !(pte & PTE_U))
        return (Verdict){ "U", PROCESS "6", "pages without U are not for user mode" };
    if (!end->in_g && !end->user && pte & PTE_U && (end->access == ACCESS_FETCH || !end->sum))
        return (Verdict){ "U", PROCESS "6",
                          "pages with U are the supervisor's only for data, and with SUM" };
    if (as_x)
        return (Verdict){ "X", "norm:fetch_page_fault_no_x", "executing needs X" };
    if (end->access == ACCESS_WRITE)
        return (Verdict){ "W", "norm:store_page_fault_no_w", "storing needs W" };
    return (Verdict){ "R", "norm:load_page_fault_no_r", "loading needs R" };
}

Verdict words_of_fault(const WalkEnd *end)
{
    switch ((WalkReason)end->why) {
    case WHY_NOT_CANONICAL: return not_canonical(end);
    case WHY_NOT_VALID:
        return (Verdict){ "V", end->in_g ? "norm:H_vm_gpatrans" : PROCESS "3",
                          "an entry without V maps nothing" };
    case WHY_RESERVED: return reserved(end);
    case WHY_NO_LEAF: return (Verdict){ "R, W, X", PROCESS "4", "the last table must hold leaves" };
    case WHY_MISALIGNED:
        return (Verdict){
            "PPN",
            by_mode(end->in_g ? end->g_mode : end->s_mode, "norm:Sv39_superpage_align_fault",
                    "norm:Sv48_superpage_align_fault", "norm:Sv57_superpage_align_fault"),
            "a large page must lie at a multiple of its size"
        };
    case WHY_PERMISSION: return not_permitted(end);
    case WHY_ACCESSED:
        return (Verdict){ "A", "norm:svade_access_ad_bit_clear",
                          "A must be set where the hardware does not set it" };
    case WHY_DIRTY:
        return (Verdict){ "D", "norm:svade_access_ad_bit_clear",
                          "D must be set for a store where the hardware does not set it" };
    case WHY_ACCESS:
        return (Verdict){ "PMP", "norm:pmp_check_pagetable_access",
                          "tables must be in memory that supervisors may read" };
    case WHY_NO_FRAME:
        return (Verdict){ "cat", "docs/history/cp40.md",
                          "no valid register holds this page of this virtual machine" };
    case WHY_BEYOND:
        return (Verdict){ "va", "docs/history/cp40.md",
                          "a virtual machine has no memory from 256 KiB on" };
    default: return (Verdict){ "", "", "" };
    }
}
