/* scratch.h - a temporary folder for one test program, removed at its end. What cannot be done
 * bails out. */
#ifndef COMBOLAB_TESTS_KIT_SCRATCH_H
#define COMBOLAB_TESTS_KIT_SCRATCH_H

#include <stddef.h>

extern char scratch[300]; /* its path, once it is made */

void scratch_make(void);

/* Removes a file, or a folder with all that is in it: `scratch` itself at the end. */
void scratch_remove(const char *path);

/* Path of a name in the folder. The same name gives the same pointer, good until the end. */
const char *scratch_path(const char *name);

/* Writes a file of the folder, making the folders above it; gives its path. */
const char *scratch_write(const char *name, const void *bytes, size_t count);
const char *scratch_text(const char *name, const char *text);

/* Entries of a folder but "." and ".."; -1 when there is none. */
int scratch_entries(const char *path);

#endif
