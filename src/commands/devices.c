/* devices.c - `combolab devices`: what can train here, and why something cannot. */
#include "src/command.h"

#include "base/err.h"
#include "engine/backend_load.h"
#include "src/output.h"

/* A backend without devices is a row that says why. */
static void add_absent(struct table *t, const char *backend, const char *library, const char *why)
{
    table_text(t, backend);
    table_text(t, "");
    table_text(t, "");
    table_missing(t);
    table_text(t, library);
    table_text(t, why);
}

static void add_backend(struct table *t, const char *name)
{
    struct backend_device list[BACKEND_MAX_DEVICES];
    struct backend_module module;
    struct err e;
    char why[256] = "";
    if (backend_load(&module, name, &e)) {
        add_absent(t, name, "", e.text);
        return;
    }
    int n = module.ops->devices(list, BACKEND_MAX_DEVICES, why, sizeof why);
    const char *library = module.ops->library();
    if (n <= 0)
        add_absent(t, name, library, why[0] ? why : "no device was found");
    for (int i = 0; i < n; i++) {
        table_text(t, name);
        table_text(t, list[i].id);
        table_text(t, list[i].name);
        table_real(t, (double)list[i].memory_bytes);
        table_text(t, library);
        table_text(t, list[i].detail);
    }
}

static int run(const struct invocation *in)
{
    static const struct table_column columns[] = {
        {"backend", "backend", TABLE_TEXT, 0, false},
        {"device", "device", TABLE_TEXT, 0, false},
        {"name", "name", TABLE_TEXT, 0, false},
        {"memory_bytes", "memory", TABLE_BYTES, 0, false},
        {"library", "library", TABLE_TEXT, 0, true},
        {"detail", "detail", TABLE_TEXT, 0, false},
    };
    struct table *t;
    struct err e;
    if (table_new(&t, "devices", false, columns, sizeof columns / sizeof *columns, &e))
        return command_fail(&e);
    for (int i = 0; backend_names[i]; i++)
        add_backend(t, backend_names[i]);
    int status = output_tables(in, &t, 1, &e) ? command_fail(&e) : EXIT_GOOD;
    table_free(t);
    return status;
}

const struct command command_devices = {
    .name = "devices",
    .arguments = "",
    .summary = "list devices that can train, or why there are none",
    .details =
        "The device column is what --device takes; auto chooses the first of this list. "
        "Backends are loaded from $COMBOLAB_MODULES, from beside the program, and from where "
        "they were installed.",
    .run = run,
};
