/* values.c - set and get: float32 on the host, parameters in weight-file order, tensors NHWC. */
#include "cpu/cpu.h"

#include <string.h>

static bool is_tensor(enum backend_kind kind)
{
    return kind == BACKEND_TENSOR || kind == BACKEND_TENSOR_GRADIENT;
}

/* Where the values of a kind and index are, and how many there are outside. */
static int find(struct backend *b, enum backend_kind kind, int index, float **at, size_t *count,
                struct err *e)
{
    int n = is_tensor(kind) ? b->depth + 1 : b->params->n;
    if (b->started != b->collected)
        return err_set(e, ERR_STATE, "values cannot be read or written while a step is in flight");
    if (kind > BACKEND_TENSOR_GRADIENT || index < 0 || index >= n)
        return err_set(e, ERR_USAGE, "there is no tensor %d of kind %d; the net has %d", index,
                       (int)kind, n);
    if (is_tensor(kind)) {
        *at = kind == BACKEND_TENSOR ? b->tensor[index] : b->gradient[index];
        *count = (size_t)b->n * cpu_count(b->shapes[index]);
        return *at ? 0 : err_set(e, ERR_USAGE, "tensor %d has no gradient here", index);
    }
    const struct cpu_param *p = &b->param[index];
    *at = kind == BACKEND_PARAM ? p->value : kind == BACKEND_GRADIENT ? p->gradient : p->momentum;
    *count = b->params->at[index].count;
    return *at ? 0
               : err_set(e, ERR_USAGE, "%s is not trained here: it has a value only",
                         b->params->at[index].name);
}

static int check_count(const struct backend *b, enum backend_kind kind, int index, size_t given,
                       size_t count, struct err *e)
{
    if (given == count)
        return 0;
    if (is_tensor(kind))
        return err_set(e, ERR_USAGE, "tensor %d has %zu values in a batch of %d, not %zu", index,
                       count, b->n, given);
    return err_set(e, ERR_USAGE, "%s has %zu values, not %zu", b->params->at[index].name, count,
                   given);
}

static int set_param(struct backend *b, enum backend_kind kind, int index, float *at,
                     const float *from, size_t count, struct err *e)
{
    const struct cpu_param *p = &b->param[index];
    if (p->conv && p->conv->from_plain) {
        if (dnn_reorder_run(p->conv->from_plain, b->dnn, from, at, e))
            return -1;
    } else {
        memcpy(at, from, count * sizeof *at);
    }
    b->folds_stale |= kind == BACKEND_PARAM;
    if (p->conv && kind == BACKEND_PARAM)
        conv_changed(&b->units[b->params->at[index].unit].conv);
    b->graded |= kind == BACKEND_GRADIENT;
    return 0;
}

int values_set(struct backend *b, enum backend_kind kind, int index, const float *from,
               size_t count, struct err *e)
{
    float *at;
    size_t wanted;
    if (find(b, kind, index, &at, &wanted, e) || check_count(b, kind, index, count, wanted, e))
        return -1;
    if (!is_tensor(kind))
        return set_param(b, kind, index, at, from, count, e);
    bool input = kind == BACKEND_TENSOR && index == 0;
    bool output = kind == BACKEND_TENSOR_GRADIENT && index == b->depth;
    if (!b->spec.probe || !(input || output))
        return err_set(e, ERR_USAGE, "only a probe's input and its output's gradient can be set");
    memcpy(at, from, count * sizeof *at);
    if (output)
        memcpy(b->seed, from, count * sizeof *at);
    return 0;
}

int values_get(struct backend *b, enum backend_kind kind, int index, float *to, size_t count,
               struct err *e)
{
    float *at;
    size_t wanted;
    if (find(b, kind, index, &at, &wanted, e) || check_count(b, kind, index, count, wanted, e))
        return -1;
    if (is_tensor(kind) && !b->spec.keep)
        return err_set(e, ERR_STATE, "tensor %d was not kept: open with keep", index);
    const struct conv *conv = is_tensor(kind) ? NULL : b->param[index].conv;
    if (conv && conv->to_plain)
        return dnn_reorder_run(conv->to_plain, b->dnn, at, to, e);
    memcpy(to, at, count * sizeof *at);
    return 0;
}
