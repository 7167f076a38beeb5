/* simd.h - one loop, compiled for AVX2 with FMA and for the plain instruction set, chosen when it
 * runs.
 *
 * Write `static inline void NAME_body(PARAMETERS)` marked SIMD_BODY, then SIMD_KERNEL(NAME,
 * (PARAMETERS), (ARGUMENTS)) makes `static void NAME(PARAMETERS)`. Parallel regions stay outside:
 * what OpenMP outlines doesn't get the instruction set.
 */
#ifndef COMBOLAB_CPU_SIMD_H
#define COMBOLAB_CPU_SIMD_H

#define SIMD_BODY static inline __attribute__((always_inline))

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define SIMD_WIDE __attribute__((target("avx2,fma")))
#define SIMD_HAS_WIDE (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
#else
#define SIMD_WIDE
#define SIMD_HAS_WIDE 0
#endif

#define SIMD_KERNEL(name, parameters, arguments)                                                   \
    SIMD_WIDE static void name##_wide parameters                                                   \
    {                                                                                              \
        name##_body arguments;                                                                     \
    }                                                                                              \
    static void name##_plain parameters                                                            \
    {                                                                                              \
        name##_body arguments;                                                                     \
    }                                                                                              \
    static void name parameters                                                                    \
    {                                                                                              \
        if (SIMD_HAS_WIDE)                                                                         \
            name##_wide arguments;                                                                 \
        else                                                                                       \
            name##_plain arguments;                                                                \
    }

/* Eight floats; what it points to need only be aligned as floats are. Not passed by value: the
 * calling convention depends on the instruction set. */
typedef float simd8 __attribute__((vector_size(32), aligned(4), may_alias));

#endif
