/* SPDX-License-Identifier: MIT */
/*
 * chars.c - the options that say what is at the other end of the guest's lines: -chardev, -serial.
 *
 * -serial's words are short forms: "tcp:HOST:PORT,server" is -chardev socket,host=HOST,port=PORT,server=on without an id.
 */
#include <stdio.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/options/handlers.h"
#include "emu/options/props.h"

/* Reads the properties that only this kind has. */
typedef bool Reader(Options *o, Props *props, CharSpec *spec, GError **error);

static bool read_nothing(Options *o, Props *props, CharSpec *spec, GError **error)
{
    (void)o;
    (void)props;
    (void)spec;
    (void)error;
    return true;
}

static bool read_stdio(Options *o, Props *props, CharSpec *spec, GError **error)
{
    bool signal = true;
    (void)o;
    if (!props_bool(props, "signal", &signal, error))
        return false;
    spec->no_signal = !signal || spec->mux;
    return true;
}

static bool read_file(Options *o, Props *props, CharSpec *spec, GError **error)
{
    const char *path = props_need(props, "path", "-chardev file,id=log,path=out.txt", error);
    const char *input = props_take(props, "input-path");
    if (!path || !props_bool(props, "append", &spec->append, error))
        return false;
    spec->path = options_keep(o, path);
    spec->input_path = input ? options_keep(o, input) : NULL;
    return true;
}

static bool read_pipe(Options *o, Props *props, CharSpec *spec, GError **error)
{
    const char *path = props_need(props, "path", "-chardev pipe,id=p0,path=line", error);
    spec->path = path ? options_keep(o, path) : NULL;
    return path != NULL;
}

/* Without a host only this computer is listened to. */
static bool read_address(Options *o, Props *props, CharSpec *spec, GError **error)
{
    const char *path = props_take(props, "path"), *host = props_take(props, "host");
    const char *port = props_take(props, "port");
    uint64_t number;
    if (!path == !port)
        return fail(error, EXIT_USAGE,
                    "%s: a socket has path= or port=, and not both; for example: -chardev "
                    "socket,id=s0,port=4444,server=on,wait=off",
                    props->option);
    if ((path && !*path) || (port && !*port))
        return fail(error, EXIT_USAGE, "%s: the socket's %s is missing; write %s", props->option,
                    path ? "path" : "port", path ? "path=line.sock" : "port=4444");
    if (port && (!parse_number(port, &number) || !number || number > 65535))
        return fail(error, EXIT_USAGE, "%s: port=%s is not from 1 to 65535; write port=4444",
                    props->option, port);
    spec->path = path ? options_keep(o, path) : NULL;
    spec->host = options_keep(o, host && *host ? host : "127.0.0.1");
    size_t length = strlen(spec->host);
    if (*spec->host == '[' && spec->host[length - 1] == ']') /* around an address of IPv6 */
        spec->host = options_own(o, g_strndup(spec->host + 1, length - 2));
    spec->port = port ? options_keep(o, port) : NULL;
    return true;
}

static bool read_socket(Options *o, Props *props, CharSpec *spec, GError **error)
{
    bool nowait = false, nodelay = true;
    if (!read_address(o, props, spec, error) ||
        !props_bool(props, "server", &spec->server, error) ||
        !props_bool(props, "nodelay", &nodelay, error) ||
        !props_bool(props, "nowait", &nowait, error) ||
        !props_only(props, "telnet", "off", "telnet's own bytes are not understood", error))
        return false;
    spec->wait = spec->server && !nowait;
    if (props_take(props, "wait") && !spec->server)
        return fail(error, EXIT_USAGE, "%s: wait= is for server=on; add server=on, or leave it out",
                    props->option);
    return props_bool(props, "wait", &spec->wait, error);
}

// clang-format off
static const struct {
    const char *name;
    CharKind kind;
    Reader *read;
    const char *example, *help;
} kinds[] = {
    { "stdio",  CHAR_STDIO,  read_stdio,   "stdio,id=ID[,signal=off]",                       "this terminal, or whatever standard input and output are" },
    { "file",   CHAR_FILE,   read_file,    "file,id=ID,path=FILE[,append=on][,input-path=FILE]", "output into a file, input from another" },
    { "pipe",   CHAR_PIPE,   read_pipe,    "pipe,id=ID,path=PATH",                           "named pipes PATH.in and PATH.out, or PATH alone" },
    { "pty",    CHAR_PTY,    read_nothing, "pty,id=ID",                                      "a new pseudo terminal; its name is printed" },
    { "socket", CHAR_SOCKET, read_socket,  "socket,id=ID[,path=PATH][,host=HOST][,port=PORT][,server=on][,wait=off]", "a socket: listens with server=on, connects without" },
    { "null",   CHAR_NULL,   read_nothing, "null,id=ID",                                     "nothing" },
    { "vc",     CHAR_VC,     options_read_vc, "vc,id=ID[,cols=N,rows=N][,width=PIXELS,height=PIXELS]", "a terminal in the window" },
};

