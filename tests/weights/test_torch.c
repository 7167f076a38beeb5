/* test_torch.c - files of torch.save: each of tests/golden/pth_*.txt gives what torch.load gave, or
 * is refused with the words below; and what becomes of files that are cut or damaged. */
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/weights/init.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BYTES_MOST 16384
#define VALUES_MOST 32

static const char *path;
static unsigned char bytes[BYTES_MOST]; /* of the file of the last line */
static size_t n_bytes;

/* --- the golden files --- */

static void decode(const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned bits = 0, have = 0;
    n_bytes = 0;
    for (const char *at; *text && (at = strchr(digits, *text)) && n_bytes < BYTES_MOST; text++) {
        bits = bits << 6 | (unsigned)(at - digits);
        have += 6;
        if (have >= 8)
            bytes[n_bytes++] = (unsigned char)(bits >> (have -= 8));
    }
}

static void write_file(size_t count)
{
    scratch_write("file.pth", bytes, count);
}

static int open_bytes(struct source *s, size_t count, struct err *e)
{
    err_clear(e);
    write_file(count);
    return source_open(s, path, e);
}

static FILE *open_golden(const char *name)
{
    const char *top = getenv("TOP_SRCDIR");
    char golden[600];
    snprintf(golden, sizeof golden, "%s/tests/golden/%s", top ? top : ".", name);
    return fopen(golden, "r");
}

/* The line of that file, decoded; false where there is none. */
static bool find_file(const char *wanted)
{
    static char line[2 * BYTES_MOST];
    char name[64];
    int at = 0;
    bool found = false;
    FILE *f = open_golden("pth_torch.txt");
    while (f && !found && fgets(line, sizeof line, f)) {
        if (sscanf(line, "file %63s %*s %n", name, &at) < 1 || strcmp(name, wanted) != 0)
            continue;
        decode(line + at);
        found = true;
    }
    if (f)
        fclose(f);
    return found;
}

/* --- good ones --- */

struct reading {
    struct source source;
    char name[64];
    size_t seen;
    bool open, right;
};

static void differ(struct reading *r, const char *what, const char *key)
{
    if (r->right)
        diag("%s: %s of '%s'", r->name, what, key);
    r->right = false;
}

/* "KEY DTYPE DIMS... = VALUES..." */
static void check_tensor(struct reading *r, char *line)
{
    char key[100], dtype[16];
    int at = 0, rank = 0;
    float got[VALUES_MOST];
    struct err e;
    if (sscanf(line, "%99s %15s %n", key, dtype, &at) < 2)
        return;
    const struct weights_tensor *t = r->open ? weights_find(r->source.listed, key) : NULL;
    if (!t) {
        differ(r, "there is none", key);
        return;
    }
    r->seen++;
    char *next = line + at;
    for (long size; *next != '='; rank++) {
        size = strtol(next, &next, 10);
        next += strspn(next, " ");
        if (rank >= t->rank || t->dims[rank] != size)
            differ(r, "the shape", key);
    }
    if (rank != t->rank || strcmp(dtype, t->dtype->name) != 0)
        differ(r, "rank or dtype", key);
    if (!t->dtype->read || t->count > VALUES_MOST)
        return;
    size_t i = (size_t)(t - r->source.listed->at);
    if (source_load_part(&r->source, i, 0, t->count, got, &e))
        differ(r, e.text, key);
    for (size_t k = 0; k < t->count; k++) {
        float wanted = strtof(next + (k ? 0 : 1), &next);
        if (got[k] != wanted)
            differ(r, "a value", key);
    }
    if (t->count > 2 &&
        (source_load_part(&r->source, i, 1, t->count - 2, got + 4, &e) || got[4] != got[1]))
        differ(r, "a part", key);
}

static void end_reading(struct reading *r)
{
    if (!r->name[0])
        return;
    if (r->open && strcmp(r->name, "not-finite") != 0 && r->seen != r->source.listed->n)
        differ(r, "tensors too many", r->name);
    ok(r->open && r->right, "%s is read as torch.load reads it (%zu tensors)", r->name, r->seen);
    if (r->open)
        source_close(&r->source);
    memset(r, 0, sizeof *r);
}

