/* colon.c - the command line: typing, completing, its history, how it looks. */
#include "ui/colon.h"

#include "base/mem.h"
#include "base/str.h"
#include "ui/text.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>

#define MOST_ROWS 10 /* of choices */

const struct hint colon_hints[] = {
    {REQ_ENTER, "do it"}, {REQ_NEXT, "complete"}, {REQ_UP, "before"},
    {REQ_BACK, "leave"},  {REQ_NONE, NULL},
};

void colon_fini(struct colon *c)
{
    for (size_t i = 0; i < c->n_history; i++)
        mem_free(c->history[i]);
    c->n_history = 0;
}

void colon_remember(struct colon *c, const char *line)
{
    if (c->n_history && !strcmp(c->history[c->n_history - 1], line))
        return;
    char *copy = mem_string(line);
    if (!copy)
        return; /* it was done nevertheless */
    if (c->n_history == COLON_HISTORY) {
        mem_free(c->history[0]);
        memmove(c->history, c->history + 1, --c->n_history * sizeof *c->history);
    }
    c->history[c->n_history++] = copy;
}

/* --- typing --- */

/* Something was typed: other words may be next. */
static void look(struct colon *c, const struct colon_place *place)
{
    memcpy(c->typed, c->line.text, c->line.caret);
    c->typed[c->line.caret] = '\0';
    c->choice = -1;
    c->first = 0;
    colon_complete(place, c->typed, &c->choices);
}

void colon_open(struct colon *c, const struct colon_place *place)
{
    c->open = true;
    c->back = 0;
    edit_start(&c->line, "");
    look(c, place);
}

/* Puts a word, or its first bytes, in the place of what was typed of it. */
static void put(struct colon *c, const char *word, size_t length, bool more)
{
    char text[EDIT_BYTES];
    size_t before = strlen(c->typed) - c->choices.begun;
    const char *rest = c->line.text + c->line.caret;
    more = more && rest[0] != ' ';
    int n = snprintf(text, sizeof text, "%.*s%.*s%s", (int)before, c->typed, (int)length, word,
                     more ? " " : "");
    if (n < 0 || (size_t)n + strlen(rest) >= sizeof text)
        return; /* no room */
    str_copy(text + n, sizeof text - (size_t)n, rest);
    edit_start(&c->line, text);
    c->line.caret = (size_t)n;
}

static size_t common(const struct colon_choices *choices)
{
    size_t n = strlen(choices->at[0].text);
    for (size_t i = 1; i < choices->n; i++) {
        size_t k = 0;
        while (k < n && choices->at[i].text[k] == choices->at[0].text[k])
            k++;
        n = k;
    }
    return n;
}

/* Tab: what all choices have in common, or the only one; then one after the other. */
static void complete(struct colon *c, const struct colon_place *place, int step)
{
    const struct colon_choices *choices = &c->choices;
    int n = (int)choices->n;
    if (!n)
        return;
    size_t same = common(choices);
    if (c->choice < 0 && (n == 1 || same > choices->begun)) {
        put(c, choices->at[0].text, same, n == 1 && choices->at[0].more);
        look(c, place);
        return;
    }
    c->choice = c->choice < 0 && step < 0 ? n - 1 : (c->choice + step + n) % n;
    put(c, choices->at[c->choice].text, strlen(choices->at[c->choice].text), false);
}

static void go_back(struct colon *c, const struct colon_place *place, bool earlier)
{
    if (earlier ? c->back >= c->n_history : !c->back)
        return;
    if (!c->back)
        str_copy(c->draft, sizeof c->draft, c->line.text);
    c->back = earlier ? c->back + 1 : c->back - 1;
    edit_start(&c->line, c->back ? c->history[c->n_history - c->back] : c->draft);
    look(c, place);
}

bool colon_key(struct colon *c, const struct colon_place *place, struct key key)
{
    if (key.character == L'\t' || key.code == KEY_BTAB) {
        complete(c, place, key.code == KEY_BTAB ? -1 : 1);
        return false;
    }
    if (key.code == KEY_UP || key.code == KEY_DOWN) {
        go_back(c, place, key.code == KEY_UP);
        return false;
    }
    bool empty = !c->line.text[0];
    bool erases = key.code == KEY_BACKSPACE || key.character == L'\b' || key.character == 127;
    enum edit_result result = edit_key(&c->line, key);
    for (size_t n = strlen(c->line.text); result == EDIT_DONE && n && c->line.text[n - 1] == ' ';)
        c->line.text[--n] = '\0';
    bool asked = c->line.text[strspn(c->line.text, " ")] != '\0';
    c->open = result != EDIT_DONE && result != EDIT_CANCEL && !(empty && erases);
    if (result == EDIT_DONE && asked)
        colon_remember(c, c->line.text);
    else if (result == EDIT_MORE)
        look(c, place);
    return result == EDIT_DONE && asked;
}

/* --- how it looks --- */

/* Cells of the longest word, and of what is said of words. */
static void measure(const struct colon_choices *choices, const struct pen *pen, int *word,
                    int *about)
{
    *word = *about = 0;
    for (size_t i = 0; i < choices->n; i++) {
        const struct colon_choice *one = &choices->at[i];
        int cells = text_cells(one->text, pen->unicode),
            said = text_cells(one->about, pen->unicode);
        *word = cells > *word ? cells : *word;
        *about = said > *about ? said : *about;
    }
}

static void draw_choice(struct pen *pen, const struct colon_choice *one, struct rect at, int word)
{
    int x = at.x + word + 3, right = (int)strlen(one->key) + (one->key[0] ? 1 : 0);
    pen_repeat(pen, at.y, at.x, at.columns, ROLE_TEXT, L' ');
    pen_text(pen, at.y, at.x + 1, word, ROLE_TITLE, one->text);
    pen_text(pen, at.y, x, at.x + at.columns - x - right - 1, ROLE_DIM, one->about);
    pen_right(pen, at.y, at.x, at.columns - 1, ROLE_KEY, one->key);
}

static void draw_choices(struct colon *c, struct pen *pen, struct rect body)
{
    int n = (int)c->choices.n, word, about, most = body.rows - 4;
    int rows = n < MOST_ROWS ? n : MOST_ROWS;
    char title[48] = "";
    rows = rows < most ? rows : most;
    if (rows < 1)
        return;
    measure(&c->choices, pen, &word, &about);
    int columns = word + about + 18;
    columns = columns < body.columns ? columns : body.columns;
    struct rect box = {body.y + body.rows - rows - 2, body.x, rows + 2, columns};
    c->first = layout_scroll(c->first, c->choice < 0 ? 0 : c->choice, n, rows);
    if (n > rows)
        snprintf(title, sizeof title, "%d-%d of %d", c->first + 1, c->first + rows, n);
    pen_box(pen, box, ROLE_FOCUS, title);
    for (int i = 0; i < rows; i++) {
        struct rect line = {box.y + 1 + i, box.x + 1, 1, box.columns - 2};
        pen->selected = c->first + i == c->choice;
        draw_choice(pen, &c->choices.at[c->first + i], line, word);
        pen->selected = false;
    }
}

void colon_draw(struct colon *c, struct pen *pen, const struct frame *at)
{
    struct rect line = at->status;
    draw_choices(c, pen, at->body);
    pen_repeat(pen, line.y, line.x, line.columns, ROLE_TEXT, L' ');
    pen_text(pen, line.y, line.x, 1, ROLE_KEY, ":");
    edit_draw(&c->line, pen, line.y, line.x + 1, line.columns - 2);
}
