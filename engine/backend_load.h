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

/* Every backend that there is, built here or not; NULL-terminated. */
extern const char *const backend_names[];

/* Opens the module of one of these names: $COMBOLAB_MODULES, then beside the program, then
 * ../lib/combolab from it, then where it was installed. Sets OMP_WAIT_POLICY=passive and
 * GOMP_SPINCOUNT first when the environment holds neither. */
int backend_load(struct backend_module *out, const char *name, struct err *e);

/* The backend and number of a --device value: "auto", a name, or a name and a number as in
 * "cuda:1". For "auto" the first backend that can train; `passed` (may be NULL) then says why those
 * before it could not, "" where it is the first. An *ops that is set already stays, with device 0:
 * tests bring their own. */
int backend_choose(const char *device, const struct backend_ops **ops, int *number,
                   struct err *passed, struct err *e);

/* What a run's row says of its device, with the threads that it was told to use, 0 = none. */
void backend_device_text(const struct backend_device *device, int64_t threads, char *to,
                         size_t room);

#endif
