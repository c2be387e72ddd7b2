/* SPDX-License-Identifier: MIT */
/*
 * csr.h - control and status registers, and the fences.
 *
 * csr_read(sstatus) and friends take the register's name as the assembler knows it; no number of a
 * register stands anywhere in hyp/. Bits have the manual's names.
 */
#ifndef HYP_LIB_CSR_H
#define HYP_LIB_CSR_H

#include <stdint.h>

#define csr_read(csr)                                                   \
    ({                                                                  \
        uint64_t csr_value;                                             \
        __asm__ volatile("csrr %0, " #csr : "=r"(csr_value)::"memory"); \
        csr_value;                                                      \
    })
/* Writes, and gives what was there before. */
#define csr_swap(csr, value)                       \
    ({                                             \
        uint64_t csr_value;                        \
        __asm__ volatile("csrrw %0, " #csr ", %1"  \
                         : "=r"(csr_value)         \
                         : "rK"((uint64_t)(value)) \
                         : "memory");              \
        csr_value;                                 \
    })
#define csr_write(csr, value) \
    __asm__ volatile("csrw " #csr ", %0" ::"rK"((uint64_t)(value)) : "memory")
#define csr_set(csr, bits) __asm__ volatile("csrs " #csr ", %0" ::"rK"((uint64_t)(bits)) : "memory")
#define csr_clear(csr, bits) \
    __asm__ volatile("csrc " #csr ", %0" ::"rK"((uint64_t)(bits)) : "memory")

#define BIT(n) (1ul << (n))

/* sstatus and vsstatus: what a trap pushes, and what sret pops. */
#define SSTATUS_SIE  BIT(1)      /* interrupts on, in S-mode */
#define SSTATUS_SPIE BIT(5)      /* SIE after sret */
#define SSTATUS_SPP  BIT(8)      /* sret goes to S-mode; else to U-mode */
#define SSTATUS_VS   (3ul << 9)  /* state of vectors, as the next */
#define SSTATUS_FS   (3ul << 13) /* floating-point state: off, initial, clean, dirty */
#define SSTATUS_SUM  BIT(18)     /* S-mode may touch the pages of U-mode */
#define SSTATUS_MXR  BIT(19)     /* loads may read what may only be executed */

/* sie, sip and scause of an interrupt: by number. */
enum { IRQ_SOFT = 1, IRQ_TIMER = 5, IRQ_EXTERNAL = 9, IRQ_OVERFLOW = 13 };
#define SIE_SOFT     BIT(IRQ_SOFT)
#define SIE_TIMER    BIT(IRQ_TIMER)
#define SIE_EXTERNAL BIT(IRQ_EXTERNAL)
#define SCAUSE_IRQ   BIT(63)

/* scause of an exception. */
enum {
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
    CAUSE_FETCH_PAGE = 12,
    CAUSE_LOAD_PAGE = 13,
    CAUSE_STORE_PAGE = 15,
    CAUSE_FETCH_GUEST_PAGE = 20,
    CAUSE_LOAD_GUEST_PAGE = 21,
    CAUSE_VIRTUAL_INSTRUCTION = 22,
    CAUSE_STORE_GUEST_PAGE = 23,
};

/* satp, vsatp, hgatp: MODE in 63:60, root page number in the low bits, ASID or VMID between. */
#define ATP_SV39    8ul /* Sv39x4 in hgatp */
#define ATP_MODE    60
#define SATP_ASID   44
#define SATP_ASIDS  0xfffful
#define HGATP_VMID  44
#define HGATP_VMIDS 0x3ffful

/* hstatus: where sret goes to, and where a trap came from. */
#define HSTATUS_GVA   BIT(6)  /* stval holds a guest virtual address */
#define HSTATUS_SPV   BIT(7)  /* the guest */
#define HSTATUS_SPVP  BIT(8)  /* hlv, hsv: as the guest's S-mode */
#define HSTATUS_VGEIN 12      /* which guest interrupt file is the guest's */
#define HSTATUS_VTVM  BIT(20) /* satp and sfence.vma of the guest trap */
#define HSTATUS_VTW   BIT(21) /* its wfi does */
#define HSTATUS_VTSR  BIT(22) /* its sret does */

/* hvip, hideleg, hie: the guest's interrupts as its hypervisor sees them. */
#define HVIP_SOFT     BIT(2)
#define HVIP_TIMER    BIT(6)
#define HVIP_EXTERNAL BIT(10)

/* hstateen0: what the guest may see. */
#define HSTATEEN_IMSIC  BIT(58) /* its guest interrupt file */
#define HSTATEEN_AIA    BIT(59)
#define HSTATEEN_CSRIND BIT(60) /* vsiselect, vsireg */
#define HSTATEEN_ENVCFG BIT(62) /* senvcfg */
#define HSTATEEN_SE0    BIT(63) /* sstateen0 */

#define HENVCFG_STCE  BIT(63) /* the guest has stimecmp */
#define HENVCFG_PBMTE BIT(62) /* memory types in its page tables */
#define HENVCFG_ADUE  BIT(61) /* hardware sets A and D there */
#define HENVCFG_CBO \
    (BIT(4) | BIT(6) | BIT(7)) /* cache blocks: flush for inval, clean and flush, zero */
#define COUNTEREN_CY BIT(0)
#define COUNTEREN_TM BIT(1)
#define COUNTEREN_IR BIT(2)

#define wfi()     __asm__ volatile("wfi" ::: "memory")
/* A hint for a loop that waits for another hart: let others go first (Zihintpause). */
#define pause()   __asm__ volatile(".insn i 0x0f, 0, x0, x0, 0x010" ::: "memory")
#define fence()   __asm__ volatile("fence" ::: "memory")
#define fence_i() __asm__ volatile("fence.i" ::: "memory")

static inline void sfence_vma(void)
{
    __asm__ volatile("sfence.vma" ::: "memory");
}

/* Forgets translations of one page, in every address space. */
static inline void sfence_vma_page(uint64_t va)
{
    __asm__ volatile("sfence.vma %0" ::"r"(va) : "memory");
}

/* Floating-point registers and fcsr of a hart that has the F extension; of 64-bit registers the upper half is all ones then. */
static inline void clear_float(void)
{
    csr_set(sstatus, SSTATUS_FS);
    __asm__ volatile(
        ".option push\n.option arch, +f\n"
        ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, "
        "20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n"
        "fmv.w.x f\\n, zero\n.endr\nfscsr zero\n.option pop");
}

/* gcc 12 knows no `h` in -march; the assembler does. */
static inline void hfence_gvma(void)
{
    __asm__ volatile(".option push\n.option arch, +h\nhfence.gvma\n.option pop" ::: "memory");
}

static inline void hfence_vvma(void)
{
    __asm__ volatile(".option push\n.option arch, +h\nhfence.vvma\n.option pop" ::: "memory");
}

/* Of one page of the guest's, in every address space. */
static inline void hfence_vvma_page(uint64_t gva)
{
    __asm__ volatile(".option push\n.option arch, +h\nhfence.vvma %0\n.option pop" ::"r"(gva)
                     : "memory");
}

/*
 * A mark in the trace: an instruction without effect that everything runs and whoever looks can
 * see. `kind` is a constant below 2048; `value` says which one. docs/adr/0015-marks.md
 */
#define MARK_BEGIN 1
#define MARK_END   2
#define mark(kind, value) \
    __asm__ volatile("slti zero, %0, %1" ::"r"((uint64_t)(value)), "i"(kind) : "memory")

#endif
