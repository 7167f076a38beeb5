/* docs.h - the generated parts of the manual pages. */
#ifndef COMBOLAB_SRC_DOCS_H
#define COMBOLAB_SRC_DOCS_H

struct str;

/* Appends a part as mdoc: "options" (of an experiment), "general", "commands"; of the screen
 * "keys", "signs" or "columns". Returns 0, or -1 when there is no such part. */
int docs_mdoc(const char *part, struct str *out);

#endif
