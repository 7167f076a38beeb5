/* twin.cpp - cuda/device.h without a device: memory is the host's, kernels run under the simulator.
 * Work is queued and runs only when somebody waits for it, as late as may be; what is captured is
 * kept and queued again at each replay. Copies aside run when work has to come after them, or, with
 * CUDASIM_COPIES=early, as early as may be.
 *
 * What goes wrong on devices can be asked for: CUDASIM_MEMORY=N gives a device N MiB of memory, and
 * CUDASIM_FAIL=KERNEL[:N] lets the N-th launch of a kernel (the first) after device_open fail as an
 * illegal address does, which ends CUDA in this process. */
#include "tests/cudasim/cudasim.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

extern "C" {
#include "base/err.h"
#include "base/str.h"
#include "cuda/device.h"
}

typedef std::function<void()> work;

struct device_graph {
    std::vector<work> recorded;
};

struct device {
    struct device_facts facts;
    std::deque<work> main, aside;
    bool capturing;
    std::vector<work> recorded;
    unsigned long made[DEVICE_MARKS], passed[DEVICE_MARKS];
    std::map<void *, size_t> taken;
    uint64_t used;
    bool sync;           /* COMBOLAB_CUDA_SYNC=1 */
    std::string failing; /* the kernel that is to fail, or "" */
    int failing_at;      /* its launches until then */
};

#define TWIN_MEMORY 2048 /* MiB, unless CUDASIM_MEMORY says another number */

static struct err *ignored;

/* --- what ends CUDA in a process --- */

static char ended_by[200]; /* "" while it goes */

static void end_by(const char *what)
{
    if (!ended_by[0])
        snprintf(ended_by, sizeof ended_by, "cuda:0, %s: an illegal memory access was encountered",
                 what);
}

/* The error of a call after that. */
static int going(const struct device *d, struct err *e)
{
    if (!ended_by[0])
        return 0;
    return err_set(e, ERR_DEAD,
                   "%s; CUDA cannot be used any more in this process: start combolab again, or use "
                   "--device cpu%s",
                   ended_by,
                   d->sync ? ""
                           : "; with COMBOLAB_CUDA_SYNC=1 in the environment the kernel is named");
}

/* Kernels are named as LAUNCH was given them: "scale" or "(scale<float, bf16>)". */
static bool is_named(const char *kernel, const std::string &name)
{
    kernel += *kernel == '(';
    return !strncmp(kernel, name.c_str(), name.size()) &&
           (!kernel[name.size()] || kernel[name.size()] == '<');
}

static bool fails_now(struct device *d, const char *kernel)
{
    return !d->failing.empty() && is_named(kernel, d->failing) && !--d->failing_at;
}

static void ask_for_failure(struct device *d)
{
    const char *text = getenv("CUDASIM_FAIL");
    d->failing = text ? text : "";
    size_t colon = d->failing.find(':');
    d->failing_at = colon == std::string::npos ? 1 : atoi(text + colon + 1);
    d->failing = d->failing.substr(0, colon);
}

extern "C" const char *device_library(void)
{
    return "simulated CUDA";
}

extern "C" int device_open(struct device **out, int number, struct err *e)
{
    *out = NULL;
    if (number)
        return err_set(e, ERR_NOT_FOUND, "there is no device cuda:%d: the last one is cuda:0",
                       number);
    if (ended_by[0])
        return err_set(e, ERR_DEAD,
                       "CUDA cannot be used any more in this process since an error (%s); start "
                       "combolab again, or use --device cpu",
                       ended_by);
    const char *memory = getenv("CUDASIM_MEMORY"), *sync = getenv("COMBOLAB_CUDA_SYNC");
    struct device *d = new device();
    snprintf(d->facts.name, sizeof d->facts.name, "simulated device");
    d->facts.major = 9;
    d->facts.multiprocessors = 4;
    d->facts.memory_bytes = (uint64_t)(memory ? atoi(memory) : TWIN_MEMORY) << 20;
    d->sync = sync && !strcmp(sync, "1");
    ask_for_failure(d);
    *out = d;
    return 0;
}

extern "C" void device_close(struct device *d)
{
    if (!d)
        return;
    device_wait(d, ignored);
    if (!d->taken.empty())
        fprintf(stderr, "cudasim: %zu blocks of device memory are not freed\n", d->taken.size());
    delete d;
}

extern "C" const struct device_facts *device_facts(const struct device *d)
{
    return &d->facts;
}

