/* sweep.c - see sweep.h. */
#include "src/sweep.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "engine/backend_load.h"
#include "engine/core/door.h"
#include "engine/core/loss.h"
#include "engine/core/net.h"
#include "src/output.h"
#include "src/session/session.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- what is there --- */

/* A run of the experiment, with its settings. */
struct known {
    struct run_config config;
    int64_t id;
    int state;
    char data_hash[sizeof((struct run_row *)NULL)->data_hash];
};

/* The best first: what is there is what came furthest. */
static int rank(int state)
{
    static const int order[] = {RUN_FINISHED, RUN_RUNNING, RUN_PAUSED, RUN_QUEUED,
                                RUN_STOPPED,  RUN_LOST,    RUN_FAILED, RUN_DIVERGED};
    int i = 0;
    while (i < (int)(sizeof order / sizeof *order) && order[i] != state)
        i++;
    return i;
}

/* Settings are read of those alone that may be alike by what their rows tell. */
static bool may_be_alike(const struct run_row *row, const struct invocation *in)
{
    for (size_t i = 0; i < in->n_configs; i++) {
        const struct run_config *c = &in->configs[i];
        if (row->seed == c->seed && row->epochs == c->epochs && row->batch == c->batch &&
            row->image_size == c->image_size && !strcmp(row->loss, loss_names[c->loss]) &&
            !strcmp(row->backbone, net_names[c->backbone]))
            return true;
    }
    return false;
}

/* Newest first, archived ones too. Settings that cannot be read are those of another version. */
static int read_known(struct db *db, const struct invocation *in, struct known **out, size_t *n,
                      struct err *e)
{
    struct run_row *rows;
    size_t n_rows, fit = 0;
    const struct run_wanted wanted = {.experiment = in->configs->experiment, .kept = RUNS_KEPT};
    *out = NULL;
    *n = 0;
    if (db_runs_wanted(db, &wanted, &rows, &n_rows, e))
        return -1;
    for (size_t i = 0; i < n_rows; i++)
        if (may_be_alike(&rows[i], in))
            rows[fit++] = rows[i];
    struct known *known = *out = mem_alloc(fit, sizeof *known);
    for (size_t i = 0; known && i < fit; i++) {
        struct known *k = &known[*n];
        k->id = rows[i].id;
        k->state = run_state_of_name(rows[i].state);
        memcpy(k->data_hash, rows[i].data_hash, sizeof k->data_hash);
        *n += !session_read_config(db, k->id, &k->config, NULL, NULL);
    }
    mem_free(rows);
    return known ? 0 : mem_error(e, "the runs of an experiment", fit * sizeof *known);
}

static bool same_data(const struct run_config *a, const struct run_config *b)
{
    return !strcmp(a->data, b->data) && a->protocol == b->protocol && a->fold == b->fold &&
           a->image_size == b->image_size && a->resize == b->resize;
}

/* What the data set was when a run last began with it; "" when none has. */
static const char *newest_hash(const struct known *known, size_t n, const struct run_config *c)
{
    for (size_t i = 0; i < n; i++)
        if (known[i].data_hash[0] && same_data(&known[i].config, c))
            return known[i].data_hash;
    return "";
}

static void find_there(struct sweep_item *item, const struct run_config *c,
                       const struct known *known, size_t n)
{
    const char *hash = newest_hash(known, n, c);
    for (size_t i = 0; i < n; i++) {
        const struct known *k = &known[i];
        if (!config_alike(&k->config, c) || (k->data_hash[0] && strcmp(k->data_hash, hash) != 0))
            continue;
        if (item->there && rank(item->state) <= rank(k->state))
            continue;
        item->there = k->id;
        item->state = k->state;
    }
}

/* --- how long it takes --- */

/* As a run's row would name the device; "" when it is not there. */
static void name_device(const struct run_config *c, char *to, size_t room)
{
    struct backend_device list[BACKEND_MAX_DEVICES];
    const struct backend_ops *ops = NULL;
    char why[256] = "";
    int number;
    to[0] = '\0';
    if (!backend_choose(c->device, &ops, &number, NULL, NULL) &&
        number < ops->devices(list, BACKEND_MAX_DEVICES, why, sizeof why))
        backend_device_text(&list[number], c->threads, to, room);
}

