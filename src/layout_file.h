/* layout_file.h - how the screen was left, for each database: a file of lines that ui.h makes and
 * reads. Thread-safe: no shared state. */
#ifndef COMBOLAB_SRC_LAYOUT_FILE_H
#define COMBOLAB_SRC_LAYOUT_FILE_H

/* Both fail silently: it is a comfort, and a database may be anybody's. */

/* The lines, freed with mem_free; NULL when there are none. */
char *layout_file_read(const char *db_path);

void layout_file_write(const char *db_path, const char *lines);

#endif
