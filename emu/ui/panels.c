/* SPDX-License-Identifier: MIT */
/* panels.c - the panels that there are; see panel.h. */
#include "emu/ui/panel.h"

/* Each in a line of its own, so that one more does not change another's. */
// clang-format off
const UiPanelType *const ui_panels[] = {
    &ui_panel_harts,
    &ui_panel_timeline,
    &ui_panel_walk,
    &ui_panel_memory,
    &ui_panel_irq,
    &ui_panel_csr,
    NULL,
};
// clang-format on
