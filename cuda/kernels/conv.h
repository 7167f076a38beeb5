/* conv.h - launchers of convolutions without a library: simple ones for every shape, which are
 * oracle and fallback, and fast ones on tensor cores: for narrow groups, and for a net's first
 * convolution.
 *
 * x (n, in_h, in_w, in), w (out, kernel, kernel, in / groups), y (n, out_h, out_w, out), all of one
 * element type; products are summed in float32. Weight gradients are float32, in w's order. Nothing
 * is summed by atomics: the same bits on every run.
 */
#ifndef COMBOLAB_CUDA_KERNELS_CONV_H
#define COMBOLAB_CUDA_KERNELS_CONV_H

#include "cuda/kernels/map.h"

#ifdef __cplusplus
extern "C" {
#endif

struct conv_shape {
    int n, in, out, groups;
    int kernel, stride, pad;
    int in_h, in_w, out_h, out_w;
    int filled; /* of x's channels; the others are zeros, and so are w's there. 0: nobody says */
};

/* --- any shape --- */

int kernel_conv_forward(enum element t, const struct conv_shape *s, const void *x, const void *w,
                        void *y, void *stream);

/* The data gradient, in place of dx's values or added to them. */
int kernel_conv_data(enum element t, const struct conv_shape *s, const void *w, const void *dy,
                     void *dx, bool add, void *stream);

int kernel_conv_weights(enum element t, const struct conv_shape *s, const void *x, const void *dy,
                        float *dw, void *stream);

/* --- groups of 4, 8, 16 and 32 channels, 3x3, bf16 --- */

/* Whether those below can do the shape. */
bool kernel_grouped_can(enum element t, const struct conv_shape *s);

/* How forward cuts images when it makes moments (norm.h) of its output as it is kept. */
struct parts kernel_grouped_parts(const struct conv_shape *s);

/* moments as of kernel_moments with kernel_grouped_parts, or NULL. */
int kernel_grouped_forward(const struct conv_shape *s, const void *x, const void *w, void *y,
                           float *moments, void *stream);
int kernel_grouped_data(const struct conv_shape *s, const void *w, const void *dy, void *dx,
                        bool add, void *stream);

/* `partial` has kernel_grouped_scratch bytes. */
size_t kernel_grouped_scratch(const struct conv_shape *s);
int kernel_grouped_weights(const struct conv_shape *s, const void *x, const void *dy, float *dw,
                           float *partial, void *stream);

/* --- a net's first: of 8 channels, no more than 4 of them filled, to 64, 7x7, stride 2, bf16 ---
 */

/* As those of narrow groups. */
bool kernel_stem_can(enum element t, const struct conv_shape *s);
struct parts kernel_stem_parts(const struct conv_shape *s);
int kernel_stem_forward(const struct conv_shape *s, const void *x, const void *w, void *y,
                        float *moments, void *stream);
size_t kernel_stem_scratch(const struct conv_shape *s);
int kernel_stem_weights(const struct conv_shape *s, const void *x, const void *dy, float *dw,
                        float *partial, void *stream);

#ifdef __cplusplus
}
#endif

#endif
