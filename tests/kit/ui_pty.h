/* ui_pty.h - for tests of the screen on a terminal: a pseudo terminal, and what it is sent. */
#ifndef COMBOLAB_TESTS_KIT_UI_PTY_H
#define COMBOLAB_TESTS_KIT_UI_PTY_H

#include "base/str.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct pty {
    int master, slave;
    FILE *in, *out;
};

#define PTY_CELL_ROWS 8 /* pixels of a cell */
#define PTY_CELL_COLUMNS 4

static bool pty_open(struct pty *p, int rows, int columns)
{
    struct winsize size = {.ws_row = (unsigned short)rows,
                           .ws_col = (unsigned short)columns,
                           .ws_xpixel = (unsigned short)(columns * PTY_CELL_COLUMNS),
                           .ws_ypixel = (unsigned short)(rows * PTY_CELL_ROWS)};
    p->master = posix_openpt(O_RDWR | O_NOCTTY);
    if (p->master < 0 || grantpt(p->master) || unlockpt(p->master))
        return false;
    p->slave = open(ptsname(p->master), O_RDWR | O_NOCTTY);
    if (p->slave < 0 || ioctl(p->slave, TIOCSWINSZ, &size))
        return false;
    p->in = fdopen(dup(p->slave), "r");
    p->out = fdopen(dup(p->slave), "w");
    return p->in && p->out;
}

static void pty_close(struct pty *p)
{
    fclose(p->in);
    fclose(p->out);
    close(p->slave);
    if (p->master >= 0)
        close(p->master);
}

/* What the terminal was sent until now. */
static void pty_read(struct pty *p, struct str *to)
{
    char buffer[4096];
    struct pollfd ready = {.fd = p->master, .events = POLLIN};
    while (poll(&ready, 1, 20) > 0 && (ready.revents & POLLIN)) {
        ssize_t n = read(p->master, buffer, sizeof buffer);
        if (n <= 0)
            return;
        if (to)
            str_add_bytes(to, buffer, (size_t)n);
    }
}

#endif
