/* import.c - `combolab import`: curves of runs that were trained elsewhere. */
#include "src/import.h"

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "src/command.h"
#include "src/import_files.h"
#include "src/output.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    bool dry_run;
    char map[OPT_TEXT_BYTES];
    int64_t steps;
    int select; /* 0 test, 1 val */
    char name[OPT_TEXT_BYTES], experiment[OPT_TEXT_BYTES], loss[OPT_TEXT_BYTES];
    char backbone[OPT_TEXT_BYTES], data[OPT_TEXT_BYTES], protocol[OPT_TEXT_BYTES];
    int64_t seed, fold, image_size, batch, train_images, test_images;
};

static const char *const selects[] = {"test", "val", NULL};

#define TEXT(field, name, standard, group, help)                                                   \
    {                                                                                              \
        name, 0, OPT_TEXT, offsetof(struct options, field), 0, 0, standard, NULL, "", group, help  \
    }
#define COUNT(field, name, unit, group, help)                                                      \
    {                                                                                              \
        name, 0, OPT_INT, offsetof(struct options, field), 0, 1e9, "0", NULL, unit, group, help    \
    }

static const struct opt options[] = {
    {"dry-run", 'n', OPT_FLAG, offsetof(struct options, dry_run), 0, 0, "no", NULL, "", "Curves",
     "change nothing: list what is in the files and what it would become"},
    TEXT(map, "map", "", "Curves",
         "which figure a curve is, as TAG=test.pc, several with commas: train, val or test, a "
         "point, and loss, mae, rmse or pc; or lr, epoch, none"),
    COUNT(steps, "steps-per-epoch", "steps", "Curves",
          "how many steps of the files are an epoch; 0 means that each step is one"),
    {"select", 0, OPT_CHOICE, offsetof(struct options, select), 0, 0, "test", selects, "", "Curves",
     "the images on which the best epoch is chosen"},
    TEXT(name, "name", "", "Run", "what the run is called; empty means as its file"),
    TEXT(experiment, "experiment", "default", "Run", "the experiment that it belongs to"),
    TEXT(loss, "loss", "unknown", "Run",
         "the loss that it was trained with, also one of other programs"),
    TEXT(backbone, "backbone", "unknown", "Run", "its net, also one of other programs"),
    TEXT(data, "data", "unknown", "Run", "the name of its data set, as other runs have it"),
    TEXT(protocol, "protocol", "", "Run", "its split, as other runs have it: split, fold ..."),
    COUNT(fold, "fold", "", "Run", "the fold that it was tested on; 0 means none"),
    COUNT(seed, "seed", "", "Run", "what its random numbers were made from"),
    COUNT(image_size, "image-size", "pixels", "Run", "side of its images; 0 means not known"),
    COUNT(batch, "batch", "images", "Run", "of a step; 0 means not known"),
    COUNT(train_images, "train-images", "images", "Run",
          "how many it was trained on; 0 means not known"),
    COUNT(test_images, "test-images", "images", "Run",
          "how many it was tested on; 0 means not known"),
};
static const struct opt_table own = {options, sizeof options / sizeof *options};

/* --- the run's row --- */

/* Texts that a run has room for. */
static int put(char *to, size_t room, const char *text, const char *option, struct err *e)
{
    return str_copy(to, room, text)
               ? err_set(e, ERR_USAGE, "option '%s': '%.40s...' has more than %zu bytes", option,
                         text, room - 1)
               : 0;
}

/* Without the folders above it and what programs put behind a dot; TensorBoard's say no more than
 * host and time, so these are called as their folder. */
static void default_name(const struct import_run *from, char *to, size_t room)
{
    char path[FILE_PATH_BYTES], *slash, *dot;
    str_copy(path, sizeof path, from->path);
    for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
        path[n - 1] = '\0';
    if (from->events && strstr(path, IMPORT_EVENTS) && (slash = strrchr(path, '/')) && slash > path)
        *slash = '\0';
    slash = strrchr(path, '/');
    char *name = slash && slash[1] ? slash + 1 : path;
    dot = strrchr(name, '.');
    if (!from->events && dot && dot > name)
        *dot = '\0';
    str_copy(to, room, name);
}

static int fill_run(const struct invocation *in, const struct import_run *from,
                    const struct import *m, const struct epoch_row *rows, size_t n,
                    struct run_row *run, struct err *e)
{
    const struct options *o = in->own;
    *run = (struct run_row){.fold = (int)o->fold,
                            .alpha = (double)NAN,
                            .beta = (double)NAN,
                            .gamma = (double)NAN,
                            .image_size = (int)o->image_size,
                            .batch = (int)o->batch,
                            .epochs = rows[n - 1].epoch,
                            .seed = o->seed,
                            .learning_rate = rows[0].learning_rate,
                            .created = m->first_s,
                            .started = m->first_s,
                            .ended = m->last_s,
                            .train_images = o->train_images,
                            .test_images = o->test_images};
    char shown[FILE_PATH_BYTES];
    const char *slash = strrchr(from->path, '/');
    snprintf(shown, sizeof shown, "%s %s", from->events ? "TensorBoard" : "CSV",
             slash && slash[1] ? slash + 1 : from->path);
    str_copy(run->imported, sizeof run->imported, shown);
    str_copy(run->select, sizeof run->select, selects[o->select]);
    default_name(from, run->name, sizeof run->name);
    return (o->name[0] && put(run->name, sizeof run->name, o->name, "name", e)) ||
                   put(run->experiment, sizeof run->experiment, o->experiment, "experiment", e) ||
                   put(run->loss, sizeof run->loss, o->loss, "loss", e) ||
                   put(run->backbone, sizeof run->backbone, o->backbone, "backbone", e) ||
                   put(run->data, sizeof run->data, o->data, "data", e) ||
                   put(run->protocol, sizeof run->protocol, o->protocol, "protocol", e)
               ? -1
               : 0;
}

