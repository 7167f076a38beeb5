/* torch_dict.c - see torch_priv.h: finds the dict of tensors in what a file of torch.save's holds,
 * whatever it is wrapped in, and lists its tensors under their full names. Depth and steps are
 * bounded, since a pickle may hold itself. */
#include "engine/weights/torch_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DEEP 24
#define MOST_STEPS 4000000u

/* Entries that are taken for the weights, the surest first; what lies beside them is an optimiser,
 * counters, options. */
static const char *const wrappers[] = {
    "state_dict",     "model_state_dict", "model",   "net",        "network",
    "net_state_dict", "module",           "weights", "params",     "state_dict_ema",
    "model_ema",      "ema_state_dict",   "ema",     "params_ema", NULL};

/* --- what holds what --- */

/* The dicts that hold what is below a node: itself, or, of a module that was saved whole, its
 * parameters, buffers and modules. Returns how many. */
static int holders_of(const struct pickle_node *node, const struct pickle_node *holders[3])
{
    static const char *const parts[] = {"_parameters", "_buffers", "_modules"};
    int n = 0;
    if (!node || torch_is_tensor(node))
        return 0;
    for (int i = 0; i < 3 && node->kind == PICKLE_OBJECT; i++)
        if ((holders[n] = pickle_value(node->state, parts[i])))
            n++;
    if (n)
        return n;
    bool list = node->kind == PICKLE_LIST || node->kind == PICKLE_TUPLE;
    holders[0] = node;
    return list || pickle_has_keys(node) || node->kind == PICKLE_OBJECT;
}

static size_t children(const struct pickle_node *holder)
{
    return pickle_has_keys(holder) ? holder->n / 2 : holder->n;
}

static const struct pickle_node *child(const struct pickle_node *holder, size_t i)
{
    return pickle_has_keys(holder) ? holder->items[2 * i + 1] : holder->items[i];
}

/* "" for a key that is neither a text nor a number. */
static void child_name(const struct pickle_node *holder, size_t i, char *to, size_t room)
{
    const struct pickle_node *key = pickle_has_keys(holder) ? holder->items[2 * i] : NULL;
    if (!key)
        snprintf(to, room, "%zu", i);
    else if (key->kind == PICKLE_TEXT)
        snprintf(to, room, "%s", key->text);
    else if (key->kind == PICKLE_INT)
        snprintf(to, room, "%" PRId64, key->number);
    else
        to[0] = '\0';
}

static bool holds_tensors(struct torch_file *f, const struct pickle_node *node, int depth)
{
    const struct pickle_node *holders[3];
    if (torch_is_tensor(node))
        return true;
    int n = depth < MOST_DEEP ? holders_of(node, holders) : 0;
    for (int h = 0; h < n; h++)
        for (size_t i = 0; i < children(holders[h]) && ++f->steps < MOST_STEPS; i++)
            if (holds_tensors(f, child(holders[h], i), depth + 1))
                return true;
    return false;
}

/* --- which part --- */

/* An entry that is a dict or a module, and holds tensors. */
static const struct pickle_node *wrapped(struct torch_file *f, const struct pickle_node *node,
                                         const char *key)
{
    const struct pickle_node *value = pickle_value(node, key), *holders[3];
    if (!value || torch_is_tensor(value) || !holders_of(value, holders))
        return NULL;
    return holds_tensors(f, value, 0) ? value : NULL;
}

static void note_beside(struct torch_file *f, const struct pickle_node *node,
                        const struct pickle_node *taken)
{
    char name[64];
    size_t used = strlen(f->beside);
    for (size_t i = 0; i < children(node); i++) {
        child_name(node, i, name, sizeof name);
        if (child(node, i) == taken || !holds_tensors(f, child(node, i), 0))
            continue;
        if (used + strlen(name) + 8 > sizeof f->beside)
            return;
        used += (size_t)snprintf(f->beside + used, sizeof f->beside - used, "%s%s",
                                 used ? ", " : "", name);
    }
}

/* Goes into wrappers as long as there are any. */
static const struct pickle_node *unwrap(struct torch_file *f, const struct pickle_node *node)
{
    for (int depth = 0; depth < 4; depth++) {
        const struct pickle_node *inner = NULL;
        const char *const *w = wrappers;
        while (*w && !(inner = wrapped(f, node, *w)))
            w++;
        size_t used = strlen(f->part);
        if (!inner || used + strlen(*w) + 2 > sizeof f->part)
            return node;
        snprintf(f->part + used, sizeof f->part - used, "%s%s", used ? "." : "", *w);
        note_beside(f, node, inner);
        node = inner;
    }
    return node;
}

