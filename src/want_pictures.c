/* want_pictures.c - test images of a run, scaled down for the screen.
 *
 * A call decodes one of those that are wanted, the first first, and gives the screen all that are
 * there: so it has what it shows before what may be shown next, and what is wanted no more is not
 * decoded. The last ones are kept, scaled down; both threads hold them, and the one that lets go
 * last frees them.
 */
#include "src/want.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "src/run_images.h"

#include <stdatomic.h>
#include <stdio.h>

#define MOST_KEPT 64

struct picture {
    atomic_int holders;
    struct ui_picture shown;
    struct image image;
    char problem[ERR_TEXT_BYTES];
};

struct pictures {
    int64_t run; /* 0: of none yet */
    bool best;
    struct dataset *data; /* NULL: `problem` says why */
    struct prediction_row *rows;
    size_t n;
    char problem[ERR_TEXT_BYTES];
    struct {
        struct picture *picture;
        uint64_t used;
    } kept[MOST_KEPT];
    uint64_t uses;
};

/* What goes to the screen. */
struct picture_set {
    int64_t run;
    struct picture *held[UI_MOST_PICTURES];
    const struct ui_picture *shown[UI_MOST_PICTURES];
    size_t n;
    char problem[ERR_TEXT_BYTES];
};

static void let_go(struct picture *p)
{
    if (!p || atomic_fetch_sub(&p->holders, 1) > 1)
        return;
    image_fini(&p->image);
    mem_free(p);
}

static void free_rows(void *rows)
{
    struct picture_set *set = rows;
    for (size_t i = 0; set && i < set->n; i++)
        let_go(set->held[i]);
    mem_free(set);
}

/* --- the run --- */

static void forget_run(struct pictures *p)
{
    dataset_free(p->data);
    mem_free(p->rows);
    p->data = NULL;
    p->rows = NULL;
    p->n = 0;
    p->run = 0;
}

void want_pictures_close(struct pictures *p)
{
    if (!p)
        return;
    forget_run(p);
    for (size_t i = 0; i < MOST_KEPT; i++)
        let_go(p->kept[i].picture);
    mem_free(p);
}

/* Where images are gone, they are looked for again the next time. */
static int open_run(struct pictures *p, struct db *db, const struct ui_want *want, struct err *e)
{
    struct run_row run;
    struct err gone;
    if (p->run == want->run && p->best == want->best && p->data)
        return 0;
    forget_run(p);
    if (db_run(db, want->run, &run, e) ||
        db_predictions(db, want->run, want->best ? "best" : "last", &p->rows, &p->n, e))
        return -1;
    p->run = want->run;
    p->best = want->best;
    p->problem[0] = '\0';
    if (!run_images_open(&p->data, db, &run, "", &gone))
        return 0;
    snprintf(p->problem, sizeof p->problem,
             "The images of run %lld are not where they were: %.400s. combolab samples --data "
             "FOLDER draws them from where they are now; combolab resume --data FOLDER goes on "
             "there with a run that has not ended.",
             (long long)run.id, gone.text);
    return 0;
}

static const struct prediction_row *find_row(const struct pictures *p, int64_t place)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->rows[i].place == place)
            return &p->rows[i];
    return NULL;
}

/* --- pictures --- */

/* The largest that fits the box, of even height. Small pictures are made larger, too. */
static void fit(const struct image *whole, struct ui_picture *to)
{
    double across = (double)to->box_width / whole->width;
    double down = (double)to->box_height / whole->height;
    double factor = across < down ? across : down;
    to->width = (int)(whole->width * factor + 0.5);
    to->height = (int)(whole->height * factor / 2 + 0.5) * 2;
    to->width = to->width < 1 ? 1 : to->width;
    to->height = to->height < 2 ? 2 : to->height;
}

static int scale(struct picture *p, const struct dataset *d, const struct prediction_row *row,
                 struct err *e)
{
    struct image whole;
    if (!row)
        return err_set(e, ERR_NOT_FOUND, "this image is not on record");
    if (run_images_check(d, row, e) || run_images_read(&whole, d, row->image, e))
        return -1;
    fit(&whole, &p->shown);
    int result = image_resize(&p->image, &whole, p->shown.height, p->shown.width, e);
    image_fini(&whole);
    p->shown.rgb = p->image.rgb;
    return result;
}

