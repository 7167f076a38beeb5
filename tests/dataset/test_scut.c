/* test_scut.c - SCUT-FBP5500's layout, and everything that can be wrong with it. */
#include "engine/dataset/dataset_format.h"
#include "tests/kit/dataset_kit.h"

#include <stdio.h>
#include <unistd.h>

#define IMAGES 20

/* --- a small SCUT-FBP5500: AF1.jpg .. AF20.jpg --- */

#define LISTS "scut/SCUT-FBP5500_v2/train_test_files"
#define IMAGES_FOLDER "scut/SCUT-FBP5500_v2/Images/"
#define SPLIT LISTS "/split_of_60%training and 40%testing"

static void list(const char *path, bool (*wanted)(int i, int k), int k)
{
    char text[2048] = "";
    for (int i = IMAGES; i >= 1; i--)
        if (wanted(i, k))
            snprintf(text + strlen(text), sizeof text - strlen(text), "AF%d.jpg %.6g\n", i,
                     1 + i / 6.0);
    scratch_text(path, text);
}

static bool all(int i, int k)
{
    (void)i;
    (void)k;
    return true;
}

static bool in_train(int i, int k)
{
    (void)k;
    return i <= 12;
}

static bool in_test(int i, int k)
{
    (void)k;
    return i > 12;
}

static bool of_fold(int i, int k)
{
    return i % 5 == k - 1;
}

static bool not_of_fold(int i, int k)
{
    return i % 5 != k - 1;
}

static void make_scut(void)
{
    char name[256];
    for (int i = 1; i <= IMAGES; i++) {
        snprintf(name, sizeof name, "scut/SCUT-FBP5500_v2/Images/AF%d.jpg", i);
        scratch_text(name, "x");
    }
    list(LISTS "/All_labels.txt", all, 0);
    list(SPLIT "/train.txt", in_train, 0);
    list(SPLIT "/test.txt", in_test, 0);
    for (int k = 1; k <= 5; k++) {
        const char *folder = LISTS "/5_folders_cross_validations_files/cross_validation";
        snprintf(name, sizeof name, "%s_%d/train_%d.txt", folder, k, k);
        list(name, not_of_fold, k);
        snprintf(name, sizeof name, "%s_%d/test_%d.txt", folder, k, k);
        list(name, of_fold, k);
    }
}

static void test_scut(void)
{
    struct dataset *d;
    char hash[17], fold_hash[17];
    const char *root = scratch_path("scut/SCUT-FBP5500_v2");
    is_int(open_set(&d, root, PROTOCOL_AUTO, 1), 0, "SCUT-FBP5500 opens");
    is_text(d->format->kind, "SCUT-FBP5500", "its kind");
    is_text(d->name, "SCUT-FBP5500 60-40", "auto is the 60/40 split");
    is_text(d->set, "SCUT-FBP5500", "and the set has a name without it");
    ok(d->protocol == PROTOCOL_60_40 && !d->fold && !d->folds && !d->folds_drop_last,
       "which has no folds");
    ok(d->n == 20 && d->n_train == 12 && d->n_test == 8, "12 train, 8 test");
    is_text(d->items[1].name, "AF10.jpg", "names are sorted as bytes");
    is_int(d->items[1].fold, 1, "an image knows the fold that tests it");
    is_near(d->score_least, 1 + 1 / 6.0, 1e-5, "least score");
    is_near(d->score_most, 1 + 20 / 6.0, 1e-5, "largest score");
    check_common(d);
    dataset_hash(d, NULL, hash);
    dataset_free(d);

    is_int(open_set(&d, scratch_path("scut"), PROTOCOL_5_FOLD, 3), 0,
           "the folder above opens too, with folds");
    is_text(d->name, "SCUT-FBP5500 5-fold 3/5", "named by its fold");
    ok(d->fold == 3 && d->folds == 5 && d->folds_drop_last, "fold 3 of 5, last batch dropped");
    is_text(config_protocol_names[d->protocol], "5-fold", "the protocol's name");
    bool right = d->n_train == 16 && d->n_test == 4;
    for (size_t i = 0; i < d->n; i++)
        right = right && d->items[i].test == (d->items[i].fold == 3) &&
                d->items[i].train == !d->items[i].test;
    ok(right, "fold 3's test list tests, the others train");
    check_common(d);
    dataset_hash(d, NULL, fold_hash);
    ok(strlen(hash) == 16 && strcmp(hash, fold_hash), "another split, another hash");
    dataset_free(d);

    is_int(open_set(&d, root, PROTOCOL_5_FOLD, 6), -1, "fold 6 is refused");
    has_text(e.text, "1..5", "with what there is");
    is_int(open_set(&d, root, PROTOCOL_SPLIT, 1), -1, "protocol split is refused");
    has_text(e.text, "60-40 and 5-fold, not split", "with what there is");
}

