/* SPDX-License-Identifier: MIT */
/*
 * fuzz.h - what the targets of tests/fuzz share: numbers out of bytes, small machines, comparing them.
 *
 * A target turns the bytes of a case into actions. Taking more bytes than there are gives zeros, so that every
 * beginning of a case is a case.
 */
#ifndef TESTS_LIB_FUZZ_H
#define TESTS_LIB_FUZZ_H

#include "emu/machine.h"
#include "emu/options/options.h"

/* What the fuzzing engine calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    const uint8_t *at, *end;
} Bytes;

static inline size_t bytes_left(const Bytes *in)
{
    return (size_t)(in->end - in->at);
}

/* The next `size` bytes (at most 8), little-endian. */
uint64_t take(Bytes *in, unsigned size);
/* A number below `limit`, which is at most 65536. */
unsigned take_below(Bytes *in, unsigned limit);
/* A number in which edges (0, -1, powers of two, their neighbours) are more likely than others. */
uint64_t take_value(Bytes *in);

/* A machine, and its state at power-on. */
typedef struct {
    Machine *machine;
    GByteArray *fresh;
} FuzzMachine;

enum { FUZZ_RAM = 1 << 20 };

/* A machine with FUZZ_RAM bytes of RAM (if `config` does not say another size) that starts there. `cpu`: as -cpu. */
FuzzMachine fuzz_machine(const MachineConfig *config, const char *cpu);
/* Back to power-on, whatever it is. Much faster than machine_load. */
void fuzz_restart(FuzzMachine *it);
/* Runs `ns` of virtual time, or until the machine stops. */
StopReason fuzz_run(Machine *machine, uint64_t ns);

/* Aborts, printing where the states differ, unless they are the same. */
void fuzz_compare(Machine *one, Machine *other, const char *what);
/* Saves the devices, loads them and aborts unless that changed nothing. */
void fuzz_reload_devices(Machine *machine);

/* Resolves and frees options that were parsed with this result. Aborts when results and errors disagree. */
void fuzz_options(Options *options, bool ok, const GError *error);

/* A file in memory, by a path that can be opened again and again. */
typedef struct {
    int fd;
    char path[32];
} FuzzFile;

FuzzFile fuzz_file(void);
void fuzz_file_set(FuzzFile *file, const void *data, size_t size);

/* Says why the case failed, and aborts. */
G_NORETURN void fuzz_fail(const char *format, ...) G_GNUC_PRINTF(1, 2);

#endif
