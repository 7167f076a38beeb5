/* simd.h - one loop, compiled for each of our instruction sets (isa.h).
 *
 * Write `static inline void NAME_body(PARAMETERS)` marked SIMD_BODY, then SIMD_KERNEL(NAME,
 * (PARAMETERS), (ARGUMENTS)) makes NAME(isa), which is the function for that set: NAME(isa)(a, b).
 * Parallel regions stay outside: what OpenMP outlines doesn't get the instruction set. SIMD_CHOICE
 * does the same where each set has a body of its own.
 */
#ifndef COMBOLAB_CPU_SIMD_H
#define COMBOLAB_CPU_SIMD_H

#include "cpu/isa.h"

#define SIMD_BODY static inline __attribute__((always_inline))

#if defined(__x86_64__) && defined(__clang__)
#define SIMD_AVX2 __attribute__((target("avx2,fma")))
#define SIMD_AVX512                                                                                \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"), min_vector_width(512)))
#elif defined(__x86_64__)
#define SIMD_AVX2 __attribute__((target("avx2,fma")))
#define SIMD_AVX512                                                                                \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,prefer-vector-width=512")))
#else
#define SIMD_AVX2
#define SIMD_AVX512
#endif

#define SIMD_CHOICE(name, parameters, arguments, plain, avx2, avx512)                              \
    SIMD_AVX512 static void name##_avx512 parameters                                               \
    {                                                                                              \
        avx512 arguments;                                                                          \
    }                                                                                              \
    SIMD_AVX2 static void name##_avx2 parameters                                                   \
    {                                                                                              \
        avx2 arguments;                                                                            \
    }                                                                                              \
    static void name##_plain parameters                                                            \
    {                                                                                              \
        plain arguments;                                                                           \
    }                                                                                              \
    static void(*name(enum isa isa)) parameters                                                    \
    {                                                                                              \
        return isa == ISA_AVX512 ? name##_avx512 : isa == ISA_AVX2 ? name##_avx2 : name##_plain;   \
    }

#define SIMD_KERNEL(name, parameters, arguments)                                                   \
    SIMD_CHOICE(name, parameters, arguments, name##_body, name##_body, name##_body)

/* Before a loop whose bounds are constants once its function is inlined: so that an array that it
 * walks stays in registers. */
#if defined(__clang__)
#define SIMD_UNROLL _Pragma("unroll")
#else
#define SIMD_UNROLL _Pragma("GCC unroll 32")
#endif

/* Floats in a vector register; what it points to need only be aligned as floats are. Not passed by
 * value: the calling convention depends on the instruction set. */
typedef float simd4 __attribute__((vector_size(16), aligned(4), may_alias));
typedef float simd8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef float simd16 __attribute__((vector_size(64), aligned(4), may_alias));

/* The same many integers: what a comparison gives. */
typedef int simd4_bits __attribute__((vector_size(16), aligned(4), may_alias));
typedef int simd8_bits __attribute__((vector_size(32), aligned(4), may_alias));
typedef int simd16_bits __attribute__((vector_size(64), aligned(4), may_alias));

#endif
