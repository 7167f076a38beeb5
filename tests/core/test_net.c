/* test_net.c - nets against the key lists of real weight files, shapes, initial weights. */
#include "base/err.h"
#include "base/mem.h"
#include "engine/core/net.h"
#include "tests/kit/tap.h"

#include <stdlib.h>

/* Every line "NAME (d0, d1) dtype" of the list must be a tensor of ours with that shape, the head
 * apart; and ours must have no others. */
static void compare_keys(const char *net_name, const char *file, size_t published)
{
    struct net net;
    struct net_params *p;
    struct err e;
    if (!ok(!net_build(&net, net_name, NULL, 0, &e) && !net_params_new(&p, &net, &e), "%s builds",
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

/* No list of SE-ResNet50's keys, but it is ResNet50 with a gate in each block: the tensors of that
 * net, the gates', and no others. */
static void compare_gated(void)
{
    struct net plain, gated;
    struct net_params *p, *q;
    struct err e;
    if (!ok(!net_build(&plain, "resnet50", NULL, 0, &e) && !net_params_new(&p, &plain, &e) &&
                !net_build(&gated, "se-resnet50", NULL, 0, &e) && !net_params_new(&q, &gated, &e),
            "se-resnet50 builds"))
        return;
    int shared = 0, gates = 0;
    for (int i = 0; i < q->n; i++) {
        int k = net_params_find(p, q->at[i].name);
        shared += k >= 0 && p->at[k].count == q->at[i].count;
        gates += k < 0 && strstr(q->at[i].name, ".se.fc") != NULL;
    }
    ok(shared == p->n && gates == 16 * 4 && shared + gates == q->n,
       "it is ResNet50 with 16 gates of 4 tensors");
    is_int((long long)(q->trained - 2049 + 2049 * 1000), 28088024,
           "parameters with a 1000-way head");
    net_params_free(p);
    net_params_free(q);
}

static int stride_of(const struct net *net, const char *conv)
{
    for (int u = 0; u < net->n_units; u++)
        if (!strcmp(net->units[u].conv, conv))
            return net->units[u].stride;
    return -1;
}

/* The options change neither names nor shapes of tensors, only where the stride is and the pool. */
static void test_options(const char *name)
{
    const struct net_options options = {.ceil_pool = true, .stride_first = true};
    struct net usual, other;
    struct net_shape a[NET_MAX_UNITS + 1], b[NET_MAX_UNITS + 1];
    struct err e;
    net_build(&usual, name, NULL, 5, &e);
    ok(!net_build(&other, name, &options, 5, &e) && other.n_units == usual.n_units,
       "%s with other options has as many units", name);
    bool bottlenecks = strcmp(name, "resnet18") != 0;
    ok(!net_strides_first(&usual) && net_strides_first(&other) == bottlenecks,
       "%s: where the stride is can be told from the net", name);
    int first[2], second[2];
    const struct net *both[2] = {&usual, &other};
    for (int i = 0; i < 2; i++) {
        first[i] = stride_of(both[i], "layer3.0.conv1");
        second[i] = stride_of(both[i], "layer3.0.conv2");
    }
    ok(bottlenecks ? first[0] == 1 && second[0] == 2 && first[1] == 2 && second[1] == 1
                   : first[0] == 2 && second[0] == 1 && first[1] == 2 && second[1] == 1,
       "%s: the stride moves from the 3x3 to the 1x1 of a bottleneck", name);
    ok(!usual.pool.ceil && usual.pool.pad == 1 && other.pool.ceil && other.pool.pad == 0,
       "%s: padding 1 and down, or none and up", name);
    ok(!net_shapes(&usual, 224, 224, a, &e) && !net_shapes(&other, 224, 224, b, &e) &&
           !memcmp(&a[usual.n_units], &b[usual.n_units], sizeof *a),
       "%s ends in the same shape", name);
}

/* PyTorch's MaxPool2d(3, 2): sizes that it gives for inputs of 1.. pixels, with padding 1 and
 * floor, and with padding 0 and ceil_mode. */
static void test_pool(void)
{
    static const int with_floor[] = {1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6};
    static const int with_ceil[] = {0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6};
    const struct net_pool down = {0, 3, 2, 1, false}, up = {0, 3, 2, 0, true};
    int wrong = 0;
    for (int size = 1; size <= 12; size++) {
        struct net_shape in = {size, size, 4};
        wrong += net_pool_shape(&down, in).h != with_floor[size - 1];
        wrong += net_pool_shape(&up, in).w != with_ceil[size - 1];
    }
    is_int(wrong, 0, "pools have the sizes of PyTorch's");
}

static void test_shapes(void)
{
    struct net net;
    struct net_shape s[NET_MAX_UNITS + 1];
    struct err e;
    net_build(&net, "resnet18", NULL, 5, &e);
    ok(!net_shapes(&net, 224, 224, s, &e) && s[1].h == 56 && s[net.n_units].h == 7 &&
           s[net.n_units].c == 512,
       "ResNet18 at 224 ends in 7x7x512");
    is_near(net_forward_flop(&net, 224, 224) / 1e9, 3.63, 0.02, "ResNet18: 3.63 GFLOP forward");
    net.pool.pad = 0;
    net.pool.ceil = true;
    ok(!net_shapes(&net, 224, 224, s, &e) && s[1].h == 56, "pad 0 with ceil gives 56 too");
    net.pool = (struct net_pool){.after = 0, .kernel = 2, .stride = 2, .pad = 0, .ceil = true};
    ok(net_pool_shape(&net.pool, (struct net_shape){5, 4, 1}).h == 3, "ceil rounds up");
    net_build(&net, "resnet18", NULL, 5, &e);
    ok(net_shapes(&net, 0, 0, s, &e) == -1, "no image is too small an image");
    net.units[3].in = 32;
    ok(net_shapes(&net, 64, 64, s, &e) == -1, "channels that do not fit are refused");
    has_text(e.text, "unit 3", "and the unit is named");
    ok(net_build(&net, "resnet19", NULL, 0, &e) == -1, "an unknown backbone is refused");
    has_text(e.text, "resnet18", "and the known ones are named");
    net_build(&net, "resnet50", NULL, 0, &e);
    is_near(net_forward_flop(&net, 224, 224) / 1e9, 8.18, 0.02, "ResNet50: 8.18 GFLOP forward");
    net_build(&net, "resnext50", NULL, 0, &e);
    is_near(net_forward_flop(&net, 224, 224) / 1e9, 8.46, 0.02, "ResNeXt50: 8.46 GFLOP forward");
    net_build(&net, "se-resnext50", NULL, 0, &e);
    is_near(net_forward_flop(&net, 224, 224) / 1e9, 8.5, 0.1, "SE-ResNeXt50: 8.5 GFLOP forward");
}

static void test_init(void)
{
    struct net net;
    struct net_params *p;
    net_build(&net, "resnet18", NULL, 5, NULL);
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
    net_build(&plain, "resnet18", NULL, 0, NULL);
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
    compare_keys("resnet50", "torchvision_resnet50.txt", 25557032);
    compare_keys("resnext50", "torchvision_resnext50_32x4d.txt", 25028904);
    compare_keys("se-resnext50", "timm_seresnext50_32x4d.txt", 27559896);
    compare_gated();
    for (int i = 0; net_names[i]; i++)
        test_options(net_names[i]);
    test_pool();
    test_shapes();
    test_init();
    return tap_done();
}
