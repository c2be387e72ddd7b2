/* SPDX-License-Identifier: MIT */
/* test_finisher.c - how a guest ends its run. */
#include <criterion/criterion.h>

#include "devices/finisher.h"
#include "tests/lib/device_rig.h"

static int last_kind = -1;
static unsigned last_code;

static void finish(void *opaque, FinishKind kind, unsigned code)
{
    *(unsigned *)opaque += 1;
    last_kind = (int)kind;
    last_code = code;
}

Test(finisher, commands)
{
    static const struct {
        unsigned size;
        uint32_t value;
        int kind;
        unsigned code;
    } vectors[] = {
        { 4, 0x00005555, FINISH_PASS, 0 }, { 4, 0x002a3333, FINISH_FAIL, 42 },
        { 2, 0x3333, FINISH_FAIL, 0 },     { 4, 0x00007777, FINISH_RESET, 0 },
        { 2, 0x5555, FINISH_PASS, 0 },     { 4, 0xffff3333, FINISH_FAIL, 0xffff },
    };
    Rig rig;
    unsigned calls = 0;
    rig_init(&rig);
    DeviceSite site = rig_site(&rig, "test");
    Finisher *finisher = (Finisher *)device_alloc(&finisher_type, &site);
    finisher->finish = finish;
    finisher->opaque = &calls;
    rig_start(&finisher->dev);
    for (unsigned i = 0; i < G_N_ELEMENTS(vectors); i++) {
        rig_write(&rig, 0, vectors[i].size, vectors[i].value);
        cr_expect_eq(calls, i + 1);
        cr_expect_eq(last_kind, vectors[i].kind, "vector %u", i);
        cr_expect_eq(last_code, vectors[i].code, "vector %u", i);
        cr_expect_eq(rig_read(&rig, 0, 4), 0);
    }
    rig_write(&rig, 0, 4, 0x1234);
    cr_expect_eq(calls, G_N_ELEMENTS(vectors), "an unknown command does nothing");
    cr_expect_eq(rig_guest_errors(&rig), 1);
    cr_expect(rig_write_faults(&rig, 0, 8, 0x5555));
    cr_expect(rig_write_faults(&rig, 4, 4, 0x5555));
    device_free(&finisher->dev);
    rig_free(&rig);
}
