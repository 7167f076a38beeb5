/* fuzz_csv.c - any bytes as a CSV text, and as a table whose layout is to be found. */
#include "base/err.h"
#include "base/mem.h"
#include "engine/dataset/csv_priv.h"
#include "engine/dataset/table_priv.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct csv c;
    struct err e;
    static const struct config_table options;
    struct table_layout layout;
    size_t fields = 0;
    char *text = mem_alloc(count + 1, 1);
    if (!text)
        return 0;
    memcpy(text, bytes, count);
    if (!table_look(&layout, "fuzz.csv", text, &options, &e) &&
        (layout.at[TABLE_IMAGE] >= layout.columns || layout.at[TABLE_SCORE] >= layout.columns))
        abort();
    csv_init(&c, "fuzz.csv", text);
    while (csv_next(&c, &e) == 1)
        for (size_t i = 0; i < c.n; i++)
            fields += 1 + strlen(c.field[i]);
    if (fields > 2 * count + 2)
        abort();
    mem_free(text);
    return 0;
}
