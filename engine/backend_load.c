/* backend_load.c - finds and opens backend modules with dlopen. */
#include "engine/backend_load.h"

#include "base/str.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In the order in which auto tries them. */
const char *const backend_names[] = {"cuda", "cpu", NULL};

/* Folder of the running program, or "" when the system does not say. */
static void program_dir(char *to, size_t room)
{
    ssize_t n = readlink("/proc/self/exe", to, room - 1);
    to[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(to, '/');
    if (slash)
        *slash = '\0';
}

/* The i-th folder to look in, or -1 after the last. */
static int search_dir(int i, char *to, size_t room)
{
    char here[900];
    program_dir(here, sizeof here);
    const char *set = getenv("COMBOLAB_MODULES");
    switch (i) {
    case 0:
        return str_copy(to, room, set ? set : "");
    case 1:
        return str_copy(to, room, here);
    case 2:
        return str_path(to, room, here, "../lib/combolab");
    case 3:
        return str_copy(to, room, MODULE_DIR);
    default:
        return -1;
    }
}

#define TEXT_OF(name) TEXT_OF_(name)
#define TEXT_OF_(name) #name

static int open_file(struct backend_module *out, const char *name, struct err *e)
{
    void *handle = dlopen(out->path, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        return err_set(e, ERR_DEVICE, "the %s backend cannot be loaded: %s", name, dlerror());
    backend_entry entry;
    *(void **)&entry = dlsym(handle, TEXT_OF(BACKEND_ENTRY));
    if (!entry || entry()->version != BACKEND_VERSION) {
        dlclose(handle);
        return err_set(e, ERR_VERSION,
                       "%s is not a backend of this combolab; install both from "
                       "the same build",
                       out->path);
    }
    out->ops = entry();
    return 0;
}

/* How OpenMP threads wait for one another, unless the environment says; libgomp reads it when it is
 * loaded, with the backend. Two pools of spinning threads on one machine lose half or more, while
 * putting a thread to sleep and waking it at each loop costs 4 % of a step: so about a tenth of a
 * millisecond of spinning, then sleep. */
static void wait_briefly(void)
{
    if (getenv("OMP_WAIT_POLICY") || getenv("GOMP_SPINCOUNT"))
        return;
    setenv("OMP_WAIT_POLICY", "passive", 1);
    setenv("GOMP_SPINCOUNT", "4000", 1);
}

int backend_load(struct backend_module *out, const char *name, struct err *e)
{
    wait_briefly();
    char file[64];
    snprintf(file, sizeof file, "combolab-%s.so", name);
    char dir[960];
    for (int i = 0; i < 4; i++) {
        if (search_dir(i, dir, sizeof dir) || !dir[0] ||
            str_path(out->path, sizeof out->path, dir, file) || access(out->path, R_OK))
            continue;
        return open_file(out, name, e);
    }
    return err_set(e, ERR_NOT_FOUND,
                   "this combolab has no %s backend: %s was found neither beside the program nor "
                   "in " MODULE_DIR
                   "; set COMBOLAB_MODULES to its folder, or build it (configure says "
                   "what is missing)",
                   name, file);
}

/* The backend of that name, if it has a device of that number. */
static int load_device(const char *name, int number, const struct backend_ops **ops, struct err *e)
{
    struct backend_device list[BACKEND_MAX_DEVICES];
    struct backend_module module;
    char why[256] = "";
    if (backend_load(&module, name, e))
        return -1;
    if (module.ops->devices(list, BACKEND_MAX_DEVICES, why, sizeof why) <= number)
        return err_set(e, ERR_NOT_FOUND,
                       "there is no device %s:%d%s%s; `combolab devices` lists what is there", name,
                       number, why[0] ? ": " : "", why);
    *ops = module.ops;
    return 0;
}

/* The first that has a device; where none has, the last is left to say why. */
static int choose_any(const struct backend_ops **ops, struct err *passed, struct err *e)
{
    for (int i = 0; backend_names[i]; i++) {
        if (!load_device(backend_names[i], 0, ops, e))
            return 0;
        if (passed)
            *passed = *e;
    }
    return -1;
}

static int refuse_device(const char *device, struct err *e)
{
    char known[64] = "auto";
    for (int i = 0; backend_names[i]; i++)
        snprintf(known + strlen(known), sizeof known - strlen(known), ", %s", backend_names[i]);
    return err_set(e, ERR_USAGE,
                   "option 'device': '%s' is not %s, or one of these and a number as in %s:1; "
                   "`combolab devices` lists what is there",
                   device, known, backend_names[0]);
}

int backend_choose(const char *device, const struct backend_ops **ops, int *number,
                   struct err *passed, struct err *e)
{
    *number = 0;
    err_clear(passed);
    if (*ops)
        return 0;
    if (!strcmp(device, "auto"))
        return choose_any(ops, passed, e);
    for (int i = 0; backend_names[i]; i++) {
        int64_t n = 0;
        size_t length = strlen(backend_names[i]);
        const char *rest = device + length;
        if (strncmp(device, backend_names[i], length) ||
            (*rest && (*rest != ':' || str_to_int(rest + 1, &n) || n < 0 || n > 63)))
            continue;
        *number = (int)n;
        return load_device(backend_names[i], *number, ops, e);
    }
    return refuse_device(device, e);
}

void backend_device_text(const struct backend_device *d, int64_t threads, char *to, size_t room)
{
    int length = snprintf(to, room, "%s%s%s%s%s", d->id, d->id[0] ? ": " : "", d->name,
                          d->detail[0] ? ", " : "", d->detail);
    if (threads && length > 0 && (size_t)length < room)
        snprintf(to + length, room - (size_t)length, ", %lld threads", (long long)threads);
}
