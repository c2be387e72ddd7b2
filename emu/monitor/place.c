/* SPDX-License-Identifier: MIT */
/* place.c - lines out of bytes, and their answers; see hub.h. */
#include <string.h>

#include "emu/explain/explain.h"
#include "emu/monitor/break.h"
#include "emu/monitor/edit.h"
#include "emu/monitor/hub.h"
#include "emu/monitor/monitor.h"
#include "emu/options/options.h"
#include "emu/symbols.h"
#include "emu/time/history.h"

enum { CTRL_C = 3 };

typedef struct MonitorPlace {
    Monitor monitor;
    MonitorHub *hub;
    HostChar *chr; /* NULL: nobody types here, and what is to be said is said everywhere */
    bool is_terminal, is_raw;
    const char *kind; /* of terminal; NULL: the program's own */
    bool greeted;
    bool overlong;   /* the rest of the line is thrown away */
    bool was_return; /* a line feed after it means nothing */
    GString *line;   /* without an editor: what came of it so far */
    Editor *editor;  /* of a terminal, once somebody is there */
} MonitorPlace;

static void write_text(const MonitorPlace *place, const char *text, size_t size)
{
    if (place->chr->write && size)
        place->chr->write(place->chr->host, (const uint8_t *)text, size);
}

static void write_lines(const MonitorPlace *place, const char *text)
{
    g_autoptr(GString) out = g_string_new(text);
    if (!place->chr) {
        monitor_hub_say(place->hub, text);
        return;
    }
    if (place->is_raw)
        g_string_replace(out, "\n", "\r\n", 0);
    write_text(place, out->str, out->len);
}

static void prompt(const MonitorPlace *place)
{
    if (place->hub->machine->stop == STOP_QUIT || place->monitor.waits)
        return;
    if (place->editor)
        editor_ask(place->editor);
    else
        write_lines(place, MONITOR_PROMPT);
}

static void remember(MonitorHub *hub, const char *line)
{
    if (hub->history->len == MONITOR_MAX_HISTORY)
        g_ptr_array_remove_index(hub->history, 0);
    g_ptr_array_add(hub->history, g_strdup(line));
}

static void run_line(MonitorPlace *place, const char *line)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (line[strspn(line, " \t")]) {
        remember(place->hub, line);
        monitor_run(&place->monitor, line, out);
        write_lines(place, out->str);
    }
    prompt(place);
}

/* Without an editor. */

static void end_line(MonitorPlace *place)
{
    g_autofree char *line = g_strdup(place->line->str);
    bool overlong = place->overlong;
    g_string_truncate(place->line, 0);
    place->overlong = false;
    if (overlong) {
        g_autofree char *text =
            g_strdup_printf("a line has at most %d bytes; nothing was done\n", MONITOR_MAX_LINE);
        write_lines(place, text);
        prompt(place);
    } else {
        run_line(place, line);
    }
}

/* Bytes that no command has stay in the line, where the answer shows them; a zero would end it. */
static void take_byte(MonitorPlace *place, char byte)
{
    bool ends = byte == '\r' || (byte == '\n' && !place->was_return);
    bool feed = byte == '\n' && place->was_return;
    place->was_return = byte == '\r';
    if (ends)
        end_line(place);
    else if (place->line->len == MONITOR_MAX_LINE)
        place->overlong |= !feed;
    else if (!feed)
        g_string_append_c(place->line, byte ? byte : ' ');
}

/* A terminal without an editor needs its echo and its rubout from here. */
static void take_key(MonitorPlace *place, char key)
{
    bool is_rubout = key == '\b' || key == 0x7f;
    if (key == '\r' || key == '\n')
        write_text(place, "\r\n", 2);
    else if (is_rubout && place->line->len)
        write_text(place, "\b \b", 3);
    else if (g_ascii_isprint(key) && place->line->len < MONITOR_MAX_LINE)
        write_text(place, &key, 1);
    if (is_rubout)
        g_string_truncate(place->line, place->line->len - (place->line->len > 0));
    else if (g_ascii_isprint(key) || key == '\r' || key == '\n')
        take_byte(place, key);
}

static void go_on(MonitorPlace *place);

