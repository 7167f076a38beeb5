/* test_match.c - the names that other programs give to the tensors of our nets: each is found,
 * under every wrapper and in every dtype, and what is none of our nets is refused with a reason. */
#include "base/err.h"
#include "base/mem.h"
#include "engine/weights/init.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/weights_kit.h"

#include <stdlib.h>
#include <unistd.h>

#define CLASSES 5

static const char *path;
static struct init in;

/* Writes the file that was listed; the first element of each tensor is its number, from 1. */
static void write_numbered(struct weights_kit *k)
{
    struct weights_file *f;
    const struct weights *listed;
    uint64_t at;
    FILE *out = weights_kit_end(k, path, &at);
    fclose(out);
    if (weights_open(&f, &listed, path, NULL))
        return;
    out = fopen(path, "r+b");
    for (size_t i = 0; i < listed->n; i++) {
        float number = (float)(i + 1);
        if (listed->at[i].dtype == &weights_f32 && !fseek(out, (long)at, SEEK_SET))
            fwrite(&number, sizeof number, 1, out);
        at += listed->at[i].count * listed->at[i].dtype->bytes;
    }
    fclose(out);
    weights_close(f);
}

/* Lists a golden file's keys, renamed, and opens that. */
static int open_list(const char *golden, int (*rename)(const char *, char[200]))
{
    struct weights_kit k;
    struct err e;
    weights_kit_begin(&k);
    if (weights_kit_list(&k, golden, rename))
        return -1;
    write_numbered(&k);
    err_clear(&e);
    if (init_open(&in, path, &e)) {
        diag("%s", e.text);
        return -1;
    }
    return 0;
}

static struct net_params *params_of(const char *net)
{
    struct net built;
    struct net_params *params;
    return net_build(&built, net, NULL, CLASSES, NULL) || net_params_new(&params, &built, NULL)
               ? NULL
               : params;
}

/* The file's key of one of our tensors, or "". */
static const char *key_of(const struct net_params *params, const char *ours)
{
    bool fits;
    size_t at = match_find(&in.match, &params->at[net_params_find(params, ours)], &fits);
    return at == MATCH_NONE || !fits ? "" : in.source.listed->at[at].name;
}

/* The number that is read for a tensor is that of the key that is said. */
static bool reads_right(const struct net_params *params, float *room)
{
    for (int i = 0; i < params->n; i++) {
        bool fits;
        size_t at = match_find(&in.match, &params->at[i], &fits);
        if (fits && (source_load(&in.source, at, room, NULL) || room[0] != (float)(at + 1)))
            return false;
    }
    return true;
}

/* Every tensor of the trunk has one key that fits, and every key but heads and counters has one
 * tensor. */
static void finds_all(const char *golden, int (*rename)(const char *, char[200]), const char *net,
                      const char *naming, const char *prefix, int others)
{
    if (!ok(!open_list(golden, rename), "%s: opened", golden))
        return;
    is_text(in.match.naming->name, naming, "the naming is known");
    is_text(in.match.prefix, prefix, "and what stands before it");
    is_text(in.match.net, net, "and the net");
    struct net_params *params = params_of(net);
    float *room = mem_alloc(2048 * 512 * 9, sizeof *room);
    struct match_count n = match_count(&in.match, params);
    ok(n.all == n.fits && n.all == in.match.suits, "all %d tensors are there (%d)", n.all, n.fits);
    bool *used = mem_alloc(in.source.listed->n, sizeof *used), fits;
    int twice = 0, left = 0;
    for (int i = 0; i < params->n; i++) {
        size_t at = match_find(&in.match, &params->at[i], &fits);
        if (params->at[i].unit >= 0 && at != MATCH_NONE) {
            twice += used[at];
            used[at] = true;
        }
    }
    for (size_t i = 0; i < in.source.listed->n; i++)
        left += !used[i] && in.source.listed->at[i].dtype == &weights_f32;
    is_int(twice, 0, "no key is taken twice");
    is_int(left, others, "and none is left over but heads");
    ok(reads_right(params, room), "each is read from its place");
    ok(!init_check(&in, path, net, NULL), "a run can begin with them");
    mem_free(used);
    mem_free(room);
    net_params_free(params);
}

