/* trainer_rig.c - see trainer_rig.h. */
#include "tests/kit/trainer_rig.h"

#include "base/mem.h"
#include "base/queue.h"
#include "base/str.h"
#include "engine/image/image.h"
#include "tests/kit/scratch.h"
#include "tests/kit/toy_backend.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Brightness 60..192 with a gradient and a texture, so that crops and mirrors differ. */
static int write_picture(const char *path, int i)
{
    uint8_t rgb[40 * 36 * 3];
    for (int y = 0; y < 40; y++)
        for (int x = 0; x < 36; x++)
            for (int c = 0; c < 3; c++)
                rgb[(y * 36 + x) * 3 + c] =
                    (uint8_t)(60 + 6 * i + x + y / 2 + (x * y * (c + 1)) % 7);
    const struct image image = {40, 36, rgb};
    struct err e;
    return image_write_jpeg(&image, path, 95, &e);
}

static int write_data(void)
{
    char name[32];
    mkdir(scratch_path("data"), 0777);
    FILE *csv = fopen(scratch_path("data/labels.csv"), "w");
    if (!csv)
        return -1;
    fprintf(csv, "image,score,split\n");
    for (int i = 0; i < RIG_TRAIN + RIG_TEST; i++) {
        snprintf(name, sizeof name, "data/p%02d.jpg", i);
        fprintf(csv, "p%02d.jpg,%.3f,%s\n", i, 1.2 + 0.16 * i + 0.2 * (i % 3),
                i % 3 == 1 ? "test" : "train");
        if (write_picture(scratch_path(name), i))
            return -1;
    }
    return fclose(csv);
}

int rig_init(struct rig *r)
{
    memset(r, 0, sizeof *r);
    memset(&toy, 0, sizeof toy);
    scratch_make();
    if (write_data() || trainer_new(&r->trainer, NULL))
        return -1;
    struct run_config *c = &r->job.config;
    config_defaults(c);
    str_copy(c->data, sizeof c->data, scratch_path("data"));
    str_copy(c->cache, sizeof c->cache, scratch_path("cache"));
    c->image_size = 32;
    c->epochs = 3;
    c->batch = 4;
    c->learning_rate = 0.02;
    c->head_start = HEAD_START_TORCH;
    c->lr_step = 2;
    c->threads = 1;
    c->loss = LOSS_COMBO;
    c->rounding = ROUND_HALF_DOWN;
    r->job.run = 7;
    r->job.known_epochs = INT_MAX;
    r->job.backend = toy_backend();
    rig_weights(r, "weights");
    return 0;
}

void rig_forget(struct rig *r)
{
    for (int i = 0; i < r->n; i++)
        event_fini(&r->events[i]);
    r->n = 0;
}

void rig_fini(struct rig *r)
{
    rig_forget(r);
    trainer_free(r->trainer);
    scratch_remove(scratch);
}

void rig_weights(struct rig *r, const char *name)
{
    str_copy(r->job.weights_dir, sizeof r->job.weights_dir, scratch_path(name));
}

const struct event *rig_until(struct rig *r, enum event_kind kind)
{
    while (r->n < RIG_EVENTS && queue_wait(trainer_events(r->trainer), &r->events[r->n]) == 1) {
        const struct event *event = &r->events[r->n++];
        if (event->kind == kind || event->kind == EVENT_FINISHED)
            return event;
    }
    return NULL;
}

const struct event *rig_start(struct rig *r)
{
    rig_forget(r);
    struct err e;
    if (trainer_start(r->trainer, &r->job, &e)) {
        printf("# %s\n", e.text);
        return NULL;
    }
    return rig_until(r, EVENT_STARTED);
}

const struct event *rig_run(struct rig *r)
{
    const struct event *event = rig_start(r);
    return event && event->kind != EVENT_FINISHED ? rig_until(r, EVENT_FINISHED) : event;
}

const struct event *rig_event(const struct rig *r, enum event_kind kind, int i)
{
    for (int k = 0; k < r->n; k++)
        if (r->events[k].kind == kind && i-- == 0)
            return &r->events[k];
    return NULL;
}

int rig_count(const struct rig *r, enum event_kind kind)
{
    int n = 0;
    for (int k = 0; k < r->n; k++)
        n += r->events[k].kind == kind;
    return n;
}

char *rig_file(const char *path, size_t *bytes)
{
    FILE *f = fopen(path, "rb");
    struct stat s;
    if (!f || fstat(fileno(f), &s)) {
        if (f)
            fclose(f);
        return NULL;
    }
    char *text = mem_alloc((size_t)s.st_size + 1, 1);
    *bytes = text ? fread(text, 1, (size_t)s.st_size, f) : 0;
    fclose(f);
    return text;
}

int rig_same_file(const char *a, const char *b)
{
    size_t na = 0, nb = 0;
    char *x = rig_file(a, &na), *y = rig_file(b, &nb);
    int same = x && y && na == nb && !memcmp(x, y, na);
    mem_free(x);
    mem_free(y);
    return same;
}
