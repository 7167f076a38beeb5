/* mem.h - every allocation of the program, so that tests can make the n-th one fail.
 *
 * What mem_alloc* returns is freed with mem_free (aligned blocks with mem_free_aligned). All return
 * NULL on failure; callers turn that into an error with mem_error. Thread-safe.
 */
#ifndef COMBOLAB_BASE_MEM_H
#define COMBOLAB_BASE_MEM_H

#include <stddef.h>

struct err;

/* `count` objects of `size` bytes, zeroed. NULL on overflow too. A count of 0 gives a block. */
void *mem_alloc(size_t count, size_t size) __attribute__((malloc));

/* Grows or shrinks a mem_alloc block to `count` objects of `size` bytes; new bytes are not zeroed.
 * On failure returns NULL and leaves `block` as it was. */
void *mem_resize(void *block, size_t count, size_t size);

/* 64-byte aligned and zeroed: for tensors. Freed by mem_free_aligned only. */
void *mem_alloc_aligned(size_t bytes) __attribute__((malloc));

/* A copy of a string or of `bytes` bytes. */
char *mem_string(const char *text);
void *mem_copy(const void *from, size_t bytes);

void mem_free(void *block);
void mem_free_aligned(void *block);

/* Sets ERR_MEMORY: "out of memory for WHAT (N bytes)". Returns -1. */
int mem_error(struct err *e, const char *what, size_t bytes);

/* Tests only: the n-th allocation from now fails (1 = the next), once; 0 turns it off. */
void mem_test_fail_at(long n);

/* Tests only: allocations since the last mem_test_fail_at. */
long mem_test_count(void);

#endif
