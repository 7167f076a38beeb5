/* test_resume_faults.c - checkpoints that are damaged, foreign or of other settings; memory and
 * disks that give out; weights that are no longer numbers. */
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/train/checkpoint_priv.h"
#include "engine/weights/weights.h"
#include "tests/kit/resume_kit.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/toy_backend.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct rig rig;
static struct whole whole; /* 4 epochs of 4 steps, saved after each */

/* --- damage --- */

/* A copy of a file of `folder` with one byte changed at `at` (from the end when negative), or cut
 * there. Other links to it stay as they are. */
static void damage(const char *folder, const char *name, long at, bool cut)
{
    char path[100];
    size_t n = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    char *bytes = rig_file(scratch_path(path), &n);
    size_t where = at < 0 ? n - (size_t)-at : (size_t)at;
    bytes[where] ^= 1;
    unlink(scratch_path(path));
    FILE *f = fopen(scratch_path(path), "wb");
    fwrite(bytes, 1, cut ? where : n, f);
    fclose(f);
    mem_free(bytes);
}

static void passed_over(const char *folder, const char *part, const char *what)
{
    int same = kit_resume(&rig, &whole, folder);
    ok(same && rig.events[0].started.resumed_epoch == 3, "%s: the one before is taken", what);
    if (!ok(kit_log(&rig, "passed over: ") && kit_log(&rig, part), "and it is said why"))
        for (int i = 0; rig_event(&rig, EVENT_LOG, i); i++)
            diag("%s", rig_event(&rig, EVENT_LOG, i)->log.text);
}

static void test_damage(void)
{
    kit_link("whole", "flip");
    damage("flip", "checkpoint-4.safetensors", 3000000, false);
    passed_over("flip", "checkpoint-4.safetensors: it is damaged", "one bit of the data");
    kit_link("whole", "sum");
    damage("sum", "checkpoint-4.safetensors", -3, false);
    passed_over("sum", "it is damaged", "one bit of the checksum");
    kit_link("whole", "cut");
    damage("cut", "checkpoint-4.safetensors", -1000, true);
    passed_over("cut", "cut short", "a file cut short");
    kit_link("whole", "header");
    damage("header", "checkpoint-4.safetensors", 3000, true);
    passed_over("header", "cut short", "a file cut within its header");
    kit_link("whole", "empty");
    damage("empty", "checkpoint-4.safetensors", 0, true);
    passed_over("empty", "no safetensors file", "an empty file");
}

/* A checkpoint of 8 GB that takes no space on disk: it is passed over before it costs memory. */
static void test_large(void)
{
    static const char head[] =
        "{\"__metadata__\":{\"checkpoint\":\"1\"},"
        "\"conv1.weight\":{\"dtype\":\"F32\",\"shape\":[2000000000],\"data_offsets\":[0,8000000000]"
        "},"
        "\"checksum\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[8000000000,8000000016]}}";
    uint64_t length = strlen(head);
    kit_link("whole", "large");
    unlink(scratch_path("large/checkpoint-4.safetensors"));
    FILE *f = fopen(scratch_path("large/checkpoint-4.safetensors"), "wb");
    fwrite(&length, 8, 1, f);
    fwrite(head, 1, strlen(head), f);
    if (fflush(f) || ftruncate(fileno(f), (off_t)length + 8000000024))
        diag("no file of 8 GB here");
    fclose(f);
    passed_over("large", "more values than a checkpoint can have", "one of 8 GB");
}

static void none_to_go_on_from(const char *folder, const char *what)
{
    rig_weights(&rig, folder);
    rig.job.resume = true;
    const struct event *end = rig_run(&rig);
    ok(end && end->finished.state == RUN_FAILED &&
           strstr(end->finished.text, "no checkpoint to go on from") &&
           !rig_count(&rig, EVENT_EPOCH),
       "%s", what);
    rig.job.resume = false;
}

static void test_foreign(void)
{
    kit_link("whole", "weights-only");
    unlink(scratch_path("weights-only/checkpoint-4.safetensors"));
    link(scratch_path("whole/last.safetensors"),
         scratch_path("weights-only/checkpoint-9.safetensors"));
    passed_over("weights-only", "checkpoint-9.safetensors: no checkpoint", "a plain weight file");
    ok(access(scratch_path("weights-only/checkpoint-9.safetensors"), F_OK),
       "what is further than the run goes once there is another");
    kit_link("whole", "renamed");
    rename(scratch_path("renamed/checkpoint-4.safetensors"),
           scratch_path("renamed/checkpoint-8.safetensors"));
    passed_over("renamed", "progress cannot be", "one under another's name");
    kit_link("whole", "known");
    rig.job.known_epochs = 3;
    passed_over("known", "checkpoint-4.safetensors, since only 3 epochs are on record",
                "one of an epoch that is not on record");
    rig.job.known_epochs = 0;
    ok(kit_resume(&rig, &whole, "known") && !rig.events[0].started.resumed_epoch,
       "with none on record the run begins at its beginning");
    rig.job.known_epochs = INT_MAX;
    mkdir(scratch_path("none"), 0777);
    none_to_go_on_from("none", "without a checkpoint a run with epochs on record fails");
    ok(!trainer_has_checkpoint(scratch_path("none")) &&
           trainer_has_checkpoint(scratch_path("known")),
       "as can be told before");
    mkdir(scratch_path("all"), 0777);
    link(scratch_path("whole/last.safetensors"), scratch_path("all/checkpoint-1.safetensors"));
    none_to_go_on_from("all", "so it does when all of them are no good");
    ok(kit_log(&rig, "no checkpoint") != NULL, "and says why each is");
}

