/* SPDX-License-Identifier: MIT */
/* completion.h - a script that lets a shell complete this program's options and their values. */
#ifndef EMU_COMPLETION_H
#define EMU_COMPLETION_H

#include <stdio.h>

/* Writes the script for bash: options and values are those of the tables as they are now. */
void completion_print_bash(FILE *out);

#endif
