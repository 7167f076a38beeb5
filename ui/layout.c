/* layout.c - where things stand. Pure; any thread. */
#include "ui/layout.h"

#define CHART_COLUMNS 38 /* least for two labelled series */
#define CHART_ROWS 7
#define CHART_GRID_COLUMNS 4
#define ABLATION_WORDS 16        /* lines that a second table must leave */
#define COMPARE_BOTH_COLUMNS 150 /* figures and settings side by side */
#define LIST_CURVES_ROWS 35      /* below title and head, on a screen of 40 */
#define PICTURE_MOST 100         /* columns: its height is what there is */
#define FACTS_LINES 6
#define FORM_COLUMNS 46 /* names and short values */
#define FORM_SIDE_LEAST 30
#define FORM_SIDE_MOST 40

static int clamp(int value, int least, int most)
{
    return value < least ? least : value > most ? most : value;
}

struct frame layout_frame(int rows, int columns)
{
    struct frame f = {0};
    f.fits = rows >= LAYOUT_LEAST_ROWS && columns >= LAYOUT_LEAST_COLUMNS;
    if (!f.fits)
        return f;
    f.header = (struct rect){0, 0, 1, columns};
    f.body = (struct rect){1, 0, rows - 3, columns};
    f.status = (struct rect){rows - 2, 0, 1, columns};
    f.footer = (struct rect){rows - 1, 0, 1, columns};
    return f;
}

static struct rect take_top(struct rect *from, int rows)
{
    struct rect top = *from;
    top.rows = clamp(rows, 0, from->rows);
    from->y += top.rows;
    from->rows -= top.rows;
    return top;
}

static struct rect take_bottom(struct rect *from, int rows)
{
    struct rect bottom = *from;
    bottom.rows = clamp(rows, 0, from->rows);
    bottom.y += from->rows - bottom.rows;
    from->rows -= bottom.rows;
    return bottom;
}

struct sql_layout layout_sql(struct rect body, int lines)
{
    struct sql_layout l;
    l.title = take_top(&body, 1);
    l.text = take_top(&body, clamp(lines, body.rows < 16 ? 3 : 5, body.rows / 2 - 2));
    l.message = take_top(&body, 1);
    l.rule = take_top(&body, 1);
    l.head = take_top(&body, 1);
    l.rows = body;
    return l;
}

struct list_layout layout_list(struct rect body)
{
    struct list_layout l;
    l.title = take_top(&body, 1);
    l.head = take_top(&body, 1);
    l.curves = take_bottom(&body, body.rows >= LIST_CURVES_ROWS ? clamp(body.rows / 4, 8, 13) : 0);
    l.details = take_bottom(&body, l.curves.rows || body.rows >= 30 ? 6 : body.rows >= 16 ? 4 : 0);
    l.rows = body;
    return l;
}

struct ablation_layout layout_ablation(struct rect body, int rows, int differences)
{
    struct ablation_layout l;
    l.title = take_top(&body, 1);
    l.cells =
        take_top(&body, clamp(rows + 1, 2, body.rows < 14 ? body.rows / 2 : body.rows * 5 / 9));
    bool second = body.rows >= differences + 3 + ABLATION_WORDS;
    l.differences = take_top(&body, second ? differences + 3 : 0); /* heads, and a line left free */
    for (int i = 0; i < LAYOUT_STRIPS; i++)
        l.strips[i] = take_top(&body, body.rows >= rows + 3 + ABLATION_WORDS ? rows + 3 : 0);
    l.details = body;
    return l;
}

struct predictions_layout layout_predictions(struct rect body, bool wide)
{
    struct predictions_layout l = {.title = take_top(&body, 1)};
    struct rect right = body, left = body;
    l.figures = take_top(&left, 1);
    right = left;
    left.columns = wide ? 0 : body.columns - clamp(body.columns * 9 / 20, 26, PICTURE_MOST) - 1;
    right.x += left.columns + (wide ? 0 : 1);
    right.columns -= left.columns + (wide ? 0 : 1);
    l.facts = take_bottom(&right, right.rows >= 14 ? FACTS_LINES : right.rows / 2 - 1);
    l.picture = right;
    l.facts.x += wide ? 2 : 0;
    l.facts.columns -= wide ? 2 : 0;
    l.plot = take_top(&left, left.rows >= 17 && !wide ? left.rows / 2 : 0);
    l.head = take_top(&left, 1);
    l.rows = left;
    return l;
}

/* Cuts `total` into n parts that differ by at most one; part i's start and size. */
static void part(int total, int n, int i, int *start, int *size)
{
    *start = (int)((long)total * i / n);
    *size = (int)((long)total * (i + 1) / n) - *start;
}

static void grid(struct live_layout *l, struct rect at, int charts, int focus)
{
    int across = clamp(at.columns / CHART_COLUMNS, 1, CHART_GRID_COLUMNS);
    int down = clamp(at.rows / CHART_ROWS, 1, LAYOUT_MOST_CHARTS / CHART_GRID_COLUMNS);
    if (across > charts)
        across = charts;
    while (down > 1 && across * (down - 1) >= charts)
        down--;
    int page = across * down;
    l->first = focus / page * page;
    l->cells = clamp(charts - l->first, 0, page);
    for (int i = 0; i < page; i++) {
        struct rect cell;
        part(at.rows, down, i / across, &cell.y, &cell.rows);
        part(at.columns, across, i % across, &cell.x, &cell.columns);
        cell.y += at.y;
        cell.x += at.x;
        if (i < l->cells)
            l->cell[i] = cell;
    }
    if (!l->cells || l->first + l->cells < charts)
        return;
    struct rect *last = &l->cell[l->cells - 1]; /* has what is left to the right and below */
    last->columns = at.x + at.columns - last->x;
    last->rows = at.y + at.rows - last->y;
}

