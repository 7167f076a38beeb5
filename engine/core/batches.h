/* batches.h - a spec's batch sizes as a backend wants them. Pure functions. */
#ifndef COMBOLAB_ENGINE_CORE_BATCHES_H
#define COMBOLAB_ENGINE_CORE_BATCHES_H

#include "engine/core/backend.h"

/* Largest first, each size once with all that it is for; returns how many there are. */
int batches_of(const struct backend_spec *spec, struct backend_batch out[BACKEND_MAX_BATCHES]);

/* The place of a size that is among those n. */
int batches_place(const struct backend_batch *list, int n, int size);

#endif