/* What is known of how it was launched; defaults of this program are not. */
static size_t fill_options(const struct run_row *run, struct option_row rows[8])
{
    char seed[24], fold[16];
    snprintf(seed, sizeof seed, "%lld", (long long)run->seed);
    snprintf(fold, sizeof fold, "%d", run->fold);
    const char *const known[][3] = {
        {"data", "path", run->data},
        {"protocol", "choice", run->protocol},
        {"fold", "integer", fold},
        {"backbone", "choice", run->backbone},
        {"loss", "choice", run->loss},
        {"seed", "integer", seed},
        {"experiment", "text", run->experiment},
    };
    size_t n = 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!known[i][2][0] || !strcmp(known[i][2], "0"))
            continue;
        struct option_row *row = &rows[n++];
        str_copy(row->name, sizeof row->name, known[i][0]);
        str_copy(row->type, sizeof row->type, known[i][1]);
        str_copy(row->value, sizeof row->value, known[i][2]);
    }
    return n;
}

/* --- what is said --- */

static void add_curves(struct table *t, const struct import_run *from, const struct import *m)
{
    char name[16];
    for (size_t i = 0; i < m->n; i++) {
        const struct import_tag *tag = &m->tags[i];
        import_target_name(tag->target, name, sizeof name);
        table_text(t, from->path);
        table_text(t, tag->name);
        table_int(t, (int64_t)tag->seen);
        table_text(t, name);
        table_text(t, tag->told ? "--map" : tag->target >= 0 ? "its name" : "not known");
    }
}

static void say_count(size_t n, const char *one, const char *many)
{
    if (n == 1)
        fprintf(stderr, "; %s", one);
    else if (n)
        fprintf(stderr, "; %zu %s", n, many);
}

/* "a.csv: run 3, 20 epochs; test.mae is test_mae, ...". */
static void say(const struct import_run *from, const struct import *m, int64_t id, size_t epochs)
{
    char name[16], path[1024], tag[4 * IMPORT_TAG_BYTES];
    str_visible(path, sizeof path, from->path);
    fprintf(stderr, "%s: ", path);
    if (id)
        fprintf(stderr, "run %lld, ", (long long)id);
    fprintf(stderr, "%zu epoch%s", epochs, epochs == 1 ? "" : "s");
    for (size_t i = 0; i < m->n; i++) {
        if (!m->tags[i].n)
            continue;
        import_target_name(m->tags[i].target, name, sizeof name);
        str_visible(tag, sizeof tag, m->tags[i].name);
        fprintf(stderr, "; %s is %s", name, tag);
    }
    if (m->val_as_test)
        fputs("; there is no test, so val is taken for it (--map says otherwise)", stderr);
    say_count(m->not_finite, "a value that is not finite was left out",
              "values that are not finite were left out");
    say_count(m->twice, "a step came twice: the later value counts",
              "steps came more than once: the later values count");
    say_count(m->large, "a large record, such as an image, was passed over",
              "large records, such as images, were passed over");
    say_count(m->cut, "the file ends within a record, as one that is being written",
              "files end within a record, as ones that are being written");
    fputs("\n", stderr);
}

/* --- */

static int read_run(const struct import_run *from, struct import *m, struct err *e)
{
    for (size_t i = 0; i < from->n; i++)
        if (from->events ? import_events(m, from->files[i], e) : import_csv(m, from->files[i], e))
            return -1;
    return 0;
}

/* A run of the same file, by name and time: *id, 0 = there is none. */
static int find_former(struct db *db, const struct run_row *run, int64_t *id, struct err *e)
{
    const struct run_wanted wanted = {.experiment = run->experiment, .kept = RUNS_KEPT};
    struct run_row *runs;
    size_t n;
    *id = 0;
    if (db_runs_wanted(db, &wanted, &runs, &n, e))
        return -1;
    for (size_t i = 0; i < n && !*id; i++)
        if (!strcmp(runs[i].imported, run->imported) && !strcmp(runs[i].name, run->name) &&
            runs[i].created == run->created)
            *id = runs[i].id;
    mem_free(runs);
    return 0;
}

