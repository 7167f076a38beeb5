/* dataset_check_priv.h - between dataset.c and dataset_check.c. */
#ifndef COMBOLAB_SRC_COMMANDS_DATASET_CHECK_PRIV_H
#define COMBOLAB_SRC_COMMANDS_DATASET_CHECK_PRIV_H

#include "engine/dataset/dataset.h"
#include "src/command.h"

/* Decodes every image, prints what is found, and returns the exit status. */
int dataset_check(const struct invocation *in, const struct dataset *d);

#endif
