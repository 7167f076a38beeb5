/* weights.h - named tensors in a safetensors file, float32 in memory whatever they are in the file.
 *
 * Format: 8 bytes little-endian header length, a JSON header {"name": {"dtype", "shape",
 * "data_offsets"}, "__metadata__": {...}}, then the raw data.
 */
#ifndef COMBOLAB_ENGINE_WEIGHTS_WEIGHTS_H
#define COMBOLAB_ENGINE_WEIGHTS_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/* What a file keeps the elements of a tensor in (dtype.c). */
struct weights_dtype {
    const char *name; /* the format's: "F32" */
    size_t bytes;     /* of an element */
    /* Turns `n` elements into float32; NULL for what holds no real numbers. */
    void (*read)(float *to, const void *from, size_t n);
};

extern const struct weights_dtype weights_f32;
const struct weights_dtype *weights_dtype(const char *name); /* NULL when there is none such */

#define WEIGHTS_NAME_BYTES 96
#define WEIGHTS_META_BYTES 512 /* of a key, of a value; with its NUL */

struct weights_tensor {
    char name[WEIGHTS_NAME_BYTES];
    const struct weights_dtype *dtype; /* in the file; F32 for those made here */
    int rank;
    int dims[4];
    size_t count;
    float
        *data; /* owned by the struct weights, unless they are lent; NULL in one that only lists */
};

/* ERR_FORMAT for a tensor of a file that holds no real numbers. */
int weights_check_real(const struct weights_tensor *t, const char *path, struct err *e);

struct weights {
    size_t n;
    size_t room; /* tensors that `at` has room for */
    struct weights_tensor *at;
    bool lent; /* all data is somebody else's */
    size_t n_meta;
    char (*meta)[2][WEIGHTS_META_BYTES]; /* key, value; owned */
};

/* An empty set with room for `n` tensors; each tensor's data is allocated by weights_add. */
int weights_new(struct weights **out, size_t n, struct err *e);
void weights_free(struct weights *w);

/* Adds a tensor of zeros (the caller fills ->data). NULL with *e set when there is no room. */
struct weights_tensor *weights_add(struct weights *w, const char *name, int rank, const int *dims,
                                   struct err *e);
int weights_meta(struct weights *w, const char *key, const char *value, struct err *e);

/* Adds a tensor without data: for files that are read one tensor at a time, and for weights_lend.
 */
struct weights_tensor *weights_list(struct weights *w, const char *name, int rank, const int *dims,
                                    struct err *e);

/* Gives all tensors of a set that only lists them their data: one after another from `values` on,
 * which stay the caller's and outlive the set. */
void weights_lend(struct weights *w, float *values);

const struct weights_tensor *weights_find(const struct weights *w, const char *name);

/* The value of a key of the metadata, or NULL. */
const char *weights_meta_of(const struct weights *w, const char *key);

/* Elements of the largest tensor. */
size_t weights_most(const struct weights *w);

/* Writes atomically: temporary file in the same folder, fsync, rename, fsync of the folder. On -1
 * the former file stays and no temporary one is left. */
int weights_write(const struct weights *w, const char *path, struct err *e);

/* The same, but where a file is there already it stays, and that is an error. */
int weights_write_first(const struct weights *w, const char *path, struct err *e);

/* Reads a file whose tensors are all real numbers, checking every length against the file's size.
 */
int weights_read(struct weights **out, const char *path, struct err *e);

/* The same, one tensor at a time: opens the file, checks all but the data, and lists what is in it;
 * `listed` stays the file's, and may have tensors of any dtype. weights_load reads tensor `i` of
 * the list into `to`, weights_load_part `count` of its elements; ERR_FORMAT names one that holds no
 * real numbers. */
struct weights_file;
int weights_open(struct weights_file **out, const struct weights **listed, const char *path,
                 struct err *e);
int weights_load(struct weights_file *f, size_t i, float *to, struct err *e);
int weights_load_part(struct weights_file *f, size_t i, size_t from, size_t count, float *to,
                      struct err *e);
void weights_close(struct weights_file *f); /* NULL is allowed */

#endif
