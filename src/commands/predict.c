/* predict.c - `combolab predict`: what a run's weights, or a file's, say of images. */
#include "src/command.h"

#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "db/db.h"
#include "engine/image/store.h"
#include "engine/predict/predict.h"
#include "src/image_list.h"
#include "src/meter.h"
#include "src/output.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct options {
    char run[OPT_TEXT_BYTES];
    char weights[OPT_TEXT_BYTES];
    bool best, last;
    bool flip;
    bool recursive;
    int64_t image_size, resize;
};

static const struct opt options[] = {
    {"run", 0, OPT_TEXT, offsetof(struct options, run), 0, 0, "", NULL, "", "Weights",
     "a run's weights: its number, or last for the newest"},
    {"weights", 'w', OPT_PATH, offsetof(struct options, weights), 0, 0, "", NULL, "", "Weights",
     "those of a file: one that `combolab export` wrote, or any that a run can begin with and that "
     "has a score head"},
    {"best", 0, OPT_FLAG, offsetof(struct options, best), 0, 0, "no", NULL, "", "Weights",
     "those of the run's best epoch, which are taken anyway where there are any"},
    {"last", 0, OPT_FLAG, offsetof(struct options, last), 0, 0, "no", NULL, "", "Weights",
     "those of the run's last epoch"},
    {"flip", 0, OPT_FLAG, offsetof(struct options, flip), 0, 0, "no", NULL, "", "Images",
     "the mean of what is said of an image and of its mirror image"},
    {"recursive", 0, OPT_FLAG, offsetof(struct options, recursive), 0, 0, "no", NULL, "", "Images",
     "of a folder also the images in its folders"},
    {"image-size", 'i', OPT_INT, offsetof(struct options, image_size), 0, 1024, "0", NULL, "pixels",
     "Images", "side of the square that the net sees; 0 means as the weights were trained"},
    {"resize", 0, OPT_INT, offsetof(struct options, resize), 0, 2048, "0", NULL, "pixels", "Images",
     "shorter side of an image before its centre is cut out; 0 means as the weights were trained"},
};
static const struct opt_table table = {options, sizeof options / sizeof *options};

static const char *const config_names[] = {"batch", "device",     "precision",  "threads",
                                           "cache", "init-order", "init-scale", NULL};

#define MOST_COLUMNS (4 + LOSS_MAX_CLASSES)

struct work {
    const struct predict_facts *facts;
    const struct image_list *images;
    struct table *table;
    struct meter meter;
    size_t damaged;
};

/* --- the table --- */

static int make_table(struct work *w, struct err *e)
{
    char names[LOSS_MAX_CLASSES][32], titles[LOSS_MAX_CLASSES][32];
    struct table_column columns[MOST_COLUMNS] = {
        {"image", "image", TABLE_TEXT, 0, false},
        {"score", "score", TABLE_REAL, 4, false},
        {"expectation", "expectation", TABLE_REAL, 4, false},
        {"class", "class", TABLE_INT, 0, false},
    };
    size_t n = 2;
    for (int c = 0; c < w->facts->classes; c++) {
        snprintf(names[c], sizeof names[c], "p%d", c + 1);
        snprintf(titles[c], sizeof titles[c], "p(%d)", c + 1);
        columns[4 + c] = (struct table_column){names[c], titles[c], TABLE_REAL, 3, true};
        n = 5 + (size_t)c;
    }
    return table_new(&w->table, "predictions", false, columns, n, e);
}

static int take(void *context, size_t i, const struct prediction *x, const char *damage,
                struct err *e)
{
    struct work *w = context;
    char shown[2 * ERR_TEXT_BYTES];
    (void)e;
    meter_progress(&w->meter, i + 1, w->images->n);
    if (!x) {
        w->damaged++;
        meter_end(&w->meter);
        str_visible(shown, sizeof shown, damage);
        fprintf(stderr, "combolab: left out: %s\n", shown);
        return 0;
    }
    table_text(w->table, w->images->paths[i]);
    table_real(w->table, x->score);
    if (!w->facts->classes)
        return 0;
    table_real(w->table, x->expectation);
    table_int(w->table, x->most);
    for (int c = 0; c < w->facts->classes; c++)
        table_real(w->table, x->probability[c]);
    return 0;
}

/* --- */

