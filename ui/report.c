/* report.c - see report.h. No state; any thread. */
#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *begins, *ends; /* with one of these characters */
} kinds[REPORT_KINDS] = {
    [REPORT_NONE] = {"", ""},
    [REPORT_MOUSE] = {"\033[<", "Mm"},
    [REPORT_DEVICE] = {"\033[?", "c"},
    [REPORT_GRAPHICS] = {"\033_G", "\\"}, /* behind an escape */
};

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
        r->text[r->length++] = (char)c;
    if (ends)
        r->text[r->length - 1] = (char)c;
    r->text[r->length] = '\0';
    return ends ? REPORT_WHOLE : REPORT_MORE;
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
