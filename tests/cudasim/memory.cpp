/* memory.cpp - the simulator's memory (see cudasim.h): a block's shared memory, the device's, what
 * pointers may point at, asynchronous copies and atomics. */
#include "tests/cudasim/cudasim_priv.h"
#include "tests/cudasim/sanitizer.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sys/mman.h>
#include <unistd.h>

#define ARRAYS 64                /* of shared memory in one block */
#define SHARED_BYTES (48 * 1024) /* of arrays whose size is known when they are compiled */
#define DEVICE_ALIGNMENT 256

/* --- of a block --- */

static struct {
    struct {
        const char *name;
        int line;
        size_t bytes;
        void *at;
    } array[ARRAYS];
    int n;
    size_t counted;
} shared;

static void *fresh(size_t bytes)
{
    order_forget();
    void *p = malloc(bytes);
    if (!p)
        sim_fail("the host has no %zu bytes left", bytes);
    memset(p, 0xff, bytes);
    order_remember();
    return p;
}

void *sim_block_memory(const char *name, int line, size_t bytes, bool counts)
{
    int i = 0;
    while (i < shared.n && (shared.array[i].line != line || shared.array[i].name != name))
        i++;
    if (i < shared.n && shared.array[i].bytes == bytes)
        return shared.array[i].at;
    if (i < shared.n || i == ARRAYS)
        sim_fail("shared memory of %s:%d has two sizes, or there are too many arrays", name, line);
    shared.counted += counts ? (bytes + 15) / 16 * 16 : 0;
    if (shared.counted > SHARED_BYTES)
        sim_fail("arrays of shared memory take %zu bytes; a device has %d for them", shared.counted,
                 SHARED_BYTES);
    if (shared.counted + sim_now_in->dynamic_bytes > SIM_BLOCK_BYTES)
        sim_fail("shared memory is %zu bytes in all; not every device has more than %d",
                 shared.counted + sim_now_in->dynamic_bytes, SIM_BLOCK_BYTES);
    shared.array[shared.n++] = {name, line, bytes, fresh(bytes)};
    return shared.array[i].at;
}

void sim_block_memory_end()
{
    if (!shared.n)
        return;
    order_forget();
    while (shared.n)
        free(shared.array[--shared.n].at);
    order_remember();
    shared.counted = 0;
}

void *sim_shared(const char *file, int line, size_t bytes)
{
    return sim_block_memory(file, line, bytes, true);
}

void *sim_dynamic()
{
    static const char name[] = "SHARED_DYNAMIC";
    return sim_block_memory(name, 0, sim_now_in->dynamic_bytes, false);
}

/* --- asynchronous copies --- */

void sim_copy(void *to, const void *from, size_t bytes)
{
    unsigned char seen[16];
    if (sim_now->copies == SIM_COPIES || bytes > sizeof seen)
        sim_fail("a thread has more than %d asynchronous copies under way", SIM_COPIES);
    memcpy(seen, from, bytes); /* a device may read it now or when it is waited for */
    memset(to, 0xff, bytes);
    sim_now->copy[sim_now->copies++] = {to, from, bytes, sim_now->group};
}

void sim_copy_commit()
{
    sim_now->group++;
}

void sim_copy_wait(int groups_left)
{
    sim_thread *t = sim_now;
    int kept = 0;
    for (int i = 0; i < t->copies; i++)
        if (t->copy[i].group < t->group - groups_left)
            memcpy(t->copy[i].to, t->copy[i].from, t->copy[i].bytes);
        else
            t->copy[kept++] = t->copy[i];
    t->copies = kept;
}

/* --- of all blocks --- */

/* For ThreadSanitizer a count orders as on a device: what comes before a fence before an atomic_add
 * is seen by whoever does an atomic_add later, and then a fence. */
static void count(void *to)
{
    if (sim_now->fenced)
        order_release(to);
    sim_now->counted = to;
}

unsigned long long sim_atomic_add(unsigned long long *to, unsigned long long v)
{
    count(to);
    return __atomic_fetch_add(to, v, __ATOMIC_RELAXED);
}

unsigned sim_atomic_add(unsigned *to, unsigned v)
{
    count(to);
    return __atomic_fetch_add(to, v, __ATOMIC_RELAXED);
}

void sim_fence()
{
    sim_now->fenced = true;
    if (sim_now->counted)
        order_acquire(sim_now->counted);
    sim_now->counted = NULL;
}

void sim_misaligned(const void *p, size_t bytes)
{
    sim_fail("%p is read or written as %zu bytes at once, which it is no multiple of", p, bytes);
}

/* --- of the device --- */

static std::map<uintptr_t, size_t> device; /* begin -> bytes */

static size_t rounded(size_t bytes)
{
    return (bytes + DEVICE_ALIGNMENT - 1) / DEVICE_ALIGNMENT * DEVICE_ALIGNMENT;
}

void *sim_malloc(size_t bytes)
{
    unsigned char *p =
        static_cast<unsigned char *>(aligned_alloc(DEVICE_ALIGNMENT, rounded(bytes)));
    if (!p) {
        fprintf(stderr, "cudasim: the host has no %zu bytes left\n", bytes);
        abort();
    }
    memset(p, 0xff, bytes);
    ASAN_POISON_MEMORY_REGION(p + bytes, rounded(bytes) - bytes);
    device[(uintptr_t)p] = bytes;
    return p;
}

void sim_free(void *p)
{
    auto at = device.find((uintptr_t)p);
    if (at == device.end())
        return;
    ASAN_UNPOISON_MEMORY_REGION(p, rounded(at->second));
    device.erase(at);
    free(p);
}

/* One behind the last byte counts too. */
static bool of_device(uintptr_t p)
{
    auto at = device.upper_bound(p);
    return at != device.begin() && p <= (--at)->first + at->second;
}

static void refuse(const char *kernel, uintptr_t p)
{
    fprintf(stderr, "cudasim: kernel %s is handed %#zx, which is no device memory\n", kernel, p);
    abort();
}

void sim_check_pointer(const char *kernel, const void *p)
{
    if (p && !of_device((uintptr_t)p))
        refuse(kernel, (uintptr_t)p);
}

/* Whether a word is an address of this process: programs, heaps and stacks lie high, so that two
 * small integers side by side never look like one, and numbers are hardly ever mapped. */
static bool is_address(uintptr_t word)
{
    unsigned char resident;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    return word >= (uintptr_t)0x5000 << 32 &&
           !mincore(reinterpret_cast<void *>(word / page * page), 1, &resident);
}

void sim_check_words(const char *kernel, const void *value, size_t bytes)
{
    for (size_t i = 0; i + sizeof(uintptr_t) <= bytes; i += sizeof(uintptr_t)) {
        uintptr_t word;
        memcpy(&word, static_cast<const char *>(value) + i, sizeof word);
        if (is_address(word) && !of_device(word))
            refuse(kernel, word);
    }
}
