/* test_device.c - the device layer on a fake runtime: messages, nothing left behind wherever it
 * fails, and the error after which a process uses CUDA no more. */
#include "cuda/device.h"
#include "engine/core/backend.h"
#include "tests/cuda/fake_runtime.h"
#include "tests/kit/tap.h"

#include <cuda_runtime_api.h>
#include <stdlib.h>
#include <string.h>

static void begin(void)
{
    memset(&fake, 0, sizeof fake);
    fake.driver = CUDART_VERSION;
    fake.devices = 2;
    fake.major = 9;
}

static int left_behind(void)
{
    return fake.streams + fake.events + fake.blocks + fake.graphs + fake.capturing;
}

static void no_device_is_explained(void)
{
    static const struct {
        int driver, code;
        const char *visible, *says;
    } cases[] = {
        {0, cudaErrorInsufficientDriver, NULL, "there is no NVIDIA driver on this machine"},
        {11040, cudaErrorInsufficientDriver, NULL, "too old: it is for CUDA 11.4"},
        {CUDART_VERSION, cudaErrorNoDevice, NULL, "finds no device"},
        {CUDART_VERSION, cudaErrorNoDevice, "7", "CUDA_VISIBLE_DEVICES is '7'"},
        {CUDART_VERSION, 0, NULL, "finds no device"},
        {CUDART_VERSION, cudaErrorSystemDriverMismatch, NULL, "restart the machine"},
    };
    struct backend_device list[2];
    struct device *d;
    char why[256];
    struct err e;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin();
        fake.devices = 0;
        fake.driver = cases[i].driver;
        fake.count_code = cases[i].code;
        if (cases[i].visible)
            setenv("CUDA_VISIBLE_DEVICES", cases[i].visible, 1);
        is_int(device_list(list, 2, why, sizeof why), 0, "no device is no error");
        has_text(why, cases[i].says, "it says why");
        ok(device_open(&d, 0, &e) == -1 && strstr(e.text, cases[i].says), "opening says so too");
        unsetenv("CUDA_VISIBLE_DEVICES");
    }
}

static void devices_are_listed(void)
{
    struct backend_device list[2];
    struct device *d;
    char why[256];
    struct err e;
    begin();
    is_int(device_list(list, 2, why, sizeof why), 2, "two devices");
    is_text(list[1].id, "cuda:1", "their ids");
    is_text(list[1].detail, "compute capability 9.0", "their capability");
    is_int(device_list(list, 1, why, sizeof why), 1, "no more than there is room for");
    is_text(why, "", "nothing to explain");
    ok(device_open(&d, 2, &e) == -1 && strstr(e.text, "the last one is cuda:1"),
       "a number too high is refused");
    fake.major = 8;
    setenv("COMBOLAB_CUDA_OVERLAP", "1", 1);
    ok(device_open(&d, 0, &e) == -1 && strstr(e.text, "COMBOLAB_CUDA_OVERLAP=1 needs 9.0"),
       "launches that cannot overlap are refused: %s", e.text);
    unsetenv("COMBOLAB_CUDA_OVERLAP");
    fake.major = 7;
    is_int(device_list(list, 2, why, sizeof why), 0, "old devices are as good as none");
    is_text(why,
            "Fake 0, compute capability 7.0, too old to train: compute capability 8.0 is needed",
            "it says why");
    ok(device_open(&d, 0, &e) == -1 && strstr(e.text, "has compute capability 7.0"),
       "an old device is refused");
    is_int(left_behind(), 0, "listing makes nothing");
}

/* All that a backend does, once. */
static int use(struct device *d, struct err *e)
{
    struct device_graph *g = NULL;
    void *on = NULL, *pinned = NULL;
    char bytes[8] = "";
    int result = device_alloc(d, 8, "a", &on, e) || device_pin(d, 8, "p", &pinned, e) ||
                 device_upload(d, on, bytes, 8, e) || device_clear(d, on, 8, e) ||
                 device_copy(d, on, pinned, 8, e) || device_mark(d, 3, e) ||
                 device_upload_aside(d, on, pinned, 8, e) || device_mark_aside(d, 4, e) ||
                 device_after(d, 4, e) || device_aside_after(d, 3, e) ||
                 device_wait_mark(d, 3, e) || device_download(d, bytes, on, 8, e) ||
                 device_wait(d, e) || device_capture(d, e) || device_ran(d, 0, "k", e) ||
                 device_captured(d, &g, e) || device_replay(d, g, e) || device_wait(d, e);
    device_capture_drop(d);
    device_graph_free(g);
    device_free(d, on);
    device_unpin(d, pinned);
    return result ? -1 : 0;
}

