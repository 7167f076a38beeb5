/* entry.c - in the place of the backend's own entry, for tests that know the backend by nothing
 * else: that of combolab-cuda.so beside the program, so that not each of them carries every kernel.
 */
#include "engine/backend_load.h"

#include <stdio.h>
#include <stdlib.h>

const struct backend_ops *BACKEND_ENTRY(void)
{
    static struct backend_module module;
    struct err e;
    if (!module.ops && backend_load(&module, "cuda", &e)) {
        printf("Bail out! %s\n", e.text);
        exit(1);
    }
    return module.ops;
}
