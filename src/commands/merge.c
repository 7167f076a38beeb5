/* merge.c - `combolab merge`: brings the runs of other databases into this one.
 *
 * Run by run: its files first, then all of its rows in one transaction. What cannot be decided for
 * one run is said, and the others go on; a disk that is full ends it.
 */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "db/db_merge.h"
#include "src/merge_files.h"
#include "src/meter.h"
#include "src/output.h"

#include <stdio.h>
#include <string.h>

struct options {
    bool dry_run;
    char experiment[OPT_TEXT_BYTES], into[OPT_TEXT_BYTES];
};

static const struct opt options[] = {
    {"dry-run", 'n', OPT_FLAG, offsetof(struct options, dry_run), 0, 0, "no", NULL, "", "Merge",
     "change nothing: list what would come"},
    {"experiment", 'e', OPT_TEXT, offsetof(struct options, experiment), 0, 0, "", NULL, "", "Merge",
     "only the runs of this experiment"},
    {"into", 0, OPT_TEXT, offsetof(struct options, into), 0, 0, "", NULL, "", "Merge",
     "the experiment to which runs belong here that are new; empty means the one of there"},
};
static const struct opt_table own = {options, sizeof options / sizeof *options};

/* What is said of a run, by enum db_merge_what: before it is done, and after. */
static const struct {
    const char *before, *after;
} words[DB_MERGE_WHATS] = {
    [DB_MERGE_NEW] = {"new", "brought in"},
    [DB_MERGE_NEWER] = {"went on there", "brought up to date"},
    [DB_MERGE_SAME] = {"the same", "the same"},
    [DB_MERGE_OLDER] = {"went on here", "went on here"},
    [DB_MERGE_BOTH] = {"changed on both sides", "changed on both sides"},
    [DB_MERGE_BUSY_THERE] = {"has not ended there", "has not ended there"},
    [DB_MERGE_BUSY_HERE] = {"has not ended here", "has not ended here"},
    [DB_MERGE_TRASH] = {"in the trash here", "in the trash here"},
};

struct merge {
    const struct invocation *in;
    struct db *to, *from;
    const char *path; /* of `from`, as given */
    struct merge_files files;
    struct table *table;
    struct meter meter;
    const atomic_bool *cancel;
    size_t counts[DB_MERGE_WHATS];
    size_t failed; /* runs that could not be brought in */
};

static int make_table(struct merge *m, struct err *e)
{
    static const struct table_column columns[] = {
        {"database", "database", TABLE_TEXT, 0, true},
        {"there", "there", TABLE_INT, 0, false},
        {"here", "here", TABLE_INT, 0, false},
        {"name", "name", TABLE_TEXT, 0, false},
        {"experiment", "experiment", TABLE_TEXT, 0, true},
        {"state", "state", TABLE_TEXT, 0, true},
        {"epochs", "epochs", TABLE_INT, 0, false},
        {"what", "what", TABLE_TEXT, 0, false},
    };
    return table_new(&m->table, "merge", false, columns, sizeof columns / sizeof *columns, e);
}

/* People read of what is the same that there are so many. */
static void add_row(struct merge *m, const struct run_row *run, const struct db_merge *x,
                    const char *what)
{
    const struct options *o = m->in->own;
    if (x->what == DB_MERGE_SAME && m->in->global.format == FORMAT_TABLE)
        return;
    table_text(m->table, m->path);
    table_int(m->table, x->there);
    if (x->here)
        table_int(m->table, x->here);
    else
        table_missing(m->table);
    table_text(m->table, run->name);
    table_text(m->table, x->what == DB_MERGE_NEW && o->into[0] ? o->into : run->experiment);
    table_text(m->table, run->state);
    table_int(m->table, run->epochs_done);
    table_text(m->table, what);
}

