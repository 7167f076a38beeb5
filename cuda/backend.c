/* backend.c - the CUDA backend as others see it: open and close, and the table of calls. */
#include "cuda/cuda_priv.h"

#include "base/mem.h"

static void cuda_close(struct backend *b)
{
    if (!b)
        return;
    cuda_step_forget(b);
    cuda_batch_close(b);
    cuda_memory_close(b);
    cuda_ways_close(b);
    conv_tools_close(&b->tools);
    cuda_nvml_close(b->nvml);
    device_close(b->device);
    cuda_layout_close(b);
    mem_free(b);
}

static int open_device(struct backend *b, struct err *e)
{
    const struct backend_spec *s = &b->spec;
    b->looks = conv_is_set("COMBOLAB_CUDA_SYNC", "1");
    b->captures = !b->looks && !s->profile && !conv_is_set("COMBOLAB_CUDA_GRAPH", "0");
    if (device_open(&b->device, s->device, e) ||
        conv_tools_open(&b->tools, b->device, s->cache, s->algorithms, e))
        return -1;
    b->nvml = cuda_nvml_open(device_facts(b->device)->bus);
    return 0;
}

static int open_all(struct backend *b, const struct backend_spec *spec, struct err *e)
{
    if (cuda_layout_open(b, spec, e) || open_device(b, e))
        return -1;
    int result = cuda_ways_open(b, e);
    if (result)
        return result;
    conv_tools_sum_up(&b->tools);
    return cuda_memory_open(b, e) || cuda_batch_open(b, e) || device_wait(b->device, e) ? -1 : 0;
}

static int cuda_open(struct backend **out, const struct backend_spec *spec, struct err *e)
{
    *out = NULL;
    struct backend *b = mem_alloc(1, sizeof *b);
    if (!b)
        return mem_error(e, "the CUDA backend", sizeof *b);
    int result = open_all(b, spec, e);
    if (result) {
        cuda_close(b);
        return result;
    }
    *out = b;
    return 0;
}

static int cuda_images(struct backend *b, const struct image_set *set, const float *scores,
                       const int *classes, struct err *e)
{
    cuda_step_forget(b);
    return cuda_batch_images(b, set, scores, classes, e);
}

static const char *cuda_algorithms(const struct backend *b)
{
    return b->tools.made.text;
}

static const char *cuda_notes(const struct backend *b)
{
    return b->tools.notes.text;
}

static const char *cuda_remarks(const struct backend *b)
{
    return b->tools.remarks.text;
}

const struct backend_ops *BACKEND_ENTRY(void)
{
    static const struct backend_ops ops = {
        .version = BACKEND_VERSION,
        .name = "cuda",
        .usual = BACKEND_BF16,
        .library = device_library,
        .devices = device_list,
        .open = cuda_open,
        .images = cuda_images,
        .set = cuda_values_set,
        .get = cuda_values_get,
        .epoch = cuda_batch_begin,
        .step = cuda_step_run,
        .collect = cuda_step_collect,
        .usage = cuda_usage,
        .close = cuda_close,
        .profile = cuda_profile_take,
        .algorithms = cuda_algorithms,
        .notes = cuda_notes,
        .remarks = cuda_remarks,
    };
    return &ops;
}
