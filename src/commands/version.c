/* version.c - `combolab version`: what this program is made of, for a report of a problem. */
#include "platform.h"

#include "src/command.h"

#include "base/err.h"
#include "db/db.h"
#include "engine/backend_load.h"
#include "src/output.h"

#include <jansson.h>

/* Compiler, and which backends this build has; a module may still be missing where it runs. */
#if defined __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

#if defined BUILT_CPU && defined BUILT_CUDA
#define BUILT_BACKENDS "cpu, cuda"
#elif defined BUILT_CPU
#define BUILT_BACKENDS "cpu"
#elif defined BUILT_CUDA
#define BUILT_BACKENDS "cuda"
#else
#define BUILT_BACKENDS "none"
#endif

static void add(struct table *t, const char *what, const char *version)
{
    table_text(t, what);
    table_text(t, version);
}

static void add_backend(struct table *t, const char *name, const char *label)
{
    struct backend_module module;
    struct err e;
    if (backend_load(&module, name, &e))
        add(t, label, e.code == ERR_NOT_FOUND ? "not installed" : e.text);
    else
        add(t, label, module.ops->library());
}

static int run(const struct invocation *in)
{
    static const struct table_column columns[] = {
        {"part", "part", TABLE_TEXT, 0, false},
        {"version", "version", TABLE_TEXT, 0, false},
    };
    struct table *t;
    struct err e;
    if (table_new(&t, "version", false, columns, 2, &e))
        return command_fail(&e);
    add(t, "combolab", PACKAGE_VERSION);
    add(t, "SQLite", db_library());
    add(t, "jansson", jansson_version_str());
    add_backend(t, "cpu", "CPU backend");
    add_backend(t, "cuda", "CUDA backend");
    add(t, "compiler", COMPILER);
    add(t, "built with backends", BUILT_BACKENDS);
    add(t, "modules", INSTALLED_MODULES);
    int status = output_tables(in, &t, 1, &e) ? command_fail(&e) : EXIT_GOOD;
    table_free(t);
    return status;
}

const struct command command_version = {
    .name = "version",
    .arguments = "",
    .summary = "print versions of the program and its libraries",
    .run = run,
};
