/* cudasim.cpp - the simulator's threads, barriers and launches; see cudasim.h.
 *
 * A thread begins on a fibre that has nothing to do and keeps it while it waits at a barrier. A
 * fibre whose thread has ended begins the next one itself, so that without barriers one fibre runs
 * all threads. Who waits looks for the next thread on its own: first one whose barrier is complete,
 * else one that has not begun. */
#include "tests/cudasim/cudasim_priv.h"
#include "tests/cudasim/fibre.h"
#include "tests/cudasim/sanitizer.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

enum order { UP, DOWN, RANDOM };

/* Of a block or a warp. Two objects to order by, used in turn: who is late out of a barrier must
 * not see what others did on their way to the next. */
struct barrier {
    int arrived;
    unsigned times;
    const sim_thread *first; /* that arrived */
    bool torn;               /* not all at the same place */
    uint64_t *order;
};

sim_place sim_here;
sim_thread *sim_now;
const sim_launch *sim_now_in;

static struct {
    sim_thread thread[SIM_THREADS];
    int n, begun, done;

    int ready[SIM_THREADS]; /* a ring: threads whose barrier is complete */
    unsigned first, last;

    barrier block, warp[SIM_THREADS / 32];

    fibre main, *now;
    fibre *idle[SIM_THREADS];
    int n_idle;
    int chosen; /* the thread that a fibre without one is to begin */

    order by;
    unsigned seed, start, stride; /* of the order in which threads begin */
    unsigned parity;              /* of the block */
    void *main_order;
    uint64_t begin, end; /* of a launch, for the order between host and kernel */
} sim;

/* --- failing --- */

static void show(int i)
{
    const sim_thread *t = &sim.thread[i];
    if (t->state == SIM_DONE)
        fprintf(stderr, "  thread %d has ended\n", i);
    else if (t->state == SIM_FREE)
        fprintf(stderr, "  thread %d runs\n", i);
    else
        fprintf(stderr, "  thread %d waits for its %s at %s:%d\n", i,
                t->state == SIM_AT_BLOCK ? "block" : "warp", t->file, t->line);
}

static bool same_place(const sim_thread *a, const sim_thread *b)
{
    return a->state == b->state && a->line == b->line && a->file == b->file;
}

void sim_fail(const char *format, ...)
{
    fprintf(stderr, "cudasim: kernel %s, block %u,%u,%u: ", sim_now_in->kernel, sim_here.block.x,
            sim_here.block.y, sim_here.block.z);
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
    for (int i = 0, shown = 0; i < sim.n && shown < 4; i++)
        if (!i || !same_place(&sim.thread[i], &sim.thread[i - 1])) {
            show(i);
            shown++;
        }
    abort();
}

/* --- orders --- */

static order order_asked()
{
    const char *text = getenv("CUDASIM_ORDER");
    if (!text || !strcmp(text, "up"))
        return UP;
    if (!strcmp(text, "down"))
        return DOWN;
    if (!strcmp(text, "random"))
        return RANDOM;
    fprintf(stderr, "cudasim: CUDASIM_ORDER is %s; it can be up, down or random\n", text);
    abort();
}

static unsigned draw(unsigned below)
{
    sim.seed = sim.seed * 1664525u + 1013904223u;
    return (unsigned)((uint64_t)(sim.seed >> 8) * below >> 24);
}

