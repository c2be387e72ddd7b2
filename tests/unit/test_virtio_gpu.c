/* SPDX-License-Identifier: MIT */
/* test_virtio_gpu.c - a graphics device, as a driver sees it (section 5.7) and as who looks at it does. */
#include <string.h>

#include <criterion/criterion.h>

#include "devices/virtio_gpu.h"
#include "tests/lib/virtio_driver.h"

/* 5.7.6.7: commands and answers. */
enum {
    GET_DISPLAY_INFO = 0x100,
    CREATE,
    UNREF,
    SET_SCANOUT,
    FLUSH,
    TRANSFER,
    ATTACH,
    DETACH,
    GET_EDID = 0x10a,
    UPDATE_CURSOR = 0x300,
    MOVE_CURSOR,
    OK = 0x1100,
    OK_DISPLAY_INFO,
    OK_EDID = 0x1104,
    UNSPEC = 0x1200,
    OUT_OF_MEMORY,
    INVALID_SCANOUT,
    INVALID_RESOURCE,
    INVALID_PARAMETER = 0x1205,
};
enum { BGRA = 1, BGRX = 2, HEADER = 24, ANSWER = 2048, MOST_SIDE = 16384 };
enum { EVENTS_READ = 0x100, EVENTS_CLEAR = 0x104, N_OUTPUTS = 0x108, N_CAPSETS = 0x10c };

#define COMMAND_AT (VQ_BUFFERS)
#define ANSWER_AT  (VQ_BUFFERS + 0x1000)
#define PIXELS_AT  (VQ_BUFFERS + 0x10000)

/* What a looker has seen of one output. */
typedef struct {
    unsigned width, height, shows;
    unsigned x, y, part_width, part_height;
    uint32_t pixels[256 * 256];
    unsigned points;
    HostCursor cursor;
    uint32_t picture[64 * 64];
} Seen;

typedef struct {
    Rig rig;
    VirtioMmio *mmio;
    Vq queues[2];
    HostDisplay display;
    HostChar control;
    Seen seen[2];
} Gpu;

static void show(void *host, unsigned output, const HostImage *image, unsigned x, unsigned y,
                 unsigned width, unsigned height)
{
    Seen *seen = &((Gpu *)host)->seen[output];
    seen->width = image->width;
    seen->height = image->height;
    seen->shows++;
    seen->x = x;
    seen->y = y;
    seen->part_width = width;
    seen->part_height = height;
    cr_assert(x + width <= image->width && y + height <= image->height);
    for (unsigned line = y; line < y + height && image->width <= 256; line++)
        for (unsigned i = x; i < x + width; i++)
            seen->pixels[line * image->width + i] = image->pixels[line * image->stride + i];
}

static void point(void *host, unsigned output, const HostCursor *cursor)
{
    Seen *seen = &((Gpu *)host)->seen[output];
    seen->points++;
    seen->cursor = *cursor;
    if (cursor->pixels)
        memcpy(seen->picture, cursor->pixels, sizeof seen->picture);
}

static Gpu *gpu_start_with(VirtioGpuConfig config)
{
    Gpu *gpu = g_new0(Gpu, 1);
    rig_init(&gpu->rig);
    gpu->display = (HostDisplay){ .show = show, .point = point, .host = gpu };
    gpu->mmio = vq_device(&gpu->rig, virtio_gpu_new(&config, &gpu->display, &gpu->control), true);
    vq_start(&gpu->rig, true, BIT(32) | (config.edid ? BIT(1) : 0), gpu->queues, 2);
    return gpu;
}

static Gpu *gpu_start(void)
{
    return gpu_start_with((VirtioGpuConfig){ 2, 1280, 800, true, VIRTIO_GPU_MEMORY });
}

static void gpu_end(Gpu *gpu)
{
    device_free(&gpu->mmio->dev);
    rig_free(&gpu->rig);
    g_free(gpu);
}

/* Sends a command of `n` words behind its header and returns the type of the answer. Queues are small: they begin anew. */
static uint32_t command_on(Gpu *gpu, unsigned queue, uint32_t type, const uint32_t *words,
                           unsigned n)
{
    const uint32_t header[HEADER / 4] = { type };
    uint32_t answer = 0, head, written;
    vq_poke(&gpu->rig, COMMAND_AT, header, sizeof header);
    vq_poke(&gpu->rig, COMMAND_AT + HEADER, words, 4 * n);
    vq_poke(&gpu->rig, ANSWER_AT, &answer, 4);
    const VqPart parts[] = { { COMMAND_AT, HEADER + 4 * n, false }, { ANSWER_AT, ANSWER, true } };
    vq_send(&gpu->queues[queue], parts, 2);
    cr_assert(vq_take(&gpu->queues[queue], &head, &written), "no answer to 0x%x", type);
    cr_assert(written >= HEADER && written <= ANSWER);
    vq_peek(&gpu->rig, ANSWER_AT, &answer, 4);
    return answer;
}

