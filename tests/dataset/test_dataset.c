/* test_dataset.c - SCUT-FBP5500's layout and CSV files, and everything that can be wrong with
 * them. */
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/dataset/dataset.h"
#include "engine/dataset/dataset_format.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define IMAGES 20

static struct err e;

static int open_set(struct dataset **d, const char *path, enum config_protocol protocol, int fold)
{
    const struct dataset_request request = {.path = path, .protocol = protocol, .fold = fold};
    return dataset_open(d, &request, &e);
}

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

static void check_common(const struct dataset *d)
{
    bool sorted = true, places = true;
    for (size_t i = 1; i < d->n; i++)
        sorted = sorted && strcmp(d->items[i - 1].name, d->items[i].name) < 0;
    for (size_t i = 0; i < d->n_train; i++)
        places = places && d->items[d->train[i]].train && (!i || d->train[i - 1] < d->train[i]);
    for (size_t i = 0; i < d->n_test; i++)
        places = places && d->items[d->test[i]].test && (!i || d->test[i - 1] < d->test[i]);
    ok(sorted && places, "%s: sorted by name, places ascending", d->name);
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

/* --- CSV --- */

static struct dataset *open_csv(const char *text, enum config_protocol protocol, int fold)
{
    struct dataset *d = NULL;
    open_set(&d, scratch_text("csv/set.csv", text), protocol, fold);
    return d;
}

static void test_csv(void)
{
    for (int i = 0; i < 10; i++) {
        char name[64];
        snprintf(name, sizeof name, "csv/faces/%c.jpg", 'a' + i);
        scratch_text(name, "x");
    }
    scratch_text("csv/a, \"b\".jpg", "x");
    struct dataset *d = open_csv("\xef\xbb\xbf"
                                 "Split, SCORE ,comment,\"Image\"\r\n"
                                 "train,1.5,\"two\r\nlines, \"\"quoted\"\"\",faces/a.jpg\r\n"
                                 "\r\n"
                                 "TEST, -2e1 ,,\"a, \"\"b\"\".jpg\"\r\n"
                                 "train,+3,x,faces/b.jpg",
                                 PROTOCOL_AUTO, 1);
    if (!ok(d != NULL, "quotes, CRLF, byte order mark, any case and order of columns"))
        diag("%s", e.text);
    else {
        is_text(d->format->kind, "CSV", "its kind");
        is_text(d->name, "set.csv split", "its name");
        is_text(d->root, scratch_path("csv"), "images lie beside it");
        is_text(d->items[0].name, "a, \"b\".jpg", "a quoted name");
        is_near(d->items[0].score, -20, 0, "a negative score with an exponent");
        ok(d->items[0].test && d->items[1].train && d->items[2].train && !d->folds, "its split");
        check_common(d);
    }
    dataset_free(d);

    const char *folds = "image,score,fold\nfaces/a.jpg,1,1\nfaces/b.jpg,2,2\nfaces/c.jpg,3,3\n"
                        "faces/d.jpg,4,2\n";
    d = open_csv(folds, PROTOCOL_AUTO, 2);
    ok(d && d->protocol == PROTOCOL_FOLD && d->fold == 2 && d->folds == 3 && d->n_test == 2 &&
           d->n_train == 2 && d->items[1].test && d->items[3].fold == 2,
       "a fold column");
    is_text(d ? d->name : "", "set.csv fold 2/3", "its name");
    dataset_free(d);
    d = open_csv(folds, PROTOCOL_FOLD, 4);
    ok(!d && strstr(e.text, "4 is not a fold of set.csv, which has 1..3"), "no fold 4");
    d = open_csv(folds, PROTOCOL_SPLIT, 1);
    ok(!d && strstr(e.text, "offers fold only, not split, which needs a column 'split'"),
       "no split: %s", e.text);
    d = open_csv(folds, PROTOCOL_60_40, 1);
    ok(!d && strstr(e.text, "not 60-40"), "no 60/40: %s", e.text);
    d = open_csv("image,score,fold\nfaces/a.jpg,1,1\nfaces/b.jpg,2,3\n", PROTOCOL_FOLD, 2);
    ok(!d && strstr(e.text, "none is for testing"), "a fold without images: %s", e.text);
    d = open_csv("image,score,split\nfaces/a.jpg,1,test\n", PROTOCOL_AUTO, 1);
    ok(!d && strstr(e.text, "none is for training"), "only test images: %s", e.text);
}

static void test_csv_by_name(void)
{
    const char *rows[] = {"faces/a.jpg,1\n", "faces/b.jpg,1\n", "faces/c.jpg,1\n",
                          "faces/d.jpg,1\n", "faces/e.jpg,1\n", "faces/f.jpg,1\n",
                          "faces/g.jpg,1\n", "faces/h.jpg,1\n", "faces/i.jpg,1\n",
                          "faces/j.jpg,1\n"};
    char forward[512] = "image,score\n", backward[512] = "image,score\n", one[17], two[17];
    for (int i = 0; i < 10; i++) {
        strcat(forward, rows[i]);
        strcat(backward, rows[9 - i]);
    }
    struct dataset *d = open_csv(forward, PROTOCOL_AUTO, 1);
    ok(d && d->protocol == PROTOCOL_SPLIT && d->n_test == 2 && d->n_train == 8,
       "neither split nor fold: a fifth is for testing");
    is_text(d ? d->name : "", "set.csv 80-20 by name", "and the name says so");
    dataset_hash(d, NULL, one);
    dataset_free(d);
    d = open_csv(backward, PROTOCOL_AUTO, 1);
    dataset_hash(d, NULL, two);
    is_text(one, two, "whatever the order of lines");
    dataset_free(d);
    d = open_csv(forward, PROTOCOL_SPLIT, 1);
    ok(!d && strstr(e.text, "auto only"), "asked for by name there is no split: %s", e.text);
    scratch_text("csv/labels.csv", forward);
    is_int(open_set(&d, scratch_path("csv"), PROTOCOL_AUTO, 1), 0, "a folder with labels.csv");
    is_text(d ? d->name : "", "csv 80-20 by name", "is named after the folder");
    dataset_free(d);
}

static void broken_csv(const char *what, const char *text, const char *part)
{
    struct dataset *d = open_csv(text, PROTOCOL_AUTO, 1);
    ok(!d && strstr(e.text, part) && strstr(e.text, "set.csv"), "refused: %s", what);
    diag("%s", d ? "it was opened" : e.text);
    dataset_free(d);
}

static void test_broken_csv(void)
{
#define ROW "faces/a.jpg,1\n"
    broken_csv("an empty file", "", "is empty");
    broken_csv("blank lines", "\n \n\n", "blank lines only");
    broken_csv("a header alone", "image,score\n", "names no image");
    broken_csv("no header, no image", "faces,1\n", "no column is named 'image'");
    broken_csv("semicolons, no image", "image;score\n", "names no image");
    broken_csv("a split that is none", "image;score;split\nfaces/a.jpg;1;dev\n", ":2: split 'dev'");
    broken_csv("no score column", "image,split\n", "no column is named 'score'");
    broken_csv("two score columns", "image,score,Score\n", "two columns are named 'score'");
    broken_csv("too few fields", "image,score\n" ROW "faces/b.jpg\n", ":3: 1 fields");
    broken_csv("too many fields", "image,score\nfaces/b.jpg,1,2\n", ":2: 3 fields");
    broken_csv("no name", "image,score\n,1\n", ":2: the column 'image' is empty");
    broken_csv("a word for a score", "image,score\nfaces/b.jpg,good\n", ":2: score 'good'");
    broken_csv("no score", "image,score\nfaces/b.jpg,\n", ":2: score ''");
    broken_csv("not a number", "image,score\nfaces/b.jpg,nan\n", ":2: score 'nan'");
    broken_csv("too large a score", "image,score\nfaces/b.jpg,1e999\n", ":2: score '1e999'");
    broken_csv("an image twice", "image,score\n" ROW ROW, ":3: image 'faces/a.jpg' is named a sec");
    broken_csv("an image that is not there", "image,score\nfaces/z.jpg,1\n",
               ":2: image 'faces/z.jpg' cannot be found");
    broken_csv("a folder for an image", "image,score\nfaces,1\n", ":2: image 'faces' is no file");
    broken_csv("another split", "image,score,split\nfaces/a.jpg,1,validation\n",
               ":2: split 'validation' of image 'faces/a.jpg'; allowed are train and test");
    broken_csv("fold 0", "image,score,fold\nfaces/a.jpg,1,0\n", ":2: fold '0'");
    broken_csv("half a fold", "image,score,fold\nfaces/a.jpg,1,1.5\n", "allowed are 1..100");
    broken_csv("an open quote", "image,score\n\"faces/a.jpg,1\n\n", ":2: a quote is opened");
    broken_csv("text behind a quote", "image,score\n\"faces/a.jpg\"x,1\n", "'x' follows a closing");
    broken_csv("a quote within", "image,score\nfaces/\"a.jpg,1\n", "a quote inside a field");
    broken_csv("one image", "image,score\n" ROW, "none is for training");
    struct dataset *d = NULL;
    scratch_write("csv/set.csv", "image\0,score", 12);
    is_int(open_set(&d, scratch_path("csv/set.csv"), PROTOCOL_AUTO, 1), -1, "NUL bytes");
    has_text(e.text, "NUL", "are called that");
    is_int(open_set(&d, scratch_path("nowhere"), PROTOCOL_AUTO, 1), -1, "no such path");
    ok(e.code == ERR_NOT_FOUND && strstr(e.text, "nowhere"), "is not found: %s", e.text);
    mkdir(scratch_path("bare"), 0777);
    is_int(open_set(&d, scratch_path("bare"), PROTOCOL_AUTO, 1), -1, "an empty folder");
    has_text(e.text, "bare: the folder is empty", "is called that");
    is_int(open_set(&d, scratch_path("csv/faces"), PROTOCOL_AUTO, 1), -1,
           "a folder of something else");
    has_text(e.text, "neither train_test_files", "is told what was looked for");
}

/* What dataset.c and classes.c take for granted of a format. */
static void test_formats(void)
{
#define FORMAT(name) &dataset_##name,
    static const struct dataset_format *const formats[] = {DATASET_FORMATS(FORMAT)};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        const struct dataset_format *f = formats[i];
        const struct dataset_protocol *p = f->protocols;
        bool whole = f->kind && f->holds && f->find && f->read && p->protocol && f->id &&
                     config_data_names[f->id];
        for (; p->protocol; p++)
            whole = whole && dataset_protocol(f, p->protocol) == p && (!p->released || f->classes);
        ok(whole && f->classes <= LOSS_MAX_CLASSES && !f->rounding == !f->classes &&
               !f->released_rounding == !f->classes,
           "%s is described: its protocols once each, weights and roundings if it has classes",
           f->kind);
    }
}

