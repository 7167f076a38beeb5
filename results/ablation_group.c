/* ablation_group.c - which runs stand in which cell: rows and columns by columns of runs or by
 * options, in the order of their oldest runs; and of runs that share fold, seed and settings which
 * one counts.
 */
#include "results/ablation_priv.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MOST_KEYS 4     /* of rows, and of columns */
#define LABEL_BYTES 768 /* of as many values */
#define SETTING_DIGITS 6

/* What rows or columns differ in. */
struct key {
    const struct row_column *column; /* NULL: */
    char option[48];
    bool loss; /* with its weights */
};

struct side {
    struct key keys[MOST_KEYS];
    size_t n_keys;
    const char **labels;
    int64_t *oldest; /* run of each label */
    size_t n, room;
};

/* --- keys --- */

static const struct row_column *column_said(const struct row_column *columns, const char *said)
{
    char name[48];
    str_copy(name, sizeof name, said);
    for (char *c = name; *c; c++)
        if (*c == '-')
            *c = '_';
    for (const struct row_column *c = columns; c->name; c++)
        if (c->title && !(c->use & ROW_TIME) &&
            (!strcasecmp(c->name, name) || !strcasecmp(c->title, said)))
            return c;
    return NULL;
}

static int read_key(struct making *m, const char *said, struct key *key, struct err *e)
{
    const struct ablation_source *s = m->source;
    *key = (struct key){.column = column_said(s->runs->columns, said)};
    key->loss = key->column && !strcmp(key->column->name, "loss");
    str_addf(&m->parted, "%s,%s", key->column ? key->column->name : said,
             key->loss ? "alpha,beta,gamma," : "");
    str_copy(key->option, sizeof key->option, said);
    if (key->column || !s->runs->n)
        return 0;
    for (size_t i = 0; i < s->n_settings; i++)
        if (!strcmp(s->settings[i].name, said))
            return 0;
    return err_set(
        e, ERR_USAGE,
        "there is no column or option '%.40s' to make rows or columns by; `combolab runs "
        "--format csv` has the columns, `combolab train --help` the options",
        said);
}

/* "loss,image-size"; what they are called together is the ablation's. */
static int read_keys(struct making *m, const char *said, struct side *side, const char **called,
                     struct err *e)
{
    char name[64], all[MOST_KEYS * 50] = "";
    for (const char *at = said;; at++) {
        size_t length = strcspn(at, ",");
        struct key *key = &side->keys[side->n_keys];
        if (side->n_keys == MOST_KEYS)
            return err_set(e, ERR_USAGE, "'%.80s' are more than %d names", said, MOST_KEYS);
        snprintf(name, sizeof name, "%.*s", (int)(length < 46 ? length : 46), at);
        if (read_key(m, name, key, e))
            return -1;
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", used ? ", " : "",
                 key->column ? key->column->title : key->option);
        side->n_keys++;
        at += length;
        if (!*at)
            break;
    }
    if (m->parted.failed)
        return mem_error(e, "what rows differ in", m->parted.length);
    *called = ablation_text(m, all, e);
    return *called ? 0 : -1;
}

/* --- labels --- */

static void add_number(char *to, size_t room, double value, char before)
{
    char number[32] = "-";
    if (isfinite(value))
        str_shortest(number, sizeof number, value, before ? SETTING_DIGITS : 15);
    snprintf(to, room, "%c%s", before, number);
    if (!before)
        str_copy(to, room, number);
}

/* "combo 2,1,1" */
static void add_weights(const struct making *m, const void *row, char *to, size_t room)
{
    for (size_t i = 0, at = 0; i < 3 && at < room; i++, at += strlen(to + at)) {
        const struct row_column *c = m->columns.weights[i];
        double weight = c ? rows_number(c, row, 0) : (double)NAN;
        if (!isfinite(weight))
            return;
        add_number(to + at, room - at, weight, i ? ',' : ' ');
    }
}

