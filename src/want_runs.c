/* want_runs.c - the list of runs: first a page of the newest, then the older ones, then only those
 * that changed. What the screen keeps of them is small, and sorted as the database gives it.
 */
#include "src/want.h"

#include "base/err.h"
#include "base/mem.h"
#include "db/db.h"

#include <string.h>

#define FIRST_PAGE 100 /* more lines than screens have */
#define PAGE 500

/* What is new, newest first. */
struct runs_news {
    struct ui_run *runs;
    size_t n;
    int64_t *left; /* when some were deleted: all that are left, else NULL */
    size_t n_left;
    bool more; /* older ones are to come */
};

static void free_rows(void *rows)
{
    struct runs_news *news = rows;
    if (!news)
        return;
    mem_free(news->runs);
    mem_free(news->left);
    mem_free(news);
}

/* --- reader thread --- */

static int intern_texts(struct intern *texts, struct ui_run *run)
{
    bool failed = false;
#define INTERN(field) failed |= !(run->field = intern_text(texts, run->field));
#define NOTHING(type, field)
    UI_RUN_FIELDS(INTERN, NOTHING)
#undef INTERN
#undef NOTHING
    return failed ? -1 : 0;
}

static struct runs_news *news_of(struct want_source *s, const struct run_row *rows, size_t n)
{
    struct runs_news *news = mem_alloc(1, sizeof *news);
    if (!news)
        return NULL;
    news->runs = mem_alloc(n, sizeof *news->runs);
    bool falling = n < 2 || rows[0].id > rows[1].id;
    for (news->n = 0; news->runs && news->n < n; news->n++) {
        struct ui_run *run = &news->runs[news->n];
        *run = ui_run_of(&rows[falling ? news->n : n - 1 - news->n]);
        if (intern_texts(s->texts, run))
            break;
    }
    if (news->n == n && news->runs)
        return news;
    free_rows(news);
    return NULL;
}

/* Reads the mark first, so that no change between two pages is missed. */
static int begin(struct want_source *s, struct err *e)
{
    struct run_row *none;
    size_t n, all;
    s->since = INT64_MAX;
    if (db_runs_since(s->db, &s->since, &none, &n, &all, e))
        return -1;
    mem_free(none);
    s->begun = true;
    return 0;
}

static int fetch_page(struct want_source *s, void **out, struct err *e)
{
    struct run_row *rows;
    size_t n, most = s->known ? PAGE : FIRST_PAGE;
    if ((!s->begun && begin(s, e)) || db_runs_page(s->db, s->oldest, most, &rows, &n, e))
        return -1;
    if (db_runs_curves(s->db, rows, n, e)) {
        mem_free(rows);
        return -1;
    }
    struct runs_news *news = news_of(s, rows, n);
    mem_free(rows);
    if (!news)
        return mem_error(e, "the list of runs", n * sizeof *news->runs);
    if (n && !s->known)
        s->newest = news->runs[0].id;
    if (n)
        s->oldest = news->runs[n - 1].id;
    s->known += n;
    s->complete = n < most;
    news->more = !s->complete;
    *out = news;
    return news->more;
}

static int fetch_left(struct want_source *s, struct runs_news *news, struct err *e)
{
    if (db_run_ids(s->db, &news->left, &news->n_left, e))
        return -1;
    s->known = 0;
    for (size_t i = 0; i < news->n_left; i++)
        s->known += news->left[i] <= s->newest;
    return 0;
}

