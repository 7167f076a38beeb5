/* sql_complete.h - how the word before the caret of a statement may go on; and which words SQL
 * knows. Pure functions; any thread. */
#ifndef COMBOLAB_UI_VIEWS_SQL_COMPLETE_H
#define COMBOLAB_UI_VIEWS_SQL_COMPLETE_H

#include "ui/ui.h"

#define SQL_MOST_CHOICES 200

struct sql_choice {
    const char *text; /* of the names, or static */
    const char *kind; /* "table", "view", "function", a column's type or "column", "" */
};

struct sql_choices {
    struct sql_choice choice[SQL_MOST_CHOICES];
    size_t n;
    size_t begun;  /* bytes before the caret that the choices go on from */
    size_t common; /* bytes that all choices begin with */
};

/* Behind "name." columns of that table or alias; behind FROM and JOIN tables and views; else
 * columns of the tables that the statement names, functions, words of SQL, tables and views. None
 * within quotes and comments. */
void sql_complete(const struct ui_name *names, size_t n_names, const char *text, size_t caret,
                  struct sql_choices *to);

/* A word of SQL. */
bool sql_is_word(const char *word, size_t length);

/* What begins at `at` of a text, within one that began before it: its bytes. */
enum sql_token { SQL_BLANK, SQL_NAME, SQL_WORD, SQL_NUMBER, SQL_TEXT, SQL_COMMENT, SQL_SIGN };
size_t sql_next_token(const char *text, size_t at, enum sql_token *token);

#endif
