/* test_cpu.c - the CPU backend's own loops (rows, pool, update) against the same in double, for
 * every instruction set that the machine has and channel counts that fill no vector; and that a
 * step allocates nothing and lives in what was planned. */
#include "cpu/cpu.h"
#include "cpu/norm_rows.h"
#include "tests/kit/backend_case.h"
#include "tests/kit/tap.h"

#include "base/clock.h"
#include "base/mem.h"

#include <math.h>

#define ROWS 37
#define MOST (ROWS * 67)
#define TOLERANCE 2e-6

static const int channel_counts[] = {1, 3, 4, 7, 8, 15, 16, 17, 31, 33, 64, 67};
#define COUNTS (sizeof channel_counts / sizeof *channel_counts)

static void *block(size_t count, size_t size)
{
    void *p = mem_alloc(count, size);
    if (!p)
        case_bail("a test's values", NULL);
    return p;
}

/* --- rows --- */

struct rows_work {
    float x[MOST], y[MOST], z[MOST], late[MOST], made[MOST];
    float a[67], b[67], c[67], mean[67], sum[67], other[67];
    double wanted[MOST], wanted_sum[67], wanted_other[67];
};

static int far(const float *made, const double *wanted, size_t count, double scale)
{
    int wrong = 0;
    for (size_t i = 0; i < count; i++)
        wrong += !(fabs((double)made[i] - wanted[i]) <= TOLERANCE * scale);
    return wrong;
}

static int wrong_moments(struct rows_work *k, enum isa isa, int channels)
{
    norm_rows_moments(isa, k->x, ROWS, channels, k->sum, k->other);
    for (int c = 0; c < channels; c++) {
        double sum = 0, squares = 0;
        for (int r = 0; r < ROWS; r++)
            sum += (double)k->x[r * channels + c];
        for (int r = 0; r < ROWS; r++)
            squares += pow((double)k->x[r * channels + c] - sum / ROWS, 2);
        k->wanted_sum[c] = sum;
        k->wanted_other[c] = squares;
    }
    return far(k->sum, k->wanted_sum, (size_t)channels, ROWS) +
           far(k->other, k->wanted_other, (size_t)channels, ROWS);
}

static int wrong_apply(struct rows_work *k, enum isa isa, int channels, bool add, bool relu)
{
    size_t count = (size_t)ROWS * (size_t)channels;
    norm_rows_apply(isa, k->x, k->a, k->b, add ? k->z : NULL, relu, k->made, ROWS, channels);
    for (size_t i = 0; i < count; i++) {
        size_t c = i % (size_t)channels;
        double v = (double)k->x[i] * (double)k->a[c] + (double)k->b[c];
        v += add ? (double)k->z[i] : 0;
        k->wanted[i] = relu && v < 0 ? 0 : v;
    }
    return far(k->made, k->wanted, count, 1);
}

/* The gradient before the ReLU; by raw the sign that the float loop sees decides. */
static double masked(const struct rows_work *k, enum norm_rows_mask mask, size_t i, size_t c,
                     double g)
{
    if (mask == NORM_ROWS_BY_OUTPUT)
        return k->y[i] <= 0 ? 0 : g;
    if (mask == NORM_ROWS_BY_RAW)
        return (double)k->x[i] * (double)k->a[c] + (double)k->b[c] <= 0 ? 0 : g;
    return g;
}

static int wrong_gradient(struct rows_work *k, enum isa isa, int channels, enum norm_rows_mask mask,
                          bool late)
{
    size_t count = (size_t)ROWS * (size_t)channels;
    struct norm_rows_gradient g = {.gradient = k->z,
                                   .late = late ? k->late : NULL,
                                   .raw = k->x,
                                   .y = k->y,
                                   .scale = k->a,
                                   .shift = k->b,
                                   .mean = k->mean,
                                   .mask = mask};
    for (int c = 0; c < channels; c++)
        k->wanted_sum[c] = k->wanted_other[c] = 0;
    for (size_t i = 0; i < count; i++) {
        size_t c = i % (size_t)channels;
        double d = (double)k->z[i] + (late ? (double)k->late[i] : 0);
        k->wanted[i] = masked(k, mask, i, c, d);
        k->wanted_sum[c] += k->wanted[i];
        k->wanted_other[c] += k->wanted[i] * ((double)k->x[i] - (double)k->mean[c]);
    }
    norm_rows_gradient_sums(isa, &g, k->made, ROWS, channels, k->sum, k->other);
    int wrong = far(k->sum, k->wanted_sum, (size_t)channels, ROWS) +
                far(k->other, k->wanted_other, (size_t)channels, ROWS);
    if (late || mask == NORM_ROWS_BY_OUTPUT) /* these are written */
        wrong += far(k->made, k->wanted, count, 1);
    if (late || mask == NORM_ROWS_BY_OUTPUT)
        return wrong;
    norm_rows_gradient_apply(isa, &g, k->a, k->b, k->c, k->made, ROWS, channels);
    for (size_t i = 0; i < count; i++) {
        size_t c = i % (size_t)channels;
        k->wanted[i] = k->wanted[i] * (double)k->a[c] + (double)k->b[c] +
                       ((double)k->x[i] - (double)k->mean[c]) * (double)k->c[c];
    }
    return wrong + far(k->made, k->wanted, count, 1);
}

static void check_rows(struct rows_work *k, enum isa isa)
{
    float *lines[] = {k->a, k->b, k->c, k->mean}, *maps[] = {k->x, k->y, k->z, k->late};
    for (int i = 0; i < 4; i++) {
        case_values(lines[i], 67, 10 + (uint64_t)i, -1, 1);
        case_values(maps[i], MOST, 20 + (uint64_t)i, -1, 1);
    }
    int wrong[3] = {0, 0, 0};
    for (size_t i = 0; i < COUNTS; i++) {
        int channels = channel_counts[i];
        wrong[0] += wrong_moments(k, isa, channels);
        for (int way = 0; way < 4; way++)
            wrong[1] += wrong_apply(k, isa, channels, way & 1, way & 2);
        for (int way = 0; way < 6; way++)
            wrong[2] += wrong_gradient(k, isa, channels, (enum norm_rows_mask)(way / 2), way & 1);
    }
    is_int(wrong[0], 0, "rows: moments");
    is_int(wrong[1], 0, "rows: norm, shortcut and ReLU");
    is_int(wrong[2], 0, "rows: gradients, by every mask, with and without a late part");
    k->x[0] = NAN;
    norm_rows_apply(isa, k->x, k->a, k->b, NULL, true, k->made, 1, 3);
    ok(isnan(k->made[0]) && !isnan(k->made[1]), "rows: a NaN stays one");
}

/* --- pool --- */

/* One pool on its own, in a backend that has nothing else. */
static int wrong_pool(struct backend *b, struct net_shape in, struct net_pool pool)
{
    struct net_shape out = net_pool_shape(&pool, in);
    struct unit unit = {.shape = in};
    size_t from = 2 * cpu_count(in), to = 2 * cpu_count(out);
    float *x = block(from, sizeof *x), *y = block(to, sizeof *y), *g = block(to, sizeof *g);
    float *back = block(from, sizeof *back), *wanted = block(from, sizeof *wanted);
    int wrong = 0;
    unit.out = x;
    unit.winner = block(to, 1);
    b->net.pool = pool;
    b->units = &unit;
    b->shapes[1] = out;
    b->tensor[1] = y;
    case_values(x, from, 30, -1, 1);
    case_values(g, to, 31, -1, 1);
    maxpool_forward(b, 0);
    maxpool_backward(b, 0, g, back);
    for (size_t i = 0; i < to; i++) {
        size_t c = i % (size_t)out.c, pixel = i / (size_t)out.c % cpu_area(out);
        size_t image = i / cpu_count(out), best = 0;
        bool any = false;
        for (int tap = 0; tap < pool.kernel * pool.kernel; tap++) {
            int row = (int)pixel / out.w * pool.stride - pool.pad + tap / pool.kernel;
            int column = (int)pixel % out.w * pool.stride - pool.pad + tap % pool.kernel;
            if (row < 0 || row >= in.h || column < 0 || column >= in.w)
                continue;
            size_t at = image * cpu_count(in) +
                        ((size_t)row * (size_t)in.w + (size_t)column) * (size_t)in.c + c;
            best = !any || x[at] > x[best] ? at : best;
            any = true;
        }
        wrong += y[i] != x[best];
        wanted[best] += g[i];
    }
    for (size_t i = 0; i < from; i++)
        wrong += !(fabs((double)back[i] - (double)wanted[i]) <= 1e-5);
    void *blocks[] = {x, y, g, back, wanted, unit.winner};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        mem_free(blocks[i]);
    return wrong;
}

static void check_pool(enum isa isa)
{
    static const struct net_pool pools[] = {{0, 3, 2, 1, false},
                                            {0, 3, 2, 0, true},
                                            {0, 2, 2, 0, false},
                                            {0, 5, 1, 2, false},
                                            {0, 3, 3, 1, true}};
    struct backend *b = block(1, sizeof *b);
    int wrong = 0;
    b->n = 2;
    b->isa = isa;
    for (size_t p = 0; p < sizeof pools / sizeof *pools; p++)
        for (size_t i = 0; i < COUNTS; i++)
            wrong +=
                wrong_pool(b, (struct net_shape){9, 6 + (int)i % 3, channel_counts[i]}, pools[p]);
    mem_free(b);
    is_int(wrong, 0, "pool: values, winners and the way back");
}

/* --- update --- */

static void check_update(enum isa isa)
{
    enum { COUNT = 40001 }; /* more than two chunks, and a rest */
    struct backend *b = block(1, sizeof *b);
    float *values = block(3 * COUNT, sizeof *values), *before = block(3 * COUNT, sizeof *before);
    double wrong = 0;
    case_values(values, 3 * COUNT, 40, -1, 1);
    memcpy(before, values, 3 * COUNT * sizeof *values);
    b->isa = isa;
    b->trained = COUNT;
    b->values = values;
    b->gradients = values + COUNT;
    b->momenta = values + 2 * COUNT;
    b->spec.momentum = 0.9;
    b->spec.weight_decay = 0.01;
    b->epoch.learning_rate = 0.1;
    sgd_update(b);
    for (int i = 0; i < COUNT; i++) {
        double w = (double)before[i], g = (double)before[COUNT + i];
        double v = 0.9 * (double)before[2 * COUNT + i] + (g + 0.01 * w);
        wrong = fmax(wrong, fabs((double)values[2 * COUNT + i] - v));
        wrong = fmax(wrong, fabs((double)values[i] - (w - 0.1 * v)));
    }
    ok(wrong < 1e-6 && b->folds_stale, "update: momentum and weights, folded weights stale");
    mem_free(values);
    mem_free(before);
    mem_free(b);
}

/* --- memory --- */

static const struct backend_case small = {
    "small",
    4,
    32,
    32,
    3,
    {0, 3, 2, 1, false},
    {{0, -1, 32, 7, 2, 1, 0, true}, {1, -1, 32, 3, 1, 8, 0, true}, {2, 1, 32, 1, 1, 1, 8, true}}};

/* Opens the small net with images and begins a plan of four batches. */
static void open_small(struct subject *s, struct case_images *images, struct net *net,
                       bool evaluates_only, bool profile)
{
    case_net(&small, net);
    net->heads = true;
    net->classes = 5;
    struct backend_spec spec = case_spec(net, LOSS_COMBO, small.height, small.width);
    spec.batches[0] = case_batch(4);
    spec.batches[0].trains = !evaluates_only;
    spec.profile = profile;
    subject_open(s, BACKEND_ENTRY(), &spec, 7);
    case_images(images, 16, &spec.augment, 8);
    subject_show(s, images);
    subject_plan(s, images, 4, 0.1);
}

/* Through every phase. */
static void check_steps(bool evaluates_only, uint64_t *bytes)
{
    struct net net;
    struct subject s;
    struct case_images images;
    struct backend_usage usage;
    open_small(&s, &images, &net, evaluates_only, false);
    door_usage(s.door, &usage);
    mem_test_fail_at(0);
    for (int i = 0; i < 4; i++)
        subject_step(&s, evaluates_only || i % 2
                             ? BACKEND_EVAL
                             : BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE);
    subject_plan(&s, &images, 4, 0.1);
    is_int(mem_test_count(), 0, "steps and plans allocate nothing");
    *bytes = door_bytes(&usage) - usage.bytes[MEMORY_IMAGES];
    ok(*bytes == s.b->arena.bytes && *bytes > 0, "usage says what was planned");
    case_images_free(&images);
    subject_close(&s);
}

