/* session_config.c - settings to rows and back.
 *
 * Whoever claims a run may stand in another folder than whoever queued it, so every path is stored
 * absolute. Every option of the table is stored, defaults too: a later version with other defaults
 * then still trains what was asked for.
 */
#include "src/session/session_config_priv.h"
#include "src/session/session.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/opt.h"
#include "base/str.h"
#include "db/db.h"
#include "engine/core/net.h"
#include "engine/dataset/classes.h"
#include "engine/dataset/dataset.h"
#include "engine/weights/init.h"
#include "platform.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static_assert(ROW_TEXT_BYTES >= CONFIG_NAME_BYTES, "rows have room for what an option may name");

/* "~/portraits" from a form, where no shell has replaced it. */
static int settle_home(const struct opt *o, char *path, struct err *e)
{
    char full[OPT_TEXT_BYTES];
    const char *home = getenv("HOME");
    if (strncmp(path, "~/", 2) || !home || !home[0])
        return 0;
    if (str_path(full, sizeof full, home, path + 2))
        return err_set(e, ERR_USAGE, "option '%s': its full path is longer than %d bytes", o->name,
                       OPT_TEXT_BYTES - 1);
    str_copy(path, OPT_TEXT_BYTES, full);
    return 0;
}

/* The data must be there; links in its path are resolved so that the name stays right. */
int session_settle_data(char data[OPT_TEXT_BYTES], struct err *e)
{
    char full[PATH_MAX], shown[ROW_TEXT_BYTES];
    str_visible(shown, sizeof shown, data);
    if (!realpath(data, full))
        return err_errno(e, errno, "data '%s' cannot be opened", shown);
    if (str_copy(data, OPT_TEXT_BYTES, full))
        return err_set(e, ERR_USAGE, "data '%s': its full path is longer than %d bytes", shown,
                       OPT_TEXT_BYTES - 1);
    return 0;
}

/* Folders that need not be there yet: the present folder in front. */
static int settle_folder(const struct opt *o, char *path, struct err *e)
{
    char here[PATH_MAX], full[PATH_MAX + OPT_TEXT_BYTES];
    if (!path[0] || path[0] == '/')
        return 0;
    if (!getcwd(here, sizeof here))
        return err_errno(e, errno, "option '%s': the present folder is unknown", o->name);
    if (str_path(full, sizeof full, here, path) || str_copy(path, OPT_TEXT_BYTES, full))
        return err_set(e, ERR_USAGE, "option '%s': its full path is longer than %d bytes", o->name,
                       OPT_TEXT_BYTES - 1);
    return 0;
}

static int settle_paths(struct run_config *config, struct err *e)
{
    for (size_t i = 0; i < config_options.count; i++) {
        const struct opt *o = &config_options.options[i];
        char *path = (char *)config + o->offset;
        if (o->type != OPT_PATH)
            continue;
        if (settle_home(o, path, e) || (path != config->data && settle_folder(o, path, e)))
            return -1;
    }
    return session_settle_data(config->data, e);
}

/* What is wrong with the classes of these scores is better said now than when the run begins. A
 * loss without classes has them for a histogram, if they can be made. */
static int look_at_classes(const struct run_config *config, const struct dataset *data,
                           struct data_facts *facts, struct err *e)
{
    struct classes k;
    facts->weighted = loss_info((enum loss_kind)config->loss)->classes;
    if (classes_make(&k, config, data, data->train, data->n_train, facts->weighted ? e : NULL))
        return facts->weighted ? -1 : 0;
    facts->classes = k.n;
    for (int i = 0; i < k.n; i++) {
        facts->value[i] = k.value[i];
        facts->weight[i] = k.weight[i];
        facts->count[i] = (int64_t)k.count[i];
    }
    return 0;
}

/* Image names that could not be stored whole are refused before anything is trained. */
static int check_names(const struct dataset *data, struct err *e)
{
    const size_t room = sizeof((struct split_row *)NULL)->image;
    for (size_t i = 0; i < data->n_test; i++) {
        const char *name = data->items[data->test[i]].name;
        if (strlen(name) >= room)
            return err_set(e, ERR_USAGE,
                           "the name of image '%.60s...' has %zu bytes, %zu at most can be stored: "
                           "give it a shorter one",
                           name, strlen(name), room - 1);
    }
    return 0;
}

