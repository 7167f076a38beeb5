/* test_progress_table.c - what a run does at present, as tables. */
#include "base/err.h"
#include "base/str.h"
#include "results/progress_table.h"
#include "tests/kit/tap.h"

#include <math.h>
#include <stdlib.h>

static void prints(struct table *t, int format, const char *wanted, const char *what)
{
    char *text = NULL;
    size_t length;
    struct err e;
    FILE *out = open_memstream(&text, &length);
    int failed = tables_print(&t, 1, format, 0, false, out, &e);
    fclose(out);
    is_text(failed ? e.text : text, wanted, what);
    free(text);
    table_free(t);
}

int main(void)
{
    const struct progress_row now = {"train", 3, 8, 12, 30, 0.5, NAN, 61, 3600, 1048576};
    const struct progress_step steps[] = {{2, 3.5, {1.25, 2.25}}, {4, 3, {1, NAN}}};
    struct term_row terms[2] = {{.weight = 1}, {.weight = 1}};
    struct table *t;
    struct err e;
    if (!ok(!progress_table(&t, &now, &e), "a table of what a run does"))
        return tap_done();
    prints(t, FORMAT_CSV,
           "phase,epoch,epochs,step,steps,loss,images_per_s,elapsed_s,eta_s,device_bytes\r\n"
           "train,3,8,12,30,0.5,,61,3600,1048576\r\n",
           "for programs, exact; a speed that is not known yet is missing");
    progress_table(&t, &now, &e);
    prints(t, FORMAT_TABLE,
           "phase              train\n"
           "epoch in progress  3\n"
           "epochs             8\n"
           "step               12\n"
           "steps              30\n"
           "loss so far        0.5000\n"
           "images/s           -\n"
           "elapsed            1m01s\n"
           "time left          1h00m\n"
           "device memory      1.0 MiB\n",
           "and for people");
    str_copy(terms[0].name, sizeof terms[0].name, "regression");
    str_copy(terms[1].name, sizeof terms[1].name, "expectation");
    progress_table_steps(&t, terms, 2, steps, 2, &e);
    prints(t, FORMAT_CSV, "step,loss,regression,expectation\r\n2,3.5,1.25,2.25\r\n4,3,1,\r\n",
           "losses by step, by term");
    progress_table_steps(&t, terms, 0, steps, 0, &e);
    prints(t, FORMAT_CSV, "step,loss\r\n", "of a run before its first step");
    return tap_done();
}
