/* axes.c - two lines with ticks outwards: nothing else than what is read. */
#include "results/figures/axes_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TICK 2.5 /* length */
#define TITLE (1.6 * SHEET_LETTERS)
#define MOST_Y 8
#define MINUS "\xe2\x88\x92"
#define TITLE_BYTES 800

void axes_hold(double *low, double *high, double value)
{
    if (!isfinite(value))
        return;
    *low = *low > *high ? value : fmin(*low, value);
    *high = fmax(*high, value);
}

/* "10" with raised digits. */
static void power_of_ten(char *to, size_t room, int power)
{
    static const char *const raised[] = {
        "\xe2\x81\xb0", "\xc2\xb9",     "\xc2\xb2",     "\xc2\xb3",     "\xe2\x81\xb4",
        "\xe2\x81\xb5", "\xe2\x81\xb6", "\xe2\x81\xb7", "\xe2\x81\xb8", "\xe2\x81\xb9"};
    char digits[16];
    snprintf(digits, sizeof digits, "%d", abs(power));
    int length = snprintf(to, room, "10%s", power < 0 ? "\xe2\x81\xbb" : "");
    for (const char *digit = digits; *digit; digit++)
        length += snprintf(to + length, room - (size_t)length, "%s", raised[*digit - '0']);
}

/* Of linear ticks: decimals as the distance between them needs. */
static void label_linear(struct axis_ticks *t)
{
    double step = t->at.n > 1 ? t->at.at[1] - t->at.at[0] : 1;
    double largest = fmax(fabs(t->at.at[0]), fabs(t->at.at[t->at.n - 1]));
    bool plain = largest < 1e5 && step >= 1e-4 * (1 - 1e-9);
    t->power = plain || largest <= 0 ? 0 : (int)floor(log10(largest) + 1e-9);
    int decimals = t->power - (int)floor(log10(step) + 1e-9);
    for (int i = 0; i < t->at.n; i++) {
        double value = fabs(t->at.at[i]) < step * 1e-6 ? 0 : fabs(t->at.at[i]);
        snprintf(t->label[i], sizeof t->label[i], "%s%.*f",
                 t->at.at[i] < 0 && value > 0 ? MINUS : "", decimals < 0 ? 0 : decimals,
                 value / pow(10, t->power));
    }
}

static void find_linear(struct axis_ticks *t, double low, double high, int most, bool whole)
{
    t->power = 0;
    ticks_linear(&t->at, low, high, most, whole);
    if (t->at.n)
        label_linear(t);
}

static void find_log(struct axis_ticks *t, double low, double high, int most)
{
    t->power = 0;
    ticks_log(&t->at, low, high, most);
    if (t->at.n && t->at.at[t->at.n - 1] < 10 * t->at.at[0] * (1 - 1e-9)) {
        label_linear(t);
        return;
    }
    for (int i = 0; i < t->at.n; i++)
        power_of_ten(t->label[i], sizeof t->label[i], (int)lround(log10(t->at.at[i])));
}

/* What the axis shows, with the power that its labels have in common. */
static void put_title(const struct axis_ticks *t, const char *title, char *to, size_t room)
{
    char power[40];
    power_of_ten(power, sizeof power, t->power);
    snprintf(to, room, t->power ? "%s (%s)" : "%s", title, power);
}

static double widest_label(struct sheet *s, const struct axis_ticks *t)
{
    double widest = 0;
    for (int i = 0; i < t->at.n; i++)
        widest = fmax(widest, sheet_text_width(s, t->label[i]));
    return widest;
}

/* Halves, so that no difference is out of range. */
static double share(double value, double low, double high)
{
    return (value / 2 - low / 2) / (high / 2 - low / 2);
}

double axes_x(const struct axes *a, double value)
{
    return a->plot.x + a->plot.width * share(value, a->x_low, a->x_high);
}

double axes_y(const struct axes *a, double value)
{
    double up = a->log_y ? share(log10(value), log10(a->y_low), log10(a->y_high))
                         : share(value, a->y_low, a->y_high);
    return a->plot.y + a->plot.height * (1 - up);
}

