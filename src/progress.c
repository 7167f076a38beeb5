/* progress.c - progress of training as lines. One lock: events come from the session thread, ticks
 * from the main thread, and neither may write into the other's line. */
#include "src/progress.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <math.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LINE_BYTES 1024

struct progress {
    pthread_mutex_t lock;
    FILE *to;
    bool quiet, moves;
    int shown; /* columns that the moving line takes now */
};

int progress_new(struct progress **out, FILE *to, bool quiet, struct err *e)
{
    *out = mem_alloc(1, sizeof **out);
    if (!*out)
        return mem_error(e, "progress", sizeof **out);
    struct progress *p = *out;
    pthread_mutex_init(&p->lock, NULL);
    p->to = to;
    p->quiet = quiet;
    p->moves = !quiet && isatty(fileno(to));
    return 0;
}

bool progress_moves(const struct progress *p)
{
    return p->moves;
}

/* With the lock held, as all below. */
static void wipe(struct progress *p)
{
    if (p->shown)
        fprintf(p->to, "\r%*s\r", p->shown, "");
    p->shown = 0;
}

void progress_free(struct progress *p)
{
    if (!p)
        return;
    wipe(p);
    fflush(p->to);
    pthread_mutex_destroy(&p->lock);
    mem_free(p);
}

static int terminal_columns(const struct progress *p)
{
    struct winsize size;
    if (ioctl(fileno(p->to), TIOCGWINSZ, &size) || !size.ws_col)
        return 80;
    return size.ws_col;
}

static void line(struct progress *p, const char *text)
{
    pthread_mutex_lock(&p->lock);
    wipe(p);
    fprintf(p->to, "%s\n", text);
    fflush(p->to);
    pthread_mutex_unlock(&p->lock);
}

void progress_say(struct progress *p, enum log_level level, const char *text)
{
    char shown[LINE_BYTES], whole[LINE_BYTES + 32];
    if (p->quiet && level < LOG_WARNING)
        return;
    str_visible(shown, sizeof shown, text);
    snprintf(whole, sizeof whole, "%s%s%s",
             level < LOG_WARNING ? "" : "combolab: ", level == LOG_WARNING ? "warning: " : "",
             shown);
    line(p, whole);
}

void progress_begin(struct progress *p, int64_t run, const char *name, int64_t epochs)
{
    char shown[LINE_BYTES], whole[LINE_BYTES + 64];
    if (p->quiet)
        return;
    str_visible(shown, sizeof shown, name);
    snprintf(whole, sizeof whole, "run %lld: %s, %lld %s", (long long)run, shown, (long long)epochs,
             epochs == 1 ? "epoch" : "epochs");
    line(p, whole);
}

static void started(struct progress *p, const struct event *event)
{
    const struct event_started *s = &event->started;
    char device[256], val[48] = "", whole[LINE_BYTES];
    str_visible(device, sizeof device, s->device);
    if (s->val_images)
        snprintf(val, sizeof val, ", %lld val", (long long)s->val_images);
    int n = snprintf(whole, sizeof whole, "run %lld: %lld training%s and %lld test images, on %s",
                     (long long)event->run, (long long)s->train_images, val,
                     (long long)s->test_images, device);
    if (s->skipped_images && n > 0 && (size_t)n < sizeof whole)
        snprintf(whole + n, sizeof whole - (size_t)n, "; %lld damaged images left out",
                 (long long)s->skipped_images);
    line(p, whole);
    if (!s->resumed_epoch)
        return;
    snprintf(whole, sizeof whole, "run %lld: goes on after epoch %d", (long long)event->run,
             s->resumed_epoch);
    line(p, whole);
}

/* A figure, or "-" where there is none: the correlation of constants. */
static void figure(char to[16], double value)
{
    str_figure(to, 16, value, 4, 11);
}

/* Leaves out what a line has no columns for: whole items, which two blanks divide. */
static void leave_out(char *text, int columns)
{
    if (strlen(text) <= (size_t)columns)
        return;
    int end = columns;
    while (end > 0 && strncmp(text + end, "  ", 2))
        end--;
    text[end ? end : columns] = '\0';
}

/* The evaluation, where there was one; "" between evaluations. */
static void evaluation(char *to, size_t room, const struct event_epoch *e)
{
    char total[16], mae[16], rmse[16], pc[16], val[16], chosen[32] = "";
    to[0] = '\0';
    if (!e->tested)
        return;
    figure(total, e->test.total);
    figure(mae, e->test.mae);
    figure(rmse, e->test.rmse);
    figure(pc, e->test.pc);
    figure(val, e->val.pc);
    if (e->validated)
        snprintf(chosen, sizeof chosen, "  val PC %s", val);
    snprintf(to, room, "  test %s  MAE %s  RMSE %s  PC %s%s%s", total, mae, rmse, pc, chosen,
             e->best ? "  best" : "");
}

