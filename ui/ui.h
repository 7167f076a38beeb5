/* ui.h - the screen. The only room that knows curses; it shows a model and turns keys into actions.
 *
 * It starts nothing and fetches nothing: src/ asks ui_wants what the view on screen shows, fills a
 * `struct ui_model` with it and with the engine's snapshot, calls ui_draw, polls the keyboard,
 * calls ui_key until it returns 0, and carries out the actions. All calls from one thread.
 */
#ifndef COMBOLAB_UI_UI_H
#define COMBOLAB_UI_UI_H

#include "db/rows.h"
#include "engine/config.h"
#include "engine/event.h"
#include "results/ablation.h"
#include "results/compare.h"
#include "results/curves.h"
#include "results/palette.h"

#include <stdbool.h>
#include <stdio.h>

struct ui;
struct err;
struct intern;
struct str;

/* In the order of the header; the first one is shown at the start. */
#define UI_VIEWS(V) V(runs) V(live) V(compare) V(ablation) V(predictions) V(sql) V(launch) V(help)

enum ui_chart_style { UI_CHART_AUTO, UI_CHART_BRAILLE, UI_CHART_BLOCK, UI_CHART_ASCII };

/* AUTO: mono when $NO_COLOR is set and not empty, else by what is known of the background. SAFE:
 * can be read on any. T(WHICH, name, what it is). */
#define UI_THEMES(T)                                                                               \
    T(AUTO, "auto", "what suits the terminal")                                                     \
    T(DARK, "dark", "for a dark background")                                                       \
    T(LIGHT, "light", "for a light background")                                                    \
    T(SAFE, "safe", "for any background")                                                          \
    T(CONTRAST, "contrast", "bright on black, whatever the terminal has")                          \
    T(MONO, "mono", "no colours: bold, dim, underlined, reversed")

enum ui_theme {
#define UI_THEME_ENUM(which, name, about) UI_THEME_##which,
    UI_THEMES(UI_THEME_ENUM)
#undef UI_THEME_ENUM
        UI_THEME_KINDS
};

extern const char *const ui_theme_names[], *const ui_theme_about[]; /* to NULL */

/* What a user likes the screen to be like: one table for the file that keeps it, the command that
 * sets it, and the manual page. */
struct ui_preferences {
    int theme;  /* enum ui_theme */
    int charts; /* enum ui_chart_style */
    int view;   /* as UI_VIEWS counts from 1 on; 0 = as it was left */
    char filter[OPT_TEXT_BYTES], sort[OPT_TEXT_BYTES];
    int group; /* enum groups_by */
    int64_t refresh_ms;
    bool layout;
};

extern const struct opt_table ui_preferences;

/* Smaller ones show nothing. */
#define UI_LEAST_ROWS 15
#define UI_LEAST_COLUMNS 60

/* How pictures are shown. AUTO: as pictures where the terminal says that it can, else as BLOCKS: of
 * characters. */
enum ui_pictures_as {
    UI_PICTURES_AUTO,
    UI_PICTURES_BLOCKS,
    UI_PICTURES_KITTY,
    UI_PICTURES_SIXEL,
    UI_PICTURES_NONE
};

struct ui_options {
    FILE *in, *out;             /* the terminal; NULL = stdin, stdout */
    const char *term;           /* NULL = $TERM */
    int rows, columns;          /* fixed size for tests; 0 = ask the terminal */
    enum ui_chart_style charts; /* AUTO: braille in UTF-8 locales, else ASCII */
    enum ui_theme theme;
    enum ui_pictures_as pictures;
    bool no_mouse;                   /* it stays the terminal's own */
    const struct run_config *launch; /* what the launch form starts with; copied */
    struct marks *marks;             /* ui_open's own, for views */
};

/* A run on screen: what of a `struct run_row` is shown somewhere, with texts by reference, so that
 * ten thousand take little room. Equal texts of a model's runs are the same pointer, which makes
 * sorting and filtering quick. TEXT(field) is a text, FIGURE(type, field) anything else. */
