/* sql.c - `combolab sql`: statements that read the run database, their rows printed as they come.
 *
 * Ctrl-C ends the statement; what came is printed whole in its format, and the program then ends by
 * the signal, so that a script that runs it ends too.
 */
#include "src/commands/sql_priv.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "db/db.h"
#include "db/db_sql.h"
#include "results/stream.h"
#include "src/output.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MARK_CELLS 60 /* of the line in which a mistake is, before its place */

static const struct opt options[] = {
    {"file", 'f', OPT_PATH, offsetof(struct sql_options, file), 0, 0, "", NULL, "", "Statement",
     "statements of this file; - means standard input"},
    {"limit", 'n', OPT_INT, offsetof(struct sql_options, limit), 0, 1e15, "0", NULL, "rows",
     "Statement", "at most so many rows of each statement, the first ones; 0 means all"},
    {"timeout", 0, OPT_REAL, offsetof(struct sql_options, timeout), 0, 1e9, "0", NULL, "seconds",
     "Statement", "end a statement that takes longer; 0 means never"},
};

static const struct opt_table table = {options, sizeof options / sizeof *options};

/* --- Ctrl-C --- */

static volatile sig_atomic_t interrupts;

static void on_interrupt(int number)
{
    (void)number;
    interrupts = 1;
}

bool sql_interrupted(void)
{
    return interrupts;
}

/* A second Ctrl-C ends the process at once. */
void sql_forget(void)
{
    struct sigaction action = {.sa_flags = (int)SA_RESETHAND};
    action.sa_handler = on_interrupt;
    interrupts = 0;
    sigaction(SIGINT, &action, NULL);
}

static bool stops(void *context)
{
    (void)context;
    return sql_interrupted();
}

/* --- mistakes --- */

/* Columns of a terminal, nearly: as if every character took one. */
static int columns_of(const char *text)
{
    int columns = 0;
    for (; *text; text++)
        columns += ((unsigned char)*text & 0xc0) != 0x80;
    return columns;
}

/* The line of the text in which byte `at` is, and a mark below it. */
static void mark(const char *text, size_t at)
{
    size_t length = strlen(text), start = at < length ? at : length, end = start;
    if (at == DB_SQL_NOWHERE)
        return;
    while (start > 0 && text[start - 1] != '\n' && at - start < MARK_CELLS)
        start--;
    while (start < at && ((unsigned char)text[start] & 0xc0) == 0x80)
        start++;
    end += strcspn(text + end, "\n");
    struct str part;
    str_init(&part);
    char shown[4 * MARK_CELLS + 16], rest[4 * MARK_CELLS + 16];
    str_add_bytes(&part, text + start, at - start);
    str_visible(shown, sizeof shown, part.text);
    str_clear(&part);
    str_add_bytes(&part, text + at, end - at < MARK_CELLS ? end - at : MARK_CELLS);
    str_visible(rest, sizeof rest, part.text);
    fprintf(stderr, "  %s%s\n  %*s^\n", shown, rest, columns_of(shown), "");
    str_fini(&part);
}

/* A statement that is wrong is no wrong command line. */
static int tell(struct err *e, const char *text, size_t at)
{
    if (e->code == ERR_USAGE)
        e->code = ERR_FORMAT;
    int status = command_fail(e);
    mark(text, at);
    return e->code == ERR_CANCELLED ? EXIT_STOPPED : status;
}

/* --- rows --- */

/* What prints: one statement's rows. */
struct printer {
    struct stream *stream; /* NULL: texts of several lines, printed as they are */
    struct row_value *values;
    const char **names;
    size_t n_columns;
    int64_t rows;
    bool more; /* than the limit */
};

static bool is_dim(bool terminal)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return terminal && !(no && no[0]) && term && strcmp(term, "dumb") != 0;
}

/* People read the statements of .schema line by line. */
static bool is_schema(const struct invocation *in, const struct db_sql *q)
{
    return in->global.format == FORMAT_TABLE && db_sql_columns(q) == 1 &&
           !strcmp(db_sql_name(q, 0), "sql");
}

