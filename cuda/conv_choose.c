/* conv_choose.c - which way a convolution is computed. In this order:
 *
 *   the choice for an equal job earlier in this open;
 *   the choice that a run recorded, or an error: it must go on to the same bits;
 *   the cache's, which was checked and timed on such a device;
 *   the fastest of those that methods offer and that compute what the reference does.
 */
#include "cuda/conv.h"

#include "base/mem.h"
#include "cuda/conv_cache.h"
#include "cuda/conv_trial.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_WAYS 16

void conv_job_text(const struct conv_job *job, char to[CONV_JOB_BYTES])
{
    static const char *const kinds[] = {"forward", "data", "weights"};
    const struct conv_shape *s = &job->shape;
    snprintf(to, CONV_JOB_BYTES, "%s%s %s %dx%dx%d %d>%d k%d s%d p%d g%d", kinds[job->kind],
             job->add ? "+" : "",
             job->type == ELEMENT_BF16 ? "bf16"
             : job->tensor_cores       ? "tf32"
                                       : "f32",
             s->n, s->in_h, s->in_w, s->in, s->out, s->kernel, s->stride, s->pad, s->groups);
}

void conv_note(struct conv_tools *t, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    str_addf(&t->notes, "%s\n", line);
}

void conv_drop(struct conv_tools *t, const struct conv_way *way, const char *format, ...)
{
    char job[CONV_JOB_BYTES], why[512];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    conv_job_text(&way->job, job);
    str_addf(&t->dropped, "%s is not used for %s: %s\n", way->text, job, why);
    t->n_dropped++;
}

void conv_tools_sum_up(struct conv_tools *t)
{
    const char *lines = t->dropped.text;
    str_clear(&t->remarks);
    if (!t->n_dropped)
        return;
    str_addf(&t->remarks,
             "%d of %d ways to compute convolutions are not used, since they compute "
             "wrongly; %.*s",
             t->n_dropped, t->tried, (int)strcspn(lines, "\n"), lines);
    if (t->cache && t->n_dropped > 1)
        str_addf(&t->remarks, "; the others stand in %s", conv_cache_path(t->cache));
}

void conv_found(struct conv_tools *t, const char *library)
{
    size_t at = strlen(t->libraries);
    snprintf(t->libraries + at, sizeof t->libraries - at, "%s%s", at ? ", " : "", library);
}

/* --- what is there --- */

bool conv_is_set(const char *variable, const char *value)
{
    const char *text = getenv(variable);
    return text && !strcmp(text, value);
}

static bool allowed(const struct conv_tools *t, const struct conv_method *m)
{
    return m->reference || !t->plain;
}

/* Choices among fewer ways than there are would not do for a later open. */
static int open_cache(struct conv_tools *t, const char *folder, struct err *e)
{
    const struct device_facts *f = device_facts(t->device);
    struct conv_cache_key key = {f->name, f->major, f->minor, t->libraries};
    if (!folder || t->plain || t->grouped_cudnn)
        return 0;
    return conv_cache_open(&t->cache, folder, &key, &t->notes, e);
}

int conv_tools_open(struct conv_tools *t, struct device *d, const char *cache, const char *chosen,
                    struct err *e)
{
    *t = (struct conv_tools){.device = d,
                             .chosen = chosen,
                             .plain = conv_is_set("COMBOLAB_CUDA_CONV", "plain"),
                             .grouped_cudnn = conv_is_set("COMBOLAB_CUDA_GROUPED", "cudnn")};
    str_init(&t->made);
    str_init(&t->notes);
    str_init(&t->dropped);
    str_init(&t->remarks);
    for (int i = 0; conv_methods[i]; i++)
        if (conv_methods[i]->find && allowed(t, conv_methods[i]))
            conv_methods[i]->find(t);
    if (!open_cache(t, cache, e))
        return 0;
    conv_tools_close(t);
    return -1;
}

void conv_tools_close(struct conv_tools *t)
{
    if (!t->device)
        return;
    for (int i = 0; conv_methods[i]; i++)
        if (conv_methods[i]->leave && allowed(t, conv_methods[i]))
            conv_methods[i]->leave(t);
    conv_cache_close(t->cache);
    str_fini(&t->made);
    str_fini(&t->notes);
    str_fini(&t->dropped);
    str_fini(&t->remarks);
    *t = (struct conv_tools){0};
}

/* --- choices of before --- */

/* What stands behind "JOB: " in a line of `lines`. */
static bool line_of(const char *lines, const char *job, char way[CONV_TEXT_BYTES])
{
    size_t length = strlen(job);
    for (const char *at = lines; at && *at; at += strcspn(at, "\n"), at += *at == '\n') {
        if (strncmp(at, job, length) != 0 || strncmp(at + length, ": ", 2) != 0)
            continue;
        snprintf(way, CONV_TEXT_BYTES, "%.*s", (int)strcspn(at + length + 2, "\n"),
                 at + length + 2);
        return true;
    }
    return false;
}

static int again(struct conv_tools *t, const struct conv_job *job, const char *text,
                 struct conv_way *out, struct err *e)
{
    size_t name = strcspn(text, " ");
    const struct conv_method *m = NULL;
    for (int i = 0; !m && conv_methods[i]; i++)
        if (strlen(conv_methods[i]->name) == name && !strncmp(conv_methods[i]->name, text, name))
            m = conv_methods[i];
    if (!m)
        return err_set(e, ERR_NOT_FOUND, "there is no such way");
    if (!allowed(t, m))
        return err_set(e, ERR_NOT_FOUND, "COMBOLAB_CUDA_CONV=plain forbids it");
    return m->again(t, job, text + name + strspn(text + name, " "), out, e);
}

