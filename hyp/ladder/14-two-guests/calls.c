/* SPDX-License-Identifier: MIT */
/* calls.c - the SBI that the guest believes to be firmware: a7 names the extension, a6 its function. */
#include <stddef.h>

#include "hyp.h"
#include "lib/print.h"
#include "lib/sbi.h"

typedef SbiResult CallFn(uint64_t function, const uint64_t *a);

static const SbiResult not_supported = { SBI_ERR_NOT_SUPPORTED, 0 };
static const SbiResult invalid_param = { SBI_ERR_INVALID_PARAM, 0 };

static CallFn call_base, call_dbcn, call_srst;

static const struct {
    uint64_t extension;
    CallFn *handle;
} calls[] = {
    { SBI_BASE, call_base },
    { SBI_DBCN, call_dbcn },
    { SBI_SRST, call_srst },
};
enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

static unsigned find_call(uint64_t extension)
{
    unsigned i = 0;
    while (i < CALLS && calls[i].extension != extension)
        i++;
    return i;
}

/* An extension is there if we have it, whatever the firmware has. */
static SbiResult call_base(uint64_t function, const uint64_t *a)
{
    if (function == SBI_PROBE)
        return (SbiResult){ SBI_OK, find_call(a[0]) < CALLS };
    return sbi_call(SBI_BASE, function, a[0], 0, 0);
}

/* Lines of several guests do not mix, and say whose they are. */
static void put(Guest *guest, char c)
{
    if (c != '\n')
        guest->line[guest->length++] = c;
    if (c != '\n' && guest->length < LINE - 1)
        return;
    guest->line[guest->length] = 0;
    print("[%c] %s\n", guest->name, guest->line);
    guest->length = 0;
}

/* What the guest calls a physical address is none for the firmware. */
static SbiResult call_dbcn(uint64_t function, const uint64_t *a)
{
    uint64_t text = ram_host(a[1], a[0]);
    if (function != SBI_CONSOLE_WRITE)
        return not_supported;
    if (!text || a[2])
        return invalid_param;
    for (uint64_t i = 0; i < a[0]; i++)
        put(guest_self(), ((const char *)text)[i]);
    return (SbiResult){ SBI_OK, a[0] };
}

static SbiResult call_srst(uint64_t function, const uint64_t *a)
{
    if (function != SBI_SYSTEM_RESET || a[0] != SBI_SHUTDOWN)
        return not_supported;
    finish(a[1] == SBI_NO_REASON);
}

void on_call(Vcpu *vcpu)
{
    unsigned i = find_call(vcpu->x[17]);
    SbiResult result = i < CALLS ? calls[i].handle(vcpu->x[16], vcpu->x + 10) : not_supported;
    vcpu->x[10] = (uint64_t)result.error;
    vcpu->x[11] = result.value;
    vcpu->pc += 4;
}
