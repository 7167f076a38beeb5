/* str.h - growing strings, and parsing that says no.
 *
 * A `struct str` always holds a valid NUL-terminated string: `text` is never NULL, `length` does
 * not count the NUL. A failed allocation is remembered in `failed` and later appends do nothing, so
 * a long chain of appends is checked once, at its end.
 */
#ifndef COMBOLAB_BASE_STR_H
#define COMBOLAB_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    char *text;
    size_t length;
    size_t room;
    bool failed;
};

void str_init(struct str *s);
void str_fini(struct str *s);
void str_clear(struct str *s);
void str_add(struct str *s, const char *text);
void str_add_bytes(struct str *s, const void *bytes, size_t length);
void str_addf(struct str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Hands the text over (freed with mem_free) and leaves s empty; NULL if an append had failed. */
char *str_take(struct str *s);

/* Copies as much of `text` as fits, always ending in NUL. Returns 0, or -1 when it was cut. */
int str_copy(char *to, size_t room, const char *text);

bool str_ends_in(const char *text, const char *end);

/* Whole-text parsing: no leading or trailing junk, no overflow. Return 0 or -1, *value untouched on
 * -1. str_to_real accepts finite decimal numbers only, and always '.' as the point. */
int str_to_int(const char *text, int64_t *value);
int str_to_real(const char *text, double *value);

/* Writes `text` so that a terminal shows it and obeys nothing: control characters as ^X, C1 and
 * invalid UTF-8 bytes as \xNN, characters that turn the direction of text or have no width as
 * \uNNNN. Takes at most 4 times the bytes of `text`. Always ends in NUL within `room`. */
void str_visible(char *to, size_t room, const char *text);

/* dir + "/" + name (name alone when it is absolute or dir is ""). Returns 0, or -1 when cut. */
int str_path(char *to, size_t room, const char *dir, const char *name);

/* Seconds as people say them: "41s", "3m07s", "2h05m", "4d03h"; "-" for negative or non-finite. */
void str_duration(char *to, size_t room, double seconds);

/* Bytes as people say them: "812 B", "4.2 MiB". */
void str_bytes(char *to, size_t room, double bytes);

/* A figure with so many decimals, within `cells` characters (0: as `room` allows). One that does
 * not fit gets fewer decimals, then an exponent, "4.4e5"; so does one that would read as zero.
 * Where not even that fits, 7 cells being enough for every number, `cells` times "#". "-" for NaN
 * and infinity. */
void str_figure(char *to, size_t room, double value, int decimals, int cells);

/* The shortest decimal text that reads back to the same value: "0.1", "30", "1e-5". */
void str_exact(char *to, size_t room, double value);

/* The same, but rounded to so many significant digits where it would have more. */
void str_shortest(char *to, size_t room, double value, int digits);

#endif
