/* SPDX-License-Identifier: MIT */
/*
 * mmu.h - from a virtual address to a byte, for one hart.
 *
 * The Mmu holds the translation context (mode, satp, SUM, MXR, ...) as the CSRs set it, and three layers of memory of
 * translations: context banks (small, direct-mapped, permissions already checked, what the fast paths look at), the
 * store (all translations in use, raw) and the walker. A bank is selected by a key made of everything that a
 * permission or a translation depends on, so a change of mode or address space changes a pointer and forgets nothing.
 *
 * A function here that returns false has left the reason in mmu->fault.
 */
#ifndef MMU_MMU_H
#define MMU_MMU_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/base/addr.h"
#include "emu/base/bits.h"
#include "emu/base/trace.h"
#include "mmu/adlog.h"
#include "mmu/bus.h"
#include "mmu/cat.h"
#include "mmu/memo.h"
#include "mmu/pmp.h"
#include "mmu/stale.h"
#include "mmu/store.h"
#include "mmu/walk.h"

enum { PRIV_U = 0, PRIV_S = 1, PRIV_M = 3 };

/* Causes of exceptions an access can end in. norm:mcause_exccode_enc_img */
typedef enum {
    CAUSE_FETCH_MISALIGNED = 0,
    CAUSE_FETCH_ACCESS = 1,
    CAUSE_ILLEGAL = 2,
    CAUSE_BREAKPOINT = 3,
    CAUSE_LOAD_MISALIGNED = 4,
    CAUSE_LOAD_ACCESS = 5,
    CAUSE_STORE_MISALIGNED = 6,
    CAUSE_STORE_ACCESS = 7,
    CAUSE_ECALL_U = 8,
    CAUSE_ECALL_S = 9,
    CAUSE_ECALL_VS = 10,
    CAUSE_ECALL_M = 11,
    CAUSE_FETCH_PAGE = 12,
    CAUSE_LOAD_PAGE = 13,
    CAUSE_STORE_PAGE = 15,
    CAUSE_DOUBLE_TRAP = 16,
    CAUSE_FETCH_GUEST_PAGE = 20,
    CAUSE_LOAD_GUEST_PAGE = 21,
    CAUSE_VIRTUAL = 22,
    CAUSE_STORE_GUEST_PAGE = 23,
} Cause;

typedef struct {
    uint64_t cause;
    Gva gva;
    uint8_t offset; /* of gva from where the access began: of the second part of a misaligned one */
    bool guest;     /* gva is a guest's: the access was made with V = 1 */
    Gpa gpa;        /* of a guest page fault */
    bool implicit;  /* that fault hit a PTE */
    bool implicit_write; /* and was an A or D update */
    WalkReason why;      /* of a page fault */
    bool walked;         /* a walk ended in it, the last of fault_walks */
} Fault;

/* Where the walk of a guest page fault ended: an entry of the G stage. Known while the event fault.g is on. */
typedef struct {
    uint64_t walk; /* its number */
    Spa at;
    uint64_t pte;
    unsigned level;
} Refusal;

/* How a walk of the hart ended in a fault: for who asks later. The last ones are kept. */
enum { MMU_FAULT_WALKS = 32 };
typedef struct {
    WalkEnd end;
    uint64_t atp, hgatp; /* of the first stage, and of the G stage if the access was a guest's */
    bool guest;
    uint8_t cat_vm; /* of end.s_mode ATP_CAT */
} FaultWalk;

/* One line of a bank: a page that this context may access directly. A tag is the page's address, or ~0 when the
 * access is not allowed or somebody must hear of it. host = va + addend. */
typedef struct {
    uint64_t read_tag, write_tag;
    uintptr_t addend;
    uint64_t spa; /* of the page */
} TlbEntry;

/* A page this context may execute from. `page` is the decoded page, valid while page->spa == spa. */
typedef struct {
    uint64_t tag, spa;
    void *page;
} FetchEntry;

/* In the torture build every cache is as small as it can be: nothing may depend on their sizes. */
enum {
    BANK_TLB = CONFIG_TORTURE ? 1 : 256,
    BANK_FETCH = CONFIG_TORTURE ? 1 : 64,
    MMU_BANKS = CONFIG_TORTURE ? 3 : 16,
    BANK_USED = CONFIG_TORTURE ? 1 : 96,
};
#define TAG_NONE UINT64_MAX

/* Everything that translations and permissions of a context depend on. Compared as bytes: no padding. */
typedef struct {
    uint32_t pmp_epoch;
    uint8_t space;  /* of the store; 0xff: no translation */
    uint8_t mode;   /* effective privilege, and pointer masking: pmlen << 2 */
    uint16_t flags; /* KEY_* */
} BankKey;

