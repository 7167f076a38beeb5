/* nvml.h - load, temperature and power of a card, by NVIDIA's management library where that is
 * installed. For any thread. */
#ifndef COMBOLAB_CUDA_NVML_H
#define COMBOLAB_CUDA_NVML_H

struct cuda_nvml;

/* The card at that place on the PCI bus, "0000:3b:00.0": CUDA's own numbers are those of the cards
 * that this process may see. NULL where it can't be asked, which is no error. */
struct cuda_nvml *cuda_nvml_open(const char *bus);
void cuda_nvml_close(struct cuda_nvml *n); /* NULL is allowed */

/* Just now: load 0..1. What can't be told, and everything where n is NULL, is NaN. */
void cuda_nvml_read(const struct cuda_nvml *n, double *load, double *temperature_c,
                    double *power_w);

#endif