static void test_timm(void)
{
    finds_all("timm_seresnext50_32x4d.txt", NULL, "se-resnext50", "timm, torchvision", "", 2);
    init_close(&in);
    finds_all("torchvision_resnet50.txt", NULL, "resnet50", "timm, torchvision", "", 2);
    init_close(&in);
    finds_all("torchvision_resnext50_32x4d.txt", NULL, "resnext50", "timm, torchvision", "", 2);
    init_close(&in);
    finds_all("torchvision_resnet18.txt", NULL, "resnet18", "timm, torchvision", "", 2);
    init_close(&in);
}

static void test_pytorchcv(void)
{
    finds_all("pytorchcv_seresnext50_32x4d.txt", NULL, "se-resnext50", "pytorchcv", "features.", 2);
    struct net_params *p = params_of("se-resnext50");
    is_text(key_of(p, "bn1.running_var"), "features.init_block.conv.bn.running_var", "the stem");
    is_text(key_of(p, "layer3.4.conv2.weight"), "features.stage3.unit5.body.conv2.conv.weight",
            "a convolution");
    is_text(key_of(p, "layer2.0.bn3.bias"), "features.stage2.unit1.body.conv3.bn.bias", "a norm");
    is_text(key_of(p, "layer4.2.se.fc1.weight"), "features.stage4.unit3.se.conv1.weight", "a gate");
    is_text(key_of(p, "layer1.0.downsample.1.weight"),
            "features.stage1.unit1.identity_conv.bn.weight", "a shortcut");
    is_text(key_of(p, "fc.weight"), "", "a head of 1000 classes is none of ours");
    net_params_free(p);
    init_close(&in);
}

static void test_cadene(void)
{
    finds_all("cadene_se_resnext50_32x4d.txt", NULL, "se-resnext50", "Cadene, timm legacy", "", 2);
    struct net_params *p = params_of("se-resnext50");
    is_text(key_of(p, "conv1.weight"), "layer0.conv1.weight", "the stem");
    is_text(key_of(p, "layer1.0.conv1.weight"), "layer1.0.conv1.weight", "a convolution");
    is_text(key_of(p, "layer3.5.se.fc2.bias"), "layer3.5.se_module.fc2.bias", "a gate");
    net_params_free(p);
    init_close(&in);
}

/* --- wrappers and heads --- */

/* No counters, as many files have none, and two wrappers. */
static int wrap(const char *name, char *to)
{
    snprintf(to, 200, "module.model.%s", name);
    return !strstr(name, "num_batches_tracked");
}

/* What torch.compile and modules of one's own put before it. */
static int compiled(const char *name, char *to)
{
    snprintf(to, 200, "_orig_mod.net.%s", name);
    return 1;
}

/* The paper's: the backbone without its `features.`, and its own head beside it. */
static int combonet(const char *name, char *to)
{
    snprintf(to, 200, "backbone.%s", strncmp(name, "features.", 9) ? name : name + 9);
    return 1;
}

static void test_wrappers(void)
{
    finds_all("torchvision_resnet18.txt", wrap, "resnet18", "timm, torchvision", "module.model.",
              2);
    init_close(&in);
    finds_all("torchvision_resnet18.txt", compiled, "resnet18", "timm, torchvision",
              "_orig_mod.net.", 2);
    init_close(&in);
    finds_all("pytorchcv_seresnext50_32x4d.txt", wrap, "se-resnext50", "pytorchcv",
              "module.model.features.", 2);
    init_close(&in);
    finds_all("pytorchcv_seresnext50_32x4d.txt", combonet, "se-resnext50", "pytorchcv", "backbone.",
              2);
    init_close(&in);
}

