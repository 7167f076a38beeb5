/* version.c - `combolab version`: what this program is made of, for a report of a problem. */
#include "platform.h"

#include "src/command.h"

#include "base/err.h"
#include "db/db.h"
#include "engine/backend_load.h"
#include "src/output.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>

#if defined __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

static void add(struct table *t, const char *what, const char *version)
{
    table_text(t, what);
    table_text(t, version);
}

static void add_backend(struct table *t, const char *name)
{
    struct backend_module module;
    struct err e;
    char label[32];
    snprintf(label, sizeof label, "%s backend", name);
    for (char *c = label; *c != ' '; c++)
        *c = (char)toupper((unsigned char)*c);
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
    for (int i = 0; backend_names[i]; i++)
        add_backend(t, backend_names[i]);
    add(t, "compiler", COMPILER);
    add(t, "built with backends", BUILT_BACKENDS[0] ? BUILT_BACKENDS : "none");
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
