/* test_begin.c - runs that begin with the weights of a file: all of them arrive, what is not in the
 * file is drawn as always, the file is needed only once, and what it lacks is said. */
#include "base/mem.h"
#include "base/str.h"
#include "engine/weights/init.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/toy_backend.h"
#include "tests/kit/trainer_rig.h"
#include "tests/kit/weights_kit.h"

#include <stdlib.h>
#include <unistd.h>

static struct rig rig;

static bool finishes(void)
{
    const struct event *end = rig_run(&rig);
    if (end && end->finished.state == RUN_FINISHED)
        return true;
    diag("%s", end ? end->finished.text : "no event");
    return false;
}

static void fails(const char *wanted, const char *what)
{
    const struct event *end = rig_run(&rig);
    if (!ok(end && end->finished.state == RUN_FAILED && strstr(end->finished.text, wanted), "%s",
            what))
        diag("%s", end ? end->finished.text : "no event");
}

/* The log has a line with that text. */
static bool says(const char *text)
{
    for (int i = 0; i < rig_count(&rig, EVENT_LOG); i++)
        if (strstr(rig_event(&rig, EVENT_LOG, i)->log.text, text))
            return true;
    return false;
}

static void begin_with(const char *file)
{
    struct run_config *c = &rig.job.config;
    str_copy(c->init, sizeof c->init, file);
    c->stem_pool = STEM_POOL_FLOOR;
    c->block_stride = BLOCK_STRIDE_3X3;
}

static bool same(const struct weights *a, const struct weights *b, const char *name)
{
    const struct weights_tensor *x = weights_find(a, name), *y = weights_find(b, name);
    return x && y && x->count == y->count && !memcmp(x->data, y->data, x->count * sizeof *x->data);
}

static int differing(const struct weights *a, const struct weights *b)
{
    int n = 0;
    for (size_t i = 0; i < a->n; i++)
        n += !same(a, b, a->at[i].name);
    return n;
}

/* What a run has trained, another begins with. */
static void test_own(void)
{
    struct run_config *c = &rig.job.config;
    struct weights *trained, *initial;
    if (!ok(finishes(), "a run without a file"))
        return;
    begin_with(scratch_path("weights/last.safetensors"));
    str_copy(c->trace, sizeof c->trace, scratch_path("trace"));
    rig_weights(&rig, "own");
    c->seed = 2; /* nothing is drawn */
    ok(finishes(), "a run that begins with its last weights");
    ok(says("begins with 104 of 104 tensors"), "says so");
    ok(!says("drawn by the seed"), "and has nothing else to say");
    if (!ok(!weights_read(&trained, c->init, NULL) &&
                !weights_read(&initial, scratch_path("trace/initial.safetensors"), NULL),
            "weights of both"))
        return;
    is_int(differing(trained, initial), 0, "are the same, both heads too");
    weights_free(trained);
    weights_free(initial);
    c->seed = 1;
}

/* Torchvision's, with its counters and 1000 classes; every tensor begins with its number. */
static const char *torchvision(void)
{
    struct weights_kit k;
    const char *path = scratch_path("torchvision.safetensors");
    uint64_t at;
    weights_kit_begin(&k);
    weights_kit_list(&k, "torchvision_resnet18.txt", NULL);
    const int one[] = {1};
    uint64_t own = weights_kit_add(&k, "own.weight", "F32", 1, one);
    FILE *f = weights_kit_end(&k, path, &at);
    const float value = 3;
    fseek(f, (long)at, SEEK_SET);
    fwrite(&value, sizeof value, 1, f);
    fseek(f, (long)(at + own), SEEK_SET);
    fwrite(&value, sizeof value, 1, f);
    fclose(f);
    return path;
}

static void test_heads(void)
{
    struct run_config *c = &rig.job.config;
    struct weights *initial, *drawn;
    const char *path = torchvision();
    str_copy(c->trace, sizeof c->trace, scratch_path("drawn"));
    c->init[0] = '\0';
    rig_weights(&rig, "drawn_weights");
    ok(finishes(), "a run whose weights are drawn");
    begin_with(path);
    str_copy(c->trace, sizeof c->trace, scratch_path("heads"));
    rig_weights(&rig, "heads_weights");
    ok(finishes(), "a run that begins with torchvision's file");
    ok(says("begins with 100 of 104 tensors"), "has the trunk from there");
    ok(says(
           "drawn by the seed: the score head ('fc.weight' is 1000x512, not 1x512), the class head "
           "(no weights in the file)"),
       "and says that its heads are drawn");
    ok(says("tensors of the file that are not used: 1 (own.weight)"), "what is not used is named");
    if (!ok(!weights_read(&initial, scratch_path("heads/initial.safetensors"), NULL) &&
                !weights_read(&drawn, scratch_path("drawn/initial.safetensors"), NULL),
            "weights of both"))
        return;
    is_int(differing(initial, drawn), 60, "the trunk is the file's (zeros are drawn too)");
    static const char *const heads[] = {"fc.weight", "fc.bias", "fc_cls.weight", "fc_cls.bias"};
    for (int i = 0; i < 4; i++)
        ok(same(initial, drawn, heads[i]), "%s is as drawn", heads[i]);
    is_near((double)weights_find(initial, "conv1.weight")->data[0], 3, 0, "its values arrive");
    weights_free(initial);
    weights_free(drawn);
    c->trace[0] = '\0';
}

