/* ui_kit.c - a made-up model for the screen's tests. */
#include "tests/kit/ui_kit.h"

#include "base/mem.h"
#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NOW 1700000000.0

static const char *const states[] = {"running",  "queued", "paused",  "finished",
                                     "diverged", "failed", "stopped", "lost"};
static const char *const nets[] = {"resnet18", "resnet50", "se-resnext50"};

/* A curve that falls (or rises) fast first, with a ripple; the same on every machine to 4 digits.
 */
static double curve(int epoch, double from, double to, double ripple)
{
    return to + (from - to) / (1 + 0.15 * (epoch - 1)) + ripple * sin(epoch * 1.7);
}

static void make_run(struct run_row *r, int n, int i)
{
    memset(r, 0, sizeof *r);
    r->id = n - i;
    bool combo = i % 3 == 0;
    const char *state = states[i < 8 ? i : 3];
    str_copy(r->state, sizeof r->state, state);
    str_copy(r->experiment, sizeof r->experiment, i % 2 ? "ablation" : "default");
    str_copy(r->data, sizeof r->data, i == 1 ? "/data/sets/SCUT-FBP5500" : "SCUT-FBP5500");
    str_copy(r->protocol, sizeof r->protocol, i % 4 == 2 ? "5-fold" : "60-40");
    r->fold = i % 4 == 2 ? 1 + i % 5 : 0;
    str_copy(r->backbone, sizeof r->backbone, nets[i % 3]);
    str_copy(r->loss, sizeof r->loss, combo ? "combo" : i % 3 == 1 ? "l1" : "mse");
    r->alpha = combo ? 2 : NAN;
    r->beta = r->gamma = combo ? 1 : NAN;
    snprintf(r->name, sizeof r->name, "%s %s%s s%d", r->backbone, r->loss, combo ? " 2,1,1" : "",
             1 + i % 5);
    r->image_size = 224;
    r->batch = 64;
    r->epochs = 200;
    r->seed = 1 + i % 5;
    r->learning_rate = 0.01;
    str_copy(r->select, sizeof r->select, "test");
    str_copy(r->host, sizeof r->host, "lab");
    r->created = NOW - 700.0 * (i + 1) * (i + 1);
    bool waits = i == 1, done = i >= 3;
    r->epochs_done = waits ? 0 : !strcmp(state, "finished") ? 200 : 12 + 31 * (i % 5);
    r->started = waits ? NAN : r->created + 5;
    r->ended = done ? r->created + 600 : NAN;
    r->best_epoch = waits ? 0 : r->epochs_done - 2;
    r->best_pc = waits ? NAN : 0.9 + 0.001 * (i % 17);
    r->best_mae = waits ? NAN : 0.24 - 0.001 * (i % 17);
    r->best_rmse = waits ? NAN : 0.31 - 0.001 * (i % 13);
    r->last_pc = waits ? NAN : r->best_pc - 0.002;
    r->last_mae = waits ? NAN : r->best_mae + 0.002;
    r->last_rmse = waits ? NAN : r->best_rmse + 0.002;
    r->curve.n = waits ? 0 : ROW_CURVE_POINTS;
    for (int k = 0; k < r->curve.n; k++)
        r->curve.pc[k] = (float)(r->last_pc - (i % 5 - 0.5) / (k + 1.0) * (k % 3));
    r->images_per_s = waits ? 0 : 80 + 37 * (i % 11);
    r->disk_bytes = waits ? 0 : (int64_t)(i + 1) * 89511512;
    if (!waits) {
        str_copy(r->device, sizeof r->device, "cpu: test, avx2, 2 threads");
        str_copy(r->library, sizeof r->library, "oneDNN 2.6.3");
        str_copy(r->precision, sizeof r->precision, "f32");
        str_copy(r->data_hash, sizeof r->data_hash, "0123456789abcdef");
        r->parameters = 11179077;
        r->train_images = 3300;
        r->test_images = 2200;
    }
    if (!strcmp(state, "diverged"))
        str_copy(
            r->state_text, sizeof r->state_text,
            "epoch 137, step 12: the classification term is not finite; try a lower learning-rate");
    if (!strcmp(state, "failed"))
        str_copy(r->state_text, sizeof r->state_text, "no space left on device: best.safetensors");
}

