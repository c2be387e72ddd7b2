/* SPDX-License-Identifier: MIT */
/* panels.c - the panels that there are; see panel.h. */
#include "emu/ui/panel.h"

#include <string.h>

#include "emu/base/error.h"

/* Each in a line of its own, so that one more does not change another's. */
// clang-format off
const UiPanelType *const ui_panels[] = {
    &ui_panel_harts,
    &ui_panel_timeline,
    &ui_panel_walk,
    &ui_panel_memory,
    &ui_panel_irq,
    &ui_panel_csr,
    &ui_panel_drum,
    NULL,
};
// clang-format on

static const UiPanelType *find(const char *id)
{
    for (unsigned i = 0; ui_panels[i]; i++)
        if (!strcmp(ui_panels[i]->id, id))
            return ui_panels[i];
    return NULL;
}

const UiPanelType *panel_named(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, ":", 2);
    return find(parts[0] ? parts[0] : "");
}

bool panel_set(const UiPanelType *type, void *state, const char *text, GError **error)
{
    const char *colon = strchr(text, ':');
    g_auto(GStrv) words = g_strsplit(colon ? colon + 1 : "", "/", -1);
    for (char **word = words; *word; word++) {
        g_auto(GStrv) sides = g_strsplit(*word, "=", 2);
        if (!sides[0] || !type->set || !type->set(state, sides[0], sides[1] ? sides[1] : ""))
            return fail(error, EXIT_USAGE,
                        "-display: panel=%s: the panel does not know '%s'; write words that "
                        "docs/panels has for %s, as NAME=VALUE with / between them",
                        text, *word, type->id);
    }
    return true;
}

bool panels_check(const WindowConfig *config, GError **error)
{
    for (guint i = 0; i < config->panels->len; i++) {
        const char *text = g_ptr_array_index(config->panels, i);
        const UiPanelType *type = panel_named(text);
        if (!type) {
            g_autoptr(GString) all = g_string_new(NULL);
            for (unsigned k = 0; ui_panels[k]; k++)
                g_string_append_printf(all, "%s%s", k ? ", " : "", ui_panels[k]->id);
            return fail(error, EXIT_USAGE,
                        "-display: panel=%s: there is no such panel; the panels are %s", text,
                        all->str);
        }
        g_autofree void *state = g_malloc0(MAX(type->state_size, 1));
        if (!panel_set(type, state, text, error))
            return false;
    }
    return true;
}
