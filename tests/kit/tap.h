/* tap.h - the least of the Test Anything Protocol. One program = one file of tests; main ends with
 * `return tap_done();`. */
#ifndef COMBOLAB_TESTS_KIT_TAP_H
#define COMBOLAB_TESTS_KIT_TAP_H

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Weak: one count for a program of several files. */
__attribute__((weak)) int tap_count, tap_failed;

__attribute__((format(printf, 2, 3), unused)) static int ok(int good, const char *format, ...)
{
    va_list args;
    printf("%sok %d - ", good ? "" : "not ", ++tap_count);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    fflush(stdout);
    tap_failed += !good;
    return good;
}

__attribute__((format(printf, 1, 2), unused)) static void diag(const char *format, ...)
{
    va_list args;
    printf("# ");
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    fflush(stdout);
}

__attribute__((format(printf, 1, 2), unused)) static void skip(const char *format, ...)
{
    va_list args;
    printf("ok %d # SKIP ", ++tap_count);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    fflush(stdout);
}

__attribute__((unused)) static int is_int(long long got, long long wanted, const char *what)
{
    int good = ok(got == wanted, "%s", what);
    if (!good)
        diag("got %lld, wanted %lld", got, wanted);
    return good;
}

__attribute__((unused)) static int is_text(const char *got, const char *wanted, const char *what)
{
    int good = ok(!strcmp(got, wanted), "%s", what);
    if (!good)
        diag("got \"%s\", wanted \"%s\"", got, wanted);
    return good;
}

/* Both NaN counts as near. */
__attribute__((unused)) static int is_near(double got, double wanted, double tolerance,
                                           const char *what)
{
    int good = ok((isnan(got) && isnan(wanted)) || fabs(got - wanted) <= tolerance, "%s", what);
    if (!good)
        diag("got %.17g, wanted %.17g within %g", got, wanted, tolerance);
    return good;
}

__attribute__((unused)) static int has_text(const char *text, const char *part, const char *what)
{
    int good = ok(strstr(text, part) != NULL, "%s", what);
    if (!good)
        diag("\"%s\" does not contain \"%s\"", text, part);
    return good;
}

__attribute__((unused)) static int tap_done(void)
{
    printf("1..%d\n", tap_count);
    return tap_failed != 0;
}

#endif
