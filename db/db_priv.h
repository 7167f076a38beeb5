/* db_priv.h - what the files of db/ share: the connection, one way to run a statement, one way to
 * map a row to a struct. Nothing outside db/ and its tests includes this.
 *
 * Statements are kept for the next query of the same text: to prepare the longer ones takes as long
 * as to run them, and a screen asks the same a dozen times a second. query_close resets what it
 * keeps, so that none of it holds a lock.
 */
#ifndef COMBOLAB_DB_DB_PRIV_H
#define COMBOLAB_DB_DB_PRIV_H

#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "db/db_sql.h"

#include <sqlite3.h>

/* "cmbo", in the file's header: this file is ours. */
#define DB_APPLICATION_ID 0x636d626f
#define DB_BUSY_MS 5000

/* What a statement may cost, in slices of SQLite's instructions: some ten seconds, or fifty million
 * rows. Only a file made to be without end asks for more. */
#define DB_SLICE 1000000
#define DB_SLICES 1000

/* No value is longer: the scores of sixteen million images. */
#define DB_MOST_VALUE_BYTES (64 << 20)

#define IDENTITY_BYTES 33 /* 128 bits in hexadecimal, and NUL */

#define DB_KEPT_STATEMENTS 16

#define DB_BESIDE 2 /* files that SQLite keeps beside a database in use */

struct file_id {
    uint64_t device, inode;
};

struct db {
    sqlite3 *sql;
    sqlite3_stmt *kept[DB_KEPT_STATEMENTS]; /* not in use; the one used last comes last */
    int n_kept;
    char *path; /* with links resolved, once the file is there */
    char id[IDENTITY_BYTES];
    bool writes;
    int slices_left; /* of the present statement; below 0 = it was ended for that */
    bool network;    /* on a network file system, as the user allowed */
    int lock;        /* the file whose bytes are the locks of runs; -1 until one is claimed */
    struct file_id beside[DB_BESIDE]; /* once they have been looked at */
    int64_t claimed;                  /* the last run that was, and when, by clock_boot_s */
    double claimed_s;
    struct db_sql_limits sql_limits; /* of statements of a user */
    double sql_until_s;              /* when the present one is ended, by clock_s */
    bool sql_late;                   /* it was */
    char sql_refused[64];            /* what the last one that was prepared may not do */
};

/* --- db_fail.c: errors and transactions --- */

/* Turns SQLite's result `code` into an err that names the file and says what to do. Returns -1. */
int db_fail(struct db *d, int code, struct err *e);

/* There is no such run: ERR_NOT_FOUND. Returns -1. */
int db_no_run(struct db *d, int64_t id, struct err *e);

/* Runs statements without parameters or rows. */
int db_exec(struct db *d, const char *sql, struct err *e);

/* Begins a write transaction: the lock is taken here, so nothing later can be refused for it. */
int db_begin(struct db *d, struct err *e);

/* Ends it: commits when status is 0, else rolls back and keeps the err, with what was being done
 * put before its text. Also right when db_begin itself failed. Returns 0 or -1. */
int db_end(struct db *d, int status, struct err *e, const char *doing, ...)
    __attribute__((format(printf, 4, 5)));

/* --- db_query.c: a prepared statement; parameters and columns are taken in order --- */

struct query {
    struct db *d;
    sqlite3_stmt *statement; /* NULL when the preparation failed */
    int code;                /* the first failure, reported by the next step */
    int parameter;           /* the last one bound, from 1 */
    int column;              /* the next one to read, from 0 */
};

/* Errors wait for query_step, so that a chain of binds is checked once. Bound texts and blobs are
 * not copied: they must live until query_close. */
void query_open(struct query *q, struct db *d, const char *sql);
void query_close(struct query *q);
void query_forget_kept(struct db *d); /* before the connection is closed */
void query_bind_int(struct query *q, int64_t value);
void query_bind_real(struct query *q, double value); /* NaN is NULL */
void query_bind_text(struct query *q, const char *text);
void query_bind_text_or_null(struct query *q, const char *text); /* NULL and "" are NULL */
void query_bind_blob(struct query *q, const void *bytes, size_t count);
void query_bind_null(struct query *q);

/* 1 with a row, 0 at the end, -1. */
int query_step(struct query *q, struct err *e);

/* Steps to the end, resets and forgets the bindings' place, ready for the next values. 0 or -1. */
int query_run(struct query *q, struct err *e);

/* query_run and query_close. */
int query_finish(struct query *q, struct err *e);

