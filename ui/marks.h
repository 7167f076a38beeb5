/* marks.h - which runs are marked, the same for every view, and how each looks where runs stand
 * side by side: a colour and a sign of its own, in lists, charts and tables alike. Screen thread
 * only.
 */
#ifndef COMBOLAB_UI_MARKS_H
#define COMBOLAB_UI_MARKS_H

#include "ui/groups.h"
#include "ui/theme.h"
#include "ui/view.h"

/* A run's look, as palette.h has it. The first eight that are marked differ in colour and in sign;
 * after those colours come again with other signs and lines. */
struct mark {
    int64_t run;
    int colour; /* of THEME_LINES */
    int turn;   /* how often that colour was taken before */
};

/* What views choose together. Zeroed at its start. */
struct marks {
    enum groups_by groups; /* that lists and curves are made of */
    struct mark *at;       /* by number, rising */
    size_t n, room;
    uint64_t version;            /* another whenever a mark came or went */
    uint32_t turns[THEME_LINES]; /* taken, by bit */
    struct ui_action *actions;   /* what the last action on all of them was made of */
};

void marks_fini(struct marks *m);

bool marks_has(const struct marks *m, int64_t run);

/* Marks a run or takes its mark away. -1 when out of memory: then nothing is changed. */
int marks_turn(struct marks *m, int64_t run);

void marks_clear(struct marks *m);

/* Takes the marks from runs that there are no more. */
void marks_keep(struct marks *m, const struct ui_model *model);

/* Also of a run that is not marked. */
struct mark marks_look(const struct marks *m, int64_t run);
enum role marks_role(const struct mark *look);
wchar_t marks_sign(const struct mark *look, const struct glyphs *glyphs);

/* The action of `request` on every marked run that allows it, into reply, or a note why there is
 * none. False when nothing is marked or `request` is no verb. */
bool marks_request(struct marks *m, const struct ui_model *model, enum request request,
                   struct view_reply *reply);

/* An action of one run in reply becomes one of every marked run, where there are any. */
void marks_spread(struct marks *m, struct view_reply *reply);

#endif
