/* image_digest.c - 64 bits that stand for an image's pixels. Not for secrets.
 *
 * Eight lanes of eight bytes each, so that the multiplier is never waited for. A step is one to one
 * in the lane and in the word: a change within eight bytes always shows.
 */
#include "engine/image/image.h"

#include <string.h>

#define LANES 8
#define BLOCK (LANES * sizeof(uint64_t))
#define ODD UINT64_C(0x9e3779b97f4a7c15)

static uint64_t step(uint64_t lane, uint64_t word)
{
    lane = (lane ^ word) * ODD;
    return lane << 29 | lane >> 35;
}

static void add_block(uint64_t lane[LANES], const uint8_t *bytes)
{
    uint64_t word[LANES];
    memcpy(word, bytes, sizeof word);
    for (int k = 0; k < LANES; k++)
        lane[k] = step(lane[k], word[k]);
}

uint64_t image_digest(const uint8_t *rgb, int height, int width)
{
    size_t count = (size_t)height * (size_t)width * 3, whole = count / BLOCK * BLOCK;
    uint8_t rest[BLOCK] = {0};
    uint64_t lane[LANES] = {0, 1, 2, 3, 4, 5, 6, 7};
    for (size_t at = 0; at < whole; at += BLOCK)
        add_block(lane, rgb + at);
    memcpy(rest, rgb + whole, count - whole);
    add_block(lane, rest);
    uint64_t digest = step(step(0, (uint64_t)height), (uint64_t)width);
    for (int k = 0; k < LANES; k++)
        digest = step(digest, lane[k]);
    digest ^= digest >> 32;
    return digest ? digest : 1;
}
