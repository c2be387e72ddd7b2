/* SPDX-License-Identifier: MIT */
/* recording_config.c - what a recorded machine is made of, as text: a word and its value a line; see recording.h. */
#include <inttypes.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/time/recording.h"
#include "mmu/timing/qos.h"

#define MOST_RAM  (256ull << 30)
#define LEAST_RAM (1ull << 20)
enum { MOST_SERIAL = 64 };

/* Numbers of MachineConfig. */
typedef struct {
    const char *name;
    size_t offset, size;
    uint64_t least, most;
} Number;

// clang-format off
#define NUMBER(member, least, most) { #member, offsetof(MachineConfig, member), sizeof(((MachineConfig *)0)->member), least, most }
static const Number numbers[] = {
    NUMBER(n_harts, 1, MACHINE_MAX_HARTS), NUMBER(ram_size, LEAST_RAM, MOST_RAM), NUMBER(quantum, 1, 1000000000),
    NUMBER(rtc_base_ns, 0, UINT64_MAX), NUMBER(seed, 0, UINT64_MAX), NUMBER(virtio_modern, 0, 1),
    NUMBER(aia, AIA_NONE, AIA_APLIC_IMSIC), NUMBER(aia_guests, 0, MACHINE_MAX_AIA_GUESTS), NUMBER(aia_direct, 0, 1),
    NUMBER(aclint, 0, 1), NUMBER(pdp_time, 0, 1), NUMBER(cbqri, 0, 1), NUMBER(rcid_bits, 0, 6), NUMBER(mcid_bits, 0, 6),
    NUMBER(dma_rcid, 0, QOS_MAX_IDS - 1), NUMBER(dma_mcid, 0, QOS_MAX_IDS - 1),
};
// clang-format on

static const char *const drivers[] = { "virtio-blk-device",    "virtio-serial-device",
                                       "virtio-rng-device",    "virtio-net-device",
                                       "virtio-gpu-device",    "virtio-keyboard-device",
                                       "virtio-tablet-device", "virtio-mouse-device" };

static void append_slot(const Machine *m, unsigned index, GString *out)
{
    const VirtioConfig *slot = &m->config.virtio[index];
    g_autofree char *serial = g_strescape(slot->serial ? slot->serial : "", NULL);
    if (!slot->driver)
        return;
    g_string_append_printf(out, "slot %u %s %d %" PRIu64 " ", index, slot->driver, slot->read_only,
                           slot->seed);
    for (unsigned i = 0; i < sizeof slot->mac; i++)
        g_string_append_printf(out, "%02x", slot->mac[i]);
    g_string_append_printf(out, " \"%s\"\n", serial);
    if (slot->gpu.n_outputs)
        g_string_append_printf(out, "gpu %u %u %u %u %d %" PRIu64 "\n", index, slot->gpu.n_outputs,
                               slot->gpu.width, slot->gpu.height, slot->gpu.edid, slot->gpu.memory);
}

void recording_append_config(const Machine *m, const char *cpu, GString *out)
{
    g_string_append_printf(out, "version %s\ncpu %s\ntohost %" PRIu64 "\n", VERSION,
                           cpu ? cpu : "max", m->tohost.v);
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        uint64_t value = 0;
        memcpy(&value, (const char *)&m->config + numbers[i].offset, numbers[i].size);
        g_string_append_printf(out, "%s %" PRIu64 "\n", numbers[i].name, value);
    }
    if (m->config.timed.on) {
        g_autofree char *timed = timed_text(&m->config.timed);
        g_string_append_printf(out, "timing %s\n", timed);
    }
    if (m->config.serial)
        g_string_append(out, "line serial\n");
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++) {
        append_slot(m, i, out);
        if (m->config.virtio[i].chr)
            g_string_append_printf(out, "line chr%u\n", i);
        if (m->config.virtio[i].net)
            g_string_append_printf(out, "line net%u\n", i);
    }
    for (unsigned i = 0; i < m->config.plugs.n; i++) {
        g_string_append(out, "plug ");
        plug_append(&m->config.plugs.at[i], out);
        g_string_append_c(out, '\n');
        if (m->config.plugs.at[i].chr)
            g_string_append_printf(out, "line plug%u\n", i);
    }
}

static bool is_damaged(const char *line, GError **error)
{
    g_autofree char *shown = g_strescape(line, NULL);
    return fail(error, EXIT_FILE, "it is damaged: no machine has '%.60s'; record it anew", shown);
}

static bool take_number(MachineConfig *config, const char *name, const char *value)
{
    guint64 number;
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (strcmp(numbers[i].name, name))
            continue;
        if (!g_ascii_string_to_unsigned(value, 10, numbers[i].least, numbers[i].most, &number,
                                        NULL))
            return false;
        memcpy((char *)config + numbers[i].offset, &number, numbers[i].size);
        return true;
    }
    return false;
}

