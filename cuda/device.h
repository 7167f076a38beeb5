/* device.h - one CUDA device as the rest of this backend sees it: memory, one stream of work, one
 * for copies beside it, marks to wait for, and capture. Only its own files (device.c,
 * device_open.c, device_error.c) call the CUDA runtime; the simulator has a twin of them
 * (tests/cudasim/twin.cpp), which queues work until somebody waits and replays what was captured.
 *
 * Work is queued: unless said otherwise a call returns before it is done, and a device's error may
 * be told by a later call. All calls of a device come from one thread, which has one device open
 * at a time. Calls return 0, or -1 with *e set. An error that leaves CUDA unusable in this process
 * (an illegal address, a trap) is remembered: from then on device_open refuses and says so.
 */
#ifndef COMBOLAB_CUDA_DEVICE_H
#define COMBOLAB_CUDA_DEVICE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEVICE_MARKS 128

struct backend_device;
struct device;
struct device_graph; /* captured work */

struct device_facts {
    char name[96];
    char bus[32]; /* its place on the PCI bus, "0000:3b:00.0": by this NVML finds the same card */
    int major, minor; /* compute capability */
    int multiprocessors;
    uint64_t memory_bytes;
};

/* Lists devices without a context on any; returns their number. 0 is no error: `why` says why. */
int device_list(struct backend_device *list, int room, char *why, size_t why_room);

/* "CUDA runtime 13.0, driver 13.0". Static storage. */
const char *device_library(void);

/* Device number `number`, probed: a small kernel computes on it. */
int device_open(struct device **out, int number, struct err *e);
void device_close(struct device *d); /* NULL is allowed; waits for what is queued */
const struct device_facts *device_facts(const struct device *d);

/* Bytes of device memory that are free now, and in all. */
void device_memory(struct device *d, uint64_t *free_bytes, uint64_t *all_bytes);

/* Device memory, aligned to 256 bytes, without a value yet. ERR_MEMORY names `what`, how much was
 * needed and how much is free. */
int device_alloc(struct device *d, size_t bytes, const char *what, void **out, struct err *e);
void device_free(struct device *d, void *p); /* waits; NULL is allowed */

/* Host memory that the device can read and write too, by the same address. */
int device_pin(struct device *d, size_t bytes, const char *what, void **out, struct err *e);
void device_unpin(struct device *d, void *p);

/* --- work --- */

void *device_stream(struct device *d); /* for launchers */

/* What a launcher returned: turned into an error that names the kernel. With COMBOLAB_CUDA_SYNC=1
 * also waits for it, so that the kernel that failed is named. */
int device_ran(struct device *d, int code, const char *kernel, struct err *e);

/* `from` of an upload and `to` of a download stay as they are until waited for: pinned, or
 * followed by a wait. */
int device_upload(struct device *d, void *to, const void *from, size_t bytes, struct err *e);
int device_download(struct device *d, void *to, const void *from, size_t bytes, struct err *e);
int device_copy(struct device *d, void *to, const void *from, size_t bytes, struct err *e);
int device_clear(struct device *d, void *to, size_t bytes, struct err *e); /* to zeros */
int device_wait(struct device *d, struct err *e); /* for everything, on both streams */

/* A mark (0 .. DEVICE_MARKS - 1) stands behind what was queued before it. A mark never made is
 * passed already. */
int device_mark(struct device *d, int mark, struct err *e);
int device_wait_mark(struct device *d, int mark, struct err *e);
/* Seconds of the device between two marks, both waited for; NaN when unknown. */
double device_seconds(struct device *d, int from, int to);

/* Copies on the second stream, and the order between the two. */
int device_upload_aside(struct device *d, void *to, const void *from, size_t bytes, struct err *e);
int device_mark_aside(struct device *d, int mark, struct err *e);
int device_after(struct device *d, int mark, struct err *e);       /* work waits for the mark */
int device_aside_after(struct device *d, int mark, struct err *e); /* copies wait for it */

/* --- capture --- */

/* What is queued from here on is not run but recorded, until device_captured. Between the two only
 * launches, device_copy and device_clear are allowed. */
int device_capture(struct device *d, struct err *e);
int device_captured(struct device *d, struct device_graph **out, struct err *e);
void device_capture_drop(struct device *d); /* ends a capture whose recording failed */
int device_replay(struct device *d, struct device_graph *g, struct err *e);
void device_graph_free(struct device_graph *g); /* NULL is allowed */

#endif
