/* want_sql.h - what wants of statements and of their names share. */
#ifndef COMBOLAB_SRC_WANT_SQL_H
#define COMBOLAB_SRC_WANT_SQL_H

#include "src/want.h"

#include "base/err.h"

/* What has come of a statement since the part before. */
struct sql_part {
    int64_t number;
    bool done, more, exists;
    char **names; /* of columns; in the first part that has any */
    size_t n_columns;
    struct row_value *values;
    size_t n_values;
    char *texts; /* what they point into */
    double seconds;
    uint64_t written; /* rows, all of them */
    char file[OPT_TEXT_BYTES], problem[ERR_TEXT_BYTES];
    size_t problem_at;
};

void sql_part_free(void *part);

/* --- want_sql_kept.c: of its descriptor --- */

int want_sql_adopt(void **kept, void *rows, struct ui_model *view, struct err *e);
void want_sql_free_kept(void *kept, struct ui_model *view);

/* --- want_sql.c --- */

/* Opens the connection that takes statements of a user, unless it is open. Reader thread. */
int want_sql_open(struct want_source *s, struct err *e);

/* --- want_paths.c --- */

/* The path with "~/" replaced. */
void want_path_home(const char *path, char *to, size_t room);

#endif