enum {
    KEY_SUM = 1 << 0, /* these four: of the first stage */
    KEY_MXR = 1 << 1,
    KEY_ADUE = 1 << 2,
    KEY_PBMTE = 1 << 3,
    KEY_EXECUTE_AS_READ = 1 << 4, /* HLVX */
    KEY_V = 1 << 5,
    KEY_G_MXR = 1 << 6, /* these three: of the G stage */
    KEY_G_ADUE = 1 << 7,
    KEY_G_PBMTE = 1 << 8,
    KEY_CAT_VM = 9,      /* 12:9, of the associative memory: the virtual machine */
    KEY_NEVER = 1 << 15, /* no context: the bank is empty */
};
enum { SPACE_CAT = 0xfe, SPACE_BARE = 0xff };

typedef struct {
    TlbEntry tlb[BANK_TLB]; /* first: the fast paths index from the bank pointer */
    FetchEntry fetch[BANK_FETCH];
    /* Lines filled since the bank was empty, so that emptying it again costs no more than filling did. */
    uint8_t used_tlb[BANK_USED], used_fetch[BANK_USED];
    unsigned n_tlb, n_fetch; /* above BANK_USED: too many to remember */
    BankKey key;
    uint32_t generation; /* of the space when its contents were good */
    uint64_t stamp;      /* when selected last */
} Bank;

/* What happened since power-on, for the event counters. */
typedef struct {
    uint64_t walks[3]; /* by Access */
    uint64_t pte_reads;
} MmuCounts;

/* The same for those who watch, by whom it was for. */
typedef struct {
    uint64_t reads[2]; /* of page table entries: first stage, G stage */
    uint64_t fills, kills;
} MmuUse;

enum { MMU_VMIDS = 1 << 14 };

typedef struct Mmu Mmu;
typedef struct TimingHart TimingHart;
typedef struct TimedWalks TimedWalks;

#define TIMED_NONE UINT64_MAX

struct Mmu {
    Bank *data, *fetch; /* selected: loads and stores (MPRV applies), instruction fetch */
    Bus *bus;
    Trace *trace;
    Store *store;
    Memo *memo;
    Stale *stale;           /* NULL until somebody asks for missing fences */
    Bank *banks[MMU_BANKS]; /* allocated when first needed */
    Bank *recent[8];        /* selected last for each mode, and for HLVX; its key is checked */
    uint64_t stamp;
    /* What contexts are made of, by regime: flags of a key, and the space with the number of flushes it was found
     * at. */
    struct {
        uint64_t tag;
        uint32_t flushes;
        uint16_t flags;
        uint8_t space;
        bool valid, translates;
    } regimes[2];
    unsigned hart;
    bool refetch; /* translate anew what is executed, before the next instruction */
    Fault fault;
    Refusal refusal;        /* of `fault`, or an earlier one; not state */
    FaultWalk *fault_walks; /* MMU_FAULT_WALKS of them; NULL: nobody wants to know */
    uint64_t n_fault_walks;
    AdLog log;        /* of the access under way */
    MmuCounts counts; /* saved state */
    MmuUse *use;      /* NULL: nobody watches; of V = 0, then of each VMID */
    /* The context, written by the CSRs that hold it; call mmu_context_changed after, or, when no more than the next
     * five fields changed, mmu_mode_changed. */
    uint8_t priv, data_priv; /* data_priv: as MPRV makes it */
    bool v, data_v;          /* fetches, loads and stores are a guest's */
    uint8_t pmlen;           /* bits at the top of a data address that are ignored */
    bool data_execute;       /* loads need X instead of R: while an HLVX is executed */
    bool sum, mxr;           /* mstatus: of the first stage without V; mxr of both stages with it */
    bool adue, pbmte;        /* menvcfg: of the first stage without V, and of the G stage */
    bool vsum, vmxr;         /* vsstatus: of the VS stage */
    bool vadue, vpbmte;      /* menvcfg and henvcfg: of the VS stage */
    /* The configuration's, never change: Svnapot, Svrsw60t59b; translations are not remembered; misaligned accesses are
     * exceptions; A and D bits stay set when the access then traps. */
    bool napot, rsw60, no_store, traps_misaligned, keeps_ad;
    uint64_t satp, vsatp, hgatp;
    Cat *cat; /* NULL: this hart has none */
    Pmp pmp;
    /* The reservation of LR: a 64-byte granule, or none. Saved state. norm:lr_reservation_set_size */
    uint64_t reservation; /* address of the granule, RESERVATION_NONE */
    /* Timed mode (timed.h); saved state, but for the pointer and `parcel`. */
    TimingHart *timing;      /* NULL: it is off */
    uint64_t seen_page;      /* of the last load or store, if nothing changed since; TIMED_NONE */
    uint64_t fetched;        /* the line that instructions came from last, likewise */
    Spa parcel;              /* that mmu_fetch_parcel read */
    TimedWalks *timed_walks; /* allocated when first needed; not state */
};

