/* fuzz_weights.c - any bytes as a file of weights: read, matched with our nets, and looked at. */
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "engine/weights/init.h"
#include "engine/weights/look.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

/* As `combolab weights` and --init do. */
static void look(const char *path)
{
    struct init in;
    struct err e;
    if (init_open(&in, path, &e))
        return;
    const struct weights *listed = in.source.listed;
    struct look *looks = mem_alloc(listed->n, sizeof *looks);
    struct look_doubts doubts;
    char hash[17];
    for (int k = 0; net_names[k]; k++)
        init_check(&in, path, net_names[k], &e);
    if (looks && !look_at(&in.source, looks, &e))
        look_doubt(listed, looks, &doubts);
    source_hash(&in.source, hash, &e);
    mem_free(looks);
    init_close(&in);
}

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
    look(path);
    close(fd);
    return 0;
}
