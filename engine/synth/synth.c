/* synth.c - what a portrait shows and what it scores.
 *
 * Each property is the mean of two uniform draws, so that middling faces are common and extreme
 * ones rare. The score is linear in the visible properties; the weights give it about the mean (3)
 * and the deviation (0.7) of human attractiveness scores on a scale of 1 to 5. It holds no chance
 * beyond what is drawn: what a net cannot explain, it has not learned yet.
 */
#include "engine/synth/synth.h"

#include "base/philox.h"

#include <math.h>
#include <string.h>

#define WEIGHT_PROPORTION 2.05
#define WEIGHT_ASYMMETRY 1.55
#define WEIGHT_TONE 1.45
#define WEIGHT_SMILE 0.80

/* 0..1, most often around 0.5. */
static double middling(uint32_t first, uint32_t second)
{
    return 0.5 * ((double)philox_unit(first) + (double)philox_unit(second));
}

static double score_of(const struct synth_face *f)
{
    double score = 3.0 - WEIGHT_PROPORTION * (f->proportion - 0.5) -
                   WEIGHT_ASYMMETRY * (f->asymmetry - 0.5) - WEIGHT_TONE * (f->tone - 0.5) +
                   WEIGHT_SMILE * f->smile;
    if (score < 1.0)
        score = 1.0;
    if (score > 5.0)
        score = 5.0;
    return floor(score * 100.0 + 0.5) / 100.0;
}

void synth_face(struct synth_face *face, uint64_t seed, uint32_t number)
{
    struct philox a = philox4x32(seed, number, 0, 0, PHILOX_SYNTH);
    struct philox b = philox4x32(seed, number, 1, 0, PHILOX_SYNTH);
    struct philox c = philox4x32(seed, number, 2, 0, PHILOX_SYNTH);
    struct philox d = philox4x32(seed, number, 3, 0, PHILOX_SYNTH);
    memset(face, 0, sizeof *face);
    face->proportion = middling(a.v[0], a.v[1]);
    face->asymmetry = middling(a.v[2], a.v[3]);
    face->tone = middling(b.v[0], b.v[1]);
    face->smile = 2.0 * middling(b.v[2], b.v[3]) - 1.0;
    face->pose = 2.0 * middling(c.v[0], c.v[1]) - 1.0;
    face->noise = (double)philox_unit(c.v[2]);
    face->skin = (double)philox_unit(c.v[3]);
    face->hair = (double)philox_unit(d.v[0]);
    face->background = (double)philox_unit(d.v[1]);
    face->score = score_of(face);
}
