/* test_schedule.c - learning rates against PyTorch's schedulers, which epochs are evaluated, when
 * patience ends a run, and which images are held out. */
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/config.h"
#include "engine/train/holdout_priv.h"
#include "engine/train/schedule.h"
#include "tests/kit/exactness.h"
#include "tests/kit/tap.h"

#include <stdio.h>
#include <stdlib.h>

/* A line of the golden file: schedule, epochs, rate, step, factor, warm-up, then the rates. */
static int compare_line(char *line, double *apart)
{
    struct run_config c;
    int most = 0;
    char *rest = NULL;
    config_defaults(&c);
    const char *schedule = strtok_r(line, " \n", &rest);
    if (opt_set(&config_options, &c, "schedule", schedule, NULL))
        return -1;
    c.epochs = atoi(strtok_r(NULL, " \n", &rest));
    c.learning_rate = atof(strtok_r(NULL, " \n", &rest));
    c.lr_step = atoi(strtok_r(NULL, " \n", &rest));
    c.lr_factor = atof(strtok_r(NULL, " \n", &rest));
    c.warmup = atoi(strtok_r(NULL, " \n", &rest));
    for (char *word; (word = strtok_r(NULL, " \n", &rest));) {
        double wanted = atof(word), got = schedule_learning_rate(&c, ++most);
        *apart = exact_worse(*apart, fabs(got - wanted) / c.learning_rate);
    }
    ok(most == c.epochs, "%s, %lld epochs, warm-up %lld: %d rates", schedule, (long long)c.epochs,
       (long long)c.warmup, most);
    return 0;
}

static void test_rates(void)
{
    char path[1024], line[4096];
    const char *top = getenv("TOP_SRCDIR");
    double apart = 0;
    int lines = 0;
    snprintf(path, sizeof path, "%s/tests/golden/schedule_torch.txt", top ? top : ".");
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f) && !compare_line(line, &apart))
        lines++;
    if (f)
        fclose(f);
    is_int(lines, 8, "all schedules of the golden file");
    exact_ok("schedule", "rates", "double", apart);
}

/* By the definition, one epoch after the other. */
static int count_by_hand(const struct run_config *c, int from, int to)
{
    int n = 0;
    for (int epoch = from + 1; epoch <= to; epoch++)
        n += epoch % c->eval_every == 0 || epoch == c->epochs;
    return n;
}

static int last_by_hand(const struct run_config *c, int epoch, int worse)
{
    for (; epoch < c->epochs; epoch++)
        if (epoch % c->eval_every == 0 && ++worse == c->patience)
            break;
    return epoch;
}

static void test_evaluations(void)
{
    struct run_config c;
    int wrong = 0, asked = 0;
    config_defaults(&c);
    for (c.epochs = 1; c.epochs <= 13; c.epochs++)
        for (c.eval_every = 1; c.eval_every <= 14; c.eval_every++)
            for (int from = 0; from <= c.epochs; from++)
                for (int to = from; to <= c.epochs; to++, asked++)
                    wrong += schedule_evaluations(&c, from, to) != count_by_hand(&c, from, to);
    ok(asked > 1000 && !wrong, "evaluations are counted as they come");
    c.epochs = 10;
    c.eval_every = 3;
    int due = 0;
    for (int epoch = 1; epoch <= 10; epoch++)
        due |= schedule_evaluates(&c, epoch) << epoch;
    is_int(due, 1 << 3 | 1 << 6 | 1 << 9 | 1 << 10, "every third epoch, and the last");
}

static void test_patience(void)
{
    struct run_config c;
    int wrong = 0, asked = 0;
    config_defaults(&c);
    c.epochs = 12;
    is_int(schedule_last(&c, 5, 100), 12, "without patience all epochs are trained");
    ok(!schedule_patience_over(&c, 100), "and it never runs out");
    for (c.eval_every = 1; c.eval_every <= 13; c.eval_every++)
        for (c.patience = 1; c.patience <= 5; c.patience++)
            for (int worse = 0; worse < c.patience; worse++)
                for (int epoch = 1; epoch <= 12; epoch++, asked++)
                    wrong += schedule_last(&c, epoch, worse) != last_by_hand(&c, epoch, worse);
    ok(asked > 1000 && !wrong, "the last epoch, if nothing gets better, is foreseen");
    c.patience = 2;
    ok(!schedule_patience_over(&c, 1) && schedule_patience_over(&c, 2), "two of two are enough");
}

