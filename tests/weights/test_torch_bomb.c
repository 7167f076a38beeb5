/* test_torch_bomb.c - files of torch.save's kind that are small and unpack to much: refused in
 * bounded memory. */
#include "base/err.h"
#include "engine/weights/source.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zip.h>

#define UNPACKED_BYTES ((size_t)200 << 20)

static long most_kib(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return use.ru_maxrss;
}

/* data.pkl begins with these bytes; blanks follow. */
static void write_bomb(const char *path, const char *begin, size_t count)
{
    char *unpacked = malloc(UNPACKED_BYTES);
    int code;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (!unpacked || !zip)
        abort();
    memset(unpacked, ' ', UNPACKED_BYTES);
    memcpy(unpacked, begin, count);
    zip_source_t *source = zip_source_buffer(zip, unpacked, UNPACKED_BYTES, 0);
    if (!source || zip_file_add(zip, "archive/data.pkl", source, 0) < 0 || zip_close(zip))
        abort();
    free(unpacked);
}

static void refused(const char *what, const char *begin, size_t count, const char *words)
{
    const char *path = scratch_path("bomb.pth");
    struct source s;
    struct err e;
    int status = 1;
    pid_t writer = fork(); /* whose memory is not this one's */
    if (!writer) {
        write_bomb(path, begin, count);
        _exit(0);
    }
    waitpid(writer, &status, 0);
    is_int(status, 0, "200 MiB are packed");
    long before = most_kib();
    ok(source_open(&s, path, &e) == -1 && strstr(e.text, words) &&
           !strncmp(e.text, path, strlen(path)),
       "%s: %s", what, e.text + strlen(scratch));
    ok(most_kib() - before < 64 << 10, "in bounded memory: %ld KiB more", most_kib() - before);
    unlink(path);
}

int main(void)
{
    scratch_make();
    static const char text[] = "\200\2X\0\0\160\14"; /* a text of 199 MiB */
    static const char line[] = "\200\2c";            /* a name that does not end */
    refused("one long text", text, sizeof text - 1, "it describes more than weights need");
    refused("one long name", line, sizeof line - 1, "a line of it is longer than");
    scratch_remove(scratch);
    return tap_done();
}
