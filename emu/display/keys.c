/* SPDX-License-Identifier: MIT */
/* keys.c - keys by name; see keys.h. */
#include "emu/display/keys.h"

#include <linux/input-event-codes.h>
#include <string.h>

#include <glib.h>

// clang-format off
const KeyName key_names[] = {
    { "esc", KEY_ESC, 0x01 },             { "1", KEY_1, 0x02 },                  { "2", KEY_2, 0x03 },
    { "3", KEY_3, 0x04 },                 { "4", KEY_4, 0x05 },                  { "5", KEY_5, 0x06 },
    { "6", KEY_6, 0x07 },                 { "7", KEY_7, 0x08 },                  { "8", KEY_8, 0x09 },
    { "9", KEY_9, 0x0a },                 { "0", KEY_0, 0x0b },                  { "minus", KEY_MINUS, 0x0c },
    { "equal", KEY_EQUAL, 0x0d },         { "backspace", KEY_BACKSPACE, 0x0e },  { "tab", KEY_TAB, 0x0f },
    { "q", KEY_Q, 0x10 },                 { "w", KEY_W, 0x11 },                  { "e", KEY_E, 0x12 },
    { "r", KEY_R, 0x13 },                 { "t", KEY_T, 0x14 },                  { "y", KEY_Y, 0x15 },
    { "u", KEY_U, 0x16 },                 { "i", KEY_I, 0x17 },                  { "o", KEY_O, 0x18 },
    { "p", KEY_P, 0x19 },                 { "bracket_left", KEY_LEFTBRACE, 0x1a }, { "bracket_right", KEY_RIGHTBRACE, 0x1b },
    { "ret", KEY_ENTER, 0x1c },           { "ctrl", KEY_LEFTCTRL, 0x1d },        { "a", KEY_A, 0x1e },
    { "s", KEY_S, 0x1f },                 { "d", KEY_D, 0x20 },                  { "f", KEY_F, 0x21 },
    { "g", KEY_G, 0x22 },                 { "h", KEY_H, 0x23 },                  { "j", KEY_J, 0x24 },
    { "k", KEY_K, 0x25 },                 { "l", KEY_L, 0x26 },                  { "semicolon", KEY_SEMICOLON, 0x27 },
    { "apostrophe", KEY_APOSTROPHE, 0x28 }, { "grave_accent", KEY_GRAVE, 0x29 }, { "shift", KEY_LEFTSHIFT, 0x2a },
    { "backslash", KEY_BACKSLASH, 0x2b }, { "z", KEY_Z, 0x2c },                  { "x", KEY_X, 0x2d },
    { "c", KEY_C, 0x2e },                 { "v", KEY_V, 0x2f },                  { "b", KEY_B, 0x30 },
    { "n", KEY_N, 0x31 },                 { "m", KEY_M, 0x32 },                  { "comma", KEY_COMMA, 0x33 },
    { "dot", KEY_DOT, 0x34 },             { "slash", KEY_SLASH, 0x35 },          { "shift_r", KEY_RIGHTSHIFT, 0x36 },
    { "kp_multiply", KEY_KPASTERISK, 0x37 }, { "asterisk", KEY_KPASTERISK, 0x37 }, { "alt", KEY_LEFTALT, 0x38 },
    { "spc", KEY_SPACE, 0x39 },           { "caps_lock", KEY_CAPSLOCK, 0x3a },   { "f1", KEY_F1, 0x3b },
    { "f2", KEY_F2, 0x3c },               { "f3", KEY_F3, 0x3d },                { "f4", KEY_F4, 0x3e },
    { "f5", KEY_F5, 0x3f },               { "f6", KEY_F6, 0x40 },                { "f7", KEY_F7, 0x41 },
    { "f8", KEY_F8, 0x42 },               { "f9", KEY_F9, 0x43 },                { "f10", KEY_F10, 0x44 },
    { "num_lock", KEY_NUMLOCK, 0x45 },    { "scroll_lock", KEY_SCROLLLOCK, 0x46 }, { "kp_7", KEY_KP7, 0x47 },
    { "kp_8", KEY_KP8, 0x48 },            { "kp_9", KEY_KP9, 0x49 },             { "kp_subtract", KEY_KPMINUS, 0x4a },
    { "kp_4", KEY_KP4, 0x4b },            { "kp_5", KEY_KP5, 0x4c },             { "kp_6", KEY_KP6, 0x4d },
    { "kp_add", KEY_KPPLUS, 0x4e },       { "kp_1", KEY_KP1, 0x4f },             { "kp_2", KEY_KP2, 0x50 },
    { "kp_3", KEY_KP3, 0x51 },            { "kp_0", KEY_KP0, 0x52 },             { "kp_decimal", KEY_KPDOT, 0x53 },
    { "less", KEY_102ND, 0x56 },          { "f11", KEY_F11, 0x57 },              { "f12", KEY_F12, 0x58 },
    { "kp_enter", KEY_KPENTER, 0x9c },    { "ctrl_r", KEY_RIGHTCTRL, 0x9d },     { "kp_divide", KEY_KPSLASH, 0xb5 },
    { "print", KEY_SYSRQ, 0x54 },         { "sysrq", KEY_SYSRQ, 0xb7 },          { "alt_r", KEY_RIGHTALT, 0xb8 },
    { "home", KEY_HOME, 0xc7 },           { "up", KEY_UP, 0xc8 },                { "pgup", KEY_PAGEUP, 0xc9 },
    { "left", KEY_LEFT, 0xcb },           { "right", KEY_RIGHT, 0xcd },          { "end", KEY_END, 0xcf },
    { "down", KEY_DOWN, 0xd0 },           { "pgdn", KEY_PAGEDOWN, 0xd1 },        { "insert", KEY_INSERT, 0xd2 },
    { "delete", KEY_DELETE, 0xd3 },       { "pause", KEY_PAUSE, 0xc6 },          { "meta_l", KEY_LEFTMETA, 0xdb },
    { "meta_r", KEY_RIGHTMETA, 0xdc },    { "compose", KEY_COMPOSE, 0xdd },      { "menu", KEY_MENU, 0x9e },
    { "f13", KEY_F13, 0x5d },             { "f14", KEY_F14, 0x5e },              { "f15", KEY_F15, 0x5f },
    { "f16", KEY_F16, 0x55 },             { "f17", KEY_F17, 0x83 },              { "f18", KEY_F18, 0xf7 },
    { "f19", KEY_F19, 0x84 },             { "f20", KEY_F20, 0x5a },              { "f21", KEY_F21, 0x74 },
    { "f22", KEY_F22, 0xf9 },             { "f23", KEY_F23, 0x6d },              { "f24", KEY_F24, 0x6f },
    { "stop", KEY_STOP, 0xe8 },           { "again", KEY_AGAIN, 0x85 },          { "props", KEY_PROPS, 0x86 },
    { "undo", KEY_UNDO, 0x87 },           { "front", KEY_FRONT, 0x8c },          { "copy", KEY_COPY, 0xf8 },
    { "open", KEY_OPEN, 0x64 },           { "paste", KEY_PASTE, 0x65 },          { "find", KEY_FIND, 0xc1 },
    { "cut", KEY_CUT, 0xbc },             { "lf", KEY_LINEFEED, 0x5b },          { "help", KEY_HELP, 0xf5 },
    { "ro", KEY_RO, 0x73 },               { "hiragana", KEY_HIRAGANA, 0x77 },    { "henkan", KEY_HENKAN, 0x79 },
    { "yen", KEY_YEN, 0x7d },             { "muhenkan", KEY_MUHENKAN, 0x7b },    { "katakanahiragana", KEY_KATAKANAHIRAGANA, 0x70 },
    { "lang1", KEY_HANGEUL, 0x72 },       { "lang2", KEY_HANJA, 0x71 },          { "kp_comma", KEY_KPCOMMA, 0x7e },
    { "kp_equals", KEY_KPEQUAL, 0x59 },   { "power", KEY_POWER, 0xde },          { "sleep", KEY_SLEEP, 0xdf },
    { "wake", KEY_WAKEUP, 0xe3 },         { "audionext", KEY_NEXTSONG, 0x99 },   { "audioprev", KEY_PREVIOUSSONG, 0x90 },
    { "audiostop", KEY_STOPCD, 0xa4 },    { "audioplay", KEY_PLAYPAUSE, 0xa2 },  { "audiomute", KEY_MUTE, 0xa0 },
    { "volumeup", KEY_VOLUMEUP, 0xb0 },   { "volumedown", KEY_VOLUMEDOWN, 0xae }, { "mediaselect", KEY_MEDIA, 0xed },
    { "mail", KEY_MAIL, 0xec },           { "calculator", KEY_CALC, 0xa1 },      { "computer", KEY_COMPUTER, 0xeb },
    { "ac_home", KEY_HOMEPAGE, 0xb2 },    { "ac_back", KEY_BACK, 0xea },         { "ac_forward", KEY_FORWARD, 0xe9 },
    { "ac_refresh", KEY_REFRESH, 0xe7 },  { "ac_bookmarks", KEY_BOOKMARKS, 0xe6 },
    { NULL, 0, 0 },
};
// clang-format on

unsigned key_find(const char *text, size_t length)
{
    g_autofree char *word = g_strndup(text, length);
    guint64 number = 0;
    if (!strcmp(word, "<"))
        return KEY_102ND;
    if (g_str_has_prefix(word, "0x") &&
        !g_ascii_string_to_unsigned(word + 2, 16, 1, 0xff, &number, NULL))
        return 0;
    for (const KeyName *key = key_names; key->name; key++)
        if (number ? key->number == number : !strcmp(key->name, word))
            return key->code;
    return 0;
}

const char *key_name(unsigned code)
{
    for (const KeyName *key = key_names; key->name; key++)
        if (key->code == code)
            return key->name;
    return NULL;
}
