/* ref_pool.c - max-pool. Padding never wins; of equal values the first (rows, then columns) gets
 * the gradient, and NaN wins over everything, as in PyTorch. */
#include "tests/ref/ref_priv.h"

#include <math.h>
#include <string.h>

/* Offset, in one image's map, of the first maximum of channel c of window (oy, ox). */
static size_t window_maximum(struct backend *b, const struct net_pool *p, struct net_shape in,
                             const double *map, int oy, int ox, int c)
{
    size_t best = 0;
    double second = -INFINITY;
    bool any = false;
    for (int ky = 0; ky < p->kernel; ky++)
        for (int kx = 0; kx < p->kernel; kx++) {
            int y = oy * p->stride - p->pad + ky, x = ox * p->stride - p->pad + kx;
            if (y < 0 || y >= in.h || x < 0 || x >= in.w)
                continue;
            size_t at = ((size_t)y * (size_t)in.w + (size_t)x) * (size_t)in.c + (size_t)c;
            bool wins = !any || map[at] > map[best] || isnan(map[at]);
            second = fmax(second, any ? map[wins ? best : at] : second);
            best = wins ? at : best;
            any = true;
        }
    if (map[best] != second) /* a tie (zeros behind a ReLU) is the same tie everywhere */
        ref_kink(b, map[best] - second);
    return best;
}

void ref_pool_forward(struct backend *b, int u)
{
    const struct net_pool *p = &b->net.pool;
    struct ref_unit *t = &b->units[u];
    struct net_shape in = t->conv, out = b->shapes[u + 1];
    size_t at = 0;
    for (int n = 0; n < b->n; n++) {
        size_t image = (size_t)n * ref_count(in);
        for (int oy = 0; oy < out.h; oy++)
            for (int ox = 0; ox < out.w; ox++)
                for (int c = 0; c < out.c; c++, at++) {
                    size_t best = window_maximum(b, p, in, t->out + image, oy, ox, c);
                    t->winner[at] = image + best;
                    b->tensor[u + 1][at] = t->out[image + best];
                }
    }
}

void ref_pool_backward(struct backend *b, int u, double *g)
{
    const struct ref_unit *t = &b->units[u];
    memset(g, 0, (size_t)b->n * ref_count(t->conv) * sizeof *g);
    size_t count = (size_t)b->n * ref_count(b->shapes[u + 1]);
    for (size_t i = 0; i < count; i++)
        g[t->winner[i]] += b->gradient[u + 1][i];
    ref_keep(b, g, (size_t)b->n * ref_count(t->conv));
}
