/* compare_set.c - the runs of the compare view. Screen thread only. */
#include "ui/views/compare_set.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <string.h>

void compare_set_fini(struct compare_set *s)
{
    mem_free(s->lines);
    mem_free(s->members);
    table_free(s->settings);
    memset(s, 0, sizeof *s);
}

static bool reserve(struct compare_set *s, size_t n)
{
    if (n <= s->room)
        return true;
    struct compare_line *lines = mem_resize(s->lines, n, sizeof *lines);
    s->lines = lines ? lines : s->lines;
    int *members = mem_resize(s->members, n, sizeof *members);
    s->members = members ? members : s->members;
    s->room = lines && members ? n : 0;
    return lines && members;
}

/* The line that a run of that group is of; a new one where there is none. */
static struct compare_line *line_of(struct compare_set *s, uint64_t key)
{
    for (size_t i = 0; s->by && i < s->n; i++)
        if (s->lines[i].key == key)
            return &s->lines[i];
    s->lines[s->n] = (struct compare_line){.first = s->n_members, .key = key};
    return &s->lines[s->n++];
}

/* Its runs stand beside each other: those of later lines make room. */
static void add_run(struct compare_set *s, const struct ui_model *m, const struct marks *marks,
                    int64_t id)
{
    const struct ui_run *r = ui_run_find(m, id);
    if (!r)
        return;
    struct compare_line *line = line_of(s, s->by ? groups_key(m, r, s->by) : 0);
    size_t at = line->first + line->n;
    memmove(s->members + at + 1, s->members + at, (s->n_members - at) * sizeof *s->members);
    for (struct compare_line *later = line + 1; later < s->lines + s->n; later++)
        later->first++;
    s->members[at] = (int)(r - m->runs);
    s->n_members++;
    line->finished += run_state_of_name(r->state) == RUN_FINISHED;
    if (line->n++)
        return;
    line->run = id;
    line->look = marks_look(marks, id);
}

/* Experiments hold runs of all kinds: their mean would say nothing. */
static enum groups_by grouping_of(const struct marks *marks)
{
    return marks->groups > GROUPS_EXPERIMENT ? marks->groups : GROUPS_NONE;
}

static bool add_lines(struct compare_set *s, const struct ui_model *m, const struct marks *marks,
                      int64_t alone)
{
    s->n = s->n_members = 0;
    s->by = grouping_of(marks);
    if (!reserve(s, marks->n + 1))
        return false;
    for (size_t i = 0; i < marks->n; i++)
        add_run(s, m, marks, marks->at[i].run);
    if (!marks->n && alone)
        add_run(s, m, marks, alone);
    return true;
}

size_t compare_set_line(const struct compare_set *s, int64_t run)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->lines[i].run == run)
            return i;
    return 0;
}

const struct ui_run *compare_set_row(const struct compare_set *s, const struct ui_model *m,
                                     size_t line, size_t member)
{
    return &m->runs[s->members[s->lines[line].first + member]];
}

const struct ui_compared *compare_set_run(const struct compare_set *s, const struct ui_model *m,
                                          size_t line, size_t member)
{
    int64_t run = compare_set_row(s, m, line, member)->id;
    for (size_t i = 0; i < m->n_compared; i++)
        if (m->compared[i].run == run)
            return &m->compared[i];
    return NULL;
}

bool compare_set_counts(const struct compare_set *s, const struct ui_model *m, size_t line,
                        size_t member)
{
    return s->lines[line].n == 1 ||
           run_state_of_name(compare_set_row(s, m, line, member)->state) == RUN_FINISHED;
}

bool compare_set_in_mean(const struct compare_set *s, const struct ui_model *m, size_t line,
                         size_t member)
{
    return !s->lines[line].finished || compare_set_counts(s, m, line, member);
}

bool compare_set_drawn(const struct compare_set *s, size_t line, size_t selected)
{
    return line < COMPARE_MOST_DRAWN || line == selected || line == s->baseline;
}

/* The settings of those whose options have come. */
static int make_settings(struct compare_set *s, const struct ui_model *m, const struct compare *c,
                         struct err *e)
{
    bool any = false;
    for (size_t i = 0; i < s->n; i++) {
        const struct ui_compared *run = compare_set_run(s, m, i, 0);
        c->runs[i].options = run ? run->options : NULL;
        c->runs[i].n_options = run ? run->n_options : 0;
        any |= c->runs[i].n_options > 0;
    }
    table_free(s->settings);
    s->settings = NULL;
    return any && s->n > 1 ? compare_settings(&s->settings, c, false, e) : 0;
}

static void make_warning(struct compare_set *s, const struct compare *c)
{
    struct str text;
    str_init(&text);
    compare_warn(c, &text);
    str_copy(s->warning, sizeof s->warning, text.text);
    str_fini(&text);
}

static bool name_lines(struct compare_set *s, const struct ui_model *m, struct compare *c)
{
    struct err e;
    for (size_t i = 0; i < s->n; i++)
        c->runs[i].row = compare_set_row(s, m, i, 0);
    if (compare_label(c, &e))
        return false;
    for (size_t i = 0; i < s->n; i++)
        str_copy(s->lines[i].label, COMPARE_LABEL_BYTES,
                 s->n > 1 ? c->runs[i].label : compare_set_row(s, m, i, 0)->name);
    c->baseline = s->baseline;
    make_warning(s, c);
    return !make_settings(s, m, c, &e);
}

static bool make(struct compare_set *s, const struct ui_model *m, const struct marks *marks,
                 int64_t alone, int64_t baseline)
{
    ui_run_columns(s->columns);
    if (!add_lines(s, m, marks, alone))
        return false;
    struct compare c = {.columns = s->columns,
                        .runs = mem_alloc(s->n, sizeof *c.runs),
                        .skipped = s->by == GROUPS_BUT_SEED   ? "seed"
                                   : s->by == GROUPS_BUT_FOLD ? "fold"
                                                              : NULL,
                        .n = s->n};
    s->baseline = compare_set_line(s, baseline);
    bool good = c.runs && name_lines(s, m, &c);
    mem_free(c.runs);
    return good;
}

void compare_set_sync(struct compare_set *s, const struct ui_model *m, const struct marks *marks,
                      int64_t alone, int64_t baseline)
{
    const uint64_t made_of[] = {m->runs_version, marks->version, m->compared_version};
    const int64_t made_for[] = {alone, baseline, grouping_of(marks)};
    if (s->made && !memcmp(made_of, s->made_of, sizeof made_of) &&
        !memcmp(made_for, s->made_for, sizeof made_for))
        return;
    s->made = make(s, m, marks, alone, baseline);
    if (!s->made)
        s->n = 0;
    memcpy(s->made_of, made_of, sizeof made_of);
    memcpy(s->made_for, made_for, sizeof made_for);
}
