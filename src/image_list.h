/* image_list.h - images as a command line names them: files, folders, and a list on standard input.
 * One thread. */
#ifndef COMBOLAB_SRC_IMAGE_LIST_H
#define COMBOLAB_SRC_IMAGE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct err;

struct image_list {
    size_t n, room;
    char **paths; /* owned, in the order named; a folder's by name */
};

/* `names` (n of them): a file is taken as it is, of a folder its .jpg, .jpeg and .png files, those
 * of the folders in it too when `deep`, and "-" stands for lines of standard input, each a file.
 * ERR_USAGE for a folder without images, ERR_NOT_FOUND for one that is not there; a file that is
 * not there is told when it is read. */
int image_list_make(struct image_list *list, char *const *names, size_t n, bool deep,
                    struct err *e);
void image_list_free(struct image_list *list); /* of one that is all zeros too */

#endif
