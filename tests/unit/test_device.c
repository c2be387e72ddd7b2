/* SPDX-License-Identifier: MIT */
/* test_device.c - register tables, DMA, construction, and what devices add to the device tree. */
#include <libfdt.h>
#include <string.h>

#include <criterion/criterion.h>

#include "devices/plic.h"
#include "devices/uart.h"
#include "emu/base/error.h"
#include "tests/lib/device_rig.h"

/* A device with a register of each kind. */
typedef struct {
    Device dev;
    uint32_t ro, rw, w1c, w1s, wo, bank[4];
    uint64_t wide;
    uint8_t byte;
    unsigned n_reads, n_writes, last_index;
} Sample;

static void count_read(Device *dev, const Reg *reg, unsigned index)
{
    Sample *sample = (Sample *)dev;
    (void)reg;
    sample->n_reads++;
    sample->last_index = index;
}

static void count_write(Device *dev, const Reg *reg, unsigned index)
{
    Sample *sample = (Sample *)dev;
    (void)reg;
    sample->n_writes++;
    sample->last_index = index;
}

// clang-format off
static const Reg sample_regs[] = {
    { "ro",   0x00, 1, AT(Sample, ro),         REG_RO,  0xffffffff, NULL, NULL },
    { "rw",   0x04, 1, AT(Sample, rw),         REG_RW,  0x00ffff00, NULL, NULL },
    { "w1c",  0x08, 1, AT(Sample, w1c),        REG_W1C, 0x0000000f, NULL, NULL },
    { "w1s",  0x0c, 1, AT(Sample, w1s),        REG_W1S, 0x0000000f, NULL, NULL },
    { "wo",   0x10, 1, AT(Sample, wo),         REG_WO,  0xffffffff, NULL, NULL },
    { "byte", 0x17, 1, AT(Sample, byte),       REG_RW,  0xff,       NULL, NULL },
    { "wide", 0x18, 1, AT(Sample, wide),       REG_RW,  ~0ull,      count_read, NULL },
    { "bank", 0x20, 4, AT_ARRAY(Sample, bank), REG_RW,  0xffffffff, count_read, count_write },
};
// clang-format on

static const DeviceType sample_type = {
    .name = "sample",
    .size = sizeof(Sample),
    .mmio_size = 0x1000,
    .regs = sample_regs,
    .n_regs = G_N_ELEMENTS(sample_regs),
};

static Rig rig;
static Sample *sample;

static void setup(void)
{
    rig_init(&rig);
    DeviceSite site = rig_site(&rig, "sample");
    sample = (Sample *)device_alloc(&sample_type, &site);
    rig_start(&sample->dev);
}

static void teardown(void)
{
    device_free(&sample->dev);
    rig_free(&rig);
}

TestSuite(device, .init = setup, .fini = teardown);

Test(device, stores_follow_the_kind_of_register_and_its_mask)
{
    static const struct {
        unsigned offset;
        uint32_t before, written, after;
    } vectors[] = {
        { 0x00, 0x12345678, 0xffffffff, 0x12345678 }, { 0x04, 0x11223344, 0xffffffff, 0x11ffff44 },
        { 0x08, 0x000000ff, 0x0000003c, 0x000000f3 }, { 0x0c, 0x00000030, 0x000000c3, 0x00000033 },
        { 0x10, 0x00000000, 0x89abcdef, 0x89abcdef },
    };
    uint32_t *const fields[] = { &sample->ro, &sample->rw, &sample->w1c, &sample->w1s,
                                 &sample->wo };
    for (unsigned i = 0; i < G_N_ELEMENTS(vectors); i++) {
        *fields[i] = vectors[i].before;
        rig_write(&rig, vectors[i].offset, 4, vectors[i].written);
        cr_expect_eq(*fields[i], vectors[i].after, "offset 0x%x", vectors[i].offset);
        cr_expect_eq(rig_read(&rig, vectors[i].offset, 4),
                     vectors[i].offset == 0x10 ? 0 : vectors[i].after);
    }
}

Test(device, registers_may_be_accessed_in_parts_but_not_across)
{
    rig_write(&rig, 0x18, 8, 0x1122334455667788);
    cr_expect_eq(rig_read(&rig, 0x1c, 4), 0x11223344);
    cr_expect_eq(rig_read(&rig, 0x1a, 2), 0x5566);
    rig_write(&rig, 0x1c, 4, 0xaabbccdd);
    cr_expect_eq(sample->wide, 0xaabbccdd55667788);
    cr_expect_eq(sample->n_reads, 3, "two reads, and one before the store of a half");
    rig_write(&rig, 0x17, 1, 0x5a);
    cr_expect_eq(sample->byte, 0x5a);
    cr_expect(rig_read_faults(&rig, 0x20, 8));
    cr_expect(rig_read_faults(&rig, 0x14, 4));
    cr_expect(rig_read_faults(&rig, 0x16, 2));
    cr_expect(rig_write_faults(&rig, 0xffc, 4, 0));
    cr_expect_eq(rig_guest_errors(&rig), 4);
}

