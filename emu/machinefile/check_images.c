/* SPDX-License-Identifier: MIT */
/* check_images.c - are the images there, are they images, and do they fit where they go? */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "emu/board.h"
#include "emu/loader_image.h"
#include "emu/machinefile/check.h"
#include "emu/machinefile/values.h"

/* Images that need not be read as a whole: unpacking one, or reading a few large ones, takes longer than a check may. Of a
 * Linux Image its header says how much memory it needs. Source: Linux, "Boot image header in RISC-V Linux". */
static bool is_known(const char *path, uint64_t *span)
{
    enum { HEADER = 64, SIZE_AT = 16, MAGIC_AT = 56 };
    uint8_t header[HEADER] = { 0 };
    FILE *in = fopen(path, "rb");
    bool whole = in && fread(header, 1, HEADER, in) == HEADER;
    if (in)
        fclose(in);
    *span = 0;
    if (header[0] == 0x1f && header[1] == 0x8b)
        return true;
    for (unsigned i = 8; i-- > 0;)
        *span = *span << 8 | header[SIZE_AT + i];
    return whole && !memcmp(header + MAGIC_AT, "RSC\x05", 4);
}

static bool is_inside(const MfPartition *part, const Blob *blob)
{
    for (unsigned i = 0; i < part->memory.n; i++) {
        const MfRegion *region = &part->memory.at[i];
        uint64_t offset = blob->address - region->address;
        if (offset < region->size && blob->span <= region->size - offset)
            return true;
    }
    return false;
}

/* Is the file there, and not larger than `room`? */
static bool check_file(MachineFile *file, const config_setting_t *group, const char *key,
                       const char *path, uint64_t room)
{
    struct stat info;
    const struct {
        const config_setting_t *at;
    } *at = (const void *)&group;
    if (stat(path, &info)) {
        MF_ERROR(file, at, key, "%s '%s' is not there; build it, or name another", key, path);
        return false;
    }
    if (!S_ISREG(info.st_mode) || !info.st_size) {
        MF_ERROR(file, at, key, "%s '%s' is %s; name another", key, path,
                 S_ISDIR(info.st_mode) ? "a directory"
                 : info.st_size        ? "not a regular file"
                                       : "empty");
        return false;
    }
    if ((uint64_t)info.st_size <= room)
        return true;
    g_autofree char *have = mf_size_text(room);
    MF_ERROR(file, at, key,
             "%s '%s' has %" PRIu64 "K, more than the %s there are for it; give it more memory",
             key, path, ((uint64_t)info.st_size + 1023) >> 10, have);
    return false;
}

/* Bulkhead's own hypervisor puts the device tree at the end of the first memory, or of its first GiB; the initial RAM disk is
 * behind the kernel and in the upper half, as modules.c has it. `kernel`: how far that reaches. */
static void check_room(MachineFile *file, const MfPartition *part, uint64_t kernel)
{
    enum { TREE = 64 << 10 };
    const MfRegion *region = &part->memory.at[0];
    struct stat info = { .st_size = 0 };
    if (!mf_hypervisor_is_builtin(file) || (part->initrd && stat(part->initrd, &info)))
        return;
    uint64_t initrd = (uint64_t)info.st_size, after = (kernel + PAGE_OFFSET) & -(uint64_t)PAGE_SIZE,
             needs = (after + initrd + TREE + PAGE_OFFSET) & -(uint64_t)PAGE_SIZE;
    while (initrd && needs / 2 < ((uint64_t)512 << 20) && needs / 2 + initrd + TREE > needs)
        needs += PAGE_SIZE;
    if (needs <= region->size || !region->size)
        return;
    g_autofree char *asked = mf_size_text(needs), *has = mf_size_text(region->size);
    MF_ERROR(
        file, part, "memory",
        "partition \"%s\" has %s, and needs %s in one piece for its kernel, initial RAM disk and "
        "device tree; give its first memory %s",
        mf_name(part), has, asked, asked);
}

static void check_kernel(MachineFile *file, const MfPartition *part)
{
    uint64_t room = mf_memory_of(part),
             base = part->memory.n ? part->memory.at[0].address : BOARD_RAM;
    uint64_t span;
    if (!check_file(file, part->at, "kernel", part->kernel, room))
        return;
    if (is_known(part->kernel, &span)) {
        g_autofree char *needs = mf_size_text(span >> 10 << 10), *has = mf_size_text(room);
        if (span > room)
            MF_ERROR(file, part, "kernel",
                     "'%s' says that it needs %s, and partition \"%s\" has %s; give it more memory",
                     part->kernel, needs, mf_name(part), has);
        else
            check_room(file, part, span);
        return;
    }
    g_autoptr(GError) problem = NULL;
    ImageRequest request = { "kernel", part->kernel, base, room, false };
    Image *image = image_load(&request, &problem);
    if (!image) {
        MF_ERROR(file, part, "kernel", "%s%s", problem->message,
                 strstr(problem->message, "; ") ? "" : "; name another");
        return;
    }
    uint64_t end = base;
    for (guint i = 0; i < image->blobs->len; i++) {
        const Blob *blob = g_ptr_array_index(image->blobs, i);
        if (is_inside(part, blob)) {
            if (blob->address - base < part->memory.at[0].size)
                end = MAX(end, blob->address + blob->span);
            continue;
        }
        end = 0;
        MF_ERROR(file, part, "kernel",
                 "'%s' belongs at 0x%" PRIx64 " to 0x%" PRIx64
                 ", and partition \"%s\" has no memory "
                 "there; link it for 0x%" PRIx64 ", or give the partition memory where it belongs",
                 part->kernel, blob->address, blob->address + blob->span - 1, mf_name(part), base);
        break;
    }
    if (end)
        check_room(file, part, end - base);
    image_free(image);
}

static void check_partition(MachineFile *file, const MfPartition *part)
{
    if (!part->kernel)
        MF_ERROR(file, part, "kernel", "partition \"%s\" has nothing to run; add kernel = \"file\"",
                 mf_name(part));
    if (part->initrd && !part->kernel)
        MF_ERROR(file, part, "initrd",
                 "an initrd without a kernel that could use it; add kernel = "
                 "\"file\"");
    if (part->append && strlen(part->append) > MF_LONGEST_APPEND)
        MF_ERROR(file, part, "append",
                 "a command line of %zu characters, and %d are allowed; shorten it",
                 strlen(part->append), MF_LONGEST_APPEND);
    if (!file->look_at_files || !mf_memory_of(part))
        return;
    if (part->kernel)
        check_kernel(file, part);
    if (part->initrd)
        check_file(file, part->at, "initrd", part->initrd, mf_memory_of(part));
}

void mf_check_images(MachineFile *file)
{
    const MfMachine *m = &file->machine;
    for (unsigned i = 0; i < file->partitions.n; i++)
        check_partition(file, &file->partitions.at[i]);
    if (!file->look_at_files)
        return;
    if (!mf_hypervisor_is_builtin(file))
        check_file(file, file->hypervisor.at, "image", file->hypervisor.image, m->memory);
    if (m->kernel)
        check_file(file, m->at, "kernel", m->kernel, m->memory);
    if (m->initrd)
        check_file(file, m->at, "initrd", m->initrd, m->memory);
    for (unsigned i = 0; i < file->drives.n; i++)
        if (file->drives.at[i].file)
            check_file(file, file->drives.at[i].at, "file", file->drives.at[i].file, UINT64_MAX);
}
