/* device_open.c - CUDA devices: what there is, and one opened and tried.
 *
 * device_list -> device_open -> [everything of device.c] -> device_close
 *
 * Listing makes no context: that would take half a gigabyte on each device. Opening does, and then
 * has a small kernel compute, so that a device that cannot be used says so before a net is planned.
 */
#include "cuda/device_priv.h"

#include "base/mem.h"
#include "base/str.h"
#include "cuda/kernels/plain.h"
#include "cuda/kernels/step.h"
#include "engine/core/backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_MAJOR 8    /* compute capability 8.0: the first with bf16 and asynchronous copies */
#define OVERLAPS_MAJOR 9 /* the first whose launches can overlap */

const char *device_library(void)
{
    static char text[64]; /* written with the same bytes by whoever comes */
    int runtime = 0, driver = 0;
    cudaRuntimeGetVersion(&runtime);
    cudaDriverGetVersion(&driver);
    if (driver)
        snprintf(text, sizeof text, "CUDA runtime %d.%d, driver %d.%d", runtime / 1000,
                 runtime % 1000 / 10, driver / 1000, driver % 1000 / 10);
    else
        snprintf(text, sizeof text, "CUDA runtime %d.%d", runtime / 1000, runtime % 1000 / 10);
    return text;
}

static int count_devices(char *why, size_t why_room)
{
    int n = 0;
    cudaError_t code = cudaGetDeviceCount(&n);
    if (!code && n > 0) {
        why[0] = '\0';
        return n;
    }
    device_why_none(code, why, why_room);
    cudaGetLastError();
    return 0;
}

static int read_facts(int number, struct device_facts *out)
{
    struct cudaDeviceProp p;
    memset(out, 0, sizeof *out);
    if (cudaGetDeviceProperties(&p, number)) {
        cudaGetLastError();
        return -1;
    }
    str_copy(out->name, sizeof out->name, p.name);
    out->major = p.major;
    out->minor = p.minor;
    out->multiprocessors = p.multiProcessorCount;
    out->memory_bytes = p.totalGlobalMem;
    if (cudaDeviceGetPCIBusId(out->bus, sizeof out->bus, number))
        out->bus[0] = '\0';
    return 0;
}

/* Returns whether it can train. */
static bool describe(int number, struct backend_device *to)
{
    struct device_facts facts;
    memset(to, 0, sizeof *to);
    snprintf(to->id, sizeof to->id, "cuda:%d", number);
    if (read_facts(number, &facts)) {
        str_copy(to->detail, sizeof to->detail, "cannot be asked for its properties");
        return false;
    }
    bool trains = facts.major >= LEAST_MAJOR;
    str_copy(to->name, sizeof to->name, facts.name);
    snprintf(to->detail, sizeof to->detail, "compute capability %d.%d%s", facts.major, facts.minor,
             trains ? "" : ", too old to train");
    to->memory_bytes = facts.memory_bytes;
    return trains;
}

int device_list(struct backend_device *list, int room, char *why, size_t why_room)
{
    char reason[300];
    bool any = false;
    int n = count_devices(reason, sizeof reason);
    if (n > room)
        n = room;
    for (int i = 0; i < n; i++)
        any |= describe(i, &list[i]);
    if (n > 0 && !any) {
        snprintf(reason, sizeof reason, "%s, %s: compute capability %d.0 is needed", list[0].name,
                 list[0].detail, LEAST_MAJOR);
        n = 0; /* as good as none: `auto` goes to the CPU */
    }
    if (why_room)
        str_copy(why, why_room, reason);
    return n;
}

/* --- opening --- */

static int check_there(int number, struct err *e)
{
    char why[256];
    int n = count_devices(why, sizeof why);
    if (number < n)
        return 0;
    if (!n)
        return err_set(e, ERR_NOT_FOUND, "there is no device cuda:%d: %s", number, why);
    return err_set(e, ERR_NOT_FOUND, "there is no device cuda:%d: the last one is cuda:%d", number,
                   n - 1);
}

