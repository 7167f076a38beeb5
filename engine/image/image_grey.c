/* image_grey.c - the mean grey level of an image. Sums of integers, so the loop for AVX2, where the
 * processor has it, gives the plain one's number. */
#include "engine/image/image.h"

#include <stdbool.h>

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define HAVE_WIDE 1
#include <immintrin.h>
#endif

static uint64_t sum_plain(const uint8_t *p, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++, p += 3)
        sum += (19595u * p[0] + 38470u * p[1] + 7471u * p[2] + 32768u) >> 16;
    return sum;
}

#ifdef HAVE_WIDE
#define WIDE __attribute__((target("avx2")))
#define EACH 8                 /* pixels a time: 28 bytes are read for their 24 */
#define MOST ((size_t)1 << 24) /* pixels that a lane of 32 bits can hold the sum of */

static bool is_wide(void)
{
    return __builtin_cpu_supports("avx2");
}

/* Sums the first *n pixels at most, and says how many. Green's weight is above what 16 bits with a
 * sign hold, so it comes in two halves. */
WIDE static uint64_t sum_wide(const uint8_t *p, size_t *n)
{
    const __m256i red_green =
        _mm256_setr_epi8(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1, 0, -1, 1, -1, 3,
                         -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1);
    const __m256i blue_green =
        _mm256_setr_epi8(2, -1, 1, -1, 5, -1, 4, -1, 8, -1, 7, -1, 11, -1, 10, -1, 2, -1, 1, -1, 5,
                         -1, 4, -1, 8, -1, 7, -1, 11, -1, 10, -1);
    const __m256i red = _mm256_set1_epi32(19235 << 16 | 19595);
    const __m256i blue = _mm256_set1_epi32(19235 << 16 | 7471);
    const __m256i half = _mm256_set1_epi32(32768);
    __m256i sum = _mm256_setzero_si256();
    size_t end = *n < MOST ? *n : MOST, done = 0;
    for (; done + EACH + 2 <= end; done += EACH, p += 3 * EACH) {
        __m256i both = _mm256_inserti128_si256(
            _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)p)),
            _mm_loadu_si128((const __m128i *)(const void *)(p + 12)), 1);
        __m256i grey =
            _mm256_add_epi32(_mm256_madd_epi16(_mm256_shuffle_epi8(both, red_green), red),
                             _mm256_madd_epi16(_mm256_shuffle_epi8(both, blue_green), blue));
        sum = _mm256_add_epi32(sum, _mm256_srli_epi32(_mm256_add_epi32(grey, half), 16));
    }
    uint32_t lane[EACH];
    uint64_t all = 0;
    _mm256_storeu_si256((__m256i *)(void *)lane, sum);
    for (int k = 0; k < EACH; k++)
        all += lane[k];
    *n = done;
    return all;
}
#else
static bool is_wide(void)
{
    return false;
}

static uint64_t sum_wide(const uint8_t *p, size_t *n)
{
    return sum_plain(p, *n);
}
#endif

float image_grey_mean(const struct image *image)
{
    size_t n = (size_t)image->height * (size_t)image->width, done = 0, part = n;
    uint64_t sum = 0;
    for (bool wide = is_wide(); wide && part; done += part) {
        part = n - done;
        sum += sum_wide(image->rgb + 3 * done, &part);
    }
    sum += sum_plain(image->rgb + 3 * done, n - done);
    return n ? (float)((double)sum / (double)n) : 0.0f;
}