int64_t query_int(struct query *q); /* NULL is 0 */
double query_real(struct query *q); /* NULL is NaN */
/* NULL is "". What does not fit is cut between two UTF-8 characters. */
void query_text(struct query *q, char *to, size_t room);

/* --- db_columns.c: statements from the lists of columns in rows.h --- */

/* A column that is read into a field of a struct that is no row of rows.h. */
#define COLUMN_READ(type, sql, field)                                                              \
    {                                                                                              \
        sql, sql, ROW_FIELD(type, field), NULL, 0, 0, 0, 0, NULL                                   \
    }

/* Prepares a statement from a built text, which it frees. */
void query_open_str(struct query *q, struct db *d, struct str *sql);

/* Prepares "SELECT " + the columns + " " + rest. `from` stands before each: "run." or "". */
void query_open_select(struct query *q, struct db *d, const struct row_column *columns,
                       const char *from, const char *rest);

/* Prepares "INSERT INTO table(keys, columns) VALUES (...)"; `keys` as "run, position". Takes the
 * columns with one of the uses `only`, 0 = all. First the keys are bound, then query_bind_row. */
void query_open_insert(struct query *q, struct db *d, const char *table, const char *keys,
                       const struct row_column *columns, unsigned only);

/* Prepares "UPDATE table SET columns WHERE id = ?". */
void query_open_update(struct query *q, struct db *d, const char *table,
                       const struct row_column *columns, unsigned only);

void query_bind_row(struct query *q, const struct row_column *columns, unsigned only,
                    const void *row);
void query_row(struct query *q, const struct row_column *columns, void *row);

/* Steps to the end and gives the rows as one block (NULL when there are none): `out` is the address
 * of the pointer to them. Closes q. */
int query_rows(struct query *q, const struct row_column *columns, size_t row_bytes, void *out,
               size_t *n, struct err *e);

/* The columns "FROM ... WHERE ... run = ? ..." of one run, as query_rows. */
int query_rows_of(struct db *d, int64_t run, const struct row_column *columns, const char *rest,
                  size_t row_bytes, void *out, size_t *n, struct err *e);

/* Adds the columns as they are read, and what there was before them as `comma` says. */
void columns_add_read(struct str *sql, const struct row_column *columns, const char *from,
                      const char *comma);

/* --- db_runs.c --- */

/* The numbers of runs, "FROM run ...". Freed with mem_free. */
int runs_ids(struct db *d, const char *rest, int64_t **out, size_t *n, struct err *e);

/* --- db_owner.c: who runs a run --- */

struct owner {
    char host[ROW_TEXT_BYTES];
    int64_t pid;
    int64_t pid_start; /* clock ticks after boot; 0 = the system does not tell */
};

void owner_self(struct owner *to);

/* For owners of an older combolab, which took no lock: false when that process of this host is
 * gone, or its number belongs to another process now. */
bool owner_alive(const struct owner *owner);

/* It lives for sure, here, and has that file open, or does not let us see. */
bool owner_uses(const struct owner *owner, const char *path);

/* --- db_identity.c: which database this is, and the folder that is its own --- */

/* Gives the database an id; in a step of the schema. */
int identity_migrate(struct db *d, struct err *e);

/* Reads the id. */
int identity_read(struct db *d, struct err *e);

/* Makes the folder of weights this database's own, for everybody to see. In a write transaction. */
int identity_claim_folder(struct db *d, struct err *e);

/* The file in the folder of weights that says whose it is. */
int identity_file(const struct db *d, char *to, size_t room, struct err *e);

/* The highest number of a run that has files in the folder of weights; 0 for none, or when that
 * cannot be seen. */
int64_t identity_highest(const struct db *d);

/* PATH within the folder of weights from its full one, and back; any other stays as it is. */
int identity_shorten(const struct db *d, const char *path, char *to, size_t room, struct err *e);
int identity_complete(const struct db *d, char *path, size_t room, struct err *e);

/* --- db_life.c: whether the process that trains a run lives --- */

enum life { LIFE_DEAD, LIFE_LIVES, LIFE_UNKNOWN };

/* Takes the lock of a run, held until life_leave or db_close. 1; 0 when another holds it; -1. */
int life_take(struct db *d, int64_t run, struct err *e);
void life_leave(struct db *d, int64_t run);

/* A running or paused run: its owner, whether that lives, and if not when it ended. */
struct owned {
    int64_t id;
    struct owner owner;
    double last_seen; /* NaN: claimed by a combolab that took no lock */
    double ended;
    enum life life;
};

