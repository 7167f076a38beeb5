/* steps.c - see steps_priv.h. */
#include "engine/train/steps_priv.h"

void steps_begin(struct steps *s, int64_t run, int epoch)
{
    s->shown.run = run;
    s->shown.epoch = epoch;
    s->shown.each = 1;
    s->shown.n = 0;
    s->in_last = 1;
}

/* The mean of `*to`, which stands for n steps, and one more. */
static void blend(struct snapshot_step *to, const struct snapshot_step *more, int n)
{
    to->step = more->step;
    to->total += (more->total - to->total) / (n + 1);
    for (int k = 0; k < LOSS_MAX_TERMS; k++)
        to->term[k] += (more->term[k] - to->term[k]) / (n + 1);
}

/* Pairs become one; each stands for as many steps. */
static void halve(struct snapshot_steps *s)
{
    for (int i = 0; i < s->n / 2; i++) {
        s->at[i] = s->at[2 * i];
        blend(&s->at[i], &s->at[2 * i + 1], 1);
    }
    s->n /= 2;
    s->each *= 2;
}

void steps_add(struct steps *s, int step, double total, const double *term)
{
    struct snapshot_steps *shown = &s->shown;
    struct snapshot_step point = {.step = step, .total = total};
    for (int k = 0; k < LOSS_MAX_TERMS; k++)
        point.term[k] = term[k];
    if (shown->n && s->in_last < shown->each) {
        blend(&shown->at[shown->n - 1], &point, s->in_last++);
        return;
    }
    if (shown->n == SNAPSHOT_MOST_STEPS)
        halve(shown);
    shown->at[shown->n++] = point;
    s->in_last = 1;
}
