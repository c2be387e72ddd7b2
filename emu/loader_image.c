/* SPDX-License-Identifier: MIT */
/* loader_image.c - program files as runs of bytes with addresses; see loader_image.h. */
#include "emu/loader_image.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "emu/base/error.h"

/* Files. */

static bool read_all(int fd, GByteArray *bytes)
{
    size_t at = 0;
    while (at < bytes->len) {
        ssize_t n = read(fd, bytes->data + at, bytes->len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

static bool check_file(const struct stat *info, const char *path, uint64_t limit, const char *what,
                       GError **error)
{
    if (S_ISDIR(info->st_mode))
        return fail(error, EXIT_FILE, "%s '%s' is a directory; name a file in it", what, path);
    if (!S_ISREG(info->st_mode))
        return fail(error, EXIT_FILE, "%s '%s' is not a regular file; copy it to one", what, path);
    if (!info->st_size)
        return fail(error, EXIT_FILE, "%s '%s' is empty; build or copy it again", what, path);
    if ((uint64_t)info->st_size > limit)
        return fail(error, EXIT_CONFIG,
                    "%s '%s' has %" PRIu64 " MiB, more than the %" PRIu64
                    " MiB there is room for; give more RAM with -m",
                    what, path, ((uint64_t)info->st_size >> 20) + 1, limit >> 20);
    return true;
}

GByteArray *image_read_file(const char *path, uint64_t limit, const char *what, GError **error)
{
    struct stat info;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool ok = (fd >= 0 && !fstat(fd, &info)) ||
              fail(error, EXIT_FILE, "cannot read %s '%s': %s; check the path", what, path,
                   g_strerror(errno));
    ok = ok && check_file(&info, path, MIN(limit, G_MAXINT32), what, error);
    if (ok) {
        g_byte_array_set_size(bytes, (guint)info.st_size);
        ok = read_all(fd, bytes) ||
             fail(error, EXIT_FILE, "cannot read %s '%s' to its end: %s; copy it again", what, path,
                  g_strerror(errno));
    }
    if (fd >= 0)
        close(fd);
    return ok ? g_steal_pointer(&bytes) : NULL;
}

/* gzip (window bits + 16). Replaces `bytes`' contents. */
static bool unpack(const ImageRequest *request, GByteArray *bytes, const uint8_t *packed,
                   size_t size, GError **error)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    z_stream z = { .next_in = (Bytef *)(uintptr_t)packed, .avail_in = (uInt)size };
    int status = inflateInit2(&z, MAX_WBITS + 16);
    while (status == Z_OK && out->len <= MIN(request->ram_size, G_MAXINT32 / 2)) {
        g_byte_array_set_size(out, MAX(2 * out->len, 1u << 20));
        z.next_out = out->data + z.total_out;
        z.avail_out = (uInt)(out->len - z.total_out);
        status = inflate(&z, Z_NO_FLUSH);
    }
    g_byte_array_set_size(out, (guint)z.total_out);
    inflateEnd(&z);
    if (status == Z_OK)
        return fail(error, EXIT_CONFIG,
                    "%s '%s' is larger than RAM when unpacked; give more RAM with -m",
                    request->what, request->path);
    if (status != Z_STREAM_END)
        return fail(error, EXIT_FILE,
                    "%s '%s' is gzip-compressed, and truncated or damaged; copy it again",
                    request->what, request->path);
    g_byte_array_set_size(bytes, 0);
    g_byte_array_append(bytes, out->data, out->len);
    return true;
}

/* Images. */

static Image *image_new(GByteArray *bytes)
{
    Image *image = g_new0(Image, 1);
    image->bytes = bytes;
    image->blobs = g_ptr_array_new();
    return image;
}

void image_free(Image *image)
{
    if (!image)
        return;
    for (unsigned i = 0; i < image->blobs->len; i++) {
        Blob *blob = g_ptr_array_index(image->blobs, i);
        g_free(blob->name);
        g_free(blob);
    }
    g_ptr_array_free(image->blobs, TRUE);
    g_byte_array_free(image->bytes, TRUE);
    g_free(image);
}

Blob *image_add_blob(Image *image, char *name, uint64_t address, uint64_t offset, uint64_t size,
                     uint64_t span)
{
    Blob *blob = g_new(Blob, 1);
    *blob = (Blob){ .name = name,
                    .address = address,
                    .data = image->bytes->data + offset,
                    .size = size,
                    .span = span };
    g_ptr_array_add(image->blobs, blob);
    return blob;
}

static char *image_name(const ImageRequest *request)
{
    return g_strdup_printf("%s '%s'", request->what, request->path);
}

Image *image_of_bytes(const char *name, uint64_t address, const void *data, size_t size)
{
    Image *image = image_new(g_byte_array_append(g_byte_array_new(), data, (guint)size));
    image_add_blob(image, g_strdup(name), address, 0, size, size);
    image->entry = address;
    return image;
}

static Image *raw_image(const ImageRequest *request, GByteArray *bytes, uint64_t span)
{
    Image *image = image_new(bytes);
    image_add_blob(image, image_name(request), request->address, 0, bytes->len,
                   MAX(span, bytes->len));
    image->entry = request->address;
    image->is_raw = true;
    return image;
}

/* Linux Image: a header of 64 bytes. */
enum { LINUX_SIZE_AT = 16, LINUX_MAGIC_AT = 56, LINUX_HEADER = 64 };

/* The whole of an EFI program whose code is compressed: offset and size of the payload, and its kind. */
enum { ZBOOT_OFFSET_AT = 8, ZBOOT_SIZE_AT = 12, ZBOOT_KIND_AT = 24, ZBOOT_HEADER = 64 };

static uint64_t little_endian(const uint8_t *at, unsigned size)
{
    uint64_t value = 0;
    while (size--)
        value = value << 8 | at[size];
    return value;
}

static bool begins_with(const GByteArray *bytes, size_t at, const char *magic, size_t size)
{
    return bytes->len >= at + size && !memcmp(bytes->data + at, magic, size);
}

/* Where the last section of an EFI program ends; 0 when it has no such header. Source: PE Format. */
static uint64_t pe_end(const GByteArray *bytes)
{
    uint64_t at = little_endian(bytes->data + 0x3c, 4), end = 0;
    if (at > bytes->len - LINUX_HEADER || !begins_with(bytes, at, "PE\0\0", 4))
        return 0;
    uint64_t count = little_endian(bytes->data + at + 6, 2),
             table = at + 24 + little_endian(bytes->data + at + 20, 2);
    for (uint64_t i = 0; i < count && table + 40 * (i + 1) <= bytes->len; i++) {
        const uint8_t *section = bytes->data + table + 40 * i;
        end = MAX(end, little_endian(section + 16, 4) + little_endian(section + 20, 4));
    }
    return end;
}

/* Formats that are recognised only to be refused. */
static const struct {
    const char *magic;
    size_t size;
    const char *what, *fix;
} refused[] = {
    { "\xfd"
      "7zXZ",
      5, "compressed with xz", "unpack it first: xz -dk" },
    { "\x28\xb5\x2f\xfd", 4, "compressed with zstd", "unpack it first: zstd -dk" },
    { "BZh", 3, "compressed with bzip2", "unpack it first: bzip2 -dk" },
    { "\x27\x05\x19\x56", 4, "a U-Boot uImage", "give the file it was made of" },
};

static bool check_format(const ImageRequest *request, const GByteArray *bytes, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
        if (begins_with(bytes, 0, refused[i].magic, refused[i].size))
            return fail(error, EXIT_FILE, "%s '%s' is %s; %s", request->what, request->path,
                        refused[i].what, refused[i].fix);
    return true;
}

/* Undoes gzip, also that of an EFI zboot image. */
static bool unpack_kernel(const ImageRequest *request, GByteArray *bytes, GError **error)
{
    if (begins_with(bytes, 0, "\x1f\x8b", 2)) {
        g_autofree uint8_t *packed = g_memdup2(bytes->data, bytes->len);
        return unpack(request, bytes, packed, bytes->len, error);
    }
    if (bytes->len < ZBOOT_HEADER || !begins_with(bytes, 4, "zimg", 4))
        return true;
    uint64_t at = little_endian(bytes->data + ZBOOT_OFFSET_AT, 4),
             size = little_endian(bytes->data + ZBOOT_SIZE_AT, 4);
    if (!begins_with(bytes, ZBOOT_KIND_AT, "gzip", 4))
        return fail(
            error, EXIT_FILE,
            "%s '%s' is an EFI zboot image that is not compressed with gzip; give the Image "
            "it was made of",
            request->what, request->path);
    if (at > bytes->len || size > bytes->len - at)
        return fail(error, EXIT_FILE, "%s '%s' is truncated; copy it again", request->what,
                    request->path);
    g_autofree uint8_t *packed = g_memdup2(bytes->data + at, size);
    return unpack(request, bytes, packed, size, error);
}

static Image *plain_image(const ImageRequest *request, GByteArray *bytes, GError **error)
{
    uint64_t span = bytes->len;
    if (bytes->len >= LINUX_HEADER && begins_with(bytes, LINUX_MAGIC_AT, "RSC\x05", 4)) {
        span = little_endian(bytes->data + LINUX_SIZE_AT, 8);
        if (begins_with(bytes, 0, "MZ", 2) && pe_end(bytes) > bytes->len) {
            fail(error, EXIT_FILE,
                 "%s '%s' is truncated: a Linux Image of %" PRIu64
                 " bytes, of which %u are there; copy it again",
                 request->what, request->path, pe_end(bytes), bytes->len);
            g_byte_array_free(bytes, TRUE);
            return NULL;
        }
    }
    return raw_image(request, bytes, span);
}

Image *image_load(const ImageRequest *request, GError **error)
{
    g_autoptr(GByteArray) bytes =
        image_read_file(request->path, 2 * request->ram_size, request->what, error);
    if (!bytes || (request->unpack && !unpack_kernel(request, bytes, error)) ||
        !check_format(request, bytes, error))
        return NULL;
    if (!begins_with(bytes, 0,
                     "\x7f"
                     "ELF",
                     4))
        return plain_image(request, g_steal_pointer(&bytes), error);
    Image *image = image_new(g_steal_pointer(&bytes));
    if (image_add_elf(image, request, error))
        return image;
    image_free(image);
    return NULL;
}

Image *image_load_raw(const ImageRequest *request, GError **error)
{
    GByteArray *bytes = image_read_file(request->path, request->ram_size, request->what, error);
    return bytes ? raw_image(request, bytes, bytes->len) : NULL;
}
