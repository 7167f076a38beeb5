/* stream_priv.h - what the formats of a stream share. */
#ifndef COMBOLAB_RESULTS_STREAM_PRIV_H
#define COMBOLAB_RESULTS_STREAM_PRIV_H

#include "base/str.h"
#include "results/stream.h"

/* A format. Each returns 0, or -1 when out of memory; a row 1 when there is no room for it. */
struct stream_format {
    int (*head)(struct stream *s); /* before any row */
    int (*row)(struct stream *s, const struct row_value *values);
    int (*end)(struct stream *s);
};

/* A column's name as a value. */
struct row_value stream_name(const struct stream *s, size_t column);

extern const struct stream_format stream_aligned, stream_csv, stream_json, stream_markup;

struct stream {
    struct stream_output output;
    const struct stream_format *format;
    char **names;
    size_t n_columns;
    uint64_t rows;
    struct str text; /* of the cell that is being written */
    /* of stream_aligned: */
    char **held; /* cells of the first rows; NULL once columns have their widths */
    size_t n_held;
    enum row_value_kind *kinds; /* of those */
    struct stream_column *columns;
    /* of stream_markup: */
    struct row_value *kept; /* row by row; texts are owned */
    size_t n_kept, room;
};

#endif
