/* test_run_tables.c - rows of the run database as tables: which columns they have, in what order,
 * and what stands for what is missing.
 */
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "results/rows_table.h"
#include "results/run_tables.h"
#include "tests/kit/tap.h"

#include <stdlib.h>

/* The table as CSV, which is freed with free; the table is freed here. */
static char *csv_of(struct table *t, int failed, struct err *e)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (!failed)
        failed = tables_print(&t, 1, FORMAT_CSV, 0, false, out, e);
    fclose(out);
    table_free(t);
    if (!failed)
        return text;
    free(text);
    return NULL;
}

static void is_csv(struct table *t, int failed, struct err *e, const char *wanted, const char *what)
{
    char *text = csv_of(t, failed, e);
    is_text(text ? text : e->text, wanted, what);
    free(text);
}

/* Queued, but for what a test fills in. */
static struct run_row plain_run(void)
{
    struct run_row run = {.id = 7,
                          .image_size = 32,
                          .batch = 8,
                          .epochs = 3,
                          .seed = 1,
                          .created = 1000,
                          .alpha = NAN,
                          .beta = NAN,
                          .gamma = NAN,
                          .learning_rate = 0.5,
                          .started = NAN,
                          .ended = NAN,
                          .best_mae = NAN,
                          .best_rmse = NAN,
                          .best_pc = NAN,
                          .last_mae = NAN,
                          .last_rmse = NAN,
                          .last_pc = NAN,
                          .images_per_s = NAN,
                          .archived = NAN,
                          .deleted = NAN};
    str_copy(run.name, sizeof run.name, "plain");
    str_copy(run.state, sizeof run.state, "queued");
    str_copy(run.loss, sizeof run.loss, "l1");
    return run;
}

static const char list_head[] =
    "id,state,name,experiment,data,protocol,fold,backbone,loss,alpha,beta,gamma,epochs_done,epochs,"
    "best_epoch,select,best_mae,best_rmse,best_pc,last_mae,last_rmse,last_pc,images_per_s,age_"
    "s,disk_bytes,tag\r\n";

static void test_list(void)
{
    const struct run_tables_choice all = {.columns = NULL};
    struct err e = {0};
    struct table *t = NULL;
    char wanted[1024];
    struct run_row runs[2] = {plain_run(), plain_run()};
    struct reference_row reference = {"table 3", "SCUT", "5-fold", "ResNet", "combo", 2,
                                      NAN,       NAN,    0.25,     NAN,      0.75,    "a note"};
    runs[1].fold = 2;
    runs[1].best_epoch = 1;
    runs[1].best_pc = 0.5;
    runs[1].disk_bytes = 1536;
    snprintf(wanted, sizeof wanted,
             "%s7,queued,plain,,,,,,l1,,,,0,3,,,,,,,,,,501,,\r\n"
             "7,queued,plain,,,,2,,l1,,,,0,3,1,,,,0.5,,,,,501,1536,\r\n"
             ",published,a note,table 3,SCUT,5-fold,,ResNet,combo,2,,,,,,,0.25,,0.75,,,,,,,\r\n",
             list_head);
    int failed = run_tables_list(&t, &all, runs, 2, &reference, 1, 1501, &e);
    is_csv(t, failed, &e, wanted, "runs, and published results in the same columns");
    failed = run_tables_list(&t, &all, NULL, 0, NULL, 0, 0, &e);
    is_csv(t, failed, &e, list_head, "no runs");
}

