/* experiment.c - an experiment's runs, with what an ablation asks of the database besides. */
#include "src/experiment.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/intern.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "ui/ui.h"

#include <string.h>

#define PAGE 500
#define SPLITS 8 /* true scores that are kept: one a fold */

struct runs {
    struct ui_run *list; /* newest first, small; their texts: */
    struct intern *texts;
    size_t n, room;
};

/* Of the runs that were asked for last. */
struct splits {
    struct db *db;
    struct {
        int64_t id;
        double *truth;
        size_t n;
    } kept[SPLITS];
    size_t next; /* to be replaced */
};

int experiment_newest(struct db *db, char to[OPT_TEXT_BYTES], struct err *e)
{
    struct run_row *runs;
    size_t n;
    if (db_runs_page(db, 0, 1, &runs, &n, e))
        return -1;
    str_copy(to, OPT_TEXT_BYTES, n ? runs[0].experiment : "");
    mem_free(runs);
    return 0;
}

int experiment_looks(struct db *db, const char *experiment, struct ablation_looks *to,
                     struct err *e)
{
    struct looks_row row;
    *to = ablation_usual_looks;
    if (db_looks(db, experiment, &row, e))
        return -1;
    if (!row.seeds[0])
        return 0;
    to->origin = LOOKS_LAID_DOWN;
    to->finished = row.finished;
    to->spending = STATS_POCOCK;
    if (!strcmp(row.spending, ablation_spending_names[STATS_OBRIEN_FLEMING]))
        to->spending = STATS_OBRIEN_FLEMING;
    return ablation_looks_read(row.seeds, to, e);
}

_Static_assert(sizeof((struct looks_row *)NULL)->seeds == LOOKS_TEXT_BYTES,
               "looks have room for the text of any");

struct looks_row experiment_looks_row(const struct ablation_looks *looks)
{
    struct looks_row row = {.seeds = ""};
    ablation_looks_text(looks, row.seeds);
    str_copy(row.spending, sizeof row.spending, ablation_spending_names[looks->spending]);
    return row;
}

/* --- runs --- */

static int add_run(struct runs *to, const struct run_row *row)
{
    struct ui_run *run = &to->list[to->n++];
    *run = ui_run_of(row);
    return ui_run_intern(run, to->texts);
}

static int add_page(struct runs *to, const struct run_row *rows, size_t n, struct err *e)
{
    if (to->n + n > to->room) {
        size_t room = to->n + n + to->room / 2;
        struct ui_run *list = mem_resize(to->list, room, sizeof *list);
        if (!list)
            return mem_error(e, "the runs of an experiment", room * sizeof *list);
        to->list = list;
        to->room = room;
    }
    for (size_t i = 0; i < n; i++)
        if (add_run(to, &rows[i]))
            return mem_error(e, "the runs of an experiment", sizeof *rows);
    return 0;
}

static int read_runs(struct db *db, const char *experiment, struct runs *to, struct err *e)
{
    struct run_wanted wanted = {.experiment = experiment, .most = PAGE};
    int status = intern_new(&to->texts, e);
    for (size_t n = PAGE; !status && n == PAGE;) {
        struct run_row *rows;
        if (db_runs_wanted(db, &wanted, &rows, &n, e))
            return -1;
        status = add_page(to, rows, n, e);
        wanted.below = n ? rows[n - 1].id : 0;
        mem_free(rows);
    }
    return status;
}

/* --- predictions --- */

static const double *truths_of(struct splits *s, int64_t id, size_t n, struct err *e)
{
    for (size_t i = 0; i < SPLITS; i++)
        if (s->kept[i].truth && s->kept[i].id == id && s->kept[i].n == n)
            return s->kept[i].truth;
    double *truth = mem_alloc(n, sizeof *truth);
    if (!truth)
        mem_error(e, "the true scores of a split", n * sizeof *truth);
    if (!truth || db_truths(s->db, id, truth, n, e)) {
        mem_free(truth);
        return NULL;
    }
    size_t place = s->next++ % SPLITS;
    mem_free(s->kept[place].truth);
    s->kept[place].id = id;
    s->kept[place].truth = truth;
    s->kept[place].n = n;
    return truth;
}

static int fill_scores(const float *scores, const double *truth, size_t n,
                       struct ablation_scores *to, struct err *e)
{
    to->predicted = mem_alloc(n, sizeof *to->predicted);
    to->truth = mem_copy(truth, n * sizeof *truth);
    if (!to->predicted || !to->truth)
        return mem_error(e, "the predictions of a run", n * sizeof *truth);
    for (size_t i = 0; i < n; i++)
        to->predicted[i] = (double)scores[i];
    to->n = n;
    return 0;
}

