/* fake_methods.h - ways of convolution that do as a test says: they stand in conv_methods in front
 * of the plain one. */
#ifndef COMBOLAB_TESTS_CUDA_FAKE_METHODS_H
#define COMBOLAB_TESTS_CUDA_FAKE_METHODS_H

#include <stdbool.h>

enum fake_fault { FAKE_RIGHT, FAKE_WRONG, FAKE_UNFINISHED, FAKE_FAILS, FAKE_VARIES, FAKE_FORGETS };

struct fake {
    bool there; /* offered at all */
    enum fake_fault fault;
    bool moments;                       /* it makes them; FAKE_FORGETS: says so alone */
    int version;                        /* a way can be had again from texts of the same */
    int offered, made_again, run, open; /* counts; open: ways not closed yet */
};

extern struct fake fake_first, fake_second;

/* Both right, version 1, counts 0; the first there as said. */
void fake_reset(bool first, bool second);

#endif
