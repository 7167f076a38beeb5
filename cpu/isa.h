/* isa.h - which of our instruction sets is used. The widest that the processor has, or the one that
 * the environment names: COMBOLAB_ISA=plain, avx2 or avx512. oneDNN is held to the same. */
#ifndef COMBOLAB_CPU_ISA_H
#define COMBOLAB_CPU_ISA_H

#include <stdbool.h>

struct err;

enum isa {
    ISA_PLAIN,  /* what the compiler takes for granted: SSE2 on x86-64 */
    ISA_AVX2,   /* with FMA */
    ISA_AVX512, /* F, BW, DQ, VL */
    ISA_KINDS
};

const char *isa_name(enum isa isa); /* "avx2" */
bool isa_available(enum isa isa);   /* here and now */

/* Sets *named when the environment decided, and not the processor. An unknown or unavailable name
 * is an error. */
int isa_choose(enum isa *out, bool *named, struct err *e);

#endif