/* One file under two names, in whichever lines. */
static void test_twice(void)
{
    char text[200];
    const char *names[] = {"./faces/a.jpg", "faces//a.jpg", "link.jpg", "hard.jpg"};
    symlink("faces/a.jpg", scratch_path("csv/link.jpg"));
    link(scratch_path("csv/faces/a.jpg"), scratch_path("csv/hard.jpg"));
    for (int i = 0; i < 4; i++) {
        snprintf(text, sizeof text,
                 "image,score,split\nfaces/a.jpg,1,train\nfaces/b.jpg,1,train\n%s,1,test\n",
                 names[i]);
        struct dataset *d = open_csv(text, PROTOCOL_AUTO, 1);
        ok(!d && strstr(e.text, "set.csv:4: image ") && strstr(e.text, names[i]) &&
               strstr(e.text, "is the same file as 'faces/a.jpg' in line 2"),
           "refused: %s", d ? names[i] : e.text);
        dataset_free(d);
    }
    unlink(scratch_path(IMAGES_FOLDER "AF3.jpg"));
    link(scratch_path(IMAGES_FOLDER "AF2.jpg"), scratch_path(IMAGES_FOLDER "AF3.jpg"));
    struct dataset *d = NULL;
    is_int(open_set(&d, scratch_path("scut"), PROTOCOL_AUTO, 1), -1, "in SCUT-FBP5500 too");
    has_text(e.text, "is the same file as", "with the same words");
    dataset_free(d);
}

/* Each allocation of opening may fail. */
static void test_memory(const char *path)
{
    long n = 1;
    bool clean = true;
    for (;; n++) {
        struct dataset *d = NULL;
        mem_test_fail_at(n);
        int result = open_set(&d, path, PROTOCOL_AUTO, 1);
        mem_test_fail_at(0);
        dataset_free(d);
        if (!result)
            break;
        clean = clean && !d && e.code == ERR_MEMORY;
    }
    ok(clean && n > 10, "each of %ld allocations may fail", n - 1);
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
    scratch_text("mac/a.jpg", "x");
    scratch_text("mac/b.jpg", "x");
    scratch_text("mac/labels.csv", "image,score,split\ra.jpg,1,train\r\rb.jpg,2,test\r");
    if (ok(!open_set(&d, scratch_path("mac"), PROTOCOL_AUTO, 1), "lines may end in CR alone"))
        ok(d->n_train == 1 && d->n_test == 1 && d->items[1].score == 2, "and are read");
    dataset_free(d);
    scratch_text("mac/labels.csv", "image,score\ra.jpg,high\r");
    ok(open_set(&d, scratch_path("mac"), PROTOCOL_AUTO, 1), "a fault is one");
    has_text(e.text, "labels.csv:2: score 'high'", "with its line");
    end_lines_in_cr(LISTS "/All_labels.txt");
    end_lines_in_cr(SPLIT "/train.txt");
    if (ok(!open_set(&d, scratch_path("scut"), PROTOCOL_60_40, 1), "lists, too"))
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
    scratch_text("mac/labels.csv", "image,score,split\na.jpg,1,train\nb.jpg,2,test\n");
    if (ok(!open_set(&d, scratch_path("mac"), PROTOCOL_AUTO, 3), "a set without folds")) {
        ok(dataset_check_fold(d, 3, &e), "has none to take");
        has_text(e.text, "mac split has no folds; those of --protocol fold need a column 'fold'",
                 "and says what they need");
    }
    dataset_free(d);
}

/* A folder's name may be as long as a file system allows, and is kept whole. */
static void test_long_name(void)
{
    char name[256], path[300];
    struct dataset *d;
    memset(name, 'n', 255);
    name[255] = '\0';
    for (int i = 0; i < 3; i++) {
        static const char *const files[] = {"a.jpg", "b.jpg", "labels.csv"};
        snprintf(path, sizeof path, "%s/%s", name, files[i]);
        scratch_text(path, i < 2 ? "x" : "image,score,split\na.jpg,1,train\nb.jpg,2,test\n");
    }
    if (ok(!open_set(&d, scratch_path(name), PROTOCOL_AUTO, 1), "a folder of 255 bytes"))
        is_text(d->set, name, "keeps its name");
    dataset_free(d);
}

int main(void)
{
    scratch_make();
    make_scut();
    test_scut();
    test_old_names();
    test_broken_scut();
    test_csv();
    test_csv_by_name();
    test_broken_csv();
    test_line_ends();
    test_folds();
    test_long_name();
    test_formats();
    test_memory(scratch_path("scut"));
    test_memory(scratch_path("csv"));
    test_twice();
    scratch_remove(scratch);
    return tap_done();
}
