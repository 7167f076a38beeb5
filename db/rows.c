/* rows.c - the columns of every row, once: where the database keeps it, which field it is, how it
 * is shown. A new column of a run is a line here, a field in rows.h and a line in a step of the
 * schema.
 */
#include "db/rows.h"

#include <math.h>

#define COLUMN(type, field, title, use, digits)                                                    \
    {                                                                                              \
#field, #field, ROW_FIELD(struct type, field), title, use, digits, 0, 0, NULL              \
    }
/* Its name in the database is another one, or it is an expression. */
#define NAMED(type, name, sql, field, title, use, digits)                                          \
    {                                                                                              \
        name, sql, ROW_FIELD(struct type, field), title, use, digits, 0, 0, NULL                   \
    }
#define DERIVED(name, title, use, digits, from)                                                    \
    {                                                                                              \
        name, NULL, ROW_REAL, 0, 0, title, use, digits, 0, 0, from                                 \
    }

/* --- runs --- */

double row_run_age(double created, double now_s)
{
    return now_s > created ? now_s - created : 0;
}

double row_run_seconds(double started, double ended, int resumed, double earlier_s, double now_s)
{
    double end = isfinite(ended) ? ended : now_s;
    if (isfinite(started))
        return earlier_s + fmax(end - started, 0);
    return resumed ? earlier_s : (double)NAN;
}

static double run_age(const void *row, double now_s)
{
    return row_run_age(((const struct run_row *)row)->created, now_s);
}

static double run_seconds(const void *row, double now_s)
{
    const struct run_row *r = row;
    return row_run_seconds(r->started, r->ended, r->resumed, r->earlier_s, now_s);
}

#define RUN(field, title, use, digits) COLUMN(run_row, field, title, use, digits)
/* In lists: always, and where there is room. */
#define MANY ROW_LISTED
#define SPARE (ROW_LISTED | ROW_SPARE)
#define SETTING (-6)                  /* digits of a number that somebody chose */
#define ERROR (ROW_BEST | ROW_RISING) /* the less the better */

