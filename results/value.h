/* value.h - one value of a statement, as people read it. Any thread. */
#ifndef COMBOLAB_RESULTS_VALUE_H
#define COMBOLAB_RESULTS_VALUE_H

#include "db/rows.h"

struct str;

/* Appends it with visible characters only: nothing for NULL, a number with at most VALUE_DIGITS
 * significant digits, a blob as x'0a1b' with its length where it is cut. */
#define VALUE_DIGITS 12
void value_add(struct str *to, const struct row_value *v);

bool value_is_number(const struct row_value *v);

/* Appends the bytes of a blob in hexadecimal. */
void value_add_hex(struct str *to, const char *bytes, size_t count);

#endif
