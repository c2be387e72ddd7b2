/* SPDX-License-Identifier: MIT */
/*
 * virtio_mmio.c - a virtio device as a block of registers; see virtio_mmio.h.
 *
 * The registers are not a table: most of them are windows onto what QueueSel or a features selector
 * chose, and which of them exist depends on the version. Section 4.2.2 has the list, 4.2.4 the
 * legacy one.
 */
#include "devices/virtio_mmio.h"

enum {
    MAGIC_VALUE = 0x000,
    VERSION_NUMBER = 0x004,
    DEVICE_ID = 0x008,
    VENDOR_ID = 0x00c,
    DEVICE_FEATURES = 0x010,
    DEVICE_FEATURES_SEL = 0x014,
    DRIVER_FEATURES = 0x020,
    DRIVER_FEATURES_SEL = 0x024,
    GUEST_PAGE_SIZE = 0x028, /* legacy */
    QUEUE_SEL = 0x030,
    QUEUE_NUM_MAX = 0x034,
    QUEUE_NUM = 0x038,
    QUEUE_ALIGN = 0x03c, /* legacy */
    QUEUE_PFN = 0x040,   /* legacy */
    QUEUE_READY = 0x044,
    QUEUE_NOTIFY = 0x050,
    INTERRUPT_STATUS = 0x060,
    INTERRUPT_ACK = 0x064,
    STATUS = 0x070,
    QUEUE_DESC = 0x080, /* each of these is 64 bits wide, in two registers */
    QUEUE_DRIVER = 0x090,
    QUEUE_DEVICE = 0x0a0,
    SHM_SEL = 0x0ac,
    SHM_LENGTH = 0x0b0, /* length and base, 64 bits each; all ones: no such region */
    SHM_END = 0x0c0,
    CONFIG_GENERATION = 0x0fc,
    CONFIG = 0x100,
    SIZE = 0x1000,
};

enum {
    MAGIC = 0x74726976,  /* "virt" */
    VENDOR = 0x554d4551, /* what xv6 insists on */
    ISR_QUEUE = 1,
    ISR_CONFIG = 2,
};

static void update_irq(VirtioMmio *mmio)
{
    irq_set(&mmio->dev.irq, mmio->isr);
}

static void interrupt(Virtio *virtio, int queue)
{
    VirtioMmio *mmio = (VirtioMmio *)virtio->dev;
    mmio->isr |= queue == VIRTIO_CONFIG_CHANGED ? ISR_CONFIG : ISR_QUEUE;
    update_irq(mmio);
}

/* The queue that QueueSel chose, or NULL. */
static VirtQueue *selected(VirtioMmio *mmio)
{
    return mmio->queue_sel < virtio_n_queues(&mmio->virtio) ? &mmio->virtio.queues[mmio->queue_sel]
                                                            : NULL;
}

static uint32_t read_legacy(const VirtioMmio *mmio, const VirtQueue *queue, uint64_t offset)
{
    if (offset == QUEUE_PFN && queue && mmio->page_size)
        return (uint32_t)(queue->desc / mmio->page_size);
    device_guest_error((Device *)mmio, GUEST_ERROR_REGISTER, offset);
    return 0;
}

static uint32_t read_modern(const VirtioMmio *mmio, const VirtQueue *queue, uint64_t offset)
{
    switch (offset) {
    case QUEUE_READY: return queue && queue->ready;
    case CONFIG_GENERATION: return mmio->virtio.generation;
    case SHM_LENGTH ... SHM_END - 1: return UINT32_MAX;
    default: device_guest_error((Device *)mmio, GUEST_ERROR_REGISTER, offset); return 0;
    }
}

