/* SPDX-License-Identifier: MIT */
/* vc.c - a line whose other end is a terminal in the window; see vc.h. */
#include "emu/console/vc.h"

#include <string.h>

enum { GRACE_US = 2000000 };

/* Bytes that wait; those before `taken` do not any more. */
typedef struct {
    GByteArray *bytes;
    guint taken;
} Queue;

struct Vc {
    char *name;
    bool is_monitor;
    unsigned wanted_cols, wanted_rows;
    GMutex lock; /* of all below */
    GCond read;  /* something was read, or nobody reads any more */
    Queue said, typed;
    uint64_t dropped, n_read;
    bool open;
    bool stuck; /* nobody has read for GRACE_US while somebody waited for it */
    void (*wake)(void *opaque);
    void *wake_opaque;
    void (*wanted)(void *opaque);
    void *wanted_opaque;
    bool told; /* `wanted` was called, and vc_take not yet */
    unsigned cols, rows;
    bool sized; /* they have changed */
};

static size_t queue_size(const Queue *queue)
{
    return queue->bytes->len - queue->taken;
}

static size_t queue_take(Queue *queue, uint8_t *data, size_t max)
{
    size_t n = MIN(max, queue_size(queue));
    if (n)
        memcpy(data, queue->bytes->data + queue->taken, n);
    queue->taken += (guint)n;
    if (queue->taken == queue->bytes->len) {
        g_byte_array_set_size(queue->bytes, 0);
        queue->taken = 0;
    }
    return n;
}

/* What was taken makes room when it is more than what is left, so that every byte is moved once at most. */
static void queue_add(Queue *queue, const uint8_t *data, size_t size)
{
    if (queue->taken > queue_size(queue)) {
        g_byte_array_remove_range(queue->bytes, 0, queue->taken);
        queue->taken = 0;
    }
    g_byte_array_append(queue->bytes, data, (guint)size);
}

Vc *vc_new(const char *name, bool is_monitor, unsigned cols, unsigned rows)
{
    Vc *vc = g_new0(Vc, 1);
    *vc = (Vc){
        .name = g_strdup(name), .is_monitor = is_monitor, .wanted_cols = cols, .wanted_rows = rows
    };
    vc->said.bytes = g_byte_array_new();
    vc->typed.bytes = g_byte_array_new();
    g_mutex_init(&vc->lock);
    g_cond_init(&vc->read);
    return vc;
}

void vc_free(Vc *vc)
{
    g_byte_array_unref(vc->said.bytes);
    g_byte_array_unref(vc->typed.bytes);
    g_mutex_clear(&vc->lock);
    g_cond_clear(&vc->read);
    g_free(vc->name);
    g_free(vc);
}

const char *vc_name(const Vc *vc)
{
    return vc->name;
}

bool vc_is_monitor(const Vc *vc)
{
    return vc->is_monitor;
}

void vc_set_monitor(Vc *vc)
{
    vc->is_monitor = true;
}

void vc_wanted_size(const Vc *vc, unsigned *cols, unsigned *rows)
{
    *cols = vc->wanted_cols;
    *rows = vc->wanted_rows;
}

/* What is said. */

void vc_open(Vc *vc, void (*wake)(void *opaque), void *opaque)
{
    g_mutex_lock(&vc->lock);
    vc->open = true;
    vc->stuck = false;
    vc->wake = wake;
    vc->wake_opaque = opaque;
    if (wake && queue_size(&vc->said))
        wake(opaque);
    g_mutex_unlock(&vc->lock);
}

void vc_close(Vc *vc)
{
    g_mutex_lock(&vc->lock);
    vc->open = false;
    vc->wake = NULL;
    g_cond_broadcast(&vc->read);
    g_mutex_unlock(&vc->lock);
}

size_t vc_read(Vc *vc, uint8_t *data, size_t max)
{
    g_mutex_lock(&vc->lock);
    size_t n = queue_take(&vc->said, data, max);
    vc->n_read += n;
    vc->stuck &= !n;
    if (n)
        g_cond_broadcast(&vc->read);
    g_mutex_unlock(&vc->lock);
    return n;
}

