/* image_priv.h - between image.c and the formats. Thread-safe: no shared
 * state. */
#ifndef COMBOLAB_ENGINE_IMAGE_IMAGE_PRIV_H
#define COMBOLAB_ENGINE_IMAGE_IMAGE_PRIV_H

#include "engine/image/image.h"

#include <stdbool.h>

/* A bound on memory: what a damaged header may ask for. */
#define IMAGE_MAX_PIXELS 200000000

/* An encoded image in memory, and what its header says. */
struct image_source {
    const uint8_t *bytes;
    size_t count;
    const char *name; /* for messages */
    bool header_only; /* find height, width and orientation, decode nothing */
    bool partial;     /* the bytes are only the file's beginning */
    int height, width;
    enum image_colours colours;
    int orientation; /* EXIF, 1..8 */
};

/* Decode, or with header_only only measure. out->rgb is not yet turned by the orientation. */
int image_jpeg_decode(struct image *out, struct image_source *source, struct err *e);
int image_png_decode(struct image *out, struct image_source *source, struct err *e);

/* Refuses sides and areas that only a damaged header has. */
int image_check_size(uint64_t height, uint64_t width, const char *name, struct err *e);

/* image_read with another name in messages, and a gate (or NULL) at which it waits for the memory
 * that decoding takes. With 0 *in_gate is what the caller gives back after image_fini; otherwise it
 * is 0. */
int image_read_as(struct image *out, const char *path, const char *name, struct gate *gate,
                  uint64_t *in_gate, struct err *e);

/* Orientation tag of a TIFF block (what follows "Exif\0\0" in a JPEG); 1 when it has none. */
int image_exif_orientation(const uint8_t *tiff, size_t count);

/* Turns the image so that orientation 2..8 becomes 1. */
int image_orient(struct image *image, int orientation, struct err *e);

/* True for orientations that swap height and width. */
static inline bool image_orientation_swaps(int orientation)
{
    return orientation >= 5;
}

#endif