/* 1 where it is in the database already: then *id is that run. */
static int store(const struct invocation *in, struct db *db, const struct import_run *from,
                 const struct import *m, const struct epoch_row *rows, size_t n, int64_t *id,
                 struct err *e)
{
    struct option_row known[8];
    struct run_row run;
    *id = 0;
    if (fill_run(in, from, m, rows, n, &run, e))
        return -1;
    if (!db)
        return 0;
    if (find_former(db, &run, id, e) || *id)
        return *id ? 1 : -1;
    return db_run_import(db, &run, known, fill_options(&run, known), rows, n, id, e);
}

static void say_former(const struct import_run *from, int64_t id)
{
    char path[1024];
    str_visible(path, sizeof path, from->path);
    fprintf(stderr, "%s: it is run %lld already; delete that to import it again\n", path,
            (long long)id);
}

/* `db` is NULL in a dry run. */
static int import_run(const struct invocation *in, struct db *db, const struct import_run *from,
                      struct table *t, struct err *e)
{
    const struct options *o = in->own;
    struct import m;
    struct epoch_row *rows = NULL;
    size_t n = 0;
    int64_t id = 0;
    int status = import_init(&m, o->map, e);
    if (!status)
        status = read_run(from, &m, e);
    bool readable = !status;
    if (!status && import_epochs(&m, o->steps, o->select ? ROW_VAL : ROW_TEST, &rows, &n, e))
        status = err_prefix(e, "%s", from->path);
    if (readable && t)
        add_curves(t, from, &m);
    for (size_t i = 0; i < n; i++) {
        rows[i].train.images = o->train_images;
        rows[i].test.images = o->test_images;
    }
    if (!status)
        status = store(in, db, from, &m, rows, n, &id, e);
    if (!status && !in->global.quiet)
        say(from, &m, id, n);
    if (status > 0 && !in->global.quiet)
        say_former(from, id);
    mem_free(rows);
    import_fini(&m);
    return status < 0 ? -1 : 0;
}

static int make_table(struct table **t, struct err *e)
{
    static const struct table_column columns[] = {
        {"file", "file", TABLE_TEXT, 0, true},     {"curve", "curve", TABLE_TEXT, 0, false},
        {"points", "points", TABLE_INT, 0, false}, {"figure", "figure", TABLE_TEXT, 0, false},
        {"by", "by", TABLE_TEXT, 0, false},
    };
    return table_new(t, "curves", false, columns, sizeof columns / sizeof *columns, e);
}

/* What is wrong with one file is said, and the others are imported. */
static int import_all(const struct invocation *in, const struct import_files *files, int *exit,
                      struct err *e)
{
    const struct options *o = in->own;
    struct db *db = NULL;
    struct table *t = NULL;
    struct import m;
    int status = import_init(&m, o->map, e);
    if (!status)
        status = o->dry_run ? make_table(&t, e) : output_make_db(in, &db, e);
    for (size_t i = 0; !status && i < files->n; i++) {
        struct err why;
        if (!import_run(in, db, &files->runs[i], t, &why))
            continue;
        command_fail(&why);
        *exit = EXIT_ERROR;
        status = why.code == ERR_FULL || why.code == ERR_IO || why.code == ERR_BUSY ? 1 : 0;
    }
    if (t && status >= 0)
        status = output_tables(in, &t, 1, e);
    table_free(t);
    db_close(db);
    return status < 0 ? -1 : 0;
}

static int run(const struct invocation *in)
{
    struct import_files files;
    struct err e;
    int exit = EXIT_GOOD;
    if (import_files_make(&files, in->arguments, (size_t)in->n_arguments, &e) ||
        import_all(in, &files, &exit, &e))
        exit = command_fail(&e);
    import_files_free(&files);
    return exit;
}

const struct command command_import = {
    .name = "import",
    .arguments = "FILE...",
    .summary = "bring in curves of runs that were trained by other programs",
    .details =
        "FILE is an event file of TensorBoard, a CSV file with a line an epoch, or a folder of "
        "them. Each becomes a run that is finished, with the tag `imported` and the name of its "
        "file in `combolab show`; event files in one folder are one run, as TensorBoard has it. "
        "The options say what else is known, so that it stands in the same tables as other runs; "
        "they are for all FILEs alike.\n"
        "Curves are known by the words of their names: train, val, test (or training, valid, "
        "validation, dev, eval ...) and loss, mae, rmse, pc (or pearson, plcc, correlation), and "
        "lr; a loss of no phase is the training's, any other figure the test's. What was taken for "
        "what is said; --map says it better. A run without a test has its val taken for it.\n"
        "CSV has names of columns in its first line, one of which is `epoch`; empty fields are "
        "missing figures. In event files every step is an epoch, unless --steps-per-epoch is "
        "given: then training figures are the mean over an epoch, others the last of it. Values "
        "that are not finite are left out. A file that is damaged is refused with the place; one "
        "that ends within a record, as while it is written, is taken up to there. A file that is a "
        "run "
        "of the experiment already is left out. Only curves come "
        "in: such a run cannot be resumed, exported or used to predict.",
    .own = &own,
    .own_bytes = sizeof(struct options),
    .least_arguments = 1,
    .most_arguments = -1,
    .run = run,
};