static size_t receive(void *opaque, const uint8_t *data, size_t size)
{
    MonitorPlace *place = opaque;
    size_t taken = 0;
    if (place->editor) {
        if (place->monitor.waits && memchr(data, CTRL_C, size))
            go_on(place);
        editor_feed(place->editor, data, size);
        return size;
    }
    for (; taken < size && !place->monitor.waits; taken++) {
        if (place->is_terminal)
            take_key(place, (char)data[taken]);
        else
            take_byte(place, (char)data[taken]);
    }
    return taken;
}

/* With one: it has a thread of its own. */

/* From there, by the inbox. `line` is a string. */
static void line_arrived(void *opaque, void *line)
{
    run_line(opaque, line);
    g_free(line);
}

static void post_line(void *opaque, const char *line)
{
    MonitorPlace *place = opaque;
    inbox_post(&place->hub->machine->inbox, line_arrived, place, g_strdup(line));
}

/* libedit takes it that a line feed goes to the first column, as on a terminal in its usual mode. */
static void write_edited(void *opaque, const char *data, size_t size)
{
    g_autofree char *text = g_strndup(data, size);
    write_lines(opaque, text);
}

static void list_completions(void *opaque, const char *line, GPtrArray *words)
{
    const MonitorPlace *place = opaque;
    monitor_complete(place->hub->machine, line, words);
}

static const EditorUser editor_user = { write_edited, post_line, list_completions };

/* Life. */

static void greet(MonitorPlace *place)
{
    place->greeted = true;
    write_lines(place, "Bulkhead " VERSION " monitor - type 'help' for more information\n");
    if (place->is_terminal)
        (void)monitor_hub_symbols(place->hub); /* for completion */
    if (place->is_terminal)
        place->editor = editor_new(MONITOR_PROMPT, place->kind, &editor_user, place);
    if (place->editor && place->chr->cols)
        editor_resize(place->editor, place->chr->cols, place->chr->rows);
    prompt(place);
}

static void event(void *opaque, HostEvent what)
{
    MonitorPlace *place = opaque;
    switch (what) {
    case HOST_OPENED:
        if (!place->greeted)
            greet(place);
        else if (place->editor)
            editor_redraw(place->editor);
        else
            prompt(place);
        break;
    case HOST_CLOSED:
        /* A caller that hung up in the middle of a line may not have meant the half of it. */
        place->monitor.waits = false;
        place->greeted = place->is_terminal && place->greeted;
        place->overlong = false;
        g_string_truncate(place->line, 0);
        break;
    case HOST_RESIZED:
        if (place->editor)
            editor_resize(place->editor, place->chr->cols, place->chr->rows);
        break;
    case HOST_ENDED:
        if (place->line->len && !place->is_terminal)
            end_line(place);
        break;
    default: break;
    }
}

void monitor_hub_add_place(MonitorHub *hub, const ConsoleMonitor *at)
{
    MonitorPlace *place = g_new0(MonitorPlace, 1);
    explain_keep(hub->machine, false);
    *place = (MonitorPlace){ .monitor = { .machine = hub->machine },
                             .hub = hub,
                             .chr = at->chr,
                             .is_terminal = at->is_terminal,
                             .is_raw = at->is_raw,
                             .kind = at->kind,
                             .line = g_string_new(NULL) };
    at->chr->receive = receive;
    at->chr->event = event;
    at->chr->device = place;
    g_ptr_array_add(hub->places, place);
}

void monitor_hub_choose(MonitorHub *hub, unsigned hart)
{
    for (guint i = 0; i < hub->places->len; i++)
        ((MonitorPlace *)g_ptr_array_index(hub->places, i))->monitor.hart = hart;
    if (hub->driver)
        hub->driver->monitor.hart = hart;
}

static void say(MonitorPlace *place, const char *text)
{
    bool between = !place->monitor.waits;
    if (!place->greeted && !place->is_terminal)
        return;
    write_text(place, "\r\n", place->is_terminal && between ? 2 : 0);
    write_lines(place, text);
    if (place->editor && between)
        editor_redraw(place->editor);
}

/* Between the lines of who is typing. */
void monitor_hub_say(MonitorHub *hub, const char *text)
{
    for (guint i = 0; i < hub->places->len; i++)
        say(g_ptr_array_index(hub->places, i), text);
}