const struct row_column row_run_columns[] = {
    RUN(id, "id", MANY, 0),
    RUN(state, "state", MANY | ROW_WORDS, 0),
    RUN(name, "name", MANY | ROW_WORDS | ROW_LAUNCHED, 0),
    NAMED(run_row, "experiment", "experiment.name", experiment, "experiment",
          SPARE | ROW_WORDS | ROW_EXPRESSION, 0),
    RUN(data, "data", SPARE | ROW_WORDS | ROW_LAUNCHED | ROW_FOUND, 0),
    RUN(protocol, "protocol", SPARE | ROW_WORDS | ROW_OPTIONAL | ROW_LAUNCHED | ROW_FOUND, 0),
    RUN(fold, "fold", SPARE | ROW_OPTIONAL | ROW_LAUNCHED | ROW_FOUND, 0),
    RUN(backbone, "backbone", SPARE | ROW_WORDS | ROW_LAUNCHED, 0),
    RUN(loss, "loss", MANY | ROW_WORDS | ROW_LAUNCHED, 0),
    RUN(alpha, "alpha", SPARE | ROW_LAUNCHED, SETTING),
    RUN(beta, "beta", SPARE | ROW_LAUNCHED, SETTING),
    RUN(gamma, "gamma", SPARE | ROW_LAUNCHED, SETTING),
    RUN(epochs_done, "done", MANY, 0),
    RUN(epochs, "epochs", MANY | ROW_LAUNCHED, 0),
    RUN(best_epoch, "best", SPARE | ROW_OPTIONAL, 0),
    NAMED(run_row, "select", "selected_on", select, "best by", SPARE | ROW_OPTIONAL | ROW_LAUNCHED,
          0),
    RUN(best_mae, "MAE@best", MANY | ERROR, 4),
    RUN(best_rmse, "RMSE@best", SPARE | ERROR, 4),
    RUN(best_pc, "best PC", MANY | ROW_BEST, 4),
    RUN(last_mae, "last MAE", SPARE | ERROR, 4),
    RUN(last_rmse, "last RMSE", SPARE | ERROR, 4),
    RUN(last_pc, "last PC", SPARE | ROW_BEST, 4),
    RUN(images_per_s, "images/s", SPARE, 1),
    DERIVED("age_s", "age", SPARE | ROW_DURATION | ROW_RISING, 0, run_age),
    RUN(disk_bytes, "disk", SPARE | ROW_OPTIONAL | ROW_BYTES, 0),
    NAMED(run_row, "tag", "(SELECT group_concat(name, ' ') FROM tag WHERE tag.run = run.id)", tags,
          "tags", SPARE | ROW_WORDS | ROW_EXPRESSION, 0),
    RUN(note, "note", ROW_OPTIONAL, 0),
    RUN(imported, "imported from", ROW_OPTIONAL, 0),
    RUN(priority, "priority", ROW_LAUNCHED, 0),
    RUN(archived, "archived", ROW_TIME, 0),
    RUN(deleted, "in the trash since", ROW_TIME, 0),
    RUN(state_text, "why", 0, 0),
    RUN(image_size, "image size", ROW_LAUNCHED, 0),
    RUN(batch, "batch", ROW_LAUNCHED, 0),
    RUN(seed, "seed", ROW_LAUNCHED, 0),
    RUN(learning_rate, "learning rate", ROW_LAUNCHED, SETTING),
    RUN(created, "created", ROW_TIME, 0),
    RUN(started, "started", ROW_TIME, 0),
    RUN(ended, "ended", ROW_TIME, 0),
    DERIVED("seconds", "ran for", ROW_DURATION, 0, run_seconds),
    RUN(resumed, "times resumed", 0, 0),
    RUN(host, "host", 0, 0),
    RUN(pid, "process", ROW_OPTIONAL, 0),
    RUN(last_seen, "last seen", ROW_TIME, 0),
    RUN(program, "program", ROW_OPTIONAL | ROW_LAUNCHED | ROW_FOUND, 0),
    RUN(library, "library", ROW_OPTIONAL | ROW_FOUND, 0),
    RUN(device, "device", ROW_OPTIONAL | ROW_FOUND, 0),
    RUN(precision, "precision", ROW_OPTIONAL | ROW_FOUND, 0),
    RUN(data_hash, "data hash", ROW_OPTIONAL | ROW_FOUND, 0),
    RUN(init_hash, "init hash", ROW_OPTIONAL | ROW_FOUND, 0),
    RUN(parameters, "parameters", ROW_OPTIONAL | ROW_FOUND, 0),
    RUN(train_images, "training images", ROW_OPTIONAL | ROW_FOUND, 0),
    RUN(val_images, "val images", ROW_OPTIONAL | ROW_FOUND, 0),
    RUN(test_images, "test images", ROW_OPTIONAL | ROW_FOUND, 0),
    RUN(skipped_images, "images left out", ROW_FOUND, 0),
    RUN(classes, "classes", ROW_OPTIONAL | ROW_FOUND, 0),
    RUN(earlier_s, NULL, 0, 0),
    RUN(anew, NULL, 0, 0),
    RUN(algorithms_anew, NULL, 0, 0),
    ROW_END,
};

