/* images.h - decoded images as a backend is given them. Plain data. */
#ifndef COMBOLAB_ENGINE_CORE_IMAGES_H
#define COMBOLAB_ENGINE_CORE_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decoded images: RGB8 rows without padding. Borrowed: stays valid until close. */
struct image_place {
    uint64_t offset; /* of the first byte in `pixels` */
    uint16_t height, width;
    float grey; /* mean grey level 0..255: pivot of contrast jitter */
};

struct image_set {
    size_t n;
    const uint8_t *pixels;
    const struct image_place *place;
    /* Not all fit in memory: to be read batch by batch from `pixels`. Else they are resident, and
     * a device with room may copy them all at once. */
    bool streamed;
    /* Of a streamed set, else NULL: a backend says which images it will read soon, and which it has
     * read. Any image may be read at any time; these make it fast and keep memory bounded. One
     * thread at a time. */
    void (*soon)(void *context, const uint32_t *images, size_t n);
    void (*done)(void *context, const uint32_t *images, size_t n);
    void *context;
};

#endif
