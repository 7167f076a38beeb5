/* match.h - which tensor of a file is which of a net: finds out how its keys are named, under which
 * prefix, and which of our nets it holds. Any thread; a `struct match` is plain data but for its
 * index, and borrows the list of the file.
 *
 * Order of calls: match_open, then match_find as often as wanted, match_close.
 */
#ifndef COMBOLAB_ENGINE_WEIGHTS_MATCH_H
#define COMBOLAB_ENGINE_WEIGHTS_MATCH_H

#include "engine/weights/naming.h"
#include "engine/weights/weights.h"

#define MATCH_NONE ((size_t)-1)

struct err;

struct match {
    const struct weights *listed;
    const struct weights_tensor **sorted; /* by name; owned */
    const struct naming *naming;          /* NULL where no key is known */
    char prefix[WEIGHTS_NAME_BYTES];      /* "module.", "" */
    const char *net; /* of net_names: the one that the file suits best; NULL where nothing fits */
    int suits;       /* match_suits of that */
};

/* How many tensors of a net a file has. */
struct match_count {
    int all;   /* tensors of the net, heads left out */
    int named; /* of which the file has a key */
    int fits;  /* and the shape too */
};

/* How well a file suits a net: what fits speaks for it, what has the name but another shape against
 * it, and much more so: a deeper net of another kind has many names in common. */
static inline int match_suits(struct match_count n)
{
    return n.fits - 4 * (n.named - n.fits);
}

int match_open(struct match *m, const struct weights *listed, struct err *e);
void match_close(struct match *m);

/* The file's tensor for one of a net, or MATCH_NONE; *fits says whether its shape does. Heads are
 * looked for under all the names that they have; one that fits is preferred. */
size_t match_find(const struct match *m, const struct net_param *p, bool *fits);

/* The same for all of a net but its heads, counted. */
struct match_count match_count(const struct match *m, const struct net_params *params);

/* The options that the weights were trained with: as a file of our own says in its metadata
 * (stem_pool, block_stride), else as goes with its naming, of which there must be one. */
struct net_options match_options(const struct match *m, const char *net);

/* "64x3x7x7"; "" for a number alone. */
void match_shape(char *to, size_t room, int rank, const int *dims);

#endif
