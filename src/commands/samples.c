/* samples.c - `combolab samples`: the test images that a run predicts best and worst. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "src/figure.h"
#include "src/output.h"
#include "src/predictions.h"
#include "src/run_images.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define USUAL 6
#define SIDE 340 /* pixels: a picture of the figure at 300 an inch */

struct options {
    int64_t best, worst;
    int at;
    char data[OPT_TEXT_BYTES];
    struct figure_options figure;
};

static const struct opt options[] = {
    {"best", 0, OPT_INT, offsetof(struct options, best), 0, 600, "0", NULL, "images", "Samples",
     "so many whose predictions are nearest to the truth; neither --best nor --worst means six of "
     "both"},
    {"worst", 0, OPT_INT, offsetof(struct options, worst), 0, 600, "0", NULL, "images", "Samples",
     "so many whose predictions are farthest from it, the farthest first"},
    {"at", 0, OPT_CHOICE, offsetof(struct options, at), 0, 0, "last", predictions_at, "", "Samples",
     "whose predictions: those of the last weights, or of the best ones"},
    {"data", 'd', OPT_PATH, offsetof(struct options, data), 0, 0, "", NULL, "", "Samples",
     "where the data set lies now; empty means where it was when the run trained"},
    FIGURE_OPTIONS(struct options, figure),
};
static const struct opt_table table = {options, sizeof options / sizeof *options};

/* The images that were chosen, in the order in which they are shown. */
struct chosen {
    const struct prediction_run *run;
    size_t *order, n;
    size_t best, worst;
};

/* A picture and what stands below it. */
struct picture {
    struct image image;
    char scores[64], error[40];
};

static int open_data(struct db *db, const struct options *own, const struct run_row *run,
                     struct dataset **out, struct err *e)
{
    if (!run_images_open(out, db, run, own->data, e))
        return 0;
    if (!own->data[0])
        err_prefix(e, "the images of run %lld are not where they were (say where with --data)",
                   (long long)run->id);
    return -1;
}

/* --- pictures --- */

/* One that cannot be read is left out of the figure, and said. */
static int read_picture(const struct invocation *in, const struct dataset *d, const char *name,
                        struct image *to, struct err *e)
{
    struct image whole;
    int height, width;
    if (run_images_read(&whole, d, name, e)) {
        if (e->code == ERR_MEMORY || e->code == ERR_USAGE)
            return -1;
        if (!in->global.quiet)
            command_fail(e);
        return 0;
    }
    image_shorter_side(whole.height, whole.width, SIDE, &height, &width);
    if (height >= whole.height) {
        *to = whole;
        return 0;
    }
    int result = image_resize(to, &whole, height, width, e);
    image_fini(&whole);
    return result;
}

static const struct prediction_row *row_of(const struct chosen *c, size_t i)
{
    return &c->run->rows[c->order[i < c->best ? i : c->n - 1 - (i - c->best)]];
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int fill(const struct invocation *in, const struct dataset *d, const struct chosen *c,
                struct picture *pictures, struct figure_sample *samples, struct err *e)
{
    for (size_t i = 0; i < c->best + c->worst; i++) {
        const struct prediction_row *row = row_of(c, i);
        struct picture *p = &pictures[i];
        if (run_images_check(d, row, e) || read_picture(in, d, row->image, &p->image, e))
            return -1;
        snprintf(p->scores, sizeof p->scores, "true %.2f, pred. %.2f", row->truth, row->predicted);
        snprintf(p->error, sizeof p->error, "error %s%.2f",
                 figure_sign(row->predicted - row->truth), fabs(row->predicted - row->truth));
        samples[i] = (struct figure_sample){.rgb = p->image.rgb,
                                            .height = p->image.height,
                                            .width = p->image.width,
                                            .lines = {file_name(row->image), p->scores, p->error}};
    }
    if (c->best)
        samples[0].heading = "best predictions";
    if (c->worst)
        samples[c->best].heading = "worst predictions";
    return 0;
}

static int draw(const struct invocation *in, struct db *db, const struct run_row *run,
                const struct chosen *c, const struct figure_page *page, struct err *e)
{
    size_t n = c->best + c->worst;
    struct dataset *d = NULL;
    struct picture *pictures = mem_alloc(n, sizeof *pictures);
    struct figure_sample *samples = mem_alloc(n, sizeof *samples);
    const struct figure_samples figure = {samples, n};
    int result = pictures && samples ? 0 : mem_error(e, "pictures", n * sizeof *pictures);
    if (!result)
        result = open_data(db, in->own, run, &d, e);
    if (!result)
        result = fill(in, d, c, pictures, samples, e);
    if (!result)
        result = figure_samples(page, &figure, e);
    if (!result)
        figure_say(in, page, "images", 1);
    for (size_t i = 0; pictures && i < n; i++)
        image_fini(&pictures[i].image);
    mem_free(pictures);
    mem_free(samples);
    dataset_free(d);
    return result;
}

/* --- the command --- */

static int choose(const struct options *own, const struct prediction_run *run, struct chosen *c,
                  struct err *e)
{
    bool usual = !own->best && !own->worst;
    *c = (struct chosen){.run = run};
    if (prediction_order(&c->order, &c->n, run, e))
        return -1;
    c->best = usual ? USUAL : (size_t)own->best;
    c->worst = usual ? USUAL : (size_t)own->worst;
    c->best = c->best < c->n ? c->best : c->n;
    c->worst = c->worst < c->n ? c->worst : c->n;
    return c->n ? 0
                : err_set(e, ERR_NOT_FOUND, "the test images of run %lld are not on record",
                          (long long)run->id);
}

static int show(const struct invocation *in, struct db *db, const struct figure_page *page,
                struct err *e)
{
    const struct options *own = in->own;
    struct predictions p = {0};
    struct chosen c = {0};
    struct table *t = NULL;
    int result = predictions_read(&p, in, db, own->at, e);
    if (!result)
        result = choose(own, &p.runs[0], &c, e);
    if (!result && page->path[0])
        result = draw(in, db, &p.rows[0], &c, page, e);
    else if (!result)
        result = prediction_table_samples(&t, &p.runs[0], c.order, c.n, c.best, c.worst, e) ||
                         output_tables(in, &t, 1, e)
                     ? -1
                     : 0;
    table_free(t);
    mem_free(c.order);
    predictions_fini(&p);
    return result;
}

static int run(const struct invocation *in)
{
    const struct options *own = in->own;
    return figure_command(in, &own->figure, show);
}

const struct command command_samples = {
    .name = "samples",
    .arguments = "RUN",
    .summary = "the images that a run predicts best and worst, as a table or drawn",
    .details =
        "RUN is a number from `combolab runs`, or `last` for the newest. --figure draws the "
        "pictures "
        "in rows of six, with name, true and predicted score and the error below each. They are "
        "read "
        "from where the data set was when the run trained; --data says where it lies now. An image "
        "of another score than then is refused.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .least_arguments = 1,
    .most_arguments = 1,
    .run = run,
};
