/* SPDX-License-Identifier: MIT */
/* doorbell.h - what the one who rings, peer, and the one who answers, rt, have in shared memory. It is all zero at first. */
#ifndef HYP_PEER_DOORBELL_H
#define HYP_PEER_DOORBELL_H

#include <stdint.h>

typedef struct {
    uint64_t rung;     /* number of the last ring, from 1 on */
    uint64_t time;     /* the tick in which it was rung */
    uint64_t answered; /* number of the last one that was answered: the other side's */
    uint64_t ready;    /* the other side listens */
} Doorbell;

#endif
