/* image.h - decoding and resizing single images. Thread-safe: no shared state.
 *
 * Decoding gives RGB8 as Pillow's Image.open(...).convert("RGB") after ImageOps.exif_transpose:
 * EXIF orientation applied, alpha dropped, grey and palette expanded, 16 bit shifted to 8.
 */
#ifndef COMBOLAB_ENGINE_IMAGE_IMAGE_H
#define COMBOLAB_ENGINE_IMAGE_IMAGE_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct gate;

#define IMAGE_MAX_SIDE 30000 /* larger ones are refused as damaged */

struct image {
    int height, width;
    uint8_t *rgb; /* height x width x 3, owned */
};

/* Allocates height x width pixels, not cleared, after checking the sizes; the message names `name`.
 */
int image_make(struct image *out, int height, int width, const char *name, struct err *e);
void image_fini(struct image *image);

/* Sizes after the orientation is applied, without decoding: enough is read of the file for its
 * header. The message names `name`. A file that has to be read whole waits at the gate (or NULL)
 * for as much memory. */
int image_measure(int *height, int *width, const char *path, const char *name, struct gate *gate,
                  struct err *e);

/* What a file has for each pixel; all become RGB. */
enum image_colours { IMAGE_RGB, IMAGE_GREY, IMAGE_CMYK, IMAGE_ALPHA };
extern const char *const image_colour_names[]; /* "RGB" */

/* The same, and of which colours it is. */
struct image_look {
    int height, width;
    enum image_colours colours;
};
int image_look(struct image_look *out, const char *path, const char *name, struct gate *gate,
               struct err *e);

/* Reads a JPEG or PNG file, by its content rather than its name. The message of -1 names the file.
 */
int image_read(struct image *out, const char *path, struct err *e);

/* The same from memory; `name` is for messages. */
int image_decode(struct image *out, const uint8_t *bytes, size_t count, const char *name,
                 struct err *e);

/* Byte-equal to Pillow's Image.resize((width, height), BILINEAR): antialiased triangle filter in
 * fixed point, horizontal pass first. */
int image_resize(struct image *out, const struct image *from, int height, int width, struct err *e);

/* As torchvision's Resize(side): the shorter side becomes `side`, the longer one
 * int(side * longer / shorter). */
void image_shorter_side(int height, int width, int side, int *out_height, int *out_width);

/* Mean of Pillow's grey levels (L = (19595 R + 38470 G + 7471 B + 32768) >> 16). */
float image_grey_mean(const struct image *image);

/* 64 bits that stand for height x width RGB8 pixels: other pixels or sides, another digest. Never
 * 0. */
uint64_t image_digest(const uint8_t *rgb, int height, int width);

/* Writes a JPEG (quality 1..100, 4:4:4). */
int image_write_jpeg(const struct image *image, const char *path, int quality, struct err *e);

/* The same into memory: *bytes is owned (mem_free). */
int image_encode_jpeg(uint8_t **bytes, size_t *count, const struct image *image, int quality,
                      const char *name, struct err *e);

#endif
