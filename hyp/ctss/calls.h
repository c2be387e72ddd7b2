/* SPDX-License-Identifier: MIT */
/* calls.h - what a program can ask the supervisor for by ecall: the number is in a7. DEAD and DORMNT are the Guide's. */
#ifndef HYP_CTSS_CALLS_H
#define HYP_CTSS_CALLS_H

#define CALL_DEAD    0 /* it is done, and does not come back */
#define CALL_DORMANT 1 /* it stops, and may be started again */
#define CALL_WRITE   2 /* a0: a character for the typewriter */
#define CALL_READ    3 /* the next character of a typed line, into a0 */
#define CALL_WRONG   4 /* its words are not as it left them */

#endif
