/* test_kernels.c - a small batch through each kernel on every CUDA device, against the same inline
 * functions on the host: pixels to the bit, losses to 1e-12. All inputs and outputs lie in one
 * block of managed memory. */
#include "base/err.h"
#include "cuda/kernels.h"
#include "engine/core/loss_math.h"
#include "tests/kit/tap.h"

#include <cuda_runtime_api.h>
#include <math.h>
#include <string.h>

enum { SAMPLES = 4, STORED = 12, CROP = 8, CLASSES = 5 };

struct batch {
    uint8_t pixels[STORED * STORED * 3];
    struct kernel_sample samples[SAMPLES];
    struct augment_table table;
    struct loss_spec spec;
    float scores[SAMPLES], truths[SAMPLES], logits[SAMPLES * CLASSES];
    int classes[SAMPLES];
    float images[SAMPLES * CROP * CROP * 3];
    double terms[SAMPLES * LOSS_MAX_TERMS];
    float score_gradient[SAMPLES], logit_gradient[SAMPLES * CLASSES];
};

/* Of the four samples one is a plain crop, and each way of rotating comes with every jitter. */
static void fill_draw(struct augment_draw *draw, int i)
{
    const struct augment_spec spec = {.height = CROP, .width = CROP, .nearest = i == 1};
    *draw = (struct augment_draw){.top = (uint16_t)i,
                                  .left = (uint16_t)(SAMPLES - i),
                                  .flip = (uint8_t)(i % 2),
                                  .order = AUGMENT_HUE | AUGMENT_SATURATION << 2 |
                                           AUGMENT_CONTRAST << 4 | AUGMENT_BRIGHTNESS << 6,
                                  .pivot = 90,
                                  .brightness = (int16_t)(i * 700),
                                  .contrast = (int16_t)(i * -900),
                                  .saturation = (int16_t)(i * 2500),
                                  .hue = (int16_t)(i * 5000)};
    if (i)
        augment_rotate(&spec, draw, 40 * i - 75);
}

static void fill(struct batch *b)
{
    memset(b, 0, sizeof *b);
    for (int i = 0; i < STORED * STORED * 3; i++)
        b->pixels[i] = (uint8_t)(i * 37);
    for (int c = 0; c < 3; c++)
        for (int v = 0; v < 256; v++)
            b->table.value[c][v] = (float)(v - 128) / (float)(c + 50);
    for (int i = 0; i < SAMPLES; i++) {
        fill_draw(&b->samples[i].draw, i);
        b->samples[i].image_width = STORED;
        b->scores[i] = 1.5f + 0.7f * (float)i;
        b->truths[i] = 3;
        b->classes[i] = 1 + i % 3;
        for (int c = 0; c < CLASSES; c++)
            b->logits[i * CLASSES + c] = 0.3f * (float)((i + 2 * c) % 5);
    }
}

static int compare_images(const struct batch *b, struct err *e)
{
    const struct augment_source source = {b->pixels, STORED, CROP, CROP};
    for (int i = 0; i < SAMPLES; i++) {
        for (int p = 0; p < CROP * CROP; p++) {
            uint8_t rgb[3];
            augment_pixel(&source, &b->samples[i].draw, p / CROP, p % CROP, rgb);
            for (int c = 0; c < 3; c++)
                if (b->images[(i * CROP * CROP + p) * 3 + c] != b->table.value[c][rgb[c]])
                    return err_set(e, ERR_DEVICE,
                                   "the image kernel computes other pixels than the "
                                   "host");
        }
    }
    return 0;
}

static int compare_losses(const struct batch *b, struct err *e)
{
    double weights = 0;
    for (int i = 0; i < SAMPLES; i++)
        weights += b->spec.class_weight[b->classes[i]];
    double scale = loss_class_scale(&b->spec, weights, SAMPLES);
    for (int i = 0; i < SAMPLES; i++) {
        struct loss_sample s;
        loss_of_sample(&b->spec, b->scores[i], b->logits + i * b->spec.classes, b->truths[i],
                       b->classes[i], scale, &s);
        for (int t = 0; t < LOSS_MAX_TERMS; t++)
            if (!(fabs(b->terms[i * LOSS_MAX_TERMS + t] - s.term[t]) < 1e-12))
                return err_set(e, ERR_DEVICE, "the kernel of loss %s gives %.17g, the host %.17g",
                               loss_names[b->spec.kind], b->terms[i * LOSS_MAX_TERMS + t],
                               s.term[t]);
        double worst = fabs(b->score_gradient[i] - s.score_gradient / SAMPLES);
        for (int c = 0; c < b->spec.classes; c++)
            worst = fmax(worst, fabs(b->logit_gradient[i * b->spec.classes + c] -
                                     s.logit_gradient[c] / SAMPLES));
        if (!(worst < 1e-6))
            return err_set(e, ERR_DEVICE, "the gradient of loss %s differs from the host's",
                           loss_names[b->spec.kind]);
    }
    return 0;
}

static int cuda_error(int code, const char *what, struct err *e)
{
    return err_set(e, ERR_DEVICE, "%s: %s", what, cudaGetErrorString((cudaError_t)code));
}

static int run_loss(struct batch *b, enum loss_kind kind, struct err *e)
{
    const double weights[LOSS_MAX_TERMS] = {2, 1, 1};
    loss_spec_init(&b->spec, kind, weights, CLASSES, NULL, 0);
    for (int c = 0; c < CLASSES; c++)
        b->spec.class_weight[c] = 1 + 0.5 * c;
    int code = kernel_loss(&b->spec, b->scores, b->logits, b->truths, b->classes, SAMPLES, b->terms,
                           b->score_gradient, b->logit_gradient, NULL);
    if (code)
        return cuda_error(code, "the loss kernel cannot be started", e);
    code = (int)cudaDeviceSynchronize();
    if (code)
        return cuda_error(code, "the loss kernel failed", e);
    return compare_losses(b, e);
}

static int run_fetch(struct batch *b, struct err *e)
{
    int code = kernel_fetch(b->pixels, b->samples, &b->table, SAMPLES, CROP, CROP, b->images, NULL);
    if (code)
        return cuda_error(code, "the image kernel cannot be started", e);
    code = (int)cudaDeviceSynchronize();
    if (code)
        return cuda_error(code, "the image kernel failed", e);
    return compare_images(b, e);
}

static void test_device(int number)
{
    struct batch *b;
    struct err e = {.code = ERR_NONE};
    if (!ok(!cudaSetDevice(number) &&
                !cudaMallocManaged((void **)&b, sizeof *b, cudaMemAttachGlobal),
            "device %d can be used", number))
        return;
    fill(b);
    ok(!run_fetch(b, &e), "device %d fetches the host's pixels%s%s", number, e.code ? ": " : "",
       e.text);
    for (int kind = 0; kind < LOSS_KINDS; kind++) {
        err_clear(&e);
        ok(!run_loss(b, (enum loss_kind)kind, &e), "device %d computes loss %s%s%s", number,
           loss_names[kind], e.code ? ": " : "", e.text);
    }
    cudaFree(b);
}

int main(void)
{
    int n = 0;
    if (cudaGetDeviceCount(&n) || !n)
        skip("no CUDA device on this machine");
    for (int i = 0; i < n; i++)
        test_device(i);
    return tap_done();
}
