/* fuzz_filter.c - any text as a filter, over one run: it is refused with a message or has an
 * answer, and both soon.
 */
#include "base/err.h"
#include "base/str.h"
#include "results/rows_filter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static struct run_row run = {
        .state = "running",
        .name = "resnet18 combo 2,1,1 s1",
        .loss = "combo",
        .data = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        .best_pc = 0.5,
        .best_mae = NAN};
    const struct rows_list list = {row_run_columns, &run, 1, sizeof run, 1e9};
    struct rows_filter *f;
    struct err e;
    char text[1024];
    int place;
    if (count >= sizeof text)
        return 0;
    memcpy(text, bytes, count);
    text[count] = '\0';
    err_clear(&e);
    if (rows_filter_new(&f, text, row_run_columns, &e)) {
        if (!e.text[0] || f)
            abort();
        return 0;
    }
    if (rows_filter_choose(f, &list, &place) > 1)
        abort();
    rows_filter_free(f);
    return 0;
}
