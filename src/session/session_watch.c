/* session_watch.c - inotify on the database's folder. The folder and not the files, because SQLite
 * removes and makes its -wal file as it likes. */
#include "src/session/session_watch_priv.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"

#include <limits.h>
#include <math.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

/* Distances of the looks after a write; a sync of a slow disk takes up to a second or so. */
static const double looks_s[] = {0, 0.02, 0.1, 0.5, 2};
#define LOOKS (int)(sizeof looks_s / sizeof *looks_s)

void session_watch_init(struct session_watch *w, const char *db_path)
{
    memset(w, 0, sizeof *w);
    char folder[PATH_MAX];
    const char *slash = strrchr(db_path, '/');
    file_folder(db_path, folder, sizeof folder);
    str_copy(w->stem, sizeof w->stem, slash ? slash + 1 : db_path);
    w->next_s = clock_s();
    w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (w->fd < 0)
        return;
    if (inotify_add_watch(w->fd, folder,
                          IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_CLOSE_WRITE |
                              IN_ONLYDIR) < 0) {
        close(w->fd);
        w->fd = -1;
    }
}

void session_watch_fini(struct session_watch *w)
{
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
}

int session_watch_timeout_ms(const struct session_watch *w)
{
    if (!w->next_s)
        return -1;
    double left_s = w->next_s - clock_s();
    return left_s <= 0 ? 0 : (int)ceil(left_s * 1000);
}

/* Reads all events; true when one is about the database. */
static bool touched(struct session_watch *w)
{
    char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
    bool ours = false;
    ssize_t got;
    while ((got = read(w->fd, buffer, sizeof buffer)) > 0) {
        for (char *at = buffer; at < buffer + got;) {
            const struct inotify_event *event = (const struct inotify_event *)at;
            at += sizeof *event + event->len;
            if (event->mask & IN_Q_OVERFLOW)
                ours = true;
            if (!event->len || strncmp(event->name, w->stem, strlen(w->stem)))
                continue;
            ours = true;
            if (event->mask & IN_CLOSE_WRITE)
                w->closed = true;
        }
    }
    return ours;
}

bool session_watch_due(struct session_watch *w)
{
    double now = clock_s();
    if (w->fd >= 0 && touched(w)) {
        w->step = 0;
        w->next_s = now;
    }
    if (!w->next_s || now < w->next_s)
        return false;
    if (w->fd < 0) {
        w->closed = true;
        w->next_s = now + 1;
        return true;
    }
    w->step++;
    w->next_s = w->step < LOOKS ? now + looks_s[w->step] : 0;
    return true;
}
