/* SPDX-License-Identifier: MIT */
/*
 * memory.c - commands that show memory: as the hart sees it, physical, guest-physical; see monitor.h.
 *
 * Formats and the shape of lines are QEMU's: x/10i, x/4xg. Looking fills no TLB and reads no device.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cpu/isa/insn.h"
#include "cpu/worlds.h"
#include "emu/guest_memory.h"
#include "emu/monitor/expr.h"
#include "emu/monitor/monitor.h"

enum { MOST_SHOWN = 65536, LINE_BYTES = 16, LINE_BYTES_OF_BYTES = 8 };
#define MOST_SAVED (1ull << 40)

typedef struct {
    unsigned count;
    char format; /* one of FORMATS */
    unsigned size;
} Format;

#define FORMATS "xduocsi"

/* Where it is looked at. */
typedef struct {
    GuestView view;
    MmuSpace space;
} Place;

/* Reads "/10xg" off the front; what is not said stays as it is. */
static bool take_format(const char **text, Format *format)
{
    static const char sizes[] = "bhwg";
    if (**text != '/')
        return true;
    uint64_t count = 0;
    const char *at = *text + 1, *size;
    bool counted = g_ascii_isdigit(*at), sized = false;
    for (; g_ascii_isdigit(*at); at++)
        count = MIN(count * 10 + (unsigned)(*at - '0'), MOST_SHOWN + 1);
    for (; *at && *at != ' '; at++) {
        if ((size = strchr(sizes, *at)) != NULL) {
            format->size = 1u << (size - sizes);
            sized = true;
        } else if (strchr(FORMATS, *at))
            format->format = *at;
        else
            return false;
    }
    format->count = counted ? (unsigned)count : format->count;
    if (format->format == 'c' && !sized)
        format->size = 1;
    while (*at == ' ')
        at++;
    *text = at;
    return count <= MOST_SHOWN;
}

static void append_char(GString *out, uint8_t c)
{
    const char *escaped = c == '\n' ? "\\n" : c == '\r' ? "\\r" : c == '\\' ? "\\\\" : NULL;
    if (c == '\'')
        escaped = "\\'";
    if (escaped)
        g_string_append_printf(out, "'%s'", escaped);
    else
        g_string_append_printf(out, g_ascii_isprint((char)c) ? "'%c'" : "'\\x%02x'", c);
}

/* As wide as the widest of its size; `padded`: columns. */
static void append_value(GString *out, const Format *format, uint64_t value, bool padded)
{
    unsigned bits_of = format->size * 8;
    int64_t with_sign = sign_extend(value, bits_of);
    int width = !padded                 ? 0
                : format->format == 'o' ? (int)(bits_of + 2) / 3
                                        : (int)(bits_of * 10 + 32) / 33;
    switch (format->format) {
    case 'd': g_string_append_printf(out, "%*" PRId64, width, with_sign); break;
    case 'u': g_string_append_printf(out, "%*" PRIu64, width, value); break;
    case 'o': g_string_append_printf(out, "%#*" PRIo64, width, value); break;
    case 'c': append_char(out, (uint8_t)value); break;
    default:
        g_string_append_printf(out, "0x%0*" PRIx64, padded ? (int)bits_of / 4 : 1, value);
        break;
    }
}

static void append_failure(const Place *place, uint64_t address, GString *out)
{
    g_string_append_printf(out, "Cannot access memory: ");
    if (place->view.physical)
        g_string_append_printf(out, "there is no RAM or ROM at physical 0x%" PRIx64 "\n", address);
    else
        guest_memory_explain(&place->view, address, out);
}

static void show_values(const Place *place, const Format *format, uint64_t address, GString *out)
{
    unsigned line = format->size == 1 ? LINE_BYTES_OF_BYTES : LINE_BYTES;
    uint64_t left = (uint64_t)format->count * format->size;
    for (unsigned size; left; left -= size, address += size) {
        uint8_t data[LINE_BYTES];
        size = (unsigned)MIN(left, line);
        size_t got = guest_memory_read(&place->view, address, data, size);
        if (got)
            g_string_append_printf(out, "%016" PRIx64 ":", address);
        for (unsigned i = 0; i + format->size <= got; i += format->size) {
            uint64_t value = 0;
            memcpy(&value, data + i, format->size);
            g_string_append_c(out, ' ');
            append_value(out, format, value, true);
        }
        g_string_append(out, got ? "\n" : "");
        if (got < size) {
            append_failure(place, address + got, out);
            return;
        }
    }
}

