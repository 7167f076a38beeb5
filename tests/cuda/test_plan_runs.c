/* test_plan_runs.c - cuDNN's plans for a device that is not here, run by us: cuDNN makes them and
 * packs their operands, and in the place of its execution a plain convolution reads the pack. So
 * all but cuDNN's own kernels is seen at work. */
#include "base/file.h"
#include "base/mem.h"
#include "cuda/conv_cudnn_priv.h"
#include "cuda/kernels/step.h"
#include "tests/cuda/conv_loops.h"
#include "tests/kit/tap.h"

#include <stdlib.h>
#include <string.h>

extern const struct conv_method conv_cudnn, conv_plain;

const struct conv_method *const conv_methods[] = {&conv_cudnn, &conv_plain, NULL};

static struct device *device;
static const struct cudnn *cudnn;
static struct conv_job job; /* of what is executed */
static int executed;
static float *scratch; /* on the device */

/* Packs can't be read, so what is put into them is noted on the way. */
static int64_t packed_ids[3];
static void *packed_data[3], *packed_workspace;
static cudnnStatus_t (*set_attribute)(cudnnBackendDescriptor_t, cudnnBackendAttributeName_t,
                                      cudnnBackendAttributeType_t, int64_t, const void *);

static cudnnStatus_t note_attribute(cudnnBackendDescriptor_t d, cudnnBackendAttributeName_t name,
                                    cudnnBackendAttributeType_t type, int64_t n, const void *values)
{
    if (name == CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS && n == 3)
        memcpy(packed_ids, values, sizeof packed_ids);
    if (name == CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS && n == 3)
        memcpy(packed_data, values, sizeof packed_data);
    if (name == CUDNN_ATTR_VARIANT_PACK_WORKSPACE && n == 1)
        memcpy(&packed_workspace, values, sizeof packed_workspace);
    return set_attribute(d, name, type, n, values);
}

/* The tensor of that number, once: x is 1, w 2, y 3. */
static void *packed(int64_t id)
{
    for (int i = 0; i < 3; i++)
        if (packed_ids[i] == id) {
            packed_ids[i] = 0;
            return packed_data[i];
        }
    return NULL;
}

static cudnnStatus_t execute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan,
                             cudnnBackendDescriptor_t pack)
{
    void *x = packed(1), *w = packed(2), *y = packed(3), *stream = device_stream(device);
    const struct conv_shape *s = &job.shape;
    int64_t n = 0, bytes = -1;
    struct err e;
    (void)handle, (void)pack;
    executed++;
    if (!x || !w || !y ||
        cudnn->cudnnBackendGetAttribute(plan, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE,
                                        CUDNN_TYPE_INT64, 1, &n, &bytes) ||
        device_clear(device, packed_workspace, (size_t)bytes, &e)) /* a plan may write all of it */
        return CUDNN_STATUS_EXECUTION_FAILED;
    if (job.kind == CONV_FORWARD)
        return (cudnnStatus_t)kernel_conv_forward(job.type, s, x, w, y, stream);
    if (job.kind == CONV_DATA)
        return (cudnnStatus_t)kernel_conv_data(job.type, s, w, y, x, job.add, stream);
    if (job.type == ELEMENT_F32)
        return (cudnnStatus_t)kernel_conv_weights(job.type, s, x, y, w, stream);
    int code = kernel_conv_weights(job.type, s, x, y, scratch, stream);
    if (!code)
        code = kernel_to_bf16(scratch, conv_loops_counts(s).w, w, stream);
    return (cudnnStatus_t)code;
}

/* Tools as on a device of sm_90, with our execution. */
static int open_tools(struct conv_tools *t, struct err *e)
{
    char path[600];
    uint8_t *json = NULL;
    size_t count;
    const char *top = getenv("TOP_SRCDIR");
    snprintf(path, sizeof path, "%s/tests/cuda/devices/sm_90.json", top ? top : ".");
    if (conv_tools_open(t, device, NULL, NULL, e))
        return -1;
    if (file_read(&json, &count, NULL, path, 1 << 16, e))
        exit(1);
    cuda_cudnn_close(t->cudnn);
    int result = cuda_cudnn_open(&t->cudnn, 90, NULL, (const char *)json, e);
    mem_free(json);
    if (result)
        return -1;
    t->cudnn->cudnnBackendExecute = execute;
    set_attribute = t->cudnn->cudnnBackendSetAttribute;
    t->cudnn->cudnnBackendSetAttribute = note_attribute;
    cudnn = t->cudnn;
    return 0;
}

static void test_job(struct conv_tools *t, enum conv_kind kind, enum element type, bool add,
                     struct conv_shape shape)
{
    struct conv_way way, same;
    struct err e = {0};
    char name[CONV_JOB_BYTES];
    job = (struct conv_job){kind, shape, type, type == ELEMENT_BF16, add};
    conv_job_text(&job, name);
    executed = 0;
    str_clear(&t->dropped);
    ok(!conv_choose(t, &job, &way, &e) && !strncmp(way.text, "cudnn 9.", 8), "%s: %s", name,
       e.text[0] ? e.text : way.text);
    ok(executed >= 2, "run %d times", executed);
    is_text(t->dropped.text, "", "every plan's operands are where they belong");
    ok(!conv_choose(t, &job, &same, &e) && !strcmp(way.text, same.text) &&
           way.workspace == same.workspace,
       "and again");
    conv_way_close(&way);
    conv_way_close(&same);
}

static void test_shape(struct conv_tools *t, struct conv_shape s)
{
    for (int type = ELEMENT_F32; type <= ELEMENT_BF16; type++) {
        test_job(t, CONV_FORWARD, (enum element)type, false, s);
        test_job(t, CONV_DATA, (enum element)type, false, s);
        test_job(t, CONV_DATA, (enum element)type, true, s);
        test_job(t, CONV_WEIGHTS, (enum element)type, false, s);
    }
}

int main(void)
{
    struct conv_tools t;
    struct err e;
    void *memory;
    if (!ok(!device_open(&device, 0, &e) && !device_alloc(device, 1 << 20, "scratch", &memory, &e),
            "a device"))
        return tap_done();
    scratch = memory;
    if (open_tools(&t, &e)) {
        skip("no plans of cuDNN's: %s", e.text);
    } else {
        has_text(t.notes.text, "convolutions go without cuDNN, which is slower: cuDNN: its handle",
                 "that there is no device for a handle is noted");
        test_shape(&t, conv_loops_shape(2, 9, 7, 16, 24, 1, 3, 2));
        test_shape(&t, conv_loops_shape(3, 6, 5, 32, 32, 8, 3, 1));
        test_shape(&t, conv_loops_shape(2, 5, 8, 8, 16, 1, 1, 1));
    }
    conv_tools_close(&t);
    device_free(device, memory);
    device_close(device);
    return tap_done();
}
