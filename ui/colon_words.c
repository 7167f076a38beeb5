/* colon_words.c - what commands there are, and how they go on. */
#include "ui/colon_priv.h"

#include "base/str.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Commands that are no requests. */
static const struct colon_command own[] = {
    {"run", REQ_NONE, THEN_RUN, true, COLON_RUN,
     "a run by its number, or last; the number alone does"},
    {"view", REQ_NONE, THEN_VIEW, true, COLON_VIEW, "a view by its name"},
    {"mark", REQ_CHANGE, THEN_RUNS, false, COLON_MARK,
     "mark runs by their numbers, or the selected one"},
    {"unmark", REQ_NONE, THEN_NOTHING, true, COLON_UNMARK, "take all marks away"},
    {"theme", REQ_NONE, THEN_THEME, true, COLON_THEME, "other colours, until the end"},
    {"set", REQ_NONE, THEN_SETTING, true, COLON_SET, "a preference, for the next time too"},
};
#define OWN (int)(sizeof own / sizeof *own)

/* Requests that something may follow; others take what views say (view.h). */
static const struct {
    enum request request;
    enum colon_follows follows;
    enum colon_does does;
} requests[] = {
    {REQ_LIVE, THEN_RUN, COLON_SHOW},
    {REQ_COMPARE, THEN_RUNS, COLON_MARK},
    {REQ_ABLATION, THEN_EXPERIMENT, COLON_EXPERIMENT},
    {REQ_PREDICTIONS, THEN_RUN, COLON_SHOW},
    {REQ_LAUNCH, THEN_RUN, COLON_SHOW},
    {REQ_LIKE, THEN_RUN, COLON_SHOW},
    {REQ_PAUSE, THEN_RUN, COLON_VERB},
    {REQ_RESUME, THEN_RUN, COLON_VERB},
    {REQ_STOP, THEN_RUN, COLON_VERB},
    {REQ_CHECKPOINT, THEN_RUN, COLON_VERB},
    {REQ_DELETE, THEN_RUN, COLON_VERB},
    {REQ_ARCHIVE, THEN_RUN, COLON_VERB},
    {REQ_TAG, THEN_TEXT, COLON_EDIT},
    {REQ_NOTE, THEN_TEXT, COLON_EDIT},
    {REQ_RENAME, THEN_TEXT, COLON_EDIT},
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

bool colon_command_at(const struct colon_place *p, int n, struct colon_command *to)
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
            *to = (struct colon_command){.request = (enum request)r,
                                         .about = request_help((enum request)r)};
            request_name((enum request)r, to->name);
            for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
                if (requests[i].request == (enum request)r) {
                    to->follows = requests[i].follows;
                    to->does = requests[i].does;
                }
            if (to->follows == THEN_NOTHING && word_of(p, (enum request)r, 0, &about)) {
                to->follows = THEN_WORDS;
                to->does = COLON_SAY;
            }
            return true;
        }
    return false;
}

bool colon_find(const struct colon_place *p, const char *name, struct colon_command *to, int *n)
{
    struct colon_command one;
    *n = 0;
    for (int i = 0; colon_command_at(p, i, &one); i++) {
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

const char *colon_split(const char *line, char name[COLON_NAME_BYTES])
{
    size_t n = 0;
    line += strspn(line, " :");
    bool number = isdigit((unsigned char)*line);
    for (; *line && *line != ' '; line++)
        if (n + 1 < COLON_NAME_BYTES)
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
    struct colon_command c;
    for (int i = 0; colon_command_at(p, i, &c); i++) {
        struct colon_choice *one = add(to, begun, c.name, c.about);
        if (!one)
            continue;
        one->more = c.follows != THEN_NOTHING;
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
    char name[COLON_NAME_BYTES];
    colon_split(whole, name);
    if (!strchr(whole, ' ')) {
        for (size_t i = 0; i < ui_preferences.count; i++) {
            const struct opt *o = &ui_preferences.options[i];
            struct colon_choice *one = add(to, begun, o->name, o->help);
            if (one)
                one->more = true;
        }
        return;
    }
    const struct opt *o = opt_find(&ui_preferences, name);
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
    char name[COLON_NAME_BYTES];
    struct colon_command c;
    int n;
    const char *rest = colon_split(text, name), *last = strrchr(rest, ' '), *whole = rest;
    to->n = 0;
    to->begun = strlen(name);
    if (!strchr(text + strspn(text, " :"), ' ')) {
        add_commands(p, to, name);
        if (isdigit((unsigned char)name[0]))
            add_runs(p, to, name);
        return;
    }
    if (!colon_find(p, name, &c, &n))
        return;
    if (last && c.follows != THEN_EXPERIMENT)
        rest = last + 1;
    to->begun = strlen(rest);
    switch (c.follows) {
    case THEN_NOTHING:
    case THEN_TEXT:
        return;
    case THEN_WORDS:
        add_words(p, c.request, to, rest);
        return;
    case THEN_RUN:
    case THEN_RUNS:
        add_runs(p, to, rest);
        return;
    case THEN_EXPERIMENT:
        add_experiments(p, to, rest);
        return;
    case THEN_VIEW:
        add_views(p, to, rest);
        return;
    case THEN_THEME:
        add_themes(to, rest);
        return;
    case THEN_SETTING:
        add_settings(to, whole, rest);
        return;
    }
}

static const char *const usages[] = {
    [THEN_NOTHING] = "",   [THEN_TEXT] = "text",       [THEN_WORDS] = "words",
    [THEN_RUN] = "number", [THEN_RUNS] = "number ...", [THEN_EXPERIMENT] = "name",
    [THEN_VIEW] = "name",  [THEN_THEME] = "name",      [THEN_SETTING] = "name value"};

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
