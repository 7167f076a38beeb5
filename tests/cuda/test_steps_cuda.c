/* test_steps_cuda.c - how the CUDA backend runs a step: captured or not to the same bits, faults
 * named by unit, time and algorithms told. */
#include "cuda/cuda_priv.h"
#include "base/mem.h"
#include "tests/kit/backend_case.h"
#include "tests/kit/tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGES 11
#define BATCH 4 /* 4, 4 and 3 */
#define TRAIN (BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE)

static const struct backend_case small = {"small",
                                          BATCH,
                                          17,
                                          15,
                                          3,
                                          {0, 3, 2, 1, false},
                                          {{0, -1, 16, 7, 2, 1, 0, true},
                                           {1, -1, 32, 3, 2, 4, 0, true},
                                           {1, -1, 32, 1, 2, 1, 0, false},
                                           {2, 3, 32, 1, 1, 1, 8, true}}};

static void open_small(struct subject *s, const struct case_images *images, bool profile)
{
    struct net net;
    case_net(&small, &net);
    net.heads = true;
    net.classes = 5;
    struct backend_spec spec = case_spec(&net, LOSS_COMBO, small.height, small.width);
    spec.precision = BACKEND_F32;
    spec.profile = profile;
    spec.clip_norm = 1;
    spec.batches[0] = case_batch(BATCH);
    spec.batches[1] = case_batch(IMAGES % BATCH);
    subject_open(s, BACKEND_ENTRY(), &spec, 1);
    subject_show(s, images);
}

/* Epochs of training and evaluation; every step's total goes into the hash of bits. */
static uint64_t run_epochs(struct subject *s, const struct case_images *images, int epochs)
{
    uint64_t hash = 0;
    for (int i = 0; i < 2 * epochs; i++) {
        subject_plan(s, images, BATCH, 0.01);
        for (int k = 0; k < 3; k++) {
            uint64_t bits;
            double total = subject_step(s, i % 2 ? BACKEND_EVAL : TRAIN).total;
            memcpy(&bits, &total, sizeof bits);
            hash = (hash ^ bits) * 0x100000001b3;
        }
    }
    return hash;
}

static int captured(const struct subject *s)
{
    int n = 0;
    for (int i = 0; i < BACKEND_MAX_BATCHES; i++)
        for (int k = 0; k < 2; k++)
            n += s->b->graphs[i][k].captured != NULL;
    return n;
}

static bool same_params(const struct subject *a, const struct subject *b)
{
    bool same = true;
    for (int i = 0; i < a->params->n; i++) {
        float *x = subject_get(a, BACKEND_PARAM, i), *y = subject_get(b, BACKEND_PARAM, i);
        same &= !memcmp(x, y, a->params->at[i].count * sizeof *x);
        mem_free(x);
        mem_free(y);
    }
    return same;
}

static void compare_captured(const struct case_images *images)
{
    struct subject a, b, profiled;
    open_small(&a, images, false);
    setenv("COMBOLAB_CUDA_GRAPH", "0", 1);
    open_small(&b, images, false);
    unsetenv("COMBOLAB_CUDA_GRAPH");
    open_small(&profiled, images, true);
    uint64_t hash = run_epochs(&a, images, 3);
    is_int(captured(&a), 4, "training and evaluation of two batch sizes are captured");
    ok(run_epochs(&b, images, 3) == hash, "uncaptured: same losses");
    is_int(captured(&b), 0, "COMBOLAB_CUDA_GRAPH=0 captures nothing");
    ok(same_params(&a, &b), "and the same weights");
    ok(run_epochs(&profiled, images, 3) == hash, "profiled: same losses");
    is_int(captured(&profiled), 0, "a profiled step isn't captured");
    subject_show(&a, images);
    is_int(captured(&a), 0, "other images: what was captured is forgotten");
    ok(run_epochs(&a, images, 2) == run_epochs(&b, images, 2), "and made again");
    subject_close(&a);
    subject_close(&b);
    subject_close(&profiled);
}

/* The bytes of a step of open_small's units in float32, as the kernels' headers have them: sums and
 * what is made of them, mask and shortcut where there are some. */
