/* image_digest.c - 64 bits that stand for an image's pixels. Not for secrets.
 *
 * A product of 128 bits takes in two words at a time (the idea of Wang Yi's wyhash); four lanes, so
 * that the multiplier is never waited for. Fast enough to be lost beside decoding.
 */
#include "engine/image/image.h"

#include <string.h>

__extension__ typedef unsigned __int128 product;

#define BLOCK 64
#define ODD_1 UINT64_C(0x9e3779b97f4a7c15)
#define ODD_2 UINT64_C(0xbf58476d1ce4e5b9)

static uint64_t step(uint64_t lane, const uint8_t *bytes)
{
    uint64_t word[2];
    memcpy(word, bytes, sizeof word);
    product p = (product)(word[0] ^ ODD_1) * (word[1] ^ lane);
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

uint64_t image_digest(const uint8_t *rgb, int height, int width)
{
    size_t count = (size_t)height * (size_t)width * 3, whole = count / BLOCK * BLOCK;
    uint64_t a = ODD_2, b = ODD_2 * 3, c = ODD_2 * 5, d = ODD_2 * 7;
    uint8_t rest[BLOCK] = {0};
    for (size_t at = 0; at < whole; at += BLOCK) {
        a = step(a, rgb + at);
        b = step(b, rgb + at + 16);
        c = step(c, rgb + at + 32);
        d = step(d, rgb + at + 48);
    }
    memcpy(rest, rgb + whole, count - whole);
    const uint64_t sums[] = {a, b, c, d, (uint64_t)height, (uint64_t)width};
    uint64_t digest = ODD_2;
    for (size_t k = 0; k < BLOCK; k += 16)
        digest = step(digest, rest + k);
    for (size_t k = 0; k < sizeof sums / sizeof *sums; k += 2)
        digest = step(digest, (const uint8_t *)&sums[k]);
    return digest ? digest : 1;
}