/* Said as it happens: the table comes at the end. */
static void say(struct merge *m, const struct run_row *run, const char *text)
{
    char shown[2 * ERR_TEXT_BYTES], path[512];
    meter_end(&m->meter);
    str_visible(shown, sizeof shown, text);
    str_visible(path, sizeof path, m->path);
    fprintf(stderr, "combolab: run %lld of %s: %s\n", (long long)run->id, path, shown);
}

static void say_refused(struct merge *m, const struct run_row *run, const struct db_merge *x)
{
    char text[256];
    snprintf(
        text, sizeof text,
        "it changed there and, as run %lld, here: it is left as it is here; to have the one of "
        "there, delete run %lld, empty the trash and merge again",
        (long long)x->here, (long long)x->here);
    say(m, run, text);
}

/* 0, 1 when cancelled, -1. */
static int take(struct merge *m, struct db_merge *x, struct err *e)
{
    const struct options *o = m->in->own;
    const struct db_merge_place place = {merge_files_place, &m->files};
    int status = merge_files_fetch(&m->files, x->there, x->here, e);
    if (!status && atomic_load(m->cancel))
        return 1;
    if (status)
        return status;
    status = db_merge_take(m->to, m->from, x, o->into[0] ? o->into : NULL, &place, e);
    if (status)
        merge_files_undo(&m->files, x->what == DB_MERGE_NEW);
    else if (x->what == DB_MERGE_NEWER)
        status = merge_files_settle(&m->files, x->here, e);
    return status;
}

/* What is wrong with one run need not be with the next. */
static bool ends_all(const struct err *e)
{
    return e->code != ERR_BUSY && e->code != ERR_FORMAT && e->code != ERR_NOT_FOUND &&
           e->code != ERR_USAGE && e->code != ERR_STATE;
}

static int merge_run(struct merge *m, const struct run_row *run, struct err *e)
{
    const struct options *o = m->in->own;
    struct db_merge x;
    if (db_merge_look(m->to, m->from, run->id, &x, e))
        return -1;
    if (x.what == DB_MERGE_BOTH)
        say_refused(m, run, &x);
    bool wanted = !o->dry_run && (x.what == DB_MERGE_NEW || x.what == DB_MERGE_NEWER);
    int status = wanted ? take(m, &x, e) : 0;
    if (status > 0 || (status && ends_all(e)))
        return status;
    if (status) {
        say(m, run, e->text);
        m->failed++;
        add_row(m, run, &x, "failed");
        return 0;
    }
    m->counts[x.what]++;
    add_row(m, run, &x, wanted ? words[x.what].after : words[x.what].before);
    return 0;
}

/* --- a database --- */

/* Oldest first, so that they keep their order here. */
static int merge_runs(struct merge *m, struct err *e)
{
    const struct options *o = m->in->own;
    const struct run_wanted wanted = {.experiment = o->experiment, .kept = RUNS_KEPT};
    struct run_row *runs;
    size_t n;
    int status = 0;
    if (db_runs_wanted(m->from, &wanted, &runs, &n, e))
        return -1;
    meter_start(&m->meter, "merging runs", m->in->global.quiet || o->dry_run);
    for (size_t i = n; !status && i > 0; i--) {
        status = atomic_load(m->cancel) ? 1 : merge_run(m, &runs[i - 1], e);
        meter_progress(&m->meter, n - i + 1, n);
    }
    meter_end(&m->meter);
    mem_free(runs);
    return status;
}

static void add_count(struct str *to, size_t n, const char *what)
{
    if (n)
        str_addf(to, "%s%zu %s", to->length ? ", " : "", n, what);
}

