/* dataset_kit.h - what the tests of data sets share. Included by one test each. */
#ifndef COMBOLAB_TESTS_KIT_DATASET_KIT_H
#define COMBOLAB_TESTS_KIT_DATASET_KIT_H

#include "base/err.h"
#include "base/mem.h"
#include "engine/dataset/dataset.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <stdbool.h>
#include <string.h>

static struct err e; /* of the last open_set */

static int open_set(struct dataset **d, const char *path, enum config_protocol protocol, int fold)
{
    const struct dataset_request request = {.path = path, .protocol = protocol, .fold = fold};
    return dataset_open(d, &request, &e);
}

/* What holds of every set. */
static void check_common(const struct dataset *d)
{
    bool sorted = true, places = true;
    for (size_t i = 1; i < d->n; i++)
        sorted = sorted && strcmp(d->items[i - 1].name, d->items[i].name) < 0;
    for (size_t i = 0; i < d->n_train; i++)
        places = places && d->items[d->train[i]].train && (!i || d->train[i - 1] < d->train[i]);
    for (size_t i = 0; i < d->n_test; i++)
        places = places && d->items[d->test[i]].test && (!i || d->test[i - 1] < d->test[i]);
    ok(sorted && places, "%s: sorted by name, places ascending", d->name);
}

/* Each allocation of opening may fail. */
static void check_memory(const char *path)
{
    long n = 1;
    bool clean = true;
    for (;; n++) {
        struct dataset *d = NULL;
        mem_test_fail_at(n);
        int result = open_set(&d, path, PROTOCOL_AUTO, 1);
        mem_test_fail_at(0);
        dataset_free(d);
        if (!result)
            break;
        clean = clean && !d && e.code == ERR_MEMORY;
    }
    ok(clean && n > 10, "each of %ld allocations may fail", n - 1);
}

#endif
