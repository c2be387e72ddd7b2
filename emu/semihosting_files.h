/* SPDX-License-Identifier: MIT */
/*
 * semihosting_files.h - files of the host as a semihosting guest sees them: handles, names, error numbers.
 *
 * Names are looked up in one folder, which is the guest's root and its current directory; the kernel keeps them from
 * leading out of it. A name that begins with the folder's own path means the same file, so that programs may be given
 * absolute names. Error numbers are Linux's.
 */
#ifndef EMU_SEMIHOSTING_FILES_H
#define EMU_SEMIHOSTING_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

typedef enum { HANDLE_FREE, HANDLE_FILE, HANDLE_INPUT, HANDLE_OUTPUT, HANDLE_FEATURES } HandleKind;

typedef struct {
    HandleKind kind;
    int fd;          /* HANDLE_FILE: open; HANDLE_OUTPUT: STDOUT_FILENO or STDERR_FILENO */
    uint64_t offset; /* HANDLE_FEATURES */
} Handle;

typedef struct SemihostFiles SemihostFiles;

/* `root`: the folder. Fails with EXIT_FILE when it cannot be opened. */
SemihostFiles *semihost_files_new(const char *root, GError **error);
void semihost_files_free(SemihostFiles *files); /* closes all; NULL is fine */

/* The call's result, or a negative error number. `mode` is that of SYS_OPEN, 0 to 11. */
int64_t semihost_files_open(SemihostFiles *files, const char *name, uint64_t mode);
int64_t semihost_files_close(SemihostFiles *files, uint64_t number);
int64_t semihost_files_remove(SemihostFiles *files, const char *name);
int64_t semihost_files_rename(SemihostFiles *files, const char *from, const char *to);
/* NULL: no such handle. */
Handle *semihost_files_find(SemihostFiles *files, uint64_t number);

/* Of an open handle: bytes moved, position or length; or a negative error number. */
int64_t handle_read(Handle *handle, void *data, size_t size);
int64_t handle_write(const Handle *handle, const void *data, size_t size);
int64_t handle_seek(Handle *handle, uint64_t position);
int64_t handle_length(const Handle *handle);

#endif
