/* weights.c - times reading every tensor of a file of weights, as a run that begins with it does.
 *
 *     bench/weights FILE [TIMES]
 *
 * Opens, reads and closes it TIMES (5) times, each tensor into the same memory. Prints the median
 * as FIGURE lines, and the process's most memory beside the file's largest tensor. Files of other
 * kinds than ours are read as they are: .pth, .pt, safetensors.
 */
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "engine/weights/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define MOST_TIMES 101

struct read {
    size_t tensors, values;
    float *to; /* room for the largest tensor */
    size_t room;
};

static int read_tensors(struct read *r, struct source *s, struct err *e)
{
    *r = (struct read){.to = r->to, .room = r->room};
    for (size_t i = 0; i < s->listed->n; i++) {
        const struct weights_tensor *t = &s->listed->at[i];
        if (!t->dtype->read)
            continue; /* whole numbers, counters say */
        if (t->count > r->room) {
            mem_free(r->to);
            r->room = t->count;
            r->to = mem_alloc(t->count, sizeof *r->to);
            if (!r->to)
                return mem_error(e, t->name, t->count * sizeof *r->to);
        }
        if (source_load(s, i, r->to, e))
            return -1;
        r->tensors++;
        r->values += t->count;
    }
    return 0;
}

static int read_file(struct read *r, const char *path, struct err *e)
{
    struct source s;
    if (source_open(&s, path, e))
        return -1;
    int result = read_tensors(r, &s, e);
    source_close(&s);
    return result;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    struct read r = {0};
    struct rusage use;
    struct err e;
    double took_s[MOST_TIMES];
    int times = argc > 2 ? atoi(argv[2]) : 5;
    if (argc < 2 || times < 1 || times > MOST_TIMES) {
        fprintf(stderr, "usage: bench/weights FILE [TIMES]\n");
        return 2;
    }
    for (int i = 0; i < times; i++) {
        double began_s = clock_s();
        if (read_file(&r, argv[1], &e)) {
            fprintf(stderr, "%s\n", e.text);
            return 1;
        }
        took_s[i] = clock_s() - began_s;
    }
    mem_free(r.to);
    qsort(took_s, (size_t)times, sizeof *took_s, ascending);
    getrusage(RUSAGE_SELF, &use);
    printf("%zu tensors, %zu values\n", r.tensors, r.values);
    printf("FIGURE weights_read %.3f s 0.2\n", took_s[times / 2]);
    printf("FIGURE weights_memory %.1f MiB -\n", (double)use.ru_maxrss / 1024);
    printf("FIGURE weights_largest_tensor %.1f MiB -\n",
           (double)r.room * sizeof(float) / (1 << 20));
    return 0;
}
