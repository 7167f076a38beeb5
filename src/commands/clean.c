/* clean.c - `combolab clean`: shows which files nothing needs any more, asks, and removes them. */
#include "src/command.h"

#include "base/err.h"
#include "base/str.h"
#include "results/table.h"
#include "src/clean.h"
#include "src/output.h"

#include <stdio.h>
#include <unistd.h>

#define DAY_S 86400.0

struct options {
    bool dry_run, yes, trash;
    int64_t unused; /* days */
    char cache[OPT_TEXT_BYTES];
};

static const struct opt options[] = {
    {"dry-run", 'n', OPT_FLAG, offsetof(struct options, dry_run), 0, 0, "no", NULL, "", "Clean",
     "only say what would be removed"},
    {"yes", 'y', OPT_FLAG, offsetof(struct options, yes), 0, 0, "no", NULL, "", "Clean",
     "remove it without asking"},
    {"trash", 0, OPT_FLAG, offsetof(struct options, trash), 0, 0, "no", NULL, "", "Clean",
     "the runs in the trash, too, with all their rows and files"},
    {"unused", 0, OPT_INT, offsetof(struct options, unused), 0, 100000, "30", NULL, "days", "Clean",
     "decoded images that no run has opened for so long"},
    {"cache", 0, OPT_PATH, offsetof(struct options, cache), 0, 0, "", NULL, "", "Clean",
     "folder of decoded images; empty means $XDG_CACHE_HOME/combolab"},
};

static const struct opt_table table = {options, sizeof options / sizeof *options};

/* "2 runs, 3 files, 1.2 GiB" */
static void amount(char *to, size_t room, size_t runs, size_t files, uint64_t bytes)
{
    char size[32], before[40] = "";
    str_bytes(size, sizeof size, (double)bytes);
    if (runs)
        snprintf(before, sizeof before, "%zu run%s, ", runs, runs == 1 ? "" : "s");
    snprintf(to, room, "%s%zu file%s, %s", before, files, files == 1 ? "" : "s", size);
}

static int list(const struct invocation *in, const struct clean *c, struct err *e)
{
    static const struct table_column columns[] = {
        {"what", "what", TABLE_TEXT, 0, false},  {"run", "run", TABLE_INT, 0, false},
        {"files", "files", TABLE_INT, 0, false}, {"bytes", "size", TABLE_BYTES, 0, false},
        {"path", "where", TABLE_TEXT, 0, false},
    };
    struct table *t;
    if (table_new(&t, "clean", false, columns, 5, e))
        return -1;
    for (size_t i = 0; i < c->n; i++) {
        table_text(t, c->items[i].what);
        if (c->items[i].run)
            table_int(t, c->items[i].run);
        else
            table_missing(t);
        table_int(t, (int64_t)c->items[i].files);
        table_real(t, (double)c->items[i].bytes);
        table_text(t, c->items[i].path);
    }
    int result = output_tables(in, &t, 1, e);
    table_free(t);
    return result;
}

/* 1 for yes, 0 for no, -1 where nobody is there to ask. */
static int ask(const char *what, struct err *e)
{
    char answer[16];
    if (!isatty(STDIN_FILENO))
        return err_set(e, ERR_USAGE,
                       "nothing is removed, since nobody can be asked here: give --yes, or "
                       "--dry-run to only look");
    fprintf(stderr, "Remove %s? [y/N] ", what);
    return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

/* The same for what was found, which may be nothing. */
static int decide(const struct invocation *in, const struct clean *c, struct err *e)
{
    const struct options *own = in->own;
    char text[96];
    amount(text, sizeof text, c->runs, c->files, c->bytes);
    fflush(stdout);
    if (c->n && own->yes && !own->dry_run)
        return 1;
    if (c->n && !own->dry_run)
        return ask(text, e);
    if (!in->global.quiet)
        fprintf(stderr, "%s%s\n", c->n ? "to remove: " : "nothing to remove", c->n ? text : "");
    return 0;
}

static int remove_all(const struct invocation *in, const struct clean *c, const char *path,
                      struct err *e)
{
    struct db *db;
    size_t files;
    uint64_t bytes;
    char text[96];
    if (db_open(&db, path, DB_WRITE, e))
        return -1;
    int result = clean_remove(c, db, &files, &bytes, e);
    db_close(db);
    amount(text, sizeof text, result ? 0 : c->runs, files, bytes);
    if (!in->global.quiet)
        fprintf(stderr, "removed: %s\n", text);
    return result;
}

static int clean(const struct invocation *in, struct db *db, struct err *e)
{
    const struct options *own = in->own;
    struct clean c;
    if (clean_find(&c, db, own->cache, (double)own->unused * DAY_S, own->trash, e))
        return -1;
    int result = c.n || in->global.format != FORMAT_TABLE ? list(in, &c, e) : 0;
    if (!result)
        result = decide(in, &c, e);
    if (result > 0)
        result = remove_all(in, &c, db_path(db), e);
    clean_fini(&c);
    return result;
}

static int run(const struct invocation *in)
{
    struct db *db = NULL;
    struct err e;
    int failed = output_open_db(in, &db, &e) || clean(in, db, &e);
    db_close(db);
    return failed ? command_fail(&e) : EXIT_GOOD;
}

const struct command command_clean = {
    .name = "clean",
    .arguments = "",
    .summary = "remove files that nothing needs any more",
    .details =
        "What is removed is listed first, with its size, and then asked about. These are: "
        "checkpoints of runs that are finished or have diverged, which cannot be resumed, unless "
        "they were trained with --keep-checkpoints (their best and last weights stay); files of "
        "runs that were deleted; files that a process which is gone left half written; and decoded "
        "images that no run has opened for 30 days, or what --unused says. With --trash the runs "
        "that `combolab delete`, or d on the screen, has put into the trash are deleted, too.\n"
        "Files of a run that trains or is queued, of another database, and decoded images in use "
        "are never touched, nor is anything that combolab did not make. Checkpoints of a finished "
        "run usually go when it ends: what is left of them is of a process that was killed just "
        "then, or of an older combolab.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .run = run,
};
