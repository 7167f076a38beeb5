/* conv_methods.c - the ways that there are on a device, in the order of preference. */
#include "cuda/conv.h"

extern const struct conv_method conv_cudnn, conv_grouped, conv_plain, conv_product, conv_stem;

const struct conv_method *const conv_methods[] = {&conv_grouped, &conv_stem,  &conv_product,
                                                  &conv_cudnn,   &conv_plain, NULL};