#define UI_RUN_FIELDS(TEXT, FIGURE)                                                                \
    FIGURE(int64_t, id)                                                                            \
    TEXT(name)                                                                                     \
    TEXT(experiment)                                                                               \
    TEXT(state)                                                                                    \
    TEXT(state_text)                                                                               \
    TEXT(data)                                                                                     \
    TEXT(protocol)                                                                                 \
    FIGURE(int, fold)                                                                              \
    TEXT(backbone)                                                                                 \
    TEXT(loss)                                                                                     \
    FIGURE(double, alpha)                                                                          \
    FIGURE(double, beta)                                                                           \
    FIGURE(double, gamma)                                                                          \
    FIGURE(int, image_size)                                                                        \
    FIGURE(int, batch)                                                                             \
    FIGURE(int, epochs)                                                                            \
    FIGURE(int64_t, seed)                                                                          \
    FIGURE(double, learning_rate)                                                                  \
    TEXT(select)                                                                                   \
    FIGURE(int, epochs_done)                                                                       \
    FIGURE(double, created)                                                                        \
    FIGURE(double, started)                                                                        \
    FIGURE(double, ended)                                                                          \
    FIGURE(int, resumed)                                                                           \
    FIGURE(double, earlier_s)                                                                      \
    TEXT(host)                                                                                     \
    TEXT(program)                                                                                  \
    TEXT(library)                                                                                  \
    TEXT(precision)                                                                                \
    TEXT(device)                                                                                   \
    TEXT(data_hash)                                                                                \
    TEXT(init_hash)                                                                                \
    FIGURE(int64_t, parameters)                                                                    \
    FIGURE(int64_t, train_images)                                                                  \
    FIGURE(int64_t, val_images)                                                                    \
    FIGURE(int64_t, test_images)                                                                   \
    FIGURE(int, best_epoch)                                                                        \
    FIGURE(double, best_mae)                                                                       \
    FIGURE(double, best_rmse)                                                                      \
    FIGURE(double, best_pc)                                                                        \
    FIGURE(double, last_mae)                                                                       \
    FIGURE(double, last_rmse)                                                                      \
    FIGURE(double, last_pc)                                                                        \
    FIGURE(double, images_per_s)                                                                   \
    FIGURE(int64_t, disk_bytes)                                                                    \
    TEXT(tags)                                                                                     \
    TEXT(note)                                                                                     \
    TEXT(imported)                                                                                 \
    FIGURE(struct row_curve, curve)

struct ui_run {
#define UI_RUN_TEXT(field) const char *field;
#define UI_RUN_FIGURE(type, field) type field;
    UI_RUN_FIELDS(UI_RUN_TEXT, UI_RUN_FIGURE)
#undef UI_RUN_TEXT
#undef UI_RUN_FIGURE
};

/* An ablation that is asked for. */
struct ui_ablation {
    char experiment[ROW_TEXT_BYTES];
    char baseline[OPT_TEXT_BYTES]; /* "" = the usual one */
    enum ablation_at at;
    bool bootstrap;
};

/* Runs that an ablation wants for a decision. */
struct ui_needed {
    struct ui_ablation of;
    const struct table *table; /* a line for each of its cells; NULL with a problem */
    const struct run_config *configs;
    size_t n;
    double seconds;         /* NaN = not known */
    struct looks_row looks; /* that are laid down with them, unless they were */
    bool laid_down;
    bool to_retry;       /* runs that ended early are waited for beside them */
    const char *problem; /* why they cannot be queued, or "" */
};

/* A name of the database: of a table or view, whose column is "", or of one of its columns. */
struct ui_name {
    const char *table, *column;
    const char *type; /* "table", "view"; "REAL", "TEXT", ... or "" of a column */
};

/* A statement that was asked for by UI_WANT_SQL, and what has come of it so far. */
struct ui_sql {
    int64_t number; /* of the want; 0 = none yet */
    bool done;
    const char *const *names; /* of columns */
    size_t n_columns;
    /* Row by row. Of a long text or blob the first bytes are here; `whole` says how many it has. */
    const struct row_value *values;
    size_t n_rows;
    bool more; /* there are rows beyond these, which only a file takes */
    double seconds;
    const char *problem; /* why it was not run, or not to its end; "" = nothing is wrong */
    size_t problem_at;   /* the byte of the statement where; UI_NOWHERE = somewhere */
};

/* So, for one whose rows go into a file. */
struct ui_sql_file {
    int64_t number;
    bool done;
    bool exists; /* it was not written: there is one of that name */
    uint64_t rows;
    double seconds;
    const char *path, *problem;
};

#define UI_NOWHERE ((size_t)-1)

/* What a run's weights say of its test images. */
struct ui_predictions {
    int64_t run;                       /* 0 while none are here */
    bool best;                         /* of the best weights, else of the last ones */
    const struct prediction_row *rows; /* ascending by place */
    size_t n;
};