#define COMMAND(gpu, type, ...)                                                 \
    command_on(gpu, (type) >= UPDATE_CURSOR, type, (uint32_t[]){ __VA_ARGS__ }, \
               sizeof((uint32_t[]){ __VA_ARGS__ }) / 4)

static uint32_t answer_word(Gpu *gpu, unsigned offset)
{
    uint32_t word;
    vq_peek(&gpu->rig, ANSWER_AT + offset, &word, 4);
    return word;
}

/* A resource of `width` x `height` whose memory, in one piece, begins at PIXELS_AT. */
static void make(Gpu *gpu, uint32_t id, uint32_t format, uint32_t width, uint32_t height)
{
    cr_assert_eq(COMMAND(gpu, CREATE, id, format, width, height), OK);
    cr_assert_eq(COMMAND(gpu, ATTACH, id, 1, (uint32_t)PIXELS_AT, 0, width * height * 4, 0), OK);
}

static void paint(Gpu *gpu, unsigned n, uint32_t first)
{
    for (unsigned i = 0; i < n; i++)
        vq_poke(&gpu->rig, PIXELS_AT + 4 * i, &(uint32_t){ first + i }, 4);
}

Test(virtio_gpu, is_there)
{
    Gpu *gpu = gpu_start();
    cr_assert_eq(rig_read(&gpu->rig, 0x008, 4), 16);
    cr_assert_eq(rig_read(&gpu->rig, EVENTS_READ, 4), 0);
    cr_assert_eq(rig_read(&gpu->rig, N_OUTPUTS, 4), 2);
    cr_assert_eq(rig_read(&gpu->rig, N_CAPSETS, 4), 0);
    rig_write(&gpu->rig, 0x014, 4, 0);
    cr_assert_eq(rig_read(&gpu->rig, 0x010, 4) & 0x3f, 2, "EDID and nothing of 3D is offered");
    cr_assert_eq(COMMAND(gpu, GET_DISPLAY_INFO), OK_DISPLAY_INFO);
    const uint32_t want[12] = { 0, 0, 1280, 800, 1, 0, 1280, 0, 1280, 800, 1, 0 };
    for (unsigned i = 0; i < 16 * 6; i++)
        cr_assert_eq(answer_word(gpu, HEADER + 4 * i), i < 12 ? want[i] : 0, "word %u", i);
    gpu_end(gpu);
}

/* Resource 7, lines of 8: its rectangle (2,1) 4x3 is output 1; a flush of (0,2) 4x2 shows what both have. */
Test(virtio_gpu, a_part_of_a_resource_is_shown)
{
    Gpu *gpu = gpu_start();
    Seen *seen = &gpu->seen[1];
    make(gpu, 7, BGRX, 8, 5);
    paint(gpu, 40, 0x10000);
    cr_assert_eq(COMMAND(gpu, TRANSFER, 0, 0, 8, 5, 0, 0, 7, 0), OK);
    cr_assert_eq(COMMAND(gpu, SET_SCANOUT, 2, 1, 4, 3, 1, 7), OK);
    cr_assert_eq(seen->width, 4);
    cr_assert_eq(seen->height, 3);
    for (unsigned y = 0; y < 3; y++)
        for (unsigned x = 0; x < 4; x++)
            cr_assert_eq(seen->pixels[4 * y + x], 0x10000 + 8 * (y + 1) + x + 2);
    paint(gpu, 40, 0x20000);
    unsigned shows = seen->shows;
    /* Only (3,2) 2x2 comes from memory, from the offset where it lies there. */
    cr_assert_eq(COMMAND(gpu, TRANSFER, 3, 2, 2, 2, 4 * (2 * 8 + 3), 0, 7, 0), OK);
    cr_assert_eq(seen->shows, shows, "nothing is shown before the flush");
    cr_assert_eq(COMMAND(gpu, FLUSH, 0, 2, 4, 2, 7, 0), OK);
    cr_assert_eq(seen->x, 0);
    cr_assert_eq(seen->y, 1);
    cr_assert_eq(seen->part_width, 2);
    cr_assert_eq(seen->part_height, 2);
    for (unsigned y = 0; y < 3; y++)
        for (unsigned x = 0; x < 4; x++) {
            bool is_new = x == 1 && y >= 1;
            cr_assert_eq(seen->pixels[4 * y + x],
                         (is_new ? 0x20000 : 0x10000) + 8 * (y + 1) + x + 2, "%u %u", x, y);
        }
    shows = seen->shows;
    cr_assert_eq(COMMAND(gpu, FLUSH, 6, 0, 2, 5, 7, 0), OK); /* beside what is shown */
    cr_assert_eq(seen->shows, shows);
    cr_assert_eq(gpu->seen[0].width, 0);
    cr_assert_eq(COMMAND(gpu, SET_SCANOUT, 0, 0, 8, 5, 0, 7), OK); /* both show it */
    shows = seen->shows;
    cr_assert_eq(COMMAND(gpu, FLUSH, 0, 0, 8, 5, 7, 0), OK);
    cr_assert_eq(seen->shows, shows + 1);
    cr_assert_eq(gpu->seen[0].pixels[8 * 2 + 3], 0x20000 + 8 * 2 + 3);
    cr_assert_eq(COMMAND(gpu, SET_SCANOUT, 0, 0, 0, 0, 1, 0), OK);
    cr_assert_eq(seen->width, 0);
    cr_assert_eq(COMMAND(gpu, UNREF, 7, 0), OK); /* while it is shown */
    cr_assert_eq(gpu->seen[0].width, 0);
    gpu_end(gpu);
}

