/* SPDX-License-Identifier: MIT */
/* window.c - the window's module, its thread, and the pictures it makes; see window.h. */
#include "emu/display/window.h"

#include <dlfcn.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "emu/base/error.h"
#include "emu/console/vc.h"
#include "emu/display/input.h"
#include "emu/doctor.h"
#include "emu/sight/harts.h"
#include "emu/ui/module.h"

/* The window, and the one in a terminal. */
typedef struct {
    const char *name, *file, *needs;
    bool built;
} ModuleKind;

static const ModuleKind kinds[] = {
    { "sdl", "bulkhead-sdl.so", "SDL2, SDL2_ttf, libvterm and libpng", CONFIG_SDL },
    { "curses", "bulkhead-curses.so", "ncurses and libvterm", CONFIG_CURSES },
};

const char *const window_area_names[WINDOW_AREAS] = { "left", "right", "timeline", "monitor" };

struct Window {
    const WindowConfig *config;
    WindowSubjects subjects;
    UiLink link;
    GThread *thread;
    guint next_shot;
    GError *shot_error; /* of the first that failed */
};

/* The module. */

static char *find_module(const ModuleKind *kind)
{
    g_autofree char *beside = doctor_program_dir();
    g_autofree char *near = g_build_filename(beside, kind->file, NULL);
    g_autofree char *installed =
        g_build_filename(beside, "..", "lib", "bulkhead", kind->file, NULL);
    if (g_file_test(near, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer(&near);
    if (g_file_test(installed, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer(&installed);
    return g_build_filename(PREFIX, "lib", "bulkhead", kind->file, NULL);
}

bool window_is_there(const char **fix)
{
    g_autofree char *path = find_module(&kinds[0]);
    *fix = CONFIG_SDL
               ? "make builds bulkhead-sdl.so, which belongs beside the program"
               : "./configure --install, then make: the window needs SDL2, SDL2_ttf, libvterm "
                 "and libpng";
    return CONFIG_SDL && g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

static const UiModule *load(const ModuleKind *kind, GError **error)
{
    g_autofree char *path = find_module(kind);
    if (!kind->built) {
        fail(error, EXIT_CONFIG,
             "-display %s: this program was built without it, since %s were not there; ./configure "
             "--install && make, or write -display none",
             kind->name, kind->needs);
        return NULL;
    }
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const UiModule *ui = module ? dlsym(module, UI_MODULE_SYMBOL) : NULL;
    if (!module)
        fail(error, EXIT_FILE,
             "-display %s: its module cannot be loaded: %s; make builds it, and ./configure "
             "--install the libraries it needs; or write -display none",
             kind->name, dlerror());
    else if (!ui || ui->link_size != sizeof(UiLink))
        fail(error, EXIT_FILE,
             "-display %s: '%s' is of another version of the program; make builds both, or write "
             "-display none",
             kind->name, path);
    else
        return ui;
    return NULL;
}

/* What people do. */

typedef struct {
    UiLink *link;
    char *line;
} Command;

static void command_arrived(void *opaque, void *data)
{
    UiLink *link = opaque;
    if (link->subjects)
        monitor_hub_run(link->subjects->hub, data);
    g_free(data);
}

void window_command(UiLink *link, const char *line)
{
    g_mutex_lock(&link->lock);
    const WindowSubjects *subjects = link->subjects;
    g_mutex_unlock(&link->lock);
    if (subjects)
        inbox_post(&subjects->machine->inbox, command_arrived, link, g_strdup(line));
}

static void look_at_pointer(void *opaque, void *data)
{
    UiLink *link = opaque;
    (void)data;
    if (!link->subjects)
        return;
    g_atomic_int_set(&link->has_pointer, input_has_pointer(link->subjects->machine));
    g_atomic_int_set(&link->is_absolute, input_is_absolute(link->subjects->machine));
}

void window_ask_pointer(UiLink *link)
{
    g_mutex_lock(&link->lock);
    const WindowSubjects *subjects = link->subjects;
    g_mutex_unlock(&link->lock);
    if (subjects)
        inbox_post(&subjects->machine->inbox, look_at_pointer, link, NULL);
}

static void stop_machine(void *opaque, void *data)
{
    Machine *machine = opaque;
    machine_stop(machine, STOP_QUIT, GPOINTER_TO_INT(data));
}

void window_closed(UiLink *link, bool lost)
{
    g_mutex_lock(&link->lock);
    link->closed = true;
    if (lost)
        link->state = UI_LOST;
    Machine *machine = link->subjects ? link->subjects->machine : NULL;
    g_cond_broadcast(&link->to_emulation);
    g_mutex_unlock(&link->lock);
    if (!machine)
        return;
    for (guint i = 0; lost && i < link->subjects->vcs->len; i++)
        vc_close(g_ptr_array_index(link->subjects->vcs, i)); /* nobody reads them any more */
    g_atomic_int_set(&machine->inbox.urgent, 1);
    inbox_post(&machine->inbox, stop_machine, machine, GINT_TO_POINTER(lost ? EXIT_HOST : 0));
}

/* Pictures. */

static bool is_gone(const UiLink *link)
{
    return link->state == UI_LOST || link->state == UI_FAILED;
}

/* Emulation thread, between slices: the window paints what the machine looks like now. False: there is none any more. */
static bool take_shot(Window *window, const WindowShot *wanted)
{
    UiLink *link = &window->link;
    UiShot shot = { .path = wanted->path };
    monitor_hub_settle(window->subjects.hub);
    g_mutex_lock(&link->lock);
    link->shot = &shot;
    g_cond_signal(&link->to_window);
    while (!shot.asked && !is_gone(link))
        g_cond_wait(&link->to_emulation, &link->lock);
    if (is_gone(link)) {
        link->shot = NULL;
        g_mutex_unlock(&link->lock);
        return false;
    }
    SightWants wants = shot.wants;
    g_mutex_unlock(&link->lock);
    Sights *sights = sights_make(window->subjects.machine, &wants);
    g_mutex_lock(&link->lock);
    shot.sights = sights;
    g_cond_signal(&link->to_window);
    while (!shot.done) /* who has asked goes on to the picture */
        g_cond_wait(&link->to_emulation, &link->lock);
    link->shot = NULL;
    g_mutex_unlock(&link->lock);
    sights_unref(sights);
    if (shot.error && !window->shot_error)
        window->shot_error = g_steal_pointer(&shot.error);
    g_clear_error(&shot.error);
    return true;
}

static void look(Machine *machine, void *opaque);

/* Looks again where the next picture may be due. Instructions are counted by no clock: from here to there it is at least as
 * many units as instructions, and nothing happens while all wait for the next event. */
static void schedule(Window *window)
{
    Machine *m = window->subjects.machine;
    if (window->next_shot == window->config->shots->len)
        return;
    const WindowShot *shot = &g_array_index(window->config->shots, WindowShot, window->next_shot);
    if (!shot->in_insns) {
        machine_look_at_time(m, shot->at, look, window);
        return;
    }
    uint64_t executed = machine_executed(m), units = m->clock.units;
    uint64_t at = units + (shot->at > executed ? shot->at - executed : 0);
    bool idle = executed != 0;
    for (unsigned i = 0; i < m->n_harts; i++)
        idle &= m->harts[i].idle;
    if (idle)
        at = MAX(at, clock_units_at(&m->clock, m->clock.next));
    machine_look_at(m, at, look, window);
}

static void look(Machine *machine, void *opaque)
{
    Window *window = opaque;
    while (window->next_shot < window->config->shots->len) {
        const WindowShot *shot =
            &g_array_index(window->config->shots, WindowShot, window->next_shot);
        uint64_t now = shot->in_insns ? machine_executed(machine) : clock_now(&machine->clock);
        if (now < shot->at)
            break;
        if (!take_shot(window, shot))
            return;
        window->next_shot++;
    }
    if (window->next_shot == window->config->shots->len && window->config->ends)
        machine_stop(machine, STOP_QUIT, 0);
    schedule(window);
}

/* What the run ended before, or the screen. Pictures of one moment are all made or not. */
static void say_missing(const Window *window)
{
    const GArray *shots = window->config->shots;
    const char *why =
        window->link.state == UI_LOST ? "the screen was gone" : "the run ended before";
    for (guint i = window->next_shot; i < shots->len; i++) {
        const WindowShot *shot = &g_array_index(shots, WindowShot, i);
        g_printerr("bulkhead: '%s' was not made (-ui-at %" G_GUINT64_FORMAT " %s): %s\n",
                   shot->path, shot->at, shot->in_insns ? "instructions" : "ns", why);
    }
}

/* Life. */

/* When this process began: what it did before it could tell the time is part of what people wait for. */
static gint64 process_start(void)
{
    g_autofree char *text = NULL;
    struct timespec since_boot;
    unsigned long long ticks = 0;
    gint64 now = g_get_monotonic_time();
    clock_gettime(CLOCK_BOOTTIME, &since_boot);
    if (g_file_get_contents("/proc/self/stat", &text, NULL, NULL)) {
        const char *at = strrchr(text, ')');
        for (unsigned field = 2; at && field < 22; field++)
            at = strchr(at + 1, ' ');
        ticks = at ? g_ascii_strtoull(at + 1, NULL, 10) : 0;
    }
    if (!ticks)
        return now;
    gint64 boot = since_boot.tv_sec * G_USEC_PER_SEC + since_boot.tv_nsec / 1000;
    return now - boot + (gint64)(ticks * G_USEC_PER_SEC / (unsigned long)sysconf(_SC_CLK_TCK));
}

static gpointer run(gpointer opaque)
{
    const UiModule *module = ((gpointer *)opaque)[0];
    UiLink *link = ((gpointer *)opaque)[1];
    g_free(opaque);
    module->run(link);
    return NULL;
}

Window *window_start(const WindowConfig *config, GError **error)
{
    gint64 started = process_start();
    const UiModule *module = load(&kinds[config->in_terminal], error);
    if (!module || !module->check(config, error))
        return NULL;
    Window *window = g_new0(Window, 1);
    window->config = config;
    window->link = (UiLink){ .config = config, .started = started };
    g_mutex_init(&window->link.lock);
    g_cond_init(&window->link.to_window);
    g_cond_init(&window->link.to_emulation);
    gpointer *both = g_new(gpointer, 2);
    both[0] = (gpointer)module;
    both[1] = &window->link;
    window->thread = g_thread_new("window", run, both);
    return window;
}

bool window_attach(Window *window, const WindowSubjects *subjects, GError **error)
{
    UiLink *link = &window->link;
    window->subjects = *subjects;
    link->publisher = publisher_new(subjects->machine);
    harts_count(subjects->machine);
    g_mutex_lock(&link->lock);
    while (link->state == UI_OPENING)
        g_cond_wait(&link->to_emulation, &link->lock);
    bool open = link->state == UI_OPEN, closed = link->closed;
    if (open) {
        link->subjects = &window->subjects;
        look_at_pointer(link, NULL);
    }
    if (link->error)
        g_propagate_error(error, g_steal_pointer(&link->error));
    else if (!open)
        fail(error, EXIT_HOST,
             "the window's screen went before the run began; start it again where there is one, or "
             "write -display none");
    g_cond_signal(&link->to_window);
    while (open && !link->attached && !is_gone(link))
        g_cond_wait(&link->to_emulation, &link->lock);
    g_mutex_unlock(&link->lock);
    if (open && closed)
        window_closed(link, false);
    if (open)
        schedule(window);
    return open;
}

bool window_end(Window *window, GError **error)
{
    if (!window || !window->thread)
        return true;
    UiLink *link = &window->link;
    g_mutex_lock(&link->lock);
    link->over = true;
    g_cond_signal(&link->to_window);
    g_mutex_unlock(&link->lock);
    g_thread_join(g_steal_pointer(&window->thread));
    if (link->state == UI_LOST && link->subjects)
        g_printerr("bulkhead: the window's screen is gone; the run was ended\n");
    say_missing(window);
    link->subjects = NULL;
    if (link->publisher)
        publisher_free(g_steal_pointer(&link->publisher));
    bool ok = !window->shot_error;
    if (!ok)
        g_propagate_error(error, g_steal_pointer(&window->shot_error));
    return ok;
}

bool window_has_all(const Window *window)
{
    return !window || window->next_shot == window->config->shots->len;
}

void window_free(Window *window)
{
    if (!window)
        return;
    (void)window_end(window, NULL);
    g_clear_error(&window->link.error);
    g_mutex_clear(&window->link.lock);
    g_cond_clear(&window->link.to_window);
    g_cond_clear(&window->link.to_emulation);
    g_free(window);
}