static int open_printer(struct printer *p, const struct invocation *in, const struct db_sql *q,
                        struct err *e)
{
    bool terminal = isatty(STDOUT_FILENO);
    const struct stream_output output = {.to = stdout,
                                         .format = in->global.format,
                                         .width = output_width(),
                                         .terminal = terminal,
                                         .dims = is_dim(terminal)};
    p->n_columns = db_sql_columns(q);
    p->values = mem_alloc(p->n_columns, sizeof *p->values);
    p->names = mem_alloc(p->n_columns, sizeof *p->names);
    if (!p->values || !p->names)
        return mem_error(e, "a row", p->n_columns * sizeof *p->values);
    for (size_t i = 0; i < p->n_columns; i++)
        p->names[i] = db_sql_name(q, i);
    return is_schema(in, q) ? 0 : stream_new(&p->stream, &output, p->names, p->n_columns, e);
}

static void close_printer(struct printer *p)
{
    stream_free(p->stream);
    mem_free(p->values);
    mem_free(p->names);
}

static int print_lines(const struct row_value *v, struct err *e)
{
    struct str line;
    str_init(&line);
    const char *at = v->kind == ROW_VALUE_TEXT ? v->bytes : "";
    while (*at) {
        size_t length = strcspn(at, "\n");
        char *shown = mem_alloc(4 * length + 1, 1);
        str_clear(&line);
        str_add_bytes(&line, at, length);
        if (!shown || line.failed) {
            str_fini(&line);
            mem_free(shown);
            return mem_error(e, "a line", length);
        }
        str_visible(shown, 4 * length + 1, line.text);
        at += length + (at[length] == '\n');
        printf("%s%s\n", shown, *at ? "" : ";");
        mem_free(shown);
    }
    str_fini(&line);
    return 0;
}

static int print_row(struct printer *p, const struct db_sql *q, struct err *e)
{
    for (size_t i = 0; i < p->n_columns; i++)
        db_sql_value(q, i, &p->values[i]);
    if (p->stream ? stream_row(p->stream, p->values, e) : print_lines(p->values, e))
        return -1;
    p->rows++;
    return ferror(stdout) ? err_errno(e, errno, "standard output cannot be written") : 0;
}

/* What came before an error is printed too, complete in its format. */
static int print_rows(struct printer *p, struct db_sql *q, int64_t limit, struct err *e)
{
    struct err later;
    int more;
    while ((more = db_sql_row(q, e)) == 1) {
        p->more = limit && p->rows == limit;
        if (p->more)
            break;
        if (sql_interrupted())
            more = err_set(e, ERR_CANCELLED, "the statement was cancelled");
        else if (print_row(p, q, e))
            more = -1;
        if (more < 0)
            break;
    }
    if (p->stream && stream_end(p->stream, more < 0 ? &later : e))
        return -1;
    return more < 0 ? -1 : 0;
}

static void remark(const struct invocation *in, const struct printer *p, double seconds,
                   const char *ended)
{
    bool watched = isatty(STDOUT_FILENO) && isatty(STDERR_FILENO);
    fflush(stdout);
    if (in->global.quiet || (!watched && !p->more && !ended[0]))
        return;
    fprintf(stderr, "%s%" PRId64 " row%s in %.3f s%s%s\n", p->more ? "the first " : "", p->rows,
            p->rows == 1 ? "" : "s", seconds, p->more ? "; there are more" : "", ended);
}

static int run_statement(const struct invocation *in, struct db_sql *q, struct err *e)
{
    const struct sql_options *own = in->own;
    struct printer p = {0};
    double begun = clock_s();
    int status = open_printer(&p, in, q, e);
    if (!status)
        status = print_rows(&p, q, own->limit, e);
    remark(in, &p, clock_s() - begun, status && e->code == ERR_CANCELLED ? ", then cancelled" : "");
    close_printer(&p);
    return status;
}

