/* colon_read.c - what a line of the command line means. */
#include "ui/colon_priv.h"

#include "base/nearest.h"
#include "base/str.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool refuse(struct view_reply *reply, const char *text)
{
    str_copy(reply->note, sizeof reply->note, text);
    reply->note_is_error = true;
    return false;
}

static bool unknown(const struct colon_place *p, const char *name, int n, struct view_reply *reply)
{
    struct colon_command c, nearest = {.name = ""};
    struct str say;
    int least = NEAREST_MOST + 1;
    char shown[4 * COLON_NAME_BYTES];
    str_visible(shown, sizeof shown, name);
    str_init(&say);
    str_addf(&say, n ? "'%s' may be" : "there is no command '%s'", shown);
    for (int i = 0, k = 0; colon_command_at(p, i, &c); i++) {
        int d = nearest_distance(name, c.name);
        if (d < least) {
            least = d;
            nearest = c;
        }
        if (n && !strncasecmp(c.name, name, strlen(name)))
            str_addf(&say, "%s %s", k++ ? "," : "", c.name);
    }
    if (!n && nearest.name[0])
        str_addf(&say, "; did you mean %s?", nearest.name);
    else if (!n)
        str_add(&say, "; Tab lists what there is");
    refuse(reply, say.text);
    str_fini(&say);
    return false;
}

/* A number, or last. */
static bool read_run(const struct colon_place *p, const char *text, struct colon_order *to,
                     struct view_reply *reply)
{
    const struct ui_model *m = p->model;
    char shown[120];
    bool number = !str_to_int(text, &to->run);
    if (!number && !strcmp(text, "last") && m->n_runs) {
        to->run = m->runs[0].id;
        return true;
    }
    if (number && (m->reading_runs || ui_run_find(m, to->run)))
        return true;
    str_visible(shown, sizeof shown, text);
    snprintf(reply->note, sizeof reply->note,
             number ? "there is no run %.40s in the list" : "'%.40s' is no number of a run", shown);
    reply->note_is_error = true;
    return false;
}

/* The next word of a row of numbers and ranges, "3 5-9"; false at the end. `least` > `most`: it is
 * neither. */
static bool next_range(const char **text, int64_t *least, int64_t *most)
{
    char word[48];
    size_t n = strcspn(*text += strspn(*text, " ,"), " ,");
    if (!n)
        return false;
    snprintf(word, sizeof word, "%.*s", n < sizeof word ? (int)n : 0, *text);
    *text += n;
    char *dash = strchr(word, '-');
    if (dash)
        *dash++ = '\0';
    *least = 1;
    *most = 0;
    if (str_to_int(word, least) || (dash && str_to_int(dash, most)))
        *most = *least - 1;
    else if (!dash)
        *most = *least;
    return true;
}

bool colon_names_run(const char *text, int64_t run)
{
    int64_t least, most;
    while (next_range(&text, &least, &most))
        if (run >= least && run <= most)
            return true;
    return false;
}

/* Some run of the list is named, and nothing else. */
static bool read_runs(const struct colon_place *p, const char *text, struct colon_order *to,
                      struct view_reply *reply)
{
    int64_t least, most;
    for (const char *rest = text; next_range(&rest, &least, &most);)
        if (least > most)
            return refuse(reply, "runs are named by their numbers and ranges of them: 3 5-9");
    for (size_t i = 0; i < p->model->n_runs; i++)
        if (colon_names_run(text, p->model->runs[i].id)) {
            to->run = p->model->runs[i].id;
            return true;
        }
    return refuse(reply, "there are no such runs in the list");
}

/* Its newest run. */
static bool read_experiment(const struct colon_place *p, const char *text, struct colon_order *to,
                            struct view_reply *reply)
{
    char shown[240];
    for (size_t i = 0; i < p->model->n_runs; i++)
        if (!strcmp(p->model->runs[i].experiment, text)) {
            to->run = p->model->runs[i].id;
            return true;
        }
    str_visible(shown, sizeof shown, text);
    snprintf(reply->note, sizeof reply->note, "no run is of experiment '%.80s'", shown);
    reply->note_is_error = true;
    return false;
}

static bool read_view(const struct colon_place *p, const char *text, struct colon_order *to,
                      struct view_reply *reply)
{
    char name[REQUEST_NAME_BYTES], shown[120], names[160] = "";
    for (int i = 0; i < p->n_views; i++) {
        request_name(p->views[i]->shown_by, name);
        to->request = p->views[i]->shown_by;
        if (!strcasecmp(name, text) || !strcasecmp(p->views[i]->name, text))
            return true;
        size_t n = strlen(names);
        snprintf(names + n, sizeof names - n, "%s%s", i ? ", " : "", name);
    }
    str_visible(shown, sizeof shown, text);
    snprintf(reply->note, sizeof reply->note, "there is no view '%.40s': views are %s", shown,
             names);
    reply->note_is_error = true;
    return false;
}

static bool read_rest(const struct colon_place *p, const struct colon_command *c,
                      struct colon_order *to, struct view_reply *reply)
{
    switch (c->follows) {
    case THEN_RUN:
        return read_run(p, to->text, to, reply);
    case THEN_EXPERIMENT:
        return read_experiment(p, to->text, to, reply);
    case THEN_RUNS:
        return read_runs(p, to->text, to, reply);
    case THEN_VIEW:
        return read_view(p, to->text, to, reply);
    case THEN_NOTHING:
    case THEN_TEXT:
    case THEN_WORDS:
    case THEN_THEME:
    case THEN_SETTING:
        return true;
    }
    return true;
}

bool colon_read(const struct colon_place *p, const char *line, struct colon_order *to,
                struct view_reply *reply)
{
    char name[COLON_NAME_BYTES];
    struct colon_command c;
    int n;
    const char *rest = colon_split(line, name);
    *to = (struct colon_order){.does = COLON_REQUEST, .text = rest};
    if (isdigit((unsigned char)name[0])) {
        to->does = COLON_RUN;
        return read_run(p, name, to, reply);
    }
    if (!colon_find(p, name, &c, &n))
        return unknown(p, name, n, reply);
    to->request = c.request;
    if (rest[0] && c.follows == THEN_NOTHING) {
        snprintf(reply->note, sizeof reply->note, "nothing can follow %s", c.name);
        reply->note_is_error = true;
        return false;
    }
    if (!rest[0] && c.needs && c.follows != THEN_NOTHING) {
        snprintf(reply->note, sizeof reply->note, "%s what? Tab lists it", c.name);
        reply->note_is_error = true;
        return false;
    }
    if (rest[0] || c.needs)
        to->does = c.does;
    return !rest[0] || read_rest(p, &c, to, reply);
}
