/* db_speed.c - how fast runs have been, to tell how long others will take. */
#include "db/db_priv.h"

int db_speed(struct db *d, const struct db_speed_like *like, int64_t *run, double *image_s,
             struct err *e)
{
    struct query q;
    query_open(&q, d,
               "SELECT run.id, (SELECT sum(seconds) FROM phase WHERE phase.run = run.id) /"
               " (SELECT sum(images) FROM phase WHERE phase.run = run.id AND phase = 'train') AS s"
               " FROM run JOIN run_option ON run_option.run = run.id"
               " AND run_option.name = 'precision' AND run_option.value = ?"
               " WHERE run.device = ? AND backbone = ? AND image_size = ? AND batch = ?"
               " AND epochs_done > 0 AND imported IS NULL AND s > 0 ORDER BY run.id DESC LIMIT 1");
    query_bind_text(&q, like->precision);
    query_bind_text(&q, like->device);
    query_bind_text(&q, like->backbone);
    query_bind_int(&q, like->image_size);
    query_bind_int(&q, like->batch);
    int row = query_step(&q, e);
    if (row == 1) {
        *run = query_int(&q);
        *image_s = query_real(&q);
    }
    query_close(&q);
    return row;
}