static void test_check(void)
{
    struct run_config c;
    struct err e;
    config_defaults(&c);
    str_copy(c.data, sizeof c.data, "somewhere");
    c.epochs = 5;
    c.warmup = 4;
    ok(!config_check(&c, &e), "a warm-up of 4 of 5 epochs is fine");
    c.warmup = 5;
    ok(config_check(&c, &e) == -1 && e.code == ERR_USAGE, "one of all 5 is refused");
    has_text(e.text, "'warmup': 5", "with the option and its value");
}

/* --- images held out --- */

#define PLACES 2000

/* The split's places are 0, step, 2 step ... */
static int hold(struct run *run, struct run_config *c, size_t n, uint32_t step, struct err *e)
{
    *run = (struct run){.config = c, .train_split = {n, mem_alloc(n, sizeof(uint32_t))}};
    for (uint32_t i = 0; i < n; i++)
        run->train_split.places[i] = i * step;
    return holdout_choose(run, e);
}

static void let_go(struct run *run)
{
    mem_free(run->train_split.places);
    mem_free(run->val_split.places);
}

/* Marks the places of the images held out. */
static void mark(const struct run *run, char held[2 * PLACES])
{
    memset(held, 0, 2 * PLACES);
    for (size_t i = 0; i < run->val_split.n; i++)
        held[run->val_split.places[i]] = 1;
}

static int parted(const struct run *run, size_t n, uint32_t step)
{
    size_t t = 0, v = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool trains = t < run->train_split.n && run->train_split.places[t] == i * step;
        bool holds = v < run->val_split.n && run->val_split.places[v] == i * step;
        if (trains == holds)
            return 0;
        t += trains;
        v += holds;
    }
    return t == run->train_split.n && v == run->val_split.n;
}

static void test_hold(void)
{
    static char all[2 * PLACES], other[2 * PLACES];
    struct run_config c;
    struct run run;
    struct err e;
    config_defaults(&c);
    ok(!hold(&run, &c, PLACES, 1, &e) && run.train_split.n == PLACES && !run.val_split.n,
       "--select test holds nothing out");
    let_go(&run);
    c.select = SELECT_VAL;
    ok(!hold(&run, &c, PLACES, 1, &e) && parted(&run, PLACES, 1),
       "every image either trains or is held out, in ascending order");
    ok(fabs((double)run.val_split.n / PLACES - 0.1) < 0.02, "a tenth is held out (%zu of %d)",
       run.val_split.n, PLACES);
    mark(&run, all);
    let_go(&run);
    hold(&run, &c, PLACES / 2, 2, &e);
    mark(&run, other);
    int agree = 1;
    for (int i = 0; i < PLACES; i += 2)
        agree &= all[i] == other[i];
    ok(agree, "whether an image is held out does not depend on the others");
    let_go(&run);
    c.val_share = 0.3;
    hold(&run, &c, PLACES, 1, &e);
    mark(&run, other);
    agree = 1;
    for (int i = 0; i < PLACES; i++)
        agree &= !all[i] || other[i];
    ok(agree && run.val_split.n > 500, "a larger share holds out the same ones and more");
    let_go(&run);
    c.val_share = 0.1;
    c.seed = 2;
    hold(&run, &c, PLACES, 1, &e);
    mark(&run, other);
    ok(memcmp(all, other, sizeof all) != 0, "another seed holds out others");
    let_go(&run);
}

static void test_hold_refused(void)
{
    struct run_config c;
    struct run run;
    struct err e;
    config_defaults(&c);
    c.select = SELECT_VAL;
    c.val_share = 0.001;
    ok(hold(&run, &c, 3, 1, &e) == -1 && e.code == ERR_USAGE, "holding out none is refused");
    has_text(e.text, "'val-share': 0.001 of 3 training images", "with option, value and number");
    let_go(&run);
    c.val_share = 0.9;
    int refused = 0;
    for (c.seed = 1; c.seed < 10 && !refused; c.seed++) {
        refused = hold(&run, &c, 2, 1, &e) && strstr(e.text, "leaves none to train on");
        let_go(&run);
    }
    ok(refused, "so is leaving none");
}

int main(void)
{
    test_rates();
    test_evaluations();
    test_patience();
    test_check();
    test_hold();
    test_hold_refused();
    return tap_done();
}
