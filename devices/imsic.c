/* SPDX-License-Identifier: MIT */
/*
 * imsic.c - incoming MSI controllers; see imsic.h.
 *
 * The highest priority is the lowest identity. A word of bits says which words of the file have
 * something that is both pending and enabled, so finding it takes two steps, however many
 * identities there are. Section names are those of "Incoming MSI Controller (IMSIC)" in the AIA
 * specification.
 */
#include "devices/imsic.h"
#include "emu/base/mutant.h"

#include <libfdt.h>

enum { SETEIPNUM_LE = 0, SETEIPNUM_BE = 4 };

/* "CSRs for external interrupts via an IMSIC": with XLEN = 64 every other register of an array. */
enum {
    SELECT_EIDELIVERY = 0x70,
    SELECT_EITHRESHOLD = 0x72,
    SELECT_EIP = 0x80,
    SELECT_EIE = 0xc0,
    SELECT_LAST = 0xff,
};

/* The number that traces and AiaPort give a file, which is the `index`th of its hart. */
static unsigned file_number(const Imsic *imsic, unsigned index)
{
    return imsic->is_machine ? AIA_FILE_M : index ? AIA_FILE_GUEST + index : AIA_FILE_S;
}

static unsigned files_a_hart(const Imsic *imsic)
{
    return 1 + imsic->guests;
}

static ImsicFile *get_file(const Imsic *imsic, unsigned hart, unsigned index)
{
    return &imsic->files[hart * files_a_hart(imsic) + index];
}

/* Files. */

static void update_word(ImsicFile *file, unsigned word)
{
    file->ready =
        set_bits(file->ready, word, word, (file->pending[word] & file->enabled[word]) != 0);
}

/* "External interrupt enable threshold register (eithreshold)"; 0: nothing. */
static unsigned top_identity(const ImsicFile *file)
{
    if (!file->ready)
        return 0;
    unsigned word = (unsigned)__builtin_ctzll(file->ready);
    unsigned top = 64 * word + (unsigned)__builtin_ctzll(file->pending[word] & file->enabled[word]);
    unsigned first_masked = file->eithreshold + BROKEN(threshold_inclusive);
    return !file->eithreshold || top < first_masked ? top : 0;
}

/* "Interrupt delivery and handling", "External interrupt delivery enable register (eidelivery)" */
static void update_output(const Imsic *imsic, ImsicFile *file)
{
    bool out = file->eidelivery == IMSIC_DELIVER_FILE    ? top_identity(file) != 0
               : file->eidelivery == IMSIC_DELIVER_APLIC ? file->aplic
                                                         : false;
    if (out == file->out)
        return;
    file->out = out;
    irq_set(&imsic->out[file - imsic->files], out);
}

static void put_pending(Imsic *imsic, ImsicFile *file, unsigned identity, bool pending)
{
    unsigned word = identity / 64, bit = identity % 64;
    file->pending[word] = set_bits(file->pending[word], bit, bit, pending);
    update_word(file, word);
    update_output(imsic, file);
}

/* Memory. */

unsigned imsic_guest_bits(const Imsic *imsic)
{
    unsigned bits = 0;
    while (1u << bits < files_a_hart(imsic))
        bits++;
    return bits;
}

/* The file whose page is at `offset`; NULL: the page only fills the space up. */
static ImsicFile *find_page(const Imsic *imsic, uint64_t offset, unsigned *hart, unsigned *index)
{
    unsigned bits = imsic_guest_bits(imsic);
    *hart = (unsigned)(offset >> (PAGE_SHIFT + bits));
    *index = (unsigned)(offset >> PAGE_SHIFT) & ((1u << bits) - 1);
    return *hart < imsic->n_harts && *index <= imsic->guests ? get_file(imsic, *hart, *index)
                                                             : NULL;
}

/* "Memory region for an interrupt file": all that can be read is zero, a word at a time. */
static bool imsic_read(void *opaque, uint64_t offset, unsigned size, uint64_t *value)
{
    *value = 0;
    return size == 4 || device_guest_error(opaque, GUEST_ERROR_REGISTER, offset);
}

