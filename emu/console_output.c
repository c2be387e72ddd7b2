/* SPDX-License-Identifier: MIT */
/* console_output.c - batches of bytes to a file descriptor; see console_output.h. */
#include "emu/console_output.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <unistd.h>

#include <glib.h>

enum {
    MAX_BUFFERED = 1 << 20,
    BATCH_US = 1000, /* how long to wait for more after the first byte: unseen by people */
};

struct Output {
    int fd;
    GThread *thread;
    GMutex lock;
    GCond changed;
    GByteArray *buffer;
    bool end, broken, hurry, writing;
};

/* False: nobody reads this any more. */
static bool write_all(int fd, const uint8_t *data, size_t size)
{
    while (size) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno == EAGAIN)
            poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
        else if (n < 0 && errno != EINTR)
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
        bool ok = output->broken || write_all(output->fd, batch->data, batch->len);
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

void output_write(Output *output, const uint8_t *data, size_t size)
{
    g_mutex_lock(&output->lock);
    while (output->buffer->len > MAX_BUFFERED)
        g_cond_wait(&output->changed, &output->lock);
    bool was_empty = !output->buffer->len;
    g_byte_array_append(output->buffer, data, (guint)size);
    if (was_empty)
        g_cond_broadcast(&output->changed);
    g_mutex_unlock(&output->lock);
}

void output_flush(Output *output)
{
    g_mutex_lock(&output->lock);
    output->hurry = true;
    g_cond_broadcast(&output->changed);
    while (output->buffer->len || output->writing)
        g_cond_wait(&output->changed, &output->lock);
    output->hurry = false;
    g_mutex_unlock(&output->lock);
}

void output_free(Output *output)
{
    g_mutex_lock(&output->lock);
    output->end = true;
    g_cond_broadcast(&output->changed);
    g_mutex_unlock(&output->lock);
    g_thread_join(output->thread);
    if (output->fd > STDERR_FILENO)
        close(output->fd);
    g_byte_array_free(output->buffer, TRUE);
    g_mutex_clear(&output->lock);
    g_cond_clear(&output->changed);
    g_free(output);
}
