/* terminal.c - what terminfo knows: can a screen be drawn on this terminal, and how is it left?
 * Screen thread only.
 *
 * curses ends the process when it does not know a terminal, so that is found out with terminfo
 * first. A file of its own: <term.h> makes macros of everyday words.
 */
#include "ui/screen.h"

#include "base/err.h"
#include "base/str.h"

#include <string.h>

#include <curses.h>
#include <term.h>

#define TRY                                                                                        \
    "try TERM=xterm-256color, or install the terminal's terminfo entry (Debian: ncurses-term)"

int terminal_check(const char *term, int out, struct err *e)
{
    char shown[80];
    int result;
    if (!term || !term[0])
        return err_set(e, ERR_USAGE,
                       "the environment variable TERM is not set: the terminal's type "
                       "is unknown; try TERM=xterm-256color");
    str_visible(shown, sizeof shown, term);
    if (setupterm(term, out, &result) == ERR)
        return err_set(e, ERR_USAGE, "terminal type TERM='%s' is not known here; " TRY, shown);
    const char *place = tigetstr("cup");
    bool able = place && place != (char *)-1;
    del_curterm(cur_term);
    if (!able)
        return err_set(e, ERR_USAGE, "terminal type TERM='%s' cannot place the cursor; " TRY,
                       shown);
    return 0;
}

void terminal_leave(char to[SCREEN_LEAVE_BYTES])
{
    static const char *const names[] = {"sgr0", "rmkx", "cnorm", "rmcup"};
    size_t length = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *text = tigetstr(names[i]);
        if (!text || text == (const char *)-1)
            continue;
        const char *pause = strstr(text, "$<"); /* for typewriters */
        size_t n = pause ? (size_t)(pause - text) : strlen(text);
        if (length + n >= SCREEN_LEAVE_BYTES)
            continue;
        memcpy(to + length, text, n);
        length += n;
    }
    to[length] = '\0';
}

bool terminal_has_mouse(void)
{
    const char *reports = tigetstr("kmous");
    return reports && reports != (const char *)-1;
}

bool terminal_is_ansi(void)
{
    const char *place = tigetstr("cup");
    return place && place != (const char *)-1 && !strncmp(place, "\033[", 2);
}