static int fetch_changed(struct want_source *s, void **out, struct err *e)
{
    struct run_row *rows;
    size_t n, all;
    int64_t since = s->since;
    if (db_runs_since(s->db, &since, &rows, &n, &all, e))
        return -1;
    if (db_runs_curves(s->db, rows, n, e)) {
        mem_free(rows);
        return -1;
    }
    for (size_t i = 0; i < n; i++)
        s->known += rows[i].id > s->newest;
    if (n && rows[n - 1].id > s->newest)
        s->newest = rows[n - 1].id;
    bool deleted = all != s->known; /* or come back: then its number is not new */
    struct runs_news *news = n || deleted ? news_of(s, rows, n) : NULL;
    mem_free(rows);
    if ((n || deleted) && !news)
        return mem_error(e, "the list of runs", n * sizeof *news->runs);
    if (deleted && fetch_left(s, news, e)) {
        free_rows(news);
        return -1;
    }
    s->since = since;
    *out = news;
    return 0;
}

static int fetch(struct want_source *s, const struct ui_want *want, void **rows, struct err *e)
{
    (void)want;
    return s->complete ? fetch_changed(s, rows, e) : fetch_page(s, rows, e);
}

/* --- screen thread --- */

struct runs_list {
    struct ui_run *runs; /* newest first */
    size_t n, room;
};

static int reserve(struct runs_list *list, size_t n)
{
    if (n <= list->room)
        return 0;
    size_t room = n + n / 4; /* this may be the last page */
    struct ui_run *runs = mem_resize(list->runs, room, sizeof *runs);
    if (!runs)
        return -1;
    list->runs = runs;
    list->room = room;
    return 0;
}

/* Replaces the runs that are there already; returns how many are not. */
static size_t replace_known(struct runs_list *list, const struct runs_news *news)
{
    const struct ui_model known = {.runs = list->runs, .n_runs = list->n};
    size_t fresh = 0;
    for (size_t i = 0; i < news->n; i++) {
        const struct ui_run *run = ui_run_find(&known, news->runs[i].id);
        if (run)
            list->runs[run - list->runs] = news->runs[i];
        else
            fresh++;
    }
    return fresh;
}

/* Both lists fall, so what is new goes in from the end, where there is room. */
static int merge(struct runs_list *list, const struct runs_news *news)
{
    size_t fresh = replace_known(list, news), from = list->n, to = list->n + fresh;
    if (!fresh)
        return 0;
    if (reserve(list, to))
        return -1;
    list->n = to;
    for (size_t i = news->n; i > 0;) {
        const struct ui_run *run = &news->runs[i - 1];
        if (from > 0 && list->runs[from - 1].id < run->id) {
            list->runs[--to] = list->runs[--from];
            continue;
        }
        if (from > 0 && list->runs[from - 1].id == run->id)
            from--;
        list->runs[--to] = *run;
        i--;
    }
    return 0;
}

static void remove_deleted(struct runs_list *list, const struct runs_news *news)
{
    size_t kept = 0;
    for (size_t i = 0, k = 0; i < list->n; i++) {
        while (k < news->n_left && news->left[k] > list->runs[i].id)
            k++;
        if (k < news->n_left && news->left[k] == list->runs[i].id)
            list->runs[kept++] = list->runs[i];
    }
    list->n = kept;
}

static int adopt(void **kept, void *rows, struct ui_model *view, struct err *e)
{
    struct runs_list *list = *kept ? *kept : mem_alloc(1, sizeof *list);
    struct runs_news *news = rows;
    int status = 0;
    *kept = list;
    if (!list || merge(list, news)) {
        status = mem_error(e, "the list of runs", news->n * sizeof *news->runs);
    } else {
        if (news->left)
            remove_deleted(list, news);
        view->runs = list->runs;
        view->n_runs = list->n;
        view->reading_runs = news->more;
        view->runs_version++;
    }
    free_rows(news);
    return status;
}

static void free_kept(void *kept, struct ui_model *view)
{
    struct runs_list *list = kept;
    view->runs = NULL;
    view->n_runs = 0;
    if (list)
        mem_free(list->runs);
    mem_free(list);
}

const struct want_kind want_runs = {.fetch = fetch,
                                    .adopt = adopt,
                                    .free_rows = free_rows,
                                    .free_kept = free_kept,
                                    .lasting = true};