static double norm_bytes(const struct subject *s, bool back)
{
    double bytes = 0;
    for (int u = 0; u < s->net.n_units; u++) {
        const struct net_unit *unit = &s->net.units[u];
        struct net_shape out = net_conv_shape(unit, s->shapes[unit->input]);
        double map = 4.0 * BATCH * out.h * out.w * out.c;
        bool adds = unit->shortcut >= 0, pooled = s->net.pool.after == u;
        double mask = !pooled && unit->relu && (adds || unit->squeeze) ? map / 32 : 0;
        if (!back)
            bytes += map + (pooled ? 0 : 2 * map + mask + (adds ? map : 0));
        else
            bytes += 5 * map + 2 * mask + (adds ? map : 0);
    }
    return bytes;
}

/* Of a step every convolution's multiply-adds are counted, three times but for the first unit's
 * data. */
static void count_work(const struct case_images *images)
{
    struct subject s;
    struct backend_profile p, again;
    open_small(&s, images, true);
    subject_plan(&s, images, BATCH, 0.01);
    subject_step(&s, TRAIN);
    door_profile(s.door, &p);
    door_profile(s.door, &again);
    double forward = 0;
    for (int u = 0; u < s.net.n_units; u++) {
        const struct net_unit *unit = &s.net.units[u];
        struct net_shape out = net_conv_shape(unit, s.shapes[unit->input]);
        forward += 2.0 * BATCH * out.h * out.w * out.c * unit->kernel * unit->kernel * unit->in /
                   unit->groups;
    }
    ok(p.flop[WORK_CONV_FORWARD] == forward && p.flop[WORK_CONV_WEIGHTS] == forward &&
           p.flop[WORK_CONV_DATA] > 0 && p.flop[WORK_CONV_DATA] < forward,
       "a step's multiply-adds: %g forward", p.flop[WORK_CONV_FORWARD]);
    double norms = norm_bytes(&s, false) + norm_bytes(&s, true);
    ok(p.bytes[WORK_NORM] == norms, "its norms carry %g bytes: %g", norms, p.bytes[WORK_NORM]);
    for (int i = 0; i < WORK_KINDS; i++)
        ok(p.bytes[i] > 0, "%g bytes by work of kind %d", p.bytes[i], i);
    bool told = true;
    for (int i = 0; i < WORK_KINDS; i++)
        told &= p.seconds[i] >= 0 && !again.flop[i];
    ok(told, "seconds are told once");
    subject_close(&s);
}

static void list_algorithms(const struct case_images *images)
{
    struct subject s;
    open_small(&s, images, false);
    const char *text = BACKEND_ENTRY()->algorithms(s.b);
    has_text(text, "forward f32 4x17x15 8>16 k7 s2 p3 g1: ", "the stem's way, padded");
    has_text(text, "weights f32 3x", "ways of the smaller batch");
    has_text(text, "data+ f32 4x", "and of a gradient that is added");
    has_text(text, "data f32 4x", "and of one that is not");
    int lines = 0, twice = 0;
    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        char one[2 * CONV_TEXT_BYTES];
        snprintf(one, sizeof one, "%.*s\n", (int)strcspn(line, "\n"), line);
        twice += strstr(line + 1, one) != NULL;
        lines++;
    }
    ok(lines == 22 && !twice, "%d lines, each once", lines);
    subject_close(&s);
}

/* An open by the algorithms of an earlier one; and by such as there are none. */
static void open_by_algorithms(void)
{
    struct net net;
    struct err e = {.code = ERR_NONE};
    struct door *door = NULL;
    case_net(&small, &net);
    struct backend_spec spec = case_spec(&net, LOSS_L1, small.height, small.width);
    spec.probe = true;
    spec.precision = BACKEND_BF16;
    spec.batches[0] = case_batch(BATCH);
    if (door_open(&door, BACKEND_ENTRY(), &spec, &e))
        case_bail("open", &e);
    char *first = mem_string(BACKEND_ENTRY()->algorithms(door_backend(door)));
    door_close(door);
    spec.algorithms = first;
    is_int(door_open(&door, BACKEND_ENTRY(), &spec, &e), 0, "opened by an earlier open's choices");
    is_text(BACKEND_ENTRY()->algorithms(door_backend(door)), first, "the same are made again");
    door_close(door);
    spec.algorithms = "forward bf16 4x17x15 8>16 k7 s2 p3 g1: abacus 3\n";
    int rc = door_open(&door, BACKEND_ENTRY(), &spec, &e);
    ok(rc == -1 && !door, "a choice that can't be had is refused: %s", e.text);
    has_text(e.text, "unit 0 (u0.conv): ", "the unit is named");
    has_text(e.text, "abacus 3", "and the choice");
    mem_free(first);
}

