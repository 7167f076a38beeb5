/* ref_keep.c - where the reference rounds in bf16: exactly where a device keeps values in it.
 *
 * Kept in bf16: tensors (images too, and what tests set), their gradients, a convolution's output
 * before its norm, the gradient of that, and a convolution's weights as products read them. Each is
 * computed from kept values and rounded once: a tensor behind its norm, gate, shortcut and ReLU
 * together, a pool's winner after it has won, a gradient each time something is added to it.
 * Never rounded: statistics (which are those of the kept output), gates, features, heads, losses,
 * parameters themselves, their gradients and momenta.
 */
#include "tests/ref/ref_priv.h"

#include <string.h>

/* To the nearest, ties to even; a NaN stays one. */
static double rounded(double x)
{
    float single = (float)x;
    uint32_t bits;
    if (isnan(x))
        return x;
    memcpy(&bits, &single, sizeof bits);
    bits += 0x7fff + (bits >> 16 & 1);
    bits &= 0xffff0000;
    memcpy(&single, &bits, sizeof single);
    return (double)single;
}

void ref_keep(const struct backend *b, double *values, size_t count)
{
    if (b->spec.precision != BACKEND_BF16)
        return;
    for (size_t i = 0; i < count; i++)
        values[i] = rounded(values[i]);
}
