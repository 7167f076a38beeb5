/* figure_command.c - the frame of commands that draw: options, database, message. */
#include "src/figure.h"

#include "base/err.h"
#include "db/db.h"
#include "src/output.h"

int figure_command(const struct invocation *in, const struct figure_options *o,
                   int (*show)(const struct invocation *in, struct db *db,
                               const struct figure_page *page, struct err *e))
{
    struct figure_page page;
    struct db *db = NULL;
    struct err e;
    int failed =
        figure_options_page(o, &page, &e) || output_open_db(in, &db, &e) || show(in, db, &page, &e);
    db_close(db);
    return failed ? command_fail(&e) : EXIT_GOOD;
}
