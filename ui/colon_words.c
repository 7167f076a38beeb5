/* colon_words.c - what commands there are, how they go on, and what a line of them means. */
#include "ui/colon.h"

#include "base/nearest.h"
#include "base/str.h"
#include "ui/preferences.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NAME_BYTES 32

/* What comes after a command's name. */
enum follows { NOTHING, TEXT, WORDS, RUN, RUNS, EXPERIMENT, VIEW, THEME, SETTING };

struct command {
    char name[NAME_BYTES];
    enum request request;
    enum follows follows;
    bool needs;           /* it means nothing without */
    enum colon_does does; /* where something follows, or is needed */
    const char *about;
};

/* Commands that are no requests. */
static const struct command own[] = {
    {"run", REQ_NONE, RUN, true, COLON_RUN, "a run by its number, or last; the number alone does"},
    {"view", REQ_NONE, VIEW, true, COLON_VIEW, "a view by its name"},
    {"mark", REQ_CHANGE, RUNS, false, COLON_MARK,
     "mark runs by their numbers, or the selected one"},
    {"unmark", REQ_NONE, NOTHING, true, COLON_UNMARK, "take all marks away"},
    {"theme", REQ_NONE, THEME, true, COLON_THEME, "other colours, until the end"},
    {"set", REQ_NONE, SETTING, true, COLON_SET, "a preference, for the next time too"},
};
#define OWN (int)(sizeof own / sizeof *own)

/* Requests that something may follow; others take what views say (view.h). */
static const struct {
    enum request request;
    enum follows follows;
    enum colon_does does;
} requests[] = {
    {REQ_LIVE, RUN, COLON_SHOW},
    {REQ_COMPARE, RUNS, COLON_MARK},
    {REQ_ABLATION, EXPERIMENT, COLON_EXPERIMENT},
    {REQ_PREDICTIONS, RUN, COLON_SHOW},
    {REQ_LAUNCH, RUN, COLON_SHOW},
    {REQ_LIKE, RUN, COLON_SHOW},
    {REQ_PAUSE, RUN, COLON_VERB},
    {REQ_RESUME, RUN, COLON_VERB},
    {REQ_STOP, RUN, COLON_VERB},
    {REQ_CHECKPOINT, RUN, COLON_VERB},
    {REQ_DELETE, RUN, COLON_VERB},
    {REQ_ARCHIVE, RUN, COLON_VERB},
    {REQ_TAG, TEXT, COLON_EDIT},
    {REQ_NOTE, TEXT, COLON_EDIT},
    {REQ_RENAME, TEXT, COLON_EDIT},
};

/* The view's i-th word after a request: first those of the view on screen, else of another. */
static const char *word_of(const struct colon_place *p, enum request request, size_t i,
                           const char **about)
{
    for (int k = -1; k < p->n_views; k++) {
        int v = k < 0 ? p->here : k;
        *about = "";
        if (p->views[v]->word && p->views[v]->word(p->states[v], request, 0, about)) {
            *about = "";
            return p->views[v]->word(p->states[v], request, i, about);
        }
    }
    return NULL;
}

/* --- the commands in order --- */

/* The n-th: those that are no requests, then the others, the movements last; false beyond them. */
static bool command_at(const struct colon_place *p, int n, struct command *to)
{
    const char *about;
    if (n < OWN) {
        *to = own[n];
        return true;
    }
    n -= OWN;
    for (int pass = 0; pass < 2; pass++)
        for (int r = 1; r < REQUEST_COUNT; r++) {
            bool moves = request_group((enum request)r) == GROUP_MOVE;
            if (moves != (pass == 1) || r == REQ_COLON || n-- > 0)
                continue;
            *to = (struct command){.request = (enum request)r,
                                   .about = request_help((enum request)r)};
            request_name((enum request)r, to->name);
            for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
                if (requests[i].request == (enum request)r) {
                    to->follows = requests[i].follows;
                    to->does = requests[i].does;
                }
            if (to->follows == NOTHING && word_of(p, (enum request)r, 0, &about)) {
                to->follows = WORDS;
                to->does = COLON_SAY;
            }
            return true;
        }
    return false;
}

/* By its whole name or, if it is the only one that begins so, by the beginning. REQ_NONE's name is
 * "" when there is none; *n says how many begin so. */
