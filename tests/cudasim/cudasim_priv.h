/* cudasim_priv.h - what cudasim.cpp (threads, barriers, launches) and memory.cpp share. */
#ifndef COMBOLAB_TESTS_CUDASIM_PRIV_H
#define COMBOLAB_TESTS_CUDASIM_PRIV_H

#include "tests/cudasim/cudasim.h"

struct fibre;

#define SIM_THREADS 1024            /* in a block */
#define SIM_COPIES 128              /* of a thread, not yet waited for */
#define SIM_BLOCK_BYTES (99 * 1024) /* of shared memory: 8.6, 8.9 and 12.0 have no more */

struct sim_copied {
    void *to;
    const void *from;
    size_t bytes;
    int group;
};

enum sim_state { SIM_FREE, SIM_AT_BLOCK, SIM_AT_WARP, SIM_DONE };

struct sim_thread {
    dim3 place;
    fibre *on;      /* where it has begun; NULL: it has not */
    fibre *home[2]; /* its own, in even and odd blocks, where stacks aren't shared */
    sim_state state;
    const char *file; /* of the barrier it waits at */
    int line;
    unsigned exchanges; /* so far */
    sim_copied copy[SIM_COPIES];
    int copies, group;
    bool fenced;    /* has done sim_fence in this block */
    void *counted;  /* by sim_atomic_add, without a fence since */
    void *order[2]; /* itself as ThreadSanitizer knows it: of even and of odd blocks */
};

extern sim_thread *sim_now; /* the thread that runs */
extern const sim_launch *sim_now_in;

/* Ends the program; says which kernel and block it was, and where threads wait. */
[[noreturn]] void sim_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A block's memory of a name, made at the first call, all NaN. */
void *sim_block_memory(const char *name, int line, size_t bytes, bool counts);
void sim_block_memory_end();

#endif
