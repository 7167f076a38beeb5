/* db_sql_dot.c - lines that begin with a dot, as the statements that they stand for: so they have
 * rows like any other, in every format and on the screen.
 */
#include "db/db_sql_priv.h"

#include <string.h>

/* What a table or view is about stands in the statement that made it, as the comment that it begins
 * with: its first sentence. */
static const char tables[] =
    "WITH made AS (SELECT name, type, sql, instr(sql, char(10)) AS line FROM sqlite_schema"
    " WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_'),"
    " said AS (SELECT name, type, iif(substr(sql, line + 1, 7) = '    -- ',"
    " replace(substr(sql, line), char(10) || '    -- ', ' '), '') AS comment FROM made)"
    " SELECT name, type, (SELECT count(*) FROM pragma_table_info(said.name)) AS columns,"
    " rtrim(substr(comment, 2, min(instr(comment, char(10)), instr(comment || '. ', '. ')) - 2), "
    "'.')"
    " AS about FROM said ORDER BY type, name";

static const char help[] =
    "SELECT column1 AS line, column2 AS meaning FROM (VALUES "
    "('.tables', 'tables and views, and what they are about'), "
    "('.schema', 'the statements that made them'), "
    "('.schema NAME', 'of those that begin so'), "
    "('.help', 'this list'), "
    "('SELECT ...;', 'a query, over one or more lines; examples are in combolab-db(5)'))";

/* A name in quotes, as SQL takes it. */
static void add_quoted(struct str *to, const char *name)
{
    str_add(to, "'");
    for (; *name; name++)
        str_add_bytes(to, *name == '\'' ? "''" : name, *name == '\'' ? 2 : 1);
    str_add(to, "'");
}

static void add_schema(struct str *to, const char *name)
{
    str_add(to, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL");
    if (name[0]) {
        str_add(to, " AND substr(tbl_name, 1, length(");
        add_quoted(to, name);
        str_add(to, ")) = ");
        add_quoted(to, name);
    }
    str_add(to, " ORDER BY tbl_name, type IN ('index', 'trigger'), name");
}

int sql_dot(struct str *to, const char *line, struct err *e)
{
    char word[16] = "";
    size_t length = strcspn(line, " \t\r;"), end = strlen(line);
    const char *rest = line + length;
    str_copy(word, sizeof word < length + 1 ? sizeof word : length + 1, line);
    while (end > length && strchr(" \t\r;", line[end - 1]))
        end--;
    rest += strspn(rest, " \t\r");
    struct str name;
    str_init(&name);
    if (rest < line + end)
        str_add_bytes(&name, rest, (size_t)(line + end - rest));
    int status = 0;
    if (!strcmp(word, ".schema"))
        add_schema(to, name.text);
    else if (!strcmp(word, ".tables") && !name.length)
        str_add(to, tables);
    else if (!strcmp(word, ".help") && !name.length)
        str_add(to, help);
    else
        status =
            err_set(e, ERR_USAGE, "'%.60s' is none of .tables, .schema [NAME] and .help", line);
    str_fini(&name);
    return status;
}