/* A test image of a run, scaled down into a box of so many pixels. */
struct ui_picture {
    int64_t run, place;
    int box_height, box_width; /* as it was asked for */
    int height, width;         /* height is even */
    const uint8_t *rgb;        /* height x width x 3; NULL: */
    const char *problem;       /* why there is none */
};

#define UI_MOST_PICTURES 16

/* Pictures that are asked for: what is looked at first, then what may be next. */
struct ui_pictures {
    int64_t places[UI_MOST_PICTURES];
    size_t n;
    int height, width; /* pixels of the box */
};

/* What is compared of a run beside its row. */
struct ui_compared {
    int64_t run;
    const struct compare_option *options; /* their texts live as long as those of runs */
    size_t n_options;
    struct term_row terms[ROW_MAX_TERMS];
    size_t n_terms;
    struct curves curves;
    bool too_long; /* its curves are left out: together they would take too much memory */
};

/* Everything on screen comes from here. Borrowed during ui_draw and ui_key. */
struct ui_model {
    const char *db_path;
    const char *host;          /* this machine, as runs have it */
    double now;                /* seconds since 1970 */
    const struct ui_run *runs; /* newest first */
    size_t n_runs;
    uint64_t runs_version; /* another whenever a run came, went or changed */
    bool reading_runs;     /* older ones are still to come */
    int64_t rows_of;       /* the run whose rows these are; 0 while none are here: */
    const struct epoch_row *epochs;
    size_t n_epochs;
    const struct term_row *terms;
    size_t n_terms;
    const struct option_row *options;
    size_t n_options;
    const struct log_row *log;
    size_t n_log;
    const struct ablation *ablation;       /* NULL while none is here: */
    const struct ui_ablation *ablation_of; /* what was asked for when it was made */
    uint64_t ablation_version;             /* another whenever it is another */
    const struct ui_needed *needed;        /* NULL while none is here */
    const struct ui_compared
        *compared;                 /* of the runs that UI_WANT_COMPARED names, those that have */
    size_t n_compared;             /* come, in the want's order */
    uint64_t compared_version;     /* another whenever one of them changed */
    const struct alike_row *alike; /* rising numbers; those that have come */
    size_t n_alike;
    struct snapshot live;             /* of this process's engine; live.run says which run */
    size_t following;                 /* runs that this process was asked to train after live.run */
    bool moves;                       /* runs go on, of any process: */
    const struct snapshot *snapshots; /* what they do at present, as far as they say; in no order */
    size_t n_snapshots;
    const struct snapshot_steps *steps; /* of the run that UI_WANT_NOW names; NULL = none here */
    bool can_train;                     /* false in --watch: launching is refused */
    const char *message;                /* one line for the status bar: last error or news, or "" */
    bool message_is_error;
    const char *launch_problem;    /* answer to the last UI_CHECK, "" = none */
    const struct data_facts *data; /* of its data set; NULL = unknown */
    const char *portraits;         /* answer to the last UI_DRAW: a data set; "" = none yet */
    const char *paths_of;          /* the text whose continuations these are; NULL = none here */
    char *const *paths;            /* names, in order, folders with a slash at their end */
    size_t n_paths;
    struct ui_sql sql;
    struct ui_sql_file sql_file;
    const struct ui_name *names; /* tables and views in order, each before its columns */
    size_t n_names;
    char *const *history; /* statements, the oldest first */
    size_t n_history;
    bool has_history; /* it has been read */
    struct ui_predictions predictions;
    uint64_t predictions_version; /* another whenever they are others */
    const struct ui_picture *const *pictures;
    size_t n_pictures;
    int64_t pictures_of;          /* the run that was asked about: */
    const char *pictures_problem; /* why none of its images can be shown, or "" */
};

