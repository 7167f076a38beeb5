/* measure.h - how fast a backend trains and evaluates a net, on images made for it: no data set, no
 * database. One thread at a time.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_MEASURE_H
#define COMBOLAB_ENGINE_TRAIN_MEASURE_H

#include "engine/config.h"
#include "engine/core/door.h"

enum measure_phase { MEASURE_TRAIN, MEASURE_EVAL, MEASURE_PHASES };

/* Which phases are measured, both or one of them; the net is opened for these alone. */
enum measure_what { MEASURE_BOTH, MEASURE_ONLY_TRAIN, MEASURE_ONLY_EVAL };
extern const char *const measure_what_names[]; /* "both", "train", "eval", NULL */

struct measure_request {
    /* its net, image size, batch, loss, augmentation, seed, device, precision and threads count */
    const struct run_config *config;
    enum measure_what what;
    double seconds; /* of each phase, after two steps that are not counted; its profile a fifth */
    const struct backend_ops *backend; /* tests; NULL = by config.device */
    const atomic_bool *cancel;
    void (*progress)(void *context, double fraction); /* of all that is done; may be NULL */
    void *context;
};

struct measure_phase_result {
    int64_t images; /* 0 where the phase wasn't asked for */
    double seconds; /* wall time of those images */
    /* Of the median plan: a step where it takes long, else the steps of a quarter of a second. */
    double median_images_per_s;
    double host_s;                  /* that the host takes to start a step, on average */
    struct backend_profile profile; /* zeros unless the net was opened for one */
};

struct measure_result {
    char device[128], library[64], precision[8];
    struct backend_usage usage;
    uint64_t process_bytes; /* that this process has had in memory at most, in all its time */
    int threads;            /* that compute */
    struct measure_phase_result phase[MEASURE_PHASES]; /* as fast as it goes: not profiled */
    struct measure_phase_result work[MEASURE_PHASES];  /* a second, shorter pass: profiled */
    bool profiled;                                     /* the backend told where its time went */
};

/* "train", "eval" - "convolution forward", "norm" ... */
const char *measure_phase_name(enum measure_phase phase);
const char *measure_work_name(enum backend_work work);

/* Opens the backend, measures, closes it; then once more for a profile, in a fifth of the time, if
 * the backend has one. Steps go on until the time is over, at least three of each phase. Returns 0,
 * -1, or 1 for cancelled. */
int measure(const struct measure_request *request, struct measure_result *result, struct err *e);

#endif
