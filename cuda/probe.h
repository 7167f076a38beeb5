/* probe.h - whether a CUDA device can run our kernels, and computes as the host does. */
#ifndef COMBOLAB_CUDA_PROBE_H
#define COMBOLAB_CUDA_PROBE_H

struct err;

/* Runs the fetch and the loss kernel on a small batch on device `number` and compares with the same
 * inline functions on the host: pixels to the bit, losses to 1e-12. 0, or -1 with what differs. */
int probe_device(int number, struct err *e);

#endif
