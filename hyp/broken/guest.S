/* SPDX-License-Identifier: MIT */
/* guest.S - the guest of main.c, which runs at another address than here: every address it uses is relative to pc. */
#define DBCN         0x4442434e
#define SRST         0x53525354
#define CONSOLE_BYTE 2
#define OTHER_PAGE   0xb0
#define GUEST_DATA   0x40001000

    .section .rodata
    .balign 4096
    .globl guest_image, guest_image_end
guest_image:
    lla     s0, hello
    call    say
    li      s1, GUEST_DATA
    ld      t0, 0(s1)           /* the page that it has */
    li      a7, OTHER_PAGE
    ecall
    ld      s2, 0(s1)           /* must be the other one, whose first word is 2 */
    addi    s2, s2, -2
    lla     s0, other
    beqz    s2, 1f
    lla     s0, same
1:  call    say
    li      a0, 0               /* shutdown: no reason, or a failure */
    snez    a1, s2
    li      a6, 0
    li      a7, SRST
    ecall

/* Writes the string at s0. */
say:
    lbu     a0, 0(s0)
    beqz    a0, 1f
    li      a6, CONSOLE_BYTE
    li      a7, DBCN
    ecall
    addi    s0, s0, 1
    j       say
1:  ret

hello:
    .string "hello from the guest\n"
other:
    .string "I have got another page\n"
same:
    .string "this is still my old page!\n"
    .balign 8
guest_image_end:
