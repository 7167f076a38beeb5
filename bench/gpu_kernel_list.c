/* gpu_kernel_list.c - see gpu_kernels.h: a line a kernel, and the launch with its arguments in that
 * line's order. */
#include "bench/gpu_kernels.h"

#include "cuda/kernels/gate.h"
#include "cuda/kernels/step.h"

/* --- the kernels --- */

static int launch_moments(const struct trial *t, void *const *in, void *const *out, void *stream)
{
    return kernel_moments(t->t, in[0], t->m, t->p, out[0], stream);
}

static int launch_finish(const struct trial *t, void *const *in, void *const *out, void *stream)
{
    const struct norm_values v = {in[1], in[2], out[0], out[1], out[2], out[3], out[4], out[5]};
    return kernel_norm_finish(in[0], t->m, t->p, &v, out[6], stream);
}

static int launch_statistics(const struct trial *t, void *const *in, void *const *out, void *stream)
{
    const struct norm_values v = {in[1], in[2], out[1], out[2], out[3], out[4], out[5], out[6]};
    return kernel_norm_statistics(t->t, in[0], t->m, t->p, out[0], in[3], &v, out[7], stream);
}

static int launch_apply(const struct trial *t, void *const *in, void *const *out, void *stream)
{
    const struct norm_apply a = {in[0], in[2], in[3], in[4], in[1], true, out[0], out[1], false};
    return kernel_norm_apply(t->t, &a, t->m, stream);
}

static int launch_pool(const struct trial *t, void *const *in, void *const *out, void *stream)
{
    const struct norm_apply a = {in[0], in[1], in[2], NULL, NULL, true, out[0], NULL, false};
    return kernel_norm_pool(t->t, &a, t->m, t->pool, out[1], stream);
}

static int launch_pool_back(const struct trial *t, void *const *in, void *const *out, void *stream)
{
    return kernel_pool_back(t->t, in[0], in[1], t->m, t->pool, out[0], stream);
}

static int launch_back_sums(const struct trial *t, void *const *in, void *const *out, void *stream)
{
    const struct norm_back a = {in[0], in[1], in[2], true, in[3], in[4], in[5]};
    return kernel_norm_back_sums(t->t, &a, t->m, t->p, out[0], stream);
}

static int launch_back_finish(const struct trial *t, void *const *in, void *const *out,
                              void *stream)
{
    const struct norm_values v = {.mean = in[1], .inverse = in[2], .scale = in[3], .shift = in[4]};
    const struct norm_factors f = {out[2], out[3], out[4]};
    return kernel_norm_back_finish(in[0], t->m, t->p, &v, in[5], in[6], in[7], out[0], out[1], &f,
                                   stream);
}

static int launch_back_turn(const struct trial *t, void *const *in, void *const *out, void *stream)
{
    const struct norm_back a = {in[0], in[1], in[2], true, in[3], in[4], in[5]};
    const struct norm_values v = {.mean = in[3], .inverse = in[6], .scale = in[4], .shift = in[5]};
    const struct norm_factors f = {out[3], out[4], out[5]};
    return kernel_norm_back_turn(t->t, &a, t->m, t->p, out[0], in[7], &v, out[1], out[2], &f,
                                 stream);
}

static int launch_back_apply(const struct trial *t, void *const *in, void *const *out, void *stream)
{
    const struct norm_back a = {in[0], in[1], in[2], true, in[3], in[4], in[5]};
    const struct norm_factors f = {in[6], in[7], in[8]};
    return kernel_norm_back_apply(t->t, &a, t->m, &f, true, out[0], SHORTCUT_FIRST, out[1], stream);
}

static int launch_gate(const struct trial *t, void *const *in, void *const *out, void *stream)
{
    const struct gate_layers w = {in[0], in[1], in[2], in[3]};
    const struct gate_values v = {in[6], out[0], out[1], out[2]};
    return kernel_gate(&w, in[4], in[5], t->m.n, t->m.c, t->r, &v, stream);
}

static int launch_gate_back(const struct trial *t, void *const *in, void *const *out, void *stream)
{
    const struct gate_layers w = {in[0], in[1], in[2], in[3]};
    const struct gate_layers g = {out[0], out[1], out[2], out[3]};
    const struct gate_values v = {in[6], in[7], in[8], in[9]};
    return kernel_gate_back(in[10], t->p.n, &w, in[4], in[5], t->m.n, t->m.c, t->r, &v, out[5],
                            out[6], &g, out[4], stream);
}

