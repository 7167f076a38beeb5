/* terminal.c - is this a terminal that a screen can be drawn on? Screen thread only.
 *
 * curses ends the process when it does not know a terminal, so that is found out with terminfo
 * first. A file of its own: <term.h> makes macros of everyday words.
 */
#include "ui/screen.h"

#include "base/err.h"
#include "base/str.h"

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