/* 5.7.6.8: the order of the names is that of the bytes in memory. */
Test(virtio_gpu, formats)
{
    static const struct {
        uint32_t number;
        const char *bytes;
    } formats[] = { { 1, "BGRA" },  { 2, "BGRX" },  { 3, "ARGB" },   { 4, "XRGB" },
                    { 67, "RGBA" }, { 68, "XBGR" }, { 121, "ABGR" }, { 134, "RGBX" } };
    Gpu *gpu = gpu_start();
    for (unsigned i = 0; i < 8; i++) {
        uint8_t pixel[4];
        for (unsigned byte = 0; byte < 4; byte++) {
            char name = formats[i].bytes[byte];
            pixel[byte] = name == 'R' ? 0x11 : name == 'G' ? 0x22 : name == 'B' ? 0x33 : 0x44;
        }
        vq_poke(&gpu->rig, PIXELS_AT, pixel, 4);
        make(gpu, 1, formats[i].number, 1, 1);
        cr_assert_eq(COMMAND(gpu, TRANSFER, 0, 0, 1, 1, 0, 0, 1, 0), OK);
        cr_assert_eq(COMMAND(gpu, SET_SCANOUT, 0, 0, 1, 1, 0, 1), OK);
        cr_assert_eq(gpu->seen[0].pixels[0] & 0xffffff, 0x112233, "%s", formats[i].bytes);
        cr_assert_eq(COMMAND(gpu, UNREF, 1, 0), OK);
    }
    for (uint32_t format = 0; format < 256; format++) {
        bool exists = false;
        for (unsigned i = 0; i < 8; i++)
            exists |= formats[i].number == format;
        cr_assert_eq(COMMAND(gpu, CREATE, 1, format, 1, 1), exists ? OK : INVALID_PARAMETER);
        if (exists)
            cr_assert_eq(COMMAND(gpu, UNREF, 1, 0), OK);
    }
    gpu_end(gpu);
}

/* Lines lie across pieces of any size, also of none; what memory does not have stays as it is. */
Test(virtio_gpu, memory_in_pieces)
{
    Gpu *gpu = gpu_start();
    static const uint32_t sizes[] = { 1, 7, 0, 30, 2, 55 }; /* 95 of 5 x 5 x 4 */
    uint32_t words[2 + 4 * 6] = { 3, 6 }, at = (uint32_t)PIXELS_AT;
    cr_assert_eq(COMMAND(gpu, CREATE, 3, BGRA, 5, 5), OK);
    paint(gpu, 100, 0x01000000);
    for (unsigned i = 0; i < 6; i++) {
        words[2 + 4 * i] = at;
        words[2 + 4 * i + 2] = sizes[i];
        at += sizes[i];
    }
    cr_assert_eq(command_on(gpu, 0, ATTACH, words, 26), OK);
    cr_assert_eq(COMMAND(gpu, TRANSFER, 0, 0, 5, 5, 0, 0, 3, 0), OK);
    cr_assert_eq(COMMAND(gpu, SET_SCANOUT, 0, 0, 5, 5, 0, 3), OK);
    for (unsigned i = 0; i < 23; i++)
        cr_assert_eq(gpu->seen[0].pixels[i], 0x01000000 + i, "%u", i);
    cr_assert_eq(gpu->seen[0].pixels[23], 0x17, "the last three bytes of the pieces");
    cr_assert_eq(gpu->seen[0].pixels[24], 0);
    cr_assert_eq(COMMAND(gpu, TRANSFER, 1, 1, 2, 2, 3, 0, 3, 0), OK); /* from an odd byte */
    cr_assert_eq(COMMAND(gpu, FLUSH, 0, 0, 5, 5, 3, 0), OK);
    cr_assert_eq(gpu->seen[0].pixels[6], 0x00000101);
    cr_assert_eq(COMMAND(gpu, DETACH, 3, 0), OK);
    cr_assert_eq(COMMAND(gpu, DETACH, 3, 0), UNSPEC);
    cr_assert_eq(COMMAND(gpu, TRANSFER, 0, 0, 5, 5, 0, 0, 3, 0), UNSPEC);
    gpu_end(gpu);
}

