/* ui_predictions.h - for tests of the view of predictions: a run's predictions, and drawn pictures
 * of the size that the screen asks for. */
#ifndef COMBOLAB_TESTS_KIT_UI_PREDICTIONS_H
#define COMBOLAB_TESTS_KIT_UI_PREDICTIONS_H

#include "base/mem.h"
#include "base/str.h"
#include "tests/kit/ui_kit.h"

#include <math.h>

#define IMAGES 240

/* Predictions of the newest run, and drawn pictures. */
struct made {
    struct fixture *f;
    struct prediction_row rows[IMAGES];
    struct ui_picture pictures[UI_MOST_PICTURES];
    const struct ui_picture *shown[UI_MOST_PICTURES];
    uint8_t *pixels[UI_MOST_PICTURES];
};

static void add_row(struct made *m, int i)
{
    struct prediction_row *r = &m->rows[i];
    double truth = 1 + 4.0 * (i * 37 % IMAGES) / IMAGES;
    r->place = 3 * i + 1;
    snprintf(r->image, sizeof r->image, "images/portrait-%05d.jpg", i + 1);
    r->truth = truth;
    r->predicted = 0.6 + 0.8 * truth + 0.35 * sin(i * 12.9898) * cos(i * 4.1414);
    r->expectation = r->predicted + 0.1 * sin(i);
    r->predicted_class = (int)(r->predicted + 0.5);
    r->true_class = (int)(truth + 0.5);
}

static struct made *made_new(int runs)
{
    struct made *m = mem_alloc(1, sizeof *m);
    m->f = fixture_new(runs);
    m->f->model.pictures_problem = "";
    for (int i = 0; i < IMAGES; i++)
        add_row(m, i);
    return m;
}

static void forget_pictures(struct made *m)
{
    for (int i = 0; i < UI_MOST_PICTURES; i++) {
        mem_free(m->pixels[i]);
        m->pixels[i] = NULL;
    }
    m->f->model.n_pictures = 0;
}

static void made_free(struct made *m)
{
    forget_pictures(m);
    fixture_free(m->f);
    mem_free(m);
}

static bool wanted(const struct ui *ui, enum ui_want_kind kind, struct ui_want *to)
{
    struct ui_want wants[UI_MOST_WANTS];
    for (size_t n = ui_wants(ui, wants); n-- > 0;)
        if (wants[n].kind == kind) {
            *to = wants[n];
            return true;
        }
    return false;
}

/* A round face before a gradient. */
static void draw_face(uint8_t *rgb, int height, int width, int64_t place)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            double v = (y + 0.5) / height - 0.5, u = (x + 0.5) / width - 0.5;
            bool face = u * u + v * v < 0.12, eye = hypot(fabs(u) - 0.12, v + 0.08) < 0.05;
            bool mouth = fabs(u) < 0.14 && fabs(v - 0.16) < 0.03;
            uint8_t *p = rgb + 3 * (y * width + x);
            p[0] = (uint8_t)(eye ? 20 : face ? 230 : 60 + 100 * (v + 0.5));
            p[1] = (uint8_t)(eye || mouth ? 30 : face ? 180 - place % 60 : 90);
            p[2] = (uint8_t)(eye || mouth ? 40 : face ? 140 : 160 - 100 * (u + 0.5));
        }
}

/* As the model does when those that are wanted have come. */
static void show_pictures(struct made *m, const struct ui *ui)
{
    struct ui_want want;
    forget_pictures(m);
    if (!wanted(ui, UI_WANT_PICTURES, &want))
        return;
    int side = want.pictures.height < want.pictures.width ? want.pictures.height
                                                          : want.pictures.width / 2 * 2;
    for (size_t i = 0; i < want.pictures.n; i++) {
        m->pixels[i] = mem_alloc((size_t)(side * side), 3);
        draw_face(m->pixels[i], side, side, want.pictures.places[i]);
        m->pictures[i] = (struct ui_picture){.run = want.run,
                                             .place = want.pictures.places[i],
                                             .box_height = want.pictures.height,
                                             .box_width = want.pictures.width,
                                             .height = side,
                                             .width = side,
                                             .rgb = m->pixels[i]};
        m->shown[i] = &m->pictures[i];
    }
    m->f->model.pictures = m->shown;
    m->f->model.n_pictures = want.pictures.n;
    m->f->model.pictures_of = want.run;
}

static void show_rows(struct made *m, const struct ui *ui, size_t n)
{
    struct ui_want want;
    if (!wanted(ui, UI_WANT_PREDICTIONS, &want))
        return;
    m->f->model.predictions =
        (struct ui_predictions){.run = want.run, .best = want.best, .rows = m->rows, .n = n};
    m->f->model.predictions_version++;
}

#endif
