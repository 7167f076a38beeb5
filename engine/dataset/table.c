/* table.c - see table_priv.h. Each separator is tried on the first lines; the one that gives an
 * image and a score is taken. */
#include "engine/dataset/table_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/dataset/csv_priv.h"
#include "engine/dataset/dataset_priv.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SAMPLE_BYTES ((size_t)1 << 18)
#define SAMPLE_RECORDS 20
#define SEPARATORS 3

static const struct {
    enum config_delimiter asked;
    char separator;
    const char *name;
} separators[SEPARATORS] = {{DELIMITER_COMMA, ',', "commas"},
                            {DELIMITER_SEMICOLON, ';', "semicolons"},
                            {DELIMITER_TAB, '\t', "tabs"}};

/* What columns are called where no option says it. */
#define MOST_NAMES 6
static const char *const usual[TABLE_COLUMNS][MOST_NAMES] = {
    [TABLE_IMAGE] = {"image", "#image", "filename", "file", "path"},
    [TABLE_SCORE] = {"score", "rating", "label", "attractiveness label"},
    [TABLE_SPLIT] = {"split"},
    [TABLE_FOLD] = {"fold"},
};
static const char *const option_names[TABLE_COLUMNS] = {"image-column", "score-column",
                                                        "split-column", "fold-column"};

struct looking {
    struct table_layout *l;
    struct csv csv; /* its first record */
    const struct config_table *options;
    struct err *e;
};

static const char *asked_column(const struct config_table *o, int c)
{
    const char *const asked[TABLE_COLUMNS] = {o->image_column, o->score_column, o->split_column,
                                              o->fold_column};
    return asked[c];
}

int table_number(double *value, char *text, char separator, bool *comma)
{
    char *mark = separator == ',' ? NULL : strchr(text, ',');
    if (!mark || strchr(text, '.'))
        return str_to_real(text, value);
    *mark = '.';
    int result = str_to_real(text, value);
    *mark = result ? ',' : '.';
    *comma = *comma || !result;
    return result;
}

static bool is_number(const struct looking *k, size_t column)
{
    char text[64];
    double value;
    bool comma = false;
    return column < k->csv.n && !str_copy(text, sizeof text, dataset_trim(k->csv.field[column])) &&
           !table_number(&value, text, k->csv.separator, &comma);
}

static bool is_image(const char *name)
{
    static const char *const ends[] = {".jpg", ".jpeg", ".png", ".bmp"};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (length > strlen(ends[i]) && !strcasecmp(name + length - strlen(ends[i]), ends[i]))
            return true;
    return false;
}

/* --- columns by their names and numbers --- */

/* The columns' names, as many as there is room for. */
static void list_columns(const struct looking *k, char *to, size_t room)
{
    size_t at = 0;
    to[0] = '\0';
    for (size_t i = 0; i < k->csv.n; i++) {
        if (at + 80 > room) {
            snprintf(to + at, room - at, ", ...");
            return;
        }
        at += (size_t)snprintf(to + at, room - at, "%s%.60s", i ? ", " : "",
                               dataset_trim(k->csv.field[i]));
    }
}

static int no_column(const struct looking *k, int c, const char *name)
{
    char have[300];
    list_columns(k, have, sizeof have);
    return err_set(k->e, ERR_FORMAT,
                   "%s:%zu: no column is named '%s'; there are %zu: %s. Name the right one, or its "
                   "number, with --%s",
                   k->csv.path, k->csv.line, name, k->csv.n, have, option_names[c]);
}

/* TABLE_NO_COLUMN when there is none; -1 when there are two. */
static int find_named(const struct looking *k, size_t *at, const char *name)
{
    *at = TABLE_NO_COLUMN;
    for (size_t i = 0; i < k->csv.n; i++) {
        if (strcasecmp(dataset_trim(k->csv.field[i]), name))
            continue;
        if (*at != TABLE_NO_COLUMN)
            return err_set(k->e, ERR_FORMAT, "%s:%zu: two columns are named '%s'", k->csv.path,
                           k->csv.line, name);
        *at = i;
    }
    return 0;
}

/* A number, or a name of the header: what a first line without header holds is no name. */
static int find_asked(struct looking *k, int c, const char *asked)
{
    size_t *at = &k->l->at[c];
    int64_t number;
    bool is_one = !str_to_int(asked, &number);
    if (is_one && number >= 1 && (uint64_t)number <= k->csv.n) {
        *at = (size_t)number - 1;
        return 0;
    }
    if (k->options->header != HEADER_NO && find_named(k, at, asked))
        return -1;
    if (*at != TABLE_NO_COLUMN) {
        k->l->header = true;
        return 0;
    }
    if (!is_one)
        return no_column(k, c, asked);
    return err_set(k->e, ERR_FORMAT, "%s:%zu: column %s of option '%s' is not there: there are %zu",
                   k->csv.path, k->csv.line, asked, option_names[c], k->csv.n);
}

static int find_usual(struct looking *k, int c)
{
    size_t *at = &k->l->at[c];
    for (int i = 0; i < MOST_NAMES && usual[c][i] && *at == TABLE_NO_COLUMN; i++)
        if (find_named(k, at, usual[c][i]))
            return -1;
    return 0;
}

/* --- columns by what they hold --- */

static bool is_split(const char *text)
{
    struct dataset_item item;
    return dataset_part(&item, text);
}

