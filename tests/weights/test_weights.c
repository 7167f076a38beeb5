/* test_weights.c - safetensors files: round trips, every kind of damage, writes that fail. */
#include "base/err.h"
#include "base/mem.h"
#include "engine/weights/weights.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* conv (2, 3, 1, 1), bias (2), and a scalar. */
static struct weights *sample(struct err *e)
{
    struct weights *w;
    if (weights_new(&w, 3, e))
        return NULL;
    struct weights_tensor *conv = weights_add(w, "conv.weight", 4, (int[]){2, 3, 1, 1}, e);
    struct weights_tensor *bias = conv ? weights_add(w, "bias", 1, (int[]){2}, e) : NULL;
    struct weights_tensor *scalar = bias ? weights_add(w, "a.scalar", 0, NULL, e) : NULL;
    if (!scalar || weights_meta(w, "format", "pt", e) ||
        weights_meta(w, "note", "caf\xc3\xa9 \"quoted\"", e)) {
        weights_free(w);
        return NULL;
    }
    for (int i = 0; i < 6; i++)
        conv->data[i] = (float)i / 7;
    bias->data[0] = -0.0f;
    bias->data[1] = INFINITY;
    scalar->data[0] = 42;
    return w;
}

static void test_round_trip(void)
{
    struct err e;
    struct weights *w = sample(&e), *back;
    const char *path = scratch_path("round.safetensors");
    ok(w && !weights_write(w, path, &e), "a set is written");
    if (!ok(!weights_read(&back, path, &e), "and read back"))
        diag("%s", e.text);
    is_int((long long)back->n, 3, "all its tensors");
    int same = 0;
    for (size_t i = 0; i < 3; i++)
        same += !strcmp(w->at[i].name, back->at[i].name) && w->at[i].rank == back->at[i].rank &&
                !memcmp(w->at[i].dims, back->at[i].dims, sizeof w->at[i].dims) &&
                !memcmp(w->at[i].data, back->at[i].data, w->at[i].count * sizeof(float));
    is_int(same, 3, "in the order given, with the same bits");
    is_int((long long)back->n_meta, 2, "metadata too");
    is_text(back->meta[1][1], "caf\xc3\xa9 \"quoted\"", "as it was");
    ok(weights_find(back, "bias") == &back->at[1] && !weights_find(back, "no"), "found by name");

    FILE *f = fopen(path, "rb");
    uint64_t length = 0;
    ok(f && fread(&length, 8, 1, f) == 1 && length % 8 == 0, "the header is padded to 8 bytes");
    fclose(f);
    struct stat s;
    stat(path, &s);
    is_int(s.st_size, (long long)(8 + length + 9 * sizeof(float)), "no byte more than needed");
    is_int(scratch_entries(scratch), 1, "no temporary file is left");
    weights_free(back);
    weights_free(w);
}

static void test_limits(void)
{
    struct err e;
    struct weights *w;
    weights_new(&w, 2, &e);
    char longest[600];
    memset(longest, 'x', sizeof longest);
    longest[599] = '\0';
    ok(!weights_add(w, longest, 1, (int[]){1}, &e), "an over-long name is refused");
    has_text(e.text, "599", "its length named");
    ok(!weights_add(w, "five", 5, (int[]){1, 1, 1, 1, 1}, &e), "rank 5 is refused");
    ok(!weights_add(w, "less", 1, (int[]){-1}, &e), "a negative dimension is refused");
    ok(!weights_add(w, "huge", 4, (int[]){2000000000, 2000000000, 2000000000, 2}, &e),
       "a shape that overflows is refused");
    ok(!weights_add(w, "__metadata__", 1, (int[]){1}, &e), "the name of the metadata is refused");
    ok(weights_add(w, "none", 2, (int[]){0, 5}, &e) != NULL, "an empty tensor is allowed");
    ok(weights_add(w, "none", 1, (int[]){1}, &e) != NULL, "names are not compared when added");
    ok(!weights_add(w, "more", 1, (int[]){1}, &e), "no more than there is room for");
    ok(weights_write(w, scratch_path("twice"), &e) == -1, "but one name twice is not written");
    has_text(e.text, "'none'", "the name is in the message");
    ok(access(scratch_path("twice"), F_OK) != 0, "and there is no file");
    ok(weights_meta(w, "key", longest, &e) == -1, "over-long metadata is refused");
    weights_free(w);
}

/* Writes length (or `claimed`), header and `data_bytes` zeros, and reads that. */
static void damaged(const char *header, uint64_t claimed, size_t data_bytes, const char *expected,
                    const char *what)
{
    struct err e;
    struct weights *w;
    const char *path = scratch_path("damaged.safetensors");
    FILE *f = fopen(path, "wb");
    uint64_t length = claimed ? claimed : strlen(header);
    fwrite(&length, 8, 1, f);
    fwrite(header, strlen(header), 1, f);
    for (size_t i = 0; i < data_bytes; i++)
        fputc(0, f);
    fclose(f);
    err_clear(&e);
    if (!ok(weights_read(&w, path, &e) == -1 && !w && strstr(e.text, path) &&
                strstr(e.text, expected),
            "refused: %s", what))
        diag("%s", e.text);
    unlink(path);
}

