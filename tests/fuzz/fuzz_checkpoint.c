/* fuzz_checkpoint.c - any bytes as a checkpoint that a run is to go on from. The first byte says
 * whether its checksum is put right before, so that what lies behind that is reached too, and what
 * the record knows. What is believed is written and read once more.
 *
 * The run is one of a net of four tensors. Its backend is what stands below, which the linker takes
 * before the door's.
 */
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/train/algorithms_priv.h"
#include "engine/train/checkpoint_priv.h"
#include "engine/train/notes_priv.h"
#include "engine/train/resume_priv.h"
#include "engine/train/save_priv.h"
#include "engine/weights/weights.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VALUES 64 /* more than all tensors, scores and the checksum have */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

/* --- in the place of a backend --- */

int door_set(struct door *d, enum backend_kind kind, int index, const float *from, size_t count,
             struct err *e)
{
    static float read[VALUES];
    (void)d, (void)kind, (void)index, (void)e;
    memcpy(read, from, count * sizeof *from);
    return 0;
}

const char *door_name(const struct door *d)
{
    (void)d;
    return "cpu";
}

const char *door_library(const struct door *d)
{
    (void)d;
    return "fuzz 1";
}

const char *door_precision(const struct door *d)
{
    (void)d;
    return "f32";
}

const char *door_algorithms(const struct door *d)
{
    (void)d;
    return "forward 3x3: abacus red 1=2\nupdate: head";
}

int run_batch(const struct run *run, size_t images)
{
    return images < (size_t)run->config->batch ? (int)images : (int)run->config->batch;
}

static uint64_t pictures[16];

const uint64_t *store_pictures(const struct store *s)
{
    (void)s;
    return pictures;
}

