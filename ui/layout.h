/* layout.h - where things stand: pure functions of sizes. Rows and columns count from 0. */
#ifndef COMBOLAB_UI_LAYOUT_H
#define COMBOLAB_UI_LAYOUT_H

#include <stdbool.h>

#define LAYOUT_LEAST_ROWS 15
#define LAYOUT_LEAST_COLUMNS 60
#define LAYOUT_MOST_CHARTS 16

struct rect {
    int y, x, rows, columns;
};

static inline bool rect_has(struct rect r, int y, int x)
{
    return y >= r.y && y < r.y + r.rows && x >= r.x && x < r.x + r.columns;
}

/* The screen. When it is too small `fits` is false and every part is empty. */
struct frame {
    bool fits;
    struct rect header, body, status, footer; /* all but the body have one row */
};

struct frame layout_frame(int rows, int columns);

/* A view of the list: the table over the selected row's details and, on large screens, its curves
 * (which may both have no rows). */
struct list_layout {
    struct rect title, head, rows, details, curves;
};

struct list_layout layout_list(struct rect body);

/* The live view: facts above, charts and a panel in a grid, the log below. `first` is what stands
 * in cell 0: the grid turns pages so that the one with the focus is on it. The last one of all has
 * what is left of its row. */
struct live_layout {
    struct rect info, log;
    struct rect cell[LAYOUT_MOST_CHARTS];
    int cells; /* of this page */
    int first;
};

/* `charts`, the panel among them, in 0..LAYOUT_MOST_CHARTS, `focus` in 0..charts - 1; `zoom`: the
 * focus alone. */
struct live_layout layout_live(struct rect body, int charts, int focus, bool zoom);

/* A table of so many rows, and where there is room (else they have no rows) another one, and groups
 * of a line for each row of the first, all with a heading; below, what is said of the selected
 * cell. */
#define LAYOUT_STRIPS 3

struct ablation_layout {
    struct rect title, cells, differences, strips[LAYOUT_STRIPS], details;
};

struct ablation_layout layout_ablation(struct rect body, int rows, int differences);

/* The compare view: charts as in the live view, below them a table of the runs, and beside it (no
 * columns: instead of it) what differs in their settings. */
struct compare_layout {
    struct rect title, rule, head, rows, settings;
    struct live_layout charts;
};

/* `lines`: runs in the table, and settings that differ, whichever are more. */
struct compare_layout layout_compare(struct rect body, int charts, int focus, bool zoom, int lines);

/* The form: lines of fields, then a rule, two lines of help and the button. Beside the fields, from
 * the second line on, stands what is known of the data, where there is room (no columns: there is
 * not).
 */
struct form_layout {
    struct rect title, fields, side, rule, help, button;
};

struct form_layout layout_form(struct rect body);

/* Statements: the text that is typed, of `lines` lines as far as there is room, a line of messages,
 * and below a rule the rows that it gives. */
struct sql_layout {
    struct rect title, text, message, rule, head, rows;
};

struct sql_layout layout_sql(struct rect body, int lines);

/* Test images: figures above; at the left points over a list, at the right a picture over what is
 * said of it. Where there is little room the points have no rows; `wide`: the picture has all. */
struct predictions_layout {
    struct rect title, figures, plot, head, rows, picture, facts;
};

struct predictions_layout layout_predictions(struct rect body, bool wide);

/* A page of pictures: two halves, each under a heading, of `across` cells. */
#define LAYOUT_ACROSS 6

struct pictures_layout {
    struct rect title, heading[2], cell[2 * LAYOUT_ACROSS];
};

struct pictures_layout layout_pictures(struct rect body);

/* A table's column: `priority` 0 is always there, the highest go first when it gets narrow. What is
 * left over goes to the others in their order of priority, up to `most`, and to priority 0 at last.
 */
struct column {
    const char *title;
    int least, most, priority;
    bool right; /* text to the right, for numbers */
};

/* Where a column starts and how wide it is; 0 cells = left out. One blank stands between columns.
 */
struct column_place {
    int x, cells;
};

void layout_columns(const struct column *columns, int n, int cells, struct column_place *places);

/* First line to show of `lines` so that `at` is among the `rows` shown, moving `first` as little as
 * can be. */
int layout_scroll(int first, int at, int lines, int rows);

#endif