static int run_all(const struct invocation *in, struct db_sql *q, struct err *e)
{
    size_t n = db_sql_statements(q), done = 0;
    int more;
    if (n > 1 && in->global.format != FORMAT_TABLE)
        return err_set(e, ERR_USAGE,
                       "these are %zu statements, and only --format table holds more than one", n);
    while ((more = db_sql_next(q, e)) == 1) {
        if (done++)
            fputc('\n', stdout);
        if (run_statement(in, q, e))
            return -1;
    }
    return more;
}

int sql_run(const struct invocation *in, struct db *db, const char *text)
{
    struct db_sql *q;
    struct err e;
    size_t at;
    if (db_sql_new(&q, db, text, &at, &e))
        return tell(&e, text, at);
    int failed = run_all(in, q, &e);
    db_sql_free(q);
    fflush(stdout);
    if (failed && e.code == ERR_CANCELLED)
        return EXIT_STOPPED;
    return failed ? tell(&e, text, DB_SQL_NOWHERE) : EXIT_GOOD;
}

/* --- the command --- */

static int run_read(const struct invocation *in, struct db *db, const char *path)
{
    struct str text;
    struct err e;
    str_init(&text);
    int status = sql_read(path, &text, &e) ? command_fail(&e) : sql_run(in, db, text.text);
    str_fini(&text);
    return status;
}

static int run_given(const struct invocation *in, struct db *db)
{
    const struct sql_options *own = in->own;
    if (in->n_arguments)
        return sql_run(in, db, in->arguments[0]);
    if (own->file[0])
        return run_read(in, db, own->file);
    return isatty(STDIN_FILENO) ? sql_ask(in, db) : run_read(in, db, "-");
}

static int open_db(const struct invocation *in, struct db **db, struct err *e)
{
    const struct sql_options *own = in->own;
    const struct db_sql_limits limits = {.seconds = own->timeout, .stops = stops};
    if (own->file[0] && in->n_arguments)
        return err_set(e, ERR_USAGE, "give a statement or --file, not both");
    return output_open_db(in, db, e) || db_sql_restrict(*db, &limits, e) ? -1 : 0;
}

static int run(const struct invocation *in)
{
    struct db *db = NULL;
    struct err e;
    sql_forget();
    int status = open_db(in, &db, &e) ? command_fail(&e) : run_given(in, db);
    db_close(db);
    if (status != EXIT_STOPPED)
        return status;
    signal(SIGINT, SIG_DFL);
    raise(SIGINT);
    return status;
}

const struct command command_sql = {
    .name = "sql",
    .arguments = "[STATEMENT]",
    .summary = "query the run database",
    .details =
        "Runs STATEMENT, or those of --file or standard input, on the run database, and prints the "
        "rows as they come, however many there are. Several statements are separated by "
        "semicolons. On a terminal, without a statement, it asks for them. combolab-db(5) "
        "describes "
        "tables, views and functions, with examples.\n"
        "Statements only read: whatever would write, reach another file or change the connection "
        "is refused before anything runs.\n"
        "Lines that begin with a dot: .tables lists tables and views, .schema [NAME] the "
        "statements that made them, .help these lines.\n"
        "For people columns are as wide as the first 200 rows need, and NULL is empty, or dim on a "
        "terminal. In CSV and JSON figures are exact and blobs whole, as x'0a1b'; an empty text is "
        "in quotes in CSV, and NULL is empty. Markdown and LaTeX take 10,000 rows.\n"
        "Ctrl-C ends a statement; the rows until then are printed.\n"
        "  combolab sql 'SELECT loss, max(pc) FROM run_best GROUP BY loss'\n"
        "  combolab sql --format csv 'SELECT * FROM curve WHERE run = 1' > curve.csv",
    .own = &table,
    .own_bytes = sizeof(struct sql_options),
    .most_arguments = 1,
    .run = run,
};