static int check_facts(struct device *d, struct err *e)
{
    if (read_facts(d->number, &d->facts))
        return err_set(e, ERR_DEVICE, "cuda:%d cannot be asked for its properties", d->number);
    if (kernel_overlaps() && d->facts.major < OVERLAPS_MAJOR)
        return err_set(e, ERR_DEVICE,
                       "cuda:%d, a %s, has compute capability %d.%d, and COMBOLAB_CUDA_OVERLAP=1 "
                       "needs %d.0: unset it, or use another device",
                       d->number, d->facts.name, d->facts.major, d->facts.minor, OVERLAPS_MAJOR);
    if (d->facts.major >= LEAST_MAJOR)
        return 0;
    return err_set(e, ERR_DEVICE,
                   "cuda:%d, a %s, has compute capability %d.%d, and %d.0 is needed; use another "
                   "device or --device cpu",
                   d->number, d->facts.name, d->facts.major, d->facts.minor, LEAST_MAJOR);
}

/* The streams have no order with the one that other libraries of the process may use unasked. A
 * waiting thread sleeps: steps are queued ahead, so that nothing is lost by waking late. */
static int make_streams(struct device *d, struct err *e)
{
    if (device_told(d, cudaSetDevice(d->number), "opening it", e) ||
        device_told(d, cudaStreamCreateWithFlags(&d->work, cudaStreamNonBlocking), "a stream", e) ||
        device_told(d, cudaStreamCreateWithFlags(&d->aside, cudaStreamNonBlocking), "a stream", e))
        return -1;
    for (int i = 0; i < DEVICE_MARKS; i++)
        if (device_told(d, cudaEventCreateWithFlags(&d->mark[i], cudaEventBlockingSync), "an event",
                        e))
            return -1;
    return 0;
}

static const struct {
    float value;
    uint16_t bits; /* of the nearest bf16 */
} probes[] = {
    {0.f, 0x0000},         {1.f, 0x3f80},         {-2.5f, 0xc020},          {3.14159265f, 0x4049},
    {1.00390625f, 0x3f80}, {1.01171875f, 0x3f82}, {1.00000003e-2f, 0x3c24}, {6.e4f, 0x476a}};
enum { N_PROBES = sizeof probes / sizeof *probes };

static int run_probe(struct device *d, void *from, void *to, struct err *e)
{
    float values[N_PROBES];
    struct bf16 got[N_PROBES];
    for (int i = 0; i < N_PROBES; i++)
        values[i] = probes[i].value;
    memset(got, 0xff, sizeof got);
    if (device_upload(d, from, values, sizeof values, e) ||
        device_upload(d, to, got, sizeof got, e) ||
        device_ran(d, kernel_to_bf16(from, N_PROBES, to, d->work), "to_bf16", e) ||
        device_download(d, got, to, sizeof got, e) || device_wait(d, e))
        return -1;
    for (int i = 0; i < N_PROBES; i++)
        if (got[i].bits != probes[i].bits)
            return err_set(
                e, ERR_DEVICE,
                "cuda:%d, a %s, computes wrongly: %g as bf16 came as 0x%04x, not 0x%04x; "
                "use another device, and have this one looked at",
                d->number, d->facts.name, (double)probes[i].value, got[i].bits, probes[i].bits);
    return 0;
}

static int probe(struct device *d, struct err *e)
{
    void *from = NULL, *to = NULL;
    int result = device_alloc(d, N_PROBES * sizeof(float), "a probe", &from, e) ||
                         device_alloc(d, N_PROBES * sizeof(struct bf16), "a probe", &to, e) ||
                         run_probe(d, from, to, e)
                     ? -1
                     : 0;
    device_free(d, from);
    device_free(d, to);
    return result;
}

int device_open(struct device **out, int number, struct err *e)
{
    *out = NULL;
    if (device_ended(e) || check_there(number, e))
        return -1;
    struct device *d = mem_alloc(1, sizeof *d);
    if (!d)
        return mem_error(e, "a CUDA device", sizeof *d);
    const char *sync = getenv("COMBOLAB_CUDA_SYNC");
    d->number = number;
    d->sync = sync && !strcmp(sync, "1");
    if (check_facts(d, e) || make_streams(d, e) || probe(d, e)) {
        device_close(d);
        return -1;
    }
    *out = d;
    return 0;
}

void device_close(struct device *d)
{
    if (!d)
        return;
    device_capture_drop(d);
    if (d->aside)
        device_wait(d, NULL);
    for (int i = 0; i < DEVICE_MARKS; i++)
        if (d->mark[i])
            cudaEventDestroy(d->mark[i]);
    if (d->aside)
        cudaStreamDestroy(d->aside);
    if (d->work)
        cudaStreamDestroy(d->work);
    mem_free(d);
}

const struct device_facts *device_facts(const struct device *d)
{
    return &d->facts;
}
