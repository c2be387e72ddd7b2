/* SPDX-License-Identifier: MIT */
/* keys.h - the keys of a keyboard by name: QEMU's names, Linux' evdev codes. */
#ifndef EMU_DISPLAY_KEYS_H
#define EMU_DISPLAY_KEYS_H

#include <stddef.h>

typedef struct {
    const char *name; /* QEMU's: "ctrl", "f1" */
    unsigned code;    /* KEY_* of Linux */
    unsigned number;  /* what a PC's keyboard sends, 0x80 more for those behind 0xe0 */
} KeyName;

/* All of them, up to a row without a name. Some keys have two names; the first is the one to show. */
extern const KeyName key_names[];

/* The code of the key that the first `length` letters of `text` name, or that is the number they are (0x1e), as sendkey
 * has it; 0: there is none. */
unsigned key_find(const char *text, size_t length);
/* NULL: no keyboard has it. */
const char *key_name(unsigned code);

#endif
