/* dnn.c - oneDNN opened, layouts of weights, reorders and matrix products, by its C interface,
 * version 2.x. Convolutions are in dnn_conv.c. */
#include "cpu/dnn_inner.h"

#include "base/err.h"
#include "base/mem.h"

#include <oneapi/dnnl/dnnl_debug.h>

#include <stdint.h>
#include <string.h>

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

struct dnn_reorder {
    dnnl_primitive_t primitive;
    dnnl_memory_t from, to;
};

int dnn_failed(struct err *e, const char *what, dnnl_status_t status)
{
    return err_set(e, status == dnnl_out_of_memory ? ERR_MEMORY : ERR_DEVICE, "oneDNN: %s: %s",
                   what, dnnl_status2str(status));
}

const char *dnn_library(void)
{
    return "oneDNN " TEXT(DNNL_VERSION_MAJOR) "." TEXT(DNNL_VERSION_MINOR) "." TEXT(
        DNNL_VERSION_PATCH);
}

const char *dnn_instructions(void)
{
    switch ((unsigned)dnnl_get_effective_cpu_isa()) {
    case dnnl_cpu_isa_sse41:
        return "sse4.1";
    case dnnl_cpu_isa_avx:
        return "avx";
    case dnnl_cpu_isa_avx2:
    case dnnl_cpu_isa_avx2_vnni:
        return "avx2";
    case dnnl_cpu_isa_all:
        return "no vector instructions known to oneDNN";
    default:
        return "avx512";
    }
}

int dnn_limit(enum isa isa, struct err *e)
{
    static const dnnl_cpu_isa_t limits[] = {[ISA_PLAIN] = dnnl_cpu_isa_sse41,
                                            [ISA_AVX2] = dnnl_cpu_isa_avx2,
                                            [ISA_AVX512] = dnnl_cpu_isa_avx512_core};
    dnnl_set_max_cpu_isa(limits[isa]); /* refused once the library is in use: then look */
    if (!((unsigned)dnnl_get_effective_cpu_isa() & ~(unsigned)limits[isa]))
        return 0;
    return err_set(e, ERR_STATE,
                   "COMBOLAB_ISA=%s came after oneDNN was first used with %s; set it "
                   "before the program starts",
                   isa_name(isa), dnn_instructions());
}

void dnn_close(struct dnn *d)
{
    if (!d)
        return;
    if (d->attributes)
        dnnl_primitive_attr_destroy(d->attributes);
    if (d->stream)
        dnnl_stream_destroy(d->stream);
    if (d->engine)
        dnnl_engine_destroy(d->engine);
    mem_free(d);
}

int dnn_open(struct dnn **out, struct err *e)
{
    *out = NULL;
    struct dnn *d = mem_alloc(1, sizeof *d);
    if (!d)
        return mem_error(e, "oneDNN's handles", sizeof *d);
    dnnl_status_t s = dnnl_engine_create(&d->engine, dnnl_cpu, 0);
    if (!s)
        s = dnnl_stream_create(&d->stream, d->engine, dnnl_stream_default_flags);
    if (!s)
        s = dnnl_primitive_attr_create(&d->attributes);
    if (!s)
        s = dnnl_primitive_attr_set_scratchpad_mode(d->attributes, dnnl_scratchpad_mode_user);
    if (s) {
        dnn_close(d);
        return dnn_failed(e, "opening the CPU", s);
    }
    *out = d;
    return 0;
}

/* --- layouts of weights --- */

void dnn_weight_dims(const struct dnn_shape *s, dnnl_dims_t dims)
{
    dims[0] = s->groups;
    dims[1] = s->out / s->groups;
    dims[2] = s->in / s->groups;
    dims[3] = dims[4] = s->kernel;
}