int session_settle(struct run_config *config, struct run_row *run, struct data_facts *facts,
                   struct err *e)
{
    struct run_config settled = *config;
    struct data_facts found = {.classes = 0};
    if (config_check(&settled, e) || settle_paths(&settled, e) || init_settle(&settled, e))
        return -1;
    struct dataset *data;
    const struct dataset_request request = dataset_request_of(&settled);
    if (dataset_open(&data, &request, e))
        return -1;
    if (run) {
        str_copy(run->data, sizeof run->data, data->set);
        str_copy(run->protocol, sizeof run->protocol, config_protocol_names[data->protocol]);
        run->fold = data->fold;
    }
    int result = dataset_check_fold(data, settled.fold, e) || check_names(data, e) ||
                         look_at_classes(&settled, data, &found, e)
                     ? -1
                     : 0;
    str_copy(found.name, sizeof found.name, data->name);
    found.train = (int64_t)data->n_train;
    found.test = (int64_t)data->n_test;
    dataset_free(data);
    if (result)
        return -1;
    *config = settled;
    if (facts)
        *facts = found;
    return 0;
}

static void fill_run(struct run_row *run, const struct run_config *c)
{
    bool weighted = config_weighted(c);
    if (c->name[0])
        str_copy(run->name, sizeof run->name, c->name);
    else
        config_title(c, run->name, sizeof run->name);
    str_copy(run->experiment, sizeof run->experiment, c->experiment);
    str_copy(run->backbone, sizeof run->backbone, net_names[c->backbone]);
    str_copy(run->loss, sizeof run->loss, loss_names[c->loss]);
    run->alpha = weighted ? c->alpha : NAN;
    run->beta = weighted ? c->beta : NAN;
    run->gamma = weighted ? c->gamma : NAN;
    run->image_size = (int)c->image_size;
    run->batch = (int)c->batch;
    run->epochs = (int)c->epochs;
    run->seed = c->seed;
    run->learning_rate = config_learning_rate(c);
    str_copy(run->select, sizeof run->select, c->select == SELECT_VAL ? "val" : "test");
    str_copy(run->program, sizeof run->program, PACKAGE_STRING);
}

static void fill_terms(struct session_rows *rows, const struct run_config *c)
{
    const struct loss_info *info = loss_info(c->loss);
    const double weights[LOSS_MAX_TERMS] = {c->alpha, c->beta, c->gamma};
    struct loss_spec spec;
    loss_spec_init(&spec, c->loss, weights, 0, NULL, 0);
    rows->n_terms = (size_t)info->terms;
    for (int t = 0; t < info->terms; t++) {
        str_copy(rows->terms[t].name, sizeof rows->terms[t].name, info->term[t]);
        rows->terms[t].weight = spec.weight[t];
    }
}

static int fill_options(struct session_rows *rows, const struct run_config *c, struct err *e)
{
    rows->n_options = config_options.count;
    rows->options = mem_alloc(rows->n_options, sizeof *rows->options);
    if (!rows->options)
        return mem_error(e, "the options of a run", rows->n_options * sizeof *rows->options);
    for (size_t i = 0; i < rows->n_options; i++) {
        const struct opt *o = &config_options.options[i];
        struct option_row *row = &rows->options[i];
        str_copy(row->name, sizeof row->name, o->name);
        str_copy(row->type, sizeof row->type, opt_type_name(o->type));
        opt_format(o, c, row->value, sizeof row->value);
    }
    return 0;
}

int session_rows_init(struct session_rows *rows, struct run_config *config, struct err *e)
{
    memset(rows, 0, sizeof *rows);
    if (session_settle(config, &rows->run, NULL, e))
        return -1;
    fill_run(&rows->run, config);
    fill_terms(rows, config);
    return fill_options(rows, config, e);
}

void session_rows_fini(struct session_rows *rows)
{
    mem_free(rows->options);
    rows->options = NULL;
}

static int config_of_options(struct run_config *config, const struct option_row *options, size_t n,
                             struct err *e)
{
    config_of_old(config);
    for (size_t i = 0; i < n; i++)
        if (opt_set(&config_options, config, options[i].name, options[i].value, e))
            return err_prefix(e, "a stored setting cannot be used by %s", PACKAGE_STRING);
    return 0;
}

int session_read_config(struct db *db, int64_t run, struct run_config *config, struct run_row *row,
                        struct err *e)
{
    struct option_row *options;
    struct run_row read;
    size_t n;
    if (db_run(db, run, &read, e) || db_options(db, run, &options, &n, e))
        return -1;
    int result = config_of_options(config, options, n, e);
    config->auto_rate = read.learning_rate;
    mem_free(options);
    if (row)
        *row = read;
    return result;
}
