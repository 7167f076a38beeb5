/* dnn_inner.h - what dnn.c and dnn_conv.c share of oneDNN's own types. */
#ifndef COMBOLAB_CPU_DNN_INNER_H
#define COMBOLAB_CPU_DNN_INNER_H

#include "cpu/dnn.h"

#include <oneapi/dnnl/dnnl.h>

struct dnn {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_primitive_attr_t attributes; /* scratch is ours */
};

struct dnn_layout {
    dnnl_memory_desc_t memory;
};

/* Sets an error that says what failed and why. Returns -1. */
int dnn_failed(struct err *e, const char *what, dnnl_status_t status);

/* {groups, out, in, kernel, kernel}; oneDNN wants the first axis left out when there is one group.
 */
void dnn_weight_dims(const struct dnn_shape *s, dnnl_dims_t dims);

/* Where a memory object's values are. oneDNN has one pointer type for what is read and what is
 * written. */
dnnl_status_t dnn_point(dnnl_memory_t memory, const void *to);

#endif