static int estimate(struct sweep *s, struct sweep_item *item, const struct run_config *c,
                    struct db *db, struct err *e)
{
    char device[ROW_TEXT_BYTES];
    double image_s;
    int64_t run;
    name_device(c, device, sizeof device);
    const struct db_speed_like like = {device, door_precision_names[c->precision],
                                       net_names[c->backbone], c->image_size, c->batch};
    int found = device[0] && item->train ? db_speed(db, &like, &run, &image_s, e) : 0;
    if (found <= 0)
        return found;
    item->seconds = image_s * (double)(item->train * c->epochs);
    s->judged_by = run;
    return 0;
}

/* --- */

static int look(struct sweep *s, struct db *db, struct err *e)
{
    const struct run_config *c = s->in->configs;
    struct known *known;
    size_t n;
    int result = read_known(db, s->in, &known, &n, e);
    for (size_t i = 0; !result && i < s->n; i++) {
        find_there(&s->items[i], &c[i], known, n);
        result = estimate(s, &s->items[i], &c[i], db, e);
    }
    mem_free(known);
    return result;
}

int sweep_init(struct sweep *s, const struct invocation *in, const int64_t *train, bool missing,
               struct db *db, struct err *e)
{
    *s = (struct sweep){.in = in, .n = in->n_configs};
    s->items = mem_alloc(s->n, sizeof *s->items);
    if (!s->items)
        return mem_error(e, "a sweep", s->n * sizeof *s->items);
    for (size_t i = 0; i < s->n; i++)
        s->items[i] = (struct sweep_item){.train = train[i], .seconds = NAN};
    if (db && look(s, db, e)) {
        sweep_fini(s);
        return -1;
    }
    for (size_t i = 0; i < s->n; i++)
        s->items[i].added = !missing || !s->items[i].there;
    return 0;
}

void sweep_fini(struct sweep *s)
{
    mem_free(s->items);
    s->items = NULL;
}

size_t sweep_added(const struct sweep *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        n += s->items[i].added;
    return n;
}

/* --- saying it --- */

/* Values of an option in all runs, those alone that use it. */
static size_t count_values(const struct sweep *s, const struct opt *o)
{
    const struct run_config *c = s->in->configs;
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        size_t k = 0;
        while (k < i && (!config_uses(&c[k], o) || !config_same_value(o, &c[k], &c[i])))
            k++;
        n += k == i && config_uses(&c[i], o);
    }
    return n;
}

static void say_runs(const struct sweep *s)
{
    const char *before = ": ", *about = config_preset_about(s->in->configs);
    if (about)
        fprintf(stderr, "%s%s\n", about,
                s->in->configs->init[0] ? "" : "; the paper begins with ImageNet weights (--init)");
    fprintf(stderr, "%zu run%s", s->n, s->n == 1 ? "" : "s");
    for (size_t i = 0; i < config_options.count; i++) {
        const struct opt *o = &config_options.options[i];
        size_t values = count_values(s, o);
        if (values < 2)
            continue;
        fprintf(stderr, "%s%zu values of %s", before, values, o->name);
        before = ", ";
    }
    fputs("\n", stderr);
}

static size_t count_there(const struct sweep *s, int state)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        n += s->items[i].there && s->items[i].state == state;
    return n;
}

/* "4 are there already: 3 finished, 1 failed" */
static void say_there(const struct sweep *s)
{
    const char *before = ": ";
    size_t there = 0, wrong = 0;
    for (int state = 0; state <= RUN_LOST; state++)
        there += count_there(s, state);
    if (!there)
        return;
    fprintf(stderr, "%zu %s there already", there, there == 1 ? "is" : "are");
    for (int state = 0; state <= RUN_LOST; state++) {
        size_t n = count_there(s, state);
        if (!n)
            continue;
        fprintf(stderr, "%s%zu %s", before, n, run_state_name((enum run_state)state));
        before = ", ";
        wrong += state == RUN_FAILED || state == RUN_LOST || state == RUN_STOPPED ? n : 0;
    }
    size_t added = sweep_added(s);
    fprintf(stderr, added == s->n ? "; --missing would leave %s out\n" : "\n",
            there == 1 ? "it" : "them");
    if (wrong && added < s->n)
        fputs("what ended early is not begun again: `combolab retry` goes on with it\n", stderr);
}