#define RESERVATION_NONE UINT64_MAX
enum { RESERVATION_SHIFT = 6 };

void mmu_init(Mmu *mmu, unsigned hart, Bus *bus, Trace *trace);
void mmu_free(Mmu *mmu);

/* Forgets translations and reservation (power-on). */
void mmu_reset(Mmu *mmu);
/* After the state was loaded: banks start empty. */
void mmu_loaded(Mmu *mmu);

/* Selects the banks of the context as it is now. Cheap, and cheaper when only the mode changed. */
void mmu_context_changed(Mmu *mmu);
void mmu_mode_changed(Mmu *mmu);

/* What pointer masking makes of the address of an explicit access; the accesses below do it themselves. Translated
 * addresses keep their sign, others have none. norm:pm_ignore_va, norm:pm_ignore_pa */
static inline Gva mmu_unmask(const Mmu *mmu, Gva va)
{
    if (LIKELY(!mmu->pmlen))
        return va;
    unsigned width = 64u - mmu->pmlen;
    bool is_virtual = (mmu->data_priv != PRIV_M && (mmu->data_v ? mmu->vsatp : mmu->satp) >> 60) ||
                      mmu->data->key.space == SPACE_CAT;
    return (Gva){ is_virtual ? (uint64_t)sign_extend(va.v, width) : bits(va.v, width - 1, 0) };
}

/* Loads or stores 1, 2, 4 or 8 bytes at any alignment; the value is zero-extended. */
bool mmu_load(Mmu *mmu, Gva va, unsigned size, uint64_t *value) G_GNUC_WARN_UNUSED_RESULT;
bool mmu_store(Mmu *mmu, Gva va, unsigned size, uint64_t value) G_GNUC_WARN_UNUSED_RESULT;

/* HLV, HLVX (`execute`) and HSV: as a guest with `priv` would, whatever MPRV says; `pmlen` bits of the address are
 * ignored. norm:hlsv_priv, norm:hlsv_trans, norm:hlsv_u_op */
bool mmu_guest_load(Mmu *mmu, unsigned priv, bool execute, uint8_t pmlen, Gva va, unsigned size,
                    uint64_t *value) G_GNUC_WARN_UNUSED_RESULT;
bool mmu_guest_store(Mmu *mmu, unsigned priv, uint8_t pmlen, Gva va, unsigned size,
                     uint64_t value) G_GNUC_WARN_UNUSED_RESULT;

/* Address of memory for an atomic operation of `size` bytes: a host pointer to RAM, after checking `access`
 * (ACCESS_WRITE also needs read permission). Misaligned: the address-misaligned exception of the access, unless
 * `within_16` permits what lies within 16 aligned bytes. Not RAM: access fault. The caller stores through
 * mmu_atomic_store. */
uint8_t *mmu_atomic(Mmu *mmu, Gva va, unsigned size, Access access, bool within_16,
                    Spa *spa) G_GNUC_WARN_UNUSED_RESULT;
/* Tells whoever watches that `size` bytes at `spa` are about to change, and stores `value`. */
void mmu_atomic_store(Mmu *mmu, Spa spa, unsigned size, uint64_t value);

/* Supervisor physical address of `va` for `access`, checked; fills bank and store. */
bool mmu_translate(Mmu *mmu, Gva va, unsigned size, Access access,
                   Spa *spa) G_GNUC_WARN_UNUSED_RESULT;

/* The access that was translated last failed all the same: takes back what its walks changed. Functions here that fail
 * have done so. */
void mmu_take_back(Mmu *mmu);

/* Two bytes of instruction at `va` (2-byte aligned). */
bool mmu_fetch_parcel(Mmu *mmu, Gva va, uint16_t *parcel) G_GNUC_WARN_UNUSED_RESULT;

/* Supervisor physical address of the page of `va` if all of it may be executed by this context, and is RAM or ROM
 * whose bytes are at `*host`. `*whole` false: only parts may be, use mmu_fetch_parcel. */
bool mmu_fetch_page(Mmu *mmu, Gva va, Spa *page, const uint8_t **host,
                    bool *whole) G_GNUC_WARN_UNUSED_RESULT;

/* SFENCE.VMA: forgets translations of the HS/U regime or, executed by a guest, of its VS stage. */
void mmu_sfence_vma(Mmu *mmu, bool any_va, Gva va, bool any_asid, uint16_t asid);