static void test_heads(void)
{
    struct weights_kit k;
    struct err e;
    weights_kit_begin(&k);
    weights_kit_add(&k, "module.regression_branch.weight", "F32", 2, (int[]){1, 512});
    weights_kit_add(&k, "module.regression_branch.bias", "F32", 1, (int[]){1});
    weights_kit_add(&k, "module.classification_branch.weight", "F32", 2, (int[]){CLASSES, 512});
    weights_kit_add(&k, "module.classification_branch.bias", "F32", 1, (int[]){CLASSES});
    weights_kit_add(&k, "module.backbone.conv1.weight", "F32", 4, (int[]){64, 3, 7, 7});
    weights_kit_add(&k, "module.backbone.fc.weight", "F32", 2, (int[]){1000, 512});
    write_numbered(&k);
    if (!ok(!init_open(&in, path, &e), "both heads beside a backbone"))
        return;
    struct net_params *p = params_of("resnet18");
    is_text(key_of(p, "fc.weight"), "module.regression_branch.weight", "the score head");
    is_text(key_of(p, "fc.bias"), "module.regression_branch.bias", "its bias");
    is_text(key_of(p, "fc_cls.weight"), "module.classification_branch.weight", "the class head");
    is_text(key_of(p, "fc_cls.bias"), "module.classification_branch.bias", "its bias");
    is_int(match_count(&in.match, p).named, 1, "a part of a net is known as one");
    net_params_free(p);
    init_close(&in);
}

/* A deeper net of small blocks has more names in common with one of bottlenecks. */
static void test_deeper(void)
{
    struct weights_kit k;
    char name[64];
    weights_kit_begin(&k);
    weights_kit_list(&k, "torchvision_resnet18.txt", NULL);
    for (int stage = 1; stage <= 4; stage++)
        for (int block = 2; block < 3; block++)
            for (int conv = 1; conv <= 2; conv++) {
                int c = 32 << stage;
                snprintf(name, sizeof name, "layer%d.%d.conv%d.weight", stage, block, conv);
                weights_kit_add(&k, name, "F32", 4, (int[]){c, c, 3, 3});
                snprintf(name, sizeof name, "layer%d.%d.bn%d.weight", stage, block, conv);
                weights_kit_add(&k, name, "F32", 1, (int[]){c});
            }
    write_numbered(&k);
    if (!ok(!init_open(&in, path, NULL), "a net deeper than ours"))
        return;
    is_text(in.match.net, "resnet18", "suits the one of its kind");
    init_close(&in);
}

/* A gate's layers as linear ones. */
static void test_rank_2(void)
{
    struct weights_kit k;
    weights_kit_begin(&k);
    weights_kit_add(&k, "conv1.weight", "F32", 4, (int[]){64, 3, 7, 7});
    weights_kit_add(&k, "layer1.0.se.fc1.weight", "F32", 2, (int[]){16, 256});
    weights_kit_add(&k, "layer1.0.se.fc2.weight", "F32", 3, (int[]){256, 16, 2});
    write_numbered(&k);
    ok(!init_open(&in, path, NULL), "gates of rank 2");
    struct net_params *p = params_of("se-resnet50");
    is_text(key_of(p, "layer1.0.se.fc1.weight"), "layer1.0.se.fc1.weight", "fit");
    is_text(key_of(p, "layer1.0.se.fc2.weight"), "", "another shape does not");
    net_params_free(p);
    init_close(&in);
}

/* --- what follows from a naming --- */

static void test_options(void)
{
    static const struct {
        size_t naming;
        const char *net;
        bool ceil_pool, stride_first;
    } cases[] = {
        {0, "resnet50", false, false},     {0, "se-resnext50", false, false},
        {1, "resnet18", false, false},     {1, "resnet50", false, true},
        {1, "se-resnet50", false, true},   {1, "resnext50", false, false},
        {1, "se-resnext50", false, false}, {2, "se-resnet50", true, true},
        {2, "se-resnext50", true, false},
    };
    int right = 0, n = sizeof cases / sizeof *cases;
    for (int i = 0; i < n; i++) {
        struct net_options o = naming_options(&namings[cases[i].naming], cases[i].net);
        right += o.ceil_pool == cases[i].ceil_pool && o.stride_first == cases[i].stride_first;
    }
    is_int(right, n, "pool and stride follow from naming and net");

    struct run_config c;
    struct err e;
    config_defaults(&c);
    ok(!init_settle(&c, NULL) && c.stem_pool == STEM_POOL_AUTO, "without a file nothing does");
    open_list("cadene_se_resnext50_32x4d.txt", NULL);
    init_close(&in);
    snprintf(c.init, sizeof c.init, "%s", path);
    ok(init_settle(&c, &e) == -1, "another net is refused");
    has_text(e.text, "holds weights of se-resnext50, not of resnet18: use --backbone se-resnext50",
             "and the right one named");
    for (c.backbone = 0; strcmp(net_names[c.backbone], "se-resnext50");)
        c.backbone++;
    ok(!init_settle(&c, &e) && c.stem_pool == STEM_POOL_CEIL && c.block_stride == BLOCK_STRIDE_3X3,
       "Cadene's pool is settled");
    c.stem_pool = STEM_POOL_FLOOR;
    ok(!init_settle(&c, &e) && c.stem_pool == STEM_POOL_FLOOR, "what was asked for stays");
}

