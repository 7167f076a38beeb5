/* kernel.h - what every file of kernels begins with: how a kernel is written and started, so that
 * the same source is compiled by nvcc for a device and by a C++ compiler for the simulator
 * (tests/cudasim), which checks what a device would only show now and then.
 *
 * A kernel may use threadIdx and friends, SHARED_ARRAY and SHARED_DYNAMIC, __syncthreads,
 * __syncwarp, __shfl_*_sync and what lanes.h has. It is started with LAUNCH alone, by a launcher:
 * a function with C linkage that queues work on a stream and returns a cudaError_t as int, 0 when
 * it is queued. Pointers given to launchers are device memory, or pinned host memory.
 */
#ifndef COMBOLAB_CUDA_KERNELS_KERNEL_H
#define COMBOLAB_CUDA_KERNELS_KERNEL_H

#ifdef __CUDACC__

#include "cuda/kernels/plain.h"

#include <cuda_runtime.h>

/* Both are aligned to 16 bytes. */
#define SHARED_ARRAY(type, name, count) __shared__ __align__(16) type name[count]
#define SHARED_DYNAMIC(type, name)                                                                 \
    extern __shared__ __align__(16) unsigned char kernel_shared[];                                 \
    type *name = reinterpret_cast<type *>(kernel_shared)
#define UNROLL _Pragma("unroll")
#define UNROLL_BY(n) KERNEL_PRAGMA(unroll n)
#define KERNEL_PRAGMA(text) _Pragma(#text)
#define LAUNCH(kernel, grid, block, bytes, stream, ...)                                            \
    kernel_launch(kernel, grid, block, bytes, stream, __VA_ARGS__)

#define KERNEL_USUAL_SHARED (48 * 1024) /* bytes a block gets without asking */

template <class... P, class... A>
static int kernel_launch(void (*kernel)(P...), dim3 grid, dim3 block, size_t bytes, void *stream,
                         A... values)
{
    if (bytes > KERNEL_USUAL_SHARED) {
        cudaError_t code =
            cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, (int)bytes);
        if (code)
            return (int)code;
    }
    cudaLaunchConfig_t config = {};
    config.gridDim = grid;
    config.blockDim = block;
    config.dynamicSmemBytes = bytes;
    config.stream = (cudaStream_t)stream;
    cudaLaunchAttribute overlap = {};
    overlap.id = cudaLaunchAttributeProgrammaticStreamSerialization;
    overlap.val.programmaticStreamSerializationAllowed = 1;
    config.attrs = &overlap;
    config.numAttrs = kernel_overlaps();
    return (int)cudaLaunchKernelEx(&config, kernel, static_cast<P>(values)...);
}

#else

#include KERNEL_SIMULATOR /* tests/cudasim/cudasim.h: SHARED_ARRAY, SHARED_DYNAMIC, LAUNCH ... */
#define UNROLL
#define UNROLL_BY(n)

#endif

#include "cuda/kernels/lanes.h"

#endif
