/* test_sets.c - SCUT-FBP with its workbook, HotOrNot and UTKFace as they are distributed, and
 * workbooks that mean harm. */
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/dataset/classes.h"
#include "engine/dataset/dataset.h"
#include "engine/dataset/dataset_format.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zip.h>

static struct err e;

static struct dataset *open_set(const char *path, int fold)
{
    struct dataset *d = NULL;
    const struct dataset_request request = {.path = path, .fold = fold};
    return dataset_open(&d, &request, &e) ? NULL : d;
}

static void refused(const char *what, const char *path, const char *part)
{
    struct dataset *d = open_set(path, 1);
    ok(!d && strstr(e.text, part), "refused: %s", what);
    diag("%s", d ? "it was opened" : e.text);
    dataset_free(d);
}

/* --- workbooks --- */

static void add_part(zip_t *zip, const char *name, const char *text, size_t bytes)
{
    zip_source_t *source = zip_source_buffer(zip, text, bytes, 0);
    if (!source || zip_file_add(zip, name, source, 0) < 0)
        abort();
}

/* Writes a workbook of a sheet and, unless NULL, texts; gives its path. */
static const char *write_book(const char *name, const char *sheet, const char *texts)
{
    int code;
    const char *path = scratch_text(name, "");
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (!zip)
        abort();
    if (sheet)
        add_part(zip, "xl/worksheets/sheet1.xml", sheet, strlen(sheet));
    if (texts)
        add_part(zip, "xl/sharedStrings.xml", texts, strlen(texts));
    if (zip_close(zip))
        abort();
    return path;
}

#define ROWS(rows) "<worksheet><sheetData>" rows "</sheetData></worksheet>"
#define INLINE(at, text) "<c r='" at "' t='inlineStr'><is><t>" text "</t></is></c>"
#define NUMBER(at, text) "<c r='" at "'><v>" text "</v></c>"
#define HEADER "<row r='1'>" INLINE("A1", "#Image") INLINE("B1", "Attractiveness label ") "</row>"
#define ROW(n, image, score) "<row r='" n "'>" NUMBER("A" n, image) NUMBER("B" n, score) "</row>"

static void make_images(int n)
{
    for (int i = 1; i <= n; i++) {
        char name[64];
        snprintf(name, sizeof name, "fbp/Data_Collection/SCUT-FBP-%d.jpg", i);
        scratch_text(name, "x");
    }
}

#define BOOK "fbp/Rating_Collection/Attractiveness label.xlsx"

static void check_folds(const char *path)
{
    int tested[10] = {0}, wrong = 0;
    for (int k = 1; k <= 5; k++) {
        struct dataset *d = open_set(path, k);
        wrong += !d || d->n_test != 2 || d->n_train != 8 || d->folds != 5;
        for (size_t i = 0; d && i < d->n; i++)
            tested[i] += d->items[i].test && d->items[i].fold == k;
        dataset_free(d);
    }
    for (int i = 0; i < 10; i++)
        wrong += tested[i] != 1;
    is_int(wrong, 0, "five folds that test each image once");
    struct dataset *d = open_set(path, 6);
    ok(!d && strstr(e.text, "6 is not a fold of SCUT-FBP, which has 1..5"), "and no sixth");
    dataset_free(d);
}

static void test_openpyxl(void)
{
    char golden[600];
    make_images(10);
    snprintf(golden, sizeof golden, "%s/tests/golden/scut_fbp.xlsx", getenv("TOP_SRCDIR"));
    FILE *f = fopen(golden, "rb");
    static char bytes[1 << 16];
    size_t n = f ? fread(bytes, 1, sizeof bytes, f) : 0;
    if (f)
        fclose(f);
    scratch_write(BOOK, bytes, n);
    struct dataset *d = open_set(scratch_path("fbp"), 1);
    if (!ok(d != NULL, "a workbook of openpyxl, in Rating_Collection: %s", d ? "" : e.text))
        return;
    is_text(d->format->kind, "SCUT-FBP", "its kind");
    is_text(d->name, "SCUT-FBP 5-fold 1/5", "its name");
    is_text(d->items[9].name, "SCUT-FBP-9.jpg", "images by their numbers");
    ok(d->items[9].score == 1.9 && d->items[9].deviation == 0.25, "scores and deviations");
    has_text(d->note, "no official split", "how it is divided is said");
    dataset_free(d);
    check_folds(scratch_path("fbp"));
}

