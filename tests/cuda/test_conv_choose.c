/* test_conv_choose.c - which way a convolution is computed: ways that are wrong are dropped, equal
 * jobs agree, choices are kept and recorded. */
#include "base/file.h"
#include "base/mem.h"
#include "cuda/conv.h"
#include "cuda/conv_cache.h"
#include "tests/cuda/conv_loops.h"
#include "tests/cuda/fake_methods.h"
#include "tests/kit/scratch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const struct conv_method conv_grouped;

static struct device *device;

static struct conv_job job_of(enum conv_kind kind, enum element type)
{
    return (struct conv_job){.kind = kind,
                             .shape = conv_loops_shape(3, 5, 6, 8, 16, 1, 3, 1),
                             .type = type,
                             .tensor_cores = type == ELEMENT_BF16};
}

/* What an open of its own chooses for a job; and what it notes, or the error. */
static char chosen[CONV_TEXT_BYTES], notes[4096], made[1024], remarks[1024];

static void choose(const char *cache, const char *recorded, struct conv_job job)
{
    struct conv_tools t;
    struct conv_way way;
    struct err e = {0};
    chosen[0] = notes[0] = made[0] = remarks[0] = '\0';
    if (conv_tools_open(&t, device, cache, recorded, &e)) {
        snprintf(notes, sizeof notes, "%s", e.text);
        return;
    }
    if (!conv_choose(&t, &job, &way, &e))
        snprintf(chosen, sizeof chosen, "%s", way.text);
    conv_way_close(&way);
    conv_tools_sum_up(&t);
    snprintf(notes, sizeof notes, "%s%s%s", t.notes.text, t.dropped.text, e.text);
    snprintf(remarks, sizeof remarks, "%s", t.remarks.text);
    snprintf(made, sizeof made, "%s", t.made.text);
    conv_tools_close(&t);
    ok(!fake_first.open && !fake_second.open, "every way is closed");
}

static void test_dropped(struct conv_job job, const char *what)
{
    char text[200];
    static const struct {
        enum fake_fault fault;
        const char *note;
    } faults[] = {{FAKE_WRONG, "off by"},
                  {FAKE_UNFINISHED, "no numbers"},
                  {FAKE_FAILS, "no mind"},
                  {FAKE_VARIES, "differ from run to run"}};
    fake_reset(true, true);
    choose(NULL, NULL, job);
    snprintf(text, sizeof text, "%s: of equals the first", what);
    is_text(chosen, "first 1", text);
    is_text(notes, "", "nothing is noted");
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        /* A data gradient that is added to, or one summed over images, leaves no NaN. */
        if (faults[i].fault == FAKE_UNFINISHED && (job.add || job.kind == CONV_WEIGHTS))
            continue;
        if (faults[i].fault == FAKE_VARIES && job.type != ELEMENT_F32)
            continue;
        fake_reset(true, true);
        fake_first.fault = faults[i].fault;
        choose(NULL, NULL, job);
        snprintf(text, sizeof text, "%s: fault %zu is found", what, i);
        is_text(chosen, "second 1", text);
        has_text(notes, faults[i].note, "and noted");
        has_text(notes, "first 1 is not used for ", "by name");
    }
    fake_reset(true, true);
    fake_first.fault = fake_second.fault = FAKE_WRONG;
    choose(NULL, NULL, job);
    is_text(chosen, "plain", "the plain way is left");
    has_text(remarks,
             "2 of 2 ways to compute convolutions are not used, since they compute wrongly; "
             "first 1 is not used for ",
             "one line is said of both");
    ok(!strchr(remarks, '\n'), "and no more");
}