enum ui_action_kind {
    UI_NONE,
    UI_CHECK,  /* can `configs` be launched? the answers are ui_model.launch_problem and .data */
    UI_LAUNCH, /* insert `configs` as queued runs, and when that is done call ui_launched */
    UI_QUEUE,  /* insert them, and train none of them unasked; `looks` are laid down first */
    UI_DRAW,   /* draw portraits; the answer is ui_model.portraits */
    UI_PAUSE,
    UI_RESUME,  /* a paused run */
    UI_REQUEUE, /* an ended run goes on: put it into the queue again, and train it here */
    UI_TAKE,    /* train the queued run here; run 0 = all that are queued */
    UI_STOP,
    UI_CHECKPOINT,
    UI_DELETE, /* into the trash */
    UI_ARCHIVE,
    UI_RENAME, /* `text` is the name */
    UI_NOTE,   /* `text` is the note */
    UI_TAG,    /* `text` is tags, with - before those that go */
    UI_UNDO,   /* the last deletion or archiving */
    UI_FIGURE, /* draw `figure` into a file */
    UI_SET,    /* preference `name` is to be `text`: from now on, and the next time */
    UI_QUIT,   /* confirmed, if it had to be */
    UI_DETACH, /* so, and what trains here goes on in a process of its own */
    UI_EACH,   /* several of these, which were confirmed together */
};

/* What is drawn into a file: curves of runs, what one predicts of its test images, or an ablation
 * where there are no runs. */
struct ui_figure {
    const int64_t *runs;              /* the view's, until the next key */
    const struct palette_look *looks; /* of each run, likewise; NULL: its own */
    size_t n_runs;
    char metrics[320]; /* "pc,mae", terms of the loss by their names: a panel each */
    char phases[16];   /* "train,test"; "" = those that the command curves takes */
    bool log_y;
    bool predictions, best;    /* of the first run, by its best weights */
    bool over_seed, over_fold; /* curves are means of runs that differ in that alone */
    struct ui_ablation ablation;
};

struct ui_action {
    enum ui_action_kind kind;
    int64_t run;
    const char *text, *name;          /* the view's, until the next key */
    const struct ui_figure *figure;   /* UI_FIGURE: the view's, until the next key */
    const struct run_config *configs; /* UI_LAUNCH, UI_CHECK: the view's, until the next key */
    size_t n_configs;
    const struct looks_row *looks; /* UI_QUEUE: the model's */
    const struct ui_action *each;  /* UI_EACH: as long as `configs` */
    size_t n_each, n_refused;      /* so many more runs do not allow it */
};

/* What a view shows, and the model therefore has to have: RUNS is the list of runs; RUN is epochs,
 * terms, options and log of one; NOW is what runs do at present, and the losses by step of one;
 * PATHS is what a path that is being typed may go on with. SQL runs a statement, NAMES are those
 * that one may be made of, HISTORY is the statements before. ABLATION is the table of an
 * experiment, NEEDED the runs that it wants for a decision; COMPARED is options, terms and curves
 * of several runs; ALIKE is which runs differ in nothing but the seed or the fold; PREDICTIONS are
 * those of a run, PICTURES some of its test images. W(NAME, name of its descriptor). */
#define UI_WANTS(W)                                                                                \
    W(RUNS, runs)                                                                                  \
    W(RUN, run)                                                                                    \
    W(NOW, now)                                                                                    \
    W(PATHS, paths)                                                                                \
    W(SQL, sql)                                                                                    \
    W(NAMES, names)                                                                                \
    W(HISTORY, history)                                                                            \
    W(ABLATION, ablation)                                                                          \
    W(NEEDED, needed)                                                                              \
    W(COMPARED, compared) W(ALIKE, alike) W(PREDICTIONS, predictions) W(PICTURES, pictures)

#define UI_MOST_COMPARED 100

enum ui_want_kind {
#define UI_WANT_ENUM(name, descriptor) UI_WANT_##name,
    UI_WANTS(UI_WANT_ENUM)
#undef UI_WANT_ENUM
        UI_WANT_KINDS
};

#define UI_TEXT_BYTES 4096

struct ui_want {
    enum ui_want_kind kind;
    /* UI_WANT_RUN; UI_WANT_NOW: 0 = no steps of any. UI_WANT_SQL, UI_WANT_HISTORY: a number that
     * rises, so that the same is done again. */
    int64_t run;
    char text[UI_TEXT_BYTES];  /* UI_WANT_PATHS: the path so far; UI_WANT_SQL: the statement */
    char file[OPT_TEXT_BYTES]; /* UI_WANT_SQL: it goes into this file as CSV; "" = on the screen */
    bool replaces;             /* even where there is one of that name */
    struct ui_ablation ablation;    /* UI_WANT_ABLATION, UI_WANT_NEEDED */
    int64_t runs[UI_MOST_COMPARED]; /* UI_WANT_COMPARED: */
    size_t n_runs;
    bool best;                   /* UI_WANT_PREDICTIONS, UI_WANT_PICTURES: of the best weights */
    struct ui_pictures pictures; /* UI_WANT_PICTURES */
};

