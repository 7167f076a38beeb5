/* import_files.h - which runs there are in the files and folders that somebody names: for each the
 * files that its curves are in. Main thread. */
#ifndef COMBOLAB_SRC_IMPORT_FILES_H
#define COMBOLAB_SRC_IMPORT_FILES_H

#include <stdbool.h>
#include <stddef.h>

struct err;

struct import_run {
    char *path;   /* owned: a file; or the folder of event files, which are one run together */
    char **files; /* owned */
    size_t n;
    bool events; /* of TensorBoard; else CSV */
};

struct import_files {
    struct import_run *runs; /* owned, in the order named, within folders by name */
    size_t n;
};

/* A file is a run; of a folder each .csv file, and each folder with event files, itself or below
 * it, as TensorBoard takes them. -1 where one has neither; free in every case. */
int import_files_make(struct import_files *f, char *const *paths, size_t n, struct err *e);
void import_files_free(struct import_files *f);

#endif
