/* SPDX-License-Identifier: MIT */
/*
 * aplic_registers.c - the registers of an interrupt domain; see aplic.h.
 *
 * The table is the one in "Memory-mapped control region for an interrupt domain". It has functions
 * instead of places and masks, because hardly a register is just a place: what can be written
 * depends on the source's mode, on the domain's, and on its parent. All registers are words.
 */
#include "devices/aplic_domain.h"
#include "emu/base/mutant.h"

#define DOMAINCFG_READ_ONLY 0x80000000u

enum { IDC_REGISTERS = 8 };
enum { IDC_IDELIVERY = 0, IDC_IFORCE = 1, IDC_ITHRESHOLD = 2, IDC_TOPI = 6, IDC_CLAIMI = 7 };

static uint32_t read_domaincfg(Aplic *domain, unsigned index)
{
    (void)index;
    return DOMAINCFG_READ_ONLY | domain->domaincfg;
}

/* "Domain configuration (domaincfg)": DM is what the domain can do; data is little-endian. */
static void write_domaincfg(Aplic *domain, unsigned index, uint32_t value)
{
    bool by_messages = domain->has_msi && (value & DOMAINCFG_DM || !domain->has_direct);
    (void)index;
    domain->domaincfg = (domain->domaincfg & DOMAINCFG_DM) | (value & DOMAINCFG_IE);
    aplic_set_delivery_mode(domain, by_messages);
}

static uint32_t read_sourcecfg(Aplic *domain, unsigned index)
{
    return index < APLIC_SOURCES ? domain->sourcecfg[index + 1] : 0;
}

/* "Source configurations": a domain without a child makes zero of what would delegate. The child's
 * index is 0, and reserved modes are Inactive. */
static void write_sourcecfg(Aplic *domain, unsigned index, uint32_t value)
{
    unsigned source = index + 1, mode = value & SOURCECFG_SM;
    if (!aplic_has_source(domain, source)) {
        device_guest_error(&domain->dev, GUEST_ERROR_REGISTER, 4 * source);
        return;
    }
    if (value & SOURCECFG_D)
        mode = domain->child ? SOURCECFG_D : MODE_INACTIVE;
    else if (mode > MODE_DETACHED && mode < MODE_EDGE1)
        mode = MODE_INACTIVE;
    aplic_configure(domain, source, (uint16_t)mode);
    if (domain->child)
        aplic_deliver(domain->child);
}

/* "Machine MSI address configuration": there if some domain sends messages, in the root domain. */
static bool has_msiaddrcfg(const Aplic *domain, unsigned index)
{
    bool anyone = domain->has_msi || (domain->child && domain->child->has_msi);
    return !domain->parent && anyone && (index < APLIC_SMSIADDRCFG || domain->child);
}

static uint32_t read_msiaddrcfg(Aplic *domain, unsigned index)
{
    return has_msiaddrcfg(domain, index) ? domain->msiaddrcfg[index] : 0;
}

/* mmsiaddrcfgh.L locks all four. */
static void write_msiaddrcfg(Aplic *domain, unsigned index, uint32_t value)
{
    static const uint32_t mask[] = { 0xffffffff, 0x9f77ffff, 0xffffffff, 0x00700fff };
    if (has_msiaddrcfg(domain, index) && !(domain->msiaddrcfg[APLIC_MMSIADDRCFGH] >> 31))
        domain->msiaddrcfg[index] = value & mask[index];
    else
        device_guest_error(&domain->dev, GUEST_ERROR_VALUE, value);
}

/* Arrays of bits, in words of 32; those behind the last source read as zero. */

static uint32_t word_of(uint64_t half, unsigned index)
{
    return (uint32_t)(half >> 32 * (index % 2));
}

static uint64_t as_half(uint32_t word, unsigned index)
{
    return (uint64_t)word << 32 * (index % 2);
}

static bool has_word(unsigned index)
{
    return index / 2 < APLIC_SET_WORDS;
}

static uint32_t read_pending(Aplic *domain, unsigned index)
{
    return has_word(index) ? word_of(domain->pending[index / 2], index) : 0;
}

