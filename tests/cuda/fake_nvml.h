/* fake_nvml.h - what a test may say to the library of fake_nvml.c, and see of it. */
#ifndef COMBOLAB_TESTS_CUDA_FAKE_NVML_H
#define COMBOLAB_TESTS_CUDA_FAKE_NVML_H

#include <stdbool.h>

#define FAKE_NVML_BUS "0000:3b:00.0"

struct fake_nvml {
    int users; /* init less shutdown */
    bool tells_power;
};

#endif
