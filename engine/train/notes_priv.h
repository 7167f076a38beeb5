/* notes_priv.h - what a run has to say before it has started: kept until EVENT_STARTED, which comes
 * first, is told. From the engine thread. */
#ifndef COMBOLAB_ENGINE_TRAIN_NOTES_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_NOTES_PRIV_H

#include "engine/train/run_priv.h"

int notes_new(struct run *run, struct err *e);

/* One more line for the log; beyond the first few it is dropped. */
void notes_add(struct run *run, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void notes_log(const struct run *run);
void notes_free(struct run *run);

#endif
