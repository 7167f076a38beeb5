/* hash.h - FNV-1a, 64 bit: cache keys, names to numbers, fingerprints of data. Not for secrets. */
#ifndef COMBOLAB_BASE_HASH_H
#define COMBOLAB_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t count)
{
    const unsigned char *p = (const unsigned char *)bytes;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* By words of 32 bits, as fast as a disk: for large files. Bytes beyond the last whole word count
 * one by one. */
static inline uint64_t hash_words(uint64_t hash, const void *bytes, size_t count)
{
    const unsigned char *p = (const unsigned char *)bytes;
    for (; count >= sizeof(uint32_t); count -= sizeof(uint32_t), p += sizeof(uint32_t)) {
        uint32_t word;
        memcpy(&word, p, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
    }
    return hash_bytes(hash, p, count);
}

/* Includes the final NUL, so that ("ab", "c") and ("a", "bc") differ. */
static inline uint64_t hash_text(uint64_t hash, const char *text)
{
    const char *end = text;
    while (*end)
        end++;
    return hash_bytes(hash, text, (size_t)(end - text) + 1);
}

#endif
