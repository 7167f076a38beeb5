/* progress_table.c - see progress_table.h. */
#include "results/progress_table.h"

int progress_table(struct table **out, const struct progress_row *now, struct err *e)
{
    static const struct table_column columns[] = {
        {"phase", "phase", TABLE_TEXT, 0, false},
        {"epoch", "epoch in progress", TABLE_INT, 0, false},
        {"epochs", "epochs", TABLE_INT, 0, false},
        {"step", "step", TABLE_INT, 0, false},
        {"steps", "steps", TABLE_INT, 0, false},
        {"loss", "loss so far", TABLE_REAL, 4, false},
        {"images_per_s", "images/s", TABLE_REAL, 1, false},
        {"elapsed_s", "elapsed", TABLE_DURATION, 0, false},
        {"eta_s", "time left", TABLE_DURATION, 0, false},
        {"device_bytes", "device memory", TABLE_BYTES, 0, false},
    };
    if (table_new(out, "progress", true, columns, sizeof columns / sizeof *columns, e))
        return -1;
    table_text(*out, now->phase);
    table_int(*out, now->epoch);
    table_int(*out, now->epochs);
    table_int(*out, now->step);
    table_int(*out, now->steps);
    table_real(*out, now->loss);
    table_real(*out, now->images_per_s);
    table_real(*out, now->elapsed_s);
    table_real(*out, now->eta_s);
    table_real(*out, now->device_bytes);
    return 0;
}

int progress_table_steps(struct table **out, const struct term_row *terms, size_t n_terms,
                         const struct progress_step *steps, size_t n, struct err *e)
{
    struct table_column columns[2 + ROW_MAX_TERMS] = {
        {"step", "step", TABLE_INT, 0, false},
        {"loss", "loss", TABLE_REAL, 4, false},
    };
    for (size_t t = 0; t < n_terms; t++)
        columns[2 + t] = (struct table_column){terms[t].name, terms[t].name, TABLE_REAL, 4, false};
    if (table_new(out, "steps", false, columns, 2 + n_terms, e))
        return -1;
    for (size_t i = 0; i < n; i++) {
        table_int(*out, steps[i].step);
        table_real(*out, steps[i].total);
        for (size_t t = 0; t < n_terms; t++)
            table_real(*out, steps[i].term[t]);
    }
    return 0;
}