static void test_books(void)
{
    const char *path =
        write_book(BOOK, ROWS(HEADER ROW("2", "1", "3.5") ROW("3", "2", "2") "<row r='9'/>"), NULL);
    struct dataset *d = open_set(path, 1);
    ok(d && d->n == 2 && d->items[0].score == 3.5 && isnan(d->items[0].deviation),
       "#Image, texts of their own, no deviations: %s", d ? "" : e.text);
    dataset_free(d);
    write_book(BOOK,
               ROWS("<row><c t='s'><v>1</v></c><c t='s'><v>0</v></c></row>"
                    "<row><c><v>1</v></c><c><v>4</v></c></row><row><c t='s'><v>2</v></c><c><v>1</v>"
                    "</c></row>"),
               "<x:sst xmlns:x='y'><x:si><x:r><x:t>Attractive</x:t></x:r><x:r><x:t>ness "
               "label</x:t></x:r><x:rPh><x:t>no</x:t></x:rPh></x:si><x:si><x:t>Image</x:t></x:si>"
               "<x:si><x:t>SCUT-FBP-2.jpg</x:t></x:si></x:sst>");
    d = open_set(path, 1);
    ok(d && d->n == 2 && d->items[0].score == 4 && d->items[1].score == 1,
       "a list of texts, in pieces, in another namespace: %s", d ? "" : e.text);
    dataset_free(d);
    write_book(BOOK, ROWS("<row>" INLINE("A1", "Name") INLINE("B1", "Score") "</row>"), NULL);
    refused("other columns", path, "no column is named 'Image'; there are 'Name', 'Score'");
    write_book(BOOK, ROWS(HEADER ROW("2", "1", "high")), NULL);
    refused("a score that is none", path, "Attractiveness label.xlsx:2: score 'high'");
    write_book(BOOK, ROWS(HEADER ROW("2", "face", "1")), NULL);
    refused("an image that is none", path, ":2: 'face' names no image");
    write_book(BOOK, ROWS(HEADER ROW("2", "1", "1") ROW("3", "77", "1")), NULL);
    refused("an image that is not there", path, ":3: image 'SCUT-FBP-77.jpg' cannot be found");
    write_book(BOOK, ROWS(HEADER ROW("2", "1", "1") ROW("3", "1", "2")), NULL);
    refused("an image twice", path, ":3: image 'SCUT-FBP-1.jpg' is named a second time");
    write_book(BOOK, ROWS("<row><c t='s'><v>5</v></c></row>"), NULL);
    refused("a text that is not there", path, "a cell has text 5 of the workbook, which has 0");
    write_book(BOOK, "<worksheet><row>", NULL);
    refused("XML that ends early", path, "xl/worksheets/sheet1.xml is no XML");
    write_book(BOOK, NULL, "<sst/>");
    refused("no sheet", path, "it holds no xl/worksheets/sheet1.xml");
    write_book(BOOK, ROWS(""), NULL);
    refused("an empty sheet", path, "names no image");
    scratch_text(BOOK, "PK\3\4 and no more");
    refused("an archive cut short", path, "is no Excel workbook (.xlsx)");
    scratch_text(BOOK, "");
    refused("a file of 0 bytes", path, "is no Excel workbook");
}

static long most_kib(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return use.ru_maxrss;
}

