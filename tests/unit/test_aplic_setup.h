/* SPDX-License-Identifier: MIT */
/* test_aplic_setup.h - two domains of an APLIC, its wires, and memory that takes its messages. */
#ifndef TESTS_UNIT_TEST_APLIC_SETUP_H
#define TESTS_UNIT_TEST_APLIC_SETUP_H

#include <string.h>

#include <criterion/criterion.h>

#include "devices/aplic.h"
#include "tests/lib/device_rig.h"

enum { HARTS = 4, GUESTS = 3, LAST = APLIC_SOURCES };

/* Domain M lies before domain S; wires of hart h are M_WIRE + h and S_WIRE + h. */
enum { M = 0, S = 0x8000, M_WIRE = 0, S_WIRE = 10 };

enum {
    DOMAINCFG = 0x0000,
    SOURCECFG = 0x0000, /* + 4 * source */
    MMSIADDRCFG = 0x1bc0,
    MMSIADDRCFGH = 0x1bc4,
    SMSIADDRCFG = 0x1bc8,
    SMSIADDRCFGH = 0x1bcc,
    SETIP = 0x1c00,
    SETIPNUM = 0x1cdc,
    IN_CLRIP = 0x1d00,
    CLRIPNUM = 0x1ddc,
    SETIE = 0x1e00,
    SETIENUM = 0x1edc,
    CLRIE = 0x1f00,
    CLRIENUM = 0x1fdc,
    SETIPNUM_LE = 0x2000,
    SETIPNUM_BE = 0x2004,
    GENMSI = 0x3000,
    TARGET = 0x3000, /* + 4 * source */
    IDC = 0x4000,
    IDELIVERY = 0x00,
    IFORCE = 0x04,
    ITHRESHOLD = 0x08,
    TOPI = 0x18,
    CLAIMI = 0x1c,
};
enum { IE = 0x100, DM = 4, D = 0x400 };
enum { INACTIVE = 0, DETACHED = 1, EDGE1 = 4, EDGE0 = 5, LEVEL1 = 6, LEVEL0 = 7 };

/* Where messages go: machine level to MSI_M, supervisor level to MSI_S, four pages a hart. */
#define MSI_M 0x24000000ull
#define MSI_S 0x28000000ull

enum { MAX_MESSAGES = 64 };

typedef struct {
    Rig rig;
    Aplic *root, *child;
    IrqLine out[2][HARTS];
    struct {
        uint64_t address;
        uint32_t data;
    } messages[MAX_MESSAGES];
    unsigned n_messages;
} Setup;

static Setup its;

static inline bool sink_read(void *opaque, uint64_t offset, unsigned size, uint64_t *value)
{
    (void)opaque;
    (void)offset;
    (void)size;
    *value = 0;
    return true;
}

static inline bool sink_write(void *opaque, uint64_t offset, unsigned size, uint64_t value)
{
    Setup *at = opaque;
    cr_assert_eq(size, 4);
    cr_assert_lt(at->n_messages, MAX_MESSAGES);
    at->messages[at->n_messages].address = MSI_M + offset;
    at->messages[at->n_messages++].data = (uint32_t)value;
    return true;
}

static const BusOps sink_ops = { sink_read, sink_write };

static inline void make(Setup *at, bool has_direct, bool has_msi)
{
    rig_init(&at->rig);
    at->n_messages = 0;
    cr_assert(
        bus_add_mmio(&at->rig.bus, "messages", (Spa){ MSI_M }, 0x8000000, &sink_ops, at, NULL));
    DeviceSite site = rig_site(&at->rig, "aplic.m");
    at->root = (Aplic *)device_alloc(&aplic_type, &site);
    site.id = "aplic.s";
    site.base.v += S;
    at->child = (Aplic *)device_alloc(&aplic_type, &site);
    at->child->parent = at->root;
    for (unsigned i = 0; i < HARTS; i++) {
        at->out[0][i] = rig_wire(&at->rig, M_WIRE + i);
        at->out[1][i] = rig_wire(&at->rig, S_WIRE + i);
    }
    at->root->out = at->out[0];
    at->child->out = at->out[1];
    at->root->n_harts = at->child->n_harts = HARTS;
    at->root->guests = at->child->guests = GUESTS;
    at->root->has_direct = at->child->has_direct = has_direct;
    at->root->has_msi = at->child->has_msi = has_msi;
    rig_start(&at->root->dev);
    rig_start(&at->child->dev);
}

static inline void unmake(Setup *at)
{
    device_free(&at->child->dev);
    device_free(&at->root->dev);
    rig_free(&at->rig);
}

static inline void setup(void)
{
    make(&its, true, true);
}

static inline void teardown(void)
{
    unmake(&its);
}

static inline uint32_t get(uint32_t domain, uint32_t reg)
{
    return (uint32_t)rig_read(&its.rig, domain + reg, 4);
}

static inline void put(uint32_t domain, uint32_t reg, uint32_t value)
{
    rig_write(&its.rig, domain + reg, 4, value);
}

static inline void wire(unsigned source, bool level)
{
    aplic_set_source(its.root, source, level);
}

static inline uint32_t idc(unsigned hart, uint32_t reg)
{
    return IDC + 32 * hart + reg;
}

static inline bool has_bit(uint32_t domain, uint32_t array, unsigned source)
{
    return get(domain, array + 4 * (source / 32)) >> source % 32 & 1;
}

static inline bool pending(uint32_t domain, unsigned source)
{
    return has_bit(domain, SETIP, source);
}

/* A source that `domain` has in this mode, enabled, for hart 0. */
static inline void configure(uint32_t domain, unsigned source, unsigned mode)
{
    put(M, SOURCECFG + 4 * source, domain == S ? D : mode);
    if (domain == S)
        put(S, SOURCECFG + 4 * source, mode);
    put(domain, SETIENUM, source);
}

static inline void deliver_directly(uint32_t domain)
{
    put(domain, DOMAINCFG, IE);
    for (unsigned hart = 0; hart < HARTS; hart++)
        put(domain, idc(hart, IDELIVERY), 1);
}

/* Messages to MSI_M + hart * 4 KiB and MSI_S + hart * 16 KiB + guest * 4 KiB. */
static inline void set_addresses(void)
{
    put(M, MMSIADDRCFG, MSI_M >> 12);
    put(M, SMSIADDRCFG, MSI_S >> 12);
    put(M, SMSIADDRCFGH, 2 << 20);
    put(M, MMSIADDRCFGH, 2 << 12);
}

static inline void deliver_by_messages(uint32_t domain)
{
    set_addresses();
    put(domain, DOMAINCFG, IE | DM);
}

static inline unsigned levels(void)
{
    unsigned high = 0;
    for (unsigned number = 0; number < RIG_WIRES; number++)
        high += its.rig.level[number];
    return high;
}

static inline void expect_message(uint64_t address, uint32_t data)
{
    cr_expect_eq(its.n_messages, 1, "%u messages", its.n_messages);
    cr_expect_eq(its.messages[0].address, address, "to 0x%lx",
                 (unsigned long)its.messages[0].address);
    cr_expect_eq(its.messages[0].data, data, "data %u", its.messages[0].data);
    its.n_messages = 0;
}

#endif