/* HFENCE.VVMA: of the VS stage of the present VMID. norm:hfence-vvma_hfence-gvma_op */
void mmu_hfence_vvma(Mmu *mmu, bool any_va, Gva va, bool any_asid, uint16_t asid);
/* HFENCE.GVMA: of the G stage of one VMID or all. norm:hfence-gvma_op, norm:hfence-gvma_vmid, norm:hfence-gvma_mode */
void mmu_hfence_gvma(Mmu *mmu, bool any_gpa, Gpa gpa, bool any_vmid, uint16_t vmid);

/* Writes a register of the associative memory, which the hart must have; they act at once. Bits that there are not are
 * ignored. */
void mmu_write_cat(Mmu *mmu, unsigned frame, uint64_t value);
void mmu_write_catctl(Mmu *mmu, uint64_t value);
void mmu_write_catbase(Mmu *mmu, uint64_t value);

/* For who looks for missing fences: a page that entries were read from was stored to. */
void mmu_table_written(Mmu *mmu);

/* Takes every fast write path to the page at `spa` away, in every bank; or to all pages. */
void mmu_drop_write_paths(Mmu *mmu, Spa page);
void mmu_drop_all_write_paths(Mmu *mmu);

/* Counts from now on by whom translations are for, and what was counted of V = 0 or of a guest. */
void mmu_count_use(Mmu *mmu);
MmuUse *mmu_use(Mmu *mmu, bool guest, unsigned vmid);

/* An address space by the registers that make it. */
typedef struct {
    bool guest; /* VS stage and G stage, else satp alone */
    bool
        is_physical; /* no first stage whatever satp or vsatp says: addresses are (guest) physical */
    bool
        has_cat; /* for U-mode, as virtual machine `cat_vm`, associative memory takes satp's place */
    uint8_t cat_vm;
    uint64_t atp, hgatp; /* satp, or a guest's vsatp and hgatp */
} MmuSpace;

/* The space that the hart's loads and stores are in, and what it executes. */
MmuSpace mmu_data_space(const Mmu *mmu);
MmuSpace mmu_fetch_space(const Mmu *mmu);

/* What a debugger sees at `va` of a space: translates without filling anything, and asks for no permission. `result`
 * says what every step found, and on failure why. */
bool mmu_peek_space(Mmu *mmu, const MmuSpace *space, Gva va, WalkResult *result);

/* How an access as U or S would be translated in a space, permissions, A and D included, with the rest of the hart's
 * registers as they are; nothing is filled or changed. `request` gets what was asked of the walk. */
void mmu_probe(Mmu *mmu, const MmuSpace *space, Gva va, Access access, bool user,
               WalkRequest *request, WalkResult *result);

/* The store's number of a space; -1: nothing is remembered of it. */
int mmu_find_space(const Mmu *mmu, const MmuSpace *space);
/* What is remembered for `va` in the store, in that space; NULL: nothing. */
const StoreEntry *mmu_remembered(const Mmu *mmu, const MmuSpace *space, Gva va);

/* What a program's host sees at `va` with the hart's present context: translates without filling anything. */
bool mmu_peek_translate(Mmu *mmu, Gva va, WalkResult *result);
/* Likewise of what is executed, for which MPRV means nothing. */
bool mmu_peek_fetch(Mmu *mmu, Gva va, WalkResult *result);

/* The n-th walk that ended in a fault, from 1 on; NULL: it is not kept. */
static inline const FaultWalk *mmu_fault_walk(const Mmu *mmu, uint64_t n)
{
    return mmu->n_fault_walks - n < MMU_FAULT_WALKS ? &mmu->fault_walks[n % MMU_FAULT_WALKS] : NULL;
}

static inline unsigned key_priv(const BankKey *key)
{
    return key->mode & 3;
}

static inline unsigned key_cat_vm(const BankKey *key)
{
    return key->flags >> KEY_CAT_VM & (CAT_VMS - 1);
}

static inline TlbEntry *bank_entry(Bank *bank, uint64_t va)
{
    return &bank->tlb[va >> PAGE_SHIFT & (BANK_TLB - 1)];
}

/* Notes that the line of `va` is in use. */
static inline void bank_use(Bank *bank, uint64_t va)
{
    if (bank->n_tlb < BANK_USED)
        bank->used_tlb[bank->n_tlb] = (uint8_t)(va >> PAGE_SHIFT & (BANK_TLB - 1));
    bank->n_tlb += bank->n_tlb <= BANK_USED;
}

static inline void bank_use_fetch(Bank *bank, uint64_t va)
{
    if (bank->n_fetch < BANK_USED)
        bank->used_fetch[bank->n_fetch] = (uint8_t)(va >> PAGE_SHIFT & (BANK_FETCH - 1));
    bank->n_fetch += bank->n_fetch <= BANK_USED;
}

static inline FetchEntry *bank_fetch_entry(Bank *bank, uint64_t va)
{
    return &bank->fetch[va >> PAGE_SHIFT & (BANK_FETCH - 1)];
}

#endif
