/* want_ablation.c - the ablation of an experiment: made on the reader thread, again whenever a run
 * of it began, ended or came. What a run that goes on does meanwhile is in no table. */
#include "src/want.h"

#include "base/err.h"
#include "base/mem.h"
#include "src/experiment.h"

#define LEVEL 0.95

struct ablation_rows {
    struct ui_ablation of;
    struct ablation *ablation;
};

static void free_rows(void *rows)
{
    struct ablation_rows *r = rows;
    if (r)
        ablation_free(r->ablation);
    mem_free(r);
}

/* A baseline that is there no longer makes room for the usual one. */
int want_ablation_make(struct want_source *s, const struct ui_ablation *of, uint64_t *known,
                       struct ablation **out, struct err *e)
{
    struct ablation_looks looks;
    struct ablation_choice choice = {.at = of->at,
                                     .baseline = of->baseline,
                                     .level = LEVEL,
                                     .bootstrap = of->bootstrap,
                                     .looks = &looks,
                                     .cancel = &s->cancel};
    if (experiment_looks(s->db, of->experiment, &looks, e))
        return -1;
    int status = experiment_ablation(s->db, of->experiment, &choice, known, out, e);
    if (status < 0 && e->code == ERR_USAGE && of->baseline[0]) {
        choice.baseline = "";
        status = experiment_ablation(s->db, of->experiment, &choice, known, out, e);
    }
    return status > 0 ? err_set(e, ERR_CANCELLED, "the ablation is not wanted any more") : status;
}

static int fetch(struct want_source *s, const struct ui_want *want, void **rows, struct err *e)
{
    struct ablation *a;
    if (want_ablation_make(s, &want->ablation, &s->ablation, &a, e))
        return -1;
    if (!a)
        return 0;
    struct ablation_rows *r = mem_alloc(1, sizeof *r);
    if (!r) {
        ablation_free(a);
        s->ablation = 0;
        return mem_error(e, "an ablation", sizeof *r);
    }
    r->of = want->ablation;
    r->ablation = a;
    *rows = r;
    return 0;
}

static void free_kept(void *kept, struct ui_model *view)
{
    free_rows(kept);
    view->ablation = NULL;
    view->ablation_of = NULL;
}

static int adopt(void **kept, void *rows, struct ui_model *view, struct err *e)
{
    struct ablation_rows *r = rows;
    (void)e;
    free_rows(*kept);
    *kept = r;
    view->ablation = r->ablation;
    view->ablation_of = &r->of;
    view->ablation_version++;
    return 0;
}

/* Lasting, as the reader knows what it has made last and does not make it again. */
const struct want_kind want_ablation = {.fetch = fetch,
                                        .adopt = adopt,
                                        .free_rows = free_rows,
                                        .free_kept = free_kept,
                                        .lasting = true};
