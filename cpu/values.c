/* values.c - set and get: float32 on the host, parameters in weight-file order, tensors NHWC. */
#include "cpu/cpu.h"

#include <string.h>

static bool is_tensor(enum backend_kind kind)
{
    return kind == BACKEND_TENSOR || kind == BACKEND_TENSOR_GRADIENT;
}

/* Where the values of a kind and index are. */
static float *find(const struct backend *b, enum backend_kind kind, int index)
{
    if (is_tensor(kind))
        return kind == BACKEND_TENSOR ? b->tensor[index] : b->gradient[index];
    const struct cpu_param *p = &b->param[index];
    return kind == BACKEND_PARAM ? p->value : kind == BACKEND_GRADIENT ? p->gradient : p->momentum;
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
    return 0;
}

int values_set(struct backend *b, enum backend_kind kind, int index, const float *from,
               size_t count, struct err *e)
{
    float *at = find(b, kind, index);
    if (!is_tensor(kind))
        return set_param(b, kind, index, at, from, count, e);
    memcpy(at, from, count * sizeof *at);
    if (kind == BACKEND_TENSOR_GRADIENT)
        memcpy(b->seed, from, count * sizeof *at);
    return 0;
}

int values_get(struct backend *b, enum backend_kind kind, int index, float *to, size_t count,
               struct err *e)
{
    const float *at = find(b, kind, index);
    const struct conv *conv = is_tensor(kind) ? NULL : b->param[index].conv;
    if (conv && conv->to_plain)
        return dnn_reorder_run(conv->to_plain, b->dnn, at, to, e);
    memcpy(to, at, count * sizeof *at);
    return 0;
}