int dnn_layout_new(struct dnn_layout **out, const struct dnn_shape *shape, enum dnn_order order,
                   struct err *e)
{
    *out = NULL;
    /* Axes from slowest to fastest; 0 group, 1 output, 2 input, 3 and 4 taps. */
    static const int axes[][5] = {[DNN_PLAIN] = {0, 1, 2, 3, 4},
                                  [DNN_OUT_TAPS] = {0, 1, 3, 4, 2},
                                  [DNN_TAPS_OUT] = {3, 4, 2, 0, 1},
                                  [DNN_TAPS_IN] = {3, 4, 1, 0, 2}};
    dnnl_dims_t dims, strides;
    dnn_weight_dims(shape, dims);
    dnnl_dim_t step = 1;
    for (int i = 4; i >= 0; i--) {
        strides[axes[order][i]] = step;
        step *= dims[axes[order][i]];
    }
    struct dnn_layout *l = mem_alloc(1, sizeof *l);
    if (!l)
        return mem_error(e, "a weight layout", sizeof *l);
    int skip = shape->groups == 1;
    dnnl_status_t s = dnnl_memory_desc_init_by_strides(&l->memory, 5 - skip, dims + skip, dnnl_f32,
                                                       strides + skip);
    if (s) {
        mem_free(l);
        return dnn_failed(e, "describing weights", s);
    }
    *out = l;
    return 0;
}

int dnn_layout_copy(struct dnn_layout **out, const struct dnn_layout *from, struct err *e)
{
    *out = mem_copy(from, sizeof *from);
    return *out ? 0 : mem_error(e, "a weight layout", sizeof *from);
}

void dnn_layout_free(struct dnn_layout *l)
{
    mem_free(l);
}

bool dnn_layout_equal(const struct dnn_layout *a, const struct dnn_layout *b)
{
    return dnnl_memory_desc_equal(&a->memory, &b->memory);
}

size_t dnn_layout_bytes(const struct dnn_layout *l)
{
    return dnnl_memory_desc_get_size(&l->memory);
}

dnnl_status_t dnn_point(dnnl_memory_t memory, const void *to)
{
    return dnnl_memory_set_data_handle(memory, (void *)(uintptr_t)to);
}

/* --- reorders --- */

int dnn_reorder_new(struct dnn_reorder **out, const struct dnn *d, const struct dnn_layout *from,
                    const struct dnn_layout *to, struct err *e)
{
    *out = NULL;
    struct dnn_reorder *r = mem_alloc(1, sizeof *r);
    if (!r)
        return mem_error(e, "a reorder's handles", sizeof *r);
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t s = dnnl_reorder_primitive_desc_create(&pd, &from->memory, d->engine, &to->memory,
                                                         d->engine, NULL);
    if (!s)
        s = dnnl_primitive_create(&r->primitive, pd);
    if (!s)
        s = dnnl_memory_create(&r->from, &from->memory, d->engine, DNNL_MEMORY_NONE);
    if (!s)
        s = dnnl_memory_create(&r->to, &to->memory, d->engine, DNNL_MEMORY_NONE);
    if (pd)
        dnnl_primitive_desc_destroy(pd);
    if (s) {
        dnn_reorder_free(r);
        return dnn_failed(e, "making a reorder of weights", s);
    }
    *out = r;
    return 0;
}

void dnn_reorder_free(struct dnn_reorder *r)
{
    if (!r)
        return;
    if (r->from)
        dnnl_memory_destroy(r->from);
    if (r->to)
        dnnl_memory_destroy(r->to);
    if (r->primitive)
        dnnl_primitive_destroy(r->primitive);
    mem_free(r);
}

int dnn_reorder_run(const struct dnn_reorder *r, const struct dnn *d, const float *from, float *to,
                    struct err *e)
{
    dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, r->from}, {DNNL_ARG_TO, r->to}};
    dnnl_status_t s = dnn_point(r->from, from);
    if (!s)
        s = dnn_point(r->to, to);
    if (!s)
        s = dnnl_primitive_execute(r->primitive, d->stream, 2, args);
    return s ? dnn_failed(e, "reordering weights", s) : 0;
}

int dnn_gemm(bool transpose_a, bool transpose_b, long m, long n, long k, const float *a,
             const float *b, float keep, float *c, struct err *e)
{
    dnnl_status_t s = dnnl_sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, 1.0f, a,
                                 transpose_a ? m : k, b, transpose_b ? k : n, keep, c, n);
    return s ? dnn_failed(e, "multiplying matrices", s) : 0;
}