/* A few columns of those that pass, the best first. */
static void test_choice(void)
{
    struct err e = {0};
    struct table *t = NULL;
    const struct row_column *columns[ROW_MOST_COLUMNS];
    struct run_tables_choice choice = {.columns = columns};
    struct run_row runs[3] = {plain_run(), plain_run(), plain_run()};
    struct reference_row reference = {.loss = "combo", .pc = 0.75};
    runs[0].best_pc = 0.25;
    runs[1].best_pc = 0.5;
    runs[2].id = 8;
    int failed =
        rows_columns_meant(row_run_columns, "pc,id,state", columns, &choice.n_columns, &e) ||
        rows_filter_new(&choice.filter, "pc>0", row_run_columns, &e);
    choice.by = columns[0];
    if (!failed)
        failed = run_tables_list(&t, &choice, runs, 3, &reference, 1, 0, &e);
    is_csv(t, failed, &e,
           "best_pc,id,state\r\n0.5,7,queued\r\n0.25,7,queued\r\n0.75,,published\r\n",
           "chosen columns, filter and order");
    choice.most = 1;
    choice.reverse = true;
    failed = run_tables_list(&t, &choice, runs, 3, NULL, 0, 0, &e);
    is_csv(t, failed, &e, "best_pc,id,state\r\n0.25,7,queued\r\n", "the first of the reversed");
    rows_filter_free(choice.filter);
}

/* The time it ran, all its parts together. */
static void test_report(void)
{
    struct err e = {0};
    struct table *t = NULL;
    struct run_row runs[4] = {plain_run(), plain_run(), plain_run(), plain_run()};
    runs[1].started = 1000;
    runs[1].ended = 1010;
    runs[1].earlier_s = 5;
    runs[2].started = 1000; /* and was not seen to end */
    runs[3].resumed = 1;
    runs[3].earlier_s = 5;
    int failed = run_tables_report(&t, runs, 4, &e);
    is_csv(t, failed, &e,
           "id,name,loss,state,epochs,best_epoch,best_mae,best_rmse,best_pc,last_mae,last_rmse,"
           "last_pc,seconds\r\n"
           "7,plain,l1,queued,0,,,,,,,,\r\n7,plain,l1,queued,0,,,,,,,,15\r\n"
           "7,plain,l1,queued,0,,,,,,,,0\r\n7,plain,l1,queued,0,,,,,,,,5\r\n",
           "a report");
}

/* The only row's cell under that name; NULL when there is no such column. */
static const struct table_cell *cell_of(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (!strcmp(t->columns[i].name, name))
            return &t->cells[i];
    diag("no column '%s'", name);
    return NULL;
}

static void test_record(void)
{
    struct err e = {0};
    struct table *t = NULL;
    struct run_row run = plain_run();
    size_t shown = 0;
    run.started = 1000;
    run.test_images = 4;
    if (!is_int(run_tables_one(&t, &run, 1061, &e), 0, "a run alone"))
        return;
    for (const struct row_column *c = row_run_columns; c->name; c++)
        shown += c->title != NULL;
    ok(t->record && t->n_columns == shown && t->n_cells == shown,
       "is a record of all columns that are for people");
    ok(cell_of(t, "seconds")->real == 61 && cell_of(t, "age_s")->real == 61,
       "with what is derived from the time");
    ok(cell_of(t, "test_images")->whole == 4 && cell_of(t, "train_images")->missing &&
           cell_of(t, "pid")->missing && cell_of(t, "ended")->missing,
       "and without what is missing");
    ok(!cell_of(t, "resumed")->missing && !cell_of(t, "skipped_images")->missing,
       "but with what is none");
    table_free(t);
}

static const struct term_row terms[] = {{"first", 1}, {"se\033cond", 2}};

static struct epoch_row one_epoch(int number)
{
    struct phase_row phase = {.images = 8,
                              .seconds = 2,
                              .total = 3,
                              .term = {1, 1},
                              .weighted = {1, 2},
                              .gradient = {0.25, 0.5},
                              .cosine = {-0.75},
                              .mae = 0.5,
                              .rmse = 0.75,
                              .pc = NAN};
    return (struct epoch_row){.epoch = number,
                              .learning_rate = 0.25,
                              .time = 0,
                              .best = true,
                              .train = phase,
                              .val = phase,
                              .test = phase};
}