/* --- its tensors --- */

static int make_room(struct torch_file *f, struct err *e)
{
    struct weights *w = f->listed;
    if (w->n < w->room)
        return 0;
    size_t wanted = w->room ? 2 * w->room : 256;
    void *at = mem_resize(w->at, wanted, sizeof *w->at);
    if (at)
        w->at = at;
    void *views = at ? mem_resize(f->views, wanted, sizeof *f->views) : NULL;
    if (!views)
        return mem_error(e, "a weight file's list of tensors", wanted * sizeof *w->at);
    f->views = views;
    w->room = wanted;
    return 0;
}

static int list_one(struct torch_file *f, const char *name, const struct pickle_node *node,
                    struct err *e)
{
    struct torch_view view = {.first = 0};
    struct weights_tensor t = {.rank = 0};
    if (torch_tensor(f, node, &view, &t, e))
        return err_prefix(e, "tensor '%s'", name);
    if (make_room(f, e))
        return -1;
    struct weights_tensor *listed = weights_list(f->listed, name, t.rank, t.dims, e);
    if (!listed)
        return -1;
    listed->dtype = t.dtype;
    f->views[f->listed->n - 1] = view;
    return 0;
}

static int list_below(struct torch_file *f, const char *prefix, const struct pickle_node *node,
                      int depth, struct err *e)
{
    const struct pickle_node *holders[3];
    char name[2 * WEIGHTS_NAME_BYTES + 8], key[WEIGHTS_NAME_BYTES + 1];
    if (torch_is_tensor(node))
        return list_one(f, prefix[0] ? prefix : "tensor", node, e);
    int n = holders_of(node, holders);
    if (n && depth >= MOST_DEEP)
        return err_set(e, ERR_FORMAT, "'%.60s' is nested more than %d deep", prefix, MOST_DEEP);
    for (int h = 0; h < n; h++)
        for (size_t i = 0; i < children(holders[h]); i++) {
            if (++f->steps > MOST_STEPS)
                return err_set(e, ERR_FORMAT, "it holds more than %u objects", MOST_STEPS);
            child_name(holders[h], i, key, sizeof key);
            /* What is cut is too long for a tensor's name, which is said there. */
            snprintf(name, sizeof name, "%.*s%s%s", WEIGHTS_NAME_BYTES, prefix,
                     prefix[0] && key[0] ? "." : "", key);
            if (list_below(f, name, child(holders[h], i), depth + 1, e))
                return -1;
        }
    return 0;
}

static int by_name(const void *a, const void *b)
{
    const struct weights_tensor *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static int refuse_twice(const struct weights *w, struct err *e)
{
    const struct weights_tensor **sorted = mem_alloc(w->n, sizeof *sorted);
    if (!sorted)
        return mem_error(e, "an index of tensors", w->n * sizeof *sorted);
    for (size_t i = 0; i < w->n; i++)
        sorted[i] = &w->at[i];
    qsort(sorted, w->n, sizeof *sorted, by_name);
    int result = 0;
    for (size_t i = 1; !result && i < w->n; i++)
        if (!strcmp(sorted[i - 1]->name, sorted[i]->name))
            result = err_set(e, ERR_FORMAT, "tensor '%s' is in it twice", sorted[i]->name);
    mem_free(sorted);
    return result;
}

static int refuse_none(const struct pickle_node *node, struct err *e)
{
    struct str keys;
    char name[64];
    str_init(&keys);
    for (size_t i = 0; pickle_has_keys(node) && i < children(node) && i < 4; i++) {
        child_name(node, i, name, sizeof name);
        str_addf(&keys, "%s%s", i ? ", " : "", i == 3 ? "..." : name);
    }
    int result = err_set(e, ERR_FORMAT, "there is no tensor in it%s%s",
                         keys.length ? "; its keys are " : "", keys.text);
    str_fini(&keys);
    return result;
}

int torch_list(struct torch_file *f, const struct pickle_node *root, struct err *e)
{
    const struct pickle_node *node = unwrap(f, root);
    if (list_below(f, "", node, 0, e))
        return -1;
    if (!f->listed->n)
        return refuse_none(node, e);
    return refuse_twice(f->listed, e);
}
