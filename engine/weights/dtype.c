/* dtype.c - what weight files keep numbers in, and how the real ones become float32. No state. */
#include "engine/weights/weights.h"

#include "base/err.h"

#include <stdint.h>
#include <string.h>

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void read_f32(float *to, const void *from, size_t n)
{
    memcpy(to, from, n * sizeof *to);
}

/* A value beyond float32 becomes an infinity, which whoever loads weights refuses. */
static void read_f64(float *to, const void *from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double value;
        memcpy(&value, (const char *)from + i * sizeof value, sizeof value);
        to[i] = (float)value;
    }
}

/* IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction. All its values are float32's. */
static float float_of_half(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    uint32_t exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
    if (exponent == 0) {
        float value = (float)fraction * 0x1p-24f;
        return sign ? -value : value;
    }
    if (exponent == 0x1f)
        return float_of(sign | 0x7f800000 | fraction << 13);
    return float_of(sign | (exponent + 127 - 15) << 23 | fraction << 13);
}

static void read_f16(float *to, const void *from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint16_t half;
        memcpy(&half, (const char *)from + i * sizeof half, sizeof half);
        to[i] = float_of_half(half);
    }
}

/* The upper half of a float32. */
static void read_bf16(float *to, const void *from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint16_t upper;
        memcpy(&upper, (const char *)from + i * sizeof upper, sizeof upper);
        to[i] = float_of((uint32_t)upper << 16);
    }
}

const struct weights_dtype weights_f32 = {"F32", 4, read_f32};

static const struct weights_dtype others[] = {
    {"F16", 2, read_f16}, {"BF16", 2, read_bf16}, {"F64", 8, read_f64}, {"I64", 8, NULL},
    {"I32", 4, NULL},     {"I16", 2, NULL},       {"I8", 1, NULL},      {"U64", 8, NULL},
    {"U32", 4, NULL},     {"U16", 2, NULL},       {"U8", 1, NULL},      {"BOOL", 1, NULL},
    {"F8_E4M3", 1, NULL}, {"F8_E5M2", 1, NULL},   {"C64", 8, NULL},     {"C128", 16, NULL},
};

const struct weights_dtype *weights_dtype(const char *name)
{
    if (!strcmp(name, weights_f32.name))
        return &weights_f32;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!strcmp(others[i].name, name))
            return &others[i];
    return NULL;
}

int weights_check_real(const struct weights_tensor *t, const char *path, struct err *e)
{
    return t->dtype->read ? 0
                          : err_set(e, ERR_FORMAT,
                                    "%s: tensor '%s' has dtype %s; only F32, F16, BF16 and F64 are "
                                    "read as weights",
                                    path, t->name, t->dtype->name);
}
