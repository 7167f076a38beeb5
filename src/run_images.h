/* run_images.h - the images that a run is tested on, where they lie now. One thread at a time. */
#ifndef COMBOLAB_SRC_RUN_IMAGES_H
#define COMBOLAB_SRC_RUN_IMAGES_H

#include "db/rows.h"
#include "engine/dataset/dataset.h"
#include "engine/image/image.h"

struct db;
struct err;

/* The run's data set: at `path`, or where it was when the run trained if that is "". */
int run_images_open(struct dataset **out, struct db *db, const struct run_row *run,
                    const char *path, struct err *e);

/* An image of that name has to have that score, or it is another data set. */
int run_images_check(const struct dataset *d, const struct prediction_row *row, struct err *e);

/* Decodes one. Its message names the file. */
int run_images_read(struct image *out, const struct dataset *d, const char *name, struct err *e);

#endif