static const struct {
    const char *name, *why;
} refused[] = {
    { "ringbuf", "it is not there; use file" },
    { "memory",  "it is not there; use file" },
    { "udp",     "datagrams are not there; use socket" },
    { "serial",  "serial ports of the host are not there; use pipe or socket" },
    { "mux",     "it is a property; add mux=on to the chardev" },
};
// clang-format on

const char *options_char_example(size_t number)
{
    return number < G_N_ELEMENTS(kinds) ? kinds[number].example : NULL;
}

static bool list_kinds(Options *o)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        printf("%s\n%-8s%s\n", kinds[i].example, "", kinds[i].help);
    puts(
        "All take mux=on (several users and Ctrl-A keys) and logfile=FILE[,logappend=on] (a copy of "
        "the output).");
    o->done = true;
    return true;
}

static bool refuse_kind(const char *option, const char *kind, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
        if (!strcmp(refused[i].name, kind))
            return fail(error, EXIT_CONFIG, "%s: '%s' cannot be had: %s", option, kind,
                        refused[i].why);
    return fail(error, EXIT_CONFIG,
                "%s: '%s' cannot be had; there are stdio, file, pipe, pty, socket, vc and null "
                "(-chardev help)",
                option, kind);
}

static bool read_common(Options *o, Props *props, CharSpec *spec, GError **error)
{
    const char *log = props_take(props, "logfile");
    spec->log = log ? options_keep(o, log) : NULL;
    return props_bool(props, "mux", &spec->mux, error) &&
           props_bool(props, "logappend", &spec->log_append, error);
}

/* Fills `spec` in. The property "backend" names the kind. */
static bool read_char(Options *o, Props *props, CharSpec *spec, GError **error)
{
    const char *kind = props_take(props, "backend");
    for (size_t i = 0; kind && i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i].name, kind))
            continue;
        spec->kind = kinds[i].kind;
        return read_common(o, props, spec, error) && kinds[i].read(o, props, spec, error) &&
               props_finish(props, error);
    }
    return refuse_kind(props->option, kind ? kind : "", error);
}

bool option_chardev(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    if (!strcmp(argument, "help") || !strcmp(argument, "?"))
        return list_kinds(o);
    CharSpec *spec = options_own(o, g_new0(CharSpec, 1));
    g_autoptr(Props) props = props_parse("-chardev", argument, "backend", error);
    const char *id = props ? props_need(props, "id", "-chardev stdio,id=con0", error) : NULL;
    if (!id || !options_new_id(o->chars, "-chardev", id, error))
        return false;
    spec->id = options_keep(o, id);
    if (!read_char(o, props, spec, error))
        return false;
    g_ptr_array_add(o->chars, spec);
    return true;
}

/* Short forms. */

/* "tcp:HOST:PORT,words" as properties of a socket; "unix:PATH,words" likewise. */
static char *socket_text(const char *text)
{
    const char *rest = strchr(text, ':') + 1, *comma = strchr(rest, ',');
    g_autofree char *address = g_strndup(rest, comma ? (size_t)(comma - rest) : strlen(rest));
    const char *words = comma ? comma : "", *colon = strrchr(address, ':');
    if (g_str_has_prefix(text, "unix:"))
        return g_strdup_printf("socket,path=%s%s", address, words);
    return g_strdup_printf("socket,host=%.*s,port=%s%s", colon ? (int)(colon - address) : 0,
                           address, colon ? colon + 1 : address, words);
}

/* What `text` is as the argument of a -chardev without an id. NULL: it is no short form. */
static char *long_form(const char *text)
{
    static const char *const paths[] = { "file:", "pipe:" };
    if (g_str_has_prefix(text, "tcp:") || g_str_has_prefix(text, "unix:"))
        return socket_text(text);
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        if (!g_str_has_prefix(text, paths[i]) || !text[5])
            continue;
        g_auto(GStrv) parts = g_strsplit(text + 5, ",", -1);
        g_autofree char *doubled = g_strjoinv(",,", parts);
        return g_strdup_printf("%.4s,path=%s", text, doubled);
    }
    if (g_str_has_prefix(text, "vc"))
        return options_vc_text(text);
    bool is_word = !strcmp(text, "stdio") || !strcmp(text, "pty") || !strcmp(text, "null");
    return is_word ? g_strdup(text) : !strcmp(text, "none") ? g_strdup("null") : NULL;
}