static void test_all_dropped(void)
{
    struct conv_job add = job_of(CONV_DATA, ELEMENT_F32), tf32 = job_of(CONV_FORWARD, ELEMENT_F32);
    add.add = true;
    tf32.tensor_cores = true;
    test_dropped(job_of(CONV_FORWARD, ELEMENT_F32), "forward f32");
    test_dropped(tf32, "forward tf32");
    test_dropped(job_of(CONV_DATA, ELEMENT_F32), "data f32");
    test_dropped(add, "data, added");
    test_dropped(job_of(CONV_WEIGHTS, ELEMENT_F32), "weights f32");
    test_dropped(job_of(CONV_FORWARD, ELEMENT_BF16), "forward bf16");
    test_dropped(job_of(CONV_DATA, ELEMENT_BF16), "data bf16");
    test_dropped(job_of(CONV_WEIGHTS, ELEMENT_BF16), "weights bf16");
    fake_reset(false, false);
    choose(NULL, NULL, add);
    is_text(chosen, "plain", "nothing else is offered");
    is_text(made, "data+ f32 3x5x6 8>16 k3 s1 p1 g1: plain\n", "the choice as a line");
}

static void test_moments(void)
{
    struct conv_job job = job_of(CONV_FORWARD, ELEMENT_BF16);
    fake_reset(true, true);
    fake_second.moments = true;
    choose(NULL, NULL, job);
    is_text(chosen, "first 1", "a way that makes no moments is tried beside one that does");
    is_text(notes, "", "both are right");
    fake_reset(true, true);
    fake_first.moments = true;
    fake_first.fault = FAKE_FORGETS;
    choose(NULL, NULL, job);
    is_text(chosen, "second 1", "moments that aren't made are found");
    has_text(notes, "first 1 is not used for forward bf16", "and noted");
    has_text(notes, "its moments are off", "as such");
}

static void test_equal_jobs(void)
{
    struct conv_tools t;
    struct conv_way a, b, c;
    struct err e;
    struct conv_job job = job_of(CONV_FORWARD, ELEMENT_F32), other = job_of(CONV_DATA, ELEMENT_F32);
    fake_reset(true, true);
    ok(!conv_tools_open(&t, device, NULL, NULL, &e) && !conv_choose(&t, &job, &a, &e) &&
           !conv_choose(&t, &job, &b, &e) && !conv_choose(&t, &other, &c, &e),
       "three jobs, two of them equal");
    is_text(b.text, a.text, "equal jobs have one way");
    is_int(fake_first.offered, 2, "which was looked for once");
    is_text(t.libraries, "fake 1", "libraries are listed");
    is_text(t.made.text,
            "forward f32 3x5x6 8>16 k3 s1 p1 g1: first 1\n"
            "data f32 3x5x6 8>16 k3 s1 p1 g1: first 1\n",
            "a line for each job");
    conv_way_close(&a);
    conv_way_close(&b);
    conv_way_close(&c);
    conv_tools_close(&t);
    conv_tools_close(&t);
}

/* The one file in the cache's folder. */
static const char *cache_file(void)
{
    return scratch_path("cache/conv-simulated_device-9.0-fake_1-v2.json");
}

static bool file_has(const char *text)
{
    uint8_t *bytes = NULL;
    size_t count;
    struct err e;
    bool found = !file_read(&bytes, &count, NULL, cache_file(), 1 << 20, &e) &&
                 strstr((const char *)bytes, text);
    mem_free(bytes);
    return found;
}

static void test_cache(void)
{
    const char *folder = scratch_path("cache");
    struct conv_job job = job_of(CONV_FORWARD, ELEMENT_F32), other = job_of(CONV_DATA, ELEMENT_F32);
    struct err e;
    ok(!file_make_folders(folder, &e), "a folder");
    fake_reset(true, true);
    fake_first.fault = FAKE_WRONG;
    choose(folder, NULL, job);
    choose(folder, NULL, other);
    is_int(scratch_entries(folder), 1, "one file is kept, and nothing beside it");
    ok(file_has("second 1") && file_has("data f32 3x5x6"), "it has the choices");
    ok(file_has("\"dropped\": \"first 1 is not used for data f32"), "and why others are not it");
    fake_reset(true, true);
    choose(folder, NULL, job);
    is_text(chosen, "second 1", "a kept choice is taken");
    ok(!fake_first.offered && !fake_second.run, "without a look at others, or a trial");
    is_text(notes, "", "silently");

    fake_second.version = 2;
    choose(folder, NULL, job);
    is_text(chosen, "first 1", "a kept way that can't be had is replaced");
    has_text(notes, "can't be had: this is version 2", "and noted");
    choose(folder, NULL, job);
    is_text(notes, "", "for good");

    setenv("COMBOLAB_CUDA_GROUPED", "cudnn", 1);
    fake_reset(false, true);
    choose(folder, NULL, job);
    is_text(chosen, "second 1", "with a way taken away the cache is not looked at");
    unsetenv("COMBOLAB_CUDA_GROUPED");
    ok(!file_has(
           "forward f32 3x5x6 8>16 k3 s1 p1 g1\": {\n   \"seconds\": 0.0,\n   \"way\": \"second"),
       "nor written");
}