/* As many ticks as labels fit beside each other, with as much room between them. */
static void find_x_ticks(struct sheet *s, struct axes *a)
{
    for (int most = 7; most >= 2; most--) {
        find_linear(&a->x_ticks, a->x_low, a->x_high, most, a->whole_x);
        if (a->x_ticks.at.n * (widest_label(s, &a->x_ticks) + 2 * SHEET_GAP) <= a->plot.width)
            break;
    }
    double beyond = widest_label(s, &a->x_ticks) / 2 - SHEET_LETTERS;
    if (beyond > 0)
        a->plot.width = fmax(a->plot.width - beyond, 1);
}

static void find_ranges(struct axes *a)
{
    bool one = a->x_low >= a->x_high;
    if (a->x_low > a->x_high)
        a->x_low = a->x_high = 0;
    if (a->y_low > a->y_high) {
        a->y_low = 0;
        a->y_high = 1;
        a->log_y = false;
    }
    if (one && a->whole_x) {
        a->x_low -= 1;
        a->x_high += 1;
    }
    ticks_widen(&a->x_low, &a->x_high, false);
    ticks_widen(&a->y_low, &a->y_high, a->log_y);
}

void axes_lay_out(struct sheet *s, struct axes *a, struct sheet_box within)
{
    double below = TICK + TITLE + (a->x_title ? TITLE : 0), left = 0, above = SHEET_LETTERS / 2;
    find_ranges(a);
    a->plot.y = within.y + above;
    a->plot.height = fmax(within.height - above - below, 1);
    int most = (int)(a->plot.height / (2 * SHEET_LETTERS));
    if (a->log_y)
        find_log(&a->y_ticks, a->y_low, a->y_high, most > MOST_Y ? MOST_Y : most);
    else
        find_linear(&a->y_ticks, a->y_low, a->y_high, most > MOST_Y ? MOST_Y : most, false);
    if (!a->no_y)
        left = widest_label(s, &a->y_ticks) + TICK + SHEET_GAP / 2;
    if (a->y_title)
        left += TITLE;
    a->plot.x = within.x + left;
    a->plot.width = fmax(within.width - left - SHEET_LETTERS, 1);
    find_x_ticks(s, a);
}

static void draw_x(struct sheet *s, const struct axes *a)
{
    char title[TITLE_BYTES];
    double bottom = a->plot.y + a->plot.height;
    sheet_stroke(s, a->plot.x, bottom, a->plot.x + a->plot.width, bottom);
    for (int i = 0; i < a->x_ticks.at.n; i++) {
        double x = axes_x(a, a->x_ticks.at.at[i]);
        sheet_stroke(s, x, bottom, x, bottom + TICK);
        sheet_text(s, a->x_ticks.label[i], (struct sheet_place){x, bottom + TICK + 2, 0.5, 0, 0});
    }
    if (!a->x_title)
        return;
    put_title(&a->x_ticks, a->x_title, title, sizeof title);
    sheet_text(s, title,
               (struct sheet_place){a->plot.x + a->plot.width / 2, bottom + TICK + TITLE + 2, 0.5,
                                    0, a->plot.width});
}

static void draw_y(struct sheet *s, const struct axes *a)
{
    char title[TITLE_BYTES];
    double bottom = a->plot.y + a->plot.height;
    sheet_stroke(s, a->plot.x, a->plot.y, a->plot.x, bottom);
    for (int i = 0; i < a->y_ticks.at.n; i++) {
        double y = axes_y(a, a->y_ticks.at.at[i]);
        sheet_stroke(s, a->plot.x - TICK, y, a->plot.x, y);
        sheet_text(s, a->y_ticks.label[i],
                   (struct sheet_place){a->plot.x - TICK - SHEET_GAP / 2, y, 1, 0.5, 0});
    }
    if (!a->y_title)
        return;
    put_title(&a->y_ticks, a->y_title, title, sizeof title);
    sheet_text_up(s, title,
                  (struct sheet_place){a->plot.x - TICK - SHEET_GAP / 2 -
                                           widest_label(s, &a->y_ticks) - SHEET_GAP,
                                       a->plot.y + a->plot.height / 2, 0.5, 1, a->plot.height});
}

void axes_draw(struct sheet *s, const struct axes *a)
{
    sheet_grey(s, 0);
    sheet_line(s, 0, SHEET_HAIR);
    draw_x(s, a);
    if (!a->no_y)
        draw_y(s, a);
}
