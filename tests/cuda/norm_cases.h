/* norm_cases.h - the shapes that tests of norms, pools and gates go through, and the two ways. */
#ifndef COMBOLAB_TESTS_CUDA_NORM_CASES_H
#define COMBOLAB_TESTS_CUDA_NORM_CASES_H

#include "base/mem.h"
#include "cuda/kernels/map.h"
#include "tests/cuda/kernel_kit.h"

#include <stdlib.h>

/* What a case is called in TAP lines. */
#define SHAPE "%dx%dx%dx%d"
#define SHAPE_OF(m) (m).n, (m).h, (m).w, (m).c

static inline double *doubles(size_t count)
{
    double *d = mem_alloc(count, sizeof *d);
    if (!d)
        abort();
    return d;
}

struct norm_case {
    struct map m;
    int pixels; /* of a part; 0 = parts_of's */
};

static const struct norm_case norm_cases[] = {
    {{2, 1, 1, 1}, 0},    {{1, 2, 3, 3}, 4},    {{3, 7, 7, 5}, 10},   {{2, 9, 5, 7}, 0},
    {{3, 2, 3, 8}, 5},    {{1, 9, 5, 16}, 7},   {{2, 7, 7, 48}, 20},  {{2, 9, 5, 64}, 0},
    {{64, 1, 1, 16}, 0},  {{1, 7, 7, 256}, 0},  {{2, 1, 1, 2048}, 0}, {{64, 2, 3, 8}, 4},
    {{1, 40, 33, 64}, 0}, {{1, 2, 3, 2048}, 1},
};

static inline int norm_case_count(const struct kit *k)
{
    int all = (int)(sizeof norm_cases / sizeof *norm_cases);
    return k->small ? all - 3 : all;
}

static inline struct parts norm_case_parts(const struct norm_case *c)
{
    int area = (int)map_area(c->m);
    if (!c->pixels)
        return parts_of(c->m);
    return (struct parts){(area + c->pixels - 1) / c->pixels, c->pixels};
}

/* Chooses the plain kernels or the fast ones from here on. */
static inline void norm_cases_way(bool fast, enum element t)
{
    if (fast)
        unsetenv("COMBOLAB_CUDA_PLAIN");
    else
        setenv("COMBOLAB_CUDA_PLAIN", "all", 1);
    diag("%s, %s", fast ? "fast" : "plain", t == ELEMENT_BF16 ? "bf16" : "float32");
}

/* Calls `each` for every case, in both types, with the plain kernels and with the fast ones. */
static inline void norm_cases_run(struct kit *k, void (*each)(struct kit *, enum element,
                                                              const struct norm_case *))
{
    for (int i = 0; i < 4; i++) {
        enum element t = i & 2 ? ELEMENT_BF16 : ELEMENT_F32;
        norm_cases_way(i & 1, t);
        for (int c = 0; c < norm_case_count(k); c++) {
            each(k, t, &norm_cases[c]);
            kit_clear(k);
        }
    }
}

#endif
