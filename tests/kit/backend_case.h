/* backend_case.h - small nets and values for tests of backends: a table row becomes a net, an open
 * probe or an open net with images, all filled by counter-based random numbers. Setting up cannot
 * fail in a way that a test could go on from: it then prints the error and ends the program. */
#ifndef COMBOLAB_TESTS_KIT_BACKEND_CASE_H
#define COMBOLAB_TESTS_KIT_BACKEND_CASE_H

#include "engine/core/door.h"

#define CASE_UNITS 8
#define CASE_NO_POOL                                                                               \
    {                                                                                              \
        -1, 0, 0, 0, false                                                                         \
    }

/* Tensor numbers as in net.h; padding is kernel / 2. */
struct case_unit {
    int input, shortcut, out, kernel, stride, groups, squeeze;
    bool relu;
};

struct backend_case {
    const char *name;
    int batch, height, width, channels;
    struct net_pool pool;
    struct case_unit units[CASE_UNITS]; /* ends at out == 0 */
};

/* A backend under test, opened for one case. */
struct subject {
    struct door *door;
    struct backend *b; /* behind it */
    struct net net;
    const struct net_params *params; /* the door's */
    struct net_shape shapes[NET_MAX_UNITS + 1];
    bool probe;
    int batch,
        batch_most; /* of the last step, in a probe of the plan; of all that were opened for */
};

void case_net(const struct backend_case *c, struct net *net);

/* Uniform in [low, high). */
void case_values(float *to, size_t count, uint64_t seed, float low, float high);

/* Elements of params.at[index], or of a tensor at the plan's batch. */
size_t subject_count(const struct subject *s, enum backend_kind kind, int index);

/* Sets every parameter, scaled so that activations stay about 1. */
void subject_fill(const struct subject *s, uint64_t seed);

/* Opens `spec`, with net and size filled in by the caller, and fills it. */
void subject_open(struct subject *s, const struct backend_ops *ops, const struct backend_spec *spec,
                  uint64_t seed);
void subject_close(struct subject *s);

/* A probe of a case, all tensors kept, for its batch and one less (at least 2), with input and
 * output gradient set. */
void subject_probe(struct subject *s, const struct backend_ops *ops, const struct backend_case *c,
                   uint64_t seed);

/* Begins a plan of one batch in a probe and sets input and output gradient. */
void subject_feed(struct subject *s, int batch, double learning_rate, uint64_t seed);

/* One step, collected. The program ends on an error. */
struct backend_result subject_step(struct subject *s, unsigned phases);

/* get into a new block (free it with mem_free), and set; the program ends on an error. */
float *subject_get(const struct subject *s, enum backend_kind kind, int index);
void subject_set(const struct subject *s, enum backend_kind kind, int index, const float *from);

/* Procedural images with draws that crop and mirror, and labels. All heap blocks. */
struct case_images {
    struct image_set set;
    float *scores;
    int *classes;
    uint32_t *order;
    struct augment_draw *draws;
};

void case_images(struct case_images *out, size_t n, const struct augment_spec *augment,
                 uint64_t seed);
void case_images_free(struct case_images *i);

/* A size for training and evaluation. */
static inline struct backend_batch case_batch(int size)
{
    return (struct backend_batch){size, true, true};
}

/* A spec for images of height x width with ImageNet's normalisation, plans of up to 256 samples,
 * and a loss of that kind with 5 classes of unequal weight. */
struct backend_spec case_spec(const struct net *net, enum loss_kind kind, int height, int width);

/* Makes the images known to a subject, and begins a plan of all of them. */
void subject_show(const struct subject *s, const struct case_images *images);
void subject_plan(const struct subject *s, const struct case_images *images, int batch,
                  double rate);
struct backend_plan case_plan(const struct case_images *images, int batch, double rate);

/* Ends the program as a failed test. */
void case_bail(const char *what, const struct err *e) __attribute__((noreturn));

#endif
