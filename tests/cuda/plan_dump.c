/* plan_dump.c - which ways cuDNN offers for the convolutions of both nets, on a device that is
 * described by a file and need not be here. Prints a line for each, "JOB: WAY", best first, as
 * choices are recorded, and behind "#" its workspace.
 *
 *     plan_dump CAPABILITY DEVICE.json f32|tf32|bf16 BATCH...
 *
 * CAPABILITY: 90 for 9.0. */
#include "base/file.h"
#include "base/mem.h"
#include "cuda/cudnn.h"
#include "tests/cuda/plan_jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct conv_method conv_cudnn;

#define MOST 16

static void dump(struct conv_tools *t, const struct conv_job *job)
{
    struct conv_way list[MOST];
    char text[CONV_JOB_BYTES];
    int n = conv_cudnn.offer(t, job, list, MOST);
    conv_job_text(job, text);
    for (int i = 0; i < n; i++) {
        printf("%s: %s # %zu\n", text, list[i].text, list[i].workspace);
        conv_way_close(&list[i]);
    }
    if (!n)
        printf("# none for %s\n", text);
}

static int usage(void)
{
    fprintf(stderr, "usage: plan_dump CAPABILITY DEVICE.json f32|tf32|bf16 BATCH...\n");
    return 2;
}

int main(int argc, char **argv)
{
    static struct plan_jobs jobs;
    struct conv_tools t = {0};
    struct err e;
    uint8_t *json = NULL;
    size_t count;
    const struct plan_type *type = plan_types;
    if (argc < 5)
        return usage();
    while (type->name && strcmp(type->name, argv[3]) != 0)
        type++;
    if (!type->name)
        return usage();
    if (file_read(&json, &count, NULL, argv[2], 1 << 16, &e) ||
        cuda_cudnn_open(&t.cudnn, atoi(argv[1]), NULL, (const char *)json, &e)) {
        fprintf(stderr, "%s\n", e.text);
        mem_free(json);
        return 1;
    }
    mem_free(json);
    for (int i = 4; i < argc; i++) {
        plan_jobs_add(&jobs, "resnet18", atoi(argv[i]), type);
        plan_jobs_add(&jobs, "se-resnext50", atoi(argv[i]), type);
    }
    for (int i = 0; i < jobs.n; i++)
        dump(&t, &jobs.at[i]);
    cuda_cudnn_close(t.cudnn);
    return 0;
}