static void test_epochs(void)
{
    struct err e = {0};
    struct table *t = NULL;
    struct epoch_row epochs[2] = {one_epoch(1), one_epoch(2)};
    epochs[1].tested = true;
    int failed = run_tables_epochs(&t, terms, 1, epochs, 2, &e);
    is_csv(t, failed, &e,
           "epoch,learning_rate,best,time,train_total,train_first,train_first_weighted,"
           "train_first_gradient,train_mae,train_rmse,train_pc,train_images,train_s,train_images_"
           "per_s,test_total,test_first,"
           "test_first_weighted,test_mae,test_rmse,test_pc,test_images,test_s,test_images_per_s\r\n"
           "1,0.25,true,1970-01-01T00:00:00Z,3,1,1,0.25,0.5,0.75,,8,2,4,,,,,,,,,\r\n"
           "2,0.25,true,1970-01-01T00:00:00Z,3,1,1,0.25,0.5,0.75,,8,2,4,3,1,1,0.5,0.75,,8,2,4\r\n",
           "epochs of one term; a phase that was not made is empty, and without val there is none");
    epochs[0].validated = true;
    failed = run_tables_epochs(&t, terms, 2, epochs, 2, &e);
    ok(!failed && t->n_columns == 4 + 3 * 11 + 3, "two terms and val: %d columns",
       failed ? 0 : (int)t->n_columns);
    ok(!failed && !strcmp(t->columns[7].title, "train se^[cond") && t->columns[7].spare,
       "a term's name, which may be anything, is the column's");
    ok(!failed && !strcmp(t->columns[11].name, "train_first_se\033cond_cosine") &&
           !strcmp(t->columns[11].title, "train first, se^[cond cosine") && t->columns[11].spare,
       "a cosine has both terms' names, in training alone");
    ok(!failed && t->columns[12].spare && !t->columns[34].spare &&
           !strcmp(t->columns[34].name, "test_mae"),
       "figures of the test are not left out first");
    table_free(failed ? NULL : t);
}

static void test_ledger(void)
{
    struct err e = {0};
    struct table *t = NULL;
    const struct split_row split[] = {{0, "a.jpg", 1}, {2, "c.jpg", NAN}, {9, "z.jpg", 1}};
    const float scores[] = {1.5f, 2.5f, 3.5f, 4.5f};
    int failed = run_tables_ledger(&t, split, 3, scores, 4, &e);
    is_csv(t, failed, &e,
           "place,image,truth,predicted\r\n0,a.jpg,1,1.5\r\n1,,,2.5\r\n2,c.jpg,,3.5\r\n3,,,4.5\r\n",
           "a ledger beside the split's images, where they are known");
    failed = run_tables_ledger(&t, NULL, 0, scores, 1, &e);
    is_csv(t, failed, &e, "place,image,truth,predicted\r\n0,,,1.5\r\n", "without a split");
}

static void test_rows(void)
{
    struct err e = {0};
    struct table *t = NULL;
    const struct prediction_row predictions[] = {{3, "a.jpg", 2, 2.5, NAN, 0, 4}};
    int failed = rows_table(&t, "predictions", row_prediction_columns, 0, predictions, 1,
                            sizeof *predictions, &e);
    is_csv(t, failed, &e,
           "place,image,truth,predicted,error,expectation,predicted_class,true_class\r\n"
           "3,a.jpg,2,2.5,0.5,,,4\r\n",
           "a prediction, with what is derived and without what is missing");
}

static void test_memory(void)
{
    struct epoch_row epoch = one_epoch(1);
    for (long n = 1; n < 500; n++) {
        struct err e = {0};
        struct table *t = NULL;
        mem_test_fail_at(n);
        int failed = run_tables_epochs(&t, terms, 2, &epoch, 1, &e);
        char *text = csv_of(t, failed, &e);
        long used = mem_test_count();
        mem_test_fail_at(0);
        bool told = !text && e.code == ERR_MEMORY;
        free(text);
        if (told)
            continue;
        ok(used < n, "each of %ld allocations may fail", n - 1);
        return;
    }
    ok(0, "it ends");
}

int main(void)
{
    setenv("TZ", "UTC", 1);
    test_list();
    test_choice();
    test_report();
    test_record();
    test_epochs();
    test_ledger();
    test_rows();
    test_memory();
    return tap_done();
}
