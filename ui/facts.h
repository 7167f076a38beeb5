/* facts.h - a run's rows as short texts and roles, the same in every view. */
#ifndef COMBOLAB_UI_FACTS_H
#define COMBOLAB_UI_FACTS_H

#include "ui/pen.h"

#define FACTS_CELLS 10 /* of a figure among words */

/* "SCUT 5-fold/2", "SCUT 60-40" */
void facts_data(const struct ui_run *r, char *to, size_t room);

/* "combo 2,1,1", "l1" */
void facts_loss(const struct ui_run *r, char *to, size_t room);

/* Everything that was chosen: data, backbone, loss, size, batch, rate, seed. */
void facts_settings(const struct ui_run *r, char *to, size_t room);

/* "MAE 0.2127  RMSE 0.2774  PC 0.9117" */
void facts_figures(const struct pen *pen, double mae, double rmse, double pc, char *to,
                   size_t room);

/* Sign and colour of a state; unknown ones have signs too. */
const char *facts_state_sign(const struct pen *pen, const char *state);
enum role facts_state_role(const char *state);

/* What the database says, or what the run itself says at present, which may be NULL. */
const char *facts_state(const struct ui_run *r, const struct snapshot *now);

/* Share of the planned epochs that is done, counting the one that is being trained. */
double facts_done(const struct ui_run *r, const struct snapshot *now);

/* Share of the phase in progress: 0 to 1. */
double facts_phase(const struct snapshot *now);

/* "34/51  412 images/s  loss 0.4321  mem 1.2 GiB": what is known of the phase in progress. */
void facts_now(const struct pen *pen, const struct snapshot *now, char *to, size_t room);

/* Seconds in one unit: "41s", "7m", "3h", "12d". */
void facts_age(double seconds, char *to, size_t room);

/* Images a second: "12.3", "412". */
void facts_speed(const struct pen *pen, double images_per_s, char *to, size_t room);

/* A run's PC as a line of bars between its least and greatest, blank where there is none. */
void facts_curve(const struct pen *pen, const struct row_curve *curve, char *to, size_t room);

#endif
