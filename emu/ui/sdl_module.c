/* SPDX-License-Identifier: MIT */
/*
 * sdl_module.c - the window's thread: sixty times a second it takes what people did and what the machine says, and paints what
 * has changed. See module.h for what it and the emulator say to each other.
 */
#include <string.h>
#include <time.h>

#include "emu/base/error.h"
#include "emu/ui/module.h"
#include "emu/ui/sdl_events.h"
#include "emu/ui/sdl_png.h"
#include "emu/ui/sdl_views.h"
#include "emu/ui/sdl_window.h"

enum { FRAME_US = 1000000 / 60, ASK_US = 50000, MIPS_US = 500000, MOST_POLLS = 16 };

typedef struct {
    UiLink *link;
    Screen screen;
    Ui *ui;
    Events events;
    SightPublisher *publisher; /* NULL: there is no machine yet */
    gint64 next_frame, asked, measured;
    uint64_t executed; /* then */
    bool wants_paint;
    gint64 first_frame; /* us after the program's start */
    uint64_t frames, pixels;
    GPtrArray *displays; /* of DisplayView, by the number of their picture */
    char *title;
} Module;

/* What the window asks of the world. */

static void run_command(void *opaque, const char *line)
{
    window_command(((Module *)opaque)->link, line);
}

static void fit(Module *m)
{
    int w, h;
    screen_size(&m->screen, &w, &h);
    m->ui->scale = m->screen.scale;
    ui_resize(m->ui, w, h);
    m->wants_paint = true;
}

static void change_scale(void *opaque, int steps)
{
    Module *m = opaque;
    if (screen_rescale(&m->screen, steps))
        fit(m);
}

static void switch_full_screen(void *opaque)
{
    SDL_Window *window = ((Module *)opaque)->screen.window;
    if (!window)
        return;
    bool is = SDL_GetWindowFlags(window) & SDL_WINDOW_FULLSCREEN_DESKTOP;
    SDL_SetWindowFullscreen(window, is ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP);
}

static void grab(void *opaque, bool on)
{
    SDL_Window *window = ((Module *)opaque)->screen.window;
    if (window)
        SDL_SetWindowGrab(window, on ? SDL_TRUE : SDL_FALSE);
}

/* The title. */

static void set_title(Module *m)
{
    const char *name = m->link->config->name;
    g_autofree char *title =
        g_strdup_printf("Bulkhead%s%s - %s%s", name ? " " : "", name ? name : "",
                        ui_state_word(m->ui), m->ui->grabbed ? " - Ctrl+Alt+G releases" : "");
    if (!m->screen.window || !g_strcmp0(title, m->title))
        return;
    SDL_SetWindowTitle(m->screen.window, title);
    g_free(m->title);
    m->title = g_steal_pointer(&title);
}

/* What the machine says. */

static void ask(Module *m, gint64 now)
{
    SightWants wants;
    if (!m->publisher || now - m->asked < ASK_US)
        return;
    m->asked = now;
    ui_wants(m->ui, &wants);
    publisher_ask(m->publisher, &wants);
}

static void measure(Module *m, const Sights *sights, gint64 now)
{
    if (now - m->measured < MIPS_US)
        return;
    double seconds = (double)(now - m->measured) / G_USEC_PER_SEC;
    if (m->measured && sights->executed >= m->executed)
        m->ui->mips = (double)(sights->executed - m->executed) / seconds / 1e6;
    m->measured = now;
    m->executed = sights->executed;
}

static void take_sights(Module *m, gint64 now)
{
    Sights *sights = m->publisher ? publisher_take(m->publisher) : NULL;
    if (!sights)
        return;
    measure(m, sights, now);
    ui_show(m->ui, sights);
    m->wants_paint = true;
}

/* Painting. */

static void paint_picture(void *opaque, unsigned number, Canvas *canvas, UiRect at, UiRect clip)
{
    const Module *m = opaque;
    if (number < m->displays->len)
        display_view_paint(g_ptr_array_index(m->displays, number), canvas, at, clip);
}

static void paint(Module *m)
{
    m->pixels += screen_show(&m->screen, m->ui);
    m->frames++;
    m->wants_paint = false;
    if (!m->first_frame)
        m->first_frame = g_get_monotonic_time() - m->link->started;
    set_title(m);
}

static bool write_list(Ui *ui, const char *path, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    ui_dump(ui, text);
    g_autoptr(GError) problem = NULL;
    return g_file_set_contents(path, text->str, (gssize)text->len, &problem) ||
           fail(error, EXIT_FILE, "cannot write '%s': %s; check the path", path, problem->message);
}

