/* runs_order.c - filter and sort for the list of runs. Screen thread only.
 *
 * Ten thousand runs must not be sorted every frame: the order is kept, with a fingerprint of the
 * fields that can change it. Figures that do not exist sort last in either direction.
 */
#include "ui/views/runs_order.h"

#include "base/hash.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What one run is sorted by: text, or a number. */
struct item {
    const char *text;
    double number;
    int place;
    bool reverse;
};

const char *runs_key_name(enum runs_key key)
{
    static const char *const names[RUNS_KEYS] = {"age",      "state",     "name",    "data",
                                                 "backbone", "loss",      "epochs",  "best PC",
                                                 "best MAE", "best RMSE", "last PC", "images/s"};
    return names[key];
}

static const char *text_of(const struct run_row *r, enum runs_key key)
{
    switch (key) {
    case RUNS_BY_STATE:
        return r->state;
    case RUNS_BY_NAME:
        return r->name;
    case RUNS_BY_DATA:
        return r->data;
    case RUNS_BY_BACKBONE:
        return r->backbone;
    case RUNS_BY_LOSS:
        return r->loss;
    default:
        return NULL;
    }
}

static double number_of(const struct run_row *r, enum runs_key key)
{
    switch (key) {
    case RUNS_BY_EPOCHS:
        return -r->epochs_done;
    case RUNS_BY_PC:
        return -r->best_pc; /* greatest first */
    case RUNS_BY_MAE:
        return r->best_mae;
    case RUNS_BY_RMSE:
        return r->best_rmse;
    case RUNS_BY_LAST_PC:
        return -r->last_pc;
    case RUNS_BY_SPEED:
        return r->images_per_s > 0 ? -r->images_per_s : NAN;
    default:
        return 0;
    }
}

static int compare(const void *pa, const void *pb)
{
    const struct item *a = pa, *b = pb;
    int sign = a->reverse ? -1 : 1;
    if (a->text) {
        int c = strcasecmp(a->text, b->text);
        if (c)
            return c * sign;
    } else if (isnan(a->number) != isnan(b->number)) {
        return isnan(a->number) ? 1 : -1;
    } else if (a->number < b->number || a->number > b->number) {
        return (a->number < b->number ? -1 : 1) * sign;
    }
    return (a->place - b->place) * (a->text || !isnan(a->number) ? sign : 1);
}

static bool matches(const struct run_row *r, const char *filter)
{
    return !filter[0] || strcasestr(r->name, filter) || strcasestr(r->loss, filter) ||
           strcasestr(r->backbone, filter) || strcasestr(r->data, filter) ||
           strcasestr(r->state, filter) || strcasestr(r->experiment, filter);
}

/* What of a run changes while it lives: figures do with each epoch, names and settings never. Few
 * fields of each row are read: this is done for every frame. */
static uint64_t fingerprint(const struct run_row *runs, size_t n, const char *filter,
                            enum runs_key key, bool reverse)
{
    uint64_t h = hash_text(HASH_START, filter);
    h = hash_bytes(h, &key, sizeof key);
    h = hash_bytes(h, &reverse, sizeof reverse);
    h = hash_bytes(h, &n, sizeof n);
    for (size_t i = 0; i < n; i++) {
        const struct run_row *r = &runs[i];
        /* The first and third letter tell the states apart. */
        uint64_t v = (uint64_t)r->id << 32 ^ (uint64_t)(unsigned)r->epochs_done << 16 ^
                     (uint64_t)(unsigned char)r->state[0] << 8 ^ (unsigned char)r->state[2];
        h = (h ^ v) * UINT64_C(0x100000001b3);
        h ^= h >> 29;
    }
    return h;
}

static bool make(struct runs_order *o, const struct run_row *runs, size_t n, const char *filter,
                 enum runs_key key, bool reverse)
{
    o->n = 0;
    if (n > o->room) {
        int *place = mem_resize(o->place, n, sizeof *place);
        if (!place)
            return false;
        o->place = place;
        o->room = n;
    }
    struct item *items = mem_alloc(n, sizeof *items);
    if (!items)
        return false;
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        if (!matches(&runs[i], filter))
            continue;
        items[found++] =
            (struct item){text_of(&runs[i], key), number_of(&runs[i], key), (int)i, reverse};
    }
    if (key != RUNS_BY_AGE || reverse)
        qsort(items, found, sizeof *items, compare);
    for (size_t i = 0; i < found; i++)
        o->place[i] = items[i].place;
    o->n = found;
    mem_free(items);
    return true;
}

bool runs_order_sync(struct runs_order *o, const struct run_row *runs, size_t n, const char *filter,
                     enum runs_key key, bool reverse)
{
    uint64_t now = fingerprint(runs, n, filter, key, reverse);
    if (now == o->made_of && !o->failed)
        return false;
    o->failed = !make(o, runs, n, filter, key, reverse);
    o->made_of = now;
    o->of = n;
    return true;
}

void runs_order_fini(struct runs_order *o)
{
    mem_free(o->place);
    memset(o, 0, sizeof *o);
}
