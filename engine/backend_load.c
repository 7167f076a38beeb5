/* backend_load.c - finds and opens backend modules with dlopen. */
#include "engine/backend_load.h"

#include "base/str.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    case 2: /* benchmarks lie one folder below the modules */
        return str_path(to, room, here, "..");
    case 3:
        return str_path(to, room, here, "../lib/combolab");
    case 4:
        return str_copy(to, room, MODULE_DIR);
    default:
        return -1;
    }
}

static int open_file(struct backend_module *out, const char *name, struct err *e)
{
    void *handle = dlopen(out->path, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        return err_set(e, ERR_DEVICE, "the %s backend cannot be loaded: %s", name, dlerror());
    backend_entry entry;
    *(void **)&entry = dlsym(handle, BACKEND_ENTRY);
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
    for (int i = 0; i < 5; i++) {
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

static bool has_device(const struct backend_ops *ops, int number, char *why, size_t why_room)
{
    struct backend_device list[BACKEND_MAX_DEVICES];
    return ops->devices(list, BACKEND_MAX_DEVICES, why, why_room) > number;
}

static int choose_cuda(const char *device, struct backend_module *out, int *number, struct err *e)
{
    int64_t n = 0;
    if (device[4] && (device[4] != ':' || str_to_int(device + 5, &n) || n < 0 || n > 63))
        return err_set(e, ERR_USAGE, "option 'device': '%s' is not auto, cpu, cuda or cuda:N",
                       device);
    if (backend_load(out, "cuda", e))
        return -1;
    char why[256] = "";
    if (!has_device(out->ops, (int)n, why, sizeof why))
        return err_set(e, ERR_NOT_FOUND,
                       "there is no device cuda:%d%s%s; `combolab devices` lists "
                       "what is there",
                       (int)n, why[0] ? ": " : "", why);
    *number = (int)n;
    return 0;
}

int backend_choose(const char *device, struct backend_module *out, int *number, struct err *e)
{
    *number = 0;
    if (!strncmp(device, "cuda", 4))
        return choose_cuda(device, out, number, e);
    if (!strcmp(device, "cpu"))
        return backend_load(out, "cpu", e);
    if (strcmp(device, "auto"))
        return err_set(e, ERR_USAGE, "option 'device': '%s' is not auto, cpu, cuda or cuda:N",
                       device);
    /* A backend that cannot train has no step. */
    char why[256];
    if (!backend_load(out, "cuda", NULL) && out->ops->step &&
        has_device(out->ops, 0, why, sizeof why))
        return 0;
    return backend_load(out, "cpu", e);
}
