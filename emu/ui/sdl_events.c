/* SPDX-License-Identifier: MIT */
/* sdl_events.c - what people do, from SDL's events; see sdl_events.h. */
#include "emu/ui/sdl_events.h"

#include "emu/ui/keys.h"

void events_begin(Events *events, Screen *screen, Ui *ui)
{
    *events = (Events){ .screen = screen, .ui = ui };
    if (screen->window)
        SDL_StartTextInput();
}

static unsigned modifiers_of(unsigned mod)
{
    return (mod & KMOD_SHIFT ? UI_SHIFT : 0) | (mod & KMOD_CTRL ? UI_CTRL : 0) |
           (mod & KMOD_LALT ? UI_ALT : 0);
}

/* As panel.h names it; 0: it has no name there. */
static unsigned key_of(SDL_Keysym sym)
{
    static const struct {
        SDL_Scancode code;
        unsigned key;
    } keys[] = {
        { SDL_SCANCODE_UP, UI_KEY_UP },          { SDL_SCANCODE_DOWN, UI_KEY_DOWN },
        { SDL_SCANCODE_LEFT, UI_KEY_LEFT },      { SDL_SCANCODE_RIGHT, UI_KEY_RIGHT },
        { SDL_SCANCODE_PAGEUP, UI_KEY_PAGE_UP }, { SDL_SCANCODE_PAGEDOWN, UI_KEY_PAGE_DOWN },
        { SDL_SCANCODE_HOME, UI_KEY_HOME },      { SDL_SCANCODE_END, UI_KEY_END },
        { SDL_SCANCODE_RETURN, UI_KEY_ENTER },   { SDL_SCANCODE_KP_ENTER, UI_KEY_ENTER },
        { SDL_SCANCODE_ESCAPE, UI_KEY_ESCAPE },  { SDL_SCANCODE_BACKSPACE, UI_KEY_BACKSPACE },
        { SDL_SCANCODE_DELETE, UI_KEY_DELETE },  { SDL_SCANCODE_TAB, UI_KEY_TAB },
        { SDL_SCANCODE_INSERT, UI_KEY_INSERT },  { SDL_SCANCODE_KP_PLUS, '+' },
        { SDL_SCANCODE_KP_MINUS, '-' },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (keys[i].code == sym.scancode)
            return keys[i].key;
    if (sym.scancode >= SDL_SCANCODE_F1 && sym.scancode <= SDL_SCANCODE_F12)
        return UI_KEY_F1 + (sym.scancode - SDL_SCANCODE_F1);
    return sym.sym > 0 && sym.sym < 0x110000 ? (unsigned)sym.sym : 0;
}

static unsigned take_key(Events *events, const SDL_KeyboardEvent *event)
{
    Ui *ui = events->ui;
    bool down = event->state == SDL_PRESSED;
    unsigned key = key_of(event->keysym), modifiers = modifiers_of(event->keysym.mod);
    if (down)
        events->swallowed = key && ui_key(ui, key, modifiers);
    if (!(down && events->swallowed) && !event->repeat) {
        unsigned code = keys_evdev((unsigned)event->keysym.scancode);
        events->swallowed |= code && ui_scan(ui, code, down);
    }
    return down ? EVENTS_DONE : 0;
}

static UiMouse mouse_at(const Events *events, int x, int y)
{
    UiMouse mouse = { .modifiers = modifiers_of(SDL_GetModState()) };
    screen_locate(events->screen, x, y, &mouse);
    return mouse;
}

static void tell_mouse(const Events *events, const UiMouse *mouse)
{
    events->screen->hide_pointer = false;
    ui_mouse(events->ui, mouse);
    SDL_ShowCursor(events->screen->hide_pointer ? SDL_DISABLE : SDL_ENABLE);
}

static unsigned take_button(const Events *events, const SDL_MouseButtonEvent *event)
{
    UiMouse mouse = mouse_at(events, event->x, event->y);
    mouse.button = event->button == SDL_BUTTON_MIDDLE  ? 2
                   : event->button == SDL_BUTTON_RIGHT ? 3
                                                       : 1;
    mouse.down = event->state == SDL_PRESSED;
    mouse.clicks = event->clicks;
    SDL_CaptureMouse(mouse.down ? SDL_TRUE : SDL_FALSE);
    tell_mouse(events, &mouse);
    return EVENTS_DONE;
}

static unsigned take_wheel(const Events *events, const SDL_MouseWheelEvent *event)
{
    UiMouse mouse = mouse_at(events, event->mouseX, event->mouseY);
    mouse.wheel = event->direction == SDL_MOUSEWHEEL_FLIPPED ? -event->y : event->y;
    tell_mouse(events, &mouse);
    return EVENTS_DONE;
}

static unsigned take_window(const Events *events, const SDL_WindowEvent *event)
{
    switch (event->event) {
    case SDL_WINDOWEVENT_SIZE_CHANGED:
    case SDL_WINDOWEVENT_EXPOSED: return EVENTS_RESIZED;
    case SDL_WINDOWEVENT_FOCUS_LOST: ui_window_focus(events->ui, false); return EVENTS_DONE;
    case SDL_WINDOWEVENT_FOCUS_GAINED: ui_window_focus(events->ui, true); return EVENTS_DONE;
    case SDL_WINDOWEVENT_CLOSE: return EVENTS_CLOSED;
    default: return 0;
    }
}

static unsigned take(Events *events, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_QUIT: return EVENTS_CLOSED;
    case SDL_WINDOWEVENT: return take_window(events, &event->window);
    case SDL_KEYDOWN:
    case SDL_KEYUP: return take_key(events, &event->key);
    case SDL_TEXTINPUT:
        if (!events->swallowed)
            ui_text(events->ui, event->text.text);
        return EVENTS_DONE;
    case SDL_MOUSEMOTION: {
        UiMouse mouse = mouse_at(events, event->motion.x, event->motion.y);
        mouse.dx = event->motion.xrel;
        mouse.dy = event->motion.yrel;
        tell_mouse(events, &mouse);
        return EVENTS_DONE;
    }
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP: return take_button(events, &event->button);
    case SDL_MOUSEWHEEL: return take_wheel(events, &event->wheel);
    default: return 0;
    }
}

unsigned events_take(Events *events)
{
    enum { MOST = 10000 }; /* at once; the screen wants to be painted, too */
    unsigned done = 0;
    SDL_Event event;
    for (unsigned i = 0; i < MOST && events->screen->window && SDL_PollEvent(&event); i++)
        done |= take(events, &event);
    return done;
}
