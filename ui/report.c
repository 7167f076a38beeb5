/* report.c - see report.h. No state; any thread. */
#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *begins, *ends; /* with one of these characters */
    size_t length;             /* or when there are so many, whatever they are */
} kinds[REPORT_KINDS] = {
    [REPORT_NONE] = {"", "", 0},
    [REPORT_MOUSE] = {"\033[<", "Mm", 0},
    [REPORT_OLD] = {"\033[M", "", 3},
    [REPORT_DEVICE] = {"\033[?", "c", 0},
    [REPORT_GRAPHICS] = {"\033_G", "\\", 0}, /* behind an escape */
};

#define OLD_ZERO 32 /* is what a number is counted from in those of characters */
#define OLD_RELEASED 3

const char *report_beginning(enum report_kind kind)
{
    return kinds[kind].begins;
}

void report_begin(struct report *r, enum report_kind kind)
{
    *r = (struct report){.kind = kind};
}

static bool belongs(const struct report *r, wchar_t c)
{
    if (r->kind == REPORT_GRAPHICS)
        return c < 127;
    if (kinds[r->kind].length)
        return true;
    return (c >= L'0' && c <= L'9') || c == L';';
}

enum report_state report_add(struct report *r, wchar_t c)
{
    bool ends = c > 0 && c < 127 && strchr(kinds[r->kind].ends, (int)c);
    if (!ends && (c <= 0 || !belongs(r, c))) {
        r->kind = REPORT_NONE;
        return REPORT_BROKEN;
    }
    if (r->length < sizeof r->text - 1) /* what is longer than any is read as far as it goes */
        r->length++;
    r->text[r->length - 1] = c < 127 ? (char)c : '?';
    r->text[r->length] = '\0';
    return ends || r->length == kinds[r->kind].length ? REPORT_WHOLE : REPORT_MORE;
}

int report_numbers(const struct report *r, int *to, int most)
{
    int n = 0;
    for (const char *at = r->text; n < most && *at >= '0' && *at <= '9';) {
        char *end;
        long value = strtol(at, &end, 10);
        to[n++] = value > 100000 ? 100000 : (int)value;
        at = *end == ';' ? end + 1 : end;
    }
    return n;
}

bool report_mouse(const struct report *r, struct report_mouse *to)
{
    int n[3] = {0};
    if (r->kind == REPORT_MOUSE && report_numbers(r, n, 3) < 3)
        return false;
    for (int i = 0; r->kind == REPORT_OLD && i < 3; i++)
        n[i] = r->text[i] - OLD_ZERO;
    bool released = r->kind == REPORT_OLD ? (n[0] & OLD_RELEASED) == OLD_RELEASED && n[0] < OLD_ZERO
                                          : r->text[r->length - 1] == 'm';
    *to = (struct report_mouse){released ? 0 : n[0], n[1], n[2], released};
    return n[0] >= 0 && n[1] > 0 && n[2] > 0;
}