static int launch_gate_turn(const struct trial *t, void *const *in, void *const *out, void *stream)
{
    const struct gate_layers w = {in[0], in[1], in[2], in[3]};
    const struct gate_layers g = {out[0], out[1], out[2], out[3]};
    const struct gate_values v = {in[6], in[7], in[8], in[9]};
    const struct norm_values norm = {
        .scale = in[4], .beta = in[5], .mean = in[11], .inverse = in[12]};
    const struct norm_factors f = {out[7], out[8], out[9]};
    return kernel_gate_back_turn(in[10], t->m, t->p, &w, t->r, &norm, &v, out[10], out[11], &g,
                                 out[4], out[5], out[6], &f, stream);
}

static int launch_forward(const struct trial *t, void *const *in, void *const *out, void *stream)
{
    return kernel_grouped_forward(&t->conv, in[0], in[1], out[0], out[1], stream);
}

static int launch_data(const struct trial *t, void *const *in, void *const *out, void *stream)
{
    return kernel_grouped_data(&t->conv, in[1], in[0], out[0], false, stream);
}

static int launch_weights(const struct trial *t, void *const *in, void *const *out, void *stream)
{
    return kernel_grouped_weights(&t->conv, in[0], in[1], out[0], out[1], stream);
}

static int launch_stem(const struct trial *t, void *const *in, void *const *out, void *stream)
{
    return kernel_stem_forward(&t->conv, in[0], in[1], out[0], out[1], stream);
}

static int launch_stem_weights(const struct trial *t, void *const *in, void *const *out,
                               void *stream)
{
    return kernel_stem_weights(&t->conv, in[0], in[1], out[0], out[1], stream);
}

/* What it writes it also reads: that stands among the ins again, for the bytes alone. */
static int launch_sgd(const struct trial *t, void *const *in, void *const *out, void *stream)
{
    return kernel_sgd(in[0], in[1], out[0], out[1], map_count(t->m), 0.9f, 1e-3f, false, out[2],
                      stream);
}

const struct kernel kernels_of_norms[] = {
    {"moments", {TENSOR}, {SUMS}, 0, launch_moments},
    {"norm_finish",
     {MOMENTS, LINE, LINE},
     {LINE, LINE, LINE, LINE, LINE, LINE, WIDE},
     0,
     launch_finish},
    {"norm_statistics",
     {TENSOR, LINE, LINE, TICKETS},
     {SUMS, LINE, LINE, LINE, LINE, LINE, LINE, WIDE},
     0,
     launch_statistics},
    {"norm_apply", {TENSOR, TENSOR, LINE, LINE, WIDE}, {TENSOR, BITS}, 0, launch_apply},
    {"norm_back_sums", {TENSOR, TENSOR, BITS, LINE, LINE, LINE}, {SUMS}, 0, launch_back_sums},
    {"norm_back_finish",
     {SUMS, LINE, LINE, LINE, LINE, WIDE, WIDE, WIDE},
     {LINE, LINE, WIDE, WIDE, LINE},
     0,
     launch_back_finish},
    {"norm_back_turn",
     {TENSOR, TENSOR, BITS, LINE, LINE, LINE, LINE, TICKETS},
     {SUMS, LINE, LINE, LINE, LINE, LINE},
     0,
     launch_back_turn},
    {"norm_back_apply",
     {TENSOR, TENSOR, BITS, LINE, LINE, LINE, WIDE, WIDE, LINE},
     {TENSOR, TENSOR},
     0,
     launch_back_apply},
    {NULL, {NOTHING}, {NOTHING}, 0, NULL}};