static void say_all(struct merge *m)
{
    const struct options *o = m->in->own;
    const struct merge_sum *sum = &m->files.sum;
    struct str text;
    char size[32], path[512];
    str_init(&text);
    for (int i = 0; i < DB_MERGE_WHATS; i++)
        add_count(&text, m->counts[i], o->dry_run ? words[i].before : words[i].after);
    add_count(&text, m->failed, "failed");
    str_bytes(size, sizeof size, (double)sum->bytes);
    str_visible(path, sizeof path, m->path);
    fprintf(stderr, "%s: %s", path, text.length ? text.text : "no runs");
    if (sum->copied)
        fprintf(stderr, "; %zu file%s of weights copied, %s", sum->copied,
                sum->copied == 1 ? "" : "s", size);
    if (sum->there)
        fprintf(stderr, "; %zu here already", sum->there);
    if (sum->missing)
        fprintf(stderr, "; %zu not found there", sum->missing);
    fputs("\n", stderr);
    str_fini(&text);
}

/* 0, 1 when cancelled, -1. Counts begin anew with each database, but for what failed. */
static int merge_database(struct merge *m, const char *path, struct err *e)
{
    m->path = path;
    memset(m->counts, 0, sizeof m->counts);
    m->failed = 0;
    if (db_open(&m->from, path, DB_READ, e))
        return -1;
    merge_files_init(&m->files, m->to, m->from, m->cancel);
    bool same = db_is_same_file(m->to, m->from);
    int status = same ? err_set(e, ERR_USAGE, "%s is the database that runs are to come into", path)
                      : merge_runs(m, e);
    merge_files_fini(&m->files);
    if (!m->in->global.quiet && !same)
        say_all(m);
    db_close(m->from);
    m->from = NULL;
    return status;
}

static int merge(struct merge *m, int *exit, struct err *e)
{
    const struct options *o = m->in->own;
    int status = 0;
    struct err why;
    if ((o->dry_run ? output_open_db : output_make_db)(m->in, &m->to, e) || make_table(m, e))
        return -1;
    for (int i = 0; !status && i < m->in->n_arguments; i++) {
        status = merge_database(m, m->in->arguments[i], e);
        if (m->failed || m->counts[DB_MERGE_BOTH])
            *exit = EXIT_ERROR;
    }
    /* What came before a failure is listed, too. */
    bool listed = m->table->n_cells || (status >= 0 && m->in->global.format != FORMAT_TABLE);
    if (listed && output_tables(m->in, &m->table, 1, status < 0 ? &why : e))
        return -1;
    return status;
}

static int run(const struct invocation *in)
{
    struct merge m = {.in = in, .cancel = meter_cancel()};
    struct err e;
    int exit = EXIT_GOOD;
    int status = merge(&m, &exit, &e);
    if (status < 0)
        exit = command_fail(&e);
    if (status > 0) {
        fputs("combolab: stopped; runs that came before are here whole, the others not at all\n",
              stderr);
        exit = EXIT_STOPPED;
    }
    table_free(m.table);
    db_close(m.to);
    return exit;
}

const struct command command_merge = {
    .name = "merge",
    .arguments = "DATABASE...",
    .summary = "bring the runs of other databases into this one",
    .details =
        "Each DATABASE is a run database, as of another host; it is only read. Its runs get new "
        "numbers here and keep everything else: settings, figures, predictions, log, tags, files "
        "of weights. Merged again, only what is new comes: a run is known by the database that it "
        "was launched in, its number there and the moment, also in copies of a database and over "
        "several merges. A run that went on there since, as by `combolab resume`, is brought up to "
        "date; name, experiment, tags and note stay as they are here. One that went on on both "
        "sides is left as it is, named, and the exit status is 1. Runs that are queued, running or "
        "paused there are left out until they have ended, and so are those in the trash of there; "
        "what is in the trash here stays there. A run that was deleted here for good comes again.\n"
        "Each run comes whole or not at all: Ctrl-C or a full disk leave the ones that came "
        "before. "
        "Files that are here already, with the same content, are not copied again, and files that "
        "are missing are counted. A database of an older combolab is refused until this one has "
        "brought it up to date, as `combolab runs -D DATABASE` does.",
    .own = &own,
    .own_bytes = sizeof(struct options),
    .least_arguments = 1,
    .most_arguments = -1,
    .run = run,
};
