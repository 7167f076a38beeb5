/* conv_product.c - 1x1 convolutions of stride 1 as cuBLASLt's matrix products: with a row for each
 * pixel, y = x w', dx = dy w and dw = dy' x. cuBLASLt stores matrices column by column, in whose
 * words a tensor has a column for each pixel, and the products are turned round:
 *
 *   y' = w x'     dx' = w' dy'     dw' = x' dy        (w is stored as w', x as x' ...)
 *
 * A way's text is cuBLAS's version, the compute capability and the algorithm, as cuBLAS says it may
 * be kept: "product 13.1.0 sm90 43.1e.0.0.0.0.0.0". */
#include "base/mem.h"
#include "cuda/conv.h"
#include "cuda/cublas.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MOST_OFFERED 4
#define MOST_WORKSPACE ((uint64_t)32 << 20)
#define ALIGNMENT 16 /* bytes, of operands */

extern const struct conv_method conv_product;

enum operand { X, W, Y };

/* What is multiplied to make what; transposed: as it is stored. */
static const struct product {
    enum operand a, b, to;
    bool a_transposed, b_transposed;
} products[CONV_KINDS] = {
    [CONV_FORWARD] = {W, X, Y, true, false},
    [CONV_DATA] = {W, Y, X, false, false},
    [CONV_WEIGHTS] = {X, Y, W, false, true},
};

struct own {
    struct cublas *cublas;
    cublasLtMatmulDesc_t operation;
    cublasLtMatrixLayout_t a, b, to;
    cublasLtMatmulAlgo_t algorithm;
};

static int capability_of(const struct conv_tools *t)
{
    const struct device_facts *f = device_facts(t->device);
    return 10 * f->major + f->minor;
}

static void find(struct conv_tools *t)
{
    struct err e;
    char name[80];
    if (cuda_cublas_open(&t->cublas, capability_of(t), &e)) {
        conv_note(t, "1x1 convolutions go without cuBLASLt: %s", e.text);
        return;
    }
    snprintf(name, sizeof name, "cublas %s", t->cublas->version);
    conv_found(t, name);
}

static void leave(struct conv_tools *t)
{
    cuda_cublas_close(t->cublas);
    t->cublas = NULL;
}

/* --- descriptors --- */

static cudaDataType_t type_of(const struct conv_job *job, enum operand o)
{
    bool is_float = job->type == ELEMENT_F32 || (job->kind == CONV_WEIGHTS && o == W);
    return is_float ? CUDA_R_32F : CUDA_R_16BF;
}

static cublasComputeType_t compute_of(const struct conv_job *job)
{
    return job->type == ELEMENT_F32 && job->tensor_cores ? CUBLAS_COMPUTE_32F_FAST_TF32
                                                         : CUBLAS_COMPUTE_32F;
}

static cublasStatus_t layout(const struct cublas *c, const struct conv_job *job, enum operand o,
                             cublasLtMatrixLayout_t *to)
{
    const struct conv_shape *s = &job->shape;
    uint64_t pixels = (uint64_t)s->n * (uint64_t)s->in_h * (uint64_t)s->in_w;
    uint64_t channels = (uint64_t)(o == Y ? s->out : s->in);
    return c->cublasLtMatrixLayoutCreate(to, type_of(job, o), channels,
                                         o == W ? (uint64_t)s->out : pixels, (int64_t)channels);
}

static int describe(struct own *p, const struct conv_job *job, struct err *e)
{
    const struct cublas *c = p->cublas;
    const struct product *how = &products[job->kind];
    cublasOperation_t a = how->a_transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
    cublasOperation_t b = how->b_transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
    cublasStatus_t s = c->cublasLtMatmulDescCreate(&p->operation, compute_of(job), CUDA_R_32F);
    if (!s)
        s = c->cublasLtMatmulDescSetAttribute(p->operation, CUBLASLT_MATMUL_DESC_TRANSA, &a,
                                              sizeof a);
    if (!s)
        s = c->cublasLtMatmulDescSetAttribute(p->operation, CUBLASLT_MATMUL_DESC_TRANSB, &b,
                                              sizeof b);
    if (!s)
        s = layout(c, job, how->a, &p->a);
    if (!s)
        s = layout(c, job, how->b, &p->b);
    if (!s)
        s = layout(c, job, how->to, &p->to);
    return cuda_cublas_told(c, s, "describing a product", e);
}

