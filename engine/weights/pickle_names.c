/* pickle_names.c - names that no file of weights has a use for, and that pickles which attack their
 * reader have: such a file is refused as a whole, by the name, though nothing here would call it.
 * No state. */
#include "engine/weights/pickle_priv.h"

#include <string.h>

/* Modules, with all that is below them. */
static const char *const modules[] = {"_posixsubprocess",
                                      "_pickle",
                                      "aiohttp",
                                      "asyncio",
                                      "bdb",
                                      "cProfile",
                                      "codeop",
                                      "ctypes",
                                      "distutils",
                                      "doctest",
                                      "ensurepip",
                                      "ftplib",
                                      "http",
                                      "httplib",
                                      "imaplib",
                                      "importlib",
                                      "lib2to3",
                                      "marshal",
                                      "multiprocessing",
                                      "nt",
                                      "ntpath",
                                      "operator",
                                      "os",
                                      "pdb",
                                      "pickle",
                                      "pip",
                                      "pkgutil",
                                      "posix",
                                      "posixpath",
                                      "pty",
                                      "pydoc",
                                      "requests",
                                      "runpy",
                                      "shutil",
                                      "smtplib",
                                      "socket",
                                      "ssl",
                                      "subprocess",
                                      "sys",
                                      "telnetlib",
                                      "tempfile",
                                      "timeit",
                                      "torch.hub",
                                      "torch.utils.cpp_extension",
                                      "urllib",
                                      "urllib2",
                                      "venv",
                                      "webbrowser",
                                      "zipimport",
                                      NULL};

/* What Python's own functions are called by. Its types are no harm. */
static const char *const builtin_modules[] = {"builtins", "__builtin__", "__builtins__", NULL};
static const char *const builtin_types[] = {
    "bool", "bytearray", "bytes", "complex", "dict",   "float",    "frozenset",
    "int",  "list",      "long",  "object",  "range",  "set",      "slice",
    "str",  "tuple",     "type",  "unicode", "xrange", "Ellipsis", "NotImplemented",
    NULL};

static bool is_below(const char *name, const char *module)
{
    size_t n = strlen(module);
    return !strncmp(name, module, n) && name[n] == '.';
}

bool pickle_name_harms(const char *name)
{
    for (const char *const *m = modules; *m; m++)
        if (is_below(name, *m))
            return true;
    for (const char *const *b = builtin_modules; *b; b++) {
        if (!is_below(name, *b))
            continue;
        for (const char *const *t = builtin_types; *t; t++)
            if (!strcmp(name + strlen(*b) + 1, *t))
                return false;
        return true;
    }
    return false;
}
