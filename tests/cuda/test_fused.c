/* test_fused.c - the fused plans that a GPU is to time (bench/gpu_fused.c), asked for on one that
 * is not here: which cuDNN has ready, which it would compile at run time, and which it has not.
 * Those of run time are offered only where there is a driver, or something that stands in for one.
 */
#include "bench/gpu_fused_graphs.h"

#include "base/file.h"
#include "base/mem.h"
#include "tests/kit/tap.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct conv_shape shapes[] = {
    {64, 256, 128, 1, 1, 1, 0, 56, 56, 56, 56, 256},
    {64, 256, 256, 1, 3, 1, 1, 14, 14, 14, 14, 256},
};

/* What there has to be in bf16 and fp16: ready-made, compiled at run time, or nothing. */
enum offer { NONE, READY, RUN_TIME };
static const struct {
    const char *pattern;
    enum offer offer[2];
} wanted[] = {
    {"forward", {READY, READY}},
    {"forward+statistics", {RUN_TIME, READY}},
    {"norm+forward+statistics", {RUN_TIME, READY}},
    {"forward+norm", {RUN_TIME, RUN_TIME}},
    {"data", {READY, READY}},
    {"data+norm's_sums", {NONE, READY}},
    {"weights", {READY, READY}},
    {"norm+weights", {NONE, READY}},
};

static struct cudnn *open_described(struct err *e)
{
    char path[600];
    uint8_t *json = NULL;
    size_t count;
    struct cudnn *c = NULL;
    const char *top = getenv("TOP_SRCDIR");
    snprintf(path, sizeof path, "%s/tests/cuda/devices/sm_90.json", top ? top : ".");
    if (!file_read(&json, &count, NULL, path, 1 << 16, e))
        cuda_cudnn_open(&c, 90, NULL, (const char *)json, e);
    mem_free(json);
    return c;
}

static bool driver;

static enum offer best_of(const struct fused_plan *list, int n)
{
    enum offer best = NONE;
    for (int i = 0; i < n; i++) {
        if (list[i].there && !list[i].at_run_time)
            return READY;
        if (list[i].at_run_time)
            best = RUN_TIME;
    }
    return best;
}

static void check(struct cudnn *c, size_t at, const struct conv_shape *s, int type)
{
    static const cudnnDataType_t types[] = {CUDNN_DATA_BFLOAT16, CUDNN_DATA_HALF};
    static const char *const offers[] = {"nothing", "a ready-made plan", "one made at run time"};
    struct fused f;
    struct fused_plan list[FUSED_PLANS];
    struct err e = {0};
    int n = 0;
    bool graph = !fused_begin(&f, c, &fused_patterns[at], s, types[type], &e);
    ok(graph, "%s is a graph%s%s", wanted[at].pattern, graph ? "" : ": ", e.text);
    if (graph)
        n = fused_offers(&f, list, NULL, NULL);
    enum offer got = best_of(list, n), want = wanted[at].offer[type];
    ok(got == (want == RUN_TIME && !driver ? NONE : want), "%s in %s, %d channels, k%d: %s%s%s",
       wanted[at].pattern, type ? "fp16" : "bf16", s->in, s->kernel, offers[got],
       n ? ", first " : "", n ? list[0].text : "");
    fused_end(&f);
}

int main(void)
{
    struct err e;
    struct cudnn *c = open_described(&e);
    if (!c) {
        skip("%s", e.text);
        return tap_done();
    }
    size_t n = sizeof wanted / sizeof *wanted;
    void *library = dlopen("libcuda.so.1", RTLD_LAZY);
    driver = library;
    for (size_t i = 0; i < n && fused_patterns[i].name; i++) {
        is_text(fused_patterns[i].name, wanted[i].pattern, "a pattern");
        for (int s = 0; s < 2; s++)
            for (int type = 0; type < 2; type++)
                check(c, i, &shapes[s], type);
    }
    ok(!fused_patterns[n].name, "all patterns");
    cuda_cudnn_close(c);
    if (library)
        dlclose(library);
    return tap_done();
}
