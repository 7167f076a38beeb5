/* session_mailbox.c - what viewers are told: which runs changed, whether anything is to be done,
 * and trouble. Filled by the session thread, emptied by one viewer; a descriptor says when to look.
 */
#include "src/session/session_priv.h"

#include "base/str.h"

#include <sys/eventfd.h>

void session_poke(int fd)
{
    eventfd_write(fd, 1);
}

void session_calm(int fd)
{
    eventfd_t ignored;
    eventfd_read(fd, &ignored);
}

static void add_changed(struct session_changes *c, int64_t run)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->runs[i] == run)
            return;
    if (c->n == SESSION_CHANGED_RUNS)
        c->all = true;
    else
        c->runs[c->n++] = run;
}

void session_changed(struct session *s, int64_t run)
{
    pthread_mutex_lock(&s->lock);
    if (run)
        add_changed(&s->changes, run);
    else
        s->changes.all = true;
    pthread_mutex_unlock(&s->lock);
    session_poke(s->wake_fd);
}

void session_trouble(struct session *s, const char *text, bool fatal)
{
    pthread_mutex_lock(&s->lock);
    str_copy(s->changes.trouble, sizeof s->changes.trouble, text);
    pthread_mutex_unlock(&s->lock);
    session_poke(s->wake_fd);
    if (s->options.viewer.trouble)
        s->options.viewer.trouble(s->options.viewer.context, text, fatal);
}

void session_not_idle(struct session *s)
{
    pthread_mutex_lock(&s->lock);
    s->changes.idle = false;
    pthread_mutex_unlock(&s->lock);
}

void session_changes(struct session *s, struct session_changes *out)
{
    session_calm(s->wake_fd);
    pthread_mutex_lock(&s->lock);
    *out = s->changes;
    s->changes.all = false;
    s->changes.n = 0;
    s->changes.trouble[0] = '\0';
    pthread_mutex_unlock(&s->lock);
}

int session_wake_fd(const struct session *s)
{
    return s->wake_fd;
}
