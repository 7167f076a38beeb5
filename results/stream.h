/* stream.h - rows written as they come, in constant room however many there are: what a statement
 * of a user gives, whose columns have no types of their own.
 *
 * Order of calls: stream_new, stream_row for each row, stream_end when there are no more, for
 * whatever reason: what came is then complete in its format; stream_free. Markdown and LaTeX keep
 * the rows until then, and take so many:
 */
#ifndef COMBOLAB_RESULTS_STREAM_H
#define COMBOLAB_RESULTS_STREAM_H

#include "db/rows.h"

#include <stdio.h>

#define STREAM_MOST_KEPT 10000

struct err;
struct stream;

/* How and where. For people columns are as wide as the first rows need; later ones may be wider. */
struct stream_output {
    FILE *to;
    int format;    /* of enum output_format */
    int width;     /* columns of the terminal, 0 = no limit */
    bool terminal; /* no control character goes out raw */
    bool dims;     /* NULL is written, and dim, rather than left empty */
};

/* `names` are copied. */
int stream_new(struct stream **out, const struct stream_output *output, const char *const *names,
               size_t n_columns, struct err *e);

/* A value for each column. */
int stream_row(struct stream *s, const struct row_value *values, struct err *e);
int stream_end(struct stream *s, struct err *e);
void stream_free(struct stream *s); /* NULL is allowed */

#endif
