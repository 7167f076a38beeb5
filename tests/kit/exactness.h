/* exactness.h - how near PyTorch's float64 ours must be: by the table tests/golden/exactness.txt,
 * which is written with the goldens. tests/golden/exactness.sh gathers what tests print here. */
#ifndef COMBOLAB_TESTS_KIT_EXACTNESS_H
#define COMBOLAB_TESTS_KIT_EXACTNESS_H

/* The tolerance of a golden's quantity; NaN, which nothing is within, when the table has none. */
double exactness(const char *golden, const char *quantity);

/* One test: whether `apart`, the most that our numbers lie apart from the golden's, is within it.
 * `where` is a backend's name, say. */
int exact_ok(const char *golden, const char *quantity, const char *where, double apart);

/* The larger of both; NaN stays. */
double exact_worse(double a, double b);

#endif
