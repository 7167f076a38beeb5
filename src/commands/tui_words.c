/* tui_words.c - what the screen's status line says of what was done. Any thread. */
#include "src/commands/tui_words_priv.h"

#include <stdio.h>

void tui_words(const struct session_answer *a, char *to, size_t room)
{
    static const char *const verbs[] = {
        [VERB_PAUSE] = ": pausing after this step",
        [VERB_RESUME] = ": going on",
        [VERB_STOP] = ": stopping after this step",
        [VERB_CHECKPOINT] = ": saving weights",
    };
    static const char *const news[] = {
        [SESSION_ADD] = " is queued",
        [SESSION_RESUME] = " is queued, to go on",
        [SESSION_TAKE] = " is taken from the queue",
    };
    static const char *const edits[] = {
        [DB_EDIT_NAME] = " has another name",
        [DB_EDIT_NOTE] = " has a note",
        [DB_EDIT_TAG] = " is tagged",
        [DB_EDIT_UNTAG] = " has lost a tag",
        [DB_EDIT_ARCHIVE] = " is archived: u takes that back",
        [DB_EDIT_UNARCHIVE] = " is listed again",
        [DB_EDIT_DELETE] = " is in the trash: u takes it out again",
        [DB_EDIT_UNDELETE] = " is out of the trash",
    };
    if (a->kind == SESSION_TAKE && !a->run) {
        snprintf(to, room, "%zu runs are taken from the queue", a->added);
        return;
    }
    if (a->kind == SESSION_QUEUE) {
        snprintf(to, room,
                 "%zu %s in the queue: r in the list trains one, combolab work all of them",
                 a->added, a->added == 1 ? "run waits" : "runs wait");
        return;
    }
    if (a->added > 1) {
        snprintf(to, room, "%zu runs are queued, the last is run %lld", a->added,
                 (long long)a->run);
        return;
    }
    snprintf(to, room, "run %lld%s", (long long)a->run,
             a->kind == SESSION_VERB   ? verbs[a->verb]
             : a->kind == SESSION_EDIT ? edits[a->edit]
                                       : news[a->kind]);
}
