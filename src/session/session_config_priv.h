/* session_config_priv.h - a run's settings as the engine has them and as the database stores them.
 */
#ifndef COMBOLAB_SRC_SESSION_SESSION_CONFIG_PRIV_H
#define COMBOLAB_SRC_SESSION_SESSION_CONFIG_PRIV_H

#include "db/rows.h"
#include "engine/config.h"
#include "engine/event.h"

#include <stddef.h>

struct err;

/* Everything that db_run_add wants. */
struct session_rows {
    struct run_row run;
    struct option_row *options; /* owned */
    size_t n_options;
    struct term_row terms[ROW_MAX_TERMS];
    size_t n_terms;
};

/* Checks settings and opens the data set; paths become absolute. Fills the columns of *run (may be
 * NULL) that the data set settles: data, protocol, fold; and *facts (may be NULL). On -1 nothing is
 * changed. */
int session_settle(struct run_config *config, struct run_row *run, struct data_facts *facts,
                   struct err *e);

/* Makes the path of a data set that is there a full one, with links resolved. */
int session_settle_data(char data[OPT_TEXT_BYTES], struct err *e);

/* As session_settle, and all rows of a launch. */
int session_rows_init(struct session_rows *rows, struct run_config *config, struct err *e);
void session_rows_fini(struct session_rows *rows);

#endif