static uint32_t read_rectified(Aplic *domain, unsigned index)
{
    return has_word(index) ? word_of(aplic_rectified(domain, index / 2), index) : 0;
}

static uint32_t read_enabled(Aplic *domain, unsigned index)
{
    return has_word(index) ? word_of(domain->enabled[index / 2], index) : 0;
}

static void write_setip(Aplic *domain, unsigned index, uint32_t value)
{
    if (has_word(index))
        aplic_set_pending(domain, index / 2, as_half(value, index));
}

static void write_clrip(Aplic *domain, unsigned index, uint32_t value)
{
    if (has_word(index))
        aplic_clear_pending(domain, index / 2, as_half(value, index));
}

static void write_setie(Aplic *domain, unsigned index, uint32_t value)
{
    if (has_word(index))
        domain->enabled[index / 2] |= as_half(value, index) & domain->active[index / 2];
}

static void write_clrie(Aplic *domain, unsigned index, uint32_t value)
{
    if (has_word(index))
        domain->enabled[index / 2] &= ~as_half(value, index);
}

/* The same by number. */

static bool is_active(const Aplic *domain, uint32_t number)
{
    return number <= APLIC_SOURCES && domain->active[number / 64] & BIT(number % 64);
}

static bool check_number(Aplic *domain, uint32_t number)
{
    return is_active(domain, number) || device_guest_error(&domain->dev, GUEST_ERROR_VALUE, number);
}

static void write_setipnum(Aplic *domain, unsigned index, uint32_t value)
{
    (void)index;
    if (check_number(domain, value))
        write_setip(domain, value / 32, 1u << value % 32);
}

static void write_setipnum_be(Aplic *domain, unsigned index, uint32_t value)
{
    write_setipnum(domain, index, __builtin_bswap32(value));
}

static void write_clripnum(Aplic *domain, unsigned index, uint32_t value)
{
    (void)index;
    if (check_number(domain, value))
        write_clrip(domain, value / 32, 1u << value % 32);
}

static void write_setienum(Aplic *domain, unsigned index, uint32_t value)
{
    (void)index;
    if (check_number(domain, value))
        write_setie(domain, value / 32, 1u << value % 32);
}

static void write_clrienum(Aplic *domain, unsigned index, uint32_t value)
{
    (void)index;
    if (check_number(domain, value))
        write_clrie(domain, value / 32, 1u << value % 32);
}

/* Where to. */

static uint32_t read_genmsi(Aplic *domain, unsigned index)
{
    (void)index;
    return domain->genmsi;
}

/* "Generate MSI (genmsi)": whatever IE says, but not while Busy. */
static void write_genmsi(Aplic *domain, unsigned index, uint32_t value)
{
    (void)index;
    if (!aplic_by_messages(domain) || domain->genmsi & GENMSI_BUSY)
        device_guest_error(&domain->dev, GUEST_ERROR_VALUE, value);
    else
        domain->genmsi =
            (value & ~(uint32_t)(BROKEN(genmsi_guest) ? GENMSI_BUSY : MASK(17, 11))) | GENMSI_BUSY;
}

static uint32_t read_target(Aplic *domain, unsigned index)
{
    return is_active(domain, index + 1) ? domain->target[index + 1] : 0;
}

/* As many bits as the largest number of a guest has. */
static uint32_t guest_index_mask(const Aplic *domain)
{
    uint32_t mask = 0;
    while ((domain->parent || BROKEN(machine_guest)) && mask < domain->guests)
        mask = mask << 1 | 1;
    return mask << 12;
}

/* "Interrupt targets". Of an inactive source it is kept until the source becomes active: aplic.c, give_target. */
static void write_target(Aplic *domain, unsigned index, uint32_t value)
{
    uint32_t hart = value & (uint32_t)MASK(31, 18), priority = value & APLIC_MAX_PRIORITY;
    if (!check_number(domain, index + 1) && !aplic_has_source(domain, index + 1))
        return;
    if (aplic_by_messages(domain))
        domain->target[index + 1] = hart | (value & (guest_index_mask(domain) | TARGET_EIID));
    else
        domain->target[index + 1] = hart | (priority ? priority : 1);
}