static void show_insns(const Place *place, const Format *format, uint64_t address, GString *out)
{
    for (unsigned i = 0; i < format->count; i++) {
        uint8_t raw[4] = { 0 };
        uint32_t word = 0;
        char text[80];
        size_t got = guest_memory_read(&place->view, address, raw, 4);
        unsigned size = (raw[0] & 3) == 3 ? 4 : 2;
        if (got < size) {
            append_failure(place, address + got, out);
            return;
        }
        memcpy(&word, raw, size);
        insn_disassemble(word, address, text, sizeof text);
        g_autofree char *symbol = monitor_symbol(place->view.machine, address);
        if (*symbol && (!i || !strchr(symbol, '+')))
            g_string_append_printf(out, "%s:\n", symbol + 1);
        g_string_append_printf(out, "0x%016" PRIx64 ":  %0*x%*s  %s\n", address, (int)size * 2,
                               word, 8 - (int)size * 2, "", text);
        address += size;
    }
}

/* Texts that end with a zero; long ones are cut. */
static void show_strings(const Place *place, const Format *format, uint64_t address, GString *out)
{
    enum { MOST = 256 };
    for (unsigned i = 0; i < format->count; i++) {
        char text[MOST + 1] = "";
        size_t got = guest_memory_read(&place->view, address, text, MOST);
        size_t length = strnlen(text, got);
        text[length] = 0;
        g_autofree char *shown = g_strescape(text, NULL);
        if (got)
            g_string_append_printf(out, "%016" PRIx64 ": \"%s\"%s\n", address, shown,
                                   length == MOST ? "..." : "");
        if (length == got && got < MOST) {
            append_failure(place, address + got, out);
            return;
        }
        address += length + (length < MOST);
    }
}

static void show(const Place *place, const Format *format, uint64_t address, GString *out)
{
    if (format->format == 'i')
        show_insns(place, format, address, out);
    else if (format->format == 's')
        show_strings(place, format, address, out);
    else
        show_values(place, format, address, out);
}

/* Format and address off the front. */
static bool take_arguments(Monitor *monitor, const char **at, Format *format, uint64_t *address,
                           GString *out)
{
    *format = (Format){ .count = 1, .format = 'x', .size = 4 };
    if (!take_format(at, format) || !**at) {
        monitor_say_usage(monitor, out);
        return false;
    }
    return monitor_expr(monitor, at, address, out);
}

static void show_at(Monitor *monitor, const char *arguments, bool physical, GString *out)
{
    Format format;
    uint64_t address;
    if (!take_arguments(monitor, &arguments, &format, &address, out))
        return;
    if (*arguments) {
        monitor_say_usage(monitor, out);
        return;
    }
    Place place = { .view = { .machine = monitor->machine,
                              .hart = monitor->hart,
                              .physical = physical,
                              .code = format.format == 'i' } };
    show(&place, &format, address, out);
}

void monitor_x(Monitor *monitor, const char *arguments, GString *out)
{
    show_at(monitor, arguments, false, out);
}

void monitor_xp(Monitor *monitor, const char *arguments, GString *out)
{
    show_at(monitor, arguments, true, out);
}

/* hgatp of a guest: the one set up on the hart, on another, or when the guest left one, if notes were taken. */
static bool find_guest(const Monitor *monitor, uint16_t vmid, uint64_t *hgatp)
{
    const Machine *m = monitor->machine;
    for (unsigned i = 0; i < m->n_harts; i++) {
        const Hart *hart = &m->harts[(monitor->hart + i) % m->n_harts];
        const World *world = worlds_find(hart, (WorldId){ true, vmid });
        bool set_up = hart->mmu.hgatp >> 60 && bits(hart->mmu.hgatp, 57, 44) == vmid;
        if (!set_up && !world)
            continue;
        *hgatp = set_up ? hart->mmu.hgatp : world->hgatp;
        return true;
    }
    return false;
}

/* The G stage that a guest-physical address is of: "vmid N", or the one that is set up on the hart. */
static bool take_guest(Monitor *monitor, const char *text, Place *place, GString *out)
{
    const Hart *hart = &monitor->machine->harts[monitor->hart];
    guint64 vmid = bits(hart->mmu.hgatp, 57, 44);
    bool named = g_str_has_prefix(text, "vmid ");
    if (*text && !(named && g_ascii_string_to_unsigned(text + strlen("vmid "), 10, 0, MMU_VMIDS - 1,
                                                       &vmid, NULL))) {
        monitor_say_usage(monitor, out);
        return false;
    }
    place->view = (GuestView){ .machine = monitor->machine, .hart = monitor->hart };
    place->space = (MmuSpace){ .guest = true, .is_physical = true, .hgatp = hart->mmu.hgatp };
    place->view.space = &place->space;
    bool found =
        named ? find_guest(monitor, (uint16_t)vmid, &place->space.hgatp) : hart->mmu.hgatp >> 60;
    if (!found && named)
        g_string_append_printf(out, "no hart has a guest with VMID %u\n", (unsigned)vmid);
    else if (!found)
        g_string_append(out, "the hart has no guest: hgatp is Bare; name one with vmid N\n");
    return found;
}