/* "NAME PART BASE64" */
static void begin_reading(struct reading *r, const char *line)
{
    char part[64];
    int at = 0;
    struct err e;
    end_reading(r);
    sscanf(line, "%63s %63s %n", r->name, part, &at);
    decode(line + at);
    r->open = !open_bytes(&r->source, n_bytes, &e);
    r->right = true;
    if (!r->open)
        diag("%s", e.text);
    else if (strcmp(part, "-") ? strcmp(part, r->source.part) != 0 : r->source.part[0] != '\0')
        differ(r, "the part that was taken", r->source.part);
}

/* --- bad ones --- */

static const struct {
    const char *name, *words;
} refusals[] = {
    {"zip-cut", "the list of its members, which is at its end, is missing or damaged"},
    {"zip-cut-early", "it is cut short, or was not downloaded whole"},
    {"pickle-cut", "data.pkl: at byte "},
    {"storage-cut",
     "tensor 'a': is cut short: its storage '0' should have 6 elements of 4 bytes, the "
     "file has 8 bytes"},
    {"storage-missing", "has its values in 'archive/data/0', which the archive has not"},
    {"legacy-cut", "it is cut short or damaged: storage '"},
    {"legacy-cut-early", "it is cut short"},
    {"system", "it names posix.system, which weights never do"},
    {"system-legacy", "it names posix.system, which weights never do"},
    {"system-pickle", "it names posix.system, which weights never do"},
    {"eval", "it names __builtin__.eval, which weights never do"},
    {"dumped", "it is a pickle, but none that torch.save wrote"},
    {"objects", "it describes more than weights need: over 128 MB of objects"},
    {"remembered", "it remembers more than 1048576 objects"},
    {"forgotten", "it remembers nothing as number 5"},
    {"itself", "is nested more than 24 deep"},
    {"underflow", "it takes an object where there is none"},
    {"long-text", "it is cut short"},
    {"protocol-9", "it is of protocol 9; known are 1 to 5"},
    {"extension", "it has operation 0x82, which no weights need"},
    {"half-pair", "it adds to an object where there is none"},
    {"nothing", "there is no tensor in it; its keys are epoch"},
    {"encrypted", "member 'archive/data.pkl' is encrypted: save the weights without a password"},
    {"other-name", "its list of members does not say what the members themselves say"},
    {"member-twice", "it has a member twice, so that programs may differ"},
    {"two-pickles", "it has more than one data.pkl"},
    {"bzip2", "member 'archive/data.pkl' is packed by method 12; only stored and deflated ones"},
    {"no-torch", "it is a zip archive, but none of torch.save's: there is no data.pkl in it"},
    {"arrays", "it holds arrays of NumPy's (numpy.savez); save them as tensors in Python"},
    {"order", "its byteorder is neither little nor big"},
    {"script", "torch.save(torch.jit.load('FILE').state_dict(), 'FILE.pth')"},
    {"key-twice", "tensor 'a' is in it twice"},
    {"named-twice", "tensor 'm.w' is in it twice"},
    {"quantised", "tensor 'q': is quantised; save it as TENSOR.dequantize()"},
    {"sparse", "tensor 's': is sparse; save it as TENSOR.to_dense()"},
    {"array", "tensor 'm.n': is an array of NumPy's; save it as torch.from_numpy(ARRAY)"},
    {"rank-5", "tensor 'r': has rank 5; up to 4 is allowed"},
    {"beyond", "tensor 'b': reaches beyond its storage, of which 6 elements are behind its first"},
    {"behind", "tensor 'b': reaches beyond its storage, of which 0 elements"},
    {"negative", "tensor 'b': has a dimension 0 that is no number"},
    {"overflow", "tensor 'b': reaches beyond its storage"},
    {"expanded", "tensor 'b': is expanded: its 2147483648 elements are only 1 in the file"},
    {"many", "tensor 'b': reaches beyond its storage"},
    {"shapeless", "tensor 'b': has no shape"},
    {"long-name", "a name has 1 to 95 bytes"},
    {"device", "it has a storage of type torch.OtherStorage, which is not known here"},
    {"tar", "it is a tar archive, as PyTorch wrote before its version 0.2"},
    {"new-meta", "where tensors have no values"},
};
#define N_REFUSALS (sizeof refusals / sizeof *refusals)