/* Whatever the format: transfers do not touch pixels without memory behind them, however often. */
Test(virtio_gpu, pixels_without_memory)
{
    enum { ARGB = 3 };
    Gpu *gpu = gpu_start();
    const uint32_t all = (uint32_t)PIXELS_AT;
    make(gpu, 1, ARGB, 4, 2);
    paint(gpu, 8, 0x33221100);
    cr_assert_eq(COMMAND(gpu, TRANSFER, 0, 0, 4, 2, 0, 0, 1, 0), OK);
    cr_assert_eq(COMMAND(gpu, DETACH, 1, 0), OK);
    cr_assert_eq(COMMAND(gpu, ATTACH, 1, 1, all, 0, 8, 0), OK);
    paint(gpu, 8, 0x66554400);
    for (unsigned i = 0; i < 3; i++)
        cr_assert_eq(COMMAND(gpu, TRANSFER, 0, 0, 4, 2, 0, 0, 1, 0), OK);
    cr_assert_eq(COMMAND(gpu, SET_SCANOUT, 0, 0, 4, 2, 0, 1), OK);
    for (unsigned i = 0; i < 8; i++)
        cr_assert_eq(gpu->seen[0].pixels[i] & 0xffffff, i < 2 ? 0x445566 : 0x112233, "%u", i);
    gpu_end(gpu);
}

Test(virtio_gpu, wrong_commands)
{
    Gpu *gpu = gpu_start_with((VirtioGpuConfig){ 1, 1280, 800, true, 1 << 20 });
    const uint32_t huge = UINT32_MAX, pixels = (uint32_t)PIXELS_AT;
    make(gpu, 1, BGRX, 16, 16);
    cr_assert_eq(COMMAND(gpu, CREATE, 0, BGRX, 1, 1), INVALID_RESOURCE);
    cr_assert_eq(COMMAND(gpu, CREATE, 1, BGRX, 1, 1), INVALID_RESOURCE);
    cr_assert_eq(COMMAND(gpu, CREATE, 2, BGRX, 0, 1), INVALID_PARAMETER);
    cr_assert_eq(COMMAND(gpu, CREATE, 2, BGRX, 512, 512), OUT_OF_MEMORY);
    cr_assert_eq(COMMAND(gpu, CREATE, 2, BGRX, huge, huge), INVALID_PARAMETER);
    cr_assert_eq(COMMAND(gpu, CREATE, 2, BGRX, 1, MOST_SIDE + 1), INVALID_PARAMETER);
    cr_assert_eq(COMMAND(gpu, CREATE, 2, BGRX, MOST_SIDE + 1, 1), INVALID_PARAMETER);
    cr_assert_eq(COMMAND(gpu, CREATE, 2, BGRX, MOST_SIDE, MOST_SIDE), OUT_OF_MEMORY);
    cr_assert_eq(COMMAND(gpu, CREATE, 2, BGRX), INVALID_PARAMETER, "too short");
    cr_assert_eq(COMMAND(gpu, UNREF, 2, 0), INVALID_RESOURCE);
    cr_assert_eq(COMMAND(gpu, ATTACH, 2, 0), INVALID_RESOURCE);
    cr_assert_eq(COMMAND(gpu, ATTACH, 1, 1, pixels, 0, 64, 0), UNSPEC, "there is some already");
    cr_assert_eq(COMMAND(gpu, DETACH, 2, 0), INVALID_RESOURCE);
    cr_assert_eq(COMMAND(gpu, TRANSFER, 0, 0, 1, 1, 0, 0, 2, 0), INVALID_RESOURCE);
    cr_assert_eq(COMMAND(gpu, TRANSFER, 1, 0, 16, 1, 0, 0, 1, 0), INVALID_PARAMETER);
    cr_assert_eq(COMMAND(gpu, TRANSFER, 0, huge, 1, 2, 0, 0, 1, 0), INVALID_PARAMETER);
    cr_assert_eq(COMMAND(gpu, TRANSFER, 1, 1, huge, huge, 0, 0, 1, 0), INVALID_PARAMETER);
    cr_assert_eq(COMMAND(gpu, TRANSFER, 0, 0, 16, 16, huge, huge, 1, 0), INVALID_PARAMETER);
    cr_assert_eq(COMMAND(gpu, FLUSH, 0, 0, 16, 17, 1, 0), INVALID_PARAMETER);
    cr_assert_eq(COMMAND(gpu, FLUSH, 0, 0, 16, 16, 2, 0), INVALID_RESOURCE);
    cr_assert_eq(COMMAND(gpu, SET_SCANOUT, 0, 0, 16, 16, 1, 1), INVALID_SCANOUT);
    cr_assert_eq(COMMAND(gpu, SET_SCANOUT, 0, 0, 16, 16, huge, 0), INVALID_SCANOUT);
    cr_assert_eq(COMMAND(gpu, SET_SCANOUT, 0, 0, 16, 16, 0, 2), INVALID_RESOURCE);
    cr_assert_eq(COMMAND(gpu, SET_SCANOUT, 1, 0, 16, 16, 0, 1), INVALID_PARAMETER);
    cr_assert_eq(COMMAND(gpu, SET_SCANOUT, 0, 0, 0, 16, 0, 1), INVALID_PARAMETER);
    cr_assert_eq(COMMAND(gpu, GET_EDID, 1, 0), INVALID_SCANOUT);
    cr_assert_eq(COMMAND(gpu, UPDATE_CURSOR, 1, 0, 0, 0, 1, 0, 0, 0), INVALID_SCANOUT);
    cr_assert_eq(COMMAND(gpu, UPDATE_CURSOR, 0, 0, 0, 0, 2, 0, 0, 0), INVALID_RESOURCE);
    cr_assert_eq(COMMAND(gpu, UPDATE_CURSOR, 0, 0, 0, 0, 1, 0, 0, 0), INVALID_PARAMETER, "16 x 16");
    for (uint32_t type = 0; type < 0x320;
         type++) /* what nobody knows, or belongs to the other queue */
        if (type < GET_DISPLAY_INFO || (type > DETACH && type != GET_EDID))
            cr_assert_eq(command_on(gpu, 0, type, NULL, 0), UNSPEC, "0x%x", type);
    cr_assert_eq(command_on(gpu, 1, GET_DISPLAY_INFO, NULL, 0), UNSPEC);
    cr_assert_eq(COMMAND(gpu, GET_DISPLAY_INFO), OK_DISPLAY_INFO, "the device still works");
    gpu_end(gpu);
}