CharSpec *options_use_char(const GPtrArray *chars, const char *option, const char *id,
                           GError **error)
{
    CharSpec *spec = options_find_id(chars, id);
    if (!spec)
        fail(error, EXIT_CONFIG, "%s: no -chardev has id '%s'; add -chardev stdio,id=%s", option,
             id, id);
    else if (spec->users++ && spec->kind != CHAR_NULL && !spec->mux)
        fail(error, EXIT_CONFIG, "%s: chardev '%s' is used already; add mux=on to it", option, id);
    else
        return spec;
    return NULL;
}

CharSpec *options_read_line(Options *o, const char *name, const char *text, GError **error)
{
    bool mux = g_str_has_prefix(text, "mon:");
    const char *rest = text + (mux ? 4 : 0);
    if (g_str_has_prefix(rest, "chardev:"))
        return options_use_char(o->chars, name, rest + strlen("chardev:"), error);
    CharSpec *spec = options_own(o, g_new0(CharSpec, 1));
    spec->name = strcmp(name, "-serial") ? "monitor" : "serial0";
    g_autofree char *option = g_strdup_printf("%s %s", name, text);
    g_autofree char *argument = long_form(rest);
    if (!argument) {
        fail(error, EXIT_CONFIG,
             "%s %s cannot be had; there are stdio, mon:stdio, null, none, pty, vc, file:FILE, "
             "pipe:PATH, tcp:[HOST]:PORT[,server][,nowait], unix:PATH[,server][,nowait] and "
             "chardev:ID",
             name, text);
        return NULL;
    }
    g_autoptr(Props) props = props_parse(option, argument, "backend", error);
    if (!props || !read_char(o, props, spec, error))
        return NULL;
    spec->mux |= mux;
    spec->no_signal |= mux;
    spec->monitor = mux;
    return spec;
}

bool options_resolve_serial(Options *o, GError **error)
{
    bool nothing = o->nodefaults || o->top || o->top_harts;
    const char *usual = nothing ? "none" : o->has_window ? "vc" : "mon:stdio";
    const char *text = o->serial ? o->serial : usual;
    o->serial_char = options_read_line(o, "-serial", text, error);
    /* The default gives way to a monitor elsewhere, or none; what was asked for does not. */
    if (o->serial_char && !o->serial && !o->has_window)
        o->serial_char->monitor = !o->monitors->len && !o->no_monitor && !nothing;
    return o->serial_char != NULL;
}

bool options_is_nothing(const char *text)
{
    return !strcmp(text, "null") || !strcmp(text, "none");
}

/* Of several the first is the port's; the board has no others, so they can only be nothing. */
bool option_serial(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    if (o->serial && !options_is_nothing(argument))
        return fail(
            error, EXIT_CONFIG,
            "-serial %s: the machine has one serial port, which has -serial %s already; give "
            "-serial once, or add -device virtio-serial-device and a virtconsole",
            argument, o->serial);
    if (!o->serial)
        o->serial = options_keep(o, argument);
    return true;
}

/* "chardev:ID", maybe with words behind it, as the socket's address; other specs as they are. */
static const char *resolve_gdb(Options *o, const char *where, GError **error)
{
    if (!g_str_has_prefix(where, "chardev:"))
        return where;
    const char *words = where + strcspn(where, ",");
    g_autofree char *id =
        g_strndup(where + strlen("chardev:"), (size_t)(words - where) - strlen("chardev:"));
    CharSpec *spec = options_use_char(o->chars, "-gdb", id, error);
    if (!spec)
        return NULL;
    if (spec->kind != CHAR_SOCKET || !spec->server || spec->users > 1) {
        fail(error, EXIT_CONFIG,
             "-gdb: chardev '%s' is no socket of its own that listens; write -chardev "
             "socket,id=%s,port=1234,server=on,wait=off",
             id, id);
        return NULL;
    }
    g_autofree char *text = spec->path
                                ? g_strdup_printf("unix:%s%s", spec->path, words)
                                : g_strdup_printf("tcp:%s:%s%s", spec->host, spec->port, words);
    return options_keep(o, text);
}

bool options_resolve_gdbs(Options *o, GError **error)
{
    for (unsigned i = 0; i < o->gdbs->len; i++) {
        const char *where = resolve_gdb(o, g_ptr_array_index(o->gdbs, i), error);
        if (!where)
            return false;
        g_ptr_array_index(o->gdbs, i) = (gpointer)where;
    }
    return true;
}
