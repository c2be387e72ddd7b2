/* SPDX-License-Identifier: MIT */
/*
 * loader_image.h - program files as runs of bytes with addresses: ELF, Linux Image (plain, gzip, EFI zboot), raw.
 */
#ifndef EMU_LOADER_IMAGE_H
#define EMU_LOADER_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

/* Bytes that belong at `address`. */
typedef struct {
    char *name; /* for people: "kernel 'vmlinux'" */
    uint64_t address;
    uint8_t *data; /* belongs to the image's file */
    uint64_t size, zeros;
    uint64_t span; /* what it occupies: at least size + zeros */
} Blob;

typedef struct {
    GByteArray *bytes; /* the file, unpacked */
    GPtrArray *blobs;
    uint64_t entry;
    uint64_t tohost; /* address of the symbol of that name in an ELF file, 0: none */
    bool is_raw;     /* the file does not say where it belongs */
} Image;

typedef struct {
    const char *what; /* "kernel", for messages */
    const char *path;
    uint64_t address;  /* where an image that does not say where it belongs goes, and its entry */
    uint64_t ram_size; /* larger files are refused unread */
    bool unpack;       /* is gzip undone? */
} ImageRequest;

/* Reads a whole file of at most `limit` bytes that is not empty. Fails with EXIT_FILE. */
GByteArray *image_read_file(const char *path, uint64_t limit, const char *what, GError **error);

/* Recognises what the file is. Sources: ELF specification; Linux, "Boot image header in RISC-V Linux". */
Image *image_load(const ImageRequest *request, GError **error);
/* Takes the file as it is. */
Image *image_load_raw(const ImageRequest *request, GError **error);
Image *image_of_bytes(const char *name, uint64_t address, const void *data, size_t size);
void image_free(Image *image);

/* Adds a part: `size` bytes from `offset` of the file, which occupy `span` bytes from `address`. Takes `name` over. */
Blob *image_add_blob(Image *image, char *name, uint64_t address, uint64_t offset, uint64_t size,
                     uint64_t span);
/* loader_elf.c: adds the segments of the ELF file in image->bytes, sets entry and tohost. */
bool image_add_elf(Image *image, const ImageRequest *request, GError **error);

#endif
