/* isa.c - see isa.h. */
#include "cpu/isa.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[ISA_KINDS] = {"plain", "avx2", "avx512"};

const char *isa_name(enum isa isa)
{
    return names[isa];
}

bool isa_available(enum isa isa)
{
#if defined(__x86_64__)
    if (isa == ISA_AVX2)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (isa == ISA_AVX512)
        return isa_available(ISA_AVX2) && __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl");
#endif
    return isa == ISA_PLAIN;
}

int isa_choose(enum isa *out, bool *named, struct err *e)
{
    const char *wanted = getenv("COMBOLAB_ISA");
    *named = wanted && *wanted;
    *out = ISA_PLAIN;
    for (int i = 0; i < ISA_KINDS; i++) {
        if (!*named && isa_available((enum isa)i))
            *out = (enum isa)i;
        if (!*named || strcmp(wanted, names[i]))
            continue;
        *out = (enum isa)i;
        return isa_available(*out) ? 0
                                   : err_set(e, ERR_USAGE,
                                             "COMBOLAB_ISA=%s: this processor does not have that; "
                                             "unset it, or use plain",
                                             wanted);
    }
    return *named
               ? err_set(e, ERR_USAGE,
                         "COMBOLAB_ISA=%s is no instruction set; use plain, avx2 or avx512", wanted)
               : 0;
}