/* --- what is refused --- */

static void refused(const char *wanted, const char *what)
{
    struct run_config c;
    struct err e;
    config_defaults(&c);
    snprintf(c.init, sizeof c.init, "%s", path);
    err_clear(&e);
    if (!ok(init_settle(&c, &e) == -1 && strstr(e.text, wanted) && strstr(e.text, path), "%s",
            what))
        diag("%s", e.text);
}

static void test_refused(void)
{
    struct weights_kit k;
    unlink(path);
    refused("No such file", "no file");
    weights_kit_begin(&k);
    weights_kit_add(&k, "encoder.weight", "F32", 1, (int[]){2});
    weights_kit_add(&k, "decoder.weight", "F32", 1, (int[]){2});
    write_numbered(&k);
    refused("none of its 2 tensors is named as in a net that is known here; known are the names of "
            "timm, torchvision; pytorchcv; Cadene, timm legacy",
            "no key known");
    refused("its keys are encoder.weight, decoder.weight", "and they are shown");
    weights_kit_begin(&k);
    write_numbered(&k);
    refused("its keys are none", "no tensor at all");
    weights_kit_begin(&k);
    weights_kit_add(&k, "conv1.weight", "F32", 4, (int[]){64, 1, 7, 7});
    write_numbered(&k);
    refused("tensor 'conv1.weight' is 64x1x7x7, but resnet18 wants 64x3x7x7", "grey images");
    scratch_write("init.safetensors", "PK\3\4\0\0\0\0", 8);
    refused("it begins as a zip archive", "a zip of PyTorch's that is cut short");
    scratch_write("init.safetensors", "\x80\2\x8a\x0a\x6c\xfc\x9c\x46", 8);
    refused("it is cut short", "an old file of PyTorch's that is");
    scratch_text("init.safetensors",
                 "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n");
    refused("is a text, no file of weights", "a pointer in the file's place");
    scratch_write("init.safetensors", "", 0);
    refused("no safetensors file", "an empty file");
    open_list("torchvision_resnet18.txt", NULL);
    init_close(&in);
    ok(!truncate(path, 40000000), "a file");
    refused("cut short", "that is cut short");
}

/* --- values --- */

