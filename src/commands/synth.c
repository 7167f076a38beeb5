/* synth.c - `combolab synth`: a data set of drawn portraits, to try everything without
 * photographs. */
#include "src/command.h"

#include "base/err.h"
#include "base/str.h"
#include "engine/synth/synth.h"
#include "src/meter.h"

#include <stdio.h>

#define TEXT(number) TEXT_OF(number)
#define TEXT_OF(number) #number

struct options {
    int64_t count, size, seed, threads;
};

static const struct opt options[] = {
    {"count", 'n', OPT_INT, offsetof(struct options, count), 10, 1000000, TEXT(SYNTH_COUNT), NULL,
     "images", "Portraits", "how many"},
    {"size", 0, OPT_INT, offsetof(struct options, size), 32, 1024, TEXT(SYNTH_SIZE), NULL, "pixels",
     "Portraits", "side of each square image"},
    {"seed", 's', OPT_INT, offsetof(struct options, seed), 0, 9007199254740991.0, "1", NULL, "",
     "Portraits", "the same seed, count and size give the same bytes"},
    {"threads", 't', OPT_INT, offsetof(struct options, threads), 0, 1024, "0", NULL, "threads",
     "Portraits", "threads that draw; 0 means one a core"},
};

static const struct opt_table table = {options, sizeof options / sizeof *options};

static int run(const struct invocation *in)
{
    const struct options *own = in->own;
    struct meter meter;
    struct err e;
    struct synth_request request = {
        .dir = in->arguments[0],
        .count = own->count,
        .size = own->size,
        .seed = (uint64_t)own->seed,
        .threads = (int)own->threads,
        .cancel = meter_cancel(),
        .progress = meter_progress,
        .context = &meter,
    };
    meter_start(&meter, "drawing portraits", in->global.quiet);
    int result = synth_write(&request, &e);
    meter_end(&meter);
    if (result < 0)
        return command_fail(&e);
    char shown[2 * OPT_TEXT_BYTES];
    str_visible(shown, sizeof shown, request.dir);
    if (result) {
        fprintf(stderr, "combolab: stopped; %s is not complete and has no new labels.csv\n", shown);
        return EXIT_STOPPED;
    }
    if (!in->global.quiet)
        printf(
            "%s: %lld portraits of %lld x %lld pixels, seed %lld; labels.csv has their scores, a "
            "60/40 split and 5 folds\n",
            shown, (long long)own->count, (long long)own->size, (long long)own->size,
            (long long)own->seed);
    return EXIT_GOOD;
}

const struct command command_synth = {
    .name = "synth",
    .arguments = "DIR",
    .summary = "draw a data set of portraits whose scores depend on what is visible",
    .details =
        "Writes DIR/images/portrait-00001.jpg and so on, then DIR/labels.csv. The score (1 to "
        "5) follows from proportions, symmetry, evenness of skin and smile; pose, colours and "
        "noise do not change it. Nobody's photograph is involved.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .least_arguments = 1,
    .most_arguments = 1,
    .run = run,
};
