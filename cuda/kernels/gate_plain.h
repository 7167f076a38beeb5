/* gate_plain.h - the plain twins of gate.h's launchers, with their contracts. */
#ifndef COMBOLAB_CUDA_KERNELS_GATE_PLAIN_H
#define COMBOLAB_CUDA_KERNELS_GATE_PLAIN_H

#include "cuda/kernels/gate.h"

int gate_plain(const struct gate_layers *w, const float *scale, const float *shift, int n, int c,
               int r, const struct gate_values *v, void *stream);
int gate_plain_back(const float *sums, int parts, const struct gate_layers *w, const float *scale,
                    const float *beta, int n, int c, int r, const struct gate_values *v,
                    float *gate_gradient, float *reduced_gradient,
                    const struct gate_layers *gradient, float *squeezed_gradient, void *stream);

#endif
