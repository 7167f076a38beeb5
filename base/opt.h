/* opt.h - option tables: one const table is the truth for parsing, forms, stored columns, manual.
 *
 * A table describes the fields of one plain struct (the object). Values live in the struct itself,
 * so the object can be copied with `=`. Field types: OPT_FLAG bool, OPT_INT int64_t, OPT_REAL
 * double, OPT_CHOICE int (index into choices), OPT_TEXT and OPT_PATH char[OPT_TEXT_BYTES].
 */
#ifndef COMBOLAB_BASE_OPT_H
#define COMBOLAB_BASE_OPT_H

#include <stddef.h>

#define OPT_TEXT_BYTES 1024

struct err;
struct str;

enum opt_type { OPT_FLAG, OPT_INT, OPT_REAL, OPT_CHOICE, OPT_TEXT, OPT_PATH };

struct opt {
    const char *name; /* long name without dashes: "learning-rate" */
    char letter;      /* short option, or 0 */
    enum opt_type type;
    size_t offset; /* offsetof the field in the object */
    /* OPT_INT, OPT_REAL: the range, both ends allowed. OPT_TEXT: max is how many bytes it may have,
     * 0 = OPT_TEXT_BYTES - 1; min is 1 where commas may separate several values, for who makes
     * one thing of each. */
    double min, max;
    /* Default as text; "" for empty text, "no" for a flag. An OPT_REAL whose default is "auto" can
     * be given auto: NaN in its field. */
    const char *fallback;
    const char *const *choices; /* OPT_CHOICE: NULL-terminated names */
    const char *unit;           /* what the number counts ("epochs"), or "" */
    const char *group;          /* heading in help, form and manual */
    const char *help;           /* one sentence, lower case, no full stop */
};

/* A table and its length; end of list is not marked. */
struct opt_table {
    const struct opt *options;
    size_t count;
};

/* Sets every field to its default. A default outside its own range is ERR_INTERNAL. */
int opt_defaults(const struct opt_table *t, void *object, struct err *e);

/* The option of that name (underscores count as dashes), or NULL. */
const struct opt *opt_find(const struct opt_table *t, const char *name);

/* The one that may have been meant by a name that none has, or NULL. */
const struct opt *opt_nearest(const struct opt_table *t, const char *name);

/* Parses `value` into the field of option `name`. Flags take yes/no (also on/off, true/false, 1/0).
 * On -1 the object is unchanged and the message says the name, the value and the range or choices;
 * an unknown name is answered with the nearest known one. */
int opt_set(const struct opt_table *t, void *object, const char *name, const char *value,
            struct err *e);

/* Writes the field's value as text that opt_set reads back to the same value. */
void opt_format(const struct opt *o, const void *object, char *to, size_t room);

/* "1..4096", "0.0..1.0", "0..10 or auto", "a|b|c", "yes|no", "text" or "path". */
void opt_range(const struct opt *o, char *to, size_t room);

/* "flag", "integer", "real", "choice", "text", "path": as stored in the database. */
const char *opt_type_name(enum opt_type type);

/* Appends help for every option, grouped, wrapped to `width` columns. */
void opt_help(const struct opt_table *t, int width, struct str *out);

/* Appends an mdoc list (.It Fl ...) of every option, for the manual page. */
void opt_mdoc(const struct opt_table *t, struct str *out);

#endif