/* What is shown is copied for everyone who looks: no more of it than an output can have. */
Test(virtio_gpu, outputs_are_bounded)
{
    enum { MOST = VIRTIO_GPU_MOST_SIDE };
    Gpu *gpu = gpu_start();
    Seen *seen = gpu->seen;
    unsigned shows = seen->shows;
    cr_assert_eq(COMMAND(gpu, CREATE, 1, BGRX, 2, MOST + 1), OK);
    cr_assert_eq(COMMAND(gpu, CREATE, 2, BGRX, MOST + 1, 2), OK);
    cr_assert_eq(COMMAND(gpu, SET_SCANOUT, 0, 0, 2, MOST + 1, 0, 1), INVALID_PARAMETER);
    cr_assert_eq(COMMAND(gpu, SET_SCANOUT, 0, 0, MOST + 1, 2, 0, 2), INVALID_PARAMETER);
    cr_assert_eq(seen->shows, shows);
    cr_assert_eq(COMMAND(gpu, SET_SCANOUT, 0, 1, 2, MOST, 0, 1), OK);
    cr_assert_eq(seen->height, MOST);
    gpu_end(gpu);
}

/* Memory that is none, too much of it, and a list that is longer than the command. */
Test(virtio_gpu, wrong_memory)
{
    Gpu *gpu = gpu_start_with((VirtioGpuConfig){ 1, 1280, 800, true, 1 << 20 });
    const uint32_t pixels = (uint32_t)PIXELS_AT, n = 250;
    cr_assert_eq(COMMAND(gpu, CREATE, 1, BGRX, 16, 16), OK);
    cr_assert_eq(COMMAND(gpu, ATTACH, 1, 2, pixels, 0, 64, 0), INVALID_PARAMETER);
    cr_assert_eq(COMMAND(gpu, ATTACH, 1, 1, 0x1000, 0, 64, 0), UNSPEC);
    cr_assert_eq(COMMAND(gpu, ATTACH, 1, 1, pixels, 0, UINT32_MAX, 0), UNSPEC);
    cr_assert_eq(COMMAND(gpu, ATTACH, 1, 1, UINT32_MAX, UINT32_MAX, 16, 0), UNSPEC);
    cr_assert_eq(COMMAND(gpu, ATTACH, 1, 16385), UNSPEC);
    cr_assert_eq(COMMAND(gpu, ATTACH, 1, UINT32_MAX), UNSPEC);
    cr_assert_eq(COMMAND(gpu, ATTACH, 1, 0), OK);
    cr_assert_eq(COMMAND(gpu, TRANSFER, 0, 0, 1, 1, 0, 0, 1, 0), UNSPEC);
    /* Every resource costs a page at least: of a megabyte there is room for this many more. */
    for (unsigned i = 0; i < n; i++)
        cr_assert_eq(COMMAND(gpu, CREATE, 2 + i, BGRX, 1, 1), OK);
    cr_assert_eq(COMMAND(gpu, CREATE, 2 + n, BGRX, 100, 100), OUT_OF_MEMORY);
    for (unsigned i = 0; i < n; i++)
        cr_assert_eq(COMMAND(gpu, UNREF, 2 + i, 0), OK);
    cr_assert_eq(COMMAND(gpu, CREATE, 2, BGRX, 500, 500), OK, "what was freed can be had again");
    gpu_end(gpu);
}

