/* test_measure.c - measuring a backend: what it is asked for, and what is said of its time. */
#include "base/err.h"
#include "base/mem.h"
#include "engine/train/measure.h"
#include "tests/kit/tap.h"
#include "tests/kit/toy_backend.h"

#include <math.h>
#include <string.h>

static struct run_config config;
static int asked; /* for a profile */
static double for_s = 0.02;
static int profiled; /* nets opened for one */
static double shown; /* of all that is done, at most */
static bool falls;   /* it was more before */

/* A backend whose convolutions take a tenth of a second between two questions. */
static void tenth(struct backend *b, struct backend_profile *out)
{
    (void)b;
    memset(out, 0, sizeof *out);
    out->seconds[WORK_CONV_FORWARD] = 0.1;
    out->flop[WORK_CONV_FORWARD] = 2e9;
    asked++;
}

static int open_noted(struct backend **out, const struct backend_spec *spec, struct err *e)
{
    profiled += spec->profile;
    return toy_backend()->open(out, spec, e);
}

static void show(void *context, double fraction)
{
    (void)context;
    falls |= fraction < shown;
    shown = fmax(shown, fraction);
}

static void zeros(struct backend *b, struct backend_profile *out)
{
    (void)b;
    memset(out, 0, sizeof *out);
}

static int measured(const struct backend_ops *ops, const atomic_bool *cancel,
                    struct measure_result *r, struct err *e)
{
    struct measure_request request = {
        .config = &config, .seconds = for_s, .backend = ops, .cancel = cancel, .progress = show};
    memset(&toy, 0, sizeof toy);
    toy.step_us = 1000;
    asked = profiled = 0;
    shown = falls = 0;
    err_clear(e);
    return measure(&request, r, e);
}

static void test_speed(void)
{
    struct err e;
    struct measure_result r;
    struct backend_ops ops = *toy_backend();
    ops.profile = NULL;
    is_int(measured(&ops, NULL, &r, &e), 0, "a toy is measured");
    const struct measure_phase_result *train = &r.phase[MEASURE_TRAIN], *eval = &r.phase[1];
    ok(train->images >= 3 * 8 && train->images % 8 == 0 && eval->images % 8 == 0,
       "whole batches: %d and %d images", (int)train->images, (int)eval->images);
    ok(train->seconds >= 0.02 && train->seconds < 5 && eval->seconds >= 0.02, "for the time asked");
    double rate = (double)train->images / train->seconds;
    ok(rate > 80 && rate < 8001, "a step of 1 ms and 8 images: %.0f images/s", rate);
    ok(toy.trained == train->images / 8 + 2 && toy.evaluated == eval->images / 8 + 2,
       "two steps before each are not counted");
    ok(!toy.violations, "the backend is used as it may be%s%s", toy.violations ? ": " : "",
       toy.violation);
    ok(toy.in_flight_most == 2, "one step is under way while another is collected");
    ok(toy.opened == 1 && toy.closed == 1, "and is closed");
    is_text(r.device, "abacus", "the device has a name");
    is_text(r.library, "toy 1", "so has the library");
    is_text(r.precision, "f32", "and what it computes in");
    ok(!r.profiled, "nothing is claimed of a backend without a profile");
    ops.profile = zeros;
    ok(!measured(&ops, NULL, &r, &e) && !r.profiled, "nor of one that says nothing but zeros");
}

static void test_profile(void)
{
    struct err e;
    struct measure_result r;
    struct backend_ops ops = *toy_backend();
    ops.profile = tenth;
    ops.open = open_noted;
    for_s = 0.5; /* several plans */
    ok(!measured(&ops, NULL, &r, &e) && r.profiled, "a profile is taken");
    for_s = 0.02;
    ok(toy.opened == 2 && toy.closed == 2 && profiled == 1,
       "of a net opened for it, after one that is not");
    ok(r.work[MEASURE_EVAL].profile.seconds[WORK_CONV_FORWARD] == 0.1 &&
           r.work[MEASURE_TRAIN].profile.flop[WORK_CONV_FORWARD] == 2e9,
       "and is the phase's own");
    for (int p = 0; p < MEASURE_PHASES; p++)
        ok(r.work[p].images >= 3 * 8 && r.work[p].seconds > 0 &&
               r.work[p].seconds < r.phase[p].seconds,
           "in a shorter pass of its own: %.3f and %.3f s", r.phase[p].seconds, r.work[p].seconds);
    ok(shown == 1 && !falls, "progress goes up to the end of both");
    int named = 0;
    for (int w = 0; w < WORK_KINDS; w++)
        named += measure_work_name((enum backend_work)w) != NULL;
    is_int(named, WORK_KINDS, "every kind of work has a name");
}

