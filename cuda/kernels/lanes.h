/* lanes.h - the few instructions that C++ has no words for: on a device they are PTX, under the
 * simulator their definition. Included by kernel.h alone. */
#ifndef COMBOLAB_CUDA_KERNELS_LANES_H
#define COMBOLAB_CUDA_KERNELS_LANES_H

#include "cuda/kernels/element.h"

#include <string.h>

/* --- numbers --- */

static __device__ __forceinline__ float to_float(float v)
{
    return v;
}

static __device__ __forceinline__ float to_float(bf16 v)
{
#ifdef __CUDACC__
    return __uint_as_float((uint32_t)v.bits << 16);
#else
    uint32_t bits = (uint32_t)v.bits << 16;
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
#endif
}

/* To nearest, ties to even; NaN stays NaN. */
static __device__ __forceinline__ bf16 to_bf16(float f)
{
    bf16 out;
#ifdef __CUDACC__
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(out.bits) : "f"(f));
#else
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    out.bits = f != f ? 0x7fff : (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
#endif
    return out;
}

/* Two neighbours as they lie. */
static __device__ __forceinline__ uint32_t to_pair(float lower, float upper)
{
#ifdef __CUDACC__
    uint32_t pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(upper), "f"(lower));
    return pair;
#else
    return to_bf16(lower).bits | (uint32_t)to_bf16(upper).bits << 16;
#endif
}

static __device__ __forceinline__ float lower_of(uint32_t pair)
{
    return to_float(bf16{(uint16_t)pair});
}

static __device__ __forceinline__ float upper_of(uint32_t pair)
{
    return to_float(bf16{(uint16_t)(pair >> 16)});
}

static __device__ __forceinline__ bool is_finite(float v)
{
    return v - v == 0;
}

/* Into the type of what is pointed at. */
static __device__ __forceinline__ void put(float *to, float v)
{
    *to = v;
}

static __device__ __forceinline__ void put(bf16 *to, float v)
{
    *to = to_bf16(v);
}

/* v as it is after being kept in that type. */
static __device__ __forceinline__ float kept(float v, const float *)
{
    return v;
}

static __device__ __forceinline__ float kept(float v, const bf16 *)
{
    return to_float(to_bf16(v));
}

/* --- 8 elements at once: 16 bytes of bf16, 32 of float; `from` is aligned to that --- */

static __device__ __forceinline__ void load_8(const float *from, float v[8])
{
#ifdef __CUDACC__
    const float4 a = reinterpret_cast<const float4 *>(from)[0];
    const float4 b = reinterpret_cast<const float4 *>(from)[1];
    v[0] = a.x, v[1] = a.y, v[2] = a.z, v[3] = a.w, v[4] = b.x, v[5] = b.y, v[6] = b.z, v[7] = b.w;
#else
    sim_aligned(from, 16);
    for (int i = 0; i < 8; i++)
        v[i] = from[i];
#endif
}

static __device__ __forceinline__ void load_8(const bf16 *from, float v[8])
{
#ifdef __CUDACC__
    const uint4 a = *reinterpret_cast<const uint4 *>(from);
    const uint32_t pair[4] = {a.x, a.y, a.z, a.w};
    UNROLL
    for (int i = 0; i < 4; i++) {
        v[2 * i] = __uint_as_float(pair[i] << 16);
        v[2 * i + 1] = __uint_as_float(pair[i] & 0xffff0000u);
    }
#else
    sim_aligned(from, 16);
    for (int i = 0; i < 8; i++)
        v[i] = to_float(from[i]);
#endif
}

static __device__ __forceinline__ void store_8(float *to, const float v[8])
{
#ifdef __CUDACC__
    reinterpret_cast<float4 *>(to)[0] = make_float4(v[0], v[1], v[2], v[3]);
    reinterpret_cast<float4 *>(to)[1] = make_float4(v[4], v[5], v[6], v[7]);
#else
    sim_aligned(to, 16);
    for (int i = 0; i < 8; i++)
        to[i] = v[i];
#endif
}

