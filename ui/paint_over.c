/* paint_over.c - pictures written over the cells of curses, which knows nothing of them. Screen
 * thread only.
 *
 * Most terminals that show every colour are known to curses as ones of 256, so there the cells of a
 * picture are given to curses as half blocks without colour, and their colours are written over
 * them once curses has done its part; where pictures themselves can be shown the cells are blank.
 * Either is dim, which nothing else is, since curses passes over cells as they are by writing them
 * again: what takes the place of a picture differs from its cells, so that curses clears it away as
 * anything else, and a picture that something is drawn above is found out and not shown.
 *
 * A picture is written when it is another, or at another place, than in the frame before. What is
 * gone is taken away before curses writes, as that may put something in its place.
 */
#include "ui/paint_priv.h"

#include "base/hash.h"
#include "ui/kitty.h"
#include "ui/sixel.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define USUAL_HEIGHT 20 /* pixels of a cell, where that is not known */

/* A picture's number in the terminal. */
#define FIRST_ID 0x636f6d

struct over_kind {
    wchar_t mark; /* in its cells */
    bool pixels;  /* it has those of the terminal, else two a cell */
    int most;     /* pixels high or wide */
    void (*add)(struct str *to, const struct placed *placed, int id);
    void (*remove)(struct str *to, const struct placed *placed, int id); /* NULL: curses does */
};

/* --- kinds --- */

static void go_to(struct str *to, int y, int x)
{
    str_addf(to, "\033[%d;%dH", y + 1, x + 1);
}

static void add_colour(struct str *to, const char *which, const uint8_t *rgb)
{
    str_addf(to, "\033[%s;2;%d;%d;%dm", which, rgb[0], rgb[1], rgb[2]);
}

/* Two lines of pixels. */
static void add_line(struct str *to, const uint8_t *upper, int width)
{
    const uint8_t *lower = upper + 3 * (size_t)width;
    for (int i = 0; i < 3 * width; i += 3) {
        if (!i || memcmp(upper + i, upper + i - 3, 3))
            add_colour(to, "38", upper + i);
        if (!i || memcmp(lower + i, lower + i - 3, 3))
            add_colour(to, "48", lower + i);
        str_add(to, "▀");
    }
}

static void add_blocks(struct str *to, const struct placed *p, int id)
{
    (void)id;
    for (int row = 0; row < p->at.rows; row++) {
        go_to(to, p->at.y + row, p->at.x);
        add_line(to, p->rgb + 6 * (size_t)row * (size_t)p->width, p->width);
    }
}

static void add_kitty(struct str *to, const struct placed *p, int id)
{
    go_to(to, p->at.y, p->at.x);
    kitty_add(to, id, p->rgb, p->height, p->width, p->high ? p->at.rows : 0, p->at.columns);
}

static void remove_kitty(struct str *to, const struct placed *p, int id)
{
    (void)p;
    kitty_remove(to, id);
}

static void add_sixel(struct str *to, const struct placed *p, int id)
{
    (void)id;
    go_to(to, p->at.y, p->at.x);
    if (sixel_add(to, p->rgb, p->height, p->width, NULL))
        str_clear(to);
}

static void remove_sixel(struct str *to, const struct placed *p, int id)
{
    (void)id;
    for (int row = 0; row < p->at.rows; row++) {
        go_to(to, p->at.y + row, p->at.x);
        str_addf(to, "\033[%dX", p->at.columns);
    }
}

static const struct over_kind over_blocks = {L'▀', false, 0, add_blocks, NULL};
static const struct over_kind over_kitty = {L' ', true, 320, add_kitty, remove_kitty};
static const struct over_kind over_sixel = {L' ', true, 640, add_sixel, remove_sixel};

const struct over_kind *over_kind_of(const struct paint *p)
{
    bool finds_out = p->as == UI_PICTURES_AUTO && !p->mono,
         sized = p->can.cell_height > 0 && p->can.cell_width > 0;
    if (p->as == UI_PICTURES_KITTY || (finds_out && p->can.kitty))
        return &over_kitty;
    if (sized && (p->as == UI_PICTURES_SIXEL || (finds_out && p->can.sixel)))
        return &over_sixel;
    return p->colours == EVERY ? &over_blocks : NULL;
}

/* --- places --- */

static int least(int a, int b)
{
    return a < b ? a : b;
}

static void cell_size(const struct paint *p, int *height, int *width)
{
    bool sized = p->can.cell_height > 0 && p->can.cell_width > 0;
    *height = sized ? p->can.cell_height : USUAL_HEIGHT;
    *width = sized ? p->can.cell_width : USUAL_HEIGHT / 2;
    if (!p->over || !p->over->pixels) {
        *height = 2;
        *width = 1;
    }
}

void over_box(const struct paint *p, struct rect at, int *height, int *width)
{
    int cell_height, cell_width, most = p->over ? p->over->most : 0;
    cell_size(p, &cell_height, &cell_width);
    *height = at.rows * cell_height;
    *width = at.columns * cell_width;
    int longest = *height > *width ? *height : *width;
    if (!most || longest <= most)
        return;
    *height = (int)((long)*height * most / longest) / 2 * 2;
    *width = (int)((long)*width * most / longest);
}

