/* naming.h - how published weight files name the tensors of our nets, a const descriptor each. No
 * state, any thread.
 *
 * Ours is timm's and torchvision's: net_params_new lists its keys. To add a naming, add its
 * descriptor to naming.c.
 */
#ifndef COMBOLAB_ENGINE_WEIGHTS_NAMING_H
#define COMBOLAB_ENGINE_WEIGHTS_NAMING_H

#include "engine/core/net.h"

#include <stdbool.h>
#include <stddef.h>

/* A module's name here and there; what stands in no pair is called the same. */
struct naming_pair {
    const char *ours, *theirs;
};

#define NAMING_MOST_PAIRS 10

struct naming {
    const char *name;  /* as people call it: "pytorchcv" */
    const char *stage; /* before a stage's number, from 1 */
    const char *block; /* between that and a block's number */
    int first_block;
    struct naming_pair stem[2];                 /* of modules outside the stages */
    struct naming_pair part[NAMING_MOST_PAIRS]; /* of those in a block; up to a NULL */
    /* What nets published under these names do otherwise than torchvision's, and their weights do
     * not show. */
    bool ceil_pool;          /* as net_options has it */
    bool stride_first_plain; /* net_options' stride_first, in nets whose convolutions have no groups
                              */
};

extern const struct naming namings[];
extern const size_t n_namings;

/* The key of our tensor `ours` (a net_param's name, not of a head) in that naming. -1 when it does
 * not fit. */
int naming_key(const struct naming *n, const char *ours, char *to, size_t room);

/* PyTorch's norms count batches, which nothing here needs. */
bool naming_is_counter(const char *key);

/* The options that a net of those names was trained with. */
struct net_options naming_options(const struct naming *n, const char *net);

/* What stands before all keys of a net that lies in another module or in a wrapper: "module.", up
 * to a NULL. Several may follow each other. */
extern const char *const naming_wrappers[];

/* Names of a score head and of a class head, the surest first, up to a NULL. They may stand outside
 * the module that all other keys stand in. */
extern const char *const naming_score_heads[];
extern const char *const naming_class_heads[];

#endif
