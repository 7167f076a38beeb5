/* sql_priv.h - the state of the SQL view, and what its files share. Screen thread only. */
#ifndef COMBOLAB_UI_VIEWS_SQL_PRIV_H
#define COMBOLAB_UI_VIEWS_SQL_PRIV_H

#include "ui/editor.h"
#include "ui/grid.h"
#include "ui/view.h"
#include "ui/views/sql_complete.h"

enum sql_mode {
    SQL_EDITS, /* the statement is typed */
    SQL_LOOKS, /* at the rows */
    SQL_ZOOMS, /* at one cell */
    SQL_NAMES  /* the file that all rows go into */
};

struct sql_view {
    struct editor editor;
    enum sql_mode mode, before; /* before: where naming a file leads back to */
    int64_t number;             /* of what was asked for last */
    int64_t shown;              /* of the statement whose rows are shown */
    char asked[EDITOR_BYTES];   /* that statement */
    bool running;               /* number has not come to its end */
    bool to_file, replaces;     /* it goes into a file */
    bool ended;                 /* it was ended before its end */
    bool asks;                  /* whether it may replace a file */
    struct edit file;
    char path[OPT_TEXT_BYTES];
    /* the rows */
    struct grid_place place;
    int column, left; /* selected; the first in sight */
    int zoom;         /* first line of a zoomed cell */
    /* completion */
    bool completes;
    int choice, first_choice;
    struct rect text_at, list_at; /* statement and list, as last drawn */
    /* the history: how many statements back, 0 = what is typed */
    size_t back;
    char draft[EDITOR_BYTES];
};

/* A statement to begin with, and what it answers. */
struct sql_example {
    const char *about, *text;
};
extern const struct sql_example sql_examples[];
extern const size_t sql_n_examples;

/* What is shown of the statement's rows; NULL when nothing of it has come. */
const struct ui_sql *sql_result(const struct sql_view *v, const struct ui_model *m);

void sql_draw(struct sql_view *v, struct pen *pen, const struct ui_model *m, struct rect body);

/* --- sql_rows.c --- */

void sql_rows_draw(struct sql_view *v, struct pen *pen, const struct ui_sql *r,
                   const struct sql_layout *l);

/* A request while rows or a cell are looked at; false when it is none of theirs. */
bool sql_rows_request(struct sql_view *v, const struct ui_sql *r, enum request request);

/* The pointer on rows or a cell; false when it is about something else. */
bool sql_rows_point(struct sql_view *v, const struct ui_sql *r, const struct pointer *p,
                    enum request *request);

#endif
