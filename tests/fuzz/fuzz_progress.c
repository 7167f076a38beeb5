/* fuzz_progress.c - any bytes as what a run says of itself, under a hash that is right: what is
 * believed must keep within what a snapshot may hold. */
#include "base/hash.h"
#include "engine/snapshot_file.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

#define HASH_AT 24 /* after the mark */
#define MOST 65536

static char folder[256];
static FILE *file;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    char path[300];
    (void)argc;
    (void)argv;
    const char *scratch = getenv("FUZZ_SCRATCH");
    snprintf(folder, sizeof folder, "%s/combolab-fuzz-progress-XXXXXX", scratch ? scratch : "/tmp");
    if (!mkdtemp(folder))
        abort();
    snprintf(path, sizeof path, "%s/progress", folder);
    file = fopen(path, "w");
    return file ? 0 : -1;
}

static void expect(int holds)
{
    if (!holds)
        abort();
}

static void check(const struct snapshot *now, const struct snapshot_steps *steps)
{
    expect(now->phase <= SNAPSHOT_SAVING && now->terms >= 0 && now->terms <= LOSS_MAX_TERMS);
    expect(now->step >= 0 && now->steps >= 0 && now->epoch >= 0 && now->epochs >= 0);
    expect(steps->n >= 0 && steps->n <= SNAPSHOT_MOST_STEPS && steps->each >= 0);
    for (int i = 0; i < steps->n; i++)
        expect(steps->at[i].step > (i ? steps->at[i - 1].step : 0));
}

/* The record ends where its own number of steps says, so the hash is of that much; the first byte
 * says of which run it is asked. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static uint8_t record[MOST];
    static struct snapshot_steps steps;
    struct snapshot now;
    if (count < HASH_AT + 8 || count > MOST)
        return 0;
    memcpy(record, bytes, count);
    uint64_t hash = hash_bytes(HASH_START, record + HASH_AT + 8, count - HASH_AT - 8);
    memcpy(record + HASH_AT, &hash, sizeof hash);
    memcpy(record, "combolab progress 1\n\0\0\0\0", HASH_AT);
    rewind(file);
    if (ftruncate(fileno(file), 0) || fwrite(record, 1, count, file) != count || fflush(file))
        return 0;
    if (snapshot_file_read(folder, bytes[0] % 4, &now, &steps))
        check(&now, &steps);
    return 0;
}
