/* shared.h - marks small functions that compile as C and as CUDA: one copy of the mathematics. */
#ifndef COMBOLAB_BASE_SHARED_H
#define COMBOLAB_BASE_SHARED_H

#ifdef __CUDACC__
#define SHARED static inline __host__ __device__
#else
#define SHARED static inline
#endif

#endif
