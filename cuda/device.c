/* device.c - an open device's memory, work, marks and captures, by the CUDA runtime (device.h).
 *
 * Two streams: `work` computes, `aside` copies what a later step needs. Marks are events. Captures
 * are made in relaxed mode: what a library does on the side while it is recorded, such as loading a
 * kernel at its first launch, is done and not refused.
 */
#include "cuda/device_priv.h"

#include "base/mem.h"
#include "base/str.h"

#include <math.h>
#include <stdio.h>

/* --- memory --- */

void device_memory(struct device *d, uint64_t *free_bytes, uint64_t *all_bytes)
{
    size_t left = 0, all = 0;
    if (cudaMemGetInfo(&left, &all)) {
        cudaGetLastError();
        all = d->facts.memory_bytes;
    }
    *free_bytes = left;
    *all_bytes = all;
}

/* ERR_MEMORY for what does not fit, which leaves CUDA as it was; else the runtime's own error. */
static int told_memory(struct device *d, cudaError_t code, size_t bytes, const char *what,
                       struct err *e)
{
    char needed[32], left[32], all[32];
    uint64_t left_bytes, all_bytes;
    if (code != cudaErrorMemoryAllocation)
        return device_told(d, code, what, e);
    cudaGetLastError();
    device_memory(d, &left_bytes, &all_bytes);
    str_bytes(needed, sizeof needed, (double)bytes);
    str_bytes(left, sizeof left, (double)left_bytes);
    str_bytes(all, sizeof all, (double)all_bytes);
    return err_set(e, ERR_MEMORY,
                   "%s: %s of memory are needed on cuda:%d, a %s, where %s of %s are free; "
                   "`nvidia-smi` shows who uses the rest",
                   what, needed, d->number, d->facts.name, left, all);
}

int device_alloc(struct device *d, size_t bytes, const char *what, void **out, struct err *e)
{
    *out = NULL;
    return told_memory(d, cudaMalloc(out, bytes ? bytes : 1), bytes, what, e);
}

void device_free(struct device *d, void *p)
{
    if (!p)
        return;
    device_wait(d, NULL);
    cudaFree(p);
}

int device_pin(struct device *d, size_t bytes, const char *what, void **out, struct err *e)
{
    char size[32];
    *out = NULL;
    cudaError_t code = cudaHostAlloc(out, bytes ? bytes : 1, cudaHostAllocDefault);
    if (code != cudaErrorMemoryAllocation)
        return device_told(d, code, what, e);
    cudaGetLastError();
    str_bytes(size, sizeof size, (double)bytes);
    return err_set(e, ERR_MEMORY,
                   "%s: the system does not lend the device %s of the host's memory; a limit of "
                   "locked memory (ulimit -l) or of the container may be in the way",
                   what, size);
}

void device_unpin(struct device *d, void *p)
{
    if (!p)
        return;
    device_wait(d, NULL);
    cudaFreeHost(p);
}

/* --- work --- */

void *device_stream(struct device *d)
{
    return d->work;
}

int device_ran(struct device *d, int code, const char *kernel, struct err *e)
{
    cudaError_t now = (cudaError_t)code;
    if (!now && d->sync && !d->capturing)
        now = cudaStreamSynchronize(d->work);
    if (!now)
        return 0;
    char what[96];
    snprintf(what, sizeof what, "kernel %s", kernel);
    return device_told(d, now, what, e);
}

static int queue_copy(struct device *d, cudaStream_t stream, void *to, const void *from,
                      size_t bytes, const char *what, struct err *e)
{
    if (!bytes)
        return 0;
    return device_told(d, cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream), what, e);
}

int device_upload(struct device *d, void *to, const void *from, size_t bytes, struct err *e)
{
    return queue_copy(d, d->work, to, from, bytes, "a copy to the device", e);
}

int device_download(struct device *d, void *to, const void *from, size_t bytes, struct err *e)
{
    return queue_copy(d, d->work, to, from, bytes, "a copy from the device", e);
}

