/* SPDX-License-Identifier: MIT */
/*
 * edid.c - what a screen tells of itself; see edid.h.
 *
 * Sections are those of the E-EDID standard, release A2. The preferred timing is VESA's CVT with reduced blanking, at 60 Hz
 * as long as its pixel clock fits the field, and at what fits otherwise.
 */
#include "devices/edid.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

/* 3.2 to 3.12: where things are. */
enum {
    VENDOR = 8,
    PRODUCT = 10,
    SERIAL = 12,
    WEEK = 16,
    YEAR = 17,
    VERSION_AT = 18,
    INPUT = 20,
    SIZE_CM = 21,
    GAMMA = 23,
    FEATURES = 24,
    COLOURS = 25,
    ESTABLISHED = 35,
    STANDARD = 38,
    DESCRIPTORS = 54,
    DESCRIPTOR_SIZE = 18,
    CHECKSUM = 127,
};

enum { TAG_RANGE = 0xfd, TAG_NAME = 0xfc, TAG_SERIAL = 0xff };

/* Reduced blanking: pixels beside a line, and how long no line is shown, in microseconds. */
enum { H_BLANK = 160, H_FRONT = 48, H_SYNC = 32, V_FRONT = 3, V_BLANK_US = 460, V_LEAST_BACK = 6 };

/* The largest pixel clock that the field holds, in its units of 10 kHz. */
enum { MOST_CLOCK = 65535 };

typedef struct {
    unsigned v_blank, v_sync, clock; /* lines, lines, 10 kHz */
} Timing;

/* The width of the vertical pulse tells the ratio of the sides (CVT 1.2, table 2). */
static unsigned v_sync_of(unsigned width, unsigned height)
{
    static const struct {
        unsigned across, down, lines;
    } ratios[] = { { 4, 3, 4 }, { 16, 9, 5 }, { 16, 10, 6 }, { 5, 4, 7 }, { 15, 9, 7 } };
    for (size_t i = 0; i < G_N_ELEMENTS(ratios); i++)
        if (width * ratios[i].down == height * ratios[i].across)
            return ratios[i].lines;
    return 10;
}

static Timing timing_at(unsigned width, unsigned height, unsigned hz)
{
    Timing timing = { .v_sync = v_sync_of(width, height) };
    double line_us = (1000000.0 / hz - V_BLANK_US) / height;
    unsigned least = V_FRONT + timing.v_sync + V_LEAST_BACK;
    timing.v_blank = MAX((unsigned)(V_BLANK_US / line_us) + 1, least);
    uint64_t pixels = (uint64_t)(width + H_BLANK) * (height + timing.v_blank) * hz;
    timing.clock = (unsigned)(pixels / 10000);
    return timing;
}

/* 3.10.2 */
static void write_timing(uint8_t *at, unsigned width, unsigned height)
{
    Timing timing = timing_at(width, height, 60);
    for (unsigned hz = 55; timing.clock > MOST_CLOCK; hz -= 5)
        timing = timing_at(width, height, hz);
    unsigned h_mm = width * 254 / 960, v_mm = height * 254 / 960; /* 96 pixels an inch */
    uint8_t bytes[DESCRIPTOR_SIZE] = {
        (uint8_t)timing.clock,
        (uint8_t)(timing.clock >> 8),
        (uint8_t)width,
        H_BLANK,
        (uint8_t)(width >> 8 << 4),
        (uint8_t)height,
        (uint8_t)timing.v_blank,
        (uint8_t)(height >> 8 << 4 | timing.v_blank >> 8),
        H_FRONT,
        H_SYNC,
        (uint8_t)(V_FRONT << 4 | timing.v_sync),
        0,
        (uint8_t)h_mm,
        (uint8_t)v_mm,
        (uint8_t)(h_mm >> 8 << 4 | v_mm >> 8),
        0,
        0,
        0x1a, /* digital separate sync: vertical negative, horizontal positive */
    };
    memcpy(at, bytes, sizeof bytes);
}

