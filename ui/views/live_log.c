/* live_log.c - see live_log.h. */
#include "ui/views/live_log.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static enum role level_role(const char *level)
{
    if (!strcmp(level, "error"))
        return ROLE_BAD;
    return !strcmp(level, "warning") ? ROLE_WARN : ROLE_DIM;
}

static void draw_log_line(struct pen *pen, const struct log_row *line, int y, struct rect at)
{
    char clock[16] = "";
    time_t seconds;
    struct tm tm;
    if (clock_whole_s(line->time, &seconds) && localtime_r(&seconds, &tm))
        strftime(clock, sizeof clock, "%H:%M:%S", &tm);
    int x = at.x + 1;
    x += pen_text(pen, y, x, 8, ROLE_DIM, clock) + 1;
    pen_text(pen, y, x, 7, level_role(line->level), line->level);
    pen_text(pen, y, x + 8, at.x + at.columns - x - 9, ROLE_TEXT, line->text);
}

void live_log_draw(struct live_log *log, struct pen *pen, const struct ui_model *m, struct rect at)
{
    int lines = (int)m->n_log;
    log->at = at;
    if (at.rows > 1) {
        char right[64] = "";
        if (log->back)
            snprintf(right, sizeof right, "%d newer below", log->back);
        pen_rule(pen, at.y, at.x, at.columns, "Log", right);
        at.y++;
        at.rows--;
    }
    log->page = at.rows;
    int most = lines > at.rows ? lines - at.rows : 0;
    if (log->back > most)
        log->back = most;
    int first = lines - at.rows - log->back;
    for (int i = 0; i < at.rows; i++) {
        int line = (first > 0 ? first : 0) + i;
        if (line < lines)
            draw_log_line(pen, &m->log[line], at.y + i, at);
    }
}
