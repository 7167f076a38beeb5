/* pickle_names.c - names that no file of weights has a use for, and that pickles which attack their
 * reader have: such a file is refused as a whole, by the name, though nothing here would call it.
 * No state. */
#include "engine/weights/pickle_priv.h"

#include <string.h>

/* Modules, with all that is below them, between spaces. */
static const char modules[] =
    " _pickle _posixsubprocess aiohttp asyncio bdb cProfile codeop ctypes distutils doctest "
    "ensurepip ftplib http httplib imaplib importlib lib2to3 marshal multiprocessing nt ntpath "
    "operator os pdb pickle pip pkgutil posix posixpath pty pydoc requests runpy shutil smtplib "
    "socket ssl subprocess sys telnetlib tempfile timeit urllib urllib2 venv webbrowser "
    "zipimport ";

/* Python's own functions, but for its types, which are no harm. */
static const char builtins[] = " builtins __builtin__ __builtins__ ";
static const char types[] =
    " Ellipsis NotImplemented bool bytearray bytes complex dict float frozenset int list long "
    "object range set slice str tuple type unicode xrange ";

static bool has_word(const char *words, const char *word, size_t n)
{
    for (const char *at = words; n && (at = strchr(at, ' ')) && at[1]; at++)
        if (!strncmp(at + 1, word, n) && at[1 + n] == ' ')
            return true;
    return false;
}

bool pickle_name_harms(const char *name)
{
    size_t n = strcspn(name, ".");
    const char *rest = name[n] ? name + n + 1 : "";
    if (has_word(builtins, name, n))
        return !has_word(types, rest, strlen(rest));
    return has_word(modules, name, n) || !strncmp(name, "torch.hub.", 10) ||
           !strncmp(name, "torch.utils.cpp_extension.", 26);
}