static void close(struct conv_way *way)
{
    struct own *p = way->own;
    if (p->operation)
        p->cublas->cublasLtMatmulDescDestroy(p->operation);
    if (p->a)
        p->cublas->cublasLtMatrixLayoutDestroy(p->a);
    if (p->b)
        p->cublas->cublasLtMatrixLayoutDestroy(p->b);
    if (p->to)
        p->cublas->cublasLtMatrixLayoutDestroy(p->to);
    mem_free(p);
}

/* A way without its algorithm. */
static int begin(struct conv_tools *t, const struct conv_job *job, struct conv_way *out,
                 struct err *e)
{
    struct own *p = mem_alloc(1, sizeof *p);
    if (!p)
        return mem_error(e, "a product", sizeof *p);
    p->cublas = t->cublas;
    *out = (struct conv_way){.method = &conv_product, .job = *job, .own = p};
    if (!describe(p, job, e))
        return 0;
    conv_way_close(out);
    return -1;
}

/* --- text --- */

#define WORDS (sizeof((cublasLtMatmulAlgo_t *)0)->data / sizeof(uint64_t))

static void head_of(const struct cublas *c, char *to, size_t room)
{
    snprintf(to, room, "%s sm%d", c->version, c->capability);
}

static int write_text(struct conv_way *way)
{
    const struct own *p = way->own;
    char head[80];
    head_of(p->cublas, head, sizeof head);
    int at = snprintf(way->text, sizeof way->text, "product %s", head);
    for (size_t i = 0; i < WORDS && at < (int)sizeof way->text; i++)
        at += snprintf(way->text + at, sizeof way->text - (size_t)at, "%c%" PRIx64, i ? '.' : ' ',
                       p->algorithm.data[i]);
    return at < (int)sizeof way->text ? 0 : -1;
}

static int read_text(struct own *p, const char *text, struct err *e)
{
    char head[80];
    int used = 0;
    head_of(p->cublas, head, sizeof head);
    size_t length = strlen(head);
    if (strncmp(text, head, length) != 0 || text[length] != ' ')
        return err_set(e, ERR_VERSION, "this is cuBLAS %s on a device of compute capability %d.%d",
                       p->cublas->version, p->cublas->capability / 10, p->cublas->capability % 10);
    text += length + 1;
    for (size_t i = 0; i < WORDS; i++, text += used)
        if (sscanf(text, i ? ".%" SCNx64 "%n" : "%" SCNx64 "%n", &p->algorithm.data[i], &used) != 1)
            return err_set(e, ERR_FORMAT, "the text of a cuBLAS algorithm ends too early");
    return *text ? err_set(e, ERR_FORMAT, "the text of a cuBLAS algorithm goes on: %s", text) : 0;
}

/* --- the method --- */

static bool can(const struct conv_tools *t, const struct conv_job *job)
{
    const struct conv_shape *s = &job->shape;
    return t->cublas && s->kernel == 1 && s->stride == 1 && !s->pad && s->groups == 1;
}

/* Sums in parts are added in a step of their own, in float32: not in the output's type, nor by
 * whoever comes first. */
static cublasStatus_t prefer(const struct cublas *c, cublasLtMatmulPreference_t *to)
{
    const uint64_t most = MOST_WORKSPACE;
    const uint32_t sums = CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE, alignment = ALIGNMENT;
    static const cublasLtMatmulPreferenceAttributes_t operands[] = {
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES};
    cublasStatus_t s = c->cublasLtMatmulPreferenceCreate(to);
    if (!s)
        s = c->cublasLtMatmulPreferenceSetAttribute(*to, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                                    &most, sizeof most);
    if (!s)
        s = c->cublasLtMatmulPreferenceSetAttribute(*to, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
                                                    &sums, sizeof sums);
    for (int i = 0; i < 4 && !s; i++)
        s = c->cublasLtMatmulPreferenceSetAttribute(*to, operands[i], &alignment, sizeof alignment);
    return s;
}