static void keep_quiet(void *context, enum log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

/* Names and shapes alone: the rest is for readers of weights. */
int save_list(const struct run *run, struct weights *w, struct err *e)
{
    for (int i = 0; i < run->params->n; i++) {
        const struct net_param *p = &run->params->at[i];
        if (!weights_list(w, p->name, p->rank, p->dims, e))
            return -1;
    }
    return 0;
}

/* --- the run --- */

static struct net_param param[] = {
    {.name = "conv1.weight", .role = NET_CONV, .rank = 4, .dims = {2, 1, 3, 1}, .count = 6},
    {.name = "bn1.weight", .role = NET_GAMMA, .rank = 1, .dims = {2}, .count = 2},
    {.name = "bn1.running_mean", .role = NET_MEAN, .rank = 1, .dims = {2}, .count = 2},
    {.name = "fc.weight", .role = NET_SCORE_W, .rank = 2, .dims = {1, 2}, .count = 2},
};
static const struct net_params params = {.n = 4, .at = param, .trained = 10, .running = 2};
static const struct log quiet = {LOG_ERROR, keep_quiet, NULL};
static struct trainer_job job = {.resume = true};
static struct dataset *data;
static uint32_t places[16];
static float values[VALUES], scores[VALUES];
static char file[1100];

static void begin(struct run *run)
{
    *run = (struct run){.job = &job,
                        .config = &job.config,
                        .log = &quiet,
                        .data = data,
                        .train_split = {6, places},
                        .test_split = {4, places + 6},
                        .params = &params,
                        .train_plan = {.n = 6},
                        .train_tally = {.scores = scores},
                        .at = {.epochs_done = 3, .best_epoch = 1, .best_pc = 0.5}};
}

/* What the program writes of the present run. */
static int put(const struct run *run, struct err *e)
{
    struct weights *w;
    if (checkpoint_make(run, values, &w, e))
        return -1;
    int result = checkpoint_write(w, job.weights_dir, &run->at, 0, INT_MAX, &quiet, e);
    weights_free(w);
    return result;
}

/* Seeds are made by the program, in a folder that is named last on the command line: of a run
 * between two epochs and within one. */
static void make_seed(struct run *run, const char *folder, const char *name)
{
    struct err e;
    uint8_t *bytes;
    size_t n;
    char from[2200], to[2200];
    char stem[80];
    checkpoint_name(&run->at, stem);
    snprintf(from, sizeof from, "%s/%s", job.weights_dir, stem);
    snprintf(to, sizeof to, "%s/%s", folder, name);
    if (put(run, &e) || file_read(&bytes, &n, NULL, from, 1 << 20, &e))
        abort();
    FILE *f = fopen(to, "w");
    if (!f || fputc(run->at.step ? 3 : 1, f) == EOF || fwrite(bytes, 1, n, f) != n || fclose(f))
        abort();
    mem_free(bytes);
    unlink(from);
}

static bool believed; /* the last input was */

/* A seed that were refused would lead nowhere. */
static void try_seed(const char *folder, const char *name)
{
    struct err e;
    uint8_t *bytes;
    size_t n;
    char path[2200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (file_read(&bytes, &n, NULL, path, 1 << 20, &e))
        abort();
    LLVMFuzzerTestOneInput(bytes, n);
    mem_free(bytes);
    if (!believed)
        abort();
}

/* `set` is a folder that `combolab synth` has made. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct err e;
    struct run run;
    const struct dataset_request request = {.path = "set"};
    const char *scratch = getenv("FUZZ_SCRATCH");
    config_defaults(&job.config);
    job.config.batch = 4;
    snprintf(job.weights_dir, sizeof job.weights_dir, "%s/checkpoint-XXXXXX",
             scratch ? scratch : "/tmp");
    if (!mkdtemp(job.weights_dir) || dataset_open(&data, &request, &e))
        abort();
    for (uint32_t i = 0; i < 16; i++)
        places[i] = i;
    for (int i = 0; i < VALUES; i++)
        values[i] = scores[i] = (float)i;
    begin(&run);
    make_seed(&run, (*argv)[*argc - 1], "between");
    run.at.step = 1;
    run.train_tally.n = 4;
    make_seed(&run, (*argv)[*argc - 1], "within");
    try_seed((*argv)[*argc - 1], "between");
    try_seed((*argv)[*argc - 1], "within");
    return 0;
}

/* The checksum that the rest has, when there is room for one. */
static void put_right(void)
{
    struct weights *w;
    struct err e;
    if (weights_read(&w, file, &e))
        return;
    const struct weights_tensor *last = w->n ? &w->at[w->n - 1] : NULL;
    if (last && last->count == CHECKPOINT_PIECES) {
        uint64_t hash = checkpoint_hash_meta(w);
        for (const struct weights_tensor *t = w->at; t < last; t++)
            hash = hash_words(hash, t->data, t->count * sizeof *t->data);
        checkpoint_hash_write(hash, last->data);
        weights_write(w, file, &e);
    }
    weights_free(w);
}

/* What was believed can be written, and is believed again. */
static void go_on(struct run *run)
{
    struct err e;
    struct run again;
    struct progress at = run->at;
    if (put(run, &e))
        abort();
    begin(&again);
    if (notes_new(&again, &e) || resume_run(&again, &e) || again.at.epochs_done != at.epochs_done ||
        again.at.step != at.step || again.at.best_epoch != at.best_epoch ||
        again.at.worse != at.worse)
        abort();
    notes_free(&again);
}

static void remove_all(void)
{
    struct checkpoint_file *files;
    struct err e;
    size_t n;
    if (checkpoint_list(&files, &n, job.weights_dir, &e))
        abort();
    for (size_t i = 0; i < n; i++) {
        char path[1200];
        snprintf(path, sizeof path, "%s/%s", job.weights_dir, files[i].name);
        unlink(path);
    }
    mem_free(files);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct err e;
    struct run run;
    if (!count)
        return 0;
    const struct progress named = {.epochs_done = 3, .step = bytes[0] & 2 ? 1 : 0};
    char name[80];
    checkpoint_name(&named, name);
    snprintf(file, sizeof file, "%s/%s", job.weights_dir, name);
    FILE *f = fopen(file, "w");
    if (!f || fwrite(bytes + 1, 1, count - 1, f) != count - 1 || fclose(f))
        abort();
    if (bytes[0] & 1)
        put_right();
    begin(&run);
    run.at = (struct progress){.best_pc = -INFINITY};
    job.known_epochs = bytes[0] & 4 ? 1 : 3;
    job.algorithms_anew = bytes[0] & 8;
    if (notes_new(&run, &e))
        abort();
    believed = !algorithms_recall(&run, &e) && !resume_run(&run, &e) && run.has_saved;
    if (believed)
        go_on(&run);
    mem_free(run.recalled.algorithms);
    notes_free(&run);
    remove_all();
    return 0;
}