static bool find_command(const struct colon_place *p, const char *name, struct command *to, int *n)
{
    struct command one;
    *n = 0;
    for (int i = 0; command_at(p, i, &one); i++) {
        if (!strcasecmp(one.name, name)) {
            *to = one;
            *n = 1;
            return true;
        }
        if (strncasecmp(one.name, name, strlen(name)))
            continue;
        if (!(*n)++)
            *to = one;
    }
    return *n == 1;
}

/* The name, without the blanks around it; what follows. */
static const char *split(const char *line, char name[NAME_BYTES])
{
    size_t n = 0;
    line += strspn(line, " :");
    bool number = isdigit((unsigned char)*line);
    for (; *line && *line != ' '; line++)
        if (n + 1 < NAME_BYTES)
            name[n++] = *line;
    name[n] = '\0';
    return number ? "" : line + strspn(line, " ");
}

enum request colon_request(const char *name)
{
    char one[REQUEST_NAME_BYTES];
    for (int r = 1; r < REQUEST_COUNT; r++) {
        request_name((enum request)r, one);
        if (!strcmp(one, name))
            return (enum request)r;
    }
    return REQ_NONE;
}

/* --- completing --- */

static struct colon_choice *add(struct colon_choices *to, const char *begun, const char *text,
                                const char *about)
{
    if (to->n == COLON_MOST_CHOICES || strncasecmp(text, begun, to->begun))
        return NULL;
    for (size_t i = 0; i < to->n; i++)
        if (!strcmp(to->at[i].text, text))
            return NULL;
    struct colon_choice *one = &to->at[to->n];
    *one = (struct colon_choice){.text = ""};
    if (str_copy(one->text, sizeof one->text, text))
        return NULL; /* half a word is another one */
    str_copy(one->about, sizeof one->about, about);
    to->n++;
    return one;
}

static void add_commands(const struct colon_place *p, struct colon_choices *to, const char *begun)
{
    struct command c;
    for (int i = 0; command_at(p, i, &c); i++) {
        struct colon_choice *one = add(to, begun, c.name, c.about);
        if (!one)
            continue;
        one->more = c.follows != NOTHING;
        request_keys(c.request, true, one->key, sizeof one->key);
    }
}

static void add_runs(const struct colon_place *p, struct colon_choices *to, const char *begun)
{
    char number[24];
    for (size_t i = 0; i < p->model->n_runs && to->n < COLON_MOST_CHOICES; i++) {
        snprintf(number, sizeof number, "%lld", (long long)p->model->runs[i].id);
        add(to, begun, number, p->model->runs[i].name);
    }
}

/* Equal names of the list are the same text, and those of an experiment mostly stand together. */
static void add_experiments(const struct colon_place *p, struct colon_choices *to,
                            const char *begun)
{
    const char *last = NULL;
    for (size_t i = 0; i < p->model->n_runs && to->n < COLON_MOST_CHOICES; i++) {
        if (p->model->runs[i].experiment != last)
            add(to, begun, p->model->runs[i].experiment, "");
        last = p->model->runs[i].experiment;
    }
}

static void add_views(const struct colon_place *p, struct colon_choices *to, const char *begun)
{
    char name[REQUEST_NAME_BYTES];
    for (int i = 0; i < p->n_views; i++) {
        request_name(p->views[i]->shown_by, name);
        struct colon_choice *one = add(to, begun, name, request_help(p->views[i]->shown_by));
        if (one)
            request_keys(p->views[i]->shown_by, true, one->key, sizeof one->key);
    }
}

static void add_themes(struct colon_choices *to, const char *begun)
{
    for (int i = 0; ui_theme_names[i]; i++)
        add(to, begun, ui_theme_names[i], ui_theme_about[i]);
}

/* Names; after one its values, where they can be listed. */
static void add_settings(struct colon_choices *to, const char *whole, const char *begun)
{
    static const char *const flag[] = {"yes", "no", NULL};
    char name[NAME_BYTES];
    split(whole, name);
    if (!strchr(whole, ' ')) {
        for (size_t i = 0; i < preferences_table.count; i++) {
            const struct opt *o = &preferences_table.options[i];
            struct colon_choice *one = add(to, begun, o->name, o->help);
            if (one)
                one->more = true;
        }
        return;
    }
    const struct opt *o = opt_find(&preferences_table, name);
    const char *const *values = !o ? NULL : o->type == OPT_FLAG ? flag : o->choices;
    for (; values && *values; values++)
        add(to, begun, *values, "");
}

static void add_words(const struct colon_place *p, enum request request, struct colon_choices *to,
                      const char *begun)
{
    const char *about, *word;
    for (size_t i = 0; (word = word_of(p, request, i, &about)); i++)
        add(to, begun, word, about);
}