static int propose(const struct conv_way *way, cublasLtMatmulHeuristicResult_t *list, int room)
{
    const struct own *p = way->own;
    const struct cublas *c = p->cublas;
    cublasLtMatmulPreference_t preference = NULL;
    int n = 0;
    if (prefer(c, &preference) ||
        c->cublasLtMatmulAlgoGetHeuristic(c->handle, p->operation, p->a, p->b, p->to, p->to,
                                          preference, room, list, &n))
        n = 0;
    if (preference)
        c->cublasLtMatmulPreferenceDestroy(preference);
    return n;
}

static int take(struct conv_tools *t, const struct conv_job *job,
                const cublasLtMatmulHeuristicResult_t *proposed, struct conv_way *out)
{
    struct err e;
    if (proposed->state || proposed->workspaceSize > MOST_WORKSPACE || begin(t, job, out, &e))
        return -1;
    ((struct own *)out->own)->algorithm = proposed->algo;
    out->workspace = proposed->workspaceSize;
    if (!write_text(out))
        return 0;
    conv_way_close(out);
    return -1;
}

static int offer(struct conv_tools *t, const struct conv_job *job, struct conv_way *list, int room)
{
    cublasLtMatmulHeuristicResult_t proposed[MOST_OFFERED];
    struct conv_way way;
    struct err e;
    int n = 0;
    if (!can(t, job) || begin(t, job, &way, &e))
        return 0;
    int found = propose(&way, proposed, MOST_OFFERED);
    conv_way_close(&way);
    for (int i = 0; i < found && n < room; i++)
        n += !take(t, job, &proposed[i], &list[n]);
    return n;
}

static int check(struct conv_way *way, struct err *e)
{
    const struct own *p = way->own;
    cublasLtMatmulHeuristicResult_t result;
    cublasStatus_t s = p->cublas->cublasLtMatmulAlgoCheck(
        p->cublas->handle, p->operation, p->a, p->b, p->to, p->to, &p->algorithm, &result);
    if (!s)
        s = result.state;
    if (!s && result.workspaceSize > MOST_WORKSPACE)
        return err_set(e, ERR_MEMORY, "the product needs more workspace than it should");
    way->workspace = result.workspaceSize;
    return cuda_cublas_told(p->cublas, s, "the algorithm", e);
}

static int again(struct conv_tools *t, const struct conv_job *job, const char *text,
                 struct conv_way *out, struct err *e)
{
    if (!can(t, job))
        return err_set(e, ERR_NOT_FOUND, t->cublas ? "it is no product" : "cuBLASLt is not there");
    if (begin(t, job, out, e))
        return -1;
    if (!read_text(out->own, text, e) && !check(out, e) && !write_text(out))
        return 0;
    conv_way_close(out);
    return -1;
}

static int run(struct conv_tools *t, const struct conv_way *way, const struct conv_operands *o,
               struct err *e)
{
    const struct own *p = way->own;
    const struct product *how = &products[way->job.kind];
    void *tensors[] = {o->x, way->job.kind == CONV_WEIGHTS ? (void *)o->dw : o->w, o->y};
    void *to = tensors[how->to];
    const float alpha = 1, beta = way->job.add ? 1 : 0;
    cublasStatus_t s =
        p->cublas->cublasLtMatmul(p->cublas->handle, p->operation, &alpha, tensors[how->a], p->a,
                                  tensors[how->b], p->b, &beta, to, p->to, to, p->to, &p->algorithm,
                                  o->workspace, way->workspace, device_stream(t->device));
    return cuda_cublas_told(p->cublas, s, "a product", e);
}

const struct conv_method conv_product = {.name = "product",
                                         .find = find,
                                         .leave = leave,
                                         .offer = offer,
                                         .again = again,
                                         .run = run,
                                         .close = close};
