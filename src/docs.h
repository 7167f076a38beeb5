/* docs.h - the generated parts of the manual page. */
#ifndef COMBOLAB_SRC_DOCS_H
#define COMBOLAB_SRC_DOCS_H

struct str;

/* Appends a part as mdoc: "options" (of an experiment), "general", "commands" or "keys". Returns 0,
 * or -1 when there is no such part. */
int docs_mdoc(const char *part, struct str *out);

#endif