/* A file of our own says by itself what its names do not. */
static void test_geometry(void)
{
    struct run_config *c = &rig.job.config;
    struct err e;
    c->init[0] = '\0';
    c->stem_pool = STEM_POOL_CEIL;
    rig_weights(&rig, "ceil");
    ok(finishes(), "a run with another pool");
    begin_with(scratch_path("ceil/last.safetensors"));
    rig_weights(&rig, "floor");
    ok(finishes() && says("the weights go with stem-pool ceil; this run has the other one"),
       "one that begins with its weights and has not that pool says so");
    c->stem_pool = STEM_POOL_AUTO;
    ok(!init_settle(c, &e) && c->stem_pool == STEM_POOL_CEIL, "auto is the file's own");
    rig_weights(&rig, "ceil_again");
    ok(finishes() && !says("as asked for"), "and then there is nothing to say");
}

/* A file of weights that nobody trained. */
static void test_untrained(void)
{
    begin_with(scratch_path("drawn/initial.safetensors"));
    rig_weights(&rig, "untrained");
    ok(finishes() && says("begins with 104 of 104 tensors"), "a run begins with drawn weights");
    ok(says("all running means of the file are 0 and all variances 1, as before any training"),
       "and says that nobody trained them");
}

static void test_missing(void)
{
    struct weights_kit k;
    uint64_t at;
    const char *path = scratch_path("part.safetensors");
    weights_kit_begin(&k);
    weights_kit_add(&k, "module.fc.weight", "F32", 2, (int[]){1, 512});
    weights_kit_add(&k, "module.conv1.weight", "F16", 4, (int[]){64, 3, 7, 7});
    fclose(weights_kit_end(&k, path, &at));
    begin_with(path);
    rig_weights(&rig, "part");
    ok(finishes(), "a run that begins with a part");
    ok(says("tensors of resnet18 that are not in the file, and are drawn: 99 (bn1.weight, "
            "bn1.bias, bn1.running_mean, ...)"),
       "names the first that are missing");
    ok(says("drawn by the seed: the score head (no bias in the file)"),
       "and takes no head by halves");
}

/* Gone once the first checkpoint is there. */
static void test_resume(void)
{
    struct run_config *c = &rig.job.config;
    struct weights *w;
    const char *path = torchvision();
    char hash[17] = "";
    struct source s;
    if (!source_open(&s, path, NULL))
        source_hash(&s, hash, NULL);
    source_close(&s);
    begin_with(path);
    rig_weights(&rig, "resumed");
    c->save_every = 1;
    c->epochs = 2;
    ok(finishes(), "two epochs");
    unlink(path);
    rig.job.resume = true;
    c->epochs = 3;
    ok(finishes() && says("resumed after epoch 2") && !says("begins with"),
       "the third needs the file no more");
    if (ok(!weights_read(&w, scratch_path("resumed/checkpoint-3.safetensors"), NULL),
           "its checkpoint")) {
        is_text(weights_meta_of(w, "init"), hash, "still says what the run began with");
        weights_free(w);
    }
    c->init[0] = '\0';
    fails("option 'init': the run was begun with the weights of a file, not without",
          "it is no run without a file");
    begin_with(path);
    rig_weights(&rig, "weights");
    fails("option 'init': the run was begun without the weights of a file, not with",
          "nor is a run without one a run with");
    rig.job.resume = false;
    rig_weights(&rig, "gone");
    fails("No such file", "without its file no run begins");
    c->epochs = 1;
}

static void test_bad_values(void)
{
    struct weights_kit k;
    uint64_t at;
    const float bad = NAN;
    const char *path = scratch_path("bad.safetensors");
    weights_kit_begin(&k);
    weights_kit_add(&k, "conv1.weight", "F32", 4, (int[]){64, 3, 7, 7});
    FILE *f = weights_kit_end(&k, path, &at);
    fseek(f, (long)at + 40, SEEK_SET);
    fwrite(&bad, sizeof bad, 1, f);
    fclose(f);
    begin_with(path);
    rig_weights(&rig, "bad");
    fails("bad.safetensors: tensor 'conv1.weight' has a value that is NaN, at element 10",
          "a weight that is not a number is refused");
    rig.job.config.stem_pool = STEM_POOL_AUTO;
    fails("not settled", "what a file settles has to be settled before");
}

static void test_memory(void)
{
    int failed = 0, n = 0;
    begin_with(torchvision());
    rig_weights(&rig, "memory");
    for (bool done = false; !done && n < 4000; n += 23) {
        mem_test_fail_at(n + 1);
        const struct event *end = rig_run(&rig);
        mem_test_fail_at(0);
        done = end && end->finished.state == RUN_FINISHED;
        failed += end && end->finished.state == RUN_FAILED;
    }
    ok(failed > 5, "failing allocations fail the run (%d)", failed);
}

int main(void)
{
    if (!ok(!rig_init(&rig), "a data set and a trainer are made"))
        return tap_done();
    rig.job.config.epochs = 1;
    begin_with("");
    test_own();
    test_heads();
    test_geometry();
    test_untrained();
    test_missing();
    test_resume();
    test_bad_values();
    test_memory();
    ok(!toy.violations, "the engine kept its promises (%s)", toy.violation);
    rig_fini(&rig);
    return tap_done();
}