static int reference_of(struct conv_tools *t, const struct conv_job *job, struct conv_way *out,
                        struct err *e)
{
    char name[CONV_JOB_BYTES];
    for (int i = 0; conv_methods[i]; i++)
        if (conv_methods[i]->reference && conv_methods[i]->offer(t, job, out, 1))
            return 0;
    conv_job_text(job, name);
    return err_set(e, ERR_INTERNAL, "there is no way to compute the convolution %s", name);
}

/* A way that nothing on this machine has checked yet. */
static int check(struct conv_tools *t, const struct conv_way *way, struct err *e)
{
    struct conv_way reference;
    struct conv_trial trial;
    bool good = false;
    if (reference_of(t, &way->job, &reference, e) ||
        conv_trial_open(&trial, t, &reference, way, 1, e))
        return -1;
    int result = conv_trial_check(&trial, way, &good, e);
    conv_trial_close(&trial);
    conv_way_close(&reference);
    if (!result && !good)
        return err_set(e, ERR_DEVICE, "it computes other values than it should");
    return result;
}

/* ERR_VERSION where it can't be had: who goes on with the run says what can be done. */
static int recorded(struct conv_tools *t, const struct conv_job *job, const char *name,
                    const char *text, struct conv_way *out, struct err *e)
{
    const char *kept = t->cache ? conv_cache_get(t->cache, name) : NULL;
    struct err why;
    if (!again(t, job, text, out, &why)) {
        if (out->method->reference || (kept && !strcmp(kept, text)) || !check(t, out, &why))
            return 0;
        conv_way_close(out);
    }
    return err_set(e, why.code == ERR_MEMORY ? ERR_MEMORY : ERR_VERSION,
                   "the run computes the convolution %s by \"%s\", which can't be had here: %s",
                   name, text, why.text);
}

static bool kept(struct conv_tools *t, const struct conv_job *job, const char *name,
                 struct conv_way *out)
{
    struct err why;
    const char *text = t->cache ? conv_cache_get(t->cache, name) : NULL;
    if (!text)
        return false;
    if (!again(t, job, text, out, &why))
        return true;
    conv_note(t, "the kept choice for %s, \"%s\", can't be had: %s; it is made anew", name, text,
              why.text);
    return false;
}

/* --- a new choice --- */

/* The fastest way that computes rightly: its number, or n where none does, or -1 with *e set. */
static int fastest(struct conv_trial *r, const struct conv_way *list, int n, double *seconds,
                   struct err *e)
{
    int best = n;
    *seconds = INFINITY;
    for (int i = 0; i < n; i++) {
        bool good;
        double s = 0;
        if (conv_trial_check(r, &list[i], &good, e))
            return -1;
        if (!good)
            continue;
        if (n > 1 && conv_trial_time(r, &list[i], *seconds, &s, e))
            return -1;
        if (s < *seconds) {
            best = i;
            *seconds = s;
        }
    }
    return best;
}

/* Tries the n ways in `list` and the reference behind them; keeps one of the n + 1. */
static int keep_fastest(struct conv_tools *t, struct conv_way *list, int n, const char *name,
                        struct conv_way *out, struct err *e)
{
    struct conv_trial trial;
    double seconds;
    size_t before = t->dropped.length;
    if (conv_trial_open(&trial, t, &list[n], list, n, e))
        return -1;
    int best = fastest(&trial, list, n, &seconds, e);
    conv_trial_close(&trial);
    if (best < 0)
        return -1;
    *out = list[best];
    list[best].method = NULL;
    if (t->cache && best < n)
        conv_cache_put(t->cache, name, out->text, seconds,
                       t->dropped.length > before ? t->dropped.text + before : NULL);
    return 0;
}

static int chosen_anew(struct conv_tools *t, const struct conv_job *job, const char *name,
                       struct conv_way *out, struct err *e)
{
    struct conv_way list[MOST_WAYS + 1] = {{0}};
    int n = 0, result = 0;
    for (int i = 0; conv_methods[i]; i++)
        if (!conv_methods[i]->reference && allowed(t, conv_methods[i]))
            n += conv_methods[i]->offer(t, job, list + n, MOST_WAYS - n);
    if (reference_of(t, job, &list[n], e))
        result = -1;
    else if (n)
        result = keep_fastest(t, list, n, name, out, e);
    else {
        *out = list[0];
        list[0].method = NULL;
    }
    for (int i = 0; i <= n; i++)
        conv_way_close(&list[i]);
    return result;
}

int conv_choose(struct conv_tools *t, const struct conv_job *job, struct conv_way *out,
                struct err *e)
{
    char name[CONV_JOB_BYTES], text[CONV_TEXT_BYTES];
    conv_job_text(job, name);
    *out = (struct conv_way){0};
    if (line_of(t->made.text, name, text))
        return again(t, job, text, out, e);
    if (line_of(t->chosen, name, text)) {
        if (recorded(t, job, name, text, out, e))
            return -1;
    } else if (!kept(t, job, name, out) && chosen_anew(t, job, name, out, e))
        return -1;
    str_addf(&t->made, "%s: %s\n", name, out->text);
    if (!t->made.failed)
        return 0;
    conv_way_close(out);
    return mem_error(e, "the list of chosen convolutions", sizeof name);
}