/* --- other settings --- */

static void refused(const char *option, const char *value, const char *part)
{
    struct run_config before = rig.job.config;
    struct err e;
    if (opt_set(&config_options, &rig.job.config, option, value, &e))
        diag("%s", e.text);
    rig_weights(&rig, "whole");
    rig.job.resume = true;
    const struct event *end = rig_run(&rig);
    if (!ok(end && end->finished.state == RUN_FAILED && strstr(end->finished.text, part),
            "resuming with --%s %s is refused: \"%s\"", option, value, part))
        diag("%s", end ? end->finished.text : "no event");
    rig.job.resume = false;
    rig.job.config = before;
}

/* Checkpoint 4 with other metadata, and the checksum that goes with it: as an earlier version might
 * have written it. `change` returns how much it changed, which is to be one thing. */
static bool rewritten(const char *folder, int (*change)(struct weights *w))
{
    struct weights *w = NULL;
    char name[80];
    snprintf(name, sizeof name, "%s/checkpoint-4.safetensors", folder);
    kit_link("whole", folder);
    const char *path = scratch_path(name);
    if (weights_read(&w, path, NULL))
        return false;
    int changed = change(w);
    uint64_t hash = checkpoint_hash_meta(w);
    for (size_t i = 0; i + 1 < w->n; i++)
        hash = hash_words(hash, w->at[i].data, w->at[i].count * sizeof(float));
    checkpoint_hash_write(hash, w->at[w->n - 1].data);
    unlink(path);
    bool written = changed == 1 && !weights_write(w, path, NULL);
    weights_free(w);
    return written;
}

static void goes_on_from(const char *folder, int (*change)(struct weights *w), const char *what)
{
    ok(rewritten(folder, change) && kit_resume(&rig, &whole, folder) &&
           rig.events[0].started.resumed_epoch == 4,
       "%s is gone on from", what);
}

static int spell_otherwise(struct weights *w)
{
    int changed = 0;
    for (size_t i = 0; i < w->n_meta; i++)
        if (!strcmp(w->meta[i][0], "option/learning-rate"))
            changed += !str_copy(w->meta[i][1], sizeof w->meta[i][1], "2e-2");
    return changed;
}

static int forget_precision(struct weights *w)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->n_meta; i++)
        if (strcmp(w->meta[i][0], "precision"))
            memmove(w->meta[kept++], w->meta[i], sizeof w->meta[i]);
    int changed = (int)(w->n_meta - kept);
    w->n_meta = kept;
    return changed;
}

static void test_earlier(void)
{
    goes_on_from("spelled", spell_otherwise, "a checkpoint whose numbers are written otherwise");
    goes_on_from("older", forget_precision, "one that does not say its precision is of f32: it");
}

static void test_settings(void)
{
    refused("batch", "5", "option 'batch': the run was begun with 4, not 5");
    refused("seed", "2", "option 'seed': the run was begun with 1, not 2");
    refused("learning-rate", "0.03", "option 'learning-rate'");
    refused("loss", "mse", "option 'loss': the run was begun with combo, not mse");
    refused("select", "val", "option 'select'");
    refused("backbone", "se-resnext50", "option 'backbone'");
    refused("class-values", "1,2,3,4,6", "option 'class-values'");
    refused("precision", "bf16", "option 'precision': the run was begun in f32, and the toy");
    struct run_config before = rig.job.config;
    rig.job.config.precision = BACKEND_F32;
    str_copy(rig.job.config.name, sizeof rig.job.config.name, "another name");
    rig.job.config.threads = 2;
    rig.job.config.keep = 0;
    rig.job.config.save_every = 3;
    kit_link("whole", "others");
    unlink(scratch_path("others/checkpoint-4.safetensors"));
    ok(kit_resume(&rig, &whole, "others"),
       "name, threads, keep and save-every may differ, and what auto came to may be named");
    ok(kit_log(&rig, "threads 1 is now 2; what follows may differ") != NULL,
       "threads with a warning");
    rig.job.config = before;
}