#define UI_MOST_WANTS 4

/* Takes the terminal. Messages: unknown TERM, not a terminal. */
int ui_open(struct ui **out, const struct ui_options *options, struct err *e);

/* Gives the terminal back as it was; NULL is allowed. */
void ui_close(struct ui *ui);

/* Gives it back and nothing else: for the handler of a signal that ends the process. */
void ui_abandon(const struct ui *ui);

/* One frame, one doupdate. Handles a changed terminal size. */
void ui_draw(struct ui *ui, const struct ui_model *model);

/* Takes one pending key without waiting: 1 when there was one (the action may be UI_NONE), 0 when
 * not. -1 at end of input. */
int ui_key(struct ui *ui, const struct ui_model *model, struct ui_action *out);

/* Ctrl-C came, as a signal: true when the view on screen had something to end. */
bool ui_interrupt(struct ui *ui, const struct ui_model *model);

/* What the view on screen wants done without a key, because something has come: true when the
 * action is one. */
bool ui_due(struct ui *ui, const struct ui_model *model, struct ui_action *out);

/* What the view on screen shows; returns how many wants there are. */
size_t ui_wants(const struct ui *ui, struct ui_want wants[UI_MOST_WANTS]);

/* The last run of a UI_LAUNCH is in the database as number `run`: leaves the form for the list,
 * where it becomes selected as soon as the model has it. */
void ui_launched(struct ui *ui, const struct ui_model *model, int64_t run);

/* The part of a row that is shown; its texts are the row's own. */
struct ui_run ui_run_of(const struct run_row *row);

/* Its texts become those of the collection, as the row's do not last. 0, or -1 without memory. */
int ui_run_intern(struct ui_run *run, struct intern *texts);

/* The columns of runs as row_run_columns has them, for rows that are struct ui_run: those that they
 * have. */
void ui_run_columns(struct row_column to[ROW_MOST_COLUMNS]);

/* They ask for the same. */
bool ui_ablation_is(const struct ui_ablation *a, const struct ui_ablation *b);
bool ui_pictures_are(const struct ui_pictures *a, const struct ui_pictures *b);

/* The run of that number in the model's list, or NULL. */
const struct ui_run *ui_run_find(const struct ui_model *model, int64_t run);

/* What that run does at present, or NULL when it says nothing. */
const struct snapshot *ui_run_now(const struct ui_model *model, int64_t run);

/* The program is about to be stopped (^Z), or goes on: the mouse belongs to others, or to it again.
 * For the signal's handler; and, once it goes on, the next frame draws everything anew. */
void ui_stopping(const struct ui *ui, bool stops);
void ui_redraw(struct ui *ui);

/* Goes to a view, which counts as UI_VIEWS does, as its key does; with runs to the first of them,
 * and several are marked. 0, or -1 without memory. */
int ui_show(struct ui *ui, const struct ui_model *model, int view, const int64_t *runs, size_t n,
            struct err *e);

/* The preference of that name as it is now; NULL: all that the screen begins with but the theme,
 * which is an option. */
void ui_prefer(struct ui *ui, const struct ui_model *model, const struct ui_preferences *p,
               const char *name);

/* How it is left, as lines for ui_restore: the view, and what is chosen in each. */
void ui_keep(const struct ui *ui, struct str *out);

/* Before anything is drawn. Lines that say nothing (any more) are passed over. */
void ui_restore(struct ui *ui, const struct ui_model *model, const char *lines);

/* What was drawn last as UTF-8 text: a line a row, without trailing blanks. */
void ui_dump(struct ui *ui, struct str *out);

/* Tests: gives a key by its curses code, or what a mouse reports: its button's number (0 = left, 2
 * = right, 32 more while it moves, 64 = the wheel up, 65 = down), let go or not. */
void ui_test_key(struct ui *ui, int key);
void ui_test_mouse(struct ui *ui, int button, int y, int x, bool released);

/* For the manual page, as mdoc lists: keys from the request table, what signs mean, and the columns
 * of the list of runs with the keys that sort by them. */
void ui_mdoc_keys(struct str *out);
void ui_mdoc_signs(struct str *out);
void ui_mdoc_columns(struct str *out);

/* So, what the command line has beyond keys, the themes, and the preferences. */
void ui_mdoc_commands(struct str *out);
void ui_mdoc_themes(struct str *out);
void ui_mdoc_preferences(struct str *out);

#endif