static unsigned common(unsigned a, unsigned b)
{
    while (b) {
        unsigned rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* How to go through 0 .. n - 1: from `start` on in steps of `stride`, modulo n. */
static void shuffle(unsigned n, unsigned *start, unsigned *stride)
{
    *start = sim.by == DOWN ? n - 1 : 0;
    *stride = sim.by == DOWN ? n - 1 : 1;
    if (sim.by != RANDOM)
        return;
    *start = draw(n);
    do
        *stride = 1 + draw(n);
    while (common(*stride, n) != 1);
}

static unsigned nth(unsigned i, unsigned n, unsigned start, unsigned stride)
{
    return (unsigned)((start + (uint64_t)i * stride) % n);
}

/* --- turns --- */

static void carry();

static void go(fibre *to)
{
    fibre *own = sim.now;
    if (to == own)
        return;
    sim.now = to;
    fibre_switch(own, to);
}

/* Makes t the thread that runs, on the present fibre. */
static void resume(sim_thread *t)
{
    sim_now = t;
    sim_here.thread = t->place;
    order_switch(t->order[sim.parity]);
}

static bool one_is_ready()
{
    return sim.first != sim.last;
}

/* The next thread to run, or -1: all have ended. */
static int choose()
{
    bool fresh = sim.begun < sim.n;
    if (one_is_ready() && !(fresh && sim.by == RANDOM && !draw(4)))
        return sim.ready[sim.first++ % SIM_THREADS];
    if (fresh)
        return (int)nth((unsigned)sim.begun++, (unsigned)sim.n, sim.start, sim.stride);
    if (sim.done < sim.n)
        sim_fail("threads wait for one another at different barriers");
    return -1;
}

static dim3 place_of(unsigned t, dim3 size)
{
    if (size.y * size.z == 1)
        return dim3(t, 0, 0);
    return dim3(t % size.x, t / size.x % size.y, t / size.x / size.y);
}

static int index_of(const sim_thread *t)
{
    return (int)(t - sim.thread);
}

static void run_thread(sim_thread *t)
{
    t->place = place_of((unsigned)index_of(t), sim_here.block_size);
    t->on = sim.now;
    t->state = SIM_FREE;
    t->exchanges = 0;
    t->group = 0;
    t->fenced = false;
    t->counted = NULL;
    resume(t);
    order_acquire(&sim.begin);
    sim_now_in->thread();
    if (t->copies)
        sim_fail("a thread ends with an asynchronous copy that nobody waited for");
    order_release(&sim.end);
    order_switch(sim.main_order);
    t->state = SIM_DONE;
    t->on = NULL;
    sim.done++;
}

/* Where thread i goes on, or can begin. ThreadSanitizer would take one stack of two threads for a
 * place where they meet, so for it each has a stack of its own. */
static fibre *fibre_for(int i)
{
    sim_thread *t = &sim.thread[i];
    if (t->on)
        return t->on;
    sim.chosen = i;
    if (!order_watched && sim.n_idle)
        return sim.idle[--sim.n_idle];
    if (!order_watched)
        return fibre_new(carry);
    if (!t->home[sim.parity])
        t->home[sim.parity] = fibre_new(carry);
    return t->home[sim.parity];
}

/* What a fibre does all its life. */
static void carry()
{
    fibre *own = sim.now;
    fibre_begun(own);
    for (;;) {
        run_thread(&sim.thread[sim.chosen]);
        if (!order_watched)
            sim.idle[sim.n_idle++] = own;
        int next = choose();
        go(next < 0 ? &sim.main : fibre_for(next));
    }
}

/* --- barriers --- */

/* The threads from `from` on can go on, in the order that was asked for. */
static void let_go(int from, int n)
{
    unsigned start, stride;
    shuffle((unsigned)n, &start, &stride);
    for (int i = 0; i < n; i++) {
        int t = from + (int)nth((unsigned)i, (unsigned)n, start, stride);
        sim.thread[t].state = SIM_FREE;
        sim.ready[sim.last++ % SIM_THREADS] = t;
    }
}

/* The running thread waits until all of the n threads from `from` on are here. */
static void meet(barrier *b, sim_state state, int from, int n, const char *file, int line)
{
    sim_thread *t = sim_now;
    t->state = state;
    t->file = file;
    t->line = line;
    if (!b->arrived)
        b->first = t;
    b->torn |= !same_place(t, b->first);
    uint64_t *object = b->order + b->times % 2;
    order_release(object);
    if (++b->arrived == n && !b->torn) {
        b->arrived = 0;
        b->times++;
        let_go(from, n);
    }
    go(fibre_for(choose()));
    resume(t);
    order_acquire(object);
}

void sim_sync_block(const char *file, int line)
{
    meet(&sim.block, SIM_AT_BLOCK, 0, sim.n, file, line);
}

void sim_sync_warp(const char *file, int line)
{
    int warp = index_of(sim_now) / 32;
    if (sim.n < warp * 32 + 32)
        sim_fail("a warp of %d threads exchanges values; it needs all 32", sim.n - warp * 32);
    meet(&sim.warp[warp], SIM_AT_WARP, warp * 32, 32, file, line);
}

int sim_lane()
{
    return index_of(sim_now) % 32;
}

const unsigned char *sim_exchange(const void *own, size_t bytes, const char *file, int line)
{
    static const char name[] = "lines of warps";
    size_t half = (size_t)(sim.n + 31) / 32 * 32 * SIM_LINE;
    unsigned char *lines =
        static_cast<unsigned char *>(sim_block_memory(name, 0, 2 * half, false)) +
        sim_now->exchanges++ % 2 * half + (size_t)(index_of(sim_now) / 32) * 32 * SIM_LINE;
    memcpy(lines + SIM_LINE * sim_lane(), own, bytes);
    sim_sync_warp(file, line);
    return lines;
}

void sim_whole_warp(unsigned mask)
{
    if (mask != 0xffffffffu)
        sim_fail("a warp exchanges values by the mask %#x; only whole warps can", mask);
}

unsigned sim_ballot(unsigned mask, bool there, const char *file, int line)
{
    unsigned votes = 0;
    sim_whole_warp(mask);
    const unsigned char *lines = sim_exchange(&there, sizeof there, file, line);
    for (int i = 0; i < 32; i++)
        votes |= (unsigned)lines[SIM_LINE * i] << i;
    return votes;
}

/* --- blocks --- */

/* Objects to order by, none of which another block has used. */
static void new_barriers()
{
    static uint64_t *objects;
    order_forget();
    free(objects);
    objects = static_cast<uint64_t *>(calloc(2 + SIM_THREADS / 32 * 2, sizeof *objects));
    order_remember();
    sim.block = {0, 0, NULL, false, objects};
    for (int w = 0; w < SIM_THREADS / 32; w++)
        sim.warp[w] = {0, 0, NULL, false, objects + 2 + 2 * w};
}

static void run_block(dim3 at)
{
    sim_here.block = at;
    sim.begun = 0;
    sim.done = 0;
    sim.parity ^= 1;
    new_barriers();
    shuffle((unsigned)sim.n, &sim.start, &sim.stride);
    go(fibre_for(choose()));
    sim_block_memory_end();
}

/* Twice as many threads for ThreadSanitizer, so that neighbouring blocks have different ones. */
static void prepare()
{
    static int known;
    sim.by = order_asked();
    sim.seed = 1;
    if (!sim.now)
        sim.now = &sim.main;
    sim.main_order = order_this_thread();
    for (; known < sim.n; known++)
        for (int i = 0; i < 2; i++)
            sim.thread[known].order[i] = order_thread();
    order_release(&sim.begin);
}

void sim_run(const sim_launch &l)
{
    sim_now_in = &l;
    sim.n = (int)(l.block.x * l.block.y * l.block.z);
    sim_here.block_size = l.block;
    sim_here.grid_size = l.grid;
    prepare();
    unsigned blocks = l.grid.x * l.grid.y * l.grid.z, start, stride;
    shuffle(blocks, &start, &stride);
    for (unsigned i = 0; i < blocks; i++) {
        unsigned b = nth(i, blocks, start, stride);
        run_block(dim3(b % l.grid.x, b / l.grid.x % l.grid.y, b / l.grid.x / l.grid.y));
    }
    order_acquire(&sim.end);
}

void sim_check_launch(const sim_launch &l)
{
    const dim3 &g = l.grid, &b = l.block;
    uint64_t blocks = (uint64_t)g.x * g.y * g.z, threads = (uint64_t)b.x * b.y * b.z;
    if (blocks && g.x <= 2147483647 && g.y <= 65535 && g.z <= 65535 && threads &&
        threads <= SIM_THREADS && b.z <= 64 && l.dynamic_bytes <= SIM_BLOCK_BYTES)
        return;
    fprintf(stderr,
            "cudasim: kernel %s cannot be launched: grid %u,%u,%u block %u,%u,%u, %zu bytes\n",
            l.kernel, g.x, g.y, g.z, b.x, b.y, b.z, l.dynamic_bytes);
    abort();
}
