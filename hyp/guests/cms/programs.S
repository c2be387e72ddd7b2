/* SPDX-License-Identifier: MIT */
/*
 * programs.S - the programs on the disk: they run in U-mode at PROGRAM_BASE, wherever they lie here, so each refers to
 * itself by pc only. a0 is the number of START, sp the end of the program's memory. See cms.h for the calls.
 */
#define CALL_RETURN 0
#define CALL_TYPE 1
#define CALL_READ 2
#define CALL_COMMAND 202

    .macro  svc number
    li      a7, \number
    ecall
    .endm

    .macro  finish code=0
    li      a0, \code
    svc     CALL_RETURN
    .endm

    .section .rodata
    .option norvc

hello:
    la      a0, hello_text
    la      a1, hello_end
    sub     a1, a1, a0
    svc     CALL_TYPE
    finish
hello_text:
    .ascii  "HELLO FROM PROBLEM STATE"
hello_end:

/* Prime numbers up to a0, one a line, by trial division. */
primes:
    mv      s0, a0
    li      s1, 2
1:  bgtu    s1, s0, 9f
    li      t0, 2
2:  mul     t1, t0, t0
    bgtu    t1, s1, 3f          /* no divisor: a prime */
    remu    t1, s1, t0
    beqz    t1, 6f
    addi    t0, t0, 1
    j       2b
3:  mv      t0, s1              /* its digits, from the end, below sp */
    mv      t2, sp
    li      t3, 10
4:  remu    t1, t0, t3
    divu    t0, t0, t3
    addi    t1, t1, '0'
    addi    t2, t2, -1
    sb      t1, 0(t2)
    bnez    t0, 4b
    mv      a0, t2
    sub     a1, sp, t2
    svc     CALL_TYPE
6:  addi    s1, s1, 1
    j       1b
9:  finish
primes_end:

/* Types what is typed, until an empty line. */
echo:
    addi    s0, sp, -128
1:  mv      a0, s0
    li      a1, 128
    svc     CALL_READ
    blez    a0, 2f
    mv      a1, a0
    mv      a0, s0
    svc     CALL_TYPE
    j       1b
2:  finish
echo_end:

/* Has a command done, as a program may. */
lister:
    la      a0, lister_text
    la      a1, lister_end
    sub     a1, a1, a0
    svc     CALL_COMMAND
    svc     CALL_RETURN
lister_text:
    .ascii  "LISTF * TEXT"
lister_end:

/* For HX. */
loop:
    j       loop
loop_end:

/* Stores at the address that START says: all but the program's own memory is protected. */
wild:
    sd      zero, 0(a0)
    finish
wild_end:

    .balign 8
    .macro  program label, name
    .ascii  "\name"
    .balign 8, 0
    .dword  0, \label, \label\()_end
    .endm

    .globl programs, programs_end
programs:
    program hello, "HELLO"
    program primes, "PRIMES"
    program echo, "ECHO"
    program lister, "LISTER"
    program loop, "LOOP"
    program wild, "WILD"
programs_end:
