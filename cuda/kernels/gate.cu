/* gate.cu - gate.h's launchers. */
#include "cuda/kernels/gate_plain.h"

extern "C" int kernel_gate(const struct gate_layers *w, const float *scale, const float *shift,
                           int n, int c, int r, const struct gate_values *v, void *stream)
{
    return gate_plain(w, scale, shift, n, c, r, v, stream);
}

extern "C" int kernel_gate_back(const float *sums, int parts, const struct gate_layers *w,
                                const float *scale, const float *beta, int n, int c, int r,
                                const struct gate_values *v, float *gate_gradient,
                                float *reduced_gradient, const struct gate_layers *gradient,
                                float *squeezed_gradient, void *stream)
{
    return gate_plain_back(sums, parts, w, scale, beta, n, c, r, v, gate_gradient, reduced_gradient,
                           gradient, squeezed_gradient, stream);
}