static int find_weights(const struct invocation *in, char path[FILE_PATH_BYTES], struct err *e)
{
    const struct options *own = in->own;
    struct checkpoint_row from;
    struct run_row run;
    struct db *db = NULL;
    if (!own->run[0] == !own->weights[0])
        return err_set(e, ERR_USAGE, "name the weights with --run RUN or with --weights FILE%s",
                       own->run[0] ? ", not with both" : "");
    if (own->weights[0] && (own->best || own->last))
        return err_set(e, ERR_USAGE, "--best and --last are of a run; --weights names a file");
    str_copy(path, FILE_PATH_BYTES, own->weights);
    if (own->weights[0])
        return 0;
    int failed = output_open_db(in, &db, e) || output_find_run(db, own->run, &run, e) ||
                 output_find_weights(db, &run, own->best, own->last, &from, e);
    db_close(db);
    if (!failed)
        str_copy(path, FILE_PATH_BYTES, from.path);
    return failed ? -1 : 0;
}

static int open_net(const struct invocation *in, size_t images, const char *weights,
                    struct predict **out, struct err *e)
{
    const struct options *own = in->own;
    const struct run_config *c = &in->configs[0];
    char cache[FILE_PATH_BYTES];
    struct predict_options o = {
        .weights = weights,
        .order = (enum config_init_order)c->init_order,
        .scale = (enum config_init_scale)c->init_scale,
        .device = c->device,
        .precision = (enum backend_precision)c->precision,
        .threads = (int)c->threads,
        .batch = (int)c->batch,
        .expected = images,
        .image_size = (int)own->image_size,
        .resize = (int)own->resize,
        .flip = own->flip,
        .cancel = meter_cancel(),
    };
    if (own->image_size && own->image_size < 32)
        return err_set(e, ERR_USAGE, "option 'image-size': %lld pixels are too few; at least 32",
                       (long long)own->image_size);
    if (own->run[0] && (c->init_order || c->init_scale))
        return err_set(e, ERR_USAGE,
                       "--init-order and --init-scale are of a file that --weights names: a run's "
                       "own weights are for images as it prepares them");
    if (!store_folder(c->cache, cache, NULL))
        o.cache = cache;
    return predict_open(out, &o, e);
}

static void say_what(const struct invocation *in, const struct predict_facts *f, const char *path)
{
    char shown[FILE_PATH_BYTES];
    str_visible(shown, sizeof shown, path);
    if (in->global.quiet)
        return;
    fprintf(stderr, "combolab: %s (names of %s) of %s, %d pixels%s, %s %s\n", f->net, f->naming,
            shown, f->image_size, f->classes ? "" : ", no class head", f->device, f->precision);
    if (f->values_assumed)
        fprintf(stderr,
                "combolab: the file does not say what its classes stand for: the expectation takes "
                "them as 1 to %d\n",
                f->classes);
}

/* What was said before it was stopped is printed, too. */
static int predict_all(const struct invocation *in, struct work *w, struct err *e)
{
    char path[FILE_PATH_BYTES];
    struct predict *p = NULL;
    if (find_weights(in, path, e))
        return -1;
    int result = open_net(in, w->images->n, path, &p, e);
    if (!result) {
        w->facts = predict_facts(p);
        say_what(in, w->facts, path);
        result = make_table(w, e);
    }
    meter_start(&w->meter, "predicting", in->global.quiet || w->images->n < 2);
    if (!result)
        result = predict_images(p, (const char *const *)w->images->paths, w->images->n, take, w, e);
    meter_end(&w->meter);
    if (result >= 0 && w->table && output_tables(in, &w->table, 1, e))
        result = -1;
    predict_close(p);
    return result;
}

static int run(const struct invocation *in)
{
    const struct options *own = in->own;
    struct image_list images = {0};
    struct work w = {.images = &images};
    struct err e;
    int result =
        image_list_make(&images, in->arguments, (size_t)in->n_arguments, own->recursive, &e);
    if (!result)
        result = predict_all(in, &w, &e);
    int status = result < 0 ? command_fail(&e) : result ? EXIT_STOPPED : EXIT_GOOD;
    if (!result && w.damaged) {
        fprintf(stderr, "combolab: %zu of %zu images were left out\n", w.damaged, images.n);
        status = EXIT_ERROR;
    }
    if (result > 0)
        fputs("combolab: stopped; the images after these were not looked at\n", stderr);
    table_free(w.table);
    image_list_free(&images);
    return status;
}

const struct command command_predict = {
    .name = "predict",
    .arguments = "IMAGE...",
    .summary = "score images with a run's weights, or those of a file",
    .details =
        "IMAGE is a JPEG or PNG file, a folder of them, or - for a list of files on standard "
        "input, one a line. Images are prepared as test images were in training: resized, and "
        "their centre cut out. A row has the score and, where the weights have a class head, the "
        "expectation of its classes, the likeliest class and each one's probability; CSV and JSON "
        "have all digits. An image that cannot be decoded is named on standard error and left out, "
        "and the exit status is 1 at the end.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .takes_config = true,
    .config_names = config_names,
    .least_arguments = 1,
    .most_arguments = -1,
    .run = run,
};
