/* sanitizer.h - what the sanitizers are told of the simulator: AddressSanitizer of stacks, of
 * shared and of device memory; ThreadSanitizer of GPU threads, each a fibre of its own to it, and
 * of what orders them. Everything here is empty in a plain build.
 *
 * For ThreadSanitizer the files of tests/cudasim are compiled without -fsanitize=thread and with
 * -DCUDASIM_TSAN: what takes turns must not be seen, only what kernels do. */
#ifndef COMBOLAB_TESTS_CUDASIM_SANITIZER_H
#define COMBOLAB_TESTS_CUDASIM_SANITIZER_H

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define CUDASIM_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CUDASIM_ASAN 1
#endif
#endif

#ifdef CUDASIM_ASAN

#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

/* Before a switch to the stack with that lowest byte and size, and behind one: which was left. */
static inline void stack_leave(void **fake, const void *to, size_t bytes)
{
    __sanitizer_start_switch_fiber(fake, to, bytes);
}

static inline void stack_arrive(void *fake, const void **left, size_t *bytes)
{
    __sanitizer_finish_switch_fiber(fake, left, bytes);
}

#else

static inline void stack_leave(void **, const void *, size_t)
{
}

static inline void stack_arrive(void *, const void **, size_t *)
{
}

#define ASAN_POISON_MEMORY_REGION(p, bytes) ((void)(p), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(p, bytes) ((void)(p), (void)(bytes))

#endif

#ifdef CUDASIM_TSAN

static const bool order_watched = true;

#include <sanitizer/tsan_interface.h>

extern "C" void AnnotateIgnoreReadsBegin(const char *file, int line);
extern "C" void AnnotateIgnoreReadsEnd(const char *file, int line);
extern "C" void AnnotateIgnoreWritesBegin(const char *file, int line);
extern "C" void AnnotateIgnoreWritesEnd(const char *file, int line);

static inline void *order_thread()
{
    return __tsan_create_fiber(0);
}

static inline void *order_this_thread()
{
    return __tsan_get_current_fiber();
}

/* From here on this is thread t. That alone orders nothing. */
static inline void order_switch(void *t)
{
    __tsan_switch_to_fiber(t, __tsan_switch_to_fiber_no_sync);
}

/* What was done before a release is done before what follows an acquire of the same object. */
static inline void order_release(void *object)
{
    __tsan_release(object);
}

static inline void order_acquire(void *object)
{
    __tsan_acquire(object);
}

/* Between the two accesses are no thread's, and memory that is taken or given back has no past. */
static inline void order_forget()
{
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
}

static inline void order_remember()
{
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
}

#else

static const bool order_watched = false;

static inline void *order_thread()
{
    return NULL;
}

static inline void *order_this_thread()
{
    return NULL;
}

static inline void order_switch(void *)
{
}

static inline void order_release(void *)
{
}

static inline void order_acquire(void *)
{
}

static inline void order_forget()
{
}

static inline void order_remember()
{
}

#endif

#endif