Test(virtio_gpu, fences_and_short_answers)
{
    Gpu *gpu = gpu_start();
    const uint32_t command[6] = { GET_DISPLAY_INFO, 1, 0x89abcdef, 0x01234567, 5, 0 };
    uint32_t answer[16], head, written;
    memset(answer, 0xee, sizeof answer);
    vq_poke(&gpu->rig, ANSWER_AT, answer, sizeof answer);
    vq_poke(&gpu->rig, COMMAND_AT, command, sizeof command);
    const VqPart parts[] = { { COMMAND_AT, 20, false }, /* in two pieces */
                             { COMMAND_AT + 20, 4, false },
                             { ANSWER_AT, 10, true },
                             { ANSWER_AT + 10, 22, true } };
    vq_send(&gpu->queues[0], parts, 4);
    cr_assert(vq_take(&gpu->queues[0], &head, &written));
    cr_assert_eq(written, 32);
    vq_peek(&gpu->rig, ANSWER_AT, answer, sizeof answer);
    cr_assert_eq(answer[0], OK_DISPLAY_INFO);
    cr_assert_eq(answer[1], 1);
    cr_assert_eq(answer[2], 0x89abcdef);
    cr_assert_eq(answer[3], 0x01234567);
    cr_assert_eq(answer[4], 5);
    cr_assert_eq(answer[8], 0xeeeeeeee, "nothing is written beyond");
    cr_assert_eq(COMMAND(gpu, GET_DISPLAY_INFO), OK_DISPLAY_INFO);
    cr_assert_eq(answer_word(gpu, 4), 0, "no fence was asked for");
    cr_assert_eq(answer_word(gpu, 8), 0);
    gpu_end(gpu);
}

/* VESA E-EDID: header, sum, and the preferred timing; it says the output's size, also when that changes. */
static void check_edid(Gpu *gpu, unsigned width, unsigned height)
{
    static const uint8_t header[8] = { 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0 };
    uint8_t edid[128], sum = 0;
    cr_assert_eq(COMMAND(gpu, GET_EDID, 0, 0), OK_EDID);
    cr_assert_eq(answer_word(gpu, HEADER), 128);
    vq_peek(&gpu->rig, ANSWER_AT + HEADER + 8, edid, sizeof edid);
    for (unsigned i = 0; i < 128; i++)
        sum = (uint8_t)(sum + edid[i]);
    cr_assert_eq(sum, 0);
    cr_assert(!memcmp(edid, header, 8));
    cr_assert_eq(edid[18], 1);
    cr_assert_eq(edid[19], 4);
    cr_assert_eq(edid[56] | (edid[58] & 0xf0) << 4, width);
    cr_assert_eq(edid[59] | (edid[61] & 0xf0) << 4, height);
    unsigned clock = edid[54] | edid[55] << 8;
    unsigned across = width + (edid[57] | (edid[58] & 0xf) << 8);
    unsigned down = height + (edid[60] | (edid[61] & 0xf) << 8);
    double hz = clock * 10000.0 / across / down;
    cr_assert(hz <= 60.0 && (hz > 59.0 || (clock > 55000 && hz > 25)), "%ux%u: %f Hz", width,
              height, hz);
}

static void want_size(Gpu *gpu, uint32_t output, uint32_t width, uint32_t height)
{
    const uint32_t record[4] = { output, width, height, 0 };
    cr_assert_eq(gpu->control.receive(gpu->control.device, (const uint8_t *)record, 16), 16);
}

Test(virtio_gpu, sizes_from_the_host)
{
    Gpu *gpu = gpu_start();
    check_edid(gpu, 1280, 800);
    uint64_t generation = rig_read(&gpu->rig, 0x0fc, 4);
    cr_assert_eq(gpu->control.receive(gpu->control.device, (const uint8_t[15]){ 0 }, 15), 0);
    want_size(gpu, 0, 1280, 800); /* as it is */
    cr_assert_eq(rig_read(&gpu->rig, EVENTS_READ, 4), 0);
    cr_assert(!(rig_read(&gpu->rig, 0x060, 4) & 2));
    want_size(gpu, 0, 1024, 768);
    cr_assert_eq(rig_read(&gpu->rig, EVENTS_READ, 4), 1);
    cr_assert(rig_read(&gpu->rig, 0x060, 4) & 2, "the configuration changed");
    cr_assert(gpu->rig.level[0]);
    cr_assert_neq(rig_read(&gpu->rig, 0x0fc, 4), generation);
    rig_write(&gpu->rig, 0x064, 4, 3);
    cr_assert_eq(COMMAND(gpu, GET_DISPLAY_INFO), OK_DISPLAY_INFO);
    cr_assert_eq(answer_word(gpu, HEADER + 8), 1024);
    cr_assert_eq(answer_word(gpu, HEADER + 12), 768);
    cr_assert_eq(answer_word(gpu, HEADER + 24), 1024, "the other output stands beside it");
    check_edid(gpu, 1024, 768);
    rig_write(&gpu->rig, EVENTS_CLEAR, 4, 1);
    cr_assert_eq(rig_read(&gpu->rig, EVENTS_READ, 4), 0);
    want_size(gpu, 0, 0, 0);
    want_size(gpu, 2, 640, 480); /* there is none */
    cr_assert_eq(COMMAND(gpu, GET_DISPLAY_INFO), OK_DISPLAY_INFO);
    cr_assert_eq(answer_word(gpu, HEADER + 16), 0);
    cr_assert_eq(answer_word(gpu, HEADER + 24 + 16), 1);
    want_size(gpu, 0, 1, UINT32_MAX);
    check_edid(gpu, VIRTIO_GPU_LEAST_SIDE, VIRTIO_GPU_MOST_SIDE);
    for (unsigned side = VIRTIO_GPU_LEAST_SIDE; side < VIRTIO_GPU_MOST_SIDE; side += 173) {
        want_size(gpu, 0, side, 4159 - side);
        check_edid(gpu, side, 4159 - side);
        want_size(gpu, 0, side + 10, side + 3);
        check_edid(gpu, side + 10, side + 3);
    }
    gpu_end(gpu);
    gpu = gpu_start_with((VirtioGpuConfig){ 1, 640, 480, false, VIRTIO_GPU_MEMORY });
    cr_assert_eq(COMMAND(gpu, GET_EDID, 0, 0), UNSPEC, "it was not negotiated");
    gpu_end(gpu);
}

