/* SPDX-License-Identifier: MIT */
/* listen.c - where a debugger can connect: reads what -gdb says, and listens there; see listen.h. */
#include "emu/gdb/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "emu/base/error.h"

static bool parse_spec(const char *spec, char **host, char **port, GError **error)
{
    const char *rest = g_str_has_prefix(spec, "tcp:") ? spec + 4 : spec;
    const char *colon = strrchr(rest, ':');
    const char *digits = colon ? colon + 1 : rest;
    guint64 number;
    if ((rest == spec && colon) || !g_ascii_string_to_unsigned(digits, 10, 0, 65535, &number, NULL))
        return fail(
            error, EXIT_USAGE,
            "-gdb '%s': expected tcp:[HOST]:PORT, PORT or unix:PATH, for example -gdb tcp::1234",
            spec);
    *host = colon > rest ? g_strndup(rest, (gsize)(colon - rest)) : g_strdup("127.0.0.1");
    *port = g_strdup(digits);
    return true;
}

static bool listen_at(GdbListener *listener, const struct addrinfo *at)
{
    int on = 1;
    listener->fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
    return listener->fd >= 0 &&
           !setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) &&
           !bind(listener->fd, at->ai_addr, at->ai_addrlen) && !listen(listener->fd, 4);
}

static unsigned port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    char port[NI_MAXSERV];
    if (getsockname(fd, (struct sockaddr *)&address, &size) ||
        getnameinfo((struct sockaddr *)&address, size, NULL, 0, port, sizeof port, NI_NUMERICSERV))
        return 0;
    return (unsigned)strtoul(port, NULL, 10);
}

/* A socket that a run before left behind makes room; anything else of that name does not. */
static bool listen_at_path(GdbListener *listener, const char *path, GError **error)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    struct stat info;
    if (!*path || strlen(path) >= sizeof at.sun_path)
        return fail(
            error, EXIT_USAGE,
            "-gdb 'unix:%s': a path has 1 to %zu bytes; for example -gdb unix:gdb.sock, or -gdb tcp::1234",
            path, sizeof at.sun_path - 1);
    g_strlcpy(at.sun_path, path, sizeof at.sun_path);
    if (!stat(path, &info) && S_ISSOCK(info.st_mode))
        unlink(path);
    listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener->fd < 0 || bind(listener->fd, (struct sockaddr *)&at, sizeof at) ||
        listen(listener->fd, 4))
        return fail(error, EXIT_FILE, "-gdb: cannot listen at '%s': %s; choose another path", path,
                    g_strerror(errno));
    listener->path = g_strdup(path);
    return true;
}

/* The words behind the address. What QEMU's users write there says what happens anyway. */
static bool take_word(const char *word, GdbView *view)
{
    static const char *const known[] = { "server",   "server=on", "nowait",
                                         "wait=off", "nodelay",   NULL };
    guint64 vmid;
    if (g_strv_contains(known, word) || !strcmp(word, "view=machine"))
        return true;
    if (!strcmp(word, "view=partition")) {
        view->kind = GDB_VIEW_PARTITION;
        return true;
    }
    if (!g_str_has_prefix(word, "vmid=") ||
        !g_ascii_string_to_unsigned(word + strlen("vmid="), 10, 0, MMU_VMIDS - 1, &vmid, NULL))
        return false;
    *view = (GdbView){ GDB_VIEW_GUEST, (uint16_t)vmid };
    return true;
}

static char *take_words(const char *spec, GdbView *view, GError **error)
{
    g_auto(GStrv) words = g_strsplit(spec, ",", -1);
    for (char **word = words + 1; *words && *word; word++) {
        if (take_word(*word, view))
            continue;
        fail(error, EXIT_USAGE,
             "-gdb '%s': '%s' cannot be had; leave it out, or write for example: -gdb tcp::1234, "
             "-gdb tcp::1235,vmid=1, -gdb tcp::1234,view=partition",
             spec, *word);
        return NULL;
    }
    return g_strdup(*words ? *words : "");
}

static bool start_listening(GdbListener *listener, const char *spec, GError **error)
{
    g_autofree char *host = NULL, *port = NULL;
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE }, *found;
    if (!parse_spec(spec, &host, &port, error))
        return false;
    int problem = getaddrinfo(host, port, &hints, &found);
    if (problem)
        return fail(error, EXIT_HOST,
                    "-gdb '%s': host '%s' is not known: %s; leave it out for this computer", spec,
                    host, gai_strerror(problem));
    bool listens = listen_at(listener, found);
    int reason = errno;
    freeaddrinfo(found);
    if (!listens && reason == EADDRINUSE)
        return fail(error, EXIT_HOST,
                    "-gdb '%s': port %s is in use; end the program that has it, or choose another",
                    spec, port);
    if (!listens)
        return fail(error, EXIT_HOST, "-gdb '%s': cannot listen on port %s: %s; choose another",
                    spec, port, g_strerror(reason));
    listener->port = port_of(listener->fd);
    return true;
}

bool gdb_open_listener(GdbListener *listener, const char *text, GError **error)
{
    *listener = (GdbListener){ .fd = -1 };
    g_autofree char *spec = take_words(text, &listener->view, error);
    if (!spec)
        return false;
    return g_str_has_prefix(spec, "unix:") ? listen_at_path(listener, spec + strlen("unix:"), error)
                                           : start_listening(listener, spec, error);
}

void gdb_close_listener(GdbListener *listener)
{
    if (listener->fd >= 0)
        close(listener->fd);
    if (listener->path)
        unlink(listener->path);
    g_free(listener->path);
}
