/* str.c - growing strings and strict parsing. */
#include "base/str.h"

#include "base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char empty_text[1] = "";

void str_init(struct str *s)
{
    s->text = empty_text;
    s->length = 0;
    s->room = 0;
    s->failed = false;
}

void str_fini(struct str *s)
{
    if (s->room)
        mem_free(s->text);
    str_init(s);
}

void str_clear(struct str *s)
{
    s->length = 0;
    s->failed = false;
    if (s->room)
        s->text[0] = '\0';
}

static bool grow(struct str *s, size_t more)
{
    if (s->failed)
        return false;
    if (s->room && s->room - s->length > more)
        return true;
    size_t room = s->length + more + 1;
    if (room < s->room * 2)
        room = s->room * 2;
    if (room < 64)
        room = 64;
    char *text = mem_resize(s->room ? s->text : NULL, room, 1);
    if (!text) {
        s->failed = true;
        return false;
    }
    if (!s->room)
        text[0] = '\0';
    s->text = text;
    s->room = room;
    return true;
}

void str_add_bytes(struct str *s, const void *bytes, size_t length)
{
    if (!grow(s, length))
        return;
    memcpy(s->text + s->length, bytes, length);
    s->length += length;
    s->text[s->length] = '\0';
}

void str_add(struct str *s, const char *text)
{
    str_add_bytes(s, text, strlen(text));
}

void str_addf(struct str *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length >= 0 && grow(s, (size_t)length)) {
        vsnprintf(s->text + s->length, (size_t)length + 1, format, again);
        s->length += (size_t)length;
    } else {
        s->failed = true;
    }
    va_end(again);
}

char *str_take(struct str *s)
{
    char *text = NULL;
    if (!s->failed) {
        if (!s->room)
            text = mem_string("");
        else
            text = s->text;
    } else if (s->room) {
        mem_free(s->text);
    }
    str_init(s);
    return text;
}

int str_copy(char *to, size_t room, const char *text)
{
    size_t length = strlen(text);
    if (!room)
        return -1;
    if (length < room) {
        memcpy(to, text, length + 1);
        return 0;
    }
    memcpy(to, text, room - 1);
    to[room - 1] = '\0';
    return -1;
}

bool str_ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), n = strlen(end);
    return length >= n && !strcmp(text + length - n, end);
}

int str_to_int(const char *text, int64_t *value)
{
    if (!isdigit((unsigned char)text[0]) && text[0] != '-' && text[0] != '+')
        return -1;
    char *end;
    errno = 0;
    intmax_t v = strtoimax(text, &end, 10);
    if (end == text || *end || errno || v > INT64_MAX || v < INT64_MIN)
        return -1;
    *value = (int64_t)v;
    return 0;
}

int str_to_real(const char *text, double *value)
{
    /* No hexadecimal, "inf" or "nan": only characters of a decimal number. */
    size_t length = strlen(text);
    if (!length || length > 64 || strspn(text, "+-.0123456789eE") != length)
        return -1;
    char *end;
    errno = 0;
    double v = strtod(text, &end);
    if (end == text || *end || !isfinite(v))
        return -1;
    *value = v;
    return 0;
}

/* Length of the valid UTF-8 sequence at p, or 0: no overlong forms, surrogates or C1 controls. */
static int utf8_sequence(const unsigned char *p)
{
    int length = p[0] < 0x80                   ? 1
                 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
                 : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
                 : p[0] >= 0xf0 && p[0] < 0xf5 ? 4
                                               : 0;
    for (int i = 1; i < length; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xc2 && p[1] < 0xa0) || (p[0] == 0xe0 && p[1] < 0xa0) ||
        (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
        (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return length;
}

/* Characters without a look of their own that steer what stands around them: directions, joiners,
 * line and paragraph ends. They could make a name look like another. */
static bool steers(unsigned c)
{
    static const struct {
        unsigned from, to;
    } ranges[] = {{0xad, 0xad},     {0x61c, 0x61c},   {0x180e, 0x180e},
                  {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
                  {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i].from && c <= ranges[i].to)
            return true;
    return false;
}

/* The code point of a valid sequence. */
static unsigned utf8_code(const unsigned char *p, int length)
{
    unsigned c = length == 1 ? p[0] : p[0] & (0xffu >> (length + 1));
    for (int i = 1; i < length; i++)
        c = c << 6 | (p[i] & 0x3fu);
    return c;
}

void str_visible(char *to, size_t room, const char *text)
{
    if (!room)
        return;
    size_t at = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        char piece[16];
        int length = utf8_sequence(p);
        int used = length ? length : 1;
        unsigned code = utf8_code(p, used);
        if (*p < 0x20 || *p == 0x7f)
            length = snprintf(piece, sizeof piece, "^%c", *p ^ 0x40);
        else if (!length)
            length = snprintf(piece, sizeof piece, "\\x%02x", *p);
        else if (steers(code))
            length = snprintf(piece, sizeof piece, code > 0xffff ? "\\U%08x" : "\\u%04x", code);
        else
            memcpy(piece, p, (size_t)length);
        if (at + (size_t)length >= room)
            break;
        memcpy(to + at, piece, (size_t)length);
        at += (size_t)length;
        p += used;
    }
    to[at] = '\0';
}

int str_path(char *to, size_t room, const char *dir, const char *name)
{
    if (name[0] == '/' || !dir[0])
        return str_copy(to, room, name);
    size_t length = strlen(dir);
    const char *slash = dir[length - 1] == '/' ? "" : "/";
    int n = snprintf(to, room, "%s%s%s", dir, slash, name);
    return n < 0 || (size_t)n >= room ? -1 : 0;
}

void str_duration(char *to, size_t room, double seconds)
{
    if (!isfinite(seconds) || seconds < 0) {
        str_copy(to, room, "-");
        return;
    }
    if (seconds >= 1e9)
        seconds = 1e9;
    long s = lround(seconds);
    if (s < 60)
        snprintf(to, room, "%lds", s);
    else if (s < 3600)
        snprintf(to, room, "%ldm%02lds", s / 60, s % 60);
    else if (s < 86400)
        snprintf(to, room, "%ldh%02ldm", s / 3600, s / 60 % 60);
    else
        snprintf(to, room, "%ldd%02ldh", s / 86400, s / 3600 % 24);
}

void str_bytes(char *to, size_t room, double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    int u = 0;
    while (bytes >= 1024 && u < 4) {
        bytes /= 1024;
        u++;
    }
    snprintf(to, room, u ? "%.1f %s" : "%.0f %s", bytes, units[u]);
}
