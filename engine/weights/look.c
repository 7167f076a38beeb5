/* look.c - see look.h. */
#include "engine/weights/look.h"

#include "base/err.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

#define PIECE 65536u      /* values that are looked at together */
#define SOME_VALUES 4096  /* whose deviation says something */
#define DRAWN_WITHIN 0.03 /* of Kaiming's deviation; trained convolutions are elsewhere */

struct sums {
    size_t n;
    double sum, squares;
};

static void look_at_piece(struct look *l, struct sums *s, const float *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double value = values[i];
        if (!isfinite(value)) {
            l->bad++;
            continue;
        }
        l->least = s->n ? fmin(l->least, value) : value;
        l->most = s->n ? fmax(l->most, value) : value;
        s->n++;
        s->sum += value;
        s->squares += value * value;
    }
}

static int look_at_one(struct source *source, size_t i, float *piece, struct look *l, struct err *e)
{
    const struct weights_tensor *t = &source->listed->at[i];
    struct sums s = {0, 0, 0};
    *l = (struct look){t->dtype->read != NULL, NAN, NAN, NAN, NAN, 0};
    for (size_t at = 0, n; l->real && at < t->count; at += n) {
        n = t->count - at < PIECE ? t->count - at : PIECE;
        if (source_load_part(source, i, at, n, piece, e))
            return -1;
        look_at_piece(l, &s, piece, n);
    }
    if (!s.n)
        return 0;
    l->mean = s.sum / (double)s.n;
    l->deviation = sqrt(fmax(0, s.squares / (double)s.n - l->mean * l->mean));
    return 0;
}

int look_at(struct source *s, struct look *looks, struct err *e)
{
    float *piece = mem_alloc(PIECE, sizeof *piece);
    if (!piece)
        return mem_error(e, "a piece of a weight file", PIECE * sizeof *piece);
    int result = 0;
    for (size_t i = 0; !result && i < s->listed->n; i++)
        result = look_at_one(s, i, piece, &looks[i], e);
    mem_free(piece);
    return result;
}

static bool ends_in(const char *name, const char *ending)
{
    size_t length = strlen(name), n = strlen(ending);
    return length >= n && !strcmp(name + length - n, ending);
}

static bool is_drawn(const struct weights_tensor *t, const struct look *l)
{
    double kaiming = sqrt(2.0 / ((double)t->dims[0] * t->dims[2] * t->dims[3]));
    return fabs(l->deviation / kaiming - 1) < DRAWN_WITHIN && fabs(l->mean) < 0.1 * kaiming;
}

static void doubt_one(const struct weights_tensor *t, const struct look *l, size_t i,
                      struct look_doubts *d)
{
    bool mean = ends_in(t->name, "running_mean"), var = ends_in(t->name, "running_var");
    bool same = l->least == l->most;
    if (l->bad && !d->bad++)
        d->first_bad = i;
    d->norms += mean || var;
    d->new_norms += same && ((mean && l->least == 0) || (var && l->least == 1));
    if (t->rank < 2 || t->count < 2)
        return;
    if (same && !d->flat++)
        d->first_flat = i;
    if (t->rank == 4 && t->count >= SOME_VALUES) {
        d->convs++;
        d->drawn += is_drawn(t, l);
    }
}

void look_doubt(const struct weights *listed, const struct look *looks, struct look_doubts *out)
{
    *out = (struct look_doubts){.bad = 0};
    for (size_t i = 0; i < listed->n; i++)
        if (looks[i].real)
            doubt_one(&listed->at[i], &looks[i], i, out);
}