/* Writes a list with the names that version 1 has, or with those of the landmarks. */
static void old_list(const char *path, int from, int to, const char *before, const char *end)
{
    char text[2048] = "";
    for (int i = from; i <= to; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d.%s %.6g\n", before, i, end,
                 1 + i / 6.0);
    scratch_text(path, text);
}

static void test_old_names(void)
{
    static const char *const before[] = {"fty", "FTY", "AF"};
    struct dataset *d;
    for (int i = 0; i < 3; i++) {
        const char *end = i ? "mat" : "jpg";
        old_list(LISTS "/All_labels.txt", 1, IMAGES, before[i], end);
        old_list(SPLIT "/train.txt", 1, 12, before[i], end);
        old_list(SPLIT "/test.txt", 13, IMAGES, before[i], end);
        if (ok(!open_set(&d, scratch_path("scut"), PROTOCOL_60_40, 1), "lists with %s1.%s",
               before[i], end)) {
            ok(d->n == IMAGES && !strcmp(d->items[0].name, "AF1.jpg") && d->n_train == 12 &&
                   d->items[0].fold == 2,
               "are of the images with new names, in their folds");
            has_text(d->note, "20 of 20 images have another name in the lists", "which is said");
            has_text(d->note, i ? ".mat is taken as AF1.jpg" : "fty1.jpg is taken as AF1.jpg",
                     "with the first of them");
        }
        dataset_free(d);
    }
    old_list(LISTS "/All_labels.txt", 1, IMAGES, "xty", "jpg");
    ok(open_set(&d, scratch_path("scut"), PROTOCOL_60_40, 1), "other names are refused");
    has_text(e.text, "is not in All_labels.txt", "as before");
    make_scut();
    if (ok(!open_set(&d, scratch_path("scut"), PROTOCOL_60_40, 1), "new names"))
        is_text(d->note, "", "need no word");
    dataset_free(d);
}

/* Replaces a file of the SCUT layout by `text`, and expects a message; then puts it back. */
static void broken_scut(const char *what, const char *path, const char *text, const char *part)
{
    struct dataset *d = NULL;
    if (text)
        scratch_text(path, text);
    else
        scratch_remove(scratch_path(path));
    enum config_protocol protocol = strstr(path, "5_folders") ? PROTOCOL_5_FOLD : PROTOCOL_60_40;
    int result = open_set(&d, scratch_path("scut"), protocol, 1);
    ok(result == -1 && !d && strstr(e.text, part), "refused: %s", what);
    diag("%s", result == -1 ? e.text : "it was opened");
    dataset_free(d);
    make_scut();
}

