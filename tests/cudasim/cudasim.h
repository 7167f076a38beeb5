/* cudasim.h - runs a CUDA kernel on the host, one block at a time, its threads as fibres. Included
 * by cuda/kernels/kernel.h where that is compiled by a C++ compiler instead of nvcc.
 *
 * What it finds that a device hides or only shows now and then:
 * - out of bounds, use after free: AddressSanitizer, also on shared memory (a heap block of exactly
 *   the size asked for)
 * - races between threads of a block or of neighbouring blocks: ThreadSanitizer, to which each GPU
 *   thread is a thread, and only barriers (and fence with atomic_add) order what they do
 * - results that depend on the order of threads or blocks: CUDASIM_ORDER=up|down|random
 * - barriers that not all threads reach, or that they reach at different places
 * - memory read before it was written: shared and device memory begin as NaN; what an asynchronous
 *   copy writes is NaN until it was waited for
 * - host pointers handed to a kernel, also within structs; 16-byte accesses at other addresses
 * - grids, blocks and shared memory larger than a device takes
 * What it finds ends the program with a line that begins with "cudasim:".
 *
 * Threads of a warp that wait for each other go on before other warps begin; a kernel without
 * barriers is a plain loop over its threads.
 */
#ifndef COMBOLAB_TESTS_CUDASIM_H
#define COMBOLAB_TESTS_CUDASIM_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <tuple>
#include <type_traits>

struct dim3 {
    unsigned x, y, z;
    dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c)
    {
    }
};

struct sim_place {
    dim3 thread, block, block_size, grid_size;
};

extern sim_place sim_here; /* of the thread that runs */

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __grid_constant__
#define threadIdx (sim_here.thread)
#define blockIdx (sim_here.block)
#define blockDim (sim_here.block_size)
#define gridDim (sim_here.grid_size)

/* --- shared memory --- */

#define SHARED_ARRAY(type, name, count)                                                            \
    type *name = static_cast<type *>(sim_shared(__FILE__, __LINE__, sizeof(type) * (count)))
#define SHARED_DYNAMIC(type, name) type *name = static_cast<type *>(sim_dynamic())
void *sim_shared(const char *file, int line, size_t bytes);
void *sim_dynamic();

/* --- threads of a block and of a warp; all 32 of a warp take part --- */

#define __syncthreads() sim_sync_block(__FILE__, __LINE__)
#define __syncwarp(...) sim_sync_warp(__FILE__, __LINE__)
#define __shfl_sync(mask, value, from) sim_shuffle(mask, value, (int)(from), __FILE__, __LINE__)
#define __shfl_xor_sync(mask, value, bits)                                                         \
    sim_shuffle(mask, value, sim_lane() ^ (int)(bits), __FILE__, __LINE__)
#define __shfl_down_sync(mask, value, by)                                                          \
    sim_shuffle(mask, value, sim_lane() + (int)(by), __FILE__, __LINE__)
#define __shfl_up_sync(mask, value, by)                                                            \
    sim_shuffle(mask, value, sim_lane() - (int)(by), __FILE__, __LINE__)
#define __ballot_sync(mask, there) sim_ballot(mask, there, __FILE__, __LINE__)
#define __any_sync(mask, there) (sim_ballot(mask, there, __FILE__, __LINE__) != 0)
#define __all_sync(mask, there) (sim_ballot(mask, there, __FILE__, __LINE__) == 0xffffffffu)
void sim_sync_block(const char *file, int line);
void sim_sync_warp(const char *file, int line);
int sim_lane();

#define SIM_LINE 32 /* bytes that a lane can show to its warp at once */

/* Shows `bytes` bytes to the warp and waits for it. Returns what the lanes showed, a line each,
 * which stays until the exchange after the next. */
const unsigned char *sim_exchange(const void *own, size_t bytes, const char *file, int line);
void sim_whole_warp(unsigned mask); /* refuses another mask */

