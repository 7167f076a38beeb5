/* db.h - the run database: the only door to SQLite.
 *
 * A `struct db` is one connection, used from one thread at a time. Open for writing (one a process:
 * the session thread) or for reading (any number). Write-ahead log, busy timeout, short
 * transactions: every function below is one transaction. Lists are allocated with mem_alloc for the
 * caller, who frees them with mem_free.
 *
 * A running or paused run is locked by its owner; one that is not is given as lost.
 *
 * Messages: a file that is no database, one made by a newer combolab, a read-only file or folder, a
 * network file system and a full disk each say so, and what to do.
 */
#ifndef COMBOLAB_DB_DB_H
#define COMBOLAB_DB_DB_H

#include "db/rows.h"

struct db;
struct err;

enum db_mode {
    DB_WRITE, /* made if missing (folders too), migrated, reference rows seeded */
    DB_READ,  /* must exist and be of this version */
};

/* $XDG_DATA_HOME/combolab/runs.db, or ~/.local/share/... Returns 0 or -1. */
int db_default_path(char *to, size_t room, struct err *e);

int db_open(struct db **out, const char *path, enum db_mode mode, struct err *e);
void db_close(struct db *d);
const char *db_path(const struct db *d); /* with links resolved */

/* After a commit: -1 where the file at that path, or one that SQLite keeps beside it, is no longer
 * the one that was opened: what is written goes into a file that was moved or deleted. */
int db_in_place(struct db *d, struct err *e);

/* Folder for a run's weight files: a folder that belongs to this database and no other, beside it,
 * + "/" + run number. The former is PATH without ".db" + ".weights", and "-2" ... behind that where
 * it is another's. It is made when a run is claimed; until then it is what it would be. */
int db_weights_dir(const struct db *d, int64_t run, char *to, size_t room, struct err *e);

/* The folder in which those are, where it is there and this database's own: 1; 0 where there is
 * none; -1. */
int db_weights_own(const struct db *d, char *to, size_t room, struct err *e);

/* Version text of SQLite. */
const char *db_library(void);

/* --- writing: the session --- */

/* Inserts a queued run. Takes the typed columns of `run` that a launch knows (name, experiment,
 * data, protocol, fold, backbone, loss, alpha..gamma, image_size, batch, epochs, seed,
 * learning_rate, select, program) and every option as name, type, value, and the loss's terms. */
int db_run_add(struct db *d, const struct run_row *run, const struct option_row *options,
               size_t n_options, const struct term_row *terms, size_t n_terms, int64_t *id,
               struct err *e);

/* Adds a run that was trained elsewhere, and is finished: with what db_run_add takes of `run` and
 * its created, started, ended, train_images, test_images and imported, which says what it is from.
 * Its epochs are ascending. */
int db_run_import(struct db *d, const struct run_row *run, const struct option_row *options,
                  size_t n_options, const struct epoch_row *epochs, size_t n, int64_t *id,
                  struct err *e);

/* Claims a queued run for this process by one atomic UPDATE: run `id`, or the first when id = 0.
 * Returns 1 when claimed (*claimed says which), 0 when there is none. The run is then running, with
 * host, pid and the process's start time as its owner, and locked as long as this connection is
 * open or until it ends. ERR_STATE when a process still trains in that run's folder. */
int db_run_claim(struct db *d, int64_t id, int64_t *claimed, struct err *e);

/* The queued run that comes after `after`, 0 = the first: those of the highest priority come first,
 * then the older ones. 1, 0 when there is none, -1. */
int db_run_queued(struct db *d, int64_t after, int64_t *id, struct err *e);

/* Says of a queued run why it is not claimed. The first reason stays until it is or leaves the
 * queue; *news: it was this one. */
int db_run_waits(struct db *d, int64_t id, const char *why, bool *news, struct err *e);

/* Queues runs that were stopped, failed or were lost, so that they go on: all of them or, when one
 * cannot be, none. ERR_STATE says why not. `how` is of enum db_resume. */
