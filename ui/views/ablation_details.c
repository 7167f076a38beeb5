/* ablation_details.c - see ablation_details.h. Screen thread only. */
#include "ui/views/ablation_details.h"

#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LINE_BYTES 2048
#define READABLE 110    /* cells of a line of words */
#define MOST_FILTER 250 /* of a word of a filter */

/* Lines from the top down. */
struct lines {
    struct pen *pen;
    struct rect left;
};

static void add_line(struct lines *to, enum role role, const char *text)
{
    if (to->left.rows < 1 || !text[0])
        return;
    int used = pen_wrap(to->pen, to->left, role, text);
    to->left.y += used;
    to->left.rows -= used;
}

/* "3,5-9": runs that follow each other together. */
static void add_runs(const struct ablation_cell *cell, const char *between, char *to, size_t room)
{
    size_t at = 0;
    to[0] = '\0';
    for (size_t i = cell->n_runs, end; i > 0 && at < room; i = end) {
        end = i - 1; /* the newest come first */
        while (end > 0 && cell->runs[end - 1] == cell->runs[end] + 1)
            end--;
        at += (size_t)snprintf(to + at, room - at, "%s%lld", at ? between : "",
                               (long long)cell->runs[i - 1]);
        if (end < i - 1 && at < room)
            at += (size_t)snprintf(to + at, room - at, "-%lld", (long long)cell->runs[end]);
    }
}

int ablation_filter(const struct ablation_cell *cell, char *to, size_t room)
{
    char runs[LINE_BYTES];
    add_runs(cell, ",", runs, sizeof runs);
    snprintf(to, room, "id=%s", runs);
    return cell->n_runs && strlen(runs) < MOST_FILTER ? 0 : -1;
}

static void draw_rule(struct lines *to, const struct ablation *a, size_t row,
                      const struct ablation_part *part)
{
    char title[LINE_BYTES], flags[160];
    const struct ablation_cell *cell = ablation_cell(a, row, part->column);
    const char *dot = to->pen->glyphs->separator;
    ablation_flags(cell, flags, sizeof flags);
    if (!flags[0])
        snprintf(flags, sizeof flags, "%zu finished", cell->complete);
    snprintf(title, sizeof title, "%.400s%s%.400s%s%s", a->rows[row], dot, a->columns[part->column],
             row == a->baseline ? dot : "", row == a->baseline ? "baseline" : "");
    pen_rule(to->pen, to->left.y, to->left.x, to->left.columns, title, flags);
    to->left.y++;
    to->left.rows--;
    to->left.x += 2;
    to->left.columns = to->left.columns < READABLE + 3 ? to->left.columns - 3 : READABLE;
}

static void add_item(char line[LINE_BYTES], const char *name, double value, const char *after)
{
    char number[ABLATION_NUMBER_BYTES];
    size_t at = strlen(line);
    ablation_number(value, number);
    if (isfinite(value))
        snprintf(line + at, LINE_BYTES - at, ", %s %s%s", name, number, after);
}

/* "PC 0.8940 ± 0.0032 (3), best on test 0.9012 ± 0.0020 (3), gap 0.0072, published 0.9041, table 5"
 */
static void draw_figure(struct lines *to, const struct ablation_cell *cell, int figure)
{
    char line[LINE_BYTES], text[160], where[64] = "";
    bool ascii = !to->pen->unicode, metric = figure < ABLATION_METRICS;
    ablation_value_text(&cell->value[figure], cell, ascii, text, sizeof text);
    snprintf(line, sizeof line, "%s %s", ablation_figures[figure].title, text);
    if (metric && cell->tested[figure].n) {
        ablation_value_text(&cell->tested[figure], cell, ascii, text, sizeof text);
        snprintf(line + strlen(line), sizeof line - strlen(line), ", best on test %s", text);
        add_item(line, "gap", cell->tested[figure].mean - cell->value[figure].mean, "");
    }
    snprintf(where, sizeof where, ", %.48s", cell->published_by);
    add_item(line, "pooled", metric ? cell->pooled[figure] : (double)NAN, "");
    add_item(line, "published", metric ? cell->published[figure] : (double)NAN, where);
    str_duration(text, sizeof text, cell->run_s);
    if (isfinite(cell->run_s))
        snprintf(line + strlen(line), sizeof line - strlen(line), ", %s a run", text);
    add_line(to, ROLE_TEXT, line);
}

/* The finished runs' figures, one a line; ablation.h says how they become one. */
static void draw_behind(struct lines *to, const struct ablation *a,
                        const struct ablation_cell *cell, const struct ablation_part *part)
{
    char runs[LINE_BYTES], line[2 * LINE_BYTES];
    bool best = part->tested || a->at == ABLATION_BEST;
    add_runs(cell, ", ", runs, sizeof runs);
    snprintf(line, sizeof line, "runs %s", runs[0] ? runs : "none");
    add_line(to, ROLE_TITLE, line);
    add_line(to, ROLE_DIM, "Enter lists them. Their figures, by fold and seed:");
    if (part->figure >= ABLATION_METRICS || (a->at == ABLATION_HALF && !part->tested)) {
        add_line(to, ROLE_TEXT,
                 "from what they predict of each test image: combolab show RUN --ledger EPOCH");
        return;
    }
    size_t at = (size_t)snprintf(line, sizeof line,
                                 "SELECT id, fold, seed, %s_%s FROM run WHERE state = 'finished' "
                                 "AND id IN (",
                                 best ? "best" : "last", ablation_figures[part->figure].name);
    for (size_t i = cell->n_runs; i-- > 0 && at + 24 < sizeof line;)
        at += (size_t)snprintf(line + at, sizeof line - at, "%lld%s", (long long)cell->runs[i],
                               i ? ", " : "");
    snprintf(line + at, sizeof line - at, ") ORDER BY fold, seed");
    add_line(to, ROLE_TEXT, line);
}

static enum role verdict_role(enum ablation_verdict verdict)
{
    return verdict == ABLATION_BETTER  ? ROLE_GOOD
           : verdict == ABLATION_WORSE ? ROLE_BAD
                                       : ROLE_TEXT;
}

void ablation_details(struct pen *pen, struct rect at, const struct ablation *a, size_t row,
                      const struct ablation_part *part, bool behind)
{
    struct lines to = {pen, at};
    const struct ablation_cell *cell = ablation_cell(a, row, part->column);
    const struct ablation_difference *d = ablation_difference(a, row, part->column);
    if (at.rows < 1)
        return;
    draw_rule(&to, a, row, part);
    if (behind) {
        draw_behind(&to, a, cell, part);
        return;
    }
    draw_figure(&to, cell, part->figure);
    if (d->sentence)
        add_line(&to, verdict_role(d->verdict), a->sentences[d->sentence - 1]);
    if (a->n_rows < 2) {
        add_line(&to, ROLE_TITLE, a->sentences[0]);
        add_line(&to, ROLE_DIM, "n launches more: several losses and seeds in one form.");
    }
    for (size_t i = 0; i < a->n_warnings; i++)
        add_line(&to, ROLE_WARN, a->warnings[i]);
    add_line(&to, ROLE_DIM, a->caption);
}
