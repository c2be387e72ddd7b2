/* SPDX-License-Identifier: MIT */
/*
 * events.c - a library to be loaded before the others (LD_PRELOAD), that makes up what people do: instead of SDL's events the window
 * gets UI_EVENTS random ones, the same for the same UI_SEED, and then is closed. Some at a time, so that it paints between.
 */
#include <stdlib.h>
#include <string.h>

#include <SDL.h>

enum { AT_ONCE = 100, MOST_SIZE = 2600 };

static uint64_t state;
static long left = -1, now;

static unsigned pick(unsigned below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state >> 24) % below);
}

static long number(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text ? atol(text) : otherwise;
}

/* Never a q, alone: that, and Enter, ends a run in the monitor. */
static void make_text(SDL_Event *event)
{
    static const char *const texts[] = { "a",      "ä", "€", "𝄞", "é", "\xff\xfe",
                                         "x'\"\\", "/", "g", "0", "" };
    event->type = SDL_TEXTINPUT;
    strcpy(event->text.text, texts[pick(sizeof texts / sizeof *texts)]);
}

static void make_key(SDL_Event *event)
{
    static const SDL_Scancode often[] = {
        SDL_SCANCODE_UP,     SDL_SCANCODE_DOWN,   SDL_SCANCODE_LEFT,   SDL_SCANCODE_RIGHT,
        SDL_SCANCODE_TAB,    SDL_SCANCODE_RETURN, SDL_SCANCODE_PAGEUP, SDL_SCANCODE_PAGEDOWN,
        SDL_SCANCODE_EQUALS, SDL_SCANCODE_MINUS,  SDL_SCANCODE_Z,      SDL_SCANCODE_W,
        SDL_SCANCODE_A,      SDL_SCANCODE_V
    };
    SDL_Scancode code = pick(3)   ? (SDL_Scancode)pick(SDL_NUM_SCANCODES)
                        : pick(2) ? often[pick(sizeof often / sizeof *often)]
                                  : (SDL_Scancode)(SDL_SCANCODE_F1 + pick(12));
    unsigned mods[] = {
        0,         KMOD_LCTRL | KMOD_LALT, KMOD_LCTRL, KMOD_LSHIFT, KMOD_LCTRL | KMOD_LSHIFT,
        KMOD_LALT, pick(0x10000)
    };
    event->type = pick(2) ? SDL_KEYDOWN : SDL_KEYUP;
    event->key.state = event->type == SDL_KEYDOWN ? SDL_PRESSED : SDL_RELEASED;
    event->key.repeat = !pick(8);
    event->key.keysym.scancode = code;
    event->key.keysym.sym = pick(16) ? SDL_GetKeyFromScancode(code) : (SDL_Keycode)pick(0x7fffffff);
    event->key.keysym.mod = (Uint16)mods[pick(sizeof mods / sizeof *mods)];
}

static void make_mouse(SDL_Event *event)
{
    int x = (int)pick(MOST_SIZE) - 100, y = (int)pick(MOST_SIZE) - 100;
    unsigned what = pick(6);
    if (what == 0) {
        event->type = SDL_MOUSEWHEEL;
        event->wheel.y = pick(8) ? (int)pick(7) - 3 : (int)pick(0xffffffff);
        event->wheel.mouseX = x;
        event->wheel.mouseY = y;
    } else if (what < 3) {
        event->type = SDL_MOUSEMOTION;
        event->motion.x = x;
        event->motion.y = y;
        event->motion.xrel = (int)pick(200) - 100;
        event->motion.yrel = (int)pick(200) - 100;
    } else {
        event->type = pick(2) ? SDL_MOUSEBUTTONDOWN : SDL_MOUSEBUTTONUP;
        event->button.state = event->type == SDL_MOUSEBUTTONDOWN ? SDL_PRESSED : SDL_RELEASED;
        event->button.button = (Uint8)(pick(4) ? 1 : pick(7));
        event->button.clicks = (Uint8)(pick(4) + 1);
        event->button.x = pick(16) ? x : (int)pick(0xffffffff);
        event->button.y = pick(16) ? y : (int)pick(0xffffffff);
    }
}

static void make_window(SDL_Event *event)
{
    static const Uint8 kinds[] = { SDL_WINDOWEVENT_EXPOSED,      SDL_WINDOWEVENT_FOCUS_LOST,
                                   SDL_WINDOWEVENT_FOCUS_GAINED, SDL_WINDOWEVENT_HIDDEN,
                                   SDL_WINDOWEVENT_SHOWN,        SDL_WINDOWEVENT_LEAVE };
    SDL_Window *window = SDL_GetWindowFromID(1);
    event->type = SDL_WINDOWEVENT;
    event->window.windowID = 1;
    event->window.event = kinds[pick(sizeof kinds)];
    if (window && !pick(4)) {
        SDL_SetWindowSize(window, (int)pick(pick(8) ? 2000 : 100) + 1,
                          (int)pick(pick(8) ? 1300 : 60) + 1);
        event->window.event = SDL_WINDOWEVENT_SIZE_CHANGED;
    }
    if (!pick(4))
        SDL_SetClipboardText(pick(2) ? "pasted\nlines\033[200~ \xf0\x9f" : "");
}

int SDL_PollEvent(SDL_Event *event)
{
    if (left < 0) {
        left = number("UI_EVENTS", 100000);
        state = (uint64_t)number("UI_SEED", 1) * 0x9e3779b97f4a7c15 | 1;
    }
    memset(event, 0, sizeof *event);
    if (!left) {
        event->type = SDL_QUIT;
        return now-- >= 0;
    }
    if (now++ == AT_ONCE)
        return now = 0;
    left--;
    unsigned what = pick(100);
    if (what < 45)
        make_key(event);
    else if (what < 60)
        make_text(event);
    else if (what < 97)
        make_mouse(event);
    else if (what < 99)
        make_window(event);
    else
        event->type = pick(0x10000) | 1; /* what nobody has heard of; never a SDL_QUIT */
    if (event->type == SDL_QUIT)
        event->type = SDL_USEREVENT;
    return 1;
}