enum db_resume {
    DB_RESUME_ANEW = 1,       /* from the beginning */
    DB_RESUME_TAKE_OVER = 2,  /* also those whose owner cannot be judged from here */
    DB_RESUME_ALGORITHMS = 4, /* with algorithms that the backend chooses again */
};
int db_runs_resume(struct db *d, const int64_t *ids, size_t n, unsigned how, struct err *e);

/* Stores where the data set of these runs lies now, but for those that cannot be resumed. */
int db_runs_move_data(struct db *d, const int64_t *ids, size_t n, const char *data, struct err *e);

/* This process still trains the run. */
int db_run_seen(struct db *d, int64_t id, struct err *e);

/* Fills in what a run turned out to be: data (the set's name), protocol, fold, program, device,
 * library, precision, data_hash, init_hash, parameters, train_images, val_images, test_images,
 * skipped_images, classes of `run`; and adds to the list of what it was trained with, from
 * `first_epoch` on. */
int db_run_started(struct db *d, int64_t id, const struct run_row *run, int first_epoch,
                   struct err *e);

/* Says which images the run is tested on, in ascending order of their places: what predictions and
 * ledgers refer to. Stored once for all runs that have the same. */
int db_run_split(struct db *d, int64_t run, const struct split_row *rows, size_t n, struct err *e);

/* Says how the jobs of the run's net are computed, in the place of what was said before. */
int db_run_algorithms(struct db *d, int64_t run, const struct algorithm_row *rows, size_t n,
                      struct err *e);

/* Changes the state; ERR_STATE when the table of allowed changes refuses. */
int db_run_state(struct db *d, int64_t id, const char *state, const char *text, struct err *e);

/* Stops a run that waits in the queue: 1, 0 when it does so no longer, -1. */
int db_run_unqueue(struct db *d, int64_t id, const char *text, struct err *e);

/* Stores an epoch (in the place of one of the same number and all later ones, and of the weight
 * files' rows that came from these: the run went on from before them) with those of its phases that
 * were made, and its test predictions as one blob of little-endian float32 in the split's order
 * (the ledger). n_terms of row->*.term and .weighted count. */
int db_epoch_add(struct db *d, int64_t run, const struct epoch_row *row, int n_terms,
                 const float *test_scores, size_t n_scores, struct err *e);

/* Replaces the weight file's row and the predictions of that kind ("best" or "last"). Which image
 * has a place and what its true score is says db_run_split. */
int db_checkpoint_add(struct db *d, int64_t run, const struct checkpoint_row *row,
                      const struct prediction_row *predictions, size_t n, struct err *e);

/* All weight files on record are where they are said to be. */
bool db_has_weights(struct db *d, int64_t run);

/* Looks at the files of a run, or of all runs, and stores what they take of the disk. Epochs and
 * changes of state do so, too. */
int db_run_disk(struct db *d, int64_t run, struct err *e);
int db_runs_disk(struct db *d, struct err *e);

/* What people change of runs by hand: all of the edits of all of the runs, or nothing. */
enum db_edit_kind {
    DB_EDIT_NAME,
    DB_EDIT_EXPERIMENT, /* made if there is none of the name */
    DB_EDIT_NOTE,       /* "" takes it away */
    DB_EDIT_TAG,        /* one word */
    DB_EDIT_UNTAG,
    DB_EDIT_PRIORITY, /* in the queue */
    DB_EDIT_ARCHIVE,  /* ERR_STATE for one that is trained or queued */
    DB_EDIT_UNARCHIVE,
    DB_EDIT_DELETE, /* into the trash; ERR_STATE for one that is trained */
    DB_EDIT_UNDELETE,
};
#define DB_TAG_BYTES 64 /* with its NUL */
struct db_edit {
    enum db_edit_kind kind;
    const char *text; /* NAME to UNTAG */
    int64_t number;   /* PRIORITY */
};
int db_runs_edit(struct db *d, const int64_t *ids, size_t n, const struct db_edit *edits,
                 size_t n_edits, struct err *e);

