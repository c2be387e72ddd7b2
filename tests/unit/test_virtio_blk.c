/* SPDX-License-Identifier: MIT */
/* test_virtio_blk.c - requests to a disk, its image and its overlay. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "devices/virtio_blk.h"
#include "emu/base/error.h"
#include "tests/lib/virtio_driver.h"

enum { IN = 0, OUT = 1, FLUSH = 4, GET_ID = 8, SECTORS = 64 };
enum { OK = 0, IO_ERROR = 1, UNSUPPORTED = 2, NOTHING = 0xee };

#define HEADER VQ_BUFFERS
#define DATA   (VQ_BUFFERS + 0x1000)
#define ENDING (VQ_BUFFERS + 0x10)

static Rig rig;
static VirtioMmio *mmio;
static Vq vq;
static char *path;

/* A file whose sector n is full of bytes n + 1. */
static void make_file(size_t size)
{
    g_autofree char *bytes = g_malloc(SECTORS * 512);
    for (unsigned i = 0; i < SECTORS; i++)
        memset(bytes + 512 * i, (int)i + 1, 512);
    int fd = g_file_open_tmp("bulkhead-XXXXXX", &path, NULL);
    cr_assert(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
    close(fd);
}

static void start(bool read_only, bool snapshot)
{
    GError *error = NULL;
    BlockImage *image = block_image_open(path, read_only, snapshot, &error);
    cr_assert_not_null(image, "%s", error ? error->message : "");
    mmio = vq_device(&rig, virtio_blk_new(image, "disk-0"), true);
    vq_start(&rig, true, BIT(32), &vq, 1);
}

static void setup(void)
{
    rig_init(&rig);
    make_file(SECTORS * 512);
}

static void teardown(void)
{
    if (mmio)
        device_free(&mmio->dev);
    rig_free(&rig);
    g_unlink(path);
    g_free(path);
}

TestSuite(virtio_blk, .init = setup, .fini = teardown);

/* One request with `size` bytes at DATA. Returns its status. */
static unsigned request(uint32_t type, uint64_t sector, uint32_t size)
{
    struct {
        uint32_t type, reserved;
        uint64_t sector;
        uint8_t status;
    } header = { type, 0, sector, NOTHING };
    bool in = type == IN || type == GET_ID;
    uint32_t head, written;
    vq_poke(&rig, HEADER, &header, 17);
    const VqPart parts[] = { { HEADER, 16, false }, { DATA, size, in }, { ENDING, 1, true } };
    const VqPart bare[] = { parts[0], parts[2] };
    vq_send(&vq, size ? parts : bare, size ? 3 : 2);
    cr_assert(vq_take(&vq, &head, &written));
    vq_peek(&rig, ENDING, &header.status, 1);
    cr_expect_eq(written, 1 + (in && header.status == OK ? size : 0));
    return header.status;
}

static bool data_is(uint8_t byte, size_t size)
{
    const uint8_t *data = bus_ram_at(&rig.bus, (Spa){ DATA });
    for (size_t i = 0; i < size; i++)
        if (data[i] != byte)
            return false;
    return true;
}

static void fill_data(uint8_t byte, size_t size)
{
    memset(bus_ram_at(&rig.bus, (Spa){ DATA }), byte, size);
}

static uint8_t byte_of_file(size_t offset)
{
    g_autofree char *bytes = NULL;
    gsize size;
    cr_assert(g_file_get_contents(path, &bytes, &size, NULL));
    return offset < size ? (uint8_t)bytes[offset] : 0;
}

Test(virtio_blk, tells_its_size_and_limits)
{
    start(false, false);
    cr_expect_eq(rig_read(&rig, 0x008, 4), 2);
    cr_expect_eq(rig_read(&rig, 0x100, 8), SECTORS);
    cr_expect_eq(rig_read(&rig, 0x100, 1), SECTORS);
    cr_expect_eq(rig_read(&rig, 0x10c, 4), 254);
    cr_expect_eq(rig_read(&rig, 0x114, 4), 512);
    cr_expect_eq(rig_read(&rig, 0x118, 4), 0, "bytes past the end read as zero");
}

Test(virtio_blk, reads_and_writes_sectors)
{
    start(false, false);
    cr_expect_eq(request(IN, 5, 512), OK);
    cr_expect(data_is(6, 512));
    cr_expect_eq(request(IN, SECTORS - 1, 512), OK);
    cr_expect(data_is(SECTORS, 512));
    fill_data(0xaa, 1024);
    cr_expect_eq(request(OUT, 10, 1024), OK);
    cr_expect_eq(request(FLUSH, 0, 0), OK);
    cr_expect_eq(byte_of_file(10 * 512 - 1), 10);
    cr_expect_eq(byte_of_file(10 * 512), 0xaa);
    cr_expect_eq(byte_of_file(12 * 512 - 1), 0xaa);
    cr_expect_eq(byte_of_file(12 * 512), 13);
    fill_data(0, 2048);
    cr_expect_eq(request(IN, 9, 2048), OK);
    cr_expect_eq(*bus_ram_at(&rig.bus, (Spa){ DATA + 512 }), 0xaa);
    cr_expect_eq(*bus_ram_at(&rig.bus, (Spa){ DATA + 1536 }), 13);
}

Test(virtio_blk, data_may_be_scattered_at_will)
{
    struct {
        uint32_t type, reserved;
        uint64_t sector;
    } header = { IN, 0, 3 };
    uint32_t head, written;
    start(false, false);
    vq_poke(&rig, HEADER, &header, 16);
    vq_send(&vq,
            (const VqPart[]){ { HEADER, 5, false },
                              { HEADER + 5, 11, false },
                              { DATA, 1, true },
                              { DATA + 1, 510, true },
                              { DATA + 511, 2, true } },
            5); /* the last byte is the status */
    cr_assert(vq_take(&vq, &head, &written));
    cr_expect_eq(written, 513);
    cr_expect(data_is(4, 512));
    cr_expect_eq(*bus_ram_at(&rig.bus, (Spa){ DATA + 512 }), OK);
}

Test(virtio_blk, impossible_requests_are_errors)
{
    static const struct {
        uint32_t type;
        uint64_t sector;
        uint32_t size;
        unsigned status;
    } vectors[] = {
        { IN, SECTORS, 512, IO_ERROR },    { IN, SECTORS - 1, 1024, IO_ERROR },
        { IN, UINT64_MAX, 512, IO_ERROR }, { IN, 1ull << 55, 512, IO_ERROR },
        { OUT, SECTORS, 512, IO_ERROR },   { OUT, 1ull << 55, 512, IO_ERROR },
        { IN, 0, 511, IO_ERROR },          { OUT, 0, 100, IO_ERROR },
        { 77, 0, 512, UNSUPPORTED },       { 0xffffffff, 0, 0, UNSUPPORTED },
    };
    start(false, false);
    for (unsigned i = 0; i < G_N_ELEMENTS(vectors); i++)
        cr_expect_eq(request(vectors[i].type, vectors[i].sector, vectors[i].size),
                     vectors[i].status, "vector %u", i);
    cr_expect_eq(request(IN, 0, 512), OK);
}

Test(virtio_blk, a_chain_without_header_or_status_breaks_the_device)
{
    static const VqPart short_header[] = { { HEADER, 15, false }, { ENDING, 1, true } };
    static const VqPart no_status[] = { { HEADER, 16, false }, { DATA, 512, false } };
    start(false, false);
    vq_send(&vq, short_header, 2);
    cr_expect_eq(rig_read(&rig, 0x70, 4) & 64, 64);
    vq_poke16(&rig, vq.avail + 2, 0);
    vq_start(&rig, true, BIT(32), &vq, 1);
    vq_send(&vq, no_status, 2);
    cr_expect_eq(rig_read(&rig, 0x70, 4) & 64, 64);
}

Test(virtio_blk, tells_its_serial_number)
{
    start(false, false);
    fill_data(0xff, 20);
    cr_expect_eq(request(GET_ID, 0, 20), OK);
    cr_expect_str_eq((const char *)bus_ram_at(&rig.bus, (Spa){ DATA }), "disk-0");
}

Test(virtio_blk, a_read_only_disk_refuses_writes)
{
    start(true, false);
    cr_expect(rig_read(&rig, 0x10, 4) & BIT(5));
    cr_expect_eq(request(OUT, 0, 512), IO_ERROR);
    cr_expect_eq(request(IN, 0, 512), OK);
    cr_expect(data_is(1, 512));
}

Test(virtio_blk, a_snapshot_keeps_writes_in_memory_and_in_the_state)
{
    start(false, true);
    fill_data(0xbb, 1024);
    cr_expect_eq(request(OUT, 7, 1024), OK); /* across the first two clusters */
    cr_expect_eq(byte_of_file(7 * 512), 8, "the file stays as it was");
    fill_data(0, 2048);
    cr_expect_eq(request(IN, 6, 2048), OK);
    cr_expect_eq(*bus_ram_at(&rig.bus, (Spa){ DATA }), 7);
    cr_expect_eq(*bus_ram_at(&rig.bus, (Spa){ DATA + 512 }), 0xbb);
    cr_expect_eq(*bus_ram_at(&rig.bus, (Spa){ DATA + 1535 }), 0xbb);
    cr_expect_eq(*bus_ram_at(&rig.bus, (Spa){ DATA + 1536 }), 10);

    g_autoptr(GByteArray) saved = rig_save(&mmio->dev);
    uint64_t hash = rig_hash(&mmio->dev);
    device_free(&mmio->dev);
    rig_free(&rig);
    rig_init(&rig);
    start(false, true);
    cr_expect_neq(rig_hash(&mmio->dev), hash);
    rig_load(&rig, &mmio->dev, saved);
    cr_expect_eq(rig_hash(&mmio->dev), hash);
    vq_start(&rig, true, BIT(32), &vq, 1);
    cr_expect_eq(request(IN, 7, 1024), OK);
    cr_expect(data_is(0xbb, 1024));
}

Test(virtio_blk, a_short_last_sector_is_padded_with_zeros)
{
    g_unlink(path);
    g_free(path);
    make_file(512 + 100);
    start(false, false);
    cr_expect_eq(rig_read(&rig, 0x100, 8), 2);
    cr_expect_eq(request(IN, 1, 512), OK);
    cr_expect(data_is(2, 100));
    cr_expect_eq(*bus_ram_at(&rig.bus, (Spa){ DATA + 100 }), 0);
}

Test(virtio_blk, images_that_cannot_be_opened_are_named)
{
    static const char *const paths[] = { "/nonexistent/disk.img", "/dev/null", "/" };
    for (unsigned i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(GError) error = NULL;
        cr_assert_null(block_image_open(paths[i], false, false, &error));
        cr_assert_not_null(error);
        cr_expect_eq(error->code, EXIT_FILE);
        cr_expect_not_null(strstr(error->message, paths[i]), "%s", error->message);
    }
}
