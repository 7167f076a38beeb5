/* map.c - how images are cut for sums over them. */
#include "cuda/kernels/map.h"

#define PARTS_BLOCKS 1024  /* wanted in all: about eight for each multiprocessor of a large GPU */
#define PARTS_CHANNELS 128 /* that a block takes at most */
#define PARTS_LEAST 16384  /* elements of a part, or more is spent on joining parts */

struct parts parts_of(struct map m)
{
    size_t area = map_area(m);
    int wide = m.c < PARTS_CHANNELS ? m.c : PARTS_CHANNELS;
    size_t chunks = ((size_t)m.c + PARTS_CHANNELS - 1) / PARTS_CHANNELS;
    size_t wanted = PARTS_BLOCKS / (chunks * (size_t)m.n);
    size_t least = (PARTS_LEAST + (size_t)wide - 1) / (size_t)wide;
    size_t most = (area + least - 1) / least;
    size_t n = wanted < most ? wanted : most;
    n = n < 1 ? 1 : n;
    size_t pixels = (area + n - 1) / n;
    return (struct parts){(int)((area + pixels - 1) / pixels), (int)pixels};
}
