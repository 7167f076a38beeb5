/* choices.c - see choices.h. */
#include "ui/views/choices.h"

#include "base/str.h"
#include "ui/text.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>

#define BRACKETS_END 6 /* cells from the left edge of the box */

static bool is_marked(const struct choices *c, int i)
{
    return i < 64 && c->marked >> i & 1;
}

/* One of the words of a comma list. */
static bool in_list(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strcspn(at, ",") == length && !strncmp(at, word, length))
            return true;
    }
    return false;
}

void choices_open(struct choices *c, const struct opt *option, const char *value)
{
    bool several = strchr(value, ',') != NULL;
    *c = (struct choices){.option = option};
    for (int i = 0; option->choices[i]; i++) {
        if (in_list(value, option->choices[i]) && several && i < 64)
            c->marked |= UINT64_C(1) << i;
        else if (!strcmp(value, option->choices[i]))
            c->at = i;
        c->n = i + 1;
    }
}

static void go(struct choices *c, int at)
{
    c->at = at < 0 ? 0 : at >= c->n ? c->n - 1 : at;
}

/* The next choice that begins so. */
static void go_to_letter(struct choices *c, wchar_t letter)
{
    for (int i = 1; i <= c->n; i++) {
        int at = (c->at + i) % c->n;
        if ((wchar_t)(unsigned char)c->option->choices[at][0] == letter) {
            c->at = at;
            return;
        }
    }
}

static enum edit_result character(struct choices *c, wchar_t letter)
{
    switch (letter) {
    case L'\n':
    case L'\r':
        return EDIT_DONE;
    case KEY_ESCAPE:
        return EDIT_CANCEL;
    case L' ':
        if (c->at < 64)
            c->marked ^= UINT64_C(1) << c->at;
        return EDIT_MORE;
    default:
        if (letter < L' ')
            return EDIT_IGNORED;
        go_to_letter(c, letter);
        return EDIT_MORE;
    }
}

enum edit_result choices_key(struct choices *c, struct key key)
{
    if (!key.code)
        return character(c, key.character);
    switch (key.code) {
    case KEY_ENTER:
        return EDIT_DONE;
    case KEY_UP:
        go(c, c->at - 1);
        return EDIT_MORE;
    case KEY_DOWN:
        go(c, c->at + 1);
        return EDIT_MORE;
    case KEY_HOME:
    case KEY_PPAGE:
        go(c, 0);
        return EDIT_MORE;
    case KEY_END:
    case KEY_NPAGE:
        go(c, c->n);
        return EDIT_MORE;
    default:
        return EDIT_IGNORED;
    }
}

enum edit_result choices_point(struct choices *c, const struct pointer *p)
{
    int at = c->first + p->y - c->box.y - 1;
    if (pointer_scroll(p))
        go(c, c->at + (pointer_scroll(p) < 0 ? -1 : 1));
    if (!pointer_clicks(p))
        return p->kind == POINTER_RIGHT ? EDIT_CANCEL : EDIT_MORE;
    if (!rect_has(c->box, p->y, p->x))
        return EDIT_CANCEL;
    if (p->y == c->box.y || p->y == c->box.y + c->box.rows - 1 || at >= c->n)
        return EDIT_MORE;
    c->at = at;
    return p->x < c->box.x + BRACKETS_END ? character(c, L' ') : EDIT_DONE;
}

void choices_value(const struct choices *c, char *to, size_t room)
{
    size_t at = 0;
    to[0] = '\0';
    for (int i = 0; i < c->n && at < room; i++)
        if (is_marked(c, i))
            at +=
                (size_t)snprintf(to + at, room - at, "%s%s", at ? "," : "", c->option->choices[i]);
    if (!at)
        str_copy(to, room, c->option->choices[c->at]);
}

void choices_draw(struct choices *c, struct pen *pen, struct rect within, int y, int x)
{
    int below = within.y + within.rows - y - 1, above = y - within.y, widest = 0;
    bool under = below >= c->n + 2 || below >= above;
    int room = under ? below : above, rows = c->n + 2 < room ? c->n + 2 : room;
    for (int i = 0; i < c->n; i++) {
        int cells = text_cells(c->option->choices[i], pen->unicode);
        widest = cells > widest ? cells : widest;
    }
    struct rect box = {under ? y + 1 : y - rows, x, rows, widest + 8};
    if (rows < 3 || x + box.columns > within.x + within.columns)
        return;
    c->box = box;
    pen_box(pen, box, ROLE_FOCUS, "");
    c->first = layout_scroll(c->first, c->at, c->n, rows - 2);
    for (int i = 0; i < rows - 2; i++) {
        int choice = c->first + i, line = box.y + 1 + i;
        pen->selected = choice == c->at;
        pen_repeat(pen, line, x + 1, box.columns - 2, ROLE_TEXT, L' ');
        pen_text(pen, line, x + 2, 3, ROLE_KEY, is_marked(c, choice) ? "[x]" : "[ ]");
        pen_text(pen, line, x + BRACKETS_END, widest, ROLE_TEXT, c->option->choices[choice]);
    }
    pen->selected = false;
}

bool choices_complete(const struct opt *option, char *text, size_t room)
{
    char *word = strrchr(text, ',');
    const char *found = NULL;
    word = word ? word + 1 : text;
    for (int i = 0; option->choices[i]; i++) {
        if (strncmp(option->choices[i], word, strlen(word)))
            continue;
        if (found)
            return false;
        found = option->choices[i];
    }
    return found && !str_copy(word, room - (size_t)(word - text), found);
}
