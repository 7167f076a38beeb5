/* match.c - see match.h.
 *
 * The first convolution's key, under any wrappers, suggests a naming and a prefix; of all that are
 * suggested the one is taken that suits one of our nets best. Lookups are by bisection, so that a
 * file of many tensors costs little.
 */
#include "engine/weights/match.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_PREFIXES 32 /* that are tried; real files have one or two */

/* --- lookups --- */

static int by_name(const void *a, const void *b)
{
    const struct weights_tensor *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static int is_named(const void *key, const void *at)
{
    const struct weights_tensor *const *t = at;
    return strcmp(key, (*t)->name);
}

static size_t find(const struct match *m, const char *name)
{
    if (!m->listed->n)
        return MATCH_NONE;
    const struct weights_tensor *const *found =
        bsearch(name, m->sorted, m->listed->n, sizeof *m->sorted, is_named);
    return found ? (size_t)(*found - m->listed->at) : MATCH_NONE;
}

/* The same numbers in the same order: dimensions of 1 at the end count for nothing, as in a 1x1
 * convolution that was a linear layer. */
static bool same_shape(const struct net_param *p, const struct weights_tensor *t)
{
    for (int i = 0; i < p->rank || i < t->rank; i++)
        if ((i < p->rank ? p->dims[i] : 1) != (i < t->rank ? t->dims[i] : 1))
            return false;
    return true;
}

void match_shape(char *to, size_t room, int rank, const int *dims)
{
    size_t at = 0;
    to[0] = '\0';
    for (int i = 0; i < rank && at < room; i++)
        at += (size_t)snprintf(to + at, room - at, "%s%d", i ? "x" : "", dims[i]);
}

/* --- heads --- */

/* "module.features." -> "module." -> "" -> false */
static bool shorten(char *prefix)
{
    size_t length = strlen(prefix);
    if (!length)
        return false;
    prefix[length - 1] = '\0';
    char *dot = strrchr(prefix, '.');
    prefix[dot ? dot + 1 - prefix : 0] = '\0';
    return true;
}

/* Under the prefix and outside it. */
static size_t find_head_named(const struct match *m, const char *head, const struct net_param *p,
                              bool *fits)
{
    char prefix[WEIGHTS_NAME_BYTES], name[2 * WEIGHTS_NAME_BYTES];
    size_t other = MATCH_NONE;
    memcpy(prefix, m->prefix, sizeof prefix);
    do {
        snprintf(name, sizeof name, "%s%s%s", prefix, head, strrchr(p->name, '.'));
        size_t i = find(m, name);
        *fits = i != MATCH_NONE && same_shape(p, &m->listed->at[i]);
        if (*fits)
            return i;
        other = other == MATCH_NONE ? i : other;
    } while (shorten(prefix));
    return other;
}

static size_t find_head(const struct match *m, const struct net_param *p, bool *fits)
{
    bool score = p->role == NET_SCORE_W || p->role == NET_SCORE_B;
    const char *const *heads = score ? naming_score_heads : naming_class_heads;
    size_t other = MATCH_NONE;
    *fits = false;
    for (; *heads && !*fits; heads++) {
        size_t i = find_head_named(m, *heads, p, fits);
        other = *fits || other == MATCH_NONE ? i : other;
    }
    return other;
}

/* --- a net's tensors --- */

size_t match_find(const struct match *m, const struct net_param *p, bool *fits)
{
    char key[WEIGHTS_NAME_BYTES], name[2 * WEIGHTS_NAME_BYTES];
    *fits = false;
    if (p->unit < 0)
        return find_head(m, p, fits);
    if (!m->naming || naming_key(m->naming, p->name, key, sizeof key))
        return MATCH_NONE;
    snprintf(name, sizeof name, "%s%s", m->prefix, key);
    size_t i = find(m, name);
    *fits = i != MATCH_NONE && same_shape(p, &m->listed->at[i]);
    return i;
}

struct match_count match_count(const struct match *m, const struct net_params *params)
{
    struct match_count n = {0, 0, 0};
    for (int i = 0; i < params->n; i++) {
        bool fits;
        if (params->at[i].unit < 0)
            continue;
        n.all++;
        n.named += match_find(m, &params->at[i], &fits) != MATCH_NONE;
        n.fits += fits;
    }
    return n;
}

struct net_options match_options(const struct match *m, const char *net)
{
    struct net_options o = naming_options(m->naming, net);
    const char *pool = weights_meta_of(m->listed, "stem_pool");
    const char *stride = weights_meta_of(m->listed, "block_stride");
    if (pool)
        o.ceil_pool = strstr(pool, "ceil") != NULL;
    if (stride)
        o.stride_first = !strcmp(stride, "1x1");
    return o;
}

/* --- which naming, which prefix, which net --- */

/* What is before `key` at the end of `name`, made of wrappers alone. */
static bool prefix_of(const char *name, const char *key, char prefix[WEIGHTS_NAME_BYTES])
{
    size_t length = strlen(name), ending = strlen(key), at = 0;
    if (length < ending || strcmp(name + length - ending, key))
        return false;
    while (at < length - ending) {
        const char *const *w = naming_wrappers;
        while (*w && strncmp(name + at, *w, strlen(*w)))
            w++;
        if (!*w)
            return false;
        at += strlen(*w);
    }
    snprintf(prefix, WEIGHTS_NAME_BYTES, "%.*s", (int)at, name);
    return at == length - ending;
}

/* One net under one naming, with every prefix that is suggested; *m becomes what is better. */
static void try_naming(struct match *m, const struct naming *naming, const char *net,
                       const struct net_params *params)
{
    char key[WEIGHTS_NAME_BYTES];
    int tried = 0;
    struct match one = *m;
    one.naming = naming;
    if (naming_key(naming, params->at[0].name, key, sizeof key))
        return;
    for (size_t i = 0; i < m->listed->n && tried < MOST_PREFIXES; i++) {
        if (!prefix_of(m->listed->at[i].name, key, one.prefix))
            continue;
        tried++;
        struct match_count n = match_count(&one, params);
        if (!n.named || (m->naming && match_suits(n) <= m->suits))
            continue;
        *m = one;
        m->suits = match_suits(n);
        m->net = n.fits ? net : NULL;
    }
}

/* A net that is a part of another comes before it in net_names, and stays where both fit alike. */
static int try_nets(struct match *m, struct err *e)
{
    for (int k = 0; net_names[k]; k++) {
        struct net net;
        struct net_params *params;
        if (net_build(&net, net_names[k], NULL, 0, e) || net_params_new(&params, &net, e))
            return -1;
        for (size_t i = 0; i < n_namings; i++)
            try_naming(m, &namings[i], net_names[k], params);
        net_params_free(params);
    }
    return 0;
}

int match_open(struct match *m, const struct weights *listed, struct err *e)
{
    *m = (struct match){.listed = listed};
    m->sorted = mem_alloc(listed->n, sizeof *m->sorted);
    if (!m->sorted)
        return mem_error(e, "an index of tensors", listed->n * sizeof *m->sorted);
    for (size_t i = 0; i < listed->n; i++)
        m->sorted[i] = &listed->at[i];
    if (listed->n)
        qsort(m->sorted, listed->n, sizeof *m->sorted, by_name);
    int result = try_nets(m, e);
    if (result)
        match_close(m);
    return result;
}

void match_close(struct match *m)
{
    mem_free(m->sorted);
    m->sorted = NULL;
}
