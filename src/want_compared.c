/* want_compared.c - several runs to compare: options, terms and curves of each. What has been read
 * once is caught up: later epochs alone are fetched, unless a run went on from before its last one.
 *
 * It is kept while other views are shown, so that coming back costs nothing.
 */
#include "src/want.h"

#include "base/err.h"
#include "base/mem.h"
#include "db/db.h"

#include <limits.h>
#include <stdlib.h>

#define MOST_POINTS 300000 /* of all runs together: 30 MB */
#define POINTS_AT_ONCE 20000

/* What is new of a run. */
struct news {
    int64_t run;
    bool whole; /* in the place of what there was */
    bool too_long;
    struct compare_option *options; /* whole; its own block */
    size_t n_options;
    struct term_row terms[ROW_MAX_TERMS];
    size_t n_terms;
    struct curve_point *points;
    size_t n_points;
};

struct compared_rows {
    int64_t runs[UI_MOST_COMPARED]; /* all that are wanted, in order */
    size_t n_runs;
    struct news *news;
    size_t n;
};

static void free_rows(void *rows)
{
    struct compared_rows *r = rows;
    for (size_t i = 0; r && i < r->n; i++) {
        mem_free(r->news[i].options);
        mem_free(r->news[i].points);
    }
    if (r)
        mem_free(r->news);
    mem_free(r);
}

/* --- reader thread --- */

static int read_options(struct want_source *s, struct news *news, struct err *e)
{
    struct option_row *rows;
    size_t n;
    if (db_options(s->db, news->run, &rows, &n, e))
        return -1;
    news->options = mem_alloc(n, sizeof *news->options);
    bool failed = !news->options;
    for (; !failed && news->n_options < n; news->n_options++) {
        struct compare_option *to = &news->options[news->n_options];
        to->name = intern_text(s->texts, rows[news->n_options].name);
        to->value = intern_text(s->texts, rows[news->n_options].value);
        failed = !to->name || !to->value;
    }
    mem_free(rows);
    return failed ? mem_error(e, "the options of a run", n * sizeof *news->options) : 0;
}

/* Epochs from the last one that is known on, which comes again: to be compared. */
static int read_epochs(struct want_source *s, struct news *news, struct want_read *read,
                       size_t others, struct err *e)
{
    struct epoch_row *rows;
    size_t n;
    if (db_epochs_from(s->db, news->run, news->whole ? INT_MIN : read->epoch, &rows, &n, e))
        return -1;
    if (!news->whole && (!n || rows[0].epoch != read->epoch || rows[0].time != read->time)) {
        mem_free(rows);
        news->whole = true;
        return read_epochs(s, news, read, others, e);
    }
    size_t known = news->whole ? 0 : 1;
    news->n_points = n - known;
    read->epochs = news->whole ? n : read->epochs + news->n_points;
    if (others + read->epochs > MOST_POINTS) {
        news->whole = news->too_long = true;
        news->n_points = read->epochs = 0;
    }
    news->points = curves_points(rows + known, news->n_points);
    if (n) {
        read->epoch = rows[n - 1].epoch;
        read->time = rows[n - 1].time;
    }
    mem_free(rows);
    return news->points ? 0 : mem_error(e, "curves", news->n_points * sizeof *news->points);
}

static int read_run(struct want_source *s, struct news *news, struct want_read *read, size_t others,
                    struct err *e)
{
    news->whole = !read->epoch;
    if (read_epochs(s, news, read, others, e))
        return -1;
    if (!news->whole)
        return 0;
    return read_options(s, news, e) || db_terms(s->db, news->run, news->terms, &news->n_terms, e)
               ? -1
               : 0;
}

/* What was known of the run at the last fetch. */
static struct want_read known_of(const struct want_source *s, int64_t run)
{
    for (size_t i = 0; i < s->n_read; i++)
        if (s->read[i].run == run)
            return s->read[i];
    return (struct want_read){.run = run};
}

static bool is_new(const struct want_source *s, int64_t run)
{
    for (size_t i = 0; i < s->n_read; i++)
        if (s->read[i].run == run)
            return false;
    return true;
}

static size_t points_of(const struct want_read *read, size_t n, size_t but)
{
    size_t points = 0;
    for (size_t i = 0; i < n; i++)
        points += i == but ? 0 : read[i].epochs;
    return points;
}

