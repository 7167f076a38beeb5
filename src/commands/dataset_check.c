/* dataset_check.c - `combolab dataset --check`: which images are damaged, which are the same
 * picture, and whether the decoded images in the cache are still those of the files. */
#include "src/commands/dataset_check_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "engine/image/image_check.h"
#include "engine/image/store.h"
#include "src/meter.h"
#include "src/output.h"

#include <stdio.h>

/* What has been found, by place. */
struct findings {
    char **reasons;     /* why it is damaged, or NULL */
    uint64_t *pictures; /* 0 for a damaged one */
    uint32_t *first;    /* that shows the same */
    size_t damaged;
};

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

/* People see what there is to see, programs both tables; CSV has room for the damaged ones only. */
static int list(const struct invocation *in, struct findings *f, const struct dataset *d,
                struct err *e)
{
    struct table *tables[2] = {NULL, NULL}, *shown[2];
    size_t alike = 0, n = 0;
    char hash[17];
    int result = -1;
    bool people = in->global.format == FORMAT_TABLE;
    if (add_damaged(&tables[0], f, d, e) || add_alike(&tables[1], &alike, f, d, e))
        goto out;
    if (f->damaged || !people)
        shown[n++] = tables[0];
    if (people ? alike > 0 : in->global.format != FORMAT_CSV)
        shown[n++] = tables[1];
    result = n ? output_tables(in, shown, n, e) : 0;
    dataset_hash(d, f->pictures, hash);
    if (!result && !f->damaged && people && !in->global.quiet)
        printf("all %zu images can be decoded; data hash %s\n", d->n, hash);
out:
    table_free(tables[0]);
    table_free(tables[1]);
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

static int decode(const struct invocation *in, struct findings *f, const struct dataset *d,
                  struct err *e)
{
    struct meter meter;
    struct image_check request = {d, (int)in->configs->threads, meter_cancel(), meter_progress,
                                  &meter};
    f->reasons = mem_alloc(d->n, sizeof *f->reasons);
    f->pictures = mem_alloc(d->n, sizeof *f->pictures);
    f->first = mem_alloc(d->n, sizeof *f->first);
    if (!f->reasons || !f->pictures || !f->first)
        return mem_error(e, "the check", d->n * sizeof *f->reasons);
    meter_start(&meter, "decoding images", in->global.quiet);
    int result = image_check_all(&request, f->reasons, f->pictures, e);
    meter_end(&meter);
    return result ? result : dataset_alike(f->first, d, f->pictures, e);
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
        result = check_cache(in, &f, d, &wrong, &e);
    for (size_t i = 0; f.reasons && i < d->n; i++)
        mem_free(f.reasons[i]);
    mem_free(f.reasons);
    mem_free(f.pictures);
    mem_free(f.first);
    if (result < 0)
        return command_fail(&e);
    if (result) {
        fputs("combolab: stopped before every image was decoded\n", stderr);
        return EXIT_STOPPED;
    }
    return f.damaged || wrong ? EXIT_ERROR : EXIT_GOOD;
}