struct live_layout layout_live(struct rect body, int charts, int focus, bool zoom)
{
    struct live_layout l = {0};
    l.info = take_top(&body, body.rows >= 16 ? 4 : 3);
    l.log = take_bottom(&body, clamp((l.info.rows + body.rows) / 6, body.rows < 13 ? 1 : 3, 10));
    charts = clamp(charts, 0, LAYOUT_MOST_CHARTS);
    if (!charts)
        return l;
    focus = clamp(focus, 0, charts - 1);
    if (zoom) {
        l.first = focus;
        l.cells = 1;
        l.cell[0] = body;
        return l;
    }
    grid(&l, body, charts, focus);
    return l;
}

struct pictures_layout layout_pictures(struct rect body)
{
    struct pictures_layout l = {.title = take_top(&body, 1)};
    for (int half = 0; half < 2; half++) {
        struct rect all = take_top(&body, half ? body.rows : body.rows / 2);
        l.heading[half] = take_top(&all, 1);
        for (int i = 0; i < LAYOUT_ACROSS; i++) {
            struct rect *cell = &l.cell[half * LAYOUT_ACROSS + i];
            *cell = all;
            part(all.columns, LAYOUT_ACROSS, i, &cell->x, &cell->columns);
            cell->x += all.x;
            cell->columns--; /* a blank between them */
        }
    }
    return l;
}

struct compare_layout layout_compare(struct rect body, int charts, int focus, bool zoom, int lines)
{
    struct compare_layout l = {.title = take_top(&body, 1)};
    int least = body.rows < 16 ? 2 : 5, most = body.rows / 3;
    struct rect table = take_bottom(&body, 2 + clamp(lines, least, most > least ? most : least));
    l.rule = take_top(&table, 1);
    if (table.columns >= COMPARE_BOTH_COLUMNS) {
        l.settings = table;
        l.settings.x += table.columns * 3 / 5;
        l.settings.columns -= table.columns * 3 / 5;
        table.columns = table.columns * 3 / 5 - 1;
    }
    l.head = take_top(&table, 1);
    l.rows = table;
    charts = clamp(charts, 0, LAYOUT_MOST_CHARTS);
    focus = clamp(focus, 0, charts - 1);
    if (zoom && charts) {
        l.charts.first = focus;
        l.charts.cells = 1;
        l.charts.cell[0] = body;
    } else if (charts) {
        grid(&l.charts, body, charts, focus);
    }
    return l;
}

struct form_layout layout_form(struct rect body)
{
    struct form_layout l;
    l.title = take_top(&body, 1);
    l.button = take_bottom(&body, 1);
    l.help = take_bottom(&body, 2);
    l.rule = take_bottom(&body, 1);
    l.fields = body;
    l.side = (struct rect){body.y + 1, body.x + FORM_COLUMNS, clamp(body.rows - 1, 0, body.rows),
                           clamp(body.columns - FORM_COLUMNS - 1, 0, FORM_SIDE_MOST)};
    if (l.side.columns < FORM_SIDE_LEAST)
        l.side.columns = 0;
    else
        l.side.x = body.x + body.columns - 1 - l.side.columns;
    return l;
}

/* Cells that the columns still there need at least, with blanks between. */
static int needed(const struct column *columns, const struct column_place *places, int n)
{
    int cells = 0;
    for (int i = 0; i < n; i++)
        if (places[i].cells)
            cells += columns[i].least + (cells ? 1 : 0);
    return cells;
}

/* When a column gets more than it needs: the lower the sooner. */
static int turn(const struct column *c)
{
    return c->priority ? c->priority : 1000;
}

void layout_columns(const struct column *columns, int n, int cells, struct column_place *places)
{
    for (int i = 0; i < n; i++)
        places[i] = (struct column_place){0, columns[i].least};
    while (needed(columns, places, n) > cells) {
        int worst = -1;
        for (int i = 0; i < n; i++)
            if (places[i].cells && (worst < 0 || columns[i].priority >= columns[worst].priority))
                worst = i;
        if (worst < 0)
            return;
        places[worst].cells = 0;
    }
    for (int left = cells - needed(columns, places, n); left > 0;) {
        int next = -1;
        for (int i = 0; i < n; i++)
            if (places[i].cells && places[i].cells < columns[i].most &&
                (next < 0 || turn(&columns[i]) < turn(&columns[next])))
                next = i;
        if (next < 0)
            break;
        int more = columns[next].most - places[next].cells;
        more = more < left ? more : left;
        places[next].cells += more;
        left -= more;
    }
    int x = 0;
    for (int i = 0; i < n; i++) {
        places[i].x = x;
        x += places[i].cells ? places[i].cells + 1 : 0;
    }
}

int layout_scroll(int first, int at, int lines, int rows)
{
    if (rows < 1)
        return 0;
    if (at < first)
        first = at;
    if (at >= first + rows)
        first = at - rows + 1;
    if (first > lines - rows)
        first = lines - rows;
    return first < 0 ? 0 : first;
}