/* A lane that isn't there gives the own value, as on a device. */
template <class T> T sim_shuffle(unsigned mask, T value, int from, const char *file, int line)
{
    static_assert(sizeof(T) <= SIM_LINE, "too large to shuffle");
    sim_whole_warp(mask);
    const unsigned char *lines = sim_exchange(&value, sizeof value, file, line);
    if (from >= 0 && from < 32)
        __builtin_memcpy(&value, lines + SIM_LINE * from, sizeof value);
    return value;
}

unsigned sim_ballot(unsigned mask, bool there, const char *file, int line);

/* Asynchronous copies of the running thread: what they write is NaN until sim_copy_wait. */
void sim_copy(void *to, const void *from, size_t bytes);
void sim_copy_commit();
void sim_copy_wait(int groups_left);

/* --- memory of all blocks --- */

unsigned long long sim_atomic_add(unsigned long long *to, unsigned long long v);
unsigned sim_atomic_add(unsigned *to, unsigned v);
void sim_fence();

void sim_misaligned(const void *p, size_t bytes);

/* Ends the program where p isn't a multiple of `bytes`. */
static inline void sim_aligned(const void *p, size_t bytes)
{
    if ((uintptr_t)p % bytes)
        sim_misaligned(p, bytes);
}

/* Device memory: a pointer handed to a kernel must lie in it (or be NULL). */
void *sim_malloc(size_t bytes);
void sim_free(void *p);
void sim_check_pointer(const char *kernel, const void *p);
/* Of a struct by value: each aligned word of it that can be nothing but a pointer. */
void sim_check_words(const char *kernel, const void *value, size_t bytes);

template <class T> void sim_check(const char *, T, std::false_type)
{
}

#if defined(__has_builtin)
#if __has_builtin(__builtin_clear_padding)
#define SIM_CLEAR_PADDING(p) __builtin_clear_padding(p)
#endif
#endif

#ifdef SIM_CLEAR_PADDING
template <class T> void sim_check(const char *kernel, T value, std::true_type)
{
    static_assert(std::is_trivially_copyable<T>::value, "a kernel's arguments are copied as bytes");
    SIM_CLEAR_PADDING(&value); /* it may hold parts of what lay there before */
    sim_check_words(kernel, &value, sizeof value);
}
#else
template <class T> void sim_check(const char *, T, std::true_type)
{
}
#endif

template <class T> void sim_check_one(const char *kernel, T value)
{
    sim_check(kernel, value, std::is_class<T>());
}

template <class T> void sim_check_one(const char *kernel, T *p)
{
    sim_check_pointer(kernel, p);
}

/* --- starting a kernel --- */

struct sim_launch {
    const char *kernel;
    dim3 grid, block;
    size_t dynamic_bytes;
    std::function<void()> thread; /* the kernel with its arguments */
};

/* Ends the program where a device would refuse the launch. */
void sim_check_launch(const sim_launch &l);
void sim_run(const sim_launch &l);

/* Queues a kernel's run on the device's twin (twin.cpp) whose stream it is; runs it at once on
 * stream NULL. */
int sim_queue(void *stream, const char *kernel, const std::function<void()> &run);

/* Arguments are read now, the kernel runs when somebody waits for it. */
#define LAUNCH(kernel, grid, block, bytes, stream, ...)                                            \
    sim_start(#kernel, kernel, grid, block, bytes, stream, __VA_ARGS__)

template <class... P, class... A>
int sim_start(const char *name, void (*kernel)(P...), dim3 grid, dim3 block, size_t bytes,
              void *stream, A... values)
{
    std::tuple<std::decay_t<P>...> arguments(static_cast<P>(values)...);
    std::apply([=](const auto &...v) { (sim_check_one(name, v), ...); }, arguments);
    sim_launch l = {name, grid, block, bytes, [=] { std::apply(kernel, arguments); }};
    sim_check_launch(l);
    return sim_queue(stream, name, [l] { sim_run(l); });
}

#endif
