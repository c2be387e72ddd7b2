/* SPDX-License-Identifier: MIT */
/*
 * desk.c - the five typewriters, each with a channel of the sequence break system [S1].
 *
 * A key breaks in, and is for the user's program or for TYC. So does a typewriter that has printed a character: it gets
 * the next one. When the user's buffer is empty, a program that waits for it is reactivated.
 */
#include "bbn.h"

#include "lib/irqchip.h"
#include "lib/print.h"
#include "lib/uart.h"

/* The key that calls TYC: the altmode of the typewriters of the time, escape today. */
enum { ATTENTION = 033 };

static const uint8_t channels[TYPEWRITERS] = { 06, 07, 011, 014, 015 };
static const Irqchip *const irqchip = &plic_machine;

bool queue_put(Queue *queue, char character)
{
    if (queue->count == queue->size)
        return false;
    unsigned at = queue->first + queue->count++;
    queue->at[at < queue->size ? at : at - queue->size] = character;
    return true;
}

bool queue_take(Queue *queue, char *character)
{
    if (!queue->count)
        return false;
    *character = queue->at[queue->first];
    queue->first = queue->first + 1 < queue->size ? queue->first + 1 : 0;
    queue->count--;
    return true;
}

void desks_open(const Fdt *fdt, unsigned buffer)
{
    Typewriter list[TYPEWRITERS];
    FdtNode node = fdt_find_compatible(fdt, NULL, irqchip->compatible);
    if (!node || !irqchip->open(fdt, node, csr_read(mhartid)))
        panic("bbn: no interrupt controller");
    if (buffer < 1 || buffer > BUFFER)
        panic("bbn: buffer=%u: 1 to %u", buffer, BUFFER);
    bbn.n_desks = typewriters_open(fdt, list, TYPEWRITERS);
    for (unsigned i = 0; i < bbn.n_desks; i++) {
        Desk *desk = &bbn.desk[i];
        *desk = (Desk){ .port = list[i], .number = i + 1, .channel = channels[i], .open = -1 };
        desk->output = (Queue){ .at = desk->output_room, .size = buffer };
        desk->input = (Queue){ .at = desk->input_room, .size = BUFFER };
        desk->answer = (Queue){ .at = desk->answer_room, .size = ANSWER };
        irqchip->enable(list[i].source, true);
    }
}

static unsigned job_of(const Desk *desk)
{
    return desk->job ? desk->job->number : NOBODY;
}

/* Lets the typewriter break in for what it has and we want. */
static void listen(const Desk *desk)
{
    uart_interrupts(desk->port.base,
                    (desk->locked ? 0 : UART_RECEIVES) | (desk->types ? UART_SENDS : 0));
}

void desk_start(Desk *desk)
{
    if (desk->types)
        return;
    desk->types = true;
    listen(desk); /* its break comes at once */
}

/* What is typed is seen on the paper. */
static void echo(Desk *desk, char key)
{
    if (key == '\r')
        queue_put(&desk->answer, '\r');
    queue_put(&desk->answer, key == '\r' ? '\n' : key);
    desk_start(desk);
}

static void key_struck(Desk *desk, char key)
{
    bool to_tyc = desk->to_tyc || key == ATTENTION;
    say_break(desk->channel, job_of(desk), BREAK_TTY_IN);
    say_type(desk->number, key, to_tyc ? TYPE_TO_TYC : TYPE_TO_USER);
    if (key == ATTENTION) {
        tyc_enter(desk);
    } else if (to_tyc) {
        tyc_key(desk, key);
    } else {
        queue_put(&desk->input, key);
        echo(desk, key);
        if (desk->job && desk->job->status == WAITS_FOR_INPUT)
            job_ready(desk->job, WHY_INPUT_EMPTY);
    }
}

/* The typewriter can print: TYC's answer first, then what the program has sent, unless the user talks to TYC. */
static void next_character(Desk *desk)
{
    char character;
    bool of_job = false;
    if (!queue_take(&desk->answer, &character)) {
        of_job = !desk->to_tyc && queue_take(&desk->output, &character);
        if (!of_job) {
            desk->types = false;
            return;
        }
    }
    say_break(desk->channel, job_of(desk), BREAK_TTY_OUT);
    say_type(desk->number, character, TYPE_TO_TYPEWRITER);
    uart_send(desk->port.base, character);
    if (of_job && !desk->output.count && desk->job && desk->job->status == WAITS_FOR_OUTPUT)
        job_ready(desk->job, WHY_OUTPUT_FULL);
    tyc_deliver(desk);
}

/* While a key prints, the keyboard is locked: so nobody can strike keys so fast that there is no time for others. */
static void serve(Desk *desk)
{
    if (uart_can_send(desk->port.base))
        desk->locked = false;
    int key = desk->locked ? -1 : uart_take(desk->port.base);
    if (key >= 0)
        key_struck(desk, (char)key);
    if (desk->types && uart_can_send(desk->port.base))
        next_character(desk);
    desk->locked = desk->types && (key >= 0 || desk->locked);
    listen(desk);
}

bool desks_break(void)
{
    unsigned source = irqchip->claim();
    if (!source)
        return false;
    for (unsigned i = 0; i < bbn.n_desks; i++) {
        if (bbn.desk[i].port.source == source)
            serve(&bbn.desk[i]);
    }
    irqchip->complete(source);
    return true;
}
