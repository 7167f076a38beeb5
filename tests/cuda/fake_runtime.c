/* fake_runtime.c - see fake_runtime.h. Memory is the host's; work is done at once. */
#include "tests/cuda/fake_runtime.h"

#include "cuda/kernels/step.h"

#include <cuda_runtime_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fake_runtime fake;

static cudaError_t next(void)
{
    fake.calls++;
    if (fake.broken)
        return (cudaError_t)fake.broken;
    if (fake.fail_at && !--fake.fail_at)
        return (cudaError_t)fake.code;
    return cudaSuccess;
}

/* Counts a thing that is made, unless the call fails. Its address is never followed. */
static cudaError_t make(void *out, int *count)
{
    static char thing;
    char *address = &thing;
    cudaError_t code = next();
    if (code)
        return code;
    memcpy(out, &address, sizeof address);
    ++*count;
    return cudaSuccess;
}

/* What is there goes, even in a broken context. */
static cudaError_t drop(int *count)
{
    --*count;
    return (cudaError_t)fake.broken;
}

/* --- the process --- */

cudaError_t cudaGetLastError(void)
{
    return (cudaError_t)fake.broken;
}

const char *cudaGetErrorString(cudaError_t code)
{
    static char text[32];
    snprintf(text, sizeof text, "fake error %d", (int)code);
    return text;
}

cudaError_t cudaRuntimeGetVersion(int *version)
{
    *version = CUDART_VERSION;
    return cudaSuccess;
}

cudaError_t cudaDriverGetVersion(int *version)
{
    *version = fake.driver;
    return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int *n)
{
    *n = fake.devices;
    return (cudaError_t)fake.count_code;
}

cudaError_t cudaGetDeviceProperties(struct cudaDeviceProp *p, int number)
{
    memset(p, 0, sizeof *p);
    snprintf(p->name, sizeof p->name, "Fake %d", number);
    p->major = fake.major;
    p->multiProcessorCount = 4;
    p->totalGlobalMem = (size_t)8 << 30;
    return next();
}

cudaError_t cudaDeviceGetPCIBusId(char *to, int room, int number)
{
    snprintf(to, (size_t)room, "0000:%02x:00.0", number);
    return next();
}

cudaError_t cudaSetDevice(int number)
{
    (void)number;
    return next();
}

/* --- memory --- */

cudaError_t cudaMalloc(void **out, size_t bytes)
{
    cudaError_t code = next();
    if (code || bytes > (size_t)1 << 30)
        return code ? code : cudaErrorMemoryAllocation;
    *out = malloc(bytes);
    fake.blocks++;
    return cudaSuccess;
}

cudaError_t cudaHostAlloc(void **out, size_t bytes, unsigned flags)
{
    (void)flags;
    return cudaMalloc(out, bytes);
}

cudaError_t cudaFree(void *p)
{
    free(p);
    return drop(&fake.blocks);
}

cudaError_t cudaFreeHost(void *p)
{
    return cudaFree(p);
}

cudaError_t cudaMemGetInfo(size_t *left, size_t *all)
{
    *left = (size_t)3 << 29;
    *all = (size_t)8 << 30;
    return next();
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind,
                            cudaStream_t s)
{
    (void)s;
    (void)kind;
    cudaError_t code = next();
    if (!code)
        memmove(to, from, bytes);
    return code;
}

cudaError_t cudaMemsetAsync(void *to, int value, size_t bytes, cudaStream_t s)
{
    (void)s;
    cudaError_t code = next();
    if (!code)
        memset(to, value, bytes);
    return code;
}

int kernel_to_bf16(const float *from, size_t count, struct bf16 *to, void *stream)
{
    (void)stream;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &from[i], sizeof bits);
        to[i].bits =
            (uint16_t)((bits + 0x7fff + (bits >> 16 & 1) + (fake.wrong ? 0x10000 : 0)) >> 16);
    }
    return (int)next();
}

/* --- streams, events, graphs --- */

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *s, unsigned flags)
{
    (void)flags;
    return make(s, &fake.streams);
}

cudaError_t cudaStreamDestroy(cudaStream_t s)
{
    (void)s;
    return drop(&fake.streams);
}

cudaError_t cudaStreamSynchronize(cudaStream_t s)
{
    (void)s;
    fake.waits++;
    return next();
}

cudaError_t cudaStreamWaitEvent(cudaStream_t s, cudaEvent_t event, unsigned flags)
{
    (void)s;
    (void)event;
    (void)flags;
    return next();
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags)
{
    (void)flags;
    return make(event, &fake.events);
}

cudaError_t cudaEventDestroy(cudaEvent_t event)
{
    (void)event;
    return drop(&fake.events);
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t s)
{
    (void)event;
    (void)s;
    return next();
}

cudaError_t cudaEventSynchronize(cudaEvent_t event)
{
    (void)event;
    return next();
}

cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t from, cudaEvent_t to)
{
    (void)from;
    (void)to;
    *ms = 250;
    return next();
}

cudaError_t cudaStreamBeginCapture(cudaStream_t s, enum cudaStreamCaptureMode mode)
{
    (void)s;
    (void)mode;
    cudaError_t code = next();
    fake.capturing += !code;
    return code;
}

cudaError_t cudaStreamEndCapture(cudaStream_t s, cudaGraph_t *out)
{
    (void)s;
    fake.capturing--;
    return make(out, &fake.graphs);
}

cudaError_t cudaGraphDestroy(cudaGraph_t g)
{
    (void)g;
    return drop(&fake.graphs);
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t *out, cudaGraph_t g, unsigned long long flags)
{
    (void)g;
    (void)flags;
    return make(out, &fake.graphs);
}

cudaError_t cudaGraphUpload(cudaGraphExec_t g, cudaStream_t s)
{
    (void)g;
    (void)s;
    return next();
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t g, cudaStream_t s)
{
    (void)g;
    (void)s;
    fake.launches++;
    return next();
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t g)
{
    (void)g;
    return drop(&fake.graphs);
}
