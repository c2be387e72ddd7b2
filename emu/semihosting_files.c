/* SPDX-License-Identifier: MIT */
/* semihosting_files.c - files of the host as a semihosting guest sees them; see semihosting_files.h. */
#define _GNU_SOURCE /* O_PATH */
#include "emu/semihosting_files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "emu/base/error.h"

enum { MAX_HANDLES = 256 };

/* ":semihosting-features": a magic number, then bits: SYS_EXIT_EXTENDED is there, and ":tt" opened for appending is
 * standard error. Source: Semihosting for AArch32 and AArch64, version 2.0, "Feature bits". */
static const uint8_t features[] = { 'S', 'H', 'F', 'B', 3 };

struct SemihostFiles {
    int root;
    char *root_path;
    Handle handles[MAX_HANDLES]; /* number 0 is never given */
};

SemihostFiles *semihost_files_new(const char *root, GError **error)
{
    int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        fail(error, EXIT_FILE,
             "-semihosting-config: folder '%s': %s; give dir= a folder that is there", root,
             g_strerror(errno));
        return NULL;
    }
    SemihostFiles *files = g_new0(SemihostFiles, 1);
    char *real = realpath(root, NULL);
    files->root = fd;
    files->root_path = g_strdup(real ? real : root);
    free(real);
    return files;
}

void semihost_files_free(SemihostFiles *files)
{
    if (!files)
        return;
    for (uint64_t i = 1; i < MAX_HANDLES; i++)
        (void)semihost_files_close(files, i);
    close(files->root);
    g_free(files->root_path);
    g_free(files);
}

/* The name without the folder's own path before it. */
static const char *strip_root(const SemihostFiles *files, const char *name)
{
    size_t length = strlen(files->root_path);
    bool inside = g_str_has_prefix(name, files->root_path) &&
                  (name[length] == '/' || !name[length]) && length > 1;
    return inside ? name + length : name;
}

static int open_beneath(const SemihostFiles *files, const char *name, uint64_t flags, uint64_t mode)
{
    struct open_how how = { .flags = flags | O_CLOEXEC,
                            .mode = flags & O_CREAT ? mode : 0,
                            .resolve = RESOLVE_IN_ROOT };
    return (int)syscall(SYS_openat2, files->root, name, &how, sizeof how);
}

/* SYS_OPEN's modes are those of fopen in this order: r, rb, r+, r+b, w, wb, ... */
static uint64_t open_flags(uint64_t mode)
{
    static const int flags[] = { O_RDONLY,
                                 O_RDWR,
                                 O_WRONLY | O_CREAT | O_TRUNC,
                                 O_RDWR | O_CREAT | O_TRUNC,
                                 O_WRONLY | O_CREAT | O_APPEND,
                                 O_RDWR | O_CREAT | O_APPEND };
    return (uint64_t)flags[mode / 2];
}

static Handle make_handle(const SemihostFiles *files, const char *name, uint64_t mode)
{
    if (!strcmp(name, ":semihosting-features"))
        return (Handle){ .kind = HANDLE_FEATURES };
    if (!strcmp(name, ":tt"))
        return mode < 4 ? (Handle){ .kind = HANDLE_INPUT }
                        : (Handle){ .kind = HANDLE_OUTPUT,
                                    .fd = mode < 8 ? STDOUT_FILENO : STDERR_FILENO };
    int fd = open_beneath(files, strip_root(files, name), open_flags(mode) | O_NONBLOCK, 0666);
    return fd < 0 ? (Handle){ 0 } : (Handle){ .kind = HANDLE_FILE, .fd = fd };
}

int64_t semihost_files_open(SemihostFiles *files, const char *name, uint64_t mode)
{
    unsigned number = 1;
    while (number < MAX_HANDLES && files->handles[number].kind != HANDLE_FREE)
        number++;
    if (number == MAX_HANDLES)
        return -EMFILE;
    if (mode > 11)
        return -EINVAL;
    Handle handle = make_handle(files, name, mode);
    files->handles[number] = handle;
    return handle.kind == HANDLE_FREE ? -errno : (int64_t)number;
}

Handle *semihost_files_find(SemihostFiles *files, uint64_t number)
{
    return number < MAX_HANDLES && files->handles[number].kind != HANDLE_FREE
               ? &files->handles[number]
               : NULL;
}

int64_t semihost_files_close(SemihostFiles *files, uint64_t number)
{
    Handle *handle = semihost_files_find(files, number);
    if (!handle)
        return -EBADF;
    int result = handle->kind == HANDLE_FILE ? close(handle->fd) : 0;
    *handle = (Handle){ 0 };
    return result ? -errno : 0;
}

/* Opens the folder that holds `name`; `last` is the part of the name behind it. */
static int open_parent(const SemihostFiles *files, const char *name, char **last)
{
    g_autofree char *folder = g_path_get_dirname(strip_root(files, name));
    *last = g_path_get_basename(name);
    return open_beneath(files, folder, O_PATH | O_DIRECTORY, 0);
}

int64_t semihost_files_remove(SemihostFiles *files, const char *name)
{
    g_autofree char *last = NULL;
    int folder = open_parent(files, name, &last);
    int64_t result = folder < 0 || unlinkat(folder, last, 0) ? -errno : 0;
    if (folder >= 0)
        close(folder);
    return result;
}

int64_t semihost_files_rename(SemihostFiles *files, const char *from, const char *to)
{
    g_autofree char *last_from = NULL, *last_to = NULL;
    int folder_from = open_parent(files, from, &last_from);
    int folder_to = folder_from < 0 ? -1 : open_parent(files, to, &last_to);
    int64_t result =
        folder_to < 0 || renameat(folder_from, last_from, folder_to, last_to) ? -errno : 0;
    if (folder_from >= 0)
        close(folder_from);
    if (folder_to >= 0)
        close(folder_to);
    return result;
}

/* Open handles. */

static int64_t read_features(Handle *handle, void *data, size_t size)
{
    size_t left = sizeof features - (size_t)handle->offset, n = MIN(size, left);
    memcpy(data, features + handle->offset, n);
    handle->offset += n;
    return (int64_t)n;
}

int64_t handle_read(Handle *handle, void *data, size_t size)
{
    if (handle->kind == HANDLE_FEATURES)
        return read_features(handle, data, size);
    ssize_t n = handle->kind == HANDLE_FILE ? read(handle->fd, data, size) : -1;
    return n >= 0 ? n : handle->kind == HANDLE_FILE ? -errno : -EBADF;
}

int64_t handle_write(const Handle *handle, const void *data, size_t size)
{
    ssize_t n = handle->kind == HANDLE_FILE ? write(handle->fd, data, size) : -1;
    return n >= 0 ? n : handle->kind == HANDLE_FILE ? -errno : -EBADF;
}

int64_t handle_seek(Handle *handle, uint64_t position)
{
    if (handle->kind == HANDLE_FEATURES)
        handle->offset = MIN(position, sizeof features);
    else if (handle->kind != HANDLE_FILE)
        return -ESPIPE;
    else if (position > G_MAXINT64 || lseek(handle->fd, (off_t)position, SEEK_SET) < 0)
        return -EINVAL;
    return 0;
}

int64_t handle_length(const Handle *handle)
{
    struct stat info;
    if (handle->kind == HANDLE_FEATURES)
        return sizeof features;
    if (handle->kind != HANDLE_FILE || fstat(handle->fd, &info))
        return -EINVAL;
    return info.st_size;
}
