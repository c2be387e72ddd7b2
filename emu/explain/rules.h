/* SPDX-License-Identifier: MIT */
/* rules.h - for the rules of explain.h: what they make mistakes of. */
#ifndef EMU_EXPLAIN_RULES_H
#define EMU_EXPLAIN_RULES_H

#include "emu/explain/explain.h"
#include "emu/explain/words.h"

/* A rule: the mistake that the facts of a case prove, or NULL. */
typedef Mistake *RuleFn(const Case *it);

/* Of open traps, of walks in them; of open traps; of waiting harts; of missing fences. */
RuleFn rule_root_alignment, rule_wide_gpa, rule_overlap, rule_htval, rule_g_stage, rule_guest_root;
RuleFn rule_malformed;
RuleFn rule_not_advanced, rule_not_delegated_to_hs, rule_not_delegated_to_vs, rule_not_entered;
RuleFn rule_not_enabled, rule_entered_as_user, rule_guest_access;
RuleFn rule_not_given_on, rule_not_injected;
RuleFn rule_fence;

/* One about an entry of a page table, or about a register: `entry` is NULL. Both strings live on. */
Mistake *mistake_new(const WalkStep *entry, bool guest, const char *bit, const char *rule);

#endif