/* Held once. One that cannot be shown says why in its place; NULL without memory. */
static struct picture *decode(const struct pictures *from, const struct ui_want *want,
                              int64_t place, struct err *e)
{
    struct picture *p = mem_alloc(1, sizeof *p);
    if (!p) {
        mem_error(e, "a picture", sizeof *p);
        return NULL;
    }
    atomic_init(&p->holders, 1);
    p->shown = (struct ui_picture){.run = want->run,
                                   .place = place,
                                   .box_height = want->pictures.height,
                                   .box_width = want->pictures.width};
    if (scale(p, from->data, find_row(from, place), e)) {
        str_copy(p->problem, sizeof p->problem, e->text);
        p->shown.problem = p->problem;
    }
    return p;
}

static bool is_of(const struct ui_picture *p, const struct ui_want *want, int64_t place)
{
    return p->run == want->run && p->place == place && p->box_height == want->pictures.height &&
           p->box_width == want->pictures.width;
}

static struct picture *find_kept(struct pictures *p, const struct ui_want *want, int64_t place)
{
    for (size_t i = 0; i < MOST_KEPT; i++)
        if (p->kept[i].picture && is_of(&p->kept[i].picture->shown, want, place)) {
            p->kept[i].used = ++p->uses;
            return p->kept[i].picture;
        }
    return NULL;
}

/* In the place of the one that was not used for the longest time. */
static void keep(struct pictures *p, struct picture *picture)
{
    size_t oldest = 0;
    for (size_t i = 1; i < MOST_KEPT; i++)
        if (p->kept[i].used < p->kept[oldest].used)
            oldest = i;
    let_go(p->kept[oldest].picture);
    p->kept[oldest].picture = picture;
    p->kept[oldest].used = ++p->uses;
}

/* 1 = others are still to be decoded. */
static int fill(struct pictures *p, const struct ui_want *want, struct picture_set *set,
                struct err *e)
{
    bool decoded = false, more = false;
    for (size_t i = 0; i < want->pictures.n; i++) {
        int64_t place = want->pictures.places[i];
        struct picture *picture = find_kept(p, want, place);
        if (!picture && decoded) {
            more = true;
            continue;
        }
        if (!picture) {
            picture = decode(p, want, place, e);
            if (!picture)
                return -1;
            keep(p, picture);
            decoded = true;
        }
        atomic_fetch_add(&picture->holders, 1);
        set->held[set->n] = picture;
        set->shown[set->n++] = &picture->shown;
    }
    return more;
}

static int fetch(struct want_source *s, const struct ui_want *want, void **rows, struct err *e)
{
    if (!s->pictures)
        s->pictures = mem_alloc(1, sizeof *s->pictures);
    struct picture_set *set = mem_alloc(1, sizeof *set);
    int result = s->pictures && set ? 0 : mem_error(e, "pictures", sizeof *set);
    if (!result)
        result = open_run(s->pictures, s->db, want, e);
    if (!result && s->pictures->data)
        result = fill(s->pictures, want, set, e);
    if (result < 0) {
        free_rows(set);
        return -1;
    }
    set->run = want->run;
    str_copy(set->problem, sizeof set->problem, s->pictures->problem);
    *rows = set;
    return result;
}

static void free_kept(void *kept, struct ui_model *view)
{
    free_rows(kept);
    view->pictures = NULL;
    view->n_pictures = 0;
    view->pictures_of = 0;
    view->pictures_problem = "";
}

static int adopt(void **kept, void *rows, struct ui_model *view, struct err *e)
{
    struct picture_set *set = rows;
    (void)e;
    free_rows(*kept);
    *kept = set;
    view->pictures = set->shown;
    view->n_pictures = set->n;
    view->pictures_of = set->run;
    view->pictures_problem = set->problem;
    return 0;
}

/* Lasting, as what is looked at next is among those that are there. */
const struct want_kind want_pictures = {.fetch = fetch,
                                        .adopt = adopt,
                                        .free_rows = free_rows,
                                        .free_kept = free_kept,
                                        .lasting = true,
                                        .once = true};
