/* export.c - `combolab export`: a run's weights as a file for other programs. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "engine/weights/weights.h"
#include "platform.h"
#include "src/output.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

struct options {
    bool best, last, force;
};

static const struct opt options[] = {
    {"best", 0, OPT_FLAG, offsetof(struct options, best), 0, 0, "no", NULL, "", "Weights",
     "those of the best epoch, which are taken anyway where there are any"},
    {"last", 0, OPT_FLAG, offsetof(struct options, last), 0, 0, "no", NULL, "", "Weights",
     "those of the last epoch"},
    {"force", 'f', OPT_FLAG, offsetof(struct options, force), 0, 0, "no", NULL, "", "Weights",
     "replace a file that is there already"},
};
static const struct opt_table table = {options, sizeof options / sizeof *options};

static int put_figure(struct weights *w, const char *key, double value, struct err *e)
{
    char text[40];
    str_exact(text, sizeof text, value);
    return isfinite(value) ? weights_meta(w, key, text, e) : 0;
}

/* What the file says of itself is about net and images; here follows which run it is of. Texts are
 * shorter than metadata may be. */
static int describe(struct weights *w, const struct run_row *run, const struct checkpoint_row *from,
                    struct err *e)
{
    bool best = !strcmp(from->kind, "best");
    char fold[16] = "", number[24];
    snprintf(number, sizeof number, "%lld", (long long)run->id);
    if (run->fold)
        snprintf(fold, sizeof fold, "%d", run->fold);
    const char *const pairs[][2] = {
        {"program", PACKAGE_STRING}, {"run", number},         {"name", run->name},
        {"data", run->data},         {"fold", fold},          {"protocol", run->protocol},
        {"weights", from->kind},     {"select", run->select},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (weights_meta(w, pairs[i][0], pairs[i][1], e))
            return -1;
    return put_figure(w, "test_mae", best ? run->best_mae : run->last_mae, e) ||
                   put_figure(w, "test_rmse", best ? run->best_rmse : run->last_rmse, e) ||
                   put_figure(w, "test_pc", best ? run->best_pc : run->last_pc, e)
               ? -1
               : 0;
}

/* Whoever opens a file by such a name would take it for something else. */
static int check_name(const char *path, struct err *e)
{
    static const char *const others[] = {".pth", ".pt",  ".ckpt", ".bin",  ".pkl",
                                         ".npz", ".npy", ".onnx", ".zip", ".h5"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        size_t n = strlen(path), ending = strlen(others[i]);
        if (n >= ending && !strcasecmp(path + n - ending, others[i]))
            return err_set(e, ERR_USAGE,
                           "%s: what export writes is no %s file but safetensors, which PyTorch "
                           "reads by safetensors.torch.load_file: call it %.*s.safetensors",
                           path, others[i], (int)(n - ending), path);
    }
    return 0;
}

static int check_free(const char *path, const struct options *own, struct err *e)
{
    struct stat s;
    return !own->force && !lstat(path, &s)
               ? err_set(e, ERR_STATE,
                         "%s is there already: choose another name, or replace it with --force",
                         path)
               : 0;
}

static int export(const struct invocation *in, struct db *db, struct err *e)
{
    const struct options *own = in->own;
    const char *path = in->arguments[1];
    struct run_row run;
    struct checkpoint_row from;
    struct weights *w;
    if (check_name(path, e) || output_find_run(db, in->arguments[0], &run, e) ||
        output_find_weights(db, &run, own->best, own->last, &from, e) || check_free(path, own, e) ||
        weights_read(&w, from.path, e))
        return -1;
    int result = describe(w, &run, &from, e);
    if (!result)
        result = own->force ? weights_write(w, path, e) : weights_write_first(w, path, e);
    if (!result && !in->global.quiet)
        printf("%s: the %s weights of run %lld, epoch %d, %zu tensors\n", path, from.kind,
               (long long)run.id, from.epoch, w->n);
    weights_free(w);
    return result;
}

static int run(const struct invocation *in)
{
    struct db *db = NULL;
    struct err e;
    int failed = output_open_db(in, &db, &e) || export(in, db, &e);
    db_close(db);
    return failed ? command_fail(&e) : EXIT_GOOD;
}

const struct command command_export = {
    .name = "export",
    .arguments = "RUN FILE",
    .summary = "write a run's weights for PyTorch, as safetensors",
    .details =
        "RUN is a number from `combolab runs`, or `last` for the newest. FILE has the names of "
        "torchvision and timm, fc.* for the score head and fc_cls.* for the class head. Its "
        "metadata say how images are prepared (image_size, resize, mean, std), where published "
        "nets differ (stem_pool, block_stride), what the classes stand for (class_values, "
        "class_edges), and which run it is of. It appears whole or not at all, and replaces no "
        "file without --force. A name that says another format, such as .pth, is refused.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .least_arguments = 2,
    .most_arguments = 2,
    .run = run,
};
