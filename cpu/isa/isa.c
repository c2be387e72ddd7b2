/* SPDX-License-Identifier: MIT */
/* isa.c - the table of extensions and its text forms; see isa.h. */
#include "cpu/isa/isa.h"

#include <string.h>

#include "emu/base/bits.h"
#include "emu/base/error.h"

const ExtensionInfo extension_info[EXT_COUNT] = {
#define EXTENSION(name, text, max, rv64, shown, meaning) \
    [EXT_##name] = { #name, text, meaning, max, rv64, shown },
#include "cpu/isa/extensions.def"
#undef EXTENSION
};

/* The first needs the second. */
static const Extension depends[][2] = {
    { EXT_D, EXT_F },
    { EXT_F, EXT_Zicsr },
    { EXT_S, EXT_U },
    { EXT_Sstc, EXT_S },
    { EXT_Svinval, EXT_S },
    { EXT_Svnapot, EXT_Sv39 },
    { EXT_Svpbmt, EXT_Sv39 },
    { EXT_Sv39, EXT_S },
    { EXT_Sv48, EXT_Sv39 },
    { EXT_Sv57, EXT_Sv48 },
    { EXT_Zcd, EXT_D },
    { EXT_Zcd, EXT_Zca },
    { EXT_Zihpm, EXT_Zicsr },
    { EXT_Smnpm, EXT_U },
    { EXT_Sscofpmf, EXT_Zihpm },
    { EXT_Smcdeleg, EXT_Ssccfg },
    { EXT_Ssccfg, EXT_Smcdeleg },
    { EXT_Ssccfg, EXT_Sscsrind },
    { EXT_Smcsrind, EXT_Zicsr },
    { EXT_Sscsrind, EXT_S },
    { EXT_Ssstateen, EXT_S },
    { EXT_Smstateen, EXT_Zicsr },
    { EXT_Ssnpm, EXT_S },
    { EXT_Ssdbltrp, EXT_S },
    { EXT_Svrsw60t59b, EXT_Sv39 },
    { EXT_Svvptc, EXT_S },
    { EXT_H, EXT_S },
    { EXT_Smaia, EXT_Zicsr },
    { EXT_Ssaia, EXT_S },
    { EXT_H, EXT_Sv39 },
    { EXT_Shcounterenw, EXT_H },
    { EXT_Shgatpa, EXT_H },
    { EXT_Shlcofideleg, EXT_H },
    { EXT_Shlcofideleg, EXT_Sscofpmf },
    { EXT_Shtvala, EXT_H },
    { EXT_Shvsatpa, EXT_H },
    { EXT_Shvstvala, EXT_H },
    { EXT_Shvstvecd, EXT_H },
    { EXT_Sstvala, EXT_S },
    { EXT_Sstvecd, EXT_S },
    { EXT_Ssu64xl, EXT_S },
    { EXT_Sscounterenw, EXT_S },
    { EXT_Ssccptr, EXT_S },
    { EXT_Zicntr, EXT_Zicsr },
};

/* Turning the first on or off does the same to the second. */
static const Extension follows[][2] = {
    { EXT_A, EXT_Zaamo }, { EXT_A, EXT_Zalrsc }, { EXT_C, EXT_Zca },
    { EXT_C, EXT_Zcd },   { EXT_M, EXT_Zmmul },
};

/* The first contains the second, or is nothing without it: it needs the second, and turning it on turns that on. */
// clang-format off
static const Extension implies[][2] = {
    { EXT_M, EXT_Zmmul }, { EXT_A, EXT_Zaamo }, { EXT_A, EXT_Zalrsc }, { EXT_C, EXT_Zca }, { EXT_B, EXT_Zba },
    { EXT_B, EXT_Zbb }, { EXT_B, EXT_Zbs }, { EXT_Zabha, EXT_Zaamo }, { EXT_Zacas, EXT_Zaamo },
    { EXT_Zawrs, EXT_Zalrsc }, { EXT_Ziccamoa, EXT_Zaamo }, { EXT_Ziccamoc, EXT_Zacas }, { EXT_Ziccrse, EXT_Zalrsc },
    { EXT_Za64rs, EXT_Zalrsc }, { EXT_Zcb, EXT_Zca }, { EXT_Zcmop, EXT_Zca }, { EXT_Zfa, EXT_F },
    { EXT_Zfbfmin, EXT_F }, { EXT_Zfhmin, EXT_F }, { EXT_Zfh, EXT_Zfhmin }, { EXT_Zk, EXT_Zkn }, { EXT_Zk, EXT_Zkr },
    { EXT_Zk, EXT_Zkt }, { EXT_Zkn, EXT_Zbkb }, { EXT_Zkn, EXT_Zbkc }, { EXT_Zkn, EXT_Zbkx }, { EXT_Zkn, EXT_Zknd },
    { EXT_Zkn, EXT_Zkne }, { EXT_Zkn, EXT_Zknh }, { EXT_Zks, EXT_Zbkb }, { EXT_Zks, EXT_Zbkc }, { EXT_Zks, EXT_Zbkx },
    { EXT_Zks, EXT_Zksed }, { EXT_Zks, EXT_Zksh }, { EXT_Sha, EXT_H }, { EXT_Sha, EXT_Ssstateen },
    { EXT_Sha, EXT_Shcounterenw }, { EXT_Sha, EXT_Shgatpa }, { EXT_Sha, EXT_Shtvala }, { EXT_Sha, EXT_Shvsatpa },
    { EXT_Sha, EXT_Shvstvala }, { EXT_Sha, EXT_Shvstvecd },
};
// clang-format on

static void set_extension(Isa *isa, Extension extension, bool on)
{
    isa->has[extension] = on;
    for (unsigned i = 0; on && i < G_N_ELEMENTS(implies); i++)
        if (implies[i][0] == extension)
            set_extension(isa, implies[i][1], true);
    for (unsigned i = 0; i < G_N_ELEMENTS(follows); i++)
        if (follows[i][0] == extension)
            set_extension(isa, follows[i][1], on);
}

/*
 * Properties that are no extensions: addresses, numbers up to a limit, and choices between two words, of which the
 * first is the default and false. What is left to implementations is here: the manual's clause stands behind it.
 */
typedef struct {
    const char *option, *title;
    size_t offset;
    uint64_t limit, initial; /* of a number; limit 0: an address */
    const char *words[2];    /* of a choice */
} PropertyInfo;

// clang-format off
#define ADDRESS(member)                offsetof(Isa, member), 0, 0, { NULL }
#define NUMBER(member, limit, initial) offsetof(Isa, member), limit, initial, { NULL }
#define CHOICE(member, first, second)  offsetof(Isa, member), 0, 0, { first, second }

static const PropertyInfo property_info[] = {
    { "rnmi-interrupt-vector", "where RNMIs go; 0: where mtvec points", ADDRESS(rnmi_interrupt_vector) },
    { "rnmi-exception-vector", "where exceptions go while RNMIs are disabled; 0: as mtvec",
      ADDRESS(rnmi_exception_vector) },
    { "asidlen", "bits of satp.ASID and vsatp.ASID (norm:asidlen)", NUMBER(asidlen, 16, 16) },
    { "vmidlen", "bits of hgatp.VMID (norm:hgatp_vmid)", NUMBER(vmidlen, 14, 14) },
    { "rcidlen", "bits of srmcfg.RCID (norm:Ssqosid_srmcfg_register_size)", NUMBER(rcidlen, 12, 12) },
    { "mcidlen", "bits of srmcfg.MCID", NUMBER(mcidlen, 12, 12) },
    { "geilen", "guest external interrupts; -M aia-guests sets it, too (norm:geilen)", NUMBER(geilen, 63, 0) },
    { "cat", "registers of an associative memory that maps U-mode's pages, after CP-40's (docs/history/cp40.md)",
      CHOICE(cat, "0", "64") },
    { "htinst", "what a fault leaves in htinst and mtinst where zero is allowed, too (norm:H_trap_xtinst_val)",
      CHOICE(zero_tinst, "transformed", "zero") },
    { "misaligned", "loads and stores that are not aligned (norm:misaligned_ldst_eei_dependent_behavior)",
      CHOICE(traps_misaligned, "done", "trap") },
    { "tlb", "what is remembered of translations until a fence (docs/adr/0004)",
      CHOICE(no_store, "infinite", "none") },
    { "ad", "A and D bits say what was done, or also what was tried and trapped (docs/adr/0018)",
      CHOICE(keeps_ad, "done", "tried") },
    { "wfi", "WFI under mstatus.TW or hstatus.VTW: traps always, or when it would wait (norm:vtw_virtinstr)",
      CHOICE(waits_first, "trap", "wait") },
};
// clang-format on

static void *property_at(Isa *isa, const PropertyInfo *info)
{
    return (char *)isa + info->offset;
}

static bool parse_choice(Isa *isa, const PropertyInfo *info, const char *text, GError **error)
{
    bool second = text && !strcmp(text, info->words[1]);
    if (!second && (!text || strcmp(text, info->words[0])))
        return fail(error, EXIT_USAGE, "-cpu: %s is %s or %s, not '%s'; write -cpu max,%s=%s",
                    info->option, info->words[0], info->words[1], text ? text : "", info->option,
                    info->words[1]);
    memcpy(property_at(isa, info), &second, sizeof second);
    return true;
}

static bool parse_number(Isa *isa, const PropertyInfo *info, const char *text, GError **error)
{
    char *end = NULL;
    guint64 value = text ? g_ascii_strtoull(text, &end, 0) : 0;
    bool is_number = text && g_ascii_isdigit(*text) && !*end;
    if (info->limit && (!is_number || value > info->limit))
        return fail(error, EXIT_USAGE,
                    "-cpu: %s takes a number from 0 to %" G_GUINT64_FORMAT
                    ", not '%s'; write for example -cpu max,%s=%" G_GUINT64_FORMAT,
                    info->option, info->limit, text ? text : "", info->option, info->limit);
    if (!is_number || (!info->limit && value & 3))
        return fail(
            error, EXIT_USAGE,
            "-cpu: %s takes an address that 4 divides, not '%s'; write -cpu max,%s=0x80000000",
            info->option, text ? text : "", info->option);
    memcpy(property_at(isa, info), &value, sizeof value);
    return true;
}

static bool parse_value(Isa *isa, const PropertyInfo *info, const char *text, GError **error)
{
    return info->words[0] ? parse_choice(isa, info, text, error)
                          : parse_number(isa, info, text, error);
}

void isa_append_settings(const Isa *isa, GString *out)
{
    for (unsigned i = 0; i < EXT_COUNT; i++)
        g_string_append_printf(out, "-cpu %s=%s\n", extension_info[i].option,
                               isa->has[i] ? "on" : "off");
    for (unsigned i = 0; i < G_N_ELEMENTS(property_info); i++) {
        const PropertyInfo *info = &property_info[i];
        const char *at = (const char *)isa + info->offset;
        uint64_t number = 0;
        memcpy(&number, at, info->words[0] ? sizeof(bool) : sizeof number);
        if (info->words[0])
            g_string_append_printf(out, "-cpu %s=%s\n", info->option, info->words[number]);
        else
            g_string_append_printf(out, "-cpu %s=%" G_GUINT64_FORMAT "\n", info->option, number);
    }
}

static void set_defaults(Isa *isa)
{
    *isa = (Isa){ .asidlen = 0 };
    for (unsigned i = 0; i < G_N_ELEMENTS(property_info); i++)
        if (property_info[i].limit)
            memcpy(property_at(isa, &property_info[i]), &property_info[i].initial, 8);
}

/* EXT_COUNT: none is called so. */
static Extension find_extension(const char *option)
{
    for (unsigned i = 0; i < EXT_COUNT; i++)
        if (!strcmp(extension_info[i].option, option))
            return i;
    return EXT_COUNT;
}

static bool parse_property(Isa *isa, bool asked[EXT_COUNT], const char *property, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(property, "=", 2);
    if (!parts[0])
        return fail(error, EXIT_USAGE,
                    "-cpu: there is no property behind a comma; leave the comma out");
    for (unsigned i = 0; i < G_N_ELEMENTS(property_info); i++)
        if (!strcmp(property_info[i].option, parts[0]))
            return parse_value(isa, &property_info[i], parts[1], error);
    Extension it = find_extension(parts[0]);
    if (it == EXT_COUNT)
        return fail(error, EXIT_USAGE, "-cpu: no property is called '%s'; -cpu help lists them",
                    parts[0]);
    const char *value = parts[1] ? parts[1] : "on";
    bool on = !strcmp(value, "on") || !strcmp(value, "true");
    if (!on && strcmp(value, "off") && strcmp(value, "false"))
        return fail(error, EXIT_USAGE, "-cpu: %s takes on or off, not '%s'; write -cpu max,%s=off",
                    parts[0], value, parts[0]);
    if (it == EXT_I && !on)
        return fail(error, EXIT_USAGE,
                    "-cpu: the base instructions cannot be turned off; leave i out");
    set_extension(isa, it, on);
    asked[it] = on;
    return true;
}

/* One pass over a table of needs: an extension that was asked for must have what it needs; what a model has by itself
 * goes with it, which sets `changed`. */
static bool check_table(Isa *isa, const bool asked[EXT_COUNT], const Extension (*table)[2],
                        size_t count, bool *changed, GError **error)
{
    for (size_t i = 0; i < count; i++) {
        Extension it = table[i][0], needed = table[i][1];
        if (!isa->has[it] || isa->has[needed])
            continue;
        if (asked[it])
            return fail(error, EXIT_USAGE, "-cpu: %s needs %s; add %s=on, or leave %s out",
                        extension_info[it].option, extension_info[needed].option,
                        extension_info[needed].option, extension_info[it].option);
        isa->has[it] = false;
        *changed = true;
    }
    return true;
}

static bool check_needs(Isa *isa, const bool asked[EXT_COUNT], GError **error)
{
    bool changed = true;
    while (changed) {
        changed = false;
        if (!check_table(isa, asked, depends, G_N_ELEMENTS(depends), &changed, error) ||
            !check_table(isa, asked, implies, G_N_ELEMENTS(implies), &changed, error))
            return false;
    }
    return true;
}

/* Is it said before `word`, in words[1] and on? */
static bool is_repeated(char **words, char **word)
{
    const size_t length = strcspn(*word, "=");
    for (char **before = words + 1; before != word; before++)
        if (strcspn(*before, "=") == length && !strncmp(*before, *word, length))
            return true;
    return false;
}

bool isa_parse(Isa *isa, const char *text, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text ? text : "max", ",", -1);
    const char *model = words[0] ? words[0] : "";
    bool is_rv64 = !strcmp(model, "rv64"), asked[EXT_COUNT] = { false };
    if (!is_rv64 && strcmp(model, "max"))
        return fail(error, EXIT_USAGE, "-cpu: no model is called '%s'; there are max and rv64",
                    model);
    set_defaults(isa);
    for (unsigned i = 0; i < EXT_COUNT; i++)
        isa->has[i] = is_rv64 ? extension_info[i].in_rv64 : extension_info[i].in_max;
    for (char **word = words + 1; *word; word++)
        if (!parse_property(isa, asked, *word, error))
            return false;
        else if (is_repeated(words, word))
            return fail(error, EXIT_USAGE, "-cpu: property '%.*s' is given twice; give it once",
                        (int)strcspn(*word, "="), *word);
    return check_needs(isa, asked, error);
}

