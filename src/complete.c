/* complete.c - candidates for shell completion, from the option tables. */
#include "src/complete.h"

#include "base/str.h"
#include "src/cli.h"

#include <string.h>

static void offer(struct str *out, const char *before, const char *word, const char *begun)
{
    size_t n = strlen(before), typed = strlen(begun);
    bool fits = typed <= n ? !strncmp(before, begun, typed)
                           : !strncmp(before, begun, n) && !strncmp(word, begun + n, typed - n);
    if (fits)
        str_addf(out, "%s%s\n", before, word);
}

/* The option that a finished "--name" names and whose value is still to come, or NULL. */
static const struct opt *waiting(const struct opt_table *const *tables, int n, const char *word)
{
    for (int t = 0; t < n; t++) {
        for (size_t i = 0; i < tables[t]->count; i++) {
            const struct opt *o = &tables[t]->options[i];
            bool is_long = !strncmp(word, "--", 2) && !strcmp(word + 2, o->name);
            bool is_short = o->letter && word[0] == '-' && word[1] == o->letter && !word[2];
            if (o->type != OPT_FLAG && (is_long || is_short))
                return o;
        }
    }
    return NULL;
}

/* Choices; in a list, what may follow the last comma. */
static void offer_values(struct str *out, const struct opt *o, const char *begun)
{
    if (o->type != OPT_CHOICE)
        return;
    char before[256] = "";
    const char *comma = strrchr(begun, ',');
    size_t length = comma ? (size_t)(comma - begun) + 1 : 0;
    if (length >= sizeof before)
        return;
    memcpy(before, begun, length);
    before[length] = '\0';
    for (int i = 0; o->choices[i]; i++)
        offer(out, before, o->choices[i], begun);
}

static void offer_options(struct str *out, const struct opt_table *const *tables, int n,
                          const char *begun)
{
    for (int t = 0; t < n; t++)
        for (size_t i = 0; i < tables[t]->count; i++)
            offer(out, "--", tables[t]->options[i].name, begun);
    offer(out, "--", "help", begun);
}

void complete(int n_words, char **words, struct str *out)
{
    const struct command *c = NULL;
    const char *begun = n_words ? words[n_words - 1] : "";
    for (int i = 0; i < n_words - 1 && !c; i++)
        c = cli_command(words[i]);
    const struct opt_table *tables[3];
    int n = cli_tables(c ? c : &command_tui, tables); /* without a command there is the screen */
    const struct opt *o = n_words > 1 ? waiting(tables, n, words[n_words - 2]) : NULL;
    if (o) {
        offer_values(out, o, begun);
        return;
    }
    if (begun[0] == '-') {
        offer_options(out, tables, n, begun);
        if (!c)
            offer(out, "--", "version", begun);
        return;
    }
    for (size_t i = 0; !c && i < cli_n_commands; i++)
        offer(out, "", cli_commands[i]->name, begun);
}