static bool imsic_write(void *opaque, uint64_t offset, unsigned size, uint64_t value)
{
    Imsic *imsic = opaque;
    unsigned hart, index, reg = offset & PAGE_OFFSET;
    ImsicFile *file = find_page(imsic, offset, &hart, &index);
    if (size != 4 && !BROKEN(any_width))
        return device_guest_error(opaque, GUEST_ERROR_REGISTER, offset);
    if (!file || (reg != SETEIPNUM_LE && reg != SETEIPNUM_BE)) {
        device_guest_error(opaque, GUEST_ERROR_REGISTER, offset);
        return true;
    }
    uint32_t identity = reg == SETEIPNUM_LE ? (uint32_t)value : __builtin_bswap32((uint32_t)value);
    if (BROKEN(identity_wraps))
        identity &= IMSIC_IDENTITIES;
    if (!identity || identity > IMSIC_IDENTITIES) {
        device_guest_error(opaque, GUEST_ERROR_VALUE, value);
        return true;
    }
    uint64_t bit = BIT(identity % 64);
    TRACE(imsic->dev.trace, imsic_set, hart, file_number(imsic, index), identity,
          (file->enabled[identity / 64] & bit) != 0, file->eithreshold,
          (file->pending[identity / 64] & bit) != 0);
    put_pending(imsic, file, identity, true);
    return true;
}

/* The hart's side. */

static ImsicFile *find_file(const ImsicPort *port, unsigned number, Imsic **imsic)
{
    *imsic = number == AIA_FILE_M ? port->machine : port->supervisor;
    return get_file(*imsic, port->hart, number > AIA_FILE_GUEST ? number - AIA_FILE_GUEST : 0);
}

/* "Top external interrupt CSRs (mtopei, stopei, vstopei)" */
static unsigned port_topei(void *to, unsigned number)
{
    Imsic *imsic;
    ImsicFile *file = find_file(to, number, &imsic);
    return BROKEN(topei_delivery) && !file->eidelivery ? 0 : top_identity(file);
}

static void port_claim(void *to, unsigned number)
{
    const ImsicPort *port = to;
    Imsic *imsic;
    ImsicFile *file = find_file(port, number, &imsic);
    unsigned top = top_identity(file);
    TRACE(imsic->dev.trace, imsic_claim, port->hart, number, top);
    if (top)
        file->last_claim = top;
    if (top)
        put_pending(imsic, file, top, false);
}

/* The word of the array, if `file` has identities there; of those it has not, bits are zero. */
static uint64_t *find_word(ImsicFile *file, unsigned select, unsigned *word)
{
    *word = (select & (SELECT_EIE - SELECT_EIP - 1)) / 2;
    if (*word >= IMSIC_WORDS)
        return NULL;
    return select < SELECT_EIE ? &file->pending[*word] : &file->enabled[*word];
}

static bool register_exists(unsigned select)
{
    return select >= SELECT_EIDELIVERY && select <= SELECT_LAST &&
           (select < SELECT_EIP || !(select & 1) || BROKEN(odd_selectors));
}

static bool port_read(void *to, unsigned number, unsigned select, uint64_t *value)
{
    Imsic *imsic;
    unsigned word;
    ImsicFile *file = find_file(to, number, &imsic);
    if (!register_exists(select))
        return false;
    if (select >= SELECT_EIP) {
        const uint64_t *bits = find_word(file, select, &word);
        *value = bits ? *bits : 0;
    } else {
        *value = select == SELECT_EIDELIVERY    ? file->eidelivery
                 : select == SELECT_EITHRESHOLD ? file->eithreshold
                                                : 0;
    }
    return true;
}

/* Legal values only: of others, bit 0 decides. */
static uint32_t legal_delivery(const ImsicFile *file, uint64_t value)
{
    if (value == IMSIC_DELIVER_APLIC && (file->may_bypass || BROKEN(guest_bypass)))
        return IMSIC_DELIVER_APLIC;
    return value & 1 ? IMSIC_DELIVER_FILE : IMSIC_DELIVER_NONE;
}

static bool port_write(void *to, unsigned number, unsigned select, uint64_t value)
{
    Imsic *imsic;
    unsigned word;
    ImsicFile *file = find_file(to, number, &imsic);
    if (!register_exists(select))
        return false;
    if (select >= SELECT_EIP) {
        uint64_t *bits = find_word(file, select, &word);
        if (!bits)
            return true;
        *bits = word ? value : value & ~1ull; /* there is no identity 0 */
        update_word(file, word);
    } else if (select == SELECT_EIDELIVERY) {
        file->eidelivery = legal_delivery(file, value);
    } else if (select == SELECT_EITHRESHOLD) {
        file->eithreshold = value & IMSIC_IDENTITIES;
    }
    update_output(imsic, file);
    return true;
}

void imsic_port_init(ImsicPort *port, Imsic *machine, Imsic *supervisor, unsigned hart)
{
    port->port =
        (AiaPort){ port_topei, port_claim, port_read, port_write, port, supervisor->guests };
    port->machine = machine;
    port->supervisor = supervisor;
    port->hart = hart;
}