#define T(dtype, shape, offsets)                                                                   \
    "{\"t\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

static void test_damage(void)
{
    damaged("{}", 1u << 20, 0, "cut short", "a header longer than the file");
    damaged("{}", UINT64_MAX, 0, "cut short", "a header length near 2^64");
    damaged("{\"t\":", 0, 0, "no JSON", "half a header");
    damaged("[1]", 0, 0, "no JSON object", "an array as header");
    damaged("{\"t\":1}", 0, 0, "'t' has no dtype", "an entry that is no object");
    damaged(T("F32", "[2]", "[0,8]"), 0, 7, "ends at byte 8 of the data, the file has 7",
            "data cut short");
    damaged(T("F32", "[2]", "[0,8]"), 0, 9, "1 bytes follow", "data too long");
    damaged(T("I64", "[1]", "[0,8]"), 0, 8, "'t' has dtype I64; only F32", "another dtype");
    damaged(T("F4", "[4]", "[0,8]"), 0, 8, "'t' has dtype F4, which is not known",
            "a dtype that nobody knows");
    damaged(T("F16", "[2]", "[0,8]"), 0, 8, "8 bytes of data, its shape asks for 4",
            "a half with a float's bytes");
    damaged(T("F32", "[1,1,1,1,2]", "[0,8]"), 0, 8, "rank 5", "rank 5");
    damaged(T("F32", "[3]", "[0,8]"), 0, 8, "8 bytes of data, its shape asks for 12",
            "a shape larger than its data");
    damaged(T("F32", "[-2]", "[0,8]"), 0, 8, "dimension 0", "a negative dimension");
    damaged(T("F32", "[2147483647,2147483647,2147483647,4]", "[0,8]"), 0, 8, "more than",
            "a shape that overflows");
    damaged(T("F32", "[2.0]", "[0,8]"), 0, 8, "dimension 0", "a dimension with a point");
    damaged(T("F32", "2", "[0,8]"), 0, 8, "no shape", "a shape that is no list");
    damaged(T("F32", "[2]", "[8,0]"), 0, 8, "data_offsets", "offsets backwards");
    damaged(T("F32", "[2]", "[0]"), 0, 8, "data_offsets", "one offset");
    damaged(T("F32", "[2]", "[4,12]"), 0, 12, "after a hole; expected 0", "a hole before data");
    damaged("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
            0, 12, "'b' begins at byte 4 of the data, inside another tensor; expected 8",
            "an overlap");
    damaged("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
            0, 8, "duplicate object key", "one name twice");
    damaged("{\"\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 0, 4,
            "a name has 1 to 95 bytes", "an empty name");
    damaged("{\"__metadata__\":{\"k\":1}}", 0, 0, "metadata 'k' is no text",
            "metadata with a number");

    struct err e;
    struct weights *w;
    ok(weights_read(&w, scratch_path("nowhere"), &e) == -1 && e.code == ERR_NOT_FOUND,
       "no such file");
    ok(weights_read(&w, scratch, &e) == -1, "a folder is no file");
    FILE *f = fopen(scratch_path("tiny"), "wb");
    fputs("1234567", f);
    fclose(f);
    ok(weights_read(&w, scratch_path("tiny"), &e) == -1, "7 bytes are no file");
    has_text(e.text, "7 bytes", "found size named");
    unlink(scratch_path("tiny"));
}

/* Files that claim much, and take no space on disk: they must cost no memory either. */
static void test_large_claims(void)
{
    static const char head[] = "{\"t\":{\"dtype\":\"F32\",\"shape\":[1000,1000,1000],"
                               "\"data_offsets\":[0,4000000000]}}";
    struct err e;
    struct weights *w;
    struct weights_file *f;
    const struct weights *listed;
    const char *path = scratch_path("large");
    uint64_t length = 99000000;
    float part[2] = {1, 1};
    FILE *out = fopen(path, "wb");
    fwrite(&length, 8, 1, out);
    ok(!fflush(out) && !ftruncate(fileno(out), 99000008), "a header of 99 MB");
    fclose(out);
    ok(weights_read(&w, path, &e) == -1, "is refused");
    has_text(e.text, "should have 99000000 bytes, at most 4194304 can be", "before it is read");
    out = fopen(path, "wb");
    length = strlen(head);
    fwrite(&length, 8, 1, out);
    fwrite(head, 1, strlen(head), out);
    ok(!fflush(out) && !ftruncate(fileno(out), (off_t)length + 4000000008), "a tensor of 4 GB");
    fclose(out);
    ok(!weights_open(&f, &listed, path, &e) && listed->at[0].count == 1000000000, "is listed");
    ok(!weights_load_part(f, 0, 999999998, 2, part, &e) && part[0] == 0 && part[1] == 0,
       "and a piece of it read");
    weights_close(f);
    unlink(path);
}

