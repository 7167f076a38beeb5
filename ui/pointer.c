/* pointer.c - see pointer.h. Pure; any thread. */
#include "ui/pointer.h"

#include <stddef.h>

#define TWICE_S 0.5

/* Bits of a button's number. */
#define BUTTON 3
#define RIGHT_BUTTON 2
#define MOVES 32
#define WHEEL 64
#define MORE_BUTTONS 128

static bool press(struct mouse *m, int y, int x, double now_s, struct pointer *to)
{
    bool twice = m->pressed_s > 0 && now_s - m->pressed_s < TWICE_S && m->y == y && m->x == x;
    *m = (struct mouse){.held = true, .y = y, .x = x, .pressed_s = twice ? 0 : now_s};
    to->kind = twice ? POINTER_TWICE : POINTER_CLICK;
    return true;
}

static bool drag(struct mouse *m, int y, int x, bool released, struct pointer *to)
{
    m->moved |= y != m->y || x != m->x;
    bool dragged = m->held && m->moved;
    m->held &= !released;
    m->pressed_s = dragged ? 0 : m->pressed_s;
    to->kind = released ? POINTER_DRAGGED : POINTER_DRAGS;
    to->from_y = m->y;
    to->from_x = m->x;
    return dragged;
}

bool pointer_of(struct mouse *m, int button, int y, int x, bool released, double now_s,
                struct pointer *to)
{
    *to = (struct pointer){.y = y, .x = x};
    if (button & MORE_BUTTONS)
        return false;
    if (button & WHEEL) {
        to->kind = button & BUTTON ? POINTER_DOWN : POINTER_UP;
        return !released && (button & BUTTON) < 2;
    }
    if (button & MOVES || released)
        return drag(m, y, x, released, to);
    if ((button & BUTTON) == 0)
        return press(m, y, x, now_s, to);
    to->kind = POINTER_RIGHT;
    return (button & BUTTON) == RIGHT_BUTTON;
}

int pointer_scroll(const struct pointer *p)
{
    return p->kind == POINTER_UP ? -POINTER_LINES : p->kind == POINTER_DOWN ? POINTER_LINES : 0;
}

static const struct {
    const char *gesture, *meaning;
} gestures[] = {
    {"click", "select a line, a cell, a field or a point; read a chart there"},
    {"click on a word", "the view, key, button or answer that it names"},
    {"click on a head", "sort by the column; once more reverses the order"},
    {"double click", "as Enter"},
    {"wheel", "scroll; in a chart, zoom in and out about the pointer"},
    {"drag in a chart", "zoom to what was dragged over"},
    {"right click", "in a chart, all of the x axis; elsewhere back, as Esc"},
    {"with Shift", "the terminal's own: select and copy text"},
};

const char *pointer_help(int i, const char **gesture)
{
    if (i < 0 || (size_t)i >= sizeof gestures / sizeof *gestures)
        return NULL;
    *gesture = gestures[i].gesture;
    return gestures[i].meaning;
}
