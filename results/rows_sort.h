/* rows_sort.h - rows in the order of one of their columns. */
#ifndef COMBOLAB_RESULTS_ROWS_SORT_H
#define COMBOLAB_RESULTS_ROWS_SORT_H

#include "results/rows_columns.h"

/* Sorts `places` (indices of the list's rows): texts by the alphabet, whatever the case; numbers
 * greatest first, or least first where `by` says so. `reverse` turns that round, but numbers that
 * are missing come last in any case. Rows that are equal keep the order of the list, as all do when
 * the list has no column of that name. Where `places` is in order already that costs one walk. 0,
 * or -1 when out of memory. Any thread. */
int rows_sort(const struct rows_list *list, const struct row_column *by, bool reverse, int *places,
              size_t n, struct err *e);

#endif
