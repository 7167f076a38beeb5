/* run.c - runs as the screen has them. Pure; any thread. */
#include "ui/ui.h"

struct ui_run ui_run_of(const struct run_row *row)
{
    struct ui_run run;
#define UI_RUN_COPY_TEXT(field) run.field = row->field;
#define UI_RUN_COPY(type, field) run.field = row->field;
    UI_RUN_FIELDS(UI_RUN_COPY_TEXT, UI_RUN_COPY)
#undef UI_RUN_COPY_TEXT
#undef UI_RUN_COPY
    return run;
}

const struct ui_run *ui_run_find(const struct ui_model *m, int64_t run)
{
    size_t from = 0, to = m->n_runs; /* newest first: numbers fall */
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (m->runs[middle].id == run)
            return &m->runs[middle];
        if (m->runs[middle].id > run)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}