static void test_bad_cache(const char *text, const char *note)
{
    const char *folder = scratch_path("cache");
    scratch_text("cache/conv-simulated_device-9.0-fake_1-v2.json", text);
    fake_reset(true, false);
    choose(folder, NULL, job_of(CONV_FORWARD, ELEMENT_F32));
    is_text(chosen, "first 1", "a choice is made");
    has_text(notes, note, note);
    is_int(fake_first.offered, 1, "anew");
    choose(folder, NULL, job_of(CONV_FORWARD, ELEMENT_F32));
    ok(!notes[0] && fake_first.offered == 1, "and kept in a new file");
}

#define HEAD "\"device\": \"simulated device\", \"capability\": \"9.0\", \"libraries\": \"fake 1\","

static void test_bad_caches(void)
{
    static const char job[] = "forward f32 3x5x6 8>16 k3 s1 p1 g1";
    char text[400];
    test_bad_cache("", "is damaged");
    test_bad_cache("{\"device\": \"simulated", "is damaged in line 1");
    test_bad_cache("[1, 2]", "another device");
    snprintf(text, sizeof text,
             "{\"device\": \"another\", \"capability\": \"9.0\", \"libraries\": \"fake 1\", "
             "\"version\": 2, \"choices\": {\"%s\": {\"way\": \"second 1\"}}}",
             job);
    test_bad_cache(text, "another device or with other libraries");
    snprintf(text, sizeof text, "{" HEAD "\"version\": 0, \"choices\": {\"%s\": {}}}", job);
    test_bad_cache(text, "another device or with other libraries");
    snprintf(text, sizeof text, "{" HEAD "\"version\": 2, \"choices\": {\"%s\": {\"way\": 1}}}",
             job);
    test_bad_cache(text, "no cache of choices");
    snprintf(text, sizeof text, "{" HEAD "\"version\": 2, \"choices\": []}");
    test_bad_cache(text, "no cache of choices");
    snprintf(text, sizeof text,
             "{" HEAD "\"version\": 2, \"choices\": {\"%s\": {\"way\": \"third\"}}}", job);
    test_bad_cache(text, "there is no such way");

    fake_reset(true, false);
    choose(scratch_path("no/such/folder"), NULL, job_of(CONV_FORWARD, ELEMENT_F32));
    is_text(chosen, "first 1", "a folder that isn't there is no error");
    has_text(notes, "choices are not kept: ", "but noted");
}

static void test_two_writers(void)
{
    struct conv_cache_key key = {"a device", 8, 6, "none"};
    struct conv_cache *a = NULL, *b = NULL, *c = NULL;
    struct str said;
    struct err e;
    str_init(&said);
    ok(!conv_cache_open(&a, scratch, &key, &said, &e) &&
           !conv_cache_open(&b, scratch, &key, &said, &e),
       "two caches on one file");
    conv_cache_put(a, "job 1", "way 1", 0.5, "way 0 is not used\n");
    conv_cache_put(b, "job 2", "way 2", 0.25, NULL);
    conv_cache_put(a, "job 1", "way 3", 0.125, NULL);
    ok(!conv_cache_open(&c, scratch, &key, &said, &e), "a third");
    is_text(conv_cache_get(c, "job 1"), "way 3", "what the one wrote last");
    is_text(conv_cache_get(c, "job 2"), "way 2", "and the other");
    ok(!conv_cache_get(c, "job 3"), "what nobody wrote is not there");
    is_text(said.text, "", "nothing to say");
    conv_cache_close(a);
    conv_cache_close(b);
    conv_cache_close(c);
    conv_cache_close(NULL);
    str_fini(&said);
}

