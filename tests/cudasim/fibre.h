/* fibre.h - stacks that take turns on one OS thread. On x86-64 and aarch64 a switch is a dozen
 * instructions; elsewhere it is swapcontext. */
#ifndef COMBOLAB_TESTS_CUDASIM_FIBRE_H
#define COMBOLAB_TESTS_CUDASIM_FIBRE_H

#include <cstddef>

struct fibre {
    void *at;             /* where it goes on */
    unsigned char *stack; /* the lowest byte */
    size_t bytes;
    void *fake_stack; /* AddressSanitizer's */
};

/* A fibre that begins with run(), which calls fibre_begun first and never returns. Lives as long as
 * the program. The program's own stack is a fibre too: one of zeros. */
fibre *fibre_new(void (*run)());
void fibre_begun(fibre *self);

/* Goes on with `to`; returns when somebody switches to `self`, which is the caller. */
void fibre_switch(fibre *self, fibre *to);

#endif
