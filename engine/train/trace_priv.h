/* trace_priv.h - --trace: what it takes to repeat a run elsewhere, step by step.
 *
 *   run.json              options, loss weights, class weights and values, data folder
 *   initial.safetensors   the weights before the first step
 *   order.csv             epoch,step,place,image,score, then the fields of struct augment_draw:
 *                         every sample of every step
 *   steps.csv             epoch,step,images,learning_rate,total, then one column a loss term
 *
 * A resumed run adds to these files. After a kill, steps later than the checkpoint that it goes on
 * from are in them twice.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_TRACE_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_TRACE_PRIV_H

#include "engine/train/run_priv.h"

/* Makes the folder and writes what is known before training. */
int trace_new(struct trace **out, struct run *run, struct err *e);
void trace_free(struct trace *t);

/* A training epoch's samples, before its first step; a step, when collected. */
int trace_order(struct trace *t, const struct run *run, struct err *e);
int trace_step(struct trace *t, const struct run *run, size_t step,
               const struct backend_result *result, double learning_rate, struct err *e);

#endif
