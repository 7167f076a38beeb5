/* cudasim.cpp - see cudasim.h. One OS thread; ucontext fibres. For ThreadSanitizer compile this
 * file without -fsanitize=thread and with -DCUDASIM_TSAN: the scheduler is not what is tested.
 * Every block then gets shared memory of its own, never freed, so that two blocks' use of it is not
 * taken for a race. */
#include "tests/cudasim/cudasim.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sys/mman.h>
#include <ucontext.h>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef CUDASIM_TSAN
#include <sanitizer/tsan_interface.h>
#endif

#define STACK (64 * 1024)
#define ARRAYS 64 /* of shared memory that a kernel may name */

enum state { READY, AT_BLOCK, AT_WARP, DONE };

struct copy {
    void *to;
    const void *from;
    size_t bytes;
    int group;
};

struct fibre {
    sim_place place;
    ucontext_t context;
    unsigned char *stack;
    void *fake_stack, *tsan;
    state at;
    const char *file;
    int line, group;
    std::vector<copy> copies;
};

sim_place *sim_here;

static struct {
    ucontext_t main;
    void *main_fake, *main_tsan;
    const void *main_bottom;
    size_t main_size;
    std::vector<fibre> all; /* as many as the largest block so far */
    fibre *now;
    int n;
    const char *kernel;
    const std::function<void()> *body;
    struct {
        const char *file;
        int line;
        unsigned char *to;
    } shared[ARRAYS]; /* of the block */
    int n_shared;
    unsigned char *dynamic, *lines;
    char block_barrier, warp_barrier[64];
} sim;

static void fail(const char *what)
{
    fprintf(stderr, "cudasim: kernel %s, block %u,%u,%u: %s\n", sim.kernel,
            sim.all[0].place.block.x, sim.all[0].place.block.y, sim.all[0].place.block.z, what);
    for (int i = 0, shown = 0; i < sim.n && shown < 4; i++)
        if (i == 0 || sim.all[i].at != sim.all[i - 1].at ||
            sim.all[i].line != sim.all[i - 1].line) {
            fibre &f = sim.all[i];
            fprintf(stderr, "  thread %d %s %s:%d\n", i,
                    f.at == DONE       ? "has ended"
                    : f.at == AT_BLOCK ? "waits for its block at"
                                       : "waits for its warp at",
                    f.at == DONE ? "" : f.file, f.at == DONE ? 0 : f.line);
            shown++;
        }
    abort();
}

/* --- switching --- */

static void to_main()
{
    fibre *f = sim.now;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(f->at == DONE ? NULL : &f->fake_stack, sim.main_bottom,
                                   sim.main_size);
#endif
#ifdef CUDASIM_TSAN
    __tsan_switch_to_fiber(sim.main_tsan, 1); /* orders nothing */
#endif
    swapcontext(&f->context, &sim.main);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(f->fake_stack, NULL, NULL);
#endif
}

static void to_fibre(fibre *f)
{
    sim.now = f;
    sim_here = &f->place;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&sim.main_fake, f->stack, STACK);
#endif
#ifdef CUDASIM_TSAN
    __tsan_switch_to_fiber(f->tsan, 1);
#endif
    swapcontext(&sim.main, &f->context);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(sim.main_fake, NULL, NULL);
#endif
}

static void entry()
{
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(NULL, &sim.main_bottom, &sim.main_size);
#endif
#ifdef CUDASIM_TSAN
    __tsan_acquire(&sim.kernel); /* what the host did before the launch */
#endif
    (*sim.body)();
#ifdef CUDASIM_TSAN
    __tsan_release(&sim.body);
#endif
    sim.now->at = DONE;
    to_main();
}

/* --- barriers --- */

static void wait_at(state at, void *barrier, const char *file, int line)
{
    fibre *f = sim.now;
    f->at = at;
    f->file = file;
    f->line = line;
#ifdef CUDASIM_TSAN
    __tsan_release(barrier);
#endif
    to_main();
#ifdef CUDASIM_TSAN
    __tsan_acquire(barrier);
#endif
    (void)barrier;
}

static int index_of(const fibre *f)
{
    return (int)(f - sim.all.data());
}

void sim_sync_block(const char *file, int line)
{
    wait_at(AT_BLOCK, &sim.block_barrier, file, line);
}

void sim_sync_warp(const char *file, int line)
{
    wait_at(AT_WARP, &sim.warp_barrier[index_of(sim.now) / 32], file, line);
}