static void test_dtypes(void)
{
    static const uint16_t half[] = {0x3c00, 0xc000, 0x0001, 0x8000, 0x7bff, 0x03ff};
    static const float halves[] = {1, -2, 0x1p-24f, -0.0f, 65504, 0x1.ff8p-15f};
    static const uint16_t upper[] = {0x3f80, 0xc040};
    static const float uppers[] = {1, -3};
    static const double doubles[] = {0.1, 1e300};
    struct weights_kit k;
    struct err e;
    float got[6];
    uint64_t at;
    weights_kit_begin(&k);
    weights_kit_add(&k, "conv1.weight", "F16", 1, (int[]){6});
    weights_kit_add(&k, "b", "BF16", 1, (int[]){2});
    weights_kit_add(&k, "c", "F64", 1, (int[]){2});
    weights_kit_add(&k, "d", "I64", 0, NULL);
    weights_kit_add(&k, "e", "F32", 1, (int[]){2});
    FILE *f = weights_kit_end(&k, path, &at);
    const int64_t counter = 3;
    const float bad[] = {1, NAN};
    fseek(f, (long)at, SEEK_SET);
    fwrite(half, sizeof half, 1, f);
    fwrite(upper, sizeof upper, 1, f);
    fwrite(doubles, sizeof doubles, 1, f);
    fwrite(&counter, sizeof counter, 1, f);
    fwrite(bad, sizeof bad, 1, f);
    fclose(f);
    if (!ok(!init_open(&in, path, &e), "a file of five dtypes"))
        return;
    struct source *s = &in.source;
    ok(!source_load(s, 0, got, &e) && !memcmp(got, halves, sizeof halves), "halves");
    ok(!source_load_part(s, 0, 4, 2, got, &e) && got[0] == 65504, "a part of them");
    ok(!source_load(s, 1, got, &e) && !memcmp(got, uppers, sizeof uppers), "bfloat16");
    ok(!source_load_part(s, 2, 0, 1, got, &e) && got[0] == 0.1f, "doubles");
    ok(source_load(s, 2, got, &e) == -1, "one beyond float32 is refused");
    is_text(e.text, "tensor 'c' has a value that is infinite in float32, at element 1",
            "with its place");
    ok(source_load(s, 3, got, &e) == -1, "whole numbers are no weights");
    has_text(e.text, "tensor 'd' has dtype I64; only F32, F16, BF16 and F64", "and it says so");
    ok(source_load(s, 4, got, &e) == -1, "neither is what is not a number");
    has_text(e.text, "tensor 'e' has a value that is NaN, at element 1", "and it says where");
    init_close(&in);
}

static void test_hash(void)
{
    struct source s;
    char before[17], after[17], moved[17];
    open_list("torchvision_resnet18.txt", NULL);
    source_hash(&in.source, before, NULL);
    init_close(&in);
    ok(!rename(path, scratch_path("moved")) && !source_open(&s, scratch_path("moved"), NULL),
       "a file is moved");
    source_hash(&s, moved, NULL);
    source_close(&s);
    is_text(moved, before, "its content is the same");
    FILE *f = fopen(scratch_path("moved"), "r+b");
    fseek(f, -1, SEEK_END);
    fputc(1, f);
    fclose(f);
    source_open(&s, scratch_path("moved"), NULL);
    source_hash(&s, after, NULL);
    source_close(&s);
    ok(strcmp(before, after) != 0, "with its last byte changed it is another");
    unlink(scratch_path("moved"));
}

/* A file of many tensors that all look like a beginning, and claims that cost nothing. */
static void test_many(void)
{
    struct weights_kit k;
    char name[64];
    weights_kit_begin(&k);
    for (int i = 0; i < 30000; i++) {
        snprintf(name, sizeof name, "layer%d.conv1.weight", i);
        weights_kit_add(&k, name, "F32", 1, (int[]){1});
    }
    uint64_t at;
    fclose(weights_kit_end(&k, path, &at));
    ok(init_open(&in, path, NULL) == -1 || (init_close(&in), true),
       "30000 tensors are looked at in time");
}

static void test_memory(void)
{
    struct err e;
    long at = 0, failures = 0;
    open_list("torchvision_resnet18.txt", NULL);
    init_close(&in);
    for (int done = 0; !done && at < 100;) {
        mem_test_fail_at(++at);
        done = !init_open(&in, path, &e) && !init_check(&in, path, "resnet18", &e);
        mem_test_fail_at(0);
        failures += !done && e.code == ERR_MEMORY;
        init_close(&in);
    }
    ok(at > 8 && failures == at - 1, "every failing allocation is an error (%ld)", failures);
}

int main(void)
{
    scratch_make();
    path = scratch_path("init.safetensors");
    test_timm();
    test_pytorchcv();
    test_cadene();
    test_wrappers();
    test_heads();
    test_deeper();
    test_rank_2();
    test_options();
    test_refused();
    test_dtypes();
    test_hash();
    test_many();
    test_memory();
    unlink(path);
    ok(rmdir(scratch) == 0, "nothing else was written");
    return tap_done();
}
