/* fuzz_import.c - any bytes as a file of curves: the first byte chooses an event file or CSV, the
 * second the steps of an epoch. Checksums of event files are put right where their lengths allow
 * it, so that what is behind them is reached. */
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "src/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static uint32_t masked_crc(const uint8_t *p, size_t n)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0x82f63b78u : crc >> 1;
    }
    crc = ~crc;
    return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

static void put_32(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

static void put_right(uint8_t *p, size_t n)
{
    while (n >= 16) {
        uint64_t length = 0;
        for (int i = 0; i < 8; i++)
            length |= (uint64_t)p[i] << 8 * i;
        put_32(p + 8, masked_crc(p, 8));
        if (length > n - 16)
            return;
        put_32(p + 12 + length, masked_crc(p + 12, (size_t)length));
        p += 16 + length;
        n -= 16 + (size_t)length;
    }
}

static void check(const struct epoch_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].epoch < 1 || (i && rows[i].epoch <= rows[i - 1].epoch))
            abort();
    if (!n || n > IMPORT_MOST_EPOCHS)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    char path[300];
    struct import m;
    struct err e;
    struct epoch_row *rows = NULL;
    size_t n = 0;
    const char *folder = getenv("FUZZ_SCRATCH");
    if (count < 2 || !folder)
        return 0;
    uint8_t *file = mem_alloc(count, 1);
    if (!file)
        return 0;
    memcpy(file, bytes + 2, count - 2);
    if (!(bytes[0] & 1) && !(bytes[0] & 2))
        put_right(file, count - 2);
    snprintf(path, sizeof path, "%s/import-%ld", folder, (long)getpid());
    if (file_replace(path, file, count - 2, 0, &e) ||
        import_init(&m, bytes[0] & 4 ? "a=test.pc,b=epoch,Loss/train=none" : "", &e))
        abort();
    int failed = bytes[0] & 1 ? import_csv(&m, path, &e) : import_events(&m, path, &e);
    if (!failed && !import_epochs(&m, bytes[1], bytes[0] & 8 ? ROW_VAL : ROW_TEST, &rows, &n, &e))
        check(rows, n);
    mem_free(rows);
    import_fini(&m);
    mem_free(file);
    return 0;
}