static int read_scores(void *context, int64_t run, int epoch, struct ablation_scores *to,
                       struct err *e)
{
    struct splits *s = context;
    float *scores;
    size_t n;
    int64_t split;
    if (db_ledger(s->db, run, epoch, &scores, &n, e))
        return -1;
    int status = n ? db_split_of(s->db, run, &split, e) : 0;
    const double *truth = !status && n ? truths_of(s, split, n, e) : NULL;
    if (n && !truth)
        status = -1;
    if (truth)
        status = fill_scores(scores, truth, n, to, e);
    mem_free(scores);
    return status;
}

static int make(struct db *db, const struct runs *runs, const char *experiment,
                const struct ablation_choice *choice, struct ablation **out, struct err *e)
{
    struct row_column columns[ROW_MOST_COLUMNS];
    struct setting_row *settings = NULL;
    struct tested_row *tested = NULL;
    struct reference_row *references = NULL;
    struct splits splits = {.db = db};
    const struct rows_list list = {columns, runs->list, runs->n, sizeof *runs->list,
                                   clock_date_s()};
    struct ablation_source source = {
        .experiment = experiment, .runs = &list, .scores = read_scores, .context = &splits};
    ui_run_columns(columns);
    int status = db_reading_begin(db, e);
    if (!status)
        status = db_settings(db, experiment, &settings, &source.n_settings, e);
    if (!status)
        status = db_tested(db, experiment, &tested, &source.n_tested, e);
    if (!status)
        status = db_references(db, &references, &source.n_references, e);
    source.settings = settings;
    source.tested = tested;
    source.references = references;
    if (!status)
        status = ablation_make(out, &source, choice, e);
    db_reading_end(db);
    for (size_t i = 0; i < SPLITS; i++)
        mem_free(splits.kept[i].truth);
    mem_free(settings);
    mem_free(tested);
    mem_free(references);
    return status;
}

/* --- what it is made from --- */

static uint64_t hash_field(uint64_t hash, const struct row_column *c, const struct ui_run *run)
{
    if (c->kind == ROW_TEXT)
        return hash_text(hash, rows_text(c, run));
    double value = rows_number(c, run, 0);
    return hash_bytes(hash, &value, sizeof value);
}

/* Figures of runs that are not finished are in no table, and change all the time. */
static uint64_t hash_run(uint64_t hash, const struct row_column *columns, const struct ui_run *run)
{
    bool finished = !strcmp(run->state, "finished");
    hash = hash_text(hash_bytes(hash, &run->id, sizeof run->id), run->state);
    for (const struct row_column *c = columns; c->name; c++)
        if (finished ? !c->derived : c->use & ROW_LAUNCHED)
            hash = hash_field(hash, c, run);
    return hash;
}

static uint64_t hash_looks(uint64_t hash, const struct ablation_looks *looks)
{
    const int rest[] = {(int)looks->spending, (int)looks->origin};
    char seeds[LOOKS_TEXT_BYTES];
    ablation_looks_text(looks, seeds);
    hash = hash_bytes(hash_text(hash, seeds), rest, sizeof rest);
    return hash_bytes(hash, &looks->finished, sizeof looks->finished);
}

static uint64_t hash_of(const struct runs *runs, const char *experiment,
                        const struct ablation_choice *choice)
{
    struct row_column columns[ROW_MOST_COLUMNS];
    uint64_t hash = hash_text(HASH_START, experiment);
    ui_run_columns(columns);
    hash = hash_text(hash, choice->baseline ? choice->baseline : "");
    hash = hash_bytes(hash, &choice->at, sizeof choice->at);
    hash = hash_bytes(hash, &choice->bootstrap, sizeof choice->bootstrap);
    hash = choice->looks ? hash_looks(hash, choice->looks) : hash;
    for (size_t i = 0; i < runs->n; i++)
        hash = hash_run(hash, columns, &runs->list[i]);
    return hash | 1;
}

int experiment_ablation(struct db *db, const char *experiment, const struct ablation_choice *choice,
                        uint64_t *known, struct ablation **out, struct err *e)
{
    struct runs runs = {.n = 0};
    *out = NULL;
    int status = read_runs(db, experiment, &runs, e);
    uint64_t hash = known && !status ? hash_of(&runs, experiment, choice) : 0;
    if (!status && (!known || *known != hash))
        status = make(db, &runs, experiment, choice, out, e);
    if (known && !status)
        *known = hash;
    mem_free(runs.list);
    intern_free(runs.texts);
    return status;
}
