/* twin_methods.c - the ways to compute a convolution that need no library (see cuda/conv.h). */
#include "cuda/conv.h"

extern const struct conv_method conv_grouped, conv_plain, conv_stem;

const struct conv_method *const conv_methods[] = {&conv_grouped, &conv_stem, &conv_plain, NULL};
