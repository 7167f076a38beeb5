/* backend.c - the CPU backend as others see it: what there is, open and close, and the table of
 * calls. */
#include "cpu/cpu.h"

#include "base/mem.h"
#include "base/str.h"
#include "engine/core/batches.h"

#include <omp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#if defined(__SSE2__)
#include <immintrin.h>
#define DENORMALS_OFF 0x8040u /* results to zero, inputs as zero */
#endif

static int own_cores(void)
{
    cpu_set_t set;
    if (!sched_getaffinity(0, sizeof set, &set) && CPU_COUNT(&set) > 0)
        return CPU_COUNT(&set);
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (int)n : 1;
}

static void model_name(char *to, size_t room)
{
    char line[256];
    str_copy(to, room, "CPU");
    FILE *f = fopen("/proc/cpuinfo", "r");
    while (f && fgets(line, sizeof line, f)) {
        char *value = strchr(line, ':');
        if (!value || strncmp(line, "model name", 10))
            continue;
        value[strcspn(value, "\n")] = '\0';
        str_copy(to, room, value + (value[1] == ' ' ? 2 : 1));
        break;
    }
    if (f)
        fclose(f);
}

/* Our instruction set, and oneDNN held to it where the environment decided. */
static int choose_isa(enum isa *isa, struct err *e)
{
    bool named;
    return isa_choose(isa, &named, e) || (named && dnn_limit(*isa, e)) ? -1 : 0;
}

static int cpu_devices(struct backend_device *list, int room, char *why, size_t why_room)
{
    if (why_room)
        why[0] = '\0';
    struct err e;
    enum isa isa;
    if (choose_isa(&isa, &e)) {
        str_copy(why, why_room, e.text);
        return 0;
    }
    if (room < 1)
        return 0;
    memset(list, 0, sizeof *list);
    int cores = own_cores();
    long pages = sysconf(_SC_PHYS_PAGES), bytes = sysconf(_SC_PAGESIZE);
    str_copy(list->id, sizeof list->id, "cpu");
    model_name(list->name, sizeof list->name);
    snprintf(list->detail, sizeof list->detail, "%s, %d %s", isa_name(isa), cores,
             cores == 1 ? "core" : "cores");
    list->memory_bytes = pages > 0 && bytes > 0 ? (uint64_t)pages * (uint64_t)bytes : 0;
    return 1;
}

/* Numbers too small for a normal float cost hundreds of cycles each; all threads treat them as
 * zero. */
static void float_mode(unsigned bits, bool on)
{
#if defined(__SSE2__)
#pragma omp parallel
    _mm_setcsr(on ? _mm_getcsr() | bits : _mm_getcsr() & ~bits);
#else
    (void)bits;
    (void)on;
#endif
}

void cpu_enter(struct backend *b)
{
    b->callers_threads = omp_get_max_threads();
    omp_set_num_threads(b->threads);
#if defined(__SSE2__)
    b->float_bits = DENORMALS_OFF & ~_mm_getcsr(); /* those that the caller didn't set */
#endif
    float_mode(b->float_bits, true);
}

void cpu_leave(struct backend *b)
{
    float_mode(b->float_bits, false);
    omp_set_num_threads(b->callers_threads);
}

static int check_spec(const struct backend_spec *s, struct err *e)
{
    if (s->precision != BACKEND_F32)
        return err_set(e, ERR_USAGE,
                       "the CPU backend computes in f32 only, not in tf32 or bf16; use f32 or "
                       "auto, or a GPU");
    if (s->device)
        return err_set(e, ERR_NOT_FOUND, "there is one CPU, device 0, not %d", s->device);
    return 0;
}

/* The batch sizes, and what follows from them. */
static void list_batches(struct backend *b)
{
    b->n_batches = batches_of(&b->spec, b->batches);
    for (int i = 0; i < b->n_batches; i++)
        b->trains |= b->batches[i].trains;
    b->most = b->batches[0].size;
}

static void cpu_close(struct backend *b)
{
    if (!b)
        return;
    batch_end(b);
    prefetch_close(b->coming.thread);
    memory_close(b);
    mem_free(b);
}

static int cpu_open(struct backend **out, const struct backend_spec *spec, struct err *e)
{
    enum isa isa;
    *out = NULL;
    if (check_spec(spec, e) || choose_isa(&isa, e))
        return -1;
    struct backend *b = mem_alloc(1, sizeof *b);
    if (!b)
        return mem_error(e, "the CPU backend", sizeof *b);
    b->net = *spec->net;
    b->spec = *spec;
    b->spec.net = &b->net;
    b->depth = b->net.n_units;
    b->threads = spec->threads ? spec->threads : own_cores();
    b->pending = -1;
    b->isa = isa;
    b->folds_stale = true;
    list_batches(b);
    int result = net_shapes(&b->net, spec->augment.height, spec->augment.width, b->shapes, e);
    if (!result) {
        cpu_enter(b);
        result = memory_open(b, e);
        cpu_leave(b);
    }
    if (!result && batch_overlaps(b))
        result = prefetch_open(&b->coming.thread, e);
    if (result) {
        cpu_close(b);
        return result;
    }
    *out = b;
    return 0;
}

static int cpu_set(struct backend *b, enum backend_kind kind, int index, const float *from,
                   size_t count, struct err *e)
{
    cpu_enter(b);
    int result = values_set(b, kind, index, from, count, e);
    cpu_leave(b);
    return result;
}

static int cpu_get(struct backend *b, enum backend_kind kind, int index, float *to, size_t count,
                   struct err *e)
{
    cpu_enter(b);
    int result = values_get(b, kind, index, to, count, e);
    cpu_leave(b);
    return result;
}

static int cpu_step(struct backend *b, unsigned phases, struct err *e)
{
    cpu_enter(b);
    int result = step_run(b, phases, e);
    cpu_leave(b);
    return result;
}

static int cpu_collect(struct backend *b, struct backend_result *out, struct err *e)
{
    (void)e;
    *out = b->slots[b->collected++ % CPU_SLOTS].result;
    return 0;
}

static void cpu_usage(const struct backend *b, struct backend_usage *out)
{
    memcpy(out->bytes, b->bytes, sizeof out->bytes);
    snprintf(out->detail, sizeof out->detail, "%s, %s, %d %s", dnn_library(), isa_name(b->isa),
             b->threads, b->threads == 1 ? "thread" : "threads");
}

const struct backend_ops *BACKEND_ENTRY(void)
{
    static const struct backend_ops ops = {
        .version = BACKEND_VERSION,
        .name = "cpu",
        .usual = BACKEND_F32,
        .library = dnn_library,
        .devices = cpu_devices,
        .open = cpu_open,
        .images = batch_images,
        .set = cpu_set,
        .get = cpu_get,
        .epoch = batch_begin,
        .step = cpu_step,
        .collect = cpu_collect,
        .usage = cpu_usage,
        .close = cpu_close,
        .profile = profile_take,
    };
    return &ops;
}
