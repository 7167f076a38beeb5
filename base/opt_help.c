/* opt_help.c - an option table as help text and as manual page. */
#include "base/opt.h"

#include "base/str.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define HELP_COLUMN 30

/* What stands after the name: N, X, PATH, TEXT, the choices, or nothing for a flag. */
static void argument(const struct opt *o, char *to, size_t room)
{
    static const char *const words[] = {[OPT_FLAG] = "",
                                        [OPT_INT] = "N",
                                        [OPT_REAL] = "X",
                                        [OPT_TEXT] = "TEXT",
                                        [OPT_PATH] = "PATH"};
    str_copy(to, room, o->type == OPT_CHOICE ? "NAME" : words[o->type]);
}

/* Help, range, unit and default in one paragraph. */
static void describe(const struct opt *o, struct str *out)
{
    char range[256];
    opt_range(o, range, sizeof range);
    str_add(out, o->help);
    if (o->type == OPT_INT || o->type == OPT_REAL)
        str_addf(out, " (%s%s%s", range, o->unit[0] ? " " : "", o->unit);
    else if (o->type == OPT_CHOICE)
        str_addf(out, " (%s", range);
    else if (o->type == OPT_FLAG || !o->fallback[0])
        return;
    else
        str_add(out, " (");
    bool bare = o->type == OPT_TEXT || o->type == OPT_PATH;
    str_addf(out, "%sdefault %s)", bare ? "" : "; ", o->fallback);
}

static void wrap(const char *text, int indent, int width, struct str *out)
{
    int column = indent;
    for (const char *word = text; *word;) {
        int length = (int)strcspn(word, " ");
        if (column > indent && column + 1 + length > width) {
            str_addf(out, "\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            str_add(out, " ");
            column++;
        }
        str_add_bytes(out, word, (size_t)length);
        column += length;
        word += length;
        word += strspn(word, " ");
    }
    str_add(out, "\n");
}

void opt_help(const struct opt_table *t, int width, struct str *out)
{
    const char *group = "";
    for (size_t i = 0; i < t->count; i++) {
        const struct opt *o = &t->options[i];
        if (strcmp(group, o->group)) {
            group = o->group;
            str_addf(out, "%s%s:\n", i ? "\n" : "", group);
        }
        char left[96], word[32];
        argument(o, word, sizeof word);
        if (o->letter)
            snprintf(left, sizeof left, "  -%c, --%s %s", o->letter, o->name, word);
        else
            snprintf(left, sizeof left, "      --%s %s", o->name, word);
        if (strlen(left) < HELP_COLUMN)
            str_addf(out, "%-*s", HELP_COLUMN, left);
        else
            str_addf(out, "%s\n%*s", left, HELP_COLUMN, "");
        struct str text;
        str_init(&text);
        describe(o, &text);
        wrap(text.text, HELP_COLUMN, width > HELP_COLUMN + 20 ? width : HELP_COLUMN + 20, out);
        str_fini(&text);
    }
}

void opt_mdoc(const struct opt_table *t, struct str *out)
{
    const char *group = "";
    for (size_t i = 0; i < t->count; i++) {
        const struct opt *o = &t->options[i];
        if (strcmp(group, o->group)) {
            if (group[0])
                str_add(out, ".El\n");
            group = o->group;
            str_addf(out, ".Ss %s\n.Bl -tag -width Ds\n", group);
        }
        char word[32];
        argument(o, word, sizeof word);
        str_add(out, ".It ");
        if (o->letter)
            str_addf(out, "Fl %c , ", o->letter);
        str_addf(out, "Fl Fl %s", o->name);
        if (word[0])
            str_addf(out, " Ar %s", word);
        str_add(out, "\n");
        describe(o, out);
        str_add(out, ".\n");
    }
    if (group[0])
        str_add(out, ".El\n");
}
