/* test_net.c - nets against the key lists of real weight files, shapes, initial weights. */
#include "base/err.h"
#include "base/mem.h"
#include "engine/model/net.h"
#include "tests/tap.h"

#include <stdlib.h>

/* Every line "NAME (d0, d1) dtype" of the list must be a tensor of ours with that shape, the head
 * apart; and ours must have no others. */
static void compare_keys(const char *net_name, const char *file, size_t published)
{
    struct net net;
    struct net_params *p;
    struct err e;
    if (!ok(!net_build(&net, net_name, 0, &e) && !net_params_new(&p, &net, &e), "%s builds",
            net_name))
        return;
    char path[1024], line[256];
    snprintf(path, sizeof path, "%s/tests/golden/%s", getenv("TOP_SRCDIR"), file);
    FILE *in = fopen(path, "r");
    if (!ok(in != NULL, "%s opens", path))
        return;
    int matched = 0, wrong = 0;
    while (fgets(line, sizeof line, in)) {
        char name[128], dims[64];
        if (sscanf(line, "%127s (%63[^)])", name, dims) != 2 || strstr(name, "num_batches_tracked"))
            continue;
        int i = net_params_find(p, name);
        if (!strncmp(name, "fc.", 3)) {
            matched += i >= 0;
            continue;
        }
        char ours[64] = "";
        for (int d = 0; i >= 0 && d < p->at[i].rank; d++)
            snprintf(ours + strlen(ours), sizeof ours - strlen(ours), "%s%d%s", d ? ", " : "",
                     p->at[i].dims[d], p->at[i].rank == 1 ? "," : "");
        if (strcmp(ours, dims)) {
            wrong++;
            diag("%s: ours (%s), published (%s)", name, ours, dims);
        }
        matched += i >= 0;
    }
    fclose(in);
    is_int(wrong, 0, "all shapes as published");
    is_int(matched, p->n, "no tensor more, none less");
    size_t features = (size_t)net.units[net.n_units - 1].out;
    is_int((long long)(p->trained - (features + 1) + 1000 * (features + 1)), (long long)published,
           "parameters with a 1000-way head");
    net_params_free(p);
}

static void test_shapes(void)
{
    struct net net;
    struct net_shape s[NET_MAX_UNITS + 1];
    struct err e;
    net_build(&net, "resnet18", 5, &e);
    ok(!net_shapes(&net, 224, 224, s, &e) && s[1].h == 56 && s[net.n_units].h == 7 &&
           s[net.n_units].c == 512,
       "ResNet18 at 224 ends in 7x7x512");
    is_near(net_forward_flop(&net, 224, 224) / 1e9, 3.63, 0.02, "ResNet18: 3.63 GFLOP forward");
    net.pool.pad = 0;
    net.pool.ceil = true;
    ok(!net_shapes(&net, 224, 224, s, &e) && s[1].h == 56, "pad 0 with ceil gives 56 too");
    net.pool = (struct net_pool){.after = 0, .kernel = 2, .stride = 2, .pad = 0, .ceil = true};
    ok(net_pool_shape(&net.pool, (struct net_shape){5, 4, 1}).h == 3, "ceil rounds up");
    net_build(&net, "resnet18", 5, &e);
    ok(net_shapes(&net, 0, 0, s, &e) == -1, "no image is too small an image");
    net.units[3].in = 32;
    ok(net_shapes(&net, 64, 64, s, &e) == -1, "channels that do not fit are refused");
    has_text(e.text, "unit 3", "and the unit is named");
    ok(net_build(&net, "resnet19", 0, &e) == -1, "an unknown backbone is refused");
    has_text(e.text, "resnet18", "and the known ones are named");
    net_build(&net, "se-resnext50", 0, &e);
    is_near(net_forward_flop(&net, 224, 224) / 1e9, 8.5, 0.1, "SE-ResNeXt50: 8.5 GFLOP forward");
}

static void test_init(void)
{
    struct net net;
    struct net_params *p;
    net_build(&net, "resnet18", 5, NULL);
    net_params_new(&p, &net, NULL);
    int i = net_params_find(p, "layer4.1.conv2.weight");
    size_t n = p->at[i].count;
    float *w = mem_alloc(n, sizeof *w), *again = mem_alloc(n, sizeof *w);
    net_init_param(p, i, 7, w);
    double sum = 0, squares = 0;
    for (size_t k = 0; k < n; k++) {
        sum += w[k];
        squares += (double)w[k] * w[k];
    }
    is_near(sum / (double)n, 0, 1e-4, "initial weights have mean 0");
    is_near(sqrt(squares / (double)n), sqrt(2.0 / (512 * 9)), 1e-4, "and Kaiming's deviation");
    net_init_param(p, i, 7, again);
    ok(!memcmp(w, again, n * sizeof *w), "the same seed gives the same bits");
    net_init_param(p, i, 8, again);
    ok(memcmp(w, again, n * sizeof *w) != 0, "another seed others");

    struct net plain;
    struct net_params *q;
    net_build(&plain, "resnet18", 0, NULL);
    net_params_new(&q, &plain, NULL);
    net_init_param(q, net_params_find(q, "layer4.1.conv2.weight"), 7, again);
    ok(!memcmp(w, again, n * sizeof *w), "every loss starts from the same trunk");
    int b = net_params_find(p, "fc.bias");
    net_init_param(p, b, 7, w);
    ok(fabsf(w[0]) <= 1 / sqrtf(512), "the head's bias is within 1 / sqrt(fan in)");
    mem_free(w);
    mem_free(again);
    net_params_free(p);
    net_params_free(q);
    for (long k = 1; k <= 2; k++) {
        struct err e;
        mem_test_fail_at(k);
        ok(net_params_new(&p, &net, &e) == -1 && e.code == ERR_MEMORY,
           "the list survives failing allocation %ld", k);
    }
    mem_test_fail_at(0);
}

int main(void)
{
    compare_keys("resnet18", "torchvision_resnet18.txt", 11689512);
    compare_keys("se-resnext50", "timm_seresnext50_32x4d.txt", 27559896);
    test_shapes();
    test_init();
    return tap_done();
}