extern "C" void device_memory(struct device *d, uint64_t *free_bytes, uint64_t *all_bytes)
{
    *all_bytes = d->facts.memory_bytes;
    *free_bytes = d->facts.memory_bytes - d->used;
}

/* A block, of which `of_device` bytes are the device's own. */
static void keep(struct device *d, size_t bytes, size_t of_device, void **out)
{
    *out = sim_malloc(bytes ? bytes : 1);
    d->taken[*out] = of_device;
    d->used += of_device;
}

static int take(struct device *d, size_t bytes, const char *what, void **out, struct err *e)
{
    *out = NULL;
    if (going(d, e))
        return -1;
    if (d->used + bytes > d->facts.memory_bytes) {
        char needed[32], left[32], all[32];
        str_bytes(needed, sizeof needed, (double)bytes);
        str_bytes(left, sizeof left, (double)(d->facts.memory_bytes - d->used));
        str_bytes(all, sizeof all, (double)d->facts.memory_bytes);
        return err_set(e, ERR_MEMORY,
                       "%s: %s of memory are needed on cuda:0, a %s, where %s of %s are free", what,
                       needed, d->facts.name, left, all);
    }
    keep(d, bytes, bytes, out);
    return 0;
}

static void give(struct device *d, void *p)
{
    if (!p)
        return;
    device_wait(d, ignored);
    auto at = d->taken.find(p);
    if (at == d->taken.end()) {
        fprintf(stderr, "cudasim: %p is freed, which is no memory of the device\n", p);
        abort();
    }
    d->used -= at->second;
    d->taken.erase(at);
    sim_free(p);
}

extern "C" int device_alloc(struct device *d, size_t bytes, const char *what, void **out,
                            struct err *e)
{
    return take(d, bytes, what, out, e);
}

extern "C" void device_free(struct device *d, void *p)
{
    give(d, p);
}

extern "C" int device_pin(struct device *d, size_t bytes, const char *, void **out, struct err *e)
{
    *out = NULL;
    if (going(d, e))
        return -1;
    keep(d, bytes, 0, out); /* of the host's memory */
    return 0;
}

extern "C" void device_unpin(struct device *d, void *p)
{
    give(d, p);
}

/* --- work --- */

extern "C" void *device_stream(struct device *d)
{
    return d;
}

static int queue_work(struct device *d, const work &w)
{
    if (d->capturing)
        d->recorded.push_back(w);
    else
        d->main.push_back(w);
    return 0;
}

int sim_queue(void *stream, const char *kernel, const work &w)
{
    struct device *d = static_cast<struct device *>(stream);
    if (d)
        return queue_work(d, [=] {
            if (fails_now(d, kernel))
                end_by(d->sync ? (std::string("kernel ") + kernel).c_str()
                               : "waiting for its work");
            else
                w();
        });
    w();
    return 0;
}

/* Nothing is done any more once CUDA has ended. */
static void run_one(std::deque<work> &queue)
{
    work w = queue.front();
    queue.pop_front();
    if (!ended_by[0])
        w();
}

static void run_all(struct device *d)
{
    while (!d->main.empty())
        run_one(d->main);
    while (!d->aside.empty())
        run_one(d->aside);
}

extern "C" int device_ran(struct device *d, int code, const char *kernel, struct err *e)
{
    if (code)
        return err_set(e, ERR_DEVICE, "kernel %s cannot be started: code %d", kernel, code);
    if (d->sync && !d->capturing)
        run_all(d);
    return going(d, e);
}

/* What cannot be done now: anything after CUDA has ended, and much while work is captured. */
static int refuse_capturing(const struct device *d, const char *what, struct err *e)
{
    if (going(d, e))
        return -1;
    return d->capturing ? err_set(e, ERR_INTERNAL, "%s cannot be captured", what) : 0;
}

static void check_device(const void *p, size_t bytes)
{
    sim_check_pointer("a copy", p);
    if (bytes)
        sim_check_pointer("a copy", (const char *)p + bytes - 1);
}

extern "C" int device_upload(struct device *d, void *to, const void *from, size_t bytes,
                             struct err *e)
{
    if (refuse_capturing(d, "an upload", e))
        return -1;
    check_device(to, bytes);
    d->main.push_back([=] { memcpy(to, from, bytes); });
    return 0;
}