/* "Interrupt delivery control (IDC) structure" */
static bool find_idc(const Aplic *domain, unsigned index, unsigned *hart)
{
    *hart = index / IDC_REGISTERS;
    return domain->has_direct && *hart < domain->n_harts;
}

static uint32_t read_idc(Aplic *domain, unsigned index)
{
    unsigned hart;
    if (!find_idc(domain, index, &hart))
        return 0;
    switch (index % IDC_REGISTERS) {
    case IDC_IDELIVERY: return domain->idelivery[hart];
    case IDC_IFORCE: return domain->iforce[hart];
    case IDC_ITHRESHOLD: return domain->ithreshold[hart];
    case IDC_TOPI: return aplic_topi(domain, hart);
    case IDC_CLAIMI: return aplic_claim(domain, hart);
    default: return 0;
    }
}

static void write_idc(Aplic *domain, unsigned index, uint32_t value)
{
    unsigned hart;
    if (!find_idc(domain, index, &hart))
        return;
    switch (index % IDC_REGISTERS) {
    case IDC_IDELIVERY: domain->idelivery[hart] = value & 1; break;
    case IDC_IFORCE: domain->iforce[hart] = value & 1; break;
    case IDC_ITHRESHOLD: domain->ithreshold[hart] = value & APLIC_MAX_PRIORITY; break;
    default: break; /* topi and claimi are read-only */
    }
}

/* `count` words from `offset` on. NULL: reads as zero, or is read-only. */
typedef struct {
    uint32_t offset, count;
    uint32_t (*read)(Aplic *domain, unsigned index);
    void (*write)(Aplic *domain, unsigned index, uint32_t value);
} Block;

// clang-format off
static const Block blocks[] = {
    { 0x0000,    1, read_domaincfg,  write_domaincfg },
    { 0x0004, 1023, read_sourcecfg,  write_sourcecfg },
    { 0x1bc0,    4, read_msiaddrcfg, write_msiaddrcfg },
    { 0x1c00,   32, read_pending,    write_setip },
    { 0x1cdc,    1, NULL,            write_setipnum },
    { 0x1d00,   32, read_rectified,  write_clrip },
    { 0x1ddc,    1, NULL,            write_clripnum },
    { 0x1e00,   32, read_enabled,    write_setie },
    { 0x1edc,    1, NULL,            write_setienum },
    { 0x1f00,   32, NULL,            write_clrie },
    { 0x1fdc,    1, NULL,            write_clrienum },
    { 0x2000,    1, NULL,            write_setipnum },
    { 0x2004,    1, NULL,            write_setipnum_be },
    { 0x3000,    1, read_genmsi,     write_genmsi },
    { 0x3004, 1023, read_target,     write_target },
    { 0x4000, IDC_REGISTERS * APLIC_MAX_HARTS, read_idc, write_idc },
};
// clang-format on

/* The block that holds `offset`, and which of its words; NULL: the byte is reserved. */
static const Block *find_block(Device *dev, uint64_t offset, unsigned *index)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(blocks); i++) {
        *index = (unsigned)(offset - blocks[i].offset) / 4;
        if (offset >= blocks[i].offset && *index < blocks[i].count)
            return &blocks[i];
    }
    device_guest_error(dev, GUEST_ERROR_REGISTER, offset);
    return NULL;
}

static bool aplic_read(void *opaque, uint64_t offset, unsigned size, uint64_t *value)
{
    unsigned index;
    *value = 0;
    if (size != 4)
        return device_guest_error(opaque, GUEST_ERROR_REGISTER, offset);
    const Block *block = find_block(opaque, offset, &index);
    if (block && block->read)
        *value = block->read(opaque, index);
    return true;
}

static bool aplic_write(void *opaque, uint64_t offset, unsigned size, uint64_t value)
{
    unsigned index;
    if (size != 4)
        return device_guest_error(opaque, GUEST_ERROR_REGISTER, offset);
    const Block *block = find_block(opaque, offset, &index);
    if (block && block->write) {
        block->write(opaque, index, (uint32_t)value);
        aplic_deliver(opaque);
    }
    return true;
}

const BusOps aplic_register_ops = { aplic_read, aplic_write };
