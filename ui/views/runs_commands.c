/* runs_commands.c - the list of runs by commands: its order, filter and groups, and how it was
 * left. Screen thread only. */
#include "ui/views/runs_priv.h"

#include "base/err.h"
#include "base/str.h"
#include "results/rows_columns.h"

#include <stdlib.h>
#include <string.h>

static int refuse(struct view_reply *reply, const char *text)
{
    str_copy(reply->note, sizeof reply->note, text);
    return -1;
}

void runs_filter(void *state, const char *text)
{
    struct runs_view *v = state;
    edit_start(&v->filter, text);
    v->typing = v->sorting = false;
    v->place.at = v->place.first = 0;
}

/* "best_pc", "-pc": as `combolab runs --sort` takes it, of the columns that the list has. */
static int say_sort(struct runs_view *v, const char *text, struct view_reply *reply)
{
    bool reverse = text[0] == '-';
    struct err e;
    const struct row_column *meant = rows_column_meant(v->order.columns, text + reverse, &e);
    if (!meant)
        return refuse(reply, e.text);
    for (int i = 0; i < RUNS_COLUMNS; i++)
        if (!strcmp(runs_columns[i].name, meant->name)) {
            v->sorted = i;
            v->reverse = reverse;
            return 1;
        }
    return refuse(reply, "the list has no such column; combolab runs --sort takes it");
}

static int say_group(struct runs_view *v, const char *text, struct view_reply *reply)
{
    enum groups_by by = groups_of_word(text);
    if (by == GROUPS_KINDS)
        return refuse(reply, "the list is grouped by none, experiment, seed or fold");
    v->marks->groups = by;
    return 1;
}

int runs_say(void *state, const struct ui_model *m, enum request request, const char *text,
             struct view_reply *reply)
{
    (void)m;
    switch (request) {
    case REQ_FILTER:
        runs_filter(state, text);
        return 1;
    case REQ_SORT:
        return say_sort(state, text, reply);
    case REQ_GROUP:
        return say_group(state, text, reply);
    default:
        return 0;
    }
}

const char *runs_word(const void *state, enum request request, size_t i, const char **about)
{
    (void)state;
    if (request == REQ_GROUP && i < GROUPS_KINDS) {
        *about = groups_name((enum groups_by)i);
        return groups_words[i];
    }
    for (int c = 0; (request == REQ_SORT || request == REQ_FILTER) && c < RUNS_COLUMNS; c++)
        if (runs_columns[c].name[0] && !i--) {
            *about = runs_columns[c].head.title;
            return runs_columns[c].name;
        }
    return NULL;
}

/* As commands, but for groups that are folded and the selected run. */
void runs_keep(const void *state, const char *name, struct str *out)
{
    const struct runs_view *v = state;
    str_addf(out, "%s sort %s%s\n", name, v->reverse ? "-" : "", runs_columns[v->sorted].name);
    str_addf(out, "%s filter %s\n", name, v->typing ? v->before : v->filter.text);
    str_addf(out, "%s group %s\n", name, groups_words[v->marks->groups]);
    for (size_t i = 0; i < v->lines.n_folded; i++)
        str_addf(out, "%s folded %llx\n", name, (unsigned long long)v->lines.folded[i]);
    str_addf(out, "%s selected %lld\n", name, (long long)v->selected);
}

void runs_take(void *state, const char *name, const char *value)
{
    struct runs_view *v = state;
    char *end;
    unsigned long long key = strtoull(value, &end, 16);
    int64_t run;
    if (!strcmp(name, "folded") && end > value && !*end)
        runs_lines_fold(&v->lines, key, true);
    if (!strcmp(name, "selected") && !str_to_int(value, &run) && run > 0)
        v->awaited = run;
}