/* The same options, but the file that they name says something else. */
static void test_data(void)
{
    size_t n;
    char *csv = rig_file(scratch_path("data/labels.csv"), &n);
    FILE *f = fopen(scratch_path("data/labels.csv"), "w");
    char *score = strstr(csv, "1.200");
    fwrite(csv, 1, (size_t)(score - csv), f);
    fprintf(f, "1.250%s", score + 5);
    fclose(f);
    refused("name", "x", "option 'data': the names, scores or split");
    f = fopen(scratch_path("data/labels.csv"), "w");
    fwrite(csv, 1, n, f);
    fclose(f);
    mem_free(csv);
}

/* --- memory and disk --- */

/* Reading a checkpoint and going on from it. */
static void test_memory(void)
{
    long failed = 0, others = 0, at = 1, run = 0;
    kit_link("whole", "memory");
    unlink(scratch_path("memory/checkpoint-4.safetensors"));
    rig_weights(&rig, "memory");
    rig.job.resume = true;
    for (; at < 5000; at += at < 300 ? 5 : 61, run++) {
        mem_test_fail_at(at);
        const struct event *end = rig_run(&rig);
        mem_test_fail_at(0);
        if (!end || end->finished.state == RUN_FINISHED)
            break;
        if (end->finished.state == RUN_FAILED && strstr(end->finished.text, "memory"))
            failed++;
        else if (!others++)
            diag("allocation %ld: %s", at, end->finished.text);
    }
    rig.job.resume = false;
    ok(failed > 20 && !others,
       "failing allocations end the run with a message: %ld, up to number %ld", failed, at);
    ok(kit_resume(&rig, &whole, "memory"), "and hurt no checkpoint");
    is_int(toy.opened - toy.closed, 0, "every backend was closed");
}

/* Files end at `bytes`: what is written before the failure is whole, what was there stays. */
static void full(const char *folder, rlim_t bytes, const char *part)
{
    struct rlimit before, limit;
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = bytes;
    kit_link("whole", folder);
    char newest[100];
    snprintf(newest, sizeof newest, "%s/checkpoint-4.safetensors", folder);
    unlink(scratch_path(newest));
    rig_weights(&rig, folder);
    rig.job.resume = true;
    setrlimit(RLIMIT_FSIZE, &limit);
    const struct event *end = rig_run(&rig);
    setrlimit(RLIMIT_FSIZE, &before);
    rig.job.resume = false;
    if (!ok(end && end->finished.state == RUN_FAILED && strstr(end->finished.text, part),
            "a disk that is full after %ld bytes: \"%s\"", (long)bytes, part))
        diag("%s", end ? end->finished.text : "no event");
    ok(kit_files(folder, "checkpoint-") == 1 && kit_files(folder, "") == 3,
       "the checkpoint before stays, nothing is left half written");
    ok(kit_resume(&rig, &whole, folder), "with room again, the run goes on the same");
}

static void test_full(void)
{
    signal(SIGXFSZ, SIG_IGN);
    full("full-1", 1000, "t.safetensors cannot be written");
    full("full-2", 1 << 20, "t.safetensors cannot be written");
    full("full-3", 4 << 20, "checkpoint-4.safetensors"); /* twice as large as weights alone */
    struct stat st;
    stat(scratch_path("whole/checkpoint-4.safetensors"), &st);
    full("full-4", (rlim_t)st.st_size - 1, "checkpoint-4.safetensors"); /* its last byte */
}

/* --- weights that are no longer numbers --- */

static void test_poison(void)
{
    toy.trained = 0;
    toy.poison_train_step = 6;
    rig_weights(&rig, "poison");
    kit_stop_at(&rig, 6, 0);
    const struct event *end = rig_run(&rig);
    kit_stop_at(&rig, 0, 0);
    if (!ok(end && end->finished.state == RUN_DIVERGED &&
                strstr(end->finished.text,
                       "after epoch 1, step 2: fc.weight has a value that is nan"),
            "a stop with a weight that is no number ends as diverged"))
        diag("%s", end ? end->finished.text : "no event");
    ok(kit_files("poison", "checkpoint-1.safetensors") == 1 && kit_files("poison", "") == 2,
       "and is not saved: the checkpoint and the best of the epoch before stay");
    toy.poison_train_step = 0;
    ok(kit_resume(&rig, &whole, "poison"), "from which the run can go on");
}

int main(void)
{
    if (!ok(!rig_init(&rig), "a data set and a trainer are made"))
        return tap_done();
    rig.job.backend = kit_counted(toy_backend());
    toy.algorithms = "sum: head\n";
    rig.job.config.epochs = 4;
    rig.job.config.save_every = 1;
    if (ok(!kit_whole(&rig, &whole, "whole"), "a run that never stops")) {
        test_damage();
        test_large();
        test_foreign();
        test_earlier();
        test_settings();
        test_data();
        test_memory();
        test_full();
        test_poison();
    }
    ok(!toy.violations, "no promise to the backend was broken (%s)", toy.violation);
    kit_free(&whole);
    rig_fini(&rig);
    return tap_done();
}