struct fixture *fixture_new(int n)
{
    struct fixture *f = mem_alloc(1, sizeof *f);
    struct run_row *rows = mem_alloc((size_t)n, sizeof *rows);
    struct ui_run *runs = mem_alloc((size_t)n, sizeof *runs);
    if (!f || !rows || !runs) {
        mem_free(f);
        mem_free(rows);
        mem_free(runs);
        return NULL;
    }
    for (int i = 0; i < n; i++) {
        make_run(&rows[i], n, i);
        runs[i] = ui_run_of(&rows[i]);
    }
    f->rows = rows;
    f->runs = runs;
    f->model = (struct ui_model){
        .db_path = "/home/lab/.local/share/combolab/runs.db",
        .now = NOW,
        .runs = runs,
        .n_runs = (size_t)n,
        .can_train = true,
        .message = "",
        .launch_problem = "",
        .portraits = "",
        .live = {.eta_s = NAN, .elapsed_s = NAN, .load = NAN, .temperature_c = NAN, .power_w = NAN},
    };
    return f;
}

static void make_phase(struct phase_row *p, int epoch, bool test);

static void make_compared(struct fixture *f, struct ui_compared *c, size_t i, int epochs)
{
    static const char *const names[][3] = {
        {"regression", "expectation", "classification"}, {"absolute"}, {"squared"}};
    const struct ui_run *r = ui_run_find(&f->model, c->run);
    int kind = !strcmp(r->loss, "combo") ? 0 : !strcmp(r->loss, "l1") ? 1 : 2;
    struct epoch_row *rows = mem_alloc((size_t)epochs, sizeof *rows);
    for (int k = 0; k < epochs; k++) {
        rows[k] = (struct epoch_row){.epoch = k + 1, .learning_rate = 0.01, .tested = true};
        make_phase(&rows[k].train, k + 1, false);
        make_phase(&rows[k].test, k + 1, true);
        rows[k].test.pc -= 0.01 * (double)(c->run % 7);
        rows[k].train.seconds += (double)(c->run % 5);
        if (i == 3 && k > epochs / 2)
            rows[k].test.pc = rows[k].test.total = NAN;
    }
    struct curve_point *points = curves_points(rows, (size_t)epochs);
    mem_free(c->curves.points);
    c->curves = (struct curves){NULL, 0};
    curves_add(&c->curves, points, (size_t)epochs);
    mem_free(points);
    mem_free(rows);
    c->n_terms = kind ? 1 : 3;
    for (size_t k = 0; k < c->n_terms; k++)
        str_copy(c->terms[k].name, sizeof c->terms[k].name, names[kind][k]);
    snprintf(f->compared_values[i][0], 24, "%s", r->loss);
    snprintf(f->compared_values[i][1], 24, "%lld", (long long)r->seed);
    f->compared_options[i][0] = (struct compare_option){"loss", f->compared_values[i][0]};
    f->compared_options[i][1] = (struct compare_option){"seed", f->compared_values[i][1]};
    f->compared_options[i][2] = (struct compare_option){"momentum", i % 2 ? "0.9" : "0.95"};
    c->options = f->compared_options[i];
    c->n_options = 3;
}

void fixture_compare(struct fixture *f, const struct ui *ui, int epochs)
{
    struct ui_want wants[UI_MOST_WANTS];
    for (size_t n = ui_wants(ui, wants); n-- > 0;) {
        if (wants[n].kind != UI_WANT_COMPARED)
            continue;
        f->model.compared = f->compared;
        f->model.n_compared = wants[n].n_runs;
        f->model.compared_version++;
        for (size_t i = 0; i < wants[n].n_runs; i++) {
            f->compared[i].run = wants[n].runs[i];
            make_compared(f, &f->compared[i], i, epochs);
        }
    }
}

void fixture_alike(struct fixture *f)
{
    for (size_t i = 0; i < f->model.n_runs; i++) {
        size_t at = f->model.n_runs - 1 - i;
        f->alike[i] = (struct alike_row){f->runs[at].id, 1 + at % 3, 1 + at % 15};
    }
    f->model.alike = f->alike;
    f->model.n_alike = f->model.n_runs;
    fixture_changed(f);
}

