/* SPDX-License-Identifier: MIT */
/*
 * virtqueue.c - split virtqueues; see virtqueue.h.
 *
 * The rings' indices run freely modulo 2^16. A driver can have at most `num` chains outstanding, so
 * an index further ahead than that is a lie; a chain can have at most as many descriptors as its
 * table, so a longer one is a loop.
 */
#include "devices/virtqueue.h"

#include <string.h>

enum { DESC_NEXT = 1, DESC_WRITE = 2, DESC_INDIRECT = 4 }; /* 2.7.5 */
enum { RING_FLAGS = 0, RING_INDEX = 2, RING_ENTRIES = 4 }; /* 2.7.6, 2.7.8 */
enum { DESC_SIZE = 16, USED_SIZE = 8, AVAIL_NO_INTERRUPT = 1 };

typedef struct {
    uint64_t address;
    uint32_t size;
    uint16_t flags, next;
} Descriptor;

_Static_assert(sizeof(Descriptor) == DESC_SIZE, "descriptors are read as they lie in memory");

void virtqueue_reset(VirtQueue *queue)
{
    *queue = (VirtQueue){
        .dev = queue->dev,
        .features = queue->features,
        .max = queue->max,
        .num = queue->max,
    };
}

bool virtqueue_is_aligned(const VirtQueue *queue)
{
    return !(queue->desc % 16) && !(queue->avail % 2) && !(queue->used % 4);
}

static bool read16(const VirtQueue *queue, uint64_t address, uint16_t *value)
{
    return device_dma_read(queue->dev, address, value, sizeof *value);
}

static bool write16(const VirtQueue *queue, uint64_t address, uint16_t value)
{
    return device_dma_write(queue->dev, address, &value, sizeof value);
}

bool virtqueue_count(const VirtQueue *queue, unsigned *n)
{
    uint16_t index;
    *n = 0;
    if (!read16(queue, queue->avail + RING_INDEX, &index))
        return false;
    if ((uint16_t)(index - queue->last_avail) > queue->num)
        return device_guest_error(queue->dev, GUEST_ERROR_QUEUE, index);
    *n = (uint16_t)(index - queue->last_avail);
    return true;
}

bool virtqueue_is_empty(const VirtQueue *queue, bool *empty)
{
    unsigned n;
    bool ok = virtqueue_count(queue, &n);
    *empty = !n;
    return ok;
}

/* 2.7.10: avail_event, behind the used ring */
static bool write_event(const VirtQueue *queue, uint16_t index)
{
    return write16(queue, queue->used + RING_ENTRIES + (uint64_t)USED_SIZE * queue->num, index);
}

bool virtqueue_ask(VirtQueue *queue)
{
    unsigned n;
    if (!(*queue->features & VIRTIO_F_EVENT_IDX))
        return true;
    return virtqueue_count(queue, &n) && write_event(queue, (uint16_t)(queue->last_avail + n));
}

/* A table of descriptors: the queue's own, or the one an indirect descriptor points at. */
typedef struct {
    uint64_t address;
    uint32_t n;
    bool indirect;
} Table;

/* 2.7.5.3: tables do not nest, do not continue in the main table, and the feature was
 * negotiated. */
static bool enter_indirect(const VirtQueue *queue, const Descriptor *desc, Table *table)
{
    if (!(*queue->features & VIRTIO_F_INDIRECT) || table->indirect || desc->flags & DESC_NEXT ||
        !desc->size || desc->size % DESC_SIZE || desc->size / DESC_SIZE > VIRTQUEUE_MAX_SEGMENTS)
        return device_guest_error(queue->dev, GUEST_ERROR_QUEUE, desc->size);
    *table = (Table){ desc->address, desc->size / DESC_SIZE, true };
    return true;
}

/* 2.7.4.2: everything to read comes before everything to write. */
static bool add_segment(VirtChain *chain, const Descriptor *desc)
{
    bool write = desc->flags & DESC_WRITE;
    unsigned at = chain->n_out + chain->n_in;
    if (at == VIRTQUEUE_MAX_SEGMENTS || (!write && chain->n_in))
        return device_guest_error(chain->dev, GUEST_ERROR_QUEUE, desc->address);
    chain->segments[at] = (VirtSegment){ desc->address, desc->size };
    *(write ? &chain->n_in : &chain->n_out) += 1;
    *(write ? &chain->in_left : &chain->out_left) += desc->size;
    return true;
}

static bool collect(const VirtQueue *queue, VirtChain *chain)
{
    Table table = { queue->desc, queue->num, false };
    uint32_t index = chain->head;
    Descriptor desc;
    for (uint32_t count = 0;; count++) {
        if (index >= table.n || count >= table.n)
            return device_guest_error(queue->dev, GUEST_ERROR_QUEUE, index);
        if (!device_dma_read(queue->dev, table.address + (uint64_t)index * DESC_SIZE, &desc,
                             sizeof desc))
            return false;
        if (desc.flags & DESC_INDIRECT) {
            if (!enter_indirect(queue, &desc, &table))
                return false;
            index = 0;
            count = UINT32_MAX; /* the first of the new table is number 0 */
            continue;
        }
        if (!add_segment(chain, &desc))
            return false;
        if (!(desc.flags & DESC_NEXT))
            return true;
        index = desc.next;
    }
}

