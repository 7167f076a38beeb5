/* want_sql_kept.c - what the screen keeps of a statement: its rows so far, and what has come of the
 * file that they were to go into. Screen thread.
 */
#include "src/want_sql.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

static void free_texts(char **names, size_t n)
{
    for (size_t i = 0; names && i < n; i++)
        mem_free(names[i]);
    mem_free(names);
}

void sql_part_free(void *rows)
{
    struct sql_part *p = rows;
    if (!p)
        return;
    free_texts(p->names, p->n_columns);
    mem_free(p->values);
    mem_free(p->texts);
    mem_free(p);
}

struct sql_kept {
    struct ui_sql shown;
    char **names;
    struct row_value *values;
    size_t room;
    char **texts; /* of the parts */
    size_t n_texts;
    char problem[ERR_TEXT_BYTES];
    struct ui_sql_file file;
    char file_path[OPT_TEXT_BYTES], file_problem[ERR_TEXT_BYTES];
};

static void clear(struct sql_kept *k)
{
    free_texts(k->names, k->shown.n_columns);
    free_texts(k->texts, k->n_texts);
    mem_free(k->values);
    k->shown = (struct ui_sql){.problem_at = UI_NOWHERE};
    k->names = k->texts = NULL;
    k->values = NULL;
    k->room = k->n_texts = 0;
}

static void take_file(struct sql_kept *k, const struct sql_part *p)
{
    k->file = (struct ui_sql_file){.number = p->number,
                                   .done = p->done,
                                   .exists = p->exists,
                                   .rows = p->written,
                                   .seconds = p->seconds};
    str_copy(k->file_path, sizeof k->file_path, p->file);
    str_copy(k->file_problem, sizeof k->file_problem, p->problem);
}

static int take_values(struct sql_kept *k, struct sql_part *p, size_t n_columns)
{
    size_t before = k->shown.n_rows * n_columns, n = before + p->n_values;
    if (!p->n_values)
        return 0;
    if (n > k->room) {
        size_t room = n + n / 2;
        struct row_value *values = mem_resize(k->values, room, sizeof *values);
        if (!values)
            return -1;
        k->values = values;
        k->room = room;
    }
    char **texts = mem_resize(k->texts, k->n_texts + 1, sizeof *texts);
    if (!texts)
        return -1;
    k->texts = texts;
    k->texts[k->n_texts++] = p->texts;
    p->texts = NULL;
    memcpy(k->values + before, p->values, p->n_values * sizeof *k->values);
    k->shown.n_rows += p->n_values / n_columns;
    return 0;
}

/* The rows of an older one may come late. */
static int take_part(struct sql_kept *k, struct sql_part *p)
{
    if (p->file[0])
        take_file(k, p);
    if (p->file[0] || p->number < k->shown.number)
        return 0;
    if (p->number != k->shown.number)
        clear(k);
    k->shown.number = p->number;
    if (p->names) {
        k->names = p->names;
        k->shown.n_columns = p->n_columns;
        p->names = NULL;
        p->n_columns = 0;
    }
    k->shown.done = p->done;
    k->shown.more |= p->more;
    k->shown.seconds = p->seconds;
    k->shown.problem_at = p->problem_at;
    str_copy(k->problem, sizeof k->problem, p->problem);
    return take_values(k, p, k->shown.n_columns);
}

static void show(struct ui_model *view, struct sql_kept *k)
{
    k->shown.names = (const char *const *)k->names;
    k->shown.values = k->values;
    k->shown.problem = k->problem;
    k->file.path = k->file_path;
    k->file.problem = k->file_problem;
    view->sql = k->shown;
    view->sql_file = k->file;
}

int want_sql_adopt(void **kept, void *rows, struct ui_model *view, struct err *e)
{
    struct sql_kept *k = *kept ? *kept : mem_alloc(1, sizeof *k);
    struct sql_part *p = rows;
    int status = 0;
    *kept = k;
    if (!k)
        status = mem_error(e, "rows of a statement", sizeof *k);
    else if (take_part(k, p))
        status = mem_error(e, "rows of a statement", p->n_values * sizeof *p->values);
    if (k)
        show(view, k);
    sql_part_free(p);
    return status;
}

void want_sql_free_kept(void *kept, struct ui_model *view)
{
    struct sql_kept *k = kept;
    view->sql = (struct ui_sql){.problem = "", .problem_at = UI_NOWHERE};
    view->sql_file = (struct ui_sql_file){.path = "", .problem = ""};
    if (k)
        clear(k);
    mem_free(k);
}