/* On a terminal the line ends where the terminal does: what matters most stands first. */
static void epoch(struct progress *p, const struct event *event)
{
    const struct event_epoch *e = &event->epoch;
    char train[16], test[160], took[32], speed[16], whole[LINE_BYTES];
    double seconds =
        e->train.seconds + (e->tested ? e->test.seconds : 0) + (e->validated ? e->val.seconds : 0);
    figure(train, e->train.total);
    evaluation(test, sizeof test, e);
    if (seconds < 9.95)
        snprintf(took, sizeof took, "%.1fs", seconds);
    else
        str_duration(took, sizeof took, seconds);
    int digits = snprintf(NULL, 0, "%d", e->epochs);
    str_figure(speed, sizeof speed,
               e->train.seconds > 0 ? (double)e->train.images / e->train.seconds : 0, 0, 8);
    snprintf(whole, sizeof whole, "epoch %*d/%d  train %s%s  %s  %s img/s", digits, e->epoch,
             e->epochs, train, test, took, speed);
    if (p->moves)
        leave_out(whole, terminal_columns(p));
    line(p, whole);
}

static void finished(struct progress *p, const struct event *event)
{
    const struct event_finished *f = &event->finished;
    char text[LINE_BYTES], whole[LINE_BYTES + 64];
    const char *state = run_state_name(f->state);
    str_visible(text, sizeof text, f->text);
    if (!strncmp(text, state, strlen(state)))
        state = "";
    snprintf(whole, sizeof whole, "run %lld: %s%s%s", (long long)event->run, state,
             state[0] && text[0] ? ": " : "", text);
    if (f->state == RUN_FAILED || f->state == RUN_DIVERGED)
        progress_say(p, LOG_ERROR, whole);
    else if (!p->quiet)
        line(p, whole);
}

static void logged(struct progress *p, const struct event *event)
{
    char whole[LOG_TEXT_BYTES + 32];
    if (event->log.level < LOG_INFO)
        return;
    snprintf(whole, sizeof whole, "run %lld: %s", (long long)event->run, event->log.text);
    progress_say(p, event->log.level, whole);
}

void progress_event(struct progress *p, const struct event *event)
{
    char whole[64];
    switch (event->kind) {
    case EVENT_LOG:
        logged(p, event);
        return;
    case EVENT_FINISHED:
        finished(p, event);
        return;
    case EVENT_STARTED:
        if (!p->quiet)
            started(p, event);
        return;
    case EVENT_EPOCH:
        if (!p->quiet)
            epoch(p, event);
        return;
    case EVENT_STATE:
        snprintf(whole, sizeof whole, "run %lld: %s", (long long)event->run,
                 run_state_name(event->state));
        if (!p->quiet)
            line(p, whole);
        return;
    case EVENT_CHECKPOINT:
        return;
    }
}

/* "[#####-----]" of 20. */
static void bar(char to[24], int64_t done, int64_t all)
{
    int full = all > 0 ? (int)(20 * (done < all ? done : all) / all) : 0;
    to[0] = '[';
    memset(to + 1, '#', (size_t)full);
    memset(to + 1 + full, '-', (size_t)(20 - full));
    strcpy(to + 21, "]");
}

void progress_line(const struct snapshot *now, int columns, char *to, size_t room)
{
    char gauge[24], eta[32], text[16];
    bool computes = now->phase == SNAPSHOT_TRAIN || now->phase == SNAPSHOT_TEST;
    struct str s;
    str_init(&s);
    bar(gauge, now->step, now->steps);
    str_addf(&s, "run %lld  %s", (long long)now->run,
             now->paused ? "paused" : snapshot_phase_name(now->phase));
    if (now->epochs && now->epoch)
        str_addf(&s, "  epoch %d/%d", now->epoch, now->epochs);
    if (now->steps)
        str_addf(&s, "  %s %lld/%lld", gauge, (long long)now->step, (long long)now->steps);
    figure(text, now->total);
    if (computes && isfinite(now->total))
        str_addf(&s, "  loss %s", text);
    str_figure(text, sizeof text, now->images_per_s, 0, 8);
    if (computes && now->images_per_s > 0)
        str_addf(&s, "  %s img/s", text);
    str_duration(eta, sizeof eta, now->eta_s);
    if (isfinite(now->eta_s))
        str_addf(&s, "  ETA %s", eta);
    str_copy(to, room, s.text);
    if (columns > 0)
        leave_out(to, columns - 1);
    str_fini(&s);
}

void progress_tick(struct progress *p, const struct snapshot *now)
{
    char text[LINE_BYTES];
    if (!p->moves)
        return;
    progress_line(now, terminal_columns(p), text, sizeof text);
    pthread_mutex_lock(&p->lock);
    int length = now->run ? (int)strlen(text) : 0;
    if (!length)
        wipe(p);
    else
        fprintf(p->to, "\r%s%*s", text, p->shown > length ? p->shown - length : 0, "");
    p->shown = length;
    fflush(p->to);
    pthread_mutex_unlock(&p->lock);
}