static void test_broken_scut(void)
{
#define FOLD_1 LISTS "/5_folders_cross_validations_files/cross_validation_1"
    broken_scut("no images", "scut/SCUT-FBP5500_v2/Images", NULL, "Images: the folder of images");
    broken_scut("one image missing", "scut/SCUT-FBP5500_v2/Images/AF7.jpg", NULL,
                "train.txt:6: image 'AF7.jpg'");
    broken_scut("no labels", LISTS "/All_labels.txt", NULL, "All_labels.txt");
    broken_scut("empty labels", LISTS "/All_labels.txt", "", "is empty");
    broken_scut("blank labels", LISTS "/All_labels.txt", "\n\n", "names no image");
    broken_scut("no test list", SPLIT "/test.txt", NULL, "test.txt");
    broken_scut("an empty list", SPLIT "/test.txt", "\n", "test.txt: names no image");
    broken_scut("a score that is none", SPLIT "/test.txt", "AF13.jpg high\n",
                "test.txt:1: score 'high'");
    broken_scut("an infinite score", SPLIT "/test.txt", "AF13.jpg inf\n", "score 'inf'");
    broken_scut("a line without score", SPLIT "/test.txt", "AF13.jpg\n",
                "test.txt:1: 'AF13.jpg' is not an image and its score");
    broken_scut("a line without image", SPLIT "/test.txt", "\n 2.5\n", "test.txt:2: '2.5' is not");
    broken_scut("another score", SPLIT "/test.txt", "AF13.jpg 2\n",
                "'AF13.jpg' has score 2, but 3.16667 in All_labels.txt:8");
    broken_scut("an image in both", SPLIT "/test.txt", "AF12.jpg 3\n",
                "'AF12.jpg' is also in the training list");
    broken_scut("an unknown image", SPLIT "/train.txt", "AF99.jpg 3\n",
                "train.txt:1: image 'AF99.jpg' is not in All_labels.txt");
    broken_scut("an image twice in a list", SPLIT "/train.txt", "AF6.jpg 2\nAF6.jpg 2\n",
                "train.txt:2: image 'AF6.jpg' is named a second time");
    broken_scut("an image twice in the labels", LISTS "/All_labels.txt",
                "AF6.jpg 2\nAF7.jpg 2\nAF6.jpg 2\n",
                "All_labels.txt:3: image 'AF6.jpg' is named a second time (first in line 1)");
    broken_scut("no fold list", FOLD_1 "/test_1.txt", NULL, "test_1.txt");
    broken_scut("a fold that trains on its test image", FOLD_1 "/train_1.txt",
                "AF5.jpg 1.83333\nAF1.jpg 1.16667\n", "'AF5.jpg' is also in the training list");
    broken_scut("two folds that test an image", FOLD_1 "/test_1.txt", "AF1.jpg 1.16667\n",
                "'AF1.jpg' is also in the training list");
    broken_scut("bytes that are no text", SPLIT "/train.txt", "\xff\xfe\x01", "train.txt:1");
    /* Two folds, seen from the split that has nothing to do with them. */
    scratch_text(FOLD_1 "/test_1.txt", "AF5.jpg 1.83333\nAF1.jpg 1.16667\n");
    broken_scut("a test image of two folds", "scut/unrelated.txt", "",
                "image 'AF1.jpg' is tested by fold 2, but already by fold 1");
}

/* One file under two names. */
static void test_twice(void)
{
    unlink(scratch_path(IMAGES_FOLDER "AF3.jpg"));
    link(scratch_path(IMAGES_FOLDER "AF2.jpg"), scratch_path(IMAGES_FOLDER "AF3.jpg"));
    struct dataset *d = NULL;
    is_int(open_set(&d, scratch_path("scut"), PROTOCOL_AUTO, 1), -1,
           "an image that is a link to another");
    has_text(e.text, "is the same file as", "is refused");
    dataset_free(d);
}

/* Rewrites a file with other line ends. */
static void end_lines_in_cr(const char *path)
{
    char text[4096];
    FILE *f = fopen(scratch_path(path), "r");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f)
        fclose(f);
    text[n] = '\0';
    for (char *end = text; (end = strchr(end, '\n')) != NULL;)
        *end = '\r';
    scratch_text(path, text);
}

static void test_line_ends(void)
{
    struct dataset *d;
    end_lines_in_cr(LISTS "/All_labels.txt");
    end_lines_in_cr(SPLIT "/train.txt");
    if (ok(!open_set(&d, scratch_path("scut"), PROTOCOL_60_40, 1), "lists whose lines end in CR"))
        is_int((long long)d->n_train, 12, "with all their lines");
    dataset_free(d);
    make_scut();
}

static void test_folds(void)
{
    struct dataset *d;
    if (ok(!open_set(&d, scratch_path("scut"), PROTOCOL_60_40, 2), "60-40 ignores the fold")) {
        ok(!dataset_check_fold(d, 1, &e), "the first fold is the default");
        ok(dataset_check_fold(d, 2, &e) && e.code == ERR_USAGE, "another one changes nothing");
        is_text(e.text,
                "option 'fold': 2, but SCUT-FBP5500 60-40 has no folds; those of --protocol 5-fold "
                "can be asked for",
                "and is refused with what there is");
    }
    dataset_free(d);
    if (ok(!open_set(&d, scratch_path("scut"), PROTOCOL_5_FOLD, 2), "a protocol with folds"))
        ok(!dataset_check_fold(d, 2, &e), "takes one");
    dataset_free(d);
}

int main(void)
{
    scratch_make();
    make_scut();
    test_scut();
    test_old_names();
    test_broken_scut();
    test_line_ends();
    test_folds();
    check_memory(scratch_path("scut"));
    test_twice();
    scratch_remove(scratch);
    return tap_done();
}
