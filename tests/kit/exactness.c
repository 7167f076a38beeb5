/* exactness.c - see exactness.h. */
#include "tests/kit/exactness.h"

#include "tests/kit/tap.h"

#include <stdbool.h>
#include <stdlib.h>

/* A line of the table. */
struct asked {
    char golden[32], quantity[64], own[16]; /* own: PyTorch's float32, or "-" */
    double tolerance;
};

static bool find(const char *golden, const char *quantity, struct asked *to)
{
    char path[1024], line[256];
    const char *top = getenv("TOP_SRCDIR");
    bool found = false;
    snprintf(path, sizeof path, "%s/tests/golden/exactness.txt", top ? top : ".");
    FILE *f = fopen(path, "r");
    while (f && !found && fgets(line, sizeof line, f))
        found = sscanf(line, "%31s %63s %15s %lf", to->golden, to->quantity, to->own,
                       &to->tolerance) == 4 &&
                !strcmp(to->golden, golden) && !strcmp(to->quantity, quantity);
    if (f)
        fclose(f);
    return found;
}

double exactness(const char *golden, const char *quantity)
{
    struct asked asked;
    return find(golden, quantity, &asked) ? asked.tolerance : (double)NAN;
}

int exact_ok(const char *golden, const char *quantity, const char *where, double apart)
{
    struct asked asked;
    if (!find(golden, quantity, &asked))
        return ok(0, "exactness.txt has a line for %s %s", golden, quantity);
    return ok(apart <= asked.tolerance,
              "exact: %s %s on %s: %.1e of at most %.2g (PyTorch's float32: %s)", golden, quantity,
              where, apart, asked.tolerance, asked.own);
}

double exact_worse(double a, double b)
{
    return isnan(a) || a > b ? a : b;
}
