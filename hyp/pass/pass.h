/* SPDX-License-Identifier: MIT */
/* pass.h - interrupts without a monitor: what the Setting in main.c needs of files.c. */
#ifndef HYP_PASS_PASS_H
#define HYP_PASS_PASS_H

#include "monitor/monitor.h"

/* Which of a hart's guest interrupt files is the guest's; hstatus.VGEIN says so. */
enum { GUEST_FILE = 1 };

/* Maps APLIC and guest files. */
bool files_map(const Fdt *tree, FdtNode node, FdtRange reg);
/* Gives the guest's hart its file. */
void files_begin(GuestHart *hart);
/* Where the APLIC sends its messages: the guest file's, where the guest says its own. */
uint32_t target_read(uint64_t gpa);
void target_write(uint64_t gpa, uint32_t value);

#endif
