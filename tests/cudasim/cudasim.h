/* cudasim.h - runs a CUDA kernel on the host, one block at a time, its threads as fibres. Included
 * by cuda/kernels/kernel.h where that is compiled by a C++ compiler instead of nvcc.
 *
 * What it finds that a device hides or only shows now and then:
 * - out of bounds, use after free: AddressSanitizer, also on shared memory (a heap block of exactly
 *   the size asked for)
 * - races between threads of a block or of two blocks: ThreadSanitizer, which is told of fibres and
 *   that switching from one to another orders nothing, while barriers do
 * - results that depend on the order of threads or blocks: CUDASIM_ORDER=up|down|random
 * - barriers that not all threads reach, or that they reach at different places
 * - shared memory and outputs read before they were written: they begin as NaN; what an
 * asynchronous copy writes is NaN until it was waited for
 * - host pointers handed to a kernel; grids, blocks and shared memory larger than a device takes
 */
#ifndef COMBOLAB_TESTS_CUDASIM_H
#define COMBOLAB_TESTS_CUDASIM_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <tuple>

struct dim3 {
    unsigned x, y, z;
    dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c)
    {
    }
};

struct sim_place {
    dim3 thread, block, block_size, grid_size;
};

extern sim_place *sim_here; /* of the thread that runs */

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __grid_constant__
#define threadIdx (sim_here->thread)
#define blockIdx (sim_here->block)
#define blockDim (sim_here->block_size)
#define gridDim (sim_here->grid_size)

#define SHARED_ARRAY(type, name, count)                                                            \
    type *name = static_cast<type *>(sim_shared(__FILE__, __LINE__, sizeof(type) * (count)))
#define SHARED_DYNAMIC(type, name) type *name = static_cast<type *>(sim_dynamic())
#define __syncthreads() sim_sync_block(__FILE__, __LINE__)
#define __syncwarp(...) sim_sync_warp(__FILE__, __LINE__)
#define __shfl_sync(mask, value, from) sim_shuffle(value, (int)(from), __FILE__, __LINE__)
#define __shfl_xor_sync(mask, value, bits)                                                         \
    sim_shuffle(value, sim_lane() ^ (int)(bits), __FILE__, __LINE__)
#define __shfl_down_sync(mask, value, by)                                                          \
    sim_shuffle(value, sim_lane() + (int)(by) < 32 ? sim_lane() + (int)(by) : sim_lane(),          \
                __FILE__, __LINE__)

/* Queues the kernel on the twin of a device (twin.cpp) whose stream it is; its arguments are read
 * now. Runs it at once on stream NULL. */
#define LAUNCH(kernel, grid, block, bytes, stream, ...)                                            \
    sim_start(#kernel, kernel, grid, block, bytes, stream, __VA_ARGS__)
int sim_queue(void *stream, const std::function<void()> &work);

unsigned long long sim_atomic_add(unsigned long long *to, unsigned long long v);
unsigned sim_atomic_add(unsigned *to, unsigned v);
void sim_fence();

/* Ends the program where p isn't a multiple of `bytes`. */
void sim_aligned(const void *p, size_t bytes);

/* Device memory: a pointer handed to a kernel must lie in it (or be NULL). */
void *sim_malloc(size_t bytes);
void sim_free(void *p);
void sim_check_pointer(const char *kernel, const void *p);

template <class T> void sim_check_one(const char *, T)
{
}
template <class T> void sim_check_one(const char *kernel, T *p)
{
    sim_check_pointer(kernel, p);
}

template <class... T> void sim_check(const char *kernel, T... values)
{
    (sim_check_one(kernel, values), ...);
}

void sim_launch(const char *name, dim3 grid, dim3 block, size_t dynamic_bytes,
                const std::function<void()> &body);
template <class... P, class... A>
int sim_start(const char *name, void (*kernel)(P...), dim3 grid, dim3 block, size_t bytes,
              void *stream, A... values)
{
    std::tuple<std::decay_t<P>...> arguments(static_cast<P>(values)...);
    sim_check(name, values...);
    return sim_queue(stream, [=] {
        sim_launch(name, grid, block, bytes, [=] { std::apply(kernel, arguments); });
    });
}
void *sim_shared(const char *file, int line, size_t bytes);
void *sim_dynamic();
void sim_sync_block(const char *file, int line);
void sim_sync_warp(const char *file, int line);
int sim_lane();
/* A line of 64 bytes for each lane of the own warp, to exchange values through. */
unsigned char *sim_lines();

template <class T> T sim_shuffle(T value, int from, const char *file, int line)
{
    static_assert(sizeof(T) <= 64, "too large to shuffle");
    unsigned char *lines = sim_lines();
    __builtin_memcpy(lines + 64 * sim_lane(), &value, sizeof value);
    sim_sync_warp(file, line);
    __builtin_memcpy(&value, lines + 64 * (from & 31), sizeof value);
    sim_sync_warp(file, line);
    return value;
}

/* Asynchronous copies of the running thread: what they write is NaN until sim_copy_wait. */
void sim_copy(void *to, const void *from, size_t bytes);
void sim_copy_commit();
void sim_copy_wait(int groups_left);

#endif
