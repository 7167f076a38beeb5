/* csv_priv.h - records of a CSV text (RFC 4180, other separators too): quoted fields, doubled
 * quotes, line ends within quotes, LF or CRLF. Works in place on a text that the caller owns; no
 * allocation, no state elsewhere. */
#ifndef COMBOLAB_ENGINE_DATASET_CSV_PRIV_H
#define COMBOLAB_ENGINE_DATASET_CSV_PRIV_H

#include <stddef.h>

struct err;

#define CSV_MOST_FIELDS 256

struct csv {
    const char *path; /* for messages */
    char separator;   /* a comma, unless it is set to another after csv_init */
    char *at;         /* what is yet to be read, NUL-terminated */
    size_t next_line;
    /* the last record */
    size_t line; /* where it begins, from 1 */
    size_t n;
    char *field[CSV_MOST_FIELDS];
};

void csv_init(struct csv *c, const char *path, char *text);

/* Reads the next record that is not a blank line. 1: there is one; 0: the end; -1: the message
 * names path and line. */
int csv_next(struct csv *c, struct err *e);

#endif