bool imsic_is_bypassed(const Imsic *imsic, unsigned hart)
{
    return get_file(imsic, hart, 0)->eidelivery == IMSIC_DELIVER_APLIC;
}

void imsic_set_aplic(void *opaque, unsigned hart, bool level)
{
    Imsic *imsic = opaque;
    ImsicFile *file = get_file(imsic, hart, 0);
    file->aplic = level;
    update_output(imsic, file);
}

/* Life. */

/* "Arrangement of the memory regions of multiple interrupt files": room for a power of two of
 * harts. */
static bool imsic_realize(Device *dev, GError **error)
{
    Imsic *imsic = (Imsic *)dev;
    unsigned harts = 1, n_files = imsic->n_harts * files_a_hart(imsic);
    (void)error;
    g_assert(imsic->n_harts && imsic->n_harts <= IMSIC_MAX_HARTS && imsic->out);
    g_assert(imsic->guests <= IMSIC_MAX_GUESTS && !(imsic->is_machine && imsic->guests));
    while (harts < imsic->n_harts)
        harts *= 2;
    dev->mmio_size = (uint64_t)harts << (PAGE_SHIFT + imsic_guest_bits(imsic));
    g_assert(!(dev->base.v & (dev->mmio_size - 1)));
    imsic->files = g_new0(ImsicFile, n_files);
    for (unsigned i = 0; i < n_files; i++)
        imsic->files[i].may_bypass = imsic->may_bypass && i % files_a_hart(imsic) == 0;
    return true;
}

static void imsic_finalize(Device *dev)
{
    g_free(((Imsic *)dev)->files);
}

/* "External interrupt delivery enable register": an APLIC delivers where one may. */
static void imsic_reset(Device *dev)
{
    Imsic *imsic = (Imsic *)dev;
    for (unsigned i = 0; i < imsic->n_harts * files_a_hart(imsic); i++) {
        ImsicFile *file = &imsic->files[i];
        bool may_bypass = file->may_bypass, out = file->out;
        *file = (ImsicFile){ .may_bypass = may_bypass, .out = out };
        file->eidelivery = may_bypass ? IMSIC_DELIVER_APLIC : IMSIC_DELIVER_NONE;
        update_output(imsic, file);
    }
}

/* Whatever a damaged snapshot says, registers hold what they can hold. */
static void file_loaded(void *object)
{
    ImsicFile *file = object;
    file->pending[0] &= ~1ull;
    file->enabled[0] &= ~1ull;
    file->eidelivery = legal_delivery(file, file->eidelivery);
    file->eithreshold &= IMSIC_IDENTITIES;
    file->last_claim = 0;
    for (unsigned word = 0; word < IMSIC_WORDS; word++)
        update_word(file, word);
}

static const StateField file_fields[] = {
    STATE_ARRAY(ImsicFile, pending),
    STATE_ARRAY(ImsicFile, enabled),
    STATE(ImsicFile, eidelivery),
    STATE(ImsicFile, eithreshold),
    STATE(ImsicFile, aplic),
    STATE(ImsicFile, out),
    STATE_END,
};

static const StateDesc file_state = {
    .name = "imsic.file",
    .version = 1,
    .fields = file_fields,
    .loaded = file_loaded,
};

static void imsic_visit(Device *dev, StateVisitor *visitor)
{
    const Imsic *imsic = (const Imsic *)dev;
    for (unsigned hart = 0; hart < imsic->n_harts; hart++)
        for (unsigned index = 0; index < files_a_hart(imsic); index++) {
            g_autofree char *name =
                g_strdup_printf("%s.hart%u.file%u", dev->id, hart, file_number(imsic, index));
            state_visit(visitor, name, &file_state, get_file(imsic, hart, index));
        }
}

static void imsic_describe(Device *dev, void *fdt)
{
    unsigned bits = imsic_guest_bits((const Imsic *)dev);
    if (bits)
        fdt_property_u32(fdt, "riscv,guest-index-bits", bits);
    fdt_property_u32(fdt, "riscv,num-ids", IMSIC_IDENTITIES);
    fdt_property(fdt, "msi-controller", NULL, 0);
    fdt_property(fdt, "interrupt-controller", NULL, 0);
    fdt_property_u32(fdt, "#interrupt-cells", 0);
}

static const BusOps imsic_ops = { imsic_read, imsic_write };

const DeviceType imsic_type = {
    .name = "interrupt-controller",
    .compatible = "qemu,imsics;riscv,imsics",
    .size = sizeof(Imsic),
    .ops = &imsic_ops,
    .realize = imsic_realize,
    .reset = imsic_reset,
    .finalize = imsic_finalize,
    .describe = imsic_describe,
    .visit = imsic_visit,
};
