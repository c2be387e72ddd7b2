/* SPDX-License-Identifier: MIT */
/* output.c - batches of bytes to a file descriptor; see output.h. */
#include "emu/console/output.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <unistd.h>

#include <glib.h>

enum {
    MAX_BUFFERED = 1 << 20,
    /* How long to wait for more after the first byte. Scripts that look at what arrives together, such as prompts, expect
     * a byte when it was sent. */
    BATCH_US = 100,
    LOOK_MS = 50,
    GRACE_LOOKS = 40, /* how often to look in vain for room when the end waits for it */
};

struct Output {
    int fd;
    GThread *thread;
    GMutex lock;
    GCond changed;
    GByteArray *buffer;
    bool end, broken, writing;
    int error;    /* the host's, of the write that failed */
    gint hurry;   /* somebody waits for the end */
    gint abandon; /* what is being written is not wanted any more */
};

/* False: nobody reads this any more, or it cannot be written: then `error` is set. */
static bool write_all(Output *output, const uint8_t *data, size_t size)
{
    for (unsigned looks = 0; size;) {
        ssize_t n = write(output->fd, data, size);
        if (n < 0 && errno == EAGAIN) {
            looks += !poll(&(struct pollfd){ .fd = output->fd, .events = POLLOUT }, 1, LOOK_MS);
        } else if (n < 0 && errno != EINTR) {
            output->error = errno == EPIPE ? 0 : errno;
            return false;
        }
        if (g_atomic_int_get(&output->abandon) ||
            (looks > GRACE_LOOKS && g_atomic_int_get(&output->hurry)))
            return false;
        data += MAX(n, 0);
        size -= (size_t)MAX(n, 0);
    }
    return true;
}

static gpointer output_main(gpointer opaque)
{
    Output *output = opaque;
    GByteArray *batch = g_byte_array_new();
    g_mutex_lock(&output->lock);
    while (!output->end || output->buffer->len) {
        if (!output->buffer->len) {
            g_cond_wait(&output->changed, &output->lock);
            continue;
        }
        if (!output->end && !output->hurry)
            g_cond_wait_until(&output->changed, &output->lock, g_get_monotonic_time() + BATCH_US);
        GByteArray *full = output->buffer;
        output->buffer = batch;
        batch = full;
        output->writing = true;
        g_mutex_unlock(&output->lock);
        bool ok = output->broken || output->fd < 0 || write_all(output, batch->data, batch->len);
        g_byte_array_set_size(batch, 0);
        g_mutex_lock(&output->lock);
        output->broken |= !ok;
        output->writing = false;
        g_cond_broadcast(&output->changed);
    }
    g_mutex_unlock(&output->lock);
    g_byte_array_free(batch, TRUE);
    return NULL;
}

Output *output_new(int fd)
{
    Output *output = g_new0(Output, 1);
    output->fd = fd;
    output->buffer = g_byte_array_new();
    output->thread = g_thread_new("output", output_main, output);
    return output;
}

static void close_fd(Output *output)
{
    if (output->fd > STDERR_FILENO)
        close(output->fd);
}

void output_set_fd(Output *output, int fd)
{
    g_atomic_int_set(&output->abandon, 1);
    g_mutex_lock(&output->lock);
    while (output->writing)
        g_cond_wait(&output->changed, &output->lock);
    close_fd(output);
    output->fd = fd;
    output->broken = false;
    g_byte_array_set_size(output->buffer, 0);
    g_atomic_int_set(&output->abandon, 0);
    g_cond_broadcast(&output->changed);
    g_mutex_unlock(&output->lock);
}

void output_write(Output *output, const uint8_t *data, size_t size)
{
    g_mutex_lock(&output->lock);
    while (output->buffer->len > MAX_BUFFERED && output->fd >= 0)
        g_cond_wait(&output->changed, &output->lock);
    bool was_empty = !output->buffer->len;
    if (output->fd >= 0)
        g_byte_array_append(output->buffer, data, (guint)size);
    if (was_empty)
        g_cond_broadcast(&output->changed);
    g_mutex_unlock(&output->lock);
}

void output_flush(Output *output)
{
    g_mutex_lock(&output->lock);
    g_atomic_int_set(&output->hurry, 1);
    g_cond_broadcast(&output->changed);
    while (output->buffer->len || output->writing)
        g_cond_wait(&output->changed, &output->lock);
    g_atomic_int_set(&output->hurry, 0);
    g_mutex_unlock(&output->lock);
}

int output_error(Output *output)
{
    g_mutex_lock(&output->lock);
    int error = output->error;
    g_mutex_unlock(&output->lock);
    return error;
}

void output_free(Output *output)
{
    g_mutex_lock(&output->lock);
    output->end = true;
    g_atomic_int_set(&output->hurry, 1);
    g_cond_broadcast(&output->changed);
    g_mutex_unlock(&output->lock);
    g_thread_join(output->thread);
    close_fd(output);
    g_byte_array_free(output->buffer, TRUE);
    g_mutex_clear(&output->lock);
    g_cond_clear(&output->changed);
    g_free(output);
}
