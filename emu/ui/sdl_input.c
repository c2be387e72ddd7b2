/* SPDX-License-Identifier: MIT */
/* sdl_input.c - what people do, from SDL's events; see sdl_input.h. */
#include "emu/ui/sdl_input.h"

#include "emu/ui/keys.h"

void input_begin(Input *input, Screen *screen, Ui *ui)
{
    *input = (Input){ .screen = screen, .ui = ui };
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
        { SDL_SCANCODE_KP_PLUS, '+' },           { SDL_SCANCODE_KP_MINUS, '-' },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (keys[i].code == sym.scancode)
            return keys[i].key;
    if (sym.scancode >= SDL_SCANCODE_F1 && sym.scancode <= SDL_SCANCODE_F12)
        return UI_KEY_F1 + (sym.scancode - SDL_SCANCODE_F1);
    return sym.sym > 0 && sym.sym < 0x110000 ? (unsigned)sym.sym : 0;
}

static unsigned take_key(Input *input, const SDL_KeyboardEvent *event)
{
    Ui *ui = input->ui;
    bool down = event->state == SDL_PRESSED;
    unsigned key = key_of(event->keysym), modifiers = modifiers_of(event->keysym.mod);
    if (down)
        input->swallowed = key && ui_key(ui, key, modifiers);
    if (!(down && input->swallowed) && !event->repeat) {
        unsigned code = keys_evdev((unsigned)event->keysym.scancode);
        input->swallowed |= code && ui_scan(ui, code, down);
    }
    return down ? INPUT_DONE : 0;
}

static UiMouse mouse_at(const Input *input, int x, int y)
{
    UiMouse mouse = { .modifiers = modifiers_of(SDL_GetModState()) };
    screen_to_units(input->screen, x, y, &mouse.x, &mouse.y);
    return mouse;
}

static unsigned take_button(const Input *input, const SDL_MouseButtonEvent *event)
{
    UiMouse mouse = mouse_at(input, event->x, event->y);
    mouse.button = event->button == SDL_BUTTON_MIDDLE  ? 2
                   : event->button == SDL_BUTTON_RIGHT ? 3
                                                       : 1;
    mouse.down = event->state == SDL_PRESSED;
    mouse.clicks = event->clicks;
    SDL_CaptureMouse(mouse.down ? SDL_TRUE : SDL_FALSE);
    ui_mouse(input->ui, &mouse);
    return INPUT_DONE;
}

static unsigned take_wheel(const Input *input, const SDL_MouseWheelEvent *event)
{
    UiMouse mouse = mouse_at(input, event->mouseX, event->mouseY);
    mouse.wheel = event->direction == SDL_MOUSEWHEEL_FLIPPED ? -event->y : event->y;
    ui_mouse(input->ui, &mouse);
    return INPUT_DONE;
}

static unsigned take_window(const Input *input, const SDL_WindowEvent *event)
{
    switch (event->event) {
    case SDL_WINDOWEVENT_SIZE_CHANGED:
    case SDL_WINDOWEVENT_EXPOSED: return INPUT_RESIZED;
    case SDL_WINDOWEVENT_FOCUS_LOST: ui_window_focus(input->ui, false); return INPUT_DONE;
    case SDL_WINDOWEVENT_FOCUS_GAINED: ui_window_focus(input->ui, true); return INPUT_DONE;
    case SDL_WINDOWEVENT_CLOSE: return INPUT_CLOSED;
    default: return 0;
    }
}

static unsigned take(Input *input, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_QUIT: return INPUT_CLOSED;
    case SDL_WINDOWEVENT: return take_window(input, &event->window);
    case SDL_KEYDOWN:
    case SDL_KEYUP: return take_key(input, &event->key);
    case SDL_TEXTINPUT:
        if (!input->swallowed)
            ui_text(input->ui, event->text.text);
        return INPUT_DONE;
    case SDL_MOUSEMOTION: {
        UiMouse mouse = mouse_at(input, event->motion.x, event->motion.y);
        ui_mouse(input->ui, &mouse);
        return INPUT_DONE;
    }
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP: return take_button(input, &event->button);
    case SDL_MOUSEWHEEL: return take_wheel(input, &event->wheel);
    default: return 0;
    }
}

unsigned input_take(Input *input)
{
    enum { MOST = 10000 }; /* at once; the screen wants to be painted, too */
    unsigned done = 0;
    SDL_Event event;
    for (unsigned i = 0; i < MOST && input->screen->window && SDL_PollEvent(&event); i++)
        done |= take(input, &event);
    return done;
}
