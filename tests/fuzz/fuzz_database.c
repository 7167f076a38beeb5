/* fuzz_database.c - a database with any bytes in it: the first three say where in a good one, the
 * rest goes there. Everything that readers ask is asked. */
#include "base/err.h"
#include "base/mem.h"
#include "db/db.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static uint8_t *whole;
static size_t whole_bytes;
static char path[256];

/* `seed.db` is one that the program has trained into. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    FILE *f = fopen("seed.db", "r");
    (void)argc;
    (void)argv;
    const char *scratch = getenv("FUZZ_SCRATCH");
    snprintf(path, sizeof path, "%s/combolab-fuzz-db-XXXXXX", scratch ? scratch : "/tmp");
    if (!f || !mkdtemp(path) || fseek(f, 0, SEEK_END))
        abort();
    strcat(path, "/f.db");
    whole_bytes = (size_t)ftell(f);
    rewind(f);
    whole = malloc(whole_bytes);
    if (!whole || fread(whole, 1, whole_bytes, f) != whole_bytes)
        abort();
    fclose(f);
    return 0;
}

static void remove_side_files(void)
{
    static const char *const ends[] = {"-wal", "-shm", "-journal"};
    for (int i = 0; i < 3; i++) {
        char side[300];
        snprintf(side, sizeof side, "%s%s", path, ends[i]);
        unlink(side);
    }
}

static void ask_of_run(struct db *d, int64_t run)
{
    struct err e;
    struct run_row row;
    struct epoch_row *epochs;
    struct option_row *options;
    struct prediction_row *predictions;
    struct split_row *split;
    struct log_row *log;
    struct checkpoint_row *checkpoints;
    struct provenance_row *provenance;
    enum db_spent spent;
    struct term_row terms[ROW_MAX_TERMS];
    float *ledger;
    struct ledger_rows ledgers;
    size_t n;
    db_run(d, run, &row, &e);
    if (!db_epochs(d, run, &epochs, &n, &e))
        mem_free(epochs);
    if (!db_options(d, run, &options, &n, &e))
        mem_free(options);
    if (!db_predictions(d, run, "best", &predictions, &n, &e))
        mem_free(predictions);
    if (!db_split(d, run, &split, &n, &e))
        mem_free(split);
    if (!db_log(d, run, 100, &log, &n, &e))
        mem_free(log);
    if (!db_checkpoints(d, run, &checkpoints, &n, &e))
        mem_free(checkpoints);
    if (!db_provenance(d, run, &provenance, &n, &e))
        mem_free(provenance);
    db_run_spent(d, run, &spent, &e);
    if (!db_ledger(d, run, 1, &ledger, &n, &e))
        mem_free(ledger);
    if (!db_ledgers(d, run, &ledgers, &e))
        db_ledgers_free(&ledgers);
    db_terms(d, run, terms, &n, &e);
}

static void ask(struct db *d)
{
    struct err e;
    struct run_row *runs;
    size_t n;
    if (db_runs(d, &runs, &n, &e))
        return;
    for (size_t i = 0; i < n && i < 4; i++)
        ask_of_run(d, runs[i].id);
    mem_free(runs);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    if (count < 4)
        return 0;
    size_t at = (bytes[0] + 256u * bytes[1] + 65536u * bytes[2]) % whole_bytes;
    size_t room = whole_bytes - at, put = count - 3 < room ? count - 3 : room;
    FILE *f = fopen(path, "w");
    if (!f || fwrite(whole, 1, at, f) != at || fwrite(bytes + 3, 1, put, f) != put ||
        fwrite(whole + at + put, 1, room - put, f) != room - put || fclose(f))
        abort();
    remove_side_files();
    struct db *d;
    struct err e;
    for (int mode = 0; mode < 2; mode++) {
        if (db_open(&d, path, mode ? DB_WRITE : DB_READ, &e))
            continue;
        ask(d);
        db_close(d);
    }
    return 0;
}