static void add_value(const struct making *m, const struct key *key, const void *row, int64_t id,
                      char *to, size_t room)
{
    const struct rows_list *list = m->source->runs;
    if (!key->column)
        str_copy(to, room, ablation_option(m->source, id, key->option));
    else if (key->column->kind == ROW_TEXT)
        str_copy(to, room, rows_text(key->column, row));
    else
        add_number(to, room, rows_number(key->column, row, list->now_s), '\0');
    if (!to[0])
        str_copy(to, room, "-");
    if (key->loss)
        add_weights(m, row, to + strlen(to), room - strlen(to));
}

static void make_label(const struct making *m, const struct side *side, const void *row, int64_t id,
                       char to[LABEL_BYTES])
{
    to[0] = '\0';
    for (size_t i = 0; i < side->n_keys; i++) {
        size_t at = strlen(to);
        str_copy(to + at, LABEL_BYTES - at, i ? ", " : "");
        at += strlen(to + at);
        add_value(m, &side->keys[i], row, id, to + at, LABEL_BYTES - at);
    }
}

static int grow(struct side *side, struct err *e)
{
    size_t room = side->room ? 2 * side->room : 16;
    const char **labels = mem_resize(side->labels, room, sizeof *labels);
    if (labels)
        side->labels = labels;
    int64_t *oldest = labels ? mem_resize(side->oldest, room, sizeof *oldest) : NULL;
    if (!oldest)
        return mem_error(e, "the rows of an ablation", room * sizeof *labels);
    side->oldest = oldest;
    side->room = room;
    return 0;
}

/* The place of a label, which is added when it is new. Labels are few, and the same pointer when
 * they are equal. */
static int place_label(struct side *side, const char *label, int64_t id, size_t *place,
                       struct err *e)
{
    for (*place = 0; *place < side->n; ++*place) {
        if (side->labels[*place] != label)
            continue;
        if (side->oldest[*place] > id)
            side->oldest[*place] = id;
        return 0;
    }
    if (side->n == ABLATION_MOST_LINES)
        return err_set(e, ERR_USAGE,
                       "there would be more than %d rows or columns: name others than '%.40s'",
                       ABLATION_MOST_LINES,
                       side->keys[0].column ? side->keys[0].column->title : side->keys[0].option);
    if (side->n == side->room && grow(side, e))
        return -1;
    side->labels[side->n] = label;
    side->oldest[side->n++] = id;
    return 0;
}

/* The oldest first; to[i] is where label i stands then. */
static void sort_labels(struct side *side, size_t *to)
{
    for (size_t i = 0; i < side->n; i++) {
        to[i] = 0;
        for (size_t k = 0; k < side->n; k++)
            to[i] +=
                side->oldest[k] < side->oldest[i] || (side->oldest[k] == side->oldest[i] && k < i);
    }
}

/* --- members --- */

static void find_columns(struct making *m)
{
    static const char *const last[] = {"last_pc", "last_mae", "last_rmse"};
    static const char *const best[] = {"best_pc", "best_mae", "best_rmse"};
    static const char *const weights[] = {"alpha", "beta", "gamma"};
    const struct row_column *all = m->source->runs->columns;
    struct member_columns *c = &m->columns;
    c->id = rows_column(all, "id");
    c->state = rows_column(all, "state");
    c->fold = rows_column(all, "fold");
    c->seed = rows_column(all, "seed");
    c->epochs_done = rows_column(all, "epochs_done");
    c->best_epoch = rows_column(all, "best_epoch");
    c->select = rows_column(all, "select");
    c->seconds = rows_column(all, "seconds");
    c->ended = rows_column(all, "ended");
    c->device = rows_column(all, "device");
    c->train_images = rows_column(all, "train_images");
    c->test_images = rows_column(all, "test_images");
    c->data_hash = rows_column(all, "data_hash");
    for (int i = 0; i < 3; i++)
        c->weights[i] = rows_column(all, weights[i]);
    for (int i = 0; i < ABLATION_METRICS; i++) {
        c->last[i] = rows_column(all, last[i]);
        c->best[i] = rows_column(all, best[i]);
    }
}