/* A priority higher than that of every run in the queue. */
int db_queue_first(struct db *d, int64_t *priority, struct err *e);

int db_log_add(struct db *d, int64_t run, const struct log_row *row, struct err *e);

/* Which files in a run's folder of weights nothing needs any more. Of a number that no run has they
 * are all, if this database has given it to a run that was deleted. */
enum db_spent {
    DB_SPENT_NOTHING,     /* it trains, or may begin at any time, or is in the trash */
    DB_SPENT_HALVES,      /* half-written ones: it can be resumed */
    DB_SPENT_CHECKPOINTS, /* those too: it cannot, and its weights are there */
    DB_SPENT_ALL,
};
int db_run_spent(struct db *d, int64_t run, enum db_spent *spent, struct err *e);

/* While files are removed, so that nobody begins to train in that folder. 1; 0 when somebody does;
 * -1. */
int db_run_lock(struct db *d, int64_t run, struct err *e);
void db_run_unlock(struct db *d, int64_t run);

/* Deletes a run and all its rows (not its files). ERR_STATE while it is running or paused. */
int db_run_delete(struct db *d, int64_t id, struct err *e);

/* Turns running and paused runs whose owner is dead into lost ones. *n: how many. Readers are shown
 * them as lost before. */
int db_runs_lost(struct db *d, int *n, struct err *e);

/* A control verb for a run that another process owns ("pause", "resume", "stop", "checkpoint"): a
 * row that the owner takes. db_verb_take returns 1 with the oldest verb of that run, 0 when none.
 */
int db_verb_add(struct db *d, int64_t run, const char *verb, struct err *e);
int db_verb_take(struct db *d, int64_t run, char verb[16], struct err *e);

/* --- reading --- */

/* Lists of runs have those that are listed, unless they ask for others. */
int db_runs(struct db *d, struct run_row **out, size_t *n, struct err *e); /* newest first */

/* Runs newest first, at most `most` (0 = all) with ids below `below` (0 = any). */
int db_runs_page(struct db *d, int64_t below, size_t most, struct run_row **out, size_t *n,
                 struct err *e);

/* So, but of one experiment and in one state; NULL and "" = any. */
enum runs_kept {
    RUNS_LISTED,   /* neither archived nor in the trash */
    RUNS_ARCHIVED, /* and not in the trash */
    RUNS_KEPT,     /* both */
    RUNS_TRASH,
};
struct run_wanted {
    const char *experiment, *state;
    enum runs_kept kept;
    int64_t below;
    size_t most;
};

int db_runs_wanted(struct db *d, const struct run_wanted *wanted, struct run_row **out, size_t *n,
                   struct err *e);

/* The runs that changed after *since (0 = all), ascending by id; *since becomes the present mark.
 * *all says how many runs are listed, or 0 where one that changed is not listed any more: another
 * number than the caller then knows means that some have gone, or have come back, and db_run_ids
 * says which are there. One read transaction. */
int db_runs_since(struct db *d, int64_t *since, struct run_row **out, size_t *n, size_t *all,
                  struct err *e);
int db_run_ids(struct db *d, int64_t **out, size_t *n, struct err *e); /* newest first */

/* The running and paused runs whose process is not known to be gone, in no order. */
int db_runs_living(struct db *d, int64_t **out, size_t *n, struct err *e);

/* Fills in the curves of these runs: a few look-ups a run, whatever its length. */
int db_runs_curves(struct db *d, struct run_row *runs, size_t n, struct err *e);

/* The newest run that has trained on that device, as its row names it, a net and images of that
 * size in such batches, under that option of precision: 1, 0 when there is none, -1. *image_s:
 * seconds that a training image took, with all that an epoch has beside. */
