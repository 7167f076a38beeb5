/* ways.c - how each convolution of an open net is computed: for every batch size that will occur a
 * way forward, and where it trains one for each gradient that somebody reads. */
#include "cuda/cuda_priv.h"

#include "base/mem.h"

static struct conv_job job_of(const struct backend *b, int u, int batch, enum conv_kind kind)
{
    const struct net_unit *unit = &b->net.units[u];
    struct net_shape in = b->shapes[unit->input];
    struct map out = b->units[u].raw_map;
    return (struct conv_job){
        .kind = kind,
        .shape = {b->batches[batch].size, in.c, out.c, unit->groups, unit->kernel, unit->stride,
                  unit->pad, in.h, in.w, out.h, out.w, unit->in},
        .type = b->type,
        .tensor_cores = b->spec.precision != BACKEND_F32,
        .add = kind == CONV_DATA && b->lives.input_part[u] == LIFETIMES_ADDED,
    };
}

static bool is_wanted(const struct backend *b, int u, int batch, enum conv_kind kind)
{
    if (kind == CONV_FORWARD)
        return true;
    return b->batches[batch].trains &&
           (kind == CONV_WEIGHTS || b->lives.input_part[u] != LIFETIMES_NO_PART);
}

static int open_unit(struct backend *b, int u, struct err *e)
{
    for (int i = 0; i < b->n_batches; i++)
        for (int kind = 0; kind < CONV_KINDS; kind++) {
            struct conv_way *way = &b->units[u].way[i][kind];
            if (!is_wanted(b, u, i, (enum conv_kind)kind))
                continue;
            struct conv_job job = job_of(b, u, i, (enum conv_kind)kind);
            if (conv_choose(&b->tools, &job, way, e))
                return err_prefix(e, "unit %d (%s)", u, b->net.units[u].conv);
            if (way->workspace > b->workspace_bytes)
                b->workspace_bytes = way->workspace;
        }
    return 0;
}

int cuda_ways_open(struct backend *b, struct err *e)
{
    for (int u = 0; u < b->depth; u++) {
        if (b->spec.cancel && atomic_load(b->spec.cancel))
            return 1;
        if (b->spec.progress)
            b->spec.progress(b->spec.progress_context, "preparing convolutions",
                             (double)u / b->depth);
        if (open_unit(b, u, e))
            return -1;
    }
    return b->tools.made.failed ? mem_error(e, "the list of algorithms", b->tools.made.length) : 0;
}

void cuda_ways_close(struct backend *b)
{
    for (int u = 0; b->units && u < b->depth; u++)
        for (int i = 0; i < BACKEND_MAX_BATCHES; i++)
            for (int kind = 0; kind < CONV_KINDS; kind++)
                conv_way_close(&b->units[u].way[i][kind]);
}
