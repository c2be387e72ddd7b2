/* SPDX-License-Identifier: MIT */
/* gpu.c - see gpu.h. */
#include "gpu.h"

#include <stddef.h>

#include "lib/csr.h"
#include "lib/mmio.h"
#include "lib/string.h"
#include "lib/virtio.h"

enum { EVENTS_READ = 0x100, EVENTS_CLEAR = 0x104, NUM_SCANOUTS = 0x108 };
enum { ID_GPU = 16 };
enum { QUEUE_SIZE = 2 };
enum {
    GET_DISPLAY_INFO = 0x100,
    CREATE_2D = 0x101,
    UNREF = 0x102,
    SET_SCANOUT = 0x103,
    FLUSH = 0x104,
    TRANSFER = 0x105,
    ATTACH = 0x106,
    OK_NODATA = 0x1100,
    OK_DISPLAY_INFO = 0x1101,
};
enum { FORMAT_B8G8R8X8 = 2, PICTURE = 1, MOST_SCANOUTS = 16 };

static struct {
    VirtioDesc desc[QUEUE_SIZE];
    struct {
        uint16_t flags, index, ring[QUEUE_SIZE];
    } driver;
    struct {
        uint16_t flags, index;
        VirtioUsed ring[QUEUE_SIZE];
    } device __attribute__((aligned(4)));
} queue __attribute__((aligned(16)));

typedef struct {
    uint32_t type, flags;
    uint64_t fence;
    uint32_t context, ring;
} Header;

/* Every command, and every answer, of those that are used here. */
static struct {
    Header header;
    union {
        struct {
            uint32_t id, format, width, height;
        } create;
        struct {
            uint32_t id, pieces;
            uint64_t address;
            uint32_t size, padding;
        } attach;
        struct {
            Rect part;
            uint32_t output, id;
        } scanout;
        struct {
            Rect part;
            uint64_t offset;
            uint32_t id, padding;
        } transfer;
        struct {
            Rect part;
            uint32_t id, padding;
        } flush;
        struct {
            uint32_t id, padding;
        } unref;
    } body;
} command;

static struct {
    Header header;
    struct {
        Rect wanted;
        uint32_t enabled, flags;
    } outputs[MOST_SCANOUTS];
} answer;

static bool start(const Gpu *gpu)
{
    write32(gpu->base + STATUS, 0);
    write32(gpu->base + STATUS, ACKNOWLEDGE | DRIVER);
    write32(gpu->base + DRIVER_FEATURES_SEL, 1);
    write32(gpu->base + DRIVER_FEATURES, VERSION_1_HIGH);
    write32(gpu->base + STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK);
    if (!(read32(gpu->base + STATUS) & FEATURES_OK))
        return false;
    write32(gpu->base + QUEUE_SEL, 0);
    write32(gpu->base + QUEUE_NUM, QUEUE_SIZE);
    virtio_write_address(gpu->base + QUEUE_DESC, queue.desc);
    virtio_write_address(gpu->base + QUEUE_DRIVER, &queue.driver);
    virtio_write_address(gpu->base + QUEUE_DEVICE, &queue.device);
    write32(gpu->base + QUEUE_READY, 1);
    write32(gpu->base + STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    return true;
}

bool gpu_open(Gpu *gpu, const Fdt *fdt)
{
    FdtNode node = NULL;
    FdtRange reg;
    while ((node = fdt_find_compatible(fdt, node, "virtio,mmio"))) {
        if (!fdt_reg(fdt, node, 0, &reg) || read32(reg.base + MAGIC) != IS_VIRTIO ||
            read32(reg.base + VERSION) != MODERN || read32(reg.base + DEVICE_ID) != ID_GPU)
            continue;
        *gpu = (Gpu){ reg.base, read32(reg.base + NUM_SCANOUTS) };
        return start(gpu);
    }
    return false;
}

/* Sends `command`, whose body has so many bytes, and waits for the answer: is it `wanted`? */
static bool ask(const Gpu *gpu, uint32_t type, size_t body, uint32_t wanted)
{
    uint16_t index = queue.driver.index;
    command.header.type = type;
    queue.desc[0].address = (uintptr_t)&command;
    queue.desc[0].size = (uint32_t)(sizeof(Header) + body);
    queue.desc[0].flags = DESC_NEXT;
    queue.desc[0].next = 1;
    queue.desc[1].address = (uintptr_t)&answer;
    queue.desc[1].size = sizeof(answer);
    queue.desc[1].flags = DESC_WRITE;
    queue.driver.ring[index % QUEUE_SIZE] = 0;
    fence();
    __atomic_store_n(&queue.driver.index, index + 1, __ATOMIC_RELEASE);
    fence();
    write32(gpu->base + QUEUE_NOTIFY, 0);
    while (__atomic_load_n(&queue.device.index, __ATOMIC_ACQUIRE) == index)
        pause();
    fence();
    return *(volatile uint32_t *)&answer.header.type == wanted;
}

bool gpu_wanted(const Gpu *gpu, Rect *size)
{
    bool known = ask(gpu, GET_DISPLAY_INFO, 0, OK_DISPLAY_INFO);
    *size = answer.outputs[0].wanted;
    return known && answer.outputs[0].enabled;
}

bool gpu_changed(const Gpu *gpu)
{
    uint32_t events = read32(gpu->base + EVENTS_READ);
    write32(gpu->base + EVENTS_CLEAR, events);
    return events;
}

bool gpu_show(const Gpu *gpu, const uint32_t *pixels, Rect size)
{
    command.body.unref.id = PICTURE;
    ask(gpu, UNREF, sizeof(command.body.unref), OK_NODATA); /* the first time there is none */
    command.body.create.id = PICTURE;
    command.body.create.format = FORMAT_B8G8R8X8;
    command.body.create.width = size.width;
    command.body.create.height = size.height;
    if (!ask(gpu, CREATE_2D, sizeof(command.body.create), OK_NODATA))
        return false;
    command.body.attach.id = PICTURE;
    command.body.attach.pieces = 1;
    command.body.attach.address = (uintptr_t)pixels;
    command.body.attach.size = size.width * size.height * 4;
    if (!ask(gpu, ATTACH, sizeof(command.body.attach), OK_NODATA))
        return false;
    command.body.scanout.part = (Rect){ 0, 0, size.width, size.height };
    command.body.scanout.output = 0;
    command.body.scanout.id = PICTURE;
    return ask(gpu, SET_SCANOUT, sizeof(command.body.scanout), OK_NODATA);
}

bool gpu_update(const Gpu *gpu, Rect part, uint32_t width)
{
    command.body.transfer.part = part;
    command.body.transfer.offset = 4ul * (part.y * width + part.x);
    command.body.transfer.id = PICTURE;
    if (!ask(gpu, TRANSFER, sizeof(command.body.transfer), OK_NODATA))
        return false;
    command.body.flush.part = part;
    command.body.flush.id = PICTURE;
    return ask(gpu, FLUSH, sizeof(command.body.flush), OK_NODATA);
}
