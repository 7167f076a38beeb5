/* sql_ask.c - where the statements of `combolab sql` come from: a file, standard input, or whoever
 * sits at the terminal.
 */
#include "src/commands/sql_priv.h"

#include "base/err.h"
#include "db/db_sql.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Has the stream's bytes behind what is in `to`. */
static int read_all(FILE *from, const char *name, struct str *to, struct err *e)
{
    char part[4096];
    size_t n;
    while ((n = fread(part, 1, sizeof part, from)) > 0) {
        if (memchr(part, '\0', n))
            return err_set(e, ERR_FORMAT, "%s holds a NUL, so it is no text of statements", name);
        str_add_bytes(to, part, n);
        if (to->length > DB_SQL_MOST_BYTES)
            return err_set(e, ERR_FORMAT, "%s is longer than %d bytes", name, DB_SQL_MOST_BYTES);
    }
    if (ferror(from))
        return err_errno(e, errno, "%s cannot be read", name);
    return to->failed ? err_set(e, ERR_MEMORY, "out of memory for %s", name) : 0;
}

int sql_read(const char *path, struct str *to, struct err *e)
{
    if (!strcmp(path, "-"))
        return read_all(stdin, "standard input", to, e);
    FILE *from = fopen(path, "r");
    if (!from)
        return err_errno(e, errno, "%s cannot be opened", path);
    int status = read_all(from, path, to, e);
    fclose(from);
    return status;
}

/* --- asking --- */

static bool leaves(const char *line)
{
    return !strcmp(line, ".quit\n") || !strcmp(line, ".exit\n") || !strcmp(line, "exit\n") ||
           !strcmp(line, "quit\n");
}

/* A line goes behind the text; what is complete by then is run, and the text is empty again. */
static void take_line(const struct invocation *in, struct db *db, struct str *text,
                      const char *line)
{
    bool first = text->length == 0;
    str_add(text, line);
    if (text->text[strspn(text->text, " \t\r\n;")] == '\0')
        str_clear(text);
    else if (line[0] == '.' ? first : db_sql_complete(text->text)) {
        sql_run(in, db, text->text);
        fflush(stdout);
        str_clear(text);
    }
}

int sql_ask(const struct invocation *in, struct db *db)
{
    char *line = NULL;
    size_t room = 0;
    struct str text;
    str_init(&text);
    if (!in->global.quiet)
        fputs("Statements end with a semicolon; .help lists what else there is, Ctrl-D leaves.\n",
              stderr);
    for (;;) {
        fputs(text.length ? "...> " : "sql> ", stderr);
        ssize_t n = getline(&line, &room, stdin);
        if (n < 0 && sql_interrupted()) {
            clearerr(stdin);
            str_clear(&text);
            fputs("\n", stderr);
        } else if (n < 0 || (!text.length && leaves(line))) {
            break;
        } else {
            take_line(in, db, &text, line);
        }
        sql_forget();
    }
    if (feof(stdin))
        fputs("\n", stderr);
    free(line);
    str_fini(&text);
    return EXIT_GOOD;
}