Test(virtio_gpu, pointer)
{
    Gpu *gpu = gpu_start();
    Seen *seen = &gpu->seen[1];
    make(gpu, 9, BGRA, 64, 64);
    paint(gpu, 64 * 64, 0x80000000);
    cr_assert_eq(COMMAND(gpu, TRANSFER, 0, 0, 64, 64, 0, 0, 9, 0), OK);
    cr_assert_eq(COMMAND(gpu, UPDATE_CURSOR, 1, 30, (uint32_t)-5, 0, 9, 3, 4, 0), OK);
    cr_assert(seen->cursor.visible && seen->cursor.x == 30 && seen->cursor.y == -5);
    cr_assert_eq(seen->cursor.hot_x, 3);
    cr_assert_eq(seen->cursor.hot_y, 4);
    for (unsigned i = 0; i < 64 * 64; i++)
        cr_assert_eq(seen->picture[i], 0x80000000 + i);
    cr_assert_eq(COMMAND(gpu, UNREF, 9, 0), OK); /* the pointer stays as it was */
    cr_assert_eq(COMMAND(gpu, MOVE_CURSOR, 1, 31, 32, 0, 0, 0, 0, 0), OK);
    cr_assert(seen->cursor.visible && seen->cursor.x == 31 && seen->cursor.y == 32);
    cr_assert_null(seen->cursor.pixels);
    /* Positions that nobody can add to are far outside on the same side. */
    cr_assert_eq(COMMAND(gpu, MOVE_CURSOR, 1, INT32_MAX, (uint32_t)INT32_MIN, 0, 0, 0, 0, 0), OK);
    cr_assert(seen->cursor.x == 65536 && seen->cursor.y == -65536);
    cr_assert_eq(COMMAND(gpu, UPDATE_CURSOR, 1, 1, 2, 0, 0, 0, 0, 0), OK);
    cr_assert(!seen->cursor.visible);
    gpu_end(gpu);
}

/* A driver that asks for much more than anybody can see gets it in turns. */
Test(virtio_gpu, much_work_is_done_in_turns)
{
    Gpu *gpu = gpu_start();
    uint32_t head, written;
    unsigned n = 0;
    cr_assert_eq(COMMAND(gpu, CREATE, 1, BGRX, 8000, 4000), OK);
    cr_assert_eq(COMMAND(gpu, ATTACH, 1, 1, (uint32_t)PIXELS_AT, 0, 4096, 0), OK);
    const uint32_t command[6 + 8] = { TRANSFER, 0, 0, 0, 0, 0, 0, 0, 8000, 4000, 0, 0, 1, 0 };
    vq_poke(&gpu->rig, COMMAND_AT, command, sizeof command);
    uint64_t hash = rig_hash(&gpu->mmio->dev);
    for (unsigned i = 0; i < 7; i++)
        vq_send(&gpu->queues[0], &(VqPart){ COMMAND_AT, sizeof command, false }, 1);
    while (vq_take(&gpu->queues[0], &head, &written))
        n++;
    cr_assert(n >= 1 && n < 7, "%u were done at once", n);
    g_autoptr(GByteArray) saved = rig_save(&gpu->mmio->dev);
    cr_assert_neq(rig_hash(&gpu->mmio->dev), hash);
    rig_load(&gpu->rig, &gpu->mmio->dev, saved);
    rig_run_until(&gpu->rig, 100000000);
    while (vq_take(&gpu->queues[0], &head, &written))
        n++;
    cr_assert_eq(n, 7);
    gpu_end(gpu);
}

/* Lines cost, however narrow they are: so many are too much for one turn, though their bytes are not. Where there is no
 * memory behind them it is said once, not for each. */
