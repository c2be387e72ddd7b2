/* SPDX-License-Identifier: MIT */
/*
 * page_version.h - 4 KiB of memory as they were at some time, shared by all checkpoints in which they are the same.
 */
#ifndef EMU_TIME_PAGE_VERSION_H
#define EMU_TIME_PAGE_VERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "emu/base/addr.h"

typedef struct {
    unsigned refs;
    uint8_t *data; /* NULL: still where it was, in RAM */
    size_t *kept;  /* counts the bytes of all copies */
} PageVersion;

/* A version that is still in memory; one reference. Its copy will count in `kept`, which must outlive it. */
static inline PageVersion *page_version_new(size_t *kept)
{
    PageVersion *version = g_new(PageVersion, 1);
    *version = (PageVersion){ 1, NULL, kept };
    return version;
}

/* The memory at `page` is about to change: keeps what is there. */
static inline void page_version_keep(PageVersion *version, const uint8_t *page)
{
    if (version->data)
        return;
    version->data = g_memdup2(page, PAGE_SIZE);
    *version->kept += PAGE_SIZE;
}

/* NULL stays NULL: zeros. */
static inline PageVersion *page_version_ref(PageVersion *version)
{
    if (version)
        version->refs++;
    return version;
}

static inline void page_version_unref(PageVersion *version)
{
    if (!version || --version->refs)
        return;
    if (version->data)
        *version->kept -= PAGE_SIZE;
    g_free(version->data);
    g_free(version);
}

/* Bytes that go when this reference does. */
static inline size_t page_version_size(const PageVersion *version)
{
    return !version || version->refs > 1 ? 0 : sizeof *version + (version->data ? PAGE_SIZE : 0);
}

#endif
