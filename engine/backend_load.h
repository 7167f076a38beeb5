/* backend_load.h - finding and opening the modules that backends are. Any thread. */
#ifndef COMBOLAB_ENGINE_BACKEND_LOAD_H
#define COMBOLAB_ENGINE_BACKEND_LOAD_H

#include "engine/core/backend.h"

/* An opened module; stays loaded until the process ends, since OpenMP threads cannot be unloaded.
 */
struct backend_module {
    const struct backend_ops *ops;
    char path[1024];
};

/* Opens the module of that name ("cpu", "cuda"): $COMBOLAB_MODULES, then beside the program, then
 * ../lib/combolab from it, then where it was installed. Sets OMP_WAIT_POLICY=passive and
 * GOMP_SPINCOUNT first when the environment holds neither. */
int backend_load(struct backend_module *out, const char *name, struct err *e);

/* Splits a --device value: "auto", "cpu", "cuda", "cuda:1" -> module name and number. For "auto"
 * the first CUDA device, else the CPU. */
int backend_choose(const char *device, struct backend_module *out, int *number, struct err *e);

#endif