/* Each call of the runtime fails once, until all of them have. */
static void nothing_stays_behind(void)
{
    int wrong = 0, leaks = 0, silent = 0, n;
    for (n = 1; n < 1000; n++) {
        struct device *d = NULL;
        struct err e;
        begin();
        fake.fail_at = n;
        fake.code = n % 2 ? cudaErrorInvalidValue : cudaErrorMemoryAllocation;
        err_clear(&e);
        int result = device_open(&d, 0, &e);
        if (!result)
            result = use(d, &e);
        device_close(d);
        leaks += left_behind() != 0;
        if (fake.fail_at)
            break;
        silent += result && !e.text[0];
        wrong += !result;
    }
    ok(n > 150 && n < 1000, "each of %d calls has failed once", n - 1);
    is_int(leaks, 0, "and left nothing behind");
    is_int(silent, 0, "and said what");
    /* The bus number, and the waits before memory is freed and a device closed, may fail. */
    ok(wrong <= 14, "%d of them may fail", wrong);
}

static void memory_is_counted(struct device *d)
{
    struct err e;
    void *p = &e;
    is_int(device_alloc(d, (size_t)5 << 30, "activations", &p, &e), -1, "too much is refused");
    is_int(e.code, ERR_MEMORY, "as a want of memory");
    ok(p == NULL, "without an address");
    is_text(
        e.text,
        "activations: 5.0 GiB of memory are needed on cuda:1, a Fake 1, where 1.5 GiB of 8.0 GiB "
        "are free; `nvidia-smi` shows who uses the rest",
        "which says how much there is");
    is_int(device_pin(d, (size_t)5 << 30, "results", &p, &e), -1,
           "the host's memory has an end too");
    has_text(e.text, "results: the system does not lend the device 5.0 GiB", "which says so");
}

static void a_kernel_is_named(struct device *d)
{
    struct err e;
    is_int(device_ran(d, cudaErrorInvalidConfiguration, "norm", &e), -1,
           "a launch that is refused");
    is_text(e.text, "cuda:1, kernel norm: fake error 9", "names its kernel");
    int waits = fake.waits;
    is_int(device_ran(d, 0, "norm", &e), 0, "a launch that is queued");
    is_int(fake.waits, waits, "is not waited for");
}

static void marks_have_times(struct device *d)
{
    ok(device_seconds(d, 1, 2) == 0.25, "seconds between two marks");
    fake.fail_at = 1;
    fake.code = cudaErrorInvalidResourceHandle;
    ok(isnan(device_seconds(d, 1, 2)), "unknown where a mark was not made");
}

static void what_is_opened_works(void)
{
    struct device *d;
    struct err e;
    begin();
    is_int(device_open(&d, 1, &e), 0, "a device opens");
    is_text(device_facts(d)->bus, "0000:01:00.0", "its place is known");
    memory_is_counted(d);
    a_kernel_is_named(d);
    marks_have_times(d);
    device_close(d);
    fake.wrong = 1;
    is_int(device_open(&d, 1, &e), -1, "a device that computes wrongly is refused");
    has_text(e.text, "computes wrongly", "and says so");
    is_int(left_behind(), 0, "nothing is left");
}

static void waits_when_asked(void)
{
    struct device *d;
    struct err e;
    begin();
    setenv("COMBOLAB_CUDA_SYNC", "1", 1);
    is_int(device_open(&d, 0, &e), 0, "a device opens");
    unsetenv("COMBOLAB_CUDA_SYNC");
    int waits = fake.waits;
    is_int(device_ran(d, 0, "norm", &e), 0, "a kernel runs");
    is_int(fake.waits, waits + 1, "and is waited for");
    ok(!device_capture(d, &e) && !device_ran(d, 0, "norm", &e) && fake.waits == waits + 1,
       "but not while it is recorded");
    device_close(d);
    is_int(left_behind(), 0, "closing ends a recording");
}

/* Last: it ends CUDA in this process. */
static void an_end_is_remembered(void)
{
    static const int later[] = {226, 721, cudaErrorMpsClientTerminated};
    struct device *d, *other;
    struct err e;
    void *p;
    begin();
    is_int(device_open(&d, 0, &e), 0, "a device opens");
    fake.broken = cudaErrorIllegalAddress;
    is_int(device_wait(d, &e), -1, "an illegal address is told by whoever waits");
    has_text(e.text, "COMBOLAB_CUDA_SYNC=1", "with the way to its kernel");
    has_text(e.text, "start combolab again", "and what to do");
    is_int(device_alloc(d, 8, "later", &p, &e), -1, "later calls fail");
    for (int i = 0; i < 3; i++) {
        fake.broken = later[i];
        ok(device_wait(d, &e) == -1 && strstr(e.text, "start combolab again"),
           "error %d ends CUDA as well", later[i]);
    }
    device_close(d);
    is_int(left_behind(), 0, "closing frees what can be freed");
    begin();
    is_int(device_open(&other, 1, &e), -1, "no device opens any more");
    is_text(e.text,
            "CUDA cannot be used any more in this process since an error (cuda:0, waiting for its "
            "work: fake error 700); start combolab again, or use --device cpu",
            "and it says since when");
    ok(other == NULL, "without a device");
}

int main(void)
{
    unsetenv("COMBOLAB_CUDA_SYNC");
    unsetenv("CUDA_VISIBLE_DEVICES");
    no_device_is_explained();
    devices_are_listed();
    nothing_stays_behind();
    what_is_opened_works();
    waits_when_asked();
    an_end_is_remembered();
    return tap_done();
}