static bool take_mac(const char *text, uint8_t *mac)
{
    for (unsigned i = 0; i < 6; i++) {
        int high = g_ascii_xdigit_value(text[2 * i]);
        int low = high < 0 ? -1 : g_ascii_xdigit_value(text[2 * i + 1]);
        if (low < 0)
            return false;
        mac[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* "N DRIVER READ-ONLY SEED MAC "SERIAL"" */
static bool take_slot(MachineConfig *config, const char *text, RecordingExtras *extras)
{
    g_auto(GStrv) words = g_strsplit(text, " ", 6);
    guint64 number, read_only, seed;
    size_t driver = 0;
    if (g_strv_length(words) != 6 ||
        !g_ascii_string_to_unsigned(words[0], 10, 0, VIRTIO_SLOTS - 1, &number, NULL) ||
        !g_ascii_string_to_unsigned(words[2], 10, 0, 1, &read_only, NULL) ||
        !g_ascii_string_to_unsigned(words[3], 10, 0, UINT64_MAX, &seed, NULL))
        return false;
    while (driver < G_N_ELEMENTS(drivers) && strcmp(drivers[driver], words[1]))
        driver++;
    VirtioConfig *slot = &config->virtio[number];
    size_t length = strlen(words[5]);
    if (driver == G_N_ELEMENTS(drivers) || slot->driver || !take_mac(words[4], slot->mac) ||
        length < 2 || words[5][0] != '"' || words[5][length - 1] != '"')
        return false;
    words[5][length - 1] = 0;
    g_autofree char *serial = g_strcompress(words[5] + 1);
    slot->driver = drivers[driver];
    slot->read_only = read_only;
    slot->snapshot = !read_only;
    slot->seed = seed;
    if (*serial && strlen(serial) <= MOST_SERIAL)
        slot->serial = extras->serials[number] = g_steal_pointer(&serial);
    return true;
}

/* "N OUTPUTS WIDTH HEIGHT EDID MEMORY" */
static bool take_gpu(MachineConfig *config, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", 6);
    const guint64 least[6] = { 0, 1, VIRTIO_GPU_LEAST_SIDE, VIRTIO_GPU_LEAST_SIDE, 0, 1 };
    const guint64 most[6] = {
        VIRTIO_SLOTS - 1, VIRTIO_GPU_MOST_OUTPUTS, VIRTIO_GPU_MOST_SIDE, VIRTIO_GPU_MOST_SIDE, 1,
        4ull << 30
    };
    guint64 values[6];
    for (unsigned i = 0; i < 6; i++)
        if (!words[i] ||
            !g_ascii_string_to_unsigned(words[i], 10, least[i], most[i], &values[i], NULL))
            return false;
    config->virtio[values[0]].gpu = (VirtioGpuConfig){ .n_outputs = (unsigned)values[1],
                                                       .width = (unsigned)values[2],
                                                       .height = (unsigned)values[3],
                                                       .edid = values[4],
                                                       .memory = values[5] };
    return true;
}

/* Every graphics device has been described. */
static bool has_gpus(const MachineConfig *config)
{
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++) {
        const VirtioConfig *slot = &config->virtio[i];
        if (slot->driver && !strcmp(slot->driver, "virtio-gpu-device") && !slot->gpu.n_outputs)
            return false;
    }
    return true;
}

/* "serial", "chrN", "netN" or "plugN" */
static bool take_connection(const char *text, RecordingExtras *extras)
{
    guint64 slot;
    if (!strcmp(text, "serial"))
        return extras->has_serial = true;
    if (g_str_has_prefix(text, "plug") &&
        g_ascii_string_to_unsigned(text + 4, 10, 0, PLUG_MOST - 1, &slot, NULL))
        return extras->has_plug_chr[slot] = true;
    bool chr = g_str_has_prefix(text, "chr");
    if ((!chr && !g_str_has_prefix(text, "net")) ||
        !g_ascii_string_to_unsigned(text + 3, 10, 0, VIRTIO_SLOTS - 1, &slot, NULL))
        return false;
    (chr ? extras->has_chr : extras->has_net)[slot] = true;
    return true;
}

static bool take_line(const char *line, MachineConfig *config, RecordingExtras *extras,
                      GError **error)
{
    const char *space = strchr(line, ' ');
    g_autofree char *name = g_strndup(line, space ? (gsize)(space - line) : 0);
    guint64 tohost;
    if (!space)
        return is_damaged(line, error);
    if (!strcmp(name, "version"))
        return !strcmp(space + 1, VERSION) ||
               fail(error, EXIT_FILE,
                    "it is of version %.40s, this is version %s; replay it with the version that "
                    "recorded it",
                    space + 1, VERSION);
    if (!strcmp(name, "cpu"))
        return isa_parse(&config->isa, space + 1, error);
    if (!strcmp(name, "timing"))
        return timed_parse(&config->timed, "timing", space + 1, error);
    if (!strcmp(name, "slot"))
        return take_slot(config, space + 1, extras) || is_damaged(line, error);
    if (!strcmp(name, "plug"))
        return plugs_read(&config->plugs, space + 1) || is_damaged(line, error);
    if (!strcmp(name, "gpu"))
        return take_gpu(config, space + 1) || is_damaged(line, error);
    if (!strcmp(name, "line"))
        return take_connection(space + 1, extras) || is_damaged(line, error);
    if (strcmp(name, "tohost"))
        return take_number(config, name, space + 1) || is_damaged(line, error);
    if (!g_ascii_string_to_unsigned(space + 1, 10, 0, UINT64_MAX, &tohost, NULL))
        return is_damaged(line, error);
    extras->tohost = tohost;
    return true;
}

bool recording_read_config(const char *text, MachineConfig *config, RecordingExtras *extras,
                           GError **error)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    memset(config->virtio, 0, sizeof config->virtio);
    config->plugs.n = 0;
    config->timed = (TimedConfig){ 0 };
    config->n_harts = 0;
    config->ram_size = config->quantum = 0;
    if (!g_str_has_prefix(text, "version "))
        return is_damaged(lines[0] ? lines[0] : "nothing", error);
    if (!isa_parse(&config->isa, NULL, error))
        return false;
    for (char **line = lines; *line && **line; line++)
        if (!take_line(*line, config, extras, error))
            return false;
    if (!config->n_harts || !config->ram_size || config->ram_size % PAGE_SIZE || !config->quantum ||
        !has_gpus(config))
        return is_damaged("nothing", error);
    config->stop_on_reset = false;
    return true;
}
