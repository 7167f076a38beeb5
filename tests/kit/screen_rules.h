/* screen_rules.h - what holds of every frame, whatever is shown: of the screen as text, and of what
 * the terminal was sent for it. Included by one test each. */
#ifndef COMBOLAB_TESTS_KIT_SCREEN_RULES_H
#define COMBOLAB_TESTS_KIT_SCREEN_RULES_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

/* As many lines as the screen has, none wider than it is, no control character among them. `why`
 * says what is wrong.
 */
static bool screen_rules_cells(const char *text, int rows, int columns, char *why, size_t room)
{
    int lines = 0, cells = 0;
    mbstate_t state = {0};
    for (size_t n; *text; text += n) {
        wchar_t c;
        n = mbrtowc(&c, text, strlen(text), &state);
        if (n == (size_t)-1 || n == (size_t)-2) {
            snprintf(why, room, "line %d has bytes that are no character: 0x%02x", lines + 1,
                     (unsigned char)*text);
            return false;
        }
        if (c == L'\n') {
            lines++;
            cells = 0;
            continue;
        }
        int width = wcwidth(c);
        if (width < 0) {
            snprintf(why, room, "line %d has the control character 0x%x", lines + 1, (unsigned)c);
            return false;
        }
        cells += width;
        if (cells > columns) {
            snprintf(why, room, "line %d is wider than %d cells", lines + 1, columns);
            return false;
        }
    }
    if (lines != rows)
        snprintf(why, room, "%d lines instead of %d", lines, rows);
    return lines == rows;
}

/* Bytes of the sequence that begins with ESC; 0 when it is none of those that curses and we use:
 * ESC [ ... letter, ESC ( x and the like, ESC 7, 8, =, > and M. */
static size_t screen_rules_sequence(const char *at, size_t n)
{
    if (n < 2)
        return 0;
    if (memchr("78=>M", at[1], 5))
        return 2;
    if (memchr("()", at[1], 2))
        return n > 2 && memchr("AB0", at[2], 3) ? 3 : 0;
    if (at[1] != '[')
        return 0;
    for (size_t i = 2; i < n; i++) {
        if (at[i] >= '@' && at[i] <= '~')
            return i + 1;
        if (at[i] < ' ' || at[i] > '?')
            return 0;
    }
    return 0;
}

/* What was written to `out`, a file that is emptied: text and sequences that are known, no other
 * control. */
static bool screen_rules_sent(FILE *out, char *why, size_t room)
{
    static char bytes[1 << 22];
    int fd = fileno(out);
    ssize_t got = pread(fd, bytes, sizeof bytes, 0);
    if (got < 0 || ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET) < 0) {
        snprintf(why, room, "what was sent cannot be read");
        return false;
    }
    for (size_t i = 0, n = (size_t)got; i < n;) {
        unsigned char c = (unsigned char)bytes[i];
        size_t length = c == 27 ? screen_rules_sequence(bytes + i, n - i) : 1;
        bool cursor = c == '\r' || c == '\n' || c == '\b' || c == '\t';
        if (!length || (length == 1 && (c < ' ' || c == 127) && !cursor)) {
            snprintf(why, room, "byte %zu of %zu that were sent is 0x%02x, then \"%.*s\"", i, n, c,
                     (int)(n - i > 9 ? 8 : n - i - 1), bytes + i + 1);
            return false;
        }
        i += length;
    }
    return true;
}

#endif
