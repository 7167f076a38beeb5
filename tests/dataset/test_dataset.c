/* test_dataset.c - CSV files, and everything that can be wrong with them. */
#include "engine/dataset/dataset_format.h"
#include "tests/kit/dataset_kit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
    broken_csv(
        "another split", "image,score,split\nfaces/a.jpg,1,holdout\n",
        ":2: split 'holdout' of image 'faces/a.jpg'; allowed are train, test and validation");
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
}

static void test_folds(void)
{
    struct dataset *d;
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
    test_csv();
    test_csv_by_name();
    test_broken_csv();
    test_line_ends();
    test_folds();
    test_long_name();
    test_formats();
    check_memory(scratch_path("csv"));
    test_twice();
    scratch_remove(scratch);
    return tap_done();
}