/* A file cut at every byte of its header and data must be refused, each time without a crash. */
static void test_truncation(void)
{
    struct err e;
    struct weights *w = sample(&e), *back;
    char bytes[2000];
    const char *path = scratch_path("part");
    weights_write(w, scratch_path("whole"), &e);
    FILE *f = fopen(scratch_path("whole"), "rb");
    size_t n = fread(bytes, 1, sizeof bytes, f), refused = 0;
    fclose(f);
    for (size_t k = 0; k < n; k++) {
        f = fopen(path, "wb");
        fwrite(bytes, 1, k, f);
        fclose(f);
        refused += weights_read(&back, path, &e) == -1;
    }
    is_int((long long)refused, (long long)n, "a file cut anywhere is refused");
    unlink(path);
    unlink(scratch_path("whole"));
    weights_free(w);
}

static void test_memory(void)
{
    struct err e;
    long at = 0, failures = 0;
    struct weights *w = NULL, *back;
    const char *path = scratch_path("memory");
    for (int done = 0; !done && at < 100; weights_free(w)) {
        mem_test_fail_at(++at);
        w = sample(&e);
        back = NULL;
        done = w && !weights_write(w, path, &e) && !weights_read(&back, path, &e);
        mem_test_fail_at(0);
        failures += !done && e.code == ERR_MEMORY;
        weights_free(back);
    }
    ok(at > 8 && failures == at - 1, "every failing allocation is an error (%ld)", failures);
    is_int(scratch_entries(scratch), 2, "and leaves no file behind");
    unlink(path);
}

/* With room for a part only: the former file must stay as it was. */
static void test_file_size_limit(void)
{
    struct err e;
    struct weights *w = sample(&e), *large, *back;
    struct rlimit before, limit;
    const char *path = scratch_path("kept");
    weights_write(w, path, &e);
    weights_new(&large, 1, &e);
    weights_add(large, "large", 1, (int[]){100000}, &e);

    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = 1000;
    setrlimit(RLIMIT_FSIZE, &limit);
    int result = weights_write(large, path, &e);
    setrlimit(RLIMIT_FSIZE, &before);

    is_int(result, -1, "a write that the system cuts off fails");
    has_text(e.text, path, "and names the file");
    ok(!weights_read(&back, path, &e) && back->n == 3, "the former file is still there, whole");
    is_int(scratch_entries(scratch), 2, "no temporary file is left");
    weights_free(back);
    weights_free(large);
    weights_free(w);
    unlink(path);
}

/* In a mount namespace of its own, so that nothing outlives the child. 0 good, 77 not possible. */
static int full_disk_child(void)
{
    struct err e;
    struct weights *w = sample(&e), *large, *back;
    if (unshare(CLONE_NEWNS) || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) ||
        mount("none", scratch, "tmpfs", 0, "size=64k"))
        return 77;
    weights_new(&large, 1, &e);
    weights_add(large, "large", 1, (int[]){100000}, &e);
    int good = !weights_write(w, scratch_path("kept"), &e);
    good &= weights_write(large, scratch_path("kept"), &e) == -1 && e.code == ERR_FULL;
    good &= !weights_read(&back, scratch_path("kept"), &e) && back->n == 3;
    good &= scratch_entries(scratch) == 1;
    weights_free(back);
    weights_free(large);
    weights_free(w);
    return !good;
}

static void test_full_disk(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        _exit(full_disk_child());
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip("a full disk: no right to mount one");
    else
        ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
           "a full disk: ERR_FULL, the former file stays, nothing else is left");
}

static void test_first(void)
{
    struct err e;
    struct weights *w = sample(&e), *back;
    const char *path = scratch_path("first");
    ok(!weights_write_first(w, path, &e), "a file that is the first");
    w->n = 1;
    ok(weights_write_first(w, path, &e) == -1, "a second does not replace it");
    has_text(e.text, "File exists", "and it says why");
    ok(!weights_read(&back, path, &e) && back->n == 3, "what was there stays");
    is_int(scratch_entries(scratch), 2, "no temporary file is left");
    w->n = 3;
    weights_free(back);
    weights_free(w);
    unlink(path);
}

static void test_no_folder(void)
{
    struct err e;
    struct weights *w = sample(&e);
    ok(weights_write(w, scratch_path("no/such/file"), &e) == -1 && e.code == ERR_NOT_FOUND,
       "a folder that is not there");
    mkdir(scratch_path("taken"), 0777);
    ok(weights_write(w, scratch_path("taken"), &e) == -1, "a folder is not overwritten");
    has_text(e.text, "taken", "the path is named");
    rmdir(scratch_path("taken"));
    is_int(scratch_entries(scratch), 1, "no temporary file is left");
    weights_free(w);
}

int main(void)
{
    scratch_make();
    test_round_trip();
    test_limits();
    test_damage();
    test_large_claims();
    test_truncation();
    test_memory();
    test_file_size_limit();
    test_full_disk();
    test_first();
    test_no_folder();
    unlink(scratch_path("round.safetensors"));
    ok(rmdir(scratch) == 0, "nothing else was written");
    return tap_done();
}
