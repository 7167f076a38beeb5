/* backend_spread.h - how far results may be apart where both sides keep values in bf16.
 *
 * A sum in another order moves a value across the middle between two bf16 numbers about once in two
 * thousand times, and then by a whole step of 2^-8. So differences are measured by root mean
 * square, in which one such value among many hardly shows, and one rounding too many or too few on
 * every value does (1.7e-3). Deeper in a net all that reads the value is moved a little and rounds
 * otherwise more often; and a ReLU whose input crosses 0 opens or closes, which changes gradients
 * by much more than a step. Both grow with the number of ReLUs that another unit reads.
 */
#ifndef COMBOLAB_TESTS_KIT_BACKEND_SPREAD_H
#define COMBOLAB_TESTS_KIT_BACKEND_SPREAD_H

#include "tests/kit/backend_compare.h"
#include "tests/kit/backend_difference.h"

/* What is tolerated of one unit. One rounding too many, too few or elsewhere on each value of a
 * tensor is 1.7e-3; what a sum in another order makes of the cases of one unit is up to 4e-4
 * forward and 7e-4 back. On a device, where cuDNN rounds weights' gradients to bf16
 * (cuda/conv_trial.c), more. */
struct tolerance spread_of_unit(const struct backend_ops *ops);

/* What is tolerated of this net, in the first step or in a later one (t->later in all, unless
 * t->spreads). */
struct tolerance spread_tolerance(const struct tolerance *t, const struct net *net, bool first);

/* Gives `mine` the reference's weights, statistics and momenta, so that a step is judged alone and
 * not for what became of the former ones' differences. Nothing unless t->spreads. */
void spread_stop(const struct tolerance *t, const struct pair *p);

#endif
