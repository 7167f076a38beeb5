/* image_resize_pass.c - see image_resize_pass.h. Sums are made in 32-bit integers, so their order
 * doesn't matter: the loops for AVX2, where the processor has it, give the plain ones' bytes. */
#include "engine/image/image_resize_priv.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define HAVE_WIDE 1
#include <immintrin.h>
#endif

#define HALF (1 << (RESIZE_FRACTION_BITS - 1))

static uint8_t to_byte(int32_t sum)
{
    int32_t value = sum >> RESIZE_FRACTION_BITS;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* --- plain --- */

static void row_plain(const uint8_t *row, int width, const struct resize_kernel *k, uint8_t *to)
{
    const int32_t *weight = k->weight;
    for (int x = 0; x < width; x++, weight += k->room, to += 3) {
        const uint8_t *p = row + (size_t)k->first[x] * 3;
        int32_t red = HALF, green = HALF, blue = HALF;
        for (int t = 0; t < k->taps[x]; t++, p += 3) {
            red += p[0] * weight[t];
            green += p[1] * weight[t];
            blue += p[2] * weight[t];
        }
        to[0] = to_byte(red);
        to[1] = to_byte(green);
        to[2] = to_byte(blue);
    }
}

/* Values [begin, end) of an output row from `taps` rows that lie `stride` bytes apart. */
static void column_plain(const uint8_t *row, size_t stride, const int32_t *weight, int taps,
                         size_t begin, size_t end, uint8_t *to)
{
    for (size_t i = begin; i < end; i++) {
        int32_t sum = HALF;
        for (int t = 0; t < taps; t++)
            sum += row[(size_t)t * stride + i] * weight[t];
        to[i] = to_byte(sum);
    }
}

/* --- AVX2 --- */

#ifdef HAVE_WIDE
#define WIDE __attribute__((target("avx2")))

static bool is_wide(void)
{
    return __builtin_cpu_supports("avx2");
}

WIDE static __m128i load_4(const uint8_t *p)
{
    int32_t word;
    memcpy(&word, p, sizeof word);
    return _mm_cvtepu8_epi32(_mm_cvtsi32_si128(word));
}

/* A pixel is loaded with the byte behind it, so a row must not be the last of its image. */
WIDE static void row_wide(const uint8_t *row, int width, const struct resize_kernel *k, uint8_t *to)
{
    const int32_t *weight = k->weight;
    for (int x = 0; x < width; x++, weight += k->room, to += 3) {
        const uint8_t *p = row + (size_t)k->first[x] * 3;
        __m128i sum = _mm_set1_epi32(HALF);
        for (int t = 0; t < k->taps[x]; t++, p += 3)
            sum = _mm_add_epi32(sum, _mm_mullo_epi32(load_4(p), _mm_set1_epi32(weight[t])));
        sum = _mm_srai_epi32(sum, RESIZE_FRACTION_BITS);
        sum = _mm_packus_epi16(_mm_packs_epi32(sum, sum), sum);
        uint32_t word = (uint32_t)_mm_cvtsi128_si32(sum);
        to[0] = (uint8_t)word;
        to[1] = (uint8_t)(word >> 8);
        to[2] = (uint8_t)(word >> 16);
    }
}

WIDE static __m256i weighted_8(const uint8_t *p, int32_t weight)
{
    __m256i v = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p));
    return _mm256_mullo_epi32(v, _mm256_set1_epi32(weight));
}

/* 16 values at a time; returns how many are done. */
WIDE static size_t column_wide(const uint8_t *row, size_t stride, const int32_t *weight, int taps,
                               size_t count, uint8_t *to)
{
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        __m256i low = _mm256_set1_epi32(HALF), high = low;
        const uint8_t *p = row + i;
        for (int t = 0; t < taps; t++, p += stride) {
            low = _mm256_add_epi32(low, weighted_8(p, weight[t]));
            high = _mm256_add_epi32(high, weighted_8(p + 8, weight[t]));
        }
        low = _mm256_srai_epi32(low, RESIZE_FRACTION_BITS);
        high = _mm256_srai_epi32(high, RESIZE_FRACTION_BITS);
        /* Packing works in halves: 0-3 8-11 4-7 12-15, put right by the permutation. */
        __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xd8);
        __m128i bytes =
            _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
        _mm_storeu_si128((__m128i *)(void *)(to + i), bytes);
    }
    return i;
}
#else
static bool is_wide(void)
{
    return false;
}

static void row_wide(const uint8_t *row, int width, const struct resize_kernel *k, uint8_t *to)
{
    row_plain(row, width, k, to);
}

static size_t column_wide(const uint8_t *row, size_t stride, const int32_t *weight, int taps,
                          size_t count, uint8_t *to)
{
    column_plain(row, stride, weight, taps, 0, count, to);
    return count;
}
#endif

/* --- passes --- */

void resize_pass_rows(struct image *out, const struct image *from, int top,
                      const struct resize_kernel *k)
{
    bool wide = is_wide();
    for (int y = 0; y < out->height; y++) {
        const uint8_t *row = from->rgb + (size_t)(top + y) * (size_t)from->width * 3;
        uint8_t *to = out->rgb + (size_t)y * (size_t)out->width * 3;
        if (wide && top + y < from->height - 1)
            row_wide(row, out->width, k, to);
        else
            row_plain(row, out->width, k, to);
    }
}

void resize_pass_columns(struct image *out, const struct image *from, int top,
                         const struct resize_kernel *k)
{
    size_t values = (size_t)out->width * 3;
    bool wide = is_wide();
    for (int y = 0; y < out->height; y++) {
        const uint8_t *row = from->rgb + (size_t)(k->first[y] - top) * values;
        const int32_t *weight = k->weight + (size_t)y * (size_t)k->room;
        uint8_t *to = out->rgb + (size_t)y * values;
        size_t done = wide ? column_wide(row, values, weight, k->taps[y], values, to) : 0;
        column_plain(row, values, weight, k->taps[y], done, values, to);
    }
}