/* Blocks with and without a projection, gated and not, behind a pooled stem. */
static const struct backend_case blocks = {"blocks",
                                           3,
                                           64,
                                           64,
                                           3,
                                           {0, 3, 2, 1, false},
                                           {{0, -1, 32, 7, 2, 1, 0, true},
                                            {1, -1, 32, 3, 1, 1, 0, true},
                                            {2, 1, 32, 3, 1, 1, 0, true},
                                            {3, -1, 32, 1, 1, 1, 0, true},
                                            {4, -1, 32, 3, 2, 8, 0, true},
                                            {3, -1, 64, 1, 2, 1, 0, false},
                                            {5, 6, 64, 1, 1, 1, 16, true},
                                            {7, 7, 64, 1, 1, 1, 0, true}}};

/* Three steps. */
static void train_blocks(bool keep, struct subject *s)
{
    struct net net;
    struct case_images images;
    struct err e;
    case_net(&blocks, &net);
    net.heads = true;
    net.classes = 5;
    struct backend_spec spec = case_spec(&net, LOSS_COMBO, blocks.height, blocks.width);
    spec.batches[0] = case_batch(blocks.batch);
    spec.momentum = 0.9;
    spec.keep = keep;
    subject_open(s, BACKEND_ENTRY(), &spec, 7);
    case_images(&images, 9, &spec.augment, 8);
    subject_show(s, &images);
    subject_plan(s, &images, blocks.batch, 0.01);
    for (int i = 0; i < 3; i++)
        subject_step(s, BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE);
    ok((door_step(s->door, BACKEND_BACKWARD, &e) < 0) == !keep, "a second BACKWARD is %s",
       keep ? "possible where all is kept" : "refused");
    if (keep) {
        struct backend_result r;
        door_collect(s->door, &r, &e);
    }
    case_images_free(&images);
}

/* Gradients lie where activations were, unless all is kept: both must train alike. */
static void check_sharing(void)
{
    struct subject kept, shared;
    int differ = 0;
    train_blocks(true, &kept);
    train_blocks(false, &shared);
    for (int i = 0; i < kept.params->n; i++) {
        float *a = subject_get(&kept, BACKEND_PARAM, i),
              *b = subject_get(&shared, BACKEND_PARAM, i);
        differ += memcmp(a, b, kept.params->at[i].count * sizeof *a) != 0;
        mem_free(a);
        mem_free(b);
    }
    is_int(differ, 0, "shared memory changes no weight");
    subject_close(&kept);
    subject_close(&shared);
}

/* --- what only this backend refuses --- */

static void check_refusals(void)
{
    struct net net;
    struct door *door;
    struct err e;
    struct backend_usage usage;
    case_net(&small, &net);
    net.heads = true;
    struct backend_spec spec = case_spec(&net, LOSS_L1, small.height, small.width);
    spec.batches[0] = case_batch(4);
    for (int p = BACKEND_TF32; p <= BACKEND_BF16; p++) {
        spec.precision = (enum backend_precision)p;
        ok(door_open(&door, BACKEND_ENTRY(), &spec, &e) == -1 && strstr(e.text, "f32 only"),
           "another precision than f32 is refused: %s", e.text);
    }
    spec.precision = BACKEND_F32;
    if (door_open(&door, BACKEND_ENTRY(), &spec, &e))
        case_bail("open", &e);
    door_usage(door, &usage);
    door_close(door);
    spec.memory_most = door_bytes(&usage) - 1;
    ok(door_open(&door, BACKEND_ENTRY(), &spec, &e) == -1 && e.code == ERR_MEMORY &&
           strstr(e.text, "the limit is"),
       "less memory than is needed: %s", e.text);
    spec.memory_most++;
    is_int(door_open(&door, BACKEND_ENTRY(), &spec, &e), 0, "exactly as much is enough");
    struct case_images images;
    case_images(&images, 16, &spec.augment, 8);
    ok(door_images(door, &images.set, images.scores, NULL, &e) == -1 && e.code == ERR_MEMORY,
       "but not for labels too: %s", e.text);
    case_images_free(&images);
    door_close(door);
}

