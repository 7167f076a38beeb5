/* synth.h - procedural portraits: drawn faces whose score depends on what is visible. */
#ifndef COMBOLAB_ENGINE_SYNTH_SYNTH_H
#define COMBOLAB_ENGINE_SYNTH_SYNTH_H

#include "engine/image/image.h"

#include <stdatomic.h>
#include <stdint.h>

/* What a portrait shows. All in 0..1 unless said; the score is a function of the visible ones. */
struct synth_face {
    double proportion;             /* 0 = harmonious distances of eyes, nose, mouth, 1 = far off */
    double asymmetry;              /* left against right */
    double tone;                   /* unevenness of the skin */
    double smile;                  /* -1..1 */
    double pose;                   /* -1..1: head turned; does not change the score */
    double noise;                  /* of the picture; does not change the score */
    double skin, hair, background; /* colours; do not change the score */
    double score;                  /* 1..5, two decimals */
};

/* The face of one image: a pure function of seed and number. */
void synth_face(struct synth_face *face, uint64_t seed, uint32_t number);

/* Draws it, size x size pixels. */
int synth_draw(struct image *out, const struct synth_face *face, uint64_t seed, uint32_t number,
               int size, struct err *e);

/* A set to try things on. */
#define SYNTH_COUNT 1500
#define SYNTH_SIZE 128

struct synth_request {
    const char *dir; /* made if missing; refused if it holds a labels.csv of another make */
    int64_t count;
    int64_t size; /* pixels a side */
    uint64_t seed;
    int threads;
    const atomic_bool *cancel;
    void (*progress)(void *context, size_t done, size_t all);
    void *context;
};

/* Writes DIR/images/portrait-00001.jpg ... and then DIR/labels.csv (image,score,split,fold; 60 %
 * train, 5 folds), the CSV last and atomically. The same request gives the same bytes. */
int synth_write(const struct synth_request *request, struct err *e);

#endif