Test(device, banks_tell_their_hooks_the_index)
{
    for (unsigned i = 0; i < 4; i++) {
        rig_write(&rig, 0x20 + 4 * i, 4, 100 + i);
        cr_expect_eq(sample->last_index, i);
        cr_expect_eq(sample->bank[i], 100 + i);
        cr_expect_eq(rig_read(&rig, 0x20 + 4 * i, 4), 100 + i);
    }
    cr_expect_eq(sample->n_writes, 4);
    cr_expect(rig_read_faults(&rig, 0x30, 4));
}

/* AIA, "MSI encoding" */
Test(device, message_is_a_write_of_32_bits_to_whatever_is_there)
{
    uint64_t value = 0;
    cr_expect(device_send_msi(&sample->dev, RIG_BASE + 0x24, 0x12345678));
    cr_expect_eq(rig_read(&rig, 0x24, 4), 0x12345678);
    cr_expect(device_send_msi(&sample->dev, RIG_RAM + 8, 0x12345678));
    cr_expect(device_dma_read(&sample->dev, RIG_RAM + 8, &value, 8));
    cr_expect_eq(value, 0x12345678);
    cr_expect_eq(rig_guest_errors(&rig), 0);
    cr_expect_not(device_send_msi(&sample->dev, RIG_BASE + 0x10000, 1), "nobody is there");
    cr_expect_not(device_send_msi(&sample->dev, ~0xfffull, 1));
    cr_expect_not(device_send_msi(&sample->dev, RIG_BASE + 0x14, 1), "no register there");
    cr_expect_eq(rig_guest_errors(&rig), 4, "one by the register, which was asked");
}

Test(device, dma_reaches_ram_and_nothing_else)
{
    static const uint64_t bad[] = { RIG_BASE, 0, RIG_RAM - 1, RIG_RAM + RIG_RAM_SIZE - 3,
                                    UINT64_MAX - 1 };
    uint32_t value = 0xcafe;
    cr_expect(device_dma_write(&sample->dev, RIG_RAM + 0x1ffe, &value, 4));
    value = 0;
    cr_expect(device_dma_read(&sample->dev, RIG_RAM + 0x1ffe, &value, 4));
    cr_expect_eq(value, 0xcafe);
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        cr_expect_not(device_dma_write(&sample->dev, bad[i], &value, 4), "0x%lx", (long)bad[i]);
        cr_expect_not(device_dma_read(&sample->dev, bad[i], &value, 4), "0x%lx", (long)bad[i]);
    }
    cr_expect_eq(rig_guest_errors(&rig), 2 * G_N_ELEMENTS(bad));
}

Test(device, two_devices_cannot_share_an_address)
{
    g_autoptr(GError) error = NULL;
    DeviceSite site = rig_site(&rig, "second");
    cr_expect_not(device_realize(device_alloc(&sample_type, &site), &error));
    cr_assert_not_null(error);
    cr_expect_eq(error->code, EXIT_CONFIG);
    cr_expect_not_null(strstr(error->message, "second"));
}

/* The node that `dev` describes itself in, in `fdt` of `size` bytes. */
static void describe(Device *dev, void *fdt, int size)
{
    cr_assert(!fdt_create(fdt, size) && !fdt_finish_reservemap(fdt));
    cr_assert(!fdt_begin_node(fdt, ""));
    dev->type->describe(dev, fdt);
    cr_assert(!fdt_end_node(fdt) && !fdt_finish(fdt));
}

static uint32_t cell(const void *fdt, const char *name)
{
    int size;
    const fdt32_t *value = fdt_getprop(fdt, 0, name, &size);
    cr_assert(value && size == 4, "%s", name);
    return fdt32_ld(value);
}

Test(device, devices_tell_the_device_tree_what_only_they_know)
{
    uint64_t fdt[128];
    DeviceSite site = rig_site(&rig, "described");
    Device *uart = device_alloc(&uart_type, &site), *plic = device_alloc(&plic_type, &site);
    describe(uart, fdt, sizeof fdt);
    cr_expect_eq(cell(fdt, "clock-frequency"), 3686400);
    describe(plic, fdt, sizeof fdt);
    cr_expect_eq(cell(fdt, "riscv,ndev"), 95);
    cr_expect_eq(cell(fdt, "#interrupt-cells"), 1);
    cr_expect_eq(cell(fdt, "#address-cells"), 0);
    cr_expect_not_null(fdt_getprop(fdt, 0, "interrupt-controller", NULL));
    device_free(uart);
    device_free(plic);
}
