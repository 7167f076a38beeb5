/* test_tables.c - tables of images as people have them: separators, headers, columns, paths, many
 * ratings an image, and names that are hard to read. */
#include "base/err.h"
#include "base/str.h"
#include "engine/dataset/dataset.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static struct err e;
static struct run_config config;

/* Opens `text` as a table with the options set in `config`, which are cleared. */
static struct dataset *open_table(const char *text)
{
    struct dataset *d = NULL;
    str_copy(config.data, sizeof config.data, scratch_text("t/faces.csv", text));
    config.fold = config.fold ? config.fold : 1;
    const struct dataset_request request = dataset_request_of(&config);
    if (dataset_open(&d, &request, &e))
        d = NULL;
    memset(&config, 0, sizeof config);
    return d;
}

static void opens(const char *what, const char *text, double a, double b, const char *note)
{
    struct dataset *d = open_table(text);
    if (ok(d != NULL, "%s", what)) {
        ok(d->n == 2 && !strcmp(d->items[0].name, "faces/a.jpg") && d->items[0].score == a &&
               d->items[1].score == b,
           "images and scores: %s %g, %g", d->items[0].name, d->items[0].score, d->items[1].score);
        has_text(d->note, note, "what is unusual is said");
    } else {
        diag("%s", e.text);
    }
    dataset_free(d);
}

static void refused(const char *what, const char *text, const char *part)
{
    struct dataset *d = open_table(text);
    ok(!d && strstr(e.text, part), "refused: %s", what);
    diag("%s", d ? "it was opened" : e.text);
    dataset_free(d);
}

#define SET_TEXT(field, value) str_copy(config.table.field, sizeof config.table.field, value)

static void test_layouts(void)
{
    opens("a plain table", "image,score\nfaces/a.jpg,1\nfaces/b.jpg,2\n", 1, 2, "");
    opens("semicolons and a decimal comma, CRLF, byte order mark",
          "\xef\xbb\xbfimage;score\r\nfaces/a.jpg;1,5\r\nfaces/b.jpg;2,25\r\n", 1.5, 2.25,
          "separated by semicolons; scores have a decimal comma");
    opens("tabs", "image\tscore\nfaces/a.jpg\t1.5\nfaces/b.jpg\t2\n", 1.5, 2, "separated by tabs");
    opens("no header", "faces/a.jpg,1\nfaces/b.jpg,2\n", 1, 2,
          "there is no header: column 1 names images, column 2 has scores");
    opens("no header, the score first, semicolons, a decimal comma",
          "1,5;faces/a.jpg\n2;faces/b.jpg\n", 1.5, 2, "column 2 names images, column 1 has scores");
    opens("other names of columns", "Rater,Filename,Rating\nx,faces/a.jpg,1\ny,faces/b.jpg,2\n", 1,
          2, "");
    opens("quoted fields with the separator", "image;score\n\"faces/a.jpg\";\"1,5\"\nfaces/b.jpg;2",
          1.5, 2, "semicolons");
    config.table.delimiter = DELIMITER_SEMICOLON;
    opens("the separator that is asked for", "image;score;x,y\nfaces/a.jpg;1;p\nfaces/b.jpg;2;q\n",
          1, 2, "semicolons");
    config.table.header = HEADER_NO;
    opens("no header, asked for", "faces/a.jpg,1\nfaces/b.jpg,2\n", 1, 2, "no header");
}

