/* str_figure.c - numbers as people read them: whole, or with fewer digits, and never cut. No state,
 * any thread.
 */
#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES 512 /* of a double with all its digits and a few decimals */
#define MOST_DECIMALS 17

/* "4.4e+05" becomes "4.4e5", "1e-07" becomes "1e-7". */
static void shorten_exponent(char *text)
{
    char *to = strchr(text, 'e');
    if (!to)
        return;
    const char *from = ++to;
    if (*from == '-')
        to++;
    from++; /* the sign is always there */
    from += strspn(from, "0");
    memmove(to, from, strlen(from) + 1);
}

/* Decimals are taken away until the figure fits, but not so many that it would read as zero. */
static bool fixed(char *text, double value, int decimals, size_t cells)
{
    for (int d = decimals; d >= 0; d--) {
        if (value != 0 && fabs(value) < 0.5 * pow(10, -d))
            return false;
        snprintf(text, MOST_BYTES, "%.*f", d, value);
        if (strlen(text) <= cells)
            return true;
    }
    return false;
}

static bool with_exponent(char *text, double value, size_t cells)
{
    for (int digits = fabs(value) < 1 ? 2 : 4; digits > 0; digits--) {
        snprintf(text, MOST_BYTES, "%.*g", digits, value);
        shorten_exponent(text);
        if (strlen(text) <= cells)
            return true;
        snprintf(text, MOST_BYTES, "%.*e", digits - 1, value);
        shorten_exponent(text);
        if (strlen(text) <= cells)
            return true;
    }
    return false;
}

void str_figure(char *to, size_t room, double value, int decimals, int cells)
{
    char text[MOST_BYTES];
    size_t most = cells > 0 && (size_t)cells < room ? (size_t)cells : room - 1;
    if (decimals > MOST_DECIMALS)
        decimals = MOST_DECIMALS;
    if (!isfinite(value)) {
        str_copy(to, room, "-");
        return;
    }
    if (fixed(text, value, decimals, most) || with_exponent(text, value, most)) {
        str_copy(to, room, text);
        return;
    }
    memset(to, '#', most);
    to[most] = '\0';
}

void str_shortest(char *to, size_t room, double value, int digits)
{
    char text[MOST_BYTES];
    /* What reads back from fewer than 15 digits has zeros behind them, which %g leaves out. */
    int n = digits < 15 ? digits : 15;
    snprintf(text, sizeof text, "%.*g", n, value);
    while (n < digits && strtod(text, NULL) != value)
        snprintf(text, sizeof text, "%.*g", ++n, value);
    /* The exponent that %g takes for want of digits: 3e+01 is 30. */
    if (strchr(text, 'e') && fabs(value) >= 1 && fabs(value) < 1e15)
        snprintf(text, sizeof text, "%.0f", value);
    shorten_exponent(text);
    str_copy(to, room, text);
}

void str_exact(char *to, size_t room, double value)
{
    str_shortest(to, room, value, 17);
}
