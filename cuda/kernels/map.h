/* map.h - what kernels are told of a tensor and of its parts. C and CUDA. */
#ifndef COMBOLAB_CUDA_KERNELS_MAP_H
#define COMBOLAB_CUDA_KERNELS_MAP_H

#include "base/shared.h"
#include "cuda/kernels/element.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* n images of h x w pixels with c channels, NHWC without padding. */
struct map {
    int n, h, w, c;
};

SHARED size_t map_area(struct map m)
{
    return (size_t)m.h * (size_t)m.w;
}

SHARED size_t map_count(struct map m)
{
    return (size_t)m.n * map_area(m) * (size_t)m.c;
}

/* How an image's pixels are cut for sums over it: part p has the pixels from p * pixels up to the
 * next part's or the image's last. Sums of parts are added in order, so a result depends on the
 * parts and on nothing else. */
struct parts {
    int n, pixels;
};

/* Pixels of part p. */
SHARED int parts_pixels(struct map m, struct parts all, int p)
{
    size_t left = map_area(m) - (size_t)p * (size_t)all.pixels;
    return left < (size_t)all.pixels ? (int)left : all.pixels;
}

/* The usual parts: as many as keep a device busy, a function of the map alone. */
struct parts parts_of(struct map m);

#ifdef __cplusplus
}
#endif

#endif
