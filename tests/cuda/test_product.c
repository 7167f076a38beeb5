/* test_product.c - 1x1 convolutions as matrix products, by functions that do what cuBLASLt's manual
 * says of its own. */
#include "cuda/conv.h"
#include "tests/cuda/conv_loops.h"
#include "tests/cuda/fake_cublas.h"
#include "tests/kit/tap.h"

#include <string.h>

extern const struct conv_method conv_product, conv_plain;

const struct conv_method *const conv_methods[] = {&conv_product, &conv_plain, NULL};

static struct device *device;

static char chosen[CONV_TEXT_BYTES], notes[2048], libraries[100];

static void choose(struct conv_job job, const char *recorded)
{
    struct conv_tools t;
    struct conv_way way;
    struct err e = {0};
    chosen[0] = '\0';
    if (!ok(!conv_tools_open(&t, device, NULL, recorded, &e), "tools"))
        return;
    if (!conv_choose(&t, &job, &way, &e))
        snprintf(chosen, sizeof chosen, "%s", way.text);
    conv_way_close(&way);
    snprintf(notes, sizeof notes, "%s%s", t.notes.text, e.text);
    snprintf(libraries, sizeof libraries, "%s", t.libraries);
    conv_tools_close(&t);
    is_int(fake_cublas.alive, 0, "nothing of cuBLAS's is left");
}

static struct conv_job job_of(enum conv_kind kind, enum element type, bool tensor_cores)
{
    return (struct conv_job){.kind = kind,
                             .shape = conv_loops_shape(3, 5, 7, 24, 16, 1, 1, 1),
                             .type = type,
                             .tensor_cores = tensor_cores};
}

static void test_right(void)
{
    for (int kind = 0; kind < CONV_KINDS; kind++)
        for (int i = 0; i < 3; i++)
            for (int add = 0; add <= (kind == CONV_DATA); add++) {
                struct conv_job job =
                    job_of((enum conv_kind)kind, i == 2 ? ELEMENT_BF16 : ELEMENT_F32, i > 0);
                char name[CONV_JOB_BYTES];
                job.add = add;
                fake_cublas.products = 0;
                choose(job, NULL);
                conv_job_text(&job, name);
                ok(!strcmp(chosen, "product 13.1.0 sm90 feedc0de12345678.1.1.0.0.0.0.0"), "%s: %s",
                   name, chosen);
                is_text(notes, "", "both ways compute what they should");
                is_int(fake_cublas.products, 6, "each checked twice and timed");
            }
    is_text(libraries, "cublas 13.1.0", "the library is named");
    is_int((long long)fake_cublas.most, 32 << 20, "workspaces are bounded");
    is_int(fake_cublas.sums, 2, "sums in parts are float32 and have an order");
    is_int(fake_cublas.aligned, 16, "operands are aligned to 16 bytes");
}

static void test_not_products(void)
{
    static const struct conv_shape shapes[] = {{3, 16, 16, 1, 3, 1, 1, 5, 7, 5, 7, 0},
                                               {3, 16, 16, 1, 1, 2, 0, 5, 7, 3, 4, 0},
                                               {3, 16, 16, 2, 1, 1, 0, 5, 7, 5, 7, 0}};
    for (int i = 0; i < 3; i++) {
        struct conv_job job = job_of(CONV_FORWARD, ELEMENT_F32, false);
        char name[CONV_JOB_BYTES], line[CONV_TEXT_BYTES + CONV_JOB_BYTES];
        job.shape = shapes[i];
        conv_job_text(&job, name);
        choose(job, NULL);
        ok(!strcmp(chosen, "plain"), "%s is no product", name);
        snprintf(line, sizeof line, "%s: product 13.1.0 sm90 feedc0de12345678.1.1.0.0.0.0.0", name);
        choose(job, line);
        has_text(notes, "it is no product", "nor does a record make it one");
    }
}

static void recorded(const char *way, const char *why)
{
    char line[CONV_TEXT_BYTES + CONV_JOB_BYTES], name[CONV_JOB_BYTES];
    struct conv_job job = job_of(CONV_FORWARD, ELEMENT_BF16, true);
    conv_job_text(&job, name);
    snprintf(line, sizeof line, "%s: %s", name, way);
    choose(job, line);
    if (why) {
        ok(!chosen[0], "refused: %s", way);
        has_text(notes, why, "and told why");
    } else
        is_text(chosen, way, "had again");
}

static void test_recorded(void)
{
    recorded("product 13.1.0 sm90 feedc0de12345678.1.2.0.0.0.0.0", NULL);
    recorded("product 13.1.0 sm90 feedc0de12345678.1.7.0.0.0.0.0", "not supported");
    recorded("product 13.2.0 sm90 feedc0de12345678.1.2.0.0.0.0.0", "this is cuBLAS 13.1.0");
    recorded("product 13.1.0 sm80 feedc0de12345678.1.2.0.0.0.0.0",
             "on a device of compute capability 9.0");
    recorded("product 13.1.0 sm90", "this is cuBLAS");
    recorded("product 13.1.0 sm90 ", "ends too early");
    recorded("product 13.1.0 sm90 feedc0de12345678.1.2.0.0.0.0", "ends too early");
    recorded("product 13.1.0 sm90 feedc0de12345678.1.2.0.0.0.0.x", "ends too early");
    recorded("product 13.1.0 sm90 feedc0de12345678.1.2.0.0.0.0.0.0", "goes on: .0");
}

static void test_missing(void)
{
    fake_cublas.missing = true;
    choose(job_of(CONV_FORWARD, ELEMENT_F32, false), NULL);
    is_text(chosen, "plain", "without cuBLAS the plain way is left");
    has_text(notes, "1x1 convolutions go without cuBLASLt: libcublasLt.so.1", "which is noted");
    is_text(libraries, "", "no library is named");
    recorded("product 13.1.0 sm90 feedc0de12345678.1.2.0.0.0.0.0", "cuBLASLt is not there");
}

int main(void)
{
    struct err e;
    fake_cublas.version = 130100;
    if (!ok(!device_open(&device, 0, &e), "a device"))
        return tap_done();
    test_right();
    test_not_products();
    test_recorded();
    test_missing();
    device_close(device);
    return tap_done();
}