int device_copy(struct device *d, void *to, const void *from, size_t bytes, struct err *e)
{
    return queue_copy(d, d->work, to, from, bytes, "a copy on the device", e);
}

int device_clear(struct device *d, void *to, size_t bytes, struct err *e)
{
    if (!bytes)
        return 0;
    return device_told(d, cudaMemsetAsync(to, 0, bytes, d->work), "clearing memory", e);
}

int device_wait(struct device *d, struct err *e)
{
    if (device_told(d, cudaStreamSynchronize(d->work), "waiting for its work", e))
        return -1;
    return device_told(d, cudaStreamSynchronize(d->aside), "waiting for copies", e);
}

/* --- marks --- */

int device_mark(struct device *d, int mark, struct err *e)
{
    return device_told(d, cudaEventRecord(d->mark[mark], d->work), "a mark", e);
}

int device_wait_mark(struct device *d, int mark, struct err *e)
{
    return device_told(d, cudaEventSynchronize(d->mark[mark]), "waiting for its work", e);
}

double device_seconds(struct device *d, int from, int to)
{
    float ms = 0;
    if (!cudaEventElapsedTime(&ms, d->mark[from], d->mark[to]))
        return (double)ms / 1e3;
    cudaGetLastError(); /* a mark that was never made is no error of the device */
    return NAN;
}

int device_upload_aside(struct device *d, void *to, const void *from, size_t bytes, struct err *e)
{
    return queue_copy(d, d->aside, to, from, bytes, "a copy to the device", e);
}

int device_mark_aside(struct device *d, int mark, struct err *e)
{
    return device_told(d, cudaEventRecord(d->mark[mark], d->aside), "a mark", e);
}

int device_after(struct device *d, int mark, struct err *e)
{
    return device_told(d, cudaStreamWaitEvent(d->work, d->mark[mark], 0), "the order of work", e);
}

int device_aside_after(struct device *d, int mark, struct err *e)
{
    return device_told(d, cudaStreamWaitEvent(d->aside, d->mark[mark], 0), "the order of copies",
                       e);
}

/* --- capture --- */

struct device_graph {
    cudaGraphExec_t ready;
};

int device_capture(struct device *d, struct err *e)
{
    if (device_told(d, cudaStreamBeginCapture(d->work, cudaStreamCaptureModeRelaxed),
                    "recording a step", e))
        return -1;
    d->capturing = true;
    return 0;
}

static int make_ready(struct device *d, cudaGraph_t recorded, struct device_graph **out,
                      struct err *e)
{
    struct device_graph *g = mem_alloc(1, sizeof *g);
    if (!g)
        return mem_error(e, "a recorded step", sizeof *g);
    if (device_told(d, cudaGraphInstantiate(&g->ready, recorded, 0), "a recorded step", e) ||
        device_told(d, cudaGraphUpload(g->ready, d->work), "a recorded step", e)) {
        device_graph_free(g);
        return -1;
    }
    *out = g;
    return 0;
}

int device_captured(struct device *d, struct device_graph **out, struct err *e)
{
    cudaGraph_t recorded = NULL;
    *out = NULL;
    d->capturing = false;
    if (device_told(d, cudaStreamEndCapture(d->work, &recorded), "recording a step", e))
        return -1;
    int result = make_ready(d, recorded, out, e);
    cudaGraphDestroy(recorded);
    return result;
}

void device_capture_drop(struct device *d)
{
    cudaGraph_t recorded = NULL;
    if (!d->capturing)
        return;
    d->capturing = false;
    if (cudaStreamEndCapture(d->work, &recorded))
        cudaGetLastError();
    if (recorded)
        cudaGraphDestroy(recorded);
}

int device_replay(struct device *d, struct device_graph *g, struct err *e)
{
    return device_told(d, cudaGraphLaunch(g->ready, d->work), "a recorded step", e);
}

void device_graph_free(struct device_graph *g)
{
    if (!g)
        return;
    if (g->ready)
        cudaGraphExecDestroy(g->ready);
    mem_free(g);
}
