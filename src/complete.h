/* complete.h - what a shell may put where the cursor is. */
#ifndef COMBOLAB_SRC_COMPLETE_H
#define COMBOLAB_SRC_COMPLETE_H

struct str;

/* `words` are the words after the program's name up to the cursor, the last one begun (maybe "").
 * Appends one candidate a line. Nothing where a file is wanted: the shell knows files. */
void complete(int n_words, char **words, struct str *out);

#endif
