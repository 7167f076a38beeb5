/* nearest.h - which name may have been meant. Pure; any thread. */
#ifndef COMBOLAB_BASE_NEAREST_H
#define COMBOLAB_BASE_NEAREST_H

#define NEAREST_MOST 3 /* letters: names that differ in more were not meant */

/* Letters to be put in, left out or changed between two names of up to 63 characters. */
int nearest_distance(const char *a, const char *b);

#endif
