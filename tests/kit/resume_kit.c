/* resume_kit.c - see resume_kit.h. */
#include "tests/kit/resume_kit.h"

#include "base/mem.h"
#include "base/str.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    const struct backend_ops *real;
    struct trainer *trainer;
    long train_step, test_step; /* orders */
    long trained, tested;
} counter;

static int counted_step(struct backend *b, unsigned phases, struct err *e)
{
    int result = counter.real->step(b, phases, e);
    if (phases & BACKEND_UPDATE)
        counter.trained++;
    else
        counter.tested++;
    bool trains = phases & BACKEND_UPDATE;
    if (trains ? counter.trained == counter.train_step : counter.tested == counter.test_step)
        trainer_verb(counter.trainer, VERB_STOP);
    return result;
}

const struct backend_ops *kit_counted(const struct backend_ops *ops)
{
    static struct backend_ops counted;
    counter.real = ops;
    counted = *ops;
    counted.step = counted_step;
    return &counted;
}

void kit_stop_at(struct rig *rig, long train_step, long test_step)
{
    counter.trainer = rig->trainer;
    counter.train_step = train_step;
    counter.test_step = test_step;
    counter.trained = counter.tested = 0;
}

long kit_steps(void)
{
    return counter.trained;
}

int kit_whole(struct rig *rig, struct whole *w, const char *folder)
{
    memset(w, 0, sizeof *w);
    str_copy(w->folder, sizeof w->folder, folder);
    rig_weights(rig, folder);
    rig->job.resume = false;
    kit_stop_at(rig, 0, 0);
    const struct event *end = rig_run(rig);
    if (!end || end->finished.state != RUN_FINISHED) {
        diag("%s: %s", folder, end ? end->finished.text : "no event");
        return -1;
    }
    w->steps = (int)counter.trained;
    w->finished = end->finished;
    for (const struct event *x; (x = rig_event(rig, EVENT_EPOCH, w->epochs)); w->epochs++) {
        w->epoch[w->epochs] = x->epoch;
        if (x->epoch.tested)
            w->scores[w->epochs] = mem_copy(x->epoch.test_scores, x->epoch.n * sizeof(float));
    }
    const struct event *last = &rig->events[rig->n - 2];
    for (size_t i = 0; last->kind == EVENT_CHECKPOINT && i < last->checkpoint.n; i++)
        w->predicted[w->n++] = last->checkpoint.predictions[i].predicted;
    return w->n ? 0 : -1;
}

void kit_free(struct whole *w)
{
    for (int i = 0; i < KIT_EPOCHS; i++)
        mem_free(w->scores[i]);
}

int kit_stopped(struct rig *rig, const char *folder, long train_step, long test_step)
{
    rig_weights(rig, folder);
    rig->job.resume = false;
    kit_stop_at(rig, train_step, test_step);
    const struct event *end = rig_run(rig);
    counter.train_step = counter.test_step = 0;
    return end && end->finished.state == RUN_STOPPED;
}

/* All but the time it took, by bits: a NaN is the same as itself. */
static int same_phase(const struct event_phase *a, const struct event_phase *b)
{
    struct event_phase x = *a, y = *b;
    x.seconds = y.seconds = 0;
    return !memcmp(&x, &y, sizeof x);
}

static int same_epoch(const struct event_epoch *a, const struct event_epoch *b, const float *scores)
{
    int same = a->epoch == b->epoch && a->epochs == b->epochs &&
               a->learning_rate == b->learning_rate && a->terms == b->terms &&
               a->tested == b->tested && a->validated == b->validated && a->best == b->best &&
               same_phase(&a->train, &b->train) && same_phase(&a->val, &b->val) &&
               same_phase(&a->test, &b->test) && a->n == b->n &&
               (!a->n || !memcmp(a->test_scores, scores, a->n * sizeof *scores));
    if (!same)
        diag("epoch %d differs: train total %a and %a, test PC %a and %a, best %d and %d", a->epoch,
             a->train.total, b->train.total, a->test.pc, b->test.pc, a->best, b->best);
    return same;
}

static int same_end(struct rig *rig, const struct whole *w)
{
    const struct event *end = &rig->events[rig->n - 1], *last = &rig->events[rig->n - 2];
    int same = end->kind == EVENT_FINISHED && end->finished.state == w->finished.state &&
               end->finished.epochs == w->finished.epochs &&
               !strcmp(end->finished.text, w->finished.text) && last->kind == EVENT_CHECKPOINT &&
               !last->checkpoint.best && last->checkpoint.n == w->n;
    for (size_t i = 0; same && i < w->n; i++)
        same &= last->checkpoint.predictions[i].predicted == w->predicted[i];
    if (!same)
        diag("the end differs: \"%s\", wanted \"%s\"", end->finished.text, w->finished.text);
    return same;
}

static int same_files(const struct whole *w, const char *folder)
{
    static const char *const names[] = {"last.safetensors", "best.safetensors"};
    int same = 1;
    for (int i = 0; i < 2; i++) {
        char a[100], b[100];
        snprintf(a, sizeof a, "%s/%s", w->folder, names[i]);
        snprintf(b, sizeof b, "%s/%s", folder, names[i]);
        bool none = access(scratch_path(a), F_OK) && access(scratch_path(b), F_OK);
        if (none || rig_same_file(scratch_path(a), scratch_path(b)))
            continue;
        diag("%s differs from %s", b, a);
        same = 0;
    }
    return same;
}

int kit_resume(struct rig *rig, const struct whole *w, const char *folder)
{
    rig_weights(rig, folder);
    rig->job.resume = true;
    const struct event *end = rig_run(rig);
    rig->job.resume = false;
    if (!end || rig->events[0].kind != EVENT_STARTED) {
        diag("%s: %s", folder, end ? end->finished.text : "no event");
        return 0;
    }
    int first = rig->events[0].started.resumed_epoch, at = first, same = 1;
    for (const struct event *x; (x = rig_event(rig, EVENT_EPOCH, at - first)); at++)
        if (at >= w->epochs || !same_epoch(&x->epoch, &w->epoch[at], w->scores[at]))
            same = 0;
    if (at != w->epochs)
        diag("%s: %d epochs, not %d", folder, at, w->epochs);
    return same && at == w->epochs && same_end(rig, w) && same_files(w, folder);
}

int kit_files(const char *folder, const char *part)
{
    int n = 0;
    DIR *d = opendir(scratch_path(folder));
    for (struct dirent *at; d && (at = readdir(d));)
        n += at->d_name[0] != '.' && strstr(at->d_name, part);
    if (d)
        closedir(d);
    return n;
}

/* Files are replaced, never written into: a link keeps what was there. */
void kit_link(const char *from, const char *to)
{
    mkdir(scratch_path(to), 0777);
    DIR *d = opendir(scratch_path(from));
    for (struct dirent *at; d && (at = readdir(d));) {
        char a[400], b[400];
        snprintf(a, sizeof a, "%s/%s", from, at->d_name);
        snprintf(b, sizeof b, "%s/%s", to, at->d_name);
        if (at->d_name[0] != '.' && link(scratch_path(a), scratch_path(b)))
            diag("%s cannot be linked", a);
    }
    if (d)
        closedir(d);
}

const struct event *kit_log(const struct rig *rig, const char *part)
{
    const struct event *log;
    for (int i = 0; (log = rig_event(rig, EVENT_LOG, i)); i++)
        if (strstr(log->log.text, part))
            return log;
    return NULL;
}
