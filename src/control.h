/* control.h - the commands stop, pause and checkpoint: what the keys of the screen ask of a run
 * that any process trains, from the shell. */
#ifndef COMBOLAB_SRC_CONTROL_H
#define COMBOLAB_SRC_CONTROL_H

#include "engine/train/trainer.h"
#include "src/command.h"

struct control_options {
    bool wait;
};

extern const struct opt_table control_table;

/* Asks it of each RUN of the command line and, unless told not to, waits until it is done. Returns
 * the exit status. */
int control_runs(const struct invocation *in, enum verb verb);

#endif