static void test_columns(void)
{
    const char *traits = "id,file name,warm,sad\n1,faces/a.jpg,1,9\n2,faces/b.jpg,2,8\n";
    SET_TEXT(image_column, "file name");
    SET_TEXT(score_column, "Sad");
    opens("columns by name, in any case", traits, 9, 8, "");
    SET_TEXT(image_column, "2");
    SET_TEXT(score_column, "3");
    opens("columns by number", traits, 1, 2, "");
    SET_TEXT(score_column, "3");
    opens("a number is no name: there is no header", "faces/a.jpg,3,9\nfaces/b.jpg,3,8\n", 9, 8,
          "column 3 has scores");
    SET_TEXT(image_column, "file name");
    SET_TEXT(score_column, "warm");
    struct dataset *d = open_table(traits);
    is_text(d ? d->set : "", "faces.csv:warm", "the set is called by its score, too");
    dataset_free(d);
    SET_TEXT(image_column, "2");
    SET_TEXT(score_column, "4");
    d = open_table(traits);
    is_text(d ? d->set : "", "faces.csv:sad", "by its name where there is one");
    dataset_free(d);
    SET_TEXT(image_column, "file name");
    SET_TEXT(score_column, "beauty");
    refused(
        "a column that is not there", traits,
        "no column is named 'beauty'; there are 4: id, file name, warm, sad. Name the right one, "
        "or its number, with --score-column");
    SET_TEXT(image_column, "7");
    refused("a number beyond the columns", traits,
            "column 7 of option 'image-column' is not there");
    SET_TEXT(split_column, "part");
    refused("no such split column", "image,score\nfaces/a.jpg,1\n", "--split-column");
    SET_TEXT(split_column, "part");
    d = open_table("image,score,part\nfaces/a.jpg,1,train\nfaces/b.jpg,2,test\n");
    ok(d && d->protocol == PROTOCOL_SPLIT && d->n_test == 1, "a split column by its name");
    dataset_free(d);
    SET_TEXT(fold_column, "3");
    config.fold = 2;
    d = open_table("image,score,k\nfaces/a.jpg,1,1\nfaces/b.jpg,2,2\n");
    ok(d && d->folds == 2 && d->items[1].test, "a fold column by its number");
    dataset_free(d);
    SET_TEXT(image_column, "1");
    SET_TEXT(score_column, "2");
    refused("two separators that would both do", "name,1;2\nfaces/a.jpg,1;2\n",
            "could be separated by commas, semicolons or tabs; say which with --delimiter");
    refused("a quote that is never closed", "image,score\nfaces/a.jpg,1\n\"faces/b.jpg,2\n",
            ":3: a quote is opened and never closed");
    refused("a score that is no number", "image;score\nfaces/a.jpg;1.234,5\n",
            ":2: score '1.234,5' is not a finite");
}

static void test_validation(void)
{
    struct dataset *d = open_table("image,score,split\nfaces/a.jpg,1,train\nfaces/b.jpg,2,Val\n"
                                   "faces/c.jpg,3,test\n");
    ok(d && d->n == 3 && d->n_train == 1 && d->n_test == 1 && !d->items[1].train &&
           !d->items[1].test,
       "an image for validation: %s", d ? "" : e.text);
    has_text(d ? d->note : "", "1 image for validation neither trains nor tests", "which is said");
    dataset_free(d);
    d = open_table("faces/a.jpg,1,validation\nfaces/b.jpg,2,train\nfaces/c.jpg,3,test\n");
    ok(d && d->protocol == PROTOCOL_SPLIT && d->n_train == 1,
       "a split is found without header, too: %s", d ? "" : e.text);
    dataset_free(d);
    refused("no image that tests", "image,score,split\nfaces/a.jpg,1,train\nfaces/b.jpg,2,val\n",
            "test");
}

static void test_paths(void)
{
    config.table.strip_path = true;
    SET_TEXT(image_dir, scratch_path("t/faces"));
    struct dataset *d =
        open_table("image,score\nC:\\data\\faces\\a.jpg,1\n/home/x/faces/b.jpg,2\n");
    ok(d && !strcmp(d->items[0].name, "a.jpg") && !strcmp(d->items[1].name, "b.jpg"),
       "--strip-path: the last part of any path, in --image-dir");
    dataset_free(d);
    config.table.strip_path = true;
    refused("--strip-path where there is no path", "image,score\na.jpg,1\n",
            "option 'strip-path': no image of");
    opens("backslashes are folders", "image,score\nfaces\\a.jpg,1\nfaces/b.jpg,2\n", 1, 2, "");
    char text[700];
    snprintf(text, sizeof text, "image,score\n%s,1\n%s,2\n", scratch_path("t/faces/a.jpg"),
             scratch_path("t/faces/b.jpg"));
    d = open_table(text);
    is_text(d ? d->items[0].name : e.text, scratch_path("t/faces/a.jpg"), "absolute paths");
    dataset_free(d);
}

