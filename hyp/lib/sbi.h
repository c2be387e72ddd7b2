/* SPDX-License-Identifier: MIT */
/*
 * sbi.h - calls to whoever provides the supervisor binary interface: firmware, or a hypervisor.
 *
 * Names and numbers are those of the RISC-V SBI Specification 3.0.
 */
#ifndef HYP_LIB_SBI_H
#define HYP_LIB_SBI_H

#include <stdint.h>

enum {
    SBI_BASE = 0x10,
    SBI_TIME = 0x54494d45,
    SBI_IPI = 0x735049,
    SBI_RFENCE = 0x52464e43,
    SBI_HSM = 0x48534d,
    SBI_SRST = 0x53525354,
    SBI_DBCN = 0x4442434e,
};

/* Functions of each extension. */
enum {
    SBI_SPEC_VERSION,
    SBI_IMPL_ID,
    SBI_IMPL_VERSION,
    SBI_PROBE,
    SBI_VENDOR,
    SBI_ARCHITECTURE,
    SBI_MACHINE
};
enum { SBI_SET_TIMER };
enum { SBI_SEND_IPI };
enum {
    SBI_FENCE_I,
    SBI_SFENCE_VMA,
    SBI_SFENCE_VMA_ASID,
    SBI_HFENCE_GVMA_VMID,
    SBI_HFENCE_GVMA,
    SBI_HFENCE_VVMA_ASID,
    SBI_HFENCE_VVMA,
};
enum { SBI_HART_START, SBI_HART_STOP, SBI_HART_STATUS, SBI_HART_SUSPEND };
enum { SBI_SYSTEM_RESET };
enum { SBI_CONSOLE_WRITE, SBI_CONSOLE_READ, SBI_CONSOLE_BYTE };

enum {
    SBI_HART_STARTED,
    SBI_HART_STOPPED,
    SBI_HART_START_PENDING
};                                                       /* states, of SBI_HART_STATUS */
enum { SBI_SHUTDOWN, SBI_COLD_REBOOT, SBI_WARM_REBOOT }; /* types, of SBI_SYSTEM_RESET */
enum { SBI_NO_REASON, SBI_SYSTEM_FAILURE };              /* its reasons */

/* Performance Monitoring Unit extension. */
enum { SBI_PMU = 0x504d55 };
enum { PMU_NUM_COUNTERS, PMU_COUNTER_INFO, PMU_CONFIG_MATCHING, PMU_START, PMU_STOP };
enum {
    PMU_CONFIG_CLEAR = 1 << 1,
    PMU_CONFIG_NOT_U = 1 << 5,
    PMU_CONFIG_NOT_S = 1 << 6,
    PMU_CONFIG_NOT_M = 1 << 7,
    PMU_START_SET_VALUE = 1
};

/* The extension of hyp/partition, in the space for experiments: its README has the table. */
enum { SBI_PARTITION = 0x0a000b4d };
enum {
    PARTITION_STATUS,
    PARTITION_RESTART,
    PARTITION_STOP,
    PARTITION_DOORBELL,
    PARTITION_EXITS,
    PARTITION_CREATE,
    PARTITION_START,
    PARTITION_DESTROY
};

enum {
    SBI_OK = 0,
    SBI_ERR_FAILED = -1,
    SBI_ERR_NOT_SUPPORTED = -2,
    SBI_ERR_INVALID_PARAM = -3,
    SBI_ERR_DENIED = -4,
    SBI_ERR_INVALID_ADDRESS = -5,
    SBI_ERR_ALREADY_AVAILABLE = -6,
};

typedef struct {
    long error; /* 0 or SBI_ERR_... */
    uint64_t value;
} SbiResult;

/* Any call, with arguments a0 to a4. */
SbiResult sbi_call5(uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1, uint64_t a2,
                    uint64_t a3, uint64_t a4);

static inline SbiResult sbi_call(uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1,
                                 uint64_t a2)
{
    return sbi_call5(extension, function, a0, a1, a2, 0, 0);
}

/* Is there such an extension? */
static inline int sbi_has(uint64_t extension)
{
    return sbi_call(SBI_BASE, SBI_PROBE, extension, 0, 0).value != 0;
}

/* An interrupt at `time`, in ticks of the time CSR; until then there is none. */
static inline void sbi_set_timer(uint64_t time)
{
    sbi_call(SBI_TIME, SBI_SET_TIMER, time, 0, 0);
}

/* A software interrupt for each hart base + i whose bit i is set in `mask`. */
static inline long sbi_send_ipi(uint64_t mask, uint64_t base)
{
    return sbi_call(SBI_IPI, SBI_SEND_IPI, mask, base, 0).error;
}

/* sfence.vma of the addresses [start, start + size) on those harts. */
static inline long sbi_remote_sfence(uint64_t mask, uint64_t base, uint64_t start, uint64_t size)
{
    return sbi_call5(SBI_RFENCE, SBI_SFENCE_VMA, mask, base, start, size, 0).error;
}

#endif
