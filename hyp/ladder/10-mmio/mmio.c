/* SPDX-License-Identifier: MIT */
/* mmio.c - a serial port that is not there: its registers are not mapped, so each access of the guest comes here. */
#include "hyp.h"
#include "lib/access.h"
#include "lib/causes.h"
#include "lib/print.h"

enum { THR = 0, LSR = 5, LSR_THRE = 0x20, LSR_TEMT = 0x40 }; /* a 16550 */

static FdtRange uart;
static char line[128];
static unsigned length;

/* There is always room for the next character. */
static uint64_t uart_read(uint64_t offset)
{
    return offset == LSR ? LSR_THRE | LSR_TEMT : 0;
}

/* Characters become lines, and those are ours to print. */
static void uart_write(uint64_t offset, uint64_t value)
{
    if (offset != THR)
        return;
    line[length++] = (char)value;
    if (value == '\n' || length == sizeof(line) - 1) {
        line[length] = 0;
        print("[guest] %s", line);
        length = 0;
    }
}

bool mmio_device(const Fdt *tree, FdtNode node)
{
    return fdt_list_has(tree, node, "compatible", "ns16550a") && fdt_reg(tree, node, 0, &uart);
}

/* Which load or store it was, htinst says, or else the instruction, read where the guest fetched it (hlvx).
 * We do it in its place, and it goes on behind it. */
void on_mmio(Vcpu *vcpu)
{
    Access access;
    uint64_t gpa = vcpu_fault_gpa(vcpu), value = 0;
    if (gpa - uart.base >= uart.size || !access_decode(vcpu, &access))
        panic("hyp: %s at 0x%lx: 0x%lx is not its own", cause_name(vcpu->scause), vcpu->pc, gpa);
    if (access.write)
        uart_write(gpa - uart.base, vcpu->x[access.reg] & 0xff);
    else
        value = uart_read(gpa - uart.base);
    access_finish(vcpu, &access, value);
}
