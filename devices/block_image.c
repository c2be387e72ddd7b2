/* SPDX-License-Identifier: MIT */
/* block_image.c - a raw disk image; see block_image.h. */
#include "devices/block_image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu/base/error.h"

static bool open_file(BlockImage *image, const char *path, GError **error)
{
    struct stat info;
    bool writes = !image->read_only && !image->snapshot;
    image->fd = open(path, (writes ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (image->fd < 0 || fstat(image->fd, &info))
        return fail(error, EXIT_FILE, "cannot open disk image '%s'%s: %s%s", path,
                    writes ? " for writing" : "", g_strerror(errno),
                    writes && errno == EACCES ? "; add readonly=on or snapshot=on" : "");
    if (!S_ISREG(info.st_mode) && !S_ISBLK(info.st_mode))
        return fail(error, EXIT_FILE, "disk image '%s' is neither a file nor a block device", path);
    off_t size = lseek(image->fd, 0, SEEK_END);
    if (size <= 0)
        return fail(error, EXIT_FILE, "disk image '%s' is empty; make it with: truncate -s 64M %s",
                    path, path);
    image->size = ((uint64_t)size + BLOCK_SECTOR - 1) / BLOCK_SECTOR * BLOCK_SECTOR;
    return true;
}

uint64_t block_image_size(const char *path)
{
    BlockImage *image = block_image_open(path, true, false, NULL);
    uint64_t size = image ? image->size : 0;
    if (image)
        block_image_free(image);
    return size;
}

BlockImage *block_image_open(const char *path, bool read_only, bool snapshot, GError **error)
{
    BlockImage *image = g_new(BlockImage, 1);
    *image = (BlockImage){
        .fd = -1,
        .read_only = read_only,
        .snapshot = snapshot,
        .cluster_at = g_hash_table_new(NULL, NULL),
        .index = g_byte_array_sized_new(sizeof(uint64_t)),
        .data = g_byte_array_sized_new(BLOCK_CLUSTER),
    };
    if (open_file(image, path, error))
        return image;
    block_image_free(image);
    return NULL;
}

void block_image_free(BlockImage *image)
{
    if (image->fd >= 0)
        close(image->fd);
    g_hash_table_destroy(image->cluster_at);
    g_byte_array_unref(image->index);
    g_byte_array_unref(image->data);
    g_free(image);
}

static bool is_inside(const BlockImage *image, uint64_t offset, size_t size)
{
    return offset <= image->size && size <= image->size - offset;
}

/* Reads from the file; what lies past its end (its last sector may be short) is zeros. */
static bool read_file(const BlockImage *image, uint64_t offset, uint8_t *data, size_t size)
{
    while (size) {
        ssize_t n = pread(image->fd, data, size, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        if (!n) {
            memset(data, 0, size);
            return true;
        }
        offset += (uint64_t)n;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

static bool write_file(const BlockImage *image, uint64_t offset, const uint8_t *data, size_t size)
{
    while (size) {
        ssize_t n = pwrite(image->fd, data, size, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        offset += (uint64_t)n;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

/* The overlay's copy of `cluster`, or NULL. */
static uint8_t *find_cluster(const BlockImage *image, uint64_t cluster)
{
    size_t place =
        GPOINTER_TO_SIZE(g_hash_table_lookup(image->cluster_at, GSIZE_TO_POINTER(cluster + 1)));
    return place ? image->data->data + (place - 1) * BLOCK_CLUSTER : NULL;
}

/* The same, made from the file's bytes if there is none yet. NULL: the overlay is full, or the
 * file unreadable. */
static uint8_t *copy_cluster(BlockImage *image, uint64_t cluster)
{
    uint8_t bytes[BLOCK_CLUSTER], *found = find_cluster(image, cluster);
    if (found)
        return found;
    if (image->data->len + BLOCK_CLUSTER > BLOCK_OVERLAY_LIMIT ||
        !read_file(image, cluster * BLOCK_CLUSTER, bytes, BLOCK_CLUSTER))
        return NULL;
    size_t place = image->data->len / BLOCK_CLUSTER;
    g_byte_array_append(image->index, (const uint8_t *)&cluster, sizeof cluster);
    g_byte_array_append(image->data, bytes, BLOCK_CLUSTER);
    g_hash_table_insert(image->cluster_at, GSIZE_TO_POINTER(cluster + 1),
                        GSIZE_TO_POINTER(place + 1));
    return image->data->data + place * BLOCK_CLUSTER;
}

bool block_image_read(BlockImage *image, uint64_t offset, void *data, size_t size)
{
    uint8_t *to = data;
    if (!is_inside(image, offset, size))
        return false;
    if (!image->data->len)
        return read_file(image, offset, to, size);
    while (size) {
        size_t inside = offset % BLOCK_CLUSTER, part = MIN(size, BLOCK_CLUSTER - inside);
        const uint8_t *cluster = find_cluster(image, offset / BLOCK_CLUSTER);
        if (cluster)
            memcpy(to, cluster + inside, part);
        else if (!read_file(image, offset, to, part))
            return false;
        offset += part;
        to += part;
        size -= part;
    }
    return true;
}

bool block_image_write(BlockImage *image, uint64_t offset, const void *data, size_t size)
{
    const uint8_t *from = data;
    if (image->read_only || !is_inside(image, offset, size))
        return false;
    if (!image->snapshot)
        return write_file(image, offset, from, size);
    while (size) {
        size_t inside = offset % BLOCK_CLUSTER, part = MIN(size, BLOCK_CLUSTER - inside);
        uint8_t *cluster = copy_cluster(image, offset / BLOCK_CLUSTER);
        if (!cluster)
            return false;
        memcpy(cluster + inside, from, part);
        offset += part;
        from += part;
        size -= part;
    }
    return true;
}

bool block_image_flush(BlockImage *image)
{
    return image->snapshot || image->read_only || !fdatasync(image->fd);
}

/* The table follows the arrays, which may just have been loaded; a damaged snapshot loses its
 * overlay. */
static void rebuild_table(BlockImage *image)
{
    size_t n = image->index->len / sizeof(uint64_t);
    g_hash_table_remove_all(image->cluster_at);
    if (image->data->len != n * BLOCK_CLUSTER) {
        g_byte_array_set_size(image->index, 0);
        g_byte_array_set_size(image->data, 0);
        return;
    }
    for (size_t place = 0; place < n; place++) {
        uint64_t cluster;
        memcpy(&cluster, image->index->data + place * sizeof cluster, sizeof cluster);
        g_hash_table_insert(image->cluster_at, GSIZE_TO_POINTER(cluster + 1),
                            GSIZE_TO_POINTER(place + 1));
    }
}

void block_image_visit(BlockImage *image, const char *name, StateVisitor *visitor)
{
    g_autofree char *index = g_strdup_printf("%s.index", name);
    g_autofree char *data = g_strdup_printf("%s.data", name);
    visitor->array(visitor, index, image->index);
    visitor->array(visitor, data, image->data);
    if (visitor->loads)
        rebuild_table(image);
}