Test(virtio_gpu, lines_are_work)
{
    Gpu *gpu = gpu_start();
    uint32_t head, written;
    unsigned n = 0, errors = rig_guest_errors(&gpu->rig);
    cr_assert_eq(COMMAND(gpu, CREATE, 1, BGRX, 60, MOST_SIDE), OK);
    cr_assert_eq(COMMAND(gpu, ATTACH, 1, 1, (uint32_t)PIXELS_AT, 0, 4096, 0), OK);
    const uint32_t command[6 + 8] = { TRANSFER, 0, 0, 0, 0, 0, 0, 0, 60, MOST_SIDE, 0, 0, 1, 0 };
    vq_poke(&gpu->rig, COMMAND_AT, command, sizeof command);
    vq_desc(&gpu->queues[0], 0, COMMAND_AT, sizeof command, 0, 0);
    for (unsigned i = 0; i < VQ_NUM; i++)
        vq_offer(&gpu->queues[0], 0);
    vq_kick(&gpu->queues[0]);
    while (vq_take(&gpu->queues[0], &head, &written))
        n++;
    cr_assert(n && n < VQ_NUM, "%u were done at once", n);
    cr_assert_eq(rig_guest_errors(&gpu->rig) - errors, n);
    gpu_end(gpu);
}

/* How many of a queue of flushes are done at once. */
static unsigned flushes_at_once(bool watched)
{
    enum { WIDE = 2560, HIGH = 1600 };
    Gpu *gpu = gpu_start();
    uint32_t head, written;
    unsigned n = 0;
    const uint32_t command[6 + 6] = { FLUSH, 0, 0, 0, 0, 0, 0, 0, WIDE, HIGH, 1, 0 };
    if (!watched)
        gpu->display.show = NULL;
    cr_assert_eq(COMMAND(gpu, CREATE, 1, BGRX, WIDE, HIGH), OK);
    cr_assert_eq(COMMAND(gpu, SET_SCANOUT, 0, 0, WIDE, HIGH, 0, 1), OK);
    vq_poke(&gpu->rig, COMMAND_AT, command, sizeof command);
    vq_desc(&gpu->queues[0], 0, COMMAND_AT, sizeof command, 0, 0);
    for (unsigned i = 0; i < VQ_NUM; i++)
        vq_offer(&gpu->queues[0], 0);
    vq_kick(&gpu->queues[0]);
    while (vq_take(&gpu->queues[0], &head, &written))
        n++;
    gpu_end(gpu);
    return n;
}

/* A guest runs the same whether somebody looks or not. */
Test(virtio_gpu, looking_changes_nothing)
{
    unsigned watched = flushes_at_once(true);
    cr_assert(watched < VQ_NUM, "%u", watched);
    cr_assert_eq(flushes_at_once(false), watched);
}

/* Everything that was shown is shown anew, by another device, too. */
Test(virtio_gpu, state)
{
    Gpu *gpu = gpu_start(), *other = gpu_start();
    make(gpu, 5, BGRX, 6, 4);
    make(gpu, 2, BGRA, 64, 64);
    paint(gpu, 64 * 64, 0x77000000);
    cr_assert_eq(COMMAND(gpu, TRANSFER, 0, 0, 6, 4, 0, 0, 5, 0), OK);
    cr_assert_eq(COMMAND(gpu, TRANSFER, 0, 0, 64, 64, 0, 0, 2, 0), OK);
    cr_assert_eq(COMMAND(gpu, SET_SCANOUT, 1, 1, 3, 2, 1, 5), OK);
    cr_assert_eq(COMMAND(gpu, UPDATE_CURSOR, 0, 3, 4, 0, 2, 1, 1, 0), OK);
    want_size(gpu, 0, 333, 222);
    uint64_t hash = rig_hash(&gpu->mmio->dev);
    g_autoptr(GByteArray) saved = rig_save(&gpu->mmio->dev);
    make(other, 1000, BGRX, 9, 9);
    cr_assert_eq(COMMAND(other, SET_SCANOUT, 0, 0, 9, 9, 0, 1000), OK);
    rig_load(&other->rig, &other->mmio->dev, saved);
    cr_assert_eq(rig_hash(&other->mmio->dev), hash);
    cr_assert_eq(other->seen[0].width, 0);
    cr_assert_eq(other->seen[1].width, 3);
    cr_assert_eq(other->seen[1].pixels[0], 0x77000007);
    cr_assert(other->seen[0].cursor.visible);
    cr_assert_eq(other->seen[0].picture[9], 0x77000009);
    cr_assert_eq(rig_read(&other->rig, EVENTS_READ, 4), 1);
    /* What it can do with memory is in it, too. */
    vq_poke(&gpu->rig, PIXELS_AT, &(uint32_t){ 0x123456 }, 4);
    cr_assert_eq(COMMAND(gpu, TRANSFER, 0, 0, 1, 1, 0, 0, 5, 0), OK);
    cr_assert_neq(rig_hash(&gpu->mmio->dev), hash);
    rig_write(&gpu->rig, 0x070, 4, 0);
    cr_assert_eq(gpu->seen[1].width, 0);
    cr_assert(!gpu->seen[0].cursor.visible);
    rig_load(&gpu->rig, &gpu->mmio->dev, saved);
    cr_assert_eq(rig_hash(&gpu->mmio->dev), hash);
    cr_assert_eq(gpu->seen[1].pixels[5], 0x77000000 + 2 * 6 + 3);
    gpu_end(gpu);
    gpu_end(other);
}