const struct kernel kernels_of_gates[] = {
    {"gate", {LAYER, SHORT, LAYER, LINE, LINE, LINE, WIDE}, {WIDE, NARROW, WIDE}, 0, launch_gate},
    {"gate_back",
     {LAYER, SHORT, LAYER, LINE, LINE, LINE, WIDE, WIDE, NARROW, WIDE, SUMS},
     {LAYER, SHORT, LAYER, LINE, WIDE, WIDE, NARROW},
     2,
     launch_gate_back},
    {"gate_back_turn",
     {LAYER, SHORT, LAYER, LINE, LINE, LINE, WIDE, WIDE, NARROW, WIDE, SUMS, LINE, LINE},
     {LAYER, SHORT, LAYER, LINE, WIDE, LINE, LINE, WIDE, WIDE, LINE, WIDE, NARROW},
     2,
     launch_gate_turn},
    {NULL, {NOTHING}, {NOTHING}, 0, NULL}};

const struct kernel kernels_of_stems[] = {
    {"norm_pool", {TENSOR, LINE, LINE}, {POOLED, WINNERS}, 0, launch_pool},
    {"pool_back", {POOLED, WINNERS}, {TENSOR}, 0, launch_pool_back},
    {"stem_forward", {INPUT, WEIGHTS}, {TENSOR, MOMENTS_OUT}, 0, launch_stem},
    {"stem_weights", {INPUT, TENSOR}, {WEIGHTS_F32, SCRATCH}, 1, launch_stem_weights},
    {NULL, {NOTHING}, {NOTHING}, 0, NULL}};

const struct kernel kernels_of_groups[] = {
    {"grouped_forward", {INPUT, WEIGHTS}, {TENSOR, MOMENTS_OUT}, 0, launch_forward},
    {"grouped_data", {TENSOR, WEIGHTS}, {INPUT}, 0, launch_data},
    {"grouped_weights", {INPUT, TENSOR}, {WEIGHTS_F32, SCRATCH}, 1, launch_weights},
    {NULL, {NOTHING}, {NOTHING}, 0, NULL}};

const struct kernel kernels_of_updates[] = {
    {"sgd", {STATE, VALUES, VALUES, VALUES}, {VALUES, VALUES, TENSOR}, 0, launch_sgd},
    {NULL, {NOTHING}, {NOTHING}, 0, NULL}};

/* --- parts --- */

/* Convolutions in groups are narrow ones, the other is a net's first. */
static struct parts moments_parts(const struct conv_shape *s)
{
    return s->groups > 1 ? kernel_grouped_parts(s) : kernel_stem_parts(s);
}

static size_t scratch_bytes(const struct conv_shape *s)
{
    return s->groups > 1 ? kernel_grouped_scratch(s) : kernel_stem_scratch(s);
}

size_t part_count(const struct trial *t, enum part part)
{
    const struct conv_shape *s = &t->conv;
    size_t n = (size_t)t->m.n, c = (size_t)t->m.c, r = (size_t)t->r;
    size_t pooled = n * (size_t)t->pool.out_h * (size_t)t->pool.out_w * c;
    switch (part) {
    case TENSOR:
    case VALUES:
        return map_count(t->m);
    case POOLED:
    case WINNERS:
        return pooled;
    case BITS:
        return (map_count(t->m) + 7) / 8;
    case SUMS:
    case MOMENTS:
        return n * (size_t)t->p.n * 2 * c;
    case WIDE:
        return n * c;
    case NARROW:
        return n * r;
    case LINE:
        return c;
    case SHORT:
        return r;
    case LAYER:
        return r * c;
    case INPUT:
        return n * (size_t)s->in_h * (size_t)s->in_w * (size_t)s->in;
    case WEIGHTS:
    case WEIGHTS_F32:
        return c * (size_t)(s->kernel * s->kernel * (s->in / s->groups));
    case MOMENTS_OUT:
        return n * (size_t)moments_parts(s).n * 2 * c;
    case TICKETS:
        return NORM_TICKETS(c);
    case SCRATCH:
        return scratch_bytes(s) / 4;
    case STATE:
        return sizeof(struct state) / 4;
    case NOTHING:
        break;
    }
    return 0;
}

bool part_has_bytes(enum part part)
{
    return part == BITS || part == WINNERS;
}

enum element part_type(const struct trial *t, enum part part)
{
    bool kept = part == TENSOR || part == POOLED || part == INPUT || part == WEIGHTS;
    return kept ? t->t : ELEMENT_F32;
}

size_t part_bytes(const struct trial *t, enum part part)
{
    size_t count = part_count(t, part);
    return part_has_bytes(part) ? count : count * element_bytes(part_type(t, part));
}
