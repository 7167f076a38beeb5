/* test_pictures.c - data sets told apart by what their pictures show. */
#include "base/err.h"
#include "engine/dataset/dataset.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <string.h>

static void test_pictures(void)
{
    uint64_t pictures[] = {5, 9, 0, 5, 0, 5};
    uint32_t first[6];
    char list[17], one[17], two[17];
    struct err e;
    struct dataset *d = NULL;
    const struct dataset_request request = {
        .path = scratch_text(
            "labels.csv", "image,score\na.jpg,1\nb.jpg,1\nc.jpg,1\nd.jpg,1\ne.jpg,1\nf.jpg,1\n")};
    for (char name[] = "a.jpg"; name[0] <= 'f'; name[0]++)
        scratch_text(name, "x");
    if (!ok(!dataset_open(&d, &request, &e), "a set of six pictures"))
        return;
    is_int(dataset_alike(first, d, pictures, &e), 0, "pictures are compared");
    ok(first[0] == 0 && first[1] == 1 && first[3] == 0 && first[5] == 0,
       "those with the same digest are the same as the first");
    ok(first[2] == 2 && first[4] == 4, "those without a digest are like nothing");
    dataset_hash(d, NULL, list);
    dataset_hash(d, pictures, one);
    pictures[1]++;
    dataset_hash(d, pictures, two);
    ok(strcmp(one, two) && strcmp(list, one), "the hash covers pictures where they are known");
    dataset_free(d);
}

int main(void)
{
    scratch_make();
    test_pictures();
    scratch_remove(scratch);
    return tap_done();
}
