/* SPDX-License-Identifier: MIT */
/* sdl_x11.c - the end of an X server, and its clipboard; see sdl_x11.h. */
#include "emu/ui/sdl_x11.h"

#include <poll.h>
#include <string.h>

#include <X11/Xatom.h>
#include <X11/Xlib.h>

#include <SDL_syswm.h>
#include <glib.h>

static bool is_x11(void)
{
    const char *driver = SDL_GetCurrentVideoDriver();
    return driver && !strcmp(driver, "x11");
}

/* The end. */

static void note_end(Display *display, void *lost)
{
    (void)display;
    *(bool *)lost = true;
}

/* Says nothing: whoever has the window does. */
static int ignore_end(Display *display)
{
    (void)display;
    return 0;
}

/* X's handler of errors is told nothing of ours; it runs on the thread that talked to the server. */
typedef struct {
    Window window;
    bool *lost;
} Watched;

static GPrivate watched = G_PRIVATE_INIT(g_free);

/* Others' programs may end our window, which is then lost as if the server had gone. Every other error is of one request, of
 * which nothing depends; Xlib's own handler would end the program. */
static int note_error(Display *display, XErrorEvent *event)
{
    const Watched *w = g_private_get(&watched);
    (void)display;
    if (w && event->resourceid == w->window &&
        (event->error_code == BadWindow || event->error_code == BadDrawable))
        *w->lost = true;
    return 0;
}

void x11_watch(SDL_Window *window, bool *lost)
{
    SDL_SysWMinfo info;
    SDL_VERSION(&info.version);
    if (!is_x11() || !SDL_GetWindowWMInfo(window, &info))
        return;
    XSetIOErrorHandler(ignore_end);
    XSetIOErrorExitHandler(info.info.x11.display, note_end, lost);
    Watched *w = g_new(Watched, 1);
    *w = (Watched){ info.info.x11.window, lost };
    g_private_replace(&watched, w);
    XSetErrorHandler(note_error);
}

/* The clipboard: Inter-Client Communication Conventions Manual, 2.4 and 2.7.2. The answer comes to a connection of our own, so
 * that SDL's events are left alone; SDL, which may be the owner, goes on with its own meanwhile. */

enum { PATIENCE_US = 2000000, POLL_MS = 2, MOST = 64 << 20 };

typedef struct {
    Display *display;
    Window window;
    Atom property, incremental;
    GByteArray *data;
    bool asked, in_pieces, over, lost;
} Paste;

/* Takes what the owner has put there, which asks for the next piece. Returns how many bytes. */
static unsigned long take(Paste *p)
{
    Atom type = None;
    int format = 0;
    unsigned long count = 0, rest = 0;
    unsigned char *bytes = NULL;
    if (XGetWindowProperty(p->display, p->window, p->property, 0, MOST / 4, True, AnyPropertyType,
                           &type, &format, &count, &rest, &bytes))
        return 0;
    if (type == p->incremental)
        p->in_pieces = true;
    else if (format == 8)
        g_byte_array_append(p->data, bytes, (guint)count);
    if (bytes)
        XFree(bytes);
    return count;
}

static void obey(Paste *p, const XEvent *event)
{
    if (event->type == SelectionNotify && !p->asked) {
        p->asked = true;
        if (event->xselection.property != None)
            (void)take(p);
        p->over = !p->in_pieces;
    } else if (p->in_pieces && event->type == PropertyNotify &&
               event->xproperty.state == PropertyNewValue) {
        p->over = !take(p) || p->data->len > MOST;
    }
}

static void wait(Paste *p)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_US;
    while (!p->over && !p->lost && g_get_monotonic_time() < end) {
        struct pollfd file = { .fd = ConnectionNumber(p->display), .events = POLLIN };
        XEvent event;
        if (!XPending(p->display)) {
            SDL_PumpEvents();
            (void)poll(&file, 1, POLL_MS);
            continue;
        }
        XNextEvent(p->display, &event);
        obey(p, &event);
        end = g_get_monotonic_time() + PATIENCE_US;
    }
}

char *x11_paste(void)
{
    Paste p = { .display = is_x11() ? XOpenDisplay(NULL) : NULL };
    if (!p.display)
        return NULL;
    XSetIOErrorExitHandler(p.display, note_end, &p.lost);
    p.data = g_byte_array_new();
    p.property = XInternAtom(p.display, "BULKHEAD_PASTE", False);
    p.incremental = XInternAtom(p.display, "INCR", False);
    p.window = XCreateSimpleWindow(p.display, DefaultRootWindow(p.display), 0, 0, 1, 1, 0, 0, 0);
    XSelectInput(p.display, p.window, PropertyChangeMask);
    XConvertSelection(p.display, XInternAtom(p.display, "CLIPBOARD", False),
                      XInternAtom(p.display, "UTF8_STRING", False), p.property, p.window,
                      CurrentTime);
    wait(&p);
    XCloseDisplay(p.display);
    g_byte_array_append(p.data, (const guint8 *)"", 1);
    bool any = p.over && p.data->len > 1;
    return (char *)g_byte_array_free(p.data, !any);
}
