/* element.h - in what type tensors are kept on the device. C and CUDA. */
#ifndef COMBOLAB_CUDA_KERNELS_ELEMENT_H
#define COMBOLAB_CUDA_KERNELS_ELEMENT_H

#include <stddef.h>
#include <stdint.h>

/* Of tensors, their gradients and the weights that products read. Everything else is float32. */
enum element { ELEMENT_F32, ELEMENT_BF16 };

static inline size_t element_bytes(enum element t)
{
    return t == ELEMENT_BF16 ? 2 : 4;
}

/* bf16 is the upper half of a float. */
struct bf16 {
    uint16_t bits;
};

#endif
