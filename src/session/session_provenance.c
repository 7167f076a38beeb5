/* session_provenance.c - a resumed run is held against what it was trained with the time before:
 * another program, device or library may give other last bits. Libraries and options that its
 * checkpoint knows are the engine's to compare.
 */
#include "src/session/session_priv.h"

#include "base/mem.h"

#include <string.h>

static void compare(struct session *s, int64_t run, const char *what, const char *before,
                    const char *now)
{
    if (before[0] && strcmp(before, now))
        session_say(
            s, run, LOG_WARNING,
            "%s was %s and is now %s; what follows may differ from a run that never stopped", what,
            before, now);
}

/* Its first weights are another's. */
static void compare_init(struct session *s, int64_t run, const char *before, const char *now)
{
    if (before[0] && strcmp(before, now))
        session_say(s, run, LOG_WARNING,
                    "the file whose weights it begins with is not as it was the time before: its "
                    "content was %s and is now %s",
                    before, now);
}

void session_compare_provenance(struct session *s, int64_t run, bool resumed)
{
    struct provenance_row *rows;
    size_t n;
    if (db_provenance(s->db, run, &rows, &n, NULL))
        return;
    const struct provenance_row *was = n > 1 ? &rows[n - 2] : NULL, *is = n > 1 ? was + 1 : NULL;
    if (was)
        compare_init(s, run, was->init_hash, is->init_hash);
    if (was && resumed) {
        compare(s, run, "the device", was->device, is->device);
        compare(s, run, "the program", was->program, is->program);
        if (was->data[0] && strcmp(was->data, is->data))
            session_say(s, run, LOG_INFO,
                        "the data set is read from %s now; its names, scores and pictures are the "
                        "same",
                        is->data);
    }
    mem_free(rows);
}
