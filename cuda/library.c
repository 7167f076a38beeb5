/* library.c - opens the libraries behind the CUDA backend. */
#include "cuda/library.h"

#include "base/file.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Once there, a library stays until the process ends: those of CUDA leave threads, kernels and what
 * is called at the end behind, and to load hundreds of megabytes again for each run takes time. */
#define HOW (RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)

static void *open_in_folders(const char *folders, const char *name)
{
    char path[FILE_PATH_BYTES];
    void *found = NULL;
    while (!found && *folders) {
        int length = (int)strcspn(folders, ":");
        int n = snprintf(path, sizeof path, "%.*s/%s", length, folders, name);
        if (length && n < (int)sizeof path)
            found = dlopen(path, HOW);
        folders += length;
        folders += *folders == ':';
    }
    return found;
}

void *cuda_library_open(const char *name, struct err *e)
{
    const char *folders = getenv("COMBOLAB_CUDA_LIBS");
    void *found = folders ? open_in_folders(folders, name) : NULL;
    if (!found)
        found = dlopen(name, HOW);
    if (!found)
        err_set(e, ERR_NOT_FOUND, "%s cannot be loaded; COMBOLAB_CUDA_LIBS may name its folder: %s",
                name, dlerror());
    return found;
}

void cuda_library_close(void *library)
{
    if (library)
        dlclose(library);
}

int cuda_library_bind(void *library, const struct cuda_function *list, size_t n, void *table,
                      struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        void *p = dlsym(library, list[i].name);
        if (!p)
            return err_set(e, ERR_VERSION, "it has no %s", list[i].name);
        memcpy((char *)table + list[i].at, &p, sizeof p);
    }
    return 0;
}
