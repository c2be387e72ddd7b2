/* SPDX-License-Identifier: MIT */
/* files.h - between files.c, guest interrupt files, and files_aplic.c, the APLIC that a guest sees before them. */
#ifndef HYP_PARTITION_FILES_H
#define HYP_PARTITION_FILES_H

#include "partition.h"

/* The machine's APLIC of the supervisor level is at `base`, and sends messages from now on. */
void files_open(uint64_t base);
/* A guest's access to it. */
bool files_aplic(VmHart *hart, uint64_t offset, const Access *access, uint64_t *value);
/* Row of IrqWay. */
void files_forget(Vm *vm);
/* Raises a source without a wire. */
void files_raise(Vm *vm, unsigned source);
/* Makes an identity pending in the file of a guest's hart. */
void files_send(const VmHart *hart, uint32_t identity);

#endif
