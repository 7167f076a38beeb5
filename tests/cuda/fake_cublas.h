/* fake_cublas.h - cuBLASLt's functions as its manual describes them, on the simulator's memory: for
 * matrices stored column by column. They come in the place of cuda/library.c. */
#ifndef COMBOLAB_TESTS_CUDA_FAKE_CUBLAS_H
#define COMBOLAB_TESTS_CUDA_FAKE_CUBLAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fake_cublas {
    bool missing;     /* the library is not there */
    size_t version;   /* 130100 */
    int products;     /* that were made */
    int alive;        /* handles, descriptions, layouts and preferences */
    uint64_t most;    /* workspace that was last allowed */
    uint32_t sums;    /* reduction schemes that were */
    uint32_t aligned; /* operands, by the least that was promised */
};

extern struct fake_cublas fake_cublas;

#endif
