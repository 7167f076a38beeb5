/* colon_priv.h - the commands, between the files of the command line. Screen thread only. */
#ifndef COMBOLAB_UI_COLON_PRIV_H
#define COMBOLAB_UI_COLON_PRIV_H

#include "ui/colon.h"

#define COLON_NAME_BYTES 32

/* What comes after a command's name. */
enum colon_follows {
    THEN_NOTHING,
    THEN_TEXT,
    THEN_WORDS,
    THEN_RUN,
    THEN_RUNS,
    THEN_EXPERIMENT,
    THEN_VIEW,
    THEN_THEME,
    THEN_SETTING
};

struct colon_command {
    char name[COLON_NAME_BYTES];
    enum request request;
    enum colon_follows follows;
    bool needs;           /* it means nothing without */
    enum colon_does does; /* where something follows, or is needed */
    const char *about;
};

/* The n-th: those that are no requests, then the others, the movements last; false beyond them. */
bool colon_command_at(const struct colon_place *place, int n, struct colon_command *to);

/* By its whole name or, if it is the only one that begins so, by the beginning. False when there is
 * none, or several: *n says how many begin so. */
bool colon_find(const struct colon_place *place, const char *name, struct colon_command *to,
                int *n);

/* The name, without the blanks around it; what follows. */
const char *colon_split(const char *line, char name[COLON_NAME_BYTES]);

#endif
