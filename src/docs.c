/* docs.c - the generated parts of the manual pages: what tables say is not written a second time.
 */
#include "src/docs.h"

#include "base/str.h"
#include "src/cli.h"
#include "ui/ui.h"

#include <ctype.h>
#include <string.h>

/* Plain text as mdoc: no character begins a request or an escape, a sentence begins a line. */
static void add_text(struct str *out, const char *text)
{
    bool line_start = true;
    for (const char *p = text; *p; p++) {
        if (line_start && (*p == '.' || *p == '\''))
            str_add(out, "\\&");
        if (*p == '\\')
            str_add(out, "\\e");
        else if (p > text && p[-1] == '.' && *p == ' ' && isupper((unsigned char)p[1]))
            str_add(out, "\n");
        else
            str_add_bytes(out, p, 1);
        line_start = *p == '\n';
    }
}

/* Every line is a paragraph; lines that begin with a space are an example. */
static void add_paragraphs(struct str *out, const char *text)
{
    bool example = false;
    while (*text) {
        size_t length = strcspn(text, "\n");
        bool indented = *text == ' ';
        if (indented != example)
            str_add(out, indented ? ".Bd -literal -offset indent\n" : ".Ed\n");
        if (!indented && length)
            str_add(out, ".Pp\n");
        example = indented;
        struct str line;
        str_init(&line);
        size_t skip = indented ? strspn(text, " ") : 0;
        str_add_bytes(&line, text + skip, length - skip);
        str_add(&line, length ? "\n" : "");
        add_text(out, line.text);
        str_fini(&line);
        text += length;
        text += *text == '\n';
    }
    if (example)
        str_add(out, ".Ed\n");
}

/* "[RUN]" -> ".Op Ar RUN"; "DIR" -> ".Ar DIR". */
static void add_arguments(struct str *out, const char *arguments)
{
    for (const char *word = arguments; *word;) {
        size_t length = strcspn(word, " ");
        bool optional = word[0] == '[' && word[length - 1] == ']';
        str_add(out, optional ? ".Op Ar " : ".Ar ");
        str_add_bytes(out, word + optional, length - 2 * (size_t)optional);
        str_add(out, "\n");
        word += length;
        word += strspn(word, " ");
    }
}

/* An option table without its headings, which would end the command's own section. */
static void add_options(struct str *out, const struct opt_table *table)
{
    struct str all;
    str_init(&all);
    opt_mdoc(table, &all);
    out->failed |= all.failed;
    for (const char *line = all.text; *line;) {
        size_t length = strcspn(line, "\n");
        length += line[length] == '\n';
        if (strncmp(line, ".Ss ", 4))
            str_add_bytes(out, line, length);
        line += length;
    }
    str_fini(&all);
}

static void add_command(struct str *out, const struct command *c)
{
    str_addf(out, ".Ss %s\n.Nm Cm %s\n.Op Ar option ...\n", c->name, c->name);
    add_arguments(out, c->arguments ? c->arguments : "");
    str_addf(out, ".Pp\n%c", toupper((unsigned char)c->summary[0]));
    add_text(out, c->summary + 1);
    str_add(out, ".\n");
    if (c->details && c->details[0])
        add_paragraphs(out, c->details);
    if (c->takes_config && !c->config_names)
        str_add(out, ".Pp\nTakes every option of an experiment, see\n.Sx OPTIONS .\n");
    const struct opt_table *tables[3];
    int n = cli_tables(c, tables);
    for (int t = 0; t < n; t++)
        if (tables[t] != &config_options && tables[t] != &cli_global_options)
            add_options(out, tables[t]);
}

int docs_mdoc(const char *part, struct str *out)
{
    if (!strcmp(part, "options"))
        opt_mdoc(&config_options, out);
    else if (!strcmp(part, "general"))
        opt_mdoc(&cli_global_options, out);
    else if (!strcmp(part, "keys"))
        ui_mdoc_keys(out);
    else if (!strcmp(part, "signs"))
        ui_mdoc_signs(out);
    else if (!strcmp(part, "columns"))
        ui_mdoc_columns(out);
    else if (!strcmp(part, "themes"))
        ui_mdoc_themes(out);
    else if (!strcmp(part, "preferences"))
        ui_mdoc_preferences(out);
    else if (!strcmp(part, "colon"))
        ui_mdoc_commands(out);
    else if (!strcmp(part, "commands"))
        for (size_t i = 0; i < cli_n_commands; i++)
            add_command(out, cli_commands[i]);
    else
        return -1;
    return 0;
}
