/* want_sql.c - a statement of a user: its rows for the screen, or all of them into a file.
 *
 * How the screen takes them over is want_sql_kept.c's. Reader thread.
 *
 * It has a connection of its own, which can do nothing but read. Rows go to the screen in parts, as
 * they come, up to MOST_ROWS or MOST_BYTES; what is not wanted any more is ended at once. Every
 * statement is added to the history before it runs.
 */
#include "src/want_sql.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "db/db_sql.h"
#include "results/stream.h"
#include "results/table.h"
#include "src/history.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define MOST_ROWS 10000       /* on the screen */
#define MOST_BYTES (8 << 20)  /* that they take */
#define VALUE_BYTES 4096      /* of a text or a blob that are kept */
#define LONGEST_VALUE 1000000 /* in a statement: what takes long in one step cannot be ended */
#define PART_BYTES (64 << 10) /* of texts */
#define PART_ROWS 500
#define FIRST_S 0.03 /* after which the first rows are shown, */
#define LATER_S 0.2  /* and later ones, or that it still runs */

/* A statement that runs. */
struct sql_job {
    struct want_source *source;
    const struct ui_want *want;
    struct sql_part *part; /* NULL: out of memory */
    size_t texts_used, rows, bytes;
    size_t sent;      /* parts */
    uint64_t written; /* rows, into the file */
    double begun_s, sent_s;
};

static void begin_part(struct sql_job *j)
{
    j->part = mem_alloc(1, sizeof *j->part);
    j->texts_used = 0;
    j->sent_s = clock_s();
    if (!j->part)
        return;
    j->part->number = j->want->run;
    j->part->problem_at = UI_NOWHERE;
    str_copy(j->part->file, sizeof j->part->file, j->want->file);
}

static void send_part(struct sql_job *j)
{
    if (!j->part)
        return;
    j->part->seconds = clock_s() - j->begun_s;
    j->part->written = j->written;
    j->source->part(j->source->reader, j->part);
    j->sent++;
    begin_part(j);
}

/* Asked while SQLite works, too: says that it still does. */
static bool stops(void *context)
{
    struct want_source *s = context;
    struct sql_job *j = s->sql_job;
    if (!j)
        return false;
    if (clock_s() - j->sent_s > LATER_S)
        send_part(j);
    return atomic_load(&s->cancel);
}

int want_sql_open(struct want_source *s, struct err *e)
{
    const struct db_sql_limits limits = {
        .value_bytes = LONGEST_VALUE, .stops = stops, .context = s};
    if (s->sql)
        return 0;
    if (db_open(&s->sql, db_path(s->db), DB_READ, e))
        return -1;
    if (!db_sql_restrict(s->sql, &limits, e))
        return 0;
    db_close(s->sql);
    s->sql = NULL;
    return -1;
}

static int take_names(struct sql_job *j, const struct db_sql *q, struct err *e)
{
    size_t n = db_sql_columns(q);
    struct sql_part *p = j->part;
    p->names = mem_alloc(n, sizeof *p->names);
    for (; p->names && p->n_columns < n; p->n_columns++)
        if (!(p->names[p->n_columns] = mem_string(db_sql_name(q, p->n_columns))))
            break;
    return p->n_columns == n && p->names ? 0 : mem_error(e, "names of columns", n);
}

/* Room for one more row in the part; a full one goes out before. */
static int reserve(struct sql_job *j, size_t n_columns, size_t texts, struct err *e)
{
    bool full = j->part && j->part->values &&
                (j->part->n_values >= PART_ROWS * n_columns || j->texts_used + texts > PART_BYTES);
    if (full)
        send_part(j);
    if (!j->part)
        return mem_error(e, "rows for the screen", sizeof *j->part);
    if (j->part->values)
        return 0;
    j->part->values = mem_alloc((PART_ROWS + 1) * n_columns, sizeof *j->part->values);
    j->part->texts = mem_alloc((texts > PART_BYTES ? texts : PART_BYTES) + 1, 1);
    return j->part->values && j->part->texts
               ? 0
               : mem_error(e, "rows for the screen",
                           PART_ROWS * n_columns * sizeof *j->part->values);
}

static size_t kept_bytes(const struct row_value *v)
{
    size_t kept = v->count < VALUE_BYTES ? v->count : VALUE_BYTES;
    if (v->kind != ROW_VALUE_TEXT || kept == v->count)
        return kept;
    while (kept && ((unsigned char)v->bytes[kept] & 0xc0) == 0x80)
        kept--; /* not within a character */
    return kept;
}

static void keep(struct sql_job *j, const struct row_value *v)
{
    struct row_value *to = &j->part->values[j->part->n_values++];
    *to = *v;
    j->bytes += sizeof *v;
    if (v->kind != ROW_VALUE_TEXT && v->kind != ROW_VALUE_BLOB)
        return;
    char *bytes = j->part->texts + j->texts_used;
    to->count = kept_bytes(v);
    to->whole = (int64_t)v->count;
    memcpy(bytes, v->bytes, to->count);
    bytes[to->count] = '\0';
    to->bytes = bytes;
    j->texts_used += to->count + 1;
    j->bytes += to->count + 1;
}