void monitor_xg(Monitor *monitor, const char *arguments, GString *out)
{
    Format format;
    uint64_t address;
    Place place;
    if (take_arguments(monitor, &arguments, &format, &address, out) &&
        take_guest(monitor, arguments, &place, out))
        show(&place, &format, address, out);
}

void monitor_print(Monitor *monitor, const char *arguments, GString *out)
{
    Format format = { .count = 1, .format = 'x', .size = 8 };
    uint64_t value;
    if (!take_format(&arguments, &format) || !*arguments || strchr("si", format.format)) {
        monitor_say_usage(monitor, out);
        return;
    }
    if (!monitor_expr_only(monitor, arguments, &value, out))
        return;
    format.size = 8;
    append_value(out, &format, value, false);
    g_autofree char *symbol = monitor_symbol(monitor->machine, value);
    g_string_append_printf(out, "%s\n", format.format == 'x' ? symbol : "");
}

/* Where an address leads, in words. */

void monitor_gva2gpa(Monitor *monitor, const char *arguments, GString *out)
{
    Mmu *mmu = &monitor->machine->harts[monitor->hart].mmu;
    WalkResult result;
    uint64_t address;
    if (!*arguments) {
        monitor_say_usage(monitor, out);
        return;
    }
    if (!monitor_expr_only(monitor, arguments, &address, out))
        return;
    if (mmu_peek_translate(mmu, (Gva){ address }, &result))
        g_string_append_printf(out, "gpa: 0x%" PRIx64 "\n",
                               mmu->data_v ? result.gpa.v : result.spa.v);
    else
        g_string_append(out, "Unmapped\n");
}

void monitor_gpa2spa(Monitor *monitor, const char *arguments, GString *out)
{
    WalkResult result;
    Place place;
    uint64_t address;
    if (!*arguments) {
        monitor_say_usage(monitor, out);
        return;
    }
    if (!monitor_expr(monitor, &arguments, &address, out) ||
        !take_guest(monitor, arguments, &place, out))
        return;
    if (mmu_peek_space(&monitor->machine->harts[monitor->hart].mmu, &place.space, (Gva){ address },
                       &result))
        g_string_append_printf(out, "spa: 0x%" PRIx64 "\n", result.spa.v);
    else
        g_string_append(out, "Unmapped\n");
}

/* Into files. */

static bool write_memory(const Place *place, uint64_t address, uint64_t size, FILE *file,
                         GString *out)
{
    uint8_t piece[65536];
    for (uint64_t part; size; size -= part, address += part) {
        part = MIN(size, sizeof piece);
        size_t got = guest_memory_read(&place->view, address, piece, part);
        if (fwrite(piece, 1, got, file) != got) {
            g_string_append_printf(out, "the file cannot be written: %s\n", g_strerror(errno));
            return false;
        }
        if (got < part) {
            append_failure(place, address + got, out);
            return false;
        }
    }
    return true;
}

/* A name, maybe in double quotes. */
static char *take_name(const char *text)
{
    size_t length = strlen(text);
    bool quoted = length > 1 && text[0] == '"' && text[length - 1] == '"';
    return quoted ? g_strndup(text + 1, length - 2) : g_strdup(text);
}

static void save(Monitor *monitor, const char *arguments, bool physical, GString *out)
{
    uint64_t address, size;
    Place place = {
        .view = { .machine = monitor->machine, .hart = monitor->hart, .physical = physical }
    };
    if (!*arguments) {
        monitor_say_usage(monitor, out);
        return;
    }
    if (!monitor_expr(monitor, &arguments, &address, out))
        return;
    if (*arguments == ',')
        arguments++;
    if (!monitor_expr(monitor, &arguments, &size, out))
        return;
    arguments += strspn(arguments, ", ");
    g_autofree char *name = take_name(arguments);
    if (!*name || !size || size > MOST_SAVED) {
        monitor_say_usage(monitor, out);
        return;
    }
    if (!monitor_may_touch_files(monitor, out))
        return;
    FILE *file = fopen(name, "wb");
    if (!file) {
        g_string_append_printf(out, "cannot write '%s': %s\n", name, g_strerror(errno));
        return;
    }
    bool whole = write_memory(&place, address, size, file, out);
    if (fclose(file) && whole)
        g_string_append_printf(out, "'%s' is not whole: %s\n", name, g_strerror(errno));
}

void monitor_memsave(Monitor *monitor, const char *arguments, GString *out)
{
    save(monitor, arguments, false, out);
}

void monitor_pmemsave(Monitor *monitor, const char *arguments, GString *out)
{
    save(monitor, arguments, true, out);
}