/* The emulation thread waits. Nothing that depends on the host is seen. */
static void take_shot(Module *m, UiShot *shot)
{
    UiLink *link = m->link;
    SightWants wants;
    for (unsigned i = 0; i < MOST_POLLS; i++)
        (void)ui_poll(m->ui); /* all that was said */
    ui_wants(m->ui, &wants);
    g_mutex_lock(&link->lock);
    shot->wants = wants;
    shot->asked = true;
    g_cond_signal(&link->to_emulation);
    while (!shot->sights)
        g_cond_wait(&link->to_window, &link->lock);
    g_mutex_unlock(&link->lock);
    m->ui->live = false;
    ui_show(m->ui, sights_ref(shot->sights));
    paint(m);
    GError *error = NULL;
    if (g_str_has_suffix(shot->path, ".txt"))
        (void)write_list(m->ui, shot->path, &error);
    else
        (void)png_write(&m->screen.canvas, shot->path, &error);
    m->ui->live = true;
    g_mutex_lock(&link->lock);
    shot->error = error;
    shot->done = true;
    g_cond_signal(&link->to_emulation);
    g_mutex_unlock(&link->lock);
}

/* Life. */

static void attach(Module *m, const WindowSubjects *subjects)
{
    UiLink *link = m->link;
    m->publisher = link->publisher;
    m->wants_paint = true;
    for (unsigned i = 0; i < display_outputs(subjects->display); i++) {
        DisplayView *view = display_view_new(link, &m->screen, i);
        g_ptr_array_add(m->displays, view);
        ui_add_tab(m->ui, &display_view, view, display_name(subjects->display, i));
    }
    for (guint i = 0; i < subjects->vcs->len; i++) {
        Vc *vc = g_ptr_array_index(subjects->vcs, i);
        void *view = terminal_view_new(vc);
        if (vc_is_monitor(vc) && !m->ui->bottom->len)
            ui_set_monitor(m->ui, &terminal_view, view, vc_name(vc));
        else
            ui_add_tab(m->ui, &terminal_view, view, vc_name(vc));
    }
    ui_resize(m->ui, m->ui->width, m->ui->height);
    g_mutex_lock(&link->lock);
    link->attached = true;
    g_cond_signal(&link->to_emulation);
    g_mutex_unlock(&link->lock);
}

/* The end of X's server is noticed where it is talked to: in any call of SDL's. */
static bool is_lost(const Module *m)
{
    if (m->screen.lost)
        window_closed(m->link, true);
    return m->screen.lost;
}

/* False: the window is to go. */
static bool obey(Module *m)
{
    UiLink *link = m->link;
    g_mutex_lock(&link->lock);
    if (!link->over && !link->shot)
        g_cond_wait_until(&link->to_window, &link->lock, m->next_frame);
    bool over = link->over;
    UiShot *shot = link->shot && !link->shot->done ? link->shot : NULL;
    const WindowSubjects *subjects = link->subjects;
    g_mutex_unlock(&link->lock);
    if (subjects && !m->publisher)
        attach(m, subjects);
    if (shot)
        take_shot(m, shot);
    return !over;
}

static bool open(Module *m)
{
    UiLink *link = m->link;
    GError *error = NULL;
    bool ok = screen_open(&m->screen, link->config, &error);
    if (ok) {
        UiHost host = { run_command, change_scale, switch_full_screen, grab, m };
        m->ui = ui_new(link->config, &host);
        m->ui->live = true;
        m->screen.image = paint_picture;
        m->screen.image_opaque = m;
        events_begin(&m->events, &m->screen, m->ui);
        fit(m);
        paint(m);
    }
    g_mutex_lock(&link->lock);
    link->state = ok ? UI_OPEN : UI_FAILED;
    link->error = error;
    g_cond_signal(&link->to_emulation);
    g_mutex_unlock(&link->lock);
    return ok;
}

static void say_stats(const Module *m)
{
    struct timespec cpu;
    if (!m->link->config->stats)
        return;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    double seconds = (double)(g_get_monotonic_time() - m->link->started) / G_USEC_PER_SEC;
    g_printerr("window: first frame after %.1f ms; %.3f s of CPU in %.3f s; %" G_GUINT64_FORMAT
               " frames painted, %" G_GUINT64_FORMAT " pixels\n",
               (double)m->first_frame / 1000, (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9,
               seconds, m->frames, m->pixels);
}

static void frame(Module *m)
{
    gint64 now = g_get_monotonic_time();
    if (now < m->next_frame)
        return;
    m->next_frame = MAX(m->next_frame + FRAME_US, now);
    unsigned done = events_take(&m->events);
    if (m->screen.lost)
        return;
    if (done & EVENTS_CLOSED)
        window_closed(m->link, false);
    if (done & EVENTS_RESIZED) {
        screen_resized(&m->screen);
        fit(m);
    }
    m->wants_paint |= (done & EVENTS_DONE) != 0;
    if (m->screen.wants_grab && !m->ui->grabbed)
        ui_do(m->ui, UI_DO_GRAB);
    m->screen.wants_grab = false;
    ask(m, now);
    take_sights(m, now);
    m->wants_paint |= ui_poll(m->ui);
    if (m->wants_paint)
        paint(m);
}

static void run(UiLink *link)
{
    Module m = { .link = link, .displays = g_ptr_array_new() };
    if (open(&m)) {
        m.next_frame = g_get_monotonic_time();
        while (!is_lost(&m) && obey(&m))
            frame(&m);
        say_stats(&m);
        ui_free(m.ui);
    }
    screen_close(&m.screen);
    g_ptr_array_free(m.displays, TRUE);
    g_free(m.title);
}

const UiModule bulkhead_ui_module = { sizeof(UiLink), panels_check, run };
