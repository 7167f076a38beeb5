/* needed.c - see needed.h. */
#include "src/needed.h"

#include "base/err.h"
#include "base/mem.h"
#include "src/experiment.h"
#include "src/session/session.h"

#include <stdio.h>

/* The place of an earlier one that takes the same run's settings; `i` itself when there is none. */
static size_t alike_before(const struct ablation *a, size_t i)
{
    size_t k = 0;
    while (k < i && a->missing[k].like != a->missing[i].like)
        k++;
    return k;
}

/* A name of the run's own would be this one's too. */
static int read_settings(struct db *db, int64_t run, struct run_config *to, struct err *e)
{
    struct run_row row;
    if (session_read_config(db, run, to, &row, e))
        return -1;
    to->name[0] = '\0';
    if (!row.imported[0])
        return 0;
    return err_set(e, ERR_STATE,
                   "run %lld, whose settings other seeds would take, was brought in from %.80s: "
                   "they are not known here",
                   (long long)run, row.imported);
}

static int set_number(struct run_config *to, const char *option, long long number, struct err *e)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", number);
    return opt_set(&config_options, to, option, text, e);
}

static int fill(struct db *db, const struct ablation *a, struct needed *to, size_t i, struct err *e)
{
    const struct ablation_missing *missing = &a->missing[i];
    struct run_config *config = &to->configs[i];
    size_t before = alike_before(a, i);
    if (before < i)
        *config = to->configs[before];
    else if (read_settings(db, missing->like, config, e))
        return -1;
    if (missing->fold && set_number(config, "fold", missing->fold, e))
        return -1;
    return set_number(config, "seed", missing->seed, e);
}

int needed_read(struct db *db, const struct ablation *a, struct needed *to, struct err *e)
{
    *to = (struct needed){.seconds = ablation_missing_s(a)};
    if (a->n_missing > CONFIG_MOST_RUNS)
        return err_set(e, ERR_USAGE,
                       "%zu runs would be needed for a decision, and at most %d are queued at once",
                       a->n_missing, CONFIG_MOST_RUNS);
    if (a->looks.n)
        to->looks = experiment_looks_row(&a->looks);
    to->configs = mem_alloc(a->n_missing, sizeof *to->configs);
    int status = to->configs
                     ? 0
                     : mem_error(e, "the runs that are needed", a->n_missing * sizeof *to->configs);
    for (; !status && to->n < a->n_missing; to->n++)
        status = fill(db, a, to, to->n, e);
    if (!status)
        status = ablation_table_missing(&to->table, a, e);
    if (status)
        needed_fini(to);
    return status;
}

void needed_fini(struct needed *n)
{
    table_free(n->table);
    mem_free(n->configs);
    *n = (struct needed){.n = 0};
}