void fixture_free(struct fixture *f)
{
    if (!f)
        return;
    for (int i = 0; i < UI_MOST_COMPARED; i++)
        mem_free(f->compared[i].curves.points);
    mem_free(f->rows);
    mem_free(f->runs);
    mem_free(f);
}

void fixture_changed(struct fixture *f)
{
    f->model.runs_version++;
}

int64_t fixture_wanted(const struct ui *ui)
{
    struct ui_want wants[UI_MOST_WANTS];
    for (size_t n = ui_wants(ui, wants); n-- > 0;)
        if (wants[n].kind == UI_WANT_RUN)
            return wants[n].run;
    return 0;
}

static void make_phase(struct phase_row *p, int epoch, bool test)
{
    double more = test ? 1.25 : 1, ripple = test ? 0.01 : 0.004;
    p->images = test ? 2200 : 3300;
    p->seconds = 8;
    p->term[0] = curve(epoch, 1.9 * more, 0.08 * more, ripple);
    p->term[1] = curve(epoch, 1.4 * more, 0.11 * more, ripple);
    p->term[2] = curve(epoch, 1.6 * more, 0.35 * more, ripple * 2);
    for (int t = 0; t < 3; t++)
        p->weighted[t] = (t ? 1 : 2) * p->term[t];
    p->total = 2 * p->term[0] + p->term[1] + p->term[2];
    for (int t = 0; t < 3; t++)
        p->gradient[t] = p->cosine[t] = NAN;
    if (!test) {
        p->gradient[0] = curve(epoch, 0.05, 0.31, ripple);
        p->gradient[1] = curve(epoch, 0.02, 0.06, ripple / 4);
        p->gradient[2] = curve(epoch, 0.06, 0.22, ripple);
        p->cosine[0] = curve(epoch, 0.5, 0.3, ripple);
        p->cosine[1] = curve(epoch, 0.3, -0.24, ripple);
        p->cosine[2] = curve(epoch, 0.4, 0.1, ripple);
    }
    p->mae = curve(epoch, 0.9, test ? 0.23 : 0.15, ripple);
    p->rmse = curve(epoch, 1.1, test ? 0.30 : 0.20, ripple);
    p->pc = 1 - curve(epoch, 1.05, test ? 0.10 : 0.04, ripple);
}

static void make_rows(struct fixture *f, int done)
{
    static const char *const names[] = {"regression", "expectation", "classification"};
    static const char *const options[][2] = {
        {"epochs", "200"}, {"lr-step", "50"}, {"lr-factor", "1e-1"}, {"weight-decay", "0.0005"}};
    for (int i = 0; i < done && i < FIXTURE_EPOCHS; i++) {
        struct epoch_row *e = &f->epochs[i];
        memset(e, 0, sizeof *e);
        e->epoch = i + 1;
        e->learning_rate = i < 50 ? 0.01 : i < 100 ? 0.001 : 0.0001;
        e->time = NOW - 10.0 * (done - i);
        make_phase(&e->train, i + 1, false);
        make_phase(&e->test, i + 1, true);
        e->tested = true;
    }
    for (int i = 0; i < 3; i++) {
        str_copy(f->terms[i].name, sizeof f->terms[i].name, names[i]);
        f->terms[i].weight = i ? 1 : 2;
    }
    for (int i = 0; i < 4; i++) {
        str_copy(f->options[i].name, sizeof f->options[i].name, options[i][0]);
        str_copy(f->options[i].value, sizeof f->options[i].value, options[i][1]);
    }
    for (int i = 0; i < 12; i++) {
        struct log_row *l = &f->log[i];
        l->time = NOW - 60.0 * (12 - i);
        str_copy(l->level, sizeof l->level, i == 10 ? "warning" : "info");
        snprintf(l->text, sizeof l->text,
                 i == 10 ? "image 17.jpg is very small" : "line %d of the log", i + 1);
    }
}

