/* show.c - `combolab show`: everything the database holds of one run. */
#include "src/command.h"

#include "base/err.h"
#include "db/db.h"
#include "src/output.h"
#include "src/show.h"

#include <stdio.h>

struct options {
    bool epochs, log;
    int predictions; /* index into kinds */
    int64_t ledger;
};

static const char *const kinds[] = {"none", "best", "last", NULL};

static const struct opt options[] = {
    {"epochs", 'e', OPT_FLAG, offsetof(struct options, epochs), 0, 0, "no", NULL, "", "Parts",
     "a row for every epoch: losses by term, weighted and not, and figures of every phase"},
    {"predictions", 'p', OPT_CHOICE, offsetof(struct options, predictions), 0, 0, "none", kinds, "",
     "Parts", "a row for every test image, as predicted by the best or the last weights"},
    {"ledger", 0, OPT_INT, offsetof(struct options, ledger), 0, 100000, "0", NULL, "", "Parts",
     "the test scores predicted after this epoch, in the order of the split"},
    {"log", 0, OPT_FLAG, offsetof(struct options, log), 0, 0, "no", NULL, "", "Parts",
     "what was said while it trained"},
};

static const struct opt_table table = {options, sizeof options / sizeof *options};

static int add_parts(struct show *show, const struct options *own, struct err *e)
{
    bool parts = own->epochs || own->predictions || own->ledger || own->log;
    if (!parts)
        return show_summary(show, e);
    if (own->epochs && show_epochs(show, e))
        return -1;
    if (own->predictions && show_predictions(show, kinds[own->predictions], e))
        return -1;
    if (own->ledger && show_ledger(show, (int)own->ledger, e))
        return -1;
    return own->log ? show_log(show, e) : 0;
}

static int run(const struct invocation *in)
{
    struct show show = {0};
    struct err e;
    int status = EXIT_GOOD;
    if (output_open_db(in, &show.db, &e) ||
        output_find_run(show.db, in->arguments[0], &show.run, &e) ||
        add_parts(&show, in->own, &e)) {
        status = command_fail(&e);
    } else {
        /* The summary's first table is the run itself, all that CSV has room for. */
        const struct options *own = in->own;
        bool parts = own->epochs || own->predictions || own->ledger || own->log;
        size_t n = in->global.format == FORMAT_CSV && !parts ? 1 : show.n_tables;
        if (output_tables(in, show.tables, n, &e))
            status = command_fail(&e);
    }
    for (size_t i = 0; i < show.n_tables; i++)
        table_free(show.tables[i]);
    db_close(show.db);
    return status;
}

const struct command command_show = {
    .name = "show",
    .arguments = "RUN",
    .summary = "show one run: settings, provenance, epochs, predictions",
    .details =
        "RUN is a number from `combolab runs`, or `last` for the newest. Without a part asked "
        "for, the run's figures, loss terms, options and weight files are shown; in CSV its "
        "figures alone.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .least_arguments = 1,
    .most_arguments = 1,
    .run = run,
};