/* One phase alone: the net is opened for it, and the other has no figures. */
static void test_phases(void)
{
    struct err e;
    struct measure_result r;
    for (int p = 0; p < MEASURE_PHASES; p++) {
        struct measure_request request = {.config = &config,
                                          .what = p == MEASURE_TRAIN ? MEASURE_ONLY_TRAIN
                                                                     : MEASURE_ONLY_EVAL,
                                          .seconds = 0.02,
                                          .backend = toy_backend()};
        memset(&toy, 0, sizeof toy);
        toy.step_us = 1000;
        ok(!measure(&request, &r, &e), "%s alone", measure_phase_name((enum measure_phase)p));
        const struct measure_phase_result *is = &r.phase[p], *other = &r.phase[!p];
        ok(is->images && !other->images && !other->median_images_per_s &&
               (p == MEASURE_TRAIN) == (toy.trained > 0) &&
               (p == MEASURE_EVAL) == (toy.evaluated > 0),
           "nothing is done of the other");
        double mean = (double)is->images / is->seconds;
        ok(is->median_images_per_s > mean / 2 && is->median_images_per_s < 8001,
           "the median plan: %.0f images/s, all %.0f", is->median_images_per_s, mean);
        ok(r.process_bytes > 1 << 20, "the process's memory: %llu bytes",
           (unsigned long long)r.process_bytes);
        is_int((long long)door_bytes(&r.usage), 1024, "the net's is the sum of its purposes");
    }
    int named = 0;
    for (int i = 0; i < MEMORY_KINDS; i++)
        named += door_memory_name((enum backend_memory)i) != NULL;
    is_int(named, MEMORY_KINDS, "each of which has a name");
}

static void test_ends(void)
{
    struct err e;
    struct measure_result r;
    struct backend_ops ops = *toy_backend();
    atomic_bool cancel = true;
    is_int(measured(&ops, &cancel, &r, &e), 1, "a measurement is cancelled");
    ok(toy.opened == toy.closed, "and closed");
    struct measure_request request = {.config = &config, .seconds = 1, .backend = &ops};
    memset(&toy, 0, sizeof toy);
    toy.fail_open = true;
    ok(measure(&request, &r, &e) == -1 && e.code == ERR_DEVICE, "a backend that does not open");
    memset(&toy, 0, sizeof toy);
    toy.fail_train_step = 2;
    ok(measure(&request, &r, &e) == -1 && toy.opened == toy.closed, "a step that fails");
    ops.open = NULL;
    ok(measure(&request, &r, &e) == -1 && strstr(e.text, "cannot train") != NULL,
       "a backend that only lists devices");
}

/* Every allocation in turn. */
static void test_memory(void)
{
    struct err e;
    struct measure_result r;
    int bad = 0;
    long n = 1;
    for (bool more = true; more && n < 2000; n += 1 + n / 20) {
        mem_test_fail_at(n);
        int status = measured(toy_backend(), NULL, &r, &e);
        more = mem_test_count() >= n;
        mem_test_fail_at(0);
        bad += status && e.code != ERR_MEMORY;
        bad += toy.opened != toy.closed && toy.opened;
    }
    ok(!bad && n > 10, "a failed allocation is told, up to number %ld", n);
}

int main(void)
{
    config_defaults(&config);
    config.image_size = 32;
    config.batch = 8;
    test_speed();
    test_profile();
    test_phases();
    test_ends();
    test_memory();
    return tap_done();
}