static void test_recorded(void)
{
    static const char lines[] = "forward f32 3x5x6 8>16 k3 s1 p1 g11: third 1\n"
                                "forward f32 3x5x6 8>16 k3 s1 p1 g1: second 1\n"
                                "data f32 3x5x6 8>16 k3 s1 p1 g1: third 1";
    struct conv_job job = job_of(CONV_FORWARD, ELEMENT_F32);
    fake_reset(true, true);
    choose(NULL, lines, job);
    is_text(chosen, "second 1", "a recorded choice is taken");
    ok(!fake_first.offered && fake_second.run == 2, "others are not asked; it is checked");
    choose(scratch_path("cache"), lines, job);
    is_text(chosen, "second 1", "over a kept one");
    fake_reset(true, true);
    choose(NULL, lines, job_of(CONV_WEIGHTS, ELEMENT_F32));
    is_text(chosen, "first 1", "a job without a line is chosen anew");

    fake_second.fault = FAKE_WRONG;
    choose(NULL, lines, job);
    ok(!chosen[0], "one that computes wrongly is an error");
    has_text(notes, "computes other values than it should", "that says so");
    fake_second.version = 2;
    choose(NULL, lines, job);
    has_text(notes,
             "the run computes the convolution forward f32 3x5x6 8>16 k3 s1 p1 g1 by \"second 1\", "
             "which can't be had here: this is version 2",
             "one that can't be had, too");
    ok(!chosen[0], "it is not replaced");
    choose(NULL, lines, job_of(CONV_DATA, ELEMENT_F32));
    has_text(notes, "by \"third 1\", which can't be had here", "one of a method that is not there");
}

static void test_plain(void)
{
    struct conv_job job = job_of(CONV_FORWARD, ELEMENT_F32);
    const char *folder = scratch_path("plain");
    struct err e;
    ok(!file_make_folders(folder, &e), "a folder");
    setenv("COMBOLAB_CUDA_CONV", "plain", 1);
    fake_reset(true, true);
    choose(folder, NULL, job);
    is_text(chosen, "plain", "COMBOLAB_CUDA_CONV=plain leaves the plain way");
    ok(!fake_first.offered && scratch_entries(folder) == 0, "nothing is asked or kept");
    choose(folder, "forward f32 3x5x6 8>16 k3 s1 p1 g1: first 1", job);
    has_text(notes, "COMBOLAB_CUDA_CONV=plain forbids it", "a recorded choice is named");
    unsetenv("COMBOLAB_CUDA_CONV");
}

/* Our own kernels of narrow groups: there, and taken away. */
static void test_grouped(void)
{
    struct conv_job job = job_of(CONV_FORWARD, ELEMENT_BF16);
    struct conv_tools t;
    struct conv_way way;
    struct err e = {0};
    job.shape = conv_loops_shape(2, 5, 6, 128, 128, 32, 3, 1);
    ok(!conv_tools_open(&t, device, NULL, NULL, &e) && conv_grouped.offer(&t, &job, &way, 1) == 1,
       "narrow groups are ours");
    conv_tools_close(&t);
    setenv("COMBOLAB_CUDA_GROUPED", "cudnn", 1);
    ok(!conv_tools_open(&t, device, NULL, NULL, &e) && !conv_grouped.offer(&t, &job, &way, 1) &&
           conv_grouped.again(&t, &job, "", &way, &e),
       "COMBOLAB_CUDA_GROUPED=cudnn leaves them to others");
    has_text(e.text, "COMBOLAB_CUDA_GROUPED=cudnn forbids it", "a recorded one is refused");
    conv_tools_close(&t);
    unsetenv("COMBOLAB_CUDA_GROUPED");
}

int main(void)
{
    struct err e;
    if (device_open(&device, 0, &e)) {
        skip("%s", e.text);
        return tap_done();
    }
    scratch_make();
    test_all_dropped();
    test_moments();
    test_equal_jobs();
    test_cache();
    test_bad_caches();
    test_two_writers();
    test_recorded();
    test_plain();
    test_grouped();
    scratch_remove(scratch);
    device_close(device);
    return tap_done();
}
