/* SPDX-License-Identifier: MIT */
/* panels.c - the panels that there are; see panel.h. */
#include "emu/ui/panel.h"

const UiPanelType *const ui_panels[] = { &ui_panel_walk, &ui_panel_irq, NULL };