static __device__ __forceinline__ void store_8(bf16 *to, const float v[8])
{
    uint32_t pair[4];
    UNROLL
    for (int i = 0; i < 4; i++)
        pair[i] = to_pair(v[2 * i], v[2 * i + 1]);
#ifdef __CUDACC__
    *reinterpret_cast<uint4 *>(to) = make_uint4(pair[0], pair[1], pair[2], pair[3]);
#else
    sim_aligned(to, 16);
    memcpy(to, pair, sizeof pair);
#endif
}

/* Four pairs to global memory in one piece, where the compiler takes a plain store apart. */
static __device__ __forceinline__ void store_pairs(bf16 *to, const uint32_t pair[4])
{
#ifdef __CUDACC__
    asm volatile("st.global.v4.b32 [%0], {%1,%2,%3,%4};" ::"l"(__cvta_generic_to_global(to)),
                 "r"(pair[0]), "r"(pair[1]), "r"(pair[2]), "r"(pair[3])
                 : "memory");
#else
    sim_aligned(to, 16);
    memcpy(to, pair, 16);
#endif
}

/* Two neighbours as they lie; `from` is aligned to 4 bytes. */
static __device__ __forceinline__ uint32_t load_pair(const bf16 *from)
{
#ifdef __CUDACC__
    return *reinterpret_cast<const uint32_t *>(from);
#else
    uint32_t pair;
    sim_aligned(from, 4);
    memcpy(&pair, from, sizeof pair);
    return pair;
#endif
}

/* --- between the threads of a warp and of a block --- */

static __device__ __forceinline__ float warp_sum(float v)
{
    for (int bits = 16; bits; bits /= 2)
        v += __shfl_xor_sync(0xffffffffu, v, bits);
    return v;
}

/* What the kernel before has written may be read from here on: the first statement of every
 * kernel. It counts where launches overlap (programmatic dependent launch); else nothing. */
static __device__ __forceinline__ void after_previous()
{
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

/* Of counts alone: float sums by atomics would depend on who comes first. */
static __device__ __forceinline__ void atomic_add(unsigned long long *to, unsigned long long v)
{
#ifdef __CUDACC__
    atomicAdd(to, v);
#else
    sim_atomic_add(to, v);
#endif
}

/* Returns the count before. By this the last of several blocks knows itself: every block writes its
 * part; after a __syncthreads one thread does fence, atomic_add, fence; whoever got blocks - 1 sets
 * the count to 0 again and its block may, after another __syncthreads, read all parts. */
static __device__ __forceinline__ unsigned atomic_add(unsigned *to, unsigned v)
{
#ifdef __CUDACC__
    return atomicAdd(to, v);
#else
    return sim_atomic_add(to, v);
#endif
}

/* Orders this thread's reads and writes of memory, and those it knows of through a barrier, before
 * and after it, as all blocks see them. */
static __device__ __forceinline__ void fence()
{
#ifdef __CUDACC__
    __threadfence();
#else
    sim_fence();
#endif
}

/* --- tensor cores --- */

/* d += a b of one warp: a 16x16 (row by row), b 16x8 (column by column), d 16x8; a lane's share as
 * PTX's mma.m16n8k16 lays it out. */
static __device__ __forceinline__ void mma_16x8x16(float d[4], const uint32_t a[4],
                                                   const uint32_t b[2])
{
#ifdef __CUDACC__
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
                 "{%0,%1,%2,%3},{%4,%5,%6,%7},{%8,%9},{%0,%1,%2,%3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
    unsigned char own[24];
    memcpy(own, a, 16);
    memcpy(own + 16, b, 8);
    const unsigned char *lines = sim_exchange(own, sizeof own, __FILE__, __LINE__);
    for (int i = 0; i < 4; i++) {
        int row = sim_lane() / 4 + i / 2 * 8, column = sim_lane() % 4 * 2 + i % 2;
        double sum = (double)d[i];
        for (int k = 0; k < 16; k++) {
            bf16 x, y;
            int lane_a = row % 8 * 4 + k % 8 / 2, lane_b = column * 4 + k % 8 / 2;
            memcpy(&x, lines + SIM_LINE * lane_a + 4 * (row / 8 + k / 8 * 2) + 2 * (k % 2), 2);
            memcpy(&y, lines + SIM_LINE * lane_b + 16 + 4 * (k / 8) + 2 * (k % 2), 2);
            sum += (double)to_float(x) * (double)to_float(y);
        }
        d[i] = (float)sum;
    }
#endif
}

/* Four 8x8 matrices of bf16 from shared memory. Lane l hands in where 8 elements lie, aligned to 16
 * bytes: row l % 8 of matrix l / 8. It gets, of each matrix, row l / 4's elements l % 4 * 2 and the
 * next: four of them are an `a` of mma_16x8x16 when they are its quarters at rows 0 and 8, first of
 * columns 0, then of columns 8. */
static __device__ __forceinline__ void load_matrices(uint32_t to[4], const void *row)
{
#ifdef __CUDACC__
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"((uint32_t)__cvta_generic_to_shared(row))
                 : "memory");
#else
    sim_aligned(row, 16);
    const unsigned char *lines = sim_exchange(&row, sizeof row, __FILE__, __LINE__);
    for (int i = 0; i < 4; i++) {
        const unsigned char *from;
        memcpy(&from, lines + SIM_LINE * (8 * i + sim_lane() / 4), sizeof from);
        memcpy(&to[i], from + 4 * (sim_lane() % 4), 4);
    }
    sim_sync_warp(__FILE__, __LINE__);
#endif
}

