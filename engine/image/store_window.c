/* store_window.c - see store_window.h. The mapping is counted in blocks. A block is held by the
 * images between soon and done, else kept, in a list from oldest to newest, else absent.
 *
 * A page fault also maps those neighbours, within 64 KiB, that the system's cache happens to have.
 * Blocks that were pushed out are in that cache no more, so what is counted is what is there; but
 * where they could not be (they are in another process's memory too, or the file lies in memory by
 * nature), pushing out takes the whole 64 KiB out of this process at least.
 */
#include "engine/image/store_window_priv.h"

#include "base/err.h"
#include "base/mem.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#define BLOCK_BYTES ((size_t)16384) /* or a page, if that is more */
#define AROUND_BYTES ((size_t)65536)
#define NONE UINT32_MAX

struct block {
    uint32_t held;         /* images that hold it */
    uint32_t older, newer; /* neighbours in the list of kept blocks */
    bool kept;
};

struct store_window {
    char *map;
    size_t bytes, page, each; /* of the mapping, a page, a block */
    int fd;
    size_t blocks, room, present; /* in all; that may be present; that are */
    uint32_t newest;
    struct block *block;
};

static void take_out(struct store_window *w, uint32_t i)
{
    struct block *b = &w->block[i];
    if (b->older != NONE)
        w->block[b->older].newer = b->newer;
    if (b->newer != NONE)
        w->block[b->newer].older = b->older;
    else
        w->newest = b->older;
    b->kept = false;
}

static void keep(struct store_window *w, uint32_t i)
{
    struct block *b = &w->block[i];
    b->kept = true;
    b->older = w->newest;
    b->newer = NONE;
    if (w->newest != NONE)
        w->block[w->newest].newer = i;
    w->newest = i;
}

/* Out of this process, and out of the system's cache. Advice may be refused; then the system
 * decides by itself what to push out. */
static void push_out(struct store_window *w, uint32_t i)
{
    size_t begin = i * w->each, end = begin + w->each;
    size_t lead = (uintptr_t)(w->map + begin) % AROUND_BYTES;
    size_t from = lead < begin ? begin - lead : 0, to = from + AROUND_BYTES + w->each;
    take_out(w, i);
    w->present--;
    end = end < w->bytes ? end : w->bytes;
    to = to < w->bytes ? to : w->bytes;
    (void)madvise(w->map + from, to - from, MADV_DONTNEED);
    (void)posix_fadvise(w->fd, (off_t)begin, (off_t)(end - begin), POSIX_FADV_DONTNEED);
}

static void make_room(struct store_window *w)
{
    while (w->present > w->room && w->newest != NONE)
        push_out(w, w->newest);
}

static uint32_t block_of(const struct store_window *w, size_t at)
{
    return (uint32_t)(at / w->each);
}

static void read_ahead(const struct store_window *w, size_t at, size_t bytes)
{
    size_t begin = at / w->page * w->page;
    (void)madvise(w->map + begin, at + bytes - begin, MADV_WILLNEED);
}

void store_window_soon(struct store_window *w, size_t at, size_t bytes)
{
    for (uint32_t i = block_of(w, at); bytes && i <= block_of(w, at + bytes - 1); i++) {
        struct block *b = &w->block[i];
        if (b->kept)
            take_out(w, i);
        else if (!b->held)
            w->present++;
        b->held++;
    }
    make_room(w);
    read_ahead(w, at, bytes);
}

void store_window_done(struct store_window *w, size_t at, size_t bytes)
{
    for (uint32_t i = block_of(w, at); bytes && i <= block_of(w, at + bytes - 1); i++) {
        struct block *b = &w->block[i];
        if (!b->held && !b->kept) /* read without notice */
            w->present++;
        if (b->held)
            b->held--;
        if (!b->held && !b->kept)
            keep(w, i);
    }
    make_room(w);
}

int store_window_new(struct store_window **out, void *map, size_t bytes, int fd,
                     uint64_t limit_bytes, struct err *e)
{
    struct store_window *w = mem_alloc(1, sizeof *w);
    *out = w;
    if (!w)
        return mem_error(e, "a window on decoded images", sizeof *w);
    long page = sysconf(_SC_PAGESIZE);
    w->map = map;
    w->bytes = bytes;
    w->page = page > 0 ? (size_t)page : 4096;
    w->each = BLOCK_BYTES > w->page ? BLOCK_BYTES : w->page;
    w->fd = fd;
    w->blocks = (bytes + w->each - 1) / w->each;
    w->room = (size_t)(limit_bytes / w->each);
    w->newest = NONE;
    if (w->blocks >= NONE)
        return err_set(e, ERR_USAGE, "decoded images of %zu bytes are too many to be kept in part",
                       bytes);
    w->block = mem_alloc(w->blocks, sizeof *w->block);
    if (!w->block)
        return mem_error(e, "a window on decoded images", w->blocks * sizeof *w->block);
    /* Neither reading around a fault nor huge pages: both bring in more than is counted. */
    (void)madvise(map, bytes, MADV_RANDOM);
    (void)madvise(map, bytes, MADV_NOHUGEPAGE);
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    return 0;
}

void store_window_free(struct store_window *w)
{
    if (w)
        mem_free(w->block);
    mem_free(w);
}