/* 3.10.3: text ends with a line feed and is filled up with spaces. */
static void write_text(uint8_t *at, uint8_t tag, const char *text)
{
    enum { TEXT = 5, ROOM = 13 };
    size_t length = MIN(strlen(text), ROOM);
    memset(at, 0, TEXT);
    at[3] = tag;
    memset(at + TEXT, ' ', ROOM);
    memcpy(at + TEXT, text, length);
    if (length < ROOM)
        at[TEXT + length] = '\n';
}

/* 3.10.3.3: any rate from 1 to 125 Hz, lines at 1 to 255 kHz, pixels at up to 660 MHz; no formula. */
static void write_range(uint8_t *at)
{
    static const uint8_t bytes[DESCRIPTOR_SIZE] = {
        0, 0, 0, TAG_RANGE, 0, 1, 125, 1, 255, 66, 1, '\n', ' ', ' ', ' ', ' ', ' ', ' '
    };
    memcpy(at, bytes, sizeof bytes);
}

/* 3.9: columns / 8 - 31, ratio of the sides in the upper two bits, and 60 Hz. */
static void write_standard(uint8_t *at)
{
    enum { AS_16_10 = 0, AS_4_3 = 1, AS_5_4 = 2, AS_16_9 = 3 };
    static const struct {
        unsigned columns, ratio;
    } modes[] = { { 1920, AS_16_10 }, { 1920, AS_16_9 }, { 1680, AS_16_10 }, { 1600, AS_4_3 },
                  { 1440, AS_16_10 }, { 1280, AS_5_4 },  { 1280, AS_16_10 }, { 1280, AS_16_9 } };
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        at[2 * i] = (uint8_t)(modes[i].columns / 8 - 31);
        at[2 * i + 1] = (uint8_t)(modes[i].ratio << 6);
    }
}

void edid_write(uint8_t edid[EDID_SIZE], unsigned width, unsigned height, unsigned number)
{
    static const uint8_t header[] = { 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0 };
    static const uint8_t srgb[] = { 0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54 };
    char serial[16];
    uint8_t sum = 0;
    memset(edid, 0, EDID_SIZE);
    memcpy(edid, header, sizeof header);
    edid[VENDOR] = ('B' - '@') << 2 | ('H' - '@') >> 3; /* "BHD", five bits a letter */
    edid[VENDOR + 1] = (uint8_t)(('H' - '@') << 5) | ('D' - '@');
    edid[PRODUCT] = 1;
    edid[SERIAL] = (uint8_t)(number + 1);
    edid[WEEK] = 0xff; /* what follows is the model's year */
    edid[YEAR] = 2024 - 1990;
    edid[VERSION_AT] = 1;
    edid[VERSION_AT + 1] = 4;
    edid[INPUT] = 0xa0; /* digital, 8 bits a colour, no particular plug */
    edid[SIZE_CM] = (uint8_t)MIN((width * 254 / 960 + 5) / 10, 255);
    edid[SIZE_CM + 1] = (uint8_t)MIN((height * 254 / 960 + 5) / 10, 255);
    edid[GAMMA] = 120;     /* 2.2 */
    edid[FEATURES] = 0x07; /* sRGB; the first timing is the panel's own; others of the range, too */
    memcpy(edid + COLOURS, srgb, sizeof srgb);
    edid[ESTABLISHED] = 0x21;     /* 640 x 480 and 800 x 600 at 60 Hz */
    edid[ESTABLISHED + 1] = 0x08; /* 1024 x 768 at 60 Hz */
    write_standard(edid + STANDARD);
    write_timing(edid + DESCRIPTORS, width, height);
    write_range(edid + DESCRIPTORS + DESCRIPTOR_SIZE);
    write_text(edid + DESCRIPTORS + 2 * DESCRIPTOR_SIZE, TAG_NAME, "Bulkhead");
    snprintf(serial, sizeof serial, "%u", number + 1);
    write_text(edid + DESCRIPTORS + 3 * DESCRIPTOR_SIZE, TAG_SERIAL, serial);
    for (unsigned i = 0; i < CHECKSUM; i++)
        sum = (uint8_t)(sum + edid[i]);
    edid[CHECKSUM] = (uint8_t)-sum;
}
