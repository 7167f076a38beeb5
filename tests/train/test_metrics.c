/* test_metrics.c - errors and correlation against values worked out by hand. */
#include "engine/train/metrics.h"
#include "tests/kit/tap.h"

int main(void)
{
    struct metrics m;
    float p[] = {1, 2, 4, 5};
    double t[] = {2, 2, 3, 6};
    metrics_of(p, t, 4, &m);
    /* e = -1 0 1 -1; means 3 and 3.25; pt = 2.5+1.25-.25+5.5 = 9, pp = 10, tt = 10.75 */
    is_near(m.mae, 0.75, 1e-15, "MAE");
    is_near(m.rmse, sqrt(0.75), 1e-15, "RMSE");
    is_near(m.pc, 9 / sqrt(10 * 10.75), 1e-15, "Pearson correlation");

    float exact[] = {2, 2, 3, 6};
    metrics_of(exact, t, 4, &m);
    ok(m.mae == 0 && m.rmse == 0, "perfect predictions have no error");
    is_near(m.pc, 1, 1e-15, "and correlation 1");
    ok(m.pc <= 1, "never more than 1");
    float against[] = {-2, -2, -3, -6};
    metrics_of(against, t, 4, &m);
    is_near(m.pc, -1, 1e-15, "mirrored ones -1");

    float constant[] = {3.3f, 3.3f, 3.3f, 3.3f};
    metrics_of(constant, t, 4, &m);
    ok(isnan(m.pc), "constant predictions have no correlation");
    is_near(m.mae, (3 * (double)3.3f - 7 + 6 - (double)3.3f) / 4, 1e-12, "but an error");
    double same[] = {0.1, 0.1, 0.1};
    metrics_of(p, same, 3, &m);
    ok(isnan(m.pc), "constant scores have no correlation");

    float far[] = {1e6f + 1, 1e6f + 2, 1e6f + 4, 1e6f + 5};
    metrics_of(far, t, 4, &m);
    is_near(m.pc, 9 / sqrt(10 * 10.75), 1e-12, "a large offset costs no digits");

    metrics_of(p, t, 1, &m);
    ok(m.mae == 1 && m.rmse == 1 && isnan(m.pc), "one image has an error, no correlation");
    metrics_of(p, t, 0, &m);
    ok(isnan(m.mae) && isnan(m.rmse) && isnan(m.pc), "no image has nothing");
    float broken[] = {1, NAN, 2, 3};
    metrics_of(broken, t, 4, &m);
    ok(isnan(m.mae) && isnan(m.pc), "a NaN prediction is not hidden");
    return tap_done();
}
