/* test_ways_cuda.c - whole nets on the CUDA backend two ways: by its fast kernels and whatever
 * libraries give, and by the plain kernels alone. Tensors are compared unit by unit in the order in
 * which a step makes them, so on a device the first that differs names the unit to look at. */
#include "tests/kit/backend_compare.h"
#include "tests/kit/backend_difference.h"
#include "tests/kit/tap.h"

#include <stdio.h>
#include <stdlib.h>

/* Both are looked at whenever something is chosen or started. */
static void take_plain(bool plain)
{
    static const char *const variables[][2] = {{"COMBOLAB_CUDA_PLAIN", "all"},
                                               {"COMBOLAB_CUDA_CONV", "plain"}};
    for (int i = 0; i < 2; i++)
        if (plain)
            setenv(variables[i][0], variables[i][1], 1);
        else
            unsetenv(variables[i][0]);
}

static struct backend_result run(struct subject *s, const struct backend_ops *ops,
                                 const struct backend_spec *spec, const struct case_images *images,
                                 bool plain)
{
    take_plain(plain);
    subject_open(s, ops, spec, 11);
    subject_show(s, images);
    subject_plan(s, images, (int)images->set.n, 0);
    struct backend_result r = subject_step(s, BACKEND_FORWARD | BACKEND_BACKWARD);
    take_plain(false);
    return r;
}

static void compare_ways(const char *name, enum backend_precision precision, int size, int batch,
                         const struct tolerance *t)
{
    struct backend_ops ops = *BACKEND_ENTRY();
    struct net net;
    struct pair p;
    struct case_images images;
    struct err e;
    char title[80];
    ops.usual = precision;
    if (net_build(&net, name, NULL, 5, &e))
        case_bail("net", &e);
    snprintf(title, sizeof title, "%s in %s, fast ways and plain ones", name,
             door_precision_names[precision]);
    struct verdict v = {.name = title, .rms = true, .when = "one step"};
    struct backend_spec spec = case_spec(&net, LOSS_COMBO, size, size);
    spec.batches[0] = case_batch(batch);
    spec.keep = true;
    case_images(&images, (size_t)batch, &spec.augment, 11);
    struct backend_result plain = run(&p.ref, &ops, &spec, &images, true);
    struct backend_result fast = run(&p.mine, &ops, &spec, &images, false);
    verdict_tensors(&v, &p, BACKEND_TENSOR, t->forward);
    verdict_results(&v, &fast, &plain, net.classes, t->forward);
    verdict_params(&v, &p, BACKEND_PARAM, t->forward);
    if (t->backward > 0) {
        verdict_tensors(&v, &p, BACKEND_TENSOR_GRADIENT, t->backward);
        verdict_params(&v, &p, BACKEND_GRADIENT, t->backward);
    }
    verdict_report(&v);
    case_images_free(&images);
    subject_close(&p.mine);
    subject_close(&p.ref);
}

/* What one ReLU that takes the other branch does to gradients, and rounding to 50 layers in bf16:
 * see test_nets_cuda.c. */
static const struct tolerance exact = {.forward = 5e-5, .backward = 5e-2};
static const struct tolerance coarse = {.forward = 5e-2, .backward = 0.6};
static const struct tolerance only_forward = {.forward = 0.25};

int main(void)
{
    compare_ways("resnet18", BACKEND_F32, 40, 4, &exact);
    compare_ways("se-resnext50", BACKEND_F32, 40, 2, &exact);
    compare_ways("resnet18", BACKEND_BF16, 40, 4, &coarse);
    compare_ways("se-resnext50", BACKEND_BF16, 40, 2, &only_forward);
    return tap_done();
}
