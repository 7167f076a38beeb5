/* fake_runtime.h - a CUDA runtime without a device, for tests of the device layer: it counts what
 * is made and freed, fails at a given call, and computes what the probe of device_open asks for. */
#ifndef COMBOLAB_TESTS_CUDA_FAKE_RUNTIME_H
#define COMBOLAB_TESTS_CUDA_FAKE_RUNTIME_H

struct fake_runtime {
    int driver;         /* version that the driver is for, 0 = no driver */
    int count_code;     /* of cudaGetDeviceCount */
    int devices, major; /* compute capability */
    int fail_at, code;  /* the fail_at-th call from now returns code, once; 0 = none */
    int broken;         /* code that every call returns from now on, as after an illegal address */
    int wrong;          /* the probe's kernel computes wrongly */
    long calls;
    int streams, events, blocks, graphs; /* there now */
    int capturing, waits, launches;
};

extern struct fake_runtime fake;

#endif