static bool same_place(const fibre &a, const fibre &b)
{
    return a.at == b.at && a.line == b.line && a.file == b.file;
}

/* Lets threads go on whose barrier is complete; false when none could. */
static bool release()
{
    bool any = false, whole = true, some = false;
    for (int w = 0; w < sim.n; w += 32) {
        int end = w + 32 < sim.n ? w + 32 : sim.n;
        bool all = true;
        for (int i = w; i < end; i++)
            all &= sim.all[i].at == AT_WARP && same_place(sim.all[i], sim.all[w]);
        for (int i = w; all && i < end; i++)
            sim.all[i].at = READY;
        any |= all;
    }
    for (int i = 0; i < sim.n; i++) {
        whole &= sim.all[i].at == AT_BLOCK && same_place(sim.all[i], sim.all[0]);
        some |= sim.all[i].at != DONE;
    }
    for (int i = 0; whole && i < sim.n; i++)
        sim.all[i].at = READY;
    if (!any && !whole && some)
        fail("threads wait for one another at different barriers");
    return any || whole;
}

/* --- memory --- */

static unsigned char *fresh(size_t bytes)
{
    unsigned char *p =
        static_cast<unsigned char *>(aligned_alloc(128, (bytes + 127) / 128 * 128 + 128));
#if defined(__SANITIZE_ADDRESS__)
    free(p); /* the exact size, so that one byte too far is seen */
    p = static_cast<unsigned char *>(malloc(bytes ? bytes : 1));
#endif
    memset(p, 0xff, bytes);
    return p;
}

static void drop(unsigned char *p)
{
#ifndef CUDASIM_TSAN
    free(p);
#endif
    (void)p;
}

void *sim_shared(const char *file, int line, size_t bytes)
{
    int i = 0;
    while (i < sim.n_shared && (sim.shared[i].line != line || sim.shared[i].file != file))
        i++;
    if (i == ARRAYS)
        fail("too many shared arrays");
    if (i == sim.n_shared) {
        sim.shared[sim.n_shared++] = {file, line, fresh(bytes)};
#ifdef CUDASIM_TSAN
        __tsan_release(sim.shared[i].to);
#endif
    }
#ifdef CUDASIM_TSAN
    __tsan_acquire(sim.shared[i].to);
#endif
    return sim.shared[i].to;
}

void *sim_dynamic()
{
    return sim.dynamic;
}

unsigned char *sim_lines()
{
    return sim.lines + index_of(sim.now) / 32 * 32 * 64;
}

int sim_lane()
{
    return index_of(sim.now) % 32;
}

void sim_copy(void *to, const void *from, size_t bytes)
{
    memset(to, 0xff, bytes);
    sim.now->copies.push_back({to, from, bytes, sim.now->group});
}

void sim_copy_commit()
{
    sim.now->group++;
}

void sim_copy_wait(int groups_left)
{
    fibre *f = sim.now;
    size_t kept = 0;
    for (copy &c : f->copies)
        if (c.group < f->group - groups_left)
            memcpy(c.to, c.from, c.bytes);
        else
            f->copies[kept++] = c;
    f->copies.resize(kept);
}

/* --- device memory --- */

static std::map<uintptr_t, size_t> device; /* begin -> bytes */

void *sim_malloc(size_t bytes)
{
    void *p = aligned_alloc(256, (bytes + 255) / 256 * 256);
#if defined(__SANITIZE_ADDRESS__)
    __asan_poison_memory_region((char *)p + bytes, (bytes + 255) / 256 * 256 - bytes);
#endif
    memset(p, 0xff, bytes);
    device[(uintptr_t)p] = bytes;
    return p;
}

void sim_free(void *p)
{
    auto at = device.find((uintptr_t)p);
    if (at == device.end())
        return;
#if defined(__SANITIZE_ADDRESS__)
    __asan_unpoison_memory_region(p, (at->second + 255) / 256 * 256);
#endif
    device.erase(at);
    free(p);
}

void sim_check_pointer(const char *kernel, const void *p)
{
    auto at = device.upper_bound((uintptr_t)p);
    if (!p || (at != device.begin() && (uintptr_t)p <= (--at)->first + at->second))
        return;
    fprintf(stderr, "cudasim: kernel %s is handed %p, which is no device memory\n", kernel, p);
    abort();
}

/* --- blocks --- */

