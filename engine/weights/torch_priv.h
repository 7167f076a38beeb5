/* torch_priv.h - files of torch.save: what the containers of PyTorch have in common. A pickle says
 * which tensors there are, as views of storages; where storages lie is the container's business.
 *
 * Order of calls: torch_open, which calls the container's open, which reads its pickle and calls
 * torch_list; torch_load_part; torch_close.
 */
#ifndef COMBOLAB_ENGINE_WEIGHTS_TORCH_PRIV_H
#define COMBOLAB_ENGINE_WEIGHTS_TORCH_PRIV_H

#include "engine/weights/pickle.h"
#include "engine/weights/source.h"

/* A row of numbers of one type in a file. */
struct torch_storage {
    uint64_t place; /* the container's: a member's number, a byte of the file */
    uint64_t bytes; /* that are there */
};

/* What a pickle says of a storage, or of the part of one that a tensor sees. */
struct torch_stored {
    const char *key;
    const struct weights_dtype *dtype;
    uint64_t whole;        /* elements of the storage */
    uint64_t first, count; /* elements of the part */
};

/* A tensor is `count` elements of a storage, strides apart. */
struct torch_view {
    struct torch_storage storage;
    uint64_t first; /* element of the storage */
    int64_t strides[4];
    uint64_t span; /* elements from the first to behind the last */
    bool packed;   /* they follow each other in the order of their indices */
};

struct torch_file {
    char path[4096];
    int fd;
    uint64_t bytes; /* of the file */
    bool swapped;   /* bytes of an element are in the other order than here */
    struct weights *listed;
    struct torch_view *views; /* of what is listed */
    unsigned steps;           /* through what the pickle holds, which are bounded */
    char part[128];           /* the entry that was taken: "state_dict"; "" for the whole */
    char beside[256];         /* others that hold tensors too: "ema, optimizer" */
    float *whole;             /* the last tensor that is not packed, in order; or NULL */
    size_t whole_of;          /* which */

    const struct torch_container *kind;
    void *own; /* the container's */
};

struct torch_container {
    size_t own_bytes;
    /* Reads the file's pickle and calls torch_list; what `own` has by then is closed whether that
     * went well or not. */
    int (*open)(struct torch_file *f, struct err *e);
    void (*close)(struct torch_file *f);
    /* Where a storage is. */
    int (*find)(struct torch_file *f, const struct torch_stored *s, struct torch_storage *out,
                struct err *e);
    /* `n` bytes of one, from byte `from` on. */
    int (*read)(struct torch_file *f, const struct torch_storage *s, uint64_t from, void *to,
                size_t n, struct err *e);
};

/* What a source's open, close and load_part are made of. */
int torch_open(struct source *s, const char *path, const struct torch_container *kind,
               struct err *e);
void torch_close(void *file); /* NULL is allowed */
int torch_load_part(void *file, size_t i, size_t from, size_t count, float *to, struct err *e);

/* Finds the dict of tensors in what a pickle holds, and lists them. */
int torch_list(struct torch_file *f, const struct pickle_node *root, struct err *e);

/* What an id of a storage says. */
int torch_stored(const struct pickle_node *node, struct torch_stored *out, struct err *e);

/* Whether a node is a tensor, or was meant as one. */
bool torch_is_tensor(const struct pickle_node *node);

/* Its view, dtype and shape; t->name is the caller's. Where it cannot be read, the message says why
 * and how it could be saved instead. */
int torch_tensor(struct torch_file *f, const struct pickle_node *node, struct torch_view *view,
                 struct weights_tensor *t, struct err *e);

#endif
