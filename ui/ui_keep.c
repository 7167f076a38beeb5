/* ui_keep.c - what a user prefers, and how the screen was left. Screen thread only. */
#include "ui/ui_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <string.h>

void ui_use_theme(struct ui *ui, enum ui_theme which)
{
    struct paint *paint;
    struct err e;
    theme_init(&ui->theme, which ? which : theme_found(ui->term));
    ui->redraw = true;
    if (paint_open(&paint, &ui->theme, ui->unicode, ui->pictures, &e))
        return; /* pictures keep the colours that they had */
    paint_close(ui->paint);
    ui->paint = paint;
}

void ui_use_charts(struct ui *ui, enum ui_chart_style style)
{
    ui->charts = ui->chosen_charts = style;
    if (style == UI_CHART_AUTO || !ui->unicode)
        ui->charts = ui->unicode ? UI_CHART_BRAILLE : UI_CHART_ASCII;
}

/* It is opened as by its key once there are runs that it may choose from. */
static void begin_in(struct ui *ui, int view)
{
    ui_leave_for(ui, view);
    ui->begins = true;
}

void ui_prefer(struct ui *ui, const struct ui_model *model, const struct ui_preferences *p,
               const char *name)
{
    const struct view *list = ui_views[ui_view_of(REQ_RUNS)];
    void *state = ui->states[ui_view_of(REQ_RUNS)];
    struct view_reply reply = {.note = ""}; /* what is wrong with them has been said before */
    if (name && !strcmp(name, "theme"))
        ui_use_theme(ui, (enum ui_theme)p->theme);
    if (!name || !strcmp(name, "charts"))
        ui_use_charts(ui, (enum ui_chart_style)p->charts);
    if (!name || !strcmp(name, "filter"))
        list->say(state, model, REQ_FILTER, p->filter, &reply);
    if (!name || !strcmp(name, "sort"))
        list->say(state, model, REQ_SORT, p->sort, &reply);
    if (!name || !strcmp(name, "group"))
        list->say(state, model, REQ_GROUP, groups_words[p->group], &reply);
    if (p->view && (!name || !strcmp(name, "view")))
        begin_in(ui, p->view - 1);
}

void ui_keep(const struct ui *ui, struct str *out)
{
    char name[REQUEST_NAME_BYTES];
    request_name(ui_views[ui->view]->shown_by, name);
    str_addf(out, "view %s\ncharts %d\n", name, ui->chosen_charts);
    for (size_t i = 0; i < ui->marks.n; i++)
        str_addf(out, "mark %lld\n", (long long)ui->marks.at[i].run);
    for (size_t i = 0; i < ui->colon.n_history; i++)
        str_addf(out, "command %s\n", ui->colon.history[i]);
    for (int i = 0; i < UI_VIEW_COUNT; i++) {
        request_name(ui_views[i]->shown_by, name);
        kept_add(out, name, ui_views[i]->kept, ui_views[i]->n_kept, ui->states[i]);
        if (ui_views[i]->keep)
            ui_views[i]->keep(ui->states[i], name, out);
    }
}

/* What a view has kept: "sort", "-best_pc". */
static void restore_in(struct ui *ui, const struct ui_model *m, int view, const char *name,
                       const char *value)
{
    const struct view *v = ui_views[view];
    struct view_reply reply = {.note = ""};
    enum request request = colon_request(name);
    if (kept_take(ui->states[view], v->kept, v->n_kept, name, value))
        return;
    if (v->say && request)
        v->say(ui->states[view], m, request, value, &reply);
    else if (v->take)
        v->take(ui->states[view], name, value);
}

/* The form and help are gone to for a while. */
static void restore_view(struct ui *ui, enum request shown_by)
{
    int view = ui_view_of(shown_by);
    if (view >= 0 && shown_by != REQ_LAUNCH && shown_by != REQ_HELP)
        begin_in(ui, view);
}

static void restore_line(struct ui *ui, const struct ui_model *m, char *line)
{
    char *rest = line, *word = strsep(&rest, " "), *value = rest ? rest : line + strlen(line);
    int view = ui_view_of(colon_request(word));
    int64_t number = 0;
    bool is_number = !str_to_int(value, &number);
    if (!strcmp(word, "view"))
        restore_view(ui, colon_request(value));
    else if (!strcmp(word, "charts") && number > UI_CHART_AUTO && number <= UI_CHART_ASCII)
        ui_use_charts(ui, (enum ui_chart_style)number);
    else if (!strcmp(word, "mark") && is_number && number > 0 && !marks_has(&ui->marks, number))
        marks_turn(&ui->marks, number);
    else if (!strcmp(word, "command") && value[0] && strlen(value) < EDIT_BYTES)
        colon_remember(&ui->colon, value);
    else if (view >= 0 && (word = strsep(&rest, " ")))
        restore_in(ui, m, view, word, rest ? rest : "");
}

void ui_restore(struct ui *ui, const struct ui_model *model, const char *lines)
{
    char *copy = mem_string(lines), *rest = copy;
    while (rest)
        restore_line(ui, model, strsep(&rest, "\n"));
    mem_free(copy);
}
