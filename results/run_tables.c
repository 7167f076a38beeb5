/* run_tables.c - runs as tables: many, one, those just trained; and a ledger. */
#include "results/run_tables.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "results/rows_table.h"

#include <math.h>
#include <string.h>

/* The list's columns: those that were asked for, or the usual ones. */
static size_t list_columns(const struct run_tables_choice *choice,
                           const struct row_column *to[ROW_MOST_COLUMNS])
{
    size_t n = 0;
    if (choice->n_columns) {
        memcpy(to, choice->columns, choice->n_columns * sizeof *to);
        return choice->n_columns;
    }
    for (const struct row_column *c = row_run_columns; c->name; c++)
        if (c->use & ROW_LISTED)
            to[n++] = c;
    return n;
}

/* The cells of one row, which may be of another kind than runs and lack columns. */
static void add_listed(struct table *t, const struct rows_list *list, size_t place)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct row_column *c = rows_column(list->columns, t->columns[i].name);
        if (c)
            rows_table_cell(t, c, rows_at(list, place), list->now_s);
        else if (!strcmp(t->columns[i].name, "state"))
            table_text(t, "published");
        else
            table_missing(t);
    }
}

static int add_list(struct table *t, const struct rows_list *list,
                    const struct run_tables_choice *choice, struct err *e)
{
    int *places = mem_alloc(list->n, sizeof *places);
    size_t n = list->n;
    int status = 0;
    if (!places)
        return mem_error(e, "a list of rows", n * sizeof *places);
    for (size_t i = 0; i < n; i++)
        places[i] = (int)i;
    if (choice->filter)
        n = rows_filter_choose(choice->filter, list, places);
    if (choice->by)
        status = rows_sort(list, choice->by, choice->reverse, places, n, e);
    for (size_t i = 0; !status && i < n && (!choice->most || i < choice->most); i++)
        add_listed(t, list, (size_t)places[i]);
    mem_free(places);
    return status;
}

int run_tables_list(struct table **out, const struct run_tables_choice *choice,
                    const struct run_row *runs, size_t n, const struct reference_row *references,
                    size_t n_references, double now_s, struct err *e)
{
    const struct row_column *columns[ROW_MOST_COLUMNS];
    struct table_column made[ROW_MOST_COLUMNS];
    const struct rows_list lists[] = {
        {row_run_columns, runs, n, sizeof *runs, now_s},
        {row_reference_columns, references, n_references, sizeof *references, now_s}};
    size_t n_columns = list_columns(choice, columns);
    for (size_t i = 0; i < n_columns; i++) {
        made[i] = rows_table_column(columns[i]);
        made[i].spare &= !choice->n_columns; /* what was asked for is there */
    }
    if (table_new(out, "runs", false, made, n_columns, e))
        return -1;
    if (add_list(*out, &lists[0], choice, e) || add_list(*out, &lists[1], choice, e)) {
        table_free(*out);
        *out = NULL;
        return -1;
    }
    for (size_t i = 0; i < n_columns; i++)
        rows_table_mark(*out, i, columns[i]);
    return 0;
}

int run_tables_one(struct table **out, const struct run_row *run, double now_s, struct err *e)
{
    if (rows_table_new(out, "run", true, row_run_columns, 0, e))
        return -1;
    rows_table_add(*out, row_run_columns, 0, run, now_s);
    return 0;
}

/* Which of a run's columns a report has, and what they are called there. */
static const struct {
    const char *column, *name, *title;
    bool spare;
} reported[] = {
    {"id", "id", "run", false},
    {"name", "name", "name", false},
    {"loss", "loss", "loss", false},
    {"state", "state", "state", false},
    {"epochs_done", "epochs", "epochs", false},
    {"best_epoch", "best_epoch", "best at", false},
    {"best_mae", "best_mae", "MAE@best", false},
    {"best_rmse", "best_rmse", "RMSE@best", false},
    {"best_pc", "best_pc", "best PC", false},
    {"last_mae", "last_mae", "last MAE", true},
    {"last_rmse", "last_rmse", "last RMSE", true},
    {"last_pc", "last_pc", "last PC", true},
    {"seconds", "seconds", "took", true},
};

#define REPORTED (sizeof reported / sizeof *reported)

int run_tables_report(struct table **out, const struct run_row *runs, size_t n, struct err *e)
{
    const struct row_column *columns[REPORTED];
    struct table_column made[REPORTED];
    for (size_t c = 0; c < REPORTED; c++) {
        columns[c] = rows_column(row_run_columns, reported[c].column);
        made[c] = rows_table_column(columns[c]);
        made[c].name = reported[c].name;
        made[c].title = reported[c].title;
        made[c].spare = reported[c].spare;
    }
    if (table_new(out, "runs", false, made, REPORTED, e))
        return -1;
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < REPORTED; c++)
            rows_table_cell(*out, columns[c], &runs[i], runs[i].ended);
    for (size_t c = 0; c < REPORTED; c++)
        rows_table_mark(*out, c, columns[c]);
    return 0;
}

static bool occurs_before(const struct algorithm_row *rows, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (!strcmp(rows[k].method, rows[i].method))
            return true;
    return false;
}

int run_tables_methods(struct table **out, const struct algorithm_row *rows, size_t n,
                       struct err *e)
{
    static const struct table_column columns[] = {
        {"method", "computed by", TABLE_TEXT, 0, false},
        {"jobs", "jobs", TABLE_INT, 0, false},
    };
    if (table_new(out, "methods", false, columns, 2, e))
        return -1;
    for (size_t i = 0; i < n; i++) {
        int64_t jobs = 0;
        if (occurs_before(rows, i))
            continue;
        for (size_t k = i; k < n; k++)
            jobs += !strcmp(rows[k].method, rows[i].method);
        table_text(*out, rows[i].method);
        table_int(*out, jobs);
    }
    return 0;
}

int run_tables_ledger(struct table **out, const struct split_row *split, size_t n_split,
                      const float *scores, size_t n, struct err *e)
{
    if (rows_table_new(out, "ledger", false, row_prediction_columns, ROW_LISTED, e))
        return -1;
    for (size_t i = 0, at = 0; i < n; i++) {
        struct prediction_row row = {.place = (int64_t)i, .truth = NAN, .predicted = scores[i]};
        while (at < n_split && split[at].place < row.place)
            at++;
        if (at < n_split && split[at].place == row.place) {
            str_copy(row.image, sizeof row.image, split[at].image);
            row.truth = split[at].truth;
        }
        rows_table_add(*out, row_prediction_columns, ROW_LISTED, &row, (double)NAN);
    }
    return 0;
}
