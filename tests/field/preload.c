/* preload.c - a system that is as the environment says, for tests of the whole program: LD_PRELOAD.
 *
 *   FIELD_CLOCK=FILE    the date is that many seconds off; FILE may be changed meanwhile
 *   FIELD_NO_LINKS=1    a file system without hard links
 *   FIELD_SLOW_MS=N     each .jpg takes that long to be opened
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define OVER __attribute__((visibility("default")))

static void real_call(void *to, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(to, &found, sizeof found);
}

static long off_s(void)
{
    long seconds = 0;
    const char *path = getenv("FIELD_CLOCK");
    FILE *f = path ? fopen(path, "re") : NULL;
    if (f && fscanf(f, "%ld", &seconds) != 1)
        seconds = 0;
    if (f)
        fclose(f);
    return seconds;
}

OVER int clock_gettime(clockid_t which, struct timespec *t)
{
    int (*real)(clockid_t, struct timespec *);
    real_call(&real, "clock_gettime");
    int result = real(which, t);
    if (!result && which == CLOCK_REALTIME)
        t->tv_sec += off_s();
    return result;
}

OVER time_t time(time_t *to)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    if (to)
        *to = t.tv_sec;
    return t.tv_sec;
}

OVER int link(const char *from, const char *to)
{
    int (*real)(const char *, const char *);
    real_call(&real, "link");
    if (!getenv("FIELD_NO_LINKS"))
        return real(from, to);
    errno = EPERM;
    return -1;
}

static void wait_for_disk(const char *path)
{
    const char *ms = getenv("FIELD_SLOW_MS");
    size_t length = strlen(path);
    if (ms && length > 4 && !strcmp(path + length - 4, ".jpg"))
        usleep((useconds_t)atoi(ms) * 1000);
}

OVER int open(const char *path, int flags, ...)
{
    int (*real)(const char *, int, ...);
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0;
    va_end(more);
    real_call(&real, "open");
    wait_for_disk(path);
    return real(path, flags, mode);
}