/* 1 when there is more: what was read so far goes out first. */
static int read_runs(struct want_source *s, const struct ui_want *want, struct compared_rows *r,
                     struct want_read *read, struct err *e)
{
    size_t points = 0;
    for (size_t i = 0; i < r->n_runs; i++)
        read[i] = known_of(s, r->runs[i]);
    for (size_t i = 0; i < r->n_runs; i++) {
        struct news *news = &r->news[r->n];
        bool first = is_new(s, r->runs[i]);
        if (points > POINTS_AT_ONCE) {
            r->n_runs = i; /* those after it are fetched next */
            return 1;
        }
        news->run = want->runs[i];
        r->n++;
        if (read_run(s, news, &read[i], points_of(read, r->n_runs, i), e))
            return -1;
        points += news->n_points;
        if (!first && !news->whole && !news->n_points) {
            mem_free(news->points);
            memset(&r->news[--r->n], 0, sizeof *news);
        }
    }
    return 0;
}

static int fetch(struct want_source *s, const struct ui_want *want, void **rows, struct err *e)
{
    struct want_read read[UI_MOST_COMPARED];
    struct compared_rows *r = mem_alloc(1, sizeof *r);
    if (r)
        r->news = mem_alloc(want->n_runs, sizeof *r->news);
    if (!r || !r->news) {
        free_rows(r);
        return mem_error(e, "the runs that are compared", want->n_runs * sizeof *r->news);
    }
    memcpy(r->runs, want->runs, sizeof r->runs);
    r->n_runs = want->n_runs;
    int status = read_runs(s, want, r, read, e);
    if (status < 0) {
        free_rows(r);
        return -1;
    }
    bool same = r->n_runs == s->n_read && !r->n;
    for (size_t i = 0; same && i < r->n_runs; i++)
        same = s->read[i].run == read[i].run;
    memcpy(s->read, read, r->n_runs * sizeof *read);
    s->n_read = r->n_runs;
    if (same)
        free_rows(r);
    else
        *rows = r;
    return status;
}

/* --- screen thread --- */

struct compared {
    struct ui_compared runs[UI_MOST_COMPARED];
    size_t n;
};

static void free_run(struct ui_compared *run)
{
    mem_free((void *)run->options);
    mem_free(run->curves.points);
    *run = (struct ui_compared){0};
}

/* The options and the points change hands. */
static int take(struct ui_compared *run, struct news *news)
{
    if (news->whole) {
        free_run(run);
        run->options = news->options;
        run->n_options = news->n_options;
        memcpy(run->terms, news->terms, sizeof run->terms);
        run->n_terms = news->n_terms;
        run->too_long = news->too_long;
        news->options = NULL;
    }
    run->run = news->run;
    return curves_add(&run->curves, news->points, news->n_points);
}

static struct ui_compared *find(struct compared *c, int64_t run)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->runs[i].run == run)
            return &c->runs[i];
    return NULL;
}

static struct news *news_of(struct compared_rows *r, int64_t run)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->news[i].run == run)
            return &r->news[i];
    return NULL;
}

static int merge(struct compared *to, struct compared *from, struct compared_rows *r)
{
    int status = 0;
    for (size_t i = 0; i < r->n_runs; i++) {
        struct ui_compared *before = find(from, r->runs[i]), *run = &to->runs[to->n++];
        struct news *news = news_of(r, r->runs[i]);
        *run = before ? *before : (struct ui_compared){.run = r->runs[i]};
        if (before)
            *before = (struct ui_compared){0};
        if (news)
            status |= take(run, news);
    }
    for (size_t i = 0; i < from->n; i++)
        free_run(&from->runs[i]);
    return status;
}

static void free_kept(void *kept, struct ui_model *view)
{
    struct compared *c = kept;
    for (size_t i = 0; c && i < c->n; i++)
        free_run(&c->runs[i]);
    mem_free(c);
    view->compared = NULL;
    view->n_compared = 0;
}

static int adopt(void **kept, void *rows, struct ui_model *view, struct err *e)
{
    struct compared *before = *kept ? *kept : mem_alloc(1, sizeof *before);
    struct compared *now = mem_alloc(1, sizeof *now);
    int status = before && now ? 0 : -1;
    *kept = before;
    if (!status) {
        status = merge(now, before, rows);
        mem_free(before);
        *kept = now;
        view->compared = now->runs;
        view->n_compared = now->n;
        view->compared_version++;
    } else {
        mem_free(now);
    }
    free_rows(rows);
    return status ? mem_error(e, "the runs that are compared", sizeof *now) : 0;
}

const struct want_kind want_compared = {.fetch = fetch,
                                        .adopt = adopt,
                                        .free_rows = free_rows,
                                        .free_kept = free_kept,
                                        .lasting = true};
