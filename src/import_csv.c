/* import_csv.c - CSV with a line an epoch: the first line names the columns. Read line by line, so
 * that a long file takes no more memory than a short one. */
#include "src/import.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_BYTES 65536
#define MOST_COLUMNS 512
#define MOST_EPOCH INT32_MAX

struct table {
    const char *path;
    FILE *file;
    size_t line;
    char text[LINE_BYTES];
    char *fields[MOST_COLUMNS];
    int n;
    struct import_tag *columns[MOST_COLUMNS]; /* NULL: without a name */
    int width, epoch;                         /* the column of epochs, -1 = none */
    double time;
};

/* 1; 0 at the end; -1. */
static int next_line(struct table *t, struct err *e)
{
    if (!fgets(t->text, sizeof t->text, t->file))
        return ferror(t->file) ? err_errno(e, errno, "%s cannot be read", t->path) : 0;
    t->line++;
    size_t length = strlen(t->text);
    bool whole = length && t->text[length - 1] == '\n';
    if (!whole && !feof(t->file))
        return err_set(e, ERR_FORMAT,
                       "%s:%zu: the line has a NUL, or more than %d bytes: this is no CSV", t->path,
                       t->line, LINE_BYTES - 2);
    while (length && strchr("\r\n", t->text[length - 1]))
        t->text[--length] = '\0';
    return 1;
}

/* A field in quotes loses them; two within are one. Returns what follows it, or NULL. */
static char *unquote(char *from, char **field)
{
    char *to = from++;
    *field = to;
    for (; *from && (*from != '"' || from[1] == '"'); from++) {
        from += *from == '"';
        *to++ = *from;
    }
    if (*from != '"')
        return NULL;
    *to = '\0';
    return from + 1;
}

/* Blanks around it are no part of a field. */
static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length && strchr(" \t", text[length - 1]))
        text[--length] = '\0';
    return text;
}

static int split(struct table *t, struct err *e)
{
    char *at = t->text;
    for (t->n = 0;; t->n++) {
        char *field = at;
        if (t->n == MOST_COLUMNS)
            return err_set(e, ERR_FORMAT, "%s:%zu: more than %d columns", t->path, t->line,
                           MOST_COLUMNS);
        at = *at == '"' ? unquote(at, &field) : at + strcspn(at, ",");
        if (!at || (*at && *at != ','))
            return err_set(e, ERR_FORMAT,
                           "%s:%zu: a field in quotes does not end with one before a comma",
                           t->path, t->line);
        bool last = !*at;
        *at = '\0';
        t->fields[t->n] = trim(field);
        if (last)
            break;
        at++;
    }
    t->n++;
    return 0;
}

/* --- the first line --- */

static int take_names(struct import *m, struct table *t, struct err *e)
{
    t->width = t->n;
    t->epoch = -1;
    for (int i = 0; i < t->n; i++) {
        if (!t->fields[i][0])
            continue;
        t->columns[i] = import_tag(m, t->fields[i], e);
        if (!t->columns[i])
            return -1;
        for (int k = 0; k < i; k++)
            if (t->columns[k] == t->columns[i])
                return err_set(e, ERR_FORMAT, "%s:%zu: two columns are called '%.60s'", t->path,
                               t->line, t->fields[i]);
        if (t->columns[i]->target == IMPORT_EPOCH && (t->epoch < 0 || t->columns[i]->told))
            t->epoch = i;
    }
    m->epochs = true;
    m->epochs_told = t->epoch >= 0 && t->columns[t->epoch]->told;
    if (t->epoch >= 0)
        return 0;
    return err_set(e, ERR_FORMAT,
                   "%s:%zu: no column is called 'epoch', as the first line has to say, such as "
                   "epoch,train_loss,test_mae; or name the one that is with --map NAME=epoch",
                   t->path, t->line);
}

/* UTF-8 may begin with a mark, as spreadsheets write it. */
static int read_head(struct import *m, struct table *t, struct err *e)
{
    int more;
    while ((more = next_line(t, e)) == 1 && !trim(t->text)[0])
        ;
    if (more < 0)
        return -1;
    if (!more)
        return err_set(e, ERR_FORMAT, "%s is empty", t->path);
    if (!strncmp(t->text, "\xef\xbb\xbf", 3))
        memmove(t->text, t->text + 3, strlen(t->text + 3) + 1);
    return split(t, e) || take_names(m, t, e) ? -1 : 0;
}

/* --- lines --- */

static bool is_missing(const char *text)
{
    static const char *const words[] = {"", "-", "na", "n/a", "none", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(text, words[i]))
            return true;
    return false;
}

/* 0; -1 for what is no number. */
static int to_number(const char *text, double *value)
{
    const char *plain = text + strspn(text, "+-");
    if (strcasecmp(plain, "nan") && strcasecmp(plain, "inf") && strcasecmp(plain, "infinity"))
        return str_to_real(text, value);
    *value = (double)NAN;
    return 0;
}

static int take_epoch(const struct table *t, int64_t *epoch, struct err *e)
{
    double value;
    const char *text = t->fields[t->epoch];
    if (str_to_real(text, &value) || value != floor(value) || value < 0 || value > MOST_EPOCH)
        return err_set(e, ERR_FORMAT, "%s:%zu: '%.40s' is not the number of an epoch", t->path,
                       t->line, text);
    *epoch = (int64_t)value;
    return 0;
}

static int take_line(struct import *m, struct table *t, struct err *e)
{
    int64_t epoch = 0;
    double value;
    if (t->n != t->width)
        return err_set(e, ERR_FORMAT, "%s:%zu: %d columns; the first line names %d", t->path,
                       t->line, t->n, t->width);
    if (take_epoch(t, &epoch, e))
        return -1;
    for (int i = 0; i < t->n; i++) {
        struct import_tag *tag = t->columns[i];
        if (!tag || i == t->epoch || is_missing(t->fields[i]))
            continue;
        if (tag->target < 0 || tag->target == IMPORT_EPOCH) {
            tag->seen++;
            continue;
        }
        if (to_number(t->fields[i], &value))
            return err_set(e, ERR_FORMAT,
                           "%s:%zu: column '%.60s' has '%.40s', which is not a number", t->path,
                           t->line, tag->name, t->fields[i]);
        if (import_point(m, tag, epoch, value, t->time, e))
            return -1;
    }
    return 0;
}

static int read_open(struct import *m, struct table *t, struct err *e)
{
    int more;
    if (read_head(m, t, e))
        return -1;
    while ((more = next_line(t, e)) == 1)
        if (trim(t->text)[0] && (split(t, e) || take_line(m, t, e)))
            return -1;
    return more;
}

int import_csv(struct import *m, const char *path, struct err *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct table *t = mem_alloc(1, sizeof *t);
    int status = -1;
    if (!t)
        mem_error(e, "a line", sizeof *t);
    else if (fd < 0 || fstat(fd, &st))
        err_errno(e, errno, "%s cannot be read", path);
    else if (!S_ISREG(st.st_mode))
        err_set(e, ERR_FORMAT, "%s is not a file", path);
    else if (!(t->file = fdopen(fd, "r")))
        err_errno(e, errno, "%s cannot be read", path);
    else {
        fd = -1;
        t->path = path;
        t->time = (double)st.st_mtime;
        status = read_open(m, t, e);
        fclose(t->file);
    }
    if (fd >= 0)
        close(fd);
    mem_free(t);
    return status;
}
