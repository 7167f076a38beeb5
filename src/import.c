/* import.c - see import.h: which figure a curve is, and its points. */
#include "src/import.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const metric_names[IMPORT_METRICS] = {"loss", "mae", "rmse", "pc"};

/* --- names --- */

void import_target_name(int target, char *to, size_t room)
{
    if (target < 0 || target >= IMPORT_LR)
        snprintf(to, room, "%s",
                 target == IMPORT_LR      ? "lr"
                 : target == IMPORT_EPOCH ? "epoch"
                                          : "none");
    else
        snprintf(to, room, "%s.%s", row_phases[target / IMPORT_METRICS].name,
                 metric_names[target % IMPORT_METRICS]);
}

/* The target of that name; IMPORT_TARGETS for none. */
static int target_of(const char *name, size_t length)
{
    char known[16];
    for (int target = IMPORT_NONE; target < IMPORT_TARGETS; target++) {
        import_target_name(target, known, sizeof known);
        if (strlen(known) == length && !strncmp(known, name, length))
            return target;
    }
    return IMPORT_TARGETS;
}

/* Words in names of curves, small, with what they stand for. */
static const struct word {
    const char *text;
    int phase, metric; /* -1 = not that */
} words[] = {
    {"train", ROW_TRAIN, -1},   {"training", ROW_TRAIN, -1},  {"tr", ROW_TRAIN, -1},
    {"val", ROW_VAL, -1},       {"valid", ROW_VAL, -1},       {"validation", ROW_VAL, -1},
    {"dev", ROW_VAL, -1},       {"test", ROW_TEST, -1},       {"testing", ROW_TEST, -1},
    {"eval", ROW_TEST, -1},     {"evaluation", ROW_TEST, -1}, {"loss", -1, IMPORT_LOSS},
    {"cost", -1, IMPORT_LOSS},  {"mae", -1, IMPORT_MAE},      {"rmse", -1, IMPORT_RMSE},
    {"pc", -1, IMPORT_PC},      {"pcc", -1, IMPORT_PC},       {"plcc", -1, IMPORT_PC},
    {"pearson", -1, IMPORT_PC}, {"pearsonr", -1, IMPORT_PC},  {"correlation", -1, IMPORT_PC},
};

struct guess {
    int phase, metric;
    bool learning, rate, lr, epoch, other; /* other: a word of which nothing is known */
};

static void guess_word(struct guess *g, const char *word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(word, words[i].text))
            continue;
        g->phase = words[i].phase >= 0 ? words[i].phase : g->phase;
        g->metric = words[i].metric >= 0 ? words[i].metric : g->metric;
        return;
    }
    g->learning |= !strcmp(word, "learning");
    g->rate |= !strcmp(word, "rate");
    g->lr |= !strcmp(word, "lr");
    g->epoch |= !strcmp(word, "epoch");
}

/* By the words of its name, "Loss/train" or "test_mae": a loss of no phase is the training's, any
 * other figure the test's. */
static int guess(const char *name)
{
    struct guess g = {.phase = -1, .metric = -1};
    char word[24];
    size_t n = 0, n_words = 0;
    for (const char *p = name;; p++) {
        if (isalnum((unsigned char)*p)) {
            if (n + 1 < sizeof word)
                word[n++] = (char)tolower((unsigned char)*p);
            continue;
        }
        word[n] = '\0';
        n_words += n > 0;
        guess_word(&g, word);
        n = 0;
        if (!*p)
            break;
    }
    if (g.lr || (g.learning && g.rate))
        return IMPORT_LR;
    if (g.metric < 0)
        return g.epoch && n_words == 1 ? IMPORT_EPOCH : IMPORT_NONE;
    int phase = g.phase >= 0 ? g.phase : g.metric == IMPORT_LOSS ? ROW_TRAIN : ROW_TEST;
    return phase * IMPORT_METRICS + g.metric;
}

/* --- the map --- */

