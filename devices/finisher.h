/* SPDX-License-Identifier: MIT */
/*
 * finisher.h - one register through which a guest ends its run: SiFive's test finisher.
 *
 * Device trees call it "syscon"; power-off and reboot are values written to it.
 */
#ifndef DEVICES_FINISHER_H
#define DEVICES_FINISHER_H

#include "devices/device.h"

typedef enum { FINISH_PASS, FINISH_FAIL, FINISH_RESET } FinishKind;

typedef struct {
    Device dev;
    /* Configuration: what to do; `code` is the guest's exit code (0 unless FINISH_FAIL). Called
     * in the middle of a store: it should make a note and return. */
    void (*finish)(void *opaque, FinishKind kind, unsigned code);
    void *opaque;
    uint32_t command; /* 0 but while a store is handled */
} Finisher;

extern const DeviceType finisher_type;

#endif