static void find_by_content(struct looking *k)
{
    struct table_layout *l = k->l;
    for (size_t i = 0; i < k->csv.n; i++) {
        const char *text = dataset_trim(k->csv.field[i]);
        if (l->at[TABLE_IMAGE] == TABLE_NO_COLUMN && is_image(text))
            l->at[TABLE_IMAGE] = i;
        else if (l->at[TABLE_SCORE] == TABLE_NO_COLUMN && i != l->at[TABLE_IMAGE] &&
                 is_number(k, i))
            l->at[TABLE_SCORE] = i;
        else if (l->at[TABLE_SPLIT] == TABLE_NO_COLUMN && is_split(text))
            l->at[TABLE_SPLIT] = i;
    }
}

/* --- one separator --- */

static bool is_whole(const struct table_layout *l)
{
    return l->at[TABLE_IMAGE] != TABLE_NO_COLUMN && l->at[TABLE_SCORE] != TABLE_NO_COLUMN;
}

/* Columns that are asked for, and the usual ones where the first record is a header. */
static int find_columns(struct looking *k)
{
    struct table_layout *l = k->l;
    for (int c = 0; c < TABLE_COLUMNS; c++) {
        const char *column = asked_column(k->options, c);
        l->at[c] = TABLE_NO_COLUMN;
        if (column[0] && find_asked(k, c, column))
            return -1;
    }
    struct table_layout asked = *l;
    for (int c = 0; c < TABLE_COLUMNS && k->options->header != HEADER_NO; c++)
        if (l->at[c] == TABLE_NO_COLUMN && find_usual(k, c))
            return -1;
    bool names = is_whole(l) && !is_number(k, l->at[TABLE_SCORE]);
    if (l->header || k->options->header == HEADER_YES || names) {
        l->header = k->options->header != HEADER_NO;
        return 0;
    }
    struct table_layout by_name = *l;
    *l = asked;
    find_by_content(k);
    if (!is_whole(l))
        *l = by_name; /* to say what it lacks */
    return 0;
}

static int look_with(struct looking *k, char separator, char *text)
{
    csv_init(&k->csv, k->csv.path, text);
    k->csv.separator = separator;
    memset(k->l, 0, sizeof *k->l);
    k->l->separator = separator;
    int found = csv_next(&k->csv, k->e);
    if (found < 0)
        return -1;
    if (!found)
        return err_set(k->e, ERR_FORMAT, "%s: holds blank lines only", k->csv.path);
    k->l->columns = k->csv.n;
    if (find_columns(k))
        return -1;
    for (int c = TABLE_IMAGE; c <= TABLE_SCORE; c++)
        if (k->l->at[c] == TABLE_NO_COLUMN)
            return no_column(k, c, usual[c][0]);
    size_t score = k->l->at[TABLE_SCORE];
    if (k->l->header)
        str_copy(k->l->score, sizeof k->l->score, dataset_trim(k->csv.field[score]));
    else
        snprintf(k->l->score, sizeof k->l->score, "%zu", score + 1);
    return 0;
}

/* True when the next records have as many fields. */
static bool even(struct looking *k)
{
    struct err ignored;
    size_t columns = k->l->columns;
    for (int i = 0; i < SAMPLE_RECORDS; i++) {
        int found = csv_next(&k->csv, &ignored);
        if (found <= 0)
            return !found;
        if (k->csv.n != columns)
            return false;
    }
    return true;
}

/* --- all of them --- */

struct attempt {
    struct table_layout layout;
    struct err e;
    bool fits, even;
};

static void attempt(struct attempt *a, int i, const char *path, char *text,
                    const struct config_table *options)
{
    struct looking k = {.l = &a->layout, .csv.path = path, .options = options, .e = &a->e};
    a->fits = !look_with(&k, separators[i].separator, text);
    a->even = a->fits && even(&k);
}

static int choose(struct table_layout *l, const struct attempt *a, const char *path, struct err *e)
{
    int best = 0, fit = 0, regular = 0;
    for (int i = 0; i < SEPARATORS; i++) {
        fit += a[i].fits;
        regular += a[i].even;
        bool better = a[i].fits != a[best].fits   ? a[i].fits
                      : a[i].even != a[best].even ? a[i].even
                                                  : a[i].layout.columns > a[best].layout.columns;
        if (better)
            best = i;
    }
    if (!fit) {
        *e = a[best].e;
        return -1;
    }
    *l = a[best].layout;
    if (fit == 1 || regular == 1)
        return 0;
    return err_set(e, ERR_USAGE,
                   "%s: could be separated by commas, semicolons or tabs; say which with "
                   "--delimiter comma, semicolon or tab",
                   path);
}

int table_look(struct table_layout *l, const char *path, const char *text,
               const struct config_table *options, struct err *e)
{
    struct attempt attempts[SEPARATORS];
    size_t length = strlen(text);
    memset(attempts, 0, sizeof attempts);
    if (length > SAMPLE_BYTES)
        length = SAMPLE_BYTES;
    char *sample = mem_alloc(length + 1, 1);
    if (!sample)
        return mem_error(e, "the first lines of a table", length + 1);
    for (int i = 0; i < SEPARATORS; i++) {
        bool asked = options->delimiter == (int)separators[i].asked;
        if (options->delimiter != DELIMITER_AUTO && !asked)
            continue;
        memcpy(sample, text, length);
        sample[length] = '\0';
        attempt(&attempts[i], i, path, sample, options);
        if (!asked)
            continue;
        *l = attempts[i].layout;
        if (!attempts[i].fits)
            *e = attempts[i].e;
        mem_free(sample);
        return attempts[i].fits ? 0 : -1;
    }
    mem_free(sample);
    return choose(l, attempts, path, e);
}
