/* test_resume_algorithms.c - what a backend chose to compute by is kept in checkpoints and given
 * back to it, or given up when that is asked for. */
#include "base/mem.h"
#include "base/str.h"
#include "tests/kit/resume_kit.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/toy_backend.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct rig rig;
static struct whole whole; /* 4 epochs of 4 steps, saved after each */

/* Longer than a value of metadata, and with characters of two bytes where those end. */
static const char *choices(void)
{
    static char text[4096];
    struct str lines;
    str_init(&lines);
    for (int i = 0; i < 40; i++)
        str_addf(&lines, "sum %d: %s bead\xc3\xa9 %0*d\n", i, i % 3 ? "abacus" : "head", i + 1, i);
    str_copy(text, sizeof text, lines.text);
    str_fini(&lines);
    return text;
}

static bool computes_by(const char *text)
{
    const struct event *started = rig_event(&rig, EVENT_STARTED, 0);
    const char *said = started ? started->started.algorithms : NULL;
    return text ? said && !strcmp(said, text) : started && !said;
}

static void test_given_back(void)
{
    ok(computes_by(choices()) && !toy.told, "a run says what its backend chose");
    toy.notes = "no abacus is here\nbeads: one is cracked";
    toy.remarks = "1 of 7 beads is not used";
    kit_stopped(&rig, "noted", 6, 0);
    const struct event *noted = kit_log(&rig, "no abacus is here"),
                       *remarked = kit_log(&rig, "backend toy: 1 of 7 beads is not used");
    ok(noted && noted->log.level == LOG_WARNING && remarked && remarked->log.level == LOG_INFO &&
           kit_log(&rig, "backend toy: beads: one is cracked"),
       "what it left out with a warning, and without one what else it says");
    toy.notes = toy.remarks = NULL;
    ok(kit_stopped(&rig, "stopped", 6, 0), "one is stopped");
    toy.algorithms = "sum 0: fingers\n";
    ok(kit_resume(&rig, &whole, "stopped") && toy.told && computes_by(choices()),
       "and goes on by the same, whatever the backend would choose now");
    ok(!kit_log(&rig, "may differ"), "without a warning");
    kit_link("whole", "cut");
    unlink(scratch_path("cut/checkpoint-4.safetensors"));
    fclose(fopen(scratch_path("cut/checkpoint-4.safetensors"), "w"));
    ok(kit_resume(&rig, &whole, "cut") && rig.events[0].started.resumed_epoch == 3 && toy.told,
       "those of the checkpoint before, where the newest can't be read");
}

static void test_refused(void)
{
    toy.forgot = true;
    kit_link("whole", "refused");
    rig_weights(&rig, "refused");
    rig.job.resume = true;
    const struct event *end = rig_run(&rig);
    rig.job.resume = false;
    ok(end && end->finished.state == RUN_FAILED &&
           strstr(end->finished.text, "the toy has lost \"sum 0: head bead\xc3\xa9 0\"; resume") &&
           strstr(end->finished.text, "combolab resume --algorithms anew"),
       "what can't be had any more is refused: \"%s\"", end ? end->finished.text : "no event");
    rig.job.algorithms_anew = true;
    ok(kit_resume(&rig, &whole, "refused") && !toy.told && computes_by("sum 0: fingers\n"),
       "unless it may be chosen again");
    ok(kit_log(&rig, "the backend's algorithms are chosen anew; what follows may differ") != NULL,
       "with a warning");
    rig.job.algorithms_anew = false;
    toy.forgot = false;
}

/* They are of no use to another backend. */
static void test_other(void)
{
    struct backend_ops other = *rig.job.backend, none = other;
    const struct backend_ops *before = rig.job.backend;
    other.name = "other";
    rig.job.backend = &other;
    kit_link("whole", "other");
    unlink(scratch_path("other/checkpoint-4.safetensors"));
    ok(kit_resume(&rig, &whole, "other") && !toy.told && kit_log(&rig, "the backend is now other"),
       "another backend goes on by its own");
    none.algorithms = NULL;
    rig.job.backend = &none;
    toy.algorithms = NULL;
    rig_weights(&rig, "none");
    const struct event *end = rig_run(&rig);
    ok(end && end->finished.state == RUN_FINISHED && computes_by(NULL), "one may have no choice");
    toy.algorithms = "sum 0: fingers\n";
    rig.job.backend = before;
    kit_link("none", "some");
    unlink(scratch_path("some/checkpoint-4.safetensors"));
    ok(kit_resume(&rig, &whole, "some") && !toy.told && computes_by("sum 0: fingers\n") &&
           kit_log(&rig, "the backend's algorithms are chosen anew"),
       "and choose later, with a warning");
}

int main(void)
{
    if (!ok(!rig_init(&rig), "a data set and a trainer are made"))
        return tap_done();
    rig.job.backend = kit_counted(toy_backend());
    rig.job.config.epochs = 4;
    rig.job.config.save_every = 1;
    rig.job.config.keep = 3;
    toy.algorithms = choices();
    if (ok(!kit_whole(&rig, &whole, "whole"), "a run that never stops")) {
        test_given_back();
        test_refused();
        test_other();
    }
    ok(!toy.violations, "no promise to the backend was broken (%s)", toy.violation);
    kit_free(&whole);
    rig_fini(&rig);
    return tap_done();
}