extern "C" int device_download(struct device *d, void *to, const void *from, size_t bytes,
                               struct err *e)
{
    if (refuse_capturing(d, "a download", e))
        return -1;
    check_device(from, bytes);
    d->main.push_back([=] { memcpy(to, from, bytes); });
    return 0;
}

extern "C" int device_copy(struct device *d, void *to, const void *from, size_t bytes,
                           struct err *e)
{
    check_device(to, bytes);
    check_device(from, bytes);
    queue_work(d, [=] { memmove(to, from, bytes); });
    return going(d, e);
}

extern "C" int device_clear(struct device *d, void *to, size_t bytes, struct err *e)
{
    check_device(to, bytes);
    queue_work(d, [=] { memset(to, 0, bytes); });
    return going(d, e);
}

extern "C" int device_wait(struct device *d, struct err *e)
{
    if (refuse_capturing(d, "waiting", e))
        return -1;
    run_all(d);
    return going(d, e);
}

/* Copies run as late as may be; with CUDASIM_COPIES=early at once, behind what they must wait for.
 */
static int queue_aside(struct device *d, const work &w)
{
    const char *when = getenv("CUDASIM_COPIES");
    d->aside.push_back(w);
    while (when && !strcmp(when, "early") && !d->aside.empty())
        run_one(d->aside);
    return 0;
}

/* --- marks --- */

extern "C" int device_mark(struct device *d, int mark, struct err *e)
{
    if (refuse_capturing(d, "a mark", e))
        return -1;
    unsigned long number = ++d->made[mark];
    d->main.push_back([=] { d->passed[mark] = number; });
    return 0;
}

extern "C" int device_mark_aside(struct device *d, int mark, struct err *e)
{
    if (refuse_capturing(d, "a mark", e))
        return -1;
    unsigned long number = ++d->made[mark];
    return queue_aside(d, [=] { d->passed[mark] = number; });
}

/* Runs a queue up to the mark's present number, or fails: then the two queues wait for each other.
 */
static void reach(struct device *d, std::deque<work> &queue, int mark, unsigned long number)
{
    while (d->passed[mark] < number && !queue.empty())
        run_one(queue);
    if (d->passed[mark] < number && !ended_by[0]) {
        fprintf(stderr, "cudasim: mark %d is waited for and never made\n", mark);
        abort();
    }
}

extern "C" int device_wait_mark(struct device *d, int mark, struct err *e)
{
    if (refuse_capturing(d, "waiting", e))
        return -1;
    while (d->passed[mark] < d->made[mark] && !d->main.empty())
        run_one(d->main);
    reach(d, d->aside, mark, d->made[mark]);
    return going(d, e);
}

extern "C" double device_seconds(struct device *, int, int)
{
    return 0;
}

extern "C" int device_upload_aside(struct device *d, void *to, const void *from, size_t bytes,
                                   struct err *e)
{
    if (refuse_capturing(d, "an upload", e))
        return -1;
    check_device(to, bytes);
    return queue_aside(d, [=] { memcpy(to, from, bytes); });
}

extern "C" int device_after(struct device *d, int mark, struct err *e)
{
    if (refuse_capturing(d, "waiting for a mark", e))
        return -1;
    unsigned long number = d->made[mark];
    d->main.push_back([=] { reach(d, d->aside, mark, number); });
    return 0;
}

extern "C" int device_aside_after(struct device *d, int mark, struct err *e)
{
    if (refuse_capturing(d, "waiting for a mark", e))
        return -1;
    unsigned long number = d->made[mark];
    return queue_aside(d, [=] { reach(d, d->main, mark, number); });
}

/* --- capture --- */

extern "C" int device_capture(struct device *d, struct err *e)
{
    if (refuse_capturing(d, "a capture", e))
        return -1;
    d->capturing = true;
    return 0;
}

extern "C" int device_captured(struct device *d, struct device_graph **out, struct err *e)
{
    *out = NULL;
    if (!d->capturing)
        return err_set(e, ERR_INTERNAL, "nothing is being captured");
    d->capturing = false;
    *out = new device_graph();
    (*out)->recorded.swap(d->recorded);
    return 0;
}

extern "C" void device_capture_drop(struct device *d)
{
    d->capturing = false;
    d->recorded.clear();
}

extern "C" int device_replay(struct device *d, struct device_graph *g, struct err *e)
{
    if (refuse_capturing(d, "a replay", e))
        return -1;
    for (const work &w : g->recorded)
        d->main.push_back(w);
    return 0;
}

extern "C" void device_graph_free(struct device_graph *g)
{
    delete g;
}
