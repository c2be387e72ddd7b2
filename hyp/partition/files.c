/* SPDX-License-Identifier: MIT */
/* files.c - external interrupts by guest interrupt files of IMSICs. */
#include "partition.h"

const IrqWay irq_files = { .name = "guest files" };