/* "NAME BASE64" */
static size_t check_refusal(const char *line)
{
    char name[64];
    int at = 0;
    struct source s;
    struct err e;
    size_t i = 0;
    sscanf(line, "%63s %n", name, &at);
    decode(line + at);
    while (i < N_REFUSALS && strcmp(refusals[i].name, name) != 0)
        i++;
    int result = open_bytes(&s, n_bytes, &e);
    if (!ok(i < N_REFUSALS && result == -1 && e.code == ERR_FORMAT &&
                strstr(e.text, refusals[i].words) && !strncmp(e.text, path, strlen(path)),
            "%s is refused, by file and with a reason", name))
        diag("%s", result ? e.text : "it is not");
    source_close(&s);
    return i < N_REFUSALS;
}

static size_t test_golden(const char *name)
{
    static char line[2 * BYTES_MOST];
    struct reading r = {.seen = 0};
    size_t refused = 0;
    FILE *f = open_golden(name);
    if (!ok(f != NULL, "%s", name))
        return 0;
    while (fgets(line, sizeof line, f)) {
        if (!strncmp(line, "file ", 5))
            begin_reading(&r, line + 5);
        else if (!strncmp(line, "tensor ", 7))
            check_tensor(&r, line + 7);
        else if (!strncmp(line, "bad ", 4)) {
            end_reading(&r);
            refused += check_refusal(line + 4);
        }
    }
    end_reading(&r);
    fclose(f);
    return refused;
}

/* --- values --- */

static void test_values(void)
{
    struct source s;
    struct err e;
    float got[2];
    if (!ok(find_file("not-finite") && !open_bytes(&s, n_bytes, &e), "weights not finite"))
        return;
    ok(source_load(&s, 0, got, &e) == -1 && e.code == ERR_FORMAT, "are refused when loaded");
    is_text(e.text, "tensor 'nan' has a value that is NaN, at element 1", "with their place");
    ok(source_load(&s, 1, got, &e) == -1, "an infinity too");
    source_close(&s);
    find_file("zip");
    open_bytes(&s, n_bytes, &e);
    ok(source_load(&s, 2, got, &e) == -1, "whole numbers are no weights");
    is_text(e.text + strlen(path),
            ": tensor 'n' has dtype I64; only F32, F16, BF16 and F64 are read as weights",
            "and it says so");
    source_close(&s);
}

/* --- files that are cut or damaged --- */

/* Everything in it, as far as it goes. */
static void read_all(struct source *s)
{
    struct err e;
    float got[VALUES_MOST];
    for (size_t i = 0; i < s->listed->n; i++)
        if (s->listed->at[i].count <= VALUES_MOST)
            source_load(s, i, got, &e);
    source_close(s);
}

static void test_cut(const char *name)
{
    struct source s;
    struct err e;
    size_t refused = 0;
    if (!ok(find_file(name), "%s", name))
        return;
    for (size_t n = 0; n < n_bytes; n++) {
        int result = open_bytes(&s, n, &e);
        refused += result == -1;
        if (!result)
            read_all(&s);
    }
    is_int((long long)refused, (long long)n_bytes, "cut anywhere it is refused");
}

/* Damage is refused or read as something else; nothing is read that is not there. */
static void test_damage(const char *name)
{
    struct source s;
    struct err e;
    size_t refused = 0;
    if (!ok(find_file(name), "%s", name))
        return;
    for (size_t i = 0; i < n_bytes; i++) {
        unsigned char mask = i % 2 ? 0x01 : 0xff;
        bytes[i] ^= mask;
        int result = open_bytes(&s, n_bytes, &e);
        refused += result == -1;
        if (!result)
            read_all(&s);
        bytes[i] ^= mask;
    }
    ok(refused > n_bytes / 8, "damaged anywhere it does no harm (%zu of %zu refused)", refused,
       n_bytes);
}