static int by_run(const void *run, const void *tested)
{
    int64_t a = *(const int64_t *)run, b = ((const struct tested_row *)tested)->run;
    return (a > b) - (a < b);
}

/* What is best on test is the run's own best when it was selected so. */
static void fill_tested(const struct making *m, struct member *to, const double *best, bool by_test)
{
    const struct ablation_source *s = m->source;
    const struct tested_row *found =
        by_test || !s->n_tested
            ? NULL
            : bsearch(&to->id, s->tested, s->n_tested, sizeof *s->tested, by_run);
    const double figures[ABLATION_METRICS] = {found ? found->pc : (double)NAN,
                                              found ? found->mae : (double)NAN,
                                              found ? found->rmse : (double)NAN};
    memcpy(to->tested, by_test ? best : figures, sizeof to->tested);
}

static void fill_member(const struct making *m, size_t place, struct member *to)
{
    const struct member_columns *c = &m->columns;
    const struct rows_list *list = m->source->runs;
    const void *row = rows_at(list, place);
    double best[ABLATION_METRICS], fold = rows_number(c->fold, row, 0);
    double ended = rows_number(c->ended, row, 0);
    bool by_test = strcmp(rows_text(c->select, row), "val") != 0;
    bool at_best = m->choice->at == ABLATION_BEST;
    double epoch = rows_number(at_best ? c->best_epoch : c->epochs_done, row, 0);
    *to = (struct member){.place = place,
                          .id = (int64_t)rows_number(c->id, row, 0),
                          .seed = (int64_t)rows_number(c->seed, row, 0),
                          .fold = isfinite(fold) ? (int)fold : 0,
                          .epoch = isfinite(epoch) ? (int)epoch : 0,
                          .state = rows_text(c->state, row),
                          .optimistic = at_best && by_test,
                          .seconds = rows_number(c->seconds, row, list->now_s),
                          .ended = isfinite(ended) ? ended : 0,
                          .device = rows_text(c->device, row),
                          .train_images = rows_number(c->train_images, row, 0),
                          .test_images = rows_number(c->test_images, row, 0)};
    to->finished = !strcmp(to->state, "finished");
    to->data = hash_text(HASH_START, rows_text(c->data_hash, row));
    for (int i = 0; i < ABLATION_FIGURES; i++)
        to->figure[i] = NAN;
    for (int i = 0; i < ABLATION_METRICS; i++) {
        best[i] = rows_number(c->best[i], row, 0);
        if (m->choice->at != ABLATION_HALF)
            to->figure[i] = at_best ? best[i] : rows_number(c->last[i], row, 0);
    }
    fill_tested(m, to, best, by_test);
}

static int by_cell(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    if (x->fold != y->fold)
        return x->fold < y->fold ? -1 : 1;
    if (x->seed != y->seed)
        return x->seed < y->seed ? -1 : 1;
    if (x->finished != y->finished)
        return x->finished ? -1 : 1;
    return (x->id < y->id) - (x->id > y->id);
}

static int label_member(struct making *m, struct side *side, const struct member *member,
                        size_t *place, struct err *e)
{
    char label[LABEL_BYTES];
    make_label(m, side, rows_at(m->source->runs, member->place), member->id, label);
    const char *kept = ablation_text(m, label, e);
    return kept ? place_label(side, kept, member->id, place, e) : -1;
}

static int make_members(struct making *m, struct side sides[2], struct err *e)
{
    size_t n = m->source->runs->n;
    m->members = mem_alloc(n, sizeof *m->members);
    if (!m->members)
        return mem_error(e, "the runs of an ablation", n * sizeof *m->members);
    for (; m->n < n; m->n++) {
        struct member *member = &m->members[m->n];
        fill_member(m, m->n, member);
        if (label_member(m, &sides[0], member, &member->row, e) ||
            label_member(m, &sides[1], member, &member->column, e))
            return -1;
    }
    return 0;
}