/* 300 MiB of blanks in some hundred kilobytes, as the sheet or the texts. */
static void write_bomb(const char *path, bool texts)
{
    size_t bytes = (size_t)300 << 20;
    char *blanks = malloc(bytes);
    int code;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (!blanks || !zip)
        abort();
    memset(blanks, ' ', bytes);
    memcpy(blanks, "<a>", 3);
    add_part(zip, texts ? "xl/sharedStrings.xml" : "xl/worksheets/sheet1.xml", blanks, bytes);
    if (texts)
        add_part(zip, "xl/worksheets/sheet1.xml", ROWS(HEADER), strlen(ROWS(HEADER)));
    if (zip_close(zip))
        abort();
    free(blanks);
}

static void test_bombs(void)
{
    const char *path = scratch_text(BOOK, "");
    for (int texts = 0; texts < 2; texts++) {
        int status = 1;
        pid_t writer = fork(); /* whose memory is not this one's */
        if (!writer) {
            write_bomb(path, texts);
            _exit(0);
        }
        waitpid(writer, &status, 0);
        is_int(status, 0, "a bomb is written");
        long before = most_kib();
        refused("a part that unpacks to 300 MiB", path, "unpacks to more than 64 MiB");
        ok(before < 200000 && most_kib() - before < 32768,
           "in bounded memory: %ld KiB, and %ld more", before, most_kib() - before);
    }
    write_book(BOOK,
               "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" ROWS(
                   HEADER "<row r='2'>" INLINE("A2", "&x;") NUMBER("B2", "1") "</row>"),
               NULL);
    refused("an external entity", path, "declares a document type (a)");
    write_book(BOOK, ROWS(HEADER),
               "<!DOCTYPE s [<!ENTITY a 'aaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><sst>&b;</sst>");
    refused("entities within entities", path, "declares a document type (s)");
    static char long_cell[40000];
    memset(long_cell, 'x', sizeof long_cell - 1);
    static char sheet[50000];
    snprintf(sheet, sizeof sheet, "<a><row><c t='inlineStr'><is><t>%s</t></is></c></row></a>",
             long_cell);
    write_book(BOOK, sheet, NULL);
    refused("a cell without end", path, "a cell has more than 32768 bytes");
}

/* Each allocation of combolab's own may fail. */
static void test_memory(void)
{
    const char *path = write_book(
        BOOK,
        ROWS("<row><c t='s'><v>0</v></c>" INLINE("B1", "Attractiveness label") "</row>" ROW(
            "2", "1", "1") ROW("3", "2", "2")),
        "<sst><si><t>Image</t></si></sst>");
    long n = 1;
    bool clean = true;
    for (;; n++) {
        mem_test_fail_at(n);
        struct dataset *d = open_set(path, 1);
        mem_test_fail_at(0);
        bool opened = d;
        dataset_free(d);
        if (opened)
            break;
        clean = clean && e.code == ERR_MEMORY;
    }
    ok(clean && n > 10, "each of %ld allocations may fail", n - 1);
}

/* --- HotOrNot --- */

