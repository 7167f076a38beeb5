/* want.h - what a view can want, a descriptor each: how the reader thread fetches it, and how the
 * screen thread takes it over. A new kind is its file, a place in the model and a line in UI_WANTS
 * of ui.h.
 */
#ifndef COMBOLAB_SRC_WANT_H
#define COMBOLAB_SRC_WANT_H

#include "base/intern.h"
#include "ui/ui.h"

#include <stdatomic.h>
#include <string.h>

struct db;
struct err;

/* Its place among n wants; n when it is none of them. */
static inline size_t want_place(const struct ui_want *wants, size_t n, const struct ui_want *want)
{
    size_t i = 0;
    while (i < n &&
           (wants[i].kind != want->kind || wants[i].run != want->run ||
            strcmp(wants[i].text, want->text) || wants[i].n_runs != want->n_runs ||
            memcmp(wants[i].runs, want->runs, want->n_runs * sizeof *want->runs) ||
            wants[i].best != want->best || !ui_ablation_is(&wants[i].ablation, &want->ablation) ||
            !ui_pictures_are(&wants[i].pictures, &want->pictures)))
        i++;
    return i;
}

struct want_read {
    int64_t run;
    int epoch;     /* the last one */
    double time;   /* when that was stored: another time is another epoch */
    size_t epochs; /* how many */
};

/* What fetching works with. Of the reader thread alone. */
struct want_source {
    struct db *db;
    struct intern *texts; /* of the list of runs: they live until the reader is closed */
    /* of the list of runs: how far it has been read */
    bool begun, complete;
    int64_t oldest, newest;  /* ids */
    size_t known;            /* runs */
    int64_t since;           /* mark of the changes that are known */
    struct db *sql;          /* takes statements of a user; NULL until there was one */
    struct sql_job *sql_job; /* the one that runs */
    /* While it fetches: a way to show rows that are there already, which are then the screen's. */
    void (*part)(void *reader, void *rows);
    void *reader;
    struct pictures *pictures; /* that were decoded last; NULL until some were */
    uint64_t ablation;         /* what the last one was made from; 0 = there was none */
    atomic_bool cancel;        /* what is fetched is not wanted any more; any thread */
    /* of the runs that are compared: how far each has been read */
    struct want_read read[UI_MOST_COMPARED];
    size_t n_read;
    int64_t alike; /* the newest run whose settings were read */
};

struct want_kind {
    /* Fetches what is new as *rows (NULL = nothing). 0; 1 = there is more, call again; -1. Reader
     * thread. */
    int (*fetch)(struct want_source *source, const struct ui_want *want, void **rows,
                 struct err *e);
    /* Takes the rows over into what is kept of this kind, *kept (NULL at first), and shows that in
     * the view. 0 or -1. Screen thread. */
    int (*adopt)(void **kept, void *rows, struct ui_model *view, struct err *e);
    /* Frees rows that nobody wants any more. Any thread. */
    void (*free_rows)(void *rows);
    /* Frees what is kept. Screen thread. */
    void (*free_kept)(void *kept, struct ui_model *view);
    bool lasting; /* it is kept while another view is shown, and caught up afterwards */
    bool by_time; /* it changes without a change of the database: see reader_tick */
    bool once;    /* it is not fetched again when the database changes */
};

/* --- want_ablation.c --- */

/* That of the view; `known` as experiment_ablation has it. Reader thread. */
int want_ablation_make(struct want_source *s, const struct ui_ablation *of, uint64_t *known,
                       struct ablation **out, struct err *e);

/* --- want_pictures.c --- */

/* Frees what source.pictures keeps; NULL is allowed. Reader thread. */
void want_pictures_close(struct pictures *p);

#define WANT_DECLARED(name, descriptor) extern const struct want_kind want_##descriptor;
UI_WANTS(WANT_DECLARED)
#undef WANT_DECLARED

#endif
