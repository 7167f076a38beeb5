/* gate.h - launchers of the squeeze-and-excitation gate's two layers, there and back. All float32;
 * n images, c channels, r of the reduced width. Source: Hu et al. 2018. */
#ifndef COMBOLAB_CUDA_KERNELS_GATE_H
#define COMBOLAB_CUDA_KERNELS_GATE_H

#include "cuda/kernels/norm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* w1 (r, c), b1 (r), w2 (c, r), b2 (c) in weight-file order; or their gradients. */
struct gate_layers {
    float *w1, *b1, *w2, *b2;
};

/* What forward leaves for the way back. */
struct gate_values {
    float *image_mean; /* (n, c): mean of raw over each image, given */
    float *squeezed;   /* (n, c): mean of the norm's output = scale * image_mean + shift */
    float *reduced;    /* (n, r): behind the ReLU */
    float *gate;       /* (n, c): behind the sigmoid */
};

int kernel_gate(const struct gate_layers *w, const float *scale, const float *shift, int n, int c,
                int r, const struct gate_values *v, void *stream);

/* From `sums` of kernel_norm_back_sums (n, parts, 2, c) to the layers' gradients, and the gradient
 * of squeezed (n, c). gate_gradient (n, c) and reduced_gradient (n, r) are scratch. The gradient of
 * the gate is sum(g * (scale * raw + shift)) = scale * (sum g (raw - mean)) + beta * sum g. */
int kernel_gate_back(const float *sums, int parts, const struct gate_layers *w, const float *scale,
                     const float *beta, int n, int c, int r, const struct gate_values *v,
                     float *gate_gradient, float *reduced_gradient,
                     const struct gate_layers *gradient, float *squeezed_gradient, void *stream);

/* That and kernel_norm_back_finish of the unit's norm; of up to 64 images without a launch more. */
int kernel_gate_back_turn(const float *sums, struct map m, struct parts p,
                          const struct gate_layers *w, int r, const struct norm_values *norm,
                          const struct gate_values *v, float *gate_gradient,
                          float *reduced_gradient, const struct gate_layers *gradient,
                          float *squeezed_gradient, float *gamma_gradient, float *beta_gradient,
                          const struct norm_factors *f, void *stream);

#ifdef __cplusplus
}
#endif

#endif