static int pick(int step, int n, unsigned *seed)
{
    const char *order = getenv("CUDASIM_ORDER");
    if (order && !strcmp(order, "down"))
        return n - 1 - step;
    if (order && !strcmp(order, "random"))
        return (int)((*seed = *seed * 1664525u + 1013904223u) >> 8) % n;
    return step;
}

static void begin(fibre *f)
{
    getcontext(&f->context);
    f->context.uc_stack.ss_sp = f->stack;
    f->context.uc_stack.ss_size = STACK;
    f->context.uc_link = NULL;
    makecontext(&f->context, entry, 0);
    f->at = READY;
    f->group = 0;
    f->copies.clear();
}

static void run_block(dim3 grid, dim3 block, dim3 at, size_t dynamic_bytes)
{
    static unsigned seed = 1;
    sim.dynamic = fresh(dynamic_bytes);
    sim.lines = fresh((size_t)(sim.n + 31) / 32 * 32 * 64);
#ifdef CUDASIM_TSAN
    __tsan_release(&sim.kernel);
#endif
    for (int i = 0; i < sim.n; i++) {
        unsigned t = (unsigned)i;
        sim.all[i].place = {dim3(t % block.x, t / block.x % block.y, t / block.x / block.y), at,
                            block, grid};
        begin(&sim.all[i]);
    }
    for (bool going = true; going;) {
        int left = 0;
        for (int s = 0; s < sim.n; s++) {
            fibre *f = &sim.all[pick(s, sim.n, &seed)];
            if (f->at == READY)
                to_fibre(f);
        }
        for (int i = 0; i < sim.n; i++)
            left += sim.all[i].at == READY;
        going = left || release();
    }
    for (int i = 0; i < sim.n; i++)
        if (!sim.all[i].copies.empty())
            fail("a thread ends with an asynchronous copy that nobody waited for");
    drop(sim.dynamic);
    drop(sim.lines);
    while (sim.n_shared > 0)
        drop(sim.shared[--sim.n_shared].to);
}

void sim_launch(const char *name, dim3 grid, dim3 block, size_t dynamic_bytes,
                const std::function<void()> &body)
{
    if (grid.y > 65535 || grid.z > 65535 || block.x * block.y * block.z > 1024 ||
        dynamic_bytes > 227 * 1024) {
        fprintf(stderr,
                "cudasim: kernel %s cannot be launched: grid %u,%u,%u block %u,%u,%u, %zu bytes\n",
                name, grid.x, grid.y, grid.z, block.x, block.y, block.z, dynamic_bytes);
        abort();
    }
    sim.kernel = name;
    sim.body = &body;
    sim.n = (int)(block.x * block.y * block.z);
    if (sim.all.capacity() < (size_t)sim.n)
        sim.all.reserve(1024);
    while ((int)sim.all.size() < sim.n) {
        sim.all.emplace_back();
        fibre &f = sim.all.back();
        f.stack = static_cast<unsigned char *>(
            mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
#ifdef CUDASIM_TSAN
        f.tsan = __tsan_create_fiber(0);
#endif
    }
#ifdef CUDASIM_TSAN
    sim.main_tsan = __tsan_get_current_fiber();
#endif
    unsigned blocks = grid.x * grid.y * grid.z, seed = 7;
    for (unsigned s = 0; s < blocks; s++) {
        const char *order = getenv("CUDASIM_ORDER");
        unsigned b = order && strcmp(order, "up") ? (unsigned)pick((int)s, (int)blocks, &seed) : s;
        if (order && !strcmp(order, "random"))
            b = s; /* every block once; threads are shuffled */
        run_block(grid, block, dim3(b % grid.x, b / grid.x % grid.y, b / grid.x / grid.y),
                  dynamic_bytes);
    }
#ifdef CUDASIM_TSAN
    __tsan_acquire(&sim.body);
#endif
}

void sim_aligned(const void *p, size_t bytes)
{
    if (!((uintptr_t)p % bytes))
        return;
    fprintf(stderr, "cudasim: kernel %s reads or writes %p, which is no multiple of %zu\n",
            sim.kernel, p, bytes);
    abort();
}

unsigned long long sim_atomic_add(unsigned long long *to, unsigned long long v)
{
    return __atomic_fetch_add(to, v, __ATOMIC_RELAXED);
}

unsigned sim_atomic_add(unsigned *to, unsigned v)
{
    return __atomic_fetch_add(to, v, __ATOMIC_RELAXED);
}

void sim_fence()
{
}