void fixture_evaluate(struct fixture *f, int every)
{
    static const struct phase_row none = {.seconds = NAN,
                                          .total = NAN,
                                          .term = {NAN, NAN, NAN},
                                          .weighted = {NAN, NAN, NAN},
                                          .mae = NAN,
                                          .rmse = NAN,
                                          .pc = NAN};
    for (size_t i = 0; i < f->model.n_epochs; i++) {
        struct epoch_row *e = &f->epochs[i];
        e->tested = e->validated = e->epoch % every == 0;
        e->val = e->tested ? e->train : none;
        if (!e->tested)
            e->test = none;
        for (int t = 0; t < 3; t++)
            e->val.term[t] += 0.3;
        e->val.total += 1.2;
        e->val.mae += 0.02;
        e->val.rmse += 0.02;
        e->val.pc -= 0.02;
        e->val.images = e->tested ? 330 : 0;
    }
    for (size_t i = 0; i < f->model.n_runs; i++) {
        if (f->runs[i].id == f->model.rows_of)
            f->runs[i].best_epoch -= f->runs[i].best_epoch % every;
        f->runs[i].select = "val";
        f->runs[i].val_images = 330;
        f->runs[i].resumed = 2;
        f->runs[i].earlier_s = 4000;
    }
}

void fixture_open(struct fixture *f, int id, int done, int planned, bool live)
{
    struct ui_run *r = NULL;
    for (size_t i = 0; i < f->model.n_runs; i++)
        if (f->runs[i].id == id)
            r = &f->runs[i];
    make_rows(f, done);
    if (r) {
        r->epochs = planned;
        r->epochs_done = done;
    }
    for (int i = 0; r && i < done && i < FIXTURE_EPOCHS; i++) {
        const struct epoch_row *e = &f->epochs[i];
        if (i && e->test.pc <= r->best_pc)
            continue;
        r->best_epoch = e->epoch;
        r->best_pc = e->test.pc;
        r->best_mae = e->test.mae;
        r->best_rmse = e->test.rmse;
    }
    fixture_changed(f);
    f->model.rows_of = r ? id : 0;
    f->model.epochs = f->epochs;
    f->model.n_epochs = (size_t)done;
    f->model.terms = f->terms;
    f->model.n_terms = 3;
    f->model.options = f->options;
    f->model.n_options = 4;
    f->model.log = f->log;
    f->model.n_log = 12;
    if (!live)
        return;
    f->model.live = (struct snapshot){.run = id,
                                      .phase = SNAPSHOT_TRAIN,
                                      .step = 34,
                                      .steps = 51,
                                      .epoch = done + 1,
                                      .epochs = planned,
                                      .terms = 3,
                                      .total = 0.4321,
                                      .images_per_s = 412.3,
                                      .elapsed_s = 3600,
                                      .eta_s = 3723,
                                      .device_bytes = UINT64_C(1288490188),
                                      .load = NAN,
                                      .temperature_c = NAN,
                                      .power_w = NAN};
}

static void make_steps(struct snapshot_steps *s, int id, int epoch, int done)
{
    *s = (struct snapshot_steps){.run = id, .epoch = epoch, .each = 1, .n = done};
    for (int i = 0; i < done; i++) {
        struct snapshot_step *at = &s->at[i];
        at->step = i + 1;
        at->term[0] = curve(epoch % 1000 + i, 1.9, 0.08, 0.15);
        at->term[1] = curve(epoch % 1000 + i, 1.4, 0.11, 0.2);
        at->term[2] = curve(epoch % 1000 + i, 1.6, 0.35, 0.1);
        at->total = 2 * at->term[0] + at->term[1] + at->term[2];
    }
}

void fixture_elsewhere(struct fixture *f, int id, int epoch, int done)
{
    size_t n = f->model.n_snapshots++;
    f->snapshots[n] = (struct snapshot){.run = id,
                                        .phase = done ? SNAPSHOT_TRAIN : SNAPSHOT_DECODING,
                                        .step = done ? done : 1234,
                                        .steps = done ? 500 : 5500,
                                        .epoch = epoch,
                                        .epochs = 200,
                                        .terms = 3,
                                        .total = 0.987,
                                        .images_per_s = done ? 61.2 : 1234,
                                        .elapsed_s = 60,
                                        .eta_s = done ? 7384 : NAN,
                                        .device_bytes = done ? UINT64_C(536870912) : 0,
                                        .load = NAN,
                                        .temperature_c = NAN,
                                        .power_w = NAN};
    f->model.snapshots = f->snapshots;
    f->model.moves = true;
    if (f->model.rows_of != id)
        return;
    make_steps(&f->steps, id, epoch, done);
    f->model.steps = &f->steps;
}