/* Cells that so many pixels of a box take. */
static int cells_of(int pixels, int box, int cells)
{
    return least((int)(((long)pixels * cells + box - 1) / box), cells);
}

/* Kitty makes pictures as large as they are told to be; others have the terminal's pixels. */
static struct rect cells_taken(const struct paint *p, struct rect at, int height, int width)
{
    int box_height, box_width, cell_height, cell_width;
    over_box(p, at, &box_height, &box_width);
    cell_size(p, &cell_height, &cell_width);
    if (p->over != &over_kitty) {
        box_height = at.rows * cell_height;
        box_width = at.columns * cell_width;
    }
    int rows = cells_of(height, box_height, at.rows),
        columns = cells_of(width, box_width, at.columns);
    return (struct rect){at.y + (at.rows - rows) / 2, at.x + (at.columns - columns) / 2, rows,
                         columns};
}

void over_place(struct pen *pen, struct rect at, const uint8_t *rgb, int height, int width)
{
    struct paint *p = pen->paint;
    int box_height, box_width;
    paint_box(pen, at, &box_height, &box_width);
    if (p->now.n == UI_MOST_PICTURES || height < 1 || width < 1 || height > box_height ||
        width > box_width)
        return;
    struct placed *placed = &p->now.at[p->now.n++];
    *placed =
        (struct placed){.kind = p->over,
                        .at = cells_taken(p, at, height, width),
                        .rgb = rgb,
                        .height = height,
                        .width = width,
                        .high = (long)height * box_width >= (long)width * box_height,
                        .hash = hash_words(HASH_START, rgb, 3 * (size_t)height * (size_t)width)};
    wattrset((WINDOW *)pen->window, (int)A_DIM);
    for (int y = 0; y < placed->at.rows; y++)
        for (int x = 0; x < placed->at.columns; x++)
            mvwaddnwstr(pen->window, placed->at.y + y, placed->at.x + x, &p->over->mark, 1);
}

static bool is_covered(void *window, const struct placed *placed)
{
    for (int y = 0; y < placed->at.rows; y++)
        for (int x = 0; x < placed->at.columns; x++) {
            cchar_t cell;
            wchar_t text[CCHARW_MAX + 1] = L"";
            attr_t attributes = 0;
            short pair;
            mvwin_wch(window, placed->at.y + y, placed->at.x + x, &cell);
            getcchar(&cell, text, &attributes, &pair, NULL);
            if (text[0] != placed->kind->mark || !(attributes & A_DIM))
                return true;
        }
    return false;
}

/* --- frames --- */

static void write_all(int out, const char *text, size_t n)
{
    while (n) {
        ssize_t done = write(out, text, n);
        struct pollfd room = {.fd = out, .events = POLLOUT};
        if (done < 0 && errno == EAGAIN)
            poll(&room, 1, -1);
        else if (done < 0 && errno != EINTR)
            return; /* the terminal has gone, as the next key will tell */
        n -= done > 0 ? (size_t)done : 0;
        text += done > 0 ? done : 0;
    }
}

/* Cursor and colours are as curses left them afterwards. */
static void write_out(struct paint *p, int out)
{
    static const char save[] = "\0337\033[0m", restore[] = "\033[0m\0338";
    if (p->text.length && !p->text.failed) {
        write_all(out, save, sizeof save - 1);
        write_all(out, p->text.text, p->text.length);
        write_all(out, restore, sizeof restore - 1);
    }
    str_clear(&p->text);
}

static bool is_shown(const struct placed_all *all, int i)
{
    return i < all->n && !all->at[i].covered;
}

/* The terminal has it, as it is. */
static bool stays(const struct paint *p, int i)
{
    const struct placed *a = &p->now.at[i], *b = &p->before.at[i];
    return is_shown(&p->now, i) && is_shown(&p->before, i) && a->kind == b->kind &&
           a->hash == b->hash && a->height == b->height && a->width == b->width &&
           a->high == b->high && !memcmp(&a->at, &b->at, sizeof a->at);
}

void paint_begin(struct paint *p, const struct paint_terminal *can)
{
    p->before = p->now;
    p->now.n = 0;
    p->can = *can;
    p->over = over_kind_of(p);
}

void paint_clear(struct paint *p, void *window, int out, bool anew)
{
    for (int i = 0; i < p->now.n; i++)
        p->now.at[i].covered = is_covered(window, &p->now.at[i]);
    for (int i = 0; i < p->before.n; i++) {
        const struct placed *gone = &p->before.at[i];
        if (gone->kind->remove && is_shown(&p->before, i) && (anew || !stays(p, i)))
            gone->kind->remove(&p->text, gone, FIRST_ID + i);
    }
    write_out(p, out);
}

void paint_end(struct paint *p, int out, bool anew)
{
    for (int i = 0; i < p->now.n; i++)
        if (is_shown(&p->now, i) && (anew || !stays(p, i)))
            p->now.at[i].kind->add(&p->text, &p->now.at[i], FIRST_ID + i);
    write_out(p, out);
}

bool paint_asks(const struct paint *p)
{
    return p->asks;
}