static void test_hotornot(void)
{
    static const char *const names[] = {"f1.jpg", "f2.jpg", "f3.jpg", "m 1.jpg", "m2.bmp"};
    for (int i = 0; i < 5; i++) {
        char path[64];
        snprintf(path, sizeof path, "hot/hotornot_face/%s", names[i]);
        scratch_text(path, "x");
    }
    scratch_text("hot/eccv2010_split1.csv",
                 "f1.bmp,-2.5,train\nf2.bmp, 0.1 ,train\r\nm 1.bmp,1,test\nf3.bmp,1.2,validation\n"
                 "m2.bmp,-1,train\n");
    scratch_text("hot/eccv2010_split2.csv", "f1.bmp,-2.5,test\nf2.bmp,0.1,train\n");
    struct dataset *d = open_set(scratch_path("hot"), 1);
    if (!ok(d != NULL, "HotOrNot opens: %s", d ? "" : e.text))
        return;
    is_text(d->name, "HotOrNot 5-fold 1/5", "its name");
    ok(d->n == 5 && d->n_train == 3 && d->n_test == 1 && !d->items[2].train && !d->items[2].test,
       "images for validation neither train nor test");
    is_text(d->items[3].name, "m 1.jpg", ".bmp is .jpg where that is there");
    is_text(d->items[4].name, "m2.bmp", "and .bmp where that is");
    has_text(
        d->note,
        "4 images are .jpg that the list calls .bmp; 1 image for validation neither trains nor "
        "tests",
        "both are said");
    struct run_config c;
    struct classes k;
    config_defaults(&c);
    c.loss = LOSS_COMBO;
    is_int(classes_make(&k, &c, d, d->train, d->n_train, &e), 0, "classes");
    ok(k.n == 3 && k.edge[0] == -1 && k.edge[1] == 1 && k.count[0] == 1 && k.count[1] == 2 &&
           k.value[0] == -2.5,
       "three, from -1 and 1 on, each with its mean score");
    c.loss = LOSS_COMBO_RELEASED;
    is_int(classes_make(&k, &c, d, d->train, d->n_train, &e), 0, "classes of the released code");
    ok(k.value[0] == 1 && k.value[2] == 3 && k.weight[0] == 3.35 && k.weight[2] == 3.34,
       "have its values and weights");
    dataset_free(d);
    d = open_set(scratch_path("hot"), 2);
    ok(d && d->n == 2 && d->items[0].test, "fold 2 is split 2");
    dataset_free(d);
    d = open_set(scratch_path("hot"), 3);
    ok(!d && e.code == ERR_NOT_FOUND && strstr(e.text, "eccv2010_split3.csv"),
       "a split that is missing is named: %s", d ? "" : e.text);
    scratch_text("hot/eccv2010_split1.csv", "f1.bmp,1,train\nf2.bmp,2,dev\n");
    refused("another part", scratch_path("hot"), ":2: split 'dev' of image 'f2.bmp'");
    scratch_text("hot/eccv2010_split1.csv", "f1.bmp,1\n");
    refused("two fields", scratch_path("hot"), ":1: 2 fields; expected a file, its score, and");
    scratch_text("hot/eccv2010_split1.csv", "f1.bmp,1,train\nf9.bmp,2,test\n");
    refused("an image that is not there", scratch_path("hot"),
            ":2: image 'f9.bmp' cannot be found");
}

/* --- UTKFace --- */

static void test_utkface(void)
{
    static const char *const names[] = {
        "1_0_2_20161219140623097.jpg.chip.jpg", "26_1_0_20170116184024662.jpg",
        "116_1_3_20170120134921760.jpg",        "39_1_20170116174525125.jpg.chip.jpg",
        "53__0_20170116184028385.jpg",          "holiday\x1b[1m.jpg",
        "999_1_3_20170120134921760.jpg",        "notes.txt"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        snprintf(path, sizeof path, "up/UTKFace/%s", names[i]);
        scratch_text(path, "x");
    }
    struct dataset *d = open_set(scratch_path("up"), 1);
    if (!ok(d != NULL, "a folder above UTKFace's images: %s", d ? "" : e.text))
        return;
    is_text(d->name, "UTKFace 5-fold 1/5", "its name");
    ok(d->n == 3 && d->items[0].score == 116 && d->items[1].score == 1 && d->items[2].score == 26,
       "ages are scores");
    has_text(d->note, "left out: 4 images not named AGE_GENDER_RACE_DATE.jpg, ",
             "what is named otherwise is left out, counted and named");
    ok(!strchr(d->note, '\x1b') && strstr(d->note, ", ..."), "safely, the first three");
    dataset_free(d);
}

int main(void)
{
    scratch_make();
    test_openpyxl();
    test_books();
    test_bombs();
    test_memory();
    test_hotornot();
    test_utkface();
    scratch_remove(scratch);
    return tap_done();
}
