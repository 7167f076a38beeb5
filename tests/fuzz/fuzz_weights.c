/* fuzz_weights.c - any bytes as a safetensors file. */
#include "base/err.h"
#include "base/file.h"
#include "engine/weights/weights.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct weights *w;
    struct err e;
    char path[64];
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0)
        return 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (!file_write_at(fd, bytes, count, 0) && !weights_read(&w, path, &e))
        weights_free(w);
    close(fd);
    return 0;
}