#define REFERENCE(name, field, optional)                                                           \
    NAMED(reference_row, name, #field, field, NULL, optional, 0)

const struct row_column row_reference_columns[] = {
    REFERENCE("experiment", source, 0),
    REFERENCE("data", dataset, 0),
    REFERENCE("protocol", protocol, 0),
    REFERENCE("backbone", model, 0),
    REFERENCE("loss", loss, ROW_OPTIONAL),
    REFERENCE("alpha", alpha, 0),
    REFERENCE("beta", beta, 0),
    REFERENCE("gamma", gamma, 0),
    REFERENCE("best_mae", mae, 0),
    REFERENCE("best_rmse", rmse, 0),
    REFERENCE("best_pc", pc, 0),
    REFERENCE("name", note, ROW_OPTIONAL),
    ROW_END,
};

/* --- epochs --- */

static double phase_images_per_s(const void *row, double now_s)
{
    (void)now_s;
    const struct phase_row *phase = row;
    return phase->seconds > 0 ? (double)phase->images / phase->seconds : (double)NAN;
}

const struct row_column row_epoch_columns[] = {
    COLUMN(epoch_row, epoch, "epoch", 0, 0),
    COLUMN(epoch_row, learning_rate, "learning rate", ROW_SPARE, SETTING),
    COLUMN(epoch_row, best, "best", 0, 0),
    COLUMN(epoch_row, time, "time", ROW_SPARE | ROW_TIME, 0),
    NAMED(epoch_row, "tested", "test.run IS NOT NULL", tested, NULL, ROW_EXPRESSION, 0),
    NAMED(epoch_row, "validated", "val.run IS NOT NULL", validated, NULL, ROW_EXPRESSION, 0),
    ROW_END,
};

#define PHASE(field, title, use, digits) COLUMN(phase_row, field, title, use, digits)
/* The name of the loss's term goes before `name` and `title`. */
#define TERM(number, field, name, title)                                                           \
    {                                                                                              \
        name, #field "_" #number, ROW_FIELD(struct phase_row, field[number - 1]), title,           \
            ROW_SPARE, 4, number, 0, NULL                                                          \
    }

/* Of training alone. */
#define GRADIENT(number)                                                                           \
    {                                                                                              \
        "_gradient", "gradient_" #number, ROW_FIELD(struct phase_row, gradient[number - 1]),       \
            " gradient", ROW_SPARE | ROW_TRAIN_ALONE, 4, number, 0, NULL                           \
    }
#define COSINE(place, first, second)                                                               \
    {                                                                                              \
        "_cosine", "cosine_" #first #second, ROW_FIELD(struct phase_row, cosine[place]),           \
            " cosine", ROW_SPARE | ROW_TRAIN_ALONE, 4, first, second, NULL                         \
    }

const struct row_column row_phase_columns[] = {
    PHASE(total, "loss", ROW_SPARE_VAL, 4),
    TERM(1, term, "", ""),
    TERM(1, weighted, "_weighted", ", weighted"),
    TERM(2, term, "", ""),
    TERM(2, weighted, "_weighted", ", weighted"),
    TERM(3, term, "", ""),
    TERM(3, weighted, "_weighted", ", weighted"),
    GRADIENT(1),
    GRADIENT(2),
    GRADIENT(3),
    COSINE(0, 1, 2),
    COSINE(1, 1, 3),
    COSINE(2, 2, 3),
    PHASE(mae, "MAE", ROW_SPARE_TRAIN | ROW_SPARE_VAL, 4),
    PHASE(rmse, "RMSE", ROW_SPARE_TRAIN | ROW_SPARE_VAL, 4),
    PHASE(pc, "PC", ROW_SPARE_TRAIN, 4),
    PHASE(images, "images", ROW_SPARE, 0),
    NAMED(phase_row, "s", "seconds", seconds, "time", ROW_SPARE | ROW_DURATION, 0),
    DERIVED("images_per_s", "images/s", ROW_SPARE, 1, phase_images_per_s),
    ROW_END,
};

const struct row_phase row_phases[ROW_PHASES] = {
    [ROW_TRAIN] = {"train", offsetof(struct epoch_row, train), 0, ROW_SPARE | ROW_SPARE_TRAIN},
    [ROW_VAL] = {"val", offsetof(struct epoch_row, val), offsetof(struct epoch_row, validated),
                 ROW_SPARE | ROW_SPARE_VAL},
    [ROW_TEST] = {"test", offsetof(struct epoch_row, test), offsetof(struct epoch_row, tested),
                  ROW_SPARE},
};

const struct phase_row *row_phase(const struct epoch_row *epoch, const struct row_phase *phase)
{
    const char *start = (const char *)epoch;
    if (phase->made && !*(const bool *)(start + phase->made))
        return NULL;
    return (const struct phase_row *)(start + phase->offset);
}

/* --- what belongs to a run --- */

const struct row_column row_term_columns[] = {
    COLUMN(term_row, name, "term", 0, 0),
    COLUMN(term_row, weight, "weight", 0, SETTING),
    ROW_END,
};

const struct row_column row_option_columns[] = {
    COLUMN(option_row, name, "option", 0, 0),
    COLUMN(option_row, type, "type", 0, 0),
    COLUMN(option_row, value, "value", 0, 0),
    ROW_END,
};

const struct row_column row_algorithm_columns[] = {
    COLUMN(algorithm_row, job, "job", 0, 0),
    COLUMN(algorithm_row, method, "method", 0, 0),
    COLUMN(algorithm_row, details, "details", ROW_SPARE | ROW_OPTIONAL, 0),
    ROW_END,
};

#define PROVENANCE(field, title, use) COLUMN(provenance_row, field, title, use, 0)

const struct row_column row_provenance_columns[] = {
    PROVENANCE(epoch, "from epoch", 0),
    PROVENANCE(time, "since", ROW_TIME),
    PROVENANCE(device, "device", ROW_OPTIONAL),
    PROVENANCE(library, "library", ROW_OPTIONAL),
    PROVENANCE(program, "program", ROW_OPTIONAL),
    PROVENANCE(data, "data", ROW_OPTIONAL),
    PROVENANCE(host, "host", ROW_SPARE | ROW_OPTIONAL),
    PROVENANCE(precision, "precision", ROW_SPARE | ROW_OPTIONAL),
    PROVENANCE(data_hash, "data hash", ROW_SPARE | ROW_OPTIONAL),
    PROVENANCE(init_hash, "init hash", ROW_SPARE | ROW_OPTIONAL),
    ROW_END,
};

const struct row_column row_checkpoint_columns[] = {
    COLUMN(checkpoint_row, kind, "weights", 0, 0),
    COLUMN(checkpoint_row, epoch, "epoch", 0, 0),
    COLUMN(checkpoint_row, time, "saved", ROW_TIME, 0),
    COLUMN(checkpoint_row, path, "file", 0, 0),
    ROW_END,
};

static double prediction_error(const void *row, double now_s)
{
    (void)now_s;
    const struct prediction_row *p = row;
    return p->predicted - p->truth;
}

/* A ledger tells the listed ones. */
const struct row_column row_prediction_columns[] = {
    COLUMN(prediction_row, place, "place", MANY, 0),
    COLUMN(prediction_row, image, "image", MANY | ROW_EXPRESSION, 0),
    COLUMN(prediction_row, truth, "true score", MANY | ROW_EXPRESSION, 3),
    COLUMN(prediction_row, predicted, "predicted", MANY, 3),
    DERIVED("error", "error", 0, 3, prediction_error),
    COLUMN(prediction_row, expectation, "expectation", 0, 3),
    COLUMN(prediction_row, predicted_class, "class", ROW_SPARE | ROW_OPTIONAL, 0),
    COLUMN(prediction_row, true_class, "true class", ROW_SPARE | ROW_OPTIONAL, 0),
    ROW_END,
};

const struct row_column row_split_columns[] = {
    COLUMN(split_row, place, "place", 0, 0),
    COLUMN(split_row, image, "image", 0, 0),
    COLUMN(split_row, truth, "true score", 0, 3),
    ROW_END,
};

const struct row_column row_log_columns[] = {
    COLUMN(log_row, time, "time", ROW_TIME, 0),
    COLUMN(log_row, level, "level", 0, 0),
    COLUMN(log_row, text, "text", 0, 0),
    ROW_END,
};

#define FITS(list)                                                                                 \
    _Static_assert(sizeof list / sizeof list[0] <= ROW_MOST_COLUMNS, "raise ROW_MOST_COLUMNS")

FITS(row_run_columns);
FITS(row_reference_columns);
FITS(row_epoch_columns);
FITS(row_phase_columns);
FITS(row_term_columns);
FITS(row_option_columns);
FITS(row_algorithm_columns);
FITS(row_provenance_columns);
FITS(row_checkpoint_columns);
FITS(row_prediction_columns);
FITS(row_split_columns);
FITS(row_log_columns);
