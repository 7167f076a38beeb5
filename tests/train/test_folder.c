/* test_folder.c - which files of a folder of weights are whose: counted, removed, and left alone.
 */
#include "base/err.h"
#include "engine/train/folder.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const ours[] = {
    "run/best.safetensors",          "run/last.safetensors",
    "run/checkpoint-1.safetensors",  "run/checkpoint-12-3.safetensors",
    "run/best.safetensors.17-0.tmp", "run/checkpoint-3.safetensors.17-0.tmp",
};

static const char *const others[] = {
    "run/checkpoint-01.safetensors", "run/checkpoint--1.safetensors", "run/checkpoint-1.txt",
    "run/best.safetensors.bak",      "run/worst.safetensors",         "run/notes.tmp",
};

static size_t there(const char *const *names, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += !access(scratch_path(names[i]), F_OK);
    return count;
}

static bool sums(int result, const struct folder_sum *sum, size_t files)
{
    return !result && sum->files == files && sum->bytes == 5 * files;
}

int main(void)
{
    struct folder_sum sum;
    struct err e;
    scratch_make();
    char folder[512];
    snprintf(folder, sizeof folder, "%s", scratch_path("run"));
    ok(sums(folder_count(folder, FOLDER_ALL, &sum, &e), &sum, 0) &&
           sums(folder_remove(folder, FOLDER_ALL, &sum, &e), &sum, 0),
       "no folder, no files");
    mkdir(folder, 0777);
    for (int i = 0; i < 6; i++) {
        scratch_text(ours[i], "12345");
        scratch_text(others[i], "12345");
    }
    mkdir(scratch_path("run/checkpoint-7.safetensors"), 0777);
    ok(sums(folder_count(folder, FOLDER_WEIGHTS, &sum, &e), &sum, 2), "two are weights");
    ok(sums(folder_count(folder, FOLDER_CHECKPOINTS, &sum, &e), &sum, 2), "two are checkpoints");
    ok(sums(folder_count(folder, FOLDER_HALVES, &sum, &e), &sum, 2), "two were left half written");
    ok(there(ours, 6) == 6, "they are only counted");
    ok(sums(folder_remove(folder, FOLDER_CHECKPOINTS | FOLDER_HALVES, &sum, &e), &sum, 4) &&
           there(ours, 2) == 2 && there(ours, 6) == 2,
       "what is asked for is removed");
    ok(sums(folder_remove(folder, FOLDER_ALL, &sum, &e), &sum, 2) && !there(ours, 6), "then all");
    ok(there(others, 6) == 6 && !access(scratch_path("run/checkpoint-7.safetensors"), F_OK),
       "but no file of another name, and no folder");
    const char *file = scratch_text("file", "12345");
    ok(folder_count(file, FOLDER_ALL, &sum, &e) == -1 && strstr(e.text, file),
       "a file is no folder: %s", e.text);
    scratch_remove(scratch);
    return tap_done();
}