static void say_time(const struct sweep *s)
{
    double seconds = 0;
    size_t unknown = 0, added = sweep_added(s);
    char text[48];
    for (size_t i = 0; i < s->n; i++) {
        bool known = isfinite(s->items[i].seconds);
        seconds += s->items[i].added && known ? s->items[i].seconds : 0;
        unknown += s->items[i].added && !known;
    }
    str_duration(text, sizeof text, seconds);
    if (!added)
        fputs("nothing is missing\n", stderr);
    else if (unknown == added)
        fprintf(stderr, "%zu to train; no past run to judge by how long %s\n", added,
                added == 1 ? "it takes" : "they take");
    else if (unknown)
        fprintf(stderr,
                "%zu to train; about %s for %zu of them, and no past run to judge the other "
                "%zu by\n",
                added, text, added - unknown, unknown);
    else
        fprintf(stderr, "%zu to train; about %s one after another, judged by run %lld\n", added,
                text, (long long)s->judged_by);
}

void sweep_say(const struct sweep *s)
{
    say_runs(s);
    say_there(s);
    say_time(s);
}

/* --- as a table --- */

#define MOST_VARIED 16

/* Options that are not the same in all runs; without any, the loss. */
static size_t list_varied(const struct sweep *s, const struct opt *varied[MOST_VARIED])
{
    size_t n = 0;
    for (size_t i = 0; i < config_options.count && n < MOST_VARIED; i++)
        if (count_values(s, &config_options.options[i]) > 1)
            varied[n++] = &config_options.options[i];
    if (!n)
        varied[n++] = opt_find(&config_options, "loss");
    return n;
}

static void add_row(struct table *t, const struct sweep *s, size_t i,
                    const struct opt *const *varied, size_t n)
{
    const struct sweep_item *item = &s->items[i];
    const struct run_config *c = &s->in->configs[i];
    char value[OPT_TEXT_BYTES];
    table_int(t, (int64_t)i + 1);
    for (size_t k = 0; k < n; k++) {
        opt_format(varied[k], c, value, sizeof value);
        table_text(t, config_uses(c, varied[k]) ? value : "");
    }
    table_int(t, c->epochs);
    if (item->there)
        table_int(t, item->there);
    else
        table_missing(t);
    table_text(t, item->there ? run_state_name((enum run_state)item->state) : "");
    table_text(t, item->added ? "train" : "leave");
    table_real(t, item->seconds);
}

int sweep_print(const struct sweep *s, struct err *e)
{
    static const struct table_column after[] = {
        {"epochs", "epochs", TABLE_INT, 0, true},       {"id", "run there", TABLE_INT, 0, false},
        {"state", "state", TABLE_TEXT, 0, false},       {"plan", "plan", TABLE_TEXT, 0, false},
        {"seconds", "takes", TABLE_DURATION, 0, false},
    };
    enum { AFTER = sizeof after / sizeof *after };
    const struct opt *varied[MOST_VARIED];
    struct table_column columns[1 + MOST_VARIED + AFTER] = {{"n", "n", TABLE_INT, 0, false}};
    struct table *t;
    size_t n = list_varied(s, varied);
    for (size_t k = 0; k < n; k++)
        columns[1 + k] =
            (struct table_column){varied[k]->name, varied[k]->name, TABLE_TEXT, 0, false};
    for (size_t k = 0; k < AFTER; k++)
        columns[1 + n + k] = after[k];
    if (table_new(&t, "sweep", false, columns, 1 + n + AFTER, e))
        return -1;
    for (size_t i = 0; i < s->n; i++)
        add_row(t, s, i, varied, n);
    int result = output_tables(s->in, &t, 1, e);
    table_free(t);
    return result;
}
