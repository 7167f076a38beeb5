/* test_want_pictures.c - test images for the screen: fetched one by one, the first first; those
 * that cannot be shown say why. */
#include "engine/image/image.h"
#include "src/want.h"
#include "tests/kit/db_kit.h"

#include <sys/stat.h>

#define IMAGES 100

static char folder[1024];

/* Grey pictures, twice as high as wide, of which number 3 is none. */
static int make_images(struct err *e)
{
    static uint8_t rgb[32 * 64 * 3];
    const struct image image = {.height = 64, .width = 32, .rgb = rgb};
    char path[2048];
    snprintf(folder, sizeof folder, "%s/grey", scratch);
    snprintf(path, sizeof path, "%s/labels.csv", folder);
    FILE *f = mkdir(folder, 0777) ? NULL : fopen(path, "w");
    if (!f)
        return err_errno(e, errno, "%s", folder);
    fprintf(f, "image,score,split\n");
    for (int i = 0; i < IMAGES; i++) {
        memset(rgb, 2 * i, sizeof rgb);
        fprintf(f, "grey-%03d.jpg,%d,%s\n", i, 1 + i % 5, i ? "test" : "train");
        snprintf(path, sizeof path, "%s/grey-%03d.jpg", folder, i);
        if (image_write_jpeg(&image, path, 95, e))
            break;
        if (i == 3 && truncate(path, 20))
            break;
    }
    return fclose(f) ? -1 : 0;
}

static int64_t add_run(struct db *d, struct err *e)
{
    struct run_row run = help_run("predicts");
    struct option_row data = {.name = "data", .type = "path"};
    static struct split_row split[IMAGES - 1];
    static struct prediction_row rows[IMAGES - 1];
    const struct checkpoint_row weights = {.kind = "best", .epoch = 1, .path = "best"};
    struct epoch_row epoch = help_epoch(1, true);
    int64_t id = 0, claimed;
    str_copy(data.value, sizeof data.value, folder);
    for (int i = 1; i < IMAGES; i++) {
        split[i - 1].place = rows[i - 1].place = i;
        snprintf(split[i - 1].image, sizeof split->image, "grey-%03d.jpg", i);
        split[i - 1].truth = i == 4 ? 7 : 1 + i % 5; /* another than the data set has now */
        rows[i - 1].predicted = 3;
    }
    if (db_run_add(d, &run, &data, 1, NULL, 0, &id, e) || db_run_claim(d, id, &claimed, e) != 1 ||
        db_run_split(d, id, split, IMAGES - 1, e) || db_epoch_add(d, id, &epoch, 0, NULL, 0, e) ||
        db_checkpoint_add(d, id, &weights, rows, IMAGES - 1, e))
        diag("%s", e->text);
    return id;
}

/* One call, shown in `view`. */
static int fetch_once(struct want_source *s, const struct ui_want *want, void **kept,
                      struct ui_model *view)
{
    struct err e = {0};
    void *rows = NULL;
    int status = want_pictures.fetch(s, want, &rows, &e);
    if (status < 0)
        diag("%s", e.text);
    if (rows)
        want_pictures.adopt(kept, rows, view, &e);
    return status;
}

static void fetch_all(struct want_source *s, const struct ui_want *want, void **kept,
                      struct ui_model *view)
{
    while (fetch_once(s, want, kept, view) > 0)
        ;
}

static void test_order(struct want_source *s, struct ui_want *want, void **kept,
                       struct ui_model *view)
{
    is_int(fetch_once(s, want, kept, view), 1, "there is more after the first picture");
    is_int((int64_t)view->n_pictures, 1, "which is there alone");
    const struct ui_picture *p = view->pictures[0];
    ok(p->place == 9 && p->run == want->run && p->box_height == 40, "the first one");
    is_int(p->height, 40, "as high as the box");
    is_int(p->width, 20, "and as wide as it is then");
    ok(p->rgb[0] > 15 && p->rgb[0] < 21, "its colour is its own");
    fetch_all(s, want, kept, view);
    is_int((int64_t)view->n_pictures, 3, "then the others");
    want->pictures.places[0] = 5;
    is_int(fetch_once(s, want, kept, view), 0, "what was decoded before is not decoded again");
    is_int(view->pictures[0]->place, 5, "and is there at once");
    want->pictures.width = 10;
    fetch_all(s, want, kept, view);
    is_int(view->pictures[0]->height, 20, "in a narrow box it is smaller");
}

static void test_problems(struct want_source *s, struct ui_want *want, void **kept,
                          struct ui_model *view)
{
    want->pictures = (struct ui_pictures){{3, 4, 5, 4711}, 4, 40, 40};
    fetch_all(s, want, kept, view);
    is_int((int64_t)view->n_pictures, 4, "those that cannot be shown are there too");
    has_text(view->pictures[0]->problem, "grey-003.jpg", "a damaged one says its name");
    has_text(view->pictures[1]->problem, "has the score 5", "another data set is noticed");
    ok(view->pictures[2]->rgb && !view->pictures[2]->problem, "the others are shown");
    has_text(view->pictures[3]->problem, "not on record", "there is no such image");
}

static void test_many(struct want_source *s, struct ui_want *want, void **kept,
                      struct ui_model *view)
{
    bool all = true;
    for (int i = 10; i + 8 < IMAGES; i += 8) {
        want->pictures = (struct ui_pictures){{i, i + 1, i + 2, i + 3, i + 4, i + 5}, 6, 40, 40};
        fetch_all(s, want, kept, view);
        for (int k = 0; k < 6; k++)
            all &= view->pictures[k]->place == i + k && view->pictures[k]->rgb;
    }
    ok(all, "more of them than are kept");
}

static void test_gone(struct want_source *s, struct ui_want *want, void **kept,
                      struct ui_model *view)
{
    char elsewhere[2048];
    snprintf(elsewhere, sizeof elsewhere, "%s-elsewhere", folder);
    want_pictures_close(s->pictures);
    s->pictures = NULL;
    if (rename(folder, elsewhere))
        diag("%s", elsewhere);
    is_int(fetch_once(s, want, kept, view), 0, "no images");
    is_int((int64_t)view->n_pictures, 0, "none is shown");
    has_text(view->pictures_problem, folder, "where they were is said");
    has_text(view->pictures_problem, "--data", "and what to do");
    if (rename(elsewhere, folder))
        diag("%s", folder);
    fetch_all(s, want, kept, view);
    ok(view->n_pictures == 6 && !view->pictures_problem[0], "once they are back they are shown");
}

int main(void)
{
    struct err e = {0};
    scratch_make();
    const char *path = scratch_path("runs.db");
    struct db *db = help_open(path);
    if (ok(!make_images(&e), "a data set %s", e.text)) {
        struct want_source source = {.db = db};
        struct ui_model view = {.pictures_problem = ""};
        void *kept = NULL;
        struct ui_want want = {.kind = UI_WANT_PICTURES,
                               .run = add_run(db, &e),
                               .best = true,
                               .pictures = {{9, 5, 7}, 3, 40, 40}};
        test_order(&source, &want, &kept, &view);
        test_problems(&source, &want, &kept, &view);
        test_many(&source, &want, &kept, &view);
        test_gone(&source, &want, &kept, &view);
        want_pictures.free_kept(kept, &view);
        want_pictures_close(source.pictures);
    }
    db_close(db);
    scratch_remove(scratch);
    return tap_done();
}