static uint32_t read_register(VirtioMmio *mmio, uint64_t offset)
{
    const Virtio *virtio = &mmio->virtio;
    const VirtQueue *queue = selected(mmio);
    switch (offset) {
    case MAGIC_VALUE: return MAGIC;
    case VERSION_NUMBER: return mmio->modern ? 2 : 1;
    case DEVICE_ID: return virtio->backend ? virtio->backend->type->device_id : 0;
    case VENDOR_ID: return VENDOR;
    case DEVICE_FEATURES:
        return mmio->offered_half > 1
                   ? 0
                   : (uint32_t)(virtio_offered(virtio) >> 32 * mmio->offered_half);
    case QUEUE_NUM_MAX: return queue ? queue->max : 0;
    case INTERRUPT_STATUS: return mmio->isr;
    case STATUS: return virtio->status;
    default:
        return mmio->modern ? read_modern(mmio, queue, offset) : read_legacy(mmio, queue, offset);
    }
}

static void set_size(VirtioMmio *mmio, VirtQueue *queue, uint32_t num)
{
    if (queue->ready || !num || num > queue->max || num & (num - 1))
        device_guest_error(&mmio->dev, GUEST_ERROR_VALUE, num);
    else
        queue->num = num;
}

static void set_ready(VirtioMmio *mmio, VirtQueue *queue, bool ready)
{
    if (ready && !virtqueue_is_aligned(queue)) {
        device_guest_error(&mmio->dev, GUEST_ERROR_QUEUE, queue->desc);
        virtio_break(&mmio->virtio);
        return;
    }
    queue->ready = ready;
}

/* 2.7.2: the three parts in one run of memory, the used ring aligned. Page 0 takes the queue
 * away. */
static void set_pfn(VirtioMmio *mmio, VirtQueue *queue, uint32_t pfn)
{
    uint64_t align = mmio->align[mmio->queue_sel];
    if (!pfn) {
        virtqueue_reset(queue);
        return;
    }
    if (!align || !mmio->page_size) {
        device_guest_error(&mmio->dev, GUEST_ERROR_VALUE, pfn);
        return;
    }
    queue->desc = (uint64_t)pfn * mmio->page_size;
    queue->avail = queue->desc + 16ull * queue->num;
    queue->used = (queue->avail + 2 * (3ull + queue->num) + align - 1) & ~(align - 1);
    set_ready(mmio, queue, true);
}

/* A size that must be a power of two; others are refused. */
static void set_power(VirtioMmio *mmio, uint32_t *field, uint32_t value)
{
    if (!value || value & (value - 1))
        device_guest_error(&mmio->dev, GUEST_ERROR_VALUE, value);
    else
        *field = value;
}

static void write_legacy(VirtioMmio *mmio, VirtQueue *queue, uint64_t offset, uint32_t value)
{
    if (offset == GUEST_PAGE_SIZE)
        set_power(mmio, &mmio->page_size, value);
    else if (offset == QUEUE_ALIGN && queue)
        set_power(mmio, &mmio->align[mmio->queue_sel], value);
    else if (offset == QUEUE_PFN && queue)
        set_pfn(mmio, queue, value);
    else
        device_guest_error(&mmio->dev, GUEST_ERROR_REGISTER, offset);
}

static void write_modern(VirtioMmio *mmio, VirtQueue *queue, uint64_t offset, uint32_t value)
{
    unsigned low = offset % 8 ? 32 : 0;
    uint64_t *part = NULL;
    switch (offset & ~7ull) {
    case QUEUE_DESC: part = queue ? &queue->desc : NULL; break;
    case QUEUE_DRIVER: part = queue ? &queue->avail : NULL; break;
    case QUEUE_DEVICE: part = queue ? &queue->used : NULL; break;
    default: break;
    }
    if (offset == SHM_SEL)
        return;
    if (offset == QUEUE_READY && queue)
        set_ready(mmio, queue, value & 1);
    else if (part && !queue->ready)
        *part = set_bits(*part, low + 31, low, value);
    else
        device_guest_error(&mmio->dev, GUEST_ERROR_REGISTER, offset);
}

/* A reset by the driver keeps the selectors and the page size, which legacy drivers set before
 * it. */
static void write_status(VirtioMmio *mmio, uint8_t value)
{
    virtio_set_status(&mmio->virtio, value);
    if (!value) {
        mmio->isr = 0;
        update_irq(mmio);
    }
}