static void test_memory(const char *name)
{
    struct source s;
    struct err e;
    long at = 0, failures = 0;
    float got[VALUES_MOST];
    if (!ok(find_file(name), "%s", name))
        return;
    write_file(n_bytes);
    for (int done = 0; !done && at < 200;) {
        mem_test_fail_at(++at);
        err_clear(&e);
        memset(&s, 0, sizeof s);
        done = !source_open(&s, path, &e);
        for (size_t i = 0; done && i < s.listed->n; i++)
            done = !s.listed->at[i].dtype->read || !source_load(&s, i, got, &e);
        mem_test_fail_at(0);
        failures += !done && e.code == ERR_MEMORY;
        source_close(&s);
    }
    ok(at > 8 && failures == at - 1, "every failing allocation is an error (%ld)", failures);
}

/* --- images that weights were trained with --- */

/* The first convolution of 64 filters on one image of 3 pixels a side, its corner at padding: the
 * middle pixel of the output sums 9 taps, the corner 4 of them, the rest being padding. */
static double convolve(const float *filter, double pixel[3][9], bool corner)
{
    double sum = 0;
    for (int c = 0; c < 3; c++)
        for (int i = 0; i < 9; i++) {
            int y = i / 3 - (corner ? 1 : 0), x = i % 3 - (corner ? 1 : 0);
            if (y >= 0 && x >= 0 && y < 3 && x < 3)
                sum += filter[c * 9 + i] * pixel[c][y * 3 + x];
        }
    return sum;
}

static void test_turn(void)
{
    static const double mean[] = {0.485, 0.456, 0.406}, deviation[] = {0.229, 0.224, 0.225};
    struct net_param first = {.role = NET_CONV, .rank = 4, .dims = {2, 3, 3, 3}, .count = 54};
    float values[54], turned[54];
    double here[3][9], there[3][9], most = 0;
    for (int i = 0; i < 54; i++)
        values[i] = (float)((i * 37 % 23) - 11) / 16;
    memcpy(turned, values, sizeof values);
    init_turn(INIT_ORDER_RGB, INIT_SCALE_1, &first, turned);
    ok(!memcmp(turned, values, sizeof values), "what is said of images by default changes nothing");
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < 9; i++) {
            double byte = (k * 91 + i * 53) % 256;
            here[k][i] = (byte / 255 - mean[k]) / deviation[k];
            there[2 - k][i] = byte - 255 * mean[k];
        }
    init_turn(INIT_ORDER_BGR, INIT_SCALE_255, &first, turned);
    for (int f = 0; f < 2; f++)
        for (int corner = 0; corner < 2; corner++)
            most = fmax(most, fabs(convolve(turned + 27 * f, here, corner) -
                                   convolve(values + 27 * f, there, corner)));
    ok(most < 1e-3, "BGR of 0 to 255 gives what it gave, at padding too (%.2g of some 500)", most);
    struct net_param second = first;
    second.unit = 1;
    memcpy(turned, values, sizeof values);
    init_turn(INIT_ORDER_BGR, INIT_SCALE_255, &second, turned);
    ok(!memcmp(turned, values, sizeof values), "other convolutions stay");
}

int main(void)
{
    scratch_make();
    path = scratch_path("file.pth");
    size_t refused = test_golden("pth_torch.txt");
    refused += test_golden("pth_new.txt");
    is_int((long long)refused, N_REFUSALS, "every refusal has been seen");
    test_values();
    test_cut("zip");
    test_cut("legacy-protocol-2");
    test_damage("zip");
    test_damage("deflated");
    test_damage("legacy-protocol-4");
    test_memory("views-legacy");
    test_memory("lightning");
    test_turn();
    unlink(path);
    ok(rmdir(scratch) == 0, "nothing else was written");
    return tap_done();
}
