/* dataset_check.c - `combolab dataset --check`: which images are damaged, which are the same
 * picture, and whether the decoded images in the cache are still those of the files. */
#include "src/commands/dataset_check_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/rows.h"
#include "engine/image/image_check.h"
#include "engine/image/store.h"
#include "src/meter.h"
#include "src/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What has been found, by place. */
struct findings {
    char **reasons;     /* why it is damaged, or NULL */
    uint64_t *pictures; /* 0 for a damaged one */
    struct image_look *looks;
    uint32_t *first; /* that shows the same */
    size_t damaged, leaks;
    uint32_t leak, leaked; /* the first test image that shows a picture that trains, and that */
};

/* Images of the same size and colours. */
struct group {
    struct image_look look;
    size_t first, n;
};

#define MOST_GROUPS 12 /* that people are shown */
#define RED "\033[31m"
#define PLAIN "\033[m"

static int add_damaged(struct table **t, struct findings *f, const struct dataset *d, struct err *e)
{
    static const struct table_column columns[] = {
        {"image", "image", TABLE_TEXT, 0, false},
        {"reason", "damaged because", TABLE_TEXT, 0, false},
    };
    if (table_new(t, "damaged", false, columns, 2, e))
        return -1;
    for (size_t i = 0; i < d->n; i++) {
        if (!f->reasons[i])
            continue;
        table_text(*t, d->items[i].name);
        table_text(*t, f->reasons[i]);
        f->damaged++;
    }
    return 0;
}

static const char *split_of(const struct dataset_item *item)
{
    if (item->train)
        return "train";
    return item->test ? "test" : "";
}

static int add_alike(struct table **t, size_t *n, const struct findings *f, const struct dataset *d,
                     struct err *e)
{
    static const struct table_column columns[] = {
        {"image", "image", TABLE_TEXT, 0, false},
        {"split", "split", TABLE_TEXT, 0, false},
        {"same_as", "same picture as", TABLE_TEXT, 0, false},
        {"same_split", "split", TABLE_TEXT, 0, false},
    };
    if (table_new(t, "same", false, columns, 4, e))
        return -1;
    for (size_t i = 0; i < d->n; i++) {
        const struct dataset_item *item = &d->items[i], *same = &d->items[f->first[i]];
        if (item == same)
            continue;
        table_text(*t, item->name);
        table_text(*t, split_of(item));
        table_text(*t, same->name);
        table_text(*t, split_of(same));
        (*n)++;
    }
    return 0;
}

static int by_look(const void *a, const void *b)
{
    const struct group *left = a, *right = b;
    if (left->look.colours != right->look.colours)
        return left->look.colours < right->look.colours ? -1 : 1;
    if (left->look.height != right->look.height)
        return left->look.height < right->look.height ? -1 : 1;
    if (left->look.width != right->look.width)
        return left->look.width < right->look.width ? -1 : 1;
    return (left->first > right->first) - (left->first < right->first);
}

static int by_count(const void *a, const void *b)
{
    const struct group *left = a, *right = b;
    if (left->n != right->n)
        return left->n > right->n ? -1 : 1;
    return by_look(a, b);
}

static bool same_look(const struct image_look *a, const struct image_look *b)
{
    return a->colours == b->colours && a->height == b->height && a->width == b->width;
}

/* Groups of the images that can be decoded, the largest first. */
static size_t make_groups(struct group *groups, const struct findings *f, const struct dataset *d)
{
    size_t all = 0, n = 0;
    for (size_t i = 0; i < d->n; i++)
        if (!f->reasons[i])
            groups[all++] = (struct group){f->looks[i], i, 1};
    qsort(groups, all, sizeof *groups, by_look);
    for (size_t i = 0; i < all; i++) {
        if (n && same_look(&groups[n - 1].look, &groups[i].look))
            groups[n - 1].n++;
        else
            groups[n++] = groups[i];
    }
    qsort(groups, n, sizeof *groups, by_count);
    return n;
}

/* One row an odd size or kind of colours, with an image that has it. */
static int add_looks(struct table **t, size_t *n, const struct findings *f, const struct dataset *d,
                     bool people, struct err *e)
{
    static const struct table_column columns[] = {
        {"width", "width", TABLE_INT, 0, false},      {"height", "height", TABLE_INT, 0, false},
        {"colours", "colours", TABLE_TEXT, 0, false}, {"images", "images", TABLE_INT, 0, false},
        {"first", "such as", TABLE_TEXT, 0, false},
    };
    struct group *groups = mem_alloc(d->n, sizeof *groups);
    if (!groups)
        return mem_error(e, "the check", d->n * sizeof *groups);
    *n = make_groups(groups, f, d);
    int result = table_new(t, "looks", false, columns, 5, e);
    for (size_t i = 0; !result && i < *n && (!people || i < MOST_GROUPS); i++) {
        table_int(*t, groups[i].look.width);
        table_int(*t, groups[i].look.height);
        table_text(*t, image_colour_names[groups[i].look.colours]);
        table_int(*t, (int64_t)groups[i].n);
        table_text(*t, d->items[groups[i].first].name);
    }
    mem_free(groups);
    return result;
}

static int find_leaks(struct findings *f, const struct dataset *d, struct err *e)
{
    uint32_t *room = mem_alloc(d->n, sizeof *room);
    if (!room)
        return mem_error(e, "the check", d->n * sizeof *room);
    f->leaks = dataset_leaks(d, f->first, room, &f->leak, &f->leaked);
    mem_free(room);
    return 0;
}

