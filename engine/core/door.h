/* door.h - a net that is open on a backend: the one way in which anybody reaches one.
 *
 * The door keeps to the rules of backend.h: it checks what is asked, once, and calls the backend
 * only with what may be asked; so backends have no checks of their own but for what they cannot do.
 * What is refused has changed nothing and goes on as before; where the backend itself failed, only
 * door_close is left. Nobody else calls a backend's functions, but for those that need no open net:
 * who lists devices calls `devices` and `library`.
 *
 * Order of calls, all from one thread:
 *   door_open -> [door_images] -> set -> { door_epoch -> { door_step ... door_collect } } -> get
 *   -> door_close
 * Calls return 0, -1 with *e set, or 1 for cancelled. Steps allocate nothing.
 */
#ifndef COMBOLAB_ENGINE_CORE_DOOR_H
#define COMBOLAB_ENGINE_CORE_DOOR_H

#include "engine/core/backend.h"

struct door;

extern const char *const door_precision_names[]; /* of enum backend_precision; NULL-terminated */

/* The spec is copied, its net too. */
int door_open(struct door **out, const struct backend_ops *ops, const struct backend_spec *spec,
              struct err *e);
void door_close(struct door *d); /* NULL is allowed */

/* The set and its pixels are borrowed until close or other images; labels are copied. */
int door_images(struct door *d, const struct image_set *set, const float *scores,
                const int *classes, struct err *e);

/* Kinds and indices are backend.h's; `count` is exactly how many values there are. Not while a step
 * is in flight. */
int door_set(struct door *d, enum backend_kind kind, int index, const float *from, size_t count,
             struct err *e);
int door_get(struct door *d, enum backend_kind kind, int index, float *to, size_t count,
             struct err *e);

/* Gives every parameter and running statistic the value that net_init_param says. */
int door_set_initial(struct door *d, uint64_t seed, struct err *e);

int door_epoch(struct door *d, const struct backend_plan *plan, struct err *e);
int door_step(struct door *d, unsigned phases, struct err *e);
int door_collect(struct door *d, struct backend_result *out, struct err *e);

/* The parameters of the net, in weight-file order; live until door_close. */
const struct net_params *door_params(const struct door *d);

/* The backend's name ("cpu"), the version text of its libraries, and the device that the net is on:
 * only its name is set, to the backend's, where the backend doesn't list it. */
const char *door_name(const struct door *d);
const char *door_library(const struct door *d);
void door_device(const struct door *d, struct backend_device *out);

/* What the net is computed in: "bf16", never "auto". */
const char *door_precision(const struct door *d);

/* What the backend chose to compute by, as backend.h has it; NULL where it has no choice. */
const char *door_algorithms(const struct door *d);

/* What the backend left out when it was opened, and what else it has to say of that, a line each; ""
 * for nothing. */
const char *door_notes(const struct door *d);
const char *door_remarks(const struct door *d);

void door_usage(const struct door *d, struct backend_usage *out);
uint64_t door_bytes(const struct backend_usage *usage); /* of all kinds together */
const char *door_memory_name(enum backend_memory kind); /* "parameters" */

/* Zeros where the backend can't tell. */
void door_profile(struct door *d, struct backend_profile *out);

/* Tests only: what is behind the door. */
struct backend *door_backend(const struct door *d);

#endif
