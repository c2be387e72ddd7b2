/* SPDX-License-Identifier: MIT */
/* aplic_domain.h - what the two halves of the APLIC, sources and registers, know of each other. */
#ifndef DEVICES_APLIC_DOMAIN_H
#define DEVICES_APLIC_DOMAIN_H

#include "devices/aplic.h"

enum { DOMAINCFG_DM = 1 << 2, DOMAINCFG_IE = 1 << 8 };
enum { SOURCECFG_SM = 7, SOURCECFG_D = 1 << 10 };
enum {
    MODE_INACTIVE = 0,
    MODE_DETACHED = 1,
    MODE_EDGE1 = 4,
    MODE_EDGE0 = 5,
    MODE_LEVEL1 = 6,
    MODE_LEVEL0 = 7,
};
/* Of target and genmsi; the guest's number is in bits 17 to 12. */
enum { TARGET_HART_SHIFT = 18, TARGET_IPRIO = 0xff, TARGET_EIID = 0x7ff, GENMSI_BUSY = 1 << 12 };

/* domaincfg.DM = 1 */
bool aplic_by_messages(const Aplic *domain);
/* Is the source implemented in this domain, which is to say, delegated to it? */
bool aplic_has_source(const Aplic *domain, unsigned source);
/* Rectified input values of sources 64 * word and following. */
uint64_t aplic_rectified(const Aplic *domain, unsigned word);

/* What software asks for, as far as the modes of the sources let it. */
void aplic_set_pending(Aplic *domain, unsigned word, uint64_t sources);
void aplic_clear_pending(Aplic *domain, unsigned word, uint64_t sources);
/* Gives a source that the domain has a legal sourcecfg. */
void aplic_configure(Aplic *domain, unsigned source, uint16_t config);
void aplic_set_delivery_mode(Aplic *domain, bool by_messages);

/* claimi of `hart`. */
uint32_t aplic_claim(Aplic *domain, unsigned hart);

/* To be called when anything that decides about delivery changed. */
void aplic_deliver(Aplic *domain);

extern const BusOps aplic_register_ops;

#endif
