/* test_plans.c - cuDNN's plans for the convolutions of both nets on devices that are not here, as
 * tests/cuda/devices describes them: there, usable, and had again from their texts. */
#include "base/file.h"
#include "base/mem.h"
#include "cuda/conv_cudnn_priv.h"
#include "cuda/library.h"
#include "tests/cuda/plan_jobs.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const struct conv_method conv_cudnn;

#define MOST_WAYS 3

static struct cudnn *open_device(int capability, struct err *e)
{
    char path[600];
    uint8_t *json = NULL;
    size_t count;
    struct cudnn *c = NULL;
    const char *top = getenv("TOP_SRCDIR");
    snprintf(path, sizeof path, "%s/tests/cuda/devices/sm_%d.json", top ? top : ".", capability);
    if (file_read(&json, &count, NULL, path, 1 << 16, e)) {
        diag("%s", e->text);
        exit(1);
    }
    cuda_cudnn_open(&c, capability, NULL, (const char *)json, e);
    mem_free(json);
    return c;
}

/* --- what a way is, looked at without the code that chose it --- */

/* Whether the way's engine has a note that its job can't have. */
static bool has_bad_note(struct cudnn *c, const struct conv_way *way)
{
    struct conv_cudnn *p = way->own;
    cudnnBackendDescriptor_t engine = conv_cudnn_make(p, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
    cudnnBackendNumericalNote_t numbers[32];
    cudnnBackendBehaviorNote_t behaviour[32];
    int64_t engine_number = atoi(strstr(way->text, "engine ") + 7), n = 0, m = 0;
    bool bad = false;
    conv_cudnn_set(p, engine, CUDNN_ATTR_ENGINE_OPERATION_GRAPH, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
                   &p->graph);
    conv_cudnn_set(p, engine, CUDNN_ATTR_ENGINE_GLOBAL_INDEX, CUDNN_TYPE_INT64, 1, &engine_number);
    conv_cudnn_set(p, engine, CUDNN_ATTR_ENGINE_DEVICEPROP, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
                   &c->device);
    conv_cudnn_finish(p, engine, "the engine");
    if (p->status ||
        c->cudnnBackendGetAttribute(engine, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
                                    CUDNN_TYPE_NUMERICAL_NOTE, 32, &n, numbers) ||
        c->cudnnBackendGetAttribute(engine, CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE,
                                    CUDNN_TYPE_BEHAVIOR_NOTE, 32, &m, behaviour))
        return true;
    for (int64_t i = 0; i < n; i++)
        bad |= numbers[i] == CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC ||
               numbers[i] == CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS ||
               numbers[i] == CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION ||
               (numbers[i] == CUDNN_NUMERICAL_NOTE_TENSOR_CORE && !way->job.tensor_cores);
    for (int64_t i = 0; i < m; i++)
        bad |= behaviour[i] == CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION;
    return bad;
}

/* The plan as cuDNN describes it; owned. NULL when it does not. */
static char *plan_json(struct cudnn *c, const struct conv_way *way)
{
    const struct conv_cudnn *p = way->own;
    int64_t n = 0;
    if (c->cudnnBackendGetAttribute(p->plan, CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION,
                                    CUDNN_TYPE_CHAR, 0, &n, NULL) ||
        n < 1)
        return NULL;
    char *text = mem_alloc((size_t)n + 1, 1);
    if (text && c->cudnnBackendGetAttribute(p->plan, CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION,
                                            CUDNN_TYPE_CHAR, n, &n, text))
        text[0] = '\0';
    return text;
}

static const char *behind_name(const struct conv_way *way)
{
    return way->text + strlen(conv_cudnn.name) + 1;
}

static bool comes_back(struct conv_tools *t, const struct conv_way *way)
{
    struct conv_way same = {0};
    struct err e;
    if (conv_cudnn.again(t, &way->job, behind_name(way), &same, &e)) {
        diag("%s: %s", way->text, e.text);
        return false;
    }
    char *a = plan_json(t->cudnn, way), *b = plan_json(t->cudnn, &same);
    bool equal = a && b && a[0] && !strcmp(a, b) && !strcmp(way->text, same.text) &&
                 way->workspace == same.workspace;
    mem_free(a);
    mem_free(b);
    conv_way_close(&same);
    return equal;
}

/* --- every job on a device --- */

struct tally {
    int ways, missing, noted, lost, large, unaligned;
};

static void count_job(struct conv_tools *t, const struct conv_job *job, struct tally *y)
{
    struct conv_way list[MOST_WAYS];
    char text[CONV_JOB_BYTES];
    const struct conv_shape *s = &job->shape;
    size_t gradient =
        (size_t)s->out * (size_t)s->kernel * (size_t)s->kernel * (size_t)(s->in / s->groups) * 2;
    bool widened = job->kind == CONV_WEIGHTS && job->type == ELEMENT_BF16;
    int n = conv_cudnn.offer(t, job, list, MOST_WAYS);
    y->ways += n;
    y->missing += !n;
    conv_job_text(job, text);
    if (!n)
        diag("none for %s", text);
    else
        y->lost += !comes_back(t, &list[0]);
    for (int i = 0; i < n; i++) {
        const struct conv_cudnn *p = list[i].own;
        y->large += p->workspace > (size_t)64 << 20;
        y->unaligned += widened && (list[i].workspace < p->workspace + gradient ||
                                    (list[i].workspace - gradient) % 256 != 0);
        y->noted += has_bad_note(t->cudnn, &list[i]);
        conv_way_close(&list[i]);
    }
}

static void test_device(int capability, const struct plan_type *type)
{
    static const int batches[] = {64, 16, 7};
    static struct plan_jobs jobs;
    struct conv_tools t = {0};
    struct tally y = {0};
    struct err e;
    jobs.n = 0;
    for (int i = 0; i < 3; i++) {
        plan_jobs_add(&jobs, "resnet18", batches[i], type);
        plan_jobs_add(&jobs, "se-resnext50", batches[i], type);
    }
    if (!ok((t.cudnn = open_device(capability, &e)) != NULL, "sm_%d, %s: a device", capability,
            type->name)) {
        diag("%s", e.text);
        return;
    }
    for (int i = 0; i < jobs.n; i++)
        count_job(&t, &jobs.at[i], &y);
    diag("sm_%d %s: %d ways for %d jobs", capability, type->name, y.ways, jobs.n);
    is_int(y.missing, 0, "there is a plan for every job");
    is_int(y.noted, 0, "none has a note that forbids it");
    is_int(y.lost, 0, "each comes back from its text");
    is_int(y.large, 0, "none needs a workspace of a tensor's size");
    is_int(y.unaligned, 0, "gradients to be widened have their place behind it");
    cuda_cudnn_close(t.cudnn);
}

/* --- what is refused --- */

static void refused(struct conv_tools *t, const struct conv_job *job, const char *text,
                    const char *why)
{
    struct conv_way way = {0};
    struct err e = {0};
    ok(conv_cudnn.again(t, job, text, &way, &e) == -1, "refused: \"%s\"", text);
    has_text(e.text, why, "and told why");
    ok(!way.method, "nothing is left of it");
}

static void test_refused(void)
{
    struct conv_tools hopper = {0}, ampere = {0};
    struct conv_way way;
    struct conv_job job = {.shape = {.n = 16,
                                     .in = 64,
                                     .out = 64,
                                     .groups = 1,
                                     .kernel = 3,
                                     .stride = 1,
                                     .pad = 1,
                                     .in_h = 56,
                                     .in_w = 56,
                                     .out_h = 56,
                                     .out_w = 56},
                           .tensor_cores = true};
    struct err e;
    char text[CONV_TEXT_BYTES + 80], version[80];
    if (!(hopper.cudnn = open_device(90, &e)) || !(ampere.cudnn = open_device(80, &e)) ||
        conv_cudnn.offer(&hopper, &job, &way, 1) != 1) {
        ok(0, "two devices and a plan");
        return;
    }
    refused(&ampere, &job, behind_name(&way), "on a device of compute capability 8.0");
    /* The text of the other chip with the head of this one: cuDNN itself says no. */
    snprintf(version, sizeof version, "%s sm80 ", ampere.cudnn->version);
    snprintf(text, sizeof text, "%s%s", version, strstr(way.text, "engine "));
    refused(&ampere, &job, text, "cuDNN: ");
    job.tensor_cores = false;
    refused(&hopper, &job, behind_name(&way), "numerical note 0");
    job.tensor_cores = true;
    snprintf(text, sizeof text, "9.1.0 sm90 %s", strstr(way.text, "engine "));
    refused(&hopper, &job, text, "this is cuDNN 9.");
    snprintf(version, sizeof version, "%s sm90 ", hopper.cudnn->version);
    static const char *const wrong[] = {"", "engine", "engine x", "plan 1", "engine 4711"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(text, sizeof text, "%s%s", version, wrong[i]);
        refused(&hopper, &job, text, "cuDNN");
    }
    static const char *const tails[] = {" 1", "=", " 1=", " junk", " 1=2 3"};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        snprintf(text, sizeof text, "%s%s", behind_name(&way), tails[i]);
        refused(&hopper, &job, text, "the text of a plan");
    }
    snprintf(text, sizeof text, "%s 2=4711", behind_name(&way));
    refused(&hopper, &job, text, "cuDNN: ");
    conv_way_close(&way);
    cuda_cudnn_close(hopper.cudnn);
    cuda_cudnn_close(ampere.cudnn);
    hopper.cudnn = NULL;
    refused(&hopper, &job, "9.19.0 sm90 engine 1", "cuDNN is not there");
    is_int(conv_cudnn.offer(&hopper, &job, &way, 1), 0, "without cuDNN nothing is offered");
}