bool virtqueue_pop(VirtQueue *queue, VirtChain *chain)
{
    uint64_t entry = queue->avail + RING_ENTRIES + 2 * (queue->last_avail % queue->num);
    memset(chain, 0, offsetof(VirtChain, segments));
    chain->dev = queue->dev;
    if (!read16(queue, entry, &chain->head) || !collect(queue, chain))
        return false;
    chain->in_at = chain->n_out;
    queue->last_avail++;
    return !(*queue->features & VIRTIO_F_EVENT_IDX) ||
           write_event(queue, queue->last_avail); /* tell me of the next one */
}

void virtqueue_unpop(VirtQueue *queue)
{
    queue->last_avail--;
}

bool virtqueue_push(VirtQueue *queue, const VirtChain *chain, uint32_t written)
{
    uint32_t entry[2] = { chain->head, written };
    uint64_t at = queue->used + RING_ENTRIES + USED_SIZE * (queue->used_idx % queue->num);
    if (!device_dma_write(queue->dev, at, entry, sizeof entry))
        return false;
    queue->used_idx++;
    return write16(queue, queue->used + RING_INDEX, queue->used_idx);
}

/* 2.7.7: without event indices a flag says "never"; with them an index says "when you pass
 * this". */
bool virtqueue_signal(VirtQueue *queue, bool *wanted)
{
    uint16_t value, old = queue->signalled;
    bool with_event = *queue->features & VIRTIO_F_EVENT_IDX;
    uint64_t event = queue->avail + RING_ENTRIES + 2ull * queue->num;
    if (!read16(queue, with_event ? event : queue->avail + RING_FLAGS, &value))
        return false;
    if (!with_event) {
        *wanted = !(value & AVAIL_NO_INTERRUPT);
        return true;
    }
    *wanted = !queue->signalled_valid ||
              (uint16_t)(queue->used_idx - value - 1) < (uint16_t)(queue->used_idx - old);
    queue->signalled = queue->used_idx;
    queue->signalled_valid = true;
    return true;
}

/* How much of segment `at` comes next, at most `size`; moves on to the next segment when this
 * one is done. */
static uint32_t next_part(const VirtChain *chain, unsigned *at, uint32_t *done, uint64_t size,
                          uint64_t *address)
{
    while (*done == chain->segments[*at].size) {
        ++*at;
        *done = 0;
    }
    *address = chain->segments[*at].address + *done;
    uint32_t part = (uint32_t)MIN(size, chain->segments[*at].size - *done);
    *done += part;
    return part;
}

bool virtchain_get(VirtChain *chain, void *data, size_t size)
{
    uint8_t *to = data;
    uint64_t address;
    if (size > chain->out_left)
        return device_guest_error(chain->dev, GUEST_ERROR_QUEUE, size);
    chain->out_left -= size;
    while (size) {
        uint32_t part = next_part(chain, &chain->out_at, &chain->out_done, size, &address);
        if (!device_dma_read(chain->dev, address, to, part))
            return false;
        to += part;
        size -= part;
    }
    return true;
}

bool virtchain_put(VirtChain *chain, const void *data, size_t size)
{
    const uint8_t *from = data;
    uint64_t address;
    if (size > chain->in_left)
        return device_guest_error(chain->dev, GUEST_ERROR_QUEUE, size);
    chain->in_left -= size;
    while (size) {
        uint32_t part = next_part(chain, &chain->in_at, &chain->in_done, size, &address);
        if (!device_dma_write(chain->dev, address, from, part))
            return false;
        from += part;
        size -= part;
    }
    return true;
}

void virtchain_skip(VirtChain *chain, uint64_t size)
{
    uint64_t address;
    size = MIN(size, chain->in_left);
    chain->in_left -= size;
    while (size)
        size -= next_part(chain, &chain->in_at, &chain->in_done, size, &address);
}

/* Whatever a damaged snapshot says, a queue has a size to count modulo. */
static void virtqueue_loaded(void *object)
{
    VirtQueue *queue = object;
    if (!queue->num || queue->num > queue->max || queue->num & (queue->num - 1))
        virtqueue_reset(queue);
}

static const StateField virtqueue_fields[] = {
    STATE(VirtQueue, num),
    STATE(VirtQueue, ready),
    STATE(VirtQueue, desc),
    STATE(VirtQueue, avail),
    STATE(VirtQueue, used),
    STATE(VirtQueue, last_avail),
    STATE(VirtQueue, used_idx),
    STATE(VirtQueue, signalled),
    STATE(VirtQueue, signalled_valid),
    STATE_END,
};

const StateDesc virtqueue_state = {
    .name = "virtqueue",
    .version = 1,
    .fields = virtqueue_fields,
    .loaded = virtqueue_loaded,
};
