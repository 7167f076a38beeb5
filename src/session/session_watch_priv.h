/* session_watch_priv.h - notices that another process may have written the database, without a
 * timer while nobody does.
 *
 * SQLite makes a commit visible shortly after the write that inotify tells about (between them
 * there may be a sync of the disk). So after a write one looks again a few times, at growing
 * distances.
 */
#ifndef COMBOLAB_SRC_SESSION_SESSION_WATCH_PRIV_H
#define COMBOLAB_SRC_SESSION_SESSION_WATCH_PRIV_H

#include <stdbool.h>

struct session_watch {
    int fd;         /* inotify, or -1: then every second is a look */
    char stem[256]; /* the database's file name; its journal files begin with it */
    double next_s;  /* monotonic time of the next look, or 0 */
    int step;
    bool closed; /* somebody closed the file: a process may have ended */
};

void session_watch_init(struct session_watch *w, const char *db_path);
void session_watch_fini(struct session_watch *w);

/* Milliseconds until session_watch_due should be asked again; -1 = not before `fd` is readable. */
int session_watch_timeout_ms(const struct session_watch *w);

/* Takes what inotify has. True when it is time to look. */
bool session_watch_due(struct session_watch *w);

#endif