/* A larger batch that is only evaluated, and a smaller one that is only trained on. */
static void check_uses(void)
{
    struct net net;
    struct subject apart, both;
    struct case_images images;
    case_net(&small, &net);
    net.heads = true;
    net.classes = 5;
    struct backend_spec spec = case_spec(&net, LOSS_COMBO, small.height, small.width);
    spec.batches[0] = (struct backend_batch){4, true, false};
    spec.batches[1] = (struct backend_batch){8, false, true};
    subject_open(&apart, BACKEND_ENTRY(), &spec, 7);
    spec.batches[0] = case_batch(4);
    spec.batches[1] = case_batch(8);
    subject_open(&both, BACKEND_ENTRY(), &spec, 7);
    case_images(&images, 16, &spec.augment, 8);
    struct subject *s[2] = {&apart, &both};
    double total[2][4];
    for (int i = 0; i < 2; i++) {
        subject_show(s[i], &images);
        subject_plan(s[i], &images, 4, 0.1);
        for (int k = 0; k < 2; k++)
            total[i][k] =
                subject_step(s[i], BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE).total;
        subject_plan(s[i], &images, 8, 0.1);
        for (int k = 2; k < 4; k++)
            total[i][k] = subject_step(s[i], BACKEND_EVAL).total;
        subject_close(s[i]);
    }
    for (int k = 0; k < 4; k++)
        ok(fabs(total[0][k] - total[1][k]) < 1e-5 * total[1][k],
           "batches each for its own use: step %d", k + 1);
    case_images_free(&images);
}

/* --- profile --- */

/* Two steps with the profile on or off. */
static void profile_of(bool on, struct backend_profile *first, struct backend_profile *second,
                       double *wall_s)
{
    struct net net;
    struct subject s;
    struct case_images images;
    open_small(&s, &images, &net, false, on);
    double start = clock_s();
    subject_step(&s, BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE);
    subject_step(&s, BACKEND_EVAL);
    *wall_s = clock_s() - start;
    door_profile(s.door, first);
    door_profile(s.door, second);
    case_images_free(&images);
    subject_close(&s);
}

static void check_profile(void)
{
    static const struct backend_profile nothing;
    /* a pixel of 16x16, 8x8 and 8x8 maps: 32 channels from 3 * 49, 4 * 9 and 32 */
    const double flop = 2.0 * 4 * 32 * (256 * 147 + 64 * 36 + 64 * 32);
    struct backend_profile first, second;
    double wall_s, all = 0;
    int missing = 0;
    profile_of(true, &first, &second, &wall_s);
    for (int i = 0; i < WORK_KINDS; i++) {
        missing += first.seconds[i] <= 0;
        all += first.seconds[i];
    }
    is_int(missing, 0, "profile: every kind of work takes time");
    ok(all > 0 && all <= wall_s, "profile: together no more than the steps took");
    is_near(first.flop[WORK_CONV_FORWARD], 2 * flop, 0.5, "profile: flop of two forward passes");
    is_near(first.flop[WORK_CONV_WEIGHTS], flop, 0.5, "profile: flop of weights' gradients");
    ok(!memcmp(&second, &nothing, sizeof second), "profile: begins anew when taken");
    profile_of(false, &first, &second, &wall_s);
    ok(!memcmp(&first, &nothing, sizeof first), "profile: nothing is measured unless asked for");
}

int main(void)
{
    struct rows_work *k = block(1, sizeof *k);
    for (int i = 0; i < ISA_KINDS; i++) {
        enum isa isa = (enum isa)i;
        if (!isa_available(isa)) {
            skip("this processor has no %s", isa_name(isa));
            continue;
        }
        diag("%s", isa_name(isa));
        check_rows(k, isa);
        check_pool(isa);
        check_update(isa);
    }
    mem_free(k);
    uint64_t training, evaluation;
    check_steps(false, &training);
    check_steps(true, &evaluation);
    check_sharing();
    check_refusals();
    check_uses();
    check_profile();
    ok(evaluation < training / 2, "evaluation alone plans less than half of the memory");
    return tap_done();
}
