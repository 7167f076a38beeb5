/* text.c - text on cells. Pure functions of their arguments and the locale; any thread.
 *
 * Characters that a terminal obeys are taken care of by str_visible. What is left to do here are
 * those that choose among the looks of the character before them.
 */
#include "ui/text.h"

#include "base/str.h"

wchar_t text_decode(const char *text, int *length)
{
    const unsigned char *p = (const unsigned char *)text;
    int bytes = p[0] < 0x80   ? 1
                : p[0] < 0xc0 ? 0
                : p[0] < 0xe0 ? 2
                : p[0] < 0xf0 ? 3
                : p[0] < 0xf8 ? 4
                              : 0;
    *length = 1;
    if (bytes < 1)
        return L'?';
    if (bytes == 1)
        return p[0];
    wchar_t c = p[0] & (0xff >> (bytes + 1));
    for (int i = 1; i < bytes; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return L'?';
        c = (wchar_t)((unsigned)c << 6 | (p[i] & 0x3fu));
    }
    *length = bytes;
    return c;
}

int text_encode(wchar_t c, char to[4])
{
    unsigned u = (unsigned)c;
    if (u < 0x80) {
        to[0] = (char)u;
        return 1;
    }
    int bytes = u < 0x800 ? 2 : u < 0x10000 ? 3 : 4;
    for (int i = bytes - 1; i > 0; i--) {
        to[i] = (char)(0x80 | (u & 0x3f));
        u >>= 6;
    }
    to[0] = (char)((0xf00u >> bytes) | u);
    return bytes;
}

static bool selects_a_look(wchar_t c)
{
    return (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef);
}

/* The next character as it is shown, and its width. */
static wchar_t shown(const char **at, bool unicode, int *width)
{
    int length;
    wchar_t c = text_decode(*at, &length);
    *at += length;
    *width = 1;
    if (c < 0x80)
        return c;
    int w = unicode ? wcwidth(c) : -1;
    if (w < 0 || selects_a_look(c))
        return L'?';
    *width = w;
    return c;
}

/* Bytes of a text that is nothing but printable ASCII, as nearly all are; -1 for others. */
static int plain_length(const char *text)
{
    int n = 0;
    while (text[n] >= ' ' && text[n] < 127)
        n++;
    return text[n] ? -1 : n;
}

static int fit_plain(const char *text, int n, int cells, bool unicode, wchar_t *to)
{
    int shown = n <= cells ? n : cells - 1;
    for (int i = 0; i < shown; i++)
        to[i] = text[i];
    if (shown < n)
        to[shown++] = unicode ? L'\u2026' : L'~';
    to[shown] = L'\0';
    return shown;
}

int text_fit(const char *text, int cells, bool unicode, wchar_t *to, size_t room)
{
    char visible[4 * TEXT_MOST_CELLS];
    size_t n = 0, cut = 0;
    int used = 0, used_at_cut = 0;
    to[0] = L'\0';
    if (cells <= 0 || room < 2)
        return 0;
    int plain = plain_length(text);
    if (plain >= 0 && (size_t)cells < room)
        return fit_plain(text, plain, cells, unicode, to);
    str_visible(visible, sizeof visible, text);
    for (const char *at = visible; *at;) {
        int width;
        wchar_t c = shown(&at, unicode, &width);
        if (used + width > cells || n + 2 > room) {
            to[cut] = unicode ? L'\u2026' : L'~';
            to[cut + 1] = L'\0';
            return used_at_cut + 1;
        }
        if (!used && !width)
            continue; /* an accent with no letter before it */
        to[n++] = c;
        used += width;
        if (used < cells && n + 2 <= room) {
            cut = n;
            used_at_cut = used;
        }
    }
    to[n] = L'\0';
    return used;
}

int text_cells(const char *text, bool unicode)
{
    wchar_t buffer[TEXT_MOST_CELLS * 2];
    int plain = plain_length(text);
    if (plain >= 0)
        return plain < TEXT_MOST_CELLS ? plain : TEXT_MOST_CELLS;
    return text_fit(text, TEXT_MOST_CELLS, unicode, buffer, sizeof buffer / sizeof *buffer);
}