/* --- faults --- */

static void nan_in(const struct subject *s, int unit, enum net_role role)
{
    int index = net_params_role(s->params, unit, role);
    float *values = subject_get(s, BACKEND_PARAM, index);
    values[1] = NAN;
    subject_set(s, BACKEND_PARAM, index, values);
    mem_free(values);
}

static void step_fails(struct subject *s, const char *unit, const char *what)
{
    struct err e = {.code = ERR_NONE};
    int rc = door_step(s->door, TRAIN, &e);
    ok(rc == -1 && e.code == ERR_DEVICE, "a step fails: %s", e.text);
    has_text(e.text, unit, "the unit is named");
    has_text(e.text, what, "and what it was");
}

static void name_faults(const struct case_images *images)
{
    struct subject s;
    setenv("COMBOLAB_CUDA_SYNC", "1", 1);
    open_small(&s, images, false);
    subject_plan(&s, images, BATCH, 0.01);
    ok(subject_step(&s, TRAIN).finite, "COMBOLAB_CUDA_SYNC=1: a step is looked at and runs");
    nan_in(&s, 1, NET_BETA);
    step_fails(&s, "unit 1 (u1.conv): ", "forward made 24 values of 768 that are not finite");
    subject_close(&s);
    subject_probe(&s, BACKEND_ENTRY(), &small, 1);
    float *gradient = subject_get(&s, BACKEND_TENSOR_GRADIENT, s.net.n_units);
    gradient[0] = NAN;
    subject_set(&s, BACKEND_TENSOR_GRADIENT, s.net.n_units, gradient);
    mem_free(gradient);
    step_fails(&s, "unit 3 (u3.conv): ", "backward made ");
    subject_close(&s);
    unsetenv("COMBOLAB_CUDA_SYNC");
}

static int fail(struct conv_tools *t, const struct conv_way *way, const struct conv_operands *o,
                struct err *e)
{
    (void)way;
    (void)o;
    return device_ran(t->device, 701, "test_fails", e); /* one that CUDA survives */
}

/* A launch that fails: as it is, and while the step is captured. */
static void name_failed_launch(const struct case_images *images, int steps_before)
{
    static const struct conv_method fails = {.name = "fails", .run = fail};
    struct subject s;
    struct backend_result r;
    struct err e;
    open_small(&s, images, false);
    for (int i = 0; i < steps_before; i++) {
        subject_plan(&s, images, BATCH, 0.01);
        subject_step(&s, TRAIN);
    }
    subject_plan(&s, images, BATCH, 0.01);
    s.b->units[2].way[0][CONV_DATA].method = &fails;
    step_fails(&s, "unit 2 (u2.conv): ", "kernel test_fails");
    ok(door_collect(s.door, &r, &e) == -1, "and there is nothing to collect: %s", e.text);
    subject_close(&s);
}

static void cancel_open(void)
{
    struct net net;
    struct err e;
    atomic_bool cancel = true;
    case_net(&small, &net);
    struct backend_spec spec = case_spec(&net, LOSS_L1, small.height, small.width);
    spec.batches[0] = case_batch(BATCH);
    spec.probe = true;
    spec.precision = BACKEND_F32;
    spec.cancel = &cancel;
    struct backend *b = NULL;
    is_int(BACKEND_ENTRY()->open(&b, &spec, &e), 1, "an open that is cancelled says so");
    ok(!b, "and opens nothing");
}

int main(void)
{
    struct case_images images;
    struct augment_spec augment = {
        .height = small.height, .width = small.width, .random_crop = true, .flip_probability = 0.5};
    case_images(&images, IMAGES, &augment, 3);
    compare_captured(&images);
    count_work(&images);
    list_algorithms(&images);
    open_by_algorithms();
    name_faults(&images);
    name_failed_launch(&images, 0);
    name_failed_launch(&images, 1);
    cancel_open();
    case_images_free(&images);
    return tap_done();
}