/* The next "NAME=TARGET" of a map: 1; 0 at its end; -1. */
static int next_told(const char **at, const char **name, size_t *length, int *target, struct err *e)
{
    if (!**at)
        return 0;
    size_t whole = strcspn(*at, ",");
    const char *equals = memrchr(*at, '=', whole);
    *name = *at;
    *length = equals ? (size_t)(equals - *at) : 0;
    *target = equals ? target_of(equals + 1, whole - *length - 1) : IMPORT_TARGETS;
    if (!*length || *target == IMPORT_TARGETS)
        return err_set(
            e, ERR_USAGE,
            "option 'map': '%.*s' is not like TAG=test.pc; behind the = may stand train, "
            "val or test, a point, and loss, mae, rmse or pc; or lr, epoch, none",
            (int)(whole < 80 ? whole : 80), *at);
    *at += whole;
    *at += **at == ',';
    return 1;
}

int import_init(struct import *m, const char *map, struct err *e)
{
    const char *name;
    size_t length;
    int target, more;
    *m = (struct import){.map = map, .first_s = (double)NAN, .last_s = (double)NAN};
    while ((more = next_told(&map, &name, &length, &target, e)) == 1)
        ;
    return more;
}

void import_fini(struct import *m)
{
    for (size_t i = 0; i < m->n; i++)
        mem_free(m->tags[i].points);
    mem_free(m->tags);
    m->tags = NULL;
    m->n = 0;
}

static void find_target(const struct import *m, struct import_tag *tag)
{
    const char *at = m->map, *name;
    size_t length;
    int target;
    tag->target = guess(tag->name);
    while (next_told(&at, &name, &length, &target, NULL) == 1)
        if (strlen(tag->name) == length && !strncmp(tag->name, name, length)) {
            tag->target = target;
            tag->told = true;
        }
}

/* --- points --- */

struct import_tag *import_tag(struct import *m, const char *name, struct err *e)
{
    for (size_t i = 0; i < m->n; i++)
        if (!strcmp(m->tags[i].name, name))
            return &m->tags[i];
    if (m->n == IMPORT_MOST_TAGS || strlen(name) >= IMPORT_TAG_BYTES) {
        err_set(e, ERR_FORMAT, "more than %d curves, or '%.40s...' has more than %d bytes",
                IMPORT_MOST_TAGS, name, IMPORT_TAG_BYTES - 1);
        return NULL;
    }
    /* Callers keep addresses of some, so they never move. */
    if (!m->tags)
        m->tags = mem_alloc(IMPORT_MOST_TAGS, sizeof *m->tags);
    if (!m->tags) {
        mem_error(e, "the list of curves", IMPORT_MOST_TAGS * sizeof *m->tags);
        return NULL;
    }
    struct import_tag *tag = &m->tags[m->n++];
    *tag = (struct import_tag){.n = 0};
    str_copy(tag->name, sizeof tag->name, name);
    find_target(m, tag);
    return tag;
}

static int make_room(struct import_tag *tag, struct err *e)
{
    if (tag->n < tag->room)
        return 0;
    size_t room = tag->room ? 2 * tag->room : 64;
    struct import_point *points = mem_resize(tag->points, room, sizeof *points);
    if (!points)
        return mem_error(e, "the points of a curve", room * sizeof *points);
    tag->points = points;
    tag->room = room;
    return 0;
}

int import_point(struct import *m, struct import_tag *tag, int64_t step, double value, double time,
                 struct err *e)
{
    tag->seen++;
    if (tag->target < 0 || tag->target == IMPORT_EPOCH)
        return 0;
    if (!isfinite(value)) {
        m->not_finite++;
        return 0;
    }
    if (m->points == IMPORT_MOST_POINTS)
        return err_set(e, ERR_FORMAT,
                       "more than %d points: leave curves out with --map '%.60s=none', or write "
                       "fewer",
                       IMPORT_MOST_POINTS, tag->name);
    if (make_room(tag, e))
        return -1;
    bool timed = isfinite(time) && time > 0;
    m->points++;
    tag->points[tag->n] = (struct import_point){step, tag->n, value, timed ? time : (double)NAN};
    tag->n++;
    if (timed) {
        m->first_s = fmin(m->first_s, time);
        m->last_s = fmax(m->last_s, time);
    }
    return 0;
}