/* Where each label stands at last, and each cell's first member. */
static int order_members(struct making *m, struct side sides[2], struct err *e)
{
    size_t to[2][ABLATION_MOST_LINES], n_cells = sides[0].n * sides[1].n;
    for (int i = 0; i < 2; i++)
        sort_labels(&sides[i], to[i]);
    for (size_t i = 0; i < m->n; i++) {
        m->members[i].row = to[0][m->members[i].row];
        m->members[i].column = to[1][m->members[i].column];
    }
    for (size_t i = 0; i < sides[0].n; i++)
        m->a->rows[to[0][i]] = sides[0].labels[i];
    for (size_t i = 0; i < sides[1].n; i++)
        m->a->columns[to[1][i]] = sides[1].labels[i];
    if (m->n)
        qsort(m->members, m->n, sizeof *m->members, by_cell);
    m->begin = mem_alloc(n_cells + 1, sizeof *m->begin);
    if (!m->begin)
        return mem_error(e, "the cells of an ablation", n_cells * sizeof *m->begin);
    for (size_t cell = 0, i = 0; cell <= n_cells; cell++) {
        m->begin[cell] = i;
        while (i < m->n && m->members[i].row * sides[1].n + m->members[i].column == cell)
            i++;
    }
    return 0;
}

/* --- the baseline --- */

static size_t row_called(const struct ablation *a, const char *name)
{
    size_t row = 0;
    while (row < a->n_rows && strcasecmp(a->rows[row], name))
        row++;
    return row;
}

static int refuse_baseline(const struct ablation *a, const char *said, struct err *e)
{
    struct str names;
    str_init(&names);
    for (size_t i = 0; i < a->n_rows; i++)
        str_addf(&names, "%s %.60s", i ? "," : "", a->rows[i]);
    err_set(e, ERR_USAGE, "there is no row '%.60s' to compare with; there are:%s", said,
            names.text);
    str_fini(&names);
    return -1;
}

/* The row asked for, or the first of the usual ones, or simply the first. */
static int choose_baseline(struct making *m, struct err *e)
{
    static const char *const usual[] = {"mse", "l1"};
    struct ablation *a = m->a;
    const char *said = m->choice->baseline;
    a->baseline_chosen = said && said[0];
    a->baseline = a->baseline_chosen ? row_called(a, said) : a->n_rows;
    if (a->baseline_chosen && a->n_rows && a->baseline == a->n_rows)
        return refuse_baseline(a, said, e);
    for (size_t i = 0; i < 2 && a->baseline == a->n_rows; i++)
        a->baseline = row_called(a, usual[i]);
    if (a->baseline == a->n_rows)
        a->baseline = 0;
    return 0;
}

static int make_arrays(struct making *m, const struct side sides[2], struct err *e)
{
    struct ablation *a = m->a;
    a->n_rows = sides[0].n;
    a->n_columns = sides[1].n;
    a->rows = mem_alloc(a->n_rows, sizeof *a->rows);
    a->columns = mem_alloc(a->n_columns, sizeof *a->columns);
    a->cells = mem_alloc(a->n_rows * a->n_columns, sizeof *a->cells);
    a->differences = mem_alloc(a->n_rows * a->n_columns, sizeof *a->differences);
    if (a->rows && a->columns && a->cells && a->differences)
        return 0;
    return mem_error(e, "the cells of an ablation", a->n_rows * a->n_columns * sizeof *a->cells);
}

int ablation_group(struct making *m, struct err *e)
{
    struct side sides[2] = {0};
    const struct ablation_choice *c = m->choice;
    find_columns(m);
    int status = read_keys(m, c->rows ? c->rows : "loss", &sides[0], &m->a->rows_by, e);
    if (!status)
        status =
            read_keys(m, c->columns ? c->columns : "backbone", &sides[1], &m->a->columns_by, e);
    if (!status)
        status = make_members(m, sides, e);
    if (!status)
        status = make_arrays(m, sides, e);
    if (!status)
        status = order_members(m, sides, e);
    if (!status)
        status = choose_baseline(m, e);
    for (int i = 0; i < 2; i++) {
        mem_free(sides[i].labels);
        mem_free(sides[i].oldest);
    }
    return status;
}