static void write_register(VirtioMmio *mmio, uint64_t offset, uint32_t value)
{
    VirtQueue *queue = selected(mmio);
    switch (offset) {
    case DEVICE_FEATURES_SEL: mmio->offered_half = value; break;
    case DRIVER_FEATURES_SEL: mmio->accepted_half = value; break;
    case DRIVER_FEATURES: virtio_accept(&mmio->virtio, mmio->accepted_half, value); break;
    case QUEUE_SEL: mmio->queue_sel = value; break;
    case QUEUE_NUM:
        if (queue)
            set_size(mmio, queue, value);
        break;
    case QUEUE_NOTIFY: virtio_notify(&mmio->virtio, value); break;
    case INTERRUPT_ACK:
        mmio->isr &= ~value;
        update_irq(mmio);
        break;
    case STATUS: write_status(mmio, (uint8_t)value); break;
    default:
        if (mmio->modern)
            write_modern(mmio, queue, offset, value);
        else
            write_legacy(mmio, queue, offset, value);
    }
}

/* 4.2.2.2: words only, but for the configuration space. */
static bool mmio_read(void *opaque, uint64_t offset, unsigned size, uint64_t *value)
{
    VirtioMmio *mmio = opaque;
    if (offset >= CONFIG)
        *value = virtio_read_config(&mmio->virtio, offset - CONFIG, size);
    else if (size == 4)
        *value = read_register(mmio, offset);
    else
        return device_guest_error(&mmio->dev, GUEST_ERROR_REGISTER, offset);
    return true;
}

static bool mmio_write(void *opaque, uint64_t offset, unsigned size, uint64_t value)
{
    VirtioMmio *mmio = opaque;
    if (!mmio->backend)
        return true;
    if (offset >= CONFIG)
        virtio_write_config(&mmio->virtio, offset - CONFIG, size, value);
    else if (size == 4)
        write_register(mmio, offset, (uint32_t)value);
    else
        return device_guest_error(&mmio->dev, GUEST_ERROR_REGISTER, offset);
    return true;
}

static bool mmio_realize(Device *dev, GError **error)
{
    VirtioMmio *mmio = (VirtioMmio *)dev;
    (void)error;
    mmio->virtio.modern = mmio->modern;
    mmio->virtio.interrupt = interrupt;
    virtio_init(&mmio->virtio, dev, mmio->backend);
    return true;
}

static void mmio_reset(Device *dev)
{
    VirtioMmio *mmio = (VirtioMmio *)dev;
    mmio->offered_half = mmio->accepted_half = mmio->queue_sel = mmio->page_size = 0;
    for (unsigned i = 0; i < VIRTIO_MAX_QUEUES; i++)
        mmio->align[i] = 0;
    write_status(mmio, 0);
}

static void mmio_finalize(Device *dev)
{
    virtio_backend_free(((VirtioMmio *)dev)->backend);
}

static void mmio_visit(Device *dev, StateVisitor *visitor)
{
    virtio_visit(&((VirtioMmio *)dev)->virtio, visitor);
}

static const StateField mmio_fields[] = {
    STATE(VirtioMmio, isr),
    STATE(VirtioMmio, offered_half),
    STATE(VirtioMmio, accepted_half),
    STATE(VirtioMmio, queue_sel),
    STATE(VirtioMmio, page_size),
    STATE_ARRAY(VirtioMmio, align),
    STATE_END,
};
static const StateDesc mmio_state = { .name = "virtio_mmio", .version = 1, .fields = mmio_fields };
static const BusOps mmio_ops = { mmio_read, mmio_write };

const DeviceType virtio_mmio_type = {
    .name = "virtio_mmio",
    .compatible = "virtio,mmio",
    .size = sizeof(VirtioMmio),
    .mmio_size = SIZE,
    .ops = &mmio_ops,
    .state = &mmio_state,
    .realize = mmio_realize,
    .reset = mmio_reset,
    .finalize = mmio_finalize,
    .visit = mmio_visit,
};
