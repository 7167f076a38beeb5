/* dump.c - the screen as text: what the terminal has been told to show. Screen thread only. */
#include "base/str.h"
#include "ui/screen.h"
#include "ui/text.h"

#include <curses.h>

/* A cell as UTF-8; returns the cells that its character takes. */
static int dump_cell(int y, int x, struct str *out)
{
    cchar_t cell;
    wchar_t text[CCHARW_MAX + 1] = L"";
    attr_t attributes;
    short pair;
    char bytes[4];
    if (mvwin_wch(curscr, y, x, &cell) == ERR ||
        getcchar(&cell, text, &attributes, &pair, NULL) == ERR)
        return 1;
    for (int i = 0; text[i]; i++)
        str_add_bytes(out, bytes, (size_t)text_encode(text[i], bytes));
    int width = wcwidth(text[0]);
    return width > 1 ? width : 1;
}

void screen_dump(const struct screen *s, struct str *out)
{
    for (int y = 0; y < s->rows; y++) {
        size_t start = out->length;
        for (int x = 0; x < s->columns;)
            x += dump_cell(y, x, out);
        while (out->length > start && out->text[out->length - 1] == ' ')
            out->text[--out->length] = '\0';
        str_add(out, "\n");
    }
}
