/* fuzz_xlsx.c - any bytes as a workbook: as a file when the first of them is odd, else as its sheet
 * and its texts, which a zero byte divides. */
#include "base/err.h"
#include "base/file.h"
#include "engine/dataset/xlsx_priv.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static int take(void *context, const struct xlsx_row *row, struct err *e)
{
    size_t *cells = context;
    (void)e;
    for (size_t i = 0; i < row->n; i++)
        *cells += strlen(row->cell[i]);
    if (!row->n || row->n > XLSX_MOST_COLUMNS)
        abort();
    return 0;
}

static void write_book(const char *path, const uint8_t *bytes, size_t count)
{
    static const char *const parts[] = {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"};
    int code;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (!zip)
        abort();
    const uint8_t *zero = memchr(bytes, 0, count);
    size_t first = zero ? (size_t)(zero - bytes) : count;
    for (int i = 0; i < (zero ? 2 : 1); i++) {
        const uint8_t *from = i ? zero + 1 : bytes;
        size_t n = i ? count - first - 1 : first;
        zip_source_t *source = zip_source_buffer(zip, from, n, 0);
        zip_int64_t place = source ? zip_file_add(zip, parts[i], source, 0) : -1;
        if (place < 0)
            abort();
        zip_set_file_compression(zip, (zip_uint64_t)place, ZIP_CM_STORE, 0);
    }
    if (zip_close(zip))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static char path[FILE_PATH_BYTES];
    struct err e;
    size_t cells = 0;
    if (!path[0]) {
        const char *scratch = getenv("FUZZ_SCRATCH");
        snprintf(path, sizeof path, "%s/combolab-fuzz-%d.xlsx", scratch ? scratch : "/tmp",
                 (int)getpid());
    }
    if (!count)
        return 0;
    if (bytes[0] & 1) {
        FILE *f = fopen(path, "w");
        if (!f || fwrite(bytes + 1, 1, count - 1, f) != count - 1 || fclose(f))
            abort();
    } else {
        write_book(path, bytes + 1, count - 1);
    }
    xlsx_read(path, take, &cells, &e);
    return 0;
}