struct db_speed_like {
    const char *device, *precision, *backbone;
    int64_t image_size, batch;
};
int db_speed(struct db *d, const struct db_speed_like *like, int64_t *run, double *image_s,
             struct err *e);

/* What runs have but for the seed, and but for the fold, of those with numbers above `above`, in
 * their order. What changes no figure does not count. */
int db_runs_alike(struct db *d, int64_t above, struct alike_row **out, size_t *n, struct err *e);

int db_run(struct db *d, int64_t id, struct run_row *out, struct err *e); /* ERR_NOT_FOUND */
int db_epochs(struct db *d, int64_t run, struct epoch_row **out, size_t *n, struct err *e);
/* So, but those from that one on. */
int db_epochs_from(struct db *d, int64_t run, int epoch, struct epoch_row **out, size_t *n,
                   struct err *e);
int db_terms(struct db *d, int64_t run, struct term_row out[ROW_MAX_TERMS], size_t *n,
             struct err *e);
int db_options(struct db *d, int64_t run, struct option_row **out, size_t *n, struct err *e);
int db_algorithms(struct db *d, int64_t run, struct algorithm_row **out, size_t *n, struct err *e);
int db_provenance(struct db *d, int64_t run, struct provenance_row **out, size_t *n,
                  struct err *e); /* in the order of time */
int db_predictions(struct db *d, int64_t run, const char *kind, struct prediction_row **out,
                   size_t *n, struct err *e);
int db_split(struct db *d, int64_t run, struct split_row **out, size_t *n, struct err *e);
int db_ledger(struct db *d, int64_t run, int epoch, float **out, size_t *n, struct err *e);

/* All of a run's. ERR_FORMAT where epochs have different numbers of images. */
int db_ledgers(struct db *d, int64_t run, struct ledger_rows *out, struct err *e);
void db_ledgers_free(struct ledger_rows *rows);

/* What is read between these is of one state of the database, and read faster than by statements on
 * their own. Not around what tells living runs from lost ones: it has to see that a run ended. */
int db_reading_begin(struct db *d, struct err *e);
void db_reading_end(struct db *d); /* also after an error, of the beginning too */

/* Options in which runs of an experiment differ from its first one, ascending by run; before them,
 * as run 0, all options of that one. Memory grows with what differs. */
int db_settings(struct db *d, const char *experiment, struct setting_row **out, size_t *n,
                struct err *e);

/* Of the runs of an experiment that were selected on val images: the figures of the epoch with the
 * highest PC on the test images. Ascending by run. */
int db_tested(struct db *d, const char *experiment, struct tested_row **out, size_t *n,
              struct err *e);

/* What was laid down of an experiment's looks; and lays it down, in the place of what was unless
 * `first`: then that stays. `row->finished` is counted. ERR_NOT_FOUND: no such experiment. */
int db_looks(struct db *d, const char *experiment, struct looks_row *to, struct err *e);
int db_looks_lay_down(struct db *d, const char *experiment, const struct looks_row *row, bool first,
                      struct err *e);

/* The split that a run is tested on, 0 = it has none; and the true scores of its first n places,
 * which a ledger's go with, NaN where they are not known. */
int db_split_of(struct db *d, int64_t run, int64_t *split, struct err *e);
int db_truths(struct db *d, int64_t split, double *to, size_t n, struct err *e);

int db_log(struct db *d, int64_t run, size_t most, struct log_row **out, size_t *n,
           struct err *e); /* the newest `most`, oldest first */
int db_references(struct db *d, struct reference_row **out, size_t *n, struct err *e);
int db_checkpoints(struct db *d, int64_t run, struct checkpoint_row **out, size_t *n,
                   struct err *e);

/* Ends the statement that another thread runs on this connection: its function gives ERR_CANCELLED.
 * Any thread, while the connection is open; without a statement that runs it does nothing. */
void db_interrupt(struct db *d);

/* Changes whenever another connection has written (PRAGMA data_version). */
int db_data_version(struct db *d, int64_t *version, struct err *e);

#endif
