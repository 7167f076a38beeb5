/* ablation_needed.c - see ablation_needed.h. Screen thread only. */
#include "ui/views/ablation_needed.h"

#include "base/str.h"
#include "results/table.h"
#include "ui/cells.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <wctype.h>

#define MOST_COLUMNS 76
#define MARGIN 2
#define TEXT_BYTES 768
#define LEAST_TABLE 4 /* lines, with its head */

static bool can_be_queued(const struct ui_needed *n)
{
    return n && !n->problem[0] && n->n;
}

/* What stands below the table, each wrapped. */
struct words {
    char text[3][TEXT_BYTES];
    int n;
};

static void say_time(const struct ui_needed *n, char *to)
{
    char time[32];
    const char *runs = n->n == 1 ? "run" : "runs";
    str_duration(time, sizeof time, n->seconds);
    if (isfinite(n->seconds))
        snprintf(to, TEXT_BYTES, "%zu %s, about %s; queued, and trained when asked", n->n, runs,
                 time);
    else
        snprintf(to, TEXT_BYTES,
                 "%zu %s, no past run tells how long; queued, and trained when asked", n->n, runs);
}

/* "Tested at 3, 5, 8, 12 seeds alone (pocock), which is then laid down" */
static void say_looks(const struct ui_needed *n, char *to)
{
    char seeds[2 * sizeof n->looks.seeds];
    size_t at = 0;
    for (const char *c = n->looks.seeds; *c; c++) {
        seeds[at++] = *c;
        if (*c == ',')
            seeds[at++] = ' ';
    }
    seeds[at] = '\0';
    snprintf(to, TEXT_BYTES, "Tested at %s seeds alone (%s), which %s laid down", seeds,
             n->looks.spending, n->laid_down ? "was" : "is then");
}

static void say(const struct ui_needed *n, struct words *w)
{
    w->n = 0;
    if (!n) {
        str_copy(w->text[w->n++], TEXT_BYTES, "Reading what is missing ...");
        return;
    }
    if (n->problem[0])
        str_copy(w->text[w->n++], TEXT_BYTES, n->problem);
    else if (n->n)
        say_time(n, w->text[w->n++]);
    else
        str_copy(w->text[w->n++], TEXT_BYTES,
                 "No run is missing that would help to a decision: rows are decided, under way, or "
                 "beyond what the looks can tell.");
    if (can_be_queued(n) && n->looks.seeds[0])
        say_looks(n, w->text[w->n++]);
    if (!n->problem[0] && n->to_retry)
        str_copy(w->text[w->n++], TEXT_BYTES,
                 "Runs that ended early are waited for: r on them, or combolab retry");
}

static enum role role_of(const void *context, size_t row, size_t column)
{
    (void)context;
    (void)row;
    return column ? ROLE_TEXT : ROLE_TITLE;
}

static int rows_of(const struct table *t)
{
    return t && t->n_columns ? (int)(t->n_cells / t->n_columns) : 0;
}

/* About as many as they take when wrapped. */
static int lines_of(const struct words *w, int columns)
{
    int lines = 0;
    for (int i = 0; i < w->n; i++)
        lines += (int)strlen(w->text[i]) / (columns - 8) + 1;
    return lines;
}

static int columns_of(struct rect body)
{
    int columns = body.columns - 2 * MARGIN;
    return columns < MOST_COLUMNS ? columns : MOST_COLUMNS;
}

/* Box and keys take three lines, a table its head, its rows and a line below. */
static struct rect place_box(struct rect body, int table_rows, int lines)
{
    int columns = columns_of(body);
    int rows = 4 + (table_rows ? table_rows + 2 : 0) + lines;
    rows = rows < body.rows ? rows : body.rows;
    return (struct rect){body.y + (body.rows - rows) / 2, body.x + (body.columns - columns) / 2,
                         rows, columns};
}

static void draw_table(struct pen *pen, struct rect *left, const struct table *t, int lines)
{
    int rows = rows_of(t), room = left->rows - lines - 1;
    if (!rows)
        return;
    room = room < LEAST_TABLE ? LEAST_TABLE : room; /* words give way */
    struct rect at = {left->y, left->x, rows + 1 < room ? rows + 1 : room, left->columns};
    cells_draw(pen, at, &(struct cells){t, role_of, NULL}, NULL);
    left->y += at.rows;
    left->rows -= at.rows;
    if (at.rows - 1 < rows)
        pen_format(pen, left->y, left->x + 2, left->columns - 2, ROLE_DIM, "and %d more",
                   rows - at.rows + 1);
    left->y++;
    left->rows--;
}

void ablation_needed_draw(struct pen *pen, struct rect body, const struct ui_needed *needed)
{
    struct words words;
    const struct table *t = can_be_queued(needed) ? needed->table : NULL;
    say(needed, &words);
    int lines = lines_of(&words, columns_of(body));
    struct rect box = place_box(body, rows_of(t), lines);
    for (int y = box.y; y < box.y + box.rows; y++)
        pen_repeat(pen, y, box.x, box.columns, ROLE_TEXT, L' ');
    pen_box(pen, box, ROLE_FOCUS, "Runs that a decision still wants");
    struct rect left = {box.y + 1, box.x + 1, box.rows - 3, box.columns - 2};
    draw_table(pen, &left, t, lines);
    left.x += 2;
    left.columns -= 3;
    for (int i = 0; i < words.n && left.rows > 0; i++) {
        int used = pen_wrap(pen, left, i ? ROLE_DIM : ROLE_TEXT, words.text[i]);
        left.y += used;
        left.rows -= used;
    }
    pen_text(pen, box.y + box.rows - 2, left.x, left.columns, ROLE_KEY,
             can_be_queued(needed) ? "y queue them   Esc leave it" : "Esc back");
}

bool ablation_needed_key(const struct ui_needed *needed, struct key key, struct view_reply *reply)
{
    enum request request = request_of_key(key);
    if (towlower((wint_t)key.character) == L'y' && can_be_queued(needed)) {
        reply->action = (struct ui_action){.kind = UI_QUEUE,
                                           .configs = needed->configs,
                                           .n_configs = needed->n,
                                           .looks = &needed->looks};
        return true;
    }
    return towlower((wint_t)key.character) == L'n' || request == REQ_BACK || request == REQ_QUIT ||
           request == REQ_NEEDED || request == REQ_ENTER;
}