/* Those of the runs from `first` to `last` that are running or paused; freed with mem_free. */
int life_owned(struct db *d, int64_t first, int64_t last, struct owned **out, size_t *n,
               struct err *e);

/* Makes it a lost one, unless its row has changed since it was read. In a write transaction. */
int life_lose(struct db *d, const struct owned *run, struct err *e);

/* What is said of a dead one. */
void life_gone(const struct owned *run, char *to, size_t room);

/* Shows runs as lost that are still stored as running or paused, but whose process is gone. */
int life_correct(struct db *d, struct run_row *rows, size_t n, struct err *e);

/* --- db_beside.c: -wal and -shm --- */

/* The -wal file may belong to another database, which this one was put in the place of. Asked
 * before SQLite has opened them. */
bool beside_doubtful(const struct db *d);

/* Then all is looked through, so that no mixture of the two is believed. */
int beside_check(struct db *d, struct err *e);

/* --- db_files.c, db_network.c: where the file lies --- */

/* Makes the folders above `path`. */
int files_make_folders(const char *path, struct err *e);

/* Name of a network file system by statfs's magic number, or NULL for a local one. */
const char *network_name(uint64_t magic);

/* True when a FUSE type ("fuse.sshfs") is known to be a network file system. */
bool network_fuse(const char *type);

/* Refuses a network file system with ERR_USAGE, unless COMBOLAB_ALLOW_NETWORK_FS=1: then 1, and 0
 * for a local one. The verdict knows only what it is told; the check asks the system. */
int network_verdict(const char *path, uint64_t magic, const char *fuse_type, struct err *e);
int network_check(const char *path, struct err *e);

/* --- db_schema.c, db_reference.c --- */

int schema_known(void); /* version this combolab makes */

/* Brings the file from version `from` to schema_known(), inside the caller's transaction. */
int schema_migrate(struct db *d, int from, struct err *e);

/* Refuses a file in which something else, or nothing, has the name of one of that version's tables
 * or triggers. */
int schema_check(struct db *d, int version, struct err *e);

/* Replaces the published results by those of reference.csv. */
int reference_seed(struct db *d, struct err *e);

/* --- db_run.c, for who adds a run; in a write transaction --- */

/* The number of an experiment; it is made when no run has named it before. */
int run_find_experiment(struct db *d, const char *name, int64_t *id, struct err *e);

/* A new run's number; 0: the one that SQLite gives next. */
int run_next_number(struct db *d, int64_t *number, struct err *e);

/* A queued run, with what a launch knows. */
int run_add_row(struct db *d, const struct run_row *run, int64_t *id, struct err *e);

/* Rows that are numbered from 1, each with its name as its first field. */
int run_add_numbered(struct db *d, int64_t run, const char *table, const char *what,
                     const struct row_column *columns, const void *rows, size_t n, size_t row_bytes,
                     struct err *e);

/* --- db_split.c --- */

/* db_run_split, in a write transaction. */
int split_set(struct db *d, int64_t run, const struct split_row *rows, size_t n, struct err *e);

/* Predictions of schema 2 told image and true score themselves: makes splits of that. */
int split_migrate(struct db *d, struct err *e);

/* --- db_disk.c: what files take of the disk --- */

/* Looks at the files of a run, or of all, and stores what they take. In a write transaction. */
int disk_store(struct db *d, int64_t run, struct err *e);
int disk_store_all(struct db *d, struct err *e);

/* --- db_functions.c: what SQL has beside SQLite's own --- */

/* sqrt, pow, exp and ln, where SQLite was built without them: views need the first. */
int functions_add_missing(struct db *d, struct err *e);

/* What combolab-db(5) lists, for statements of a user. */
int functions_add(struct db *d, struct err *e);

/* --- db_epoch.c; in a write transaction --- */

/* An epoch with its phases. */
int epoch_add(struct db *d, int64_t run, const struct epoch_row *row, int n_terms, struct err *e);

/* The run's figures from its epochs, so that they cannot drift apart. */
int epoch_refresh_run(struct db *d, int64_t run, struct err *e);

/* A time that the caller did not give is now. */
double db_time_or_now(double time);

/* --- db_state.c --- */

/* When a run that this connection claimed began, by the date as it is now: where somebody has set
 * that since, `started` is set too, so that what the run took stays right. NaN for others. */
double db_began(const struct db *d, int64_t id);

/* The run's state; ERR_NOT_FOUND. */
int db_state_of(struct db *d, int64_t id, char state[16], struct err *e);

#endif