/* --- libraries --- */

static void test_libraries(void)
{
    struct err e;
    Dl_info here;
    void *table[1];
    static const struct cuda_function some[] = {{"cos", 0}}, none[] = {{"no_such_function", 0}};
    const char *folders = getenv("COMBOLAB_CUDA_LIBS");
    char *before = folders ? mem_string(folders) : NULL, text[400];
    double (*cosine)(double) = cos;
    void *address;
    memcpy(&address, &cosine, sizeof address);
    scratch_make();
    ok(!cuda_library_open("libno-such.so.7", &e), "a library that isn't there");
    has_text(e.text, "libno-such.so.7 cannot be loaded; COMBOLAB_CUDA_LIBS may name its folder",
             "is named");
    if (!ok(dladdr(address, &here) && !symlink(here.dli_fname, scratch_path("libhere.so.1")),
            "a library in a folder"))
        return;
    snprintf(text, sizeof text, ":/no/such/folder:%s", scratch);
    setenv("COMBOLAB_CUDA_LIBS", text, 1);
    void *library = cuda_library_open("libhere.so.1", &e);
    ok(library != NULL, "is found there");
    ok(library && !cuda_library_bind(library, some, 1, table, &e) && table[0], "with what it has");
    ok(library && cuda_library_bind(library, none, 1, table, &e), "but not what it hasn't");
    has_text(e.text, "it has no no_such_function", "which is named");
    cuda_library_close(library);
    setenv("COMBOLAB_CUDA_LIBS", "tests/cuda", 1);
    library = cuda_library_open("fake_nvml.so", &e);
    cuda_library_close(library);
    cuda_library_close(NULL);
    ok(library && dlopen("tests/cuda/fake_nvml.so", RTLD_NOW | RTLD_NOLOAD),
       "what was closed stays in the process");
    if (before)
        setenv("COMBOLAB_CUDA_LIBS", before, 1);
    else
        unsetenv("COMBOLAB_CUDA_LIBS");
    mem_free(before);
    scratch_remove(scratch);
}

int main(void)
{
    static const int capabilities[] = {80, 86, 89, 90, 100, 120};
    struct cudnn *c;
    struct err e;
    test_libraries();
    if (!(c = open_device(90, &e)) && (e.code == ERR_NOT_FOUND || e.code == ERR_VERSION)) {
        skip("no plans of cuDNN's: %s", e.text);
        return tap_done();
    }
    for (int i = 0; i < 6; i++)
        for (const struct plan_type *type = plan_types; type->name; type++)
            test_device(capabilities[i], type);
    test_refused();
    cuda_cudnn_close(c); /* last: until then the library stays loaded */
    return tap_done();
}
