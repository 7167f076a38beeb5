/* facts.c - a run's rows as short texts. Pure; any thread. */
#include "ui/facts.h"

#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SETTING_DIGITS 6 /* of a number that somebody chose */

void facts_data(const struct ui_run *r, char *to, size_t room)
{
    /* Until a run has started, the data set is only known as a path: its last part says most. */
    size_t length = strlen(r->data);
    while (length > 1 && r->data[length - 1] == '/')
        length--;
    size_t from = length;
    while (from > 0 && r->data[from - 1] != '/')
        from--;
    int name = (int)(length - from);
    if (r->fold > 0)
        snprintf(to, room, "%.*s %s/%d", name, r->data + from, r->protocol, r->fold);
    else
        snprintf(to, room, "%.*s %s", name, r->data + from, r->protocol);
}

void facts_loss(const struct ui_run *r, char *to, size_t room)
{
    char alpha[32], beta[32], gamma[32];
    str_copy(to, room, r->loss);
    if (!isfinite(r->alpha) || !isfinite(r->beta) || !isfinite(r->gamma))
        return;
    str_shortest(alpha, sizeof alpha, r->alpha, SETTING_DIGITS);
    str_shortest(beta, sizeof beta, r->beta, SETTING_DIGITS);
    str_shortest(gamma, sizeof gamma, r->gamma, SETTING_DIGITS);
    snprintf(to, room, "%s %s,%s,%s", r->loss, alpha, beta, gamma);
}

void facts_settings(const struct ui_run *r, char *to, size_t room)
{
    char data[320], loss[96], rate[32] = "-";
    facts_data(r, data, sizeof data);
    facts_loss(r, loss, sizeof loss);
    if (isfinite(r->learning_rate))
        str_shortest(rate, sizeof rate, r->learning_rate, SETTING_DIGITS);
    snprintf(to, room, "%s, %s, %s, %d px, batch %d, lr %s, seed %lld", data, r->backbone, loss,
             r->image_size, r->batch, rate, (long long)r->seed);
}

void facts_figures(const struct pen *pen, double mae, double rmse, double pc, char *to, size_t room)
{
    char a[32], b[32], c[32];
    pen_figure(pen, a, sizeof a, mae, 4, FACTS_CELLS);
    pen_figure(pen, b, sizeof b, rmse, 4, FACTS_CELLS);
    pen_figure(pen, c, sizeof c, pc, 4, FACTS_CELLS);
    snprintf(to, room, "MAE %s  RMSE %s  PC %s", a, b, c);
}

/* An unknown state comes after the known ones. */
static int state_index(const char *state)
{
    int i = run_state_of_name(state);
    return i < 0 ? RUN_STATES : i;
}

const char *facts_state_sign(const struct pen *pen, const char *state)
{
    return pen->glyphs->state[state_index(state)];
}

enum role facts_state_role(const char *state)
{
    static const enum role roles[RUN_STATES + 1] = {
        [RUN_QUEUED] = ROLE_DIM,  [RUN_RUNNING] = ROLE_BUSY,  [RUN_PAUSED] = ROLE_WARN,
        [RUN_STOPPED] = ROLE_DIM, [RUN_FINISHED] = ROLE_GOOD, [RUN_DIVERGED] = ROLE_BAD,
        [RUN_FAILED] = ROLE_BAD,  [RUN_LOST] = ROLE_WARN,     [RUN_STATES] = ROLE_TEXT,
    };
    return roles[state_index(state)];
}

const char *facts_state(const struct ui_run *r, const struct snapshot *now)
{
    if (now && !strcmp(r->state, "running") && now->paused)
        return "paused";
    return r->state;
}

double facts_phase(const struct snapshot *now)
{
    return now->steps > 0 ? fmin((double)now->step / (double)now->steps, 1) : 0;
}

double facts_done(const struct ui_run *r, const struct snapshot *now)
{
    if (r->epochs < 1)
        return 0;
    double done = r->epochs_done;
    if (now && now->phase == SNAPSHOT_TRAIN)
        done = fmax(done, now->epoch - 1 + facts_phase(now));
    if (now && now->phase == SNAPSHOT_TEST)
        done = fmax(done, now->epoch);
    return done / r->epochs;
}

void facts_now(const struct pen *pen, const struct snapshot *now, char *to, size_t room)
{
    char part[48] = "", speed[32], memory[48] = "", loss[48] = "", figure[32];
    if (now->steps > 0)
        snprintf(part, sizeof part, "%lld/%lld  ", (long long)now->step, (long long)now->steps);
    facts_speed(pen, now->images_per_s, speed, sizeof speed);
    str_bytes(figure, sizeof figure, (double)now->device_bytes);
    if (now->device_bytes)
        snprintf(memory, sizeof memory, "  mem %s", figure);
    str_figure(figure, sizeof figure, now->total, 4, FACTS_CELLS);
    if (now->phase == SNAPSHOT_TRAIN && isfinite(now->total) && now->step > 0)
        snprintf(loss, sizeof loss, "  loss %s", figure);
    snprintf(to, room, "%s%s images/s%s%s", part, speed, loss, memory);
}

void facts_age(double seconds, char *to, size_t room)
{
    if (!isfinite(seconds)) {
        str_copy(to, room, "");
        return;
    }
    double s = fmin(fmax(seconds, 0), 1e10);
    if (s < 60)
        snprintf(to, room, "%.0fs", floor(s));
    else if (s < 3600)
        snprintf(to, room, "%.0fm", floor(s / 60));
    else if (s < 86400)
        snprintf(to, room, "%.0fh", floor(s / 3600));
    else
        snprintf(to, room, "%.0fd", floor(s / 86400));
}

void facts_speed(const struct pen *pen, double images_per_s, char *to, size_t room)
{
    if (!(images_per_s > 0))
        str_copy(to, room, pen->glyphs->none);
    else
        pen_figure(pen, to, room, images_per_s, images_per_s < 100 ? 1 : 0, 8);
}

void facts_curve(const struct pen *pen, const struct row_curve *curve, char *to, size_t room)
{
    double least = NAN, most = NAN;
    size_t at = 0;
    for (int i = 0; i < curve->n; i++) {
        least = fmin(least, (double)curve->pc[i]);
        most = fmax(most, (double)curve->pc[i]);
    }
    str_copy(to, room, "");
    for (int i = 0; i < curve->n; i++) {
        double part = most > least ? ((double)curve->pc[i] - least) / (most - least) : 0.5;
        const char *bar = isfinite(curve->pc[i]) && isfinite(part)
                              ? pen->glyphs->rising[(int)(part * (THEME_BARS - 1) + 0.5)]
                              : " ";
        if (at + strlen(bar) >= room)
            return;
        str_copy(to + at, room - at, bar);
        at += strlen(bar);
    }
}