/* The same, each matrix turned: a lane gets column l / 4's elements of rows l % 4 * 2 and the next.
 */
static __device__ __forceinline__ void load_matrices_turned(uint32_t to[4], const void *row)
{
#ifdef __CUDACC__
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"((uint32_t)__cvta_generic_to_shared(row))
                 : "memory");
#else
    sim_aligned(row, 16);
    const unsigned char *lines = sim_exchange(&row, sizeof row, __FILE__, __LINE__);
    for (int i = 0; i < 8; i++) {
        const unsigned char *from;
        memcpy(&from, lines + SIM_LINE * (i / 2 * 8 + sim_lane() % 4 * 2 + i % 2), sizeof from);
        memcpy((unsigned char *)to + 2 * i, from + 2 * (sim_lane() / 4), 2);
    }
    sim_sync_warp(__FILE__, __LINE__);
#endif
}

/* --- copies from global to shared memory behind the thread's back --- */

/* 16 bytes; zeros where `there` is false. Visible to this thread after copy_wait, to others after
 * a barrier behind that. */
static __device__ __forceinline__ void copy_16(void *to, const void *from, bool there)
{
#ifdef __CUDACC__
    uint32_t shared = (uint32_t)__cvta_generic_to_shared(to);
    int bytes = there ? 16 : 0;
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared), "l"(from),
                 "r"(bytes)
                 : "memory");
#else
    static const unsigned char zeros[16] = {0};
    sim_aligned(to, 16);
    if (there)
        sim_aligned(from, 16);
    sim_copy(to, there ? from : zeros, 16);
#endif
}

/* The same of 8 bytes. */
static __device__ __forceinline__ void copy_8(void *to, const void *from, bool there)
{
#ifdef __CUDACC__
    uint32_t shared = (uint32_t)__cvta_generic_to_shared(to);
    int bytes = there ? 8 : 0;
    asm volatile("cp.async.ca.shared.global [%0], [%1], 8, %2;" ::"r"(shared), "l"(from), "r"(bytes)
                 : "memory");
#else
    static const unsigned char zeros[8] = {0};
    sim_aligned(to, 8);
    if (there)
        sim_aligned(from, 8);
    sim_copy(to, there ? from : zeros, 8);
#endif
}

static __device__ __forceinline__ void copy_commit()
{
#ifdef __CUDACC__
    asm volatile("cp.async.commit_group;" ::: "memory");
#else
    sim_copy_commit();
#endif
}

/* Until no more than LEFT groups are under way. */
template <int LEFT> static __device__ __forceinline__ void copy_wait()
{
#ifdef __CUDACC__
    asm volatile("cp.async.wait_group %0;" ::"n"(LEFT) : "memory");
#else
    sim_copy_wait(LEFT);
#endif
}

#endif
