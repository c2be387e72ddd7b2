/* SPDX-License-Identifier: MIT */
/*
 * main.c - a picture without an operating system: bars of eight colours, and a square that moves before them; see
 * README.md.
 */
#include <stddef.h>

#include "gpu.h"
#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/trap.h"

enum { MOST_PIXELS = 1920 * 1200, BARS = 8, SIDE = 48, SPEED = 5, PER_SECOND = 60 };

static uint32_t pixels[MOST_PIXELS];

/* Black, blue, green, cyan, red, magenta, yellow, white, darker downwards. */
static uint32_t bar_colour(Rect size, uint32_t x, uint32_t y)
{
    uint32_t bar = x * BARS / size.width, light = 255 - y * 192 / size.height;
    return (bar >> 2 & 1) * light << 16 | (bar >> 1 & 1) * light << 8 | (bar & 1) * light;
}

static void paint_bars(Rect size, Rect part)
{
    for (uint32_t y = part.y; y < part.y + part.height; y++)
        for (uint32_t x = part.x; x < part.x + part.width; x++)
            pixels[y * size.width + x] = bar_colour(size, x, y);
}

static void paint_square(Rect size, Rect part)
{
    for (uint32_t y = part.y; y < part.y + part.height; y++)
        for (uint32_t x = part.x; x < part.x + part.width; x++)
            pixels[y * size.width + x] = (x ^ y) & 8 ? 0xff8000 : 0xffffff;
}

/* Where something is at step `n` that goes to and fro on a way of `length`. */
static uint32_t to_and_fro(uint64_t n, uint32_t length)
{
    uint64_t at = length ? n * SPEED % (2ul * length) : 0;
    return (uint32_t)(at < length ? at : 2ul * length - at);
}

static Rect square_at(Rect size, uint64_t n)
{
    return (Rect){ to_and_fro(n, size.width - SIDE), to_and_fro(n, size.height - SIDE), SIDE,
                   SIDE };
}

static void start_picture(const Gpu *gpu, Rect *size)
{
    if (!gpu_wanted(gpu, size))
        *size = (Rect){ 0, 0, 640, 480 }; /* unplugged: who plugs it in will tell */
    size->x = size->y = 0;
    if (size->width < SIDE || size->height < SIDE ||
        (uint64_t)size->width * size->height > MOST_PIXELS)
        *size = (Rect){ 0, 0, 640, 480 };
    paint_bars(*size, *size);
    if (!gpu_show(gpu, pixels, *size) || !gpu_update(gpu, *size, size->width))
        panic("paint: the device refuses a picture");
    print("paint: %d x %d\n", size->width, size->height);
}

void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

static void wait_until(uint64_t time)
{
    while (csr_read(time) < time)
        pause();
}

void main(void *fdt)
{
    Fdt tree;
    Gpu gpu;
    Rect size, square = { 0, 0, 0, 0 };
    if (!fdt_open(&tree, fdt))
        panic("paint: no device tree");
    power_find(&tree);
    console_find(&tree);
    uint64_t frames = bootarg_number(&tree, "frames", 0);
    uint64_t tick = fdt_cell(&tree, fdt_find(&tree, "/cpus"), "timebase-frequency", 0, 10000000);
    if (!gpu_open(&gpu, &tree))
        panic("paint: there is no screen");
    start_picture(&gpu, &size);
    uint64_t begin = csr_read(time);
    for (uint64_t n = 0; !frames || n < frames; n++) {
        if (gpu_changed(&gpu)) {
            start_picture(&gpu, &size);
            square.width = 0;
        }
        paint_bars(size, square);
        if (square.width)
            gpu_update(&gpu, square, size.width);
        square = square_at(size, n);
        paint_square(size, square);
        if (!gpu_update(&gpu, square, size.width))
            panic("paint: the device refuses an update");
        wait_until(begin + (n + 1) * tick / PER_SECOND);
    }
    print("PAINT-OK\n");
    power_off(true);
}