/* Names may hold anything, and standard error may be a terminal. */
static void warn_of_leaks(const struct findings *f, const struct dataset *d)
{
    char test[ROW_TEXT_BYTES], train[ROW_TEXT_BYTES];
    bool red = isatty(STDERR_FILENO);
    if (!f->leaks)
        return;
    str_visible(test, sizeof test, d->items[f->leak].name);
    str_visible(train, sizeof train, d->items[f->leaked].name);
    fprintf(stderr,
            "combolab: %s%zu of %zu test images show a picture that trains too, so that a test "
            "says too much%s; the first: '%s' is the same picture as '%s'\n",
            red ? RED : "", f->leaks, d->n_test, red ? PLAIN : "", test, train);
}

/* What a run would leave out; one that lacks an image does not begin. */
static void tell_skipped(const struct findings *f, const struct dataset *d)
{
    size_t train = 0, test = 0;
    for (size_t i = 0; i < d->n; i++) {
        bool skipped = f->reasons[i] && !d->items[i].missing;
        train += skipped && d->items[i].train;
        test += skipped && d->items[i].test;
    }
    if (train || test)
        printf("--skip-bad-images would leave out %zu of %zu training and %zu of %zu test images\n",
               train, d->n_train, test, d->n_test);
}

/* People see what there is to see, programs both tables; CSV has room for the damaged ones only. */
static int list(const struct invocation *in, struct findings *f, const struct dataset *d,
                struct err *e)
{
    struct table *tables[3] = {NULL, NULL, NULL}, *shown[3];
    size_t alike = 0, looks = 0, n = 0;
    char hash[17];
    int result = -1;
    bool people = in->global.format == FORMAT_TABLE;
    if (add_damaged(&tables[0], f, d, e) || add_alike(&tables[1], &alike, f, d, e) ||
        add_looks(&tables[2], &looks, f, d, people, e))
        goto out;
    if (f->damaged || !people)
        shown[n++] = tables[0];
    if (people ? alike > 0 : in->global.format != FORMAT_CSV)
        shown[n++] = tables[1];
    if (people ? looks > 1 : in->global.format != FORMAT_CSV)
        shown[n++] = tables[2];
    result = n ? output_tables(in, shown, n, e) : 0;
    if (!result && people && !in->global.quiet)
        tell_skipped(f, d);
    dataset_hash(d, f->pictures, hash);
    if (!result && !f->damaged && people && !in->global.quiet)
        printf("all %zu images can be decoded; data hash %s\n", d->n, hash);
    if (!result && people && !in->global.quiet && looks > MOST_GROUPS)
        printf("%zu further sizes or kinds of colours: --format json has all\n",
               looks - MOST_GROUPS);
out:
    table_free(tables[0]);
    table_free(tables[1]);
    table_free(tables[2]);
    return result;
}

/* What is wrong goes to standard error. 0, -1, or 1 when cancelled. */
static int check_cache(const struct invocation *in, const struct findings *f,
                       const struct dataset *d, bool *wrong, struct err *e)
{
    const struct run_config *c = in->configs;
    struct store_report report;
    const struct store_request request = {
        .data = d,
        .cache = c->cache,
        .shorter_side = (int)(c->resize ? c->resize : c->image_size),
        .threads = (int)c->threads,
        .cancel = meter_cancel(),
    };
    int result = store_report(&report, &request, f->pictures, e);
    if (result)
        return result;
    *wrong = report.damaged || report.different;
    if (*wrong) {
        fprintf(stderr,
                "combolab: %s: of %zu decoded images %zu are damaged and %zu are of other "
                "pictures; the file is removed, and the next run decodes again\n",
                report.path, d->n, report.damaged, report.different);
    } else if (report.found && in->global.format == FORMAT_TABLE && !in->global.quiet) {
        printf("the decoded images in %s are those of the files\n", report.path);
    }
    return 0;
}

/* No run can have decoded such a set. */
static bool some_missing(const struct dataset *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->items[i].missing)
            return true;
    return false;
}

static int decode(const struct invocation *in, struct findings *f, const struct dataset *d,
                  struct err *e)
{
    struct meter meter;
    struct image_check request = {
        .data = d,
        .threads = (int)in->configs->threads,
        .cancel = meter_cancel(),
        .progress = meter_progress,
        .context = &meter,
    };
    f->reasons = mem_alloc(d->n, sizeof *f->reasons);
    f->pictures = mem_alloc(d->n, sizeof *f->pictures);
    f->first = mem_alloc(d->n, sizeof *f->first);
    f->looks = request.looks = mem_alloc(d->n, sizeof *f->looks);
    if (!f->reasons || !f->pictures || !f->first || !f->looks)
        return mem_error(e, "the check", d->n * sizeof *f->reasons);
    meter_start(&meter, "decoding images", in->global.quiet);
    int result = image_check_all(&request, f->reasons, f->pictures, e);
    meter_end(&meter);
    if (result)
        return result;
    return dataset_alike(f->first, d, f->pictures, e) || find_leaks(f, d, e) ? -1 : 0;
}

int dataset_check(const struct invocation *in, const struct dataset *d)
{
    struct findings f = {0};
    struct err e;
    bool wrong = false;
    int result = decode(in, &f, d, &e);
    if (!result)
        result = list(in, &f, d, &e);
    if (!result)
        warn_of_leaks(&f, d);
    if (!result && !some_missing(d))
        result = check_cache(in, &f, d, &wrong, &e);
    for (size_t i = 0; f.reasons && i < d->n; i++)
        mem_free(f.reasons[i]);
    mem_free(f.reasons);
    mem_free(f.pictures);
    mem_free(f.first);
    mem_free(f.looks);
    if (result < 0)
        return command_fail(&e);
    if (result) {
        fputs("combolab: stopped before every image was decoded\n", stderr);
        return EXIT_STOPPED;
    }
    return f.damaged || wrong ? EXIT_ERROR : EXIT_GOOD;
}