static void test_ratings(void)
{
    const char *many = "rater,image,rating\n1,faces/a.jpg,1\n1,faces/b.jpg,3\n2,faces/a.jpg,2\n"
                       "2,faces/b.jpg,3\n3,faces/a.jpg,3\n";
    opens("many ratings", many, 2, 3, "5 ratings of 2 images are averaged");
    struct dataset *d = open_table(many);
    ok(d && d->items[0].deviation == 1 && d->items[1].deviation == 0, "their deviation is kept");
    dataset_free(d);
    d = open_table("image,score\nfaces/a.jpg,1\nfaces/b.jpg,2\n");
    ok(d && isnan(d->items[0].deviation), "one rating has none");
    dataset_free(d);
    config.table.ratings = RATINGS_ONE;
    refused("many ratings where one was asked for", many, "is named a second time");
    const char *slip = "image,score\nfaces/a.jpg,1\nfaces/b.jpg,3\nfaces/c.jpg,3\nfaces/a.jpg,2\n";
    refused("a slip among single ratings", slip,
            ":5: image 'faces/a.jpg' is named a second time (first in line 2)");
    config.table.ratings = RATINGS_MANY;
    d = open_table(slip);
    ok(d && d->n == 3 && d->items[0].score == 1.5, "which can be averaged when asked for");
    dataset_free(d);
    config.table.ratings = RATINGS_MANY;
    refused("many ratings where there is one", "image,score\nfaces/a.jpg,1\nfaces/b.jpg,3\n",
            "option 'ratings': many, but each image of");
    config.table.ratings = RATINGS_MANY;
    refused("ratings of two splits",
            "image,score,split\nfaces/a.jpg,1,train\nfaces/b.jpg,2,test\nfaces/a.jpg,3,test\n",
            ":4: image 'faces/a.jpg' has another split or fold than in line 2");
}

static void test_hostile_names(void)
{
    static const char *const names[] = {"a b.jpg", "100%s.jpg", "\xc3\xa9t\xc3\xa9.jpg",
                                        "two\nlines.jpg", "\x1b[31mred.jpg"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[200], path[80];
        snprintf(path, sizeof path, "t/%s", names[i]);
        scratch_text(path, "x");
        snprintf(text, sizeof text, "image,score\n\"%s\",1\nfaces/b.jpg,2\n", names[i]);
        struct dataset *d = open_table(text);
        bool found =
            d && (!strcmp(d->items[0].name, names[i]) || !strcmp(d->items[1].name, names[i]));
        ok(found, "a name with a blank, a sign, UTF-8, a line end or an escape code: %zu", i);
        dataset_free(d);
    }
    refused("one of them that is not there", "image,score\n\"100%d gone.jpg\",1\nfaces/b.jpg,2\n",
            ":2: image '100%d gone.jpg' cannot be found");
}

static void test_missing(void)
{
    struct dataset *d;
    str_copy(
        config.data, sizeof config.data,
        scratch_text("t/gone.csv", "image,score\nfaces/a.jpg,1\nfaces/x.jpg,2\nfaces/y.jpg,3\n"));
    config.fold = 1;
    struct dataset_request request = dataset_request_of(&config);
    ok(dataset_open(&d, &request, &e), "a run needs every image");
    request.keep_missing = true;
    if (ok(!dataset_open(&d, &request, &e), "an audit does not"))
        ok(d->n == 3 && !d->items[0].missing && d->items[1].missing && d->items[2].missing,
           "and knows which are missing");
    dataset_free(d);
    memset(&config, 0, sizeof config);
}

static void test_idle_options(void)
{
    struct dataset *d = NULL;
    scratch_text("age/20_0_1_2017.jpg", "x");
    scratch_text("age/30_0_1_2017.jpg", "x");
    str_copy(config.data, sizeof config.data, scratch_path("age"));
    config.fold = 1;
    config.table.delimiter = DELIMITER_TAB;
    struct dataset_request request = dataset_request_of(&config);
    ok(dataset_open(&d, &request, &e) && e.code == ERR_USAGE,
       "an option of tables, and none there");
    has_text(e.text, "option 'delimiter': is for tables (CSV, TSV), but", "is refused");
    memset(&config.table, 0, sizeof config.table);
    config.data_format = DATA_SCUT;
    request = dataset_request_of(&config);
    ok(dataset_open(&d, &request, &e), "a format that it is not");
    has_text(e.text, "is no data set of the format asked for: it lacks train_test_files",
             "is said");
    memset(&config, 0, sizeof config);
}

int main(void)
{
    scratch_make();
    scratch_text("t/faces/a.jpg", "x");
    scratch_text("t/faces/b.jpg", "x");
    scratch_text("t/faces/c.jpg", "x");
    test_layouts();
    test_columns();
    test_validation();
    test_paths();
    test_ratings();
    test_hostile_names();
    test_missing();
    test_idle_options();
    scratch_remove(scratch);
    return tap_done();
}