void colon_complete(const struct colon_place *p, const char *text, struct colon_choices *to)
{
    char name[NAME_BYTES];
    struct command c;
    int n;
    const char *rest = split(text, name), *last = strrchr(rest, ' '), *whole = rest;
    to->n = 0;
    to->begun = strlen(name);
    if (!strchr(text + strspn(text, " :"), ' ')) {
        add_commands(p, to, name);
        if (isdigit((unsigned char)name[0]))
            add_runs(p, to, name);
        return;
    }
    if (!find_command(p, name, &c, &n))
        return;
    if (last && c.follows != EXPERIMENT)
        rest = last + 1;
    to->begun = strlen(rest);
    switch (c.follows) {
    case NOTHING:
    case TEXT:
        return;
    case WORDS:
        add_words(p, c.request, to, rest);
        return;
    case RUN:
    case RUNS:
        add_runs(p, to, rest);
        return;
    case EXPERIMENT:
        add_experiments(p, to, rest);
        return;
    case VIEW:
        add_views(p, to, rest);
        return;
    case THEME:
        add_themes(to, rest);
        return;
    case SETTING:
        add_settings(to, whole, rest);
        return;
    }
}

/* --- what a line means --- */

static bool refuse(struct view_reply *reply, const char *text)
{
    str_copy(reply->note, sizeof reply->note, text);
    reply->note_is_error = true;
    return false;
}

static bool unknown(const struct colon_place *p, const char *name, int n, struct view_reply *reply)
{
    struct command c, nearest = {.name = ""};
    struct str say;
    int least = NEAREST_MOST + 1;
    char shown[4 * NAME_BYTES];
    str_visible(shown, sizeof shown, name);
    str_init(&say);
    str_addf(&say, n ? "'%s' may be" : "there is no command '%s'", shown);
    for (int i = 0, k = 0; command_at(p, i, &c); i++) {
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

static bool read_rest(const struct colon_place *p, const struct command *c, struct colon_order *to,
                      struct view_reply *reply)
{
    switch (c->follows) {
    case RUN:
        return read_run(p, to->text, to, reply);
    case EXPERIMENT:
        return read_experiment(p, to->text, to, reply);
    case RUNS:
        return read_runs(p, to->text, to, reply);
    case VIEW:
        return read_view(p, to->text, to, reply);
    case NOTHING:
    case TEXT:
    case WORDS:
    case THEME:
    case SETTING:
        return true;
    }
    return true;
}

bool colon_read(const struct colon_place *p, const char *line, struct colon_order *to,
                struct view_reply *reply)
{
    char name[NAME_BYTES];
    struct command c;
    int n;
    const char *rest = split(line, name);
    *to = (struct colon_order){.does = COLON_REQUEST, .text = rest};
    if (isdigit((unsigned char)name[0])) {
        to->does = COLON_RUN;
        return read_run(p, name, to, reply);
    }
    if (!find_command(p, name, &c, &n))
        return unknown(p, name, n, reply);
    to->request = c.request;
    if (rest[0] && c.follows == NOTHING) {
        snprintf(reply->note, sizeof reply->note, "nothing can follow %s", c.name);
        reply->note_is_error = true;
        return false;
    }
    if (!rest[0] && c.needs && c.follows != NOTHING) {
        snprintf(reply->note, sizeof reply->note, "%s what? Tab lists it", c.name);
        reply->note_is_error = true;
        return false;
    }
    if (rest[0] || c.needs)
        to->does = c.does;
    return !rest[0] || read_rest(p, &c, to, reply);
}

static const char *const usages[] = {[NOTHING] = "",  [TEXT] = "text",    [WORDS] = "words",
                                     [RUN] = "number",   [RUNS] = "number ...", [EXPERIMENT] = "name",
                                     [VIEW] = "name", [THEME] = "name",   [SETTING] = "name value"};

void ui_mdoc_commands(struct str *out)
{
    char name[REQUEST_NAME_BYTES];
    str_add(out, ".Bl -tag -width \"ablation name\" -compact\n");
    for (int i = 0; i < OWN; i++)
        str_addf(out, ".It Ic %s%s%s\n%s\n", own[i].name, own[i].follows ? " Ar " : "",
                 usages[own[i].follows], own[i].about);
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        request_name(requests[i].request, name);
        str_addf(out, ".It Ic %s Op Ar %s\n%s\n", name, usages[requests[i].follows],
                 request_help(requests[i].request));
    }
    str_add(out, ".El\n");
}