/* Adds what there is room for, and says so. Returns how much that was. */
static size_t say_part(Vc *vc, const uint8_t *data, size_t size)
{
    size_t before = queue_size(&vc->said), n = MIN(size, VC_MOST_SAID - before);
    if (n)
        queue_add(&vc->said, data, n);
    if (n && !before && vc->wake)
        vc->wake(vc->wake_opaque);
    return n;
}

/* Until something is read. False: nobody reads, or has not done so for GRACE_US, and will not be waited for before he
 * does. */
static bool wait_for_reader(Vc *vc)
{
    uint64_t before = vc->n_read;
    gint64 end = g_get_monotonic_time() + GRACE_US;
    while (vc->open && !vc->stuck && vc->n_read == before)
        vc->stuck = !g_cond_wait_until(&vc->read, &vc->lock, end) && vc->n_read == before;
    return vc->open && !vc->stuck;
}

void vc_write(Vc *vc, const uint8_t *data, size_t size)
{
    g_mutex_lock(&vc->lock);
    size_t done = say_part(vc, data, size);
    while (done < size && wait_for_reader(vc))
        done += say_part(vc, data + done, size - done);
    vc->dropped += size - done;
    g_mutex_unlock(&vc->lock);
}

void vc_flush(Vc *vc)
{
    g_mutex_lock(&vc->lock);
    while (queue_size(&vc->said) && wait_for_reader(vc))
        ;
    g_mutex_unlock(&vc->lock);
}

uint64_t vc_dropped(Vc *vc)
{
    g_mutex_lock(&vc->lock);
    uint64_t dropped = vc->dropped;
    g_mutex_unlock(&vc->lock);
    return dropped;
}

/* What is typed. */

static void tell_wanted(Vc *vc)
{
    if (!vc->wanted || vc->told || (!queue_size(&vc->typed) && !vc->sized))
        return;
    vc->told = true;
    vc->wanted(vc->wanted_opaque);
}

size_t vc_type(Vc *vc, const uint8_t *data, size_t size)
{
    g_mutex_lock(&vc->lock);
    size_t n = MIN(size, VC_MOST_TYPED - queue_size(&vc->typed));
    if (n)
        queue_add(&vc->typed, data, n);
    tell_wanted(vc);
    g_mutex_unlock(&vc->lock);
    return n;
}

size_t vc_to_type(Vc *vc)
{
    g_mutex_lock(&vc->lock);
    size_t n = queue_size(&vc->typed);
    g_mutex_unlock(&vc->lock);
    return n;
}

void vc_set_size(Vc *vc, unsigned cols, unsigned rows)
{
    g_mutex_lock(&vc->lock);
    vc->sized |= cols != vc->cols || rows != vc->rows;
    vc->cols = cols;
    vc->rows = rows;
    tell_wanted(vc);
    g_mutex_unlock(&vc->lock);
}

void vc_start(Vc *vc, void (*wanted)(void *opaque), void *opaque)
{
    g_mutex_lock(&vc->lock);
    vc->wanted = wanted;
    vc->wanted_opaque = opaque;
    tell_wanted(vc);
    g_mutex_unlock(&vc->lock);
}

size_t vc_take(Vc *vc, uint8_t *data, size_t max)
{
    g_mutex_lock(&vc->lock);
    vc->told = false;
    size_t n = queue_take(&vc->typed, data, max);
    g_mutex_unlock(&vc->lock);
    return n;
}

void vc_offer(Vc *vc)
{
    g_mutex_lock(&vc->lock);
    tell_wanted(vc);
    g_mutex_unlock(&vc->lock);
}

bool vc_take_size(Vc *vc, unsigned *cols, unsigned *rows)
{
    g_mutex_lock(&vc->lock);
    bool sized = vc->sized;
    vc->sized = false;
    *cols = vc->cols;
    *rows = vc->rows;
    g_mutex_unlock(&vc->lock);
    return sized;
}
