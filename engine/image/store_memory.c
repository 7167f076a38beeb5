/* store_memory.c - how much memory decoded images may take when nobody said: see store_window.h. */
#include "engine/image/store_window_priv.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number a file begins with; UINT64_MAX for none, as in "max". */
static uint64_t read_number(const char *path)
{
    char text[64] = "", *end = text;
    FILE *f = fopen(path, "re");
    if (!f)
        return UINT64_MAX;
    if (!fgets(text, sizeof text, f))
        text[0] = '\0';
    fclose(f);
    unsigned long long number = strtoull(text, &end, 10);
    return end != text ? number : UINT64_MAX;
}

/* The least limit of a control group and of those around it. */
static uint64_t group_limit(const char *root, char *group, const char *file)
{
    uint64_t least = UINT64_MAX;
    for (;;) {
        char path[1024];
        int n = snprintf(path, sizeof path, "%s%s/%s", root, group, file);
        uint64_t limit = n > 0 && (size_t)n < sizeof path ? read_number(path) : UINT64_MAX;
        least = limit < least ? limit : least;
        char *last = strrchr(group, '/');
        if (!last)
            return least;
        *last = '\0';
    }
}

/* Of this process's groups, in the old hierarchy (a line of number:memory:group) or the new. */
static uint64_t groups_limit(void)
{
    char line[1024];
    uint64_t least = UINT64_MAX;
    FILE *f = fopen("/proc/self/cgroup", "re");
    while (f && fgets(line, sizeof line, f)) {
        char *group = strrchr(line, ':');
        line[strcspn(line, "\n")] = '\0';
        if (!group)
            continue;
        uint64_t limit = UINT64_MAX;
        if (!strncmp(line, "0::", 3))
            limit = group_limit("/sys/fs/cgroup", group + 1, "memory.max");
        else if (strstr(line, ":memory:"))
            limit = group_limit("/sys/fs/cgroup/memory", group + 1, "memory.limit_in_bytes");
        least = limit < least ? limit : least;
    }
    if (f)
        fclose(f);
    return least;
}

static uint64_t available(void)
{
    char line[256];
    unsigned long long kib = 0;
    bool found = false;
    FILE *f = fopen("/proc/meminfo", "re");
    while (f && !found && fgets(line, sizeof line, f))
        found = sscanf(line, "MemAvailable: %llu", &kib) == 1;
    if (f)
        fclose(f);
    return found ? kib * 1024 : UINT64_MAX;
}

uint64_t store_memory(void)
{
    uint64_t free_bytes = available(), limit = groups_limit();
    uint64_t least = free_bytes < limit ? free_bytes : limit;
    return least == UINT64_MAX ? least : least / 2;
}

uint64_t store_decode_memory(void)
{
    uint64_t half = store_memory() / 2, most = (uint64_t)4 << 30;
    return half < most ? half : most;
}