static bool is_letter(unsigned i)
{
    return strlen(extension_info[i].option) == 1;
}

char *isa_string(const Isa *isa)
{
    GString *out = g_string_new("rv64");
    for (unsigned i = 0; i < EXT_COUNT; i++)
        if (isa->has[i] && extension_info[i].in_string && is_letter(i))
            g_string_append(out, extension_info[i].option);
    for (unsigned i = 0; i < EXT_COUNT; i++)
        if (isa->has[i] && extension_info[i].in_string && !is_letter(i))
            g_string_append_printf(out, "_%s", extension_info[i].option);
    return g_string_free(out, FALSE);
}

GByteArray *isa_extension_list(const Isa *isa)
{
    GByteArray *out = g_byte_array_new();
    for (unsigned i = 0; i < EXT_COUNT; i++)
        if (isa->has[i] && extension_info[i].in_string)
            g_byte_array_append(out, (const uint8_t *)extension_info[i].option,
                                (guint)strlen(extension_info[i].option) + 1);
    return out;
}

/* norm:misa_extensions_enc_txt: bit n stands for the letter 'A' + n; MXL = 2 is RV64. */
uint64_t isa_misa(const Isa *isa)
{
    uint64_t misa = 2ull << 62;
    for (unsigned i = 0; i < EXT_COUNT; i++)
        if (isa->has[i] && is_letter(i))
            misa |= BIT(extension_info[i].option[0] - 'a');
    if (isa->cat) /* X: an extension of nobody else's */
        misa |= BIT('x' - 'a');
    return misa;
}

void isa_print_help(FILE *out)
{
    fprintf(
        out,
        "Models: max (default), rv64. Extensions (name=on or name=off), * in max, + in rv64 too:\n");
    for (unsigned i = 0; i < EXT_COUNT; i++) {
        const ExtensionInfo *e = &extension_info[i];
        fprintf(out, "  %c %-13s %s\n",
                e->in_rv64  ? '+'
                : e->in_max ? '*'
                            : ' ',
                e->option, e->title);
    }
    fprintf(
        out,
        "Properties count from left to right. Turning one on turns on what it contains; what needs one "
        "that is off is off, too.\nOther properties (name=value), the default first:\n");
    for (unsigned i = 0; i < G_N_ELEMENTS(property_info); i++) {
        const PropertyInfo *info = &property_info[i];
        if (info->words[0])
            fprintf(out, "    %s=%s|%s\n", info->option, info->words[0], info->words[1]);
        else if (info->limit)
            fprintf(out, "    %s=%" G_GUINT64_FORMAT " (0 to %" G_GUINT64_FORMAT ")\n",
                    info->option, info->initial, info->limit);
        else
            fprintf(out, "    %s=0x0 (an address)\n", info->option);
        fprintf(out, "        %s\n", info->title);
    }
}