static int keep_row(struct sql_job *j, const struct db_sql *q, struct err *e)
{
    struct row_value v;
    size_t n = db_sql_columns(q), texts = 0;
    for (size_t c = 0; c < n; c++) {
        db_sql_value(q, c, &v);
        texts += v.bytes ? kept_bytes(&v) + 1 : 0;
    }
    if (reserve(j, n, texts, e))
        return -1;
    for (size_t c = 0; c < n; c++) {
        db_sql_value(q, c, &v);
        keep(j, &v);
    }
    j->rows++;
    return 0;
}

/* To the screen. */
static int fetch_rows(struct sql_job *j, struct db_sql *q, struct err *e)
{
    int more;
    while ((more = db_sql_row(q, e)) == 1) {
        if (j->rows == MOST_ROWS || j->bytes > MOST_BYTES) {
            if (j->part)
                j->part->more = true;
            return 0;
        }
        if (keep_row(j, q, e))
            return -1;
        if (clock_s() - j->sent_s > (j->sent ? LATER_S : FIRST_S))
            send_part(j);
        if (atomic_load(&j->source->cancel))
            return err_set(e, ERR_CANCELLED, "cancelled");
    }
    return more;
}

/* Into the file. */
static int write_rows(struct sql_job *j, struct db_sql *q, FILE *to, struct err *e)
{
    const struct stream_output output = {.to = to, .format = FORMAT_CSV};
    size_t n = db_sql_columns(q);
    struct row_value *values = mem_alloc(n, sizeof *values);
    struct stream *s = NULL;
    int more = values ? stream_new(&s, &output, (const char *const *)j->part->names, n, e)
                      : mem_error(e, "a row", n * sizeof *values);
    while (!more && (more = db_sql_row(q, e)) == 1) {
        for (size_t c = 0; c < n; c++)
            db_sql_value(q, c, &values[c]);
        more = stream_row(s, values, e);
        j->written++;
        if (!more && atomic_load(&j->source->cancel))
            more = err_set(e, ERR_CANCELLED, "cancelled");
    }
    if (!more)
        more = stream_end(s, e);
    stream_free(s);
    mem_free(values);
    return more;
}

static int write_file(struct sql_job *j, struct db_sql *q, struct err *e)
{
    char path[FILE_PATH_BYTES];
    struct file_new file;
    want_path_home(j->want->file, path, sizeof path);
    int number = file_new_open(&file, path, ""), status = 0;
    FILE *to = number ? NULL : fdopen(dup(file.fd), "w");
    file.first = !j->want->replaces;
    if (!number && file.first && !access(path, F_OK))
        number = EEXIST; /* before all is written; and at its end again */
    if (!number && !to)
        number = errno;
    if (!number)
        status = write_rows(j, q, to, e);
    if (to && (fclose(to) && !status))
        number = errno;
    if (!number && !status)
        number = file_new_commit(&file, 0);
    file_new_fini(&file);
    if (number == EEXIST && j->part)
        j->part->exists = true;
    return number ? err_errno(e, number, "%s cannot be written", path) : status;
}

/* The last statement's rows are those that are shown. */
static int run(struct sql_job *j, struct db_sql *q, struct err *e)
{
    size_t n = db_sql_statements(q);
    for (size_t i = 0; i < n; i++)
        if (db_sql_next(q, e) < 0)
            return -1;
    if (!j->part || take_names(j, q, e))
        return -1;
    return j->want->file[0] ? write_file(j, q, e) : fetch_rows(j, q, e);
}

static void remember(const char *text)
{
    char path[FILE_PATH_BYTES];
    if (!history_path(path, sizeof path, NULL))
        history_add(path, text, NULL); /* without one it can be run all the same */
}

static int fetch(struct want_source *s, const struct ui_want *want, void **rows, struct err *e)
{
    struct sql_job j = {.source = s, .want = want, .begun_s = clock_s()};
    struct db_sql *q = NULL;
    size_t at = DB_SQL_NOWHERE;
    begin_part(&j);
    if (!j.part)
        return mem_error(e, "a statement", sizeof *j.part);
    if (!want->file[0])
        remember(want->text);
    s->sql_job = &j;
    int status =
        want_sql_open(s, e) || db_sql_new(&q, s->sql, want->text, &at, e) ? -1 : run(&j, q, e);
    s->sql_job = NULL;
    db_sql_free(q);
    if (!j.part)
        return mem_error(e, "a statement", sizeof *j.part);
    if (status)
        str_copy(j.part->problem, sizeof j.part->problem, e->text);
    j.part->problem_at = at == DB_SQL_NOWHERE ? UI_NOWHERE : at;
    j.part->seconds = clock_s() - j.begun_s;
    j.part->written = j.written;
    j.part->done = true;
    *rows = j.part;
    return 0;
}

const struct want_kind want_sql = {.fetch = fetch,
                                   .adopt = want_sql_adopt,
                                   .free_rows = sql_part_free,
                                   .free_kept = want_sql_free_kept,
                                   .lasting = true,
                                   .once = true};
