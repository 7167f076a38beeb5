/* groups.c - which runs belong together. */
#include "ui/groups.h"

#include "base/hash.h"
#include "base/str.h"
#include "ui/facts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *groups_name(enum groups_by by)
{
    static const char *const names[GROUPS_KINDS] = {
        [GROUPS_NONE] = "",
        [GROUPS_EXPERIMENT] = "experiment",
        [GROUPS_BUT_SEED] = "all but the seed",
        [GROUPS_BUT_FOLD] = "all but the fold",
    };
    return names[by];
}

const char *const groups_words[GROUPS_KINDS + 1] = {
    [GROUPS_NONE] = "none",
    [GROUPS_EXPERIMENT] = "experiment",
    [GROUPS_BUT_SEED] = "seed",
    [GROUPS_BUT_FOLD] = "fold",
};

enum groups_by groups_of_word(const char *word)
{
    int by = 0;
    while (by < GROUPS_KINDS && strcmp(groups_words[by], word))
        by++;
    return (enum groups_by)by;
}

static const struct alike_row *alike_of(const struct ui_model *m, int64_t run)
{
    size_t from = 0, to = m->n_alike;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (m->alike[middle].run == run)
            return &m->alike[middle];
        if (m->alike[middle].run < run)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

uint64_t groups_key(const struct ui_model *m, const struct ui_run *run, enum groups_by by)
{
    uint64_t start = hash_bytes(HASH_START, &by, sizeof by);
    const struct alike_row *alike = alike_of(m, run->id);
    if (by == GROUPS_EXPERIMENT)
        return hash_text(start, run->experiment);
    uint64_t key = !alike ? 0 : by == GROUPS_BUT_SEED ? alike->but_seed : alike->but_fold;
    return key ? hash_bytes(start, &key, sizeof key) : hash_bytes(start, &run->id, sizeof run->id);
}

void groups_title(const struct ui_run *run, enum groups_by by, char *to, size_t room)
{
    char data[320], loss[96];
    struct ui_run shown = *run;
    if (by == GROUPS_EXPERIMENT) {
        str_copy(to, room, run->experiment);
        return;
    }
    if (by == GROUPS_BUT_FOLD)
        shown.fold = 0;
    facts_data(&shown, data, sizeof data);
    facts_loss(&shown, loss, sizeof loss);
    if (by == GROUPS_BUT_FOLD)
        snprintf(to, room, "%s  %s  %s  %d px  seed %lld", run->backbone, loss, data,
                 run->image_size, (long long)run->seed);
    else
        snprintf(to, room, "%s  %s  %s  %d px", run->backbone, loss, data, run->image_size);
}

void groups_add(struct groups_mean *m, double value)
{
    if (!isfinite(value))
        return;
    if (!m->n++)
        m->first = m->least = m->most = value;
    double distance = value - m->first;
    m->sum += distance;
    m->squares += distance * distance;
    m->least = fmin(m->least, value);
    m->most = fmax(m->most, value);
}

double groups_mean_of(const struct groups_mean *m)
{
    return m->n ? m->first + m->sum / (double)m->n : (double)NAN;
}

double groups_deviation_of(const struct groups_mean *m)
{
    double n = (double)m->n;
    return m->n > 1 ? sqrt(fmax(m->squares - m->sum * m->sum / n, 0) / (n - 1)) : (double)NAN;
}
