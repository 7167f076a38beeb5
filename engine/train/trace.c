/* trace.c - see trace_priv.h. Reals are written with 17 digits, so that they read back to the same
 * bits.
 */
#include "engine/train/trace_priv.h"

#include "base/mem.h"
#include "base/str.h"
#include "engine/train/save_priv.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

struct trace {
    char folder[1024];
    bool goes_on; /* the files begin with what was traced before the run was resumed */
    FILE *order, *steps;
};

static int open_csv(struct trace *t, FILE **out, const char *name, struct err *e)
{
    char path[1100];
    if (str_path(path, sizeof path, t->folder, name))
        return err_set(e, ERR_USAGE, "option 'trace': the path is too long");
    *out = fopen(path, t->goes_on ? "ae" : "we");
    return *out ? 0 : err_errno(e, errno, "%s cannot be written", path);
}

/* Flushes, so that a full disk is noticed when it happens. */
static int check(struct trace *t, FILE *file, struct err *e)
{
    return fflush(file) || ferror(file)
               ? err_errno(e, errno, "the trace in %s cannot be written", t->folder)
               : 0;
}

static void put_text(FILE *to, const char *text)
{
    fputc('"', to);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', to);
        fputc(*text, to);
    }
    fputc('"', to);
}

static json_t *options_of(const struct run_config *config)
{
    json_t *list = json_object();
    char value[OPT_TEXT_BYTES];
    for (size_t i = 0; i < config_options.count; i++) {
        const struct opt *o = &config_options.options[i];
        opt_format(o, config, value, sizeof value);
        json_object_set_new(list, o->name, json_string(value));
    }
    return list;
}

static json_t *reals_of(const double *values, int n)
{
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(list, json_real(values[i]));
    return list;
}

static int write_run(struct trace *t, const struct run *run, struct err *e)
{
    const struct loss_spec *l = &run->loss;
    const struct loss_info *info = loss_info(l->kind);
    char path[1100];
    if (str_path(path, sizeof path, t->folder, "run.json"))
        return err_set(e, ERR_USAGE, "option 'trace': the path is too long");
    json_t *terms = json_array();
    for (int k = 0; k < info->terms; k++)
        json_array_append_new(terms, json_string(info->term[k]));
    json_t *all = json_pack(
        "{s:o, s:s, s:s, s:i, s:s, s:o, s:o, s:o, s:o, s:o}", "options", options_of(run->config),
        "root", run->data->root, "loss", info->name, "classes", l->classes, "rounding",
        config_rounding_names[run->division.rounding], "class_edges",
        reals_of(run->division.edge, l->classes ? l->classes - 1 : 0), "terms", terms,
        "term_weights", reals_of(l->weight, info->terms), "class_values",
        reals_of(l->value, l->classes), "class_weights", reals_of(l->class_weight, l->classes));
    if (!all)
        return err_set(e, ERR_FORMAT,
                       "%s cannot be made: out of memory, or a name that is not UTF-8", path);
    int failed = json_dump_file(all, path, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    json_decref(all);
    return failed ? err_errno(e, errno, "%s cannot be written", path) : 0;
}

static int write_initial(struct trace *t, struct run *run, struct err *e)
{
    char path[1100];
    if (str_path(path, sizeof path, t->folder, "initial.safetensors"))
        return err_set(e, ERR_USAGE, "option 'trace': the path is too long");
    return save_initial(run, path, e);
}

static int begin_files(struct trace *t, struct run *run, struct err *e)
{
    const struct loss_info *info = loss_info(run->loss.kind);
    t->goes_on = run->has_saved;
    int result = t->goes_on ? 0 : write_initial(t, run, e);
    if (result)
        return result;
    if (write_run(t, run, e) || open_csv(t, &t->order, "order.csv", e) ||
        open_csv(t, &t->steps, "steps.csv", e))
        return -1;
    if (t->goes_on)
        return 0;
    fprintf(t->order,
            "epoch,step,place,image,score,top,left,flip,turn,cosine,sine,from_y,from_x,order,"
            "brightness,contrast,saturation,hue,pivot\n");
    fprintf(t->steps, "epoch,step,images,learning_rate,total");
    for (int k = 0; k < info->terms; k++)
        fprintf(t->steps, ",%s", info->term[k]);
    fputc('\n', t->steps);
    return 0;
}

int trace_new(struct trace **out, struct run *run, struct err *e)
{
    *out = NULL;
    if (save_folder(run->config->trace, e))
        return err_prefix(e, "option 'trace'");
    struct trace *t = mem_alloc(1, sizeof *t);
    if (!t)
        return mem_error(e, "a trace", sizeof *t);
    str_copy(t->folder, sizeof t->folder, run->config->trace);
    int result = begin_files(t, run, e);
    if (result) {
        trace_free(t);
        return result;
    }
    *out = t;
    return 0;
}

void trace_free(struct trace *t)
{
    if (!t)
        return;
    if (t->order)
        fclose(t->order);
    if (t->steps)
        fclose(t->steps);
    mem_free(t);
}

static void put_draw(FILE *to, const struct augment_draw *d)
{
    fprintf(to, "%u,%u,%u,%u,%d,%d,%d,%d,%u,%d,%d,%d,%d,%u\n", d->top, d->left, d->flip, d->turn,
            d->cosine, d->sine, d->from_y, d->from_x, d->order, d->brightness, d->contrast,
            d->saturation, d->hue, d->pivot);
}

int trace_order(struct trace *t, const struct run *run, struct err *e)
{
    const struct plan *p = &run->train_plan;
    size_t batch = (size_t)run_batch(run, p->n);
    for (size_t i = 0; i < p->n; i++) {
        const struct dataset_item *item = &run->data->items[p->order[i]];
        fprintf(t->order, "%d,%zu,%u,", run->epoch, i / batch + 1, (unsigned)p->order[i]);
        put_text(t->order, item->name);
        fprintf(t->order, ",%.17g,", item->score);
        put_draw(t->order, &p->draws[i]);
    }
    return check(t, t->order, e);
}

int trace_step(struct trace *t, const struct run *run, size_t step,
               const struct backend_result *result, double learning_rate, struct err *e)
{
    fprintf(t->steps, "%d,%zu,%d,%.17g,%.17g", run->epoch, step, result->n, learning_rate,
            result->total);
    for (int k = 0; k < loss_info(run->loss.kind)->terms; k++)
        fprintf(t->steps, ",%.17g", result->term[k]);
    fputc('\n', t->steps);
    return check(t, t->steps, e);
}
