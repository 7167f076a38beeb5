/* test_twin.c - the twin of a device does what device.h promises: late, in order, again and again,
 * and it fails when a test wants it to. */
#include "cuda/device.h"
#include "tests/cudasim/planted.h"
#include "tests/kit/tap.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static struct err e;

static struct device *opened(void)
{
    struct device *d;
    if (device_open(&d, 0, &e)) {
        printf("Bail out! %s\n", e.text);
        exit(1);
    }
    return d;
}

static float *floats(struct device *d, size_t count)
{
    void *p;
    if (device_alloc(d, count * sizeof(float), "values", &p, &e)) {
        printf("Bail out! %s\n", e.text);
        exit(1);
    }
    return p;
}

static float read_one(struct device *d, const float *from)
{
    float v = 0;
    if (device_download(d, &v, from, sizeof v, &e) || device_wait(d, &e))
        return NAN;
    return v;
}

static void work_is_late(void)
{
    struct device *d = opened();
    float *p = floats(d, 1), v = 1, got = -1;
    ok(isnan(read_one(d, p)), "memory has no value at first");
    ok(!device_upload(d, p, &v, sizeof v, &e), "an upload is queued");
    v = 2; /* which device.h forbids, so that it must be seen */
    is_near((double)read_one(d, p), 2, 0, "and copies what is there when it is waited for");
    ok(!device_download(d, &got, p, sizeof got, &e) && got == -1, "a download is queued");
    ok(!device_wait(d, &e) && got == 2, "and done when it is waited for");
    ok(!device_clear(d, p, sizeof v, &e) && read_one(d, p) == 0, "memory is cleared");
    device_free(d, p);
    device_close(d);
}

static void marks_order_streams(void)
{
    struct device *d = opened();
    float *a = floats(d, 1), *b = floats(d, 1), one = 1, two = 2;
    ok(!device_wait_mark(d, 7, &e), "a mark that was never made is passed");
    ok(!device_upload(d, a, &one, sizeof one, &e) && !device_mark(d, 1, &e) &&
           !device_aside_after(d, 1, &e) && !device_upload_aside(d, a, &two, sizeof two, &e) &&
           !device_mark_aside(d, 2, &e) && !device_after(d, 2, &e) &&
           !device_copy(d, b, a, sizeof two, &e) && !device_mark(d, 3, &e),
       "work, then a copy aside, then work");
    ok(!device_wait_mark(d, 3, &e), "the last mark is waited for");
    is_near((double)read_one(d, b), 2, 0, "they come one after the other");
    device_free(d, a);
    device_free(d, b);
    device_close(d);
}

static void captured_work_is_replayed(void)
{
    struct device *d = opened();
    struct device_graph *g;
    float *a = floats(d, 1), *b = floats(d, 1), v = 3;
    ok(!device_upload(d, a, &v, sizeof v, &e) && !device_capture(d, &e) &&
           !device_copy(d, b, a, sizeof v, &e) &&
           !planted_nothing(PLANTED_NONE, a, device_stream(d)),
       "a copy and a kernel are captured");
    ok(device_upload(d, a, &v, sizeof v, &e) && device_wait(d, &e) && device_mark(d, 0, &e) &&
           device_capture(d, &e),
       "what cannot be captured is refused: %s", e.text);
    ok(!device_captured(d, &g, &e), "the capture ends");
    ok(isnan(read_one(d, b)) && read_one(d, a) == 3, "captured work is not run");
    ok(!device_replay(d, g, &e) && read_one(d, b) == 3 && read_one(d, a) == 1, "a replay runs it");
    ok(!device_replay(d, g, &e) && read_one(d, b) == 1, "so does another");
    ok(!device_capture(d, &e) && !device_clear(d, b, sizeof v, &e), "a capture begins");
    device_capture_drop(d);
    ok(read_one(d, b) == 1, "and is dropped with what was captured");
    device_graph_free(g);
    device_free(d, a);
    device_free(d, b);
    device_close(d);
}

static void memory_ends(void)
{
    setenv("CUDASIM_MEMORY", "3", 1);
    struct device *d = opened();
    uint64_t left, all;
    void *p, *q;
    ok(!device_alloc(d, 2 << 20, "half", &p, &e), "2 of 3 MiB are there");
    ok(device_alloc(d, 2 << 20, "the other half", &q, &e) && e.code == ERR_MEMORY && !q,
       "2 more are not");
    has_text(e.text, "the other half: 2.0 MiB of memory are needed on cuda:0", "what is needed");
    has_text(e.text, "1.0 MiB of 3.0 MiB are free", "what is there");
    device_free(d, p);
    device_memory(d, &left, &all);
    ok(left == all && all == 3 << 20, "what is given back is there again");
    device_close(d);
    unsetenv("CUDASIM_MEMORY");
}

/* The second launch of `nothing` fails, for good. */
static void cuda_ends(bool sync)
{
    setenv("CUDASIM_FAIL", "nothing:2", 1);
    if (sync)
        setenv("COMBOLAB_CUDA_SYNC", "1", 1);
    struct device *d = opened(), *other;
    float *p = floats(d, 1);
    void *s = device_stream(d);
    ok(!device_ran(d, planted_nothing(PLANTED_NONE, p, s), "nothing", &e) && read_one(d, p) == 1,
       "the first launch runs");
    int code = device_ran(d, planted_nothing(PLANTED_NONE, p, s), "nothing", &e);
    ok(sync ? code : !code && device_wait(d, &e), "the second is found to fail %s",
       sync ? "at once" : "by a later call");
    has_text(e.text, sync ? "kernel nothing: an illegal" : "waiting for its work: an illegal",
             "the message says where");
    has_text(e.text, "CUDA cannot be used any more in this process", "and that it is over");
    ok(device_clear(d, p, 4, &e) && device_wait(d, &e) && device_mark(d, 0, &e) &&
           device_wait_mark(d, 0, &e) && device_capture(d, &e),
       "nothing else can be done");
    device_free(d, p);
    device_close(d);
    ok(device_open(&other, 0, &e) && e.code == ERR_DEAD, "no device is opened any more");
    has_text(e.text, "in this process since an error (cuda:0, ", "and the message says why");
}

/* In a process of its own, whose lines count here. */
static void cuda_ends_elsewhere(bool sync)
{
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        cuda_ends(sync);
        _exit(2 * tap_count + !!tap_failed);
    }
    bool good = waitpid(child, &status, 0) == child && WIFEXITED(status);
    tap_count = good ? WEXITSTATUS(status) / 2 : tap_count;
    ok(good && WEXITSTATUS(status) % 2 == 0, "CUDA ended in another process");
}

int main(void)
{
    work_is_late();
    marks_order_streams();
    captured_work_is_replayed();
    memory_ends();
    cuda_ends_elsewhere(true);
    cuda_ends(false);
    return tap_done();
}
