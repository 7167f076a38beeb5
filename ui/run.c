/* run.c - runs as the screen has them. Pure; any thread. */
#include "ui/ui.h"

#include "base/intern.h"

#include <string.h>

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

int ui_run_intern(struct ui_run *run, struct intern *texts)
{
    bool failed = false;
#define UI_RUN_INTERN(field) failed |= !(run->field = intern_text(texts, run->field));
#define UI_RUN_NOTHING(type, field)
    UI_RUN_FIELDS(UI_RUN_INTERN, UI_RUN_NOTHING)
#undef UI_RUN_INTERN
#undef UI_RUN_NOTHING
    return failed ? -1 : 0;
}

static double age(const void *row, double now_s)
{
    return row_run_age(((const struct ui_run *)row)->created, now_s);
}

static double seconds(const void *row, double now_s)
{
    const struct ui_run *r = row;
    return row_run_seconds(r->started, r->ended, r->resumed, r->earlier_s, now_s);
}

/* Where a run on screen has a field of a row, and how it finds what a row derives. */
#define UI_RUN_PLACE_TEXT(field)                                                                   \
    {offsetof(struct run_row, field), offsetof(struct ui_run, field), ROW_BY_REFERENCE},
#define UI_RUN_PLACE(type, field)                                                                  \
    {offsetof(struct run_row, field), offsetof(struct ui_run, field), 0},

static const struct {
    size_t from, to;
    unsigned use;
} fields[] = {UI_RUN_FIELDS(UI_RUN_PLACE_TEXT, UI_RUN_PLACE)};

static const struct {
    const char *name;
    double (*derived)(const void *row, double now_s);
} derived[] = {{"age_s", age}, {"seconds", seconds}};

static bool move_column(struct row_column *c)
{
    for (size_t i = 0; c->derived && i < sizeof derived / sizeof *derived; i++) {
        if (strcmp(derived[i].name, c->name))
            continue;
        c->derived = derived[i].derived;
        return true;
    }
    for (size_t i = 0; !c->derived && i < sizeof fields / sizeof *fields; i++) {
        if (fields[i].from != c->offset)
            continue;
        c->offset = fields[i].to;
        c->use |= fields[i].use;
        return true;
    }
    return false;
}

void ui_run_columns(struct row_column to[ROW_MOST_COLUMNS])
{
    static const struct row_column end = ROW_END;
    size_t n = 0;
    for (const struct row_column *c = row_run_columns; c->name; c++) {
        to[n] = *c;
        n += move_column(&to[n]);
    }
    to[n] = end;
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

const struct snapshot *ui_run_now(const struct ui_model *m, int64_t run)
{
    if (m->live.run == run)
        return run ? &m->live : NULL;
    for (size_t i = 0; i < m->n_snapshots; i++)
        if (m->snapshots[i].run == run)
            return &m->snapshots[i];
    return NULL;
}

bool ui_ablation_is(const struct ui_ablation *a, const struct ui_ablation *b)
{
    return a->at == b->at && a->bootstrap == b->bootstrap &&
           !strcmp(a->experiment, b->experiment) && !strcmp(a->baseline, b->baseline);
}

bool ui_pictures_are(const struct ui_pictures *a, const struct ui_pictures *b)
{
    return a->n == b->n && a->height == b->height && a->width == b->width &&
           !memcmp(a->places, b->places, a->n * sizeof *a->places);
}