/* What the place waited for has happened. */
static void go_on(MonitorPlace *place)
{
    g_autoptr(GString) out = g_string_new(NULL);
    monitor_append_position(place->hub->machine, place->monitor.hart, out);
    write_lines(place, out->str);
    place->monitor.waits = false;
    if (!place->chr)
        return;
    prompt(place);
    if (place->chr->ready)
        place->chr->ready(place->chr->host);
}

void monitor_hub_settle(const MonitorHub *hub)
{
    enum { LONGEST_US = 2000000, PIECE_US = 500 };
    for (guint i = 0, waited = 0; i < hub->places->len; i++) {
        const MonitorPlace *place = g_ptr_array_index(hub->places, i);
        for (; place->editor && !editor_is_idle(place->editor) && waited < LONGEST_US;
             waited += PIECE_US)
            g_usleep(PIECE_US);
    }
}

void monitor_hub_run(MonitorHub *hub, const char *line)
{
    g_autoptr(GString) out = g_string_new(MONITOR_PROMPT);
    g_string_append_printf(out, "%s\n", line);
    if (!hub->driver) {
        hub->driver = g_new0(MonitorPlace, 1);
        *hub->driver = (MonitorPlace){ .monitor = { .machine = hub->machine }, .hub = hub };
    }
    monitor_run(&hub->driver->monitor, line, out);
    write_lines(hub->driver, out->str);
}

/* Between slices: the machine may have paused. */
static void notice(Machine *machine)
{
    MonitorHub *hub = machine->monitors;
    monitor_breaks_act(hub->breaks);
    if (machine->paused)
        history_paused(machine);
    for (guint i = 0; i < hub->places->len && machine->paused; i++) {
        MonitorPlace *place = g_ptr_array_index(hub->places, i);
        if (place->monitor.waits)
            go_on(place);
    }
    if (machine->paused && hub->driver && hub->driver->monitor.waits)
        go_on(hub->driver);
}

static void add_symbols(Symbols *symbols, const char *path)
{
    if (path)
        (void)symbols_add(symbols, path, NULL); /* an image need not be an ELF file */
}

const Symbols *monitor_hub_symbols(MonitorHub *hub)
{
    const Options *o = hub->host.options;
    if (hub->symbols)
        return hub->symbols;
    Symbols *symbols = symbols_new();
    if (o)
        add_symbols(symbols, o->images.kernel);
    for (unsigned i = 0; o && i < o->images.n_loads; i++)
        add_symbols(symbols, o->images.loads[i].file);
    if (o)
        add_symbols(symbols, o->images.firmware);
    /* Editors look at it from their threads, and it does not change any more. */
    g_atomic_pointer_set(&hub->symbols, symbols);
    return symbols;
}

MonitorHub *monitor_hub_new(Machine *machine)
{
    MonitorHub *hub = g_new0(MonitorHub, 1);
    hub->machine = machine;
    hub->places = g_ptr_array_new();
    hub->history = g_ptr_array_new_with_free_func(g_free);
    hub->breaks = monitor_breaks_new(hub);
    machine->monitors = hub;
    machine->notice = notice;
    return hub;
}

/* An editor's thread may be waiting for keys, or completing a word: it keeps its place, the hub and the symbols. */
static bool free_places(MonitorHub *hub)
{
    bool all = true;
    for (guint i = 0; i < hub->places->len; i++) {
        MonitorPlace *place = g_ptr_array_index(hub->places, i);
        g_string_free(place->line, TRUE);
        all &= !place->editor;
        if (!place->editor)
            g_free(place);
    }
    g_ptr_array_free(hub->places, TRUE);
    return all;
}

void monitor_hub_free(MonitorHub *hub)
{
    if (!hub)
        return;
    hub->machine->monitors = NULL;
    monitor_breaks_free(hub->breaks);
    if (hub->log) {
        hub->machine->trace.out = stderr;
        fclose(hub->log);
    }
    g_ptr_array_free(hub->history, TRUE);
    g_free(hub->driver);
    if (!free_places(hub))
        return;
    symbols_free(hub->symbols);
    g_free(hub);
}
