/* SPDX-License-Identifier: MIT */
/* test_partitions.c - who is who: declared and observed partitions, colours, devices, and what is saved. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "emu/base/partitions.h"

Test(partitions, observed_guests_go_by_vmid_and_without_one_by_hart)
{
    Partitions *parts = partitions_new();
    cr_expect(!partitions_any(parts));
    cr_expect_eq(partitions_find(parts, false, 0, 0), PARTITION_HOST);
    cr_expect_eq(partitions_find(parts, false, 7, 5), PARTITION_HOST, "V = 0 has no VMID");
    unsigned seven = partitions_find(parts, true, 7, 1), zero1 = partitions_find(parts, true, 0, 1);
    unsigned zero2 = partitions_find(parts, true, 0, 2);
    cr_expect(partitions_any(parts));
    cr_expect_eq(seven, 1, "numbers are given in the order of appearance");
    cr_expect_eq(zero1, 2);
    cr_expect_eq(zero2, 3, "VMID 0 of another hart is another guest");
    cr_expect_eq(partitions_find(parts, true, 7, 3), seven, "a guest of several harts is one");
    cr_expect_eq(partitions_find(parts, true, 0, 1), zero1);
    cr_expect_eq(partitions_count(parts), 4);
    cr_expect_eq(partitions_number_traced(parts, seven), 7, "traces have VMIDs");
    cr_expect_eq(partitions_number_traced(parts, zero2), 0);
    cr_expect_eq(partitions_number_traced(parts, PARTITION_HOST), 0);
    cr_expect_str_eq(partitions_get(parts, seven)->name, "vmid7");
    cr_expect_str_eq(partitions_get(parts, zero2)->name, "vmid0.hart2");
    cr_expect_eq(partitions_get(parts, seven)->harts, 1u << 1 | 1u << 3);
    cr_expect_str_eq(partitions_get(parts, 60)->name, "host", "what there is not is nobody");
    partitions_free(parts);
}

Test(partitions, declarations_come_first)
{
    Partitions *parts = partitions_new();
    ColorSet colors = { { 0 } };
    color_set_add(&colors, 5);
    color_set_add(&colors, 200);
    unsigned first = partitions_declare(parts, "linux", 0x3, 1, &colors, 12);
    unsigned bare = partitions_declare(parts, "bare", 0x8, PARTITION_NO_VMID, NULL, 20);
    unsigned same = partitions_declare(parts, "second", 0x4, 1, NULL, 30);
    cr_expect_eq(partitions_find(parts, true, 1, 0), first);
    cr_expect_eq(partitions_find(parts, true, 1, 2), same, "the same VMID on other harts");
    cr_expect_eq(partitions_find(parts, false, 0, 3), bare);
    cr_expect_eq(partitions_find(parts, false, 0, 1), PARTITION_HOST, "the hypervisor of a guest");
    cr_expect_eq(partitions_number_traced(parts, same), same, "or the file's numbers");
    unsigned stray = partitions_find(parts, true, 1, 5);
    cr_expect(!partitions_get(parts, stray)->declared, "on no hart of a declaration");
    cr_expect_eq(partitions_number_traced(parts, stray), PARTITIONS_MAX + 1, "it is not the first");
    cr_expect_eq(partitions_traced(parts, 1, 5), PARTITIONS_MAX + 1);
    cr_expect_eq(partitions_traced(parts, 1, 2), same);
    cr_expect_eq(partitions_traced(parts, 0, 5), PARTITIONS_MAX, "nor is it the host");
    cr_expect_eq(partitions_number_traced(parts, PARTITION_HOST), PARTITION_HOST);
    const Partition *part = partitions_get(parts, first);
    cr_expect(part->has_colors && color_set_has(&part->colors, 5));
    cr_expect(color_set_has(&part->colors, 200) && !color_set_has(&part->colors, 4));
    cr_expect_eq(part->line, 12);
    partitions_give_device(parts, 9, first);
    cr_expect_eq(partitions_of_device(parts, 9), first);
    cr_expect_eq(partitions_of_device(parts, 8), PARTITION_HOST);
    cr_expect_eq(partitions_of_device(parts, 4000), PARTITION_HOST);
    partitions_free(parts);
}

Test(partitions, shared_memory_is_between_its_ends)
{
    Partitions *parts = partitions_new();
    cr_expect(partitions_share(parts, (Spa){ 0x1000 }, 0x1000));
    cr_expect(!partitions_is_shared(parts, (Spa){ 0xfff }));
    cr_expect(partitions_is_shared(parts, (Spa){ 0x1000 }));
    cr_expect(partitions_is_shared(parts, (Spa){ 0x1fff }));
    cr_expect(!partitions_is_shared(parts, (Spa){ 0x2000 }));
    for (unsigned i = 1; i < PARTITION_SHARED; i++)
        cr_expect(partitions_share(parts, (Spa){ 0x10000 * i }, 1));
    cr_expect(!partitions_share(parts, (Spa){ 0 }, 1), "there is an end to it");
    partitions_free(parts);
}

Test(partitions, those_too_many_share_the_last_number)
{
    Partitions *parts = partitions_new();
    for (unsigned vmid = 1; vmid < 3 * PARTITIONS_MAX; vmid++) {
        unsigned number = partitions_find(parts, true, vmid, 0);
        cr_expect_eq(number, MIN(vmid, PARTITION_OTHERS), "VMID %u is %u", vmid, number);
    }
    cr_expect_eq(partitions_count(parts), PARTITIONS_MAX);
    cr_expect_str_eq(partitions_get(parts, PARTITION_OTHERS)->name, "others");
    cr_expect_eq(partitions_declare(parts, "late", 1, 1, NULL, 0), PARTITION_OTHERS);
    partitions_free(parts);
}

Test(partitions, state_comes_back_and_a_forged_one_is_made_legal)
{
    Partitions *parts = partitions_new(), *other = partitions_new();
    g_autoptr(GByteArray) out = g_byte_array_new(), again = g_byte_array_new();
    StateSaver saver;
    StateLoader loader;
    partitions_declare(parts, "a name that is much longer than there is room for", 3, 4, NULL, 1);
    partitions_find(parts, true, 9, 1);
    partitions_share(parts, (Spa){ 0x1000 }, 0x1000);
    state_saver_init(&saver, out);
    partitions_visit(parts, &saver.visitor);
    state_loader_init(&loader, out->data, out->len);
    partitions_visit(other, &loader.visitor);
    cr_assert_null(loader.error);
    cr_expect(loader.at == loader.end);
    cr_expect_eq(partitions_find(other, true, 9, 7), 2);
    cr_expect_eq(partitions_find(parts, true, 9, 7), 2);
    cr_expect(partitions_is_shared(other, (Spa){ 0x1800 }));
    state_saver_init(&saver, again);
    partitions_visit(other, &saver.visitor);
    cr_expect_eq(again->len, out->len);
    for (unsigned i = 0; i < out->len; i++) {
        uint8_t was = out->data[i];
        out->data[i] = 0xff;
        state_loader_init(&loader, out->data, out->len);
        partitions_visit(other, &loader.visitor);
        g_clear_error(&loader.error);
        out->data[i] = was;
        unsigned count = partitions_count(other);
        cr_assert(count >= 1 && count <= PARTITIONS_MAX, "byte %u", i);
        for (unsigned n = 0; n < count; n++)
            cr_assert(memchr(partitions_get(other, n)->name, 0, sizeof((Partition *)0)->name));
    }
    partitions_free(parts);
    partitions_free(other);
}
