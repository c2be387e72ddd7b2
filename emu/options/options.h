/* SPDX-License-Identifier: MIT */
/*
 * options.h - the command line: what was asked for, as values.
 *
 * options.def lists the options. Parsing only takes notes; options_resolve then fits drives, networks, consoles and
 * devices together, so that their order on the command line does not matter.
 */
#ifndef EMU_OPTIONS_OPTIONS_H
#define EMU_OPTIONS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "emu/console/console.h"
#include "emu/display/window.h"
#include "emu/loader.h"
#include "emu/machine.h"
#include "emu/options/props.h"
#include "emu/semihosting.h"
#include "emu/trace/query.h"
#include "emu/verdict/verdict.h"

typedef struct {
    const char *id, *file;
    bool read_only, snapshot;
    bool used;
} Drive;

typedef struct {
    const char *id;
    char **hostfwd; /* up to a NULL */
    bool restricted;
    bool used;
} Netdev;

/* What a machine's virtio slot is connected to, beside what VirtioConfig says. */
typedef struct {
    CharSpec *chr;
    Netdev *net;
    const char *id; /* of the device, NULL: it has none */
} SlotHost;

/* One -device, kept until all options are known. */
typedef struct Driver Driver;
typedef struct {
    const Driver *driver;
    Props *props;
    bool done;
} DeviceNote;

/* One -savevm. */
typedef struct {
    const char *name;
    uint64_t at; /* ns of virtual time; UINT64_MAX: the end of the run */
} SaveNote;

typedef struct Options {
    const char *verb;  /* "run", "gdb", "doctor", "trace", "check", "export"; NULL: run */
    char **verb_words; /* behind "trace" and "check", or behind "gdb … --", of the command line */
    int n_verb_words;
    bool done; /* only information was wanted, and was printed */
    MachineConfig machine;
    LoaderConfig images;              /* strings belong to `strings` */
    struct MachineFile *machine_file; /* NULL: none; it owns some of the strings */
    const char *dumpdtb, *bios, *name, *pidfile;
    GPtrArray *drives, *netdevs, *chars, *notes;
    GArray *loads; /* of LoadNote; images.loads once resolved */
    SlotHost slots[VIRTIO_SLOTS];
    CharSpec *plug_chars[PLUG_MOST]; /* lines of machine.plugs; NULL: it has none */
    CharSpec *serial_char;
    const char *serial;
    GPtrArray *monitors;      /* of strings: what -monitor and -mon say */
    GPtrArray *monitor_chars; /* of CharSpec: where they are to be */
    bool monitor_first;       /* on the terminal it gets what is typed, not the serial port */
    bool no_monitor;          /* -monitor none */
    GPtrArray *image_dirs;    /* -L, of strings */
    bool has_window;          /* -display shows lines, too */
    bool keep_machine;        /* -no-shutdown */
    bool sizes_qos;           /* -M says how the quality-of-service controllers are to be */
    bool no_user_config;      /* there is none */
    bool daemonize, msg_time, msg_name;
    bool nographic, nodefaults, snapshot_all, skip_idle;
    uint64_t escape;   /* the letter of -echr, 1: Ctrl-A */
    GPtrArray *traces; /* of strings: patterns for trace_enable, of -d */
    bool log_commits, stats;
    GPtrArray *recorded; /* of strings: those of -trace, which go to trace_file if there is one */
    const char *log_file, *commit_file, *mix_file, *trace_file;
    TraceQuery *trace_filter;
    TraceQuery *trace_start, *trace_stop; /* NULL: none */
    const char *expect_file;              /* rules, NULL: none */
    GPtrArray *verdicts;                  /* of strings: where they go, "-": standard output */
    VerdictConfig verdict;
    const char *judged; /* the recording of `bulkhead verdict FILE.bht`; NULL: a run is judged */
    uint64_t trace_pre, stop_insns, stop_ns;
    uint64_t ring_size;    /* bytes, 0: none */
    const char *ring_file; /* NULL: the usual name */
    GPtrArray *ringed;     /* of strings: what goes into it; empty: the usual events */
    bool explain, explain_json;
    const char *explain_file;  /* NULL: standard error */
    const char *timing_report; /* NULL: none */
    bool top, top_harts;
    bool trace_hash;
    uint64_t hash_at, hash_every;
    GArray *state_marks; /* of uint64_t */
    const char *loadvm;
    GPtrArray *saves;        /* of SaveNote */
    uint64_t timeout;        /* seconds, 0: none */
    SemihostConfig semihost; /* chr, heap and flush are set when the machine is built */
    const char *semihost_id;
    CharSpec *semihost_char;
    GPtrArray *gdbs;  /* of strings: where debuggers connect */
    uint64_t history; /* bytes for going back; 0: nothing is remembered */
    bool has_history; /* -history said so */
    const char *cpu;  /* what -cpu said, or NULL */
    const char *record, *replay;
    GPtrArray *given; /* of strings: options of the command line, in order */
    bool stopped;
    WindowConfig window;
    GPtrArray *shot_files; /* -ui-shot, of strings */
    GArray *shot_times;    /* -ui-at, of WindowShot without files */
    GPtrArray *strings;    /* everything that was allocated for the above */
} Options;

/* Bytes for going back unless -history says otherwise. */
#define OPTIONS_HISTORY (256ull << 20)

typedef struct OptionDef OptionDef;
typedef bool OptionHandler(Options *options, const OptionDef *def, const char *argument,
                           GError **error);
struct OptionDef {
    const char *name;
    const char *argument; /* its syntax for people; NULL: takes none */
    OptionHandler *handle;
    size_t field; /* of Options, for the handlers of options.c */
    const char *help;
};

/* The row of option `name` or its alias, without dashes; NULL: there is none. */
const OptionDef *option_find(const char *name);

/* All options that do something, up to a row without a name. */
extern const OptionDef option_table[];

Options *options_new(void);
void options_free(Options *options);

/* Reads the command line; argv[0] is the program. Fails with the exit code to use. */
bool options_parse(Options *options, int argc, char **argv, GError **error);
/* Acts on the sections of a configuration file; `path` is its name in messages. */
bool options_read_sections(Options *options, const char *path, const char *text, GError **error);
/* Fits everything together into `machine`, `images`, `slots` and `serial_char`. */
bool options_resolve(Options *options, GError **error);

/* Makes `memory` (of g_malloc) live as long as the options; returns it. */
void *options_own(Options *options, void *memory);
/* The same for a list of strings. */
char **options_own_list(Options *options, char **list);
/* A copy of `text` that does. */
char *options_keep(Options *options, const char *text);

#endif
