/* pen.h - drawing on the screen: text, boxes, rules and bars, all cut to where they may be. */
#ifndef COMBOLAB_UI_PEN_H
#define COMBOLAB_UI_PEN_H

#include "ui/layout.h"
#include "ui/theme.h"
#include "ui/ui.h"

struct canvas;
struct paint;
struct spots;

struct pen {
    void *window; /* a curses WINDOW */
    const struct theme *theme;
    const struct glyphs *glyphs;
    struct canvas *canvas;      /* room for one chart at a time */
    struct paint *paint;        /* of pictures */
    struct spots *spots;        /* what clicks press */
    enum ui_chart_style charts; /* never AUTO */
    bool unicode;
    bool selected;          /* on the selection's background */
    int cursor_y, cursor_x; /* where the typing cursor belongs; y < 0: hidden */
};

/* Text from column x on, within `cells`. What was cut ends in an ellipsis. Returns the cells used.
 */
int pen_text(struct pen *pen, int y, int x, int cells, enum role role, const char *text);
int pen_format(struct pen *pen, int y, int x, int cells, enum role role, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* Text of items with a divider between them: those that fit whole, so that no number is cut, then
 * an ellipsis for others. */
int pen_items(struct pen *pen, int y, int x, int cells, enum role role, const char *divider,
              const char *text);

/* Text over the lines of `at`, broken at blanks. Returns the lines used. */
int pen_wrap(struct pen *pen, struct rect at, enum role role, const char *text);

/* The text ends at the right edge of x .. x + cells. */
int pen_right(struct pen *pen, int y, int x, int cells, enum role role, const char *text);

void pen_glyph(struct pen *pen, int y, int x, enum role role, wchar_t c);

/* `cells` times the same character. */
void pen_repeat(struct pen *pen, int y, int x, int cells, enum role role, wchar_t c);

/* A box along the edge of `at`, with a title in its upper edge ("" for none). */
void pen_box(struct pen *pen, struct rect at, enum role role, const char *title);

/* A line across with a title in it, and another at its right end ("" for none). */
void pen_rule(struct pen *pen, int y, int x, int cells, const char *title, const char *right);

/* A bar of `cells` filled to `fraction` (0..1; NaN is 0). */
void pen_bar(struct pen *pen, int y, int x, int cells, enum role role, double fraction);

/* A figure as str_figure writes it, or the sign for none when it is NaN or infinite. */
void pen_figure(const struct pen *pen, char *to, size_t room, double value, int decimals,
                int cells);

#endif
