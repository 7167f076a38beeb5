/* maxpool.c - the stem's max-pool. Padding never wins; of equal values the first (rows, then
 * columns) gets the gradient, and NaN wins over everything, as in PyTorch. */
#include "cpu/cpu.h"
#include "cpu/simd.h"

#include <math.h>

#define LANES 64 /* channels at a time */

/* What one row of outputs reads and writes. */
struct row {
    const struct net_pool *pool;
    struct net_shape in, out;
    int y;             /* of the output, or of the input on the way back */
    const float *from; /* the whole map */
    float *to;         /* the row */
    uint8_t *winner;   /* the row; the whole map on the way back */
};

SIMD_BODY void window(const struct row *r, int ox, int c, int lanes)
{
    const struct net_pool *p = r->pool;
    float best[LANES];
    int tap_of[LANES];
    bool any = false;
    for (int tap = 0; tap < p->kernel * p->kernel; tap++) {
        int y = r->y * p->stride - p->pad + tap / p->kernel;
        int x = ox * p->stride - p->pad + tap % p->kernel;
        if (y < 0 || y >= r->in.h || x < 0 || x >= r->in.w)
            continue;
        const float *v = r->from + ((size_t)y * r->in.w + x) * r->in.c + c;
        for (int k = 0; k < lanes; k++) {
            bool wins = !any || v[k] > best[k] || v[k] != v[k];
            best[k] = wins ? v[k] : best[k];
            tap_of[k] = wins ? tap : tap_of[k];
        }
        any = true;
    }
    for (int k = 0; k < lanes; k++) {
        r->to[(size_t)ox * r->out.c + c + k] = best[k];
        r->winner[(size_t)ox * r->out.c + c + k] = (uint8_t)tap_of[k];
    }
}

SIMD_BODY void pool_row_body(const struct row *r)
{
    for (int ox = 0; ox < r->out.w; ox++) {
        int c = 0;
        for (; c + LANES <= r->in.c; c += LANES)
            window(r, ox, c, LANES);
        if (c < r->in.c)
            window(r, ox, c, r->in.c - c);
    }
}

SIMD_KERNEL(pool_row, (const struct row *r), (r))

void maxpool_forward(const struct backend *b, int u)
{
    const struct unit *t = &b->units[u];
    struct net_shape in = t->shape, out = b->shapes[u + 1];
#pragma omp parallel for schedule(static)
    for (int i = 0; i < b->n * out.h; i++) {
        size_t at = (size_t)i * out.w * out.c;
        struct row r = {&b->net.pool,
                        in,
                        out,
                        i % out.h,
                        t->out + (i / out.h) * cpu_count(in),
                        b->tensor[u + 1] + at,
                        t->winner + at};
        pool_row(b->isa)(&r);
    }
}

/* Input pixel x of the row takes the gradient of each window that it won. */
SIMD_BODY void gather(const struct row *r, int x, float *to)
{
    const struct net_pool *p = r->pool;
    for (int c = 0; c < r->in.c; c++)
        to[c] = 0;
    for (int tap = 0; tap < p->kernel * p->kernel; tap++) {
        int y_from = r->y + p->pad - tap / p->kernel, x_from = x + p->pad - tap % p->kernel;
        if (y_from < 0 || x_from < 0 || y_from % p->stride || x_from % p->stride ||
            y_from / p->stride >= r->out.h || x_from / p->stride >= r->out.w)
            continue;
        size_t at = ((size_t)(y_from / p->stride) * r->out.w + x_from / p->stride) * r->out.c;
        const float *g = r->from + at;
        const uint8_t *winner = r->winner + at;
#pragma omp simd
        for (int c = 0; c < r->in.c; c++)
            to[c] += winner[c] == tap ? g[c] : 0;
    }
}

SIMD_BODY void unpool_row_body(const struct row *r)
{
    for (int x = 0; x < r->in.w; x++)
        gather(r, x, r->to + (size_t)x * r->in.c);
}

SIMD_KERNEL(unpool_row, (const struct row *r), (r))

void maxpool_backward(const struct backend *b, int u, const float *gradient, float *to)
{
    const struct unit *t = &b->units[u];
    struct net_shape in = t->shape, out = b->shapes[u + 1];
#pragma omp parallel for schedule(static)
    for (int i = 0; i < b->n * in.h; i++) {
        size_t map = (size_t)(i / in.h) * cpu_count(out);
        struct row r = {
            &b->net.pool,   in, out, i % in.h, gradient + map, to + (size_t)i * in.w * in.c,
            t->winner + map};
        unpool_row(b->isa)(&r);
    }
}
