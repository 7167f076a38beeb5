/* signs.c - see signs.h. */
#include "ui/signs.h"

#include "base/str.h"
#include "engine/event.h"
#include "ui/text.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *const states[RUN_STATES] = {
    [RUN_QUEUED] = "queued: waits to be trained",
    [RUN_RUNNING] = "running: is being trained",
    [RUN_PAUSED] = "paused: halted, and keeps its memory; r goes on",
    [RUN_STOPPED] = "stopped by somebody; r goes on with it",
    [RUN_FINISHED] = "finished: all epochs, or patience ran out",
    [RUN_DIVERGED] = "diverged: met a number that is not finite",
    [RUN_FAILED] = "failed, and says why; r goes on with it",
    [RUN_LOST] = "lost: its process is gone; r goes on with it",
};

/* One or two glyphs, by where they stand in struct glyphs. */
static const struct {
    size_t first, second; /* 0 = none */
    bool wide;            /* a wchar_t, not a text */
    const char *meaning;
} signs[] = {
#define GLYPH(field) offsetof(struct glyphs, field)
    {GLYPH(here), 0, true, "the selected line"},
    {GLYPH(down_arrow), GLYPH(up_arrow), true, "the list is sorted by this column; in reverse"},
    {GLYPH(line[0]), GLYPH(line[1]), true, "a marked run; it has that sign in Compare, too"},
    {GLYPH(none), 0, false, "a figure that does not exist, or not yet"},
    {GLYPH(full), GLYPH(empty), true, "done, and still to be done"},
    {GLYPH(rising[0]), GLYPH(rising[THEME_BARS - 1]), false,
     "test PC over the epochs: its least, its greatest"},
    {GLYPH(mark), 0, true, "the best epoch, on a curve"},
    {GLYPH(solid), 0, false, "the curve of training"},
    {GLYPH(dashed), 0, false, "the curve of the test images"},
    {GLYPH(dotted), 0, false, "the curve of the val images"},
    {GLYPH(down), 0, true, "the crosshair: the legend has its values"},
    {GLYPH(folded), GLYPH(unfolded), false, "options that are folded away; that are shown"},
    {GLYPH(open), GLYPH(close), false, "Left and Right change the choice"},
#undef GLYPH
};

/* What stands beside figures without room for more. */
static const struct {
    const char *look, *meaning;
} words[] = {
    {"*", "the best of its column, in Ablation"},
    {"steers", "the term of a loss with the greatest share of its gradient"},
    {"fight", "two terms whose gradients point against each other"},
};

static void add_glyph(char look[SIGN_BYTES], const struct glyphs *glyphs, size_t offset, bool wide)
{
    const char *at = (const char *)glyphs + offset;
    char one[5] = "";
    const char *glyph = one;
    if (wide)
        one[text_encode(*(const wchar_t *)(const void *)at, one)] = '\0';
    else
        glyph = *(const char *const *)(const void *)at;
    snprintf(look + strlen(look), SIGN_BYTES - strlen(look), "%s%s", look[0] ? " " : "", glyph);
}

const char *sign_at(int i, const struct glyphs *glyphs, char look[SIGN_BYTES])
{
    look[0] = '\0';
    if (i < RUN_STATES) {
        str_copy(look, SIGN_BYTES, glyphs->state[i]);
        return states[i];
    }
    size_t at = (size_t)(i - RUN_STATES), n = sizeof signs / sizeof *signs;
    if (at >= n + sizeof words / sizeof *words)
        return NULL;
    if (at >= n) {
        str_copy(look, SIGN_BYTES, words[at - n].look);
        return words[at - n].meaning;
    }
    add_glyph(look, glyphs, signs[at].first, signs[at].wide);
    if (signs[at].second)
        add_glyph(look, glyphs, signs[at].second, signs[at].wide);
    return signs[at].meaning;
}

/* Characters beyond ASCII by their numbers, so that the page can be read in any locale. */
static void add_mdoc(struct str *out, const char *look)
{
    int length;
    str_add(out, "\\&"); /* no sign is a request, or punctuation */
    for (; *look; look += length) {
        wchar_t c = text_decode(look, &length);
        if (c > 127)
            str_addf(out, "\\[u%04X]", (unsigned)c);
        else if (c == ' ')
            str_add(out, "\\ \\&");
        else
            str_add_bytes(out, look, 1);
    }
}

void ui_mdoc_signs(struct str *out)
{
    char look[SIGN_BYTES];
    const char *meaning;
    str_add(
        out,
        ".Bl -column \"steers\" \"ASCII\" \"meaning\"\n.It Sy sign Ta Sy ASCII Ta Sy meaning\n");
    for (int i = 0; (meaning = sign_at(i, &glyphs_unicode, look)); i++) {
        str_add(out, ".It Li ");
        add_mdoc(out, look);
        sign_at(i, &glyphs_ascii, look);
        str_add(out, " Ta Li ");
        add_mdoc(out, look);
        str_addf(out, " Ta %s\n", meaning);
    }
    str_add(out, ".El\n");
}
