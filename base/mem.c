/* mem.c - allocation with a fault hook. The hook is the one piece of process-wide state in base/:
 * it is off except in tests. */
#include "base/mem.h"

#include "base/err.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static atomic_long allocations;
static atomic_long fail_at;

void mem_test_fail_at(long n)
{
    atomic_store(&allocations, 0);
    atomic_store(&fail_at, n);
}

long mem_test_count(void)
{
    return atomic_load(&allocations);
}

static int must_fail(void)
{
    long n = atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed) + 1;
    return n == atomic_load_explicit(&fail_at, memory_order_relaxed);
}

void *mem_alloc(size_t count, size_t size)
{
    if (must_fail() || (size && count > PTRDIFF_MAX / size))
        return NULL;
    return calloc(count ? count : 1, size ? size : 1);
}

void *mem_resize(void *block, size_t count, size_t size)
{
    if (must_fail() || (size && count > PTRDIFF_MAX / size))
        return NULL;
    size_t bytes = count * size;
    return realloc(block, bytes ? bytes : 1);
}

void *mem_alloc_aligned(size_t bytes)
{
    if (must_fail() || bytes > PTRDIFF_MAX - 64)
        return NULL;
    size_t rounded = bytes ? (bytes + 63) / 64 * 64 : 64;
    void *block = aligned_alloc(64, rounded);
    if (block)
        memset(block, 0, rounded);
    return block;
}

void *mem_copy(const void *from, size_t bytes)
{
    void *block = mem_alloc(bytes, 1);
    if (block && bytes)
        memcpy(block, from, bytes);
    return block;
}

char *mem_string(const char *text)
{
    return mem_copy(text, strlen(text) + 1);
}

void mem_free(void *block)
{
    free(block);
}

void mem_free_aligned(void *block)
{
    free(block);
}

int mem_error(struct err *e, const char *what, size_t bytes)
{
    return err_set(e, ERR_MEMORY, "out of memory for %s (%zu bytes)", what, bytes);
}
